"""Compares saved models, file against file: opens them, says what differs, and closes them."""

from __future__ import annotations

import math
import os
from contextlib import ExitStack, suppress
from functools import partial
from typing import TYPE_CHECKING, Literal, get_args

from kerasinspect.analysis.comparison.arrays import compare_arrays
from kerasinspect.analysis.comparison.models import compare_models, compare_with_itself
from kerasinspect.analysis.comparison.results import ComparisonOptions, Matching
from kerasinspect.analysis.comparison.series.following import SeriesSoFar
from kerasinspect.analysis.selection.several import SelectionFilters
from kerasinspect.errors import RequestError, UnreadableFile
from kerasinspect.formats.locating.locations import models_as_named
from kerasinspect.formats.locating.natural_order import in_natural_order
from kerasinspect.limits import DEFAULT, Limits
from kerasinspect.opening import open_model

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from kerasinspect.analysis.comparison.results import Diff
    from kerasinspect.analysis.comparison.series.results import Series
    from kerasinspect.formats.locating.folder_search import Location
    from kerasinspect.model import Model

_LEAST_FILES = 2
"""Files of a series."""


def compare(  # noqa: PLR0913 - the options of the command
    old: str | os.PathLike[str],
    new: str | os.PathLike[str],
    *,
    pairs: Mapping[str, str] | None = None,
    matching: Matching = "auto",
    rtol: float = 1e-5,
    atol: float = 1e-8,
    spectral: bool = False,
    limits: Limits = DEFAULT,
) -> Diff:
    """What differs between two saved models, of whatever formats; where both are one file, none of its values is read.

    ``pairs`` has paths of layers of the new model by those of the old one, which are pairs in any case. Both models are
    closed when it returns: figures are there, values are not.

    Raises what ``open_model`` raises, with the side that it is about, and RequestError where ``pairs`` names a layer
    that is not there, ``matching`` no way of finding pairs, or a tolerance is negative or not finite.
    """
    _require_known(matching, rtol=rtol, atol=atol)
    options = ComparisonOptions(pairs or {}, matching, rtol, atol, spectral)
    with _opened("old", old, limits) as before:
        if _are_one_file(old, new):
            return compare_with_itself(before)
        with _opened("new", new, limits) as after:
            return compare_models(before, after, options)


def _require_known(matching: Matching, **tolerances: float) -> None:
    """Raise RequestError for a way of matching that there is not, and for a tolerance that nothing is held against."""
    if matching not in (ways := get_args(Matching)):
        raise RequestError(f"There is no way of matching named {matching!r}.", f"There are: {', '.join(ways)}.")
    for name, value in tolerances.items():
        if not (math.isfinite(value) and value >= 0):
            raise RequestError(f"The tolerance {name} is {value}.", "Give a finite number that is not negative.")


def _opened(side: Literal["old", "new"], location: str | os.PathLike[str], limits: Limits) -> Model:
    """The model of one side; an error says which side that is."""
    try:
        return open_model(location, limits)
    except UnreadableFile as error:
        error.message = f"The {side} model cannot be read: {error.message}"
        raise


def _are_one_file(old: str | os.PathLike[str], new: str | os.PathLike[str]) -> bool:
    """Whether two names lead to the same file or folder."""
    with suppress(OSError):
        return os.path.samefile(old, new)  # noqa: PTH121 - either may be a text
    return False


def series(  # noqa: PLR0913 - the options of the command
    *locations: str | os.PathLike[str],
    layers: Sequence[str] = (),
    weights: Sequence[str] = (),
    classes: Sequence[str] = (),
    indices: Sequence[str] = (),
    natural: bool = True,
    limits: Limits = DEFAULT,
) -> Series:
    """How each layer moves over some files, the checkpoints of a training: files, folders of them, and patterns.

    They are in ``natural`` order, ``epoch_2`` before ``epoch_10``, each once, or as they are named, each as often as
    it is. The others choose what is followed, as the options of the command do. All files are closed when it returns.

    Raises RequestError for less than two files, NothingMatches for a filter that matches in none of them. A file that
    cannot be read has its error in its place.
    """
    files = files_of_series([os.fspath(location) for location in locations], limits, natural=natural)
    return follow(files, SelectionFilters(layers, weights, classes, indices), limits)


def files_of_series(names: Sequence[str], limits: Limits, *, natural: bool) -> tuple[Location, ...]:
    """The files that some names mean, in order; raises RequestError for less than two.

    In ``natural`` order each is there once, otherwise as often as it is named.
    """
    named = models_as_named(names, limits)
    found = in_natural_order(dict.fromkeys(named)) if natural else tuple(named)
    if len(found) < _LEAST_FILES:
        known = f", and there is only {found[0].path}" if found else ""
        message = f"A series needs at least two files{known}."
        raise RequestError(message, "Name several, a folder of them, or a pattern.")
    return found


def follow(locations: Iterable[Location], filters: SelectionFilters, limits: Limits) -> Series:
    """How the layers of a model move over some files, each opened once, and two at a time.

    Raises NothingMatches for a filter that matches in none of them.
    """
    tolerance = ComparisonOptions()
    so_far = SeriesSoFar(partial(compare_arrays, rtol=tolerance.rtol, atol=tolerance.atol), filters)
    with ExitStack() as before:
        for location in locations:
            with ExitStack() as file:
                try:
                    model = file.enter_context(_located(location, limits))
                except UnreadableFile as error:
                    so_far.skip(location.path, str(error))
                    continue
                so_far.add(model)
                before.close()
                before.enter_context(file.pop_all())
        return so_far.settled()


def _located(location: Location, limits: Limits) -> Model:
    """The model at a location; raises UnreadableFile, also for what takes the place of one."""
    if location.error:
        raise UnreadableFile(location.error)
    return open_model(location.path, limits)
