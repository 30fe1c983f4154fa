#!/usr/bin/env bash
# Runs the SQL of `lambdacost import --query` in a fresh virtual environment, and compares its rows.
#
#   scripts/check-queries.sh [--all]
#
# Runs it on DuckDB, with --all also on DataFusion, ClickHouse (chdb) and Spark (PySpark, which needs
# Java). For Athena and Trino it is only parsed, by sqlglot. Needs Python 3.11 or newer and the package index
# of Python. If one of them is missing, it prints a message and exits with 0. The program is the release
# build, or that in LAMBDACOST.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

skip() {
  printf 'skipped: the queries were not run: %s\n' "$1"
  exit 0
}

program="${LAMBDACOST:-${CARGO_TARGET_DIR:-target}/release/lambdacost}"
python3 -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null ||
  skip 'Python 3.11 or newer with venv is not installed'
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place" || skip 'a virtual environment cannot be made'
install() {
  "$place/bin/pip" --disable-pip-version-check --retries 1 install --quiet --require-hashes --no-deps "$@"
}
install --only-binary :all: -r scripts/queries.txt || skip 'DuckDB and sqlglot cannot be installed'
engines=(duckdb)
if [ "${1:-}" = --all ]; then
  install -r scripts/queries-engines.txt
  engines+=(datafusion clickhouse spark)
fi
"$place/bin/python" scripts/check-queries.py "$program" "${engines[@]}"
