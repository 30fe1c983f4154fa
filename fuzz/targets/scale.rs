#![no_main]

lambdacost_fuzz::target!(scale);
