"""Remarks: what is odd about a file, a layer, a weight or another array, as a value with its sentence.

Code decides by ``kind`` and ``place``; nobody reads the words back. These stand here, at the bottom, rather than where
pages are drawn, since three rooms say them: output prints a remark, a rule puts it into a finding, and ``str(remark)``
is the sentence for whoever opens a model from Python.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from kerasinspect.late.dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping, Sequence

_OfFile: TypeAlias = Literal[
    "unused-bytes",
    "repeated-member",
    "outside-member",
    "special-member",
    "unread-member",
    "further-name",
    "never-written",
    "partly-written",
    "repeated-key",
    "layer-listed-twice",
    "layer-without-group",
    "weights-listed-twice",
    "lost-weights",
    "repeated-shard",
    "array-in-two-shards",
    "repeated-layer",
    "undescribed-layer",
    "equal-layers",
    "untold-positions",
]
_OfLayer: TypeAlias = Literal["no-arrays", "merged-factors", "other-name", "other-group"]
_OfArray: TypeAlias = Literal[
    "untold-name",
    "reversed-axes",
    "untold-packing",
    "lost-scale",
    "other-weight",
    "other-shape",
    "repeated-variable",
    "equal-bytes",
    "lora-rank",
]
RemarkKind: TypeAlias = _OfFile | _OfLayer | _OfArray
"""What a remark says, of a file as a whole, of a layer, or of an array."""

Doubt: TypeAlias = Literal[
    "inside-custom", "behind-unknown", "either-keras", "displaced", "repeated-bytes", "token-weights"
]
"""Why positions in ``get_weights()`` cannot be told."""


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing that is odd about a file or a part of it; ``str`` gives the sentence."""

    kind: RemarkKind
    place: str = ""
    """The member, path, layer or shard in a file that it is about; empty where whatever holds the remark says it."""
    facts: tuple[Hashable, ...] = ()
    """Names and numbers that the sentence says, in its order."""

    @property
    def words(self) -> str:
        """The sentence as said beside its place: the rest of one that begins with an object, or the whole."""
        return _WORDS[self.kind](self.place, *self.facts)

    @property
    def brief(self) -> str:
        """The sentence as a note beside a page, without reasons that only some readers want."""
        words = _BRIEF.get(self.kind)
        return words(self.place, *self.facts) if words else str(self)

    def __str__(self) -> str:
        """The whole sentence, with its place."""
        if self.kind in _OF_OBJECTS:
            return f"{self.place} {self.words}."
        return f"{self.place}: {self.words}" if self.kind in _OF_LISTS else self.words


_OF_OBJECTS: frozenset[RemarkKind] = frozenset({"further-name", "never-written", "partly-written"})
"""Kinds whose sentence begins with the path of an object."""
_OF_LISTS: frozenset[RemarkKind] = frozenset(
    {"layer-listed-twice", "layer-without-group", "weights-listed-twice", "lost-weights"}
)
"""Kinds that are about what a legacy file lists: their place stands before the sentence."""

_NAMES_SHOWN = 5
"""Names of weights of one layer that a sentence says."""

_DOUBTS: Mapping[Doubt, str] = {
    "inside-custom": (
        "the file does not keep the order of what is inside a custom layer, or inside a model that is a subclass"
    ),
    "behind-unknown": "a layer before them may have weights that the file lacks",
    "either-keras": "the file does not say whether Keras 2 or 3 wrote it, which order weights differently",
    "displaced": "the file has them in another layer's place, whose own arrays are not in theirs",
    "repeated-bytes": "the file holds some bytes twice, which may be one variable or two",
    "token-weights": "Keras 2 counts the weights of a vocabulary's tokens, and once for all layers that hold them",
}

_NO_NUMBERS = "the numbers that these integers stand for are unknown"


def _several(names: Sequence[str]) -> str:
    """The first few of some names, and how many more there are."""
    more = len(names) - _NAMES_SHOWN
    return ", ".join(names[:_NAMES_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _weights_listed_twice(_: str, names: Sequence[str]) -> str:
    return f"It lists {_several(names)} more than once, so that an array is lost each time."


def _lost_weights(_: str, names: Sequence[str]) -> str:
    return f"It lists {_several(names)}, but the file has no array of that name."


def _equal_layers(place: str, other: str, more: int) -> str:
    pairs = f", as do {more} other pairs of layers" if more else ""
    return (
        f"{place} and {other} hold equal arrays{pairs}; the file does not prove that they are one layer, "
        "so each is listed as a layer of its own."
    )


def _untold(count: int) -> str:
    return f"The get_weights() index of {count} {'array' if count == 1 else 'arrays'} is unknown"


def _untold_in_brief(_: str, count: int, __: Sequence[Doubt]) -> str:
    return f"{_untold(count)}; show --explain says why."


def _untold_positions(_: str, count: int, doubts: Sequence[Doubt]) -> str:
    reasons = "; ".join(_DOUBTS[doubt] for doubt in doubts)
    return f"{_untold(count)}: {reasons}."


def _untold_name(_: str, names: Sequence[str]) -> str:
    return f"{' or '.join(names)}: the file does not say which"


def _other_shape(_: str, stored: Sequence[int], promised: Sequence[int | None]) -> str:
    wanted = " × ".join("?" if size is None else str(size) for size in promised)
    return f"its shape is {' × '.join(map(str, stored))}, but the config says {wanted}"


_WORDS: Mapping[RemarkKind, Callable[..., str]] = {
    "unused-bytes": "The archive holds {1:,} bytes that belong to no member.".format,
    "repeated-member": "The archive holds {0} {1} times: the last is read, as Keras does.".format,
    "outside-member": "The archive's member {0} names a place outside of it; nothing is extracted.".format,
    "special-member": "The archive's member {0} is {1}; it is not followed.".format,
    "unread-member": "The archive's member {0} cannot be read: {1}.".format,
    "further-name": "{1}".format,
    "never-written": "was never written: each of its values reads as {1}".format,
    "partly-written": "was not written whole: {1:,} of its {2:,} chunks are missing, and read as {3}".format,
    "repeated-key": "{0} repeats the key {1!r}; the last one counts.".format,
    "layer-listed-twice": "The file lists the layer more than once.".format,
    "layer-without-group": "The file lists the layer, but has no group for it.".format,
    "weights-listed-twice": _weights_listed_twice,
    "lost-weights": _lost_weights,
    "repeated-shard": "The shard {0} is the same file as {1}.".format,
    "array-in-two-shards": "{0} is in two shards; the second one is left out.".format,
    "repeated-layer": "The file lists the layer {0} twice; the second time is left out.".format,
    "undescribed-layer": "The file has arrays for the layer {0}, which its config does not name.".format,
    "equal-layers": _equal_layers,
    "untold-positions": _untold_positions,
    "no-arrays": "the file has no arrays for it".format,
    "merged-factors": ("its LoRA factors are merged into what they adapt; get_weights() has {1} arrays more").format,
    "other-name": "the file has its arrays under the name {1}".format,
    "other-group": "Keras looks for its arrays in {1}".format,
    "untold-name": _untold_name,
    "reversed-axes": "Theano wrote it, so it lies reversed along each spatial axis".format,
    "untold-packing": f"the file does not say how its values are packed, so that {_NO_NUMBERS}".format,
    "lost-scale": f"{{1}} is not in the file, and without it {_NO_NUMBERS}".format,
    "other-weight": "Keras loads it as {1}, in whose place the file lists it".format,
    "other-shape": _other_shape,
    "repeated-variable": "it is the variable of {1}, stored a second time, and counts once".format,
    "equal-bytes": "its bytes are those of {1}: the file does not say whether they are one variable".format,
    "lora-rank": "the rank of the LoRA factors: a setting, not a weight".format,
}
"""The words of each kind, given its place and its facts."""

_BRIEF: Mapping[RemarkKind, Callable[..., str]] = {"untold-positions": _untold_in_brief}
"""Shorter words of kinds whose reasons are long."""
