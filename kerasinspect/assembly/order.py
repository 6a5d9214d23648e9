"""The order of ``get_weights()``, which differs between Keras 1, 2 and 3 and from the order in the file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from kerasinspect.knowledge.keras_versions import KERAS_3, version_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kerasinspect.assembly.nodes import Claim, Node

Age: TypeAlias = Literal["file", "keras 2", "keras 3"]
"""As stored (Keras 1 and the multi-backend Keras 2), as tf.keras sorts, as Keras 3 does."""
_LAST_MULTI_BACKEND = (2, 3)


class Placement(NamedTuple):
    """An array in the order of ``get_weights()``."""

    node: Node
    """The layer that owns it."""
    claim: Claim
    is_known: bool
    """The file tells its position."""


def age_of(version: str | None, *, is_tree: bool) -> Age:
    """Which order a Keras of this version has."""
    number = version_of(version)
    if number is None:
        return "keras 3" if is_tree else "file"
    if number >= KERAS_3:
        return "keras 3"
    return "keras 2" if is_tree or number > _LAST_MULTI_BACKEND or "tf" in (version or "") else "file"


def places_in_order(model: Node, age: Age) -> list[Placement]:
    """The places of all arrays of a tree, each once, in the order of ``get_weights()``."""
    return [*(_model_order(model, model, known=True) if age == "keras 2" else _tree_order(model, known=True))]


def own_places(node: Node, *, known: bool) -> list[Placement]:
    """The places of a layer's own arrays: trainable ones first."""
    claims = sorted(node.claims, key=lambda claim: claim.kind is not None and not claim.kind.trainable)
    known = known and node.own_order_known
    return [Placement(node, claim, known and (claim.kind is None or claim.kind.counted)) for claim in claims]


def _tree_order(node: Node, *, known: bool) -> Iterator[Placement]:
    """The places in Keras 3: a layer's own arrays, then those of each sublayer."""
    if node.same_as is not None:
        return
    own_known = known and (node.order_known or not node.is_model)
    known = known and node.order_known
    below = [place for child in node.children for place in _tree_order(child, known=known)]
    yield from own_then(node, below, known=own_known)


def own_then(node: Node, below: list[Placement], *, known: bool) -> Iterator[Placement]:
    """The places of a layer of Keras 3: its own arrays before those ``below``, in its sublayers."""
    if node.kind and node.kind.shares_kernel:
        # It holds its sublayer's kernel itself, so that kernel comes before its own vector.
        yield from below[:1]
        below = below[1:]
    yield from own_places(node, known=known)
    yield from below


def is_layered(node: Node, root: Node) -> bool:
    """Whether a layer surely is a model, which goes layer by layer: the whole one, or one of Keras's own classes.

    A custom class that holds a list of layers need not be a model.
    """
    return node is root or (node.is_model and (node.kind is not None or node.is_plain))


def _model_order(root: Node, node: Node, *, known: bool) -> Iterator[Placement]:
    """The places in Keras 2: a model goes layer by layer; any other layer has all its trainable arrays first."""
    if node.same_as is not None:
        return
    if is_layered(node, root):
        below = known and node.order_known
        for child in node.children:
            yield from _model_order(root, child, known=below)
        yield from own_places(node, known=below)
        return
    places = [*_tree_order(node, known=known and _tells_order(node))]
    yield from (place for place in places if _is_trained_place(place))
    yield from (place for place in places if not _is_trained_place(place))


def _tells_order(node: Node) -> bool:
    """Whether the file tells the order of all arrays of a layer and of those inside it, and which are trainable.

    Only the code of a custom class knows whether it froze a layer inside it, and what its own arrays are.
    """
    inside = [*node.walk()]
    is_custom = any(below.kind is None and not below.is_plain for below in inside)
    return all(below.order_known for below in inside) and not (
        is_custom and sum(bool(one.claims) for one in inside) > 1
    )


def _is_trained_place(place: Placement) -> bool:
    """Whether Keras 2 counts an array as trainable, as the config has it."""
    node, claim, _ = place
    if claim.trainable is not None:
        return claim.trainable
    return not node.frozen and (claim.kind is None or claim.kind.trainable)
