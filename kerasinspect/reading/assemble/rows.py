"""Arrays of a legacy file to layers: names are in the file, but prefixes, order and nesting differ by version.

One top-level layer's arrays are stored together: all trainable ones of everything inside it, then all others. Where
the expected sequence of names agrees with the stored one, places decide; elsewhere the parts of the names do.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kerasinspect.knowledge.layers import GRU_1, LAYERS, LSTM_1, class_of_name, layer_kind, weights_for
from kerasinspect.knowledge.quantization import lora_kinds, policy_of
from kerasinspect.reading.assemble.choosing import expected_kinds, kind_named, kinds_of, position_name, possible_kinds
from kerasinspect.reading.assemble.legacy_names import (
    POSITION,
    first_keras_part,
    inner_parts,
    is_first_keras,
    plain_name,
)
from kerasinspect.reading.assemble.nodes import Claim, Node, role_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kerasinspect.knowledge.layers import WeightKind
    from kerasinspect.reading.contents import Contents, LayerRows, Row

LOWER_CASE = {name.lower(): name for name in LAYERS}
"""Keras 1 names a layer after its class in lower case: ``batchnormalization_1``."""


def claim_rows(root: Node | None, contents: Contents) -> tuple[Node, list[str]]:
    """The whole model with its arrays, and sentences about layers that only the config or only the file has."""
    model = root or Node("", "", role="model", from_config=False)
    remarks: list[str] = []
    places = {child.name: child for child in reversed(model.children)}
    lists_layers = bool(places)
    for layer in contents.layers:
        node = places.get(layer.name)
        if node is None:
            node = places[layer.name] = described(layer)
            model.children.append(node)
            if lists_layers and layer.rows:
                remarks.append(f"The file has arrays for the layer {layer.name}, which its config does not name.")
        if any(below.claims for below in node.walk()):
            remarks.append(f"The file lists the layer {layer.name} twice; the second time is left out.")
        elif layer.rows:
            claim_layer(node, layer)
    model.claims = [Claim(plain_name(row.name, ()), row.array) for row in contents.own]
    if contents.own and not model.name:
        model.name = contents.own[0].name.split("/")[0]
    return model, remarks


def described(layer: LayerRows) -> Node:
    """A layer that no config describes: its class from its name, where its weights' names agree."""
    for class_name in (class_of_name(layer.name), LOWER_CASE.get(re.sub(r"_\d+$", "", layer.name).lower())):
        kind = layer_kind(class_name) if class_name else None
        if class_name and kind and not kind.is_model:
            node = Node(layer.name, class_name, kind=kind, role=role_of(kind), from_config=False)
            node.children = [
                Node(
                    part.name,
                    part.class_name,
                    kind=LAYERS[part.class_name],
                    role=role_of(LAYERS[part.class_name]),
                    weights=part.weights,
                    from_config=False,
                )
                for part in kind.sublayers
                if part.class_name
            ]
            known = {one.name for below in node.walk() for one in kinds_of(below)} | {
                one.name for one in (*LSTM_1, *GRU_1)
            }
            if all(plain_name(row.name, known) in known or POSITION.fullmatch(row.name) for row in layer.rows):
                return node
            if not kind.weightless and len(kind.sublayers) and not node.children:
                return node
    return Node(layer.name, "", from_config=False)


def claim_layer(node: Node, layer: LayerRows) -> None:
    """Give a top-level layer's arrays to it and to the layers inside it."""
    if is_first_keras(layer.rows):
        flatten_cell(node, layer.rows)
    if all(POSITION.fullmatch(row.name) for row in layer.rows):
        claim_positions(node, layer.rows)
        return
    sequence = next((one for one in sequences(node) if matches(one, layer.rows)), None)
    if sequence is None:
        claim_names(node, layer)
    else:
        claim_sequence(node, sequence, layer.rows)
    for below in node.walk():
        missing = lora_kinds(tuple(one.kind for one in below.claims if one.kind), below.config)
        below.unstored += sum(kind.name not in {one.name for one in below.claims} for kind in missing)


def flatten_cell(node: Node, rows: Sequence[Row]) -> None:
    """Let recurrent layers of Keras 1 own their weights, which has no cells, and one array per gate or one for all."""
    for below in node.walk():
        cells = [child for child in below.children if child.kind and child.kind.is_cell]
        if len(cells) != 1 or below.kind is None or below.kind.class_name == "RNN":
            continue
        gated = any(re.search(r"_[ifcozrh](:0)?$", row.name) for row in rows)
        separate = {"LSTM": LSTM_1, "GRU": GRU_1}.get(below.class_name) if gated else None
        below.weights = separate or weights_for(kinds_of(cells[0]), below.config)
        below.children = []


def sequences(node: Node) -> Iterator[list[tuple[Node, WeightKind]]]:
    """The orders in which the arrays of a layer may be stored, the likeliest first."""
    tree = [(below, kind) for below in node.walk() for kind in own_order(below)]
    yield [*filter(is_trained, tree), *(one for one in tree if not is_trained(one))]
    yield [*(one for one in tree if one[1].trainable), *(one for one in tree if not one[1].trainable)]
    yield tree
    # Keras saves LoRA's factors in legacy files, with the kernel that they belong to last.
    yield [one for one in tree if one[1].name != "kernel"] + [one for one in tree if one[1].name == "kernel"]


def is_trained(one: tuple[Node, WeightKind]) -> bool:
    """Whether a weight counts as trainable where its layer may be frozen."""
    node, kind = one
    return kind.trainable and not node.frozen


def own_order(node: Node) -> list[WeightKind]:
    """A layer's own weights as ``layer.weights`` has them: trainable ones first."""
    first = node.weights if node.weights is not None and not node.config.get("equation") else None
    kinds = [*(weights_for(first, node.config) if first else expected_kinds(node)[0])]
    kinds += lora_kinds(tuple(kinds), node.config)
    if policy_of(node.config).mode:
        kinds.sort(key=lambda kind: not kind.trainable)
    return [*(kind for kind in kinds if kind.trainable), *(kind for kind in kinds if not kind.trainable)]


def matches(sequence: list[tuple[Node, WeightKind]], rows: Sequence[Row]) -> bool:
    """Whether every stored array can be the weight that is expected in its place."""
    return len(sequence) == len(rows) and all(
        agree(node, kind, row) for (node, kind), row in zip(sequence, rows, strict=True)
    )


def claim_sequence(node: Node, sequence: list[tuple[Node, WeightKind]], rows: Sequence[Row]) -> None:
    """Give each array to the layer whose weight it is, and put each layer's own ones in order."""
    for (owner, kind), row in zip(sequence, rows, strict=True):
        owner.claims.append(Claim(kind.name, row.array, kind))
    for below in node.walk():
        places = {kind.name: place for place, kind in enumerate(own_order(below))}
        below.claims.sort(key=lambda claim, places=places: places[claim.name])  # type: ignore[misc]


def agree(node: Node, kind: WeightKind, row: Row) -> bool:
    """Whether a stored array can be this weight: same name, possible rank."""
    names = {one.name for one in own_order(node)}
    return plain_name(row.name, names) == kind.name and kind.axis_names(len(row.array.shape)) is not None


def claim_positions(node: Node, rows: Sequence[Row]) -> None:
    """Weights of Keras 0.x, which are only numbered."""
    kinds = tuple(kind for below in node.walk() for kind in expected_kinds(below)[0])
    if len(kinds) != len(rows) or any(
        kind.axis_names(len(row.array.shape)) is None for kind, row in zip(kinds, rows, strict=True)
    ):
        options = [
            option
            for option in possible_kinds(node, len(rows))
            if all(kind.axis_names(len(row.array.shape)) for kind, row in zip(option, rows, strict=True))
        ]
        kinds = options[0] if len(options) == 1 else ()
    for place, row in enumerate(rows):
        if kinds:
            node.claims.append(Claim(kinds[place].name, row.array, kinds[place]))
        else:
            node.claims.append(Claim(position_name(place, node), row.array))


def claim_names(node: Node, layer: LayerRows) -> None:
    """Place arrays by the parts of their names; parts that no layer has make layers of their own."""
    made: dict[tuple[str, ...], Node] = {}
    for row in layer.rows:
        parts = inner_parts(row.name, layer.name) or first_keras_part(row.name, layer.name)
        owner = find_owner(node, parts) or made.get(parts)
        if owner is None:
            owner = made[parts] = make_owner(node, parts)
        name = plain_name(row.name, {kind.name for kind in kinds_of(owner)})
        owner.claims.append(Claim(name, row.array, kind_named(owner, name)))
    for owner in made.values():
        check_class(owner)
    if made:
        node.order_known = False


def find_owner(node: Node, parts: tuple[str, ...]) -> Node | None:
    """The layer inside ``node`` that a path leads to; cells may be left out of a path."""
    if not parts:
        return deepest_single(node)
    current = node
    for part in parts:
        following = next((child for child in current.children if child.name == part), None)
        if following is None:
            following = next((child for child in current.children if same_cell(child, part)), None)
        if following is None:
            return None
        current = following
    return deepest_single(current)


def same_cell(child: Node, part: str) -> bool:
    """Whether a part names a recurrent cell, which Keras 2 numbers on its own."""
    return child.role == "cell" and re.sub(r"_\d+$", "", part) == re.sub(r"_\d+$", "", child.name)


def deepest_single(node: Node) -> Node:
    """The one layer inside a wrapper or around a cell that can own weights, where a name stops at the outer one."""
    while not kinds_of(node) and len(node.children) == 1 and not node.is_model and node.kind:
        node = node.children[0]
    return node


def make_owner(node: Node, parts: tuple[str, ...]) -> Node:
    """A layer for a path that neither config nor class accounts for."""
    current = node
    for part in parts:
        following = next((child for child in current.children if child.name == part), None)
        if following is None:
            class_name = class_of_name(part) or ""
            kind = layer_kind(class_name)
            following = Node(part, class_name, kind=kind, role=role_of(kind) if kind else "layer", from_config=False)
            current.children.append(following)
        current = following
    return current


def check_class(node: Node) -> None:
    """Take a class back that was read off a name where the weights are not that class's."""
    known = {kind.name for below in node.walk() for kind in kinds_of(below)}
    if node.kind and not all(one.name in known for one in node.claims):
        node.kind, node.class_name, node.role = None, "", "layer"
