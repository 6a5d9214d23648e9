"""Models in several threads: what one does never changes what another one reads."""

from __future__ import annotations

import sys
import warnings
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING

import h5py
import numpy as np
import pytest

from kerasinspect.checking.asking import check_file
from kerasinspect.checking.gathering import LARGE
from kerasinspect.checking.rule_names import active_rules
from kerasinspect.opening import open_model
from tests.opening.arrays import arrays_of
from tests.places import DATA, SAMPLES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kerasinspect.model import Model


THREADS = 8
READ_AT_ONCE = (
    *(SAMPLES / name for name in ("attention.keras", "bfloat16.keras", "question_network.h5")),
    *(DATA / "versions" / "keras-3.15.1" / name for name in ("quant_int4_block.keras", "nested.weights.h5")),
)
"""Files with arrays as they are, in two bytes, unpacked from others, and of a tree without a config."""


@contextmanager
def switching_often() -> Iterator[ThreadPoolExecutor]:
    """Threads that Python switches between as often as it can."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(THREADS) as pool:
            yield pool
    finally:
        sys.setswitchinterval(usual)


@pytest.fixture(scope="module")
def chunked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A legacy file of two kernels in many chunks, each large enough to be read in a thread of its own."""
    path = tmp_path_factory.mktemp("chunked") / "model.h5"
    names = ("first", "second")
    with h5py.File(path, "w") as file:
        file.attrs["layer_names"] = names
        file.attrs["keras_version"] = "2.15.0"
        for number, name in enumerate(names):
            values = np.arange(LARGE // 4, dtype="<f4").reshape(1024, -1) + number
            kernel = f"{name}/{name}/kernel:0"
            file.create_dataset(kernel, data=values, chunks=(32, 64))
            file[name].attrs["weight_names"] = [f"{name}/kernel:0"]
    return path


def test_values_are_the_same_in_threads(chunked: Path) -> None:
    """Rows of two arrays in turn, whose chunks take each other's place in memory."""
    with open_model(chunked) as model, switching_often() as pool:
        asked = [(weight, row) for row in range(0, 1024, 97) for weight in model.weights] * 2
        for (weight, row), found in zip(asked, pool.map(lambda one: one[0].array[one[1]], asked), strict=True):
            first = row * weight.shape[1] + model.weights.index(weight)
            assert np.array_equal(found, np.arange(first, first + weight.shape[1], dtype="<f4"))


def contents(model: Model) -> list[tuple[bytes, bytes]]:
    """Every array of a model as values and as bytes."""
    return [(array[...].tobytes(), b"".join(array.blocks())) for array in arrays_of(model)]


@pytest.mark.parametrize("path", READ_AT_ONCE, ids=lambda path: path.name)
def test_every_array_is_the_same_in_threads(path: Path) -> None:
    """Whatever holds it, of one model that all of them read while others open the file and close it."""

    def read(shared: Model) -> None:
        """Read all arrays from both."""
        with open_model(path) as own:
            assert contents(own) == contents(shared) == expected

    with open_model(path) as model, switching_often() as pool:
        expected = contents(model)
        assert expected
        for _ in pool.map(read, [model] * 3 * THREADS):
            pass


def test_check_says_the_same_in_threads(chunked: Path) -> None:
    """Of one file, again and again side by side."""
    rules = active_rules(["KI1", "KI4"])
    expected = check_file(str(chunked), rules)
    assert (expected.arrays_read, expected.damage) == (2, ())
    with switching_often() as pool:
        for found in pool.map(lambda _: check_file(str(chunked), rules), range(3)):
            assert found == expected


def test_what_was_read_cannot_be_written_into(tmp_path: Path) -> None:
    """A part of an array that is kept for the next read is nobody's to change."""
    path = tmp_path / "model.weights.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("layers/dense/vars/0", data=np.ones((4, 4), "f4"), chunks=(4, 2))
    with open_model(path) as model:
        array = model.weights[0].array
        with pytest.raises(ValueError, match="read-only"):
            array[...][0, 0] = 7
        assert array[...].sum() == 16


def test_filters_of_warnings_stay_as_they_are(chunked: Path, tmp_path: Path) -> None:
    """Opening changes nothing that all threads share, and warns of nothing, an odd attribute neither."""
    odd = tmp_path / "odd.weights.h5"
    with h5py.File(odd, "w", libver="latest") as file:
        file["layers/dense/vars/0"] = np.ones(3, "f4")
        file.attrs["odd"] = np.zeros(2, h5py.opaque_dtype("M8[s]"))
        file.attrs["keras_version"] = "3.15.1"
    import_module("kerasinspect.containers.hdf5.fallback")  # some of what it imports adds filters of its own
    before = [*warnings.filters]
    with switching_often() as pool:
        for model in pool.map(open_model, [chunked, odd] * 40):
            assert model.weights
            model.close()
    assert warnings.filters == before
