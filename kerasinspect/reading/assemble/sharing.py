"""Layers that a model uses more than once: legacy files store them once in each of its top-level layers."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from kerasinspect.reading.assemble.matching import expects_arrays

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kerasinspect.reading.assemble.nodes import Claim, Node


def join_shared(model: Node) -> None:
    """Make one layer of those that agree in name, bytes and, as far as it is known, class."""
    met: dict[tuple[str, int], list[Node]] = {}
    for node in model.walk():
        if not node.claims or node is model:
            continue
        key = (node.name, len(node.claims))
        original = next(
            (other for other in met.get(key, ()) if same_class(other, node) and same_bytes(other, node)), None
        )
        if original:
            node.same_as = original
        else:
            met.setdefault(key, []).append(node)


def same_class(one: Node, other: Node) -> bool:
    """Whether two layers may be of one class: without a config, a class is not always known."""
    return one.class_name == other.class_name or not (one.class_name and other.class_name)


def same_bytes(one: Node, other: Node) -> bool:
    """Whether two layers' arrays agree to the last bit."""
    pairs = [*zip(one.claims, other.claims, strict=True)]
    if any(a.array.shape != b.array.shape or a.array.dtype != b.array.dtype for a, b in pairs):
        return False
    return all(digest(a) == digest(b) for a, b in pairs)


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
