r"""Makes text from a file safe to show: on a terminal, in a log, and in the log of a CI job.

A name in a model file may hold anything: terminal escapes, text direction overrides, characters without width,
newlines that fake a row, commands for the machine that runs a CI job. What is printable stays as it is; the rest is
shown as a Python escape such as ``\x1b`` or ``\u202e``.
"""

from __future__ import annotations

import re
from functools import lru_cache

from kerasinspect.late.patterns import late_pattern
from kerasinspect.names import cut

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

NAME_LIMIT = 200
"""Characters of one name that are shown; no name in a real model comes near it."""

_TEXT_LIMIT = 20_000
"""Characters of one paragraph that are shown."""

_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters and marks that Unicode calls printable and that nobody can see."""

_MARKS_IN_A_ROW = 3
"""More combining marks than this on one letter pile up over the neighbouring lines."""

_FIRST_MARK = "\u0300"
"""Every character before this one takes one column."""

_written: list[Callable[[str], str]] = []
"""What gives the text that is written for a character, where standard output cannot write them all; else nothing."""

_RUNNER_COMMAND = late_pattern(r"##(?=\[|vso\[|teamcity\[)", re.IGNORECASE)
_LEADING_COLON = late_pattern(r"^(\s*):(?=:)")


def visible(text: str, limit: int = _TEXT_LIMIT) -> str:
    """The text with every character to be seen, and none that a terminal or a CI log acts upon.

    At most ``limit`` characters are shown; the number of the others is said. Commands of CI runners
    (``::error::`` at the start, ``##[``, ``##vso[`` and ``##teamcity[`` anywhere) are broken up.
    """
    shown = printable(text if len(text) <= limit else short(text, limit))
    if "##" in shown:
        shown = _RUNNER_COMMAND.sub(r"#\\x23", shown)
    if "::" in shown:
        shown = _LEADING_COLON.sub(r"\1\\x3a", shown)
    return shown


def printable(text: str) -> str:
    """The whole text with every character to be seen, and none that a terminal acts upon."""
    return text if text.isascii() and text.isprintable() else "".join(_seen(text))


def visible_name(text: str) -> str:
    """A name with every character to be seen, blanks at its ends too."""
    if is_plain(text):
        return text
    shown = visible(text, NAME_LIMIT)
    inner = shown.strip(" ")
    if inner == shown:
        return shown
    before, _, after = shown.partition(inner) if inner else (shown, "", "")
    return f"{_escape(' ') * len(before)}{inner}{_escape(' ') * len(after)}"


def is_plain(text: str) -> bool:
    """Whether a name is shown as it is: most are, and a page has thousands."""
    is_ascii = text.isascii() and text.isprintable() and len(text) <= NAME_LIMIT
    return is_ascii and "##" not in text and "::" not in text and text[:1] != " " != text[-1:]


def short(text: str, limit: int = NAME_LIMIT) -> str:
    """A text as it is, or its beginning and how many characters follow: a name where it is longer than any real one."""
    return text if len(text) <= limit else cut(text, limit, f"… ({len(text) - limit:,} more characters)")


def columns_of(text: str) -> int:
    """Columns that visible text takes on a terminal: two for a wide character, none for a combining mark."""
    if text.isascii():
        return len(text)
    return sum(_columns(character) for character in text)


def count_written(written: Callable[[str], str] | None) -> None:
    """Have columns counted of what is written for each character, or of the characters themselves.

    A page is laid out before it is encoded, and what takes the place of a character may be longer.
    """
    _written[:] = [] if written is None else [written]
    _columns.cache_clear()


def _seen(text: str) -> list[str]:
    """Each character, or the escape that stands for it."""
    seen, marks = [], 0
    for character in text:
        if " " <= character <= "~":
            marks = 0
            seen.append(character)
            continue
        shown, is_mark = _alone(character)
        marks = marks + 1 if is_mark else 0
        seen.append(_escape(character) if marks > _MARKS_IN_A_ROW else shown)
    return seen


@lru_cache(maxsize=1024)
def _alone(character: str) -> tuple[str, bool]:
    """A character or its escape, and whether it is a combining mark; kept, since texts repeat their characters."""
    from unicodedata import category  # noqa: PLC0415 - most names are plain

    hidden = not character.isprintable() or character in _BLANK or _selects_variation(character)
    return _escape(character) if hidden else character, category(character) in {"Mn", "Me"}


def _selects_variation(character: str) -> bool:
    """Whether the character only chooses how the one before it is drawn, and so can hide data."""
    return "\ufe00" <= character <= "\ufe0f" or "\u180b" <= character <= "\u180f" or character >= "\U000e0000"


def _escape(character: str) -> str:
    """Python's escape for one character."""
    code = ord(character)
    if code <= 0xFF:  # noqa: PLR2004 - what fits two hexadecimal digits
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004 - four digits


@lru_cache(maxsize=1024)
def _columns(character: str) -> int:
    """Columns that one character takes; kept, since texts repeat their characters."""
    for written in _written:
        if (text := written(character)) != character:
            return len(text)
    if character < _FIRST_MARK:
        return 1
    from unicodedata import category, east_asian_width  # noqa: PLC0415 - as above

    if category(character) in {"Mn", "Me"}:
        return 0
    return 2 if east_asian_width(character) in {"W", "F"} else 1
