"""What a command takes of memory: the same for a small model and a large one, and little of a large config."""

from __future__ import annotations

import csv
import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest

from benchmarks.making.plain_archives import layer, save, save_bytes, save_legacy, sequential, store_dense
from tests.places import SAMPLES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import h5py

    from benchmarks.making.plain_archives import Json

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits addresses, and counts in kilobytes")

ADDRESSES = 400 << 20
"""Bytes of address space that a command has, with what numpy's threads reserve."""
MOST = 60 << 20
"""Bytes of memory that it may take."""
VALUES = 200 << 20
"""Bytes of values in a model that is large by them."""
TIMES = 2.9
"""How many times the size of a config it may add to what a command takes: with the rest, four times those of 37 MB."""
COMMANDS = (
    "list",
    "list --hash",
    "list --spark",
    "show",
    "show --heatmap",
    "summary",
    "stats",
    "stats --histogram",
    "training",
    "check",
    "lock --hash",
    "export --force --layer dense --output {folder}/arrays.npz",
    "report --output {folder}/report.html",
)
LAUNCHER = """
import os, resource, sys
child = os.fork()
if not child:
    resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[1]), int(sys.argv[1])))
    os.execv(sys.executable, [sys.executable, "-m", "kerasinspect", *sys.argv[2:]])
_, ending, used = os.wait4(child, 0)
print(os.waitstatus_to_exitcode(ending), used.ru_maxrss << 10, file=sys.stderr)
"""
"""Runs a command for a small process of its own: a system counts what the process that starts another one takes."""


def memory_of(*arguments: str | Path) -> int:
    """The bytes that a command takes at most; it has to end well."""
    call = [sys.executable, "-c", LAUNCHER, str(ADDRESSES), *map(str, arguments)]
    ended = subprocess.run(call, capture_output=True, text=True, check=True)
    status, taken = ended.stderr.splitlines()[-1].split()
    assert status in {"0", "1"}, ended.stderr
    return int(taken)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of 200 MB of zeros."""
    path = tmp_path_factory.mktemp("large") / "model.keras"
    save_bytes(path, VALUES)
    return path


@pytest.mark.parametrize("command", COMMANDS)
def test_memory_does_not_grow_with_values(command: str, large: Path) -> None:
    """No command takes more than 60 MB, in 400 MB of addresses."""
    name, *options = command.format(folder=large.parent).split()
    assert memory_of(name, large, *options) < MOST


@pytest.mark.parametrize("command", ["diff", "series"])
def test_memory_does_not_grow_with_what_is_compared(command: str, large: Path) -> None:
    """Nor does one that reads two models."""
    other = large.with_name("other.keras")
    if not other.exists():
        other.hardlink_to(large)
    assert memory_of(command, large, other) < MOST


@pytest.mark.parametrize("form", ["csv", "json"])
def test_texts_are_made_of_few_numbers_at_once(form: str, tmp_path: Path) -> None:
    """An export to text takes as little: one number of a kernel of four axes and its position are five texts."""
    path, names = tmp_path / "model.keras", ("conv", "conv_1")
    kernel = np.random.default_rng(1).standard_normal((3, 3, 128, 128), "f4")

    def store(tree: h5py.File) -> None:
        for name in names:
            store_dense(tree, name, kernel)

    layers = [layer("Conv2D", name, 128, filters=128, kernel_size=[3, 3]) for name in names]
    save(path, sequential("texts", 128, layers), store)
    assert memory_of("export", path, "--output", tmp_path / f"arrays.{form}") < MOST


@pytest.mark.parametrize("form", ["csv", "json"])
def test_texts_of_a_long_row_are_made_in_parts(form: str, tmp_path: Path) -> None:
    """A matrix of the longest rows that are rows of a table, 262,144 numbers each under a label of its own."""
    path, units = tmp_path / "model.keras", 1 << 18
    kernel = np.random.default_rng(1).standard_normal((3, units), "f4")

    def store(tree: h5py.File) -> None:
        store_dense(tree, "dense", kernel)

    save(path, sequential("wide", 3, [layer("Dense", "dense", 3, units=units)]), store)
    written = tmp_path / f"kernel.{form}"
    assert memory_of("export", path, "--weight", "kernel", "--output", written) < MOST
    if form == "csv":
        with written.open(newline="", encoding="utf-8") as lines:
            titles, *rows = csv.reader(lines)
        assert (titles[0], titles[1], titles[-1], len(titles)) == ("input", "unit 0", "unit 262143", units + 1)
        assert np.array_equal(np.array([row[1:] for row in rows], "f4"), kernel)


def with_vocabulary() -> Json:
    """The config of a layer with a vocabulary of 600,000 words."""
    return layer("StringLookup", "lookup", 2, vocabulary=[f"word {number}" for number in range(600_000)])


def with_table() -> Json:
    """The config of a layer whose initializer is a table of 50,000 rows of ten numbers."""
    rows = np.random.default_rng(1).random((50_000, 10)).tolist()
    constant = {"class_name": "Constant", "config": {"value": rows}}
    return layer("Embedding", "embedding", 2, input_dim=len(rows), output_dim=10, embeddings_initializer=constant)


@pytest.mark.parametrize("made", [with_vocabulary, with_table])
@pytest.mark.parametrize("command", ["summary", "check"])
def test_a_large_config_takes_a_few_times_its_size(command: str, made: Callable[[], Json], tmp_path: Path) -> None:
    """A vocabulary or a table of numbers in a config of ten megabytes."""
    path = tmp_path / "model.h5"
    save_legacy(path, made())
    config_nbytes = path.stat().st_size
    assert config_nbytes > 8 << 20
    rest = memory_of(command, SAMPLES / "question_network.h5")
    assert memory_of(command, path) - rest < TIMES * config_nbytes
