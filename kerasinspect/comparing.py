"""Comparison of saved models: opens the files, and holds one against the other."""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING

from kerasinspect.analysis.comparison.arrays import compare_arrays
from kerasinspect.analysis.comparison.results import ComparisonOptions
from kerasinspect.analysis.comparison.series.following import SeriesSoFar
from kerasinspect.errors import UnreadableFile
from kerasinspect.opening import open_model

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kerasinspect.analysis.comparison.series.results import Series
    from kerasinspect.analysis.selection.several import SelectionFilters
    from kerasinspect.formats.locating.folder_search import Location
    from kerasinspect.limits import Limits
    from kerasinspect.model import Model


def series_of(locations: Iterable[Location], filters: SelectionFilters, limits: Limits) -> Series:
    """How the layers of a model move over some files, each opened once, and two at a time.

    One that cannot be read has its error in its place. Raises NothingMatches for a filter that matches in none.
    """
    tolerance = ComparisonOptions()
    so_far = SeriesSoFar(partial(compare_arrays, rtol=tolerance.rtol, atol=tolerance.atol), filters)
    with ExitStack() as before:
        for location in locations:
            with ExitStack() as file:
                try:
                    model = file.enter_context(_opened(location, limits))
                except UnreadableFile as error:
                    so_far.skip(location.path, str(error))
                    continue
                so_far.add(model)
                before.close()
                before.enter_context(file.pop_all())
        return so_far.settled()


def _opened(location: Location, limits: Limits) -> Model:
    """The model at a location; raises UnreadableFile, also for what took the place of one."""
    if location.error:
        raise UnreadableFile(location.error)
    return open_model(location.path, limits)
