"""``diff`` as blocks: both models, what differs in a line, then a row for each layer."""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING, Literal

from kerasinspect.analysis.comparison.layer_figures import figures_of
from kerasinspect.analysis.comparison.results import ArrayChange
from kerasinspect.analysis.damage import Unread
from kerasinspect.containers.sources import path_in_words
from kerasinspect.output.blocks import Block, Column, Heading, Paragraph, Row, Table
from kerasinspect.output.comparison.config_lines import config_blocks
from kerasinspect.output.comparison.spectra import spectra_blocks
from kerasinspect.output.comparison.words import (
    diff_in_words,
    has_common_weights,
    has_row,
    is_within_tolerance,
    layer_details,
    layer_name,
    name_in_words,
    not_compared,
    same_in_words,
    verdict_in_words,
    weight_details,
)
from kerasinspect.output.figures import short_number
from kerasinspect.output.pages.head import SEPARATOR, file_name, origin_and_size
from kerasinspect.output.wording import counted, share_in_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kerasinspect.analysis.comparison.layer_figures import LayerFigures
    from kerasinspect.analysis.comparison.listing import ListedDiff, ListedLayer
    from kerasinspect.analysis.comparison.results import Diff, LayerDiff, WeightDiff
    from kerasinspect.model import Model
    from kerasinspect.output.blocks import Tone

_COLUMNS = (
    Column("layer", shrinks=True),
    Column("verdict"),
    Column("relative L2", numeric=True),
    Column("largest change", numeric=True),
    Column("cosine", numeric=True, optional=True),
    Column("changed", numeric=True, optional=True),
    Column("sign flips", numeric=True, optional=True),
    Column("details", wraps=True, below=True),
)

_GIT_COPY = re.compile(r"[/\\]git-blob-\w+[/\\][^/\\]+$")
"""The path of a file that Git took out of a commit: its folder says nothing, and another time has another name."""


def diff_blocks(listed: ListedDiff, *, summary: bool = False) -> Iterator[Block]:
    """The page of ``diff``; without its tables where only the ``summary`` is wanted."""
    diff = listed.diff
    yield from _heads(diff)
    yield from _outcome(diff)
    if not summary and not diff.equal:
        yield from changes_blocks(listed)
    if sentences := [sentence for _, sentence in not_compared(diff)]:
        yield Paragraph(" ".join(sentences), "quiet", apart=True)


def changes_blocks(listed: ListedDiff) -> Iterator[Block]:
    """What differs in the layers that are listed, and in the config of the model unless layers were chosen."""
    yield from _table(listed)
    if listed.left_out:
        yield Paragraph(f"left out: {counted(listed.left_out, 'layer')}", "quiet")
    yield from spectra_blocks(listed)
    yield from config_blocks(listed)


def alone_blocks(model: Model, word: Literal["added", "removed"]) -> Iterator[Block]:
    """The page of a model that has no other side, as Git compares a file that one commit lacks."""
    yield Heading(file_name(model), 1, word, tuple(filter(None, _facts(model))))


def _table(listed: ListedDiff) -> Iterator[Block]:
    """A row for each layer that is listed, unless it has neither weights nor another name or place.

    What differs in the config of one without weights stands below the table.
    """
    layers = [one for one in listed.layers if listed.filtered or has_row(one.diff)]
    if layers:
        yield Table(_COLUMNS, tuple(chain.from_iterable(map(_rows, layers)))).filled()
        if reasons := [*_why_empty(layers)]:
            yield Paragraph(f"empty cells: {', or '.join(reasons)}", "quiet")
    elif not listed.layers:
        yield Paragraph("no layer fits what was asked for" if listed.filtered else "no layer differs")


def _why_empty(layers: Sequence[ListedLayer]) -> Iterator[str]:
    """Why some of these rows have no figures, in the words that are true of any of them."""
    diffs = [one.diff for one in layers]
    pairs = [diff for diff in diffs if diff.old is not None and diff.new is not None]
    told = [[weight.change for weight in diff.weights if _is_told(diff, weight)] for diff in pairs]
    changes = [change for some in told for change in some]
    if not all(told):
        yield "no value differs"
    if len(pairs) < len(diffs):
        yield "only one model has the layer"
    if None in changes:
        yield "shapes differ or one model lacks the weight"
    measured = [change for change in changes if isinstance(change, ArrayChange) and change.changed]
    if any(None in (change.relative_l2, change.max_abs, change.cosine) for change in measured):
        yield "a figure has no value, as where all numbers of one side are 0"


def _heads(diff: Diff) -> Iterator[Block]:
    """A line for each model with what only it has, then one with what both have."""
    if diff.same_file:
        yield Heading(file_name(diff.new), 1, "old and new", tuple(filter(None, _facts(diff.new))))
        return
    names = _file_names(diff)
    facts = [*zip(_facts(diff.old), _facts(diff.new), strict=True)]
    for at, word in enumerate(("old", "new")):
        yield Heading(names[at], 1, word, tuple(filter(None, (pair[at] for pair in facts if pair[0] != pair[1]))))
    shared = [old for old, new in facts if old == new and old]
    if shared:
        yield Paragraph(f"both: {SEPARATOR.join(shared)}", "quiet")


def _file_names(diff: Diff) -> Sequence[str]:
    """The names of both files, or where they are alike their whole paths, of Git's copies only the name."""
    models = (diff.old, diff.new)
    old, new = names = [*map(file_name, models)]
    if old != new:
        return names
    return [old if _GIT_COPY.search(model.location) else path_in_words(model.location) for model in models]


def _facts(model: Model) -> Iterator[str]:
    """What is said of a model, fact by fact, each of which may be empty."""
    yield model.name or ""
    yield model.class_name or ""
    yield from origin_and_size(model)
    yield f"saved {model.saved_at.replace('T', ' ')}" if model.saved_at else ""


def _outcome(diff: Diff) -> Iterator[Block]:
    """What differs, in a line."""
    if diff.same_file:
        yield Paragraph("no difference: both are the same file", apart=True)
    elif diff.equal:
        yield Paragraph(same_in_words(diff), apart=True)
    else:
        if not (diff.damage or any(map(has_common_weights, diff.layers))):
            yield Paragraph("the models have no layer with weights in common", "warning", apart=True)
        yield Paragraph(SEPARATOR.join(diff_in_words(diff)), apart=True)


def _rows(layer: ListedLayer) -> Iterator[Row]:
    """The row of a layer, and below it those of its weights that are listed where more than one differs."""
    differing = [weight for weight in layer.diff.weights if _is_told(layer.diff, weight)]
    is_pair = layer.diff.old is not None and layer.diff.new is not None
    single = differing[0] if is_pair and len(differing) == 1 else None
    yield _layer_row(layer.diff, single)
    below = [weight for weight in layer.weights if _is_told(layer.diff, weight)] if is_pair and single is None else []
    for number, weight in enumerate(below, 1):
        word = "within tolerance" if is_within_tolerance(weight) else ""
        cells = (name_in_words(*_names(weight)), word, *_figures(weight), ", ".join(weight_details(weight)))
        yield Row(cells, (number == len(below),), tone=_tone(weight.change))


def _is_told(layer: LayerDiff, weight: WeightDiff) -> bool:
    """Whether a weight is known to differ: one that a damaged file lacks may be there."""
    is_pair = weight.old is not None and weight.new is not None
    return not weight.same and (is_pair or layer.verdict is not None)


def _layer_row(layer: LayerDiff, single: WeightDiff | None) -> Row:
    """One layer, with the figures of the one weight that differs, or of several as one array."""
    details = [*layer_details(layer), *(_single_details(layer, single) if single else ())]
    figures = _of_layer(layer) if single is None else _figures(single)
    aside = " (frozen)" * layer.frozen + " (low rank)" * layer.low_rank
    verdict = "without weights" if layer.weightless else f"{verdict_in_words(layer)}{aside}"
    tone: Tone = "quiet" if layer.same else _tone(single.change if single else None)
    return Row((layer_name(layer), verdict, *figures, ", ".join(details)), tone=tone)


def _single_details(layer: LayerDiff, weight: WeightDiff) -> Iterator[str]:
    """What is said of the one weight of a layer that differs, and which that is."""
    said = ", ".join((*weight_details(weight), *["within tolerance"] * is_within_tolerance(weight)))
    if said:
        yield f"{weight.name}: {said}"
    elif len(layer.weights) > 1:
        yield f"{weight.name} only"


def _names(weight: WeightDiff) -> tuple[str | None, str | None]:
    """What a weight is called on each side."""
    old, new = (side.name if side else None for side in (weight.old, weight.new))
    return old, new


def _tone(change: ArrayChange | Unread | None) -> Tone:
    """How much the row of a weight matters: a NaN or an infinity that was not there, or values that cannot be read."""
    if isinstance(change, Unread):
        return "error"
    return "error" if change is not None and _has_new_odd_values(change) else "plain"


def _has_new_odd_values(change: ArrayChange) -> bool:
    """Whether a value is NaN or infinite that was not, as far as the counts tell."""
    nan = change.changed_nan and change.new_nan >= change.old_nan
    return bool(nan or (change.changed_infinite and change.new_infinite >= change.old_infinite))


def _of_layer(layer: LayerDiff) -> tuple[str, ...]:
    """The figures of the weights of a layer that differ, as one array; none where nothing changed."""
    figures = figures_of(layer)
    return ("",) * 5 if figures is None else _in_cells(figures)


def _figures(weight: WeightDiff) -> tuple[str, ...]:
    """The figures of one weight."""
    change = weight.change
    if not isinstance(change, ArrayChange) or change.equal:
        return ("",) * 5
    return _in_cells(change)


def _in_cells(of: ArrayChange | LayerFigures) -> tuple[str, ...]:
    """Figures with few digits; a cosine, which is near 1 as a rule, with more of them."""
    numbers = (short_number(of.relative_l2, 3), short_number(of.max_abs, 3), short_number(of.cosine, 5))
    return (*numbers, share_in_words(of.changed, of.count), f"{of.sign_flips:,}")
