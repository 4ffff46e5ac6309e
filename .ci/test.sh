#!/usr/bin/env bash
# test.sh PART...: runs the parts (format clippy queries alerts tests unit lab browser shots paint) one after the
# other, whatever fails before, and ends with one line "N passed, N failed" over all of them. A check counts as one
# test; what was left out of a run counts as failed. DATABASE_URL names a Postgres server whose role may create
# databases (postgres.sh).
set -u -o pipefail
cd "$(dirname "$0")/.." || exit 1
. .ci/say.sh

log=$(mktemp)
trap 'rm -f "$log"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
passed=0
failed=0
problems=()

# part NAME COMMAND...: one run with its lines shown as they come; adds what its runner counted, or itself.
part() {
    local name=$1 code ok bad left began=$SECONDS
    shift
    say "$name ..."
    "$@" 2>&1 | tee "$log"
    code=$?
    # cargo test: "test result: ok. 3 passed; 0 failed; 1 ignored"; node's runner: "# pass 3"; else "3 passed, 0 failed".
    read -r ok bad left < <(awk '
        /^test result: / { for (i = 1; i < NF; i++) {
            if ($(i + 1) ~ /^passed/) ok += $i; if ($(i + 1) ~ /^failed/) bad += $i; if ($(i + 1) ~ /^ignored/) left += $i } }
        /^(#|ℹ) pass [0-9]+$/ { ok += $3 }
        /^(#|ℹ) fail [0-9]+$/ { bad += $3 }
        /^(#|ℹ) (skipped|todo|cancelled) [0-9]+$/ { left += $3 }
        /^[0-9]+ passed, [0-9]+ failed$/ { ok += $1; bad += $3 }
        END { print ok + 0, bad + 0, left + 0 }' "$log")
    if [ "$left" -gt 0 ]; then
        problems+=("$name: $left left out")
        bad=$((bad + left))
    fi
    if [ "$code" -ne 0 ] && [ "$bad" -eq 0 ]; then
        bad=1
    elif [ "$code" -eq 0 ] && [ $((ok + bad)) -eq 0 ]; then
        ok=1
    fi
    passed=$((passed + ok))
    failed=$((failed + bad))
    if [ "$bad" -gt 0 ]; then
        problems+=("$name: $bad failed")
        sed -n 's/^test \(.*\) \.\.\. FAILED$/    \1/p' "$log" | while read -r line; do say "failed: $line"; done
    fi
    say "$name: $ok passed, $bad failed in $((SECONDS - began)) s"
}

queries() {
    local fresh code
    fresh=$(mktemp -d)
    if .ci/sqlx.sh "$fresh" && diff -rq .sqlx "$fresh"; then
        code=0
    else
        echo "the query files in .sqlx are not those of the present SQL and migrations: make sqlx"
        code=1
    fi
    rm -rf "$fresh"
    return $code
}

# Programs that tests start, and the artifacts that the lab's tests need, so that no test waits for a download.
programs() { cargo build --workspace --bins && .ci/before.sh >/dev/null; }
artifacts() { "$(built)/signalbox-lab" fetch; }

# The crates whose tests start a real Kafka: the lab, and those that use it.
lab_crates() { { echo lab; grep -l '^lab\.workspace' server/*/Cargo.toml web/Cargo.toml | xargs -n 1 dirname | xargs -n 1 basename; } | sort -u; }

# browser SCRIPT: runs a script of web/journeys with the programs that it starts.
browser() {
    local bin
    (cd web/journeys && { [ -e node_modules/.package-lock.json ] && ! [ package-lock.json -nt node_modules/.package-lock.json ] ||
        npm ci --no-audit --no-fund --loglevel=error; }) || return 1
    bin=$(built)
    # The journey's lab makes a Postgres of its own.
    env -u DATABASE_URL SIGNALBOX_BIN="$bin/signalbox" SIGNALBOX_LAB_BIN="$bin/signalbox-lab" FAKE_FLEET_BIN="$bin/fake-fleet" \
        CHROMIUM="$(command -v chromium)" node "web/journeys/$1"
}

prepared=
prepare() {
    [ -n "$prepared" ] && return
    prepared=yes
    part "building the programs" programs
    part "artifacts for the lab" artifacts
}

for name in "$@"; do
    case $name in
    format) part "formatting" cargo fmt --all --check ;;
    clippy) part "clippy" cargo clippy --workspace --all-targets -- -D warnings ;;
    queries) part "query files" queries ;;
    alerts) part "alert rules" .ci/alerts.sh ;;
    tests)
        prepare
        part "tests" cargo test --workspace --no-fail-fast
        ;;
    unit)
        mapfile -t without < <(lab_crates)
        part "tests without Kafka" cargo test --workspace --no-fail-fast "${without[@]/#/--exclude=}"
        ;;
    lab)
        prepare
        mapfile -t only < <(lab_crates)
        part "tests with a real Kafka" cargo test --no-fail-fast "${only[@]/#/--package=}"
        ;;
    browser)
        prepare
        part "browser journeys" browser run.mjs
        ;;
    shots)
        prepare
        part "pictures of every page" browser shots.mjs
        ;;
    paint)
        prepare
        part "interactions to paint" browser paint.mjs
        ;;
    *)
        say "test.sh: unknown part '$name'" >&2
        exit 1
        ;;
    esac
done

[ ${#problems[@]} -eq 0 ] || printf '%s\n' "" "${problems[@]}"
say "done"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
