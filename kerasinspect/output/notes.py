"""Collects what is odd about a model, or about two: sentences for standard error."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.output.wording import counted, first_few

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kerasinspect.analysis.comparison.listing import ListedDiff
    from kerasinspect.analysis.inspection import Inspection
    from kerasinspect.analysis.selection import Selection

_NAMED = 5
"""Arrays that a note names; of more only the number is said."""


def notes(selection: Selection, *, explain: bool = False) -> Iterator[str]:
    """Remarks on the file as a whole, then on the layers and weights that are listed; without filters on extras too.

    Remarks on the file are brief unless ``explain``.
    """
    yield from (str(remark) if explain else remark.brief for remark in selection.model.remarks)
    for listed in selection.walk():
        yield from (f"{listed.layer.path}: {remark}" for remark in listed.layer.remarks)
    for weight in selection.weights:
        if weight.remark is not None:
            yield f"{weight.path}: {weight.remark}"
    for extra in () if selection.filtered else selection.model.extras:
        if extra.remark is not None:
            yield f"{extra.stored_path}: {extra.remark}"


def diff_notes(listed: ListedDiff) -> Iterator[str]:
    """Remarks on both files, then on the layers that are listed, each with the side that it is about."""
    for side, model in (("old", listed.diff.old), ("new", listed.diff.new)):
        yield from (f"{side}: {remark.brief}" for remark in model.remarks)
    for one in listed.layers:
        for side, layer in (("old", one.diff.old), ("new", one.diff.new)):
            if layer is not None:
                yield from (f"{side}: {layer.path}: {remark}" for remark in layer.remarks)


def slice_notes(inspection: Inspection) -> Iterator[str]:
    """A sentence on the arrays that the slice does not fit, if there are any."""
    if misfits := inspection.misfits:
        paths = first_few([one.weight.path for one in misfits], _NAMED)
        whole = counted(len(inspection.weights), "array")
        yield f"The slice does not fit {len(misfits):,} of {whole}, whose values are left out: {paths}."
