"""Measures the figures of a comparison: ``python -m tests.measure_comparison WORK``, with room for two gigabytes.

Printed are the times of comparing two arrays of half a gigabyte, in files that differ nowhere or everywhere, beside
those of reading both and of what numpy takes for the same; all ways take turns, and of each the quickest counts. Then,
for changes of kernels whose singular values fall in different ways, how far each figure of ``spectrum`` is from that of
numpy's decomposition, and what it takes.
"""

from __future__ import annotations

import argparse
import sys
from contextlib import closing
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import h5py
import numpy as np

from kerasinspect.analysis.comparison.arrays import compare_arrays
from kerasinspect.analysis.comparison.spectra.lanczos import estimated_squares
from kerasinspect.analysis.comparison.spectra.singular_values import MatrixPair, exact_squares
from kerasinspect.analysis.statistics import measure
from kerasinspect.containers.hdf5.walk import read_hdf5
from kerasinspect.containers.sources import open_source
from kerasinspect.limits import DEFAULT
from tests.analysis.comparison.test_spectra import changes, effective_rank, squares_of
from tests.makers.cut_arrays import cut

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kerasinspect.containers.stored import StoredArray

Values = np.ndarray[Any, Any]

ROUNDS = 5
SHAPE = (1 << 17, 1 << 10)
RTOL, ATOL = 1e-5, 1e-8


def made(folder: Path) -> tuple[Path, Path, Path]:
    """A file with one array, a copy of it, and one that differs everywhere."""
    values = np.random.default_rng(0).standard_normal(SHAPE, np.float32)
    paths = folder / "old.h5", folder / "same.h5", folder / "other.h5"
    for path, factor in zip(paths, (1.0, 1.0, 1.01), strict=True):
        with h5py.File(path, "w") as file:
            file["kernel"] = values * np.float32(factor)
    return paths


def quickest(ways: Mapping[str, Callable[[], object]]) -> dict[str, float]:
    """The shortest time of each way, which take turns."""
    times = dict.fromkeys(ways, float("inf"))
    for _ in range(ROUNDS):
        for name, way in ways.items():
            began = perf_counter()
            way()
            times[name] = min(times[name], perf_counter() - began)
    return times


def read(paths: tuple[Path, ...]) -> None:
    """Read files through one buffer, as ``cat`` does."""
    buffer = bytearray(1 << 17)
    for path in paths:
        with path.open("rb", buffering=0) as file:
            while file.readinto(buffer):
                pass


def by_numpy(old: StoredArray, new: StoredArray) -> float:
    """A few of the same figures, from both arrays in memory."""
    one, other = old[...], new[...]
    change = other.astype(np.float64) - one
    return float(np.abs(change).max() + np.linalg.norm(change) + np.count_nonzero(change) + np.vdot(one, other))


def print_times(folder: Path) -> None:
    """Print the time of each way, and how many times that of reading both files it is."""
    paths = made(folder)
    with (
        closing(open_source(paths[0])) as one,
        closing(open_source(paths[1])) as two,
        closing(open_source(paths[2])) as three,
    ):
        old, same, other = (read_hdf5(source, DEFAULT).root.arrays["kernel"] for source in (one, two, three))
        times = quickest(
            {
                "read both files": lambda: read(paths[:2]),
                "compare_arrays, equal": lambda: compare_arrays(old, same, RTOL, ATOL),
                "numpy, equal": lambda: np.array_equal(old[...], same[...]),
                "measure of one": lambda: measure(old),
                "compare_arrays, different": lambda: compare_arrays(old, other, RTOL, ATOL),
                "numpy, different": lambda: by_numpy(old, other),
            }
        )
    for name, seconds in times.items():
        sys.stdout.write(f"{name:26} {seconds:7.3f} s  {seconds / times['read both files']:6.2f} x reading\n")


def print_spectra(shape: tuple[int, int]) -> None:
    """Print, for each kind of change, how far both ways are from numpy's decomposition."""
    old = np.random.default_rng(9).standard_normal(shape)
    for kind, change in changes(shape).items():
        expected = squares_of(change)
        rank, share = effective_rank(expected), expected[:20].sum() / expected.sum()
        pair = MatrixPair(cut(old), cut(old + change))
        for name, way in (("exact", exact_squares), ("estimated", estimated_squares)):
            began = perf_counter()
            found = (way(pair) or ())[2]
            seconds = perf_counter() - began
            off = (found.effective_rank or 0) / rank - 1, (found.top_share or 0) / share - 1
            figures = f"rank {rank:8.1f} {off[0]:+9.1e}  share {share:.4f} {off[1]:+9.1e}"
            sys.stdout.write(f"{kind:14} {name:10} {figures}  {seconds:.2f} s\n")


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path, help="the folder for the files, which are removed at the end")
    parser.add_argument("--side", type=int, default=1500, help="rows and columns of the kernels")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    print_times(options.work)
    for path in options.work.glob("*.h5"):
        path.unlink()
    print_spectra((options.side + 100, options.side))


if __name__ == "__main__":
    main()
