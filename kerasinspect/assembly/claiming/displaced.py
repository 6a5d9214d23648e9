"""Weights and layers that a file has in the place of others.

Keras loads by place, whatever the names: in a legacy file by the order of its lists, in a tree by the number of the
group. A weight keeps the name that the file gives it, and has the position in ``get_weights()`` of the one whose place
it is in.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from kerasinspect.assembly.nodes import Claim, Node
    from kerasinspect.assembly.order import Place
    from kerasinspect.containers.stored import Group
    from kerasinspect.formats.contents import Row
    from kerasinspect.knowledge.layers import WeightKind


class Arranged(NamedTuple):
    """The layers of a model as Keras goes through the file, and those of them whose inner places cannot be told."""

    layers: list[Node]
    unplaced: frozenset[int] = frozenset()
    """By identity."""


def note_displaced_weights(node: Node, expected: Sequence[tuple[Node, WeightKind]], rows: Iterable[Row]) -> None:
    """Note which arrays of a layer lie in another one's place, where the names are those that its class has."""
    owners = {claim.array.path: (below, claim) for below in node.walk() for claim in below.claims}
    listed = [owners[row.array.path] for row in rows]
    by_name = {(id(owner), claim.name): claim for owner, claim in listed}
    wanted = {(id(owner), kind.name): place for place, (owner, kind) in enumerate(expected)}
    if len(by_name) != len(listed) or by_name.keys() != wanted.keys():
        return
    displaced = {}
    for key, ((_, claim), (target, kind)) in zip(wanted, zip(listed, expected, strict=True), strict=True):
        if by_name[key] is not claim:
            words = kind.name if target is node else f"{target.name}/{kind.name}"
            displaced[id(claim)] = replace(claim, in_place_of=by_name[key].array.path, loaded_as=words)
    for below in node.walk():
        in_order = sorted((wanted[id(below), claim.name], place) for place, claim in enumerate(below.claims))
        below.claims = [displaced.get(id(one), one) for one in (below.claims[place] for _, place in in_order)]


def note_displaced_groups(
    children: Sequence[Node], keys: Mapping[int, str], counted: Mapping[int, str], container: Group
) -> None:
    """Note which layers of a tree lie, by their names, in another group than the one that Keras counts for them."""
    takers = {counted[id(child)]: child for child in children}
    found_under = {
        id(child): keys[id(child)]
        for child in children
        if keys.get(id(child), counted[id(child)]) != counted[id(child)]
    }
    targets = {one: takers[key] for one, key in found_under.items() if key in takers}
    moved_around = in_circles({one: id(target) for one, target in targets.items()})
    displaced: dict[int, Claim] = {}
    for child in children:
        if id(child) not in found_under:
            continue
        child.looked_up_at = f"{container.path.rstrip('/')}/{counted[id(child)]}"
        if id(child) in targets:
            displaced |= dict(in_place_of(child, targets[id(child)], is_exchange=id(child) in moved_around))
    for child in children:
        for below in child.walk():
            below.claims = [displaced.get(id(claim), claim) for claim in below.claims]


def in_circles(leads_to: Mapping[int, int]) -> set[int]:
    """Those from which one comes back to where one began: layers that have exchanged their groups among themselves."""
    left = dict(leads_to)
    for at in leads_to.keys() - {*leads_to.values()}:
        while at in left:
            at = left.pop(at)  # noqa: PLW2901 - a walk from where nothing leads to
    return {*left}


def in_place_of(child: Node, target: Node, *, is_exchange: bool) -> Iterator[tuple[int, Claim]]:
    """The arrays of a layer in the group of another, each as what Keras loads it, by identity of what it was.

    Without an exchange some array is loaded nowhere, and none has the position of another one.
    """
    own, others = ([(below, claim) for below in node.walk() for claim in below.claims] for node in (child, target))
    is_alike = len(own) == len(others)
    for place, (below, claim) in enumerate(own):
        owner, other = others[place] if is_alike else (target if below is child else below, claim)
        inner = "" if owner is target else f"{owner.name}/"
        path = other.array.path if is_alike and is_exchange else None
        yield id(claim), replace(claim, loaded_as=f"{target.name}/{inner}{other.name}", in_place_of=path)


def arranged(model: Node, in_file: Sequence[Node]) -> Arranged:
    """The layers of a model in the order of the file, in which each takes the place of one that the config lists."""
    listed = [*dict.fromkeys(id(node) for node in in_file if node.from_config)]
    members = {*listed}
    given = [child for child in model.children if id(child) in members]
    if [id(child) for child in given] == listed:
        return Arranged(model.children)
    by_identity = {id(node): node for node in in_file}
    takes = dict(zip(map(id, given), (by_identity[one] for one in listed), strict=True))
    unplaced = set()
    for target in given:
        taker = takes[id(target)]
        if taker is target:
            continue
        owners = [below for below in taker.walk() if below.claims]
        unplaced |= {id(taker)} if len(owners) > 1 else set()
        for below in owners:
            below.claims = [replace(claim, loaded_as=f"{target.name}/{claim.name}") for claim in below.claims]
    return Arranged([takes.get(id(child), child) for child in model.children], frozenset(unplaced))


def by_place(model: Node, stored: dict[str, int]) -> dict[str, int]:
    """The places of arrays in the file, each that of the array that its name promises."""
    moved = {
        claim.in_place_of: stored[claim.array.path]
        for node in model.walk()
        for claim in node.claims
        if claim.in_place_of is not None
    }
    return stored | moved


def exchanged(places: list[Place]) -> list[Place]:
    """The same positions, each with the array that Keras loads there; as they are where some would be there twice."""
    takers = {place[1].in_place_of: place for place in places if place[1].in_place_of is not None}
    if takers.keys() != {place[1].array.path for place in takers.values()}:
        return places
    loaded = []
    for place in places:
        node, claim, _ = takers.get(place[1].array.path, place)
        loaded.append((node, claim, place[2]))
    return loaded
