#!/usr/bin/env bash
# Tests with taplo, whose language server is in most editors of TOML, that it reads the schema of a
# scenario: every example must pass, and a file of mistakes must fail at each of them.
#
#   scripts/check-schema.sh [TAPLO]
#
# Without TAPLO, the program is installed into a temporary environment with Python 3; where that is
# not possible, the script says so and ends with 0.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

skip() {
  printf 'the schema was not read by taplo: %s\n' "$1"
  exit 0
}

place="$(mktemp -d)"
trap 'rm -rf "$place"' EXIT
taplo="${1:-}"
if [ -z "$taplo" ]; then
  python3 -m venv "$place/tools" || skip 'a virtual environment cannot be made'
  "$place/tools/bin/pip" --disable-pip-version-check --retries 1 install --quiet --require-hashes \
    --no-deps --only-binary :all: -r scripts/taplo.txt || skip 'taplo cannot be installed'
  taplo="$place/tools/bin/taplo"
fi

lint() {
  RUST_LOG=error "$taplo" lint --no-auto-config --schema "file://$PWD/schemas/scenario.json" \
    --colors never "$@"
}

lint scenarios/*.toml

cat >"$place/mistakes.toml" <<'END'
region = "us-east1"

[[function]]
name = "checkout"
memroy_mb = 512
duration_ms = 0.2
invocations_per_month = 1.5
utilization = 35
runs_on = "ecs"

[function.container]
cpu = 12

[eks]
min_node = 3
END
code=0
lint "$place/mistakes.toml" >"$place/report" 2>&1 || code=$?
if [ "$code" -eq 0 ]; then
  printf 'taplo finds nothing in a file of mistakes\n' >&2
  exit 1
fi
for wanted in us-east1 memroy_mb memory_mb 'duration_ms = 0.2' 1.5 'utilization = 35' ecs cpu min_node; do
  if ! grep -qF -e "$wanted" "$place/report"; then
    printf 'taplo does not point at %s:\n' "$wanted" >&2
    cat "$place/report" >&2
    exit 1
  fi
done
printf 'taplo reads schemas/scenario.json and finds the mistakes\n'
