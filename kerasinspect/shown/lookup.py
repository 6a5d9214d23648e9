"""Finds things by their names, and says what is nearest to a name that nothing has."""

from __future__ import annotations

from collections import defaultdict
from itertools import islice
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from kerasinspect.errors import NothingMatches, RequestError
from kerasinspect.late.dataclasses import dataclass
from kerasinspect.names import LONGEST_SHOWN, alike, cut
from kerasinspect.shown.escaping import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Self

_Any = TypeVar("_Any")

_NAMES_IN_A_MESSAGE = 10
"""Names that a message lists where none is near."""


def nothing_called(word: str, name: object, names: Sequence[str], remedy: str = "") -> NothingMatches:
    """The error for a name that none of some things has: layers, weights, models, as the word says."""
    return NothingMatches(f'No {word} is called "{shown(str(name))}".', remedy or nearest_names(word, str(name), names))


def named_or_at(
    word: str, things: tuple[_Any, ...], name_of: Callable[[_Any], str], key: int | slice | str
) -> _Any | tuple[_Any, ...]:
    """What a collection gives for a key: the first thing of a name, the one at a position, or those of a slice.

    Raises IndexError, or NothingMatches, which is a KeyError, for a name that nothing has.
    """
    if not isinstance(key, str):
        return things[key]
    found = next((thing for thing in things if name_of(thing) == key), None)
    if found is None:
        raise nothing_called(word, key, [*map(name_of, things)])
    return found


def is_among(things: Iterable[_Any], name_of: Callable[[_Any], str], key: object) -> bool:
    """What a collection says of ``key in it``: whether one of its things has that name, or is that thing."""
    if isinstance(key, str):
        return any(name_of(thing) == key for thing in things)
    return any(thing is key or thing == key for thing in things)


def nearest_names(word: str, name: str, names: Sequence[str], others: Sequence[str] = ()) -> str:
    """The names that are most like one, those of the others among them; where none is, the first names."""
    near = alike(name, [*names, *others])
    if near:
        return f"The nearest: {', '.join(map(shown, near))}."
    plural = "classes" if word == "class" else f"{word}s"
    return f"There are {first(names)}." if names else f"There are no {plural} to choose from."


def first(names: Sequence[str]) -> str:
    """The first of some names, and how many more there are."""
    more = f" and {len(names) - _NAMES_IN_A_MESSAGE} more" if len(names) > _NAMES_IN_A_MESSAGE else ""
    return f"{', '.join(map(shown, islice(names, _NAMES_IN_A_MESSAGE)))}{more}"


def shown(name: str) -> str:
    """A name as a message repeats it."""
    return visible(cut(name, LONGEST_SHOWN))


class _WithPath(Protocol):
    """Whatever is found by a name: a layer, a weight."""

    @property
    def path(self) -> str:
        """Its path in the model."""


_Thing = TypeVar("_Thing", bound=_WithPath)


@dataclass(frozen=True, slots=True)
class Directory(Generic[_Thing]):
    """Things of one kind by their names; two of them may have one name."""

    word: str
    """What they are: layer, weight."""
    entries: Mapping[str, tuple[_Thing, ...]]

    @classmethod
    def of(cls, word: str, names: Iterable[tuple[str, _Thing]]) -> Self:
        """The directory of some names, each with the thing that has it."""
        found: defaultdict[str, list[_Thing]] = defaultdict(list)
        for name, thing in names:
            found[name].append(thing)
        return cls(word, {name: tuple(things) for name, things in found.items()})

    def named(self, name: str, hint: Callable[[str], str] = lambda _: "") -> _Thing:
        """The one thing of a name; raises NothingMatches where there is none, RequestError where there are several.

        Where the hint says nothing of a name that is not there, the nearest ones are named.
        """
        found = self.entries.get(name, ())
        if not found:
            raise nothing_called(self.word, name, [*self.entries], hint(name))
        if len(found) > 1:
            raise self._ambiguous(name, found)
        return found[0]

    def _ambiguous(self, name: str, found: Sequence[_Thing]) -> RequestError:
        """The error for a name that several things have."""
        paths = [*dict.fromkeys(thing.path for thing in found)]
        remedy = f"Their paths: {first(paths)}." if len(paths) > 1 else f"Choose among {self.word}s of that path."
        return RequestError(f'{len(found)} {self.word}s are called "{shown(name)}".', remedy)
