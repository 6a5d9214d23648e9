"""What can be said of a weight, a layer and a model: still initial, changed, or neither for sure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from kerasinspect.analysis.statistics.sampling import SAMPLE
from kerasinspect.analysis.training.chance import DOUBT, MISFIT
from kerasinspect.late.dataclasses import dataclass, replace

if TYPE_CHECKING:
    from kerasinspect.analysis.selection import Selection
    from kerasinspect.analysis.statistics import Statistics
    from kerasinspect.model import Initializer, Layer, Model, Weight

Verdict: TypeAlias = Literal["initial", "changed", "cannot tell"]

Certainty: TypeAlias = Literal["certain", "likely"]
"""Certain: chance could do the same in less than one of a thousand million weights. Likely: the best explanation."""

Reason: TypeAlias = Literal[
    "at its constant",
    "off its constant",
    "on the generator's grid",
    "off the generator's grid",
    "partly off the generator's grid",
    "out of range",
    "repeated values",
    "orthogonal",
    "no longer orthogonal",
    "identity",
    "no longer identity",
    "fits",
    "does not fit",
    "fits poorly",
    "too few values",
    "not finite",
    "optimizer moved it",
    "fits no initializer",
    "no initializer",
    "initializer unknown",
    "no values",
    "unreadable",
]
"""What a verdict rests on."""

SlotState: TypeAlias = Literal["moved", "still"]
"""Whether the optimizer's state for a weight ever took in a gradient that was not zero."""


@dataclass(frozen=True, slots=True)
class Fit:
    """How some values stand to the distribution that they were drawn from, if nothing changed them."""

    distance: float
    """The largest distance between both distribution functions: Kolmogorov and Smirnov's statistic."""
    probability: float
    """Of a distance, a mean or a standard deviation at least so far off by chance alone."""

    @property
    def holds(self) -> bool | None:
        """Whether the values still are distributed like that; None where there is doubt."""
        return None if MISFIT <= self.probability < DOUBT else self.probability >= DOUBT


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict on one weight's values, with what it rests on."""

    verdict: Verdict
    reason: Reason
    certainty: Certainty | None = None
    """None where the verdict is that nothing can be told."""
    fit: Fit | None = None
    departure: float | None = None
    """How far from orthogonal: the largest departure of a product of rows from 1 or 0."""
    moved: float | None = None
    """About which share of the values left the numbers that Keras's generator gives."""
    coincidence: float | None = None
    """The probability that values which Keras's generator never gave look as if it had."""
    assumed: Initializer | None = None
    """The initializer that the values were held to where the file states none."""


@dataclass(frozen=True, slots=True)
class WeightTraining:
    """One weight: its figures, what its values say, and what the optimizer says."""

    weight: Weight
    figures: Statistics | None
    """None where its values cannot be read."""
    judgement: Judgement
    slots: SlotState | None = None
    """None where the file has no optimizer state for it."""

    @property
    def held_to(self) -> Initializer | None:
        """The initializer that its values were held to: its own, or the one that is assumed where the file has none."""
        return self.judgement.assumed or self.weight.initializer

    @property
    def is_sampled(self) -> bool:
        """Whether it has more values than are held to a generator's grid one by one."""
        return self.weight.parameters > SAMPLE

    @property
    def is_paired(self) -> bool:
        """Whether its initializer draws normal values, of which a generator's pairs tell, and not each for itself."""
        drawn = self.held_to
        return drawn is not None and drawn.limit is None


@dataclass(frozen=True, slots=True)
class LayerTraining:
    """One layer with weights of its own."""

    layer: Layer
    weights: tuple[WeightTraining, ...]
    verdict: Verdict
    certainty: Certainty | None
    decisive: WeightTraining
    """The weight that the verdict rests on most."""
    listed: tuple[WeightTraining, ...] = ()
    """Those of its weights that a selection lists."""


@dataclass(frozen=True, slots=True)
class Training:
    """Whether the layers of a model were trained."""

    model: Model
    layers: tuple[LayerTraining, ...]
    steps: int | None = None
    """Steps that the optimizer took; None where the file does not say."""

    def listed(self, selection: Selection) -> list[LayerTraining]:
        """The layers that a selection lists; the model itself stands among them where it owns weights."""
        wanted = {weight.stored_path for listed in selection.walk() for weight in listed.weights}
        wanted.update(weight.stored_path for weight in selection.own_weights)
        each = [(layer, [one for one in layer.weights if one.weight.stored_path in wanted]) for layer in self.layers]
        return [replace(layer, listed=tuple(weights)) for layer, weights in each if weights]

    def count(self, verdict: Verdict) -> int:
        """Layers with this verdict."""
        return sum(layer.verdict == verdict for layer in self.layers)

    def frozen(self, verdict: Verdict) -> int:
        """Layers with this verdict that are not trained any more."""
        return sum(layer.verdict == verdict and layer.layer.trainable is False for layer in self.layers)

    @property
    def updated(self) -> int:
        """Layers of which the optimizer's state says that it moved a weight."""
        return sum(any(one.slots == "moved" for one in layer.weights) for layer in self.layers)
