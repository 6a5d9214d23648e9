"""Cuts names where a page has no room for them, so that no two different ones look alike.

A name is cut in its middle, since its beginning says what it belongs to and its end what it is. Names that would be
alike are cut where they do not differ; where there is no room for that they get the number of their row. An old and a
new name with an arrow between them are cut each by itself.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from itertools import accumulate, takewhile
from typing import TYPE_CHECKING

from kerasinspect.late.patterns import late_pattern
from kerasinspect.shown.escaping import NAME_LIMIT, columns_of, is_plain, visible_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_MARK = "…"

_ARROW = " → "
_LEAST_SIDE = 6
"""Columns on either side of an arrow without which it is cut as any text is."""

_TENTHS = (6, 4, 7, 3, 8, 2)
"""Parts of the room that the beginnings of names get which are alike when they are cut in the middle."""

_ROUNDS = 3
"""Times that names are cut anew which are alike since they were cut anew."""

_WORD = late_pattern(r"[^\W\d_]+|[\W\d_]+")

_EDGE = 2
"""Columns of both ends of a name that stay where the middle tells it from others."""


def _first_columns(text: str, room: int) -> str:
    """The beginning of a text that takes at most so many columns."""
    return text[: max(0, room)] if text.isascii() else text[: _fitting(text, room)]


def _last_columns(text: str, room: int) -> str:
    """The end of a text that takes at most so many columns; it does not begin with a mark on the letter before it."""
    if text.isascii():
        return text[max(0, len(text) - room) :]
    end = text[len(text) - _fitting(reversed(text), room) :]
    marks = next((at for at, character in enumerate(end) if columns_of(character)), len(end))
    return end[marks:]


def _fitting(characters: Iterable[str], room: int) -> int:
    """How many of some characters take at most so many columns."""
    return sum(1 for _ in takewhile(lambda columns: columns <= room, accumulate(map(columns_of, characters))))


def _cut_in_middle(text: str, room: int) -> str:
    """The text, or its beginning and its end, in at most so many columns."""
    return text if columns_of(text) <= room else _ends(text, room // 2, (room - 1) // 2)


def _ends(text: str, head: int, tail: int) -> str:
    """The beginning and the end of a text, in so many columns each, or those of both names beside an arrow."""
    old, arrow, new = text.partition(_ARROW)
    room = head + len(_MARK) + tail - len(_ARROW)
    if not arrow or room < 2 * _LEAST_SIDE:
        return _beginning_and_end(text, head, tail)
    left = min(columns_of(old), max(room // 2, room - columns_of(new)))
    share = head / (head + tail)
    return _ARROW.join((_side(old, left, share), _side(new, room - left, share)))


def _side(name: str, room: int, share: float) -> str:
    """A name, or its beginning, which gets that share of the columns, and its end."""
    head = round((room - len(_MARK)) * share)
    return name if columns_of(name) <= room else _beginning_and_end(name, head, room - len(_MARK) - head)


def _beginning_and_end(text: str, head: int, tail: int) -> str:
    """The beginning and the end of a text, in so many columns each."""
    return f"{_first_columns(text, head)}{_MARK}{_last_columns(text, tail)}"


def told_apart(names: Sequence[str], room: int | None) -> list[str]:
    """Names as they are shown in at most so many columns, no two different ones alike."""
    shown = shown_apart(names)
    if room is None or max(map(columns_of, shown), default=0) <= room:
        return shown
    rooms = [room] * len(shown)
    return numbered_apart(names, cut_apart(names, shown, rooms), rooms)


def shown_apart(names: Sequence[str]) -> list[str]:
    """Names as they are shown on any page: those that are longer than real ones without their middle."""
    if all(map(is_plain, names)):
        return [*names]
    bounded = [*names] if max(map(len, names)) <= NAME_LIMIT else cut_apart(names, names, [NAME_LIMIT] * len(names))
    return numbered_apart(names, _spelled_apart([visible_name(name) for name in bounded]))


def _spelled_apart(shown: list[str]) -> list[str]:
    """Names of which those that only differ in how their letters are composed are spelled by escapes."""
    if all(map(str.isascii, shown)):
        return shown
    from unicodedata import normalize  # noqa: PLC0415 - few names have other letters

    looks = [name if name.isascii() else normalize("NFC", name) for name in shown]
    spellings = Counter(look for look, _ in {*zip(looks, shown, strict=True)})
    return [
        name.encode("ascii", "backslashreplace").decode() if spellings[look] > 1 and name != look else name
        for name, look in zip(shown, looks, strict=True)
    ]


def cut_apart(names: Sequence[str], shown: Sequence[str], rooms: Sequence[int]) -> list[str]:
    """What is shown of each name, in at most so many columns: what tells it from others, as far as there is room."""
    cuts = [*map(_cut_in_middle, shown, rooms)]
    owners = [*range(len(cuts))]
    for _ in range(_ROUNDS):
        for group in _joined(owners, _alike(names, cuts)):
            best = _best_cuts([shown[at] for at in group], [rooms[at] for at in group])
            for at, cut in zip(group, best, strict=True):
                cuts[at] = cut
    return cuts


def _joined(owners: list[int], alike: Sequence[Sequence[int]]) -> Iterable[list[int]]:
    """Groups of names that are alike, or were and would be again; ``owners`` has one place of each group."""
    for first, *others in alike:
        for at in others:
            owners[_owner(owners, at)] = _owner(owners, first)
    groups: dict[int, list[int]] = {_owner(owners, places[0]): [] for places in alike}
    for at in range(len(owners) if groups else 0):
        if (owner := _owner(owners, at)) in groups:
            groups[owner].append(at)
    return groups.values()


def _owner(owners: list[int], at: int) -> int:
    """The place that stands for the group of a place; the way to it gets shorter each time."""
    while owners[at] != at:
        owners[at] = owners[owners[at]]
        at = owners[at]
    return at


def _best_cuts(texts: Sequence[str], rooms: Sequence[int]) -> list[str]:
    """Those of several ways to cut some names that tell most of them apart, of equally good ones the first."""
    best: list[str] = []
    for cuts in _ways_to_cut(texts, rooms):
        best = max(best, cuts, key=_different)
        if _different(best) == _different(texts):
            break
    return best


def _different(texts: Sequence[str]) -> int:
    """How many different ones there are."""
    return len({*texts})


def _ways_to_cut(texts: Sequence[str], rooms: Sequence[int]) -> Iterator[list[str]]:
    """The names with longer and shorter beginnings, with the part in which they differ, and with shorter words."""
    for tenths in _TENTHS:
        heads = [room * tenths // 10 for room in rooms]
        yield [_ends(text, head, room - 1 - head) for text, room, head in zip(texts, rooms, heads, strict=True)]
    yield [*_around_difference(texts, rooms)]
    yield [*map(_with_short_words, texts, rooms)]


def _with_short_words(text: str, room: int) -> str:
    """A name of which each word is as long as there is room for: ``bl…_10_e…_BN``."""
    words = _WORD.findall(text)

    def taken(longest: int) -> int:
        return sum(min(len(word), longest) if word[0].isalpha() else len(word) for word in words)

    longest = 1 + bisect_right(range(2, room + 1), room, key=taken)
    short = text if longest == 1 else "".join(_short_word(word, longest) for word in words)
    return _cut_in_middle(short, room)


def _short_word(word: str, longest: int) -> str:
    """The beginning of a word; what is no letter stays."""
    return f"{word[: longest - 1]}{_MARK}" if word[0].isalpha() and len(word) > longest else word


def numbered_apart(names: Sequence[str], cuts: list[str], rooms: Sequence[int] | None = None) -> list[str]:
    """The cuts of different names; the number of its row ends each that would be like another one."""
    alike = [at for group in _alike(names, cuts) for at in group]
    for rows in (alike, range(len(cuts))):
        for at in rows:
            cuts[at] = numbered(cuts[at], at + 1, None if rooms is None else rooms[at])
        if not any(_alike(names, cuts)):
            break
    return cuts


def numbered(cut: str, number: int, room: int | None) -> str:
    """A name with a number behind it, in at most so many columns, or the number where there is room for no more."""
    if room is None:
        return f"{cut}{_MARK}#{number}"
    ending = next((mark for mark in (f"{_MARK}#{number}", f"#{number}") if len(mark) <= room), str(number))
    return _first_columns(cut, room - len(ending)) + ending


def _alike(names: Sequence[str], cuts: Sequence[str]) -> list[list[int]]:
    """The places of different names that are shown alike."""
    places: dict[str, list[int]] = {}
    for at, cut in enumerate(cuts):
        places.setdefault(cut, []).append(at)
    return [group for group in places.values() if len(group) > 1 and len({names[at] for at in group}) > 1]


def _around_difference(texts: Sequence[str], rooms: Sequence[int]) -> Iterator[str]:
    """Some names, cut so that the part in which they differ stays, as far as there is room."""
    same = _same_beginning(texts)
    ending = _same_beginning([text[same:][::-1] for text in texts])
    for text, room in zip(texts, rooms, strict=True):
        yield _with_core(text, same, len(text) - ending, room)


def _same_beginning(texts: Sequence[str]) -> int:
    """How many characters at their beginning some texts have in common."""
    low, high = min(texts), max(texts)
    return next((at for at, (one, other) in enumerate(zip(low, high, strict=False)) if one != other), len(low))


def _with_core(text: str, start: int, stop: int, room: int) -> str:
    """A name with the part from ``start`` to ``stop``: at the end of its beginning, or at the beginning of its end."""
    before, behind = columns_of(text[:stop]), columns_of(text[start:])
    if before <= room - 1 - _EDGE:
        return _ends(text, before, room - 1 - before)
    if behind <= room - 1 - _EDGE:
        return _ends(text, room - 1 - behind, behind)
    core = _first_columns(text[start:], room - 2 * (1 + _EDGE))
    return f"{_first_columns(text, _EDGE)}{_MARK}{core}{_MARK}{_last_columns(text, _EDGE)}"
