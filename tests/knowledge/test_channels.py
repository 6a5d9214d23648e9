"""Channels on their way through layers: against what the installed Keras computes, and for older words by hand."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from kerasinspect.knowledge.channels import multiplied_axis, own_axis, passed_axis, passes_on
from kerasinspect.knowledge.kinds import Passing
from kerasinspect.knowledge.layers import LAYERS
from kerasinspect.knowledge.output_shapes import output_shape
from tests.knowledge.odd_values import ODD_VALUES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kerasinspect.model import Shape

PASSING = frozenset(name for name, spec in LAYERS.items() if spec.passing is not Passing.NONE)

RANDOM_FACTOR = (
    *("RandomBrightness", "RandomColorDegeneration", "RandomContrast", "RandomErasing", "RandomHue"),
    *("RandomSaturation", "RandomSharpness"),
)

NEEDED: Mapping[str, dict[str, Any]] = {
    "Activation": {"activation": "relu"},
    "ContrastLimitedAdaptiveHistogramEqualization": {"value_range": [0, 1]},
    "CenterCrop": {"height": 4, "width": 4},
    "RandomCrop": {"height": 4, "width": 4},
    "Resizing": {"height": 4, "width": 5},
    "RandomRotation": {"factor": 0.2},
    "RandomTranslation": {"height_factor": 0.2, "width_factor": 0.2},
    "RandomZoom": {"height_factor": 0.2},
    "RandomShear": {"x_factor": 0.2},
    "RandomPosterization": {"factor": 4},
    "RepeatVector": {"n": 3},
    "Rescaling": {"scale": 0.5},
    "GroupNormalization": {"groups": 2},
    "Normalization": {"mean": 0.5, "variance": 2.0},
    **{name: {"rate": 0.4} for name in ("Dropout", "AlphaDropout", "GaussianDropout")},
    **{f"SpatialDropout{rank}D": {"rate": 0.4} for rank in (1, 2, 3)},
    **{name: {"factor": 0.4} for name in RANDOM_FACTOR},
    **{f"Adaptive{kind}Pooling{rank}D": {"output_size": 2} for kind in ("Average", "Max") for rank in (1, 2, 3)},
    **{f"AveragePooling{rank}D": {"pool_size": 2} for rank in (1, 2, 3)},
    **{f"AvgPool{rank}D": {"pool_size": 2} for rank in (1, 2, 3)},
    "GaussianNoise": {"stddev": 0.1},
}
"""What a class cannot be made without."""

MIXING = frozenset(
    {"GroupNormalization", "LayerNormalization", "RMSNormalization", "Softmax", "UnitNormalization", "MixUp", "CutMix"},
)
"""Classes that keep the channels' places and not their values apart, or that take labels too."""


def input_of(class_name: str) -> np.ndarray[Any, Any]:
    """Numbers of the rank that a class works on: no two axes are equally long."""
    rank = {"1": 3, "3": 5}.get(class_name[-2], 4) if class_name.endswith("D") else 4
    shape = (2,) if class_name == "RepeatVector" else {3: (2, 9), 4: (2, 8, 9), 5: (2, 6, 8, 9)}[rank]
    return np.random.default_rng(3).uniform(0.2, 0.8, (*shape, 4)).astype("float32")


@pytest.mark.parametrize("class_name", sorted(PASSING - MIXING))
def test_a_channel_that_is_passed_on_is_the_same_one(class_name: str) -> None:
    """In the installed Keras a change of one channel changes that channel of the output, and no other."""
    layers = pytest.importorskip("keras").layers
    if not hasattr(layers, class_name):
        pytest.skip("the installed Keras does not have the class")
    config = NEEDED.get(class_name, {})
    layer = getattr(layers, class_name)(**config)
    check_channels(class_name, layer)
    if "data_format" in layer.get_config():
        check_channels(class_name, getattr(layers, class_name)(**config, data_format="channels_last"))


def check_channels(class_name: str, layer: Any) -> None:  # noqa: ANN401 - Keras has no types
    """Change each channel by itself, and see which channels of the output change."""
    before = input_of(class_name)
    axis = passed_axis(class_name, layer.get_config(), before.ndim - 1, before.ndim)
    assert axis is not None
    # What is random only while training would be another time.
    calm = {"training": False} if class_name.startswith(("Rand", "AugMix")) else {}
    expected = np.asarray(layer(before, **calm))
    for channel in range(4):
        after = before.copy()
        after[..., channel] = after[..., channel][::-1] * 0.7
        changed = (np.asarray(layer(after, **calm)) != expected).any(axis=tuple({*range(expected.ndim)} - {axis}))
        assert changed.tolist() == [at == channel for at in range(4)]


def test_every_class_that_is_left_out_passes_channels_on() -> None:
    """The list of what the installed Keras cannot show names only classes that pass channels on."""
    assert PASSING >= MIXING


FIRST, LAST = {"data_format": "channels_first"}, {"data_format": "channels_last"}


def inside(class_name: str, **config: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """The config of a wrapper around a layer."""
    return {"layer": {"class_name": class_name, "config": config}}


PASSED: list[tuple[str, dict[str, Any], int, int, int | None]] = [
    ("DepthwiseConv2D", {"depth_multiplier": 1}, 3, 4, None),
    ("Dense", {"units": 4}, 1, 2, None),
    ("ReLU", {}, 1, 4, 1),
    ("BatchNormalization", {"axis": 1}, 1, 4, 1),
    ("BatchNormalization", {"axis": 1}, 3, 4, None),
    ("BatchNormalization", {"axis": [-1]}, 3, 4, 3),
    ("BatchNormalization", {"axis": "x"}, 3, 4, None),
    ("MaxPooling2D", FIRST, 1, 4, 1),
    ("MaxPooling2D", FIRST, 3, 4, None),
    ("MaxPooling2D", {"dim_ordering": "th"}, 1, 4, 1),
    ("UpSampling2D", LAST, 1, 4, None),
    ("GlobalAveragePooling2D", FIRST, 1, 4, 1),
    ("GlobalAveragePooling2D", FIRST, 3, 4, None),
    ("GlobalMaxPooling2D", {**LAST, "keepdims": True}, 3, 4, 3),
    ("RepeatVector", {"n": 3}, 1, 2, 2),
    ("Permute", {"dims": [2, 1]}, 2, 3, None),
    ("Flatten", {}, 3, 4, None),
    ("TimeDistributed", inside("MaxPooling2D"), 4, 5, 4),
    ("TimeDistributed", inside("GlobalAveragePooling2D"), 4, 5, 2),
    ("TimeDistributed", inside("MaxPooling2D", **FIRST), 4, 5, None),
    ("TimeDistributed", inside("ReLU"), 1, 5, None),
    ("TimeDistributed", inside("Dense"), 2, 3, None),
]


@pytest.mark.parametrize(("class_name", "config", "axis", "rank", "expected"), PASSED)
def test_follows_the_axis_that_the_config_names(
    class_name: str, config: dict[str, Any], axis: int, rank: int, expected: int | None
) -> None:
    """Only along the axis of its channels does a layer of places pass anything on."""
    assert passed_axis(class_name, config, axis, rank) == expected


OWN: list[tuple[str, dict[str, Any], int, int]] = [
    ("Dense", {}, 3, 2),
    ("Conv2D", LAST, 4, 3),
    ("Conv2D", FIRST, 4, 1),
    ("Convolution2D", {"dim_ordering": "th"}, 4, 1),
    ("ConvLSTM2D", FIRST, 5, 2),
    ("ConvLSTM2D", FIRST, 4, 1),
    ("TimeDistributed", inside("Conv2D", **FIRST), 5, 2),
    ("SpectralNormalization", inside("Conv2D", **FIRST), 4, 1),
    ("TimeDistributed", inside("Dense"), 3, 2),
]


@pytest.mark.parametrize(("class_name", "config", "rank", "expected"), OWN)
def test_knows_the_axis_of_the_units(class_name: str, config: dict[str, Any], rank: int, expected: int) -> None:
    """Units lie along the last axis, filters along the channels."""
    assert own_axis(class_name, config, rank) == expected


MULTIPLIED: list[tuple[str, dict[str, Any], int, int, int | None]] = [
    ("Dense", {}, 0, 3, 2),
    ("Conv2D", LAST, 2, 4, 3),
    ("Conv2D", FIRST, 2, 4, 1),
    ("ConvLSTMCell", {}, 2, 5, 4),
    ("LocallyConnected1D", {"implementation": 1}, 1, 3, None),
    ("LocallyConnected2D", {"implementation": 2, **LAST}, 2, 4, 3),
    ("EinsumDense", {"equation": "abc,cd->abd"}, 0, 3, 2),
    ("EinsumDense", {"equation": "abc,bd->acd"}, 0, 3, 1),
    ("EinsumDense", {"equation": "...x,xy->...y"}, 0, 5, 4),
    ("EinsumDense", {"equation": "ab...,bc->ac..."}, 0, 4, 1),
    ("EinsumDense", {"equation": "abc,cd->abd"}, 1, 3, None),
    ("EinsumDense", {"equation": "nonsense"}, 0, 3, None),
]


@pytest.mark.parametrize(("class_name", "config", "place", "rank", "expected"), MULTIPLIED)
def test_knows_the_axis_that_a_kernel_multiplies(
    class_name: str, config: dict[str, Any], place: int, rank: int, expected: int | None
) -> None:
    """The rows of a kernel run along one axis of what comes in."""
    assert multiplied_axis(class_name, config, place, rank) == expected


KEYS = ("axis", "data_format", "dim_ordering", "keepdims", "equation", "implementation", "layer")


@pytest.mark.parametrize(
    "class_name", ["ReLU", "BatchNormalization", "GlobalMaxPooling2D", "TimeDistributed", "EinsumDense"]
)
def test_no_config_breaks_it(class_name: str) -> None:
    """Any JSON under any key gives an answer."""
    for key, value, rank in product(KEYS, ODD_VALUES, (0, 1, 2, 5)):
        assert passed_axis(class_name, {key: value}, 1, rank) in {None, *range(7)}
        assert isinstance(own_axis(class_name, {key: value}, rank), int)
        assert isinstance(multiplied_axis(class_name, {key: value}, 0, rank), int | None)
        assert passes_on(class_name, {key: value}) in {True, False}


@pytest.mark.parametrize("class_name", sorted(PASSING - {"Resizing", "CenterCrop", "RandomCrop"} - set(NEEDED)))
def test_the_shape_of_what_is_passed_on_is_known(class_name: str) -> None:
    """A label needs the size of the axis, so that each of these classes has a rule for its shape."""
    shape: Shape = (None, *input_of(class_name).shape[1:])
    assert output_shape(class_name, {"pool_size": 2, "size": 2, "padding": 1, "cropping": 1}, [shape]) is not None
