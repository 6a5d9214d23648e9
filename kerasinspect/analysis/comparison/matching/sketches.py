"""A sketch of a layer's values: some evenly spaced numbers of each of its weights, by which layers are told apart."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

import numpy as np

from kerasinspect.analysis.comparison.matching.places import values_of
from kerasinspect.analysis.comparison.sampling import sample
from kerasinspect.errors import UnreadableFile
from kerasinspect.late.dataclasses import dataclass

if TYPE_CHECKING:
    from typing import Any

    from kerasinspect.analysis.comparison.matching.places import Place

    _Numbers = np.ndarray[Any, Any]
    _Samples = list[_Numbers]
    _Vector = np.ndarray[Any, np.dtype[np.float32]]

_FAR = 4.0
"""How many times the usual distance from the middle a number counts at most, so that no outlier decides alone."""
_RARE = 1e-9
"""How seldom a pair by values is chance alone."""
_USUAL_TAIL = 3.0
"""The share of the fourth moment in the squared second one, for numbers as they usually are."""


@dataclass(frozen=True, slots=True, eq=False)
class Sketch:
    """What a layer's values say of which layer it is."""

    direction: _Vector
    """The numbers of all its weights, each weight centred and normed, then all together normed."""
    freedom: float
    """How many of the numbers are free to be otherwise: the more, the less two sketches are alike by chance."""
    exact: bytes
    """A digest of the numbers themselves."""


def samples_of(place: Place, count: int) -> _Samples | None:
    """Some numbers of each weight, at most ``count``; None where they cannot be read."""
    try:
        return [sample(values_of(weight), count) for weight in place.weights]
    except UnreadableFile:
        return None


def are_equal(old: _Samples, new: _Samples) -> bool:
    """Whether two layers have the same numbers."""
    return all(np.array_equal(one, other, equal_nan=True) for one, other in zip(old, new, strict=True))


def is_telling(samples: _Samples) -> bool:
    """Whether numbers say which layer it is that has them: those of some weight are of several values."""
    return any(map(_has_several_values, samples))


def _has_several_values(numbers: _Numbers) -> bool:
    """Whether there are values between the least and the greatest one; NaN and infinities are none."""
    finite = numbers[np.isfinite(numbers)]
    return finite.size > 0 and bool(np.any((finite > finite.min()) & (finite < finite.max())))


def sketch_of(samples: _Samples | None) -> Sketch | None:
    """The sketch of a layer; None where its values say nothing, or cannot be read."""
    if samples is None or not is_telling(samples):
        return None
    with np.errstate(all="ignore"):
        parts = [_around_middle(numbers) for numbers in samples]
    direction = np.concatenate([part for part, _ in parts])
    length = np.linalg.norm(direction)
    if not length:
        return None
    return Sketch((direction / length).astype(np.float32), sum(free for _, free in parts), _digest(samples))


def _digest(samples: _Samples) -> bytes:
    """What only the same numbers have."""
    digest = blake2b(digest_size=16)
    for numbers in samples:
        digest.update(numbers.data)
    return digest.digest()


def _around_middle(numbers: _Numbers) -> tuple[_Numbers, float]:
    """A weight's numbers around their middle, and how many are free; zeros and none where they say nothing."""
    finite = np.where(np.isfinite(numbers), numbers, 0.0)
    if not _has_several_values(finite):
        return np.zeros(finite.size), 0.0
    apart = finite - np.median(finite)
    apart /= _FAR * np.median(np.abs(apart[apart != 0]))
    np.clip(apart, -1, 1, out=apart)
    apart -= apart.mean()
    squares = apart * apart
    total, tail = squares.sum(), squares @ squares
    freedom = min(finite.size - 1, _USUAL_TAIL * float(total * total / tail)) if tail else 0.0
    return apart * (freedom / total) ** 0.5 if freedom else np.zeros(finite.size), freedom


def likeness(old: Sketch, new: Sketch) -> float:
    """The cosine between two sketches, from -1 to 1."""
    return float(old.direction @ new.direction)


def by_chance(freedom: float, tries: int) -> float:
    """The cosine that values which have nothing in common do not reach, in so many tries.

    Of two directions in n dimensions, the cosine is above c with a probability of at most (1 - c²)^((n - 1) / 2).
    """
    rare = _RARE / max(1, tries)
    return float((1 - rare ** (2 / max(1.0, freedom - 1))) ** 0.5)
