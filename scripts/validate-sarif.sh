#!/usr/bin/env bash
# Validates SARIF files with the SARIF Multitool: the rules of the standard, and those of GitHub for code
# scanning. Errors and warnings fail. Notes are about style (numeric rule names, excerpts of the source)
# and are off.
#
#   scripts/validate-sarif.sh FILE...
#
# It needs npm and a connection, or a copy of the package in npm's cache.
set -euo pipefail

package='@microsoft/sarif-multitool@5.7.0'
report="$(mktemp)"
trap 'rm -f "$report"' EXIT

# The package starts the program through a shell, which would end the command at a semicolon.
code=0
npx --yes --package="$package" -- sarif-multitool validate "$@" \
  --rule-kind "'Sarif;Ghas;Gh'" --level "'Error;Warning'" \
  --output "$report" --log ForceOverwrite || code=$?

if [ "$code" -ne 0 ] || grep -q '"ruleId"' "$report"; then
  printf 'SARIF: errors or warnings, see above\n' >&2
  exit 1
fi
