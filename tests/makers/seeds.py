"""The models that are broken."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

ENDINGS = {".keras", ".h5", ".hdf5"}
LARGEST_SEED = 64_000


def found_seeds(places: Iterable[Path]) -> list[Path]:
    """The small models among files and folders."""
    files = [file for place in places for file in (sorted(place.rglob("*")) if place.is_dir() else [place])]
    return [file for file in files if file.suffix in ENDINGS and file.stat().st_size <= LARGEST_SEED]
