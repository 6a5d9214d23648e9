"""Runs other readers on the files that these tests make, each in a child that is watched: they must not be harmed.

A file that ends or stalls another program is a weapon, whoever made it and whatever for. So no test makes one: what a
file holds is read by h5py and zipfile or answered with an exception, and a guard against worse is asked with bytes in
memory. ``python -m tests.hostile.outside < jobs.jsonl > harms.jsonl``: a job is a reader and a file.
"""

from __future__ import annotations

import io
import os
import resource
import signal
import sys
import time
import zipfile
from contextlib import suppress
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import h5py

from tests.hostile.outcomes import Harm
from tests.hostile.serving import serve

if TYPE_CHECKING:
    from collections.abc import Callable

ADDRESSES, MOST_MEMORY = 16 << 30, 1 << 30
"""Bytes that a child may ask for, and that it may really take."""
COMPUTING, WAITING = 10, 60
"""Seconds of computing and seconds in all after which a child is ended."""
PAUSE = 0.005
NEEDS = "a child that is watched needs forks and limits"
READ_WHOLE = 64 << 20
"""Bytes up to which all of an array is read."""
MOST_INFLATED = 512 << 20
"""Bytes of an archive that are inflated."""


def read_hdf5(file: h5py.File) -> None:
    """Look at every object, every link and every attribute, and at the values of what is not too large."""
    see(file)
    file.visititems(lambda _, item: see(item))


def see(item: h5py.Group | h5py.Dataset) -> None:
    """Look at one object; errors are answers."""
    for name in list(item.attrs):
        with suppress(Exception):
            item.attrs[name]
    if isinstance(item, h5py.Group):
        for name in item:
            with suppress(Exception):
                item.get(name, getlink=True)
        return
    with suppress(Exception):
        item[tuple(0 for _ in item.shape)]
    with suppress(Exception):
        if item.nbytes <= READ_WHOLE:
            item[()]


def with_h5py(path: str) -> None:
    """Read an HDF5 file."""
    with h5py.File(path) as file:
        read_hdf5(file)


def with_zipfile(path: str) -> None:
    """Read all members of an archive, and those that are HDF5 files as such."""
    inflated = 0
    with zipfile.ZipFile(path) as archive:
        archive.namelist()
        for member in archive.infolist():
            data = io.BytesIO()
            with suppress(Exception), archive.open(member) as stream:
                while inflated < MOST_INFLATED and (piece := stream.read(1 << 20)):
                    inflated += len(piece)
                    data.write(piece)
            if data.getvalue().startswith(b"\x89HDF"):
                with suppress(Exception), h5py.File(data) as file:
                    read_hdf5(file)


def with_keras(path: str) -> None:
    """Load a model as everyone does, without running code in it."""
    import keras

    keras.saving.load_model(path, compile=False)


READERS: dict[str, Callable[[str], None]] = {"h5py": with_h5py, "zipfile": with_zipfile, "keras": with_keras}


def watch(reader: str, path: str) -> Harm:
    """By which signal one reader of one file ends in a child, if by one, and what it takes."""
    if sys.platform == "win32":
        raise OSError(NEEDS)
    child = os.fork()
    if not child:
        be_child(READERS[reader], path)
    deadline = time.monotonic() + WAITING
    while True:
        ended, ending, usage = os.wait4(child, os.WNOHANG)
        if ended:
            break
        if time.monotonic() > deadline:
            os.kill(child, signal.SIGKILL)
        time.sleep(PAUSE)
    return Harm(
        reader=reader,
        path=path,
        signal=os.WTERMSIG(ending) if os.WIFSIGNALED(ending) else None,
        seconds=round(usage.ru_utime + usage.ru_stime, 2),
        mebibytes=usage.ru_maxrss >> 10,
    )


def be_child(reader: Callable[[str], None], path: str) -> None:
    """Read the file under limits, whatever is raised, and leave."""
    if sys.platform == "win32":
        raise OSError(NEEDS)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESSES, ADDRESSES))
    resource.setrlimit(resource.RLIMIT_CPU, (COMPUTING, COMPUTING))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(Exception):
        reader(path)
    os._exit(0)


def answer(job: tuple[str, str]) -> dict[str, Any]:
    """The harm that a job does."""
    reader, path = job
    if reader == "keras":
        import keras  # noqa: F401 - once for all children
    return asdict(watch(reader, path))


if __name__ == "__main__":
    serve(answer)
