"""How layers moved from file to file, as lines that a page draws."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.output.blocks import Heading, Paragraph
from kerasinspect.output.figures import short_number
from kerasinspect.output.pages.head import SEPARATOR
from kerasinspect.output.pages.series import short_names
from kerasinspect.output.reports.embedding import block_document
from kerasinspect.output.wording import counted
from kerasinspect.shown.escaping import visible, visible_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kerasinspect.analysis.comparison.series.results import LayerSeries, Movement, Series
    from kerasinspect.output.formats.json import Document

_DRAWN = 60
"""Layers that are drawn; of more, those that moved most."""

_ALL = "all layers"


def line_documents(series: Series) -> Iterator[Document]:
    """A heading, a line for all layers together, and one for each layer that moves or holds what is no number."""
    moving = [layer for layer in series.layers if layer.total or layer.first_nan is not None or _has_infinity(layer)]
    if not moving:
        return
    most = sorted(range(len(moving)), key=lambda at: -(moving[at].total or 0.0))[:_DRAWN]
    _, names = short_names(series.checkpoints)
    checkpoints = series.checkpoints
    odd = [bool(one.nan or one.infinite) for one in checkpoints]
    lines = [_line(_ALL, [one.movement for one in checkpoints], odd, names)]
    lines += [_line(_name(moving[at]), moving[at].movements, _odd(moving[at]), names) for at in sorted(most)]
    yield block_document(Heading("Changes", 1))
    yield block_document(Paragraph(_about(len(moving), len(most)), "quiet"))
    yield {"kind": "lines", "files": [visible_name(name) for name in names], "lines": lines}


def _about(moving: int, drawn: int) -> str:
    """How many of the layers are drawn, and what a line is."""
    which = f"Of {counted(moving, 'layer')} these {drawn:,} moved most. " if drawn < moving else ""
    return f"{which}Each line has the change up to each file, from 0 to the largest of its own; × is NaN or infinite."


def _has_infinity(layer: LayerSeries) -> bool:
    """Whether any value of a layer is infinite in any file."""
    return layer.first_infinity is not None


def _odd(layer: LayerSeries) -> list[bool]:
    """For each file, whether the layer has NaN or infinities in it."""
    return [bool(nan or infinite) for nan, infinite in zip(layer.nan, layer.infinite, strict=True)]


def _name(layer: LayerSeries) -> str:
    """The path of a layer, and that in the last file where it is another."""
    return layer.path if layer.path == layer.last_path else f"{layer.path} → {layer.last_path}"


def _line(name: str, movements: Sequence[Movement | None], odd: Sequence[bool], names: Sequence[str]) -> Document:
    """One line: the change up to each file, where there is one that can be told, and where values are no numbers."""
    changes = [None if one is None else one.change for one in movements]
    about = SEPARATOR.join(_facts(changes, odd, names))
    return {
        "name": visible_name(name),
        "about": visible(about),
        "changes": [None if change is None else float(f"{change:.4g}") for change in changes],
        "odd": [at for at, is_odd in enumerate(odd) if is_odd],
    }


def _facts(changes: Sequence[float | None], odd: Sequence[bool], names: Sequence[str]) -> Iterator[str]:
    """The largest change, the last one, and the first file with what is no number."""
    known = {at: change for at, change in enumerate(changes) if change is not None}
    if known:
        largest = max(known, key=known.__getitem__)
        yield f"largest {short_number(known[largest], 3)} at {names[largest]}"
        last = max(known)
        if last != largest:
            yield f"last {short_number(known[last], 3)}"
    if any(odd):
        yield f"NaN or infinite from {names[odd.index(True)]}"
