//! A file to import.

use import::{Files, Format, Kind, Named, Options};
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};

/// Imports a file twice. The first byte chooses its format; the content decides it for bytes beyond the
/// formats.
pub(crate) fn run(data: &[u8]) {
    let Some((choice, content)) = data.split_first() else {
        return;
    };
    let named = Named {
        path: PathBuf::from("name.of.the.function"),
        region: Some("eu-west-1".to_owned()),
        format: Format::ALL.get(usize::from(*choice)).copied(),
        ..Named::default()
    };
    let once = outputs(content, &named);
    assert_eq!(once, outputs(content, &named), "two imports differ");
    let Some([toml, csv, json]) = once else {
        return;
    };
    let parsed: Result<toml::Table, _> = toml.parse();
    assert!(parsed.is_ok(), "no TOML: {parsed:?}\n{toml}");
    let rows = csv::Reader::from_reader(csv.as_bytes()).into_records();
    assert!(rows.into_iter().all(|row| row.is_ok()), "no CSV: {csv}");
    let summary: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(summary["schema"], "lambdacost/import/v1");
}

/// The scenario in both forms and the summary; `None` for a file with mistakes, each of which says what
/// to do.
fn outputs(content: &[u8], named: &Named) -> Option<[String; 3]> {
    let file = OneFile(content.to_vec());
    match import::import(&file, std::slice::from_ref(named), &Options::default()) {
        Ok(found) => Some([
            import::toml(&found),
            import::csv(&found),
            import::json(&found, "0"),
        ]),
        Err(mistakes) => {
            assert!(!mistakes.is_empty(), "refused without a reason");
            for mistake in mistakes {
                assert!(!mistake.message.is_empty() && !mistake.help.is_empty());
            }
            None
        }
    }
}

struct OneFile(Vec<u8>);

impl Files for OneFile {
    fn open(&self, _: &Path) -> io::Result<Box<dyn Read + Send>> {
        Ok(Box::new(Cursor::new(self.0.clone())))
    }

    fn stdin(&self) -> io::Result<Box<dyn Read + Send>> {
        Err(io::ErrorKind::NotFound.into())
    }

    fn list(&self, _: &Path) -> io::Result<Vec<(PathBuf, Kind)>> {
        Ok(Vec::new())
    }

    fn kind(&self, _: &Path) -> io::Result<Kind> {
        Ok(Kind::File)
    }
}
