"""The layers of one side of a comparison, each at its place: in which layer, after which, fed by which."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, TypeAlias

from kerasinspect.analysis.placed_layers import known_class, placed_layers
from kerasinspect.dtypes import holds_numbers
from kerasinspect.knowledge.layers import group_name
from kerasinspect.knowledge.layers.weights import LORA_FACTORS
from kerasinspect.knowledge.naming import current_class_name, number_in, unnumbered
from kerasinspect.late.dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from kerasinspect.model import Array, Layer, Model, Weight
    from kerasinspect.remarks import RemarkKind

_QUANTIZATION_ENDINGS = ("_scale", "_zero", "_amax_history", "_divisor")
"""Endings of arrays that quantizing adds to a layer, and that the layer itself says nothing by."""
_GROUP_INDEX = "g_idx"
"""Another one."""

_SMALL_INTEGERS = frozenset({"int8", "uint8"})
"""What Keras stores quantized values as, and hardly anything else."""
_LOST_VALUES: frozenset[RemarkKind] = frozenset({"lost-scale", "untold-packing"})
"""Remarks on weights whose integers stand for numbers that the file does not tell."""

_Group: TypeAlias = "tuple[int | None, str]"
"""What layers have in common that Keras may have numbered together: the layer around them, and their class."""

ValueForm: TypeAlias = "tuple[tuple[tuple[int, ...], ...], tuple[bool, ...]]"
"""The shapes of a layer's own weights, and of which of them the file tells numbers."""

Kinds: TypeAlias = "dict[tuple[str, tuple[tuple[int, ...], ...], tuple[int, ...]], int]"
"""A number for each kind of layer that was met on either side: same class, same shapes, same layers with weights."""


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """A layer of one side, with what finding its partner asks."""

    layer: Layer
    number: int
    """Among all layers of its side, in order."""
    around: Place | None
    weights: tuple[Weight, ...]
    """Those that training or a rule of the layer makes, the largest ranks last; not those of quantization."""
    inner: list[Place] = field(default_factory=list)
    feeders: list[Place] = field(default_factory=list)
    """The layers that feed it, in order."""
    consumers: list[Place] = field(default_factory=list)
    """The layers that it feeds, in order."""

    @property
    def shapes(self) -> tuple[tuple[int, ...], ...]:
        """The shapes of its own weights, as the layer computes with them."""
        return tuple(values_of(weight).shape for weight in self.weights)

    @property
    def told(self) -> tuple[bool, ...]:
        """Of which of its own weights the file tells the values: only numbers of one kind can be alike."""
        return tuple(tells_values(one) and holds_numbers(values_of(one).dtype) for one in self.weights)

    @property
    def value_form(self) -> ValueForm:
        """What two layers must have in common for their values to be held against each other."""
        return self.shapes, self.told

    @property
    def is_named(self) -> bool:
        """Whether its file tells its path in the user's names."""
        return self.layer.named and (self.around is None or self.around.is_named)

    @property
    def word(self) -> str:
        """What its class is called in the names that Keras makes."""
        known = known_class(self.layer)
        return unnumbered(self.layer.name) if known is None else group_name(current_class_name(known))


@dataclass(frozen=True, slots=True)
class Side:
    """All layers of one of the two models."""

    model: Model
    places: tuple[Place, ...]
    by_path: Mapping[str, Place]
    kinds: Sequence[int]
    """The kind of each layer, by its number."""
    forms: Sequence[int]
    """The same without the classes, which files of weights may not tell."""
    lowest: Mapping[_Group, int]
    """The lowest number of names that Keras may have given, for each group of layers that have any."""

    @property
    def tells_order(self) -> bool:
        """Whether its layers stand in the order of the model: a file of weights may have them by class and number."""
        return self.model.config is not None or self.model.is_legacy

    @property
    def itself(self) -> Place | None:
        """What stands for the model, where that has weights of its own."""
        return self.places[0] if self.model.own_weights else None

    @property
    def outermost(self) -> list[Place]:
        """The layers that lie in no other one."""
        itself = self.itself
        return [place for place in self.places if place.around is None and place is not itself]

    def kind(self, place: Place) -> int:
        """The number of its kind, which layers of either side share that look alike."""
        return self.kinds[place.number]

    def form(self, place: Place) -> int:
        """The number of its form, which layers of either side share that have weights of the same shapes throughout."""
        return self.forms[place.number]

    def lowest_number(self, place: Place) -> int | None:
        """The lowest number among the layers that Keras may have numbered together with one."""
        return self.lowest.get(_group(place))


def values_of(weight: Weight) -> Array:
    """The values that a layer computes with."""
    if weight.dequantized is not None:
        return weight.dequantized
    return weight.array if weight.unpacked is None else weight.unpacked


def tells_values(weight: Weight) -> bool:
    """Whether its file tells which numbers a weight has: integers of a byte may stand for others by a lost scale."""
    return weight.dequantized is not None or weight.dtype not in _SMALL_INTEGERS or _is_added(weight.name)


def stands_for_others(weight: Weight) -> bool:
    """Whether integers are known to stand for other numbers, be these told or not."""
    return weight.dequantized is not None or (weight.remark is not None and weight.remark.kind in _LOST_VALUES)


def side_of(model: Model, kinds: Kinds) -> Side:
    """All layers of a model; ``kinds`` is one numbering for both sides."""
    places = tuple(_places(model))
    layers = places[1:] if model.own_weights else places  # the first one is the model itself
    by_path: dict[str, Place] = {}
    for place in layers:
        by_path.setdefault(place.layer.path, place)
    for place in layers:
        for path in place.layer.also_at:
            by_path.setdefault(path, place)
    for place in layers:
        for path in dict.fromkeys(place.layer.inbound):
            if path in by_path:
                place.feeders.append(by_path[path])
                by_path[path].consumers.append(place)
    return Side(model, places, by_path, _kinds(places, kinds), _kinds(places, kinds, "?"), _lowest_numbers(places))


def _places(model: Model) -> Iterator[Place]:
    """Every layer in order, each told to the one around it."""
    stack: list[Place] = []
    for number, (layer, around) in enumerate(placed_layers(model)):
        while stack and stack[-1].layer is not around:
            stack.pop()
        place = Place(layer, number, stack[-1] if stack else None, _own_weights(layer))
        if stack:
            stack[-1].inner.append(place)
        stack.append(place)
        yield place


def _own_weights(layer: Layer) -> tuple[Weight, ...]:
    """The weights that tell layers apart, in an order that quantizing leaves as it is: by shape, then as stored."""
    plain = [weight for weight in layer.weights if not _is_added(weight.name)]
    return tuple(sorted(plain, key=lambda weight: values_of(weight).shape))


def _is_added(name: str) -> bool:
    """Whether quantizing or LoRA put an array of this name beside those of the layer."""
    return name == _GROUP_INDEX or name in LORA_FACTORS or name.endswith(_QUANTIZATION_ENDINGS)


def _kinds(places: Sequence[Place], kinds: Kinds, word: str | None = None) -> list[int]:
    """The kind of each layer, by one word for all classes where that is given.

    Layers inside it count where they have weights, since files of weights have no others.
    """
    numbers = [0] * len(places)
    heavy = [False] * len(places)
    for place in reversed(places):
        inside = [one.number for one in place.inner if heavy[one.number]]
        heavy[place.number] = bool(place.weights or inside)
        key = word or place.word, place.shapes, tuple(numbers[number] for number in inside)
        numbers[place.number] = kinds.setdefault(key, len(kinds))
    return numbers


def _group(place: Place) -> _Group:
    """The layers that Keras may have numbered together with one."""
    return None if place.around is None else place.around.number, place.word


def _lowest_numbers(places: Sequence[Place]) -> dict[_Group, int]:
    """The lowest number of each group of layers with names that Keras may have given."""
    found: dict[_Group, int] = {}
    for place in places:
        if unnumbered(place.layer.name) == place.word:
            number = number_in(place.layer.name)
            found[_group(place)] = min(found.get(_group(place), number), number)
    return found
