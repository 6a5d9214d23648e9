"""Compares models far away with those here: ``python -m tests.measure_remote FOLDER [--every N] [--commands COMMAND...]``.

Every model in FOLDER is served over HTTP with ranges and kept in S3, of which moto plays the part; every command must
say of it there, byte for byte, what it says of it here, but for the place. Printed is what differs, and how many were
compared; the exit status is 1 where something differs. ``--every N`` takes each N-th model.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from kerasinspect.commands.cli import run
from kerasinspect.formats.locating.locations import find_models
from tests.makers.buckets import bucket_of
from tests.makers.servers import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

COMMANDS = ("list --format json", "summary", "show", "check --no-config --format json")
_SHOWN = 20


def said(command: str, place: str) -> tuple[int, str, str]:
    """The exit status of a command on a model, what it prints and what it complains of."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        status = run([*command.split(), place])
    return status, out.getvalue(), err.getvalue()


def differences(folder: Path, places: dict[str, str], commands: tuple[str, ...], every: int = 1) -> Iterator[str]:
    """A sentence for each model of which something else is said there, in either of the places."""
    for location in find_models([str(folder)])[::every]:
        name = Path(location.path).relative_to(folder).as_posix()
        for command in commands:
            here = said(command, location.path)
            for kind, top in places.items():
                there = f"{top}/{quote(name) if kind == 'HTTP' else name}"
                yield difference(command, location.path, there, here)


def difference(command: str, path: str, address: str, here: tuple[int, str, str]) -> str:
    """How what is said there differs from what is said here; empty where it does not."""
    there = said(command, address)
    expected = tuple(text.replace(path, address) if isinstance(text, str) else text for text in here)
    if there == expected:
        return ""
    lines = zip(f"{expected[1]}{expected[2]}".splitlines(), f"{there[1]}{there[2]}".splitlines(), strict=False)
    first = next((pair for pair in lines if pair[0] != pair[1]), ("", ""))
    return f"{command} {address}: {here[0]} -> {there[0]}\n  here  {first[0][:300]}\n  there {first[1][:300]}"


@contextmanager
def both(folder: Path) -> Iterator[dict[str, str]]:
    """The addresses of a folder that is served and kept in a bucket."""
    with serving(folder) as server, bucket_of(folder) as bucket:
        yield {"HTTP": server.address("ranges", "").rstrip("/"), "S3": bucket}


def main() -> int:
    """Compare, and print what differs."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("folder", type=Path)
    asked.add_argument("--every", type=int, default=1)
    asked.add_argument("--commands", nargs="+", default=COMMANDS)
    line = asked.parse_args()
    compared = different = 0
    with both(line.folder) as places:
        for found in differences(line.folder, places, tuple(line.commands), line.every):
            compared += 1
            different += bool(found)
            if found and different <= _SHOWN:
                print(found, flush=True)
    print(f"{compared:,} compared, {different:,} differ")
    return int(different > 0)


if __name__ == "__main__":
    os.environ.setdefault("COLUMNS", "200")
    sys.exit(main())
