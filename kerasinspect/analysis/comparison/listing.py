"""Which layers of a comparison are listed, and in which order; every fact stays that of the whole comparison."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from kerasinspect.analysis.comparison.layer_figures import figures_of
from kerasinspect.analysis.comparison.results import VERDICTS, Verdict
from kerasinspect.analysis.selection import select
from kerasinspect.errors import NothingMatches

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from kerasinspect.analysis.comparison.results import Diff, LayerDiff, WeightDiff
    from kerasinspect.analysis.selection import Selection
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
    def of(cls, selection: Selection | NothingMatches) -> _Chosen:
        """What a selection has; nothing where the filters fit nothing."""
        if isinstance(selection, NothingMatches):
            return cls()
        weights = (weight.stored_path for weight in selection.weights)
        return cls({listed.layer.path for listed in selection.walk()}, {*weights})

    def has_layer(self, layer: Layer | None) -> bool:
        """Whether a layer is chosen."""
        return layer is not None and layer.path in self.paths

    def has_weight(self, weight: Weight | None) -> bool:
        """Whether a weight is chosen."""
        return weight is not None and weight.stored_path in self.keys


def _selections(models: tuple[Model, Model], filters: _FilterTexts) -> list[Selection | NothingMatches]:
    """What the filters choose of each model, or why nothing: a name counts where it is known.

    Raises NothingMatches for a name that neither model knows, and where the filters together choose nothing of either.
    """
    for alone in (_alone(kind, text) for kind, texts in enumerate(filters) for text in texts):
        if not any(_is_known(model, alone) for model in models):
            select(models[1], *alone)
    found = [_attempt(model, _known(model, filters)) for model in models]
    errors = [one for one in found if isinstance(one, NothingMatches)]
    if len(errors) == len(found):
        raise errors[-1]
    return found


def _known(model: Model, filters: _FilterTexts) -> _FilterTexts:
    """The filters without the names that a model does not know, as long as it knows another one of the kind."""
    known = (
        tuple(text for text in texts if _is_known(model, _alone(kind, text))) for kind, texts in enumerate(filters)
    )
    return tuple(some or texts for some, texts in zip(known, filters, strict=True))


def _is_known(model: Model, filters: _FilterTexts) -> bool:
    """Whether filters choose anything of a model."""
    return not isinstance(_attempt(model, filters), NothingMatches)


def _alone(kind: int, text: str) -> _FilterTexts:
    """One filter of a kind, and none of the others."""
    return tuple((text,) if kind == at else () for at in range(kind + 1))


def _attempt(model: Model, filters: _FilterTexts) -> Selection | NothingMatches:
    """What filters choose of a model, or the error that says what they do not fit."""
    try:
        return select(model, *filters)
    except NothingMatches as error:
        return error


def _descending(of: Callable[[LayerDiff], float | None]) -> Callable[[LayerDiff], tuple[bool, float]]:
    """A sort key that puts the largest figure first, and missing ones last."""

    def key(layer: LayerDiff) -> tuple[bool, float]:
        figure = of(layer)
        return figure is None, -(figure or 0.0)

    return key


def _figure(layer: LayerDiff, name: Literal["relative_l2", "max_abs", "cosine"]) -> float | None:
    """A figure of a layer as a whole."""
    figures = figures_of(layer)
    return None if figures is None else getattr(figures, name)


def _parameters(layer: LayerDiff) -> int:
    """Numbers in the own weights of a layer, on the new side where it has one."""
    return sum(weight.parameters for one in layer.weights if (weight := one.new or one.old))


_SORT: Mapping[str, Callable[[LayerDiff], tuple[bool, float] | str]] = {
    "name": lambda layer: layer.path,
    "verdict": _descending(lambda layer: float(VERDICTS.index(layer.verdict)) if layer.verdict else None),
    "change": _descending(lambda layer: _figure(layer, "relative_l2")),
    "largest": _descending(lambda layer: _figure(layer, "max_abs")),
    "cosine": _descending(lambda layer: None if (cosine := _figure(layer, "cosine")) is None else -cosine),
    "parameters": _descending(_parameters),
}
"""Sort keys by order: the gravest verdict, the largest figure and the smallest cosine first."""
