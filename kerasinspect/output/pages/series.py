"""``series`` as blocks: what moves and what does not, a line for each layer, then one for each file."""

from __future__ import annotations

import os
from itertools import takewhile
from typing import TYPE_CHECKING

from kerasinspect.containers.sources import path_in_words
from kerasinspect.late_dataclasses import replace
from kerasinspect.output.blocks import Block, Column, Heading, Paragraph, Row, Table
from kerasinspect.output.comparison.sparklines import legend, sparkline
from kerasinspect.output.figures import short_number
from kerasinspect.output.pages.head import SEPARATOR
from kerasinspect.output.wording import beginning, counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from kerasinspect.analysis.comparison.series.results import Checkpoint, LayerSeries, Movement, Series

_LAYER_COLUMNS = (
    Column("layer", shrinks=True),
    Column("changes"),
    Column("last", numeric=True),
    Column("largest", numeric=True),
    Column("at", numeric=True),
    Column("total", numeric=True),
    Column("NaN from", numeric=True),
    Column("class", optional=True),
    Column("parameters", numeric=True, optional=True),
)

_FILE_COLUMNS = (
    Column("file", shrinks=True),
    Column("change", numeric=True),
    Column("moved most", shrinks=True),
    Column("NaN", numeric=True),
    Column("", wraps=True, below=True),
)

_NAMED = 8
"""Layers that a sentence names."""

_DIGITS = 3

_IN_PART = " in what could be read"


def series_blocks(series: Series, layers: Sequence[LayerSeries]) -> Iterator[Block]:
    """The page of ``series``, with these of its layers."""
    folder, names = _short_names(series.checkpoints)
    facts = (counted(len(series.checkpoints), "file"), counted(len(series.layers), "layer"), folder)
    yield Heading("series", 1, facts=tuple(filter(None, facts)))
    yield Paragraph(SEPARATOR.join(_formats(series)), "quiet")
    answers = enumerate(_answers(series, names))
    yield from (replace(answer, level=2, apart=not number) for number, answer in answers)
    if layers:
        yield Table(_LAYER_COLUMNS, tuple(map(_layer_row, layers)))
    if len(layers) < len(series.layers):
        yield Paragraph(f"left out: {counted(len(series.layers) - len(layers), 'layer')}", "quiet")
    yield Table(_FILE_COLUMNS, tuple(_file_rows(series, names)))
    yield Paragraph(
        "change: L2 norm of the difference to the file before, as a share of the norm there. total: the sum of a "
        f"layer's changes. changes: {legend(len(series.checkpoints))}.",
        "quiet",
    )


def _short_names(checkpoints: Sequence[Checkpoint]) -> tuple[str, tuple[str, ...]]:
    """The folder that all files lie in, and what they are called there."""
    paths = [path_in_words(one.location) for one in checkpoints]
    parts = [path.split(os.sep) for path in paths]  # noqa: PTH206 - pathlib would leave out the dot that one begins with
    folders = zip(*(names[:-1] for names in parts), strict=False)
    shared = sum(1 for _ in takewhile(lambda names: len({*names}) == 1, folders))
    folder = "".join(name + os.sep for name in parts[0][:shared])
    return folder, tuple(path.removeprefix(folder) for path in paths)


def _formats(series: Series) -> Iterator[str]:
    """The formats of the files, and the versions of Keras that saved them."""
    read = [one for one in series.checkpoints if not one.error]
    yield ", ".join(dict.fromkeys(one.format or "" for one in read)) or "no file could be read"
    versions = dict.fromkeys(one.keras_version for one in read if one.keras_version)
    yield from (f"Keras {version}" for version in versions)


def _answers(series: Series, names: Sequence[str]) -> Iterator[Paragraph]:
    """What one looks for first: the layer that moves most, those that never do, and the first NaN."""
    most = series.moves_most
    if most is not None:
        where = () if most.largest is None else (f"largest at {_place(most.largest)} {names[most.largest]}",)
        facts = (f"moves most: {beginning(most.path)}", f"total {short_number(most.total, _DIGITS)}", *where)
        yield Paragraph(SEPARATOR.join(facts))
    if still := series.never_move:
        part = _IN_PART * series.partial
        yield Paragraph(
            f"nothing moves{part}" if len(still) == len(series.layers) else f"never move{part}: {_named(still)}"
        )
    yield _first_nan(series, names)


def _named(layers: Sequence[LayerSeries]) -> str:
    """Layers by name, as far as a line has room for them."""
    named = (beginning(one.path) + " (frozen)" * (one.trains is False) for one in layers[:_NAMED])
    more = [f"and {len(layers) - _NAMED:,} more"] if len(layers) > _NAMED else []
    return ", ".join((*named, *more))


def _first_nan(series: Series, names: Sequence[str]) -> Paragraph:
    """Where the first NaN is, if there is one."""
    first = series.first_nan
    if first is None:
        return Paragraph("no NaN" + _IN_PART * series.partial)
    at = series.checkpoints.index(first)
    return Paragraph(f"first NaN: {_place(at)} {names[at]}, in {beginning(first.nan_in or '')}", "error")


def _place(at: int) -> str:
    """A file by its number."""
    return f"[{at + 1}]"


def _layer_row(layer: LayerSeries) -> Row:
    """One layer."""
    largest = None if layer.largest is None else layer.movements[layer.largest]
    return Row(
        (
            layer.path if layer.path == layer.last_path else f"{layer.path} → {layer.last_path}",
            sparkline(layer),
            _change(layer.movements[-1]),
            _change(largest),
            "" if layer.largest is None else _place(layer.largest),
            short_number(layer.total, _DIGITS),
            "" if layer.first_nan is None else _place(layer.first_nan),
            layer.class_name,
            f"{layer.parameters:,}",
        )
    )


def _change(movement: Movement | None) -> str:
    """A change in words."""
    if movement is None:
        return ""
    if not movement.changed:
        return "0"
    return "from zero" if movement.change is None else short_number(movement.change, _DIGITS)


def _file_rows(series: Series, names: Sequence[str]) -> Iterator[Row]:
    """A row for each file."""
    width = len(_place(len(names) - 1))
    most = _moved_most(series)
    for at, (one, name) in enumerate(zip(series.checkpoints, names, strict=True)):
        nan = "" if one.nan is None else f"{one.nan:,}"
        cells = (name, _change(one.movement), most.get(at, ""), nan, "; ".join(_remarks(one, at)))
        yield Row(cells, mark=_place(at).rjust(width), tone="error" if one.nan or one.unread else "plain")


def _moved_most(series: Series) -> Mapping[int, str]:
    """The path of the layer with the largest change, by the position of the file."""
    largest: dict[int, tuple[float, str]] = {}
    for layer in series.layers:
        for at, movement in layer.compared:
            if movement.change and movement.change > largest.get(at, (0.0, ""))[0]:
                largest[at] = (movement.change, layer.path)
    return {at: path for at, (_, path) in largest.items()}


def _remarks(one: Checkpoint, at: int) -> Iterator[str]:
    """What is to be said of a file: among it how far back the change goes that leaps over others."""
    if one.compared_with not in {None, at - 1}:
        yield f"change from {_place(one.compared_with or 0)}"
    if one.unread:
        more = f" (and {len(one.unread) - 1:,} more)" if len(one.unread) > 1 else ""
        yield f"{one.unread[0].removesuffix('.')}{more}"
    if one.new:
        yield f"new: {counted(len(one.new), 'layer')}"
    if one.gone:
        yield f"gone: {counted(len(one.gone), 'layer')}"
