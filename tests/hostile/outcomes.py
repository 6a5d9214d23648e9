"""What a program did with a file, as the child that ran it was seen to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_SECONDS, MOST_MEBIBYTES = 5, 286
"""What a command may take of a small file."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one command line ended, what it wrote and what it did."""

    status: int | None
    signal: int | None
    seconds: float
    mebibytes: int
    out: str
    err: str
    events: list[str]
    """What a reader of models never does."""
    trace: str
    """An exception that nothing caught."""

    @property
    def is_calm(self) -> bool:
        """Whether it ended by itself and in time, so that the machine had no part in how it ended."""
        return self.signal is None and self.seconds < MOST_SECONDS and self.mebibytes < MOST_MEBIBYTES


@dataclass(frozen=True, slots=True)
class Ended:
    """How each command ended on one case."""

    outcomes: Mapping[tuple[str, ...], Outcome]
    marked: bool
    """Whether code of the case was run."""


@dataclass(frozen=True, slots=True)
class Harm:
    """What came of the child in which another reader met a file."""

    reader: str
    path: str
    signal: int | None
    seconds: float
    mebibytes: int
