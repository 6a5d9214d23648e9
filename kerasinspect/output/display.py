"""How pages are shown: in colour or not, how wide, and through which pager."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Literal, TypeAlias

from kerasinspect.late.dataclasses import dataclass
from kerasinspect.output.colours import styled
from kerasinspect.output.consoles import complain
from kerasinspect.platforms import DEFAULT_PAGER, is_pipe, shows_escapes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from contextlib import AbstractContextManager
    from typing import TextIO

    from kerasinspect.output.colours import Style
    from kerasinspect.output.progress.drawing import Look, ProgressLine

ColorChoice: TypeAlias = Literal["auto", "always", "never"]

NARROWEST, WIDEST = 20, 10_000
"""Columns of a page, whatever is asked for."""

_FALLBACK = os.terminal_size((80, 24))
"""A terminal that does not tell its size."""


@dataclass(slots=True)
class Display:
    """What the options of one run say of how its pages are shown, as far as they have been read."""

    color: ColorChoice = "auto"
    width: int | None = None
    pager: bool = True
    quiet: bool | None = None
    """None before the command line is read, which takes long where a machine is slow: nothing is drawn till then."""
    progress: ProgressLine | None = None
    """The line that says how far the work has come, where there is one."""

    def aside(self) -> AbstractContextManager[None]:
        """Keep the terminal free of that line, to write something else there."""
        return nullcontext() if self.progress is None else self.progress.aside()


@contextmanager
def progress_shown(display: Display) -> Iterator[None]:
    """Show on standard error how far the work has come, once that takes a while.

    Only a person is shown that, on a terminal that has nothing else to do meanwhile: a program that reads standard
    output through a pipe may write to the same one.
    """
    stream = sys.stderr
    if not stream.isatty() or is_pipe(sys.stdout) or _is_dumb() or _is_set("CI") or not shows_escapes(stream):
        yield
        return
    from kerasinspect.output.progress.drawing import Look, ProgressLine  # noqa: PLC0415 - a pipe has no such line
    from kerasinspect.progress import watched  # noqa: PLC0415 - as above

    def look() -> Look | None:
        """How the line is drawn, as far as the options have been read."""
        return None if display.quiet is not False else Look(_terminal(stream).columns, in_colour(display, stream))

    display.progress = line = ProgressLine(stream, look)
    line.start()
    try:
        with watched(line.progress):
            yield
    finally:
        display.progress = None
        line.end()


def in_colour(display: Display, stream: TextIO) -> bool:
    """Whether what is written to a stream has colours.

    The option decides, then ``NO_COLOR``, then ``FORCE_COLOR`` and ``CLICOLOR_FORCE``, then whether it is a terminal.
    """
    if display.color == "auto":
        if os.environ.get("NO_COLOR"):
            return False
        if not _is_forced():
            return stream.isatty() and not _is_dumb() and shows_escapes(stream)
    elif display.color == "never":
        return False
    if stream.isatty():
        shows_escapes(stream)
    return True


def _is_forced() -> bool:
    """Whether the environment asks for colours everywhere; 0 asks for nothing."""
    return _is_set("FORCE_COLOR") or _is_set("CLICOLOR_FORCE")


def _is_set(name: str) -> bool:
    """Whether a variable of the environment says yes."""
    return os.environ.get(name, "") not in {"", "0"}


def _is_dumb() -> bool:
    """Whether the terminal says that it knows no escapes."""
    return os.environ.get("TERM") == "dumb"


def page_columns(display: Display, *, to_file: bool) -> int | None:
    """Columns that a page is laid out for; None where its lines may be as long as they need to be.

    The option decides, then, for standard output, ``COLUMNS``, then the terminal. A pipe and a file have no width.
    """
    wanted = display.width
    if wanted is None and not to_file:
        wanted = _said("COLUMNS") or (_terminal(sys.stdout).columns if sys.stdout.isatty() else None)
    return None if wanted is None else min(max(wanted, NARROWEST), WIDEST)


def complain_in(display: Display, text: str, style: Style = "plain") -> None:
    """Write a sentence to standard error, in colour where that has any; on a terminal it breaks between words.

    A path is never broken, so that it can be copied.
    """
    lines = [text]
    if sys.stderr.isatty():
        from textwrap import wrap  # noqa: PLC0415 - few runs have anything to complain of

        room = _columns_of_errors(display)
        lines = wrap(text, room, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)
    shown = "\n".join(lines)
    with display.aside():
        complain(styled(shown, style) if in_colour(display, sys.stderr) else shown)


def _columns_of_errors(display: Display) -> int:
    """Columns of what is written to standard error, where that is a terminal."""
    return max(display.width or _terminal(sys.stderr).columns, NARROWEST)


def screen_lines() -> int:
    """Lines that a screen shows at once: of the terminal, or 24 where there is none."""
    return _said("LINES") or (_terminal(sys.stdout) if sys.stdout.isatty() else _FALLBACK).lines


def pager(display: Display) -> Sequence[str]:
    """The command that long pages go through, ``$PAGER`` or the system's own; empty where they go straight out."""
    if not display.pager or _is_dumb() or not sys.stdout.isatty():
        return ()
    from kerasinspect.output.paging import program  # noqa: PLC0415 - a pipe has no pager

    return program(os.environ.get("PAGER", DEFAULT_PAGER))


def _said(name: str) -> int | None:
    """A positive number in the environment; None for anything else."""
    text = os.environ.get(name, "")
    return int(text[:9]) or None if text.isascii() and text.isdigit() else None


def _terminal(stream: TextIO) -> os.terminal_size:
    """The size of the terminal that a stream is."""
    try:
        size = os.get_terminal_size(stream.fileno())
    except (OSError, ValueError):  # a stream that is none of the system's
        return _FALLBACK
    return os.terminal_size((size.columns or _FALLBACK.columns, size.lines or _FALLBACK.lines))
