#![no_main]

lambdacost_fuzz::target!(import_file);
