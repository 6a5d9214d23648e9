"""A sketch of a layer's values: some evenly spaced numbers of each of its weights, by which layers are told apart."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING

import numpy as np

from kerasinspect.analysis.comparison.matching.places import values_of
from kerasinspect.analysis.comparison.sampling import sample
from kerasinspect.errors import UnreadableFile

if TYPE_CHECKING:
    from typing import Any

    from kerasinspect.analysis.comparison.matching.places import Place

    _Vector = np.ndarray[Any, np.dtype[np.float32]]

_FEWEST = 3
"""Different numbers that an array must have for its values to say which one it is: zeros and ones are in many."""
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


def sketch_of(place: Place, count: int) -> Sketch | None:
    """The sketch of ``count`` numbers a weight; None where values say nothing: they are constant, or cannot be read."""
    try:
        samples = [sample(values_of(weight), count) for weight in place.weights]
    except UnreadableFile:
        return None
    parts = [_informative(numbers) for numbers in samples]
    freedom = sum(free for _, free in parts)
    if not freedom:
        return None
    direction = np.concatenate([part for part, _ in parts])
    direction /= np.linalg.norm(direction)
    return Sketch(direction.astype(np.float32), freedom, _digest(samples))


def _digest(samples: list[np.ndarray[Any, Any]]) -> bytes:
    """What only the same numbers have."""
    digest = blake2b(digest_size=16)
    for numbers in samples:
        digest.update(numbers.data)
    return digest.digest()


def _informative(numbers: np.ndarray[Any, Any]) -> tuple[np.ndarray[Any, Any], float]:
    """A weight's numbers around their middle, and how many are free; zeros and none where they say nothing."""
    finite = np.where(np.isfinite(numbers), numbers, 0.0)
    if np.unique(finite).size < _FEWEST:
        return np.zeros(finite.size), 0.0
    apart = finite - np.median(finite)
    far = _FAR * np.median(np.abs(apart[apart != 0]))
    apart = np.clip(apart, -far, far)
    apart -= apart.mean()
    squares = apart * apart
    total = squares.sum()
    freedom = min(float(finite.size - 1), _USUAL_TAIL * float(total * total / (squares * squares).sum()))
    return apart * (freedom / total) ** 0.5, freedom


def likeness(old: Sketch, new: Sketch) -> float:
    """The cosine between two sketches, from -1 to 1."""
    return float(old.direction @ new.direction)


def by_chance(freedom: float, tries: int) -> float:
    """The cosine that values which have nothing in common do not reach, in so many tries.

    Of two directions in n dimensions, the cosine is above c with a probability of at most (1 - c²)^((n - 1) / 2).
    """
    rare = _RARE / max(1, tries)
    return float((1 - rare ** (2 / max(1.0, freedom - 1))) ** 0.5)
