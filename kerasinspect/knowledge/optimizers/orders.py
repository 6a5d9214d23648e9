"""The orders in which a version of Keras makes an optimizer's arrays: weight by weight, or slot by slot before 2.11."""

from __future__ import annotations

from itertools import chain, product
from typing import TYPE_CHECKING, TypeAlias

from kerasinspect.knowledge.optimizers.classes import (
    BEFORE,
    BEFORE_SLOTS,
    ITERATION,
    LEARNING_RATE,
    MOMENTS,
)
from kerasinspect.late.patterns import late_pattern

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kerasinspect.knowledge.optimizers.classes import Optimizer, Slots
    from kerasinspect.knowledge.optimizers.names import Target

    _Shape: TypeAlias = "tuple[int, ...]"
    Entry: TypeAlias = "tuple[str, int | None, _Shape]"
    """What one array should be: the slot's name, the number of the weight, the shape."""

_WEIGHT_BY_WEIGHT_SINCE = (2, 11, 0)
_OLDER_BEFORE_SLOTS = ((ITERATION,), (ITERATION, "momentum_schedule"), ())
"""What stands before the slots in the order before."""
_OVERWRITTEN = late_pattern(r"(inputs|kernel|outputs_grad)_(scale|amax_history)")
"""Weights of float8 layers that Keras sets by way of gradients: they have no slots."""


def layouts(
    kind: Optimizer, chosen: tuple[Slots, ...], targets: Sequence[tuple[int, Target]], version: tuple[int, ...]
) -> Iterator[list[Entry]]:
    """The orders in which a Keras of this version may have made the arrays."""
    headers: tuple[tuple[str, ...], ...] = BEFORE_SLOTS
    scalars: list[Entry] = [(name, None, ()) for name in kind.after]
    around: list[tuple[list[Entry], list[Entry]]] = [([], scalars), (scalars, []), ([], [])] if scalars else [([], [])]
    bodies = [
        [*chain.from_iterable(_weight_by_weight(part, targets, is_sparse=is_sparse) for part in chosen)]
        for is_sparse in ((True, False) if kind.is_uneven else (False,))
    ]
    if version < _WEIGHT_BY_WEIGHT_SINCE:
        headers, around = _OLDER_BEFORE_SLOTS, [([], [])]
        names = [name for part in chosen for name in part.names if part not in BEFORE]
        bodies = [
            [*_slot_by_slot(names, targets)],
            [*_slot_by_slot([*names, "velocity_hat"], targets, placeholder=True)],
        ]
    for header, body, (first, last) in product(headers, bodies, around):
        if not first or LEARNING_RATE in header:
            yield [*((name, None, ()) for name in header), *first, *body, *last]


def _weight_by_weight(part: Slots, targets: Iterable[tuple[int, Target]], *, is_sparse: bool) -> Iterator[Entry]:
    """Slots as Keras makes them since 2.11: all that belong to one weight, then those of the next.

    Where they are sparse, Muon keeps no velocity for the matrices that it makes orthogonal, and the Adafactor of
    Keras 2 no sums over the axes of vectors.
    """
    for place, target in targets:
        if _OVERWRITTEN.fullmatch(target.name) and part.names != ("gradient_accumulator",):
            continue
        for name in part.names:
            if is_sparse and _leaves_out(part, name, target):
                continue
            yield name, place, _slot_shape(name, target.shape)


def _leaves_out(part: Slots, name: str, target: Target) -> bool:
    """Whether a class that keeps other slots for some weights than for others has none of this name for a weight."""
    if part in MOMENTS:
        return name == "velocity" and len(target.shape) == 2 and "embeddings" not in target.name  # noqa: PLR2004
    return name in ("row", "column") and not target.shape[1:]


def _slot_by_slot(
    names: Sequence[str], targets: Sequence[tuple[int, Target]], *, placeholder: bool = False
) -> Iterator[Entry]:
    """Slots as Keras made them before: the first one of every weight, then the second one of every weight.

    From 2.1 to 2.3, an Adam without ``amsgrad`` had a number in the place of each ``velocity_hat``.
    """
    for name in names:
        for place, target in targets:
            yield name, place, (1,) if placeholder and name == "velocity_hat" else target.shape


def _slot_shape(name: str, shape: _Shape) -> _Shape:
    """The shape of a slot: the weight's, but for Adafactor's sums over the last two axes."""
    if name == "row":
        return shape[:-1] if shape[1:] else ()
    if name == "column":
        return (*shape[:-2], shape[-1]) if shape[1:] else ()
    return shape
