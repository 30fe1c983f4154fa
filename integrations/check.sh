#!/bin/sh
# Checks scenarios, and compares each with the same file on the base branch if there is one.
#
#   integrations/check.sh SCENARIO... [OPTION of lambdacost check]...
#
# Environment:
#   LAMBDACOST_BASE          commit or branch to compare with (default none)
#   LAMBDACOST_BASE_NAME     what reports call it, with its commit (default LAMBDACOST_BASE)
#   LAMBDACOST_COMMENT       file for the report in Markdown (default none)
#   LAMBDACOST_COMMENT_WHEN  always, or on-change for one line if nothing changed (default always)
#   LAMBDACOST_FORMAT        format on standard output (default github)
#   LAMBDACOST               the program (default lambdacost)
#
# Exits like `lambdacost check`: 0 no errors, 1 at least one error, 2 no answer.
# After a signal it exits with 128 plus the number of the signal.
set -eu

: "${1:?usage: check.sh SCENARIO... [OPTION...]}"
program=${LAMBDACOST:-lambdacost}

refuse() {
    echo "lambdacost: $1" >&2
    exit 2
}

# A line break in a name begins a new line of the log, and a line of the log can be a command to the
# runner. A name with `-` at its start would be read as an option, by git or by the program.
scenarios=0
for scenario in "$@"; do
    case $scenario in
    *[[:cntrl:]]* | *'##['*) refuse "the name of a scenario must be printable and without \`##[\`: rename the file" ;;
    /*) refuse "name the scenario relative to the folder: $scenario" ;;
    -*) break ;;
    esac
    scenarios=$((scenarios + 1))
done
[ "$scenarios" -gt 0 ] || refuse "a scenario must not begin with \`-\`: write \`./\` before its name"
case ${LAMBDACOST_BASE:-} in
-* | *:* | *[[:cntrl:]]* | *'##['*) refuse "LAMBDACOST_BASE must be a commit or a branch: remove the \`-\` at its start, the \`:\` or what cannot be printed" ;;
esac
command -v -- "$program" >/dev/null || refuse "there is no program \`lambdacost\`: install it, or name it in LAMBDACOST"

# Two `--force`, because a killed run may have left a locked worktree.
remove_worktree() {
    git worktree remove --force --force -- "$worktree" 2>/dev/null || rm -rf -- "$worktree"
}

# The options, then `--` and the scenarios.
set -- "$@" --
while [ "$scenarios" -gt 0 ]; do
    set -- "$@" "$1"
    shift
    scenarios=$((scenarios - 1))
done

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
    # The folder may be new since the base.
    mkdir -p -- "$worktree/$prefix" || exit 2
    commit=$(git -C "$worktree" rev-parse --short HEAD) || exit 2
    name=${LAMBDACOST_BASE_NAME:-$LAMBDACOST_BASE}
    case $name in
    "$commit"*) name=$commit ;;
    *) name="$name ($commit)" ;;
    esac
    set -- --baseline "$worktree/$prefix" --baseline-name="$name" "$@"
fi

code=0
if [ -n "${LAMBDACOST_COMMENT:-}" ]; then
    "$program" check --format markdown --output "$LAMBDACOST_COMMENT" \
        --comment="${LAMBDACOST_COMMENT_WHEN:-always}" "$@" || code=$?
    # The program has printed the reason.
    [ "$code" -lt 2 ] || exit "$code"
    if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then
        cat "$LAMBDACOST_COMMENT" >>"$GITHUB_STEP_SUMMARY"
    fi
fi
code=0
"$program" check --format "${LAMBDACOST_FORMAT:-github}" "$@" || code=$?
exit "$code"
