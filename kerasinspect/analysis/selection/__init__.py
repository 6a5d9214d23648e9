"""Chooses layers and weights of a model by name, path, class, glob, or position in ``get_weights()``."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from kerasinspect.analysis.globs import fits_glob
from kerasinspect.analysis.selection.misses import no_class, no_index, no_layer, no_weight
from kerasinspect.analysis.selection.names import names_of_class, names_of_layer, names_of_weights
from kerasinspect.analysis.selection.positions import positions_in
from kerasinspect.late.dataclasses import dataclass
from kerasinspect.model import depth_first

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from kerasinspect.model import Layer, Model, Weight

_Thing = TypeVar("_Thing")


@dataclass(frozen=True, slots=True)
class Listed:
    """A layer, with what is listed of it; what is said of the layer is said of all of it."""

    layer: Layer
    weights: tuple[Weight, ...]
    """Those of its own weights that are listed."""
    layers: tuple[Listed, ...]
    """Its sublayers that are listed."""

    def walk(self) -> Iterator[Listed]:
        """The layer itself, then everything that is listed below it, depth first."""
        return depth_first(self, lambda listed: listed.layers)


@dataclass(frozen=True, slots=True)
class Selection:
    """What is listed of a model; without filters, all of it. Facts and totals are always those of the model."""

    model: Model
    layers: tuple[Listed, ...]
    """The topmost layers that match, each with the sublayers and weights that match."""
    own_weights: tuple[Weight, ...]
    """Weights of the model itself that match."""
    weights: tuple[Weight, ...]
    """Every matching weight once, in the order of ``get_weights()``."""
    filtered: bool = False

    def walk(self) -> Iterator[Listed]:
        """Every layer that is listed, at every depth, in order."""
        for listed in self.layers:
            yield from listed.walk()


@dataclass(frozen=True, slots=True)
class _Part:
    """Some layers of a model, each with everything below it, and the model's own weights or none of them."""

    layers: tuple[Layer, ...]
    own: tuple[Weight, ...]

    def walk(self) -> Iterator[Layer]:
        """Every layer at every depth, in order."""
        for layer in self.layers:
            yield from layer.walk()

    def weights(self) -> tuple[Weight, ...]:
        """Every weight of it."""
        return (*self.own, *(weight for layer in self.walk() for weight in layer.weights))


def select(
    model: Model,
    layers: Sequence[str] = (),
    weights: Sequence[str] = (),
    classes: Sequence[str] = (),
    indices: Sequence[str] = (),
) -> Selection:
    """The layers and weights that match one of each kind of filter that is given.

    A layer comes with everything below it. ``indices`` are positions in ``get_weights()``, and ranges of them as in
    Python. Raises NothingMatches, which names the nearest, for each filter that matches nothing.
    """
    part = _Part(model.layers, model.own_weights)
    if not (layers or weights or classes or indices):
        return Selection(model, tuple(map(_whole, part.layers)), part.own, model.weights)
    part = _named(model, part, layers) if layers else part
    part = _of_classes(model, part, classes) if classes else part
    chosen = part.weights()
    chosen = _matching_weights(model, chosen, weights) if weights else chosen
    chosen = _at_positions(model, chosen, indices) if indices else chosen
    keys = {weight.stored_path for weight in chosen}
    pruned = (_pruned(layer, keys) if weights or indices else _whole(layer) for layer in part.layers)
    return Selection(
        model,
        tuple(listed for listed in pruned if listed is not None),
        tuple(weight for weight in part.own if weight.stored_path in keys),
        tuple(weight for weight in model.weights if weight.stored_path in keys),
        filtered=True,
    )


def _matching(pattern: str, things: Iterable[_Thing], names_of: Callable[[_Thing], Sequence[str]]) -> list[_Thing]:
    """The things with this name; where none has it, those with a name that it fits as a glob."""
    named = [(thing, names_of(thing)) for thing in things]
    exact = [thing for thing, names in named if pattern in names]
    return exact or [thing for thing, names in named if any(fits_glob(name, pattern) for name in names)]


def _named(model: Model, part: _Part, patterns: Sequence[str]) -> _Part:
    """The layers of some names or paths, and the model's own weights where the model is named."""
    everything = list(part.walk())
    paths: set[str] = set()
    own: tuple[Weight, ...] = ()
    for pattern in patterns:
        found = {layer.path for layer in _matching(pattern, everything, names_of_layer)}
        is_model = bool(part.own) and fits_glob(model.name or "", pattern)
        if not found and not is_model:
            raise no_layer(model, pattern)
        paths |= found
        own = part.own if is_model else own
    return _Part(tuple(_topmost(part.layers, lambda layer: layer.path in paths)), own)


def _of_classes(model: Model, part: _Part, patterns: Sequence[str]) -> _Part:
    """The layers of some classes, and the model's own weights where its class is one of them."""
    there = dict.fromkeys(layer.class_name for layer in part.walk())
    own_class = {model.class_name or ""} if part.own else set()
    classes: set[str] = set()
    for pattern in patterns:
        found = _matching(pattern, there | dict.fromkeys(own_class), names_of_class)
        if not found:
            raise no_class(model, pattern, there)
        classes.update(found)
    layers = _topmost(part.layers, lambda layer: layer.class_name in classes)
    return _Part(tuple(layers), part.own if own_class & classes else ())


def _matching_weights(model: Model, candidates: Sequence[Weight], patterns: Sequence[str]) -> tuple[Weight, ...]:
    """The candidates of some names or paths."""
    keys: set[str] = set()
    names_of = names_of_weights(model)
    for pattern in patterns:
        found = _matching(pattern, candidates, names_of)
        if not found:
            raise no_weight(model, pattern, candidates)
        keys.update(weight.stored_path for weight in found)
    return tuple(weight for weight in candidates if weight.stored_path in keys)


def _at_positions(model: Model, candidates: Sequence[Weight], texts: Sequence[str]) -> tuple[Weight, ...]:
    """The candidates at some positions of ``get_weights()``."""
    wanted = [positions_in(text) for text in texts]
    for text, positions in zip(texts, wanted, strict=True):
        if not any(weight.index in positions for weight in candidates):
            raise no_index(model, text, positions)
    return tuple(weight for weight in candidates if any(weight.index in positions for positions in wanted))


def _topmost(layers: Iterable[Layer], matches: Callable[[Layer], bool]) -> Iterator[Layer]:
    """The matching layers that lie in no other matching layer."""
    for layer in layers:
        if matches(layer):
            yield layer
        else:
            yield from _topmost(layer.layers, matches)


def _whole(layer: Layer) -> Listed:
    """The layer with all that it has."""
    return Listed(layer, layer.weights, tuple(map(_whole, layer.layers)))


def _pruned(layer: Layer, wanted: set[str]) -> Listed | None:
    """The layer with only the wanted weights and the sublayers that have some; None where nothing is left."""
    weights = tuple(weight for weight in layer.weights if weight.stored_path in wanted)
    sublayers = tuple(pruned for inner in layer.layers if (pruned := _pruned(inner, wanted)) is not None)
    return Listed(layer, weights, sublayers) if weights or sublayers else None
