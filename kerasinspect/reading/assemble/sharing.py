"""Layers that a model uses more than once, which legacy files store at each use."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kerasinspect.reading.assemble.nodes import Claim, Node


def join_shared(model: Node) -> None:
    """Make one layer of those that agree in name, class and bytes."""
    met: dict[tuple[str, str, int], list[Node]] = {}
    for node in model.walk():
        if not node.claims or node is model:
            continue
        key = (node.class_name, node.name, len(node.claims))
        original = next((other for other in met.get(key, ()) if same_bytes(other, node)), None)
        if original:
            node.same_as = original
        else:
            met.setdefault(key, []).append(node)


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
