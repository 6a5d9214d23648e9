"""``report``: a page of HTML about a model, about two, or about a series, to look at or to send to somebody."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from kerasinspect.commands.options import COLOR, LIMITS, MODELS, OUTPUT, QUIET, options

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TextIO

    from kerasinspect.formats.locating.folder_search import Location
    from kerasinspect.limits import Limits
    from kerasinspect.writing import Target

_PAIR = 2


@click.command()
@options(MODELS, OUTPUT, LIMITS, QUIET, COLOR)
def report(locations: tuple[str, ...], *, output: Target | None, limits: tuple[str, ...], quiet: bool) -> int:
    """Write one page of HTML about MODEL: layers, arrays, pictures of their values, findings, training.

    Of two models the page says what differs, the old one first; of more, how each layer moves from file to file. It is
    one file that loads nothing, and opens from disk in any browser.
    """
    from kerasinspect.formats.locating.locations import models_as_named
    from kerasinspect.limits import DEFAULT, with_limits
    from kerasinspect.output.reports.page import require_templates
    from kerasinspect.writing import require_replaceable

    if output is None and sys.stdout.isatty():
        raise click.UsageError("report needs a file to write: -o report.html.")
    require_templates()
    allowed = with_limits(DEFAULT, limits)
    found = [*models_as_named(locations, allowed)]
    require_replaceable(output, *(location.path for location in found))
    return _report(found, output, allowed, quiet=quiet)


def _report(found: Sequence[Location], output: Target | None, limits: Limits, *, quiet: bool) -> int:
    """Write the page about these models; give the exit status."""
    if len(found) > _PAIR:
        return _report_series(found, output, limits, quiet=quiet)
    for location in found:
        _require_readable(location)
    paths = [location.path for location in found]
    if len(paths) == _PAIR:
        return _report_pair(paths[0], paths[1], output, limits, quiet=quiet)
    return _report_model(paths[0], output, limits, quiet=quiet)


def _require_readable(location: Location) -> None:
    """Raise NotAModel for what takes the place of a model and cannot be read."""
    from kerasinspect.errors import NotAModel

    if location.error:
        raise NotAModel(location.error, "Nothing was written.")


def _report_model(location: str, output: Target | None, limits: Limits, *, quiet: bool) -> int:
    """Write the page about one model; give the exit status."""
    from kerasinspect.checking.examining import examined
    from kerasinspect.commands.emitting import finish, say_written
    from kerasinspect.output.reports.model import write_model_page

    with examined(location, limits) as examination:
        _write(lambda stream: write_model_page(examination, stream), output, [location])
        status = finish(examination.inspection.selection, examination.damage, quiet=quiet)
    say_written("Report", output, quiet=quiet)
    return status


def _report_pair(old: str, new: str, output: Target | None, limits: Limits, *, quiet: bool) -> int:
    """Write the page about two models; give the exit status."""
    from kerasinspect.analysis.comparison.listing import list_diff
    from kerasinspect.analysis.comparison.results import ComparisonOptions
    from kerasinspect.commands.emitting import say, say_written
    from kerasinspect.comparing import compared
    from kerasinspect.errors import UnreadableFile
    from kerasinspect.output.notes import diff_notes
    from kerasinspect.output.reports.comparison import write_diff_page

    with compared(old, new, ComparisonOptions(), limits) as result:
        listed = list_diff(result)
        _write(lambda stream: write_diff_page(listed, stream), output, [old, new])
    if not quiet:
        say("note", diff_notes(listed))
    say_written("Report", output, quiet=quiet)
    say("damaged", result.damage)
    return UnreadableFile.exit_status if result.damage else 0


def _report_series(named: Sequence[Location], output: Target | None, limits: Limits, *, quiet: bool) -> int:
    """Write the page about checkpoints, in natural order; give the exit status."""
    from kerasinspect.analysis.selection.several import SelectionFilters
    from kerasinspect.commands.emitting import say, say_written
    from kerasinspect.comparing import files_of_series, follow
    from kerasinspect.output.reports.comparison import write_series_page

    found = files_of_series(named, natural=True)
    result = follow(found, SelectionFilters(), limits)
    _write(lambda stream: write_series_page(result, stream), output, [location.path for location in found])
    say_written("Report", output, quiet=quiet)
    say("error", (one.error for one in result.checkpoints if one.error))
    say("damaged", (f"{one.location}: {sentence}" for one in result.checkpoints for sentence in one.damage))
    return 3 if result.partial else 0


def _write(write: Callable[[TextIO], None], output: Target | None, read: Sequence[str]) -> None:
    """Let a page be written to a file that is none of those read, or to standard output."""
    from kerasinspect.output.consoles import output_for_programs
    from kerasinspect.output.destination import destination

    with destination(output, output_for_programs(output), *read) as stream:
        write(stream)
