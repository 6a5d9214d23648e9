"""``report``: one page of HTML about a model, to look at or to send to somebody."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from kerasinspect.commands.options import COLOR, LIMITS, MODELS, OUTPUT, QUIET, options

if TYPE_CHECKING:
    from kerasinspect.limits import Limits
    from kerasinspect.writing import Target


@click.command()
@options(MODELS, OUTPUT, LIMITS, QUIET, COLOR)
def report(locations: tuple[str, ...], *, output: Target | None, limits: tuple[str, ...], quiet: bool) -> int:
    """Write one page of HTML about MODEL: its layers, arrays, pictures of their values, findings and training.

    The page is one file that loads nothing and opens from disk.
    """
    from kerasinspect.limits import DEFAULT, with_limits
    from kerasinspect.output.reports.page import require_templates
    from kerasinspect.writing import require_replaceable

    if output is None and sys.stdout.isatty():
        raise click.UsageError("report needs a file to write: -o report.html.")
    require_templates()
    require_replaceable(output, *locations)
    allowed = with_limits(DEFAULT, limits)
    return _report_model(locations[0], output, allowed, quiet=quiet)


def _report_model(location: str, output: Target | None, limits: Limits, *, quiet: bool) -> int:
    """Write the page of one model; give the exit status."""
    from kerasinspect.checking.examining import examined
    from kerasinspect.commands.emitting import finish
    from kerasinspect.output.consoles import output_for_programs
    from kerasinspect.output.destination import destination
    from kerasinspect.output.reports.model import write_model_page

    with examined(location, limits) as examination:
        with destination(output, output_for_programs(output), location) as stream:
            write_model_page(examination, stream)
        inspection = examination.inspection
        return finish(inspection.selection, inspection.damage, quiet=quiet)
