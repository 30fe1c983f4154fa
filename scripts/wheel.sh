#!/usr/bin/env bash
# Builds the wheel and tests it: in a fresh virtual environment, and in the way in which pip and
# pre-commit get it from a release. The release build of .ci/run has already compiled most of it.
#
#   scripts/wheel.sh
#
# Needs Python 3.11 or newer and, for maturin, the package index of Python. If one of them is missing, it
# prints a message and exits with 0.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

skip() {
  printf 'the wheel was not tried: %s\n' "$1"
  exit 0
}

python3 -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null ||
  skip 'it needs Python 3.11 or newer with venv'
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/tools" || skip 'a virtual environment cannot be made'
"$place/tools/bin/pip" --disable-pip-version-check --retries 1 install --quiet --require-hashes \
  --no-deps --only-binary :all: -r scripts/maturin.txt || skip 'maturin cannot be installed'

version=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -n 1)
release="$place/releases/v$version"
"$place/tools/bin/maturin" build --release --locked --out "$release"

# Installs with pip into a fresh environment. The program must give the same answers as the release build.
try() {
  local fresh="$place/fresh"
  rm -rf "$fresh"
  python3 -m venv --without-pip "$fresh"
  "$place/tools/bin/pip" --python "$fresh" --disable-pip-version-check install --quiet --no-index "$1"
  for program in "$fresh/bin/lambdacost" "${CARGO_TARGET_DIR:-target}/release/lambdacost"; do
    "$program" --version
    "$program" compare scenarios/web-api.toml --format json
  done >"$place/answers"
  python3 - "$place/answers" <<'END'
import pathlib, sys
text = pathlib.Path(sys.argv[1]).read_text()
half = len(text) // 2
assert half > 1000 and text[:half] == text[half:], "the installed program gives another answer"
END
}

try "$release"/*.whl
printf '%s\n' "installed from the wheel: $(basename "$release"/*.whl)"

# The folder has the same files as a published release. Without an index pip cannot fetch maturin, so
# compiling a wheel fails here.
git rev-parse HEAD >"$release/COMMIT"
(cd "$release" && sums=$(shasum -a 256 -- *) && printf '%s\n' "$sums" >SHA256SUMS)
export LAMBDACOST_REF="v$version" LAMBDACOST_RELEASES="file://$place/releases"
PATH="$(dirname "$(command -v python3)"):/usr/bin:/bin" try .
printf '%s\n' 'installed from a release, as pre-commit does'
