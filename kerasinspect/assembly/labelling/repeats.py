"""Arrays that a tree holds twice: a layer that keeps a variable of another one has it stored in its own group, too.

``get_weights()`` has such a variable once. Two names of one object in the file prove it; equal matrices in a layer and
in one inside it as good as do, for nobody trains two of them to the same numbers; equal bytes elsewhere may be a copy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from kerasinspect.assembly.fingerprints import digest, ends
from kerasinspect.assembly.nodes import parents_of
from kerasinspect.errors import UnreadableFile
from kerasinspect.late.dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from kerasinspect.assembly.nodes import Claim, Node
    from kerasinspect.assembly.order import Placement
    from kerasinspect.containers.stored import Storage, StoredArray

    _Owned: TypeAlias = "tuple[Node, Claim]"
    """A layer and an array of its own."""


@dataclass(frozen=True, slots=True)
class Repeat:
    """A claim whose array is stored a second time."""

    claim: Claim
    owner: Node
    """The layer in which the array is known as what it is, or else the first one in the order of ``get_weights()``."""
    original: Claim
    is_one_object: bool = False
    """Both are names of one object in the file."""
    is_inside: bool = False
    """One of the two layers lies inside the other."""
    is_constant: bool = False
    """All values are equal, which two variables may well have in common."""


def repeats_of(model: Node, places: Sequence[Placement]) -> list[Repeat]:
    """Every array that may be one with another, which is the one that is known as what it is, or comes first."""
    parents = parents_of(model)
    return [
        found
        for bucket in _buckets(places)
        for equal in _equal_ones(bucket)
        for found in _repeats_among(equal, parents)
    ]


def _repeats_among(equal: Sequence[_Owned], parents: Mapping[Node, Node]) -> Iterator[Repeat]:
    """Equal arrays by twos: two names of one object, one with that of a layer around it, any other with the first."""
    by_owner = {node: (node, claim) for node, claim in reversed(equal)}
    by_object: dict[Storage, _Owned] = {}
    met: set[Claim] = set()
    for node, claim in equal:
        same = by_object.setdefault(claim.array.storage, (node, claim))
        around = next((by_owner[outer] for outer in _layers_around(node, parents) if outer in by_owner), None)
        other = same if same[1] is not claim else around
        if other is not None and (other is same or _any_custom(node, other[0])):
            yield _repeat_of(other, (node, claim), is_one_object=other is same, is_inside=other is not same)
            met |= {claim, other[1]}
    first, *others = _named_first(equal)
    for node, claim in others:
        if claim not in met and _any_custom(node, first[0]):
            yield _repeat_of(first, (node, claim))


def _any_custom(*nodes: Node) -> bool:
    """Whether one of these layers is custom, which may keep a variable of another one."""
    return any(node.kind is None for node in nodes)


def _layers_around(node: Node, parents: Mapping[Node, Node]) -> Iterator[Node]:
    """The layers around a layer, from the inside out."""
    outer = parents.get(node)
    while outer is not None:
        yield outer
        outer = parents.get(outer)


def _named_first(equal: Sequence[_Owned]) -> list[_Owned]:
    """Equal arrays, first one of which the file tells what it is: a kernel before what its wrapper keeps of it."""
    return sorted(equal, key=lambda one: one[1].kind is None or one[0].foreign is not None)


def _buckets(places: Sequence[Placement]) -> Iterator[list[_Owned]]:
    """Arrays of one shape and dtype among which some may be one.

    Layers of Keras's own make their variables themselves, so that a custom layer is among them, or two names of one
    object. Single numbers are left out: they are equal too often.
    """
    alike: dict[object, list[_Owned]] = {}
    for node, claim, _ in places:
        if claim.array.shape:
            alike.setdefault((claim.array.shape, claim.array.dtype), []).append((node, claim))
    for bucket in alike.values():
        objects = {claim.array.storage for _, claim in bucket}
        if len(objects) < len(bucket) or (len(bucket) > 1 and any(node.kind is None for node, _ in bucket)):
            yield bucket


def _equal_ones(bucket: Sequence[_Owned]) -> Iterator[list[_Owned]]:
    """Arrays of the same bytes, two or more; all of an array is read only where its ends are those of another one."""
    sampled = _grouped(bucket, ends)
    for alike in sampled:
        yield from _grouped(alike, digest)


def _grouped(owned: Sequence[_Owned], key: Callable[[StoredArray], object]) -> list[list[_Owned]]:
    """Arrays that agree in something, two or more; one that cannot be read agrees with none."""
    found: dict[object, list[_Owned]] = {}
    for one in owned:
        try:
            found.setdefault(key(one[1].array), []).append(one)
        except UnreadableFile:
            continue
    return [alike for alike in found.values() if len(alike) > 1]


def _repeat_of(one: _Owned, other: _Owned, *, is_one_object: bool = False, is_inside: bool = False) -> Repeat:
    """The repeat that two equal arrays are: the one that the file names, if any, is the original."""
    (owner, original), (_, claim) = _named_first([one, other])
    sample, width = ends(claim.array), claim.array.encoding.itemsize
    is_constant = sample == sample[:width] * (len(sample) // width)
    return Repeat(claim, owner, original, is_one_object, is_inside, is_constant)
