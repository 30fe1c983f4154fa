//! A folder with round prices.

use std::fs;
use tempfile::TempDir;

/// A call of 1 s with 1 GB costs $0.000009 + $0.000001 = $0.00001: a million of them $10. A task of 1 vCPU
/// and 2 GB costs $0.04 + 2 x $0.005 = $0.05 an hour: two tasks for 200 hours $20.
pub const PRICES: &str = r#"region = "us-east-1"
as_of = "2027-01-01"

[lambda.x86_64]
as_of = "2027-01-01"
source = "round"
request = { usd = "0.000001", per = "request" }
duration = [{ from = "0", usd = "0.000009", per = "GB-s" }]

[fargate.linux.x86_64]
as_of = "2027-01-01"
source = "round"
vcpu = { usd = "0.04", per = "vCPU-hour" }
memory = { usd = "0.005", per = "GB-hour" }
"#;

/// A temporary folder with the prices in `prices` and one more file.
pub fn folder(file: &str, content: impl AsRef<[u8]>) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |file: &str, content: &[u8]| {
        fs::write(folder.path().join(file), content).expect("written");
    };
    fs::create_dir(folder.path().join("prices")).expect("created");
    write("prices/us-east-1.toml", PRICES.as_bytes());
    write(file, content.as_ref());
    folder
}
