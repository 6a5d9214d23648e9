"""Rules about whether a model was trained, and all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.checking.rule import Hit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kerasinspect.analysis.training import LayerTraining, Reason
    from kerasinspect.checking.evidence import Evidence
    from kerasinspect.checking.rule import Thresholds
    from kerasinspect.model import Weight

_DRAWN: frozenset[Reason] = frozenset(
    {"on the generator's grid", "off the generator's grid", "orthogonal", "identity", "fits", "too few values"}
)
"""Reasons for the verdict "initial" that rest on numbers drawn at random, rather than on a constant such as zero."""


def untrained_model(evidence: Evidence, thresholds: Thresholds) -> Iterator[Hit]:
    """The model is at its initial values: no layer was trained.

    It predicts at random. It was saved before training, or was rebuilt and never given its weights.
    `kerasinspect training` shows the evidence for each layer.

    Save it after `fit`, or load the trained weights before it is saved.
    """
    if _is_untrained(evidence, thresholds["share"]):
        layers = [layer for layer in evidence.trained if _is_initial(layer)]
        doubt = "" if all(layer.certainty == "certain" for layer in layers) else " (confidence: likely)"
        yield Hit(
            evidence.name,
            f"Layers at initial values{doubt}: {len(layers)} of {len(evidence.trained)}; none is trained.",
        )


def _is_initial(layer: LayerTraining) -> bool:
    """Whether a layer is as it was drawn, and no optimizer moved it.

    Gradients may reach few of its values, the middle of a window or some rows, so that nearly all are as they were.
    """
    return layer.verdict == "initial" and all(one.slots != "moved" for one in layer.weights)


def _is_untrained(evidence: Evidence, share: float) -> bool:
    """Whether nothing has changed, and more than a share of the parameters is as it was drawn."""
    if any(layer.verdict == "changed" for layer in evidence.trained):
        return False
    drawn = sum(
        _parameters(layer)
        for layer in evidence.trained
        if _is_initial(layer) and layer.decisive.judgement.reason in _DRAWN
    )
    return drawn > share * sum(map(_parameters, evidence.trained))


def _parameters(layer: LayerTraining) -> int:
    """Scalars in a layer's own weights."""
    return sum(one.weight.parameters for one in layer.weights)


def untrained_layer(evidence: Evidence, _: Thresholds) -> Iterator[Hit]:
    """A layer is at initial values, in a model whose other layers are trained.

    It adds noise. It was cut off from the loss, frozen before its weights were loaded, or its weights were not
    found when the file was loaded by name.

    Load or train the layer and save again; ignore this rule for a layer that is meant to stay random.
    """
    if not any(layer.verdict == "changed" for layer in evidence.trained):
        return
    for layer in evidence.trained:
        reason = layer.decisive.judgement.reason
        if _is_initial(layer) and (layer.certainty == "certain" or reason in _DRAWN):
            frozen = "; it is frozen" if layer.layer.trainable is False else ""
            doubt = "" if layer.certainty == "certain" else " (confidence: likely)"
            yield Hit(layer.layer.path, f"Its weights are still those of {_initializers(layer)}{doubt}{frozen}.")


def _initializers(layer: LayerTraining) -> str:
    """The initializers of a layer's weights, stated or assumed."""
    started = (one.weight.initializer or one.judgement.assumed for one in layer.weights)
    names = dict.fromkeys(initializer.title for initializer in started if initializer)
    return " and ".join(names) or "its initializers"


def statistics_never_updated(evidence: Evidence, _: Thresholds) -> Iterator[Hit]:
    """The moving mean of a BatchNormalization layer is 0 and its moving variance 1 everywhere, as in an untrained one.

    When it predicts, the layer normalizes nothing, so that what follows sees other numbers than in training. The
    layer never ran in training mode, or its weights were not loaded.

    Train the layer with `training=True`, or load its weights, and save the model again.
    """
    if any(layer.verdict == "changed" for layer in evidence.trained):
        for layer in evidence.model.walk():
            figures = {one.name: evidence.statistics.get(one.stored_path) for one in layer.weights}
            mean, variance = figures.get("moving_mean"), figures.get("moving_variance")
            if (
                mean
                and variance
                and mean.constant
                and mean.minimum == 0
                and variance.constant
                and variance.minimum == 1
            ):
                yield Hit(layer.path, "Its moving mean is 0 and its moving variance 1 in all channels.")


def optimizer_never_stepped(evidence: Evidence, _: Thresholds) -> Iterator[Hit]:
    """The optimizer in the file has taken no step.

    The model was compiled and saved without having been trained. Nothing is said of a model whose weights have
    changed, which was recompiled after training, nor of one that has no weights for an optimizer to train.

    Train the model before it is saved.
    """
    trained = any(layer.verdict == "changed" for layer in evidence.trained)
    trainable = any(weight.trainable is not False for weight in evidence.model.weights)
    if evidence.training is not None and evidence.training.steps == 0 and trainable and not trained:
        yield Hit(evidence.name, "Its optimizer counts 0 steps.")


def never_updated(evidence: Evidence, _: Thresholds) -> Iterator[Hit]:
    """The optimizer has taken steps, but its state for a layer is all zero: no gradient ever reached the layer.

    The layer is cut off from the loss, by `stop_gradient`, an integer cast or a dead activation, or it was unfrozen
    after training.

    Look at what lies between the layer and the loss, and train again.
    """
    if evidence.training is None or not evidence.training.steps:
        return
    for layer in evidence.trained:
        slots = [one.slots for one in layer.weights if one.slots is not None]
        # Ftrl sets weights whose gradient is 0 to 0, and keeps its state at 0.
        has_zeros = any(_is_zero_kernel(evidence, one.weight) for one in layer.weights)
        if layer.verdict != "changed" and not has_zeros and slots and all(state == "still" for state in slots):
            yield Hit(
                layer.layer.path, f"After {evidence.training.steps:,} steps the optimizer never moved its weights."
            )


def _is_zero_kernel(evidence: Evidence, weight: Weight) -> bool:
    """Whether all values of a kernel are 0, which hardly any initializer gives one."""
    figures = evidence.statistics.get(weight.stored_path)
    return "kernel" in weight.name and figures is not None and figures.zeros == figures.count


def frozen_model(evidence: Evidence, _: Thresholds) -> Iterator[Hit]:
    """No weight of the model can be trained: every layer is frozen.

    Fitting it changes nothing. That is right for an export, and a trap for a model that is to be fine-tuned.

    Set `trainable = True` before the model is compiled, where it is to be trained on.
    """
    weights = evidence.model.weights
    frozen = any(layer.trainable is False for layer in evidence.model.walk())
    if weights and frozen and all(weight.trainable is False for weight in weights):
        yield Hit(evidence.name, f"None of its {len(weights)} weights is trainable.")
