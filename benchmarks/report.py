"""Writes the page of a benchmark: what was to be reached, every command, other tools, and how time grows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks import plots
from benchmarks.builds import BEFORE, THIS
from benchmarks.contests import READ, START, is_ours
from benchmarks.models import TITLES
from benchmarks.records import quotient
from benchmarks.targets import MEMORY_TARGETS, TARGETS, records_of
from benchmarks.wording import NOTHING, megabytes, number, place, ratio, seconds

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from benchmarks.records import Record, Results

_PLOTS = {
    "arrays": "Time against the number of arrays",
    "layers": "Time against the number of layers",
    "nested": "Time against the number of nested models",
    "bytes": "Time against the bytes of a file",
}


def write(results: Results, page: Path) -> None:
    """Write the page, and the plots beside it."""
    drawn = [kind for kind in _PLOTS if plots.draw(results, kind, page.with_name(_plot_name(kind)))]
    page.write_text("\n".join([*_lines(results, drawn), ""]), encoding="utf-8")


def _plot_name(kind: str) -> str:
    return f"time_by_{kind}.svg"


def _lines(results: Results, drawn: Sequence[str]) -> Iterator[str]:
    """All lines of the page."""
    yield "# What kerasinspect costs"
    yield ""
    yield (
        "Written by `make bench`; [README.md](README.md) says how it measures. Times are medians of "
        f"{results.rounds} runs, in which all who take part take turns; memory is the most of any run."
    )
    yield from _section("What was to be reached", _targets(results))
    yield from _section("Memory that was to be enough", _memory(results))
    for model, title in {START: "Without a model", **TITLES}.items():
        yield from _section(title, _commands(results, model))
    yield from _section("Each dtype, and pairs of models", _others(results))
    yield from _section("Other tools", _peers(results))
    yield from _section("What is counted", _counts(results))
    for kind in drawn:
        yield from _section(_PLOTS[kind], [f"![{_PLOTS[kind]}, on logarithmic scales]({_plot_name(kind)})"])
    yield from _section("What was measured", [f"* {name}: {value}" for name, value in results.facts.items()])
    yield from _section("What was left out", [f"* {line}" for line in _left_out(results)])


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    """A heading and what stands under it; nothing where nothing does."""
    written = list(lines)
    if written:
        yield from ("", f"## {title}", "", *written)


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], words: int = 1) -> Iterator[str]:
    """A table whose first columns are words and the rest numbers; nothing without rows."""
    written = [*rows]
    if written:
        yield _row(heads)
        yield _row(["---" if column < words else "---:" for column in range(len(heads))])
        yield from map(_row, written)


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _targets(results: Results) -> Iterator[str]:
    """The table of targets that could be measured."""
    rows = []
    for target in TARGETS:
        reached = target.reached(results)
        if reached is not None:
            verdict = "yes" if reached <= target.most else "**no**"
            unit = ", processors" if target.of == "computed" else ""
            over, under = results.find(*target.over), results.find(*target.under)
            times = [seconds(getattr(one, target.of)) for one in (over, under)]
            names = place(target.over), place(target.under, target.over) + unit
            rows.append((*names, *times, ratio(reached), ratio(target.most), verdict))
    return table(("what", "held against", "takes", "against", "ratio", "at most", "reached"), rows, 2)


def _memory(results: Results) -> Iterator[str]:
    """The table of memory on the models that are large."""
    rows = []
    for target in MEMORY_TARGETS:
        if hungriest := target.hungriest(results):
            failing = [one.question for one in records_of(results, target.model) if one.limited is False]
            verdict = "yes" if hungriest.peak <= target.most else "**no**"
            cells = megabytes(hungriest.peak), megabytes(target.most), verdict
            rows.append((TITLES.get(target.model, target.model), hungriest.question, *cells, ", ".join(failing) or "-"))
    heads = ("model", "hungriest command", "takes", "at most", "reached", "fails in 400 MB of address space")
    return table(heads, rows, 2)


def _commands(results: Results, model: str) -> Iterator[str]:
    """The table of every command on a model."""
    rows = [_command(results, record) for record in results.records.values() if _leads(record, model)]
    heads = ("command", "takes", "before", "ratio", "processors", "memory", "before", "floor", "takes", "ratio to it")
    return table(heads, rows)


def _leads(record: Record, model: str) -> bool:
    """Whether a record is that of a command of this build on a model."""
    return record.model == model and record.who == THIS and not record.failed


def _command(results: Results, record: Record) -> list[str]:
    """The row of one command."""
    before = results.find(record.model, record.question, BEFORE)
    floor = _floor(results, record)
    return [
        record.question,
        seconds(record.seconds),
        seconds(before.seconds) if before else NOTHING,
        ratio(quotient(record, before)),
        seconds(record.computed),
        megabytes(record.peak),
        megabytes(before.peak) if before else NOTHING,
        floor.who if floor else NOTHING,
        seconds(floor.seconds) if floor else NOTHING,
        ratio(quotient(record, floor)),
    ]


def _floor(results: Results, record: Record) -> Record | None:
    """The least that a contest could take: the last of its floors."""
    found = [
        one
        for (model, question, who), one in results.records.items()
        if (model, question) == (record.model, record.question) and (who == READ or who.startswith("import"))
    ]
    return found[-1] if found and not found[-1].failed else None


def _others(results: Results) -> Iterator[str]:
    """The table of what has no section of its own and is on no curve."""
    shown = {START, *TITLES}
    rows = [
        [f"{record.question} of {record.model}", *_command(results, record)[1:7]]
        for record in results.records.values()
        if _leads(record, record.model) and record.model not in shown and not _on_curve(record.model)
    ]
    return table(("what", "takes", "before", "ratio", "processors", "memory", "before"), rows)


def _on_curve(model: str) -> bool:
    return model.rpartition("_")[0] in _PLOTS


def _peers(results: Results) -> Iterator[str]:
    """The table of other tools, each beside the command that answers the same."""
    rows = []
    for record in results.records.values():
        ours = results.find(record.model, record.question, THIS)
        if ours and not record.failed and not is_ours(record.who) and not _is_floor(record):
            times = seconds(record.seconds), seconds(ours.seconds), f"{number(record.seconds / ours.seconds)} ×"
            sizes = megabytes(record.peak), megabytes(ours.peak)
            rows.append((record.who, record.model, record.question, *times, *sizes))
    heads = ("tool", "model", "our command", "takes", "ours", "as long as ours", "memory", "ours")
    return table(heads, rows, 3)


def _is_floor(record: Record) -> bool:
    return record.who == READ or record.model == START or record.who.startswith("import")


def _counts(results: Results) -> Iterator[str]:
    """The table of what does not depend on what else the machine does."""
    rows = []
    for record in results.records.values():
        if record.modules and record.model in {START, *TITLES}:
            before = results.find(record.model, record.question, BEFORE) if record.who == THIS else None
            if record.who != BEFORE:
                rows.append(_count(record, before))
    heads = ("what", "modules", "before", "reads", "before", "bytes read", "before")
    return table(heads, rows)


def _count(record: Record, before: Record | None) -> list[str]:
    """The row of the counts of one command."""
    what = record.question if is_ours(record.who) else f"python -c '{record.who}'"
    cells = [f"{what} of {record.model}" if record.model != START else what]
    pair = (record, before)
    cells += [number(one.modules) if one and one.modules else NOTHING for one in pair]
    cells += [number(one.runs[-1].calls) if one else NOTHING for one in pair]
    cells += [megabytes(one.runs[-1].read) if one else NOTHING for one in pair]
    return cells


def _left_out(results: Results) -> Iterator[str]:
    """What was not measured, and why."""
    yield from results.missing
    for record in results.records.values():
        if record.failed:
            yield f"{record.who}, {record.question} of {record.model}: {record.failed}"
