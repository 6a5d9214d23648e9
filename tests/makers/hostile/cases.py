"""What a hostile file is in these tests: how it is made, and what must come of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Expectation: TypeAlias = Literal["refuse", "read", "survive"]
"""refuse: exit status 3 and nothing shown. read: 0. survive: 0 or 3."""


@dataclass(frozen=True)
class Surroundings:
    """The folder that a case is made in, and the files that no case may get at."""

    folder: Path
    secret: Path
    """A file of text and numbers that must never be shown."""
    secret_hdf5: Path
    """An HDF5 file whose dataset ``secret`` must never be shown."""
    marker: Path
    """A file that code in a model would make."""


@dataclass(frozen=True)
class Case:
    """One hostile or broken file."""

    name: str
    make: Callable[[Surroundings], Path]
    expectation: Expectation
    said: str = ""
    """A pattern that must be found in what ``show`` writes."""
    flagged: str = ""
    """The code of a finding that ``check`` must give, beside all else."""


def from_bytes(
    name: str, make: Callable[[], bytes], expectation: Expectation, said: str = "", flagged: str = ""
) -> Case:
    """A case that is one file of these bytes."""

    def write(around: Surroundings) -> Path:
        path = around.folder / f"model{'.h5' if name.startswith('h5-') else '.keras'}"
        path.write_bytes(make())
        return path

    return Case(name, write, expectation, said, flagged)
