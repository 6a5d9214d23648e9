"""Whole shapes: those of the weights that the installed Keras makes, and None where nothing tells them."""

from __future__ import annotations

import json
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest

from kerasinspect.knowledge.kinds import WeightSpec, weights_for
from kerasinspect.knowledge.layers import LAYERS
from kerasinspect.knowledge.weight_shapes import expected_shape, fits
from tests.knowledge.odd_values import ODD_VALUES

if TYPE_CHECKING:
    from kerasinspect.knowledge.weight_shapes import Sizes
    from kerasinspect.model import Shape

N = None
SIGNAL, PICTURE, VOLUME = (N, 9, 6), (N, 8, 7, 6), (N, 7, 8, 9, 6)

MADE: list[tuple[str, dict[str, Any], Shape]] = [
    ("Dense", {"units": 4}, SIGNAL),
    ("Embedding", {"input_dim": 7, "output_dim": 4}, (N, 5)),
    ("Conv1D", {"filters": 4, "kernel_size": 3}, SIGNAL),
    ("Conv2D", {"filters": 4, "kernel_size": [3, 2], "groups": 2}, PICTURE),
    ("Conv2D", {"filters": 4, "kernel_size": 2, "data_format": "channels_first"}, PICTURE),
    ("Conv3D", {"filters": 4, "kernel_size": [3, 2, 1]}, VOLUME),
    ("Conv2DTranspose", {"filters": 4, "kernel_size": [3, 2]}, PICTURE),
    ("DepthwiseConv2D", {"kernel_size": 3, "depth_multiplier": 2}, PICTURE),
    ("SeparableConv1D", {"filters": 4, "kernel_size": 3, "depth_multiplier": 2}, SIGNAL),
    ("LSTMCell", {"units": 5}, (N, 6)),
    ("GRUCell", {"units": 5, "reset_after": True}, (N, 6)),
    ("GRUCell", {"units": 5, "reset_after": False}, (N, 6)),
    ("SimpleRNNCell", {"units": 5, "use_bias": False}, (N, 6)),
    ("BatchNormalization", {"axis": 1}, PICTURE),
    ("LayerNormalization", {"axis": [1, -1]}, SIGNAL),
    ("LayerNormalization", {"axis": -1}, SIGNAL),
    ("GroupNormalization", {"groups": 2, "axis": 1}, PICTURE),
    ("RMSNormalization", {}, SIGNAL),
    ("Normalization", {"axis": [-1, 1]}, PICTURE),
    ("Normalization", {"axis": None}, SIGNAL),
    ("PReLU", {"shared_axes": [1, 2]}, PICTURE),
    ("EinsumDense", {"equation": "abc,cd->abd", "output_shape": [9, 4], "bias_axes": "d"}, SIGNAL),
    ("EinsumDense", {"equation": "abc,cde->abde", "output_shape": [9, 2, 3], "bias_axes": "e"}, SIGNAL),
    ("EinsumDense", {"equation": "abc,cde->abde", "output_shape": [9, 2, 3], "bias_axes": "bd"}, SIGNAL),
    ("EinsumDense", {"equation": "abc,bcd->abd", "output_shape": [9, 4]}, SIGNAL),
    ("EinsumDense", {"equation": "...x,xy->...y", "output_shape": 4, "bias_axes": "y"}, PICTURE),
    ("EinsumDense", {"equation": "ab...,bc->ac...", "output_shape": 4, "bias_axes": "c"}, PICTURE),
    ("AdditiveAttention", {}, [SIGNAL, SIGNAL]),  # type: ignore[list-item] # Keras takes a list of shapes
    ("Attention", {"use_scale": True, "score_mode": "concat"}, [SIGNAL, SIGNAL]),  # type: ignore[list-item]
]
"""A class, its config and what comes in, which together tell every shape."""


@pytest.mark.parametrize(
    ("class_name", "config", "shape"), MADE, ids=[f"{number}-{case[0]}" for number, case in enumerate(MADE)]
)
def test_agrees_with_the_installed_keras(class_name: str, config: dict[str, Any], shape: Any) -> None:  # noqa: ANN401
    """Every weight that Keras makes has the shape that is expected, to the last axis, and without an input as far."""
    layer = getattr(pytest.importorskip("keras").layers, class_name).from_config(config)
    layer.build(shape)
    stored = json.loads(json.dumps(layer.get_config()))
    kinds = weights_for(LAYERS[class_name].weights, stored)
    made = [tuple(weight.shape) for weight in layer.weights]
    assert [expected_shape(class_name, kind, stored, tuple(shape)) for kind in kinds] == made
    for kind, real in zip(kinds, made, strict=True):
        untold = expected_shape(class_name, kind, stored, None)
        assert untold is None or fits(untold, real)


PARTS: dict[str, Any] = {"num_heads": 2, "key_dim": 3, "value_dim": 5, "equation": "abc,cde->abde"}


@pytest.mark.parametrize(
    ("config", "kernel"),
    [
        ({"name": "query"}, ((4, 6), 2, 3)),
        ({"name": "value"}, ((4, 6), 2, 5)),
        ({"name": "attention_output", "output_shape": None}, (2, 5, (4, 6))),
        ({"name": "attention_output", "output_shape": [7, 8]}, (2, 5, 7, 8)),
        ({"name": "key", "num_query_heads": 8, "num_key_value_heads": 4, "head_dim": 9}, ((4, 6), 4, 9)),
    ],
)
def test_a_projection_takes_what_either_input_has(config: dict[str, Any], kernel: Sizes) -> None:
    """Of two inputs of other sizes nothing tells which one is asked: either size is right, and no other."""
    expected = expected_shape("EinsumDense", WeightSpec("kernel"), PARTS | config, ((N, 5, 6), (N, 7, 4)))
    assert expected == kernel


ONE_CLASS_PER_SIZING = {
    **{(spec.sizing, spec.explanation): name for name, spec in LAYERS.items() if spec.weights},
}


@pytest.mark.parametrize("class_name", ONE_CLASS_PER_SIZING.values())
def test_no_config_breaks_it(class_name: str) -> None:
    """Any JSON under any key, with any input, gives a shape or None."""
    shapes: list[Any] = [None, (), (N,), (N, 0), PICTURE, (SIGNAL, ()), (SIGNAL, (N, N, 3))]
    keys = ("axis", "equation", "output_shape", "bias_axes", "kernel_size", "num_heads", "layer", "units", "key_dim")
    base: dict[str, Any] = {"equation": "abc,cd->abd", "output_shape": [4]}
    for key, value, shape, given in product(keys, ODD_VALUES, shapes, ({}, base)):
        for kind in (*LAYERS[class_name].weights, WeightSpec("kernel")):
            expected = expected_shape(class_name, kind, {**given, key: value}, shape)
            assert expected is None or isinstance(expected, tuple)
