"""Arrays that a tree holds twice: a layer that keeps a variable of another one has it stored in its own group, too.

``get_weights()`` has such a variable once. Two names of one object in the file prove it; equal bytes in a layer and in
one inside it as good as do, for nobody trains two variables to the same numbers; equal bytes elsewhere may be a copy.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from kerasinspect.errors import DamagedFile, UnreadableFile
from kerasinspect.reading.assemble.sharing import digest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from kerasinspect.reading.assemble.nodes import Claim, Node
    from kerasinspect.reading.assemble.order import Place

    Owned: TypeAlias = "tuple[Node, Claim]"
    """A layer and an array of its own."""

SAMPLE = 256
"""Bytes at each end of an array that are compared before all of it is read."""


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


def repeats_of(model: Node, places: Sequence[Place]) -> list[Repeat]:
    """Every array that may be one which comes before it."""
    spans = spans_of(model)
    return [
        repeat(first, other, spans)
        for bucket in buckets(places)
        for first, *others in map(named_first, equal_ones(bucket))
        for other in others
        if may_share(first, other)
    ]


def named_first(owned: list[Owned]) -> list[Owned]:
    """Equal arrays, first one of which the file tells what it is: a kernel before what its wrapper keeps of it."""
    return sorted(owned, key=lambda one: one[1].kind is None)


def buckets(places: Sequence[Place]) -> Iterator[list[Owned]]:
    """Arrays of one shape and dtype among which some may be one.

    Layers of Keras's own make their variables themselves, so that a custom layer is among them, or two names of one
    object. Single numbers are left out: they are equal too often.
    """
    alike: dict[object, list[Owned]] = {}
    for node, claim, _ in places:
        if claim.array.shape:
            alike.setdefault((claim.array.shape, claim.array.dtype), []).append((node, claim))
    for bucket in alike.values():
        objects = {id(claim.array.storage) for _, claim in bucket}
        if len(objects) < len(bucket) or (len(bucket) > 1 and any(node.kind is None for node, _ in bucket)):
            yield bucket


def equal_ones(bucket: Sequence[Owned]) -> Iterator[list[Owned]]:
    """Arrays of the same bytes, two or more; all of an array is read only where its ends are those of another one."""
    sampled = grouped(bucket, sample)
    for alike in sampled:
        yield from grouped(alike, digest)


def grouped(owned: Sequence[Owned], key: Callable[[Claim], object]) -> list[list[Owned]]:
    """Arrays that agree in something, two or more; one that cannot be read agrees with none."""
    found: dict[object, list[Owned]] = {}
    for one in owned:
        try:
            found.setdefault(key(one[1]), []).append(one)
        except UnreadableFile:
            continue
    return [alike for alike in found.values() if len(alike) > 1]


def sample(claim: Claim) -> bytes:
    """The first and the last bytes of an array."""
    array = claim.array
    if array.problem:
        raise DamagedFile(array.problem)
    count = min(array.nbytes, SAMPLE)
    return bytes(array.storage.read(0, count)) + bytes(array.storage.read(array.nbytes - count, count))


def may_share(first: Owned, other: Owned) -> bool:
    """Whether two layers may have one variable: one of them is custom, or the file has one object for both."""
    is_custom = first[0].kind is None or other[0].kind is None
    return is_custom or first[1].array.storage is other[1].array.storage


def repeat(first: Owned, other: Owned, spans: Mapping[int, range]) -> Repeat:
    """What is known of two arrays that are equal."""
    (outer, original), (node, claim) = first, other
    ends = sample(claim)
    width = claim.array.encoding.itemsize
    return Repeat(
        claim,
        outer,
        original,
        is_one_object=claim.array.storage is original.array.storage,
        is_inside=spans[id(node)].start in spans[id(outer)] or spans[id(outer)].start in spans[id(node)],
        is_constant=ends == ends[:width] * (len(ends) // width),
    )


def spans_of(model: Node) -> dict[int, range]:
    """The place of each layer, depth first, and how far the layers inside it reach, by identity of its node."""
    nodes = [*model.walk()]
    sizes: dict[int, int] = {}
    for node in reversed(nodes):
        sizes[id(node)] = 1 + sum(sizes[id(child)] for child in node.children)
    return {id(node): range(place, place + sizes[id(node)]) for place, node in enumerate(nodes)}
