"""The models that a command line means: files, folders to search, and patterns that the shell did not expand."""

from __future__ import annotations

import os
from glob import has_magic
from pathlib import Path
from typing import TYPE_CHECKING

from kerasinspect.containers.sources import is_folder
from kerasinspect.errors import RefusedFile, RequestError
from kerasinspect.formats.locating.folder_search import ENDINGS, Location, in_order, search
from kerasinspect.formats.locating.patterns import expand
from kerasinspect.limits import DEFAULT, Limits
from kerasinspect.platforms import is_device

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def find_models(names: Iterable[str], limits: Limits = DEFAULT) -> tuple[Location, ...]:
    """Every model that the names mean, once, in order; also what takes the place of one and cannot be read.

    Raises RequestError for a folder or a pattern without a model; a file that does not exist is for its reader to say.
    """
    return tuple(dict.fromkeys(location for name in names for location in _models_of(name, limits)))


def _models_of(name: str, limits: Limits) -> Iterator[Location]:
    """The models that one name means; where it means more than a limit allows, the name itself with that error."""
    try:
        if _is_pattern(name):
            yield from _fitting(name, limits)
        else:
            yield from _named(name, limits)
    except RefusedFile as error:
        yield Location(name, str(error))


def paths_named(name: str, limits: Limits = DEFAULT) -> list[str]:
    """The files and folders that one name means: itself, or those that fit it where it is a pattern."""
    try:
        return [location.path for location in expand(name, limits)] if _is_pattern(name) else [name]
    except RefusedFile:  # whoever looks for the models in it says so
        return [name]


def _is_pattern(name: str) -> bool:
    """Whether a name is a pattern: there is nothing of that very name, nor is it a device."""
    return has_magic(os.path.splitdrive(name)[1]) and not is_device(name) and not os.path.lexists(name)


def _fitting(pattern: str, limits: Limits) -> Iterator[Location]:
    """The models that fit a pattern, and those in folders that do."""
    found = in_order(expand(pattern, limits))
    if not found:
        raise RequestError(f"No file fits the pattern {pattern}.", "Check it, or name the files.")
    above = None
    for location in found:
        if location.error:
            yield location
        elif not is_folder(location.path):
            yield Location(location.path)
        elif above is None or not location.path.startswith(above):  # those below it are searched with it
            above = os.path.join(location.path, "")  # noqa: PTH118 - pathlib cuts off the separator
            yield from _named(location.path, limits)


def _named(name: str, limits: Limits) -> Iterator[Location]:
    """The models that a path means: itself, or those in a folder."""
    if not is_folder(name):
        yield Location(name)
        return
    found = search(str(Path(name)), limits)
    if not found:
        raise RequestError(f"The folder {name} holds no saved model.", f"Names of models end in {', '.join(ENDINGS)}.")
    yield from found
