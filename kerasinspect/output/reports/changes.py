"""Pictures of the weights that changed most between two models: the old values, the new ones, and the difference."""

from __future__ import annotations

from itertools import chain
from math import inf
from typing import TYPE_CHECKING

import numpy as np

from kerasinspect.analysis.comparison.compared_values import held_values
from kerasinspect.analysis.comparison.results import ArrayChange
from kerasinspect.analysis.damage import Damage, Unread
from kerasinspect.analysis.pictures.cells import Cells
from kerasinspect.analysis.shown_values import shown_values
from kerasinspect.dtypes import holds_numbers
from kerasinspect.late.dataclasses import dataclass
from kerasinspect.output.arrays.layouts import assign_roles
from kerasinspect.output.blocks import Heading, Paragraph
from kerasinspect.output.comparison.words import layer_name, name_in_words
from kerasinspect.output.figures import short_number
from kerasinspect.output.reports.embedding import block_document
from kerasinspect.output.reports.pictures import heat_map, panels_of, reduced
from kerasinspect.output.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kerasinspect.analysis.comparison.listing import ListedDiff
    from kerasinspect.analysis.comparison.results import LayerDiff
    from kerasinspect.model import Weight
    from kerasinspect.output.formats.json import Document, Writable

_DRAWN = 24
"""Weights that are drawn; of more, those that changed most."""

_CELLS = 1_024
"""Cells of each of the three pictures of a weight."""

_PANELS = 8
"""Planes of an array of many axes."""


@dataclass(frozen=True, slots=True)
class _Changed:
    """A weight whose values differ, on both sides."""

    layer: LayerDiff
    old: Weight
    new: Weight
    change: ArrayChange


def change_documents(listed: ListedDiff) -> Iterator[Document]:
    """A heading, and for each weight that is drawn its name, its figures and its three pictures.

    Reads the values of both models, which have to be open.
    """
    changed = [*_changed(listed)]
    most = sorted(range(len(changed)), key=lambda at: -_share(changed[at]))[:_DRAWN]
    documents = [*chain.from_iterable(_documents(changed[at]) for at in sorted(most))]
    if documents:
        yield block_document(Heading("Changed weights", 1))
        yield block_document(Paragraph(_about(len(changed), len(most)), "quiet"))
        yield from documents


def _share(one: _Changed) -> float:
    """How much of the old values a change is; more than any number where these were all zero."""
    return inf if one.change.relative_l2 is None else one.change.relative_l2


def _about(changed: int, drawn: int) -> str:
    """How many of the weights are drawn, and what the pictures are."""
    which = f"Of {changed:,} weights these {drawn:,} changed most, by relative L2. " if drawn < changed else ""
    return f"{which}Old and new values are on one scale; the difference, new - old, has its own."


def _changed(listed: ListedDiff) -> Iterator[_Changed]:
    """The weights whose values can be drawn and differ, in the order of their layers."""
    for layer in listed.layers:
        for one in layer.weights:
            if one.old is None or one.new is None or not isinstance(one.change, ArrayChange) or one.change.equal:
                continue
            is_merged = one.dequantized and not any(side.dequantized is not None for side in (one.old, one.new))
            if not is_merged and one.new.shape and all(holds_numbers(side.dtype) for side in (one.old, one.new)):
                yield _Changed(layer.diff, one.old, one.new, one.change)


def _documents(one: _Changed) -> Iterator[Document]:
    """The heading of a weight, and its pictures; nothing where values cannot be read, which its row says."""
    pictures = Damage().attempt(lambda: [*_pictures(one)], one.new.path, one.new.stored_path)
    if isinstance(pictures, Unread) or not pictures:
        return
    name = f"{layer_name(one.layer)}/{name_in_words(one.old.name, one.new.name)}"
    figures = (("relative L2", one.change.relative_l2), ("largest change", one.change.max_abs))
    facts = (f"{title} {short_number(figure, 3)}" for title, figure in figures if figure is not None)
    changed = f"{one.change.changed:,} of {counted(one.change.count, 'value')} changed"
    yield block_document(Heading(name, 2, facts=(*facts, changed)))
    yield {"kind": "pictures", "pictures": pictures}


def _pictures(one: _Changed) -> Iterator[Writable]:
    """Heat maps of the old values, of the new ones, and of what was added to the old ones."""
    held = held_values(one.old, one.new)
    old, new = (
        shown_values(side.path, array, side.value_axes) for side, array in ((one.old, held.old), (one.new, held.new))
    )
    roles = assign_roles(new.axes, new.window)
    if roles is None or old.array.shape != new.array.shape:
        return
    panels = panels_of(new, roles, _PANELS)
    before, after = (reduced(values, panels, _CELLS) for values in (old, new))
    scale = max(cells.scale for cells in (*before, *after))
    for title, values, cells in (("old", old, before), ("new", new, after)):
        yield {**heat_map(values, roles, panels, cells, scale), "name": title}
    yield {**heat_map(new, roles, panels, [*_differences(before, after)]), "name": "new - old"}


def _differences(before: Iterable[Cells], after: Iterable[Cells]) -> Iterator[Cells]:
    """What the means of the new cells are above those of the old ones; none where either has none."""
    for old, new in zip(before, after, strict=True):
        with np.errstate(all="ignore"):
            yield Cells(new.means - old.means, np.maximum(old.flawed, new.flawed), new.rows, new.columns)
