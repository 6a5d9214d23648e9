"""Long lists of texts and numbers in JSON, such as vocabularies and constants, as the bytes that they are written in.

What Python makes of a list of words takes six times its text. So the document is parsed without them, and each is
checked where it lies, by patterns that accept what Python's parser accepts and read no byte more than a few times.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from kerasinspect.json_values import LongList

if TYPE_CHECKING:
    from collections.abc import Iterator

_SHORTEST = 32 << 10
"""Bytes of a list that is kept as its text."""
_AT_ONCE = 256
"""Items of a list that are parsed together."""

_SPACE = rb"[ \t\n\r]*+"
_ESCAPED = rb'\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4})'
_TEXT = rb'"[^"\\\x00-\x1f]*+(?:%s[^"\\\x00-\x1f]*+)*+"' % _ESCAPED
_NUMBER = rb"-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?+(?:[eE][+-]?[0-9]++)?+"
_PLAIN = rb"%s(?:%s|%s|true|false|null|NaN|-?Infinity)%s" % (_SPACE, _TEXT, _NUMBER, _SPACE)
_ROW = rb"%s\[%s(?:,%s){0,1023}+\]%s" % (_SPACE, _PLAIN, _PLAIN, _SPACE)
_ITEM = rb"(?:%s|%s)" % (_PLAIN, _ROW)
_ITEMS = re.compile(rb"%s(?:,%s){0,%d}+" % (_ITEM, _ITEM, _AT_ONCE - 1))
"""Some items of a list: texts, numbers, words of JSON, and short lists of these."""
_BEFORE = re.compile(rb'(?>[^"\[]++|"(?>[^"\\]++|\\.)*+"|\[[^"\[\]{}]{0,200}+\])*+\[', re.DOTALL)
"""All up to the next bracket that opens a list, lists of a few numbers left out."""


def without_long_lists(data: bytes) -> tuple[bytes, dict[str, LongList]]:
    """A document in UTF-8 with a number in place of each long list, and the lists by the digits of these numbers.

    Nobody who wrote the document can have known the numbers. What is no JSON stays what it is.
    """
    secret = int.from_bytes(os.urandom(16), "big")
    lists: dict[str, LongList] = {}
    parts, done = [], 0
    for start, found in _long_lists(data):
        digits = f"1{secret}{len(lists)}"
        parts += [data[done:start], f" {digits} ".encode()]  # it joins no number beside it
        lists[digits] = found
        done = found.end
    return b"".join([*parts, data[done:]]) if lists else data, lists


def _long_lists(data: bytes) -> Iterator[tuple[int, LongList]]:
    """Each long list of a document with the place of its bracket."""
    position = 0
    while before := _BEFORE.match(data, position):
        start = before.end() - 1
        pieces, end = _pieces(data, start + 1)
        position = max(end, start + 1)
        if end - start >= _SHORTEST:
            yield start, LongList(data, pieces, end, _AT_ONCE)


def _pieces(data: bytes, start: int) -> tuple[list[int], int]:
    """Where the items of a list begin, some at a time, and where the list ends: 0 where it holds anything else."""
    pieces = [start]
    while items := _ITEMS.match(data, pieces[-1]):
        after = data[items.end() : items.end() + 1]
        if after == b"]":
            return pieces, items.end() + 1
        if after != b",":
            break
        pieces.append(items.end() + 1)
    return pieces, 0
