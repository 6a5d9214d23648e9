"""What the rest of a model says of a layer whose own values leave it open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.analysis.statistics.sampling import SAMPLE
from kerasinspect.analysis.training.chance import MISFIT
from kerasinspect.late.dataclasses import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kerasinspect.analysis.training.results import LayerTraining, Reason, WeightTraining

_FITTING: frozenset[Reason] = frozenset({"fits", "too few values"})
"""Reasons that rest on a distribution alone."""

_ELSEWHERE: Reason = "off the generator's grid"
"""The reason that another generator explains as well as training does."""

_RESTING = 4
"""Arrays still at their constants, in layers that are not frozen, that no training leaves alone."""


@dataclass(frozen=True, slots=True)
class _Surroundings:
    """What the layers of a model say together."""

    trained: bool
    """Something in it was trained for sure, or has values that are not finite: it is not as it was made either."""
    proven: int
    """Weights that certainly have their first values, though nothing kept them from being trained."""
    stepped: bool
    """The optimizer counts steps, so that a weight that it never moved was out of its reach."""
    resting: int
    """Those of them that all began as one number."""


def surroundings(layers: Iterable[LayerTraining], steps: int | None, *, moved: bool) -> _Surroundings:
    """What some layers say together; ``moved`` says that the optimizer moved something."""
    layers = tuple(layers)
    proven = [one for layer in layers if layer.layer.trainable is not False for one in layer.weights if _is_proven(one)]
    return _Surroundings(
        trained=moved
        or any(layer.verdict == "changed" and not is_explained_otherwise(layer.decisive) for layer in layers)
        or any(one.judgement.reason == "not finite" for layer in layers for one in layer.weights),
        proven=len(proven),
        stepped=bool(steps),
        resting=sum(one.judgement.reason == "at its constant" for one in proven),
    )


def _is_proven(one: WeightTraining) -> bool:
    """Whether a weight has its first values to the last digit; orthogonal rows stay so to many digits."""
    judgement = one.judgement
    if judgement.verdict != "initial":
        return False
    if judgement.coincidence is not None:
        return judgement.coincidence < MISFIT
    return judgement.reason in {"at its constant", "identity"}


def settle(layer: LayerTraining, around: _Surroundings) -> LayerTraining:
    """The layer as the rest of the model puts it, where its own values prove nothing.

    A few steps leave a distribution as it was, and leave most rows of a large table alone. So in a model that was
    trained nothing can be told of such a layer unless the optimizer never moved it; and in one where nothing was
    trained and other layers are as they were made, it probably is as well.
    """
    still = any(one.slots == "still" for one in layer.weights)
    if layer.verdict == "initial":
        proven = any(map(_is_proven, layer.weights)) and not any(map(_may_hide_changes, layer.weights))
        if proven or (still and around.stepped):
            return layer
        return layer if around.proven and not around.trained else _open(layer)
    if around.trained or (layer.verdict == "changed" and not is_explained_otherwise(layer.decisive)):
        return layer
    stated = not any(one.judgement.assumed for one in layer.weights)
    fits = all(one.judgement.reason in _FITTING for one in layer.weights)
    if (fits and stated and around.proven) or (around.resting >= _RESTING and _is_open(layer.weights)):
        return replace(layer, verdict="initial", certainty="likely")
    return _open(layer) if layer.decisive.judgement.assumed else layer


def _open(layer: LayerTraining) -> LayerTraining:
    """The layer with its verdict taken back."""
    return replace(layer, verdict="cannot tell", certainty=None)


def is_explained_otherwise(one: WeightTraining) -> bool:
    """Whether another generator, or an initializer that nothing states, explains a weight as well as training does."""
    judgement = one.judgement
    if judgement.assumed and judgement.reason in {"repeated values", "fits no initializer"}:
        return True
    return judgement.reason in {_ELSEWHERE, "partly off the generator's grid"}


def _is_open(weights: Sequence[WeightTraining]) -> bool:
    """Whether weights are all as they were made, up to their generator."""
    left = [one.judgement for one in weights if not _is_proven(one)]
    if any(one.assumed and one.reason == "too few values" for one in left):
        return False
    return all(one.reason in _FITTING or one.reason == _ELSEWHERE for one in left)


def _may_hide_changes(one: WeightTraining) -> bool:
    """Whether a weight is a large table, of which a step changes so few rows that the sample may have missed them."""
    return one.weight.name.endswith("embeddings") and one.weight.parameters > SAMPLE
