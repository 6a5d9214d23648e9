"""Types of what JSON, and a config or a report made of it, can hold; and the digest of such a value."""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias, overload

if TYPE_CHECKING:
    from collections.abc import Iterator

Json: TypeAlias = "bool | int | float | str | list[Json] | LongList | dict[str, Json] | None"
"""Any value as ``json`` reads it."""
JsonObject: TypeAlias = Mapping[str, Json]
"""An object of JSON, which nobody changes."""

DIGEST = "digest"
"""The key under which a document has the digest of all its other keys, so that changes by hand can be told."""


class LongList(Sequence[Any]):
    """A list of a config that is long and holds no objects: its items are made of its text when they are asked for."""

    __slots__ = ("_at_once", "_last", "_length", "_starts", "_text", "end")

    def __init__(self, text: bytes, starts: list[int], end: int, at_once: int) -> None:
        """``at_once`` items begin at each of these places of the text, the last of them fewer; ``end`` is behind all.

        The text was checked: it holds what it is said to hold.
        """
        self._text, self._starts, self._at_once = text, starts, at_once
        self.end = end
        """Where the document goes on behind the list."""
        self._last: tuple[int, list[Json]] = (-1, [])
        self._length = (len(starts) - 1) * at_once + len(self._piece(len(starts) - 1))

    def __len__(self) -> int:
        """How many items there are."""
        return self._length

    @overload
    def __getitem__(self, index: int) -> Json: ...
    @overload
    def __getitem__(self, index: slice) -> list[Json]: ...
    def __getitem__(self, index: int | slice) -> Json:
        """An item, or those that a slice selects."""
        if isinstance(index, slice):
            return [self[at] for at in range(*index.indices(self._length))]
        piece, place = divmod(range(self._length)[index], self._at_once)
        return self._piece(piece)[place]

    def __iter__(self) -> Iterator[Json]:
        """All items, some made at a time."""
        for piece in range(len(self._starts)):
            yield from self._piece(piece)

    def __eq__(self, other: object) -> bool:
        """Whether a list has the same items."""
        if not isinstance(other, JSON_LISTS):
            return NotImplemented
        return len(self) == len(other) and all(map(operator.eq, self, other))

    __hash__ = None  # type: ignore[assignment]

    def _piece(self, number: int) -> list[Json]:
        """Some items that lie side by side; those that were asked for last are kept."""
        import json  # noqa: PLC0415 - whoever needs the types alone needs no parser

        last, items = self._last
        if last != number:
            end = self._starts[number + 1] if number + 1 < len(self._starts) else self.end
            text = self._text[self._starts[number] : end - 1]
            items = json.loads(b"[%b]" % text, parse_int=whole_number)
            self._last = number, items
        return items


JSON_LISTS = (list, LongList)
"""The types of a JSON list."""


def whole_number(digits: str) -> int | float:
    """The number that digits stand for: an infinity where they are more than Python turns into a whole number."""
    try:
        return int(digits)
    except ValueError:
        return float(digits)


def json_sha256(value: object) -> str:
    """The SHA-256 of a value of JSON, the same however it is laid out and whatever the order of its keys."""
    import json  # noqa: PLC0415 - most of those who need the types need no digest
    from hashlib import sha256  # noqa: PLC0415 - as above

    return sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
