"""What the views of ``show`` say beside what each array is, and how they draw its values."""

from __future__ import annotations

from dataclasses import field

from kerasinspect.late.dataclasses import dataclass

SCREEN = 24
"""Lines of a page that are seen at once, where nobody knows how many there are."""

PRECISION = 4
"""Digits after the point, unless asked otherwise."""


@dataclass(frozen=True, slots=True)
class Hints:
    """What a page says of how to see what it leaves out, in the words of who shows it."""

    all_values: str = "--full shows all"
    more_pictures: str = "--full shows more"
    wider: str = "--width {columns} shows {what}"
    """Said where a page is too narrow, with the columns that it needs and what they show: some, it, them."""
    dequantized: str = "--dequantize shows the values that the layer computes with"


COMMAND_LINE = Hints()
"""The options of ``show``."""


def hints_of(command: str) -> Hints:
    """The hints of a page without options, with the command that has them: ``kerasinspect show m.h5 --full``."""
    braced = command.replace("{", "{{").replace("}", "}}")
    return Hints(
        all_values=f"{command} {COMMAND_LINE.all_values}",
        more_pictures=f"{command} {COMMAND_LINE.more_pictures}",
        wider=f"{braced} {COMMAND_LINE.wider}",
        dequantized=f"{command} {COMMAND_LINE.dequantized}",
    )


@dataclass(frozen=True, slots=True)
class GridOptions:
    """How much of an array is drawn, and how."""

    full: bool = False
    precision: int = PRECISION
    width: int | None = None
    """Columns of the page; None where lines may be as long as they like."""
    painted: bool = False
    """Whether pictures may have colours."""
    hints: Hints = COMMAND_LINE
    """How what is left out can be seen."""


@dataclass(frozen=True, slots=True)
class ShowOptions:
    """What a page or a document of ``show`` adds; neither adds what only the other one has room for."""

    hashes: bool = False
    statistics: bool = False
    explain: bool = False
    """On a page: what each layer and each weight does, in sentences."""
    show_code: bool = False
    """On a page: what can be read in stored code."""
    screen: int = SCREEN
    """On a page: how many lines are seen at once; a longer one begins with a list of its weights."""
    heatmap: bool = False
    """On a page: values as colours instead of numbers."""
    histogram: bool = False
    """How values are spread; on a page instead of the numbers."""
    grid: GridOptions = field(default_factory=GridOptions)
    """On a page: how values are drawn."""
    values: bool = False
    """In a document: all values."""
