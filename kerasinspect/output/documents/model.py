"""What several documents say: the head of a model, the facts of a layer, what its config would run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.analysis.damage import Unread

if TYPE_CHECKING:
    from kerasinspect.analysis.fingerprint import Fingerprint
    from kerasinspect.analysis.stored_code.code_findings import CodeFinding
    from kerasinspect.analysis.weights_checksum import Verified
    from kerasinspect.model import Layer, Model, Vocabulary
    from kerasinspect.output.formats.json import Deferred, Document, Writable


def model_document(model: Model) -> Document:
    """The head of every document."""
    return {
        "name": model.name,
        "class_name": model.class_name,
        "location": model.location,
        "format": model.format,
        "keras_version": model.keras_version,
        "backend": model.backend,
        "saved_at": model.saved_at,
        "parameters": model.parameters,
        "bytes": model.nbytes,
    }


def fingerprint_facts(found: Fingerprint | None) -> dict[str, Writable]:
    """What the head of a document says of all values; nothing where only some are listed."""
    return {} if found is None else {"fingerprint": found.sha256, "fingerprint_order": found.order}


def hash_facts(digest: str | Unread) -> dict[str, Writable]:
    """The hash of all bytes of an array; null and a sentence where they cannot be read."""
    return {"sha256": None, "error": digest.message} if isinstance(digest, Unread) else {"sha256": digest}


def line_head(command: str, model: Model) -> dict[str, Writable]:
    """What each line of JSON Lines begins with: what kind of line it is, and of which file."""
    return {"schema": f"kerasinspect.{command}.line/1", "location": model.location}


def remark_sentences(model: Model) -> list[Writable]:
    """What is odd about a file, then what is odd about each of its layers, which the sentence names."""
    layers = (f"{layer.path}: {remark}" for layer in model.walk() for remark in layer.remarks)
    return [*map(str, model.remarks), *dict.fromkeys(layers)]


def model_state(model: Model, checksum: Verified | Deferred | None) -> Document:
    """What every document ends with: what is odd about the file, what is damaged, and what came of its checksum."""
    return {"remarks": remark_sentences(model), "damage": model.damage, "checksum": checksum}


def layer_facts(layer: Layer) -> Document:
    """The facts of a layer that ``show`` and ``summary`` share."""
    return {
        "name": layer.name,
        "class_name": layer.class_name,
        "class_from": layer.class_from,
        "package": layer.package or None,
        "path": layer.path,
        "kind": layer.kind,
        "built": layer.built,
        "trainable": layer.trains,
        "input_shape": layer.input_shape,
        "output_shape": layer.output_shape,
        "connected_to": list(layer.inbound),
        "also_at": list(layer.also_at),
        "calls": layer.calls,
        "dtype_policy": layer.dtype_policy,
        "vocabulary": None if layer.vocabulary is None else _vocabulary_document(layer.vocabulary),
    }


def _vocabulary_document(vocabulary: Vocabulary) -> Document:
    """The first tokens of a vocabulary, and how many there are."""
    return {
        "count": vocabulary.count,
        "stored_path": vocabulary.stored_path,
        "first_tokens": vocabulary.tokens,
    }


def code_document(finding: CodeFinding) -> Document:
    """Something in the config that a loader would run, import or open; the code itself is left out."""
    return {
        "kind": finding.kind,
        "where": finding.where,
        "detail": finding.detail,
        "bytes": finding.size,
        "sha256": finding.sha256,
        "more": finding.more,
    }
