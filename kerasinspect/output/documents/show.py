"""``show`` as a document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.analysis.damage import Unread
from kerasinspect.output.arrays.nested_values import NestedValues
from kerasinspect.output.documents.model import (
    code_document,
    fingerprint_facts,
    hash_facts,
    layer_facts,
    line_head,
    model_document,
    model_state,
)
from kerasinspect.output.figures import figures_document, finite, histogram_document
from kerasinspect.output.formats.json import Deferred, Document, Writable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kerasinspect.analysis.inspection import ExtraInspection, Inspection, LayerInspection, WeightInspection
    from kerasinspect.model import Weight
    from kerasinspect.output.show_options import ShowOptions

_SHOW_SCHEMA = "kerasinspect.show/1"


def show_document(inspection: Inspection, options: ShowOptions) -> Document:
    """The document of ``show``; values are read while it is written.

    ``layers[].weights`` hold positions in this document's ``weights``; ``weights[].index`` is the position in
    ``get_weights()``. Without filters the two are the same wherever the file tells the order.
    """
    model = inspection.model
    content = fingerprint_facts(inspection.fingerprint) if options.hashes else {}
    return {
        "schema": _SHOW_SCHEMA,
        "model": {**model_document(model), **content, "weights": _positions(inspection.own_weights)},
        "layers": [_layer_document(layer) for layer in inspection.layers],
        "weights": (_weight_document(weight, options) for weight in inspection.weights),
        "extras": (_extra_document(extra, options) for extra in inspection.extras),
        "code": [code_document(finding) for finding in inspection.code],
        **model_state(model, Deferred(inspection.checksum)),
    }


def show_lines(inspection: Inspection, options: ShowOptions) -> Iterator[Document]:
    """A document for each weight."""
    head = line_head("show", inspection.model)
    return ({**head, **_weight_document(weight, options)} for weight in inspection.weights)


def _positions(weights: tuple[WeightInspection, ...]) -> list[int]:
    """Where some weights stand in this document."""
    return [one.position for one in weights]


def _layer_document(inspected: LayerInspection) -> Document:
    """The document of one layer and of those below it that are listed."""
    layer = inspected.layer
    return {
        **layer_facts(layer),
        "activation": layer.activation,
        "parameters": layer.parameters,
        "weights": _positions(inspected.weights),
        "remarks": [*map(str, layer.remarks)],
        "layers": [_layer_document(inner) for inner in inspected.layers],
    }


def _weight_document(inspected: WeightInspection, options: ShowOptions) -> Document:
    """The document of one weight, with what was asked for of its values."""
    document = weight_facts(inspected.weight)
    if options.hashes:
        document |= hash_facts(inspected.sha256)
    if options.statistics:
        figures = inspected.figures
        document["statistics"] = None if isinstance(figures, Unread) else figures_document(figures)
    if options.histogram:
        document["histogram"] = histogram_document(inspected)
    if options.values:
        document |= _values(inspected)
    return document


def weight_facts(weight: Weight) -> dict[str, Writable]:
    """What one weight is; keys that say what is unusual only where it is."""
    initializer = weight.initializer
    document: dict[str, Writable] = {
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
        "initializer": None if initializer is None else initializer.title,
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
    if not weight.has_entry:
        document["has_entry"] = False
    if weight.same_as:
        document["same_as"] = weight.same_as
    return document


def _extra_document(inspected: ExtraInspection, options: ShowOptions) -> Document:
    """The document of one array that is no weight."""
    extra = inspected.extra
    document: dict[str, Writable] = {
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
    return document | (hash_facts(inspected.sha256) if options.hashes else {})


def _values(inspected: WeightInspection) -> dict[str, Writable]:
    """All values as nested lists, read as they are written; then how many of them JSON cannot say, and why."""
    if inspected.misfit:
        return {"values": None, "values_not_finite": 0, "values_error": inspected.misfit}
    values = inspected.values
    nested = NestedValues(inspected.read)

    def lists() -> Writable:
        """The values; None as a whole where not even the last one is there: a declared size is not believed."""
        if 0 not in values.array.shape and nested.read(values.last) is None:
            return None
        return nested.lists(values.window)

    return {
        "values": Deferred(lists),
        "values_not_finite": Deferred(lambda: sum(nested.not_finite)),
        "values_error": Deferred(lambda: nested.errors[0] if nested.errors else None),
    }
