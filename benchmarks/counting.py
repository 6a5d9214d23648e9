"""Counts that do not depend on what else a machine does: modules, and whether little memory is enough."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.timing import run

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

ADDRESS_SPACE = 400_000
"""Kilobytes of address space in which every command has to answer."""


def modules(python: str, command: Sequence[str], work: Path) -> int | None:
    """How many modules Python imports for a command that is a script of its own."""
    report = work / "imports.txt"
    if run((python, "-X", "importtime", *command), report).status not in {0, 1}:
        return None
    lines = report.read_text(encoding="utf-8", errors="replace").splitlines()
    return sum(line.startswith("import time:") and "| imported package" not in line for line in lines)


def answers_in_little_memory(command: Sequence[str], statuses: tuple[int, ...], work: Path) -> bool:
    """Whether a command answers in a process of limited address space."""
    limited = ("sh", "-c", f'ulimit -v {ADDRESS_SPACE} && exec "$@"', "sh", *command)
    return run(limited, work / "errors.txt").status in statuses
