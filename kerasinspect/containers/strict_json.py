"""JSON from strangers: its size, depth and number of values are known before anything is parsed.

What Python's parser accepts beyond RFC 8259 is accepted (NaN, Infinity, a byte order mark, UTF-16 and UTF-32), since
Keras reads it too; a key that an object holds twice is reported, since readers disagree on which one counts.
"""

from __future__ import annotations

import codecs
import json
from itertools import accumulate
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from kerasinspect.errors import DamagedFile
from kerasinspect.json_values import whole_number
from kerasinspect.late.dataclasses import dataclass
from kerasinspect.limits import DEFAULT, Limits, over_limit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from kerasinspect.json_values import LongList

_DEEPER, _SHALLOWER, _QUOTE, _BACKSLASH = b"[{", b"]}", b'"', b"\\"
_MARKS = b"[{,:"
_SKELETON = _DEEPER + _SHALLOWER + _QUOTE + b",:"
_ALL_ELSE = bytes(sorted(set(range(256)) - set(_SKELETON)))
_STEP_OF = {**dict.fromkeys(_DEEPER, 1), **dict.fromkeys(_SHALLOWER, -1)}
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MOST_REPEATED_KEYS = 100
_LARGE = 4 << 20
"""Bytes of a document whose long lists are kept as their text."""
_PIECE = 1 << 20
"""Bytes whose characters are looked at together."""

_REMEDY = "The file was damaged or edited by hand: get it again, or save the model again."


@dataclass(frozen=True, slots=True)
class _Parsed:
    """A JSON document, and the keys that one of its objects holds more than once."""

    value: Any
    duplicate_keys: tuple[str, ...] = ()
    """Each once, in the order of the file, the first hundred; the last value of each counts."""


def parse_json(
    data: bytes,
    where: str,
    limits: Limits = DEFAULT,
    deflated_nbytes: int | None = None,
    *,
    with_long_lists: bool = False,
) -> _Parsed:
    """The document that ``data`` holds; ``where`` is what to call it in a message.

    ``deflated_nbytes`` is what it took in a file that had it deflated: a few kilobytes can become millions of values.
    ``with_long_lists`` says that a ``LongList`` may stand for a list.
    Raises RefusedFile where it passes a limit, and DamagedFile where it is not JSON.
    """
    if len(data) > limits.json_bytes:
        raise over_limit("json_bytes", len(data), limits.json_bytes, where)
    text = _in_utf8(data, where)
    _check_size(text, where, limits, deflated_nbytes)
    try:
        return _with_long_lists(text) if with_long_lists and len(text) >= _LARGE else _parsed(text.decode())
    except json.JSONDecodeError as error:
        at = len(error.doc[: error.pos].encode())
        raise DamagedFile(
            f"{where} is not JSON: {error.msg.removesuffix(' at')} at byte {at:,} of {len(data):,}.", _REMEDY
        ) from error
    except RecursionError as error:
        # Only a caller that has already used up the stack gets here: the depth was checked above.
        raise over_limit("json_depth", limits.json_depth, limits.json_depth, where) from error


def _with_long_lists(text: bytes) -> _Parsed:
    """The value of a document whose long lists are kept as their text."""
    from kerasinspect.containers.long_lists import without_long_lists  # noqa: PLC0415 - patterns that few files need

    short, lists = without_long_lists(text)
    try:
        return _parsed(short.decode(), lists)
    except json.JSONDecodeError:
        return _parsed(text.decode())  # which says where in the whole document the error is


def _parsed(text: str, lists: Mapping[str, LongList] = MappingProxyType({})) -> _Parsed:
    """The value of a document in which the digits of some numbers stand for long lists."""
    repeated: dict[str, None] = {}

    def collect(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        """An object, with its repeated keys noted."""
        found = dict(pairs)
        if len(found) < len(pairs):
            _note_repeated(pairs, repeated)
        return found

    def number(digits: str) -> int | float | LongList:
        """A whole number, or the list that it stands for."""
        return lists[digits] if digits in lists else whole_number(digits)

    if lists:
        return _Parsed(json.loads(text, object_pairs_hook=collect, parse_int=number), tuple(repeated))
    return _Parsed(_loaded(text, collect), tuple(repeated))


def _loaded(text: str, collect: Callable[[list[tuple[str, Any]]], dict[str, Any]]) -> Any:  # noqa: ANN401 - any JSON
    """The document that a text holds; raises JSONDecodeError.

    Only where a number has more digits than Python turns into one, numbers are made by a function of ours, which
    takes a fifth of the time of all else.
    """
    try:
        return json.loads(text, object_pairs_hook=collect)
    except json.JSONDecodeError:
        raise
    except ValueError:
        return json.loads(text, object_pairs_hook=collect, parse_int=whole_number)


def _in_utf8(data: bytes, where: str) -> bytes:
    """The document in UTF-8, from whichever encoding JSON may have; raises DamagedFile for bytes that are none."""
    encoding = next((name for mark, name in _BYTE_ORDER_MARKS if data.startswith(mark)), None) or _bare_encoding(data)
    try:
        if encoding != "utf-8":
            return data.decode(encoding).encode()
        if not data.isascii():
            _check_characters(data)
    except UnicodeDecodeError as error:
        message = f"{where} is not JSON: it is not valid {encoding.upper()} at byte {error.start:,} of {len(data):,}."
        raise DamagedFile(message, _REMEDY) from error
    return data


def _check_characters(data: bytes) -> None:
    """Raise UnicodeDecodeError where bytes are no UTF-8; in pieces, since one wide character makes all others wide."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(data), _PIECE):
            decoder.decode(data[start : start + _PIECE])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        data.decode()  # which says where in the whole document the error is


def _bare_encoding(data: bytes) -> str:
    """The encoding of text that begins with two ASCII characters and without a byte order mark, from its zeros."""
    zeros = tuple(byte == 0 for byte in data[:4])
    match zeros:
        case (True, True, True, False):
            return "utf-32-be"
        case (False, True, True, True):
            return "utf-32-le"
        case (True, False, *_):
            return "utf-16-be"
        case (False, True, *_):
            return "utf-16-le"
    return "utf-8"


def _check_size(text: bytes, where: str, limits: Limits, deflated_nbytes: int | None = None) -> None:
    """Raise RefusedFile where the document holds more values or is deeper than the limits allow, without parsing it."""
    marks = sum(map(text.count, _MARKS))
    if marks > limits.json_marks:
        raise over_limit("json_marks", marks, limits.json_marks, where)
    if deflated_nbytes is not None and marks > max(limits.json_marks_inflated, deflated_nbytes // 2):
        raise over_limit("json_marks_inflated", marks, limits.json_marks_inflated, where)
    if sum(map(text.count, _DEEPER)) > limits.json_depth:
        deepest = depth(text)
        if deepest > limits.json_depth:
            raise over_limit("json_depth", deepest, limits.json_depth, where)
    objects = text.count(b"{")
    if objects > limits.json_objects:
        raise over_limit("json_objects", objects, limits.json_objects, where)


def depth(text: bytes) -> int:
    """The depth of nested lists and objects, brackets inside strings left out.

    It is right up to the place where the text stops being JSON, which is as far as a parser gets.
    """
    level = deepest = 0
    inside = b""
    for piece in _pieces(text):
        unescaped = (inside + piece).replace(_BACKSLASH * 2, b"").replace(_BACKSLASH + _QUOTE, b"")
        # Once all else is gone, two quotes side by side are a whole string: between two stands a comma or a colon.
        skeleton = unescaped.translate(None, _ALL_ELSE).replace(_QUOTE * 2, b"").split(_QUOTE)
        inside = b"" if len(skeleton) % 2 else _QUOTE
        steps = b"".join(skeleton[::2]).translate(None, b",:")
        levels = [*accumulate(map(_STEP_OF.__getitem__, steps), initial=level)]
        level, deepest = levels[-1], max(deepest, *levels)
    return deepest


def _pieces(text: bytes) -> Iterator[bytes]:
    """A text in pieces, none of which ends behind a backslash."""
    start = 0
    while start < len(text):
        end = start + _PIECE
        while text[end - 1 : end] == _BACKSLASH:
            end += 1
        yield text[start:end]
        start = end


def _note_repeated(pairs: list[tuple[str, Any]], repeated: dict[str, None]) -> None:
    """Add the keys that ``pairs`` holds more than once, while they are not too many."""
    seen: set[str] = set()
    for key, _ in pairs:
        if len(repeated) >= _MOST_REPEATED_KEYS:
            return
        if key in seen:
            repeated[key] = None
        seen.add(key)
