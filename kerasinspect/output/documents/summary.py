"""``summary`` as a document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.output.documents.model import layer_facts, line_head, model_document, model_state

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kerasinspect.analysis.summarising import Summary, SummedLayer, Total
    from kerasinspect.analysis.weights_checksum import Verified
    from kerasinspect.output.formats.json import Document

_SUMMARY_SCHEMA = "kerasinspect.summary/1"

SUMMARY_COLUMNS = (
    *("location", "path", "class_name", "input_shape", "output_shape"),
    *("arrays", "parameters", "share", "bytes", "dtypes", "trainable", "connected_to"),
)
"""What a flat table has of each line."""


def summary_document(summary: Summary, checksum: Verified | None = None) -> Document:
    """The document of ``summary``: nested layers, or a flat list where it was sorted or cut."""
    return {
        "schema": _SUMMARY_SCHEMA,
        "model": model_document(summary.model),
        "layers": [_entry(entry, summary) for entry in summary.entries],
        "left_out": summary.left_out,
        "totals": {"weights": _total(summary.total)} | {kind: _total(total) for kind, total in summary.totals.items()},
        **model_state(summary.model, checksum),
    }


def summary_lines(summary: Summary) -> Iterator[Document]:
    """A document for each layer, a layer before those below it, which also count in it."""
    head = line_head("summary", summary.model)
    return ({**head, **_facts(inner, summary)} for entry in summary.entries for inner in entry.walk())


def _entry(entry: SummedLayer, summary: Summary) -> Document:
    """The document of one layer and those below it."""
    return {**_facts(entry, summary), "layers": [_entry(inner, summary) for inner in entry.entries]}


def _facts(entry: SummedLayer, summary: Summary) -> Document:
    """The document of one layer without those below it."""
    return {
        **layer_facts(entry.layer),
        "trainable": entry.trainable,
        **_total(entry.total),
        "share": summary.share(entry),
        "dtypes": list(entry.dtypes),
    }


def _total(total: Total) -> Document:
    """The document of the size of some arrays."""
    return {"arrays": total.arrays, "parameters": total.parameters, "bytes": total.nbytes}
