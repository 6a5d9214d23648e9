"""Folders with something else in the place of a model or of a part of one, and names that lead round in circles."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING

from tests.makers.forms import unpack
from tests.makers.hostile.cases import Case, Surroundings
from tests.makers.plain_models import archive_tree, hdf5, keras_archive
from tests.makers.special_files import ODD, make_pipe, make_socket

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

PARTS = ("config.json", "metadata.json", "model.weights.h5")


def folder_cases() -> Iterable[Case]:
    """All of them."""
    for kind, (make, said) in ODD.items():
        for part in PARTS:
            yield Case(f"folder-{kind}-{part}", partial(with_odd, part, make), "refuse", said)
        yield Case(f"shards-{kind}", partial(odd_shard, make), "refuse", said)
        yield Case(f"folder-{kind}-asset", partial(odd_asset, make), "read" if kind == "folder" else "survive")
    yield Case("folder-of-oddities", oddities, "refuse", "it holds")
    yield Case("folder-odd-names", odd_names, "survive", "it holds")
    yield Case("folder-two-links", partial(two_links, "**/*.keras"), "survive")
    yield Case("folder-many-ways", partial(two_links, "*/" * 60 + "*.keras"), "refuse")
    yield Case("folder-many-parts", partial(two_links, "**/" * 700 + "*.keras"), "survive")
    yield Case("shards-one-file", one_file, "read", "second")
    yield Case("shards-many-names", many_names, "refuse", "limit shards")


def with_odd(part: str, make: Callable[[Path], Path], around: Surroundings) -> Path:
    """An unpacked archive one of whose files is none."""
    unpack(around.folder)
    (around.folder / part).unlink()
    make(around.folder / part)
    return around.folder


def odd_asset(make: Callable[[Path], Path], around: Surroundings) -> Path:
    """An unpacked archive with an asset that is no file."""
    (around.folder / "assets").mkdir()
    make(around.folder / "assets" / "vocabulary.txt")
    unpack(around.folder)
    return around.folder


def index_of(around: Surroundings, names: list[str]) -> Path:
    """An index that names these shards."""
    path = around.folder / "model.weights.json"
    path.write_text(json.dumps({"metadata": {}, "weight_map": {"/layers/dense/vars": names}}))
    return path


def odd_shard(make: Callable[[Path], Path], around: Surroundings) -> Path:
    """An index with a shard that is no file."""
    make(around.folder / "model_00000.weights.h5")
    return index_of(around, ["model_00000.weights.h5"])


def one_file(around: Surroundings) -> Path:
    """An index of nine hundred shards, all of which are links to one."""
    names = [f"model_{number:05}.weights.h5" for number in range(900)]
    (around.folder / names[0]).write_bytes(hdf5(archive_tree))
    for name in names[1:]:
        (around.folder / name).symlink_to(names[0])
    return index_of(around, names)


def many_names(around: Surroundings) -> Path:
    """An index that names three hundred thousand shards, none of which is there."""
    return index_of(around, [f"{number}" for number in range(300_000)])


def oddities(around: Surroundings) -> Path:
    """A folder without a single model, in which all that is named as one is something else."""
    for kind, (make, _) in ODD.items():
        make(around.folder / f"{kind}.keras")
    (around.folder / "here").symlink_to(".")
    (around.folder / "out").symlink_to(around.secret.parent)
    return around.folder


def odd_names(around: Surroundings) -> Path:
    """A folder of models with names that would act on a terminal, and of a pipe and a socket that have some."""
    for name in ("a\n::error::.keras", "\udcff\udcfe.keras", "\x1b[2J.keras", "A.keras", "a.keras", "\u202e.keras"):
        (around.folder / name).write_bytes(keras_archive())
    make_pipe(around.folder / "\x1b]0;x\x07.keras")
    make_socket(around.folder / "\r.h5")
    return around.folder


def two_links(pattern: str, around: Surroundings) -> Path:
    """A pattern for a folder with two links to itself."""
    (around.folder / "model.keras").write_bytes(keras_archive())
    for name in ("a", "b"):
        (around.folder / name).symlink_to(".")
    return around.folder / pattern
