//! Releases and their installation: pipelines download what the workflow builds, an invalid release is
//! never run, and without a release the program is compiled.
//!
//! The releases are folders that the scripts and steps of the workflow make. `gh` and `cargo` are
//! replaced by scripts that record how they are called.
#![cfg(unix)]

mod project;

use project::{read, root};
use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;
use std::thread;
use tempfile::TempDir;
use yaml_rust2::{Yaml, YamlLoader};

const VERSION: &str = env!("CARGO_PKG_VERSION");
const REPOSITORY: &str = env!("CARGO_PKG_REPOSITORY");
const RELEASE: &str = ".github/workflows/release.yml";

/// The names of the files in a folder of the project, with the folder.
fn files(folder: &str) -> Vec<String> {
    let entries = fs::read_dir(root().join(folder)).expect("a folder of the project");
    let names = entries.map(|entry| entry.expect("an entry").file_name());
    let names = names.map(|name| format!("{folder}/{}", name.to_string_lossy()));
    names.filter(|name| root().join(name).is_file()).collect()
}

fn parsed(name: &str, text: &str) -> Yaml {
    let documents = YamlLoader::load_from_str(text);
    let mut documents = documents.unwrap_or_else(|error| panic!("{name}: {error}"));
    assert_eq!(documents.len(), 1, "{name} is one document");
    documents.remove(0)
}

fn yaml(name: &str) -> Yaml {
    parsed(name, &read(name))
}

fn list(value: &Yaml) -> &[Yaml] {
    value.as_vec().map_or(&[], Vec::as_slice)
}

/// A step of a job, or of the action where there is no job.
fn step(file: &Yaml, job: Option<&str>, name: &str) -> Yaml {
    let steps = match job {
        Some(job) => &file["jobs"][job]["steps"],
        None => &file["runs"]["steps"],
    };
    let found = list(steps)
        .iter()
        .find(|step| step["name"].as_str() == Some(name));
    found.unwrap_or_else(|| panic!("no step {name}")).clone()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Runs Python with `integrations/` in its path.
fn python(source: &Path, code: &str) -> Command {
    let mut command = Command::new("python3");
    command
        .args([
            "-c",
            &format!("import sys\nsys.dont_write_bytecode = True\n{code}"),
        ])
        .env("PYTHONPATH", source.join("integrations"));
    command
}

/// Rows of `PLATFORMS` in install.py: target and pattern of the wheel.
fn platforms() -> Vec<(String, String)> {
    let code = "import install\nfor row in install.PLATFORMS.values(): print(*row)";
    let run = python(root(), code).output();
    let run = run.expect("python3 runs: CONTRIBUTING.md lists what the tests need");
    assert!(run.status.success(), "{run:?}");
    let rows = text(&run.stdout);
    let rows = rows
        .lines()
        .map(|line| line.split_once(' ').expect("two words"));
    rows.map(|(target, wheel)| (target.to_owned(), wheel.to_owned()))
        .collect()
}

/// The target that install.py takes on this machine.
fn target() -> String {
    static TARGET: LazyLock<String> = LazyLock::new(|| {
        let code = "import install, platform\n\
            print(install.PLATFORMS[platform.system(), platform.machine()][0])";
        let run = python(root(), code).output().expect("python3 runs");
        assert!(run.status.success(), "{run:?}");
        text(&run.stdout).trim().to_owned()
    });
    TARGET.clone()
}

/// The archive of the program under test, as the workflow packs it.
fn packed() -> &'static [u8] {
    static PACKED: LazyLock<Vec<u8>> = LazyLock::new(|| {
        let out = tempfile::tempdir().expect("a folder");
        let run = Command::new(root().join("scripts/package.sh"))
            .args([&target(), env!("CARGO_BIN_EXE_lambdacost")])
            .arg(out.path())
            .output();
        let run = run.expect("package.sh runs");
        assert!(run.status.success(), "{run:?}");
        let archive = format!("lambdacost-v{VERSION}-{}.tar.gz", target());
        fs::read(out.path().join(archive)).expect("the archive")
    });
    &PACKED
}

fn git(folder: &Path, arguments: &[&str]) -> String {
    let run = Command::new("git")
        .args([
            "-c",
            "user.name=tester",
            "-c",
            "user.email=tester@localhost",
        ])
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("git runs");
    assert!(run.status.success(), "{arguments:?}: {run:?}");
    text(&run.stdout).trim().to_owned()
}

/// A clone of the project (as much of it as an installation reads), the release that was built from
/// it, and stand-ins for `gh` and `cargo`.
struct Place {
    folder: TempDir,
    commit: String,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let source = folder.path().join("source");
        fs::create_dir_all(source.join("integrations")).expect("made");
        fs::create_dir(folder.path().join("bin")).expect("made");
        fs::copy(root().join("Cargo.toml"), source.join("Cargo.toml")).expect("copied");
        for name in files("integrations") {
            fs::copy(root().join(&name), source.join(&name)).expect("copied");
        }
        git(&source, &["init", "--quiet", "--initial-branch", "main"]);
        git(&source, &["add", "--all"]);
        git(&source, &["commit", "--quiet", "--message", "a release"]);
        git(&source, &["tag", &format!("v{VERSION}")]);
        let commit = git(&source, &["rev-parse", "HEAD"]);
        let place = Self { folder, commit };
        place.stand_in("gh", "case \"$*\" in *--help) echo --source-digest ;; esac");
        place.stand_in("cargo", "");
        fs::create_dir_all(place.release()).expect("made");
        let archive = place.release().join(format!("{}.tar.gz", place.archive()));
        fs::write(archive, packed()).expect("written");
        place.write_release("attestation.jsonl", "{}");
        place.seal();
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn release(&self) -> PathBuf {
        self.path(&format!("releases/v{VERSION}"))
    }

    fn write_release(&self, name: &str, content: &str) {
        fs::write(self.release().join(name), content).expect("written");
    }

    fn archive(&self) -> String {
        format!("lambdacost-v{VERSION}-{}", target())
    }

    /// Runs the step of the workflow that writes COMMIT and SHA256SUMS.
    fn seal(&self) {
        let step = step(&yaml(RELEASE), Some("publish"), "Checksums");
        assert_eq!(step["working-directory"].as_str(), Some("dist"));
        let _ = fs::remove_file(self.release().join("SHA256SUMS"));
        let run = Command::new("bash")
            .args(["--noprofile", "--norc", "-eo", "pipefail", "-c"])
            .arg(step["run"].as_str().expect("a script"))
            .current_dir(self.release())
            .env("GITHUB_SHA", &self.commit)
            .output()
            .expect("bash runs");
        assert!(run.status.success(), "{run:?}");
    }

    /// A program on the path that writes down its arguments, and then does `what`.
    fn stand_in(&self, name: &str, what: &str) {
        let path = self.path("bin").join(name);
        let calls = self.path(&format!("{name}.calls"));
        let script = format!("#!/bin/sh\necho \"$@\" >>'{}'\n{what}\n", calls.display());
        fs::write(&path, script).expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("allowed");
    }

    fn calls(&self, name: &str) -> String {
        fs::read_to_string(self.path(&format!("{name}.calls"))).unwrap_or_default()
    }

    /// Replaces the program in the archive, as a release with this program would have it.
    fn repack(&self, program: &str) {
        let (folder, archive) = (self.archive(), self.release());
        let inside = self.path("repacked").join(&folder);
        fs::create_dir_all(&inside).expect("made");
        let path = inside.join("lambdacost");
        fs::write(&path, program).expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("allowed");
        let run = Command::new("tar")
            .args([
                "-czf".as_ref(),
                archive.join(format!("{folder}.tar.gz")).as_os_str(),
            ])
            .arg(&folder)
            .current_dir(self.path("repacked"))
            .status();
        assert!(run.expect("tar runs").success());
        self.seal();
    }

    /// The environment of an installation, whatever the machine has.
    fn environment(&self, mut command: Command) -> Command {
        let path = std::env::var("PATH").unwrap_or_default();
        for variable in ["REF", "REPOSITORY", "ATTESTATION"] {
            command.env_remove(format!("LAMBDACOST_{variable}"));
        }
        command
            .env("PATH", format!("{}:{path}", self.path("bin").display()))
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("RUNNER_TEMP", self.folder.path())
            .env("SOURCE", self.path("source"))
            .env(
                "LAMBDACOST_RELEASES",
                format!("file://{}", self.path("releases").display()),
            );
        command
    }

    fn install(&self, variables: &[(&str, &str)]) -> Output {
        let script = self.path("source/integrations/install.sh");
        let mut command = self.environment(Command::new(script));
        command
            .arg(self.path("installed"))
            .envs(variables.iter().copied());
        command.output().expect("install.sh runs")
    }

    fn installed(&self) -> PathBuf {
        self.path("installed/bin/lambdacost")
    }

    /// The released program is there, and nothing was compiled.
    fn is_released(&self, run: &Output, verified: &str) {
        assert_eq!(run.status.code(), Some(0), "{run:?}");
        let message = text(&run.stderr);
        let wanted = format!(
            "lambdacost: installed release v{VERSION} for {}: {verified}",
            target()
        );
        assert!(message.contains(&wanted), "{message}");
        assert_eq!(self.calls("cargo"), "", "{message}");
        let program = fs::read(self.installed()).expect("it is installed");
        let built = fs::read(env!("CARGO_BIN_EXE_lambdacost")).expect("the program");
        assert!(program == built, "another program is installed");
        let mode = fs::metadata(self.installed())
            .expect("it is there")
            .permissions();
        assert_eq!(mode.mode() & 0o777, 0o755);
    }

    /// Nothing of the release is there, and the source was compiled, for this reason.
    fn is_compiled(&self, run: &Output, reason: &str) {
        assert_eq!(run.status.code(), Some(0), "{run:?}");
        let message = text(&run.stderr);
        assert!(
            message.starts_with("lambdacost: compiling the program: "),
            "{message}"
        );
        assert!(message.contains(reason), "{reason}: {message}");
        assert!(!self.installed().exists());
        // install.py resolves links in the path of the source.
        let source = self.path("source");
        let resolved = source.canonicalize().expect("a path");
        let calls = self.calls("cargo");
        let calls = [resolved, source].iter().fold(calls, |calls, path| {
            calls.replace(&path.display().to_string(), "SOURCE")
        });
        let installed = self.path("installed");
        let wanted = format!(
            "install --quiet --locked --path SOURCE --root {}\n",
            installed.display()
        );
        assert_eq!(calls, wanted);
        fs::remove_file(self.path("cargo.calls")).expect("it was called");
    }

    /// Neither the release nor anything else is there.
    fn is_refused(&self, run: &Output, reason: &str) {
        assert_eq!(run.status.code(), Some(2), "{run:?}");
        let message = text(&run.stderr);
        assert!(
            message.starts_with("lambdacost: not installed: "),
            "{message}"
        );
        assert!(message.contains(reason), "{reason}: {message}");
        assert!(!self.installed().exists());
        assert_eq!(self.calls("cargo"), "");
    }
}

#[test]
fn the_release_of_the_commit_is_installed_when_it_is_verified() {
    let place = Place::new();
    let verified = "checksum and attestation verified";
    place.is_released(
        &place.install(&[("LAMBDACOST_REF", &place.commit)]),
        verified,
    );
    let owner_and_name = REPOSITORY.trim_start_matches("https://github.com/");
    let calls = place.calls("gh");
    let verify = calls.lines().last().expect("it was called");
    for part in [
        format!("--repo {owner_and_name} "),
        format!("--signer-workflow {owner_and_name}/{RELEASE} "),
        format!("--source-ref refs/tags/v{VERSION} "),
        format!("--source-digest {}", place.commit),
        format!("/{}.tar.gz --bundle ", place.archive()),
        "--deny-self-hosted-runners".to_owned(),
    ] {
        assert!(verify.contains(&part), "{part}: {verify}");
    }
    // What is installed is replaced.
    fs::write(place.installed(), "an older one").expect("written");
    let tag = format!("v{VERSION}");
    place.is_released(&place.install(&[("LAMBDACOST_REF", &tag)]), verified);
    let calls = place.calls("gh");
    let verify = calls.lines().last().expect("it was called");
    assert!(!verify.contains("--source-digest"), "{verify}");
}

/// A clone knows its commit; the tag need not be named.
#[test]
fn a_clone_takes_the_release_of_its_commit() {
    let place = Place::new();
    place.is_released(&place.install(&[]), "checksum");
    fs::remove_file(place.installed()).expect("removed");
    fs::write(place.path("source/Cargo.toml"), read("Cargo.toml") + "\n").expect("written");
    place.is_compiled(&place.install(&[]), "changes that are not committed");
    git(
        &place.path("source"),
        &["commit", "--quiet", "--all", "--message", "a change"],
    );
    place.is_compiled(&place.install(&[]), "built from another commit");
    fs::remove_dir_all(place.path("source/.git")).expect("removed");
    place.is_compiled(
        &place.install(&[]),
        "the commit of this source is not known",
    );
}

#[test]
fn another_commit_and_a_branch_are_compiled() {
    let place = Place::new();
    let other = "0123456789abcdef0123456789abcdef01234567";
    for (reference, reason) in [
        (other, "built from another commit"),
        ("main", "'main' is neither the tag"),
        ("v0", "'v0' is neither the tag"),
        (&place.commit[..12], "neither the tag"),
    ] {
        place.is_compiled(&place.install(&[("LAMBDACOST_REF", reference)]), reason);
    }
}

#[test]
fn a_file_with_another_checksum_is_refused() {
    let place = Place::new();
    place.write_release(&format!("{}.tar.gz", place.archive()), "something else");
    place.is_refused(&place.install(&[]), "has the SHA-256");
    assert_eq!(place.calls("gh"), "");
    place.seal();
    place.write_release("COMMIT", &place.commit);
    place.is_refused(&place.install(&[]), "/COMMIT has the SHA-256");
}

#[test]
fn a_release_whose_attestation_does_not_verify_is_refused() {
    let place = Place::new();
    let denies =
        "case \"$*\" in *--help) echo --source-digest ;; *) echo '::error::no' >&2; exit 1 ;; esac";
    place.stand_in("gh", denies);
    let run = place.install(&[("LAMBDACOST_ATTESTATION", "required")]);
    place.is_refused(&run, "the attestation of ");
    // Output of another program does not start a line, where a runner reads commands.
    assert!(
        text(&run.stderr)
            .lines()
            .all(|line| !line.starts_with("::")),
        "{run:?}"
    );
}

#[test]
fn without_gh_the_action_compiles_and_other_pipelines_verify_the_checksum() {
    let place = Place::new();
    place.stand_in("gh", "echo 'unknown command' >&2; exit 1");
    let run = place.install(&[("LAMBDACOST_ATTESTATION", "required")]);
    place.is_compiled(&run, "no program `gh` that can verify");
    place.is_released(&place.install(&[]), "checksum verified; no program `gh`");
}

#[test]
fn a_release_that_is_not_a_program_is_refused_and_one_for_another_system_compiled() {
    let place = Place::new();
    place.repack(&format!("#!/bin/sh\necho lambdacost {VERSION}0\n"));
    place.is_refused(&place.install(&[]), "the released program calls itself");
    place.repack("no program");
    place.is_compiled(
        &place.install(&[]),
        "the released program does not run here",
    );
    place.write_release(&format!("{}.tar.gz", place.archive()), "no archive");
    place.seal();
    place.is_refused(&place.install(&[]), "has no program");
    fs::remove_file(place.release().join(format!("{}.tar.gz", place.archive()))).expect("removed");
    place.seal();
    place.is_compiled(
        &place.install(&[]),
        &format!("has no {}.tar.gz", place.archive()),
    );
}

#[test]
fn a_machine_without_a_release_compiles() {
    let place = Place::new();
    let code = "import platform, install\nplatform.machine = lambda: 'riscv64'\n\
        platform.system = lambda: 'Linux'\nsys.exit(install.main())";
    let mut command = place.environment(python(&place.path("source"), code));
    let run = command
        .arg(place.path("installed"))
        .output()
        .expect("python3 runs");
    place.is_compiled(&run, "there is no release for Linux on riscv64");
}

#[test]
fn before_the_project_is_published_it_is_compiled_and_nothing_is_downloaded() {
    let place = Place::new();
    let variables = [
        ("LAMBDACOST_RELEASES", ""),
        (
            "LAMBDACOST_REPOSITORY",
            "https://github.com/OWNER/lambdacost",
        ),
    ];
    place.is_compiled(&place.install(&variables), "not published yet");
}

#[test]
fn without_python_it_is_compiled() {
    let place = Place::new();
    place.stand_in("python3", "exit 9");
    place.stand_in("python", "exit 9");
    place.is_compiled(&place.install(&[]), "needs Python 3.8 or newer");
}

#[test]
fn without_a_release_and_cargo_the_message_states_what_to_install() {
    let place = Place::new();
    let which = python(root(), "print(sys.executable)")
        .output()
        .expect("python3 runs");
    let run = Command::new(text(&which.stdout).trim())
        .arg("-I")
        .arg(place.path("source/integrations/install.py"))
        .arg(place.path("installed"))
        .env_clear()
        .env("PATH", place.path("nothing"))
        .env("LAMBDACOST_REF", "main")
        .env("LAMBDACOST_RELEASES", "file:///nothing")
        .output()
        .expect("python3 runs");
    assert_eq!(run.status.code(), Some(2), "{run:?}");
    let rust = env!("CARGO_PKG_RUST_VERSION");
    assert!(
        text(&run.stderr).contains(&format!("install Rust {rust} or newer")),
        "{run:?}"
    );
}

/// Serves a folder as GitHub serves releases: each file is a redirect to another address.
fn serve(folder: PathBuf) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("its address"));
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.expect("a connection");
            let mut head = BufReader::new(&stream)
                .lines()
                .map(|line| line.expect("a line"));
            let request = head.next().unwrap_or_default();
            head.take_while(|line| !line.is_empty()).for_each(drop);
            let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
            let (state, body) = match path.strip_prefix("/files/") {
                None => (format!("302 Found\r\nLocation: /files{path}"), Vec::new()),
                Some(file) => match fs::read(folder.join(file)) {
                    Ok(body) => ("200 OK".to_owned(), body),
                    Err(_) => ("404 Not Found".to_owned(), Vec::new()),
                },
            };
            let length = body.len();
            let head = format!(
                "HTTP/1.1 {state}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
            );
            // The other side may be gone: that is its own matter.
            let _ = stream
                .write_all(head.as_bytes())
                .and_then(|()| stream.write_all(&body));
        }
    });
    address
}

#[test]
fn a_release_is_downloaded_over_a_redirect_and_a_missing_one_is_compiled() {
    let place = Place::new();
    let address = serve(place.path("releases"));
    let variables = [
        ("LAMBDACOST_RELEASES", address.as_str()),
        ("no_proxy", "127.0.0.1"),
    ];
    place.is_released(&place.install(&variables), "checksum");
    fs::remove_file(place.installed()).expect("removed");
    fs::remove_dir_all(place.release()).expect("removed");
    let missing = format!("cannot download {address}/v{VERSION}/SHA256SUMS: 404 Not Found");
    place.is_compiled(&place.install(&variables), &missing);
    let closed = [
        ("LAMBDACOST_RELEASES", "http://127.0.0.1:9"),
        ("no_proxy", "127.0.0.1"),
    ];
    place.is_compiled(
        &place.install(&closed),
        "cannot download http://127.0.0.1:9/",
    );
}

#[test]
fn the_action_installs_the_release_of_the_commit_it_is_pinned_to() {
    let place = Place::new();
    let step = step(&yaml("action.yml"), None, "Install");
    let variable = |name: &str| step["env"][name].as_str().expect("a variable").to_owned();
    assert_eq!(variable("LAMBDACOST_REF"), "${{ github.action_ref }}");
    assert!(variable("LAMBDACOST_REPOSITORY").contains("github.action_repository"));
    let mut command = place.environment(Command::new("bash"));
    let run = command
        .args(["--noprofile", "--norc", "-eo", "pipefail", "-c"])
        .arg(step["run"].as_str().expect("a script"))
        .env("LAMBDACOST_REF", &place.commit)
        .env("LAMBDACOST_ATTESTATION", variable("LAMBDACOST_ATTESTATION"))
        .output()
        .expect("bash runs");
    assert_eq!(run.status.code(), Some(0), "{run:?}");
    assert!(
        text(&run.stderr).contains("checksum and attestation verified"),
        "{run:?}"
    );
    assert!(place.path("lambdacost/bin/lambdacost").exists());
    assert_eq!(variable("LAMBDACOST_ATTESTATION"), "required");
    // No step but the one that comments has a token.
    assert!(step["env"]["GH_TOKEN"].is_badvalue());
}

/// The lines of the job, with its variables, in a project with a scenario.
#[test]
fn the_job_of_gitlab_checks_with_the_released_program() {
    let place = Place::new();
    let job = &yaml("integrations/gitlab-ci.yml")["lambdacost"];
    let project = place.path("project");
    fs::create_dir(&project).expect("made");
    fs::copy(
        root().join("scenarios/gate.toml"),
        project.join("costs.toml"),
    )
    .expect("copied");
    let lines: Vec<&str> = list(&job["script"])
        .iter()
        .map(|line| line.as_str().expect("a line"))
        .collect();
    let mut command = place.environment(Command::new("sh"));
    for (name, value) in job["variables"].as_hash().expect("variables") {
        let value = value.as_str().expect("text");
        if !value.starts_with('$') {
            command.env(name.as_str().expect("a name"), value);
        }
    }
    let run = command
        .args(["-ec", &lines.join("\n")])
        .current_dir(&project)
        .env("CI_BUILDS_DIR", place.folder.path())
        .env("LAMBDACOST_BASE", "")
        .env(
            "LAMBDACOST_SOURCE",
            format!("file://{}", place.path("source").display()),
        )
        .env("LAMBDACOST_VERSION", format!("v{VERSION}"))
        .output()
        .expect("sh runs");
    // The check of the scenario fails.
    assert_eq!(run.status.code(), Some(1), "{run:?}");
    assert!(text(&run.stderr).contains("installed release"), "{run:?}");
    assert_eq!(place.calls("cargo"), "");
    for name in ["lambdacost.xml", "lambdacost.md"] {
        let report = fs::read_to_string(project.join(name)).expect("a report");
        assert!(report.contains("over-budget"), "{report}");
        let kept = list(&job["artifacts"]["paths"])
            .iter()
            .chain([&job["artifacts"]["reports"]["junit"]]);
        assert!(
            kept.into_iter().any(|kept| kept.as_str() == Some(name)),
            "{name}"
        );
    }
}

/// What pip calls for `pip install .`, and so for the hook of pre-commit.
#[test]
fn pip_takes_the_wheel_of_the_release_or_requires_maturin() {
    let place = Place::new();
    let hook = yaml(".pre-commit-hooks.yaml");
    assert_eq!(hook[0]["language"].as_str(), Some("python"));
    let code = "import backend\nprint(backend.get_requires_for_build_wheel())\n\
        print(backend.build_wheel(sys.argv[1])) if len(sys.argv) > 1 else None";
    let run = |arguments: &[&Path]| {
        let mut command = place.environment(python(&place.path("source"), code));
        command.args(arguments).output().expect("python3 runs")
    };
    let (_, pattern) = platforms()
        .into_iter()
        .find(|(known, _)| *known == target())
        .expect("this platform");
    let tag = pattern.replace("\\S*", "_2_17").replace("\\d+", "11");
    let name = format!("lambdacost-{VERSION}-py3-none-{tag}.whl");
    let requires = run(&[]);
    assert!(
        text(&requires.stdout).contains("['maturin>="),
        "{requires:?}"
    );
    assert!(
        text(&requires.stderr).contains("has no wheel"),
        "{requires:?}"
    );
    place.write_release(&name, "a wheel");
    place.write_release("lambdacost-9.9.9-py3-none-any.whl", "another");
    place.seal();
    let wheels = place.path("wheels");
    fs::create_dir(&wheels).expect("made");
    let takes = run(&[&wheels]);
    assert_eq!(text(&takes.stdout), format!("[]\n{name}\n"), "{takes:?}");
    assert_eq!(
        fs::read_to_string(wheels.join(&name)).expect("it is there"),
        "a wheel"
    );
    place.write_release(&name, "changed");
    let refuses = run(&[]);
    assert!(!refuses.status.success(), "{refuses:?}");
    assert!(
        text(&refuses.stderr).contains("not installed: "),
        "{refuses:?}"
    );
}

#[test]
fn pipelines_download_what_the_workflow_builds() {
    let workflow = yaml(RELEASE);
    let rows = list(&workflow["jobs"]["build"]["strategy"]["matrix"]["include"]);
    let named = |rows: Vec<&Yaml>| -> BTreeSet<String> {
        let names = rows
            .into_iter()
            .map(|row| row["target"].as_str().expect("a target"));
        names.map(str::to_owned).collect()
    };
    let built = named(rows.iter().collect());
    let with_wheel = named(
        rows.iter()
            .filter(|row| !row["wheel"].is_badvalue())
            .collect(),
    );
    let downloaded: BTreeSet<String> = platforms().into_iter().map(|(target, _)| target).collect();
    assert_eq!(with_wheel, downloaded);
    assert!(built.is_superset(&downloaded));
    let wanted = ["linux-gnu", "linux-musl", "darwin", "windows-msvc"];
    for part in wanted {
        assert!(built.iter().any(|target| target.ends_with(part)), "{part}");
    }
    // cargo-deny looks at the dependencies of each of them.
    let deny: toml::Table = read("deny.toml").parse().expect("TOML");
    let checked = deny["graph"]["targets"].as_array().expect("targets");
    let checked = checked
        .iter()
        .map(|target| target.as_str().expect("text").to_owned());
    assert_eq!(checked.collect::<BTreeSet<_>>(), built);
    // The image holds the static programs.
    let image = step(&workflow, Some("image"), "Build");
    let script = image["run"].as_str().expect("a script");
    for part in [
        "amd64:x86_64",
        "arm64:aarch64",
        "-unknown-linux-musl.tar.gz",
    ] {
        assert!(script.contains(part), "{part}");
    }
}

#[test]
fn the_archive_has_the_program_its_manual_its_completions_and_its_licences() {
    let place = Place::new();
    let folder = place.archive();
    let archive = place.release().join(format!("{folder}.tar.gz"));
    let run = Command::new("tar")
        .arg("-tzf")
        .arg(archive)
        .output()
        .expect("tar runs");
    let names = text(&run.stdout);
    for name in [
        "lambdacost",
        "README.md",
        "CHANGELOG.md",
        "LICENSE-APACHE",
        "LICENSE-MIT",
        "man/lambdacost.1",
        "man/lambdacost-check.1",
        "man/lambdacost-prices-list.1",
        "completions/lambdacost.bash",
        "completions/_lambdacost",
        "completions/lambdacost.fish",
    ] {
        let name = format!("{folder}/{name}");
        assert!(names.lines().any(|line| line == name), "{name}: {names}");
    }
    let dockerfile = read("Dockerfile");
    let copied = dockerfile
        .lines()
        .find_map(|line| line.strip_prefix("COPY "));
    for name in copied
        .expect("a COPY")
        .split(' ')
        .filter(|name| *name != "/")
    {
        assert!(names.contains(&format!("{folder}/{name}\n")), "{name}");
    }
    // Another program than that of this version is not packed.
    let other = place.path("bin").join("gh");
    let run = Command::new(root().join("scripts/package.sh"))
        .args([&target(), &other.display().to_string()])
        .arg(place.path("out"))
        .output();
    let run = run.expect("package.sh runs");
    assert!(!run.status.success());
    assert!(text(&run.stderr).contains("build it again"), "{run:?}");
}

/// Runs release-notes.py on a project with this manifest, lock and changelog.
fn notes(tag: &str, version: &str, heading: &str, repository: &str) -> Output {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, content: String| {
        fs::write(folder.path().join(name), content).expect("written");
    };
    write(
        "Cargo.toml",
        format!(
            "[package]\nversion = \"{version}\"\nrepository = \"https://github.com/team/lambdacost\"\n"
        ),
    );
    write(
        "Cargo.lock",
        "[[package]]\nname = \"lambdacost\"\nversion = \"1.2.3\"\n".to_owned(),
    );
    write(
        "CHANGELOG.md",
        format!(
            "# Changelog\n\nText.\n\n## {heading}\n\n### Added\n\n* This.\n\n## [1.0.0] - 2026-01-01\n\n* Old.\n"
        ),
    );
    fs::create_dir(folder.path().join("scripts")).expect("made");
    let script = folder.path().join("scripts/release-notes.py");
    fs::copy(root().join("scripts/release-notes.py"), &script).expect("copied");
    Command::new("python3")
        .arg(script)
        .arg(tag)
        .env("GITHUB_REPOSITORY", repository)
        .output()
        .expect("python3 runs")
}

#[test]
fn a_release_needs_the_same_version_everywhere_and_a_date() {
    let good = notes("v1.2.3", "1.2.3", "[1.2.3] - 2026-11-30", "team/lambdacost");
    assert!(good.status.success(), "{good:?}");
    assert_eq!(text(&good.stdout), "### Added\n\n* This.\n");
    for (tag, version, heading, repository, wrong) in [
        (
            "v1.2.4",
            "1.2.3",
            "[1.2.3] - 2026-11-30",
            "team/lambdacost",
            "the tag must be v1.2.3",
        ),
        (
            "v1.2.4",
            "1.2.4",
            "[1.2.4] - 2026-11-30",
            "team/lambdacost",
            "Cargo.lock has",
        ),
        (
            "v1.2.3",
            "1.2.3",
            "[1.2.2] - 2026-11-30",
            "team/lambdacost",
            "is 1.2.2, not 1.2.3",
        ),
        (
            "v1.2.3",
            "1.2.3",
            "[1.2.3] - unreleased",
            "team/lambdacost",
            "state the day",
        ),
        (
            "v1.2.3",
            "1.2.3",
            "[1.2.3] - 2026-11-30",
            "fork/lambdacost",
            "not that of fork",
        ),
    ] {
        let run = notes(tag, version, heading, repository);
        assert_eq!(run.status.code(), Some(1), "{run:?}");
        assert!(text(&run.stderr).contains(wrong), "{wrong}: {run:?}");
        assert!(run.stdout.is_empty(), "{run:?}");
    }
}

/// Between releases only the day may be missing, and the address.
#[test]
fn the_version_of_the_manifest_is_the_newest_of_the_changelog() {
    let run = Command::new("python3")
        .arg(root().join("scripts/release-notes.py"))
        .arg(format!("v{VERSION}"))
        .env_remove("GITHUB_REPOSITORY")
        .output()
        .expect("python3 runs");
    let message = text(&run.stderr);
    let undated = format!("CHANGELOG.md has '## [{VERSION}] - unreleased");
    assert!(
        message.lines().all(|line| line.starts_with(&undated)),
        "{message}"
    );
}

/// Every file in YAML, and the blocks of it that users copy.
#[test]
fn every_pipeline_is_yaml() {
    let mut names = files(".github/workflows");
    names.extend(files(".github"));
    names.extend(
        [
            "action.yml",
            "integrations/gitlab-ci.yml",
            ".pre-commit-hooks.yaml",
        ]
        .map(str::to_owned),
    );
    assert!(names.len() > 5, "only {names:?}");
    for name in names {
        yaml(&name);
    }
    for name in ["README.md", "docs/ci.md"] {
        let document = read(name);
        let blocks = document.split("```yaml\n").skip(1);
        for block in blocks.filter_map(|block| block.split("```").next()) {
            parsed(name, block);
        }
    }
}

#[test]
fn every_job_states_its_permissions_and_its_time_and_needs_jobs_that_exist() {
    for name in files(".github/workflows") {
        let workflow = yaml(&name);
        let jobs = workflow["jobs"].as_hash().expect("jobs");
        for (job, what) in jobs {
            let shown = format!("{name}: {job:?}");
            assert!(
                what["permissions"].as_hash().is_some(),
                "{shown}: permissions"
            );
            assert!(
                what["timeout-minutes"].as_i64().is_some(),
                "{shown}: timeout-minutes"
            );
            for needed in list(&what["needs"]) {
                assert!(jobs.contains_key(needed), "{shown} needs {needed:?}");
            }
            for step in list(&what["steps"]) {
                let both = step["uses"].is_badvalue() != step["run"].is_badvalue();
                assert!(both, "{shown}: a step uses an action or runs a script");
            }
        }
    }
}

/// The job that signs runs nothing that a dependency could change.
#[test]
fn jobs_that_sign_and_publish_build_nothing() {
    let workflow = yaml(RELEASE);
    for (job, what) in workflow["jobs"].as_hash().expect("jobs") {
        let writes = what["permissions"].as_hash().expect("permissions");
        if writes.values().all(|value| value.as_str() == Some("read")) {
            continue;
        }
        for step in list(&what["steps"]) {
            let script = step["run"].as_str().unwrap_or_default();
            let builds = ["cargo", "rustup", "pip", "maturin", ".ci/run"];
            let found = builds.iter().find(|word| script.contains(*word));
            assert_eq!(found, None, "{job:?}: {script}");
        }
    }
    for job in ["publish", "image"] {
        let needs = list(&workflow["jobs"][job]["needs"]);
        assert!(
            needs.iter().any(|need| need.as_str() == Some("check")),
            "{job}"
        );
    }
}

/// Cargo.toml states the address; when it changes, every other place must change too.
#[test]
fn every_file_names_the_repository_of_the_manifest() {
    let manifest: toml::Table = read("Cargo.toml").parse().expect("TOML");
    for key in ["homepage", "documentation"] {
        let address = manifest["package"][key].as_str().expect("text");
        assert!(address.starts_with(REPOSITORY), "{key}: {address}");
    }
    let owner = REPOSITORY.split('/').nth(3).expect("an owner");
    let mut names = [
        ".pre-commit-hooks.yaml",
        "action.yml",
        "Dockerfile",
        "pyproject.toml",
    ]
    .map(str::to_owned)
    .to_vec();
    names.extend(
        [
            "README.md",
            "SECURITY.md",
            "CONTRIBUTING.md",
            "CHANGELOG.md",
            "DESIGN.md",
        ]
        .map(str::to_owned),
    );
    for folder in [
        "docs",
        "integrations",
        "scripts",
        ".github",
        ".github/workflows",
    ] {
        names.extend(files(folder));
    }
    let mut count = 0;
    for name in names {
        let content = read(&name);
        assert!(
            !content.contains("example.com"),
            "{name} has an address that is none"
        );
        for (at, _) in content.match_indices("/lambdacost") {
            let before = &content[..at];
            let start = before
                .rfind(['/', ' ', '"', '`'])
                .map_or(0, |found| found + 1);
            let (host, found) = before.split_at(start);
            let hosts = [
                "github.com/",
                "gitlab.com/",
                "githubusercontent.com/",
                "ghcr.io/",
                "uses: ",
            ];
            if hosts.iter().any(|known| host.ends_with(known)) {
                assert_eq!(
                    found, owner,
                    "{name}: write {owner}, as `repository` of Cargo.toml does"
                );
                count += 1;
            }
        }
    }
    assert!(count > 8, "only {count} addresses found");
}

/// maturin takes metadata of Cargo.toml only if pyproject.toml requests it.
#[test]
fn the_wheel_is_the_program_with_the_metadata_of_the_manifest() {
    let project: toml::Table = read("pyproject.toml").parse().expect("TOML");
    assert_eq!(project["tool"]["maturin"]["bindings"].as_str(), Some("bin"));
    assert_eq!(
        project["project"]["name"].as_str(),
        Some(env!("CARGO_PKG_NAME"))
    );
    let dynamic = project["project"]["dynamic"].as_array().expect("a list");
    for key in [
        "version",
        "description",
        "readme",
        "license",
        "keywords",
        "urls",
    ] {
        assert!(
            dynamic.iter().any(|known| known.as_str() == Some(key)),
            "{key}"
        );
    }
    let system = &project["build-system"];
    assert_eq!(system["build-backend"].as_str(), Some("backend"));
    assert_eq!(system["backend-path"][0].as_str(), Some("integrations"));
    // Who compiles gets the maturin that was tried, or a newer one that is compatible.
    let pinned = read("scripts/maturin.txt");
    let pinned = pinned
        .lines()
        .find_map(|line| line.strip_prefix("maturin=="));
    let pinned: Vec<&str> = pinned.expect("a version").split(['.', ' ']).collect();
    let wanted = format!(
        "\"maturin>={}.{},<{}\"",
        pinned[0],
        pinned[1],
        pinned[0].parse::<u32>().expect("a number") + 1
    );
    assert!(
        read("integrations/backend.py").contains(&wanted),
        "{wanted}"
    );
}

/// A release takes what the program is compiled from, and leaves out the tests.
#[test]
fn the_package_has_what_it_is_compiled_from_and_no_tests() {
    let run = Command::new(env!("CARGO"))
        .args([
            "package",
            "--list",
            "--allow-dirty",
            "--offline",
            "--package",
            env!("CARGO_PKG_NAME"),
        ])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(run.status.success(), "{run:?}");
    let names = text(&run.stdout);
    let names: BTreeSet<&str> = names.lines().collect();
    for needed in [
        "build.rs",
        "src/main.rs",
        "src/lib.rs",
        "pricing/us-east-1.toml",
        "pricing/instances.csv",
        "README.md",
        "LICENSE-MIT",
        "LICENSE-APACHE",
    ] {
        assert!(names.contains(needed), "{needed} is left out");
    }
    let unneeded = |name: &&&str| {
        [
            "tests/",
            "fuzz/",
            "benches/",
            ".",
            "integrations/",
            "scripts/",
        ]
        .iter()
        .any(|start| name.starts_with(start) && **name != ".cargo_vcs_info.json")
    };
    let found: Vec<_> = names.iter().filter(unneeded).collect();
    assert!(found.is_empty(), "{found:?}");
}
