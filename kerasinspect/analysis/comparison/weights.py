"""Holds two descriptions of a model's weights against each other: that of our reading, and that of the real Keras."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from kerasinspect.analysis.digests import sha256
from kerasinspect.errors import UnreadableFile
from kerasinspect.knowledge.layers.weights import LORA_FACTORS
from kerasinspect.late.dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kerasinspect.model import Model

_Aspect: TypeAlias = Literal[
    "values", "shape", "dtype", "missing in Keras", "not in the file", "name", "order", "twice in Keras", "never stored"
]

_EXPECTED_ASPECTS: frozenset[_Aspect] = frozenset({"name", "order", "twice in Keras", "never stored"})
"""Where Keras has the same arrays all the same: named or sorted as another version does, or with more than files hold.

Legacy HDF5 cannot say that a nested model shares a layer with its parent, so that Keras makes two of it.
"""


@dataclass(frozen=True, slots=True, eq=False)
class DescribedWeight:
    """One weight as one side describes it; two that are described alike are two."""

    index: int | None
    layer: str
    name: str
    shape: tuple[int, ...]
    dtype: str
    sha256: str | None
    """Of the little-endian bytes in C order; None where they cannot be read."""

    @property
    def path(self) -> str:
        """Layer path and name."""
        return f"{self.layer}/{self.name}" if self.layer else self.name


@dataclass(frozen=True, slots=True)
class _WeightDifference:
    """One weight that is not the same on both sides, and in what."""

    aspect: _Aspect
    ours: DescribedWeight | None
    theirs: DescribedWeight | None


@dataclass(frozen=True, slots=True)
class WeightComparison:
    """Every weight of both sides, paired."""

    compared: int
    """Pairs."""
    equal: int
    """Pairs that agree in everything."""
    differences: tuple[_WeightDifference, ...]

    @property
    def same_arrays(self) -> bool:
        """Whether every array arrived unchanged, by whatever name and in whatever order."""
        return all(difference.aspect in _EXPECTED_ASPECTS for difference in self.differences)


def described_by_us(model: Model) -> tuple[DescribedWeight, ...]:
    """Every weight of the file, with its hash: this reads all values."""
    described = []
    for weight in model.weights:
        try:
            digest = sha256(weight.array)
        except UnreadableFile:
            digest = None
        described.append(DescribedWeight(weight.index, weight.layer, weight.name, weight.shape, weight.dtype, digest))
    return tuple(described)


def compare_weights(ours: Sequence[DescribedWeight], theirs: Sequence[DescribedWeight]) -> WeightComparison:
    """Pair the weights of both sides by path, then by bytes, then by place; say in what each pair differs."""
    pairs, lonely_ours, lonely_theirs = _paired(ours, theirs)
    differences = [difference for pair in pairs for difference in _differing(*pair)]
    moved = _out_of_order(pairs)
    differing_pairs = {difference.ours for difference in [*differences, *moved]}
    differences += moved
    differences += [_WeightDifference("missing in Keras", weight, None) for weight in lonely_ours]
    held = {(weight.shape, weight.sha256) for weight, _ in pairs}
    differences += [_WeightDifference(_absence(weight, held), None, weight) for weight in lonely_theirs]
    return WeightComparison(len(pairs), len(pairs) - len(differing_pairs), tuple(differences))


def _absence(weight: DescribedWeight, held: set[tuple[tuple[int, ...], str | None]]) -> _Aspect:
    """Why a weight of Keras has no partner in the file."""
    if weight.name in LORA_FACTORS:  # merged into their kernel when Keras saves, made anew when it loads
        return "never stored"
    return "twice in Keras" if (weight.shape, weight.sha256) in held else "not in the file"


_WeightPair: TypeAlias = "tuple[DescribedWeight, DescribedWeight]"


def _paired(
    ours: Sequence[DescribedWeight], theirs: Sequence[DescribedWeight]
) -> tuple[list[_WeightPair], list[DescribedWeight], list[DescribedWeight]]:
    """Pairs in our order, then what is left over on each side."""
    pairs: list[_WeightPair] = []
    left, right = list(ours), list(theirs)
    for key in (
        lambda weight: (weight.path, weight.sha256),
        lambda weight: weight.path,
        lambda weight: (weight.name, weight.shape, weight.sha256),
        lambda weight: (weight.shape, weight.sha256),
        lambda weight: (weight.index, weight.shape),
    ):
        found: dict[object, list[DescribedWeight]] = {}
        for weight in reversed(right):
            found.setdefault(key(weight), []).append(weight)
        still: list[DescribedWeight] = []
        for weight in left:
            candidates = found.get(key(weight))
            if candidates:
                pairs.append((weight, candidates.pop()))
            else:
                still.append(weight)
        left = still
        taken = {weight for _, weight in pairs}
        right = [weight for weight in right if weight not in taken]
    places = {weight: place for place, weight in enumerate(ours)}
    return sorted(pairs, key=lambda pair: places[pair[0]]), left, right


def _differing(ours: DescribedWeight, theirs: DescribedWeight) -> Iterator[_WeightDifference]:
    """In what one pair differs; values only where shape and dtype are the same."""
    if ours.path != theirs.path:
        yield _WeightDifference("name", ours, theirs)
    if ours.shape != theirs.shape:
        yield _WeightDifference("shape", ours, theirs)
    elif ours.dtype != theirs.dtype:
        yield _WeightDifference("dtype", ours, theirs)
    elif ours.sha256 != theirs.sha256:
        yield _WeightDifference("values", ours, theirs)


def _out_of_order(pairs: Sequence[_WeightPair]) -> list[_WeightDifference]:
    """Pairs that stand at different places among all pairs whose place the file tells."""
    placed = [pair for pair in pairs if pair[0].index is not None]
    ours = sorted(placed, key=lambda pair: pair[0].index or 0)
    theirs = sorted(placed, key=lambda pair: pair[1].index or 0)
    return [_WeightDifference("order", *one) for one, other in zip(ours, theirs, strict=True) if one is not other]
