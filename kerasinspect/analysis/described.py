"""What class and config say of each layer's arrays, and which of those that the file has is which."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.knowledge.expectations import one_shape, sublayer_input
from kerasinspect.knowledge.keras_versions import version_of
from kerasinspect.knowledge.kinds import WHOLE_BYTES, weights_for
from kerasinspect.knowledge.layers import LAYERS, row_of
from kerasinspect.knowledge.layers.weights import LORA_FACTORS
from kerasinspect.knowledge.output_shapes import output_shape
from kerasinspect.knowledge.quantization import policy_of, untold_variants, variants
from kerasinspect.knowledge.serialized import size
from kerasinspect.late.dataclasses import dataclass
from kerasinspect.names import number_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kerasinspect.knowledge.kinds import LayerSpec, WeightSpec
    from kerasinspect.knowledge.shapes.rule import Outputs
    from kerasinspect.model import Layer, Model, Weight

    _Kinds = tuple[WeightSpec, ...]


@dataclass(frozen=True, slots=True)
class DescribedLayer:
    """A layer that a config describes, with the weights that it has by its class."""

    layer: Layer
    ways: tuple[_Kinds, ...]
    """Each way in which it may have stored them."""
    incoming: Outputs | None
    """What comes in: one shape, or several."""
    is_open: bool = False
    """A custom layer around it may have taken arrays out of it."""
    copies: int | None = None
    """How many numbers in a tree are those of copies, before those of its weights; None in a legacy file."""

    @property
    def kinds(self) -> _Kinds:
        """The way in which it has as many weights as the file, or else the fewest."""
        count = len(self.layer.weights)
        return next((way for way in self.ways if len(way) == count), min(self.ways, key=len, default=()))

    @property
    def is_whole(self) -> bool:
        """Whether its arrays are in their places: nothing around it has taken any."""
        return not self.is_open or len(self.layer.weights) == len(self.kinds)

    @property
    def is_plain(self) -> bool:
        """Whether its arrays are those of its weights: neither quantized nor adapted by LoRA."""
        config = self.layer.config
        return policy_of(config).mode is None and config.get("lora_rank") is None


@dataclass(frozen=True, slots=True)
class _Filled:
    """The weights of a layer by its class, and which array is each."""

    pairs: tuple[tuple[WeightSpec, Weight], ...]
    lacking: tuple[WeightSpec, ...]
    surplus: tuple[Weight, ...]


def outer_layers(layers: Iterable[Layer]) -> Iterator[Layer]:
    """The layers of a model and of the models inside it; not what is inside a layer."""
    for layer in layers:
        if layer.kind == "model":
            yield from outer_layers(layer.layers)
        else:
            yield layer


def is_described(layer: Layer) -> bool:
    """Whether a config names a layer, rather than only the file."""
    return layer.trainable is not None


def described_layers(model: Model, top: Layer) -> Iterator[DescribedLayer]:
    """A layer and those inside it that class and config describe, each with what comes into it."""
    version, is_legacy = version_of(model.keras_version), model.is_legacy
    pending: list[tuple[Layer, _Kinds | None, Outputs | None, bool]] = [(top, None, top.input_shape, False)]
    while pending:
        layer, given, shapes, is_open = pending.pop()
        is_open = is_open or _holds_arrays_of_its_own(layer)
        kind = LAYERS.get(layer.class_name) if layer.known else None
        if layer.config and kind is not None and not kind.wraps_code and is_described(layer):
            own = kind.weights if given is None else given
            ways = variants(layer.class_name, weights_for(own, layer.config), layer.config, version)
            copies = None if is_legacy else int(kind.shares_kernel)
            yield DescribedLayer(layer, () if _is_flattened(layer, kind) else tuple(ways), shapes, is_open, copies)
        parts = {part.name: part.weights for part in kind.sublayers} if kind else {}
        inside = [(inner, parts.get(inner.name), taken, is_open) for inner, taken in _with_incoming(layer, shapes)]
        pending += reversed(inside)


def _is_flattened(layer: Layer, kind: LayerSpec) -> bool:
    """Whether a layer has the weights of its cell itself, as recurrent layers of Keras 1 do."""
    return bool(kind.sublayers and not kind.weights and not layer.layers)


def _with_incoming(layer: Layer, shapes: Outputs | None) -> Iterator[tuple[Layer, Outputs | None]]:
    """The layers right inside a layer, each with the shape that it takes; None where that is not known."""
    row = row_of(layer.class_name)
    shapes = _sequence_of(shapes) if row.reads_states else shapes
    is_chain = row.is_chain and layer.known
    taken: Outputs | None = shapes if is_chain else sublayer_input(layer.class_name, "", shapes)
    for inner in layer.layers:
        yield inner, shapes if row.is_projecting else taken
        if row.is_cell:
            taken = (None, size(inner.config, "units")) if inner.known else None
        elif is_chain:
            before = one_shape(taken)
            taken = output_shape(inner.class_name, inner.config, [before]) if inner.known and before else None


def _sequence_of(shapes: Outputs | None) -> Outputs | None:
    """What a recurrent layer reads, where it takes states as well: these have one axis less, that of the steps."""
    several = [shape for shape in shapes or () if isinstance(shape, tuple)]
    longest = [shape for shape in several if len(shape) == max(map(len, several))]
    return longest[0] if len(longest) == 1 else shapes


def _holds_arrays_of_its_own(layer: Layer) -> bool:
    """Whether a layer of a custom class has arrays that no config describes: a wrapper takes its layer's kernel so."""
    return not layer.known and any(inner.weights for inner in layer.walk() if not (inner.known and inner.config))


def filled(one: DescribedLayer) -> _Filled:
    """Which array is which weight of a layer: by number in a tree, as Keras goes, else by name and then by place."""
    kinds = one.kinds
    taken: dict[int, Weight] = {}
    left = []
    for weight in one.layer.weights:
        place = _place_of(kinds, weight, one.copies)
        if place is None or place in taken:
            left.append(weight)
        else:
            taken[place] = weight
    if one.copies is None:
        free = [place for place in range(len(kinds)) if place not in taken]
        taken |= dict(zip(free, left, strict=False))
        left = left[len(free) :]
    pairs = tuple((kinds[place], taken[place]) for place in sorted(taken))
    return _Filled(pairs, tuple(kind for place, kind in enumerate(kinds) if place not in taken), tuple(left))


def _place_of(kinds: Sequence[WeightSpec], weight: Weight, copies: int | None) -> int | None:
    """The place of an array among the weights of a layer; None where it is none of them."""
    number = None if copies is None else number_of(weight.stored_path.rpartition("/")[2])
    if number is not None and copies is not None:
        return number - copies if 0 <= number - copies < len(kinds) else None
    return next((place for place, kind in enumerate(kinds) if kind.name == weight.name), None)


def is_adapted_untold(one: DescribedLayer) -> bool:
    """Whether the arrays of a layer are those of a quantized or adapted one, of which its config does not tell.

    So it is with the projections of an attention layer.
    """
    kinds = one.kinds
    plain = {kind.name for kind in kinds}
    others = {kind.name for way in untold_variants(one.layer.class_name, kinds) for kind in way} - plain
    weights = one.layer.weights
    return any(one.dtype in WHOLE_BYTES or one.name in others or one.name in LORA_FACTORS for one in weights)
