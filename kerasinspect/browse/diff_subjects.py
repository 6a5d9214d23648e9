"""A comparison as what can be looked at: its layers and weights, each with what changed and how it is on both sides."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from kerasinspect.analysis.comparison.compared_values import compared_values
from kerasinspect.analysis.comparison.listing import ListedDiff, ListedLayer, list_diff
from kerasinspect.analysis.damage import Unread
from kerasinspect.analysis.inspection import inspect
from kerasinspect.analysis.selection import select
from kerasinspect.axes import fitted_axes
from kerasinspect.browse.differences import Difference
from kerasinspect.browse.model_pages import layer_table, whole_page
from kerasinspect.browse.subjects import Page, Subject
from kerasinspect.dtypes import holds_numbers
from kerasinspect.late.dataclasses import dataclass, replace
from kerasinspect.output.arrays.heat_maps import draw_heat_map
from kerasinspect.output.blocks import Heading, Paragraph
from kerasinspect.output.comparison.words import layer_name, name_in_words
from kerasinspect.output.pages.diff import changes_blocks, diff_blocks
from kerasinspect.output.pages.show import weight_blocks
from kerasinspect.output.show_options import ShowOptions

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from kerasinspect.analysis.comparison.results import Diff, LayerDiff, Verdict, WeightDiff
    from kerasinspect.analysis.inspection import LayerInspection, WeightInspection
    from kerasinspect.model import Model
    from kerasinspect.output.blocks import Block, Tone
    from kerasinspect.output.show_options import GridOptions

_TONES: Mapping[Verdict | None, Tone] = {"replaced": "warning", "added": "warning", "removed": "warning", None: "error"}
"""How much it matters what became of a layer, where it is more than training makes of it."""


@dataclass(frozen=True, slots=True)
class _Side:
    """What one of the models holds, by paths."""

    title: str
    layers: Mapping[str, LayerInspection]
    weights: Mapping[str, WeightInspection]


def diff_subject(diff: Diff) -> Subject:
    """A comparison, which holds the layers of either model."""
    sides = _side("Old", diff.old), _side("New", diff.new)
    return Subject(
        path="",
        label="differences",
        facts=lambda: "none" if diff.equal else "",
        pages=lambda: (Page("Changes", lambda _: diff_blocks(list_diff(diff))),),
        below=lambda: [partial(_layer_subject, diff, layer, sides) for layer in diff.layers],
        is_leaf=not diff.layers,
    )


def _side(title: str, model: Model) -> _Side:
    """One of the models."""
    inspection = inspect(select(model))
    layers = {one.layer.path: one for one in inspection.walk()}
    return _Side(title, layers, {one.weight.stored_path: one for one in inspection.weights})


def _layer_subject(diff: Diff, layer: LayerDiff, sides: tuple[_Side, _Side]) -> Subject:
    """A layer of either model or both."""
    return Subject(
        path=layer.path,
        label=layer_name(layer),
        facts=lambda: _verdict(layer),
        tone=lambda: "quiet" if layer.same else _TONES.get(layer.verdict, "plain"),
        pages=lambda: (_changes(diff, ListedLayer(layer, layer.weights), layer.same), *_layer_pages(layer, sides)),
        below=lambda: [partial(_weight_subject, diff, layer, weight, sides) for weight in layer.weights],
        is_leaf=not layer.weights,
    )


def _verdict(layer: LayerDiff) -> str:
    """What became of a layer, in a word or two."""
    changed = ["config differs"] if layer.config else []
    said = [] if layer.verdict == "unchanged" and (changed or not layer.weights) else [layer.verdict or "not read"]
    return ", ".join((*said, *changed))


def _weight_subject(diff: Diff, layer: LayerDiff, weight: WeightDiff, sides: tuple[_Side, _Side]) -> Subject:
    """A weight of either model or both."""
    names = [None if one is None else one.name for one in (weight.old, weight.new)]
    return Subject(
        path=f"{layer.path}/{weight.name}",
        label=name_in_words(*names),
        facts=lambda: "" if weight.same else next(iter(weight.figures), "differs"),
        tone=lambda: "quiet" if weight.same else "plain",
        pages=lambda: (_changes(diff, ListedLayer(layer, (weight,)), weight.same), *_weight_pages(weight, sides)),
    )


def _changes(diff: Diff, listed: ListedLayer, same: bool) -> Page:  # noqa: FBT001 - the only one
    """What is said of one layer, or of a weight in it."""
    if same:
        return Page("Changes", lambda _: [Paragraph("Nothing differs.", "quiet")])
    return Page("Changes", lambda _: changes_blocks(ListedDiff(diff, (listed,), filtered=True)))


def _layer_pages(layer: LayerDiff, sides: tuple[_Side, _Side]) -> Iterator[Page]:
    """The layer as it is in each model that has it."""
    for side, one in zip(sides, (layer.old, layer.new), strict=True):
        inspected = None if one is None else side.layers.get(one.path)
        if inspected is not None:
            yield Page(side.title, partial(layer_table, inspected))


def _weight_pages(weight: WeightDiff, sides: tuple[_Side, _Side]) -> Iterator[Page]:
    """The weight as it is in each model that has it, then pictures of both and of what differs."""
    found = []
    for side, one in zip(sides, (weight.old, weight.new), strict=True):
        inspected = None if one is None else side.weights.get(one.stored_path)
        if inspected is not None:
            yield whole_page(side.title, inspected)
            found.append((side.title, inspected))
    nbytes = sum(one.weight.array.nbytes for _, one in found)
    yield Page("Heat maps", lambda grid: _heat_maps(found, grid), (1 + (len(found) > 1)) * nbytes)


def _heat_maps(found: Sequence[tuple[str, WeightInspection]], grid: GridOptions) -> Iterator[Block]:
    """The picture of what differs, where both sides are numbers of one shape, then those of the sides themselves."""
    options = ShowOptions(heatmap=True, grid=grid)
    if len(found) > 1:
        (_, old), (_, new) = found
        yield Heading("Difference", 2, facts=("new less old",))
        difference = _difference(old, new)
        if difference is None:
            yield Paragraph("The sides are no numbers of one shape and one kind.", "quiet", 3)
        else:
            drawn = difference.attempt(lambda: draw_heat_map(difference, grid))
            yield from (
                [Paragraph(f"cannot be read: {drawn.message}", "warning", 3)] if isinstance(drawn, Unread) else drawn
            )
    for title, inspected in found:
        yield Heading(title, 2)
        yield from weight_blocks(inspected, options)


def _difference(old: WeightInspection, new: WeightInspection) -> WeightInspection | None:
    """What a weight has more than it had, with the axes of the new one; None where that is no number."""
    compared = compared_values(old.weight, new.weight)
    known = all(holds_numbers(array.dtype) for array in (compared.old, compared.new))
    if not (compared.are_told and known and compared.old.shape == compared.new.shape):
        return None
    array = Difference(compared.old, compared.new)
    axes = fitted_axes(new.weight.value_axes, array.shape)
    weight = replace(new.weight, array=array, axes=axes, unpacked=None, unpacked_axes=(), dequantized=None)
    return replace(new, weight=weight)
