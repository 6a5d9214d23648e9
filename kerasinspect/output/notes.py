"""Collects what is odd about a model: sentences for standard error."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kerasinspect.analysis.selection import Selection


def notes(selection: Selection) -> Iterator[str]:
    """Remarks on the file as a whole, then on the layers and weights that are listed; without filters on extras too."""
    yield from map(str, selection.model.remarks)
    for listed in selection.walk():
        yield from (f"{listed.layer.path}: {remark}" for remark in listed.layer.remarks)
    for weight in selection.weights:
        if weight.remark is not None:
            yield f"{weight.path}: {weight.remark}"
    for extra in () if selection.filtered else selection.model.extras:
        if extra.remark is not None:
            yield f"{extra.stored_path}: {extra.remark}"
