"""Large arrays that several threads compare: the same figures bit for bit, and those of all values together."""

from __future__ import annotations

import dataclasses
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import h5py
import numpy as np
import pytest

from kerasinspect.analysis.comparison import arrays
from kerasinspect.analysis.comparison.arrays import compare_arrays, in_parts
from kerasinspect.containers.hdf5.walk import read_hdf5
from kerasinspect.containers.sources import open_source
from kerasinspect.containers.stored import Contiguous
from kerasinspect.errors import DamagedFile
from kerasinspect.late.dataclasses import replace
from kerasinspect.limits import DEFAULT
from tests.makers.cut_arrays import cut

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from kerasinspect.analysis.comparison.results import ArrayChange
    from kerasinspect.containers.stored import StoredArray
    from kerasinspect.model import Array

CORES = "kerasinspect.analysis.statistics.side_by_side.cores"
SIZE = 50_001


def numbers() -> dict[str, np.ndarray[Any, Any]]:
    """Values, the same but for the last, others with what is no number, and others of another dtype."""
    generator = np.random.default_rng(4)
    old = generator.normal(size=SIZE).astype("<f4")
    old[9_000] = 0
    last, other = old.copy(), (old + generator.normal(0, 0.3, SIZE)).astype("<f4")
    last[-1] += 1
    other[::977], other[40_000], other[7] = old[::977], np.nan, -np.inf
    return {"old": old, "same": old, "last": last, "other": other, "wide": other.astype("<f8")}


@pytest.fixture
def held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mapping[str, StoredArray]]:
    """All of them in a file, in parts of some thousand values."""
    monkeypatch.setattr(in_parts, "_PART", 1 << 12)
    monkeypatch.setattr(arrays, "_BLOCK", 1 << 10)
    with h5py.File(tmp_path / "arrays.h5", "w") as file:
        for name, values in numbers().items():
            file[name] = values
    with ExitStack() as files:
        source = open_source(tmp_path / "arrays.h5")
        files.callback(source.close)
        yield read_hdf5(source, DEFAULT).root.arrays


def compared(old: Array, new: Array) -> ArrayChange:
    """What differs, with numpy's tolerances."""
    return compare_arrays(old, new, 1e-5, 1e-8)


@pytest.mark.parametrize("name", ["same", "last", "other", "wide"])
def test_any_number_of_threads_finds_the_same(
    held: Mapping[str, StoredArray], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bit for bit; and all but the last digits are those of arrays that nobody divides."""
    values = numbers()
    whole = dataclasses.asdict(compared(cut(values["old"]), cut(values[name])))
    found = []
    for cores in (1, 2, 7):
        monkeypatch.setattr(CORES, lambda cores=cores: cores)
        found.append(compared(held["old"], held[name]))
    assert found[1:] == found[:1] * 2
    told = {key: figure for key, figure in dataclasses.asdict(found[0]).items() if figure is not None}
    assert told == pytest.approx({key: figure for key, figure in whole.items() if figure is not None}, rel=1e-13)
    assert found[0].changed == np.count_nonzero(values["old"] != values[name])


def test_both_are_divided_or_neither(held: Mapping[str, StoredArray]) -> None:
    """Values of one side that lie in no run are read in the order in which they come."""
    alone = cut(numbers()["other"], piece=3_333)
    for change in (compared(held["old"], alone), compared(alone, held["old"])):
        assert change.changed == compared(held["old"], held["other"]).changed
    assert compared(alone, held["other"]).equal


@pytest.mark.parametrize("sides", [lambda one: one, reversed])
def test_what_cannot_be_read_is_an_error(
    held: Mapping[str, StoredArray], sides: Callable[[tuple[Array, Array]], tuple[Array, Array]]
) -> None:
    """Bytes that are missing in one part are missing, however much differs before."""
    run = held["other"].storage
    assert isinstance(run, Contiguous)
    cut_off = replace(held["other"], storage=replace(run, offset=run.source.size - 40_000))
    with pytest.raises(DamagedFile):
        compared(*sides((held["old"], cut_off)))
