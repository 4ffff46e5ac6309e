#!/usr/bin/env bash
# alerts.sh: promtool looks through the rules and runs their tests, file by file; ends with "N passed, N failed".
set -u
cd "$(dirname "$0")/../alerts" || exit 1

passed=0
failed=0

# look COMMAND...: says what is wrong, and nothing else.
look() {
    local said
    if said=$("$@" 2>&1); then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf '%s\n%s\n' "$*" "$said"
    fi
}

for file in rules/*.yml; do look promtool check rules "$file"; done
for file in tests/*.yml; do look promtool test rules "$file"; done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
