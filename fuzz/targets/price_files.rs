#![no_main]

lambdacost_fuzz::target!(price_files);
