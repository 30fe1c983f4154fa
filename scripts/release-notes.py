#!/usr/bin/env python3
"""Prints the notes of a release, from the changelog.

    scripts/release-notes.py vX.Y.Z

Exits with 1 unless the tag, Cargo.toml, Cargo.lock and the newest version of CHANGELOG.md agree, the
changelog has the date of the release, and Cargo.toml has the address of the repository that makes the
release (GITHUB_REPOSITORY, if it is set). Needs Python 3.8 or newer.
"""

import os
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def first(pattern, text):
    """The first group of the first match, or an empty text."""
    found = re.search(pattern, text, re.MULTILINE)
    return found[1] if found else ""


def mistakes(tag, heading):
    """Everything that prevents the release."""
    manifest = read("Cargo.toml")
    version = first(r'^version = "(.*)"$', manifest)
    if tag != f"v{version}":
        yield f"the tag is {tag} and Cargo.toml has the version {version}: the tag must be v{version}"
    locked = first(r'^name = "lambdacost"\nversion = "(.*)"$', read("Cargo.lock"))
    if locked != version:
        yield f"Cargo.lock has the version {locked}, not {version}: run `cargo update --workspace`"
    noted = first(r"^## \[(.*)\]", heading)
    if noted != version:
        yield f"the newest version of CHANGELOG.md is {noted}, not {version}: add a section `## [{version}]`"
    elif not re.fullmatch(rf"## \[{re.escape(version)}\] - \d{{4}}-\d\d-\d\d", heading):
        yield f"CHANGELOG.md has {heading!r}: state the day of the release, as in `## [{version}] - 2026-01-31`"
    repository = first(r'^repository = "(.*)"$', manifest)
    here = os.environ.get("GITHUB_REPOSITORY")
    if here and not repository.endswith(f"/{here}"):
        yield f"`repository` in Cargo.toml is {repository}, not that of {here}: state the real address"


def main():
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    sections = re.split(r"^(?=## )", read("CHANGELOG.md"), flags=re.MULTILINE)
    heading, _, notes = (sections[1] if len(sections) > 1 else "").partition("\n")
    wrong = list(mistakes(sys.argv[1], heading))
    for mistake in wrong:
        print(mistake, file=sys.stderr)
    if wrong:
        return 1
    print(notes.strip())
    return 0


if __name__ == "__main__":
    sys.exit(main())
