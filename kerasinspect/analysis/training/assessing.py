"""Whether each layer of a model was trained, from its values, its initializers and the optimizer's state."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from kerasinspect.analysis.damage import Damage
from kerasinspect.analysis.statistics import measure_with
from kerasinspect.analysis.training import assumed
from kerasinspect.analysis.training.context import is_explained_otherwise, settle, surroundings
from kerasinspect.analysis.training.fit import ROUNDING
from kerasinspect.analysis.training.optimizer import (
    any_state_moved,
    first_accumulator,
    slots_by_weight,
    state_of,
    steps_taken,
)
from kerasinspect.analysis.training.origin import origin_of
from kerasinspect.analysis.training.results import Judgement, LayerTraining, Training, WeightTraining
from kerasinspect.errors import UnreadableFile
from kerasinspect.late.dataclasses import dataclass, replace
from kerasinspect.model import Layer

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from kerasinspect.analysis.statistics import Measured, Statistics
    from kerasinspect.analysis.training.origin import Origin
    from kerasinspect.analysis.training.results import Certainty, Reason, Verdict
    from kerasinspect.model import Extra, Model, Weight

_FINE_DTYPES = frozenset({"float32", "float64"})
"""Dtypes in which a step of an optimizer seldom rounds away to nothing."""

_CERTAINTIES: tuple[Certainty, ...] = ("certain", "likely")

_UNSETTLED: frozenset[Reason] = frozenset(
    {"fits poorly", "not finite", "no initializer", "initializer unknown", "unreadable"}
)
"""Reasons for which a weight may have changed, whatever the others of its layer say."""


def assess_training(
    model: Model,
    known: Known | None = None,
    damage: Damage | None = None,
) -> Training:
    """Whether each layer of a model that has weights of its own was trained.

    What is not ``known`` already is read now; what cannot be read is noted in ``damage``.
    """
    context = _JudgingContext(
        known or Known(), origin_of(model), slots_by_weight(model), first_accumulator(model), damage or Damage()
    )
    layers = [layer for layer in model.walk() if layer.weights]
    if model.own_weights:
        name = model.name or "model"
        layers.insert(0, Layer(name, model.class_name or "Model", name, kind="model", weights=model.own_weights))
    alone = [_assessed(layer, context) for layer in layers]
    steps, moved = _steps(alone, context, model)
    around = surroundings(alone, steps, moved=moved)
    return Training(model, tuple(settle(layer, around) for layer in alone), steps)


@dataclass(frozen=True, slots=True)
class Judged:
    """What one reading of a weight gave: its figures, and what its values say."""

    figures: Statistics
    judgement: Judgement


def judge(weight: Weight, measured: Measured, origin: Origin) -> Judged:
    """What a weight that was measured says; raises what reading its values raises, where they are needed again."""
    return Judged(measured.figures, assumed.judge(weight, measured, origin))


@dataclass(frozen=True, slots=True)
class Known:
    """What an earlier reading of the file gave, by an array's path in it."""

    judged: Mapping[str, Judged] = field(default_factory=dict)
    """Of weights."""
    figures: Mapping[str, Statistics] = field(default_factory=dict)
    """Of any arrays."""


@dataclass(frozen=True, slots=True)
class _JudgingContext:
    """What a weight is judged with beside its values."""

    known: Known
    origin: Origin
    slots: Mapping[str, list[Extra]]
    accumulator: float
    damage: Damage


def _steps(layers: Iterable[LayerTraining], context: _JudgingContext, model: Model) -> tuple[int | None, bool]:
    """Steps of the optimizer, where they can be read, and whether it moved anything as far as its state tells.

    A count of zero beside state that moved was set back: then nothing says how many steps there were.
    """
    states = {one.slots for layer in layers for one in layer.weights}
    try:
        steps = steps_taken(model)
        moved = "moved" in states or (steps == 0 and any_state_moved(model, context.accumulator, context.known.figures))
    except UnreadableFile as error:
        context.damage.note(error.message)
        return None, "moved" in states
    if steps == 0 and moved:
        return None, True
    return steps, moved or (bool(steps) and "still" not in states)


def _assessed(layer: Layer, context: _JudgingContext) -> LayerTraining:
    """One layer: the verdict of all its weights together."""
    weights = tuple(_weight(weight, context) for weight in layer.weights)
    verdict, certainty, decisive = _together(weights)
    return LayerTraining(layer, weights, verdict, certainty, decisive)


def _weight(weight: Weight, context: _JudgingContext) -> WeightTraining:
    """One weight: what its values say, unless the optimizer knows better."""
    try:
        judged = context.known.judged.get(weight.stored_path)
        judged = judged or judge(weight, measure_with(weight.array), context.origin)
        slots = state_of(context.slots.get(weight.path, ()), context.accumulator, context.known.figures)
    except UnreadableFile as error:
        context.damage.note(error.message, weight.path)
        return WeightTraining(weight, None, Judgement("cannot tell", "unreadable"))
    one = WeightTraining(weight, judged.figures, judged.judgement, slots)
    if slots != "moved" or not _leaves_room(one):
        return one
    sure = weight.dtype in _FINE_DTYPES and one.judgement.certainty != "certain"
    updated = replace(one.judgement, reason="optimizer moved it", certainty="certain" if sure else "likely")
    share = one.judgement.moved or None  # none of what was looked at is not none at all
    return replace(one, judgement=replace(updated, verdict="changed", moved=share))


def _leaves_room(one: WeightTraining) -> bool:
    """Whether the values of a weight do not settle that the optimizer never moved any of them.

    Gradients may reach few of them, the middle of a window or some rows, and not each was looked at by itself. Values
    at their constant may be set back, and their optimizer not.
    """
    judgement = one.judgement
    if judgement.verdict == "cannot tell" or (judgement.verdict, judgement.certainty) == ("initial", "likely"):
        return judgement.reason != "at its constant"
    return judgement.reason == "on the generator's grid" and (one.is_sampled or one.is_paired)


def _together(weights: Sequence[WeightTraining]) -> tuple[Verdict, Certainty | None, WeightTraining]:
    """The verdict on a layer, how sure it is, and the weight that it rests on most.

    One weight that changed is enough, unless something else explains it and all others are initial: it may have come
    from another generator. A layer is initial where all of its weights seem to be, as far as there are
    initializers to hold them to; for sure only where all of them are for sure.
    """
    explained = [one for one in weights if is_explained_otherwise(one)]
    initial = [one for one in weights if one.judgement.verdict == "initial"]
    if explained and initial and len(weights) == len(explained) + len(initial):
        return "cannot tell", None, explained[0]
    for certainty in _CERTAINTIES:
        changed = [one for one in weights if (one.judgement.verdict, one.judgement.certainty) == ("changed", certainty)]
        if changed:
            return "changed", certainty, min(changed, key=is_explained_otherwise)
    unsettled = [one for one in weights if _is_unsettled(one)]
    if unsettled or not initial:
        return "cannot tell", None, (unsettled or weights)[0]
    largest = max(initial, key=lambda one: one.weight.parameters)
    return "initial", "certain" if all(map(_surely_initial, weights)) else "likely", largest


def _is_unsettled(one: WeightTraining) -> bool:
    """Whether a weight may have changed, whatever others say; few values in a coarse dtype show next to nothing."""
    judgement = one.judgement
    if judgement.reason in _UNSETTLED:
        return True
    return judgement.verdict == "cannot tell" and (judgement.assumed is not None or one.weight.dtype in ROUNDING)


def _surely_initial(one: WeightTraining) -> bool:
    """Whether a weight certainly has its first values."""
    return (one.judgement.verdict, one.judgement.certainty) == ("initial", "certain")
