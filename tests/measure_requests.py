"""Measures what a model far away costs: ``python -m tests.measure_requests MODEL...``.

Each MODEL, a file or a folder, is served over HTTP with ranges. Printed are, for each command, requests, bytes as a
share of the model's, and how many of the requests had to wait for one another: of what is done together the longest.
"""

from __future__ import annotations

import io
import sys
import threading
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from unittest import mock

from kerasinspect import open_model
from kerasinspect.commands.cli import run
from kerasinspect.containers.remote import blocks, together
from kerasinspect.containers.remote.transport import Description, Transport
from tests.makers.servers import serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tests.makers.servers import Server

_One = TypeVar("_One")
_ROW = "{:<28} {:<10} {:>8} {:>14} {:>8} {:>6}\n"


def main() -> None:
    """Print a row for each command on each model."""
    sys.stdout.write(_ROW.format("model", "command", "requests", "bytes", "share", "waits"))
    for path in map(Path, sys.argv[1:]):
        with serving(path.parent) as server:
            address = server.address("ranges", path.name + ("/" if path.is_dir() else ""))
            for command in _commands(path):
                requests, nbytes, waits = _cost(server, [*command, address])
                share = f"{nbytes / _size(path):.1%}"
                sys.stdout.write(_ROW.format(path.name, command[0], f"{requests:,}", f"{nbytes:,}", share, waits))


def _commands(path: Path) -> Iterator[Sequence[str]]:
    """The commands, of which ``show`` is about the first layer that has weights."""
    with open_model(str(path)) as model:
        first = model.weights[0].layer
    yield from (["summary"], ["list"], ["show", "--layer", first], ["stats"], ["check", "--no-config"])


def _size(path: Path) -> int:
    """Bytes of all files of a model, of an index those that begin with its name."""
    stem = path.name.removesuffix(".weights.json")
    files = path.rglob("*") if path.is_dir() else [path] if stem == path.name else path.parent.glob(f"{stem}*")
    return sum(file.stat().st_size for file in files if file.is_file())


class _Waits(threading.local):
    """How many requests of this thread had to wait for one another."""

    count = 0


def _cost(server: Server, arguments: Sequence[str]) -> tuple[int, int, int]:
    """Requests, bytes and waits of a command."""
    waits = _Waits()
    fetch, describe, do_together = Transport.fetch, Transport.describe, together.together

    def fetched(self: Transport, start: int, end: int) -> bytes:
        waits.count += 1
        return fetch(self, start, end)

    def described(self: Transport) -> Description:
        waits.count += 1
        return describe(self)

    def counted(ones: Sequence[_One], do: Callable[[_One], object], *most: int) -> None:
        longest: list[int] = []

        def do_one(one: _One) -> None:
            before, waits.count = waits.count, 0
            try:
                do(one)
            finally:
                longest.append(waits.count)
                waits.count = before

        do_together(ones, do_one, *most)
        waits.count += max(longest, default=0)

    server.asked.clear()
    with (
        mock.patch.object(Transport, "fetch", fetched),
        mock.patch.object(Transport, "describe", described),
        mock.patch.object(blocks, "together", counted),
        mock.patch.object(together, "together", counted),
        redirect_stdout(io.StringIO()),
        redirect_stderr(io.StringIO()),
    ):
        run(arguments)
    return len(server.asked), server.nbytes, waits.count


if __name__ == "__main__":
    main()
