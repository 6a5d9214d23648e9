"""Texts in stored code, read without running it, and without the unmarshalling that can crash Python.

Bytecode is stored as ``marshal`` data, whose reader is not safe for bytes from a stranger: a disassembly would need
it. The names and texts that the bytecode uses stand in it as plain characters, and they tell most of what it does.
"""

from __future__ import annotations

from io import StringIO
from itertools import islice
from typing import TYPE_CHECKING

from kerasinspect.analysis.stored_code.payloads import PIECE, pieces_of
from kerasinspect.late.patterns import late_pattern
from kerasinspect.names import cut

if TYPE_CHECKING:
    from collections.abc import Iterator

_PRINTABLE = late_pattern(rb"[\x20-\x7e]{4,}")
"""Runs of characters long enough to be a name rather than an accident."""
MOST_TEXTS = 200
"""Lines or names of one piece of code that are shown."""
LONGEST_TEXT = 500
"""Characters of each of them."""
_MOST_PIECES = 4
"""Pieces of stored code in which they are looked for."""


def texts_in(stored: str, *, is_source: bool) -> tuple[str, ...]:
    """The lines of source code, or the names and texts in bytecode, each once in order; at most two hundred."""
    found = _lines(stored) if is_source else dict.fromkeys(_names(stored))
    return tuple(cut(text, LONGEST_TEXT) for text in islice(found, MOST_TEXTS))


def _lines(source: str) -> Iterator[str]:
    """The lines of source code."""
    return (line.rstrip("\n") for line in StringIO(source[: _MOST_PIECES * PIECE], newline=None))


def _names(stored: str) -> Iterator[str]:
    """The printable runs of bytecode, each as far as it is shown."""
    data = b"".join(islice(pieces_of(stored, is_source=False), _MOST_PIECES))
    return (match[0][: LONGEST_TEXT + 1].decode("ascii") for match in _PRINTABLE.finditer(data))
