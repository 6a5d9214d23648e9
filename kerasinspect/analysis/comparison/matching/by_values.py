"""Finds pairs by values: layers of the same shapes of which two, and no others, are alike beyond chance."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kerasinspect.analysis.comparison.matching.pairs import classes_fit
from kerasinspect.analysis.comparison.matching.sketches import by_chance

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
"""The same in standard deviations, which the cosines of few numbers scatter by."""
MOST = 1 << 12
"""Layers of one shape on a side that are held against all of the other; of more, only exact equals are pairs."""
_ROWS = 256
"""Layers that are held against all others together."""

Known = tuple["Place", "Sketch"]
"""A layer with the sketch of its values."""


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


def alike(olds: Sequence[Known], news: Sequence[Known]) -> Iterator[tuple[Place, Place]]:
    """Pairs of layers whose values are each other's nearest, by far; all have the same shapes."""
    exact = [*_equals(olds, news)]
    yield from exact
    done_old, done_new = {old.number for old, _ in exact}, {new.number for _, new in exact}
    olds = [known for known in olds if known[0].number not in done_old]
    news = [known for known in news if known[0].number not in done_new]
    if olds and news and max(len(olds), len(news)) <= MOST:
        yield from _nearest(olds, news)


def _equals(olds: Sequence[Known], news: Sequence[Known]) -> Iterator[tuple[Place, Place]]:
    """Pairs with exactly the same numbers, which no third layer has."""
    counts = [Counter(sketch.exact for _, sketch in side) for side in (olds, news)]
    by_numbers = {sketch.exact: place for place, sketch in olds}
    for new, sketch in news:
        if all(count[sketch.exact] == 1 for count in counts) and classes_fit(by_numbers[sketch.exact], new):
            yield by_numbers[sketch.exact], new


def _nearest(olds: Sequence[Known], news: Sequence[Known]) -> Iterator[tuple[Place, Place]]:
    """Pairs of which each is the nearest of the other, the next one is far behind, and chance does not explain it."""
    rows, columns = _compared(olds, news)
    tries = len(olds) * len(news)
    for at, ((old, one), best, which) in enumerate(zip(olds, rows.best, rows.which, strict=True)):
        new, other = news[which]
        if columns.which[which] != at:
            continue
        freedom = min(one.freedom, other.freedom)
        behind = best - max(rows.second[at], columns.second[which])
        enough = max(_LEAST, by_chance(freedom, tries))
        if best >= enough and behind >= max(_MARGIN, _STEADY / freedom**0.5) and classes_fit(old, new):
            yield old, new


def _compared(olds: Sequence[Known], news: Sequence[Known]) -> tuple[_Nearest, _Nearest]:
    """The nearest new layer of each old one, and the other way round."""
    rows, columns = _Nearest.of_none(len(olds)), _Nearest.of_none(len(news))
    others = np.stack([sketch.direction for _, sketch in news]).T
    for start in range(0, len(olds), _ROWS):
        end = min(start + _ROWS, len(olds))
        cosines = np.stack([sketch.direction for _, sketch in olds[start:end]]) @ others
        _Nearest(rows.best[start:end], rows.which[start:end], rows.second[start:end]).take(cosines, 0)
        columns.take(np.ascontiguousarray(cosines.T), start)
    return rows, columns
