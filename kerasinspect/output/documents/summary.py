"""``summary`` as a document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.output.documents.model import layer_facts, model_document, model_state

if TYPE_CHECKING:
    from kerasinspect.analysis.summarising import Summary, SummedLayer, Total
    from kerasinspect.analysis.weights_checksum import Verified
    from kerasinspect.output.formats.json import Document

_SUMMARY_SCHEMA = "kerasinspect.summary/1"


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


def _entry(entry: SummedLayer, summary: Summary) -> Document:
    """The document of one layer and those below it."""
    return {
        **layer_facts(entry.layer),
        "trainable": entry.trainable,
        **_total(entry.total),
        "share": summary.share(entry),
        "dtypes": list(entry.dtypes),
        "layers": [_entry(inner, summary) for inner in entry.entries],
    }


def _total(total: Total) -> Document:
    """The document of the size of some arrays."""
    return {"arrays": total.arrays, "parameters": total.parameters, "bytes": total.nbytes}
