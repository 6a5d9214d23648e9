"""``diff``: what differs between two models."""

from __future__ import annotations

import math
import os
from typing import TYPE_CHECKING

import click

from kerasinspect.commands.options import CONFIG, FILTERS, FORMAT, PAGE, SIDES, WholeNumber, options

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kerasinspect.analysis.comparison.listing import DiffOrder, ListedDiff, Only
    from kerasinspect.analysis.comparison.results import Diff, Matching
    from kerasinspect.commands.listing.listing import Listing
    from kerasinspect.commands.options import Filters, ListForm
    from kerasinspect.limits import Limits
    from kerasinspect.writing import Target

_MATCHING = ("auto", "path", "values", "order")
_ONLY = ("changed", "unchanged", "nudged", "trained", "replaced", "added", "removed")
_ORDERS = ("order", "name", "verdict", "change", "largest", "cosine", "parameters")
_NO_FILE = frozenset({"/dev/null", os.devnull})
"""What Git names as the side of a file that a commit lacks."""


def _pairs(_: click.Context, __: click.Parameter, texts: tuple[str, ...]) -> Mapping[str, str]:
    """Paths of layers of the new model by paths of the old one, each from ``OLD=NEW``."""
    pairs: dict[str, str] = {}
    for text in texts:
        old, _equals, new = text.partition("=")
        if not (old and new):
            raise click.BadParameter(f"{text!r} is not OLD=NEW with the paths of two layers.")
        if old in pairs or new in pairs.values():
            raise click.BadParameter(f"{text!r} names a layer that another --map has.")
        pairs[old] = new
    return pairs


def _tolerance(_: click.Context, __: click.Parameter, value: float) -> float:
    """A number that a difference can be held against."""
    if not math.isfinite(value):
        raise click.BadParameter("A tolerance is a finite number.")
    return value


_COMPARISON = options(
    click.option(
        "--map",
        "pairs",
        metavar="OLD=NEW",
        multiple=True,
        callback=_pairs,
        help="These two layers, by their paths, are a pair. May be given several times.",
    ),
    click.option(
        "--match",
        "matching",
        type=click.Choice(_MATCHING),
        default="auto",
        help="How layers are paired: by path, by values, by order, or by all of these. Default: auto.",
    ),
    click.option(
        "--rtol",
        type=click.FloatRange(0),
        default=1e-5,
        metavar="RTOL",
        callback=_tolerance,
        help="Values are within tolerance up to ATOL + RTOL * |old value|. Default: 1e-05.",
    ),
    click.option(
        "--atol", type=click.FloatRange(0), default=1e-8, metavar="ATOL", callback=_tolerance, help="Default: 1e-08."
    ),
    click.option("--spectral", is_flag=True, help="Add singular values of kernels: a low-rank change shows."),
)
"""How the models are compared."""

_LISTED = options(
    click.option(
        "--only",
        type=click.Choice(_ONLY),
        multiple=True,
        help="Only these layers; changed are all in which anything differs. May be given several times.",
    ),
    click.option(
        "--sort",
        "order",
        type=click.Choice(_ORDERS),
        default="order",
        help="Sort by this, the gravest first. Default: order.",
    ),
    click.option("--top", type=WholeNumber(1), metavar="N", help="Only the first N."),
    click.option("--summary", is_flag=True, help="Only what differs in sum, without a row for each layer."),
    click.option("--exit-zero", is_flag=True, help="Exit with status 0 where the models differ, too."),
)
"""What of the comparison is listed."""


@click.command()
@options(SIDES, CONFIG, _COMPARISON, FILTERS, _LISTED, FORMAT, PAGE)
def diff(
    old: str,
    new: str,
    *,
    config: str | None,
    pairs: Mapping[str, str],
    matching: Matching,
    rtol: float,
    atol: float,
    spectral: bool,
    filters: Filters,
    only: tuple[Only, ...],
    order: DiffOrder,
    top: int | None,
    summary: bool,
    exit_zero: bool,
    form: ListForm,
    output: Target | None,
    limits: tuple[str, ...],
    quiet: bool,
) -> int:
    """Show what differs between the models OLD and NEW, whatever format and version of Keras each has.

    Layers are paired though they were renamed or reordered. Filters choose by the names of either model what is listed,
    never what is compared. Exit status: 0 the same, 1 different, 2 a wrong request, 3 a file that cannot be read.
    """
    from kerasinspect.analysis.comparison.listing import list_diff
    from kerasinspect.commands.listing.listing import emit_listing
    from kerasinspect.comparing import compare
    from kerasinspect.limits import DEFAULT, with_limits
    from kerasinspect.writing import require_replaceable

    if summary and form in {"jsonl", "csv"}:
        raise click.UsageError(f"--summary leaves nothing for --format {form}.")
    require_replaceable(output, old, new, config)
    allowed = with_limits(DEFAULT, limits)
    if (old in _NO_FILE) is not (new in _NO_FILE):
        if form not in {"table", "markdown"}:
            message = f"{old if old in _NO_FILE else new} is no model, and --format {form} has no form for one alone."
            raise click.UsageError(f"{message} Take table or markdown, or list the other one.")
        status = _show_alone(old, new, form, output, allowed, config=config, quiet=quiet)
        return 0 if exit_zero and status == 1 else status
    result = compare(
        old, new, pairs=pairs, matching=matching, rtol=rtol, atol=atol, spectral=spectral, config=config, limits=allowed
    )
    listed = list_diff(result, filters, only, order, top)
    emit_listing(_listing(listed, summary=summary), form, output, old, new)
    if form == "csv" and not quiet:
        _say_what_is_no_row(result)
    return _finished(listed, quiet=quiet, exit_zero=exit_zero)


def _show_alone(
    old: str, new: str, form: ListForm, output: Target | None, limits: Limits, *, config: str | None, quiet: bool
) -> int:
    """Show a model of which the other side is no file, on a page; give the exit status."""
    from kerasinspect.analysis.damage import Damage
    from kerasinspect.analysis.selection import select
    from kerasinspect.commands.emitting import emit_blocks, emit_markdown, finish
    from kerasinspect.opening import open_model
    from kerasinspect.output.pages.diff import alone_blocks

    is_removed = new in _NO_FILE
    with open_model(old if is_removed else new, limits, config=config) as model:
        page = alone_blocks(model, "removed" if is_removed else "added")
        (emit_markdown if form == "markdown" else emit_blocks)(page, output, old, new)
        return finish(select(model), Damage(), quiet=quiet) or 1


def _listing(listed: ListedDiff, *, summary: bool) -> Listing:
    """The result in every form."""
    from kerasinspect.commands.listing.listing import Listing
    from kerasinspect.output.documents.diff import DIFF_COLUMNS, diff_document, diff_lines, diff_rows
    from kerasinspect.output.flat_tables import flat_table
    from kerasinspect.output.pages.diff import diff_blocks

    return Listing(
        lambda: diff_blocks(listed, summary=summary),
        lambda: diff_document(listed, summary=summary),
        lambda: diff_lines(listed),
        lambda: flat_table(diff_rows(listed), DIFF_COLUMNS),
    )


def _say_what_is_no_row(result: Diff) -> None:
    """Say on standard error what differs that a table of weights has no column for."""
    from kerasinspect.commands.emitting import say
    from kerasinspect.output.comparison.words import configs_in_words
    from kerasinspect.output.wording import counted

    moved = sum(1 for layer in result.layers if layer.moved)
    facts = [f"{counted(moved, 'layer')} moved"] if moved else []
    facts += [f"the {words}" for words in configs_in_words(result)]
    say("note", (f"{fact[0].upper()}{fact[1:]}, which csv leaves out." for fact in facts))


def _finished(listed: ListedDiff, *, quiet: bool, exit_zero: bool) -> int:
    """Say what is odd about the files and what could not be read; give the exit status."""
    from kerasinspect.commands.emitting import say
    from kerasinspect.errors import UnreadableFile
    from kerasinspect.output.notes import diff_notes

    result = listed.diff
    if not quiet:
        say("note", diff_notes(listed))
    say("damaged", result.damage)
    if result.damage:
        return UnreadableFile.exit_status
    return 0 if result.equal or exit_zero else 1
