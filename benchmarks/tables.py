"""The tables of the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.builds import BEFORE, THIS
from benchmarks.contests import IMPORTS, START, is_floor, is_ours
from benchmarks.models import CURVES, TITLES
from benchmarks.records import quotient
from benchmarks.targets import MEMORY_TARGETS, TARGETS, records_of
from benchmarks.wording import NOTHING, count, megabytes, number, place, ratio, seconds

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from benchmarks.records import Record, Results

_YES, _NO = "yes", "**no**"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], words: int = 1) -> Iterator[str]:
    """A table whose first columns are words and the rest numbers; nothing without rows."""
    written = [*rows]
    if written:
        yield _row(heads)
        yield _row(["---" if column < words else "---:" for column in range(len(heads))])
        yield from map(_row, written)


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def targets(results: Results) -> Iterator[str]:
    """The targets that could be measured."""
    rows = []
    for target in TARGETS:
        sides, reached = target.sides(results), target.reached(results)
        if sides and reached is not None:
            unit = ", seconds of processors" if target.of == "computed" else ""
            start = ", without the start" if target.start else ""
            names = place(target.over), place(target.under, target.over) + unit + start
            limit = ratio(reached), ratio(target.most), _YES if reached <= target.most else _NO
            rows.append((*names, *map(seconds, sides), *limit))
    return table(("what", "held against", "takes", "that takes", "ratio", "at most", "reached"), rows, 2)


def memory(results: Results) -> Iterator[str]:
    """The memory of the hungriest command on each model that is large."""
    rows = []
    for target in MEMORY_TARGETS:
        if hungriest := target.hungriest(results):
            failing = [one.question for one in records_of(results, target.model) if one.limited is False]
            verdict = _YES if hungriest.peak <= target.most else _NO
            sizes = megabytes(hungriest.peak), megabytes(target.most), verdict
            rows.append((target.model, hungriest.question, ", ".join(failing) or "none", *sizes))
    heads = ("model", "hungriest command", "fails in 400 MB of address space", "takes", "at most", "reached")
    return table(heads, rows, 3)


def commands(results: Results, model: str) -> Iterator[str]:
    """Every command on a model."""
    rows = [_command(results, record) for record in records_of(results, model)]
    return table(("command", *_COLUMNS), rows)


_COLUMNS = ("takes", "before", "ratio", "processors", "memory", "before", "least it could take", "ratio to it")


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
        f"{seconds(floor.seconds)} ({floor.who})" if floor else NOTHING,
        ratio(quotient(record, floor)),
    ]


def _floor(results: Results, record: Record) -> Record | None:
    """The least that a command could take: the last floor of its contest."""
    contest = record.model, record.question
    found = [one for one in results.records.values() if (one.model, one.question) == contest and is_floor(one.who)]
    return found[-1] if found and not found[-1].failed else None


def others(results: Results) -> Iterator[str]:
    """What has no table of its own and is on no curve."""
    models = dict.fromkeys(record.model for record in results.records.values())
    rows = [
        [f"{record.question} of {model}", *_command(results, record)[1:]]
        for model in models
        if model not in {START, *TITLES} and model.rpartition("_")[0] not in CURVES
        for record in records_of(results, model)
    ]
    return table(("command", *_COLUMNS), rows)


def points(results: Results, kind: str) -> Iterator[str]:
    """The numbers of a curve."""
    models = [name for name in results.bytes if name.rpartition("_")[0] == kind]
    rows = [
        [f"{record.question} of {model}", *_command(results, record)[1:7]]
        for model in models
        for record in records_of(results, model)
    ]
    return table(("command", *_COLUMNS[:6]), rows)


def peers(results: Results) -> Iterator[str]:
    """Other tools, each beside the command that answers the same."""
    rows = []
    for record in results.records.values():
        ours = results.find(record.model, record.question, THIS)
        if ours and not record.failed and not is_ours(record.who) and not is_floor(record.who):
            times = seconds(record.seconds), seconds(ours.seconds), f"{number(record.seconds / ours.seconds)} ×"
            sizes = megabytes(record.peak), megabytes(ours.peak)
            rows.append((record.who, record.model, record.question, *times, *sizes, str(len(record.runs))))
    heads = ("tool", "model", "our command", "takes", "ours", "as long as ours", "memory", "ours", "rounds")
    return table(heads, rows, 3)


def counts(results: Results) -> Iterator[str]:
    """What does not depend on what else the machine does."""
    rows = [
        _count(record, results.find(record.model, record.question, BEFORE) if record.who == THIS else None)
        for record in results.records.values()
        if (record.modules or record.who == THIS) and record.model in {START, *TITLES} and record.who != BEFORE
    ]
    heads = ("what", "modules", "before", "reads", "before", "bytes read", "before")
    return table(heads, rows)


def _count(record: Record, before: Record | None) -> list[str]:
    """The row of the counts of one command."""
    what = record.question if is_ours(record.who) else f"python -c '{IMPORTS[record.who]}'"
    pair = (record, before)
    return [
        f"{what} of {record.model}" if record.model != START else what,
        *(count(one.modules) if one and one.modules else NOTHING for one in pair),
        *(count(one.runs[-1].calls) if one else NOTHING for one in pair),
        *(megabytes(one.runs[-1].read) if one else NOTHING for one in pair),
    ]
