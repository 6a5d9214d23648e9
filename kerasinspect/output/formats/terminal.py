"""Draws pages as text: in colour on a terminal, plain everywhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from kerasinspect.output.colours import styled
from kerasinspect.output.layout.lines import lay_out

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kerasinspect.output.blocks import Block


def text_lines(blocks: Iterable[Block], width: int | None, *, colour: bool) -> Iterator[str]:
    """The lines of a page, each with its end; with no width they are as long as they need to be."""
    for line in lay_out(blocks, width):
        drawn = [styled(text, style) for text, style in line] if colour else [text for text, _ in line]
        yield "".join(drawn).rstrip() + "\n"


def write_text(blocks: Iterable[Block], stream: TextIO, width: int | None = None) -> None:
    """Write a page without any colour."""
    stream.writelines(text_lines(blocks, width, colour=False))
