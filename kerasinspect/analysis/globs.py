"""Globs for names of layers, weights and versions, in time that grows with the name alone.

``*`` stands for any text, ``?`` for one character, ``[a-c]`` and ``[!a-c]`` for one of some or of all others, as in
Python's fnmatch, whatever the system. What comes before a star is never tried at a second place.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Generic, TypeVar

from kerasinspect.errors import RequestError
from kerasinspect.late.patterns import late_pattern

if TYPE_CHECKING:
    from collections.abc import Iterable

LONGEST = 1_000
"""Characters of one glob; no path of a real layer comes near it."""
MOST = 2_000
"""Globs of one lock, or waivers of one rule, each of which every name may be held against."""
_SHOWN = 60
"""Characters of a glob that a message repeats."""

_TOKEN = late_pattern(r"\*+|\?|\[((?>!?))(\][^\]]*|[^\]]+)\]|.", re.DOTALL)
_SOME = late_pattern(r"(.)-(.)|.", re.DOTALL)
_MAGIC = late_pattern(r"[*?[]")

_Thing = TypeVar("_Thing")


def fits_glob(name: str, glob: str) -> bool:
    """Whether a name is this one, or fits it as a glob; raises RequestError for a glob that is too long."""
    return name == glob or (_is_glob(glob) and _whole(glob).match(name) is not None)


def _is_glob(text: str) -> bool:
    """Whether a text fits other texts than itself."""
    return _MAGIC.search(text) is not None


class Globs(Generic[_Thing]):
    """Globs that names are held against, each for a thing: the first that fits counts."""

    def __init__(self, things: Iterable[tuple[str, _Thing]], *, inside: bool = False) -> None:
        """Compile the globs; with ``inside`` a path fits too where one around it does, and a text without magic counts.

        Raises RequestError for a glob that is too long, and for too many.
        """
        expression = _inside if inside else _whole
        kept = [(glob, thing) for glob, thing in things if inside or _is_glob(glob)]
        if len(kept) > MOST:
            raise RequestError(f"There are {len(kept):,} globs, where {MOST:,} are allowed.", "Join some of them.")
        self.each = [(expression(glob), glob, thing) for glob, thing in kept]
        self.any_of = re.compile("|".join(f"(?:{fit.pattern})" for fit, *_ in self.each) or "(?!)", re.DOTALL)

    def first(self, name: str, *, other: bool = False) -> _Thing | None:
        """The thing of the first glob that fits a name; with ``other`` the name itself is no glob for it."""
        if self.any_of.match(name) is None:
            return None
        found = (thing for fit, glob, thing in self.each if fit.match(name) and not (other and glob == name))
        return next(found, None)


@lru_cache(maxsize=4096)
def _whole(glob: str) -> re.Pattern[str]:
    """The expression that whole names fit."""
    return re.compile(rf"{_expression(glob)}\Z", re.DOTALL)


@lru_cache(maxsize=4096)
def _inside(glob: str) -> re.Pattern[str]:
    """The expression that the beginnings of paths fit, up to a separator or the end; the glob's own text fits too."""
    return re.compile(rf"(?:{_expression(glob)}|{re.escape(glob)})(?=/|\Z)", re.DOTALL)


def _expression(glob: str) -> str:
    """An expression for a glob; what stands between two stars is looked for once, at the first place that it has."""
    if len(glob) > LONGEST:
        raise RequestError(
            f'The glob "{glob[:_SHOWN]}..." has {len(glob):,} characters, where {LONGEST:,} are allowed.',
            "Write a shorter one.",
        )
    parts = [""]
    for token in _TOKEN.finditer(glob):
        if token[0].startswith("*"):
            parts.append("")
        else:
            parts[-1] += _one(token)
    first, *others = parts
    middle = "".join(f"(?>.*?{part})" for part in others[:-1])
    last = "".join(f".*?{part}" for part in others[-1:])
    return f"{first}{middle}{last}"


def _one(token: re.Match[str]) -> str:
    """The expression for one character."""
    if token[0] == "?":
        return "."
    if token[2] is None:
        return re.escape(token[0])
    found = "".join(
        f"{re.escape(one[1])}-{re.escape(one[2])}" if one[1] else re.escape(one[0])
        for one in _SOME.finditer(token[2])
        if one[1] is None or one[1] <= one[2]
    )
    if not found:
        return "." if token[1] else "(?!)"
    return f"[{'^' if token[1] else ''}{found}]"
