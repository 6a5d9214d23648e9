"""``verify`` as a document."""

from __future__ import annotations

from dataclasses import fields
from math import isfinite
from typing import TYPE_CHECKING

from kerasinspect.output.documents.model import code_document

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    from kerasinspect.analysis.comparison.weights import WeightComparison
    from kerasinspect.output.formats.json import Document
    from kerasinspect.verify.results import Forward, Process, Verification

_VERIFY_SCHEMA = "kerasinspect.verify/1"


def verify_document(answer: Verification) -> Document:
    """The document of ``verify``."""
    return {
        "schema": _VERIFY_SCHEMA,
        "location": answer.location,
        "format": answer.model_format,
        "keras_version": answer.saved_by,
        "outcome": answer.outcome,
        "exit_status": answer.exit_status,
        "library": _fields(answer.library),
        "load_seconds": answer.load_seconds,
        "peak_bytes": answer.peak_bytes,
        "code": [code_document(finding) for finding in answer.code],
        "refusals": [
            {"library": _fields(refusal.library), "reason": refusal.reason, "message": refusal.message}
            for refusal in answer.refusals
        ],
        "ending": answer.ending,
        "weights": None if answer.weights is None else _weights_document(answer.weights),
        "forward": None if answer.forward is None else _forward_document(answer.forward),
        "process": None if answer.process is None else _process_document(answer.process),
        "damage": answer.damage,
    }


def _weights_document(weights: WeightComparison) -> Document:
    """How many arrays agree, and each that does not."""
    return {
        "compared": weights.compared,
        "equal": weights.equal,
        "same_arrays": weights.same_arrays,
        "differences": [
            {
                "aspect": difference.aspect,
                "file": _fields(difference.ours),
                "keras": _fields(difference.theirs),
            }
            for difference in weights.differences
        ],
    }


def _forward_document(forward: Forward) -> Document:
    """The forward passes."""
    inputs, golden = forward.inputs, forward.golden
    return {
        "inputs": None if inputs is None else [_fields(spec) for spec in inputs],
        "cases": [
            {**_numbers(case), "outputs": [_fields(output) for output in case.outputs]} for case in forward.cases
        ],
        "error": forward.error,
        "golden": None if golden is None else [_fields(difference) for difference in golden],
        "other_weights": forward.other_weights,
    }


def _process_document(process: Process) -> Document:
    """The worker."""
    return {**_numbers(process), "libraries": [_fields(library) for library in process.libraries]}


def _fields(value: DataclassInstance | None) -> Document | None:
    """The fields of a part of the answer by name; None where there is none."""
    return None if value is None else _numbers(value)


def _numbers(value: DataclassInstance) -> Document:
    """The fields of a part of the answer; numbers that JSON cannot say as None."""
    found = {field.name: getattr(value, field.name) for field in fields(value)}
    return {name: None if isinstance(one, float) and not isfinite(one) else one for name, one in found.items()}
