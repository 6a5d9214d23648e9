"""Writes the listings of all models that a command line names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.commands.listing.each import Outcome, each_in_turn
from kerasinspect.commands.listing.listing import emit_listing, together

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kerasinspect.commands.listing.each import Opened
    from kerasinspect.commands.options import ListForm
    from kerasinspect.limits import Limits
    from kerasinspect.writing import Target


def emit_models(
    names: Sequence[str],
    limits: Limits,
    opened: Opened,
    form: ListForm,
    output: Target | None,
    *,
    jobs: int | None,
) -> int:
    """Write a listing of every model that the names mean; give the exit status.

    One name of one model gives its own document, and its error is raised. Of several, one that cannot be read has its
    error in its place, and the others follow. They are opened one after another, or in so many processes, to which
    ``opened`` travels; None is for as many as are worth their start.
    """
    from kerasinspect.formats.locating.locations import find_models
    from kerasinspect.platforms import usable_processors
    from kerasinspect.progress.processes import processes_for

    locations = find_models(names, limits)
    paths = [location.path for location in locations]
    if output is not None:
        from kerasinspect.writing import require_replaceable

        require_replaceable(output, *paths)
    outcome = Outcome(several=len(names) != 1 or len(locations) != 1 or bool(locations[0].error))
    processes = processes_for(len(locations), usable_processors(), jobs)
    if processes > 1:
        from kerasinspect.commands.listing.processes import each_from_processes

        emit_listing(together(each_from_processes(locations, opened, outcome, form, processes)), form, output, *paths)
    elif outcome.several:
        emit_listing(together(each_in_turn(locations, opened, outcome)), form, output, *paths)
    else:
        with opened(paths[0], outcome) as listing:
            emit_listing(listing, form, output, *paths)
    return outcome.status
