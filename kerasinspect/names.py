"""Names from a file: those that would lead out of the group or folder that they are used in, long ones, and numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.late.patterns import late_pattern

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LONGEST_SHOWN = 100
"""Characters of a name that no file explains and that a message repeats."""

_MOST_DIGITS = 18
"""No group and no array has a number of more digits."""

_NUMBER_BEHIND = late_pattern(rf"_([0-9]{{1,{_MOST_DIGITS}}})$")

_LETTERS_COMPARED = 10_000_000
"""Pairs of letters that are compared to find names that are alike: enough for those of 20,000 layers."""

_LEADING_OUT = late_pattern(r"(?:^|[/\\])\.\.(?:[/\\]|$)|^[/\\]|^[A-Za-z]:[/\\]|\0")


def leads_out(name: str) -> bool:
    r"""Whether a name, used as a path, would leave its folder, or end before it does: ``../x``, ``/x``, ``C:\x``."""
    return _LEADING_OUT.search(name) is not None


def is_text(name: str) -> bool:
    """Whether a name can be written as UTF-8: JSON can name half a character, which no other text has."""
    return not any("\ud800" <= character <= "\udfff" for character in name)


_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What makes a spreadsheet take a cell for a formula; some take the wide forms of these for the same."""


def not_computed(text: str) -> str:
    """A cell that a spreadsheet shows as it is: text that it would compute gets an apostrophe before it."""
    return f"'{text}" if text.lstrip().startswith(_FORMULA_STARTS) and not _is_number(text) else text


def _is_number(text: str) -> bool:
    """Whether the text is a number and nothing else."""
    try:
        float(text)
    except ValueError:
        return False
    return True


def cut(name: str, most: int, mark: str = "…") -> str:
    """A name of at most so many characters; of a longer one the beginning, and a mark in the place of the rest."""
    return name if len(name) <= most else f"{name[:most]}{mark}"


def nearest(name: str, known: Iterable[str]) -> str:
    """The one of some known names that is most like a name; of a long one, which takes long, like its beginning."""
    from difflib import get_close_matches  # noqa: PLC0415 - only who gets something wrong needs it

    return get_close_matches(name[:LONGEST_SHOWN], [*known], n=1, cutoff=0.0)[0]


def number_of(name: str) -> int | None:
    """The number that a name consists of; None where it is none."""
    return int(name) if name.isascii() and name.isdecimal() and len(name) <= _MOST_DIGITS else None


def number_behind(name: str) -> int:
    """The number at the end of a group's name; the first group of a class has none."""
    number = _NUMBER_BEHIND.search(name)
    return int(number[1]) if number else 0


def alike(name: str, known: Iterable[str]) -> list[str]:
    """The three of some known names that are most like a name, the most like first; fewer where others are not."""
    from difflib import get_close_matches  # noqa: PLC0415 - as above

    return get_close_matches(name, _comparable(name, known), n=3, cutoff=0.6)


def _comparable(name: str, known: Iterable[str]) -> Iterator[str]:
    """The names that a name is compared with, letter by letter: each once, while that takes little time."""
    left = _LETTERS_COMPARED
    for one in dict.fromkeys(known):
        if len(one) * len(name) <= left:
            left -= len(one) * len(name)
            yield one
