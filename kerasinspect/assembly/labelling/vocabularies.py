"""The vocabularies of preprocessing layers: in the config, or in the archive's assets, one token a line."""

from __future__ import annotations

from dataclasses import field
from itertools import islice
from typing import TYPE_CHECKING

from kerasinspect.assembly.labelling.tokens import LONGEST, labels_of_rows, token_in
from kerasinspect.errors import UnreadableFile
from kerasinspect.json_values import JSON_LISTS
from kerasinspect.knowledge.layers import row_of
from kerasinspect.late.dataclasses import dataclass
from kerasinspect.model import Vocabulary
from kerasinspect.names import cut

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from kerasinspect.assembly.nodes import Node

_SHOWN = 1000
"""Tokens that are kept; the others are counted."""


@dataclass(frozen=True, slots=True)
class Vocabularies:
    """The vocabularies of a model's layers, each read once."""

    assets: Mapping[str, Callable[[], bytes]]
    damage: list[str]
    """Takes sentences about those that cannot be read."""
    _read: dict[Node, Vocabulary | None] = field(default_factory=dict)

    def of(self, node: Node) -> Vocabulary | None:
        """A layer's vocabulary; None where it has none, or where it cannot be read."""
        if node not in self._read:
            self._read[node] = self._readable(node)
        return self._read[node]

    def labels(self, node: Node) -> Sequence[str]:
        """What the numbers that a layer gives stand for, from 0 on; nothing where the file does not prove it."""
        vocabulary = self.of(node)
        if vocabulary is None:
            return ()
        path = vocabulary.stored_path
        return labels_of_rows(node, vocabulary, None if path is None else self.assets[path])

    def _readable(self, node: Node) -> Vocabulary | None:
        """A layer's vocabulary; what keeps it from being read is noted as damage."""
        try:
            return _vocabulary_of(node, self.assets)
        except UnreadableFile as error:
            self.damage.append(str(error))
            return None


def _vocabulary_of(node: Node, assets: Mapping[str, Callable[[], bytes]]) -> Vocabulary | None:
    """A layer's vocabulary; None where it has none, or where a text stands where a list should.

    A text would be a path or an address that Keras reads from when it loads the model: nothing is opened here. Raises
    DamagedFile or RefusedFile for an asset that cannot be read.
    """
    if not row_of(node.class_name).has_vocabulary:
        return None
    from hashlib import sha256  # noqa: PLC0415 - few layers have a vocabulary

    listed = node.config.get("vocabulary")
    if isinstance(listed, JSON_LISTS):
        return Vocabulary(_kept(map(str, listed[:_SHOWN])), len(listed), None, _digest_of(map(str, listed)))
    path = node.table or f"assets{node.group}/vocabulary.txt"
    if (node.table or node.group) is None or path not in assets:
        return None
    written = assets[path]()
    first = written.split(b"\n", _SHOWN)[:_SHOWN]
    return Vocabulary(_kept(map(token_in, first)), written.count(b"\n") + 1, path, sha256(written).hexdigest())


def _digest_of(tokens: Iterator[str]) -> str:
    """The SHA-256 of tokens, one a line, of which only some are in memory at a time."""
    from hashlib import sha256  # noqa: PLC0415 - as above

    digest, separator = sha256(), ""
    while some := [*islice(tokens, _SHOWN)]:
        digest.update((separator + "\n".join(some)).encode(errors="surrogatepass"))
        separator = "\n"
    return digest.hexdigest()


def _kept(tokens: Iterable[str]) -> tuple[str, ...]:
    """Tokens, each cut to the length that is kept."""
    return tuple(cut(token, LONGEST) for token in tokens)
