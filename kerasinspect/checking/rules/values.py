"""Rules about the numbers in a model's weights."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

from kerasinspect.analysis.statistics.numbers import number_blocks
from kerasinspect.analysis.training import is_stored_as
from kerasinspect.checking.rule import Hit
from kerasinspect.dtypes import is_float
from kerasinspect.knowledge.layers import row_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kerasinspect.analysis.statistics import Statistics, Units
    from kerasinspect.checking.evidence import Evidence
    from kerasinspect.checking.rule import Thresholds
    from kerasinspect.model import Weight

_POSITIONS_SHOWN = 5
_FEW = 2
"""Subnormal values that matter to nobody."""
_NOT_TRAINED = frozenset(
    {"moving_mean", "moving_variance", "moving_stddev", "renorm_mean", "renorm_stddev", "mean", "variance", "count"}
)
"""Weights that hold figures of the data, which may be of any size."""
_VARIANCES = frozenset({"moving_variance", "moving_stddev", "renorm_stddev", "variance"})
_FLOAT16_LARGEST, _FLOAT16_VANISHING = 65504.0, 2.0**-25
_BFLOAT16_LARGEST, _BFLOAT16_VANISHING = (2 - 2.0**-7) * 2.0**127, 2.0**-134
"""The largest number that a dtype holds, and the size up to which a number is rounded to zero in it."""
_INT8_LARGEST = 127
_SCALES = frozenset({"kernel_scale", "embeddings_scale", "reverse_embeddings_scale"})
_LARGEST_SCALE = 1e8
"""Keras divides 127 by the largest weight of a channel and a ten-millionth: only an empty channel comes near this."""


def not_a_number(evidence: Evidence, _: Thresholds) -> Iterator[Hit]:
    """A weight holds NaN.

    Everything that the layer computes from it is NaN, and so is what follows: the model predicts nothing. Training
    went wrong before the model was saved.

    Take an earlier checkpoint, or train with a smaller learning rate and clipped gradients, on data without NaN.
    """
    for weight, figures in evidence.measured():
        if figures.nan:
            first = _position(weight, figures.first_nan)
            yield Hit(weight.path, f"{figures.nan:,} of {figures.count:,} values are NaN, the first at {first}.")


def infinity(evidence: Evidence, _: Thresholds) -> Iterator[Hit]:
    """A weight holds an infinity.

    Sums with it are infinite or NaN, so that the model predicts nothing of use. Training diverged, or a conversion
    to a smaller dtype overflowed.

    Take an earlier checkpoint, or convert to a dtype that holds the values, such as bfloat16.
    """
    for weight, figures in evidence.measured():
        if figures.infinities:
            first = _position(weight, figures.first_infinity)
            yield Hit(
                weight.path, f"{figures.infinities:,} of {figures.count:,} values are infinite, the first at {first}."
            )


def zero_kernel(evidence: Evidence, _: Thresholds) -> Iterator[Hit]:
    """A kernel holds nothing but zeros.

    The layer gives its bias whatever it is fed. The weights were never loaded, or were pruned away; a few designs
    start a branch from zeros on purpose, and then it was never trained.

    Load the weights and save again; ignore this rule for a layer that is meant to be zero.
    """
    for weight, figures in _kernels(evidence):
        if figures.count and figures.zeros == figures.count and not _began_as(weight, 0.0):
            yield Hit(weight.path, f"All {figures.count:,} values are zero.")


def constant_kernel(evidence: Evidence, _: Thresholds) -> Iterator[Hit]:
    """All values of a kernel are the same number.

    All units compute the same thing, and training keeps them alike.

    Train with a random initializer; ignore this rule for a kernel that is meant to be a constant.
    """
    for weight, figures in _kernels(evidence):
        if figures.constant and figures.count > 1 and figures.zeros == 0 and not _began_as(weight, figures.minimum):
            yield Hit(weight.path, f"All {figures.count:,} values are {figures.minimum:g}.")


def _began_as(weight: Weight, value: float | None) -> bool:
    """Whether the config says that every value of a weight starts as this number."""
    started = weight.initializer.constant if weight.initializer and not weight.initializer.default else None
    return started is not None and value is not None and is_stored_as(value, started, weight.dtype)


def dead_units(evidence: Evidence, thresholds: Thresholds) -> Iterator[Hit]:
    """Units of a layer are cut off: all that comes in is zero, bias included, or all that goes out is.

    They take room and time for nothing. Units die of a large learning rate together with ReLU, and of pruning.

    Remove these units, or train again with a smaller learning rate.
    """
    biases = {weight.layer: weight for weight in evidence.model.weights if weight.name == "bias"}
    for weight, units in _unit_kernels(evidence):
        share = thresholds["share"]
        unit, source = weight.axes[-1], weight.axes[-2]
        silent = _without_bias(biases.get(weight.layer), units.silent)
        if len(silent) > share * unit.size:
            words = f"{len(silent):,} of {unit.size:,} {unit.name}s have only zeros coming in"
            yield Hit(weight.path, f"{words}: {_first_positions(silent)}.")
        if source.source is not None and len(units.unused) > share * source.size:
            words = f"{len(units.unused):,} of {source.size:,} {source.source_word}s of {source.source}"
            yield Hit(weight.path, f"{words} have only zeros going out: {_first_positions(units.unused)}.")


def _without_bias(bias: Weight | None, silent: tuple[int, ...]) -> tuple[int, ...]:
    """Those units whose bias is zero too."""
    if bias is None or not silent or bias.array.shape[-1:] == () or max(silent) >= bias.shape[-1]:
        return silent
    values = np.asarray(bias.array[...]).reshape(-1, bias.shape[-1])
    return tuple(unit for unit in silent if not values[:, unit].any())


def identical_units(evidence: Evidence, thresholds: Thresholds) -> Iterator[Hit]:
    """Units of a kernel have exactly the same weights.

    They started alike and stay alike, so that they count as one: the initializer was constant, or columns were
    copied.

    Initialize the kernel at random and train again.
    """
    for weight, units in _unit_kernels(evidence):
        alike = 0 if evidence.statistics[weight.stored_path].nan else sum(map(len, units.identical))
        if alike and weight.parameters // weight.axes[-1].size >= thresholds["inputs"]:
            words = f"{alike:,} of {weight.axes[-1].size:,} {weight.axes[-1].name}s have the weights of another one"
            yield Hit(weight.path, f"{words}, among them {_first_positions(units.identical[0])}.")


def exploding_magnitude(evidence: Evidence, thresholds: Thresholds) -> Iterator[Hit]:
    """A trained weight holds a number of an unusual size.

    Weights of a model that trained well seldom pass 100. Far larger ones come from a diverging run or from inputs
    that were not scaled, and overflow in float16.

    Scale the inputs, and train with a smaller learning rate or clipped gradients.
    """
    for weight, figures in evidence.measured():
        largest = figures.largest
        if largest is not None and largest > thresholds["largest"] and _is_trained_weight(weight, figures):
            yield Hit(weight.path, f"Its values reach {largest:,.6g}; more than {thresholds['largest']:,g} is unusual.")


def _is_trained_weight(weight: Weight, figures: Statistics) -> bool:
    """Whether training gives a weight its values: a layer's own array may be a running sum of anything.

    Of an array that nothing names, only negative values in a matrix tell it from sums and counts.
    """
    if weight.trainable is None:
        return len(weight.shape) > 1 and figures.minimum is not None and figures.minimum < 0
    return is_float(weight.dtype) and weight.name not in _NOT_TRAINED and not weight.name.endswith("_scale")


def many_subnormals(evidence: Evidence, thresholds: Thresholds) -> Iterator[Hit]:
    """Many values of a weight are subnormal: so close to zero that they have lost digits.

    Some processors compute with them a hundred times slower, and they hardly change a result. They come from weight
    decay that goes on after training is over.

    Set these values to zero and save the model again.
    """
    for weight, figures in evidence.measured():
        if figures.subnormals > max(_FEW, thresholds["share"] * figures.count):
            yield Hit(weight.path, f"{figures.subnormals:,} of {figures.count:,} values are subnormal.")


def negative_variance(evidence: Evidence, _: Thresholds) -> Iterator[Hit]:
    """A variance or standard deviation is negative.

    A normalization layer takes its root, which is NaN, and so is all that follows. The file was damaged or put
    together by a conversion that mixed up arrays.

    Convert or save the model again from its original.
    """
    for weight, figures in evidence.measured():
        if weight.name in _VARIANCES and figures.minimum is not None and figures.minimum < 0:
            yield Hit(weight.path, f"Its smallest value is {figures.minimum:g}.")


def float16_overflow(evidence: Evidence, _: Thresholds) -> Iterator[Hit]:
    """A weight holds numbers that are infinite as float16.

    For a model that is to be converted to half precision; off by default.

    Convert to bfloat16 instead, or scale the layer.
    """
    return _beyond(evidence, _FLOAT16_LARGEST, "float16")


def float16_vanishing(evidence: Evidence, thresholds: Thresholds) -> Iterator[Hit]:
    """Many values of a weight become zero as float16.

    For a model that is to be converted to half precision; off by default.

    Convert to bfloat16 instead, or scale the layer.
    """
    return _vanishing(evidence, _FLOAT16_VANISHING, thresholds["share"], "float16")


def bfloat16_overflow(evidence: Evidence, _: Thresholds) -> Iterator[Hit]:
    """A weight holds numbers that are infinite as bfloat16.

    For a model that is to be converted to bfloat16; off by default. Such numbers are a sign of
    divergence.

    Keep the layer in float32, or train again with a smaller learning rate.
    """
    return _beyond(evidence, _BFLOAT16_LARGEST, "bfloat16")


def bfloat16_vanishing(evidence: Evidence, thresholds: Thresholds) -> Iterator[Hit]:
    """Many values of a weight become zero as bfloat16.

    For a model that is to be converted to bfloat16; off by default.

    Set these values to zero yourself, or keep the layer in float32.
    """
    return _vanishing(evidence, _BFLOAT16_VANISHING, thresholds["share"], "bfloat16")


def _beyond(evidence: Evidence, largest: float, dtype: str) -> Iterator[Hit]:
    """Weights with finite numbers that a dtype cannot hold."""
    for weight, figures in evidence.measured():
        if figures.largest is not None and figures.largest > largest:
            yield Hit(weight.path, f"Its values reach {figures.largest:.3g}; {dtype} ends at {largest:.3g}.")


def _vanishing(evidence: Evidence, size: float, share: float, dtype: str) -> Iterator[Hit]:
    """Weights of which more than a share is not zero and becomes zero in a dtype; reads them once more."""
    for weight, figures in evidence.measured():
        if not is_float(weight.dtype):
            continue
        lost = sum(int(np.count_nonzero((np.abs(part) <= size) & (part != 0))) for part in number_blocks(weight.array))
        if lost > share * figures.count:
            yield Hit(weight.path, f"{lost:,} of {figures.count:,} values become zero as {dtype}.")


def saturated_int8(evidence: Evidence, thresholds: Thresholds) -> Iterator[Hit]:
    """A quantized weight uses int8 badly: most values stand at the ends of its range, or a scale is useless.

    Quantization was calibrated on another model, or a channel holds nothing. What the layer computes has little to
    do with the weights that were quantized.

    Quantize the original model again.
    """
    for weight, figures in evidence.measured():
        low, high = figures.minimum, figures.maximum
        if weight.name in _SCALES and low is not None and high is not None and (low <= 0 or high >= _LARGEST_SCALE):
            yield Hit(weight.path, f"Its scales run from {low:.3g} to {high:.3g}.")
        is_whole = weight.dtype == "int8" and not weight.is_packed
        if is_whole and weight.name in ("kernel", "embeddings") and figures.norm is not None:
            root_mean_square = figures.norm / sqrt(figures.finite)
            if root_mean_square > thresholds["share"] * _INT8_LARGEST:
                yield Hit(weight.path, f"Its values lie {root_mean_square:.0f} from zero on average; int8 ends at 127.")


def _kernels(evidence: Evidence) -> Iterator[tuple[Weight, Statistics]]:
    """Every kernel whose values could be read as they are stored, with its figures."""
    measured = ((weight, figures) for weight, figures in evidence.measured() if not weight.is_packed)
    return ((weight, figures) for weight, figures in measured if weight.name.endswith("kernel"))


def _unit_kernels(evidence: Evidence) -> Iterator[tuple[Weight, Units]]:
    """Every kernel whose last axis is that of its layer's units, unless all its values are the same."""
    for weight, figures in _kernels(evidence):
        units = evidence.units.get(weight.stored_path) if row_of(weight.layer_class).has_own_units else None
        if units is not None and len(weight.axes) > 1 and not figures.constant:
            yield weight, units


def _position(weight: Weight, place: int | None) -> str:
    """A position in C order as an index: ``[0, 4]``."""
    index: list[int] = []
    for size in reversed(weight.shape):
        place, at = divmod(place or 0, size)
        index.insert(0, at)
    return str(index)


def _first_positions(places: tuple[int, ...]) -> str:
    """The first few positions, and how many more there are."""
    more = f" and {len(places) - _POSITIONS_SHOWN:,} more" if len(places) > _POSITIONS_SHOWN else ""
    return ", ".join(map(str, places[:_POSITIONS_SHOWN])) + more
