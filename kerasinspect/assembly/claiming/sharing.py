"""Layers that a model uses more than once: legacy files store them once in each of its top-level layers.

A variable keeps its name, so that copies of one layer have equal names and bytes in different groups. That is no
proof: fresh biases are all zero, and a model may be a copy of another. Keras from 2.6 to 2.x marks in the config which
layer is met again. Elsewhere a layer is met again where values that are not all the same agree, unless the models
around it agree as wholes.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from kerasinspect.assembly.claiming.absent import is_absent
from kerasinspect.assembly.claiming.matching import expects_arrays
from kerasinspect.assembly.fingerprints import digest
from kerasinspect.assembly.nodes import parents_of
from kerasinspect.errors import UnreadableFile
from kerasinspect.knowledge.keras_versions import KERAS_3, version_of
from kerasinspect.names import cut
from kerasinspect.remarks import Remark

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from kerasinspect.assembly.nodes import Claim, Node
    from kerasinspect.containers.stored import StoredArray
    from kerasinspect.formats.contents import Contents

_SAYS_WHAT_IS_SHARED = (2, 6)
"""The first Keras whose config marks a layer that is met again; Keras 3 no longer does."""
_MARK = "shared_object_id"
_LONGEST = 120
"""Characters of a path in a sentence."""


class _Fingerprint(NamedTuple):
    """What all copies of one array have in common."""

    name: str
    """All of the name that the file lists it under."""
    shape: tuple[int, ...]
    dtype: str
    digest: bytes
    varies: bool
    """Its values are not all the same."""


class Sharing(NamedTuple):
    """The layers of a legacy file that may be an earlier one, and what is to be said of them."""

    doubtful: frozenset[Node] = frozenset()
    """Layers that an earlier one may be: from there on nobody knows how many arrays there are."""
    remarks: tuple[Remark, ...] = ()


class Copies:
    """Finds the layers of a legacy file that hold what an earlier one holds."""

    def __init__(self, model: Node, contents: Contents) -> None:
        """Note the names that arrays are listed under; those of equal name and shape are read, once each."""
        version = version_of(contents.keras_version)
        self._model = model
        self._has_config = contents.config is not None
        self._is_marked = self._has_config and version is not None and _SAYS_WHAT_IS_SHARED <= version < KERAS_3
        self._names = {row.array.path: row.name for layer in contents.layers for row in layer.rows}
        self._parents = parents_of(model)
        self._times = Counter(self._key(claim.array) for node in model.walk() for claim in node.claims)
        self._fingerprints: dict[str, _Fingerprint | None] = {}

    def join(self) -> Sharing:
        """Make one layer of those that are one, and tell of those that may be."""
        first: dict[_Fingerprint, Node] = {}
        doubtful = self._lost_copies()
        equal: list[tuple[Node, Node]] = []
        for child in self._model.children:
            for node in child.walk():
                found = [one for one in map(self._fingerprint, node.claims) if one]
                original = next((first[one] for one in found if one in first), None)
                for one in found:
                    first.setdefault(one, node)
                if original is None:
                    continue
                is_one = self._is_one(original, node)
                if is_one:
                    node.same_as = original
                if is_one is None or (is_one and not self._has_config):
                    doubtful.add(node)
                if is_one is None or (is_one is False and not self._is_marked and self._are_equal(original, node)):
                    equal.append((node, original))
        return Sharing(frozenset(doubtful), tuple(self._remarks(equal)))

    def _lost_copies(self) -> set[Node]:
        """Layers with an array whose name was met before, where one of the two is lost."""
        met: dict[str, bool] = {}
        found = set()
        for node in self._model.walk():
            named = [(name, is_absent(one.array)) for one in node.claims if (name := self._names.get(one.array.path))]
            found |= {node for name, is_lost in named if name in met and (is_lost or met[name])}
            met |= named
        return found

    def _key(self, array: StoredArray) -> tuple[str | None, tuple[int, ...], str]:
        """What an array is called and looks like."""
        return self._names.get(array.path), array.shape, array.dtype

    def _fingerprint(self, claim: Claim) -> _Fingerprint | None:
        """The fingerprint of an array that may be a copy; None for any other, and for one that cannot be read."""
        array = claim.array
        name, shape, dtype = self._key(array)
        if name is None or is_absent(array) or self._times[name, shape, dtype] == 1:
            return None
        if array.path not in self._fingerprints:
            try:
                self._fingerprints[array.path] = _Fingerprint(name, shape, dtype, *digest(array))
            except UnreadableFile:
                self._fingerprints[array.path] = None
        return self._fingerprints[array.path]

    def _is_one(self, original: Node, node: Node) -> bool | None:
        """Whether a layer is one that was met before; None where the file does not tell."""
        are_equal = self._are_equal(original, node)
        if self._is_marked and node.from_config and self._is_marked_again(node):
            return are_equal
        if _is_another(original, node, is_marked=self._is_marked):
            return False
        known = {*map(self._fingerprint, original.claims)}
        if not any(one.varies for one in map(self._fingerprint, node.claims) if one and one in known):
            return False
        return None if not are_equal or self._are_copies(original, node) else True

    def _are_equal(self, one: Node, other: Node) -> bool:
        """Whether two layers hold arrays of equal names and equal bytes."""
        prints = [*map(self._fingerprint, one.claims)]
        return None not in prints and prints == [*map(self._fingerprint, other.claims)]

    def _is_marked_again(self, node: Node) -> bool:
        """Whether the config marks a layer, or one around it, as met before."""
        around: Node | None = node
        while around is not None and _MARK not in around.entry:
            around = self._parents.get(around)
        return around is not None

    def _are_copies(self, one: Node, other: Node) -> bool:
        """Whether the models around two layers agree as wholes, while they have names of their own."""
        models = self._around(one), self._around(other)
        if models[0] is models[1] or models[0].name == models[1].name or self._model in models:
            return False
        return self._are_equal_inside(*models)

    def _around(self, node: Node) -> Node:
        """The nearest model around a layer; where there is no config, the top-level layer."""
        around = self._parents[node]
        while not around.is_model and self._parents[around] is not self._model:
            around = self._parents[around]
        return around

    def _are_equal_inside(self, one: Node, other: Node) -> bool:
        """Whether all arrays inside two models are equal, one by one."""
        claims = ([claim for below in model.walk() for claim in below.claims] for model in (one, other))
        first, second = ([*map(self._fingerprint, inside)] for inside in claims)
        return None not in first and first == second

    def _remarks(self, pairs: Sequence[tuple[Node, Node]]) -> Iterator[Remark]:
        """One remark on all layers that hold the same and may be one."""
        if pairs:
            first, second = map(self._path, pairs[0])
            yield Remark("equal-layers", first, (second, len(pairs) - 1))

    def _path(self, node: Node) -> str:
        """The path of a layer below the whole model; of a long one the beginning."""
        names = [node.name]
        while (around := self._parents.get(node)) is not None and around is not self._model:
            names.append(around.name)
            node = around
        return cut("/".join(reversed(names)), _LONGEST)


def _is_another(original: Node, node: Node, *, is_marked: bool) -> bool:
    """Whether class or config prove that a layer, not marked as met before, is another one.

    Of a custom class they prove nothing: it may hold any layer.
    """
    if not original.kind or not node.kind:
        return False
    is_described = original.from_config and node.from_config
    return original.kind is not node.kind or (is_described and (is_marked or original.config != node.config))


def stored_again(model: Node) -> Iterator[tuple[str, Claim]]:
    """The paths of arrays that a layer holds because it was met earlier, each with the claim that it repeats."""
    for node in model.walk():
        if node.same_as is not None:
            # What a model inside a layer lists twice is stored once, so that the second one has no claims.
            yield from zip((claim.array.path for claim in node.claims), node.same_as.claims, strict=False)


def listed_again(node: Node) -> dict[Node, Node]:
    """Layers that the models inside a layer list more than once, each with its first place: they are stored once."""
    first: dict[tuple[str, str], Node] = {}
    found = {}
    pending = [(node, False)]
    while pending:
        below, is_listed = pending.pop()
        original = first.setdefault((below.class_name, below.name), below) if is_listed else below
        if original is not below and original.config == below.config and expects_arrays(below):
            found[below] = original
        else:
            pending += [(child, below.is_model) for child in reversed(below.children)]
    return found


def distinct(node: Node, repeats: Mapping[Node, Node]) -> Iterator[Node]:
    """A layer and those inside it, depth first, less what is a repetition."""
    if node not in repeats:
        yield node
        for child in node.children:
            yield from distinct(child, repeats)
