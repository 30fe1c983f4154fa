#![no_main]

lambdacost_fuzz::target!(fleet_csv);
