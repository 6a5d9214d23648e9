"""Layers of a legacy file that no config describes: their classes from names, where their weights' names agree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.assembly.claiming.choosing import kinds_of
from kerasinspect.assembly.claiming.legacy_names import POSITION, class_of_parts, current_word, inner_parts, last_word
from kerasinspect.assembly.claiming.recognising import class_of_weights
from kerasinspect.assembly.nodes import Node
from kerasinspect.assembly.skeleton import role_of, sublayer_nodes
from kerasinspect.knowledge.layers import LAYERS, class_of_name
from kerasinspect.knowledge.naming import unnumbered

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from kerasinspect.formats.contents import LayerRows

_LOWER_CASE = {name.lower(): name for name in LAYERS}
"""Keras 1 names a layer after its class in lower case: ``batchnormalization_1``."""


def layer_of_rows(layer: LayerRows) -> Node:
    """A layer that no config describes: its class from its name or its parts', where its weights' names agree."""
    parts = {inner[0] for row in layer.rows if (inner := inner_parts(row.name, layer.name))}
    first_keras = _LOWER_CASE.get(unnumbered(layer.name).lower())
    for class_name in (class_of_name(layer.name), first_keras, class_of_parts(parts)):
        node = named_after(layer.name, class_name)
        if node.kind is None or node.is_model:
            continue
        known = {one.name for below in node.walk() for one in kinds_of(below)}
        known |= {one.name for one in node.kind.separate_gates}
        if all(current_word(row.name, known) in known or POSITION.fullmatch(row.name) for row in layer.rows):
            return node
        if not node.kind.weightless and node.kind.sublayers and not node.children:
            return node
    return named_after(layer.name, _class_of_weights(layer, parts))


def _class_of_weights(layer: LayerRows, parts: AbstractSet[str]) -> str | None:
    """The class that names and shapes of a layer's arrays tell, all of which it or its only cell owns."""
    inside = {class_of_name(part) for part in parts}
    shapes = {last_word(row.name): row.array.shape for row in layer.rows}
    if (
        len(inside) > 1
        or len(shapes) != len(layer.rows)
        or any(inner_parts(row.name, layer.name)[1:] for row in layer.rows)
    ):
        return None
    told = class_of_weights(shapes)
    cells = {part.class_name for part in LAYERS[told].sublayers} if told else set()
    return told if not parts or inside <= cells else None


def named_after(name: str, class_name: str | None) -> Node:
    """A layer of the class that its name tells, with the sublayers that every layer of that class has."""
    kind = LAYERS.get(class_name or "")
    node = Node(name, class_name or "", kind=kind, from_config=False)
    if kind:
        node.role = "model" if kind.is_model else role_of(kind)
        node.children = [child for part in kind.sublayers if part.class_name for child in sublayer_nodes(node, part)]
    for child in node.children:
        child.from_config = False
    return node
