"""Quantized weights against what the real Keras computes with, and the lazy arrays behind them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from kerasinspect.assembly.labelling.computed_arrays import (
    multiplied,
    reshaped,
    transposed_matrix,
    unpacked,
)
from kerasinspect.assembly.labelling.computing import as_float8
from kerasinspect.assembly.labelling.recipes import Factor
from kerasinspect.knowledge.packing import INT4, TERNARY, UINT2, UINT4
from kerasinspect.opening import open_model

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from kerasinspect.knowledge.packing import Coding
    from kerasinspect.model import Weight

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")  # Keras's own


@dataclass(frozen=True, slots=True)
class Plain:
    """An array in memory that remembers what was read of it."""

    values: np.ndarray
    read: list[int]

    @property
    def shape(self) -> tuple[int, ...]:
        """Sizes of all axes."""
        return self.values.shape

    @property
    def dtype(self) -> str:
        """The dtype's name."""
        return self.values.dtype.name

    @property
    def nbytes(self) -> int:
        """Bytes of all values."""
        return self.values.nbytes

    def __getitem__(self, key: Any) -> np.ndarray:  # noqa: ANN401 - numpy's basic indexing
        """The selected values."""
        found = self.values[key]
        self.read.append(found.size)
        return np.asarray(found)

    def blocks(self, size: int = 1) -> Iterator[bytes | memoryview]:
        """All bytes at once."""
        del size
        yield self.values.tobytes()


def plain(values: Any) -> Plain:  # noqa: ANN401 - whatever numpy takes
    """An array in memory."""
    return Plain(np.asarray(values), [])


def quantize(mode: str, **options: Any) -> Callable[[Any, Any], None]:  # noqa: ANN401 - Keras's own
    """Quantize a layer."""

    def step(layer: Any, keras: Any) -> None:  # noqa: ANN401 - a Keras layer and Keras
        layer.quantize(mode, config=keras.quantizers.Int4QuantizationConfig(**options) if options else None)
        if mode == "float8":
            layer.kernel_scale.assign(0.037)

    return step


def calibrated(mode: str, bits: int) -> Callable[[Any, Any], None]:
    """Bring a layer into the state in which GPTQ or AWQ leaves it, with any numbers."""

    def step(layer: Any, keras: Any) -> None:  # noqa: ANN401 - a Keras layer and Keras
        kind = {"gptq": keras.quantizers.GPTQConfig, "awq": keras.quantizers.AWQConfig}[mode]
        layer.quantize(mode, config=kind(dataset=None, tokenizer=None, weight_bits=bits, group_size=3))
        del layer._kernel  # noqa: SLF001 - as Keras's own calibration does
        setattr(layer, f"is_{mode}_calibrated", True)
        random = np.random.default_rng(3)
        groups = layer.kernel_scale.shape[1]
        layer.quantized_kernel.assign(random.integers(0, 256, layer.quantized_kernel.shape).astype("uint8"))
        layer.kernel_scale.assign(random.uniform(0.5, 2, layer.kernel_scale.shape))
        layer.kernel_zero.assign(random.integers(0, 16, layer.kernel_zero.shape).astype("uint8"))
        layer.g_idx.assign(np.arange(layer.g_idx.shape[0]) % groups)
        if mode == "awq":
            layer.awq_scales.assign(random.uniform(0.5, 2, layer.awq_scales.shape))

    return step


WAYS = {
    "int8": quantize("int8"),
    "int4 by channel": quantize("int4", block_size=-1),
    "int4 in blocks": quantize("int4", block_size=3),
    "float8": quantize("float8"),
    "gptq": calibrated("gptq", 4),
    "gptq of 8 bits": calibrated("gptq", 8),
    "awq": calibrated("awq", 4),
}
LAYERS: dict[str, Callable[[Any], Any]] = {
    "dense": lambda k: k.Dense(7, use_bias=False),
    "even dense": lambda k: k.Dense(6, use_bias=False),
    "einsum": lambda k: k.EinsumDense("abc,cd->abd", (None, 7)),
    "einsum of three axes": lambda k: k.EinsumDense("abc,cde->abde", (None, 3, 5)),
    "einsum of swapped axes": lambda k: k.EinsumDense("abc,dec->abed", (None, 3, 5)),
    "einsum of two sums": lambda k: k.EinsumDense("abcd,cde->abe", (None, 7)),
}
INPUTS = {"dense": (5,), "even dense": (5,), "einsum of two sums": (15, 3, 5)}
UNFIT = {("einsum of swapped axes", way) for way in WAYS if way.startswith(("gptq", "awq", "int4"))}
"""Keras flattens such a kernel as if its inputs came first."""
CASES = [(layer, way) for layer in LAYERS for way in WAYS if (layer, way) not in UNFIT]


def saved(keras: Any, layer: Any, shape: tuple[int, ...], way: str, path: Path) -> None:  # noqa: ANN401 - Keras
    """A file with a model of one quantized layer."""
    given = keras.Input(shape)
    model = keras.Model(given, layer(given))
    layer._kernel.assign(np.random.default_rng(1).normal(size=layer._kernel.shape))  # noqa: SLF001 - its weight
    WAYS[way](layer, keras)
    model.save(path)


def weight_named(weights: tuple[Weight, ...], name: str) -> Weight:
    """The weight of this name."""
    return next(weight for weight in weights if weight.name == name)


@pytest.mark.parametrize(("layer_name", "way"), CASES)
def test_the_kernel_is_what_keras_computes_with(
    keras: Any,  # noqa: ANN401 - Keras has no types
    layer_name: str,
    way: str,
    tmp_path: Path,
) -> None:
    """A layer that is given each unit vector puts out its kernel, which is the dequantized array to the last digits."""
    layer = LAYERS[layer_name](keras.layers)
    shape = INPUTS.get(layer_name, (5, 5))
    path = tmp_path / "m.h5"
    saved(keras, layer, shape, way, path)
    summed = math.prod(shape[1:]) if len(shape) > 1 else shape[0]
    units = np.eye(summed, dtype="float32").reshape(summed, *shape[1:]) if len(shape) > 1 else np.eye(summed)
    expected = np.asarray(layer(units[None] if len(shape) > 1 else units))
    with open_model(path) as model:
        weight = weight_named(model.weights, "kernel")
        assert weight.dequantized is not None
        found = weight.dequantized[...]
        assert weight.dequantized.shape == found.shape
        if layer_name == "einsum of swapped axes":
            found = found.transpose(2, 1, 0)
        np.testing.assert_allclose(found.reshape(expected.shape), expected, rtol=2e-6, atol=1e-6)
        corner = (slice(1, 3), *(slice(None, None, 2),) * (len(weight.dequantized.shape) - 1))
        np.testing.assert_array_equal(weight.dequantized[corner], weight.dequantized[...][corner])
        assert b"".join(weight.dequantized.blocks(16)) == weight.dequantized[...].tobytes()


@pytest.mark.parametrize("way", ["int8", "int4 by channel", "int4 in blocks"])
@pytest.mark.parametrize(
    ("class_name", "options"), [("Embedding", {}), ("ReversibleEmbedding", {"tie_weights": False})]
)
def test_embeddings_are_what_keras_looks_up(
    keras: Any,  # noqa: ANN401 - Keras has no types
    class_name: str,
    options: dict[str, Any],
    way: str,
    tmp_path: Path,
) -> None:
    """Each index gives its row of the dequantized embeddings, and each unit vector a row of those on the way back."""
    layer = getattr(keras.layers, class_name)(9, 5, **options)
    given = keras.Input((4,), dtype="int32")
    model = keras.Model(given, layer(given))
    WAYS[way](layer, keras)
    model.save(tmp_path / "m.keras")
    with open_model(tmp_path / "m.keras") as read:
        table = weight_named(read.weights, "embeddings").dequantized
        assert table is not None
        np.testing.assert_allclose(table[...], np.asarray(layer(np.arange(9))), rtol=1e-6)
        if options:
            back = weight_named(read.weights, "reverse_embeddings").dequantized
            assert back is not None
            np.testing.assert_allclose(back[...], np.asarray(layer(np.eye(5), reverse=True)), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("way", ["int8", "int4 by channel", "int4 in blocks", "float8"])
def test_attention_is_told_though_its_config_says_nothing(
    keras: Any,  # noqa: ANN401 - Keras has no types
    way: str,
    tmp_path: Path,
) -> None:
    """Keras does not save the policies of an attention layer's projections: their arrays tell."""
    layer = keras.layers.MultiHeadAttention(2, 3)
    given = keras.Input((4, 8))
    model = keras.Model(given, layer(given, given))
    parts = {
        "query": (layer.query_dense, np.eye(8)[None], (8, 2, 3)),
        "attention_output": (layer.output_dense, np.eye(6).reshape(1, 6, 2, 3), (2, 3, 8)),
    }
    for part, _, _ in parts.values():
        WAYS[way](part, keras)
    model.save(tmp_path / "m.keras")
    with open_model(tmp_path / "m.keras") as read:
        kernels = {weight.layer.rpartition("/")[2]: weight for weight in read.weights if weight.name == "kernel"}
        assert kernels["key"].dequantized is None
        for name, (part, units, shape) in parts.items():
            found = kernels[name].dequantized
            assert found is not None
            assert found.shape == shape
            np.testing.assert_allclose(found[...].ravel(), np.asarray(part(units)).ravel(), rtol=2e-6, atol=1e-6)


def test_what_is_not_quantized_has_no_other_values(sample_models: Path) -> None:
    """A plain weight is as it is stored."""
    with open_model(sample_models / "question_network.keras") as model:
        assert all(weight.unpacked is None and weight.dequantized is None for weight in model.weights)


@pytest.mark.parametrize(
    ("axis", "length", "coding", "expected"),
    [
        pytest.param(0, 3, INT4, [[-3, 7], [2, -8], [1, 0]], id="rows"),
        pytest.param(1, 3, INT4, [[-3, 2, 7], [1, 0, 0]], id="columns"),
        pytest.param(0, 4, UINT4, [[13, 7], [2, 8], [1, 0], [0, 0]], id="unsigned"),
    ],
)
def test_two_values_share_a_byte(axis: int, length: int, coding: Coding, expected: list[list[int]]) -> None:
    """The first of two values lies in the lower half of the byte; an odd one out leaves the upper half empty."""
    packed = [[45, -121], [1, 0]] if axis == 0 else [[45, 7], [1, 0]]
    values = unpacked(plain(np.array(packed, "int8")), axis, length, coding)
    assert values[...].tolist() == expected
    assert (values.dtype, values.nbytes) == (coding.dtype, math.ceil(values[...].size / 2))


def test_four_or_five_values_share_a_byte() -> None:
    """The examples of ``pack_int2`` and ``pack_ternary`` in the documentation of Keras."""
    two_bits = unpacked(plain(np.array([[198, 1]], "uint8")), 1, 5, UINT2)
    assert two_bits[...].tolist() == [[2, 1, 0, 3, 1]]
    ternary = unpacked(plain(np.array([[227, 120]], "uint8")), 1, 6, TERNARY)
    assert ternary[...].tolist() == [[1, -1, 0, 1, 1, -1]]
    assert ternary[:, 4:].tolist() == [[1, -1]]
    assert (ternary.dtype, ternary.nbytes, two_bits.nbytes) == ("int2", 2, 2)


@pytest.mark.parametrize("coding", [INT4, UINT4, UINT2, TERNARY], ids=lambda coding: str(coding.dtype))
def test_every_byte_stands_for_its_digits(coding: Coding) -> None:
    """Its digits, the lowest one first, are the byte again, along whichever axis they lie and in either direction."""
    codes = np.arange(coding.base**coding.digits).astype("uint8")
    across = unpacked(plain(codes[:, np.newaxis]), 1, coding.digits, coding)
    down = unpacked(plain(codes[np.newaxis, :]), 0, coding.digits, coding)
    counted = across[...].astype(int) - (0 if coding.wraps else coding.lowest)
    assert np.array_equal(counted % coding.base @ coding.base ** np.arange(coding.digits), codes)
    assert across[...].min() == coding.lowest
    assert np.array_equal(down[...], across[...].T)
    assert np.array_equal(down[::-1], across[:, ::-1].T)


KEYS = [np.s_[...], np.s_[1], np.s_[-1, 2], np.s_[1:4, ::2], np.s_[::-1, 3:0:-2], np.s_[2:2], np.s_[:, 4]]


@pytest.mark.parametrize("key", KEYS, ids=str)
def test_any_part_can_be_asked_for(key: Any) -> None:  # noqa: ANN401 - numpy's basic indexing
    """A selection of the computed values is the selection of all of them."""
    random = np.random.default_rng(5)
    values = unpacked(plain(random.integers(-128, 128, (5, 4)).astype("int8")), 1, 7, INT4)
    scale, zero = random.uniform(1, 2, (2, 7)), random.integers(-8, 8, (2, 7))
    groups = plain(np.array([0, 0, 1, 1, 1], "float32"))
    numbers = multiplied(
        values,
        Factor(plain(scale), (0, 1), groups, 0),
        Factor(plain(zero), (0, 1), groups, 0),
        Factor(plain(np.arange(1, 6)), (0,)),
        multiplies=True,
    )
    of_group = groups.values.astype(int)
    whole = (values[...] - zero[of_group]) * scale[of_group] / np.arange(1, 6)[:, None]
    np.testing.assert_allclose(numbers[key], whole[key], rtol=1e-6)
    np.testing.assert_array_equal(transposed_matrix(transposed_matrix(values))[key], values[...][key])
    np.testing.assert_array_equal(reshaped(values, (7, 5))[key], values[...].reshape(7, 5)[key])


def test_a_corner_costs_a_corner() -> None:
    """Only the bytes around what is asked for are read."""
    stored = plain(np.zeros((1000, 500), "int8"))
    values = reshaped(unpacked(stored, 1, 1000, INT4), (1000, 10, 100))
    assert values[:2, :1, :4].shape == (2, 1, 4)
    assert sum(stored.read) == 2 * 2


def test_float8_rounds_to_the_nearest_even() -> None:
    """Values between two codes go to the nearer one, ties to the even one, and what is too large to the largest."""
    given = [0.0, 1.0, 1.0624, 1.0626, 1.0625, 1.1875, -1.0625, 500.0, -np.inf, 2.0**-10, 3 * 2.0**-10, np.nan]
    found = as_float8(np.array(given, "float32"))
    expected = [0.0, 1.0, 1.0, 1.125, 1.0, 1.25, -1.0, 448.0, -448.0, 0.0, 2.0**-8, np.nan]
    np.testing.assert_array_equal(found, np.array(expected, "float32"))
