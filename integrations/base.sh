#!/bin/sh
# Prints the full hash of a commit. Fetches it from `origin` if the clone does not have it.
#
#   integrations/base.sh COMMIT-OR-BRANCH
#
# Exits with 2 if there is no such commit.
set -eu

base=${1:?usage: base.sh COMMIT-OR-BRANCH}

# Git reads a word with `-` at its start as an option, and some options run commands. It reads a word
# with `:` as a branch to write to.
case $base in
-* | *:*)
    echo "lambdacost: LAMBDACOST_BASE must be a commit or a branch: remove the \`-\` at its start or the \`:\`" >&2
    exit 2
    ;;
esac

if git rev-parse --quiet --verify --end-of-options "$base^{commit}"; then
    exit
fi
git fetch --quiet --depth 1 --end-of-options origin "$base" || exit 2
git rev-parse --quiet --verify 'FETCH_HEAD^{commit}' || exit 2
