"""What runs along the axes of quantized weights, stored and unpacked, in files of several Keras versions.

``tests/data/quantized`` was saved by Keras 3.13.2, 3.15.1 and the development version of 3.16.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from kerasinspect.opening import open_model
from tests.places import DATA

if TYPE_CHECKING:
    from kerasinspect.model import Model, Weight

CASES = DATA / "cases"
PAIRS, INPUTS_FIRST = ["unit pair", "input"], ["input", "unit pair"]
UNIT_GROUPS, GROUP_UNITS = ["unit", "group"], ["group", "unit"]


def weight_at(model: Model, path: str) -> Weight:
    """The weight at a path."""
    return next(weight for weight in model.weights if weight.path == path)


@pytest.mark.parametrize(
    ("file", "layer", "stored", "scales", "zero", "connected"),
    [
        ("gptq_awq/gptq_3132.keras", "block/inner", PAIRS, UNIT_GROUPS, "kernel_zero", (10, 6)),
        ("gptq_awq/gptq_3132.keras", "block/back", PAIRS, UNIT_GROUPS, "kernel_zero", (6, 10)),
        ("gptq_awq/gptq_nightly.keras", "block/inner", INPUTS_FIRST, GROUP_UNITS, "zero_point", (10, 7)),
        ("gptq_awq/gptq_nightly.keras", "block/back", INPUTS_FIRST, GROUP_UNITS, "zero_point", (7, 10)),
        ("gptq_awq/gptq_lost.keras", "block/inner", PAIRS, UNIT_GROUPS, None, (10, 7)),
        ("gptq_awq/gptq_einsum_lost.keras", "block/inner", PAIRS, UNIT_GROUPS, None, (10, 7)),
        ("quant_labels/int4.keras", "d", INPUTS_FIRST, GROUP_UNITS, "kernel_zero", (4, 6)),
        ("ternary/ternary.keras", "d", ["input", "unit quintet"], [], None, (10, 7)),
    ],
)
def test_stored_and_unpacked_axes(  # noqa: PLR0913, PLR0917 - a table
    file: str,
    layer: str,
    stored: list[str],
    scales: list[str],
    zero: str | None,
    connected: tuple[int, int],
) -> None:
    """Axes are those of the bytes, once unpacked those of the layer; fans are the layer's whatever the bytes are."""
    with open_model(CASES / file) as model:
        weights = {weight.name: weight for weight in model.weights if weight.layer == layer}
        kernel = weights["kernel"]
        assert [axis.name for axis in kernel.axes] == stored
        assert [axis.name for axis in weights["kernel_scale"].axes] == scales
        assert {name for name in weights if "zero" in name} == ({zero} if zero else set())
        assert zero is None or [axis.name for axis in weights[zero].axes] == scales
        assert (kernel.fan_in, kernel.fan_out) == connected
        assert kernel.unpacked is not None
        assert kernel.unpacked.shape == connected
        assert [(axis.name, axis.size) for axis in kernel.value_axes] == [
            *zip(("input", "unit"), connected, strict=True)
        ]


def test_rows_are_named_after_the_layer_that_feeds_them() -> None:
    """Rows of unpacked values are units of the layer before, columns are the layer's own."""
    with open_model(CASES / "quant_labels/gptq4.keras") as model:
        rows, columns = weight_at(model, "d/kernel").value_axes
        assert [rows.label(row) for row in range(rows.size)] == [f"emb unit {row}" for row in range(4)]
        assert columns.label(5) == "unit 5"


def test_values_of_the_newest_layout() -> None:
    """Keras 3.16 has a row for each input, and multiplies by its group's scale what exceeds the zero point."""
    with open_model(CASES / "gptq_awq/gptq_nightly.keras") as model:
        arrays = {weight.name: weight for weight in model.weights if weight.layer == "block/inner"}
        raw = arrays["kernel"].array[...]
        codes = np.stack([raw & 15, raw >> 4], -1).reshape(10, -1)[:, :7]
        group = arrays["g_idx"].array[...].astype(int)
        scale, zero = (arrays[name].array[...][group] for name in ("kernel_scale", "zero_point"))
        assert arrays["kernel"].unpacked is not None
        assert arrays["kernel"].dequantized is not None
        np.testing.assert_array_equal(arrays["kernel"].unpacked[...], codes)
        np.testing.assert_allclose(arrays["kernel"].dequantized[...], (codes - zero.astype(float)) * scale, rtol=1e-6)


def test_ternary_values_are_scaled_by_one_number() -> None:
    """A ternary layer computes with -1, 0 and 1, times one scale."""
    with open_model(CASES / "ternary/ternary.keras") as model:
        kernel = weight_at(model, "d/kernel")
        assert kernel.unpacked is not None
        assert kernel.dequantized is not None
        assert {*np.unique(kernel.unpacked[...]).tolist()} == {-1, 0, 1}
        scale = weight_at(model, "d/kernel_scale").array[...]
        np.testing.assert_array_equal(kernel.dequantized[...], kernel.unpacked[...] * scale)


@pytest.mark.parametrize("file", ["gptq_awq/gptq_lost.keras", "gptq_awq/gptq_einsum_lost.keras"])
def test_without_zero_points_no_numbers_are_given(file: str) -> None:
    """Integers can be unpacked, but nothing tells what they stand for; a remark says so."""
    with open_model(CASES / file) as model:
        kernel = weight_at(model, "block/inner/kernel")
        assert kernel.dequantized is None
        assert "kernel_zero is not in the file" in str(kernel.remark)


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("lora_int/float.keras", {"d/kernel": 0, "d/bias": 1, "after/kernel": 4, "after/bias": 5}),
        ("lora_int/int8.keras", {"d/bias": 0, "d/kernel": 3, "d/kernel_scale": 4, "after/kernel": 5, "after/bias": 6}),
        (
            "lora_int/int4.h5",
            {
                "d/bias": 0,
                "d/lora_kernel_a": 1,
                "d/lora_kernel_b": 2,
                "d/kernel": 3,
                "d/kernel_scale": 4,
                "d/kernel_zero": 5,
                "d/g_idx": 6,
                "after/kernel": 7,
                "after/bias": 8,
            },
        ),
    ],
)
def test_factors_of_lora_have_places_be_they_stored_or_merged(file: str, expected: dict[str, int]) -> None:
    """The factors follow what is trained; what they adapt is trained no more."""
    with open_model(CASES / file) as model:
        assert {weight.path: weight.index for weight in model.weights} == expected
        assert weight_at(model, "d/kernel").trainable is False
        assert all(weight.trainable for weight in model.weights if "lora" in weight.name)


def test_slots_tell_of_factors_that_were_merged_into_weights_alone() -> None:
    """RMSprop has one for each factor, and none for the kernel; of quantized layers the factors come before it."""
    with open_model(CASES / "lora_int/merged.weights.h5") as model:
        assert {weight.path: weight.index for weight in model.weights} == {
            "first/kernel": 0,
            "first/bias": 1,
            "d/kernel": 2,
            "d/bias": 3,
            "after/kernel": 6,
            "after/bias": 7,
        }
    with open_model(CASES / "lora_int/quantized.weights.h5") as model:
        known = {weight.path: weight.index for weight in model.weights if weight.index is not None}
        assert known.keys() <= {"first/bias"}
        assert weight_at(model, "after/kernel_scale").index is None


def test_factors_of_lora_have_directions_whatever_tells_the_axes_of_the_kernel() -> None:
    """The equation of an EinsumDense is about the kernel, of which the factors have one axis each."""
    pytest.importorskip("backports.zstd", reason="the extra orbax is not installed")
    with open_model(DATA / "checkpoints/keras-3.15.1-orbax-tensorflow/adapted_orbax") as model:
        factors = [weight_at(model, f"own/lora_kernel_{end}") for end in "ab"]
        assert [[axis.name for axis in one.axes] for one in factors] == [["input", "rank"], ["rank", "unit"]]


def test_the_rank_of_a_lora_file_is_no_weight() -> None:
    """Files of keras-hub's ``save_lora_weights`` hold factors at the places of layers, whose order they do not keep."""
    with open_model(CASES / "lora_file/bert.lora.h5") as model:
        assert (len(model.weights), model.parameters) == (8, 160)
        assert {weight.index for weight in model.weights} == {None}
        assert [(extra.stored_path, bool(extra.remark)) for extra in model.extras] == [("/lora/vars/rank", True)]


def test_slots_of_a_wrapped_optimizer_that_the_config_does_not_name() -> None:
    """Under mixed_float16 the file holds a LossScaleOptimizer's state, where the config names Adam alone."""
    with open_model(CASES / "mixed_float16/adam.keras") as model:
        slots = [(extra.name, extra.weight) for extra in model.extras if extra.array.shape]
        scalars = [extra.name for extra in model.extras if not extra.array.shape]
    one = [(slot, f"d/{name}") for name in ("kernel", "bias") for slot in ("momentum", "velocity")]
    assert slots == [*one, *one]
    inside = ["iteration", "learning_rate"]
    assert sorted(scalars) == sorted([*inside, *inside, *inside, "step_counter", "dynamic_scale"])
