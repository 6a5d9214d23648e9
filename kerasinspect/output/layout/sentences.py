"""Breaks sentences between words, and what has no spaces where the line ends: nothing is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.late.patterns import late_pattern
from kerasinspect.output.layout.spans import SEPARATOR
from kerasinspect.shown.escaping import columns_of

if TYPE_CHECKING:
    from collections.abc import Iterator

_WORD = late_pattern(r"\s*(?:\((?:None|[0-9]+)(?:, (?:None|[0-9]+))*,?\)\S*|\S+)")
"""A word with the spaces before it; a shape is one."""


def wrapped(text: str, room: int) -> list[str]:
    """The lines of a text, each at most so many columns wide; spaces at its beginning stand before every line."""
    indent = text[: len(text) - len(text.lstrip())][: room // 2]
    return [indent + line for line in _facts(text.lstrip(), room - len(indent))]


def _facts(text: str, room: int) -> Iterator[str]:
    """The lines of a text without indent, which break between two facts where there are such."""
    line, *others = text.split(SEPARATOR)
    *whole, line = _filled(line, room)
    for fact in others:
        yield from whole
        if columns_of(line) + len(SEPARATOR) + columns_of(fact) <= room:
            whole, line = [], f"{line}{SEPARATOR}{fact}"
        else:
            whole, line = [line, *(parts := [*_filled(fact, room)])[:-1]], parts[-1]
    yield from (*whole, line)


def _filled(text: str, room: int) -> Iterator[str]:
    """The lines of a fact or a sentence."""
    line, taken = "", 0
    for match in _WORD.finditer(text):
        word = match[0]
        columns = columns_of(word)
        if taken + columns > room:
            if line:
                yield line
            *whole, line = _broken(word.lstrip(), room)
            yield from whole
            taken = columns_of(line)
        else:
            line, taken = line + word, taken + columns
    yield line


def _broken(word: str, room: int) -> Iterator[str]:
    """A word in parts of at most so many columns."""
    start, taken = 0, 0
    for at, character in enumerate(word):
        columns = columns_of(character)
        if taken + columns > room:
            yield word[start:at]
            start, taken = at, 0
        taken += columns
    yield word[start:]


def widest_word(text: str) -> int:
    """Columns of the widest part of a text that is not broken."""
    return max((columns_of(match[0].lstrip()) for match in _WORD.finditer(text)), default=0)
