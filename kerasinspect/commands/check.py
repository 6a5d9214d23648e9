"""``check``: what is wrong with saved models, as findings and an exit status."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from typing import TYPE_CHECKING

import click

from kerasinspect.commands.options import OUTPUT, QUIET, options

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from contextlib import AbstractContextManager

    from kerasinspect.analysis.findings import Severity


@click.command(short_help="Find what is wrong with models: broken, untrained, unsafe; the exit status is for CI.")
@click.argument("locations", metavar="MODEL...", nargs=-1, required=True)
@click.option("--select", metavar="RULES", multiple=True, help="Only these: codes, their beginnings, or names.")
@click.option("--ignore", metavar="RULES", multiple=True, help="Not these. RULES may be a list with commas.")
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "note"]),
    default="error",
    help="The least severity that gives exit status 1; default: error.",
)
@click.option("--statistics", is_flag=True, help="Add how often each rule found something.")
@click.option("--format", "format_name", type=click.Choice(["text", "json"]), default="text", help="Default: text.")
@options(OUTPUT, QUIET)
def check(
    locations: tuple[str, ...],
    *,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    fail_on: Severity,
    statistics: bool,
    format_name: str,
    output: str | None,
    quiet: bool,
) -> int:
    """Check each MODEL: a file, a folder that is searched for models, or a glob.

    The exit status is 0 where nothing is found, 1 where a finding is as severe as --fail-on or more, 2 for a wrong
    request, and 3 where a file could not be read. `kerasinspect rules` lists the rules and explains each.
    """
    from kerasinspect.analysis import checking
    from kerasinspect.commands.emitting import emit_blocks, emit_document
    from kerasinspect.output.views_check import check_blocks, check_document
    from kerasinspect.reading.locations import find_models

    rules = checking.active_rules(_names(select), _names(ignore))
    found = find_models(locations)
    with _progress(found, quiet=quiet) as files:
        report = checking.check(files, rules, fail_on)
    if format_name == "json":
        emit_document(check_document(report), output, found[0])
    else:
        emit_blocks(check_blocks(report, statistics=statistics, quiet=quiet), output, found[0])
    return report.exit_status


def _names(lists: tuple[str, ...]) -> list[str]:
    """The names in comma-separated lists."""
    return [name.strip() for part in lists for name in part.split(",") if name.strip()]


def _progress(files: Sequence[str], *, quiet: bool) -> AbstractContextManager[Iterator[str] | Sequence[str]]:
    """The files, with a bar on the terminal where there are several."""
    if quiet or len(files) == 1 or not sys.stderr.isatty():
        return nullcontext(files)
    return click.progressbar(files, label="checking", file=sys.stderr)
