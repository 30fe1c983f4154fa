#![no_main]

lambdacost_fuzz::target!(baseline);
