"""Writes a document as strict JSON: ASCII only, never NaN; on lines of its own what is long, or all on one line.

A document is made of mappings, lists, text, numbers, true, false and None, with two additions that let arrays of any
size pass through: an iterator is written as a list, and a ``Deferred`` value is asked for when its turn comes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, TextIO, TypeAlias

from kerasinspect.late.dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable

Writable: TypeAlias = (
    "bool | int | float | str | Mapping[str, Writable] | Sequence[Writable] | Iterator[Writable] | Deferred | None"
)
"""A value in a document."""
Document: TypeAlias = Mapping[str, Writable]
"""What a command gives to programs: keys that stay."""

_INDENT = "  "


@dataclass(frozen=True, slots=True)
class Deferred:
    """A value that is only known once those before it have been written."""

    value: Callable[[], Writable]


def write_json(document: Document, stream: TextIO) -> None:
    """Write the document and a newline.

    Raises ValueError for NaN and infinities: whoever makes the document says them as None.
    """
    write_value(document, "", stream.write)
    stream.write("\n")


def write_value(value: Writable, indent: str | None, write: Callable[[str], object]) -> None:
    """Write one value whose first character is already indented; with None all of it on one line."""
    if isinstance(value, Deferred):
        value = value.value()
    if value is None or isinstance(value, (str, int, float)):
        write(_inline(value))
    elif isinstance(value, Mapping) and value:
        inner = _below(indent)
        before = "{" + _break(inner, "")
        for key, item in value.items():
            write(f"{before}{_inline(key)}: ")
            write_value(item, inner, write)
            before = "," + _break(inner, " ")
        write(_break(indent, "") + "}")
    elif isinstance(value, Iterator) or (isinstance(value, (list, tuple)) and not _flat(value)):
        _write_items(value, indent, write)
    else:
        write(_inline(value))


def _write_items(items: Iterable[Writable], indent: str | None, write: Callable[[str], object]) -> None:
    """Write a list with an item on each line, unless all is on one line."""
    inner = _below(indent)
    opening = before = "[" + _break(inner, "")
    for item in items:
        write(before)
        write_value(item, inner, write)
        before = "," + _break(inner, " ")
    write("[]" if before == opening else _break(indent, "") + "]")


def _below(indent: str | None) -> str | None:
    """The indent of what is inside."""
    return None if indent is None else indent + _INDENT


def _break(indent: str | None, instead: str) -> str:
    """A new line with its indent, or what stands instead where all is on one line."""
    return instead if indent is None else f"\n{indent}"


def _flat(items: Sequence[Writable]) -> bool:
    """Whether a list holds only text, numbers and the like, and so fits one line."""
    return not any(isinstance(item, (Mapping, list, tuple, Iterator, Deferred)) for item in items)


def _inline(value: Writable) -> str:
    """A value on one line; what a CI log would take for a command is broken up, without changing what it means."""
    return _ENCODER.encode(value).replace("##", "\\u0023#")


_ENCODER = json.JSONEncoder(ensure_ascii=True, allow_nan=False)
