"""Weights and layers that a file has in the place of others.

Keras loads by place, whatever the names: in a legacy file by the order of its lists, in a tree by the number of the
group. A weight keeps the name that the file gives it, and has the position in ``get_weights()`` of the one whose place
it is in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kerasinspect.late.dataclasses import replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from kerasinspect.assembly.nodes import Claim, Node
    from kerasinspect.assembly.order import Placement
    from kerasinspect.containers.stored import Group
    from kerasinspect.formats.contents import Row
    from kerasinspect.knowledge.kinds import WeightSpec


class Arranged(NamedTuple):
    """The layers of a model as Keras goes through the file."""

    layers: list[Node]
    unplaced: frozenset[Node] = frozenset()
    """Those of them whose inner places cannot be told."""


def note_displaced_weights(node: Node, expected: Sequence[tuple[Node, WeightSpec]], rows: Iterable[Row]) -> None:
    """Note which arrays of a layer lie in another one's place, where the names are those that its class has."""
    owners = {claim.array.path: (below, claim) for below in node.walk() for claim in below.claims}
    listed = [owners[row.array.path] for row in rows]
    by_name = {(owner, claim.name): claim for owner, claim in listed}
    wanted = {(owner, kind.name): place for place, (owner, kind) in enumerate(expected)}
    if len(by_name) != len(listed) or by_name.keys() != wanted.keys():
        return
    displaced = {}
    for key, ((_, claim), (target, kind)) in zip(wanted, zip(listed, expected, strict=True), strict=True):
        if by_name[key] is not claim:
            words = kind.name if target is node else f"{target.name}/{kind.name}"
            displaced[claim] = replace(claim, in_place_of=by_name[key].array.path, loaded_as=words)
    for below in node.walk():
        in_order = sorted((wanted[below, claim.name], place) for place, claim in enumerate(below.claims))
        below.claims = [displaced.get(one, one) for one in (below.claims[place] for _, place in in_order)]


def note_displaced_groups(
    children: Sequence[Node], keys: Mapping[Node, str], counted: Mapping[Node, str], container: Group
) -> None:
    """Note which layers of a tree lie, by their names, in another group than the one that Keras counts for them."""
    takers = {counted[child]: child for child in children}
    found_under = {child: keys[child] for child in children if keys.get(child, counted[child]) != counted[child]}
    targets = {one: takers[key] for one, key in found_under.items() if key in takers}
    moved_around = _in_circles(targets)
    displaced: dict[Claim, Claim] = {}
    for child in children:
        if child not in found_under:
            continue
        child.looked_up_at = f"{container.path.rstrip('/')}/{counted[child]}"
        if child in targets:
            displaced |= dict(_in_place_of(child, targets[child], is_exchange=child in moved_around))
    for child in children:
        for below in child.walk():
            below.claims = [displaced.get(claim, claim) for claim in below.claims]


def _in_circles(leads_to: Mapping[Node, Node]) -> set[Node]:
    """The layers that have exchanged their groups among themselves: from each, targets lead back to it."""
    left = dict(leads_to)
    for at in leads_to.keys() - {*leads_to.values()}:
        while at in left:
            at = left.pop(at)  # noqa: PLW2901 - a walk from where nothing leads to
    return {*left}


def _in_place_of(child: Node, target: Node, *, is_exchange: bool) -> Iterator[tuple[Claim, Claim]]:
    """The arrays of a layer in the group of another, each with the claim that says what Keras loads it as.

    Without an exchange some array is loaded nowhere, and none has the position of another one.
    """
    own, others = ([(below, claim) for below in node.walk() for claim in below.claims] for node in (child, target))
    is_alike = len(own) == len(others)
    for place, (below, claim) in enumerate(own):
        owner, other = others[place] if is_alike else (target if below is child else below, claim)
        inner = "" if owner is target else f"{owner.name}/"
        path = other.array.path if is_alike and is_exchange else None
        yield claim, replace(claim, loaded_as=f"{target.name}/{inner}{other.name}", in_place_of=path)


def arranged(model: Node, in_file: Sequence[Node]) -> Arranged:
    """The layers of a model in the order of the file, in which each takes the place of one that the config lists."""
    listed = dict.fromkeys(node for node in in_file if node.from_config)
    given = [child for child in model.children if child in listed]
    if given == [*listed]:
        return Arranged(model.children)
    takes = dict(zip(given, listed, strict=True))
    unplaced = set()
    for target in given:
        taker = takes[target]
        if taker is target:
            continue
        owners = [below for below in taker.walk() if below.claims]
        unplaced |= {taker} if len(owners) > 1 else set()
        for below in owners:
            below.claims = [replace(claim, loaded_as=f"{target.name}/{claim.name}") for claim in below.claims]
    return Arranged([takes.get(child, child) for child in model.children], frozenset(unplaced))


def by_place(model: Node, stored: dict[str, int]) -> dict[str, int]:
    """The places of arrays in the file, each that of the array that its name promises."""
    moved = {
        claim.in_place_of: stored[claim.array.path]
        for node in model.walk()
        for claim in node.claims
        if claim.in_place_of is not None
    }
    return stored | moved


def exchanged(places: list[Placement]) -> list[Placement]:
    """The positions, each with the array that Keras loads there; left as they are where one would be there twice."""
    takers = {place.claim.in_place_of: place for place in places if place.claim.in_place_of is not None}
    if takers.keys() != {place.claim.array.path for place in takers.values()}:
        return places
    loaded = (takers.get(place.claim.array.path, place) for place in places)
    return [one._replace(is_known=place.is_known) for one, place in zip(loaded, places, strict=True)]
