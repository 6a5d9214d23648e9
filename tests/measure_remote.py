"""Compares models far away with those here: ``python -m tests.measure_remote FOLDER [--every N]``.

Every model in FOLDER is served over HTTP with ranges and kept in S3, of which moto plays the part; every command must
say of it there, byte for byte, what it says of it here, but for the place. Printed is what differs, and how many were
compared; the exit status is 1 where something differs. ``--every N`` takes each N-th model.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from kerasinspect.commands.cli import run
from kerasinspect.formats.locating.locations import find_models
from tests.makers.buckets import bucket_of
from tests.makers.servers import serving

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

COMMANDS = ("list --format json", "summary", "show", "check --no-config --format json")
_SHOWN = 20


def _said(command: str, place: str) -> tuple[int, str, str]:
    """The exit status of a command on a model, what it prints and what it complains of."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        status = run([*command.split(), place])
    return status, out.getvalue(), err.getvalue()


def differences(folder: Path, commands: Sequence[str], every: int = 1) -> Iterator[str]:
    """For each model, command and place how what is said there differs; empty where nothing does."""
    models = [Path(location.path) for location in find_models([str(folder)])[::every]]
    with serving(folder) as server, bucket_of(folder, models) as bucket:
        places = {"HTTP": server.address("ranges", "").rstrip("/"), "S3": bucket}
        for model in models:
            yield from _differences_of(model, model.relative_to(folder).as_posix(), places, commands)


def _differences_of(model: Path, name: str, places: Mapping[str, str], commands: Sequence[str]) -> Iterator[str]:
    """The same of one model."""
    for command in commands:
        here = _said(command, str(model))
        for kind, top in places.items():
            there = f"{top}/{quote(name) if kind == 'HTTP' else name}"
            yield _difference(command, str(model), there, here)


def _difference(command: str, path: str, address: str, here: tuple[int, str, str]) -> str:
    """How what is said there differs from what is said here; empty where it does not."""
    there = _said(command, address)
    expected = tuple(text.replace(path, address) if isinstance(text, str) else text for text in here)
    if there == expected:
        return ""
    lines = zip(f"{expected[1]}{expected[2]}".splitlines(), f"{there[1]}{there[2]}".splitlines(), strict=False)
    first = next((pair for pair in lines if pair[0] != pair[1]), ("", ""))
    return f"{command} {address}: {here[0]} -> {there[0]}\n  here  {first[0][:300]}\n  there {first[1][:300]}"


def main() -> int:
    """Compare, and print what differs."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("folder", type=Path)
    asked.add_argument("--every", type=int, default=1)
    asked.add_argument("--commands", nargs="+", default=COMMANDS)
    line = asked.parse_args()
    compared = different = 0
    for found in differences(line.folder, line.commands, line.every):
        compared += 1
        different += bool(found)
        if found and different <= _SHOWN:
            sys.stdout.write(f"{found}\n")
            sys.stdout.flush()
    sys.stdout.write(f"{compared:,} compared, {different:,} differ\n")
    return int(different > 0)


if __name__ == "__main__":
    os.environ.setdefault("COLUMNS", "200")
    sys.exit(main())
