#!/bin/sh
# Checks a scenario, and compares it with the same file on the base branch if there is one.
#
#   integrations/check.sh SCENARIO [ARGUMENT of lambdacost check]...
#
# Environment:
#   LAMBDACOST_BASE     commit or branch to compare with (default none)
#   LAMBDACOST_COMMENT  file for the report in Markdown (default none)
#   LAMBDACOST_FORMAT   format on standard output (default github)
#   LAMBDACOST          the program (default lambdacost)
#
# Exits like `lambdacost check`: 0 no errors, 1 at least one error, 2 no answer.
# After a signal it exits with 128 plus the number of the signal.
set -eu

scenario=${1:?usage: check.sh SCENARIO [ARGUMENT...]}
shift
program=${LAMBDACOST:-lambdacost}

refuse() {
    echo "lambdacost: $1" >&2
    exit 2
}

# A line break in a name begins a new line of the log, and a line of the log can be a command to the
# runner. A name with `-` at its start would be read as an option, by git or by the program.
case $scenario in
*[[:cntrl:]]* | *'##['*) refuse "the name of the scenario must be printable and without \`##[\`: rename the file" ;;
/*) refuse "name the scenario relative to the folder: $scenario" ;;
-*) refuse "the scenario must not begin with \`-\`: write \`./\` before its name" ;;
esac
case ${LAMBDACOST_BASE:-} in
-* | *:* | *[[:cntrl:]]* | *'##['*) refuse "LAMBDACOST_BASE must be a commit or a branch: remove the \`-\` at its start, the \`:\` or what cannot be printed" ;;
esac
command -v -- "$program" >/dev/null || refuse "there is no program \`lambdacost\`: install it, or name it in LAMBDACOST"

# Two `--force`, because a killed run may have left a locked worktree.
remove_worktree() {
    git worktree remove --force --force -- "$worktree" 2>/dev/null || rm -rf -- "$worktree"
}

if [ -n "${LAMBDACOST_BASE:-}" ]; then
    # A copy of the whole tree, because a scenario may name a functions file in the same folder.
    worktree=$(git rev-parse --git-dir)/lambdacost-base || exit 2
    prefix=$(git rev-parse --show-prefix) || exit 2
    trap remove_worktree EXIT
    # Not every shell runs the trap above when a signal ends it.
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
    # The program has printed the reason.
    [ "$code" -lt 2 ] || exit "$code"
    if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then
        cat "$LAMBDACOST_COMMENT" >>"$GITHUB_STEP_SUMMARY"
    fi
fi
code=0
"$program" check --format "${LAMBDACOST_FORMAT:-github}" "$@" -- "$scenario" || code=$?
exit "$code"
