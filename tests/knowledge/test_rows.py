"""The rows of the layer table against each other: what one kind of class has, every class of that kind has."""

from __future__ import annotations

import inspect
from itertools import chain
from typing import TYPE_CHECKING

import pytest

from kerasinspect.knowledge import layers
from kerasinspect.knowledge.expectations import KERNELS
from kerasinspect.knowledge.fan_rules import dense
from kerasinspect.knowledge.kinds import ANY, Passing, Taking
from kerasinspect.knowledge.layers import CUSTOM, FAMILIES, LAYERS, row_of, weight_of
from kerasinspect.knowledge.shapes.rule import same

if TYPE_CHECKING:
    from kerasinspect.json_values import Json
    from kerasinspect.knowledge.kinds import LayerSpec, WeightSpec

NOT_PASSING = {
    "InputLayer": "nothing comes into it",
    "Highway": "a Dense layer's units are mixed into each of its channels",
    "GroupQueryAttention": "its outputs are units of its last projection",
    "GroupedQueryAttention": "its outputs are units of its last projection",
}
"""Classes that keep the shape and not the channels, and why."""
TABLES = frozenset({"embeddings", "reverse_embeddings"})
"""Weights that connect and are not called kernels."""


def weights_of(spec: LayerSpec) -> list[WeightSpec]:
    """Every weight that a row speaks of."""
    return [*spec.weights, *chain.from_iterable(part.weights or () for part in spec.sublayers)]


def test_every_kernel_has_a_fan_rule() -> None:
    """A weight that multiplies what comes in says how much it connects."""
    named = [(spec.class_name, weight) for spec in LAYERS.values() for weight in weights_of(spec)]
    kernels = [(name, each) for name, each in named if each.name.endswith("kernel") or each.name in KERNELS | TABLES]
    assert not [(name, each.name) for name, each in kernels if each.fans is None]


def test_every_fan_rule_fits_the_axes() -> None:
    """A rule that a weight has from another one, with other axes or gates, is not its own."""
    for spec in LAYERS.values():
        for weight in (each for each in weights_of(spec) if each.fans):
            where = f"{spec.class_name}/{weight.name}"
            assert (weight.fans is dense) <= (ANY not in weight.axes and weight.axes[-1] in {"unit", "index"}), where
            assert getattr(weight.fans, "args", ()) == (len(weight.gates),) or not weight.gates, where


def test_a_class_that_keeps_the_shape_passes_channels_on() -> None:
    """What comes out of an axis of the same size is what went in, unless a reason stands here."""
    kept = {name for name, spec in LAYERS.items() if spec.shape is same and spec.passing is Passing.NONE}
    assert kept == NOT_PASSING.keys()


def test_a_class_that_passes_channels_on_has_no_units_of_its_own() -> None:
    """A kernel makes channels of its own, even one that looks at each channel alone; other shapes are known."""
    passing = [spec for spec in LAYERS.values() if spec.passing is not Passing.NONE]
    assert not [spec.class_name for spec in passing if any(weight.fans for weight in weights_of(spec))]
    assert not [spec.class_name for spec in passing if spec.shape is None]


def test_every_class_has_one_row() -> None:
    """No class is told of twice, by two rows or by a row and another one that is true of it as well."""
    names = [name for family in FAMILIES for spec in family.ROWS for name in (spec.class_name, *spec.also)]
    assert sorted(names) == sorted(LAYERS)


def test_every_family_is_in_the_table() -> None:
    """A module of the folder that has rows is one of the families."""
    modules = [module for _, module in inspect.getmembers(layers, inspect.ismodule) if hasattr(module, "ROWS")]
    assert set(modules) == set(FAMILIES)


def test_every_row_is_whole() -> None:
    """Sublayers are of classes that have rows; a weight that is made by an initializer has a default one."""
    for spec in LAYERS.values():
        made = {part.class_name for part in spec.sublayers if part.class_name}
        assert made <= LAYERS.keys(), spec.class_name
        assert spec.shape is None or spec.inner_shape is None, spec.class_name
        unset = [weight.name for weight in spec.weights if weight.initial_keys and weight.initial is None]
        assert not unset, spec.class_name
        if spec.is_stepwise or spec.reads_pictures or spec.is_projecting or spec.shares_kernel:
            assert spec.sublayers[0].taking is not Taking.UNKNOWN, spec.class_name


def test_a_class_without_a_row_is_nothing_in_particular() -> None:
    """Of a custom class nothing is known, whatever it is called."""
    assert row_of("MyDense") is CUSTOM
    assert weight_of("MyDense", "kernel") is None
    assert CUSTOM.weightless


@pytest.mark.parametrize(
    ("class_name", "weight", "found"),
    [
        ("Dense", "lora_kernel_a", "lora_kernel_a"),
        ("LSTM", "recurrent_kernel", "recurrent_kernel"),
        ("LSTM", "bias_f", "bias_f"),
        ("DepthwiseConv2D", "depthwise_kernel", "kernel"),
        ("TextVectorization", "idf_weights", "idf_weights"),
    ],
)
def test_weights_are_found_by_name(class_name: str, weight: str, found: str) -> None:
    """A cell's weights, those of one gate, LoRA's factors and older names count as the class's own."""
    spec = weight_of(class_name, weight)
    assert spec is not None
    assert spec.name == found


@pytest.mark.parametrize(
    ("axis", "names"),
    [
        (-1, ("channel",)),
        ([3], ("channel",)),
        ([1, 2], ("position", "position")),
        ([-2, -1], ("position", "channel")),
    ],
)
def test_several_axes_of_a_normalization_are_not_all_channels(axis: Json, names: tuple[str, ...]) -> None:
    """Only the last axis is known to be that of the channels."""
    gamma = weight_of("LayerNormalization", "gamma")
    assert gamma is not None
    assert gamma.with_axes({"axis": axis}).names_along((4,) * len(names)) == names


@pytest.mark.parametrize(
    ("shared", "names"),
    [
        (None, ("feature", "feature", "feature")),
        ([1, 2], ("shared", "shared", "feature")),
        ([1], ("shared", "feature", "feature")),
        ([3], ("feature", "feature", "shared")),
        ([2**40], ("feature", "feature", "feature")),
    ],
    ids=["none", "places", "the first", "the last", "of no array"],
)
def test_axes_that_share_a_slope_are_no_features(shared: Json, names: tuple[str, ...]) -> None:
    """PReLU counts its axes from the one behind the batch."""
    alpha = weight_of("PReLU", "alpha")
    assert alpha is not None
    assert alpha.with_axes({"shared_axes": shared}).names_along((1,) * len(names)) == names
