"""Figures of a layer as a whole: those of all its weights that differ, laid end to end."""

from __future__ import annotations

from math import fsum, hypot, isfinite
from typing import TYPE_CHECKING

from kerasinspect.analysis.comparison.results import ArrayChange
from kerasinspect.late.dataclasses import dataclass

if TYPE_CHECKING:
    from kerasinspect.analysis.comparison.results import LayerDiff


@dataclass(frozen=True, slots=True)
class LayerFigures:
    """What ``ArrayChange`` has of one array; a bias that was zero counts by its size, and hides no kernel."""

    relative_l2: float | None
    max_abs: float | None
    cosine: float | None
    changed: int
    count: int
    sign_flips: int


def figures_of(layer: LayerDiff) -> LayerFigures | None:
    """The figures of the weights of a layer that differ, as if they were one array; None where none has any."""
    changes = [one.change for one in layer.weights if isinstance(one.change, ArrayChange) and not one.equal]
    if not changes:
        return None
    old, new = (hypot(*(getattr(one, name) or 0.0 for one in changes)) for name in ("old_norm", "new_norm"))
    return LayerFigures(
        _share(hypot(*(one.distance for one in changes)), old),
        max((one.max_abs for one in changes if one.max_abs is not None), default=None),
        _share(fsum(map(_product, changes)), old * new),
        sum(one.changed for one in changes),
        sum(one.count for one in changes),
        sum(one.sign_flips for one in changes),
    )


def _product(change: ArrayChange) -> float:
    """The inner product of both sides."""
    return (change.cosine or 0.0) * (change.old_norm or 0.0) * (change.new_norm or 0.0)


def _share(part: float, whole: float) -> float | None:
    """A part of a whole; None where there is no whole, or no finite share."""
    share = part / whole if whole else None
    return share if share is not None and isfinite(share) else None
