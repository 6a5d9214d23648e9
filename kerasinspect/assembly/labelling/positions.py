"""Positions in ``get_weights()``, told only where the file proves them.

The order of the arrays comes from ``order``. A position is also the number of weights before it, and there a tree may
mislead: it holds a variable twice that two layers keep, and before Keras 3.15 it lacks what lies in nested lists. The
optimizer's state, which has slots for each trainable variable once, settles most of that.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import field
from itertools import pairwise
from typing import TYPE_CHECKING

from kerasinspect.assembly.claiming.absent import UNCOUNTED, is_absent
from kerasinspect.assembly.claiming.matching import own_arrays, user_name
from kerasinspect.assembly.labelling.extras import optimizer_of
from kerasinspect.assembly.labelling.merging import may_be_adapted, note_merged
from kerasinspect.assembly.labelling.repeats import repeats_of
from kerasinspect.assembly.order import is_layered
from kerasinspect.knowledge.keras_versions import version_of
from kerasinspect.knowledge.optimizers.variables import tracked_shapes
from kerasinspect.late.dataclasses import dataclass
from kerasinspect.remarks import Doubt, Remark

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from kerasinspect.assembly.labelling.repeats import Repeat
    from kerasinspect.assembly.nodes import Claim, Node
    from kerasinspect.assembly.order import Placement
    from kerasinspect.formats.contents import Contents
    from kerasinspect.knowledge.keras_versions import KerasVersion

_NESTED_SINCE = (3, 15)
"""Since when Keras stores layers that lie in lists inside of lists."""


@dataclass(slots=True)
class WeightCount:
    """What is known of how many weights ``get_weights()`` has, beside the arrays of the file."""

    repeats: dict[Claim, Repeat] = field(default_factory=dict)
    """Arrays that are one variable with another one."""
    doubtful: dict[Claim, Repeat] = field(default_factory=dict)
    """Arrays that may be."""
    uncounted: set[Node] = field(default_factory=set)
    """Layers that may have more weights than the file has, or fewer."""
    unsettled: Mapping[Claim, Doubt] = field(default_factory=dict)
    """Why no position is known from an array on."""

    def variable(self, claim: Claim) -> Claim:
        """The claim that stands for an array's variable: the array itself, unless another one is it, too."""
        repeat = self.repeats.get(claim)
        return repeat.original if repeat else claim


def count_weights(model: Node, places: Sequence[Placement], contents: Contents) -> WeightCount:
    """What a tree, and the optimizer's state in it, prove of the number of weights."""
    version = version_of(contents.keras_version)
    displaced = (claim for _, claim, _ in places if claim.loaded_as and claim.in_place_of is None)
    counts = WeightCount(
        uncounted={node for node in model.walk() if not node.count_known},
        unsettled=dict.fromkeys(displaced, "displaced"),
    )
    trained = [(node, claim) for node, claim, _ in places if _may_train(node, claim)]
    tracked = _tracked_by_optimizer(contents)
    arrays = _trained_arrays([claim for _, claim in trained], tracked)
    for repeat in repeats_of(model, places):
        is_same = _is_one_variable(repeat, arrays)
        if is_same:
            counts.repeats[repeat.claim] = repeat
        elif is_same is None:
            counts.doubtful[repeat.claim] = repeat
    trained = [(node, claim) for node, claim in trained if claim not in counts.repeats]
    if tracked is None or not _tracks_all(tracked, [claim for _, claim in trained]):
        suspects = [node for node in model.walk() if _may_hide(node, model, version)]
        if tracked is None or len(suspects) != 1 or not _fill_gap(model, suspects[0], trained, tracked):
            counts.uncounted |= set(suspects)
        if tracked is not None and contents.config is None and not suspects:
            _note_factors(model, counts, trained, tracked)
    return counts


def _note_factors(
    model: Node, counts: WeightCount, trained: Sequence[tuple[Node, Claim]], tracked: Sequence[tuple[int, ...]]
) -> None:
    """Note which layers have LoRA factors merged into them, or may, where slots for more than the arrays show some."""
    owned: dict[Node, list[Claim]] = {}
    for node, claim in trained:
        owned.setdefault(node, []).append(claim)
    more = Counter(tracked) - Counter(claim.array.shape for _, claim in trained)
    if not more or note_merged(owned, tracked):
        return
    adaptable = {claim: node for node in model.walk() for claim in node.claims if may_be_adapted(claim)}
    counts.uncounted |= {*adaptable.values()}
    quantized = (claim for claim in adaptable if claim.kind is not None and not claim.kind.trainable)
    counts.unsettled = {**counts.unsettled, **dict.fromkeys(quantized, "behind-unknown")}


def _tracked_by_optimizer(contents: Contents) -> list[tuple[int, ...]] | None:
    """The shapes of the variables that the model's optimizer has slots for; None where the file does not tell."""
    group = contents.tree.groups.get("optimizer") if contents.tree else None
    return tracked_shapes(optimizer_of(contents), [array.shape for _, array in own_arrays(group)]) if group else None


def _may_train(node: Node, claim: Claim) -> bool:
    """Whether an optimizer may have slots for an array."""
    return not node.frozen and (claim.kind is None or claim.kind.trainable)


@dataclass(frozen=True, slots=True)
class _TrainedArrays:
    """The arrays that an optimizer may have slots for, and the slots that it has, by shape."""

    claims: AbstractSet[Claim]
    shapes: Counter[tuple[int, ...]]
    untold: Counter[tuple[int, ...]]
    """Of those of which the file does not tell what they are."""
    slots: Counter[tuple[int, ...]]


def _trained_arrays(claims: Sequence[Claim], tracked: Sequence[tuple[int, ...]] | None) -> _TrainedArrays:
    """The arrays that an optimizer may have slots for, and its slots, counted by shape."""
    shapes = Counter(claim.array.shape for claim in claims)
    untold = Counter(claim.array.shape for claim in claims if claim.kind is None)
    return _TrainedArrays(set(claims), shapes, untold, Counter(tracked or ()))


def _is_one_variable(repeat: Repeat, trained: _TrainedArrays) -> bool | None:
    """Whether two equal arrays are one variable; None where the file does not tell.

    Equal vectors prove nothing by themselves: two that are added to the same sum have the same gradients.
    """
    if repeat.is_one_object:
        return True
    shape = repeat.claim.array.shape
    alike, slots = trained.shapes[shape], trained.slots[shape]
    if slots == alike and repeat.claim in trained.claims:
        return False
    if repeat.is_inside and not repeat.is_constant and len(shape) > 1:
        return True
    if slots == alike - 1 and trained.untold[shape] <= 1:
        return True
    return False if repeat.is_constant and not repeat.is_inside else None


def _tracks_all(tracked: Sequence[tuple[int, ...]], trained: Sequence[Claim]) -> bool:
    """Whether an optimizer tracks all arrays that are known to be trained, and none that the file lacks."""
    slots = Counter(tracked)
    most = Counter(claim.array.shape for claim in trained)
    least = Counter(claim.array.shape for claim in trained if claim.kind is not None)
    return least <= slots <= most


def _may_hide(node: Node, model: Node, version: KerasVersion | None) -> bool:
    """Whether a custom layer may have weights that Keras before 3.15 did not store: those of layers in nested lists.

    One that has arrays and no layers is taken to have no others.
    """
    if node.kind is not None or node.role == "operation" or node is model or node.same_as is not None or node.is_plain:
        return False
    has_lists = not node.claims or any(child.bears for child in node.children)
    return has_lists and (version is None or version < _NESTED_SINCE)


def _fill_gap(
    model: Node, suspect: Node, trained: Sequence[tuple[Node, Claim]], tracked: Sequence[tuple[int, ...]]
) -> bool:
    """Note how many weights a layer without any in the file has, where the optimizer's slots show it.

    They must be all that is missing, at this layer's place. Of two vectors of one length, one after the other, a
    normalisation may have further ones that are not trained: then nothing is known.
    """
    numbers = _preorder(model)
    shapes = [claim.array.shape for _, claim in trained]
    before = sum(numbers[node] < numbers[suspect] for node, _ in trained)
    lost = [*tracked[before : len(tracked) - len(shapes) + before]]
    if not lost or any(first == second and len(first) == 1 for first, second in pairwise(lost)):
        return False
    if suspect.bears or [*shapes[:before], *lost, *shapes[before:]] != [*tracked]:
        return False
    suspect.unstored = len(lost)
    return True


def _preorder(model: Node) -> dict[Node, int]:
    """The place of each layer, depth first."""
    return {node: place for place, node in enumerate(model.walk())}


@dataclass(frozen=True, slots=True)
class Numbering:
    """The positions of all arrays, and why some have none."""

    indices: Mapping[Claim, int | None]
    reasons: Mapping[Doubt, int]
    """Why positions cannot be told, and how many."""
    kept_aside: AbstractSet[Claim] = frozenset()
    """Arrays that Keras stores and does not count among the weights of any layer."""


def number_weights(model: Node, places: Sequence[Placement], counts: WeightCount, *, is_keras_2: bool) -> Numbering:
    """Each array's position; weights that the file lacks take their numbers all the same."""
    numbers = _preorder(model)
    doubt = _start_of_doubt(model, counts, numbers, is_keras_2=is_keras_2)
    gaps = deque((numbers[node], node.unstored) for node in model.walk() if node.unstored)
    indices: dict[Claim, int | None] = {}
    reasons: Counter[Doubt] = Counter()
    met: set[Claim] = set()
    position, is_certain = 0, True
    why: Doubt | None = None
    for node, claim, known in places:
        while gaps and gaps[0][0] < numbers[node]:
            position += gaps.popleft()[1]
        position += claim.kind.gap if claim.kind else 0
        is_certain = is_certain and claim not in counts.doubtful
        is_behind = numbers[node] >= doubt or (is_keras_2 and is_layered(node, model) and doubt < len(numbers))
        is_counted = claim.kind is None or claim.kind.counted
        why = why or counts.unsettled.get(claim) or ("token-weights" if is_keras_2 and not is_counted else None)
        reason = _doubt_about(why, known=known, is_behind=is_behind, is_certain=is_certain)
        indices.setdefault(claim, None)
        variable = counts.variable(claim)
        if is_counted and variable not in met:
            met.add(variable)
            indices[variable] = None if reason else position
            if reason:
                reasons[reason] += not is_absent(claim.array)
            position += 1
    return Numbering(indices, +reasons, frozenset() if is_keras_2 else _kept_aside(places))


def _kept_aside(places: Sequence[Placement]) -> AbstractSet[Claim]:
    """What Keras 3 stores of a layer and does not count; Keras 2 counts all that it stores."""
    return {claim for _, claim, _ in places if claim.kind is not None and not claim.kind.counted}


def _doubt_about(unsettled: Doubt | None, *, known: bool, is_behind: bool, is_certain: bool) -> Doubt | None:
    """Why the position of an array cannot be told, the strongest doubt first; None where it can."""
    if not known:
        return "inside-custom"
    if is_behind:
        return "behind-unknown"
    return unsettled if is_certain else "repeated-bytes"


def unsettled(places: Sequence[Placement], doubtful: AbstractSet[Node]) -> dict[Claim, Doubt]:
    """Why no position is known from some arrays of a legacy file on, given the layers that may be an earlier one."""
    found: dict[Claim, Doubt] = {}
    for node, claim, _ in places:
        if claim.array.dtype == UNCOUNTED or node in doubtful:
            found[claim] = "repeated-bytes" if node in doubtful else "behind-unknown"
    return found


def _start_of_doubt(model: Node, counts: WeightCount, numbers: Mapping[Node, int], *, is_keras_2: bool) -> int:
    """The first layer, depth first, before which there may be other weights than the file has.

    In Keras 2 that is the outermost layer around it that is no model, whose trainable weights all come first.
    """
    pending: list[tuple[Node, int | None]] = [(model, None)]
    while pending:
        node, outer = pending.pop()
        outer = numbers[node] if outer is None and not is_layered(node, model) else outer
        if node in counts.uncounted:
            return outer if is_keras_2 and outer is not None else numbers[node] + 1
        pending += [(child, outer) for child in reversed(node.children)]
    return len(numbers)


def may_be_keras_2(contents: Contents) -> bool:
    """Whether Keras 2 may have written a tree of which no version is known: since 3.6 it keeps the names of layers."""
    return contents.keras_version is None and contents.tree is not None and user_name(contents.tree) is None


def common_positions(first: Numbering, second: Numbering) -> Numbering:
    """The positions on which two orders agree."""
    indices = {key: index if second.indices[key] == index else None for key, index in first.indices.items()}
    lost = sum(index is not None and indices[key] is None for key, index in first.indices.items())
    return Numbering(indices, {**first.reasons, "either-keras": lost} if lost else first.reasons)


def remarks_on(numbering: Numbering) -> Iterator[Remark]:
    """A remark where positions in ``get_weights()`` cannot be told."""
    if numbering.reasons:
        yield Remark("untold-positions", facts=(sum(numbering.reasons.values()), tuple(numbering.reasons)))
