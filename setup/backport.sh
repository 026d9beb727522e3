#!/usr/bin/env bash
# What the action of git-backport runs: apply, then publish. Its arguments come in through the environment, and
# reach the program as arguments, whatever they hold.
set -euo pipefail

out=$(mktemp -d "${RUNNER_TEMP:-/tmp}/git-backport.XXXXXX")
args=(--json)
if [ -n "${KIND:-}" ]; then args+=("--kind=$KIND"); fi
if [ -n "${TO:-}" ]; then args+=("--to=$TO"); fi
if [ -n "${ALSO:-}" ]; then args+=("--also=$ALSO"); fi

# git asks gh for the token when it pushes; the checkout holds none.
gh auth setup-git

finish() {
  { echo "json=$1"; echo "exit=$2"; } >> "$GITHUB_OUTPUT"
  exit "$2"
}

code=0
git-backport apply "${args[@]}" -- "$FIX" > "$out/apply.json" || code=$?
if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then
  {
    echo "### Backport"
    echo
    git-backport status 2>&1 | sed 's/^/    /'
  } >> "$GITHUB_STEP_SUMMARY"
fi
draft=()
if [ "$code" = 3 ] && [ "${CONFLICTS:-}" = draft ]; then
  draft=(--conflicts draft)
elif [ "$code" != 0 ]; then
  jq -r '.error // empty | .message' < "$out/apply.json" >&2
  jq -r '.targets[]? | select(.status != "ready") | "\(.branch): \(.status)"' < "$out/apply.json" >&2
  finish "$out/apply.json" "$code"
fi

# The operation that was just made, and no other that may be open.
operation=$(jq -r '.operation // empty' < "$out/apply.json")
if [ -z "$operation" ]; then
  echo "every line has the fix already"
  finish "$out/apply.json" 0
fi
code=0
git-backport publish --json --wait ${draft[@]+"${draft[@]}"} "$operation" > "$out/publish.json" || code=$?
{
  jq -r '"pull-numbers=" + ([.targets[]? | .pr.number // empty | tostring] | join(","))' < "$out/publish.json"
  jq -r '"by-line=" + ([.targets[]? | select(.pr and (.bump | not)) | {(.line): .pr.number}] | add // {} | tojson)' < "$out/publish.json"
} >> "$GITHUB_OUTPUT"
finish "$out/publish.json" "$code"
