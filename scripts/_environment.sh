# Sourced by the scripts beside it: makes .venv from a lock file when it is missing or outdated.
#
#   prepare requirements.lock requirements-demo.lock requirements-dev.lock
#
# The first file named is what the caller needs; the others contain it too, so an environment that
# was made from one of them is left as it is. Needs nothing but a shell and Python 3.11 or newer.

set -eu

root=$(CDPATH="" cd -- "$(dirname -- "$0")/.." && pwd)
cd "$root"

fail() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

# What an environment was made from. The path is part of it: an editable install does not survive a move.
stamp() {
    echo "$root"
    cat pyproject.toml "$1"
}

is_current() {
    [ -x .venv/bin/python ] && stamp "$1" | cmp -s - ".venv/made-from-$1"
}

find_python() {
    without_venv=
    if [ -n "${PYTHON:-}" ]; then
        set -- "$PYTHON"
    else
        set -- python3.13 python3.12 python3.11 python3
    fi
    for candidate; do
        # A name on the PATH may be a stand-in that only prints an error, so each one is really run.
        "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 || continue
        if "$candidate" -c 'import ensurepip, venv' >/dev/null 2>&1; then
            python=$candidate
            return
        fi
        without_venv=$candidate
    done
    [ -z "$without_venv" ] ||
        fail "$without_venv cannot make virtual environments; install its venv module (Debian, Ubuntu: apt install python3-venv) and start again."
    [ -z "${PYTHON:-}" ] ||
        fail "PYTHON=$PYTHON is not a Python 3.11 or newer; name another one, or unset it."
    fail "Python 3.11 or newer is needed and none was found; install it, or name it with PYTHON=/path/to/python3."
}

# Runs one pip for each argument, side by side, with its words in a log, and a running count of packages where a
# person is watching. Bytecode is made by the first import of what is imported at all.
pip_install() {
    pips=
    for arguments; do
        # shellcheck disable=SC2086 # several words
        .venv/bin/python -m pip install --disable-pip-version-check --no-input --no-compile --no-deps $arguments \
            >>"$log" 2>&1 &
        pips="$pips $!"
    done
    # Without job control a background process ignores the keyboard's interrupt.
    trap 'kill $pips 2>/dev/null; exit 130' INT TERM
    # shellcheck disable=SC2086
    while [ -t 2 ] && kill -0 $pips 2>/dev/null; do
        printf '\r  %s of %s' "$(grep -c '^Collecting ' "$log" || true)" "$total" >&2
        sleep 1
    done
    [ ! -t 2 ] || printf '\r\033[K' >&2
    status=0
    for pip in $pips; do
        wait "$pip" || status=$?
    done
    trap - INT TERM
    return "$status"
}

install_failed() {
    cp "$log" paperboy-install.log 2>/dev/null || true
    if grep -Eqi 'name resolution|network is unreachable|no route to host|connection (refused|reset|timed out|broken)|NewConnectionError|ProxyError|ConnectTimeout|ReadTimeout|getaddrinfo|nodename nor servname' "$log"; then
        fail "the packages could not be downloaded: the package index cannot be reached from here; check the network and start again (pip's own words: paperboy-install.log)."
    fi
    if grep -q 'No matching distribution\|DO NOT MATCH THE HASHES' "$log"; then
        fail "a package has no trusted build for this Python and system; try another Python with PYTHON=/path/to/python3 (pip's own words: paperboy-install.log)."
    fi
    fail "the packages could not be installed; pip's own words are in paperboy-install.log."
}

prepare() {
    for lock in "$@"; do
        if is_current "$lock"; then
            return
        fi
    done
    lock=$1
    if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
        find_python
        "$python" -m venv --clear .venv >/dev/null 2>&1 ||
            fail "$python could not make the virtual environment $root/.venv; is the disk full, or the folder not writable?"
    fi
    rm -f .venv/made-from-*
    log=.venv/install.log
    : >"$log"
    total=$(grep -c '==' "$lock")
    echo "Installing Paperboy's packages into .venv (once, about half a minute) ..." >&2
    # The lock file names every package, so each half of it can be installed without the other.
    awk '/^[^ #]/ { n++ } { print > (".venv/half-" n % 2) }' "$lock"
    # Wheels only: a source archive would fetch build tools that no hash covers.
    locked="--only-binary :all: --require-hashes"
    pip_install "$locked -r .venv/half-0" "$locked -r .venv/half-1" || install_failed
    rm -f .venv/half-*
    pip_install "--no-build-isolation -e ." || install_failed
    stamp "$lock" >".venv/made-from-$lock"
    rm -f paperboy-install.log
}
