# Sourced: lines with the time since the start, so that somebody who waits sees for what.

: "${SIGNALBOX_BEGAN:=$(date +%s)}"
export SIGNALBOX_BEGAN

say() {
    local seconds=$(($(date +%s) - SIGNALBOX_BEGAN))
    printf '[%3d:%02d] %s\n' $((seconds / 60)) $((seconds % 60)) "$*"
}

# The directory of built programs, wherever this machine's cargo puts it.
built() {
    cargo metadata --format-version 1 --no-deps | sed 's/.*"target_directory":"\([^"]*\)".*/\1\/debug/'
}
