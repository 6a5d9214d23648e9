"""``show`` and ``summary`` as documents: mappings and lists that JSON can hold, with keys that stay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from kerasinspect.analysis.digests import sha256
from kerasinspect.analysis.slicing import Part, windows
from kerasinspect.analysis.statistics import measure
from kerasinspect.analysis.statistics.survey import measured_array
from kerasinspect.analysis.stored_code.code_findings import HARMLESS_KINDS
from kerasinspect.analysis.stored_code.code_in_config import code_in_model
from kerasinspect.errors import UnreadableFile
from kerasinspect.output.arrays.excerpts import take
from kerasinspect.output.arrays.nested_values import NestedValues
from kerasinspect.output.figures import figures_document, finite
from kerasinspect.output.formats.json import Late

if TYPE_CHECKING:
    from collections.abc import Callable

    from kerasinspect.analysis.selection import Listed, Selection
    from kerasinspect.analysis.stored_code.code_findings import CodeFinding
    from kerasinspect.analysis.summarising import Entry, Summary, Total
    from kerasinspect.formats.weights_checksum import Verified
    from kerasinspect.model import Array, Extra, Layer, Model, Weight

Document: TypeAlias = "dict[str, Any]"

SHOW_SCHEMA = "kerasinspect.show/1"
SUMMARY_SCHEMA = "kerasinspect.summary/1"


@dataclass(frozen=True, slots=True)
class DocumentOptions:
    """What a document of ``show`` has beside what each weight is."""

    hashes: bool = False
    statistics: bool = False
    values: bool = False
    dequantize: bool = False
    parts: tuple[Part, ...] = (...,)
    """The slice that ``values`` gives."""


def show_document(
    selection: Selection,
    options: DocumentOptions,
    damaged: Callable[[str], None],
    checksum: Callable[[], Verified | None] = lambda: None,
) -> Document:
    """The document of ``show``; each sentence about values that cannot be read also goes to ``damaged``.

    ``checksum`` is asked when all arrays are written.

    ``layers[].weights`` hold positions in this document's ``weights``; ``weights[].index`` is the position in
    ``get_weights()``. Without filters the two are the same wherever the file tells the order.
    Raises RequestError where the slice does not fit one of the weights.
    """
    for weight in selection.weights:
        windows(options.parts, _array(weight, options).shape, weight.path)
    places = {weight.stored_path: position for position, weight in enumerate(selection.weights)}
    own = [places[weight.stored_path] for weight in selection.own_weights]
    return {
        "schema": SHOW_SCHEMA,
        "model": {**model_document(selection.model), "weights": own},
        "layers": [_layer(listed, places) for listed in selection.layers],
        "weights": (_weight(weight, options, damaged) for weight in selection.weights),
        "extras": (_extra(extra, options, damaged) for extra in selection.model.extras),
        "code": [
            code_document(finding) for finding in code_in_model(selection.model) if finding.kind not in HARMLESS_KINDS
        ],
        "remarks": [*map(str, selection.model.remarks)],
        "damage": list(selection.model.damage),
        "checksum": Late(checksum),
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


def summary_document(summary: Summary, checksum: Verified | None = None) -> Document:
    """The document of ``summary``: nested layers, or a flat list where it was sorted or cut."""
    return {
        "schema": SUMMARY_SCHEMA,
        "model": model_document(summary.model),
        "layers": [_entry(entry, summary) for entry in summary.entries],
        "left_out": summary.left_out,
        "totals": {"weights": _total(summary.total)} | {kind: _total(total) for kind, total in summary.totals.items()},
        "remarks": [*map(str, summary.model.remarks)],
        "damage": list(summary.model.damage),
        "checksum": checksum,
    }


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


def _layer(listed: Listed, places: dict[str, int]) -> Document:
    """One layer and those below it that are listed."""
    layer = listed.layer
    return {
        **_layer_facts(layer),
        "activation": layer.activation,
        "parameters": layer.parameters,
        "weights": [places[weight.stored_path] for weight in listed.weights],
        "remarks": [*map(str, layer.remarks)],
        "layers": [_layer(inner, places) for inner in listed.layers],
    }


def _layer_facts(layer: Layer) -> Document:
    """What both documents say of a layer."""
    vocabulary = layer.vocabulary
    return {
        "name": layer.name,
        "class_name": layer.class_name,
        "path": layer.path,
        "kind": layer.kind,
        "built": layer.built,
        "trainable": layer.trainable,
        "input_shape": layer.input_shape,
        "output_shape": layer.output_shape,
        "connected_to": list(layer.inbound),
        "also_at": list(layer.also_at),
        "calls": layer.calls,
        "dtype_policy": layer.dtype_policy,
        "vocabulary": vocabulary
        and {
            "count": vocabulary.count,
            "stored_path": vocabulary.stored_path,
            "first_tokens": list(vocabulary.tokens),
        },
    }


def _weight(weight: Weight, options: DocumentOptions, damaged: Callable[[str], None]) -> Document:
    """One weight, with what was asked for of its values."""
    initializer = weight.initializer
    document: Document = {
        "index": weight.index,
        "layer": weight.layer,
        "layer_class": weight.layer_class,
        "name": weight.name,
        "named": weight.named,
        "stored_path": weight.stored_path,
        "shape": weight.shape,
        "dtype": weight.dtype,
        "axes": [axis.name for axis in weight.axes],
        "fan_in": weight.fan_in,
        "fan_out": weight.fan_out,
        "trainable": weight.trainable,
        "initializer": initializer and initializer.title,
        "parameters": weight.parameters,
        "bytes": weight.array.nbytes,
    }
    if initializer is not None:
        fields = ("limit", "stddev", "mean", "constant", "default")
        document["initial"] = {name: finite(getattr(initializer, name)) for name in fields}
    keras_fans = {"keras_fan_in": weight.keras_fan_in, "keras_fan_out": weight.keras_fan_out}
    document |= {key: fan for key, fan in keras_fans.items() if fan is not None}
    if weight.remark is not None:
        document["remark"] = str(weight.remark)
    if weight.same_as:
        document["same_as"] = weight.same_as
    if options.hashes:
        document |= _hash(weight.array, weight.path, damaged)
    if options.statistics:
        document |= _statistics(weight, damaged)
    if options.values:
        document |= _values(weight, options, damaged)
    return document


def _statistics(weight: Weight, damaged: Callable[[str], None]) -> Document:
    """The figures of a weight's values; null where they cannot be read."""
    try:
        return {"statistics": figures_document(measure(measured_array(weight)))}
    except UnreadableFile as error:
        damaged(f"{weight.path}: {error.message}")
        return {"statistics": None}


def _extra(extra: Extra, options: DocumentOptions, damaged: Callable[[str], None]) -> Document:
    """One array that is no weight."""
    document: Document = {
        "kind": extra.kind,
        "name": extra.name,
        "stored_path": extra.stored_path,
        "weight": extra.weight,
        "shape": extra.array.shape,
        "dtype": extra.array.dtype,
        "bytes": extra.array.nbytes,
    }
    if extra.remark is not None:
        document["remark"] = str(extra.remark)
    return document | (_hash(extra.array, extra.stored_path, damaged) if options.hashes else {})


def _hash(array: Array, path: str, damaged: Callable[[str], None]) -> Document:
    """The hash of all bytes; null and a sentence where they cannot be read."""
    try:
        return {"sha256": sha256(array)}
    except UnreadableFile as error:
        damaged(f"{path}: {error.message}")
        return {"sha256": None, "error": error.message}


def _array(weight: Weight, options: DocumentOptions) -> Array:
    """The values that are written: as stored, unpacked, or as the layer computes with them."""
    if options.dequantize and weight.dequantized is not None:
        return weight.dequantized
    return weight.array if weight.unpacked is None else weight.unpacked


def _values(weight: Weight, options: DocumentOptions, damaged: Callable[[str], None]) -> Document:
    """All values as nested lists, read as they are written; then how many of them JSON cannot say, and why."""
    array = _array(weight, options)
    errors: list[str] = []

    def report(error: UnreadableFile) -> None:
        if not errors:
            damaged(f"{weight.path}: {error.message}")
        errors.append(error.message)

    values = NestedValues(array, report)
    window = windows(options.parts, array.shape, weight.path)

    def lists() -> Any:  # noqa: ANN401 - a number, lists of lists, or None
        """The values; None as a whole where not even the last one is there: a declared size is not believed."""
        try:
            if 0 not in array.shape:
                take(array, tuple(size - 1 for size in array.shape))
        except UnreadableFile as error:
            report(error)
            return None
        return values.lists(window)

    return {
        "values": Late(lists),
        "values_not_finite": Late(lambda: sum(values.not_finite)),
        "values_error": Late(lambda: errors[0] if errors else None),
    }


def _entry(entry: Entry, summary: Summary) -> Document:
    """One layer of a summary."""
    whole = summary.total.parameters
    return {
        **_layer_facts(entry.layer),
        "trainable": entry.trainable,
        **_total(entry.total),
        "share": entry.total.parameters / whole if whole else None,
        "dtypes": list(entry.dtypes),
        "layers": [_entry(inner, summary) for inner in entry.entries],
    }


def _total(total: Total) -> Document:
    """Sizes of some arrays."""
    return {"arrays": total.arrays, "parameters": total.parameters, "bytes": total.nbytes}
