"""How quantized values are packed: told by policies, shapes and dtypes, and by nothing else."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from kerasinspect.knowledge.packing import TERNARY, UINT2, UINT4, Holder, Packing, packing_of
from tests.knowledge.odd_values import ODD_VALUES

INT4 = {"dtype": "int4_from_float32"}
INT8 = {"dtype": "int8_from_float32"}
HEADS = {"equation": "abc,cde->abde"}
FLOAT = "float32"
GPTQ = Packing(
    (5, 7),
    (5, 7),
    "kernel_scale",
    (1, 0),
    0,
    UINT4,
    transposed=True,
    zero="kernel_zero",
    groups="g_idx",
    multiplies=True,
)


def holder(class_name: str, config: dict[str, Any], stored: dict[str, tuple[str, Any]], *inputs: int) -> Holder:
    """A layer with these arrays, as Keras 3.15 saves it."""
    return Holder(class_name, config, stored, inputs or None, (3, 15))


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        pytest.param(
            holder("Dense", INT8, {"kernel": ("int8", (5, 7)), "kernel_scale": (FLOAT, (7,))}),
            Packing((5, 7), (5, 7), "kernel_scale", (1,)),
            id="int8",
        ),
        pytest.param(
            holder("Dense", INT4, {"kernel": ("int8", (3, 7)), "kernel_scale": (FLOAT, (7,))}, 1, 5),
            Packing((5, 7), (5, 7), "kernel_scale", (1,), 0),
            id="int4 along the inputs",
        ),
        pytest.param(
            holder("Dense", INT4, {"kernel": ("int8", (3, 7)), "kernel_scale": (FLOAT, (7,))}),
            None,
            id="int4 of an unknown number of inputs",
        ),
        pytest.param(
            holder("Dense", {}, {"kernel": ("int8", (5, 4)), "kernel_scale": (FLOAT, (7,))}),
            Packing((5, 7), (5, 7), "kernel_scale", (1,), 1),
            id="int4 along the units, told by shapes",
        ),
        pytest.param(
            holder("EinsumDense", HEADS, {"kernel": ("int8", (5, 2, 3)), "kernel_scale": (FLOAT, (1, 1, 2, 3))}),
            Packing((5, 2, 3), (5, 2, 3), "kernel_scale", (1, 2)),
            id="int8 of heads, whose policy is not saved",
        ),
        pytest.param(
            Holder("EinsumDense", HEADS, {"kernel": ("int8", (5, 2, 3)), "kernel_scale": (FLOAT, (1, 1, 2, 3))}),
            None,
            id="int8 or int4 of an unknown version",
        ),
        pytest.param(
            holder("Dense", INT8, {"kernel": ("int8", (5, 7)), "kernel_scale": (FLOAT, (6,))}),
            None,
            id="a foreign scale",
        ),
        pytest.param(
            holder(
                "Dense",
                {},
                {"kernel": ("uint8", (4, 5)), "kernel_scale": (FLOAT, (7, 2)), "g_idx": (FLOAT, (5,))},
            ),
            replace(GPTQ, zero=None, lacks="kernel_zero"),
            id="no zero points",
        ),
        pytest.param(
            holder(
                "Dense",
                {},
                {
                    "kernel": ("uint8", (4, 5)),
                    "kernel_scale": (FLOAT, (7, 2)),
                    "kernel_zero": ("uint8", (7, 2)),
                    "g_idx": (FLOAT, (5,)),
                },
            ),
            GPTQ,
            id="gptq with a row for each unit",
        ),
        pytest.param(
            holder(
                "Dense",
                {},
                {
                    "kernel": ("uint8", (5, 2)),
                    "kernel_scale": (FLOAT, (2, 7)),
                    "zero_point": ("uint8", (2, 7)),
                    "g_idx": (FLOAT, (5,)),
                },
            ),
            replace(GPTQ, scale_axes=(0, 1), shared_axis=1, coding=UINT2, transposed=False, zero="zero_point"),
            id="gptq of two bits with a row for each input",
        ),
        pytest.param(
            holder(
                "Dense",
                {},
                {
                    "kernel": ("uint8", (2, 2)),
                    "kernel_scale": (FLOAT, (2, 2)),
                    "kernel_zero": ("uint8", (2, 2)),
                    "g_idx": (FLOAT, (2,)),
                },
            ),
            None,
            id="gptq that may lie either way",
        ),
        pytest.param(
            holder("Dense", {"units": 7}, {"kernel": ("uint8", (5, 2)), "kernel_scale": (FLOAT, ())}),
            Packing((5, 7), (5, 7), "kernel_scale", (), 1, TERNARY, multiplies=True),
            id="ternary",
        ),
        pytest.param(
            holder("Dense", {}, {"kernel": ("uint8", (5, 2)), "kernel_scale": (FLOAT, ())}),
            None,
            id="ternary of an unknown number of units",
        ),
        pytest.param(
            holder(
                "EinsumDense",
                {"equation": "abc,cde->abde", "name": "key", "num_query_heads": 4, "num_key_value_heads": 2},
                {"kernel": ("int8", (5, 3)), "kernel_scale": (FLOAT, (6,))},
            ),
            Packing((5, 2, 3), (5, 6), "kernel_scale", (1,), 1),
            id="int4 of the keys of grouped heads",
        ),
        pytest.param(
            holder(
                "Embedding",
                {"output_dim": 5},
                {"embeddings": ("int8", (9, 5)), "embeddings_scale": (FLOAT, (5,))},
            ),
            Packing((9, 5), (9, 5), "embeddings_scale", (1,)),
            id="embeddings of Keras 3.2",
        ),
        pytest.param(holder("Dense", {}, {"kernel": (FLOAT, (5, 7))}), None, id="not quantized"),
        pytest.param(
            holder("Conv2D", {}, {"kernel": ("int8", (5, 7)), "kernel_scale": (FLOAT, (7,))}), None, id="another class"
        ),
    ],
)
def test_packing(layer: Holder, expected: Packing | None) -> None:
    """What the file tells of a packing, and nothing where it does not."""
    name = "embeddings" if layer.class_name == "Embedding" else "kernel"
    assert packing_of(layer, name) == expected


SHAPES = [(), (0,), (4,), (0, 4), (2, 4), (4, 2), (2, 0), (1, 2, 4)]


@pytest.mark.parametrize("class_name", ["Dense", "EinsumDense", "Embedding", "ReversibleEmbedding"])
def test_no_shapes_break_it(class_name: str) -> None:
    """Whatever the shapes are, a packing is one that all arrays fit, or none."""
    names = ("kernel", "embeddings", "reverse_embeddings")
    for dtype, own, scale, other in product(("int8", "uint8", FLOAT), SHAPES, SHAPES, SHAPES):
        stored = dict.fromkeys(names, (dtype, own)) | {f"{name}_scale": (FLOAT, scale) for name in names}
        for more in ({}, {"g_idx": (FLOAT, other), "kernel_zero": (dtype, scale), "kernel_amax_history": (FLOAT, own)}):
            for name in names:
                packing = packing_of(holder(class_name, {**HEADS, "output_dim": 4}, {**stored, **more}, 3, 4), name)
                assert packing is None or len(packing.flat) > max(packing.scale_axes, default=-1)


@pytest.mark.parametrize("value", ODD_VALUES, ids=repr)
def test_no_config_breaks_it(value: Any) -> None:  # noqa: ANN401 - JSON
    """Any JSON in a config gives an answer."""
    stored: dict[str, tuple[str, Any]] = {
        "kernel": ("int8", (4, 3)),
        "kernel_scale": (FLOAT, (2, 6)),
        "kernel_zero": ("int8", (2, 6)),
        "g_idx": (FLOAT, (4,)),
        "embeddings": ("int8", (4, 3)),
        "embeddings_scale": (FLOAT, (4,)),
    }
    for key in ("equation", "output_shape", "num_heads", "output_dim", "dtype"):
        for class_name in ("Dense", "EinsumDense", "Embedding"):
            for name in ("kernel", "embeddings"):
                packing = packing_of(holder(class_name, {**HEADS, key: value}, stored), name)
                assert packing is None or isinstance(packing, Packing)
