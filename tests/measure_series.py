"""Measures what a series of many checkpoints takes: ``python -m tests.measure_series WORK``.

Checkpoints of a small network are made in WORK, of which every value of one layer changes from file to file. For each
number of files, ``series`` is run in a process of its own: printed are seconds, milliseconds a file, and the most
memory, which has to stay flat.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tests.makers.plain_models import archive_tree, hdf5, keras_archive, kernel

if TYPE_CHECKING:
    import h5py

COUNTS = (10, 100, 1_000)
HIDDEN = 250_000
"""Values of an array that is larger than all else, and the same in all files."""
MOST_GROWTH = 1.2
"""How much more memory the largest number of files may take than the smallest."""


def make(folder: Path, count: int) -> None:
    """Make so many checkpoints, those that are not there yet."""
    folder.mkdir(exist_ok=True)
    for epoch in range(count):

        def change(file: h5py.File, epoch: int = epoch) -> None:
            file["layers/dense/vars/0"][...] = kernel(0) * (1 + 0.001 * epoch)
            file["layers/dense/vars/2"] = np.arange(HIDDEN, dtype="<f4")

        path = folder / f"epoch_{epoch}.keras"
        if not path.exists():
            path.write_bytes(keras_archive(weights=hdf5(archive_tree, change)))


def run(folder: Path) -> tuple[float, int]:
    """Seconds that a series of a folder takes, and the most memory in bytes."""
    if sys.platform == "win32":
        raise SystemExit("This system does not say how much memory a process took.")
    command = [sys.executable, "-m", "kerasinspect", "series", str(folder), "--format", "json"]
    started = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"unexpected exit status: {process.returncode}")
    return time.perf_counter() - started, used.ru_maxrss << 10


def main() -> None:
    """Make, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path)
    work: Path = parser.parse_args().work
    work.mkdir(parents=True, exist_ok=True)
    peaks = []
    for count in COUNTS:
        make(work / str(count), count)
        seconds, peak = run(work / str(count))
        peaks.append(peak)
        sys.stdout.write(f"{count:>6,} files {seconds:8.2f} s {1000 * seconds / count:8.1f} ms {peak >> 20:5} MiB\n")
    growth = peaks[-1] / peaks[0]
    sys.stdout.write(f"memory grows by {growth:.2f}{'' if growth <= MOST_GROWTH else ': TOO MUCH'}\n")


if __name__ == "__main__":
    main()
