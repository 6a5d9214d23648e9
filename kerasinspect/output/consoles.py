"""Standard output and standard error wherever they lead: a console whose encoding lacks a character, a pipe, a file.

They may be closed, or their disk may be full: that is no reason to fail for standard error, which only says why.
"""

from __future__ import annotations

import codecs
import os
import sys
from contextlib import suppress
from io import TextIOWrapper
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TextIO

STAND_INS = {
    "─": "-",
    "━": "=",
    "├": "+",
    "└": "+",
    "×": "x",
    "·": "-",
    "⋯": ".",
    "…": "~",
    "→": "->",
    "±": "+-",
    "│": "|",
    "┤": "|",
    "▀": "^",
    "•": "o",
    "↑": "^",
    **dict(zip("⋅░▒▓", ".:+%", strict=True)),
    **dict(zip("▁▂▃▄▅▆▇█", "_.:;=+*#", strict=True)),
}
"""What a page is drawn with, and what takes its place where an encoding lacks it; columns are counted of that."""

_LAST = "\U0010ffff"
"""An encoding that has this character has all of them."""

_COUNTED: list[Callable[[str], str]] = []
"""What columns are counted of at the time, other than of the characters themselves."""

LENIENT = "kerasinspect.lenient"
"""The name of the error handler, for ``reconfigure(errors=...)``."""


def _stand_in(error: UnicodeError) -> tuple[str, int]:
    """What is written for characters that an encoding lacks: one that looks alike, or Python's escape."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    return "".join(map(_instead, lacking)), error.end


def _instead(character: str) -> str:
    """What is written for a character that an encoding lacks."""
    return STAND_INS.get(character) or character.encode("ascii", "backslashreplace").decode()


_STREAMS = (("stdin", os.O_RDONLY), ("stdout", os.O_RDONLY), ("stderr", os.O_WRONLY))
"""The standard streams in the order of their numbers, and how one is opened that a program was started without.

What is written to standard output fails then, and what is written to standard error goes nowhere.
"""


def open_streams() -> None:
    """Open the standard streams that are closed: the next file would get the number of one, and what is said there."""
    for number, (name, flags) in enumerate(_STREAMS):
        if getattr(sys, name) is None:
            try:
                os.fstat(number)
            except OSError:
                os.open(os.devnull, flags)  # gets the lowest number that is free: this one
            setattr(sys, name, os.fdopen(number, "w" if number else "r", encoding="utf-8", closefd=False))


def fails(stream: TextIO) -> bool:
    """Whether what waits to be written to a stream cannot be."""
    try:
        stream.flush()
    except (OSError, ValueError):
        return True
    return False


def silence(stream: TextIO) -> None:
    """Let what is still to be written to a stream go nowhere, so that the interpreter ends without a complaint."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def has_characters(stream: TextIO, characters: str) -> bool:
    """Whether the encoding of a stream has some characters, so that nothing stands in for them."""
    try:
        characters.encode(stream.encoding or "ascii")
    except (UnicodeError, LookupError):
        return False
    return True


def complain(text: str) -> None:
    """Write lines to standard error, where that is possible."""
    try:
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()
    except OSError:
        silence(sys.stderr)


def make_lenient() -> None:
    """Let no character end the program: what a stream's encoding lacks is written some other way."""
    codecs.register_error(LENIENT, _stand_in)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors=LENIENT)
    lacks = not has_characters(sys.stdout, _LAST)
    if lacks or _COUNTED:
        from kerasinspect.shown.escaping import count_written  # noqa: PLC0415 - few encodings lack any character

        count_written(_written if lacks else None)
        _COUNTED[:] = [_written] if lacks else []


def _written(character: str) -> str:
    """What standard output gets for a character."""
    return character if has_characters(sys.stdout, character) else _instead(character)


def output_for_programs(elsewhere: object | None) -> TextIO:
    """Standard output for what programs read: where it is no console, UTF-8 with bare newlines, as in files.

    On Windows a pipe has an encoding of its own, in which an XML document that says UTF-8 would be wrong. Nothing is
    changed where the output goes ``elsewhere``.
    """
    stream = sys.stdout
    if elsewhere is None and isinstance(stream, TextIOWrapper) and not stream.isatty():
        stream.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")
    return stream
