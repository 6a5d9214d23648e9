"""Layers that a model uses more than once, which legacy files store at each use."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kerasinspect.reading.assemble.nodes import Claim, Node


def join_shared(model: Node) -> None:
    """Make one layer of those that agree in name, bytes and, as far as it is known, class."""
    met: dict[tuple[str, int], list[Node]] = {}
    for node in model.walk():
        if not node.claims or node is model:
            continue
        key = (node.name, len(node.claims))
        original = next((other for other in met.get(key, ()) if same_class(other, node) and same_bytes(other, node)), None)
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
