"""Expands patterns such as ``models/**/*.keras``, in steps that are counted.

A folder is listed once, whatever the number of ``**``: each name in it is held against every part of the pattern that
may stand for it. As in shells, ``*`` leaves hidden names out and may stand for a link to a folder, ``**`` for none; one
that leads to a folder which is not met otherwise is said.
"""

from __future__ import annotations

import os
import re
from contextlib import closing
from fnmatch import translate
from glob import has_magic
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from kerasinspect.containers.sources import cannot_open, is_folder
from kerasinspect.formats.locating.folder_search import NOWHERE, Border, Location
from kerasinspect.limits import Tally, over_limit
from kerasinspect.platforms import is_link, system_path

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator

    from kerasinspect.limits import Limits

_SHOWN = 60
"""Characters of a pattern that is too long which a message shows."""
_FOLLOWING = 50
"""Steps that a link to a folder counts for: it leads to one that may have been listed before, as often as is asked."""
_SEPARATORS = (os.sep, os.altsep or os.sep)


def expand(pattern: str, limits: Limits) -> list[Location]:
    """The paths that fit a pattern, and what cannot be looked at on the way, in no order.

    Raises RefusedFile for more than the limits allow.
    """
    if len(pattern) > limits.pattern_characters:
        where = f"The pattern {pattern[:_SHOWN]}..."
        raise over_limit("pattern_characters", len(pattern), limits.pattern_characters, where)
    base, parts = _taken_apart(pattern)
    border = Border(base or os.curdir)
    steps = Tally("folder_entries", limits.folder_entries, pattern)
    models = Tally("found_models", limits.found_models, pattern)
    found: list[Location] = []
    with closing(_walk(base, parts, border, steps)) as locations:
        for location in locations:
            if location.error or not pattern.endswith(_SEPARATORS) or is_folder(location.path):
                models.add()
                found.append(location)
    return [*found, *border.crossed()]


class _Part(NamedTuple):
    """What stands between two separators of a pattern."""

    text: str
    fits: re.Pattern[str] | None = None
    """What a name has to be; None for any number of folders."""

    @property
    def is_name(self) -> bool:
        """Whether it is a name without magic."""
        return not has_magic(self.text)

    def matches(self, name: str) -> bool:
        """Whether it stands for a name: for a hidden one only where it begins with a dot too."""
        if self.fits is None or (name.startswith(".") and not self.text.startswith(".")):
            return False
        return self.fits.match(os.path.normcase(name)) is not None


def _part_of(text: str) -> _Part:
    """A part of a pattern, ready to be held against names."""
    return _Part(text, None if text == "**" else re.compile(translate(os.path.normcase(text))))


def _taken_apart(pattern: str) -> tuple[str, tuple[_Part, ...]]:
    """The folder that a pattern begins in, and its parts from the first one with magic on."""
    drive, path = os.path.splitdrive(pattern.replace(os.altsep or os.sep, os.sep))
    texts = path.split(os.sep)  # noqa: PTH206 - pathlib would leave out the dot that a pattern begins with
    names = [*takewhile(lambda text: not has_magic(text), texts)]
    base = drive + "".join(name + os.sep for name in names)
    parts = map(_part_of, filter(None, texts[len(names) :]))
    return base if names in ([], [""]) else base.removesuffix(os.sep), tuple(_without_repeats(parts))


def _without_repeats(parts: Iterable[_Part]) -> Iterator[_Part]:
    """Parts of a pattern without those that ask for any number of folders once more."""
    before = None
    for part in parts:
        if part != before or part.fits is not None:
            yield part
        before = part


def _walk(base: str, parts: tuple[_Part, ...], border: Border, steps: Tally) -> Generator[Location]:
    """What fits the parts of a pattern in and below a folder.

    Of each folder it is known which parts may stand for what is in it, by their places; behind the last one, that the
    folder fits as a whole. A file fits what ends in ``**`` only where that stands for it.
    """
    places = _closed({0}, parts)
    if len(parts) in places and is_folder(base):
        yield Location(base)
    pending = [("", base, places)]
    while pending:
        parent, name, places = pending.pop()
        folder = _path_of(parent, name)
        try:
            for inside, behind_it, is_entered in _fitting_names(folder, parts, places, border, steps):
                if len(parts) in behind_it and (is_entered or parts[-1].fits or len(parts) - 1 in places):
                    yield Location(_path_of(folder, inside))
                if is_entered and min(behind_it) < len(parts):
                    pending.append((folder, inside, behind_it))
        except OSError as error:
            if folder != base or not isinstance(error, FileNotFoundError | NotADirectoryError):
                yield Location(folder or os.curdir, str(cannot_open(folder or os.curdir, error)))


def _fitting_names(
    folder: str, parts: tuple[_Part, ...], places: frozenset[int], border: Border, steps: Tally
) -> Iterator[tuple[str, frozenset[int], bool]]:
    """The names in a folder that fit: each with the places behind it, and whether it is a folder to go on in.

    Raises OSError where the folder cannot be listed, unless all that is asked of it are names.
    """
    asked = [parts[place] for place in places if place < len(parts)]
    only_names = all(part.is_name for part in asked)
    for name in {part.text for part in asked if part.is_name and (only_names or part.text in {".", ".."})}:
        steps.add(len(places))
        if _is_there(_path_of(folder, name)):
            yield name, _behind(name, parts, places), is_folder(_path_of(folder, name))
    if only_names:
        return
    border.enter(folder or os.curdir)
    with os.scandir(system_path(folder or os.curdir)) as entries:
        for entry in entries:
            is_linked = is_link(entry) and is_folder(_path_of(folder, entry.name))
            steps.add(len(places))
            following = _behind(entry.name, parts, places, through=not is_linked)
            if is_linked and following != _behind(entry.name, parts, places, through=True):
                border.note(folder, entry.name)
            if following:
                steps.add(_FOLLOWING if is_linked else 0)
                yield entry.name, following, is_linked or entry.is_dir(follow_symlinks=False)


def _behind(name: str, parts: tuple[_Part, ...], places: Iterable[int], *, through: bool = False) -> frozenset[int]:
    """The places that a pattern has reached behind a name; with ``through``, ``**`` may stand for it too."""
    reached: set[int] = set()
    for place in places:
        if place < len(parts) and parts[place].matches(name):
            reached.add(place + 1)
        elif through and place < len(parts) and parts[place].fits is None and not name.startswith("."):
            reached.add(place)
    return _closed(reached, parts)


def _closed(places: Iterable[int], parts: tuple[_Part, ...]) -> frozenset[int]:
    """Places, with those behind each ``**``, which may stand for no folder at all."""
    reached = set(places)
    return frozenset(reached | {place + 1 for place in reached if place < len(parts) and parts[place].fits is None})


def _is_there(path: str) -> bool:
    """Whether there is something of that name, if only a link; raises OSError where nobody can tell."""
    try:
        Path(system_path(path)).lstat()
    except OSError as error:
        if error.errno not in NOWHERE:
            raise
        return False
    return True


def _path_of(folder: str, name: str) -> str:
    """The path of a name in a folder."""
    return os.path.join(folder, name)  # noqa: PTH118 - pathlib would leave out the dot that a pattern begins with
