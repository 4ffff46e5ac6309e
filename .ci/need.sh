#!/usr/bin/env bash
# need.sh lint|alerts|unit|demo|simulated|test: looks for what the purpose needs and says by name what is missing. Debian
# packages are installed when this is root or sudo is there; else the command that would do it is printed.
# Quiet when everything is here. Exit code 1 when something stays missing.
set -u
cd "$(dirname "$0")/.." || exit 1
. .ci/say.sh

purpose=$1
missing=()
packages=()

have() { command -v "$1" >/dev/null 2>&1; }

# at_least WANTED FOUND: compares version numbers.
at_least() { [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]; }

# version COMMAND...: the first number with a dot, or else the first number, that it prints.
version() { "$@" 2>&1 | grep -oE '[0-9]+(\.[0-9]+)*' | head -n 1; }

need_rust() {
    local found
    if ! have cargo || ! have rustc; then
        missing+=("Rust 1.95 or newer: install rustup, then run: rustup toolchain install stable")
        return
    fi
    found=$(version rustc --version)
    at_least 1.95 "$found" || missing+=("Rust 1.95 or newer (found $found): rustup update stable")
    if [ "$purpose" != demo ] && [ "$purpose" != simulated ]; then
        cargo fmt --version >/dev/null 2>&1 || missing+=("rustfmt: rustup component add rustfmt")
        cargo clippy --version >/dev/null 2>&1 || missing+=("clippy: rustup component add clippy")
    fi
}

need_jdk() {
    local found
    if ! have java; then
        missing+=("a JDK 17 or newer: apt-get install openjdk-17-jdk-headless")
        return
    fi
    found=$(version java -version)
    at_least 17 "$found" || missing+=("a JDK 17 or newer (found $found): apt-get install openjdk-17-jdk-headless")
    # A runtime alone has no compiler, and the tests compile Java of their own.
    if [ "$purpose" = test ]; then
        for tool in javac jar; do
            have "$tool" || missing+=("$tool of a JDK 17 or newer: apt-get install openjdk-17-jdk-headless")
        done
    fi
}

need_maven() { have mvn || missing+=("Maven 3.6 or newer: apt-get install maven"); }

need_node() {
    local found
    if ! have node || ! have npm; then
        missing+=("Node.js 20 or newer with npm, for the browser journeys")
        return
    fi
    found=$(version node --version)
    at_least 20 "$found" || missing+=("Node.js 20 or newer (found $found), for the browser journeys")
}

# program COMMAND PACKAGE
program() { have "$1" || packages+=("$2"); }

need_compiler() {
    program gcc build-essential
    program g++ build-essential
    program make build-essential
    program pkg-config pkg-config
    pkg-config --exists openssl 2>/dev/null || [ -e /usr/include/openssl/ssl.h ] || packages+=(libssl-dev)
}

postgres_here() {
    [ -n "${PG_BIN:-}" ] || compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null || have postgres
}

# Rules are tested by themselves, metrics are checked, and a test lets a Prometheus scrape a server.
need_alerts() {
    program promtool prometheus
    program prometheus prometheus
}

# The tests that need no Kafka.
need_unit() {
    need_rust
    need_compiler
    postgres_here || packages+=(postgresql)
    have psql || packages+=(postgresql-client)
    program git git
    # One test lies to a server about the wall clock.
    compgen -G '/usr/lib/*/faketime/libfaketimeMT.so.1' >/dev/null || packages+=(libfaketime)
    need_alerts
}

case $purpose in
lint)
    need_rust
    need_compiler
    ;;
alerts) need_alerts ;;
unit) need_unit ;;
demo)
    need_rust
    need_jdk
    need_maven
    need_compiler
    # Without Postgres on the machine the lab takes published binaries, and must be able to unpack them.
    postgres_here || { program unzip unzip && program xz xz-utils; }
    ;;
simulated)
    need_rust
    need_compiler
    postgres_here || packages+=(postgresql)
    ;;
test)
    need_unit
    need_jdk
    need_maven
    need_node
    program unzip unzip
    program xz xz-utils
    program chromium chromium
    ;;
*)
    say "need.sh: unknown purpose '$purpose'" >&2
    exit 1
    ;;
esac

if [ ${#missing[@]} -gt 0 ]; then
    say "missing on this machine:"
    printf '          %s\n' "${missing[@]}"
    [ "$purpose" = demo ] && say "without JDK and Maven there is a simulated fleet: make demo SIMULATED=1"
fi

if [ ${#packages[@]} -gt 0 ]; then
    mapfile -t packages < <(printf '%s\n' "${packages[@]}" | sort -u)
    install=(apt-get install -y --no-install-recommends "${packages[@]}")
    root=()
    [ "$(id -u)" = 0 ] || root=(sudo)
    if [ ${#missing[@]} -gt 0 ] || ! have apt-get || { [ "$(id -u)" != 0 ] && ! have sudo; } ||
        { [ "$(id -u)" != 0 ] && ! sudo -n true 2>/dev/null && ! [ -t 0 ]; }; then
        say "Debian packages needed, which nobody has installed yet: ${install[*]}"
        missing+=("Debian packages")
    else
        say "installing Debian packages: ${packages[*]}"
        log=$(mktemp)
        if "${root[@]}" env DEBIAN_FRONTEND=noninteractive sh -c "apt-get update && ${install[*]}" >"$log" 2>&1; then
            say "installed"
        else
            tail -n 15 "$log"
            say "the packages could not be installed; by hand: ${install[*]}"
            missing+=("Debian packages")
        fi
        rm -f "$log"
    fi
fi
[ ${#missing[@]} -eq 0 ]
