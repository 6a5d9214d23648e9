"""Kernels with their LoRA factors merged in, where only one of two files stores the factors apart."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

import numpy as np

from kerasinspect.analysis.statistics.numbers import number_blocks
from kerasinspect.dtypes import is_float
from kerasinspect.knowledge.layers.weights import LORA, LORA_FACTORS
from kerasinspect.late.dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from kerasinspect.model import Array, Layer, Weight
    from kerasinspect.model.arrays import Index

    _Pair = tuple[Weight | None, Weight | None]

_MOST = 1 << 16
"""The largest rank, and alpha: what real ones have is a thousandth of it."""
_MOST_BYTES = 64 << 20
"""Bytes of a factor, which is held as a whole."""


@dataclass(frozen=True, slots=True)
class _Merged:
    """``kernel + scale * first @ second``, along the last axis: what Keras computes with, and stores in ``.keras``."""

    kernel: Array
    first: Array
    second: Array
    scale: float

    @property
    def shape(self) -> tuple[int, ...]:
        """That of the kernel."""
        return self.kernel.shape

    @property
    def dtype(self) -> str:
        """The values are rounded once."""
        return "float32"

    @property
    def nbytes(self) -> int:
        """Bytes of all values."""
        return 4 * prod(self.shape)

    def __getitem__(self, key: Index) -> np.ndarray[Any, Any]:
        """The selected values; all of them are computed."""
        values = np.frombuffer(b"".join(self.blocks()), "<f4").reshape(self.shape)
        return np.asarray(values[key])

    def blocks(self, size: int = 0) -> Iterator[bytes]:
        """All values in C order, little-endian, in pieces as the kernel is read."""
        del size
        second = self.second[...].astype(np.float32)
        first = self.first[...].astype(np.float32).reshape(-1, len(second))
        columns, at = self.shape[-1], 0
        for piece in number_blocks(self.kernel):
            end = at + piece.size
            top = at // columns
            product = (first[top : -(-end // columns)] @ second).reshape(-1)[at - top * columns : end - top * columns]
            yield (piece + np.float32(self.scale) * product).astype("<f4").tobytes()
            at = end


def merged_kernels(pairs: Sequence[_Pair], old: Layer, new: Layer) -> Mapping[str, tuple[Array, Array]]:
    """The arrays to compare of each kernel of which one layer alone has factors, by its name in the new layer."""
    if not any(weight.name in LORA_FACTORS for layer in (old, new) for weight in layer.weights):
        return {}
    found: dict[str, tuple[Array, Array]] = {}
    for one, other in pairs:
        if one is None or other is None or one.name not in LORA:
            continue
        before, after = _merged(one, old, new), _merged(other, new, old)
        if before or after:
            found[other.name] = before or one.array, after or other.array
    return found


def _merged(kernel: Weight, layer: Layer, partner: Layer) -> _Merged | None:
    """A kernel with the factors that only its own layer has, where config and shapes say how they are merged."""
    weights = {weight.name: weight for weight in layer.weights}
    names = [f"{LORA[kernel.name]}_{end}" for end in "ab"] if kernel.name in LORA else []
    if not names or not weights.keys() >= {*names} or any(weight.name in names for weight in partner.weights):
        return None
    first, second = (weights[name].array for name in names)
    scale = _scale_of(layer)
    rank, shape = second.shape[:1], kernel.shape
    fits = shape[1:] and (first.shape, second.shape) == (shape[:-1] + rank, rank + shape[-1:]) and 0 not in shape + rank
    plain = all(is_float(array.dtype) and array.dtype != "float64" for array in (kernel.array, first, second))
    is_held = max(first.nbytes, second.nbytes) <= _MOST_BYTES
    is_told = fits and plain and is_held and kernel.dequantized is None
    return _Merged(kernel.array, first, second, scale) if is_told and scale is not None else None


def _scale_of(layer: Layer) -> float | None:
    """By how much the product of the factors is multiplied: alpha by rank, 1 where the config knows no alpha yet."""
    rank = layer.config.get("lora_rank")
    alpha = layer.config.get("lora_alpha", rank)
    if not isinstance(rank, int) or not isinstance(alpha, int | float):
        return None
    return alpha / rank if 0 < rank <= _MOST and abs(alpha) <= _MOST else None
