#!/usr/bin/env bash
# NumPy 2.4.6: np.array(x) and np.array(x, copy=True), which promise an array of one's own, can give a read-only view of
# memory that something else owns.
#
# Behaviour: for an object with `__array__`, NumPy 2 passes the request on as `copy=True` and takes the answer to be a copy.
# Whether it is one is not looked at: neither `writeable` nor the base of the answer. An `__array__(dtype=None, copy=None)`
# that ignores `copy` and returns `np.frombuffer(...)`, as older code for the protocol does, so makes np.array() hand out the
# buffer itself.
#
# Surprise: without the `copy` parameter in its signature the same object is copied (with a DeprecationWarning), so that
# accepting the new parameter takes the copy away; and a writable buffer is then shared between "copies" silently.
#
# Standard output as seen:
#   accepts copy: writeable False, shared True
#   accepts copy, copy=True: writeable False, shared True
#   without the parameter: writeable True, shared False, DeprecationWarning
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet 'numpy==2.4.6' || exit 2

"$work/venv/bin/python" - <<'PYTHON'
import sys
import warnings

import numpy as np

BUFFER = bytes(range(8))
OWNER = np.frombuffer(BUFFER, "<f4")


class Accepting:
    def __array__(self, dtype=None, copy=None):
        return np.frombuffer(BUFFER, "<f4")


class Older:
    def __array__(self, dtype=None):
        return np.frombuffer(BUFFER, "<f4")


def told(make):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        made = make()
    words = [f"writeable {made.flags.writeable}", f"shared {np.shares_memory(made, OWNER)}"]
    return ", ".join([*words, *(warning.category.__name__ for warning in caught)])


rows = {
    "accepts copy": told(lambda: np.array(Accepting())),
    "accepts copy, copy=True": told(lambda: np.array(Accepting(), copy=True)),
    "without the parameter": told(lambda: np.array(Older())),
}
for name, words in rows.items():
    print(f"{name}: {words}")
shared, copied = "writeable False, shared True", "writeable True, shared False, DeprecationWarning"
sys.exit([*rows.values()] != [shared, shared, copied])
PYTHON
