#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| lambdacost_fuzz::baseline(data));
