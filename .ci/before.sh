#!/usr/bin/env bash
# before.sh: builds `signalbox` of the last commit before the newest migration, beside the present one, and prints the
# program's path. It has a target folder of its own: cargo tells a package of a workspace by its path in there, so that in
# one folder it would take the old crates for the present ones. What others wrote is linked over and not built again.
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
own=$target/before/target
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

# Our crates and programs by their names.
ours() { sed -n 's/^name = "\(.*\)"$/\1/p' server/*/Cargo.toml web/Cargo.toml | tr - _ | sort -u; }

if [ ! -d "$own" ] && [ -d "$target/debug/.fingerprint" ]; then
    rm -rf "${draft:-}"
    draft=$(mktemp -d "$target/before/draft.XXXXXX")
    trap 'rm -rf "$draft"' EXIT
    mkdir -p "$draft/debug/deps"
    # Links where the file system has them.
    link() { cp -al "$@" 2>/dev/null || cp -a "$@"; }
    # What cargo writes to in place is copied.
    cp -a "$target/debug/.fingerprint" "$draft/debug/"
    link "$target/debug/build" "$draft/debug/"
    (cd "$target/debug/deps" && find . -maxdepth 1 -type f \( -name '*.rlib' -o -name '*.rmeta' -o -name '*.so' -o -name '*.d' \) -print0) |
        (cd "$target/debug/deps" && xargs -0 -r sh -c 'to=$0; cp -al "$@" "$to" 2>/dev/null || cp -a "$@" "$to"' "$draft/debug/deps")
    ours | while read -r name; do
        for spelt in "$name" "${name//_/-}"; do
            rm -rf "$draft/debug/.fingerprint/$spelt"-[0-9a-f]* "$draft/debug/build/$spelt"-[0-9a-f]*
            rm -f "$draft/debug/deps/$spelt"-[0-9a-f]* "$draft/debug/deps/lib$spelt"-[0-9a-f]*
        done
    done
    mv -T "$draft" "$own" 2>/dev/null || [ -d "$own" ]
fi
cd "$source"
SQLX_OFFLINE=true nice -n 10 cargo build --quiet --locked --offline -p app --bin signalbox-before --target-dir "$own" >&2 ||
    fail "cargo says why above"
echo "$own/debug/signalbox-before"
