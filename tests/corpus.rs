//! The committed corpus of the fuzz targets holds to their laws: what `fuzz/` searches for more of.

#[path = "../fuzz/src/lib.rs"]
mod fuzz;

use lambdacost::diag::Source;
use lambdacost::scenario::schema::Field;
use lambdacost::scenario::{self, Request};
use lambdacost::{check, platform};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz")
}

#[test]
fn the_corpus_holds_to_the_laws() {
    for (name, target) in fuzz::TARGETS {
        let samples = fs::read_dir(folder().join("corpus").join(name)).expect("a corpus");
        let mut count = 0;
        for sample in samples {
            let path = sample.expect("an entry").path();
            // Said by the harness where the sample breaks a law.
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
    let ids = platform::shapes();
    let request = Request {
        platforms: &ids,
        rules: &check::shapes(),
        region: None,
        unknown_region: &|_| None,
        open: &|_| Err(io::ErrorKind::NotFound.into()),
        progress: &|_| (),
    };
    let texts: Vec<String> = (0..SAMPLES)
        .map(|seed| fuzz::scenario_of(&noise(seed)))
        .collect();
    let is_valid = |text: &&String| {
        let source = Source::new("scenario.toml", text);
        scenario::read_toml(&source, &request).is_ok()
    };
    let valid = texts.iter().filter(is_valid).count() as u64;
    assert!(valid * 3 >= SAMPLES, "{valid} of {SAMPLES} are valid");
    for path in Field::ALL.map(Field::path) {
        let line = format!("\n{path} = ");
        assert!(texts.iter().any(|text| text.contains(&line)), "{path}");
    }
}
