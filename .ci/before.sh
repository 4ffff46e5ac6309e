#!/usr/bin/env bash
# before.sh: builds `signalbox` of the last commit before the newest migration, beside the present one, and prints the
# program's path. Only our own crates are built anew: the target folder is shared, and so is what was built before.
set -eu -o pipefail
cd "$(dirname "$0")/.."

fail() {
    echo "the server before the newest migration cannot be built: $*" >&2
    exit 1
}

git rev-parse --git-dir >/dev/null 2>&1 || fail "this is no clone; its history is needed"
newest=$(ls migrations/*.sql | sort | tail -n 1)
added=$(git log --diff-filter=A --format=%H -- "$newest" | tail -n 1)
if [ -n "$added" ]; then
    before=$(git rev-parse --verify --quiet "$added^") ||
        fail "the history ends at $(git rev-parse --short "$added"), which holds $newest already (a shallow clone?); git fetch --unshallow"
else
    # It is not committed yet.
    before=$(git rev-parse --verify --quiet HEAD) || fail "there is no commit"
fi
target=$(cargo metadata --format-version 1 --no-deps --offline | sed -n 's/.*"target_directory":"\([^"]*\)".*/\1/p')
source=$target/before/$before
if [ ! -d "$source" ]; then
    mkdir -p "$target/before"
    draft=$(mktemp -d "$target/before/draft.XXXXXX")
    trap 'rm -rf "$draft"' EXIT
    git archive "$before" | tar -x -C "$draft" || fail "$before is not wholly here; git fetch --unshallow"
    # Under a name of its own, so that it does not take the place of the present program.
    sed -i -e '/^default-run = /d' -e 's/^name = "signalbox"$/name = "signalbox-before"/' "$draft/server/app/Cargo.toml"
    # Whole, or not at all: another run may be about the same.
    mv -T "$draft" "$source" 2>/dev/null || [ -d "$source" ]
fi
cd "$source"
SQLX_OFFLINE=true nice -n 10 cargo build --quiet --locked --offline -p app --bin signalbox-before --target-dir "$target" >&2 ||
    fail "cargo says why above"
echo "$target/debug/signalbox-before"
