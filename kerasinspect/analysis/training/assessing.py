"""Whether each layer of a model was trained, from its values, its initializers and the optimizer's state."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from kerasinspect.analysis.statistics import measure_with
from kerasinspect.analysis.training.optimizer import first_accumulator, slots_of, state_of, steps_taken
from kerasinspect.analysis.training.results import Judgement, LayerTraining, Training, WeightTraining
from kerasinspect.analysis.training.values import Origin, judge_values
from kerasinspect.errors import UnreadableFile
from kerasinspect.model import Layer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from kerasinspect.analysis.statistics import Measured, Statistics
    from kerasinspect.analysis.training.results import Certainty, Verdict
    from kerasinspect.model import Extra, Model, Weight

FITTING = ("fits", "too few values")
"""Reasons that rest on a distribution alone."""

OFF_GRID = ("off the generator's grid", "partly off the generator's grid")
"""Reasons that rest on knowing the generator."""

VERSION = re.compile(r"(\d{1,4})\.(\d{1,4})")


def assess_training(
    model: Model,
    known: Known | None = None,
    damaged: Callable[[str], None] = lambda _: None,
) -> Training:
    """Whether each layer of a model that has weights of its own was trained.

    What is not ``known`` already is read now; what cannot be read is told to ``damaged`` in a sentence.
    """
    beside = Beside(known or Known(), origin_of(model), slots_of(model), first_accumulator(model), damaged)
    layers = [layer for layer in model.walk() if layer.weights]
    if model.own_weights:
        name = model.name or "model"
        layers.insert(0, Layer(name, model.class_name or "Model", name, kind="model", weights=model.own_weights))
    layers_alone = [_assessed(layer, beside) for layer in layers]
    steps = _steps(model, damaged)
    everything = (weight.judgement for layer in layers_alone for weight in layer.weights)
    sure = {one.verdict for one in everything if one.certainty == "certain"}
    trained = "changed" in sure or bool(steps)
    in_context = (_in_context(layer, trained=trained, untouched=sure == {"initial"}) for layer in layers_alone)
    return Training(model, tuple(in_context), steps)


def _in_context(assessed: LayerTraining, *, trained: bool, untouched: bool) -> LayerTraining:
    """The layer as the rest of the model puts it, where its values fit its initializers and say nothing else.

    A few steps leave a distribution as it was. So in a model that was trained nothing can be told of such a layer,
    unless it was frozen; and in one where only initial weights are sure, it probably is initial too.
    """
    judgements = [weight.judgement for weight in assessed.weights]
    if not all(one.reason in FITTING for one in judgements):
        return assessed
    frozen = assessed.layer.trainable is False or any(weight.slots == "still" for weight in assessed.weights)
    if trained and not frozen:
        return replace(assessed, verdict="cannot tell", certainty=None)
    if untouched:
        return replace(assessed, verdict="initial", certainty="likely")
    return assessed


@dataclass(frozen=True, slots=True)
class Judged:
    """What one reading of a weight gave: its figures, and what its values say."""

    figures: Statistics
    judgement: Judgement


def judge(weight: Weight, measured: Measured, origin: Origin) -> Judged:
    """What a weight that was measured says; raises what reading its values raises, where they are needed again."""
    return Judged(measured.figures, judge_values(weight, measured, origin))


@dataclass(frozen=True, slots=True)
class Known:
    """What an earlier reading of the file gave, by an array's path in it."""

    judged: Mapping[str, Judged] = field(default_factory=dict)
    """Of weights."""
    figures: Mapping[str, Statistics] = field(default_factory=dict)
    """Of any arrays."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What a weight is judged with, beside its values."""

    known: Known
    origin: Origin
    slots: Mapping[str, list[Extra]]
    accumulator: float
    damaged: Callable[[str], None]


def origin_of(model: Model) -> Origin:
    """Which Keras on which backend saved the model, and so probably made it."""
    match = VERSION.match(model.keras_version or "")
    return Origin((int(match[1]), int(match[2])) if match else None, model.backend)


def _steps(model: Model, damaged: Callable[[str], None]) -> int | None:
    """Steps of the optimizer, where they can be read."""
    try:
        return steps_taken(model)
    except UnreadableFile as error:
        damaged(error.message)
        return None


def _assessed(layer: Layer, beside: Beside) -> LayerTraining:
    """One layer: the verdict of all its weights together."""
    weights = tuple(_weight(weight, beside) for weight in layer.weights)
    verdict, certainty, decisive = _together(weights)
    return LayerTraining(layer, weights, verdict, certainty, decisive)


def _weight(weight: Weight, beside: Beside) -> WeightTraining:
    """One weight: what its values say, unless the optimizer knows better."""
    try:
        judged = beside.known.judged.get(weight.stored_path)
        judged = judged or judge(weight, measure_with(weight.array), beside.origin)
        slots = state_of(beside.slots.get(weight.path, ()), beside.accumulator, beside.known.figures)
    except UnreadableFile as error:
        beside.damaged(f"{weight.path}: {error.message}")
        return WeightTraining(weight, None, Judgement("cannot tell", "unreadable"))
    judgement = judged.judgement
    unsure = judgement.verdict == "cannot tell" or (judgement.verdict, judgement.certainty) == ("initial", "likely")
    if slots == "moved" and unsure:
        judgement = replace(judgement, verdict="changed", reason="optimizer moved it", certainty="certain")
    return WeightTraining(weight, judged.figures, judgement, slots)


def _together(weights: Sequence[WeightTraining]) -> tuple[Verdict, Certainty | None, WeightTraining]:
    """The verdict on a layer, how sure it is, and the weight that it rests on most.

    One weight that changed is enough, unless only the generator's grid says so and all others are initial for sure: it
    may have come from another generator. A layer is initial where none changed and at least one is; for sure only
    where all of them are for sure.
    """
    off_grid = [weight for weight in weights if weight.judgement.reason in OFF_GRID]
    if off_grid and len(weights) > len(off_grid) == len(weights) - sum(map(_surely_initial, weights)):
        return "cannot tell", None, off_grid[0]
    for verdict, certainty in (("changed", "certain"), ("changed", "likely")):
        for weight in weights:
            if (weight.judgement.verdict, weight.judgement.certainty) == (verdict, certainty):
                return weight.judgement.verdict, weight.judgement.certainty, weight
    initial = [weight for weight in weights if weight.judgement.verdict == "initial"]
    if not initial:
        return "cannot tell", None, weights[0]
    largest = max(initial, key=lambda one: one.weight.parameters)
    return "initial", "certain" if all(map(_surely_initial, weights)) else "likely", largest


def _surely_initial(one: WeightTraining) -> bool:
    """Whether a weight certainly has its first values."""
    return (one.judgement.verdict, one.judgement.certainty) == ("initial", "certain")
