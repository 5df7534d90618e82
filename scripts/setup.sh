# Sourced by the other scripts, which set $root: the quick check that .venv is as it should be, and who to ask if not.

# set_up FILE...: makes .venv satisfy these requirements files, of which the last includes the others.
set_up() {
    for file in "$@"; do
        if ! { [ -x "$root/.venv/bin/python" ] && cmp -s "$root/$file" "$root/.venv/$file"; }; then
            find_python
            "$python" "$root/scripts/setup.py" "$@" || exit $?
            return
        fi
    done
}

find_python() {
    for python in python3.11 python3 python3.14 python3.13 python3.12; do
        "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && return
    done
    found=$(python3 --version 2>/dev/null || echo "no python3")
    echo "copydesk: needs Python 3.11 or newer, and here is $found; install python3.11 and run this again" >&2
    exit 1
}
