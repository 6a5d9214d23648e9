"""``diff`` as a document."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from kerasinspect.analysis.comparison.listing import ListedLayer
from kerasinspect.analysis.comparison.results import VERDICTS, ArrayChange, LayerDiff
from kerasinspect.analysis.damage import Unread
from kerasinspect.output.comparison.words import not_compared
from kerasinspect.output.documents.model import model_document, remark_sentences
from kerasinspect.output.figures import finite

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kerasinspect.analysis.comparison.listing import ListedDiff
    from kerasinspect.analysis.comparison.results import ConfigChange, Diff, Spectrum, WeightDiff
    from kerasinspect.json_values import Json
    from kerasinspect.model import Model
    from kerasinspect.output.formats.json import Document, Writable

_DIFF_SCHEMA = "kerasinspect.diff/1"

_FIGURES = (
    *("max_abs", "mean_abs", "relative_l2", "cosine", "correlation", "count", "changed", "sign_flips"),
    *("old_nan", "new_nan", "changed_nan", "old_infinite", "new_infinite", "changed_infinite"),
    *("old_norm", "new_norm"),
)
"""What is said of two arrays of one shape."""

_LAYER_COLUMNS = ("old_location", "new_location", "old", "new", "matched_by", "verdict")
_WEIGHT_COLUMNS = ("name", "old_shape", "new_shape", "old_dtype", "new_dtype", "equal", "close", *_FIGURES)

DIFF_COLUMNS = (*_LAYER_COLUMNS, *_WEIGHT_COLUMNS)
"""What a flat table has of each weight."""


def diff_document(listed: ListedDiff, *, summary: bool = False) -> Document:
    """The comparison with keys that stay; ``equal`` and the summary are those of the models, whatever is listed."""
    diff, layers = listed.diff, () if summary else listed.layers
    return {
        "schema": _DIFF_SCHEMA,
        "equal": diff.equal,
        "old": _model_document(diff.old),
        "new": _model_document(diff.new),
        "layers": [_layer_document(layer) for layer in layers],
        "left_out": listed.left_out + len(listed.layers) - len(layers),
        "config": [*map(_config_document, diff.config)],
        "summary": {verdict: diff.counts[verdict] for verdict in VERDICTS},
        "same_file": diff.same_file,
        "not_compared": [what for what, _ in not_compared(diff)],
        "damage": diff.damage,
    }


def diff_lines(listed: ListedDiff) -> Iterator[Document]:
    """A document for each layer, after one for what differs in the config of the model, unless layers were chosen."""
    diff = listed.diff
    whole = [ListedLayer(LayerDiff(None, None, None, None, diff.config), ())] * listed.has_model_config
    return _lines(diff, (*whole, *listed.layers))


def diff_rows(listed: ListedDiff) -> Iterator[Document]:
    """A document for each weight with what is said of its layer, and one for each layer without weights."""
    for line in _lines(listed.diff, listed.layers):
        weights = line["weights"]
        head = {key: line[key] for key in _LAYER_COLUMNS}
        yield from ({**head, **weight} for weight in weights or [{}])  # type: ignore[union-attr, dict-item]


def _lines(diff: Diff, layers: Sequence[ListedLayer]) -> Iterator[Document]:
    """A document for each of some layers, with the files that are compared."""
    head: Document = {
        "schema": "kerasinspect.diff.line/1",
        "old_location": diff.old.location,
        "new_location": diff.new.location,
    }
    return ({**head, **_layer_document(layer)} for layer in layers)


def _model_document(model: Model) -> Document:
    """One side."""
    return {**model_document(model), "remarks": remark_sentences(model)}


def _layer_document(layer: ListedLayer) -> dict[str, Writable]:
    """One layer of either model or both."""
    diff = layer.diff
    old, new = diff.old, diff.new
    return {
        "old": old.path if old else None,
        "new": new.path if new else None,
        "old_class": old.class_name if old else None,
        "new_class": new.class_name if new else None,
        "matched_by": diff.matched_by,
        "verdict": diff.verdict,
        "renamed": diff.renamed,
        "moved": diff.moved,
        "frozen": diff.frozen,
        "config": [*map(_config_document, diff.config)],
        "weights": [*map(_weight_document, layer.weights)],
    }


def _config_document(change: ConfigChange) -> Document:
    """One key of a config."""
    return {
        "key": change.key,
        "old": _strict(change.old),
        "new": _strict(change.new),
        "missing": change.missing,
        **({} if change.partners is None else {"partners": change.partners}),
    }


def _strict(value: Json) -> Writable:
    """A value of a config; NaN and infinities, which Keras writes and JSON lacks, are words."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, list):
        return [*map(_strict, value)]
    return {key: _strict(inner) for key, inner in value.items()} if isinstance(value, dict) else value


def _weight_document(weight: WeightDiff) -> Document:
    """One weight of either side or both."""
    old, new, change = weight.old, weight.new, weight.change
    told = change if isinstance(change, ArrayChange) else None
    is_unread = weight.untold or isinstance(change, Unread)
    return {
        "name": weight.name,
        "old_name": old.name if old else None,
        "old_index": old.index if old else None,
        "new_index": new.index if new else None,
        "old_shape": old.shape if old else None,
        "new_shape": new.shape if new else None,
        "old_dtype": old.dtype if old else None,
        "new_dtype": new.dtype if new else None,
        "equal": None if is_unread else weight.equal,
        "close": None if is_unread else told is not None and told.close,
        **{name: None if told is None else finite(getattr(told, name)) for name in _FIGURES},
        "dequantized": weight.dequantized,
        **({"untold": True} if weight.untold else {}),
        **({"error": change.message} if isinstance(change, Unread) else {}),
        **(
            {}
            if weight.spectrum is None
            else {"spectrum": _spectrum_document(weight.spectrum), "low_rank": weight.low_rank}
        ),
    }


def _spectrum_document(spectrum: Spectrum) -> Document:
    """The singular values of one kernel."""
    names = ("effective_rank", "top_share", "old_stable_rank", "new_stable_rank", "old_largest", "new_largest")
    return {name: finite(getattr(spectrum, name)) for name in names}
