"""What the rows of a table are that is looked up by the numbers of a vocabulary's tokens."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, overload

from kerasinspect.errors import InspectError
from kerasinspect.json_values import JSON_LISTS
from kerasinspect.knowledge.serialized import size, whole, word
from kerasinspect.late.dataclasses import dataclass, replace
from kerasinspect.names import cut

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

    from kerasinspect.assembly.graph import Graph, Wiring
    from kerasinspect.assembly.nodes import Node
    from kerasinspect.axes import Axis
    from kerasinspect.json_values import JsonObject
    from kerasinspect.model import Vocabulary

LONGEST = 200
"""Characters of a token that are kept."""

_LONGEST_LABEL = 40
"""Characters of a token that stand in a label, whose number tells it from others."""

_MOST_SPECIAL = 100
"""Numbers for tokens that are in no vocabulary; nobody needs more, and each is a row."""

_TABLE, _ENTRY = "index", "token"
"""Axes that run along the numbers of tokens."""


@dataclass(frozen=True, eq=False)
class _TokenLabels(Sequence[str]):
    """A label for each number of a token; those beyond the tokens that are kept are read when they are asked for."""

    special: tuple[str, ...]
    """Tokens before those of the vocabulary."""
    vocabulary: Vocabulary
    rest: Sequence[object] | Callable[[], bytes]
    """All tokens: as the config has them, or what reads them, one a line."""

    def __len__(self) -> int:
        """How many tokens have numbers."""
        return len(self.special) + self.vocabulary.count

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...
    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        """The number with its token, or alone where that cannot be read."""
        if isinstance(index, slice):
            return [self[at] for at in range(*index.indices(len(self)))]
        number = range(len(self))[index]
        token = self._token(number)
        return str(number) if token is None else f'{number} "{cut(token, _LONGEST_LABEL)}"'

    def _token(self, number: int) -> str | None:
        """The token of a number; None where it can no longer be read."""
        if number < len(self.special):
            return self.special[number]
        at = number - len(self.special)
        if at < len(self.vocabulary.tokens):
            return self.vocabulary.tokens[at]
        try:
            return cut(self._read(at), LONGEST)
        except InspectError:
            return None

    def _read(self, at: int) -> str:
        """A token of the vocabulary that is not kept."""
        if not callable(self.rest):
            return str(self.rest[at])
        data, ends = self._lines
        return token_in(data[ends[at - 1] + 1 : ends[at]])

    @cached_property
    def _lines(self) -> tuple[bytes, np.ndarray[tuple[int], np.dtype[np.intp]]]:
        """All tokens, and where each ends."""
        import numpy as np  # noqa: PLC0415 - only here

        data = self.rest() if callable(self.rest) else b""
        ends = np.flatnonzero(np.frombuffer(data, np.uint8) == ord("\n"))
        return data, np.append(ends, len(data))


def token_in(line: bytes) -> str:
    """The token in a line, which ends in another character where Keras wrote it on Windows."""
    return line.removesuffix(b"\r").decode("utf-8", "surrogateescape")


def labels_of_rows(node: Node, vocabulary: Vocabulary, asset: Callable[[], bytes] | None) -> Sequence[str]:
    """A label for each number that a layer with a vocabulary gives; none where the file does not prove which it is.

    Keras puts a token for padding and one or more for what is unknown before all others, whether or not a vocabulary
    that it was given has them. What it wrote itself has them. Source: ``set_vocabulary`` and ``save_assets`` of
    ``IndexLookup``, in ``keras/src/layers/preprocessing/index_lookup.py``.
    """
    special = _special_tokens(node)
    if special is None:
        return ()
    found, listed = vocabulary.tokens[: len(special)] == special, node.config.get("vocabulary")
    if asset is not None and (listed is not None or not found):
        return ()
    rest = asset or (listed if isinstance(listed, JSON_LISTS) else ())
    labels = _TokenLabels(() if found else special, vocabulary, rest)
    return labels if whole(node.config, "vocabulary_size") in (None, len(labels)) else ()


def _special_tokens(node: Node) -> tuple[str, ...] | None:
    """The tokens that come before those of any vocabulary; None where the config does not tell them."""
    told: JsonObject = {**node.config, **(node.kind.special_tokens if node.kind else {})}
    unknown = size(told, "num_oov_indices")
    if not {"mask_token", "oov_token"} <= told.keys() or told.get("invert"):
        return None
    if unknown is None or unknown > _MOST_SPECIAL:
        return None
    padding = [] if told["mask_token"] is None or not _gives_numbers(node) else [told["mask_token"]]
    return tuple(map(str, [*padding, *[told["oov_token"]] * unknown]))


def _gives_numbers(node: Node) -> bool:
    """Whether a layer gives the number of each token, rather than a row with a place for each."""
    return word(node.config, "output_mode") == "int"


def with_tokens(
    axes: tuple[Axis, ...], node: Node, wiring: Wiring, graph: Graph, labels_of: Callable[[Node], Sequence[str]]
) -> tuple[Axis, ...]:
    """The axes of a weight, those that run along the numbers of tokens with the tokens."""
    return tuple(_with_tokens(axis, _giver(axis, node, wiring, graph), wiring, graph, labels_of) for axis in axes)


def _with_tokens(
    axis: Axis, giver: Node | None, wiring: Wiring, graph: Graph, labels_of: Callable[[Node], Sequence[str]]
) -> Axis:
    """One axis with the tokens of the layer that gives them, or of the layers that give runs of it."""
    if giver is not None:
        return replace(axis, labels=labels_of(giver))
    runs = wiring.source.runs if wiring.source and axis.origins else ()
    givers = [None if run.shape else _giver_of_places(graph, run.layer) for run in runs]
    if not any(givers):
        return axis
    pairs = zip(axis.origins, givers, strict=True)
    origins = (replace(origin, labels=labels_of(giver)) if giver else origin for origin, giver in pairs)
    return replace(axis, origins=tuple(origins))


def _giver(axis: Axis, node: Node, wiring: Wiring, graph: Graph) -> Node | None:
    """The layer whose tokens have a place each along an axis; None where there is none, or several are."""
    if axis.name == _ENTRY and _has_tokens(node):
        return node
    if axis.name == _TABLE and whole(node.config, "input_dim") == axis.size:
        giver = wiring.values
        return giver if giver and _has_tokens(giver) and _gives_numbers(giver) else None
    source = wiring.source
    return _giver_of_places(graph, source.layer) if axis.source and source and not source.runs else None


def _giver_of_places(graph: Graph, layer: Node | None) -> Node | None:
    """The layer whose tokens have a place each in what a layer gives: itself, or the one whose numbers it encodes."""
    if layer is None or layer.kind is None:
        return None
    encodes = layer.kind.encodes_numbers
    giver = graph.of(layer).values if encodes else layer
    return giver if giver and _has_tokens(giver) and _gives_numbers(giver) is encodes else None


def _has_tokens(node: Node) -> bool:
    """Whether a layer has a vocabulary."""
    return node.kind is not None and node.kind.has_vocabulary
