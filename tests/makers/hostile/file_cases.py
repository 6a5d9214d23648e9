"""What is no regular file, what is no model, and folders and shards that lead elsewhere."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import h5py

from tests.makers.forms import unpack
from tests.makers.hostile.cases import Case, Surroundings, from_bytes
from tests.makers.plain_models import archive_tree, hdf5, keras_archive, parts
from tests.makers.special_files import make_pipe, make_socket

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


def file_cases() -> Iterable[Case]:
    """All of them."""
    yield Case("file-missing", lambda around: around.folder / "none.keras", "refuse", "does not exist")
    yield Case("file-in-missing-folder", lambda around: around.folder / "no/model.keras", "refuse", "does not exist")
    yield Case("file-name-too-long", lambda around: around.folder / ("n" * 5_000), "refuse", "cannot be opened")
    yield Case("file-name-escapes", escapes_in_name, "read", "second")
    yield Case("file-link", linked, "read", "second")
    yield Case("file-link-loop", link_loop, "refuse", "cannot be opened")
    yield Case("file-pipe", pipe, "refuse", "named pipe")
    yield Case("file-socket", unix_socket, "refuse", "cannot be opened|a socket")
    for device in ("zero", "null", "full", "tty"):
        yield Case(f"file-device-{device}", partial(in_dev, device), "refuse")
    yield Case("folder-empty", lambda around: around.folder, "refuse", "empty folder")
    yield Case("folder-of-models", folder_of_models, "refuse", "it holds model.keras")
    yield Case("folder-unpacked", unpacked, "read", "second")
    yield Case("folder-with-pipes", folder_with_pipes, "refuse")
    yield Case("folder-config-links-out", folder_links("config.json"), "survive")
    yield Case("folder-weights-link-out", folder_links("model.weights.h5"), "survive")
    for name, files in SHARDS.items():
        yield Case(f"shards-{name}", sharded(files), "survive")
    yield Case("shards-link-out", shard_links_out, "survive")
    yield Case("shards-pipe", shard_is_pipe, "survive")
    for name, data in OTHER.items():
        yield from_bytes(f"other-{name}", partial(bytes, data), "refuse")


OTHER = {
    "empty": b"",
    "pointer": b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 99\n",
    "page": b"<!DOCTYPE html><title>\x1b]0;x\x07</title>",
    "text": b"\x1b[2J::error::x\n" * 99,
    "noise": bytes(range(256)) * 99,
    "zeros": bytes(1 << 20),
    "json-deep": b'{"a":' * 200_000,
    "json-names": json.dumps({"\x1b[2J\u202e" * 99: 1}).encode(),
    "weight-map-odd": b'{"metadata": 3, "weight_map": [1]}',
    "gzip": b"\x1f\x8b\x08" + bytes(99),
    "signature-zip": b"PK\x03\x04",
    "signature-end": b"PK\x05\x06" + bytes(18),
    "signature-hdf5": b"\x89HDF\r\n\x1a\n",
}


def in_dev(name: str, _: Surroundings) -> Path:
    """A device of the system."""
    return Path("/dev", name)


def escapes_in_name(around: Surroundings) -> Path:
    """A file whose own name would act on a terminal."""
    path = around.folder / "\x1b[2J\n::error::\u202ex[red].keras"
    path.write_bytes(keras_archive())
    return path


def linked(around: Surroundings) -> Path:
    """A link that the user names is followed: it is theirs."""
    (around.folder / "real").write_bytes(keras_archive())
    path = around.folder / "model.keras"
    path.symlink_to("real")
    return path


def link_loop(around: Surroundings) -> Path:
    """A link to itself."""
    path = around.folder / "model.keras"
    path.symlink_to("model.keras")
    return path


def pipe(around: Surroundings) -> Path:
    """A named pipe that nobody writes to."""
    return make_pipe(around.folder / "model.keras")


def unix_socket(around: Surroundings) -> Path:
    """A socket that nobody answers."""
    return make_socket(around.folder / "model.keras")


def folder_of_models(around: Surroundings) -> Path:
    """A folder that holds a model, and is none."""
    (around.folder / "model.keras").write_bytes(keras_archive())
    return around.folder


def unpacked(around: Surroundings) -> Path:
    """An archive's members as files in a folder."""
    unpack(around.folder)
    return around.folder


def folder_with_pipes(around: Surroundings) -> Path:
    """An unpacked archive whose files are pipes."""
    for part in parts():
        make_pipe(around.folder / part.name.decode())
    return around.folder


def folder_links(name: str) -> Callable[[Surroundings], Path]:
    """An unpacked archive one of whose files is a link to another folder."""

    def make(around: Surroundings) -> Path:
        unpacked(around)
        (around.folder / name).unlink()
        (around.folder / name).symlink_to(around.secret_hdf5 if name.endswith("h5") else around.secret)
        return around.folder

    return make


SHARDS: dict[str, object] = {
    "plain": "model_00000.weights.h5",
    "parent": "../secret/secret.h5",
    "absolute": "SECRET",
    "itself": "model.weights.json",
    "missing": "model_00009.weights.h5",
    "escape": "\x1b[2J\n::error::x",
    "number": 3,
    "nul": "a\0b",
    "folder": ".",
    "long": "n" * 5_000,
    "many": [f"model_{number:05}.weights.h5" for number in range(5_000)],
    "nested": [["model_00000.weights.h5"]],
}


def sharded(files: object) -> Callable[[Surroundings], Path]:
    """Weights split over files, whose list names these."""

    def make(around: Surroundings) -> Path:
        (around.folder / "model_00000.weights.h5").write_bytes(hdf5(archive_tree))
        named = str(around.secret_hdf5) if files == "SECRET" else files
        path = around.folder / "model.weights.json"
        path.write_text(json.dumps({"metadata": {"total_size": 99}, "weight_map": {"/layers/dense/vars": named}}))
        return path

    return make


def shard_links_out(around: Surroundings) -> Path:
    """A shard beside the list that is a link to another folder."""
    path = sharded("model_00000.weights.h5")(around)
    (around.folder / "model_00000.weights.h5").unlink()
    (around.folder / "model_00000.weights.h5").symlink_to(around.secret_hdf5)
    return path


def shard_is_pipe(around: Surroundings) -> Path:
    """A shard that nobody writes."""
    path = sharded("model_00000.weights.h5")(around)
    (around.folder / "model_00000.weights.h5").unlink()
    make_pipe(around.folder / "model_00000.weights.h5")
    return path


def make_secrets(around: Surroundings) -> None:
    """The files that no case may get at: text, and numbers that would be seen."""
    around.secret.write_bytes(SECRET_TEXT * 20)
    with h5py.File(around.secret_hdf5, "w") as file:
        archive_tree(file)
        for dataset in ("layers/dense/vars/0", "layers/dense/vars/1"):
            file[dataset][...] = SECRET_NUMBER
        file["secret"] = [[SECRET_NUMBER] * 2] * 3
        file.attrs["model_config"] = SECRET_TEXT.decode()


SECRET_NUMBER = 13.37421875
SECRET_TEXT = b"SeCrEtTeXtThatNobodyShows!!!"
SECRETS = r"13\.374|SeCrEt|3\.8702\d*e\+?30|6\.2705\d*e\+?22"
"""What would be seen of them: the number, the text, and the text's first bytes read as float32."""
