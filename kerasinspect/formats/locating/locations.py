"""The models that a command line means: files, folders to search, and patterns that the shell did not expand."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from kerasinspect.containers.folders import LocalFolder
from kerasinspect.containers.sources import STANDARD_INPUT, is_address, is_folder
from kerasinspect.errors import RefusedFile, RequestError, UnreadableFile
from kerasinspect.formats.foreign_files import shortened
from kerasinspect.formats.locating.folder_search import ENDINGS, Location, in_order, search
from kerasinspect.formats.locating.patterns import expand
from kerasinspect.late.patterns import late_pattern
from kerasinspect.limits import DEFAULT, Limits
from kerasinspect.platforms import is_device

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_MAGIC = late_pattern(r"[*?]|\[.+\]")
"""What makes a name a pattern; a bracket that is not closed stands for itself."""
_MOST_LISTED = 16
"""Paths that fit a pattern which a message lists."""


def find_models(names: Iterable[str], limits: Limits = DEFAULT) -> tuple[Location, ...]:
    """Every model that the names mean, once, in order; also what takes the place of one and cannot be read.

    What lies in one folder under one name is one, however the folder is named. Raises RequestError for a folder or a
    pattern without a model; a file that does not exist is for its reader to say.
    """
    found: dict[tuple[str, str, str], Location] = {}
    folders: dict[str, str] = {STANDARD_INPUT: STANDARD_INPUT}
    for location in models_as_named(names, limits):
        folder, name = os.path.split(location.path)
        if is_address(location.path):  # of which each slash counts
            folder, name = location.path, ""
        folder = STANDARD_INPUT if location.path == STANDARD_INPUT else folder
        if folder not in folders:
            folders[folder] = folder if is_address(folder) else _real(folder)
        found.setdefault((folders[folder], name, location.error), location)
    return tuple(found.values())


def _real(folder: str) -> str:
    """A folder by the name that leads to it without links; one that no system can have by its own."""
    try:
        return os.path.realpath(folder)
    except (OSError, ValueError):
        return folder


def models_as_named(names: Iterable[str], limits: Limits = DEFAULT) -> Iterator[Location]:
    """The models that ``find_models`` finds, in the order in which they are named, each as often as it is."""
    return (location for name in names for location in _models_of(name, limits))


def find_model(name: str, limits: Limits = DEFAULT) -> str:
    """The one path that a name means: itself, or what alone fits it where it is a pattern.

    Raises RequestError for a pattern that nothing fits, or more than one path.
    """
    if not _is_pattern(name):
        return name
    paths = list(dict.fromkeys(location.path for location in in_order(expand(name, limits))))
    if not paths:
        raise _nothing_fits(name)
    if len(paths) > 1:
        message = f"{len(paths):,} paths fit the pattern {shortened(name)}, and one model is asked for."
        raise RequestError(message, "Name one of them.", _first(paths))
    return paths[0]


def _models_of(name: str, limits: Limits) -> Iterator[Location]:
    """The models that one name means; where it means more than a limit allows, the name itself with that error."""
    try:
        if is_address(name):
            from kerasinspect.formats.locating.addresses import models_at  # noqa: PLC0415 - most models are files here

            yield from models_at(name, limits)
        elif _is_pattern(name):
            yield from _fitting(name, limits)
        else:
            yield from _named(name, limits)
    except UnreadableFile as error:
        yield Location(name, str(error))


def paths_named(name: str, limits: Limits = DEFAULT) -> list[str]:
    """The files and folders that one name means: itself, or those that fit it where it is a pattern."""
    try:
        return [location.path for location in expand(name, limits)] if _is_pattern(name) else [name]
    except RefusedFile:  # whoever looks for the models in it says so
        return [name]


def _is_pattern(name: str) -> bool:
    """Whether a name is a pattern: there is nothing of that very name, nor is it a device or an address."""
    if is_address(name):  # what is behind a question mark signs it
        return False
    return _MAGIC.search(os.path.splitdrive(name)[1]) is not None and not is_device(name) and not os.path.lexists(name)


def _fitting(pattern: str, limits: Limits) -> Iterator[Location]:
    """The models that fit a pattern, and those in folders that do, of which some may have none."""
    found = in_order(expand(pattern, limits))
    if not found:
        raise _nothing_fits(pattern)
    above, empty, some = None, "", False
    for location in found:
        if location.error:
            models = [location]
        elif not is_folder(location.path):
            models = [Location(location.path)]
        elif above is not None and location.path.startswith(above):  # those below it are searched with it
            continue
        else:
            above = os.path.join(location.path, "")  # noqa: PTH118 - pathlib cuts off the separator
            models = _in_folder(location.path, limits)
            empty = empty or ("" if models else location.path)
        some = some or bool(models)
        yield from models
    if not some:
        raise _without_model(empty, limits)


def _named(name: str, limits: Limits) -> list[Location]:
    """The models that a path means: itself, or those in a folder."""
    if name == STANDARD_INPUT or not is_folder(name):
        return [Location(name)]
    if found := _in_folder(name, limits):
        return found
    raise _without_model(name, limits)


def _in_folder(name: str, limits: Limits) -> list[Location]:
    """The models in a folder, or the folder where it is one that is not finished."""
    if found := search(str(Path(name)), limits):
        return found
    from kerasinspect.formats.orbax_checkpoint import is_unfinished  # noqa: PLC0415 - most hold models

    return [Location(name)] if is_unfinished(LocalFolder(name), limits) else []


def _without_model(name: str, limits: Limits) -> RequestError:
    """The error for a folder without a model."""
    from kerasinspect.formats.locating.folders import rows_of_models  # noqa: PLC0415 - most hold models

    remedy = f"Names of models end in {', '.join(ENDINGS)}."
    return RequestError(f"The folder {name} holds no saved model.", remedy, rows_of_models(name, limits))


def _nothing_fits(pattern: str) -> RequestError:
    """The error for a pattern that nothing fits, with what is wrong with the folder that it begins in, if anything."""
    from kerasinspect.formats.locating.missing import why_nothing_fits  # noqa: PLC0415 - most patterns fit

    return RequestError(f"No file fits the pattern {pattern}.", why_nothing_fits(pattern))


def _first(paths: list[str]) -> tuple[tuple[str, ...], ...]:
    """The first of some paths, each as a row, and how many more there are."""
    more = [f"and {len(paths) - _MOST_LISTED:,} more"] if len(paths) > _MOST_LISTED else []
    return tuple((path,) for path in (*paths[:_MOST_LISTED], *more))
