"""Standard output and standard error wherever they lead: a console whose encoding lacks a character, a pipe, a file."""

from __future__ import annotations

import codecs
import sys
from io import TextIOWrapper
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import TextIO

STAND_INS = {
    "─": "-",
    "│": "|",
    "├": "+",
    "└": "+",
    "×": "x",
    "·": "-",
    "⋯": ".",
    "…": "~",
    "→": "->",
    "±": "+-",
}
"""What a page is drawn with, and what takes its place where an encoding lacks it: in tables, of the same width."""

LENIENT = "kerasinspect.lenient"
"""The name of the error handler, for ``reconfigure(errors=...)``."""


def stand_in(error: UnicodeError) -> tuple[str, int]:
    """What is written for characters that an encoding lacks: one that looks alike, or Python's escape."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    written = (STAND_INS.get(one) or one.encode("ascii", "backslashreplace").decode() for one in lacking)
    return "".join(written), error.end


def make_lenient() -> None:
    """Let no character end the program: what a stream's encoding lacks is written some other way."""
    codecs.register_error(LENIENT, stand_in)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors=LENIENT)


def output_for_programs(elsewhere: object | None) -> TextIO:
    """Standard output for what programs read: where it is no console, UTF-8 with bare newlines, as in files.

    On Windows a pipe has an encoding of its own, in which an XML document that says UTF-8 would be wrong. Nothing is
    changed where the output goes ``elsewhere``.
    """
    stream = sys.stdout
    if elsewhere is None and isinstance(stream, TextIOWrapper) and not stream.isatty():
        stream.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")
    return stream
