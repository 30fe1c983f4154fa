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
# A signal ends it with 128 and the signal's number.
set -eu

scenario=${1:?usage: check.sh SCENARIO [ARGUMENT...]}
shift
program=${LAMBDACOST:-lambdacost}

refuse() {
    echo "lambdacost: $1" >&2
    exit 2
}

# A line break in a name begins a line of its own in the log, where a line can be a command to the
# runner. What begins with `-` would be read as an option, by git or by the program.
case $scenario in
*[[:cntrl:]]* | *'##['*) refuse "the name of the scenario must be printable and without \`##[\`: rename the file" ;;
/*) refuse "name the scenario relative to the folder: $scenario" ;;
-*) refuse "the scenario must not begin with \`-\`: write \`./\` before its name" ;;
esac
case ${LAMBDACOST_BASE:-} in
-* | *:* | *[[:cntrl:]]* | *'##['*) refuse "LAMBDACOST_BASE must be a commit or a branch: remove the \`-\` at its start, the \`:\` or what cannot be printed" ;;
esac
command -v -- "$program" >/dev/null || refuse "there is no program \`lambdacost\`: install it, or name it in LAMBDACOST"

# Twice `--force`: a run that was killed may have left a locked one.
remove_worktree() {
    git worktree remove --force --force -- "$worktree" 2>/dev/null || rm -rf -- "$worktree"
}

if [ -n "${LAMBDACOST_BASE:-}" ]; then
    # A copy of the whole tree: a scenario may point to a fleet beside it.
    worktree=$(git rev-parse --git-dir)/lambdacost-base || exit 2
    prefix=$(git rev-parse --show-prefix) || exit 2
    trap remove_worktree EXIT
    # Not every shell takes the trap above when a signal ends it.
    trap 'exit 129' HUP
    trap 'exit 130' INT
    trap 'exit 143' TERM
    remove_worktree
    git worktree add --quiet --detach --force -- "$worktree" "$LAMBDACOST_BASE" || exit 2
    if [ -e "$worktree/$prefix$scenario" ]; then
        set -- --baseline "$worktree/$prefix$scenario" "$@"
    else
        echo "lambdacost: $scenario is new since $LAMBDACOST_BASE: no baseline" >&2
    fi
fi

code=0
if [ -n "${LAMBDACOST_COMMENT:-}" ]; then
    "$program" check --format markdown --output "$LAMBDACOST_COMMENT" "$@" -- "$scenario" || code=$?
    # The program has said why it could not answer.
    [ "$code" -lt 2 ] || exit "$code"
    if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then
        cat "$LAMBDACOST_COMMENT" >>"$GITHUB_STEP_SUMMARY"
    fi
fi
code=0
"$program" check --format "${LAMBDACOST_FORMAT:-github}" "$@" -- "$scenario" || code=$?
exit "$code"
