"""Which layers of a comparison are listed, and in which order; every fact stays that of the whole comparison."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from kerasinspect.analysis.comparison.layer_figures import figures_of
from kerasinspect.analysis.comparison.results import VERDICTS, Verdict
from kerasinspect.analysis.selection.several import SelectionFilters, Selector
from kerasinspect.analysis.selection.sort_keys import largest_first
from kerasinspect.late.dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from kerasinspect.analysis.comparison.results import Diff, LayerDiff, WeightDiff
    from kerasinspect.analysis.selection import Selection
    from kerasinspect.analysis.selection.sort_keys import SortKey
    from kerasinspect.model import Layer, Model, Weight

DiffOrder: TypeAlias = Literal["order", "name", "verdict", "change", "largest", "cosine", "parameters"]
"""What layers are sorted by."""

Only: TypeAlias = Literal["changed"] | Verdict
"""Which layers are listed: those that differ in anything, or those of a verdict."""

_FilterTexts: TypeAlias = "tuple[Sequence[str], ...]"
"""Names of layers, names of weights, classes, and positions, as ``select`` takes them."""


@dataclass(frozen=True, slots=True)
class ListedLayer:
    """A layer of a comparison, with what is listed of its weights."""

    diff: LayerDiff
    weights: tuple[WeightDiff, ...]


@dataclass(frozen=True, slots=True)
class ListedDiff:
    """What is listed of a comparison."""

    diff: Diff
    layers: tuple[ListedLayer, ...]
    left_out: int = 0
    """Layers that match and are not listed, since only the first ones are."""
    filtered: bool = False
    """Whether layers were chosen, so that what is left out may differ as well."""

    @property
    def has_model_config(self) -> bool:
        """Whether the config of the model as a whole differs, and is listed since no layers were chosen."""
        return bool(self.diff.config) and not self.filtered


def list_diff(
    diff: Diff,
    filters: _FilterTexts = (),
    only: Collection[Only] = (),
    order: DiffOrder = "order",
    top: int | None = None,
) -> ListedDiff:
    """What of a comparison fits the filters on either side and is of an asked kind, the first ``top`` in an order.

    Raises NothingMatches for a filter that fits nothing on both sides.
    """
    layers = [*_fitting(diff, filters)] if any(filters) else [ListedLayer(one, one.weights) for one in diff.layers]
    layers = [one for one in layers if not only or _is_one_of(one.diff, only)]
    if order != "order":
        layers.sort(key=lambda one: _SORT[order](one.diff))
    kept = tuple(layers[:top])
    filtered = any(filters) or bool(only and "changed" not in only)
    return ListedDiff(diff, kept, len(layers) - len(kept), filtered)


def _is_one_of(layer: LayerDiff, only: Collection[Only]) -> bool:
    """Whether a layer is of an asked kind."""
    return layer.verdict in only or ("changed" in only and not layer.same)


def _fitting(diff: Diff, filters: _FilterTexts) -> Iterator[ListedLayer]:
    """The layers that the filters choose in the old or in the new model, with their weights that are chosen there."""
    chosen = [_Chosen.of(one) for one in _selections((diff.old, diff.new), filters)]
    old, new = chosen
    by_weight = bool(filters[1] or filters[3])
    for layer in diff.layers:
        weights = tuple(one for one in layer.weights if old.has_weight(one.old) or new.has_weight(one.new))
        if weights if by_weight else (weights or old.has_layer(layer.old) or new.has_layer(layer.new)):
            yield ListedLayer(layer, weights)


@dataclass(frozen=True, slots=True)
class _Chosen:
    """What filters choose of one model."""

    paths: Collection[str] = ()
    keys: Collection[str] = ()
    """Where the chosen weights lie in the file."""

    @classmethod
    def of(cls, selection: Selection | None) -> _Chosen:
        """What a selection has; nothing where the filters fit nothing."""
        if selection is None:
            return cls()
        weights = (weight.stored_path for weight in selection.weights)
        return cls({listed.layer.path for listed in selection.walk()}, {*weights})

    def has_layer(self, layer: Layer | None) -> bool:
        """Whether a layer is chosen."""
        return layer is not None and layer.path in self.paths

    def has_weight(self, weight: Weight | None) -> bool:
        """Whether a weight is chosen."""
        return weight is not None and weight.stored_path in self.keys


def _selections(models: tuple[Model, Model], filters: _FilterTexts) -> list[Selection | None]:
    """What the filters choose of each model: a name counts where it is known.

    Raises NothingMatches, which names the nearest in the new model, for a name that neither model knows, and where the
    filters together choose nothing of either.
    """
    selector = Selector(SelectionFilters(*filters))
    found = [selector.select(model) for model in reversed(models)]
    selector.require_matches()
    return found[::-1]


def _figure(layer: LayerDiff, name: Literal["relative_l2", "max_abs", "cosine"]) -> float | None:
    """A figure of a layer as a whole."""
    figures = figures_of(layer)
    return None if figures is None else getattr(figures, name)


def _parameters(layer: LayerDiff) -> int:
    """Numbers in the own weights of a layer, on the new side where it has one."""
    return sum(weight.parameters for one in layer.weights if (weight := one.new or one.old))


_SORT: Mapping[str, Callable[[LayerDiff], SortKey]] = {
    "name": lambda layer: layer.path,
    "verdict": largest_first(lambda layer: float(VERDICTS.index(layer.verdict)) if layer.verdict else None),
    "change": largest_first(lambda layer: _figure(layer, "relative_l2")),
    "largest": largest_first(lambda layer: _figure(layer, "max_abs")),
    "cosine": largest_first(lambda layer: None if (cosine := _figure(layer, "cosine")) is None else -cosine),
    "parameters": largest_first(_parameters),
}
"""Sort keys by order: the gravest verdict, the largest figure and the smallest cosine first."""
