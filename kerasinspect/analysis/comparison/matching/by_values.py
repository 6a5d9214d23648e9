"""Finds pairs by values: layers of the same shapes of which two, and no others, are alike beyond chance."""

from __future__ import annotations

from collections import Counter
from math import atanh
from typing import TYPE_CHECKING

import numpy as np

from kerasinspect.analysis.comparison.matching.pairs import classes_fit
from kerasinspect.analysis.comparison.matching.sketches import by_chance
from kerasinspect.late.dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from kerasinspect.analysis.comparison.matching.places import Place
    from kerasinspect.analysis.comparison.matching.sketches import Sketch

    _Numbers = np.ndarray[Any, Any]

_LEAST = 0.4
"""The cosine that a pair by values needs however many numbers it has: noise of twice their spread leaves 0.45, and
what training alone makes alike in unrelated layers stays below."""
_MARGIN = 0.05
"""How far behind the runner-up must be."""
_STEADY = 4.0
"""The same in standard deviations."""
_NEARLY_ONE = 1 - 1e-9
"""What a cosine counts as that rounding made 1 or more."""
_MOST, _SOME = 1 << 12, 256
"""Layers of one shape on a side that are each held against all of the other, and how many are where there are more."""
_COSINES = 1 << 20
"""Cosines that are computed together."""

Known = tuple["Place", "Sketch"]
"""A layer with the sketch of its values."""


@dataclass(frozen=True, slots=True)
class _Alike:
    """What values tell of layers of the same shapes."""

    pairs: Sequence[tuple[Place, Place]]
    olds: Sequence[Known]
    news: Sequence[Known]
    """Layers not all of which were held against each other, though some were and proved to be pairs."""


@dataclass(frozen=True, slots=True)
class _Nearest:
    """For each of some layers: the likeness of the nearest one of the others, which that is, and the next likeness."""

    best: _Numbers
    which: _Numbers
    second: _Numbers

    @classmethod
    def of_none(cls, count: int) -> _Nearest:
        """For as many layers, before they are held against any."""
        return cls(np.full(count, -1.0), np.zeros(count, np.intp), np.full(count, -1.0))

    def take(self, cosines: _Numbers, start: int) -> None:
        """Go by what each layer, a row, has in common with others, of which the first is the number ``start``."""
        rows = np.arange(len(cosines))
        which = cosines.argmax(axis=1)
        best = cosines[rows, which]
        cosines[rows, which] = -1
        second = np.maximum(np.minimum(best, self.best), np.maximum(cosines.max(axis=1), self.second))
        cosines[rows, which] = best
        better = best > self.best
        self.which[better] = which[better] + start
        np.maximum(self.best, best, out=self.best)
        self.second[:] = second


def pair_alike(olds: Sequence[Known], news: Sequence[Known]) -> _Alike:
    """Pairs of layers whose values are each other's nearest, by far; all have the same shapes."""
    exact = [*_equals(olds, news)]
    done_old, done_new = {old.number for old, _ in exact}, {new.number for _, new in exact}
    olds = [known for known in olds if known[0].number not in done_old]
    news = [known for known in news if known[0].number not in done_new]
    near = [*_nearest(olds, news)] if olds and news else []
    is_partial = bool(near) and max(len(olds), len(news)) > _MOST
    return _Alike([*exact, *near], olds if is_partial else [], news if is_partial else [])


def _equals(olds: Sequence[Known], news: Sequence[Known]) -> Iterator[tuple[Place, Place]]:
    """Pairs with exactly the same numbers, which no third layer has."""
    counts = [Counter(sketch.exact for _, sketch in side) for side in (olds, news)]
    by_numbers = {sketch.exact: place for place, sketch in olds}
    for new, sketch in news:
        if all(count[sketch.exact] == 1 for count in counts) and classes_fit(by_numbers[sketch.exact], new):
            yield by_numbers[sketch.exact], new


def _nearest(olds: Sequence[Known], news: Sequence[Known]) -> Iterator[tuple[Place, Place]]:
    """Pairs of which each is the nearest of the other, the next one is far behind, and chance does not explain it.

    Where there are too many to hold each against all others, some of the old ones are: enough to show another order.
    """
    asked = range(0, len(olds), 1 if max(len(olds), len(news)) <= _MOST else -(-len(olds) // _SOME))
    rows, _ = _compared([olds[at] for at in asked], news)
    found = np.unique(rows.which)
    _, columns = _compared(olds, [news[at] for at in found])
    tries = len(olds) * len(news)
    for row, at in enumerate(asked):
        column = int(np.searchsorted(found, rows.which[row]))
        (old, one), (new, other) = olds[at], news[rows.which[row]]
        if columns.which[column] == at and classes_fit(old, new):
            second = max(rows.second[row], columns.second[column])
            if _is_decisive(float(rows.best[row]), float(second), min(one.freedom, other.freedom), tries):
                yield old, new


def _is_decisive(best: float, second: float, freedom: float, tries: int) -> bool:
    """Whether the nearest layer is nearer than chance brings it in so many tries, and the next one far enough behind.

    The margin between two cosines c of n numbers is also held against their scatter: artanh(c) has about the variance
    1 / (n - 3), whatever c is (R. A. Fisher, 1921).
    """
    if best < max(_LEAST, by_chance(freedom, tries)) or best - second < _MARGIN:
        return False
    apart = atanh(min(best, _NEARLY_ONE)) - atanh(max(second, 0.0))
    return bool(apart >= _STEADY * (2 / max(1.0, freedom - 3)) ** 0.5)


def _compared(olds: Sequence[Known], news: Sequence[Known]) -> tuple[_Nearest, _Nearest]:
    """The nearest new layer of each old one, and the other way round."""
    rows, columns = _Nearest.of_none(len(olds)), _Nearest.of_none(len(news))
    others = np.stack([sketch.direction for _, sketch in news]).T
    together = max(1, _COSINES // len(news))
    for start in range(0, len(olds), together):
        end = min(start + together, len(olds))
        cosines = np.stack([sketch.direction for _, sketch in olds[start:end]]) @ others
        _Nearest(rows.best[start:end], rows.which[start:end], rows.second[start:end]).take(cosines, 0)
        columns.take(np.ascontiguousarray(cosines.T), start)
    return rows, columns
