"""JSON from strangers: its size, depth and number of values are known before anything is parsed.

What Python's parser accepts beyond RFC 8259 is accepted (NaN, Infinity, a byte order mark, UTF-16 and UTF-32), since
Keras reads it too; a key that an object holds twice is reported, since readers disagree on which one counts.
"""

from __future__ import annotations

import codecs
import json
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from kerasinspect.errors import DamagedFile
from kerasinspect.late_dataclasses import dataclass
from kerasinspect.limits import DEFAULT, Limits, over_limit

if TYPE_CHECKING:
    from collections.abc import Callable

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
_USUAL = "utf-8"
"""The encoding in which Keras writes."""
_MOST_REPEATED_KEYS = 100

_REMEDY = "The file was damaged or edited by hand: get it again, or save the model again."


@dataclass(frozen=True, slots=True)
class _Parsed:
    """A JSON document, and the keys that one of its objects holds more than once."""

    value: Any
    duplicate_keys: tuple[str, ...] = ()
    """Each once, in the order of the file, the first hundred; the last value of each counts."""


def parse_json(data: bytes, where: str, limits: Limits = DEFAULT, deflated_nbytes: int | None = None) -> _Parsed:
    """The document that ``data`` holds; ``where`` is what to call it in a message.

    ``deflated_nbytes`` is what it took in a file that had it deflated: a few kilobytes can become millions of values.
    Raises RefusedFile where it passes a limit, and DamagedFile where it is not JSON.
    """
    if len(data) > limits.json_bytes:
        raise over_limit("json_bytes", len(data), limits.json_bytes, where)
    text, encoding = _decode(data, where)
    plain = data if encoding == _USUAL else text.encode("utf-8", "surrogatepass")
    _check_size(_skeleton(plain), where, limits, deflated_nbytes)
    repeated: dict[str, None] = {}

    def collect(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        """An object, with its repeated keys noted."""
        found = dict(pairs)
        if len(found) < len(pairs):
            _note_repeated(pairs, repeated)
        return found

    try:
        value = _loaded(text, collect)
    except json.JSONDecodeError as error:
        at = len(text[: error.pos].encode("utf-8", "surrogatepass"))
        raise DamagedFile(
            f"{where} is not JSON: {error.msg.removesuffix(' at')} at byte {at:,} of {len(data):,}.", _REMEDY
        ) from error
    except RecursionError as error:
        # Only a caller that has already used up the stack gets here: the depth was checked above.
        raise over_limit("json_depth", limits.json_depth, limits.json_depth, where) from error
    return _Parsed(value, tuple(repeated))


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
        return json.loads(text, object_pairs_hook=collect, parse_int=_whole_number)


def _decode(data: bytes, where: str) -> tuple[str, str]:
    """The text that the bytes hold, in whichever encoding JSON may have, and which; raises DamagedFile for none."""
    encoding = next((name for mark, name in _BYTE_ORDER_MARKS if data.startswith(mark)), None) or _bare_encoding(data)
    try:
        return data.decode(encoding), encoding
    except UnicodeDecodeError as error:
        message = f"{where} is not JSON: it is not valid {encoding.upper()} at byte {error.start:,} of {len(data):,}."
        raise DamagedFile(message, _REMEDY) from error


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
    return _USUAL


def _check_size(skeleton: bytes, where: str, limits: Limits, deflated_nbytes: int | None = None) -> None:
    """Raise RefusedFile where the document holds more values or is deeper than the limits allow, without parsing it."""
    marks = sum(map(skeleton.count, _MARKS))
    if marks > limits.json_marks:
        raise over_limit("json_marks", marks, limits.json_marks, where)
    if deflated_nbytes is not None and marks > max(limits.json_marks_inflated, deflated_nbytes // 2):
        raise over_limit("json_marks_inflated", marks, limits.json_marks_inflated, where)
    if sum(map(skeleton.count, _DEEPER)) > limits.json_depth:
        deepest = _depth_of(skeleton)
        if deepest > limits.json_depth:
            raise over_limit("json_depth", deepest, limits.json_depth, where)
    objects = skeleton.count(b"{")
    if objects > limits.json_objects:
        raise over_limit("json_objects", objects, limits.json_objects, where)


def depth(text: bytes) -> int:
    """The depth of nested lists and objects, brackets inside strings left out.

    It is right up to the place where the text stops being JSON, which is as far as a parser gets.
    """
    return _depth_of(_skeleton(text))


def _skeleton(text: bytes) -> bytes:
    """All marks of a text, those inside strings too, and the quotes around strings: a fifth of its bytes."""
    unescaped = text.replace(_BACKSLASH * 2, b"").replace(_BACKSLASH + _QUOTE, b"") if _BACKSLASH in text else text
    return unescaped.translate(None, _ALL_ELSE)


def _depth_of(skeleton: bytes) -> int:
    """The depth of nested lists and objects of which these are the marks.

    Two quotes side by side are a whole string: between two strings stands a comma or a colon.
    """
    outside = b"".join(skeleton.replace(_QUOTE * 2, b"").split(_QUOTE)[::2])
    return max(accumulate(map(_STEP_OF.__getitem__, outside.translate(None, b",:"))), default=0)


def _whole_number(digits: str) -> int | float:
    """The number that digits stand for: an infinity where they are more than Python turns into a whole number."""
    try:
        return int(digits)
    except ValueError:
        return float(digits)


def _note_repeated(pairs: list[tuple[str, Any]], repeated: dict[str, None]) -> None:
    """Add the keys that ``pairs`` holds more than once, while they are not too many."""
    seen: set[str] = set()
    for key, _ in pairs:
        if len(repeated) >= _MOST_REPEATED_KEYS:
            return
        if key in seen:
            repeated[key] = None
        seen.add(key)
