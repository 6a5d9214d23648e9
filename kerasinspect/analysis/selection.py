"""Chooses layers and weights of a model by name, path or glob."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kerasinspect.analysis.globs import fits_glob
from kerasinspect.errors import NothingMatches
from kerasinspect.model import depth_first
from kerasinspect.names import alike

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kerasinspect.model import Layer, Model, Weight

_NAMES_IN_A_MESSAGE = 10
"""Names that a message lists where none is near."""


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


def select(model: Model, layers: Sequence[str] = (), weights: Sequence[str] = ()) -> Selection:
    """The layers and weights that match any of the given names, paths or globs.

    A layer comes with everything below it. Raises NothingMatches, which names the nearest, for each pattern
    that matches nothing.
    """
    if not layers and not weights:
        return Selection(model, tuple(map(_whole, model.layers)), model.own_weights, model.weights)
    chosen, own = model.layers, model.own_weights
    if layers:
        chosen = tuple(_topmost(model.layers, _matching_layers(model, layers)))
        own = own if any(_matches(pattern, model.name or "") for pattern in layers) else ()
    candidates = [*own, *(weight for layer in chosen for inner in layer.walk() for weight in inner.weights)]
    keys = _matching_weights(candidates, weights) if weights else {weight.stored_path for weight in candidates}
    pruned = (_pruned(layer, keys) if weights else _whole(layer) for layer in chosen)
    return Selection(
        model,
        tuple(listed for listed in pruned if listed is not None),
        tuple(weight for weight in own if weight.stored_path in keys),
        tuple(weight for weight in model.weights if weight.stored_path in keys),
        filtered=True,
    )


def _matches(pattern: str, *names: str) -> bool:
    """Whether the pattern is one of the names or a glob for one."""
    return any(fits_glob(name, pattern) for name in names)


def _matching_layers(model: Model, patterns: Sequence[str]) -> set[str]:
    """Paths of all layers that match; a name that is written out in full is never taken for a glob."""
    everything = list(model.walk())
    paths: set[str] = set()
    for pattern in patterns:
        exact = {layer.path for layer in everything if pattern in (layer.path, layer.name, *layer.also_at)}
        found = exact or {
            layer.path for layer in everything if _matches(pattern, layer.path, layer.name, *layer.also_at)
        }
        if not found and not (model.own_weights and _matches(pattern, model.name or "")):
            names = [layer.path for layer in everything]
            raise _nothing("layer", pattern, names, [layer.name for layer in everything])
        paths |= found
    return paths


def _matching_weights(candidates: Sequence[Weight], patterns: Sequence[str]) -> set[str]:
    """Stored paths of all candidates that match."""
    keys: set[str] = set()
    for pattern in patterns:
        found = {weight.stored_path for weight in candidates if _matches(pattern, weight.name, weight.path)}
        if not found:
            names = list(dict.fromkeys(weight.name for weight in candidates))
            raise _nothing("weight", pattern, names, [weight.path for weight in candidates])
        keys |= found
    return keys


def _nothing(word: str, pattern: str, names: Sequence[str], others: Sequence[str]) -> NothingMatches:
    """The error for a pattern that matches nothing, with the nearest names or the first ones."""
    near = alike(pattern, [*names, *others])
    message = f'No {word} matches "{pattern}".'
    if near:
        return NothingMatches(message, f"The nearest: {', '.join(near)}.")
    if not names:
        return NothingMatches(message, f"There are no {word}s to choose from.")
    listed = ", ".join(names[:_NAMES_IN_A_MESSAGE])
    more = f" and {len(names) - _NAMES_IN_A_MESSAGE} more" if len(names) > _NAMES_IN_A_MESSAGE else ""
    return NothingMatches(message, f"There are {listed}{more}.")


def _topmost(layers: Iterable[Layer], paths: set[str]) -> Iterator[Layer]:
    """The matching layers that lie in no other matching layer."""
    for layer in layers:
        if layer.path in paths:
            yield layer
        else:
            yield from _topmost(layer.layers, paths)


def _whole(layer: Layer) -> Listed:
    """The layer with all that it has."""
    return Listed(layer, layer.weights, tuple(map(_whole, layer.layers)))


def _pruned(layer: Layer, wanted: set[str]) -> Listed | None:
    """The layer with only the wanted weights and the sublayers that have some; None where nothing is left."""
    weights = tuple(weight for weight in layer.weights if weight.stored_path in wanted)
    sublayers = tuple(pruned for inner in layer.layers if (pruned := _pruned(inner, wanted)) is not None)
    return Listed(layer, weights, sublayers) if weights or sublayers else None
