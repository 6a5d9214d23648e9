"""Layers that a model uses more than once: legacy files store them once in each of its top-level layers."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from kerasinspect.errors import UnreadableFile
from kerasinspect.reading.assemble.matching import expects_arrays

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kerasinspect.reading.assemble.nodes import Claim, Node


def join_shared(model: Node) -> None:
    """Make one layer of those that agree in name, bytes and, as far as it is known, class."""
    alike: dict[object, list[Node]] = {}
    for node in model.walk():
        if node.claims and node is not model:
            arrays = tuple((claim.array.shape, claim.array.dtype) for claim in node.claims)
            alike.setdefault((node.name, arrays), []).append(node)
    for nodes in alike.values():
        if len(nodes) > 1:
            join_equal(nodes)


def join_equal(nodes: list[Node]) -> None:
    """The same for layers of one name, whose arrays agree in shape and dtype; each array is read once.

    A layer of which an array cannot be read stays what it is.
    """
    met: dict[tuple[bytes, ...], dict[str, Node]] = {}
    for node in nodes:
        try:
            prints = tuple(map(digest, node.claims))
        except UnreadableFile:
            continue
        by_class = met.setdefault(prints, {})
        # Without a config a class is not always known; then any will do.
        known = by_class.get(node.class_name) or by_class.get("")
        original = known if known or node.class_name else next(iter(by_class.values()), None)
        if original:
            node.same_as = original
        else:
            by_class[node.class_name] = node


def digest(claim: Claim) -> bytes:
    """A fingerprint of an array's bytes."""
    total = hashlib.sha256()
    for piece in claim.array.blocks():
        total.update(piece)
    return total.digest()


def repeated(node: Node) -> dict[int, Node]:
    """Layers that the models inside a layer list more than once, each with its first place: they are stored once."""
    first: dict[tuple[str, str], Node] = {}
    found = {}
    pending = [(node, False)]
    while pending:
        below, is_listed = pending.pop()
        original = first.setdefault((below.class_name, below.name), below) if is_listed else below
        if original is not below and original.config == below.config and expects_arrays(below):
            found[id(below)] = original
        else:
            pending += [(child, below.is_model) for child in reversed(below.children)]
    return found


def distinct(node: Node, repeats: Mapping[int, Node]) -> Iterator[Node]:
    """A layer and those inside it, depth first, less what is a repetition."""
    if id(node) not in repeats:
        yield node
        for child in node.children:
            yield from distinct(child, repeats)
