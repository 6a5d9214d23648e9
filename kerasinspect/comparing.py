"""Compares saved models, file against file or by one digest of each: opens them, says what differs, and closes them."""

from __future__ import annotations

import math
import os
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

from kerasinspect.analysis.comparison.arrays import compare_arrays
from kerasinspect.analysis.comparison.models import compare_models, compare_with_itself
from kerasinspect.analysis.comparison.results import ComparisonOptions, Matching
from kerasinspect.analysis.comparison.series.following import SeriesSoFar
from kerasinspect.analysis.fingerprint import fingerprint_of
from kerasinspect.analysis.selection.several import filters_of
from kerasinspect.arguments import choice_of, paths_of
from kerasinspect.errors import RequestError, UnreadableFile
from kerasinspect.formats.locating.locations import models_as_named
from kerasinspect.formats.locating.natural_order import in_natural_order
from kerasinspect.limits import DEFAULT, Limits
from kerasinspect.model import Model
from kerasinspect.opening import open_model, opened
from kerasinspect.progress import in_turn

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from kerasinspect.analysis.comparison.results import Diff
    from kerasinspect.analysis.comparison.series.results import Series
    from kerasinspect.analysis.fingerprint import Fingerprint
    from kerasinspect.analysis.selection.several import SelectionFilters
    from kerasinspect.arguments import Names, PathName, Paths, Positions
    from kerasinspect.formats.locating.folder_search import Location

_Side: TypeAlias = 'Literal["old", "new"]'
_LEAST_FILES = 2
"""Files of a series."""


def compare(  # noqa: PLR0913 - the options of the command
    old: Model | PathName,
    new: Model | PathName,
    *,
    pairs: Mapping[str, str] | None = None,
    matching: Matching = "auto",
    rtol: float = 1e-5,
    atol: float = 1e-8,
    spectral: bool = False,
    config: PathName | None = None,
    limits: Limits = DEFAULT,
) -> Diff:
    """What differs between two saved models, of whatever formats; where both are one file, none of its values is read.

    ``pairs`` has paths of layers of the new model by those of the old one, which are pairs in any case. What was opened
    here is closed when it returns: figures are there, values are not. A model that is open already stays open.
    ``config`` is a file with an architecture, which is joined to either file that holds weights alone, or both.

    Raises what ``open_model`` raises, with the side that it is about, and RequestError where ``pairs`` names a layer
    that is not there, ``matching`` no way of finding pairs, a tolerance is negative or not finite, or ``config`` is of
    another model or both files have one.
    """
    choice_of("matching", matching, get_args(Matching))
    _require_tolerances(rtol=rtol, atol=atol)
    if config is not None and not (_lacks_config("old", old, limits) or _lacks_config("new", new, limits)):
        raise RequestError("Both models have their own config: there is nothing to join one to.", "Leave --config out.")
    options = ComparisonOptions(pairs or {}, matching, rtol, atol, spectral)
    with compared(old, new, options, limits, config=config) as diff:
        return diff


@contextmanager
def compared(
    old: Model | PathName,
    new: Model | PathName,
    options: ComparisonOptions,
    limits: Limits = DEFAULT,
    *,
    config: PathName | None = None,
) -> Iterator[Diff]:
    """What differs between two saved models, whose values can be read until it is left; raises as ``compare`` does."""
    with _opened("old", old, limits, config) as before:
        if _are_one_file(old, new):
            yield compare_with_itself(before)
            return
        with _opened("new", new, limits, config) as after:
            yield compare_models(before, after, options)


def _require_tolerances(**tolerances: float) -> None:
    """Raise RequestError for a tolerance that nothing can be held against."""
    for name, value in tolerances.items():
        if not (math.isfinite(value) and value >= 0):
            raise RequestError(f"The tolerance {name} is {value}.", "Give a finite number that is not negative.")


def _lacks_config(side: _Side, model: Model | PathName, limits: Limits) -> bool:
    """Whether a side is a file that holds weights alone."""
    if isinstance(model, Model):
        return False
    with _opened(side, model, limits) as found:
        return found.config is None


def _opened(
    side: _Side, model: Model | PathName, limits: Limits, config: PathName | None = None
) -> AbstractContextManager[Model]:
    """The model of one side, joined to a config where it has none; an error says which side that is."""
    try:
        if config is not None and not isinstance(model, Model) and _lacks_config(side, model, limits):
            return open_model(model, limits, config=config)
        return opened(model, limits)
    except UnreadableFile as error:
        error.message = f"The {side} model cannot be read: {error.message}"
        raise


def _are_one_file(old: Model | PathName, new: Model | PathName) -> bool:
    """Whether two names lead to the same file or folder; a model that is open may be of what lay there before."""
    if isinstance(old, Model) or isinstance(new, Model):
        return old is new
    with suppress(OSError):
        return os.path.samefile(old, new)  # noqa: PTH121 - either may be a text
    return False


def fingerprint(model: Model | PathName, limits: Limits = DEFAULT) -> Fingerprint:
    """The fingerprint of a model, open or in a file; reads all of its weights, and verifies its checksum of them.

    Each variable counts once, and what is stored but no entry of ``get_weights()`` does not.
    """
    with opened(model, limits) as found:
        return fingerprint_of(found)


def series(  # noqa: PLR0913 - the options of the command
    *locations: Paths,
    layers: Names = (),
    weights: Names = (),
    classes: Names = (),
    indices: Positions = (),
    natural: bool = True,
    limits: Limits = DEFAULT,
) -> Series:
    """How each layer moves over some files, the checkpoints of a training: files, folders of them, and patterns.

    They are in ``natural`` order, ``epoch_2`` before ``epoch_10``, each once, or as they are named, each as often as
    it is. The others choose what is followed, as the options of the command do. All files are closed when it returns.

    Raises RequestError for fewer than two files, NothingMatches for a filter that matches in none of them. A file that
    cannot be read has its error in its place.
    """
    filters = filters_of(layers, weights, classes, indices)
    files = files_of_series(models_as_named(paths_of(locations), limits), natural=natural)
    return follow(files, filters, limits)


def files_of_series(named: Iterable[Location], *, natural: bool) -> tuple[Location, ...]:
    """The files that were named, in order; raises RequestError for fewer than two.

    In ``natural`` order each is there once, otherwise as often as it is named.
    """
    found = in_natural_order(dict.fromkeys(named)) if natural else tuple(named)
    if len(found) < _LEAST_FILES:
        known = f", and there is only {found[0].path}" if found else ""
        message = f"A series needs at least two files{known}."
        raise RequestError(message, "Name several, a folder of them, or a pattern.")
    return found


def follow(locations: Sequence[Location], filters: SelectionFilters, limits: Limits) -> Series:
    """How the layers of a model move over some files, each opened once, and two at a time.

    Raises NothingMatches for a filter that matches in none of them.
    """
    tolerance = ComparisonOptions()
    so_far = SeriesSoFar(partial(compare_arrays, rtol=tolerance.rtol, atol=tolerance.atol), filters)
    with ExitStack() as before:
        for location in in_turn(locations):
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
