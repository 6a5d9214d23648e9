"""The order of ``get_weights()`` in legacy files, which list the arrays of each layer of the outermost model.

One layer's arrays are listed as ``trainable_weights`` and then ``non_trainable_weights`` have them, however deep they
lie. For any layer of Keras 2 that is no model this is the order of ``get_weights()``. In models, and in Keras 3, it is
not; there the config and the classes say what belongs where, and inside a custom class nothing does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.assembly.claiming.absent import UNCOUNTED, is_absent, placeholder
from kerasinspect.assembly.nodes import Claim
from kerasinspect.assembly.order import Placement, own_places, own_then
from kerasinspect.knowledge.serialized import is_entry

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from kerasinspect.assembly.claiming.displaced import Arranged
    from kerasinspect.assembly.nodes import Node
    from kerasinspect.assembly.order import Age
    from kerasinspect.json_values import Json
    from kerasinspect.knowledge.keras_versions import KerasVersion

_FROM_ARGUMENTS = (2, 12)
"""The Keras since which a model that is a class of the user's has a config of its own making."""
_OF_EVERY_LAYER = ("trainable", "dtype")
"""What every layer's own ``get_config`` gives, and no model's."""


class LegacyOrder:
    """Lists the arrays of a legacy file as ``get_weights()`` of the Keras that saved it has them."""

    def __init__(
        self,
        age: Age,
        version: KerasVersion | None,
        stored: Mapping[str, int],
        doubtful: AbstractSet[Node],
        in_file: Arranged,
    ) -> None:
        """Take the places of arrays in the file by path, and the layers that may be a repetition."""
        self._age = age
        self._version = version
        self._stored = stored
        self._doubtful = doubtful
        self._in_file = in_file

    def of(self, model: Node) -> list[Placement]:
        """The places of all arrays of a model, each once."""
        if self._age == "file":
            return self._as_stored(model, known=True)
        known = self._age == "keras 2" or not _is_written_as_class(model)
        return [*self._in_model(model, self._in_file.layers, known=known)]

    def _in_order(self, node: Node, *, known: bool) -> Iterator[Placement]:
        """The arrays of a layer and of everything inside it."""
        if node.same_as is not None:
            yield from self._doubts(node)
        elif node.is_model:
            yield from self._in_model(node, node.children, known=known)
        elif self._age == "keras 3" and node.kind:
            yield from self._in_layer(node, known=known)
        else:
            yield from self._as_stored(node, known=known and self._is_told(node))

    def _in_model(self, node: Node, layers: Sequence[Node], *, known: bool) -> Iterator[Placement]:
        """A model's arrays: layer by layer, its own ones last in Keras 2 and first in Keras 3."""
        known = known and node.order_known
        if self._age == "keras 3":
            yield from own_places(node, known=known)
        for child in layers:
            yield from self._in_order(child, known=known and child not in self._in_file.unplaced)
        if self._age != "keras 3":
            yield from own_places(node, known=known)

    def _in_layer(self, node: Node, *, known: bool) -> Iterator[Placement]:
        """The arrays of a layer of Keras 3: its own ones, then those of each sublayer."""
        below_known = known and node.order_known
        below = [place for child in node.children for place in self._in_order(child, known=below_known)]
        yield from own_then(node, below, known=known)

    def _as_stored(self, node: Node, *, known: bool) -> list[Placement]:
        """All arrays in and below a layer as the file lists them."""
        inside = (below for below in node.walk() if below.same_as is None)
        places = [Placement(below, claim, known) for below in inside for claim in below.claims]
        places.sort(key=lambda place: self._stored.get(place.claim.array.path, len(self._stored)))
        return [*self._doubts(node), *places]

    def _doubts(self, node: Node) -> list[Placement]:
        """A placeholder for each layer in and below one that is left out as a repetition, though it may be none."""
        left_out = (below for below in node.walk() if below.same_as is not None and below in self._doubtful)
        return [Placement(below, Claim("", placeholder(UNCOUNTED, -1)), is_known=False) for below in left_out]

    def _is_told(self, node: Node) -> bool:
        """Whether the order in which the file lists what is inside a layer is that of ``get_weights()``."""
        owners = [below for below in node.walk() if below.claims and below.same_as is None]
        if len(owners) <= 1:
            return not any(_is_from_elsewhere(node, below, claim) for below in owners for claim in below.claims)
        if self._age == "keras 3":
            return node.frozen
        return node.kind is not None or _is_no_model(node, self._version)


def _is_from_elsewhere(node: Node, owner: Node, claim: Claim) -> bool:
    """Whether an array may not lie where its layer's other ones do: a factor of LoRA, or a lost one."""
    return "lora" in claim.name or (owner is not node and is_absent(claim.array))


def _is_written_as_class(model: Node) -> bool:
    """Whether a model may be a graph that a class of the user's builds.

    Keras 3 then lists its layers as the graph has them, but ``get_weights()`` begins with those that were set as
    attributes before. Other models of the user's have their layers in one order; those without any weights, such as
    the inputs of a graph, tell that it may be one.
    """
    if not model.from_config or model.kind is not None or "layers" in model.config:
        return False
    return any(not any(below.claims for below in child.walk()) for child in model.children)


def _is_no_model(node: Node, version: KerasVersion | None) -> bool:
    """Whether a custom class of Keras 2 is certainly a layer, and no model that goes layer by layer.

    Only a layer's ``get_config`` has its dtype, until models got a config made of their arguments; one that holds
    serialised objects is not made so.
    """
    if not all(key in node.config for key in _OF_EVERY_LAYER) or version is None:
        return False
    inner = (value for key, value in node.config.items() if key != "dtype")
    return version < _FROM_ARGUMENTS or any(map(_holds_object, inner))


def _holds_object(value: Json) -> bool:
    """Whether a value of a config is a serialised object, or a list with one."""
    return is_entry(value) or (isinstance(value, list) and any(map(is_entry, value)))
