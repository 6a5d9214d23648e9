"""Rules about what Keras itself does not restore of what it saved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.checking.rule import Hit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kerasinspect.checking.evidence import Evidence
    from kerasinspect.checking.rule import Thresholds
    from kerasinspect.model import Layer, Weight

_BUILDS_INSIDE = frozenset(
    {"Bidirectional", "RNN", "Sequential", "SpectralNormalization", "StackedRNNCells", "TimeDistributed"}
)
"""Classes whose inner layers have configs of their own.

Their variables are saved with the outer name in the path (``both/forward_lstm/...``), and made without it where the
model is built from its config. Seen with Keras 3.15.1 by loading a model of each class.
"""


def not_restored(evidence: Evidence, _: Thresholds) -> Iterator[Hit]:
    """Keras loads an Orbax checkpoint and leaves an array as it was initialised.

    Variables are restored by their paths. Those inside a Sequential model or a wrapper are saved with its name in
    front, but a model that is built from its config has them without it: Keras 3.15.1 finds no value for them,
    loads the model and says nothing. The values are in the file.

    Load the model, then set its weights from the file: `model.set_weights(...)` with what kerasinspect exports.
    """
    model = evidence.model
    if model.format != "orbax-checkpoint" or model.config is None:
        return
    outer = {f".{model.name}."} if model.class_name in _BUILDS_INSIDE else set()
    for weight in _lost_in(model.layers, frozenset(outer)):
        yield Hit(weight.path, "Keras restores it under another path, so that it stays as it was initialised.")


def _lost_in(layers: Iterable[Layer], outer: frozenset[str]) -> Iterator[Weight]:
    """The weights of layers whose stored paths have the name of a layer around them that is left out on loading."""
    for layer in layers:
        for weight in layer.weights:
            if any(name in weight.stored_path for name in outer):
                yield weight
        inside = outer | {f".{layer.name}."} if layer.class_name in _BUILDS_INSIDE else outer
        yield from _lost_in(layer.layers, inside)
