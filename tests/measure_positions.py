"""Measures whether positions, names and classes are what Keras says: ``python -m tests.measure_positions FOLDER...``.

Each FOLDER was made by ``python -m tests.makers.positions.making FOLDER``, run with each version of Keras that is to be
measured (``KERAS_LIBRARY=tf_keras`` chooses tf-keras). It prints, for each construct, format and folder, how many
positions, names and classes are right, left open and wrong, which arrays are missing or doubled, and the exit statuses.
"""

from __future__ import annotations

import argparse
import io
import json
import shlex
import subprocess
import sys
from collections import Counter
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kerasinspect.commands.cli import run
from tests.oracles.comparing import Compared, compare

if TYPE_CHECKING:
    from collections.abc import Iterator

Json = dict[str, Any]

COLUMNS = {
    "position": ("position right", "position null", "position wrong"),
    "name": ("name right", "name unknown", "name wrong"),
    "class": ("class right", "class unknown", "class wrong"),
    "arrays": ("missing", "doubled"),
}
FAULTS = ("position wrong", "name wrong", "class wrong", "missing", "doubled", "failed")


@dataclass(frozen=True, slots=True)
class Case:
    """One file and the truth about it."""

    path: Path
    truth: Json

    @property
    def key(self) -> tuple[str, str, str]:
        """Construct, format and folder."""
        construct, _variant, suffix = self.path.name.split(".", 2)
        return construct, suffix, self.path.parent.name


def cases(folders: list[Path], only: str) -> Iterator[Case]:
    """All files that could be made, of the constructs that are asked for."""
    for folder in folders:
        for name, truth in json.loads((folder / "truth.json").read_text())["files"].items():
            if "weights" in truth and fnmatch(name, only):
                yield Case(folder / name, truth)


def shown(path: Path, command: list[str]) -> tuple[int, str, str]:
    """The exit status, standard output and standard error of ``show``; without a command it runs in this process."""
    arguments = ["show", str(path), "--format", "json", "--hash"]
    if command:
        done = subprocess.run([*command, *arguments], capture_output=True, text=True, check=False)
        return done.returncode, done.stdout, done.stderr
    with redirect_stdout(io.StringIO()) as output, redirect_stderr(io.StringIO()) as notes:
        status = run(arguments)
    return status, output.getvalue(), notes.getvalue()


def measured(case: Case, command: list[str]) -> tuple[Case, int, Compared]:
    """The exit status and what is right and wrong in a file's document."""
    status, output, notes = shown(case.path, command)
    try:
        return case, status, compare(json.loads(output), case.truth)
    except ValueError:
        failed = Compared()
        failed.fault("failed", (notes.strip().splitlines() or ["no output"])[-1])
        return case, status, failed


def row(key: tuple[str, str, str], counts: Counter[str], statuses: Counter[int]) -> str:
    """One line of the table."""
    figures = ["/".join(str(counts[name]) for name in names) for names in COLUMNS.values()]
    exits = " ".join(f"{status}:{times}" for status, times in sorted(statuses.items()))
    return f"{key[0]:30} {key[1]:11} {key[2]:10} " + " ".join(f"{figure:>12}" for figure in figures) + f"  {exits}"


def report(results: list[tuple[Case, int, Compared]], *, every: bool) -> Iterator[str]:
    """The table, what is wrong in each file, and the totals."""
    table: dict[tuple[str, str, str], tuple[Counter[str], Counter[int]]] = {}
    total: Counter[str] = Counter()
    for case, status, compared in results:
        counts, statuses = table.setdefault(case.key, (Counter(), Counter()))
        counts.update(compared.counts)
        statuses[status] += 1
        total.update(compared.counts)
    yield f"{'construct':30} {'format':11} {'folder':10} " + " ".join(f"{name:>12}" for name in COLUMNS) + "  exits"
    for key, (counts, statuses) in sorted(table.items()):
        if every or any(counts[kind] for kind in FAULTS) or set(statuses) != {0}:
            yield row(key, counts, statuses)
    for case, status, compared in results:
        for sentence in compared.wrong:
            yield f"{case.path.parent.name}/{case.path.name} (exit {status}): {sentence}"
    faulty = sum(any(compared.counts[kind] for kind in FAULTS) or status != 0 for _, status, compared in results)
    yield json.dumps({"files": len(results), "files with a fault": faulty, **dict(sorted(total.items()))}, indent=1)


def main() -> None:
    """Compare all files of the folders, and end with status 1 where anything is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--command", default="", help="another build to measure, one process for each file")
    parser.add_argument("--only", default="*", help="a glob on the names of files")
    parser.add_argument("--every", action="store_true", help="list what is right too")
    options = parser.parse_args()
    command = shlex.split(options.command)
    results = [measured(case, command) for case in cases(options.folders, options.only)]
    for line in report(results, every=options.every):
        sys.stdout.write(line + "\n")
    sys.exit(any(status != 0 or compared.wrong for _, status, compared in results))


if __name__ == "__main__":
    main()
