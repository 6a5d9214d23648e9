"""What can be read in stored code without running it, and without the unmarshalling that can crash Python.

Bytecode is stored as ``marshal`` data, whose reader is not safe for bytes from a stranger: a disassembly would need
it. The names and texts that the bytecode uses stand in it as plain characters, and they tell most of what it does.
"""

from __future__ import annotations

import re

PRINTABLE = re.compile(rb"[\x20-\x7e]{4,}")
"""Runs of characters long enough to be a name rather than an accident."""
MOST_TEXTS = 200


def texts_in(code: bytes, *, is_source: bool) -> tuple[str, ...]:
    """The lines of source code, or the names and texts in bytecode, each once in order; at most two hundred."""
    if is_source:
        found = code.decode("utf-8", "surrogateescape").splitlines()
        return tuple(found[:MOST_TEXTS])
    found = [match.decode("ascii") for match in PRINTABLE.findall(code)]
    return tuple(dict.fromkeys(found))[:MOST_TEXTS]
