"""``series`` as blocks: what moves and what does not, a line for each layer, then one for each file."""

from __future__ import annotations

import os
from collections import Counter
from itertools import takewhile
from typing import TYPE_CHECKING

from kerasinspect.containers.sources import path_in_words
from kerasinspect.late.dataclasses import replace
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
    Column("infinite from", numeric=True),
    Column("class", optional=True),
    Column("parameters", numeric=True, optional=True),
)

_FILE_COLUMNS = (
    Column("file", shrinks=True),
    Column("change", numeric=True),
    Column("moved most", shrinks=True),
    Column("NaN", numeric=True),
    Column("infinite", numeric=True),
    Column("", wraps=True, below=True),
)

_NAMED = 8
"""Layers that a sentence names."""

_DIGITS = 3

_IN_PART = " in what could be read"


def series_blocks(series: Series, layers: Sequence[LayerSeries]) -> Iterator[Block]:
    """The page of ``series``, with these of its layers."""
    folder, names = short_names(series.checkpoints)
    facts = (counted(len(series.checkpoints), "file"), counted(len(series.layers), "layer"), folder)
    yield Heading("series", 1, facts=tuple(filter(None, facts)))
    yield Paragraph(SEPARATOR.join(_formats(series)), "quiet")
    answers = enumerate(_answers(series, names))
    yield from (replace(answer, level=2, apart=not number) for number, answer in answers)
    if layers:
        rows = map(_layer_row, layers, _told_apart(layers))
        yield Table(_LAYER_COLUMNS, tuple(rows)).filled()
    if len(layers) < len(series.layers):
        yield Paragraph(f"left out: {counted(len(series.layers) - len(layers), 'layer')}", "quiet")
    yield Table(_FILE_COLUMNS, tuple(_file_rows(series, names))).filled()
    if not layers:
        return
    yield Paragraph(
        "change: L2 norm of the difference to the file before, as a share of the norm there. total: the sum of a "
        f"layer's changes. changes: {legend(len(series.checkpoints), missing=any(one.missing for one in layers))}.",
        "quiet",
    )


def short_names(checkpoints: Sequence[Checkpoint]) -> tuple[str, tuple[str, ...]]:
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
    """What one looks for first: the layer that moves most, those that never do, the first NaN and infinity."""
    alike = Counter(one.path for one in series.layers)
    most = series.moves_most
    if most is not None:
        at = most.trained_largest
        where = () if at is None else (f"largest at {_place(at)} {names[at]}",)
        total = f"total {short_number(most.total, _DIGITS)}"
        if most.trained:
            total = f"total {short_number(most.trained_total, _DIGITS)} of its trainable weights"
        yield Paragraph(SEPARATOR.join((f"moves most: {_name(most, alike)}", total, *where)))
    if (apart := series.statistics_move_most) is not None:
        said = f"apart from that: {_name(apart, alike)}"
        yield Paragraph(f"{said}, total {short_number(apart.total, _DIGITS)} with weights that no gradient changes")
    if still := series.never_move:
        part = _IN_PART * series.partial
        yield Paragraph(
            f"nothing moves{part}" if len(still) == len(series.layers) else f"never move{part}: {_named(still, alike)}"
        )
    yield from _first_odd_values(series, names)


def _name(layer: LayerSeries, alike: Mapping[str, int]) -> str:
    """What a layer is called; one whose path others have too, as with other shapes, has its first file behind it."""
    since = layer.since if alike[layer.path] > 1 else None
    return beginning(layer.path) if since is None else f"{beginning(layer.path)} {_place(since)}"


def _named(layers: Sequence[LayerSeries], alike: Mapping[str, int]) -> str:
    """Layers by name, as far as a line has room for them."""
    named = (_name(one, alike) + " (frozen)" * (one.trains is False) for one in layers[:_NAMED])
    more = [f"and {len(layers) - _NAMED:,} more"] if len(layers) > _NAMED else []
    return ", ".join((*named, *more))


def _first_odd_values(series: Series, names: Sequence[str]) -> Iterator[Paragraph]:
    """Where the first NaN is, and the first infinity, or that there is neither."""
    nan, infinity = series.first_nan, series.first_infinity
    if nan is None and infinity is None and any(not one.error for one in series.checkpoints):
        yield Paragraph("no NaN or infinity" + _IN_PART * series.partial)
    for what, first, path in (
        ("NaN", nan, nan and nan.nan_in),
        ("infinity", infinity, infinity and infinity.infinite_in),
    ):
        if first is not None:
            at = series.checkpoints.index(first)
            yield Paragraph(f"first {what}: {_place(at)} {names[at]}, in {beginning(path or '')}", "error")


def _place(at: int) -> str:
    """A file by its number."""
    return f"[{at + 1}]"


def _told_apart(layers: Sequence[LayerSeries]) -> Iterator[str]:
    """The paths of layers; one that others have too, as with other shapes, has the first file of each behind it."""
    paths = [one.path if one.path == one.last_path else f"{one.path} → {one.last_path}" for one in layers]
    alike = Counter(paths)
    for path, layer in zip(paths, layers, strict=True):
        since = layer.since if alike[path] > 1 else None
        yield path if since is None else f"{path} {_place(since)}"


def _layer_row(layer: LayerSeries, name: str) -> Row:
    """One layer, under a name."""
    largest = None if layer.largest is None else layer.movements[layer.largest]
    return Row(
        (
            name,
            sparkline(layer),
            _change(layer.movements[-1]),
            _change(largest),
            "" if layer.largest is None else _place(layer.largest),
            short_number(layer.total, _DIGITS),
            *("" if at is None else _place(at) for at in (layer.first_nan, layer.first_infinity)),
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
        odd = _count(one.nan), _count(one.infinite) if series.first_infinity else ""
        cells = (name, _change(one.movement), most.get(at, ""), *odd, "; ".join(_remarks(one, at)))
        is_bad = one.nan or one.infinite or one.unread
        yield Row(cells, mark=_place(at).rjust(width), tone="error" if is_bad else "plain")


def _count(count: int | None) -> str:
    """A number of values, or nothing where none could be read."""
    return "" if count is None else f"{count:,}"


def _moved_most(series: Series) -> Mapping[int, str]:
    """The path of the layer whose trainable weights change most, by the position of the file; else of any layer."""
    learning = [layer for layer in series.layers if layer.trained_total]
    largest: dict[int, tuple[float, str]] = {}
    for layer in learning or series.layers:
        for at, movement in enumerate(layer.trained or layer.movements):
            if movement is not None and movement.change and movement.change > largest.get(at, (0.0, ""))[0]:
                largest[at] = (movement.change, layer.path)
    return {at: path for at, (_, path) in largest.items()}


def _remarks(one: Checkpoint, at: int) -> Iterator[str]:
    """What is to be said of a file: among it how far back the change goes that leaps over others."""
    if one.compared_with not in {None, at - 1}:
        yield f"change from {_place(one.compared_with or 0)}"
    if one.unread:
        more = f" (and {len(one.unread) - 1:,} more)" if len(one.unread) > 1 else ""
        yield f"{one.unread[0].removesuffix('.')}{more}"
    numbers = {"new": len(one.new) - len(one.back), "back": len(one.back), "gone": len(one.gone)}
    yield from (f"{word}: {counted(number, 'layer')}" for word, number in numbers.items() if number)
