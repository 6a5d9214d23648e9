"""THE table of what the measurements have to keep to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.builds import BEFORE, THIS
from benchmarks.contests import READ
from benchmarks.models import (
    CONFIG,
    CURVES,
    DTYPES,
    LARGE,
    RESNET,
    SMALL,
    SMALL_LEGACY,
    VGG,
    VGG_CHANGED,
    VGG_COPY,
    curve_name,
    values_name,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.records import Record, Results

Place = tuple[str, str, str]
"""A model, what is asked of it, and who is asked."""

_CLICK, _RICH, _NUMPY = "import click", "import click, rich.table", "import click, rich.table, numpy"
_EDITOR = "KerasFileEditor: summary"
_LOADED = "Keras: load_model of both, numpy"
_START = SMALL, "stats", THIS
_MOST_MEMORY = 60_000_000


@dataclass(frozen=True, slots=True)
class Target:
    """A ratio that may have at most some value."""

    over: Place
    under: Place
    most: float
    of: str = "seconds"
    start: Place | None = None
    """What both sides take before they begin, which is taken off."""

    def sides(self, results: Results) -> tuple[float, float] | None:
        """The seconds of both sides."""
        found = [results.find(*place) for place in (self.over, self.under)]
        start = results.find(*self.start) if self.start else None
        spent = getattr(start, self.of) if start else 0
        over, under = (getattr(one, self.of) - spent if one else 0 for one in found)
        return (over, under) if under > 0 and all(found) else None

    def reached(self, results: Results) -> float | None:
        """The ratio that was measured."""
        sides = self.sides(results)
        return sides[0] / sides[1] if sides else None


def _ours(model: str, question: str, than: str, most: float, of: str = "seconds") -> Target:
    """A target of this build, held against someone else in the same contest."""
    return Target((model, question, THIS), (model, question, than), most, of)


def _tenfold(kind: str, question: str) -> Target:
    """What ten times as many parts cost, of the largest two models of a curve."""
    fewer, more = CURVES[kind][-2:]
    return Target((curve_name(kind, more), question, THIS), (curve_name(kind, fewer), question, THIS), more / fewer)


TARGETS = (
    _ours("start", "--help", _CLICK, 1.1),
    *(_ours(model, question, BEFORE, 0.55) for model in (SMALL, SMALL_LEGACY) for question in ("summary", "list")),
    *(_ours(model, question, _RICH, 1.8) for model in (SMALL, SMALL_LEGACY) for question in ("summary", "list")),
    *(_ours(model, "show", BEFORE, 0.7) for model in (SMALL, SMALL_LEGACY)),
    *(_ours(model, "show", _NUMPY, 1.25) for model in (SMALL, SMALL_LEGACY)),
    _ours(RESNET, "summary", BEFORE, 0.5),
    _ours(RESNET, "summary", _EDITOR, 1 / 90),
    _ours(RESNET, "show", BEFORE, 0.5),
    *(_tenfold(kind, question) for kind in ("arrays", "layers", "nested") for question in ("summary", "list", "show")),
    _ours(LARGE, "stats", READ, 3, "computed"),
    _ours(LARGE, "check", READ, 3, "computed"),
    _ours(VGG, "stats", BEFORE, 0.75),
    _ours(VGG, "check", BEFORE, 0.75),
    *(
        Target((values_name(dtype), "stats", THIS), (values_name("float32"), "stats", THIS), 2, "computed", _START)
        for dtype in DTYPES[1:]
    ),
    Target((VGG_CHANGED, "diff", THIS), (VGG, "stats", THIS), 2.2),
    _ours(VGG_CHANGED, "diff", _LOADED, 1 / 20),
    _ours(VGG_COPY, "diff, equal files", READ, 3),
)


@dataclass(frozen=True, slots=True)
class MemoryTarget:
    """The bytes that the hungriest command may take on a model."""

    model: str
    most: int

    def hungriest(self, results: Results) -> Record | None:
        """The command of this build that takes most."""
        return max(records_of(results, self.model), key=lambda record: record.peak, default=None)


MEMORY_TARGETS = (
    MemoryTarget(RESNET, _MOST_MEMORY),
    MemoryTarget(VGG, _MOST_MEMORY),
    MemoryTarget(VGG_CHANGED, _MOST_MEMORY),
    MemoryTarget(LARGE, _MOST_MEMORY),
    MemoryTarget(CONFIG, 4 * 37_000_000),
)


def records_of(results: Results, model: str) -> Iterator[Record]:
    """What this build took on a model, command by command."""
    for record in results.records.values():
        if record.model == model and record.who == THIS and not record.failed:
            yield record
