"""Arrays that several threads measure together: the same figures bit for bit, and the same errors."""

from __future__ import annotations

from threading import Event, current_thread, main_thread
from typing import TYPE_CHECKING
from unittest.mock import Mock

import h5py
import numpy as np
import pytest

from kerasinspect.analysis.statistics import is_shared, measure, measure_with
from kerasinspect.analysis.statistics.side_by_side import side_by_side
from kerasinspect.containers.stored import StoredArray, Withheld
from kerasinspect.dtypes import Encoding
from kerasinspect.errors import DamagedFile
from kerasinspect.late.dataclasses import replace
from kerasinspect.opening import open_model
from kerasinspect.progress.meanwhile import beside
from tests.makers.handmade import MemoryArray

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kerasinspect.analysis.statistics import Measured
    from kerasinspect.model import Array

MEASURING = "kerasinspect.analysis.statistics.measuring"
CORES = "kerasinspect.analysis.statistics.side_by_side.cores"


@pytest.fixture
def kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Array]:
    """A kernel in a file, with zeros, NaN, infinities, silent and identical columns, of which threads read parts."""
    values = np.random.default_rng(3).normal(size=(3, 700, 96)).astype("<f4")
    values[..., 5], values[:, 8, :], values[..., 40] = 0, 0, values[..., 41]
    values[1, 300, 7], values[2, 600, 9] = np.nan, -np.inf
    path = tmp_path / "model.h5"
    with h5py.File(path, "w") as file:
        file.attrs["layer_names"] = ["dense"]
        file.attrs["keras_version"] = "2.15.0"
        file.create_dataset("dense/dense/kernel:0", data=values)
        file["dense"].attrs["weight_names"] = ["dense/kernel:0"]
    monkeypatch.setattr("kerasinspect.analysis.statistics.parts._SHARED", 1)
    monkeypatch.setattr(f"{MEASURING}._CHUNKS", 1)
    monkeypatch.setattr(f"{MEASURING}.BLOCK", 1 << 10)
    with open_model(path) as model:
        yield model.weights[0].array


def told(measured: Measured) -> tuple[object, ...]:
    """All that was measured, so that it can be compared bit for bit."""
    return measured.figures, measured.units, measured.sample.tobytes(), measured.runs.tobytes()


def test_any_number_of_threads_finds_the_same(kernel: Array, monkeypatch: pytest.MonkeyPatch) -> None:
    """Figures, units and samples are those of one thread, bit for bit, and those of the values in memory."""
    assert is_shared(kernel)
    alone = MemoryArray(kernel[...])
    assert not is_shared(alone)
    expected = told(measure_with(alone, units=True)), measure(alone)
    for cores in (1, 2, 7):
        monkeypatch.setattr(CORES, lambda cores=cores: cores)
        assert (told(measure_with(kernel, units=True)), measure(kernel)) == expected


def test_an_array_is_measured_where_no_thread_can_be_started(kernel: Array, monkeypatch: pytest.MonkeyPatch) -> None:
    """The thread that asks does all of the work."""
    expected = measure(kernel)
    monkeypatch.setattr(CORES, lambda: 4)
    monkeypatch.setattr("threading.Thread.start", Mock(side_effect=RuntimeError("can't start new thread")))
    assert measure(kernel) == expected


def test_an_array_that_lies_in_no_run_is_never_shared() -> None:
    """It may declare any size: to find out takes one question, not one for each of a trillion parts."""
    declared = StoredArray("/a", (1 << 60,), "float32", Encoding("<f4"), Withheld("not read"))
    assert not is_shared(declared)
    assert not is_shared(replace(declared, problem="more than the file holds"))


def test_the_first_error_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whichever thread is first, the error is that of the first piece that fails, and later pieces are left alone."""
    monkeypatch.setattr(CORES, lambda: 3)
    begun = []

    def work(piece: int) -> None:
        begun.append(piece)
        if piece >= 5:
            raise DamagedFile(f"{piece} is damaged.")

    with pytest.raises(DamagedFile, match="5 is damaged"):
        side_by_side(work, range(1000))
    assert len(begun) < 1000


def test_nobody_waits_for_threads_once_it_is_interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C ends the thread that asks at once; another one begins no further piece."""
    monkeypatch.setattr(CORES, lambda: 2)
    release, helping, begun = Event(), Event(), []

    def work(piece: int) -> None:
        begun.append(piece)
        if current_thread() is main_thread():
            helping.wait()
            raise KeyboardInterrupt
        helping.set()
        release.wait()

    with pytest.raises(KeyboardInterrupt):
        side_by_side(work, range(100))
    release.set()
    assert len(begun) == 2


def test_processors_are_left_to_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside threads that compute meanwhile fewer are started, and at least the one that asks works."""
    monkeypatch.setattr(CORES, lambda: 2)
    start = Mock(side_effect=RuntimeError("can't start new thread"))
    monkeypatch.setattr("threading.Thread.start", start)
    for taken in (1, 5):
        with beside(taken):
            done: list[int] = []
            side_by_side(done.append, range(9))
        assert done == [*range(9)]
    start.assert_not_called()
    side_by_side(done.append, range(9))
    start.assert_called_once()
