"""Draws pages as text: in colour on a terminal, plain everywhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from kerasinspect.output.layout.lines import lay_out

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import Console

    from kerasinspect.output.blocks import Block
    from kerasinspect.output.layout.spans import Style

_STYLES: dict[Style, str] = {
    "plain": "none",
    "title": "bold cyan",
    "name": "cyan",
    "quiet": "dim",
    "warning": "yellow",
    "error": "red",
}


def write_text(blocks: Iterable[Block], stream: TextIO, width: int | None = None) -> None:
    """Write a page without any colour; with no width, lines are as long as they need to be."""
    stream.writelines("".join(text for text, _ in line).rstrip() + "\n" for line in lay_out(blocks, width))


def write_terminal(blocks: Iterable[Block], stream: TextIO, width: int) -> None:
    """Write a page to a terminal, in the colours that it has; the variable ``NO_COLOR`` keeps them off."""
    from rich.console import Console  # noqa: PLC0415 - a pipe needs none of it, and it takes longer than the rest

    draw_on_console(blocks, Console(file=stream, width=width, markup=False, emoji=False, highlight=False), width)


def draw_on_console(blocks: Iterable[Block], console: Console, width: int) -> None:
    """Print a page on a rich console, of which only styles are used: text from a file is never markup."""
    from rich.text import Text  # noqa: PLC0415 - as above

    for line in lay_out(blocks, width):
        console.print(Text.assemble(*((text, _STYLES[style]) for text, style in line)), soft_wrap=True)
