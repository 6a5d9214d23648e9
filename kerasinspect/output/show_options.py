"""What the views of ``show`` say beside what each array is."""

from __future__ import annotations

from dataclasses import dataclass, field

from kerasinspect.output.arrays.grids import GridOptions


@dataclass(frozen=True, slots=True)
class ShowOptions:
    """What a page or a document of ``show`` adds; neither adds what only the other one has room for."""

    hashes: bool = False
    statistics: bool = False
    explain: bool = False
    """On a page: what each layer and each weight does, in sentences."""
    show_code: bool = False
    """On a page: what can be read in stored code."""
    grid: GridOptions = field(default_factory=GridOptions)
    """On a page: how values are drawn."""
    values: bool = False
    """In a document: all values."""
