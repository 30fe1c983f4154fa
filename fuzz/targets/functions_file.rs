#![no_main]

lambdacost_fuzz::target!(functions_file);
