"""Factors of LoRA that Keras merged into the weights that it stored: a file of weights alone has no trace of them.

``get_weights()`` has two factors behind the other weights of an adapted layer, so that they move all positions that
follow. Only the optimizer's state tells of them: it has slots for both, and none for what they adapt.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from kerasinspect.knowledge.layers.weights import LORA

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from kerasinspect.assembly.nodes import Claim, Node

    _Shape: TypeAlias = tuple[int, ...]
    _Adapted: TypeAlias = tuple[Node, ...]

_FACTORS = 2
_MOST_WAYS = 64
"""Ways to begin that are followed side by side; where there are more, the slots prove nothing."""


def note_merged(trained: Mapping[Node, Sequence[Claim]], slots: Sequence[_Shape]) -> bool:
    """Note the factors that each layer lacks, by the optimizer's slots, which must be explained in one way alone.

    ``trained`` has the arrays of each layer, in the order of ``get_weights()``, that training may change. A layer has
    slots for all of them, or for none, or for its factors instead of what these adapt. Returns whether it is told.
    """
    ways: dict[int, _Adapted | None] = {0: ()}
    for node, claims in trained.items():
        following: dict[int, _Adapted | None] = {}
        for start, adapted in ways.items():
            for end, is_adapted in _ends(claims, slots, start):
                found = (*adapted, node) if is_adapted and adapted is not None else adapted
                following[end] = found if following.get(end, found) == found else None
        ways = following
        if len(ways) > _MOST_WAYS:
            return False
    told = ways.get(len(slots))
    for node in told or ():
        node.unstored += _FACTORS
    return bool(told)


def may_be_adapted(claim: Claim) -> bool:
    """Whether an array may have factors merged into it; those of a quantized one come before it, and others after."""
    return claim.name in LORA and claim.kind is not None and len(claim.array.shape) > 1


def _ends(claims: Sequence[Claim], slots: Sequence[_Shape], start: int) -> Iterator[tuple[int, bool]]:
    """Where the slots of a layer may end that begin at a place, and whether two of them are those of factors."""
    yield start, False
    shapes = [claim.array.shape for claim in claims]
    end = start + len(shapes)
    if shapes and [*slots[start:end]] == shapes:
        yield end, False
    adapted = next((claim.array.shape for claim in claims if claim.name in LORA), ())
    kept = [claim.array.shape for claim in claims if claim.name not in LORA]
    place = start + len(kept)
    if len(adapted) > 1 and [*slots[start:place]] == kept and _are_factors(adapted, slots[place : place + _FACTORS]):
        yield place + _FACTORS, True


def _are_factors(shape: _Shape, slots: Sequence[_Shape]) -> bool:
    """Whether the next two slots are those of the factors of an array: the last axis of the first is their rank."""
    if len(slots) < _FACTORS or not slots[0]:
        return False
    first, second = slots
    return first == (*shape[:-1], first[-1]) and second == (first[-1], shape[-1])
