//! The committed corpus of the fuzz targets obeys their laws. `fuzz/` searches for more inputs.

mod comparison;
#[path = "../fuzz/src/lib.rs"]
mod fuzz;

use lambdacost::internals::scenario::schema::Field;
use std::fs;
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz")
}

#[test]
fn the_corpus_obeys_the_laws() {
    for (name, target) in fuzz::TARGETS {
        let samples = fs::read_dir(folder().join("corpus").join(name)).expect("a corpus");
        let mut count = 0;
        for sample in samples {
            let path = sample.expect("an entry").path();
            // The harness shows it if the sample breaks a law.
            println!("{}", path.display());
            target(&fs::read(&path).expect("a readable sample"));
            count += 1;
        }
        assert!(count > 0, "{name} has no corpus");
    }
}

#[test]
fn the_dictionary_has_every_key_of_a_function() {
    let dictionary = fs::read_to_string(folder().join("dictionary")).expect("a dictionary");
    for path in Field::ALL.map(Field::path) {
        assert!(dictionary.contains(&format!("\n\"{path}\"\n")), "{path}");
    }
}

/// Bytes without a pattern, the same in every run.
fn noise(seed: u64) -> Vec<u8> {
    let mut state = seed;
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 56) as u8
    };
    (0..600).map(|_| next()).collect()
}

#[test]
fn scenarios_made_of_bytes_are_often_valid_and_together_state_every_key() {
    const SAMPLES: u64 = 400;
    let texts: Vec<String> = (0..SAMPLES)
        .map(|seed| fuzz::scenario_of(&noise(seed)))
        .collect();
    let valid = texts.iter().filter(|text| comparison::read(text).is_ok());
    let valid = valid.count() as u64;
    assert!(valid * 3 >= SAMPLES, "{valid} of {SAMPLES} are valid");
    for path in Field::ALL.map(Field::path) {
        let line = format!("\n{path} = ");
        assert!(texts.iter().any(|text| text.contains(&line)), "{path}");
    }
}
