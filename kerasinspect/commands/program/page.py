"""The page of ``--help``: drawn from the table, since importing click and every command takes five times as long."""

from __future__ import annotations

import os
import sys

from kerasinspect.commands.program.table import TABLE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

HELP_OPTIONS = ["-h", "--help"]

ABOUT = "Show what every array in a saved Keras model is, without Keras or TensorFlow."

_USAGE = "Usage: kerasinspect [OPTIONS] COMMAND [ARGS]..."
_OPTIONS = {"-V, --version": "Show the version and exit.", "-h, --help": "Show this message and exit."}

_MARGIN = "  "
_NARROWEST, _WIDEST = 50, 78
"""Columns of the page, as click has them, of whose pages for each command this is the first."""
_OF_MOST_TERMINALS = 80


def help_page() -> str:
    """The page, as wide as the terminal is, but no wider than is good to read."""
    width = min(max(_terminal_columns() - len(_MARGIN), _NARROWEST), _WIDEST)
    return "\n".join(_lines(width))


def _lines(width: int) -> Iterator[str]:
    yield from (_USAGE, "", *_wrapped(_MARGIN, ABOUT, width))
    yield from ("", "Options:", *_listed(_OPTIONS.items(), width))
    longest = max(len(name) for commands in TABLE.values() for name in commands)
    for title, commands in TABLE.items():
        said = ((f"{name:<{longest}}", help_text) for name, (_, help_text) in commands.items())
        yield from ("", f"{title}:", *_listed(said, width))


def _listed(rows: Iterable[tuple[str, str]], width: int) -> Iterator[str]:
    """Names, with what is said of each in line beside them."""
    listed = [*rows]
    longest = max(len(name) for name, _ in listed)
    for name, said in listed:
        yield from _wrapped(f"{_MARGIN}{name:<{longest}}{_MARGIN}", said, width)


def _wrapped(start: str, text: str, width: int) -> Iterator[str]:
    """A line that begins so, and where its words need more lines, those under its first word."""
    line = start
    for word in text.split():
        if line is not start and len(line) + len(word) >= width:
            yield line
            line = " " * len(start)
        line += word if line.isspace() or line is start else f" {word}"
    yield line


def _terminal_columns() -> int:
    """Columns of the terminal, or what ``COLUMNS`` says of it; as most have where there is none."""
    said = os.environ.get("COLUMNS", "")
    try:
        columns = int(said) if said.isdecimal() else 0
        return columns or os.get_terminal_size(sys.stdout.fileno()).columns or _OF_MOST_TERMINALS
    except (OSError, ValueError):  # it is no terminal, or no stream of the system's
        return _OF_MOST_TERMINALS
