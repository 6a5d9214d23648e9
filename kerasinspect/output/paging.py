"""Finds the program that shows long pages, and shows a page by it where that is longer than the screen."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager
from io import TextIOWrapper
from itertools import chain, islice
from typing import TYPE_CHECKING

from kerasinspect.platforms import is_closed_pipe, words_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_ENVIRONMENT = {"LESS": "FRX", "LV": "-c"}
"""What pagers are told that know colours and are not told anything else by their user."""


_OF_SHELLS = frozenset({"|", "||", "&", "&&", ";", "<", ">", ">>"})
"""Words that only a shell understands, which is not asked: a page with such a pager is printed as it is."""


def program(command: str) -> list[str]:
    """The words of a command, the first of them the place of its program; none where there is no such program.

    What lies in the working folder is no program, unless it is named so: Windows would look there first.
    """
    try:
        name, *options = words_of(command)
    except ValueError:  # no word at all, or a quote that does not end
        return []
    if not _OF_SHELLS.isdisjoint(options):
        return []
    found = shutil.which(name)
    if found is None or (not os.path.dirname(name) and os.path.dirname(found) in {"", os.curdir}):  # noqa: PTH120
        return []
    return [found, *options]


def write_paged(lines: Iterable[str], pager: Sequence[str], rows: int) -> None:
    """Write lines to the terminal, or to a pager where they are more than ``rows`` minus one for the prompt.

    A pager that cannot be started is done without, and one that is left before the end has shown enough.
    """
    waiting = iter(lines)
    screen = list(islice(waiting, rows))
    process = _started(pager) if len(screen) == rows else None
    if process is None:
        sys.stdout.writelines(chain(screen, waiting))
    else:
        _feed(process, chain(screen, waiting))


def _started(pager: Sequence[str]) -> subprocess.Popen[bytes] | None:
    """The process of a pager, whose input is a pipe; None where it cannot be started."""
    sys.stdout.flush()
    try:
        return subprocess.Popen(pager, stdin=subprocess.PIPE, env=_ENVIRONMENT | os.environ)  # noqa: S603 - the user's
    except (OSError, ValueError):
        return None


def _feed(process: subprocess.Popen[bytes], lines: Iterable[str]) -> None:
    """Give a pager what it shows, and wait until its user has seen enough; Ctrl-C is the pager's meanwhile."""
    if process.stdin is None:
        return
    pipe = TextIOWrapper(process.stdin, sys.stdout.encoding, sys.stdout.errors)
    with _interrupts_ignored(), process, _until_it_is_left(), pipe:
        pipe.writelines(lines)


@contextmanager
def _interrupts_ignored() -> Iterator[None]:
    """Leave Ctrl-C to another program that has the terminal meanwhile."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _until_it_is_left() -> Iterator[None]:
    """End without a word where nobody reads any more."""
    try:
        yield
    except OSError as error:
        if not is_closed_pipe(error):
            raise
