"""Collects what is odd about a model: sentences for standard error."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kerasinspect.analysis.selection import Selection


def notes(selection: Selection) -> Iterator[str]:
    """Remarks on the file as a whole, then on its layers, weights and extras."""
    yield from selection.model.remarks
    for layer in selection.layers:
        for inner in layer.walk():
            yield from (f"{inner.path}: {remark}" for remark in inner.remarks)
    for weight in selection.weights:
        if weight.remark is not None:
            yield f"{weight.path}: {weight.remark}"
    for extra in selection.extras:
        if extra.remark is not None:
            yield f"{extra.stored_path}: {extra.remark}"
