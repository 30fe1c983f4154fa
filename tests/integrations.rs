//! The scripts that pipelines run, from one end to the other in a throw-away repository: a base
//! branch, a changed scenario, the comment, the annotations, the exit code.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const MARKER: &str = "<!-- lambdacost check -->";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A million calls of one second at 1,024 MB are 1,000,000 GB-s: $16.6667 and $0.20 for requests.
fn scenario(duration_ms: u32) -> String {
    format!(
        "region = \"us-east-1\"\nfunctions = \"fleet.csv\"\n[budget]\n\
         increase_percent = {{ deny = 50 }}\n[[function]]\nname = \"api\"\nmemory_mb = 1024\n\
         duration_ms = {duration_ms}\ninvocations_per_month = 1_000_000\nutilization = 0.1\n"
    )
}

const FLEET: &str = "name,memory_mb,duration_ms,invocations_per_month,utilization\n\
                     job,128,1000,1000,0.1\n";

/// A repository with a scenario on `main` and another one on the branch that is checked out.
struct Repository {
    folder: tempfile::TempDir,
}

impl Repository {
    fn new(before: Option<&str>, now: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let made = Self { folder };
        made.git(&["init", "--quiet", "--initial-branch", "main"]);
        made.write("other.txt", "here");
        if let Some(before) = before {
            made.write("costs/shop.toml", before);
            made.write("costs/fleet.csv", FLEET);
        }
        made.commit();
        made.git(&["checkout", "--quiet", "-b", "change"]);
        made.write("costs/shop.toml", now);
        made.write("costs/fleet.csv", FLEET);
        made.commit();
        made
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, text).expect("written");
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path().join(name)).unwrap_or_default()
    }

    fn commit(&self) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message", "a state"]);
    }

    fn git(&self, arguments: &[&str]) -> String {
        let run = Command::new("git")
            .args([
                "-c",
                "user.name=nobody",
                "-c",
                "user.email=nobody@example.com",
            ])
            .args(arguments)
            .current_dir(self.path())
            .output()
            .expect("git runs");
        assert!(run.status.success(), "{arguments:?}: {run:?}");
        String::from_utf8_lossy(&run.stdout).into_owned()
    }

    fn check(&self, folder: &str, base: &str, arguments: &[&str]) -> Output {
        Command::new(root().join("integrations/check.sh"))
            .args(arguments)
            .current_dir(self.path().join(folder))
            .env("LAMBDACOST", env!("CARGO_BIN_EXE_lambdacost"))
            .env("LAMBDACOST_BASE", base)
            .env("LAMBDACOST_COMMENT", self.path().join("comment.md"))
            .env("GITHUB_STEP_SUMMARY", self.path().join("summary.md"))
            .output()
            .expect("the script runs")
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// From 500 ms ($8.53335) to 1,000 ms ($16.8667) the function costs $8.33335 more.
#[test]
fn a_change_that_costs_too_much_fails_with_a_comment_and_an_annotation() {
    let repository = Repository::new(Some(&scenario(500)), &scenario(1000));
    let run = repository.check("", "main", &["costs/shop.toml"]);
    assert_eq!(run.status.code(), Some(1), "{run:?}");
    let comment = repository.read("comment.md");
    assert!(comment.starts_with(MARKER), "{comment}");
    for part in [
        "$8.53",
        "$16.87",
        "+$8.33",
        "`cost-increase`",
        "1 unchanged",
    ] {
        assert!(comment.contains(part), "{part}: {comment}");
    }
    assert_eq!(repository.read("summary.md"), comment);
    let out = text(&run.stdout);
    let annotations: Vec<&str> = out.lines().filter(|line| line.starts_with("::")).collect();
    assert_eq!(annotations.len(), 1, "{out}");
    assert!(annotations[0].starts_with("::error file=costs/shop.toml,line=3,"));
    assert!(text(&run.stderr).is_empty(), "{run:?}");
    // Nothing stays behind.
    assert_eq!(repository.git(&["worktree", "list"]).lines().count(), 1);
}

#[test]
fn a_change_that_costs_the_same_passes() {
    let repository = Repository::new(Some(&scenario(500)), &scenario(500));
    let run = repository.check("", "main", &["costs/shop.toml"]);
    assert_eq!(run.status.code(), Some(0), "{run:?}");
    assert!(repository.read("comment.md").contains("2 unchanged"));
}

#[test]
fn arguments_and_folders_are_passed_on() {
    let repository = Repository::new(Some(&scenario(500)), &scenario(500));
    let run = repository.check("costs", "main", &["shop.toml", "-D", "unbudgeted-function"]);
    assert_eq!(run.status.code(), Some(1), "{run:?}");
    let out = text(&run.stdout);
    let places = ["file=shop.toml,line=5,", "file=fleet.csv,line=2,"];
    assert!(places.iter().all(|place| out.contains(place)), "{out}");
}

#[test]
fn a_new_scenario_has_no_baseline_and_no_base_needs_none() {
    let repository = Repository::new(None, &scenario(1000));
    let run = repository.check("", "main", &["costs/shop.toml"]);
    assert_eq!(run.status.code(), Some(0), "{run:?}");
    assert!(text(&run.stderr).contains("is new since main"), "{run:?}");
    let run = repository.check("", "", &["costs/shop.toml"]);
    assert_eq!(run.status.code(), Some(0), "{run:?}");
}

#[test]
fn what_cannot_be_answered_ends_with_two_and_without_a_comment() {
    let repository = Repository::new(Some(&scenario(500)), "region = 7");
    let run = repository.check("", "main", &["costs/shop.toml"]);
    assert_eq!(run.status.code(), Some(2), "{run:?}");
    assert!(text(&run.stderr).contains("error["), "{run:?}");
    assert!(repository.read("comment.md").is_empty());
    let run = repository.check("", "no-such-branch", &["costs/shop.toml"]);
    assert_eq!(run.status.code(), Some(2), "{run:?}");
    // An absolute path is none of the base's: it would pass as new.
    let absolute = repository.path().join("costs/shop.toml");
    let run = repository.check("", "main", &[absolute.to_str().expect("a name")]);
    assert_eq!(run.status.code(), Some(2), "{run:?}");
}

/// Stands for GitHub's program: it notes how it is called and answers from a file.
fn false_gh(folder: &Path, known: &str) -> PathBuf {
    let program = folder.join("gh");
    let script = format!(
        "#!/bin/sh\necho \"$@\" >>\"{0}/calls\"\ncase \"$*\" in *--jq*) printf '%b' '{known}';; esac\n",
        folder.display()
    );
    fs::write(&program, script).expect("written");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("allowed");
    program
}

fn comment(known: &str) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    false_gh(folder.path(), known);
    fs::write(
        folder.path().join("comment.md"),
        format!("{MARKER}\ntext\n"),
    )
    .expect("written");
    let path = std::env::var("PATH").unwrap_or_default();
    let run = Command::new(root().join("integrations/comment.sh"))
        .arg("comment.md")
        .current_dir(folder.path())
        .env("PATH", format!("{}:{path}", folder.path().display()))
        .env("GITHUB_REPOSITORY", "team/shop")
        .env("PULL_REQUEST", "7")
        .output()
        .expect("the script runs");
    assert!(run.status.success(), "{run:?}");
    fs::read_to_string(folder.path().join("calls")).expect("it was called")
}

#[test]
fn the_comment_is_written_once_and_then_renewed() {
    let first = comment("");
    let last = first.lines().last().unwrap_or_default();
    assert!(
        last.contains("--method POST repos/team/shop/issues/7/comments"),
        "{first}"
    );
    let again = comment("42\\n43\\n");
    let last = again.lines().last().unwrap_or_default();
    assert!(
        last.contains("--method PATCH repos/team/shop/issues/comments/42 "),
        "{again}"
    );
    assert!(last.contains("body=@comment.md"), "{again}");
}

/// What a pull request can say never becomes part of a script.
#[test]
fn no_input_of_the_action_stands_in_a_script() {
    let action = fs::read_to_string(root().join("action.yml")).expect("it is there");
    let mut in_script = None;
    for line in action.lines() {
        let indent = line.len() - line.trim_start().len();
        if in_script.is_some_and(|outer| indent <= outer && !line.trim().is_empty()) {
            in_script = None;
        }
        if line.trim_start().starts_with("run:") {
            in_script = Some(indent);
        }
        let free = in_script.is_none() || !line.contains("${{");
        assert!(free, "{line}");
    }
    for script in ["integrations/check.sh", "integrations/comment.sh"] {
        assert!(action.contains(script), "{script}");
        assert!(root().join(script).exists());
    }
}
