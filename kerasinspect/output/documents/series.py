"""``series`` as a document, and as a line for each layer in each file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.output.figures import finite

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kerasinspect.analysis.comparison.series.results import Checkpoint, LayerSeries, Movement, Series
    from kerasinspect.output.formats.json import Document, Writable

_SERIES_SCHEMA, _LINE_SCHEMA = "kerasinspect.series/1", "kerasinspect.series.line/1"

SERIES_COLUMNS = ("location", "layer", "class_name", "change", "distance", "changed", "nan", "infinite", "error")
"""The keys of a line that a table has."""


def series_document(series: Series, layers: Sequence[LayerSeries]) -> Document:
    """The series with keys that stay; lists have an entry for each file."""
    return {
        "schema": _SERIES_SCHEMA,
        "files": [_file_document(one) for one in series.checkpoints],
        "layers": [_layer_document(one) for one in layers],
        "left_out": len(series.layers) - len(layers),
        "moves_most": series.moves_most.path if series.moves_most else None,
        "never_move": [layer.path for layer in series.never_move],
        "first_nan": None if series.first_nan is None else series.checkpoints.index(series.first_nan),
        "first_infinity": None if series.first_infinity is None else series.checkpoints.index(series.first_infinity),
    }


def series_lines(series: Series, layers: Sequence[LayerSeries]) -> Iterator[Document]:
    """A document for each layer in each file, and for each file that cannot be read."""
    for at, checkpoint in enumerate(series.checkpoints):
        head: dict[str, Writable] = {"schema": _LINE_SCHEMA, "location": checkpoint.location}
        if checkpoint.error:
            yield head | {"error": checkpoint.error}
        for layer in layers:
            if layer.movements[at] is not None or layer.nan[at] is not None:
                facts = {"layer": layer.path, "class_name": layer.class_name}
                odd = {"nan": layer.nan[at], "infinite": layer.infinite[at]}
                yield head | facts | odd | _movement_document(layer.movements[at])


def _file_document(one: Checkpoint) -> Document:
    """One file."""
    return {
        "location": one.location,
        "format": one.format,
        "keras_version": one.keras_version,
        "compared_with": one.compared_with,
        **_movement_document(one.movement),
        "nan": one.nan,
        "nan_in": one.nan_in,
        "infinite": one.infinite,
        "infinite_in": one.infinite_in,
        "new": list(one.new),
        "back": list(one.back),
        "gone": list(one.gone),
        "error": one.error or None,
        "damage": list(one.damage),
    }


def _layer_document(layer: LayerSeries) -> Document:
    """One layer."""
    movements = [_movement_document(movement) for movement in layer.movements]
    return {
        "layer": layer.path,
        "last_path": layer.last_path,
        "class_name": layer.class_name,
        "trainable": layer.trains,
        "parameters": layer.parameters,
        "weights": list(layer.weights),
        **{key: [movement[key] for movement in movements] for key in ("change", "distance", "changed")},
        "nan": list(layer.nan),
        "infinite": list(layer.infinite),
        "missing": list(layer.missing),
        "moves": layer.moves,
        "total": finite(layer.total),
        "largest": layer.largest,
        "first_nan": layer.first_nan,
        "first_infinity": layer.first_infinity,
    }


def _movement_document(movement: Movement | None) -> dict[str, Writable]:
    """How numbers moved to a file; None where there is nothing to compare with."""
    if movement is None:
        return {"change": None, "distance": None, "changed": None}
    return {"change": movement.change, "distance": finite(movement.distance), "changed": movement.changed}
