"""Dtype policies of every generation, and the arrays that quantized layers store."""

from __future__ import annotations

from typing import Any

import pytest

from kerasinspect.knowledge.kinds import WeightSpec, weights_for
from kerasinspect.knowledge.layers import LAYERS
from kerasinspect.knowledge.quantization import (
    Policy,
    adapted,
    lora_kinds,
    lost_zero_point,
    policy_of,
    sizes_agree,
    untold_variants,
    variants,
)
from tests.knowledge.odd_values import ODD_VALUES

DENSE = LAYERS["Dense"].weights
TABLES = LAYERS["ReversibleEmbedding"].weights


def serialised(**config: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """A dtype policy as Keras 3.4 and later write it."""
    return {"module": "keras", "class_name": "DTypePolicy", "config": config, "registered_name": None}


@pytest.mark.parametrize(
    ("dtype", "expected"),
    [
        pytest.param(None, Policy(), id="none"),
        pytest.param("mixed_bfloat16", Policy(name="mixed_bfloat16"), id="a name"),
        pytest.param(
            "int8_from_float32", Policy("int8", "int8_from_float32", source="float32"), id="a text until Keras 3.3"
        ),
        pytest.param(serialised(name="bfloat16"), Policy(name="bfloat16"), id="an object"),
        pytest.param(
            serialised(mode="int4", source_name="float32"),
            Policy("int4", "int4_from_float32", source="float32"),
            id="int4 until Keras 3.13",
        ),
        pytest.param(
            serialised(mode="int4/128", source_name="float32"),
            Policy("int4", "int4/128_from_float32", 128, pairs_last=True, source="float32"),
            id="int4 in blocks",
        ),
        pytest.param(
            serialised(mode="int4/-1", source_name="float32"),
            Policy("int4", "int4/-1_from_float32", pairs_last=True, source="float32"),
            id="int4 by channel",
        ),
        pytest.param(
            serialised(mode="gptq/8/32", source_name="float16"),
            Policy("gptq", "gptq/8/32_from_float16", 32, 8, source="float16"),
            id="gptq",
        ),
        pytest.param(
            serialised(mode="int4/-/²", name=7), Policy("int4", "int4/-/²_from_None", pairs_last=True), id="odd"
        ),
    ],
)
def test_policies(dtype: Any, expected: Policy) -> None:  # noqa: ANN401 - JSON
    """A policy says how a layer is quantized, whichever Keras wrote it."""
    assert policy_of({"dtype": dtype}) == expected


def names(kinds: tuple[WeightSpec, ...]) -> str:
    """The names of weights, in order."""
    return " ".join(kind.name for kind in kinds)


@pytest.mark.parametrize(
    ("class_name", "mode", "expected"),
    [
        ("Dense", "int8", ["kernel bias kernel_scale"]),
        (
            "Dense",
            "int4/-1",
            [
                "kernel bias kernel_scale",
                "kernel bias kernel_scale kernel_zero g_idx",
                "kernel bias kernel_scale zero_point g_idx",
            ],
        ),
        (
            "Dense",
            "gptq/4/128",
            [
                "bias kernel kernel_scale kernel_zero g_idx",
                "bias kernel kernel_scale zero_point g_idx",
                "bias kernel kernel_scale g_idx",
            ],
        ),
        (
            "EinsumDense",
            "gptq/4/128",
            [*["bias kernel kernel_scale zero_point g_idx"] * 2, "bias kernel kernel_scale g_idx"],
        ),
        (
            "Dense",
            "awq/4/128",
            [
                "bias kernel kernel_scale kernel_zero awq_scales g_idx",
                "bias kernel kernel_scale zero_point awq_scales g_idx",
                "bias kernel kernel_scale awq_scales g_idx",
            ],
        ),
        ("Dense", "ternary", ["kernel bias kernel_scale"]),
        (
            "Dense",
            "float8",
            [
                (
                    "kernel bias inputs_scale inputs_amax_history kernel_scale kernel_amax_history "
                    "outputs_grad_scale outputs_grad_amax_history"
                )
            ],
        ),
        ("Conv2D", "int8", ["kernel bias"]),
    ],
)
def test_what_a_quantized_layer_stores(class_name: str, mode: str, expected: list[str]) -> None:
    """The arrays of each mode, in their order in a file; the lost zero points leave a gap in ``get_weights()``."""
    config: dict[str, Any] = {"dtype": serialised(mode=mode, source_name="float32"), "bias_axes": "c"}
    found = variants(class_name, weights_for(LAYERS[class_name].weights, config), config)
    assert [names(kinds) for kinds in found] == expected
    gaps = [sum(kind.gap for kind in kinds) for kinds in found]
    assert gaps == ([0, 0, 1] if mode.startswith(("gptq", "awq")) else [0] * len(found))


def test_tables_of_both_directions() -> None:
    """Embeddings that are not tied have scales of their own on the way back."""
    config: dict[str, Any] = {"dtype": serialised(mode="int4/4", source_name="float32"), "tie_weights": False}
    assert [names(kinds) for kinds in variants("ReversibleEmbedding", weights_for(TABLES, config), config)] == [
        "embeddings embeddings_scale reverse_embeddings reverse_embeddings_scale",
        (
            "embeddings embeddings_scale embeddings_zero g_idx reverse_embeddings reverse_embeddings_scale "
            "reverse_embeddings_zero"
        ),
    ]


@pytest.mark.parametrize("class_name", ["Dense", "EinsumDense", "Embedding", "ReversibleEmbedding"])
def test_untold_ways_name_each_array_once(class_name: str) -> None:
    """Arrays of as many, with the same dtypes, have the same names in all ways that the file does not tell apart."""
    by_looks: dict[Any, set[str]] = {}
    for kinds in untold_variants(class_name, LAYERS[class_name].weights):
        looks = tuple((kind.axes if not kind.free_rank else None, kind.dtypes) for kind in kinds)
        by_looks.setdefault(looks, set()).add(names(kinds))
    assert by_looks
    assert all(len(found) == 1 for found in by_looks.values())


@pytest.mark.parametrize(
    ("version", "expected"),
    [((3, 15), {"kernel_zero"}), ((3, 16), {"zero_point"}), (None, {"kernel_zero", "zero_point"})],
)
def test_zero_points_have_another_name_since_keras_3_16(version: tuple[int, int] | None, expected: set[str]) -> None:
    """The zero points of int4 look alike, so that only the version tells what they are called."""
    config: dict[str, Any] = {"dtype": serialised(mode="int4/2", source_name="float32")}
    found = variants("Dense", weights_for(DENSE, config), config, version)
    assert {kind.name for kinds in found for kind in kinds if "zero" in kind.name} == expected


GPTQ_SHAPES = [
    pytest.param([(7,), (4, 10), (7, 2), (7, 2), (10,)], ("unit pair", "input"), id="a row for each pair of units"),
    pytest.param([(7,), (10, 4), (2, 7), (2, 7), (10,)], ("input", "unit pair"), id="a row for each input"),
    pytest.param([(7,), (10, 5), (2, 7), (2, 7), (10,)], None, id="neither"),
]


@pytest.mark.parametrize(("shapes", "expected"), GPTQ_SHAPES)
def test_sizes_tell_the_layout(shapes: list[tuple[int, ...]], expected: tuple[str, str] | None) -> None:
    """Axes of one name have one size in all arrays of a layer, counted in pairs where two values share a byte."""
    config: dict[str, Any] = {"dtype": serialised(mode="gptq/4/5", source_name="float32")}
    found = [kinds for kinds in variants("Dense", DENSE, config) if len(kinds) == len(shapes)]
    agreeing = [kinds[1].axes for kinds in found if sizes_agree(kinds, shapes)]
    assert agreeing == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("dtypes", "expected"),
    [
        ({"kernel": "uint8", "kernel_scale": "float32", "g_idx": "float32"}, True),
        ({"kernel": "uint8", "kernel_scale": "float32", "kernel_zero": "uint8", "g_idx": "float32"}, False),
        ({"kernel": "uint8", "kernel_scale": "float32", "zero_point": "uint8", "g_idx": "float32"}, False),
        ({"kernel": "uint8", "kernel_scale": "float32"}, False),
        ({"kernel": "int8", "kernel_scale": "float32", "g_idx": "float32"}, False),
        ({}, False),
    ],
)
def test_lost_zero_points(dtypes: dict[str, str], *, expected: bool) -> None:
    """Only unsigned kernels in groups are counted from a zero point."""
    assert lost_zero_point(dtypes) is expected


def test_factors_come_before_a_quantized_kernel() -> None:
    """Where LoRA is merged, the places of its two factors are left out before the first weight that is not trained."""
    config: dict[str, Any] = {"dtype": serialised(mode="int8", source_name="float32"), "lora_rank": 2}
    quantized = adapted(variants("Dense", DENSE, config)[0], config)
    assert [(kind.name, kind.gap) for kind in quantized] == [("kernel", 2), ("bias", 0), ("kernel_scale", 0)]
    assert adapted(DENSE, config) is DENSE


def test_other_classes_are_not_quantized() -> None:
    """Nothing is made up for a class that Keras cannot quantize."""
    assert not [*untold_variants("Conv2D", LAYERS["Conv2D"].weights)]


def test_factors_of_lora() -> None:
    """The two factors have the axes of the kernel around the rank."""
    first, second = lora_kinds(LAYERS["Conv2D"].weights, {"lora_rank": 2})
    assert (first.name, first.axis_names(4)) == ("lora_kernel_a", ("height", "width", "channel", "rank"))
    assert (second.name, second.axis_names(2)) == ("lora_kernel_b", ("rank", "filter"))
    assert lora_kinds(LAYERS["Conv2D"].weights, {}) == lora_kinds((), {"lora_rank": 2}) == ()


@pytest.mark.parametrize("value", ODD_VALUES, ids=repr)
def test_no_config_breaks_it(value: Any) -> None:  # noqa: ANN401 - JSON
    """Any JSON in the place of a policy gives an answer."""
    for dtype in (value, {"config": value}, serialised(mode=value), serialised(source_name=value, mode="int4")):
        config = {"dtype": dtype, "lora_rank": value}
        assert isinstance(policy_of(config), Policy)
        assert variants("Dense", DENSE, config)
        assert len(lora_kinds(DENSE, config)) in (0, 2)
