"""``list`` as a document: the weights of ``show``, without their values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.output.documents.model import line_head, model_document, model_state
from kerasinspect.output.documents.show import weight_facts
from kerasinspect.output.formats.json import Deferred

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kerasinspect.analysis.inspection import Inspection
    from kerasinspect.output.formats.json import Document

_LIST_SCHEMA = "kerasinspect.list/1"

LIST_COLUMNS = (
    *("location", "index", "layer", "layer_class", "name", "shape", "axes", "dtype", "parameters", "bytes"),
    *("trainable", "initializer", "same_as", "stored_path"),
)
"""What a flat table has of each line."""


def list_document(inspection: Inspection) -> Document:
    """The document of ``list``."""
    return {
        "schema": _LIST_SCHEMA,
        "model": model_document(inspection.model),
        "weights": [weight_facts(one.weight) for one in inspection.weights],
        **model_state(inspection.model, Deferred(inspection.checksum)),
    }


def list_lines(inspection: Inspection) -> Iterator[Document]:
    """A document for each weight."""
    head = line_head("list", inspection.model)
    return (head | weight_facts(one.weight) for one in inspection.weights)
