#!/bin/sh
# Checks a scenario, against the same file on the base branch where there is one.
#
#   integrations/check.sh SCENARIO [ARGUMENT of lambdacost check]...
#
# Environment:
#   LAMBDACOST_BASE     commit or branch to compare with; empty: none
#   LAMBDACOST_COMMENT  file for the report in Markdown; empty: none
#   LAMBDACOST_FORMAT   format on standard output (default github)
#   LAMBDACOST          the program (default lambdacost)
#
# Ends as `lambdacost check` does: 0 fine, 1 a rule is broken, 2 could not answer.
set -eu

scenario=${1:?usage: check.sh SCENARIO [ARGUMENT...]}
shift
program=${LAMBDACOST:-lambdacost}

case $scenario in
/*)
    echo "lambdacost: name the scenario relative to the folder: $scenario" >&2
    exit 2
    ;;
esac

if [ -n "${LAMBDACOST_BASE:-}" ]; then
    # A copy of the whole tree: a scenario may point to a fleet beside it.
    base=$(git rev-parse --git-dir)/lambdacost-base
    git worktree remove --force "$base" 2>/dev/null || true
    git worktree add --quiet --detach --force "$base" "$LAMBDACOST_BASE" || exit 2
    trap 'git worktree remove --force "$base"' EXIT
    prefix=$(git rev-parse --show-prefix)
    if [ -e "$base/$prefix$scenario" ]; then
        set -- --baseline "$base/$prefix$scenario" "$@"
    else
        echo "lambdacost: $scenario is new since $LAMBDACOST_BASE: no baseline" >&2
    fi
fi

code=0
if [ -n "${LAMBDACOST_COMMENT:-}" ]; then
    "$program" check "$scenario" "$@" --format markdown --output "$LAMBDACOST_COMMENT" || code=$?
    # What cannot be answered has been said.
    [ "$code" -lt 2 ] || exit "$code"
    if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then
        cat "$LAMBDACOST_COMMENT" >>"$GITHUB_STEP_SUMMARY"
    fi
fi
code=0
"$program" check "$scenario" "$@" --format "${LAMBDACOST_FORMAT:-github}" || code=$?
exit "$code"
