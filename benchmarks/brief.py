"""What a reader wants to know first, in a few sentences."""

from __future__ import annotations

from math import exp, log
from statistics import mean, median
from typing import TYPE_CHECKING

from benchmarks.builds import BEFORE, THIS
from benchmarks.contests import READ, START, is_floor
from benchmarks.machine import BUSY
from benchmarks.models import LARGE, RESNET, SMALL, SMALL_LEGACY, TITLES, VGG
from benchmarks.records import quotient
from benchmarks.targets import MEMORY_TARGETS, TARGETS
from benchmarks.wording import megabytes, number, seconds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.records import Results

_TOLD = (
    (SMALL, "summary"),
    (RESNET, "summary"),
    (RESNET, "show"),
    (VGG, "stats"),
    (LARGE, "summary"),
    (LARGE, "stats"),
)
"""What stands for everything else."""

_CALLED = {BEFORE: "the build before", READ: "reading the file"}
"""What a sentence calls those who take part in a contest and have no other name."""


def sentences(results: Results) -> Iterator[str]:
    """The sentences, without what was not measured."""
    yield f"{_reached(results)} targets are reached"
    for model, question in _TOLD:
        if ours := results.find(model, question, THIS):
            said = f"`{question}` of {model} takes {seconds(ours.seconds)} and {megabytes(ours.peak)}"
            yield ": ".join(filter(None, [said, "; ".join(_compared(results, model, question))]))
    for title, models in {"the small models": (SMALL, SMALL_LEGACY), "all models": tuple(TITLES)}.items():
        if ratios := _ratios(results, models):
            middle = number(exp(mean(map(log, ratios))))
            yield f"All commands on {title}: {middle} × the time of the build before, the mean of {len(ratios)} ratios"


def _reached(results: Results) -> str:
    """How many targets are reached."""
    ratios = [one.reached(results) for one in TARGETS]
    kept = [reached <= one.most for one, reached in zip(TARGETS, ratios, strict=True) if reached is not None]
    kept += [one.peak <= target.most for target in MEMORY_TARGETS if (one := target.hungriest(results))]
    return f"{sum(kept)} of {len(kept)}"


def _compared(results: Results, model: str, question: str) -> Iterator[str]:
    """What a command takes beside all others of its contest."""
    ours = results.find(model, question, THIS)
    for asked in results.records:
        other = results.find(*asked)
        if asked[:2] == (model, question) and asked[2] != THIS and (times := quotient(ours, other)):
            if asked[2] == BEFORE or is_floor(asked[2]):
                yield f"{number(times)} × {_CALLED.get(asked[2], f'`{asked[2]}`')}"
            else:
                yield f"1/{number(1 / times)} of {asked[2]}"


def _ratios(results: Results, models: tuple[str, ...]) -> list[float]:
    """The ratio to the build before of every command on these models."""
    found = []
    for model, question, who in results.records:
        if who == THIS and model in models and model != START:
            ratio = quotient(results.find(model, question, THIS), results.find(model, question, BEFORE))
            if ratio:
                found.append(ratio)
    return found


def reliability(results: Results) -> str:
    """How far runs lie apart, and whether the machine was quiet."""
    found = [record for record in results.records.values() if not record.failed]
    if not found:
        return ""
    spread = median(record.spread for record in found)
    load = max(record.load for record in found)
    busy = "" if load <= BUSY else " **The machine was not quiet: trust no small difference.**"
    return (
        f"The middle half of the runs of a command lie within {spread:.0%}; the load was at most {number(load)}.{busy}"
    )
