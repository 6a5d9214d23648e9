"""Writes the JSON Schemas of all documents to ``kerasinspect/schemas``: ``python -m docs.make_schemas``.

Each schema stands on its own, so what several documents have is written once, in ``schema_fields``. The schema of a
lock is written by hand: a lock is what people edit.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from docs import comparison_fields
from docs import schema_fields as fields

if TYPE_CHECKING:
    from collections.abc import Mapping

    from docs.schema_fields import Fields

_Schema: TypeAlias = "dict[str, object]"

FOLDER = Path(__file__).parents[1] / "kerasinspect" / "schemas"
_DIALECT = "https://json-schema.org/draft/2020-12/schema"

_LOCATION: Fields = {"location": ("string", "The file.")}
_MODEL: Fields = {"model": ("#model", "What is said of the model as a whole.")}
_WEIGHTS: Fields = {"weights": ("[#weight]", "Every weight that is listed, in the order of get_weights().")}
_LAYERS: Fields = {"layers": ("[#layer]", "The layers that are listed.")}
_LEFT_OUT: Fields = {"left_out": ("integer", "How many --top left out.")}


@dataclass(frozen=True, slots=True)
class Document:
    """One kind of document, with the objects in it, and with what a line of JSON Lines has."""

    sentence: str
    fields: Fields
    line: Fields
    parts: Mapping[str, Fields] = field(default_factory=dict)


DOCUMENTS: Mapping[str, Document] = {
    "list": Document(
        "What `kerasinspect list` writes: every weight of a model, without values.",
        {**_MODEL, **_WEIGHTS, **fields.STATE},
        {**_LOCATION, **fields.LISTED},
        {
            "model": fields.MODEL,
            "weight": fields.LISTED,
            "initial": fields.INITIAL,
            "histogram": fields.HISTOGRAM,
        },
    ),
    "show": Document(
        "What `kerasinspect show` writes: layers, weights, and everything else that a file holds.",
        {
            **_MODEL,
            **_LAYERS,
            **_WEIGHTS,
            "extras": ("[#extra]", "Every stored array that is no weight."),
            "code": ("[#code]", "What the config would make a loader run, import or open."),
            **fields.STATE,
        },
        {**_LOCATION, **fields.SHOWN},
        {
            "model": fields.MODEL,
            "layer": fields.SHOWN_LAYER,
            "vocabulary": fields.VOCABULARY,
            "weight": fields.SHOWN,
            "initial": fields.INITIAL,
            "statistics": fields.STATISTICS,
            "histogram": fields.HISTOGRAM,
            "extra": fields.EXTRA,
            "code": fields.CODE,
        },
    ),
    "summary": Document(
        "What `kerasinspect summary` writes: layers with their sizes, and the totals.",
        {
            **_MODEL,
            **_LAYERS,
            **_LEFT_OUT,
            "totals": ("any", "The size of all weights, and of what counts as trainable, non_trainable, optimizer ..."),
            **fields.STATE,
        },
        {**_LOCATION, **fields.SUMMED_LAYER},
        {
            "model": fields.MODEL,
            "layer": {**fields.SUMMED_LAYER, "layers": ("[#layer]", "Its sublayers, which count in it.")},
            "vocabulary": fields.VOCABULARY,
        },
    ),
    "stats": Document(
        "What `kerasinspect stats` writes: the figures of every weight.",
        {**_MODEL, **_WEIGHTS, **_LEFT_OUT, **fields.STATE},
        {**_LOCATION, **fields.SURVEYED},
        {
            "model": fields.MODEL,
            "weight": fields.SURVEYED,
            "statistics": fields.STATISTICS,
            "histogram": fields.HISTOGRAM,
        },
    ),
    "graph": Document(
        "What `kerasinspect graph` writes: the network of a model.",
        {
            **_MODEL,
            "connections_known": ("boolean", "Whether the file tells how the layers at the top are connected."),
            "nodes": ("[#node]", "Layers, each behind the one that it lies in, and what the model takes and gives."),
            "edges": ("[#edge]", "The tensors that pass between them."),
            **fields.STATE,
        },
        {},
        {"model": fields.MODEL, "node": fields.NODE, "edge": fields.EDGE},
    ),
    "training": Document(
        "What `kerasinspect training` writes: whether each layer was trained, with the evidence.",
        {
            **_MODEL,
            "optimizer_steps": ("integer?", "Steps that the optimizer took; null where no state tells."),
            **_LAYERS,
            "summary": ("#summary", "How many layers of the model have each verdict."),
            **fields.STATE,
        },
        {**_LOCATION, **fields.JUDGED_LAYER},
        {
            "model": fields.MODEL,
            "layer": fields.JUDGED_LAYER,
            "weight": fields.JUDGED,
            "fit": fields.FIT,
            "statistics": fields.STATISTICS,
            "summary": dict.fromkeys(("initial", "changed", "cannot_tell"), ("integer", "Layers.")),
        },
    ),
    "compat": Document(
        "What `kerasinspect compat` writes: which releases of Keras accept the config, and what stops the others.",
        {
            **_MODEL,
            "for_keras": ("[#release]", "The releases that --for-keras asks about; none without it."),
            "releases": ("[#release]", "Every release that the table has, in ascending order."),
            "obstacles": ("[#obstacle]", "All that stops one of them, in the order of the config."),
            "untold": ("[string]", "Custom classes, functions and code, which the table does not know."),
            **fields.STATE,
        },
        {**_LOCATION, **fields.RELEASE, "obstacles": ("[#obstacle]", "What stops it.")},
        {"model": fields.MODEL, "release": fields.RELEASE, "obstacle": fields.OBSTACLE},
    ),
    "series": Document(
        "What `kerasinspect series` writes: how each layer moves from file to file.",
        {
            "files": ("[#file]", "Every file, in order."),
            "layers": ("[#layer]", "The layers that are listed."),
            **_LEFT_OUT,
            "moves_most": ("string?", "The path of the layer whose trainable weights have the largest sum of changes."),
            "never_move": ("[string]", "Paths of layers of which no value ever changed."),
            "first_nan": ("integer?", "The position of the first file with a NaN, from 0 on."),
            "first_infinity": ("integer?", "The position of the first file with an infinity, from 0 on."),
        },
        comparison_fields.SERIES_LINE,
        {"file": comparison_fields.SERIES_FILE, "layer": comparison_fields.SERIES_LAYER},
    ),
    "check": Document(
        "What `kerasinspect check` writes: what its rules found in each file.",
        {**fields.RUN, "models": ("[#checked]", "Each file.")},
        {
            "location?": ("string", "The file that a finding, or an error, is about."),
            "error?": ("string", "Why a file, or a part of it, could not be read."),
            **{f"{key.rstrip('?')}?": value for key, value in {**fields.FINDING, **fields.RUN}.items()},
        },
        {"checked": fields.CHECKED, **fields.CHECK_PARTS},
    ),
    "diff": Document(
        "What `kerasinspect diff` writes: what differs between two models.",
        {
            "equal": ("boolean", "Whether nothing at all is known to differ."),
            "old": ("#model", "What is said of the old model as a whole."),
            "new": ("#model", "What is said of the new one."),
            "layers": ("[#layer]", "The layers that are listed, in the order of the new model."),
            "left_out": ("integer", "How many --top or --summary left out."),
            "config": ("[#key]", "What differs in the configs of the models as a whole, and in how they are compiled."),
            "summary": ("#summary", "How many layers of both models have each verdict."),
            "same_file": ("boolean", "Whether both sides are one file, of which no value was read."),
            "not_compared": ("[string]", "What could not be compared since a file has none: configs, names of layers."),
            "damage": fields.STATE["damage"],
        },
        {
            "old_location": ("string", "The old file."),
            "new_location": ("string", "The new file."),
            **comparison_fields.PAIRED_LAYER,
            **comparison_fields.PAIRED_LINE,
        },
        comparison_fields.DIFF_PARTS,
    ),
    "rules": Document(
        "What `kerasinspect rules` writes: the rules of check.",
        {"rules": ("[#rule]", "Every rule, or those that were named.")},
        fields.RULE,
        {"rule": fields.RULE},
    ),
    "tally": Document(
        "What `kerasinspect tally` writes: what logs of check hold, counted.",
        {
            "files": ("integer", "Files that were checked."),
            "unreadable": ("integer", "Those of which something could not be read."),
            "rules": ("[#rule]", "Every rule that found something, the most frequent first."),
            "classes": ("[#class]", "Every class of layers, alike."),
            "keras_versions": ("[#version]", "Every version of Keras that saved a file, alike."),
        },
        fields.COUNT,
        {"rule": fields.RULE_COUNT, "class": fields.CLASS_COUNT, "version": fields.VERSION_COUNT},
    ),
    "baseline": Document(
        "What `kerasinspect check --write-baseline` writes: findings that do not count from then on.",
        {"findings": ("[#finding]", "Each of them.")},
        {},
        {"finding": fields.KNOWN},
    ),
    "verify": Document(
        "What `kerasinspect verify` writes: what the real Keras makes of a file.",
        fields.VERIFY,
        {},
        fields.VERIFY_PARTS,
    ),
    "export": Document(
        "What `kerasinspect export` writes to a file .json: arrays with all their values.",
        {"models": ("[#model]", "Each model that they are of."), "weights": ("[#weight]", "Each array.")},
        {},
        {"model": fields.EXPORTED_MODEL, "weight": fields.EXPORTED},
    ),
    "models": Document(
        "What commands write that were given several models.",
        {"models": ("[any]", "For each its own document, or its location and the error that kept it from being read.")},
        {**_LOCATION, "error": ("string", "Why it could not be read.")},
    ),
}
"""Every document but a lock, by the command that writes it."""


def _type(words: str) -> _Schema:
    """The schema of a type."""
    if words.endswith("?"):
        return _or_null(_type(words[:-1]))
    if words.startswith("["):
        return {"type": "array", "items": _type(words[1:-1])}
    if words.startswith("#"):
        return {"$ref": f"#/$defs/{words[1:]}"}
    if "|" in words:
        return {"enum": words.split("|")}
    return {} if words == "any" else {"type": words}


def _or_null(schema: _Schema) -> _Schema:
    """The schema of a type that null stands for, too."""
    match schema:
        case {"type": word}:
            return {**schema, "type": [word, "null"]}
        case {"enum": [*words]}:
            return {"enum": [*words, None]}
    return {"anyOf": [schema, {"type": "null"}]}


def _object(described: Fields, schema_name: str = "") -> _Schema:
    """The schema of an object with these fields, the first of which names its schema; later versions may add others."""
    named = {"schema": {"description": "The version of this document.", "const": schema_name}} if schema_name else {}
    listed = {key.rstrip("?"): {"description": said, **_type(words)} for key, (words, said) in described.items()}
    required = [*named, *(key for key in described if not key.endswith("?"))]
    return {"type": "object", "required": required, "properties": {**named, **listed}}


def schema_of(name: str) -> _Schema:
    """The schema of one kind of document; ``$defs`` has that of its lines."""
    document = DOCUMENTS[name]
    parts = {part: _object(described) for part, described in document.parts.items()}
    lines = {"line": _object(document.line, f"kerasinspect.{name}.line/1")} if document.line else {}
    return {
        "$schema": _DIALECT,
        "$id": f"urn:kerasinspect:{name}:1",
        "title": f"kerasinspect.{name}/1",
        "description": document.sentence,
        **_object(document.fields, f"kerasinspect.{name}/1"),
        "$defs": {**parts, **lines},
    }


def schema_text(name: str) -> str:
    """The text of the file of one schema."""
    return json.dumps(schema_of(name), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    for kind in DOCUMENTS:
        (FOLDER / f"{kind}-1.json").write_text(schema_text(kind), encoding="utf-8")
