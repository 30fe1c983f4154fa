#!/usr/bin/env python3
"""Installs lambdacost as ROOT/bin/lambdacost.

    integrations/install.py ROOT

Downloads the released program if the release was built from the commit of this source, and verifies
its checksum and its attestation. Compiles the source if there is no such release. Exits with 2 if the
verification of a release fails: such a release never runs, and nothing is compiled instead.

Environment:
  LAMBDACOST_REF          requested tag or full commit; default: the commit of the git clone
  LAMBDACOST_REPOSITORY   address of the repository with the releases; default: that in Cargo.toml
  LAMBDACOST_RELEASES     address of its releases; default: $LAMBDACOST_REPOSITORY/releases/download
  LAMBDACOST_ATTESTATION  `required`: without a program `gh` that can verify, compile;
                          `optional` (default): without one, verify the checksum alone

Needs Python 3.8 or newer, and nothing else.
"""

import hashlib
import http.client
import io
import os
import pathlib
import platform
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import urllib.error
import urllib.request

SOURCE = pathlib.Path(__file__).resolve().parent.parent

# A system and machine as `platform` names them, its Rust target, and the platform tag of its wheel. On
# Linux the program is static and needs no library of the system.
PLATFORMS = {
    ("Linux", "x86_64"): ("x86_64-unknown-linux-musl", r"manylinux\S*_x86_64"),
    ("Linux", "aarch64"): ("aarch64-unknown-linux-musl", r"manylinux\S*_aarch64"),
    ("Darwin", "x86_64"): ("x86_64-apple-darwin", r"macosx_\d+_\d+_x86_64"),
    ("Darwin", "arm64"): ("aarch64-apple-darwin", r"macosx_\d+_\d+_arm64"),
    ("Windows", "AMD64"): ("x86_64-pc-windows-msvc", r"win_amd64"),
}
WORKFLOW = ".github/workflows/release.yml"
COMMIT = re.compile(r"[0-9a-f]{40}")
TIMEOUT_SECONDS = 60
# A release has a few MB.
LARGEST_BYTES = 100_000_000


class Unavailable(Exception):
    """There is no release to use: the program has to be compiled."""


class Refused(Exception):
    """There is a release, and its verification failed."""


def say(message):
    print(f"lambdacost: {message}", file=sys.stderr)


def setting(name, default=""):
    return os.environ.get(name) or default


def manifest(key):
    """A key of `[package]` in Cargo.toml."""
    text = (SOURCE / "Cargo.toml").read_text(encoding="utf-8")
    found = re.search(rf'^{key} = "(.*)"$', text, re.MULTILINE)
    if not found:
        raise Unavailable(f"Cargo.toml has no `{key}`")
    return found[1]


def git(*arguments):
    """The output of git in the folder of the source, or None."""
    # In a hook, these variables would point git to another repository.
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    command = ["git", "-C", str(SOURCE), *arguments]
    try:
        run = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return run.stdout.strip()


def wanted_commit(version):
    """The commit that the release must be built from; None if the tag of the release is requested."""
    ref = setting("LAMBDACOST_REF")
    if ref == f"v{version}":
        return None
    if COMMIT.fullmatch(ref):
        return ref
    if ref:
        raise Unavailable(f"{ref!r} is neither the tag v{version} nor a full commit")
    commit = git("rev-parse", "HEAD") if (SOURCE / ".git").exists() else None
    if not commit:
        raise Unavailable("the commit of this source is not known")
    if git("status", "--porcelain", "--untracked-files=no") != "":
        raise Unavailable("this source has changes that are not committed")
    return commit


def fetch(url):
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT_SECONDS) as answer:
            content = answer.read(LARGEST_BYTES + 1)
    except (OSError, ValueError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", error)
        code = f"{error.code} " if isinstance(error, urllib.error.HTTPError) else ""
        raise Unavailable(f"cannot download {url}: {code}{reason}") from None
    if len(content) > LARGEST_BYTES:
        raise Refused(f"{url} is larger than {LARGEST_BYTES} bytes: it is no release")
    return content


class Release:
    """The release of this source's version, once it is known to be built from this source."""

    def __init__(self):
        self.version = manifest("version")
        self.repository = setting("LAMBDACOST_REPOSITORY", manifest("repository")).rstrip("/")
        releases = setting("LAMBDACOST_RELEASES")
        if not releases and "/OWNER/" in self.repository:
            raise Unavailable("the project is not published yet")
        releases = releases or f"{self.repository}/releases/download"
        machine = (platform.system(), platform.machine())
        if machine not in PLATFORMS:
            raise Unavailable(f"there is no release for {' on '.join(machine)}")
        self.target, self.wheel_tag = PLATFORMS[machine]
        self.commit = wanted_commit(self.version)
        self.address = f"{releases.rstrip('/')}/v{self.version}"
        lines = fetch(f"{self.address}/SHA256SUMS").decode("ascii", "replace").splitlines()
        rows = [line.split("  ", 1) for line in lines if "  " in line]
        self.checksums = {name: checksum for checksum, name in rows}
        built_from = self.file("COMMIT").decode("ascii", "replace").strip()
        if self.commit and self.commit != built_from:
            raise Unavailable(f"release v{self.version} is built from another commit, {built_from!r}")

    def file(self, name):
        """The content of a file of the release, after its checksum is verified."""
        if name not in self.checksums:
            raise Unavailable(f"release v{self.version} has no {name}")
        content = fetch(f"{self.address}/{name}")
        checksum = hashlib.sha256(content).hexdigest()
        if checksum != self.checksums[name]:
            raise Refused(
                f"{self.address}/{name} has the SHA-256 {checksum}, not {self.checksums[name]!r} as "
                "SHA256SUMS states: try again, and report it if it stays so"
            )
        return content

    def attested(self, name, content):
        """Raises unless the release workflow built the file from the right commit.

        Returns how it was verified."""
        gh = shutil.which("gh")
        if not gh or not can_verify(gh):
            if setting("LAMBDACOST_ATTESTATION", "optional") == "required":
                raise Unavailable("no program `gh` that can verify the attestation of the release")
            return "checksum verified; no program `gh` to verify the attestation"
        owner_and_name = "/".join(self.repository.split("/")[-2:])
        with tempfile.TemporaryDirectory() as folder:
            # A file of the release, so that `gh` needs no account to get it.
            bundle = pathlib.Path(folder, "attestation.jsonl")
            bundle.write_bytes(fetch(f"{self.address}/attestation.jsonl"))
            path = pathlib.Path(folder, name)
            path.write_bytes(content)
            command = [
                gh, "attestation", "verify", str(path), "--bundle", str(bundle),
                "--repo", owner_and_name, "--signer-workflow", f"{owner_and_name}/{WORKFLOW}",
                "--source-ref", f"refs/tags/v{self.version}", "--deny-self-hosted-runners",
            ]
            if self.commit:
                command += ["--source-digest", self.commit]
            run = subprocess.run(command, capture_output=True, text=True, check=False)
        if run.returncode != 0:
            output = (run.stdout + run.stderr).strip()[-2000:]
            raise Refused(f"the attestation of {self.address}/{name} does not verify: {output!r}")
        return "checksum and attestation verified"

    def program(self):
        """The program, and how it was verified."""
        folder = f"lambdacost-v{self.version}-{self.target}"
        content = self.file(f"{folder}.tar.gz")
        verified = self.attested(f"{folder}.tar.gz", content)
        name = f"{folder}/{executable()}"
        try:
            with tarfile.open(fileobj=io.BytesIO(content), mode="r:gz") as archive:
                return archive.extractfile(name).read(), verified
        except (tarfile.TarError, KeyError, AttributeError, OSError, EOFError) as error:
            raise Refused(f"{folder}.tar.gz has no program {name}: {error}") from None

    def wheel(self):
        """The name of the wheel, its content, and how it was verified."""
        pattern = re.compile(rf"lambdacost-{re.escape(self.version)}-py3-none-{self.wheel_tag}\S*\.whl")
        names = [name for name in self.checksums if pattern.fullmatch(name)]
        if len(names) != 1:
            raise Unavailable(f"release v{self.version} has no wheel for {self.target}")
        content = self.file(names[0])
        return names[0], content, self.attested(names[0], content)


def can_verify(gh):
    """Whether this `gh` is new enough to compare an attestation with a commit."""
    command = [gh, "attestation", "verify", "--help"]
    try:
        run = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return False
    return run.returncode == 0 and "--source-digest" in run.stdout


def executable():
    return "lambdacost.exe" if platform.system() == "Windows" else "lambdacost"


def install(root):
    """Installs the released program."""
    release = Release()
    content, verified = release.program()
    folder = root / "bin"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as place:
        path = pathlib.Path(place, executable())
        path.write_bytes(content)
        path.chmod(0o755)
        try:
            run = subprocess.run([path, "--version"], capture_output=True, text=True, check=True)
        except (OSError, subprocess.CalledProcessError) as error:
            raise Unavailable(f"the released program does not run here: {error}") from None
        if run.stdout.split() != ["lambdacost", release.version]:
            raise Refused(f"the released program calls itself {run.stdout!r}, not {release.version}")
        path.replace(folder / executable())
    say(f"installed release v{release.version} for {release.target}: {verified}")


def compile_source(root):
    command = ["cargo", "install", "--quiet", "--locked", "--path", str(SOURCE), "--root", str(root)]
    try:
        return subprocess.run(command, check=False).returncode
    except OSError as error:
        say(f"cannot compile the program: {error}: install Rust {manifest('rust-version')} or newer")
        return 2


def main():
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    root = pathlib.Path(sys.argv[1])
    try:
        install(root)
    except Unavailable as reason:
        say(f"compiling the program: {reason}")
        return compile_source(root)
    except Refused as reason:
        say(f"not installed: {reason}")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
