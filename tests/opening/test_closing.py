"""Open files: who owns them, what is read once they are closed, and that none is left open."""

from __future__ import annotations

import copy
import gc
import pickle
from contextlib import ExitStack
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING

import h5py
import numpy as np
import pytest

from kerasinspect.errors import ClosedModel, InspectError, RefusedFile, RequestError
from kerasinspect.formats.container_facts import container_facts
from kerasinspect.limits import Limits
from kerasinspect.opening import open_model, open_with_container
from tests.makers.forms import FORMS, archive, written
from tests.opening.arrays import arrays_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from kerasinspect.model import Model

OPEN_FILES = Path("/proc/self/fd")
counted = pytest.mark.skipif(not OPEN_FILES.is_dir(), reason="this system does not list the files that are open")


forms = pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)


REFUSALS = (Limits(hdf5_objects=4), Limits(path_characters=1))
"""What stops in the middle of reading a file, and when all is read and put together."""


def count_open() -> int:
    """How many files this process has open."""
    gc.collect()
    return sum(1 for _ in OPEN_FILES.iterdir())


def assert_closed(model: Model) -> None:
    """Nothing can be read from any weight or extra, and the error names the file."""
    for array in arrays_of(model):
        with pytest.raises(ClosedModel, match="is closed"):
            _ = array[...]
        with pytest.raises(ClosedModel, match="is closed"):
            _ = array[:0]
        with pytest.raises(ClosedModel, match="is closed"):
            list(array.blocks())


@forms
def test_a_closed_model_gives_nothing(tmp_path: Path, form: Callable[[Path], Path]) -> None:
    """Not even the bytes of the file that the system opens next, under the same number."""
    path = form(tmp_path)
    model, container = open_with_container(path)
    before = [weight.array[...].tobytes() for weight in model.weights]
    model.close()
    with ExitStack() as others:
        for number in range(20):
            others.enter_context(written(tmp_path / f"other_{number}", b"\xff" * 100_000).open("rb"))
        assert_closed(model)
        model.close()
        assert_closed(model)
        with open_model(path) as again:
            assert [weight.array[...].tobytes() for weight in again.weights] == before
    if container.archive is not None:
        with pytest.raises(ClosedModel):
            container_facts(container)
    assert issubclass(ClosedModel, RequestError)


def test_what_is_in_memory_is_closed_too(tmp_path: Path) -> None:
    """Chunks that were put together, values in a header, zeros that were never written, and arrays without values."""
    path = tmp_path / "model.weights.h5"
    with h5py.File(path, "w") as file:
        group = file.create_group("layers/dense/vars")
        group.create_dataset("0", data=np.ones((8, 4), "f4"), chunks=(4, 2), compression="gzip")
        group.create_dataset("1", (4,), "f4")
        compact = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        compact.set_layout(h5py.h5d.COMPACT)
        space, kind = h5py.h5s.create_simple((3,)), h5py.h5t.IEEE_F32LE
        h5py.h5d.create(group.id, b"2", kind, space, compact).write(space, space, np.ones(3, "f4"))
        group.create_dataset("3", data=np.ones((0, 4), "f4"))
    with open_model(path) as model:
        arrays = arrays_of(model)
        assert sum(float(array[...].sum()) for array in arrays) == 35
        assert len(arrays) == 4
    assert_closed(model)


@counted
@forms
def test_no_file_stays_open(tmp_path: Path, form: Callable[[Path], Path]) -> None:
    """Of models that are closed, dropped unclosed or refused; nor does an error that somebody keeps hold one."""
    path = form(tmp_path)
    open_model(path).close()
    before = count_open()
    kept = []
    for _ in range(20):
        open_model(path).close()
        open_model(path)
        for limits in REFUSALS:
            with pytest.raises(RefusedFile) as caught:
                open_model(path, limits)
            kept.append(caught.value)
    assert count_open() == before


@counted
@pytest.mark.long("a thousand files are opened")
def test_a_thousand_opens_and_refusals(tmp_path: Path) -> None:
    """The number of open files stays what it was."""
    good = archive(tmp_path)
    bad = [written(tmp_path / "bad.keras", good.read_bytes()[:-100]), written(tmp_path / "text.h5", b"text"), tmp_path]
    before = count_open()
    for number in range(1_000):
        if number % 2:
            with open_model(good) as model:
                assert model.weights[0].array[0, 0] == 10
        else:
            with pytest.raises(InspectError):
                open_model(bad[number // 2 % len(bad)])
    assert count_open() == before


@counted
def test_a_weight_keeps_its_file_open(tmp_path: Path) -> None:
    """A model that was dropped unclosed is read through what is left of it, and closed with that."""
    before = count_open()
    array = open_model(archive(tmp_path)).weights[0].array
    assert count_open() == before + 1
    assert array[0, 0] == 10
    del array
    assert count_open() == before


def test_closing_while_others_read(tmp_path: Path) -> None:
    """Every read gives the model's own values or says that it is closed, whatever is opened meanwhile."""
    path, other = archive(tmp_path), written(tmp_path / "other", b"\xff" * 100_000)
    wrong: list[object] = []
    started, done = Event(), Event()

    def read(model: Model) -> None:
        try:
            while not done.is_set():
                if model.weights[0].array[0, 0] != 10:
                    wrong.append(model)
                started.set()
        except ClosedModel:
            return

    for _ in range(20):
        model = open_model(path)
        threads = [Thread(target=read, args=(model,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        started.wait(10)
        model.close()
        with ExitStack() as files:
            for _ in range(20):
                files.enter_context(other.open("rb"))
            for thread in threads:
                thread.join(10)
        started.clear()
    done.set()
    assert not wrong


@pytest.mark.filterwarnings("error::pytest.PytestUnraisableExceptionWarning")
def test_an_open_model_is_neither_copied_nor_pickled(tmp_path: Path) -> None:
    """Both say why, and leave no half of a copy behind that fails when it is dropped."""
    with open_model(FORMS["archive"](tmp_path)) as model:
        with pytest.raises(TypeError, match="cannot be copied or pickled"):
            copy.deepcopy(model)
        with pytest.raises(TypeError, match="cannot be copied or pickled"):
            pickle.dumps(model.weights[0])
        gc.collect()
