"""Holds contests: everyone who takes part runs once a round, and what can be counted is counted once."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from benchmarks import counting, machine
from benchmarks.builds import THIS
from benchmarks.contests import START, is_floor, is_ours
from benchmarks.models import SMALL, SMALL_LEGACY
from benchmarks.records import Record
from benchmarks.targets import MEMORY_TARGETS
from benchmarks.timing import rounds

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.builds import Build
    from benchmarks.contests import Contest
    from benchmarks.timing import Run

_COUNTED = {START, SMALL, SMALL_LEGACY}
"""Models on which modules are counted: a larger one imports no others."""
_LIMITED = {target.model for target in MEMORY_TARGETS}
"""Models on which every command has to get along with little address space."""


def hold(contest: Contest, builds: dict[str, Build], count: int, work: Path) -> list[Record]:
    """The records of a contest; who gives no answer has one that says why."""
    load = machine.load()
    busy = f", on a busy machine: a load of {load:.1f}" if load > machine.BUSY else ""
    print(f"measuring {contest.question} of {contest.model}: {', '.join(contest.commands)}{busy}", file=sys.stderr)
    runs: dict[str, list[Run]] = {name: [] for name in contest.commands}
    peers = {name for name in contest.commands if not is_ours(name) and not is_floor(name)}
    for taken in rounds(contest.commands, count, work / "errors.txt", peers):
        for name, one in taken.items():
            runs[name].append(one)
    place = contest.model, contest.question
    records = [Record(*place, name, tuple(taken), load=load) for name, taken in runs.items()]
    return [_judged(contest, record, builds, work) for record in records]


def _judged(contest: Contest, record: Record, builds: dict[str, Build], work: Path) -> Record:
    """A record with what is counted, or with the reason why there was no answer."""
    name = record.who
    wrong = next((run for run in record.runs if not contest.answers(name, run.status)), None)
    if wrong:
        return replace(record, failed=f"exit status {wrong.status}: {wrong.said}")
    command = contest.commands[name]
    if contest.model == START or (is_ours(name) and contest.model in _COUNTED):
        python = builds[name].python if is_ours(name) else command[0]
        script = command if is_ours(name) else command[1:]
        record = replace(record, modules=counting.modules(python, script, work))
    if name == THIS and contest.model in _LIMITED:
        record = replace(record, limited=counting.answers_in_little_memory(command, (0, 1), work))
    return record
