"""What callers in Python give for names, positions and files: one stands for itself where several are meant.

A text is one name, never a list of letters. What is neither is a RequestError that says what to write.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from operator import index
from typing import TYPE_CHECKING, Any, TypeAlias

from kerasinspect.errors import RequestError
from kerasinspect.late.patterns import late_pattern
from kerasinspect.names import LONGEST_SHOWN, cut

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PathName: TypeAlias = "str | os.PathLike[str]"
"""A file or a folder."""

Paths: TypeAlias = "PathName | Iterable[PathName]"
"""One file or several."""

Names: TypeAlias = "str | Iterable[str]"
"""One name, path or glob, or several."""

Positions: TypeAlias = "int | str | Iterable[int | str]"
"""One position in ``get_weights()``, a range of them as a text, ``"3:7"``, or several of either."""

_IN_PYTHON = late_pattern(r" \(in Python: (?:[\w =,]|\([\w=]+\))+\)")


def in_python(words: str) -> str:
    """What stands behind an option in a message for both who write options and who write arguments."""
    return f" (in Python: {words})"


def on_a_command_line(sentence: str) -> str:
    """A sentence for who writes options alone: without what ``in_python`` adds to them."""
    return _IN_PYTHON.sub("", sentence)


SELECTORS = f"--layer, --weight or --index{in_python('layers, weights, indices')}"
"""How messages name what chooses arrays."""


def path_of(given: object) -> str:
    """The path that names a file; raises RequestError for anything else."""
    if isinstance(given, str | os.PathLike):
        return os.fsdecode(given)
    if isinstance(given, bytes | bytearray):
        message = f"A file is named by its path as a text, and {len(given):,} bytes are none."
        raise RequestError(message, "Write the bytes of a model to a file; os.fsdecode makes a text of a path.")
    remedy = 'Write a path: "model.keras".'
    if hasattr(given, "location"):
        remedy = "It is a model that is open already: write its path, which is its location."
    raise RequestError(f"A file is named by its path, and {_shown(given)} is none.", remedy)


def paths_of(given: Iterable[object]) -> list[str]:
    """The paths that name files, one by one or in lists; raises RequestError for anything else."""
    return [path_of(one) for some in given for one in _each(some)]


def names_of(argument: str, given: object) -> tuple[str, ...]:
    """The names that an argument has; raises RequestError for anything else."""
    names = tuple(_each(given))
    if not all(isinstance(name, str) for name in names):
        message = f"{argument} takes a name or a list of names, and {_shown(given)} is neither."
        raise RequestError(message, f'Write {argument}="name" or {argument}=["name", "name"].')
    return names


def positions_of(argument: str, given: object) -> tuple[str, ...]:
    """The positions that an argument has, each as a text; raises RequestError for anything else."""
    try:
        return tuple(one if isinstance(one, str) else str(index(one)) for one in _each(given))
    except TypeError:
        message = f"{argument} takes positions in get_weights(), and {_shown(given)} are none."
        raise RequestError(
            message, f'Write {argument}=3, {argument}=[3, 5] or {argument}="3:7", which is 3 to 6.'
        ) from None


def choice_of(argument: str, given: object, known: Sequence[str]) -> None:
    """Raise RequestError where an argument has none of the words that it takes."""
    if given not in known:
        words = ", ".join(f'"{word}"' for word in known)
        raise RequestError(f"{argument} is none of the known: {_shown(given)}.", f"Known are {words}.")


def number_of(argument: str, given: object, least: int) -> int:
    """The whole number that an argument has; raises RequestError for anything else, and for less than ``least``."""
    if isinstance(given, bool) or not isinstance(given, int) or given < least:
        raise RequestError(f"{argument} is a whole number, and {_shown(given)} is none.", f"Write {argument}={least}.")
    return given


def _each(given: object) -> Iterator[Any]:
    """The things in a list; anything else by itself: a text, or a model, though its weights can be walked by name."""
    if isinstance(given, str | bytes) or hasattr(given, "keys") or not isinstance(given, Iterable):
        return iter((given,))
    return iter(given)


def _shown(given: object) -> str:
    """What was given, as a message repeats it."""
    return cut(repr(given), LONGEST_SHOWN)
