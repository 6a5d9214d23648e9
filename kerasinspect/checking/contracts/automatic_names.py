"""Which layer of a model is which of a lock where only the names differ that Keras gives by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.analysis.placed_layers import known_class, placed_layers
from kerasinspect.analysis.renumbering import renumbered

if TYPE_CHECKING:
    from kerasinspect.checking.contracts.contract import Contract
    from kerasinspect.model import Model


def lock_names(contract: Contract, model: Model) -> dict[str, str]:
    """The path in the lock of each layer that has another one in the model, by that one.

    There is none in a file of weights, which says neither what class a layer is of nor which comes first.
    """
    if contract.exact_names or contract.layers is None or model.config is None:
        return {}
    agreed = [(layer.name, layer.class_name) for layer in contract.layers]
    return renumbered(agreed, [(layer.path, known_class(layer)) for layer, _ in placed_layers(model)])
