"""What is no Keras model is told by its bytes: one cause, one remedy."""

from __future__ import annotations

import gzip
import io
import json
import pickle
import struct
import tarfile
from dataclasses import replace
from typing import TYPE_CHECKING

import h5py
import numpy as np
import pytest

from kerasinspect.containers.sources import open_source
from kerasinspect.errors import DamagedFile, NotAModel, RefusedFile, UnreadableFile
from kerasinspect.formats.diagnosis import diagnose, not_keras_hdf5
from kerasinspect.limits import DEFAULT
from tests.makers.raw_zip import Part, raw_zip
from tests.makers.special_files import make_pipe, make_socket

if TYPE_CHECKING:
    from pathlib import Path

LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize 574710816\n" % (b"0" * 64)


def zipped(*names: str) -> bytes:
    """A ZIP archive of empty members."""
    return raw_zip([Part(name.encode()) for name in names])


def tarred() -> bytes:
    """A tar archive of one empty file."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("model.keras"))
    return buffer.getvalue()


def hdf5(libver: str = "earliest") -> bytes:
    """An HDF5 file of one array."""
    buffer = io.BytesIO()
    with h5py.File(buffer, "w", libver=libver) as file:
        file["x"] = np.arange(1000.0)
    return buffer.getvalue()


def numpy_archive() -> bytes:
    """A .npz file."""
    buffer = io.BytesIO()
    np.savez(buffer, a=np.arange(3))
    return buffer.getvalue()


NOT_MODELS: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "is empty: 0 bytes"),
    "Git LFS pointer": (LFS, "Git LFS pointer: 134 bytes that stand for a file of 574,710,816 bytes. Run git lfs pull"),
    "Git LFS pointer without a size": (LFS[:60], "stand for the real file. Run git lfs pull"),
    "web page": (b"\xef\xbb\xbf\n<!DOCTYPE html>\n<html>", "is a web page (HTML): a download that failed"),
    "XML error": (b"<?xml version='1.0'?><Error><Code>AccessDenied</Code>", "XML document with the error AccessDenied"),
    "XML": (b"<?xml version='1.0'?><net/>", "XML document, not a model"),
    "gzip": (gzip.compress(b"x"), "is a gzip file"),
    "tar": (tarred(), "is a tar archive"),
    "safetensors": (struct.pack("<Q", 2) + b'{"a":{}}', "is a safetensors file"),
    "TensorFlow Lite": (b"\x1c\0\0\0TFL3" + bytes(9), "is a TensorFlow Lite model"),
    "ONNX": (b"\x08\x07\x12\x0ctf2onnx 1.14" + bytes(9), "is an ONNX model"),
    "ONNX without a producer": (b"\x08\x08:\x90\x01" + bytes(20), "is an ONNX model"),
    "SavedModel graph": (b"\x08\x01\x12\xd2\xa4\x01\n\xdd\x23\n\x03Add" + bytes(9), "graph of a TensorFlow SavedModel"),
    "list of checkpoints": (b'model_checkpoint_path: "ckpt-2"\n', "is the list of a folder's TensorFlow checkpoints"),
    "pickle": (pickle.dumps([1], protocol=4), "is a Python pickle"),
    "old PyTorch": (pickle.dumps(0x1950A86A20F9469CFC6C, protocol=2), "is a PyTorch checkpoint"),
    "PyTorch": (zipped("archive/data.pkl", "archive/version"), "is a PyTorch checkpoint"),
    "NumPy array": (b"\x93NUMPY\x01\0", "single NumPy array"),
    "NumPy archive": (numpy_archive(), "NumPy archive of arrays"),
    "office document": (zipped("[Content_Types].xml"), "an office document"),
    "archive of a folder": (
        zipped("my/model/config.json", "my/model/model.weights.h5"),
        "of the folder my/model, which",
    ),
    "archive of a SavedModel": (zipped("m/saved_model.pb"), "ZIP archive of a TensorFlow SavedModel"),
    "archive of a model": (zipped("readme", "deep/model.keras"), "holds a model file: it holds deep/model.keras"),
    "other archive": (zipped(*"abcdefg"), "without a Keras model: it holds a, b, c, d, e and 2 more"),
    "empty archive": (zipped(), "without a Keras model: it is empty"),
    "architecture": (
        b'{"class_name": "Sequential", "config": []}',
        "architecture of a Keras model without its weights",
    ),
    "YAML architecture": (b"backend: tensorflow\nclass_name: Model\n", "architecture of a Keras model as YAML"),
    "TensorFlow.js": (b'{"modelTopology": {}, "weightsManifest": []}', "is a TensorFlow.js model"),
    "other JSON": (b'{"a": 1}', "is a JSON document with a, not a Keras model"),
    "empty JSON": (b"{}", "is a JSON document with no keys"),
    "link as text": (b"../models/weights.h5", "is the text of a link to ../models/weights.h5, as Git writes it"),
    "text": ("Größe: 3\n".encode(), "is a text file: it begins with 'Größe: 3'"),
    "text cut inside a character": (b"a" + "ü".encode() * 3000, "is a text file"),
    "zeros": (bytes(9999), "begins and ends with zeros"),
    "unknown": (bytes(range(200, 216)), "it begins with c8 c9 ca cb cc cd ce cf"),
}


@pytest.mark.parametrize(("data", "said"), NOT_MODELS.values(), ids=list(NOT_MODELS))
def test_other_files_are_named(tmp_path: Path, data: bytes, said: str) -> None:
    """By their content, whatever they are called."""
    error = diagnosed(tmp_path, data)
    assert isinstance(error, NotAModel)
    assert said in str(error)
    assert error.message.startswith(str(tmp_path / "model.keras"))
    assert error.remedy


def diagnosed(folder: Path, data: bytes) -> UnreadableFile:
    """What is said of a file with these bytes."""
    path = folder / "model.keras"
    path.write_bytes(data)
    source = open_source(path)
    try:
        return diagnose(source)
    finally:
        source.close()


PLAIN, LATEST = hdf5(), hdf5("latest")

DAMAGED: dict[str, tuple[bytes, str]] = {
    "HDF5 head cut off": (PLAIN[:20], "is cut off: its 20 bytes are less than the head"),
    "HDF5 cut off": (PLAIN[:5000], f"superblock says {len(PLAIN):,} bytes, and it has 5,000"),
    "newer HDF5 cut off": (LATEST[:5000], f"superblock says {len(LATEST):,} bytes, and it has 5,000"),
    "HDF5 after a user block, cut off": (b"#" * 512 + PLAIN[:5000], "and it has 5,512"),
    "HDF5 version": (PLAIN[:8] + b"\x09" + PLAIN[9:], "superblock at byte 0 says 09 00 00 00 00 08 08 00"),
    "HDF5 width": (PLAIN[:13] + b"\xff" + PLAIN[14:], "superblock at byte 0 says"),
    "HDF5 being written": (LATEST[:8] + b"\x03\x08\x08\x01" + LATEST[12:], "is marked as being written"),
    "HDF5 objects": (PLAIN, "the groups and arrays in it cannot be found"),
    "HDF5 as text": (PLAIN.replace(b"\r\n", b"\n"), "was copied as text"),
    "HDF5 decoded": (PLAIN.decode("utf-8", "replace").encode(), "was copied as text"),
    "HDF5 signature": (b"XXXX" + PLAIN[4:], "first bytes are damaged: 58 58 58 58 0d 0a 1a 0a"),
    "archive's signature": (
        b"XX" + raw_zip([Part(b"metadata.json", b"{}")])[2:],
        "Keras archive whose first bytes are",
    ),
    "archive cut off": (zipped("config.json", "b")[:60], "is cut off"),
    "JSON": (b'{"class_name": "Sequ', "is not JSON: Unterminated string starting at byte 15"),
}


@pytest.mark.parametrize(("data", "said"), DAMAGED.values(), ids=list(DAMAGED))
def test_damage_is_described(tmp_path: Path, data: bytes, said: str) -> None:
    """With the expected and the actual size, where the file tells them."""
    error = diagnosed(tmp_path, data)
    assert isinstance(error, DamagedFile)
    assert said in error.message
    assert error.remedy


def test_an_archive_that_lies_is_refused(tmp_path: Path) -> None:
    """The archive's own error comes through."""
    for data in (zipped("a") + b"more", b"#!/bin/sh\n" + zipped("a")):
        assert isinstance(diagnosed(tmp_path, data), RefusedFile)


def test_large_json_is_not_parsed(tmp_path: Path) -> None:
    """Its size is its description."""
    path = tmp_path / "model.json"
    path.write_text(json.dumps({"a": "b" * 100}))
    error = diagnose(open_source(path), replace(DEFAULT, json_bytes=50))
    assert "begins as JSON and has 109 bytes" in error.message


def test_a_file_that_grows_is_still_written(tmp_path: Path) -> None:
    """Its size when it was opened and its size now are both said."""
    path = tmp_path / "model.keras"
    path.write_bytes(b"PK\x03\x04")
    source = open_source(path)
    with path.open("ab") as file:
        file.write(b"more")
    with pytest.raises(DamagedFile, match="it had 4 bytes when it was opened and has 8 now"):
        diagnose(source)


def test_other_hdf5_lists_what_it_holds(tmp_path: Path) -> None:
    """A few names, each of bounded length."""
    path = tmp_path / "model.h5"
    path.write_bytes(PLAIN)
    source = open_source(path)
    assert not_keras_hdf5(source, ["x" * 100, "b"]).message.endswith(f"Keras model: it holds {'x' * 60}..., b.")
    assert not_keras_hdf5(source, []).message.endswith("it holds nothing.")


def test_what_is_no_file_is_refused_at_once(tmp_path: Path) -> None:
    """A pipe, a socket, a device and a folder are never waited for."""
    pipe = make_pipe(tmp_path / "pipe")
    for path in (pipe, make_socket(tmp_path / "socket"), "/dev/zero", tmp_path):
        with pytest.raises(NotAModel):
            open_source(path)
