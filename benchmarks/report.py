"""Writes the page of a benchmark: what was to be reached, every command, other tools, and how time grows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks import brief, tables
from benchmarks.contests import START
from benchmarks.models import TITLES
from benchmarks.plots import PLOTS, draw
from benchmarks.timing import FEW, SLOW

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from benchmarks.plots import Plot
    from benchmarks.records import Results


def write(results: Results, page: Path) -> None:
    """Write the page, and the plots beside it."""
    drawn = [plot for plot in PLOTS if draw(results, plot, page.parent)]
    page.write_text("\n".join([*_lines(results, drawn), ""]), encoding="utf-8")


def _lines(results: Results, drawn: Sequence[Plot]) -> Iterator[str]:
    """All lines of the page."""
    yield "# A trial of the benchmark" if results.is_trial else "# What kerasinspect costs"
    yield ""
    if results.is_trial:
        yield "**This is only a trial, of small models and without other tools.** `make bench` measures everything."
    else:
        yield "Written by `make bench`; [README.md](README.md) says how it measures."
    yield f"*Before* is the build that it is held against. Times are medians of {results.rounds} rounds, in which all"
    yield f"take turns; other tools that take more than {SLOW} s run in {FEW} of them. Memory is the most of any run."
    yield brief.reliability(results)
    yield from _section("In short", _listed(brief.sentences(results)))
    yield from _section("Targets", tables.targets(results))
    yield from _section("Targets of memory", tables.memory(results))
    yield from _section("Other tools", tables.peers(results))
    for plot in drawn:
        yield from _section(plot.title, _picture(results, plot))
    for model, title in {START: "Without a model", **TITLES}.items():
        yield from _section(title, tables.commands(results, model))
    yield from _section("Each dtype, and pairs of models", tables.others(results))
    yield from _section("What is counted", tables.counts(results))
    yield from _section("What was measured", _listed(f"{name}: {value}" for name, value in results.facts.items()))
    yield from _section("What was left out", _listed(_left_out(results)))


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    """A heading and what stands under it; nothing where nothing does."""
    written = list(lines)
    if written:
        yield from ("", f"## {title}", "", *written)


def _listed(lines: Iterable[str]) -> Iterator[str]:
    return (f"* {line}" for line in lines)


def _picture(results: Results, plot: Plot) -> Iterator[str]:
    """A plot, and its numbers for those who want them."""
    yield f"![{plot.title}, on logarithmic scales]({plot.file})"
    for kind in plot.kinds:
        yield from ("", f"<details><summary>{plot.kinds[kind]}</summary>", "", *tables.points(results, kind), "")
        yield "</details>"


def _left_out(results: Results) -> Iterator[str]:
    """What was not measured, and why."""
    yield from results.missing
    for record in results.records.values():
        if record.failed:
            yield f"{record.who}, {record.question} of {record.model}: {record.failed}"
