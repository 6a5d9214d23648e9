"""Arrays that were never written, or not all of them: their fill value is what h5py and Keras read there."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import h5py
import numpy as np
import pytest

from kerasinspect.commands.cli import run
from kerasinspect.containers.hdf5.datasets.fill import newer, sized
from kerasinspect.containers.hdf5.walk import read_hdf5
from kerasinspect.containers.sources import open_source
from kerasinspect.errors import DamagedFile
from kerasinspect.limits import DEFAULT
from kerasinspect.remarks import Remark
from tests.makers.nameless import nameless
from tests.makers.odd_hdf5 import DTYPES, bytes_of, measured, same_bytes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kerasinspect.containers.stored import Tree


def made(path: Path, make: Callable[[h5py.File], object], **options: Any) -> Tree:  # noqa: ANN401 - h5py's options
    """What a file holds that h5py makes."""
    with h5py.File(path, "w", **options) as file:
        make(file)
    return read_hdf5(open_source(path), DEFAULT)


def test_odd_files_are_read_as_h5py_reads_them() -> None:
    """A short run; ``python -m tests.makers.odd_hdf5`` is a long one."""
    tally = measured(60)
    assert tally["equal"] > 100
    assert not [words for words in tally if words.startswith("WRONG")]


@pytest.mark.parametrize("libver", ["earliest", "latest"])
@pytest.mark.parametrize("dtype", DTYPES)
def test_a_fill_value_is_read_to_the_last_bit(tmp_path: Path, dtype: str, libver: str) -> None:
    """Of every dtype in either byte order, from messages of either generation; slices give it, too."""
    fill = np.array([1], "?")[0] if dtype == "?" else np.frombuffer(bytes(range(129, 145)), dtype, 1)[0]
    path = tmp_path / "file.h5"
    tree = made(path, lambda file: file.create_dataset("array", (3, 5), dtype, fillvalue=fill), libver=libver)
    array = tree.root.arrays["array"]
    with h5py.File(path) as file:
        expected = file["array"][...]
    assert same_bytes(expected, array[...])
    assert same_bytes(expected[1:, ::2], array[1:, ::2])
    assert b"".join(array.blocks(7)) == bytes_of(expected)
    assert tree.unwritten[0].kind == "never-written"


def test_only_the_missing_chunks_read_as_the_fill_value(tmp_path: Path) -> None:
    """The rest is what was written, and the sentence counts the chunks."""

    def make(file: h5py.File) -> None:
        array = file.create_dataset("array", (6, 4), ">f4", chunks=(2, 3), compression="gzip", fillvalue=np.nan)
        array[2:4, :2] = 5

    tree = made(tmp_path / "file.h5", make)
    values = tree.root.arrays["array"][...]
    assert (values[2:4, :2] == 5).all()
    assert np.isnan(values).sum() == 6 * 4 - 4
    assert tree.unwritten == (Remark("partly-written", "/array", (5, 6, "nan")),)


def test_what_is_whole_or_empty_is_not_called_unwritten(tmp_path: Path) -> None:
    """Zeros that were written are zeros, and an array without values has none to write."""

    def make(file: h5py.File) -> None:
        file.create_dataset("zeros", data=np.zeros((4, 4), "<f4"))
        file.create_dataset("chunks", data=np.zeros((4, 4), "<f4"), chunks=(2, 3))
        file.create_dataset("grown", (2,), "<f4", maxshape=(None,))[:] = 1
        file.create_dataset("none", (0, 3), "<f4")
        file.create_dataset("null", data=h5py.Empty("f4"))

    assert made(tmp_path / "file.h5", make).unwritten == ()


def test_an_array_that_was_shrunk_and_grown_reads_its_fill_value(tmp_path: Path) -> None:
    """What lay in the chunks that were given up is gone."""

    def make(file: h5py.File) -> None:
        array = file.create_dataset("array", data=np.ones(9, "<i2"), chunks=(2,), maxshape=(None,), fillvalue=-7)
        array.resize((3,))
        array.resize((8,))

    assert made(tmp_path / "file.h5", make).root.arrays["array"][...].tolist() == [1, 1, 1, *[-7] * 5]


def unwritten_bias(path: Path, **options: Any) -> Path:  # noqa: ANN401 - h5py's options
    """A legacy file of one layer whose bias was never written."""
    with h5py.File(path, "w") as file:
        file.attrs["layer_names"] = ["dense"]
        group = file.create_group("dense")
        group.attrs["weight_names"] = ["dense/kernel:0", "dense/bias:0"]
        group["dense/kernel:0"] = np.arange(6, dtype="<f4").reshape(2, 3)
        group.create_dataset("dense/bias:0", (3,), "<f4", **options)
    return path


def test_show_and_check_say_that_a_weight_was_never_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """``show`` in a remark, ``check`` as a finding; a fill value of NaN is found as NaN."""
    path = unwritten_bias(tmp_path / "model.h5", fillvalue=np.nan)
    assert run(["show", str(path), "--values", "--format", "json"]) == 0
    shown = capsys.readouterr().out
    assert "/dense/dense/bias:0 was never written: each of its values reads as nan." in shown
    assert run(["check", str(path), "--no-config", "--format", "json"]) == 1
    report = json.loads(capsys.readouterr().out)
    found = {one["code"]: one for one in report["models"][0]["findings"]}
    assert {"KI101", "KI416"} <= found.keys()


def test_a_digest_is_that_of_the_fill_value(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As if it had been written."""
    path = unwritten_bias(tmp_path / "model.h5", fillvalue=7.5)
    assert run(["lock", str(path), "--hash"]) == 0
    assert sha256(np.full(3, 7.5, "<f4").tobytes()).hexdigest() in capsys.readouterr().out


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b"\2\2\2\1\0\0\0\0", b""),
        (b"\2\2\2\1\2\0\0\0\x07\x01", b"\x07\x01"),
        (b"\1\2\2\1\2\0\0\0\x07\x01", b"\x07\x01"),
        (b"\2\2\2\0", None),
        (b"\2\2\1\1\2\0\0\0\x07\x01", b""),
        (b"\2\2\1\0", b""),
        (b"\3\x0a", b""),
        (b"\3\x2a\2\0\0\0\x07\x01", b"\x07\x01"),
        (b"\3\x1a", None),
        (b"\3\x26\2\0\0\0\x07\x01", b""),
    ],
    ids=["default", "value", "oldest", "none", "never", "none-never", "newest", "newest-value", "no", "newest-never"],
)
def test_every_version_of_the_message_says_which_value(body: bytes, value: bytes | None) -> None:
    """Zeros where there is a default or fill values are never written, and nothing where there is no value at all."""
    assert newer(body) == value


@pytest.mark.parametrize(
    "body", [b"\0\2\2\0", b"\4\2\2\0", b"\3\x30", b"\3\x40", b"\2\2\2\1\4\0\0\0\1\2"], ids=bytes.hex
)
def test_a_message_that_says_what_none_may_is_an_error(body: bytes) -> None:
    """Other versions, flags that contradict each other, a value that is cut short."""
    with pytest.raises(ValueError, match=r"fill value|bytes"):
        newer(body)


def test_a_size_is_that_of_all_bytes_up_to_padding() -> None:
    """What follows a value fills up the message, and is less than eight bytes."""
    assert sized(b"\1\0\0\0A" + bytes(7)) == b"A"
    with pytest.raises(ValueError, match="1 bytes in 9"):
        sized(b"\1\0\0\0A" + bytes(8))


def test_an_array_without_any_fill_value_is_not_made_up(tmp_path: Path) -> None:
    """h5py refuses to read it, and so do we: there are no values."""
    with h5py.File(tmp_path / "file.h5", "w") as file:
        file.create_dataset("array", (3,), "<f4", fillvalue=1.5)
    data = (tmp_path / "file.h5").read_bytes()
    message = b"\2\2\2\1\4\0\0\0" + np.float32(1.5).tobytes()
    assert data.count(message) == 1
    with nameless(data.replace(message, b"\2\2\2\0" + bytes(8))) as path:
        tree = read_hdf5(open_source(path), DEFAULT)
        assert tree.damage == ("/array was never written, and the file has no fill value for it.",)
        with pytest.raises(DamagedFile, match="no fill value"):
            tree.root.arrays["array"][0]
