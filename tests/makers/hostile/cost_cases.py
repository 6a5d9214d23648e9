"""Small files that ask for much: names and objects that are only listed, bytes that are wanted again and again.

And files that are two files, of which one reader opens the first and another one the second.
"""

from __future__ import annotations

import io
import json
import struct
import zipfile
from functools import partial
from typing import TYPE_CHECKING

import h5py
import numpy as np

from tests.makers.hostile.cases import Case, Surroundings, from_bytes
from tests.makers.plain_models import archive_tree, config, dense, hdf5, keras_archive, legacy_tree, parts, with_end
from tests.makers.raw_zip import DEFLATED, STORED, Part, raw_zip

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

MIB = 1 << 20


def cost_cases() -> Iterable[Case]:
    """All of them."""
    for name, (member, said, *flagged) in NPY.items():
        make = partial(with_npz, {"layers/dense/vars/0.npy": member})
        yield from_bytes(f"npz-{name}", make, "survive", said, *flagged)
    yield from_bytes("npz-plain", partial(with_npz, {"layers/dense/vars/0.npy": npy("'<f4'", "(3, 2)", 24)}), "read")
    twice = {f"layers/dense/vars/0{ending}": npy("'<f4'", "(3, 2)", 24) for ending in ("", ".npy")}
    yield from_bytes("npz-one-name-twice", partial(with_npz, twice), "survive", "a second array of one name")
    yield from_bytes("npz-deep", partial(with_npz, {"a/" * 30_000 + "0.npy": b""}), "refuse", "limit hdf5_depth")
    yield from_bytes("npz-long-paths", partial(with_npz, LONG_NAMES), "refuse", "limit path_characters")
    yield from_bytes(
        "npz-beside", lambda: raw_zip([*parts(), Part(b"model.weights.npz", npz({}))]), "read", "second", "KI509"
    )
    yield from_bytes("h5-many-layers-counted", partial(counted, "nb_layers"), "read")
    yield from_bytes("h5-many-arrays-counted", partial(counted, "nb_params"), "read")
    yield from_bytes("h5-names-repeated", repeated_names, "survive", "second")
    yield from_bytes("h5-layers-in-a-layer", layers_in_a_layer, "read")
    yield from_bytes("h5-one-name-in-many", one_name_in_many, "read")
    yield from_bytes("h5-names-listed", listed_names, "refuse", "limit listed_names")
    yield from_bytes("h5-headers-again-and-again", continued, "survive")
    yield from_bytes("h5-unwritten-in-many", unwritten_in_many, "survive", "not stored", "KI514")
    yield from_bytes("json-many-objects", lambda: listing(b"{}", 900_000), "refuse", "limit json_marks_inflated")
    yield from_bytes("json-very-many-layers", lambda: listing(LAYER, 60_000, STORED), "refuse", "limit layers")
    yield from_bytes(
        "json-many-lambdas", lambda: listing(b'{"class_name": "__lambda__"}', 30_000), "survive", flagged="KI501"
    )
    yield from_bytes("json-lambdas-deep-below", deep_lambdas, "survive", flagged="KI501")
    yield from_bytes("zip-long-tokens", long_tokens, "survive")
    yield from_bytes("zip-holds-hdf5", archive_that_is_hdf5, "refuse", "an HDF5 file begins in it at byte 512")
    yield from_bytes("h5-ends-as-archive", hdf5_that_ends_as_archive, "read", "second", "KI410")
    yield Case("folder-index-link", folder_whose_index_leads_out, "refuse", "link out of its folder")


LAYER = json.dumps(dense(0)).encode()


def npy(code: str, shape: str, nbytes: int, head: bytes = b"\x93NUMPY\1\0") -> bytes:
    """A ``.npy`` file with this header, of zeros."""
    header = f"{{'descr': {code}, 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    return head + struct.pack("<H", len(header)) + header + bytes(nbytes)


NPY: dict[str, tuple[bytes, str] | tuple[bytes, str, str]] = {
    "empty": (b"", "is not a NumPy array"),
    "short": (b"\x93NUMPY", "is not a NumPy array"),
    "unknown-code": (npy("'<f1'", "(3,)", 12), "header .* cannot be read"),
    "odd-code": (npy("'|b8'", "(3,)", 12), "header .* cannot be read"),
    "evaluated": (npy("__import__('os').system('x')", "(3,)", 12), "header .* cannot be read"),
    "pickled": (npy("'|O'", "(3,)", 12), "pickled", "KI513"),
    "many-axes": (npy("'<f4'", f"({'1, ' * 70})", 4), "header .* cannot be read"),
    "huge": (npy("'<f4'", f"({'9' * 500},)", 4), "declares", "KI514"),
    "longer": (npy("'<f4'", "(3, 2)", 32), "8 bytes behind its values"),
    "cut": (npy("'<f4'", "(3, 2)", 8), "declares 24 bytes, and .* has 8", "KI514"),
}


LONG_NAMES = {"/".join([str(number) + "n" * 1_000] * 60) + "/0.npy": b"" for number in range(50)}
"""Names of many long parts, each of which is a group with a path of its own."""


def npz(members: dict[str, bytes]) -> bytes:
    """An archive of numpy's arrays."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def with_npz(members: dict[str, bytes]) -> bytes:
    """The plain archive with its weights as a ``.npz``."""
    return raw_zip([*parts()[:2], Part(b"model.weights.npz", npz(members))])


def counted(attribute: str) -> bytes:
    """A file of Keras 0.x that counts a million layers, or arrays in each of two thousand layers."""

    def tree(file: h5py.File) -> None:
        file.attrs["nb_layers"] = 1_000_000 if attribute == "nb_layers" else 2_000
        for number in range(3 if attribute == "nb_layers" else 2_000):
            group = file.create_group(f"layer_{number}")
            group.attrs["nb_params"] = 1_000_000 if attribute == "nb_params" else 1
            if number < 3:
                group["param_0"] = np.ones((2, 3), "<f4")

    return hdf5(tree)


def repeated_names() -> bytes:
    """A legacy file that lists one layer, and in it one array, thousands of times."""

    def change(file: h5py.File) -> None:
        file["model_weights"].attrs["layer_names"] = np.array([b"first", b"second", b"third"] * 1_500)
        file["model_weights/first"].attrs["weight_names"] = np.array([b"first/kernel:0", b"first/bias:0"] * 1_500)

    return hdf5(legacy_tree, change)


def layers_in_a_layer() -> bytes:
    """Weights alone, of a layer with one array in each of three thousand layers inside it."""

    def tree(file: h5py.File) -> None:
        file.attrs["keras_version"] = "2.15.0"
        file.attrs["backend"] = "tensorflow"
        file.attrs["layer_names"] = ["inner"]
        group = file.create_group("inner")
        names = [f"d{number}\\kernel:0" for number in range(3_000)]
        for number, name in enumerate(names):
            group.create_dataset(name, data=np.full((1, 1), number, "<f4"))
        for start in range(0, len(names), 2_000):
            group.attrs[f"weight_names{start // 2_000}"] = names[start : start + 2_000]

    return hdf5(tree)


def one_name_in_many() -> bytes:
    """Weights alone, of many models that each have a layer of the same name, with other numbers."""

    def tree(file: h5py.File) -> None:
        file.attrs["keras_version"] = "2.15.0"
        names = [f"m{number}" for number in range(1_000)]
        file.attrs["layer_names"] = names
        for number, name in enumerate(names):
            group = file.create_group(name)
            group.attrs["weight_names"] = ["same\\kernel:0", "other\\kernel:0"]
            for inner in group.attrs["weight_names"]:
                group[inner] = np.full((4, 4), number, "<f4")

    return hdf5(tree)


def listed_names() -> bytes:
    """A legacy file whose layers list other names, a hundred and ten times two thousand."""

    def change(file: h5py.File) -> None:
        names = [b"%d" % number for number in range(2_000)]
        for number in range(110):
            file.create_group(f"model_weights/l{number}").attrs["weight_names"] = names
        file["model_weights"].attrs["layer_names"] = [f"l{number}" for number in range(110)]

    return hdf5(legacy_tree, change)


def continued() -> bytes:
    """A header of which five hundred messages say that it goes on at the same megabyte."""
    data = bytearray(hdf5(legacy_tree, lambda file: file.create_group("model_weights/first/more")))
    with h5py.File(io.BytesIO(bytes(data))) as file:
        address = h5py.h5o.get_info(file["model_weights/first/more"].id).addr
    start = len(data)
    message = struct.pack("<HHB3xQQ", 0x10, 16, 0, start, MIB)
    struct.pack_into("<BxHII4x", data, address, 1, 500, 1, len(message))
    data[address + 16 : address + 16 + len(message)] = message
    data += message * (MIB // len(message)) + bytes(MIB % len(message))
    return with_end(data)


def unwritten_in_many() -> bytes:
    """Two thousand arrays of less than a mebibyte, none of which is stored."""

    def change(file: h5py.File) -> None:
        for number in range(2_000):
            file.create_dataset(f"model_weights/first/n{number}", (200_000,), "<f4")

    return hdf5(legacy_tree, change)


def listing(entry: bytes, count: int, method: int = DEFLATED) -> bytes:
    """An archive whose config lists one layer many times."""
    text = b'{"class_name": "Sequential", "config": {"name": "m", "layers": [' + b",".join([entry] * count) + b"]}}"
    return keras_archive(text=text, method=method)


def deep_lambdas() -> bytes:
    """Code at ten thousand places, each two hundred levels deep under long keys."""
    key = b"k" * 100
    below = b",".join([b'{"class_name": "__lambda__"}'] * 10_000)
    text = (b'{"%s":' % key) * 200 + b"[" + below + b"]" + b"}" * 200
    whole = json.dumps(config()).encode()[:-1] + b', "more": ' + text + b"}"
    return keras_archive(text=whole, method=DEFLATED)


def long_tokens() -> bytes:
    """An archive with many layers whose vocabularies are a single word of megabytes, deflated."""
    groups = ["string_lookup", *(f"string_lookup_{number}" for number in range(1, 12))]
    layers = [{"class_name": "StringLookup", "config": {"name": group}} for group in groups]

    def tree(file: h5py.File) -> None:
        for group in groups:
            file.create_group(f"layers/{group}/vars").attrs["name"] = group

    word = b"w" * (8 * MIB)
    vocabularies = [
        Part(f"assets/layers/{group}/vocabulary.txt".encode(), word + group[-1].encode(), DEFLATED) for group in groups
    ]
    return raw_zip([*parts(described=config(*layers), weights=hdf5(tree)), *vocabularies])


def archive_that_is_hdf5() -> bytes:
    """An archive whose first member is so long that an HDF5 file begins at byte 512 of the whole."""
    first = Part(b"assets/a", bytes(512 - 30 - len(b"assets/a")) + hdf5(legacy_tree))
    return raw_zip([first, *parts()])


def hdf5_that_ends_as_archive() -> bytes:
    """An HDF5 file whose last array is a whole archive, so that readers of archives find another model in it."""
    archive = np.frombuffer(keras_archive(), "u1")
    data = hdf5(legacy_tree, lambda file: file.create_dataset("model_weights/zzz", data=archive))
    at = data.rindex(archive.tobytes()) + archive.size
    return with_end(bytearray(data[:at]))


def folder_whose_index_leads_out(around: Surroundings) -> Path:
    """A folder with shards whose index is a link to another folder."""
    (around.folder / "model_00000.weights.h5").write_bytes(hdf5(archive_tree))
    (around.folder / "model.weights.json").symlink_to(around.secret)
    return around.folder
