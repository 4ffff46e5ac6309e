#!/usr/bin/env bash
# demo.sh [--simulated]: builds the programs and becomes the demo, which ends with Ctrl-C and leaves nothing behind.
set -eu
cd "$(dirname "$0")/.."
. .ci/say.sh

say "building (the first time takes some minutes)"
cargo build --workspace --bins
say "built; starting the demo"
exec "$(built)/signalbox-lab" demo "$@"
