"""``list`` as a document: the weights of ``show``, without their values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.output.documents.model import fingerprint_facts, hash_facts, line_head, model_document, model_state
from kerasinspect.output.documents.show import weight_facts
from kerasinspect.output.figures import histogram_document
from kerasinspect.output.formats.json import Deferred

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kerasinspect.analysis.inspection import Inspection, WeightInspection
    from kerasinspect.output.formats.json import Document, Writable

_LIST_SCHEMA = "kerasinspect.list/1"

_COLUMNS = (
    *("location", "index", "layer", "layer_class", "name", "shape", "axes", "dtype", "parameters", "bytes"),
    *("trainable", "initializer", "same_as", "stored_path"),
)


def list_columns(*, hashes: bool) -> tuple[str, ...]:
    """What a flat table has of each line."""
    return (*_COLUMNS, "sha256") if hashes else _COLUMNS


def list_document(inspection: Inspection, *, hashes: bool = False, sparks: bool = False) -> Document:
    """The document of ``list``, with hashes and small histograms where they are asked for."""
    content = fingerprint_facts(inspection.fingerprint) if hashes else {}
    return {
        "schema": _LIST_SCHEMA,
        "model": {**model_document(inspection.model), **content},
        "weights": [_weight_document(one, hashes=hashes, sparks=sparks) for one in inspection.weights],
        **model_state(inspection.model, Deferred(inspection.checksum)),
    }


def list_lines(inspection: Inspection, *, hashes: bool = False, sparks: bool = False) -> Iterator[Document]:
    """A document for each weight."""
    head = line_head("list", inspection.model)
    return (head | _weight_document(one, hashes=hashes, sparks=sparks) for one in inspection.weights)


def _weight_document(inspected: WeightInspection, *, hashes: bool, sparks: bool) -> dict[str, Writable]:
    """The facts of one weight, its hash, and how its values are spread."""
    document = weight_facts(inspected.weight) | (hash_facts(inspected.sha256) if hashes else {})
    return document | {"histogram": histogram_document(inspected)} if sparks else document
