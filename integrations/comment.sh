#!/bin/sh
# Writes the report of check.sh as a comment on a pull request, or updates the existing comment. The
# first line of the report identifies the comment, and differs for each scenario. A report that says
# only that nothing changed updates a comment, and writes no new one.
#
#   integrations/comment.sh FILE
#
# Environment: GITHUB_REPOSITORY, PULL_REQUEST (its number), GH_TOKEN (for gh).
set -eu

file=${1:?usage: comment.sh FILE}
comments="repos/$GITHUB_REPOSITORY/issues/$PULL_REQUEST/comments"
marker=$(head -n 1 -- "$file")
known=$(
    MARKER=$marker gh api --paginate "$comments" \
        --jq '.[] | select(.user.type == "Bot" and (.body | startswith(env.MARKER))) | .id' |
        head -n 1
)
if [ -n "$known" ]; then
    gh api --silent --method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$known" \
        --field "body=@$file"
elif [ "$(sed -n 2p -- "$file")" != '<!-- nothing changed -->' ]; then
    gh api --silent --method POST "$comments" --field "body=@$file"
fi
