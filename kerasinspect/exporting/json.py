"""Arrays as strict JSON: what each is, and its values as nested lists, with null and a count for NaN and infinities."""

from __future__ import annotations

import json
from itertools import islice
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasinspect.exporting.values import LONGEST_LABEL, TEXTS_AT_ONCE, number_texts, rows_of
from kerasinspect.names import cut

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import BinaryIO

    from kerasinspect.axes import Axis
    from kerasinspect.exporting.results import Exported

_SCHEMA = "kerasinspect.export/1"


def write_json(arrays: Sequence[Exported], stream: BinaryIO) -> None:
    """Write one document, with a line for each row of values."""
    stream.writelines(text.encode("ascii") for text in _document(arrays))


def _document(arrays: Sequence[Exported]) -> Iterator[str]:
    """The document in pieces."""
    models = list({one.model.location: _model(one) for one in arrays}.values())
    yield f'{{\n  "schema": "{_SCHEMA}",\n  "models": {_inline(models)},\n  "weights": ['
    before = "\n"
    for exported in arrays:
        yield f"{before}    {_inline(_facts(exported))[:-1]}, "
        yield from _labels(exported.axes)
        yield from _values(exported)
        yield "}"
        before = ",\n"
    yield "\n  ]\n}\n"


def _inline(facts: object) -> str:
    """Facts on one line; what a CI log would take for a command is broken up, without changing what it means."""
    return json.dumps(facts).replace("##", "\\u0023#")


def _model(exported: Exported) -> dict[str, Any]:
    """What is said of the model of an array."""
    model = exported.model
    facts = {
        "name": model.name,
        "class_name": model.class_name,
        "location": model.location,
        "format": model.format,
        "keras_version": model.keras_version,
    }
    return facts if exported.fingerprint is None else {**facts, "fingerprint": exported.fingerprint}


def _facts(exported: Exported) -> dict[str, Any]:
    """What is said of one array before its values."""
    weight = exported.weight
    facts = {
        "key": exported.name,
        "location": exported.model.location,
        "index": weight.index,
        "layer": weight.layer,
        "layer_class": weight.layer_class,
        "name": weight.name,
        "stored_path": weight.stored_path,
        "stored_shape": weight.shape,
        "stored_dtype": weight.dtype,
        "values_as": exported.shown_as,
        "shape": exported.shape,
        "dtype": exported.dtype,
        "axes": [axis.name for axis in exported.axes],
    }
    return facts if exported.sha256 is None else {**facts, "sha256": exported.sha256}


def _labels(axes: Sequence[Axis]) -> Iterator[str]:
    """What the positions along each axis are called; null where that is the name of the axis and a number."""
    yield '"labels": ['
    for number, axis in enumerate(axes):
        yield ", " if number else ""
        if axis.counts and not axis.blocks and not axis.source:
            yield "null"
            continue
        labels, before = axis.all_labels(), "["
        while some := [cut(label, LONGEST_LABEL) for label in islice(labels, TEXTS_AT_ONCE)]:
            yield before + _inline(some)[1:-1]
            before = ", "
        yield "]" if axis.size else "[]"
    yield "], "


def _values(exported: Exported) -> Iterator[str]:
    """The values in nested lists, and how many of them JSON has no word for."""
    yield '"values": '
    shape, at, missing = exported.shape, 0, 0
    sizes = [prod(shape[axis:]) for axis in range(len(shape))]
    if not prod(shape):
        yield "[]"
    else:
        for rows in rows_of(exported.array, shape[-1] if shape else 1):
            finite = np.isfinite(rows)
            missing += rows.size - int(np.count_nonzero(finite))
            for texts in _texts(rows, finite):
                opened = sum(at % size == 0 for size in sizes)
                at += len(texts)
                closed = sum(at % size == 0 for size in sizes)
                after = "" if at == prod(shape) else ", " if at % sizes[-1] else ",\n    "
                yield f"{'[' * opened}{', '.join(texts)}{']' * closed}{after}"
    yield f', "values_not_finite": {missing}'


def _texts(rows: np.ndarray[Any, Any], finite: np.ndarray[Any, Any]) -> list[list[str]]:
    """The numbers of some rows as JSON has them."""
    texts = number_texts(rows)
    if rows.dtype.kind == "b":
        texts = np.where(rows, "true", "false")
    elif not finite.all():
        texts = np.where(finite, texts, "null")
    nested: list[list[str]] = texts.tolist()
    return nested
