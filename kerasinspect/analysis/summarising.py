"""Adds up parameters and bytes over the layers of a model, of which a selection may list some."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Literal, TypeAlias

from kerasinspect.analysis.selection import Listed
from kerasinspect.late.dataclasses import dataclass, replace
from kerasinspect.model import Array, ExtraKind, Layer, Model, Weight

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from kerasinspect.analysis.selection import Selection

Order: TypeAlias = Literal["order", "parameters", "bytes", "name"]

Kind: TypeAlias = 'Literal["trainable", "non_trainable", "unknown"] | ExtraKind'
"""What a stored array counts as: a weight that trains, one that does not, one that does not say, or an extra."""


@dataclass(frozen=True, slots=True)
class Total:
    """Parameters and bytes of some arrays."""

    arrays: int = 0
    parameters: int = 0
    nbytes: int = 0

    @classmethod
    def of(cls, array: Array) -> Total:
        """The size of one array."""
        return cls(1, prod(array.shape), array.nbytes)

    def __add__(self, other: Total) -> Total:
        """The sum of two sizes."""
        return Total(self.arrays + other.arrays, self.parameters + other.parameters, self.nbytes + other.nbytes)


@dataclass(frozen=True, slots=True)
class SummedLayer:
    """One layer of a summary."""

    layer: Layer
    total: Total
    """Over the layer and everything below it; without a tree over what no other entry counts."""
    dtypes: tuple[str, ...]
    trainable: bool | None
    """None where some of it is and some is not, or nothing tells."""
    entries: tuple[SummedLayer, ...] = ()

    def walk(self) -> Iterator[SummedLayer]:
        """Give this entry, then every entry below it."""
        yield self
        for entry in self.entries:
            yield from entry.walk()


@dataclass(frozen=True, slots=True)
class Summary:
    """The layers of a model with their sizes, and the totals."""

    model: Model
    entries: tuple[SummedLayer, ...]
    total: Total
    """Over all weights of the model, whichever layers are listed."""
    totals: Mapping[Kind, Total]
    """By what the arrays count as; only kinds that occur, but always both kinds of weights."""
    tree: bool
    """Whether ``entries`` nest; else they are a list, sorted."""
    left_out: int = 0
    """Entries that ``top`` left out of the list."""

    @property
    def branches(self) -> bool:
        """Whether any layer is fed by others than the one listed before it."""
        before: str | None = None
        for entry in self.entries if self.tree else ():
            if entry.layer.inbound and entry.layer.inbound != (before,):
                return True
            before = entry.layer.path
        return any(inner.layer.inbound for entry in self.entries for inner in entry.walk() if inner is not entry)

    def share(self, entry: SummedLayer) -> float | None:
        """The share of a layer in all parameters, from 0 to 1; None where there are none."""
        whole = self.total.parameters
        return entry.total.parameters / whole if whole else None


def summarise(
    selection: Selection, order: Order = "order", top: int | None = None, depth: int | None = None
) -> Summary:
    """The layer tree, or with another order or a ``top`` a sorted list of the layers that own weights.

    Below ``depth`` levels layers are not listed; what they hold still counts for those above them.
    """
    tree = order == "order" and top is None
    model = selection.model
    layers = [*_own(selection), *selection.layers]
    if tree:
        entries = [_entry(listed, 1, depth) for listed in layers]
    else:
        entries = sorted(_flat(layers, 1, depth), key=_SORT["parameters" if order == "order" else order])
    shown = entries if top is None else entries[:top]
    return Summary(model, tuple(shown), _measured(model.weights), _totals(model), tree, len(entries) - len(shown))


_SORT: Mapping[str, Callable[[SummedLayer], tuple[int, str]]] = {
    "parameters": lambda entry: (-entry.total.parameters, entry.layer.path),
    "bytes": lambda entry: (-entry.total.nbytes, entry.layer.path),
    "name": lambda entry: (0, entry.layer.path),
}


def _own(selection: Selection) -> tuple[Listed, ...]:
    """The model itself as a layer, where weights that it owns are listed."""
    if not selection.own_weights:
        return ()
    model = selection.model
    name = model.name or "model"
    layer = Layer(name, model.class_name or "Model", name, kind="model", weights=model.own_weights)
    return (Listed(layer, selection.own_weights, ()),)


def _entry(listed: Listed, level: int, depth: int | None) -> SummedLayer:
    """The layer with those below it that are listed, down to the depth."""
    below = () if level == depth else tuple(_entry(inner, level + 1, depth) for inner in listed.layers)
    return _summed(listed.layer, listed.layer.all_weights, below)


def _flat(layers: Iterable[Listed], level: int, depth: int | None) -> Iterator[SummedLayer]:
    """The layers that own weights; at the depth a layer counts as owning everything below it."""
    for listed in layers:
        own = listed.layer.weights if listed.weights else ()
        if found := listed.layer.all_weights if level == depth else own:
            yield _summed(listed.layer, found, ())
        if level != depth:
            yield from _flat(listed.layers, level + 1, depth)


def _summed(layer: Layer, weights: Sequence[Weight], below: tuple[SummedLayer, ...]) -> SummedLayer:
    """One entry over these weights."""
    total = _measured(weights, f"{layer.path}/")
    return SummedLayer(layer, total, tuple(dict.fromkeys(w.dtype for w in weights)), _trainable(layer), below)


def _trainable(layer: Layer) -> bool | None:
    """Whether the layer trains: as it says, else as all of its weights say."""
    if layer.trainable is not None:
        return layer.trains
    said = {weight.trainable for inner in layer.walk() for weight in inner.weights}
    return said.pop() if len(said) == 1 else None


def _measured(weights: Iterable[Weight], within: str = "") -> Total:
    """Parameters and bytes of these weights, which are all that lie within a path."""
    return sum((_size(weight, within) for weight in weights), Total())


def _size(weight: Weight, within: str) -> Total:
    """What one weight adds; a variable that is stored there a second time adds its bytes, but no parameters."""
    total = Total.of(weight.array)
    return replace(total, parameters=0) if weight.same_as is not None and weight.same_as.startswith(within) else total


def _totals(model: Model) -> dict[Kind, Total]:
    """Totals by what each array counts as."""
    totals: dict[Kind, Total] = {"trainable": Total(), "non_trainable": Total()}
    kinds: dict[bool | None, Kind] = {True: "trainable", False: "non_trainable", None: "unknown"}
    for weight in model.weights:
        kind = kinds[weight.trainable]
        totals[kind] = totals.get(kind, Total()) + _size(weight, "")
    return totals | extra_totals(model)


def extra_totals(model: Model) -> dict[ExtraKind, Total]:
    """Totals of the arrays that are no weights, by their kind; only kinds that occur."""
    totals: dict[ExtraKind, Total] = {}
    for extra in model.extras:
        totals[extra.kind] = totals.get(extra.kind, Total()) + Total.of(extra.array)
    return totals
