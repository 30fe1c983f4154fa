#![no_main]

lambdacost_fuzz::target!(scenario_text);
