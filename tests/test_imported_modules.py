"""A command imports what it needs: numpy only where it reads values, pyfive only for what few files hold.

What is imported is a good part of the time of a run: numpy alone takes as long as all the rest of a ``summary``.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import h5py
import numpy as np
import pytest

from tests.makers.forms import FORMS, written
from tests.makers.hostile.cost_cases import npy, with_npz
from tests.makers.plain_models import archive_tree, hdf5, legacy_tree
from tests.places import DATA, SAMPLES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

HEAVY = ("numpy", "pyfive", "h5py", "pandas", "xarray", "zipfile", "importlib.metadata")
"""What no command needs that only describes a file."""
OF_NO_USE = (
    "numpy.ma",
    "numpy.random",
    "numpy.fft",
    "numpy.polynomial",
    "numpy.testing",
    "numpy.f2py",
    "numpy.ctypeslib",
)
"""Parts of numpy that it imports when they are asked for, or when ``unique`` or ``quantile`` are called."""
DESCRIBING = (
    "summary",
    "summary --format json",
    "list",
    "list --format json",
    "list --format csv",
    "list --hash",
    "lock",
    "lock --hash",
)
PLAIN = ("small_cnn.keras", "question_network.h5", "two_towers.keras")
"""Files of float32."""
CHUNKS = "chunks.h5"
"""The file whose values numpy puts together, for a digest too."""
MOST_MODULES = {"--help": 80, "summary": 305, "list": 350, "lock": 320, "show": 340}
"""How many modules a command may import, those of Python, click and rich among them."""
CHILD = """
import contextlib, io, json, sys
from kerasinspect.commands.cli import run
met = []
for arguments in json.loads(sys.argv[1]):
    with contextlib.redirect_stdout(io.StringIO()):
        status = run(arguments)
    met.append([arguments, status, sorted(sys.modules)])
json.dump(met, sys.stdout)
"""


def imported(lines: Sequence[Sequence[str]]) -> list[tuple[list[str], int, set[str]]]:
    """Command lines, run one after the other in one process: the status of each, and what is imported by then."""
    command = [sys.executable, "-c", CHILD, json.dumps(lines)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=True, timeout=120)
    return [(arguments, status, set(modules)) for arguments, status, modules in json.loads(done.stdout)]


def in_chunks(folder: Path) -> Path:
    """A legacy file, all of whose arrays lie in chunks that are deflated."""
    path = written(folder / CHUNKS, hdf5(legacy_tree))
    with h5py.File(path, "r+") as file:
        arrays: list[str] = []
        file.visititems(lambda name, one: arrays.append(name) if isinstance(one, h5py.Dataset) else None)
        for name in arrays:
            values = file[name][...]
            del file[name]
            file.create_dataset(name, data=values, chunks=(1,) * values.ndim, compression="gzip", shuffle=True)
    return path


def with_numbers(folder: Path) -> Path:
    """Weights whose groups have attributes that are numbers of each kind."""
    path = written(folder / "numbers.weights.h5", hdf5(archive_tree))
    with h5py.File(path, "r+") as file:
        for code in ("i1", ">i2", "u4", ">u8", "<f2", ">f4", "f8"):
            file.attrs[f"number_{code}"] = np.array(3, code)
    return path


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """A file, or folder, of each format and of each way in which values can lie in one; quantized ones too."""
    folder = tmp_path_factory.mktemp("forms")
    members = {"layers/dense/vars/0.npy": npy("'<f4'", "(3, 2)", 24)}
    made = [
        *(form(folder) for form in FORMS.values()),
        written(folder / "arrays.keras", with_npz(members)),
        written(folder / "plain.weights.h5", hdf5(archive_tree)),
        in_chunks(folder),
        with_numbers(folder),
    ]
    quantized = [path for path in (DATA / "versions").rglob("*quant*") if path.suffix in {".keras", ".h5"}]
    assert quantized
    samples = [path for path in SAMPLES.iterdir() if path.suffix in {".keras", ".h5"}]
    return [*map(str, made + quantized + samples)]


@pytest.mark.parametrize("command", DESCRIBING)
def test_what_only_describes_a_file_imports_no_numpy(command: str, files: list[str]) -> None:
    """On any format, nor pyfive. One that does has to import what makes values where it asks for them."""
    described = [path for path in files if not (path.endswith(CHUNKS) and "--hash" in command)]
    for arguments, status, modules in imported([[*command.split(), path] for path in described]):
        assert status == 0, arguments
        assert not modules & {*HEAVY}, arguments


def test_values_bring_in_no_more_of_numpy_than_it_imports_itself(files: list[str]) -> None:
    """``numpy.ma`` alone takes a tenth of the time of ``show``: sets and ``return_counts`` do without it."""
    for arguments, status, modules in imported([["show", path] for path in files]):
        assert status == 0, arguments
        assert not modules & {*OF_NO_USE, "pyfive"}, arguments


def test_a_page_looks_up_its_values_without_numpy() -> None:
    """A page has some dozen values of each array, of dtypes that Python has, too."""
    for arguments, status, modules in imported([["show", str(SAMPLES / name)] for name in PLAIN]):
        assert status == 0, arguments
        assert not modules & {*HEAVY}, arguments


@pytest.mark.parametrize("command", MOST_MODULES)
def test_a_command_imports_few_modules(command: str) -> None:
    """A module that only some runs need is imported by the function that needs it, and the number stays as it is.

    Where a command does more than before in every run, the number is raised.
    """
    lines = [["--help"]] if command == "--help" else [[command, str(SAMPLES / "small_cnn.keras")]]
    ((_, status, modules),) = imported(lines)
    assert status == 0
    assert len(modules) <= MOST_MODULES[command], sorted(modules)
