"""The vocabularies of preprocessing layers: in the config, or in the archive's assets, one token a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.knowledge.layers import row_of
from kerasinspect.model import Vocabulary
from kerasinspect.names import cut

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from kerasinspect.assembly.nodes import Node

_SHOWN = 1000
"""Tokens that are kept; the others are counted."""
_LONGEST = 200
"""Characters of a token that are kept."""


def vocabulary_of(node: Node, assets: Mapping[str, Callable[[], bytes]]) -> Vocabulary | None:
    """A layer's vocabulary; None where it has none, or where a text stands where a list should.

    A text would be a path or an address that Keras reads from when it loads the model: nothing is opened here. Raises
    DamagedFile or RefusedFile for an asset that cannot be read.
    """
    if not row_of(node.class_name).has_vocabulary:
        return None
    listed = node.config.get("vocabulary")
    if isinstance(listed, list):
        return Vocabulary(_kept(map(str, listed[:_SHOWN])), len(listed), None)
    path = f"assets{node.group}/vocabulary.txt"
    if node.group is None or path not in assets:
        return None
    written = assets[path]()
    first = (token.decode("utf-8", "surrogateescape") for token in written.split(b"\n", _SHOWN)[:_SHOWN])
    return Vocabulary(_kept(first), written.count(b"\n") + 1, path)


def _kept(tokens: Iterable[str]) -> tuple[str, ...]:
    """Tokens, each cut to the length that is kept."""
    return tuple(cut(token, _LONGEST) for token in tokens)
