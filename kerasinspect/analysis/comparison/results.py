"""What a comparison of two models gives: values for pages, documents and programs, without words for people."""

from __future__ import annotations

from collections import Counter
from dataclasses import field
from functools import cached_property
from math import prod
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args, overload

from kerasinspect.late.dataclasses import dataclass
from kerasinspect.shown.lookup import is_among, named_or_at, nothing_called
from kerasinspect.shown.representation import html_table, one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kerasinspect.analysis.damage import Unread
    from kerasinspect.json_values import Json
    from kerasinspect.model import Layer, Model, Weight

MatchedBy: TypeAlias = Literal["map", "path", "values", "order", "graph"]
"""How a pair of layers was found."""

Matching: TypeAlias = Literal["auto", "path", "values", "order"]
"""Which ways of finding pairs are used, beside the pairs that are given: all of them, or one."""

Verdict: TypeAlias = Literal["unchanged", "nudged", "trained", "replaced", "added", "removed"]
"""What became of the weights of a layer; its config is apart from that."""

VERDICTS: tuple[Verdict, ...] = get_args(Verdict)

_LOW_RANK_SHARE = 0.999
"""The share of the squared change in its 20 largest singular values from which it is of low rank.

Merging LoRA factors gives 0.99999 and more; of kernels that Adam and SGD fine-tuned, none came above 0.99.
"""
_LEAST_SIDE = 64
"""Rows and columns that a kernel must have for 20 directions to be few."""


@dataclass(frozen=True, slots=True)
class ComparisonOptions:
    """How two models are compared."""

    pairs: Mapping[str, str] = field(default_factory=dict)
    """Paths of layers of the new model by paths of the old one, which are pairs whatever anything else says."""
    matching: Matching = "auto"
    rtol: float = 1e-5
    atol: float = 1e-8
    """Values are close within ``atol + rtol * |old value|``: numpy's terms and defaults."""
    spectral: bool = False
    """Whether singular values of kernels and of their differences are computed."""


@dataclass(frozen=True, slots=True)
class LayerPair:
    """A layer of the old model and the one of the new model that it became; one of them is None where it has none."""

    old: Layer | None
    new: Layer | None
    matched_by: MatchedBy | None = None
    """None where there is no pair."""


@dataclass(frozen=True, slots=True)
class ArrayChange:
    """Two arrays of one shape, held against each other: counts and figures in float64.

    A position where either value is NaN or infinite counts in ``changed`` unless both are the same there, and is left
    out of all other figures. A figure that cannot be computed (a norm is 0, no finite values, more than float64 holds)
    is None. Of a dtype that holds no numbers bytes are compared, and there are no figures.
    """

    count: int
    """Positions."""
    changed: int
    """Positions with another value; NaN is the same as NaN, and 0.0 as -0.0."""
    close: bool
    """Whether every value is within the tolerances; NaN is close to NaN alone, an infinity to itself."""
    max_abs: float | None = None
    """The largest absolute difference."""
    mean_abs: float | None = None
    """The mean absolute difference."""
    relative_l2: float | None = None
    """The L2 norm of the difference as a share of that of the old values."""
    cosine: float | None = None
    """The cosine of the angle between the two arrays."""
    correlation: float | None = None
    """The cosine of both arrays with their means subtracted; None where one of them is constant."""
    sign_flips: int = 0
    """Positions where one value is above zero and the other below."""
    old_nan: int = 0
    new_nan: int = 0
    old_norm: float | None = None
    new_norm: float | None = None
    """The L2 norms; None where all bytes are the same, of which nothing is computed."""
    changed_nan: int = 0
    """Positions where one value is NaN and the other is not."""
    old_infinite: int = 0
    new_infinite: int = 0
    changed_infinite: int = 0
    """Positions where a value is infinite and the other is not the same infinity."""

    @property
    def equal(self) -> bool:
        """Whether every value is the same."""
        return not self.changed

    @property
    def distance(self) -> float:
        """The L2 norm of the difference; 0 of equal arrays, which are not measured."""
        return (self.relative_l2 or 0.0) * self.old_norm if self.old_norm else self.new_norm or 0.0


@dataclass(frozen=True, slots=True)
class Spectrum:
    """Singular values of a kernel as a matrix: its last axis against all others."""

    effective_rank: float | None
    """Of the difference: e to the entropy of its squared singular values as shares of their sum."""
    top_share: float | None
    """The share of the squared singular values of the difference that its 20 largest have, from 0 to 1."""
    old_stable_rank: float | None
    new_stable_rank: float | None
    """The squared Frobenius norm by the square of the largest singular value."""
    old_largest: float
    new_largest: float
    """The largest singular value."""


@dataclass(frozen=True, slots=True)
class WeightDiff:
    """One weight of a pair of layers on both sides; a side that lacks it has None."""

    name: str
    """The new name, or the old one of a weight that is gone."""
    old: Weight | None
    new: Weight | None
    change: ArrayChange | Unread | None = None
    """None where a side lacks it, the shapes differ, or it is ``untold``."""
    spectrum: Spectrum | None = None
    dequantized: bool = False
    """Whether the values are those that the layer computes with: one side is quantized, or has LoRA factors apart."""
    untold: bool = False
    """Whether its values may differ in anything: a file does not tell which numbers its integers stand for."""

    def __repr__(self) -> str:
        """Its name, and how its values changed."""
        old, new = self.sides
        return one_line(self, self.name, "" if old == new else f"{old} -> {new}", *self.figures)

    @property
    def sides(self) -> tuple[str, str]:
        """Its shape and dtype in the old model and in the new one, in words."""
        old, new = ("absent" if side is None else f"{side.shape} {side.dtype}" for side in (self.old, self.new))
        return old, new

    @property
    def figures(self) -> tuple[str, ...]:
        """How much its values changed, as far as that can be told, in words."""
        if self.equal:
            return ("equal",)
        figures = (("relative L2", "relative_l2"), ("cosine", "cosine"))
        known = ((title, getattr(self.change, name, None)) for title, name in figures)
        return tuple(f"{title} {figure:.4g}" for title, figure in known if figure is not None)

    @property
    def equal(self) -> bool:
        """Whether both sides have it with the same shape and the same values, of whatever dtype."""
        return getattr(self.change, "changed", None) == 0

    @property
    def low_rank(self) -> bool:
        """Whether the change is known to be a matrix of low rank: nearly all of it in 20 of many more directions."""
        if self.spectrum is None or self.spectrum.top_share is None or self.new is None:
            return False
        rows, columns = prod(self.new.shape[:-1]), self.new.shape[-1]
        return min(rows, columns) >= _LEAST_SIDE and self.spectrum.top_share >= _LOW_RANK_SHARE

    @property
    def same(self) -> bool:
        """Whether nothing at all differs, the dtype included."""
        return self.equal and self.old is not None and self.new is not None and self.old.dtype == self.new.dtype


@dataclass(frozen=True, slots=True)
class ConfigChange:
    """One key of a config that has another value on the other side."""

    key: str
    """The path to the value, with dots: ``compile.loss``, ``kernel_initializer.config.seed``."""
    old: Json
    new: Json
    missing: Literal["old", "new"] | None = None
    """The side that lacks the key, and has None here."""
    partners: tuple[str | None, ...] | None = None
    """What the new model calls each layer of the old value, None for one that is gone; None where all is alike."""


@dataclass(frozen=True, slots=True)
class LayerDiff:
    """One layer of either model or both."""

    old: Layer | None
    new: Layer | None
    matched_by: MatchedBy | None
    verdict: Verdict | None
    """None where values that it depends on cannot be read, or are not told."""
    config: tuple[ConfigChange, ...] = ()
    weights: tuple[WeightDiff, ...] = ()
    """Its own weights, not those of its sublayers."""
    renamed: bool = False
    """Whether both files tell its name, and the names differ."""
    moved: bool = False
    """Whether it stands at another place among the layers that both have, or in another layer."""

    def __len__(self) -> int:
        """The number of weights of either side, a pair counted once."""
        return len(self.weights)

    def __bool__(self) -> bool:
        """Always true: a layer without weights is one, too."""
        return True

    def __iter__(self) -> Iterator[WeightDiff]:
        """Every weight, in order."""
        return iter(self.weights)

    def __contains__(self, key: object) -> bool:
        """Whether it can be asked for that name, or holds that very thing."""
        return is_among(self.weights, lambda weight: weight.name, key)

    @overload
    def __getitem__(self, key: int | str) -> WeightDiff: ...
    @overload
    def __getitem__(self, key: slice) -> tuple[WeightDiff, ...]: ...
    def __getitem__(self, key: int | slice | str) -> WeightDiff | tuple[WeightDiff, ...]:
        """The weight at a position, or of a name: ``kernel``; of a slice, those in it.

        Raises IndexError for a position, NothingMatches for a name that is not there.
        """
        return named_or_at("weight", self.weights, lambda weight: weight.name, key)

    def __repr__(self) -> str:
        """Its path on both sides where that differs, and what became of it."""
        return one_line(self, *self._facts)

    def _repr_html_(self) -> str:
        """Its weights in a table, as a notebook shows them."""
        caption = " · ".join(filter(None, self._facts))
        return html_table(caption, _WEIGHT_TITLES, map(_weight_cells, self.weights), len(self.weights))

    @property
    def _facts(self) -> tuple[str | None, ...]:
        """Its path on both sides where that differs, and what became of it."""
        return (" -> ".join(dict.fromkeys(self._paths)), self.verdict, self.matched_by)

    @property
    def _paths(self) -> tuple[str, ...]:
        """Its path in the old model and in the new one, as far as it is there."""
        return tuple(layer.path for layer in (self.old, self.new) if layer is not None)

    @property
    def path(self) -> str:
        """The path in the new model, or in the old one where it is gone."""
        layer = self.new or self.old
        return layer.path if layer else ""

    @property
    def same(self) -> bool:
        """Whether nothing at all is known to differ."""
        if self.old is None or self.new is None or self.config or self.renamed or self.moved:
            return False
        return all(weight.same for weight in self.weights)

    @property
    def weightless(self) -> bool:
        """Whether it is on both sides and has no weights of its own, so that nothing is said of its values."""
        return self.verdict == "unchanged" and not self.weights

    @property
    def frozen(self) -> bool:
        """Whether the new config says that it is not trained, or else the old one, and none of its values changed."""
        said = next(
            (one.trainable for one in (self.new, self.old) if one is not None and one.trainable is not None), None
        )
        return said is False and bool(self.weights) and all(weight.equal for weight in self.weights)

    @property
    def low_rank(self) -> bool:
        """Whether any of its kernels is known to have changed by a matrix of low rank, as merging LoRA changes it."""
        return any(weight.low_rank for weight in self.weights)


@dataclass(frozen=True, repr=False)
class Diff:
    """What differs between two models. Its layers can be counted, walked, and asked for by position or path."""

    old: Model
    new: Model
    layers: tuple[LayerDiff, ...]
    """In the order of the new model; what is gone stands where it was."""
    config: tuple[ConfigChange, ...] = ()
    """Of the model as a whole, and of its compile config."""
    damage: tuple[str, ...] = ()
    """Sentences about what could not be read on either side, with its file, so that the answer is partial."""
    same_file: bool = False
    """Whether both sides are one file, of which no value had to be read."""

    @property
    def equal(self) -> bool:
        """Whether nothing at all is known to differ: layers, names, configs, shapes, dtypes, values."""
        return not self.config and all(layer.same for layer in self.layers)

    @cached_property
    def counts(self) -> Mapping[Verdict, int]:
        """How many layers there are of each verdict, in the order of ``VERDICTS``.

        Those without weights on both sides count as unchanged, since nothing of theirs can change; ``weightless`` says
        how many of them there are.
        """
        counted = Counter(layer.verdict for layer in self.layers if layer.verdict is not None)
        return {verdict: counted[verdict] for verdict in VERDICTS}

    @cached_property
    def weightless(self) -> int:
        """How many of the unchanged layers have no weights of their own on either side."""
        return sum(1 for layer in self.layers if layer.weightless)

    def __len__(self) -> int:
        """The number of layers of either model, a pair counted once."""
        return len(self.layers)

    def __iter__(self) -> Iterator[LayerDiff]:
        """Every layer, in order."""
        return iter(self.layers)

    def __contains__(self, key: object) -> bool:
        """Whether it can be asked for that name, or holds that very thing."""
        return key in self._by_path if isinstance(key, str) else key in self.layers

    @overload
    def __getitem__(self, key: int | str) -> LayerDiff: ...
    @overload
    def __getitem__(self, key: slice) -> tuple[LayerDiff, ...]: ...
    def __getitem__(self, key: int | slice | str) -> LayerDiff | tuple[LayerDiff, ...]:
        """The layer at a position, or of a path in the new model, or else in the old one; of a slice, those in it.

        Raises IndexError for a position, NothingMatches for a path that is not there.
        """
        if not isinstance(key, str):
            return self.layers[key]
        found = self._by_path.get(key)
        if found is None:
            raise nothing_called("layer", key, [*self._by_path])
        return found

    @cached_property
    def _by_path(self) -> Mapping[str, LayerDiff]:
        """Every layer by its path, the new one before the old one."""
        old = {layer.old.path: layer for layer in reversed(self.layers) if layer.old}
        return old | {layer.new.path: layer for layer in reversed(self.layers) if layer.new}

    def __repr__(self) -> str:
        """Both files and what became of their layers, in a line."""
        return one_line(self, *self._facts)

    def _repr_html_(self) -> str:
        """Its layers in a table, as a notebook shows them."""
        caption = " · ".join(filter(None, self._facts))
        return html_table(caption, _HTML_TITLES, map(_html_cells, self.layers), len(self.layers))

    @property
    def _facts(self) -> tuple[str, ...]:
        """Both files and what became of their layers."""
        told: dict[str, int] = {**dict(self.counts.items()), "unchanged": self.counts["unchanged"] - self.weightless}
        told["without weights"] = self.weightless
        counts = (f"{count} {verdict}" for verdict, count in told.items() if count)
        equal = "equal in what could be read" if self.damage else "equal"
        return (f"{self.old.location} -> {self.new.location}", equal if self.equal else "", *counts)


_HTML_TITLES = ("old", "new", "matched by", "verdict", "weights that differ", "config that differs")


_WEIGHT_TITLES = ("weight", "old", "new", "values")


def _weight_cells(weight: WeightDiff) -> tuple[str, ...]:
    """One weight as a row of a notebook's table."""
    return (weight.name, *weight.sides, " · ".join(weight.figures))


def _html_cells(layer: LayerDiff) -> tuple[str, ...]:
    """One layer as a row of a notebook's table."""
    paths = ("" if side is None else side.path for side in (layer.old, layer.new))
    weights = ", ".join(weight.name for weight in layer.weights if not weight.same)
    config = ", ".join(change.key for change in layer.config)
    return (*paths, layer.matched_by or "", layer.verdict or "", weights, config)
