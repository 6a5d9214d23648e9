"""Arrays of a legacy file to layers by the parts of their names, where the order of the names does not tell."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kerasinspect.assembly.claiming.absent import is_absent
from kerasinspect.assembly.claiming.child_index import ChildIndex
from kerasinspect.assembly.claiming.choosing import kind_named, kinds_of, possible_kinds
from kerasinspect.assembly.claiming.describing_rows import named_after
from kerasinspect.assembly.claiming.legacy_names import current_word, first_keras_part, inner_parts
from kerasinspect.assembly.nodes import Claim, Node
from kerasinspect.knowledge.layers import class_of_name
from kerasinspect.knowledge.layers.weights import LORA_FACTORS
from kerasinspect.knowledge.quantization import lora_kinds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kerasinspect.formats.contents import LayerRows, Row
    from kerasinspect.knowledge.kinds import WeightSpec


def claim_names(node: Node, layer: LayerRows) -> None:
    """Place arrays by the parts of their names; parts that no layer has make layers of their own."""
    made: dict[tuple[str, ...], Node] = {}
    inside = ChildIndex()
    for row in layer.rows:
        parts = _inner_path(node, row, layer, inside)
        owner = _find_owner(node, parts, inside) or made.get(parts)
        if owner is None:
            owner = made[parts] = _make_owner(node, parts, inside)
        owner = _inside_wrapper(owner, row)
        kinds = {kind.name: kind for kind in _with_factors(owner)}
        name = current_word(row.name, kinds)
        is_told = is_absent(row.array) or name in LORA_FACTORS
        kind = kinds.get(name) if is_told else kind_named(owner, name, row.array)
        owner.claims.append(Claim(name, row.array, kind))
    for owner in made.values():
        _check_class(owner)
    _take_back(node)
    for below in node.walk():
        if any(claim.name in LORA_FACTORS for claim in below.claims):
            places = {kind.name: place for place, kind in enumerate(_with_factors(below))}
            below.claims.sort(key=lambda claim, places=places: places.get(claim.name, len(places)))  # type: ignore[misc]
    if made and sum(bool(below.claims) for below in node.walk()) > 1:
        node.order_known = False


def _inside_wrapper(owner: Node, row: Row) -> Node:
    """The layer inside another package's wrapper where only that has a weight of a name, which leaves its own out."""
    if owner.foreign is None or len(owner.children) != 1:
        return owner
    inside = _deepest_single(owner.children[0])
    known = {kind.name for kind in kinds_of(owner)}
    names = {kind.name for kind in kinds_of(inside)} - known
    return inside if current_word(row.name, names | known) in names else owner


def are_named_otherwise(node: Node, sequence: Sequence[tuple[Node, WeightSpec]], layer: LayerRows) -> bool:
    """Whether names that fit by their last words give the arrays of some layers inside ``node`` to one another."""
    wanted = [(owner, kind.name) for owner, kind in sequence]
    if not node.from_config or len({owner for owner, _ in wanted}) == 1:
        return False
    inside = ChildIndex()
    owners = [_find_owner(node, _inner_path(node, row, layer, inside), inside) for row in layer.rows]
    named = [(owner, name) for owner, (_, name) in zip(owners, wanted, strict=True)]
    return named != wanted and len({*wanted}) == len(wanted) and {*named} == {*wanted}


def _inner_path(node: Node, row: Row, layer: LayerRows, inside: ChildIndex) -> tuple[str, ...]:
    """The layers that a stored name passes through inside a top-level layer.

    Keras 3 leaves the name of a nested model out, and a layer deeper inside may be called as the model is.
    """
    whole = tuple(re.split(r"[/\\]", row.name)[:-1])
    if whole and whole[0] != layer.name and inside.named(node, whole[0]) is not None:
        return whole
    return inner_parts(row.name, layer.name) or first_keras_part(row.name, layer.name)


def _with_factors(node: Node) -> tuple[WeightSpec, ...]:
    """All weights that a layer can have, with the factors of LoRA, of which not every config tells."""
    kinds = kinds_of(node)
    return (*kinds, *lora_kinds(kinds, {**node.config, "lora_rank": 1}))


def _find_owner(node: Node, parts: tuple[str, ...], inside: ChildIndex) -> Node | None:
    """The layer inside ``node`` that a path leads to; cells may be left out of a path."""
    if not parts:
        return _deepest_single(node)
    current = node
    for part in parts:
        following = inside.named(current, part)
        if following is None:
            return None
        current = following
    return _deepest_single(current)


def _deepest_single(node: Node) -> Node:
    """The one layer inside a wrapper or around a cell that can own weights, where a name stops at the outer one."""
    while not kinds_of(node) and len(node.children) == 1 and not node.is_model and node.kind:
        node = node.children[0]
    return node


def _make_owner(node: Node, parts: tuple[str, ...], inside: ChildIndex) -> Node:
    """Make the layers of a path that neither config nor class accounts for; give the innermost that can own weights."""
    current = node
    for part in parts:
        following = inside.named(current, part)
        if following is None:
            class_name = class_of_name(part) or class_of_name(re.sub("^(forward|backward)_", "", part))
            following = named_after(part, class_name)
            inside.append(current, following)
        current = following
    return _deepest_single(current)


def _check_class(node: Node) -> None:
    """Take a class back that was read off a name where the weights are not those of a layer of that class."""
    names = {one.name for one in node.claims if one.name not in LORA_FACTORS}
    if node.kind and not any(names == {kind.name for kind in kinds} for kinds in possible_kinds(node)):
        node.kind, node.class_name, node.role = None, "", "layer"


def _take_back(node: Node) -> None:
    """Take the class of a recurrent layer back where what was taken for its own cell is none: they are one layer."""
    for below in node.walk():
        has_cell = below.kind is not None and any(part.class_name for part in below.kind.sublayers)
        if not has_cell or below.from_config or len(below.children) != 1 or below.children[0].children:
            continue
        cell = below.children[0]
        if cell.claims and cell.kind is None:
            below.kind, below.class_name, below.role = None, "", "layer"
            below.claims, below.children = [*below.claims, *cell.claims], []
