"""Vocabularies in the lookup tables of checkpoints: TensorFlow keeps each token with its number there up to 2.4."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from kerasinspect.containers.tensor_bundle.bundle import Texts
from kerasinspect.errors import UnreadableFile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from kerasinspect.assembly.nodes import Node
    from kerasinspect.containers.stored import StoredArray
    from kerasinspect.formats.object_graph import ObjectGraph

_KEYS, _VALUES = "/.ATTRIBUTES/table-keys", "/.ATTRIBUTES/table-values"


_MOST_BYTES = 1 << 24
"""Bytes of all tables that are read: several may lie at one place of a small file."""


def tables_of(graph: ObjectGraph, nodes: Mapping[int, Node]) -> dict[str, Callable[[], bytes]]:
    """The tokens of each table, one a line in the order of their numbers, whose layer is told so."""
    found: dict[str, Callable[[], bytes]] = {}
    inside: dict[int, dict[str, int]] = {}
    left = _MOST_BYTES
    for key, array in graph.arrays.items():
        path = key.removesuffix(_KEYS)
        if path == key or not isinstance(array.storage, Texts):
            continue
        left -= array.storage.entry.nbytes
        node = next((nodes[at] for at in _owners(graph, inside, path) if at in nodes), None)
        lines = _lines(array, graph.arrays.get(path + _VALUES), array.storage) if node and left > 0 else None
        if node is not None and lines is not None:
            node.table, found[key] = key, partial(bytes, lines)
    return found


def _owners(graph: ObjectGraph, inside: dict[int, dict[str, int]], path: str) -> Iterator[int]:
    """The objects along a path, the innermost first; none where an attribute of that name is not there.

    ``inside`` keeps the attributes of the objects that were passed.
    """
    number: int | None = 0
    passed: list[int] = []
    for edge in path.split("/"):
        number = _attributes(graph, inside, number).get(edge) if number is not None else None
        if number is not None:
            passed.append(number)
    yield from reversed(passed if number is not None else [])


def _attributes(graph: ObjectGraph, inside: dict[int, dict[str, int]], number: int) -> dict[str, int]:
    """The attributes of an object, by name; looked up once."""
    if number not in inside:
        inside[number] = dict(graph[number].children)
    return inside[number]


def _lines(texts: StoredArray, numbers: StoredArray | None, stored: Texts) -> bytes | None:
    """The tokens of a table; None where their numbers are not those from 0 on, or where it cannot be read."""
    if (
        numbers is None
        or numbers.dtype != "int64"
        or numbers.problem
        or texts.problem
        or numbers.shape != texts.shape
        or len(texts.shape) != 1
    ):
        return None
    try:
        tokens = dict(zip(numbers[...].tolist(), stored.all(), strict=True))
    except UnreadableFile:
        return None
    if not tokens or any(b"\n" in token for token in tokens.values()) or sorted(tokens) != [*range(texts.shape[0])]:
        return None
    return b"\n".join(tokens[at] for at in sorted(tokens))
