"""``training`` as a document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.output.documents.model import line_head, model_document, model_state
from kerasinspect.output.evidence import layer_evidence
from kerasinspect.output.figures import figures_document, finite, initial_std

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kerasinspect.analysis.selection import Selection
    from kerasinspect.analysis.training import LayerTraining, Training, WeightTraining
    from kerasinspect.analysis.weights_checksum import Verified
    from kerasinspect.model import Initializer
    from kerasinspect.output.formats.json import Document, Writable

_TRAINING_SCHEMA = "kerasinspect.training/1"

TRAINING_COLUMNS = ("location", "path", "class_name", "trainable", "verdict", "certainty", "evidence")
"""What a flat table has of each line."""


def training_document(training: Training, selection: Selection, checksum: Verified | None = None) -> Document:
    """The verdicts on the layers that are listed, with keys that stay; the summary is that of the model."""
    return {
        "schema": _TRAINING_SCHEMA,
        "model": model_document(training.model),
        "optimizer_steps": training.steps,
        "layers": [_layer_document(layer) for layer in training.listed(selection)],
        "summary": {
            "initial": training.count("initial"),
            "changed": training.count("changed"),
            "cannot_tell": training.count("cannot tell"),
        },
        **model_state(training.model, checksum),
    }


def training_lines(training: Training, selection: Selection) -> Iterator[Document]:
    """A document for each layer that is listed."""
    head = line_head("training", training.model)
    return (head | _layer_document(layer) for layer in training.listed(selection))


def _layer_document(layer: LayerTraining) -> dict[str, Writable]:
    """The document of one layer."""
    return {
        "path": layer.layer.path,
        "class_name": layer.layer.class_name,
        "trainable": layer.layer.trains,
        "verdict": layer.verdict,
        "certainty": layer.certainty,
        "evidence": layer_evidence(layer),
        "weights": [_weight_document(weight) for weight in layer.listed],
    }


def _weight_document(one: WeightTraining) -> Document:
    """The document of one weight."""
    weight, judgement, fit = one.weight, one.judgement, one.judgement.fit
    return {
        "index": weight.index,
        "name": weight.name,
        "stored_path": weight.stored_path,
        "initializer": _name(weight.initializer),
        "assumed_initializer": _name(judgement.assumed),
        "initial_std": finite(initial_std(weight)),
        "verdict": judgement.verdict,
        "certainty": judgement.certainty,
        "reason": judgement.reason,
        "fit": None if fit is None else {"distance": fit.distance, "probability": fit.probability},
        "orthogonal_departure": finite(judgement.departure),
        "share_moved": judgement.moved,
        "optimizer_state": one.slots,
        "statistics": None if one.figures is None else figures_document(one.figures),
    }


def _name(initializer: Initializer | None) -> str | None:
    """The name of an initializer, where there is one."""
    return None if initializer is None else initializer.title
