"""Activations, and layers that only regularize: dropout, noise, costs."""

from __future__ import annotations

from kerasinspect.knowledge.axes import shared_along
from kerasinspect.knowledge.kinds import LayerSpec, Passing, Remains, Sizing, WeightSpec
from kerasinspect.knowledge.shapes.rule import same
from kerasinspect.late.dataclasses import replace

_WHEN_TRAINING = "while training; when predicting it changes nothing."
_BETAS = WeightSpec("betas", ("feature",), free_rank=True, axes_of=shared_along)
_ALPHA = replace(_BETAS, name="alpha", initial="zeros", initial_keys=("alpha_initializer", "init"))


def _bend(name: str, initial: str) -> WeightSpec:
    """One of the four numbers that shape the curve of an SReLU, for each feature."""
    return replace(_BETAS, name=name, initial=initial, initial_keys=(f"{name}_init",))


def _activation(class_name: str, sentence: str, *, remains: Remains | None = None) -> LayerSpec:
    """A layer without weights that changes every value where it is."""
    return LayerSpec(class_name, sentence, shape=same, passing=Passing.EVERY_AXIS, remains=remains)


def _regularizer(class_name: str, sentence: str, *also: str) -> LayerSpec:
    """A layer that changes nothing when the model predicts."""
    return LayerSpec(class_name, sentence, also=also, shape=same, passing=Passing.EVERY_AXIS, keeps_values=True)


ROWS: tuple[LayerSpec, ...] = (
    replace(_activation("Activation", "Applies a fixed function to every value."), has_activation=True),
    _activation("ReLU", "Lets positive values pass and turns negative ones into 0."),
    _activation("LeakyReLU", "Lets positive values pass and shrinks negative ones."),
    _activation("ThresholdedReLU", "Lets values above a threshold pass and turns the others into 0."),
    _activation("ThresholdedLinear", "Lets values far from 0 pass and turns the others into 0."),
    _activation("ELU", "Lets positive values pass and bends negative ones towards a limit."),
    _activation("Softmax", "Turns scores into probabilities that add up to 1.", remains=Remains.ONE),
    _activation("Masking", "Marks steps that hold only a fill value, so that later layers skip them."),
    _regularizer("Identity", "Passes its input on unchanged."),
    _regularizer("ActivityRegularization", "Adds a cost for large values to the loss; it changes nothing else."),
    _regularizer("AddLoss", "Adds a cost to the loss; it changes nothing else."),
    _regularizer("AddMetric", "Records a metric; it changes nothing else."),
    _regularizer("Dropout", f"Sets a random part of the values to 0 {_WHEN_TRAINING}", "Dropout1D"),
    _regularizer(
        "SpatialDropout1D",
        f"Sets random whole channels to 0 {_WHEN_TRAINING}",
        *("SpatialDropout2D", "SpatialDropout3D"),
    ),
    _regularizer("AlphaDropout", f"Replaces a random part of the values, keeping mean and variance, {_WHEN_TRAINING}"),
    _regularizer("GaussianDropout", f"Multiplies the values by random numbers around 1 {_WHEN_TRAINING}"),
    _regularizer("GaussianNoise", f"Adds random numbers {_WHEN_TRAINING}", "GaussianNoise1D"),
    LayerSpec(
        "PReLU",
        "Lets positive values pass and multiplies negative ones by a slope that it learns.",
        (_ALPHA,),
        shape=same,
        passing=Passing.EVERY_AXIS,
        sizing=Sizing.FEATURES,
    ),
    LayerSpec(
        "ParametricSoftplus",
        "A soft bend at 0 whose height and sharpness it learns.",
        (_ALPHA, _BETAS),
        shape=same,
        passing=Passing.EVERY_AXIS,
        sizing=Sizing.FEATURES,
        is_gone=True,
    ),
    LayerSpec(
        "SReLU",
        "A curve of three straight pieces whose bends and slopes it learns.",
        (
            _bend("t_left", "zeros"),
            _bend("a_left", "glorot_uniform"),
            _bend("t_right", "glorot_uniform"),
            _bend("a_right", "ones"),
        ),
        shape=same,
        passing=Passing.EVERY_AXIS,
        sizing=Sizing.FEATURES,
        is_gone=True,
    ),
)
