#!/bin/sh
# Prints the full hash of a commit; fetches it from `origin` where the clone does not have it.
#
#   integrations/base.sh COMMIT-OR-BRANCH
#
# Ends with 2 where there is no such commit.
set -eu

base=${1:?usage: base.sh COMMIT-OR-BRANCH}

# Git takes what begins with `-` as an option, some of which run commands, and what contains `:`
# as a branch to write to.
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
