//! The scripts that pipelines run, end to end in a temporary repository: a base branch, a changed
//! scenario, the comment, the annotations, the exit code.
#![cfg(unix)]

mod project;

use project::root;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

const MARKER: &str = "<!-- lambdacost check: costs/shop.toml -->";

/// A million calls of one second at 1,024 MB are 1,000,000 GB-s: $16.6667 and $0.20 for requests.
fn scenario(duration_ms: u32) -> String {
    format!(
        "region = \"us-east-1\"\nfunctions = \"functions.csv\"\n[budget]\n\
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
            made.write("costs/functions.csv", FLEET);
        }
        made.commit();
        made.git(&["checkout", "--quiet", "-b", "change"]);
        made.write("costs/shop.toml", now);
        made.write("costs/functions.csv", FLEET);
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
            .args(["-c", "user.name=test", "-c", "user.email=test@example.com"])
            .args(arguments)
            .current_dir(self.path())
            .output()
            .expect("git runs");
        assert!(run.status.success(), "{arguments:?}: {run:?}");
        String::from_utf8_lossy(&run.stdout).into_owned()
    }

    /// A copy of the branch `change`, one commit deep, as a pipeline checks it out.
    fn shallow(&self) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("file://{}", self.path().display());
        let made = Self { folder };
        made.git(&["clone", "--quiet", "--depth", "1", &url, "."]);
        made
    }

    /// A command in the repository, with what the action gives to its scripts.
    fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(self.path())
            .env("SOURCE", root())
            .env("LAMBDACOST", env!("CARGO_BIN_EXE_lambdacost"))
            .env("LAMBDACOST_COMMENT", self.path().join("comment.md"))
            .env("GITHUB_OUTPUT", self.path().join("output"))
            .env("GITHUB_STEP_SUMMARY", self.path().join("summary.md"));
        command
    }

    fn check(&self, folder: &str, base: &str, arguments: &[&str]) -> Output {
        self.command(root().join("integrations/check.sh"))
            .args(arguments)
            .current_dir(self.path().join(folder))
            .env("LAMBDACOST_BASE", base)
            .output()
            .expect("the script runs")
    }

    /// Runs a step of the action, as a runner runs it.
    fn step(&self, name: &str, variables: &[(&str, &str)]) -> Output {
        self.command("bash")
            .args(["--noprofile", "--norc", "-eo", "pipefail", "-c"])
            .arg(script(name))
            .envs(variables.iter().copied())
            .output()
            .expect("bash runs")
    }

    fn has_one_worktree(&self) {
        assert_eq!(self.git(&["worktree", "list"]).lines().count(), 1);
        assert!(!self.path().join(".git/lambdacost-base").exists());
    }
}

/// The script of a step of `action.yml`.
fn script(step: &str) -> String {
    let action = project::read("action.yml");
    let name = format!("    - name: {step}");
    let mut lines = action.lines().skip_while(|line| *line != name);
    let run = lines.find_map(|line| line.strip_prefix("      run: "));
    let run = run.unwrap_or_else(|| panic!("no script in the step {step}"));
    if run != "|" {
        return run.trim_matches('\'').to_owned();
    }
    let block = lines.take_while(|line| line.is_empty() || line.starts_with("        "));
    block.map(|line| line.to_owned() + "\n").collect()
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
    repository.has_one_worktree();
}

#[test]
fn a_change_that_costs_the_same_passes() {
    let repository = Repository::new(Some(&scenario(500)), &scenario(500));
    let run = repository.check("", "main", &["costs/shop.toml"]);
    assert_eq!(run.status.code(), Some(0), "{run:?}");
    let comment = repository.read("comment.md");
    assert!(
        comment.contains("a month**, unchanged against `main ("),
        "{comment}"
    );
}

/// The base is named by its branch and commit, however it is stated.
#[test]
fn the_comment_names_the_base_by_branch_and_commit() {
    let repository = Repository::new(Some(&scenario(500)), &scenario(1000));
    let commit = repository.git(&["rev-parse", "main"]);
    let commit = commit.trim();
    let short = repository.git(&["rev-parse", "--short", "main"]);
    let short = short.trim();
    let against = |base: &str, name: &str| {
        let run = repository
            .command(root().join("integrations/check.sh"))
            .arg("costs/shop.toml")
            .env("LAMBDACOST_BASE", base)
            .env("LAMBDACOST_BASE_NAME", name)
            .output()
            .expect("the script runs");
        assert_eq!(run.status.code(), Some(1), "{run:?}");
        let comment = repository.read("comment.md");
        let line = comment
            .lines()
            .find_map(|line| line.strip_prefix("Against "));
        line.expect("a heading").to_owned()
    };
    let rest = ", US dollars a month:";
    assert_eq!(against("main", ""), format!("`main ({short})`{rest}"));
    assert_eq!(against(commit, "main"), format!("`main ({short})`{rest}"));
    assert_eq!(against(commit, ""), format!("`{short}`{rest}"));
    assert_eq!(against(commit, commit), format!("`{short}`{rest}"));
    assert_eq!(against("main", "-x"), format!("`-x ({short})`{rest}"));
    let comment = repository.read("comment.md");
    assert!(comment.contains("duration_ms 500 -&gt; 1,000"), "{comment}");
}

#[test]
fn several_scenarios_are_checked_against_the_base_in_one_run() {
    let repository = Repository::new(Some(&scenario(500)), &scenario(500));
    repository.write(
        "new.toml",
        &scenario(1000).replace("functions = \"functions.csv\"\n", ""),
    );
    let files = ["costs/shop.toml", "new.toml"];
    let run = repository.check(
        "",
        "main",
        &[&files[..], &["-W", "past-crossover"]].concat(),
    );
    assert_eq!(run.status.code(), Some(0), "{run:?}");
    let comment = repository.read("comment.md");
    assert!(comment.starts_with(MARKER), "{comment}");
    assert!(
        comment.contains("\n<!-- lambdacost check: new.toml -->\n"),
        "{comment}"
    );
    assert!(
        text(&run.stdout).contains("file=new.toml,line=1"),
        "{run:?}"
    );
    // The action has one in each line.
    let scenario = ("SCENARIO", "costs/shop.toml\nnew.toml\n");
    let base = ("LAMBDACOST_BASE", "main");
    let run = repository.step("Check", &[scenario, ("ARGUMENTS", ""), base]);
    assert_eq!(run.status.code(), Some(0), "{run:?}");
    assert_eq!(repository.read("comment.md"), comment);
    repository.has_one_worktree();
}

/// A broken file on the base branch does not stop the change that repairs it.
#[test]
fn a_base_that_cannot_be_read_is_a_warning() {
    let repository = Repository::new(Some("region = 7"), &scenario(500));
    let run = repository.check("", "main", &["costs/shop.toml"]);
    assert_eq!(run.status.code(), Some(0), "{run:?}");
    assert!(
        text(&run.stdout).starts_with("::warning file=costs/shop.toml,line=1,"),
        "{run:?}"
    );
    assert!(
        repository
            .read("comment.md")
            .contains("`unreadable-baseline`")
    );
    let run = repository.check("", "main", &["costs/shop.toml", "--baseline-required"]);
    assert_eq!(run.status.code(), Some(2), "{run:?}");
}

#[test]
fn arguments_and_folders_are_passed_on() {
    let repository = Repository::new(Some(&scenario(500)), &scenario(500));
    let run = repository.check("costs", "main", &["shop.toml", "-D", "unbudgeted-function"]);
    assert_eq!(run.status.code(), Some(1), "{run:?}");
    let out = text(&run.stdout);
    let places = ["file=shop.toml,line=5,", "file=functions.csv,line=2,"];
    assert!(places.iter().all(|place| out.contains(place)), "{out}");
}

#[test]
fn a_new_scenario_has_no_baseline_and_an_empty_base_needs_none() {
    let repository = Repository::new(None, &scenario(1000));
    let run = repository.check("", "main", &["costs/shop.toml"]);
    assert_eq!(run.status.code(), Some(0), "{run:?}");
    assert!(text(&run.stdout).contains("so it is new"), "{run:?}");
    let run = repository.check("", "", &["costs/shop.toml"]);
    assert_eq!(run.status.code(), Some(0), "{run:?}");
}

#[test]
fn a_run_without_an_answer_ends_with_code_2_and_without_a_comment() {
    let repository = Repository::new(Some(&scenario(500)), "region = 7");
    let run = repository.check("", "main", &["costs/shop.toml"]);
    assert_eq!(run.status.code(), Some(2), "{run:?}");
    assert!(text(&run.stderr).contains("error["), "{run:?}");
    assert!(repository.read("comment.md").is_empty());
    let run = repository.check("", "no-such-branch", &["costs/shop.toml"]);
    assert_eq!(run.status.code(), Some(2), "{run:?}");
    // An absolute path is not in the base, so the scenario would pass as new.
    let absolute = repository.path().join("costs/shop.toml");
    let run = repository.check("", "main", &[absolute.to_str().expect("a name")]);
    assert_eq!(run.status.code(), Some(2), "{run:?}");
}

/// A base from outside, such as the name of a branch, runs no command and changes no branch.
#[test]
fn a_base_that_is_an_option_or_a_refspec_is_refused() {
    let repository = Repository::new(Some(&scenario(500)), &scenario(500)).shallow();
    for base in [
        "--upload-pack=touch pwned;git-upload-pack",
        "--help",
        "-q",
        "main:refs/heads/other",
    ] {
        let fetched = repository.step("Fetch the base", &[("BASE", base)]);
        let checked = repository.check("", base, &["costs/shop.toml"]);
        assert!(!repository.path().join("pwned").exists(), "{base}");
        for run in [fetched, checked] {
            assert_eq!(run.status.code(), Some(2), "{base}: {run:?}");
            assert!(text(&run.stderr).contains("LAMBDACOST_BASE"), "{run:?}");
            assert!(text(&run.stdout).is_empty(), "{run:?}");
        }
    }
    assert_eq!(repository.git(&["branch"]).trim(), "* change");
    repository.has_one_worktree();
}

/// The clone of a pipeline lacks the base: the action gets it, and hands on which commit it is.
#[test]
fn a_base_that_the_clone_lacks_is_fetched_by_name_or_by_hash() {
    let origin = Repository::new(Some(&scenario(500)), &scenario(1000));
    let commit = origin.git(&["rev-parse", "main"]);
    for base in ["main", commit.trim()] {
        let clone = origin.shallow();
        let run = clone.step("Fetch the base", &[("BASE", base)]);
        assert!(run.status.success(), "{base}: {run:?}");
        let wanted = format!("commit={commit}");
        assert_eq!(clone.read("output"), wanted, "{base}");
        // A second run finds it in the clone.
        let run = clone.step("Fetch the base", &[("BASE", commit.trim())]);
        assert!(run.status.success(), "{run:?}");
        let run = clone.check("", commit.trim(), &["costs/shop.toml"]);
        assert_eq!(run.status.code(), Some(1), "{run:?}");
    }
    let run = origin.shallow().step("Fetch the base", &[("BASE", "gone")]);
    assert_eq!(run.status.code(), Some(2), "{run:?}");
}

/// With `--explain=all` as the scenario, `check` would print its manual and end with code 0.
#[test]
fn a_scenario_that_is_an_option_is_refused() {
    let repository = Repository::new(Some(&scenario(500)), &scenario(500));
    repository.write("-x.toml", &scenario(500));
    for scenario in ["--explain=all", "-x.toml", "-"] {
        let run = repository.check("", "main", &[scenario]);
        assert_eq!(run.status.code(), Some(2), "{scenario}: {run:?}");
        assert!(text(&run.stderr).contains("./"), "{run:?}");
        assert!(text(&run.stdout).is_empty(), "{run:?}");
    }
    repository.write("functions.csv", FLEET);
    let run = repository.check("", "main", &["./-x.toml"]);
    assert_eq!(run.status.code(), Some(0), "{run:?}");
}

/// The runner reads the log, and would run a name at the start of a line as a command.
#[test]
fn a_scenario_or_base_that_is_a_command_in_the_log_is_refused() {
    let repository = Repository::new(Some(&scenario(500)), &scenario(500));
    for command in [
        "x\n::error::pwned",
        "/x\n::error::pwned",
        "##[error]x",
        "x\u{1b}[2J",
    ] {
        for (scenario, base) in [(command, "main"), ("costs/shop.toml", command)] {
            let run = repository.check("", base, &[scenario]);
            assert_eq!(run.status.code(), Some(2), "{command:?}: {run:?}");
            let message = text(&run.stderr);
            assert!(
                message.lines().all(|line| line.starts_with("lambdacost: ")),
                "{message}"
            );
            assert!(
                !message.contains("##[e") && !message.contains('\u{1b}'),
                "{message}"
            );
            assert!(text(&run.stdout).is_empty(), "{run:?}");
        }
    }
}

/// A rule on the second line of `arguments` counts, too, and no argument is taken for the file.
#[test]
fn arguments_of_the_action_are_the_words_of_all_lines() {
    let repository = Repository::new(Some(&scenario(500)), &scenario(500));
    let run = |arguments| {
        let scenario = ("SCENARIO", "costs/shop.toml");
        repository.step("Check", &[scenario, ("ARGUMENTS", arguments)])
    };
    assert_eq!(run("").status.code(), Some(0));
    let denied = "-W past-crossover\n-D unbudgeted-function\n";
    assert_eq!(run(denied).status.code(), Some(1));
    assert_eq!(repository.read("output"), "report=true\n".repeat(2));
    // What the script states itself is not stated twice.
    for twice in ["--output other", "-o other", "--format json", "--", "other"] {
        let run = run(twice);
        assert_eq!(run.status.code(), Some(2), "{twice}: {run:?}");
        assert!(!repository.path().join("other").exists(), "{twice}");
    }
}

#[test]
fn without_a_repository_there_is_no_answer() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("shop.toml"), scenario(500)).expect("written");
    let repository = Repository { folder };
    let run = repository.check("", "main", &["shop.toml"]);
    assert_eq!(run.status.code(), Some(2), "{run:?}");
}

/// Sends a signal to a process, or with a minus in front of its number to a group of them.
fn send(signal: &str, to: &str) {
    let sent = Command::new("sh")
        .args(["-c", &format!("kill -s {signal} -- {to}")])
        .status()
        .expect("a shell");
    assert!(sent.success(), "{signal} to {to}");
}

/// A shell cannot trap a signal that was ignored when it started, as under `nohup`.
fn can_be_trapped(signal: &str) -> bool {
    let script = format!("trap 'exit 9' {signal}; kill -s {signal} $$; exit 0");
    let run = Command::new("sh").args(["-c", &script]).status();
    run.expect("a shell").code() == Some(9)
}

#[test]
fn a_signal_leaves_no_copy_of_the_base_and_ends_with_its_number() {
    for (signal, code) in [("HUP", 129), ("INT", 130), ("TERM", 143)] {
        if !can_be_trapped(signal) {
            continue;
        }
        let repository = Repository::new(Some(&scenario(500)), &scenario(500));
        let program = repository.path().join("slow");
        fs::write(&program, "#!/bin/sh\n>started\nexec sleep 600\n").expect("written");
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("allowed");
        let mut run = repository
            .command(root().join("integrations/check.sh"))
            .arg("costs/shop.toml")
            .env("LAMBDACOST", program)
            .env("LAMBDACOST_BASE", "main")
            .stdout(Stdio::null())
            .process_group(0)
            .spawn()
            .expect("the script runs");
        while !repository.path().join("started").exists() {
            assert_eq!(run.try_wait().expect("a state"), None, "{signal}");
            std::thread::sleep(Duration::from_millis(20));
        }
        assert!(repository.path().join(".git/lambdacost-base").exists());
        send(signal, &format!("-{}", run.id()));
        let status = run.wait().expect("it ends");
        assert_eq!(status.code(), Some(code), "{signal}");
        repository.has_one_worktree();
    }
}

/// KILL cannot be trapped: the next run clears what it left, which may be locked or half a copy.
#[test]
fn the_next_run_removes_what_a_killed_run_left() {
    let repository = Repository::new(Some(&scenario(500)), &scenario(500));
    let base = ".git/lambdacost-base";
    repository.git(&["worktree", "add", "--quiet", "--detach", base, "main"]);
    repository.git(&["worktree", "lock", base]);
    let run = repository.check("", "main", &["costs/shop.toml"]);
    assert_eq!(run.status.code(), Some(0), "{run:?}");
    repository.has_one_worktree();
    repository.write(".git/lambdacost-base/half", "a copy");
    let run = repository.check("", "main", &["costs/shop.toml"]);
    assert_eq!(run.status.code(), Some(0), "{run:?}");
    repository.has_one_worktree();
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

/// How the program of GitHub is called for a comment with this text.
fn comment(known: &str, body: &str) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    false_gh(folder.path(), known);
    let file = folder.path().join("comment.md");
    fs::write(file, format!("{MARKER}\n{body}\n")).expect("written");
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
fn the_comment_is_written_once_and_then_updated() {
    let first = comment("", "text");
    let last = first.lines().last().unwrap_or_default();
    assert!(
        last.contains("--method POST repos/team/shop/issues/7/comments"),
        "{first}"
    );
    let again = comment("42\\n43\\n", "text");
    let last = again.lines().last().unwrap_or_default();
    assert!(
        last.contains("--method PATCH repos/team/shop/issues/comments/42 "),
        "{again}"
    );
    assert!(last.contains("body=@comment.md"), "{again}");
}

/// What the program writes with `--comment on-change` updates a comment, and makes no new one.
#[test]
fn a_comment_that_nothing_changed_is_written_only_over_another_one() {
    let repository = Repository::new(Some(&scenario(500)), &scenario(500));
    let run = repository
        .command(root().join("integrations/check.sh"))
        .arg("costs/shop.toml")
        .env("LAMBDACOST_BASE", "main")
        .env("LAMBDACOST_COMMENT_WHEN", "on-change")
        .output()
        .expect("the script runs");
    assert_eq!(run.status.code(), Some(0), "{run:?}");
    let quiet = repository.read("comment.md");
    let (first, body) = quiet.split_once('\n').expect("lines");
    assert_eq!(first, MARKER);
    assert!(quiet.lines().count() < 7, "{quiet}");
    let none = comment("", body);
    assert!(!none.contains("--method"), "{none}");
    let one = comment("42\\n", body);
    assert!(one.contains("--method PATCH"), "{one}");
}

/// Text of a pull request never becomes part of a script.
#[test]
fn no_script_of_the_action_contains_an_input() {
    let action = project::read("action.yml");
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
    for script in ["install", "base", "check", "comment"] {
        let script = &format!("integrations/{script}.sh");
        assert!(action.contains(script), "{script}");
        assert!(root().join(script).exists());
    }
}

/// The files that name actions: the action, the workflows, and those that users copy.
fn workflows() -> Vec<(String, String)> {
    let mut names = project::files(".github/workflows");
    names.extend(["action.yml", "README.md", "docs/ci.md"].map(str::to_owned));
    let with_text = |name: String| {
        let text = project::read(&name);
        (name, text)
    };
    names.into_iter().map(with_text).collect()
}

/// The owner of an action can move a tag, but not a commit.
#[test]
fn every_action_is_pinned_to_a_commit_with_its_version() {
    let mut count = 0;
    for (path, text) in workflows() {
        let uses = text.lines().filter_map(|line| {
            let line = line.trim_start().trim_start_matches("- ");
            line.strip_prefix("uses: ")
        });
        for line in uses {
            let (action, rest) = line.split_once('@').expect("a version");
            let (commit, version) = rest.split_once('#').unwrap_or((rest, ""));
            let (commit, version) = (commit.trim(), version.trim());
            let hash = commit.len() == 40 && commit.bytes().all(|b| b.is_ascii_hexdigit());
            // Ours is not published yet.
            let placeholder = commit == "COMMIT" && version == "VERSION";
            let ours = env!("CARGO_PKG_REPOSITORY").ends_with(&format!("/{action}")) && placeholder;
            let pinned = hash && version.starts_with('v') && version.matches('.').count() == 2;
            assert!(ours || pinned, "{path}: {line}");
            count += 1;
        }
    }
    assert!(count > 5, "only {count} found");
}

/// A token is given to the job that needs it, and a checkout does not leave it in the clone.
#[test]
fn workflows_start_without_permissions_and_keep_no_token() {
    for (path, text) in workflows() {
        let checkouts = text.matches("uses: actions/checkout@").count();
        let forgetful = text
            .matches("          persist-credentials: false\n")
            .count();
        assert_eq!(checkouts, forgetful, "{path}");
        let jobs = text.matches("\njobs:\n").count();
        assert_eq!(jobs, text.matches("\npermissions: {}\n").count(), "{path}");
    }
}

/// The token of a pull request from a fork cannot write: a comment would fail the job.
#[test]
fn there_is_no_comment_on_pull_requests_from_forks() {
    let action = project::read("action.yml");
    let (_, comment) = action
        .split_once("    - name: Comment\n")
        .expect("the step");
    let (condition, _) = comment.split_once("      shell:").expect("its shell");
    let same = "github.event.pull_request.head.repo.full_name == github.repository";
    assert!(condition.contains(same), "{condition}");
}
