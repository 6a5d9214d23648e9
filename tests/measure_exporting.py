"""Measures exports: ``python -m tests.measure_exporting MODEL... [--form FORM...]``.

Each MODEL is exported in each form, and copied, three times in turn. Printed is for each form the shortest time, how
many times as long as the copy it is, and the most memory that the process took; ``--sparse GIGABYTES`` makes a model of
that size, of which the disk holds next to nothing.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import h5py

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_TIMES = 3
_ROWS = 1 << 14
_CODE = "import sys; from kerasinspect.commands.cli import main; main(sys.argv[1:])"


def sparse_model(path: Path, gigabytes: int) -> Path:
    """A file of weights of that size in layers of a gigabyte each, of which the disk holds a page for each."""
    with h5py.File(path, "w") as file:
        for number in range(gigabytes):
            kernel = file.create_dataset(f"layers/dense_{number}/vars/0", (_ROWS, _ROWS), "float32")
            kernel[0, 0] = 1.5
    return path


def exported(model: Path, form: str, folder: Path) -> tuple[float, int]:
    """Seconds and bytes that one export in a process of its own takes."""
    if sys.platform == "win32":
        raise SystemExit("This system does not tell how much memory a process took.")
    target = folder / f"weights.{form}"
    started = time.perf_counter()
    child = os.posix_spawn(
        sys.executable,
        [sys.executable, "-c", _CODE, "export", str(model), "-q", "-o", str(target)],
        os.environ,
    )
    _, status, usage = os.wait4(child, 0)
    taken = time.perf_counter() - started
    if status:
        raise SystemExit(f"{model} cannot be exported as {form}.")
    target.unlink()
    return taken, usage.ru_maxrss << 10


def copied(model: Path, folder: Path) -> tuple[float, int]:
    """Seconds that copying takes."""
    started = time.perf_counter()
    shutil.copyfile(model, folder / "copy")
    taken = time.perf_counter() - started
    (folder / "copy").unlink()
    return taken, 0


def measured(model: Path, forms: list[str], folder: Path) -> Iterator[str]:
    """A line for each form."""
    ways: dict[str, Callable[[], tuple[float, int]]] = {"copy": lambda: copied(model, folder)}
    ways |= {form: lambda form=form: exported(model, form, folder) for form in forms}  # type: ignore[misc]
    found = [{name: way() for name, way in ways.items()} for _ in range(_TIMES)]
    shortest = {name: min(one[name][0] for one in found) for name in ways}
    for name, seconds in shortest.items():
        most = max(one[name][1] for one in found)
        yield f"{model.name} {name:<12} {seconds:6.2f} s  {seconds / shortest['copy']:5.2f} x copy  {most >> 20:4} MiB"


def main() -> None:
    """Measure what the arguments name."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("models", nargs="*", type=Path)
    parser.add_argument("--form", nargs="*", default=["npz", "safetensors"])
    parser.add_argument("--sparse", type=int, default=0, metavar="GIGABYTES")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=".") as name:
        folder = Path(name)
        models = [*given.models]
        if given.sparse:
            models.append(sparse_model(folder / "sparse.weights.h5", given.sparse))
        for model in models:
            for line in measured(model, given.form, folder):
                sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main()
