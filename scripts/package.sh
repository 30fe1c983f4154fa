#!/usr/bin/env bash
# Packs a built program for a release: OUT/lambdacost-vVERSION-TARGET.tar.gz, with its manual pages,
# completions and licences.
#
#   scripts/package.sh TARGET PROGRAM OUT
#
# It runs the program, so TARGET must be a target that runs on this machine.
set -euo pipefail

target=${1:?usage: package.sh TARGET PROGRAM OUT}
program=$(realpath -- "${2:?usage: package.sh TARGET PROGRAM OUT}")
out=${3:?usage: package.sh TARGET PROGRAM OUT}
mkdir -p -- "$out"
out=$(cd -- "$out" && pwd)
cd "$(dirname "${BASH_SOURCE[0]}")/.."

version=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -n 1)
says=$("$program" --version | tr -d '\r')
if [ "$says" != "lambdacost $version" ]; then
  printf '%s calls itself %s, and Cargo.toml has the version %s: build it again\n' \
    "$program" "$says" "$version" >&2
  exit 1
fi

folder="lambdacost-v$version-$target"
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
mkdir -p "$place/$folder/completions" "$place/$folder/man"
cp -- "$program" README.md CHANGELOG.md LICENSE-APACHE LICENSE-MIT "$place/$folder"
completions="$place/$folder/completions"
"$program" completions bash >"$completions/lambdacost.bash"
"$program" completions elvish >"$completions/lambdacost.elv"
"$program" completions fish >"$completions/lambdacost.fish"
"$program" completions powershell >"$completions/_lambdacost.ps1"
"$program" completions zsh >"$completions/_lambdacost"

# Writes the page of a command, or without a command of the program, and the pages of its subcommands.
pages() {
  local page="$place/$folder/man/lambdacost${1:+-$1}.1" command
  "$program" man ${1:+"$1"} >"$page"
  for command in $(tr -d '\\\r' <"$page" | sed -n 's/^lambdacost-\([a-z-]*\)(1)$/\1/p'); do
    # clap names a command `help`, which has no page.
    [[ $command == *help ]] || pages "$command"
  done
}
pages ''
tar -C "$place" -czf "$out/$folder.tar.gz" "$folder"
printf '%s\n' "$out/$folder.tar.gz"
