"""Checkpoints of TensorFlow: the wire format, the table, checksums, slices, texts, and what contradicts itself."""

from __future__ import annotations

import struct
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING

import numpy as np
import pytest

from kerasinspect import export, open_model
from kerasinspect.checking.request import check
from kerasinspect.containers.protobuf import field_count, fields_of, signed, varint
from kerasinspect.containers.sources import open_source
from kerasinspect.containers.tensor_bundle.bundle import open_bundle
from kerasinspect.containers.tensor_bundle.crc32c import STEPS, crc32c, joined, masked
from kerasinspect.containers.tensor_bundle.entries import key_of_slice
from kerasinspect.containers.tensor_bundle.slices import Box, Boxes, cover
from kerasinspect.containers.tensor_bundle.table import blocks_of, entries_of
from kerasinspect.errors import DamagedFile, InspectError, RefusedFile, RequestError
from kerasinspect.limits import DEFAULT
from tests.makers import bundles
from tests.places import DATA

if TYPE_CHECKING:
    from pathlib import Path

VALUE = "/.ATTRIBUTES/VARIABLE_VALUE"
KERNEL = np.arange(12, dtype="<f4").reshape(4, 3)
GRAPH = bundles.tracked(
    [
        ({"layer-0": 1, "root": 0}, "", ""),
        ({"kernel": 2, "bias": 3}, "", ""),
        ({}, "dense/kernel", f"layer-0/kernel{VALUE}"),
        ({}, "dense/bias", f"layer-0/bias{VALUE}"),
    ]
)
TENSORS = {
    f"layer-0/kernel{VALUE}": ((4, 3), KERNEL.tobytes()),
    f"layer-0/bias{VALUE}": ((3,), bytes(12)),
}


@pytest.mark.parametrize(
    ("data", "crc"),
    [
        (bytes(32), 0x8A9136AA),
        (b"\xff" * 32, 0x62A8AB43),
        (bytes(range(32)), 0x46DD794E),
        (bytes(reversed(range(32))), 0x113FDB5C),
        (b"123456789", 0xE3069283),
    ],
)
def test_checksums_are_those_of_the_standard(data: bytes, crc: int) -> None:
    """RFC 3720, section B.4."""
    assert crc32c(data) == crc


@pytest.mark.parametrize("size", [0, 1, 63, 64, 1_027, 27_107, 27_112, 53_000, 300_001])
def test_checksums_of_parts_go_on_from_each_other(size: int) -> None:
    """Whether bytes are taken many words at once or one by one, and the parts one after the other or each alone."""
    data = np.random.default_rng(size).bytes(size)
    first, second = data[: size // 3], data[size // 3 :]
    assert crc32c(data) == one_by_one(data) == crc32c(second, crc32c(first))
    assert crc32c(data) == joined(crc32c(first), crc32c(second), len(second))


def one_by_one(data: bytes) -> int:
    """The checksum of bytes, bit by bit."""
    state = 0xFFFFFFFF
    for byte in data:
        state ^= byte
        for _ in range(8):
            state = (state >> 1) ^ (0x82F63B78 if state & 1 else 0)
    return state ^ 0xFFFFFFFF


def test_the_steps_between_words_are_those_of_a_multiple_of_the_polynomial() -> None:
    """A word and the three that stand so far behind it, all the same, leave nothing."""
    words = np.zeros(STEPS[-1] + 1, np.uint32)
    words[[0, *STEPS]] = 0x12345678
    assert one_by_one(words.tobytes()) == one_by_one(bytes(words.nbytes))


def test_what_is_read_for_its_values_is_not_read_again_for_its_checksum(tmp_path: Path) -> None:
    """In any order; what is too short to be taken in, and the index, are read at the end."""
    values = np.random.default_rng(1).bytes(3 << 20)
    tensors = {f"layer-0/kernel{VALUE}": ((3 << 18,), values), f"layer-0/bias{VALUE}": ((3,), bytes(12))}
    path = bundles.write_bundle(tmp_path, "ckpt", tensors, GRAPH)
    for wrong in (False, True):
        with closing(open_source(str(path))) as source, ExitStack() as files:
            bundle = open_bundle(source, DEFAULT, files)
            assert bundle.checksum.passing is not None
            with bundle.checksum.passing() as passing:
                assert passing.left_nbytes == len(values)
                array = bundle.arrays[f"layer-0/kernel{VALUE}"]
                array.run(1 << 18, 1 << 19)
                assert passing.left_nbytes == len(values) - (2 << 20)
                for part in passing.left():
                    passing.read(part)
                assert not passing.left_nbytes
                found = [name for name in bundle.checked() if name is not None]
            assert found == ([f"layer-0/kernel{VALUE}"] if wrong else [])
        data = tmp_path / "ckpt.data-00000-of-00001"
        data.write_bytes(b"\1" + data.read_bytes()[1:] if values[0] != 1 else b"\2" + data.read_bytes()[1:])


def test_texts_and_complex_numbers_are_left_out_of_an_export_and_counted(tmp_path: Path) -> None:
    """Both are said; what is asked for alone is an error."""
    data = bundles.text_tensor(b"word")
    pairs = {
        b"": bundles.field(1, 1),
        b"m/kernel": bundles.entry(bundles.FLOAT32, (3,), 0, bytes(12)),
        b"m/phase": bundles.entry(8, (1,), 12, bytes(8)),
        b"m/words": bundles.entry(bundles.STRING, (), 20, data, (4).to_bytes(4, "little") + data[1:]),
    }
    (tmp_path / "c.data-00000-of-00001").write_bytes(bytes(20) + data)
    (tmp_path / "c.index").write_bytes(bundles.table(pairs))
    written = export(tmp_path / "c.index", tmp_path / "out.npz")
    assert [array.name for array in written] == ["m/kernel"]
    assert written.notes == (
        "1 array of complex64 was left out, for which no file has a place: m/phase.",
        "1 array of string was left out, for which no file has a place: m/words.",
    )
    with pytest.raises(RequestError, match="m/phase holds no numbers that can be exported"):
        export(tmp_path / "c.index", tmp_path / "one.npz", weights="phase")
    (report,) = check(tmp_path / "c.index").models
    assert (report.arrays_read, report.arrays, report.arrays_without_numbers) == (1, 3, 2)


def test_checksums_are_masked() -> None:
    """Rotated by 15 bits, with a constant added."""
    assert masked(0) == 0xA282EAD8
    assert masked(0xFFFFFFFF) == 0xA282EAD7


def test_numbers_and_fields_are_read_back() -> None:
    """As the maker writes them, and as protobuf has negative ones."""
    message = bundles.field(1, 300) + bundles.field(2, b"ab") + bytes([3 << 3 | 5]) + struct.pack("<I", 7)
    fields = fields_of(message, field_count(DEFAULT, "it"))
    assert [(number, value if isinstance(value, int) else bytes(value)) for number, value in fields] == [
        (1, 300),
        (2, b"ab"),
        (3, 7),
    ]
    assert signed((1 << 64) - 1) == -1


@pytest.mark.parametrize(
    "message", [b"\x80" * 11, b"\x0a\x05ab", b"\x0b", b"\x07", b"\x00\x01", b"\x0d\x01"], ids=lambda data: data.hex()
)
def test_what_is_no_message_is_an_error(message: bytes) -> None:
    """A number without an end, a field that is cut, kinds that do not exist."""
    with pytest.raises(ValueError, match=r"."):
        list(fields_of(message, field_count(DEFAULT, "it")))


def test_a_number_does_not_pass_the_end() -> None:
    """The last byte says that more follow."""
    with pytest.raises(ValueError, match="does not end"):
        varint(memoryview(b"\xff"), 0)


@pytest.mark.parametrize("each", [1, 2, 1_000])
def test_all_blocks_of_an_index_are_read(tmp_path: Path, each: int) -> None:
    """Almost every real index has one; TensorFlow cuts them at 256 KiB."""
    index = bundles.write_bundle(tmp_path, "ckpt", TENSORS, GRAPH, each)
    assert len([*blocks_of(open_source(str(index)))]) == -(-4 // each)
    with open_model(index) as model:
        assert [weight.path for weight in model.weights] == ["dense/kernel", "dense/bias"]
        assert [weight.index for weight in model.weights] == [0, 1]
        assert np.array_equal(np.asarray(model["dense/kernel"]), KERNEL)


def test_keys_share_their_beginnings() -> None:
    """A key is what it shares with the one before it, and its own end."""
    pairs = b"\0\3\1abcX" + b"\2\2\1deY"
    block = pairs + struct.pack("<2I", 0, 1)
    assert [*entries_of(block)] == [(b"abc", b"X"), (b"abde", b"Y")]


@pytest.mark.parametrize("body", [b"\5\1\1aX", b"\0\x7f\1aX", b"\0\1\1aX\0\1\1aY"], ids=["shared", "long", "repeated"])
def test_a_block_that_contradicts_itself_is_an_error(body: bytes) -> None:
    """It shares more than there is, is longer than its block, or does not rise."""
    with pytest.raises(ValueError, match=r"."):
        list(entries_of(body + struct.pack("<2I", 0, 1)))


def test_the_key_of_a_slice_sorts_as_its_numbers_do() -> None:
    """Numbers of one byte, two, three; all of an axis; bytes of a name that mean something else."""
    assert key_of_slice(b"v", ((0, -1),)) == b"\0v\0\1\1\1\x80\x7f"
    assert key_of_slice(b"v", ((64, 8192),)) == b"\0v\0\1\1\1\xc0\x40\xe0\x20\x00"
    assert key_of_slice(b"a\0\xff", ((3, 2),)) == b"\0a\0\xff\xff\0\0\1\1\1\x83\x82"


def test_boxes_of_a_tensor_are_put_together(tmp_path: Path) -> None:
    """Rows, blocks, and any run of bytes across them."""
    whole = np.arange(30, dtype="<f4").reshape(5, 6)
    parts = [(range(5), range(2)), (range(3), range(2, 6)), (range(3, 5), range(2, 6))]
    data, boxes = b"", []
    (tmp_path / "data").touch()
    for rows, columns in parts:
        boxes.append((rows, columns, len(data)))
        data += whole[rows.start : rows.stop, columns.start : columns.stop].tobytes()
    (tmp_path / "data").write_bytes(data)
    source = open_source(str(tmp_path / "data"))
    found = tuple(Box((rows, columns), source, offset) for rows, columns, offset in boxes)
    assert cover(found, (5, 6))
    assert not cover(found[:2], (5, 6))
    assert not cover((found[0], found[0]._replace(positions=(range(5), range(1, 5)))), (5, 6))
    stored = Boxes(found, (5, 6), 4)
    assert stored.read(0, 120) == whole.tobytes()
    assert stored.read(10, 55) == whole.tobytes()[10:65]
    assert b"".join(bytes(piece) for piece in stored.blocks(7)) == whole.tobytes()


def test_a_checkpoint_is_named_by_any_of_its_files(tmp_path: Path) -> None:
    """Its prefix, its index, its data, and the folder whose list tells the newest."""
    bundles.write_bundle(tmp_path, "ckpt-1", {**TENSORS, f"layer-0/bias{VALUE}": ((3,), b"\1" * 12)}, GRAPH)
    bundles.write_bundle(tmp_path, "ckpt-2", TENSORS, GRAPH)
    (tmp_path / "checkpoint").write_text('model_checkpoint_path: "ckpt-2"\n', "utf-8")
    digests = {}
    for name in ("ckpt-2", "ckpt-2.index", "ckpt-2.data-00000-of-00001", "", "ckpt-1"):
        with open_model(tmp_path / name) as model:
            digests[name] = np.asarray(model["dense/bias"]).tobytes()
    assert {digests[name] for name in digests if name != "ckpt-1"} == {bytes(12)}
    assert digests["ckpt-1"] == b"\1" * 12


def test_a_list_that_names_what_is_not_there_is_damage(tmp_path: Path) -> None:
    """Rather than an older checkpoint without a word."""
    bundles.write_bundle(tmp_path, "ckpt-1", TENSORS, GRAPH)
    (tmp_path / "checkpoint").write_text('model_checkpoint_path: "ckpt-9"\n', "utf-8")
    with pytest.raises(DamagedFile, match="ckpt-9"):
        open_model(tmp_path)


def test_a_flipped_bit_is_found_and_named(tmp_path: Path) -> None:
    """By the checksum that the index has of each tensor."""
    bundles.write_bundle(tmp_path, "ckpt", TENSORS, GRAPH)
    data = tmp_path / "ckpt.data-00000-of-00001"
    broken = bytearray(data.read_bytes())
    broken[3] ^= 1
    data.write_bytes(broken)
    (report,) = check(tmp_path / "ckpt").models
    assert [(found.code, found.where) for found in report.findings if found.code == "KI404"] == [
        ("KI404", f"layer-0/kernel{VALUE}")
    ]


def test_missing_data_is_said(tmp_path: Path) -> None:
    """What the index tells is shown; no value is."""
    bundles.write_bundle(tmp_path, "ckpt", TENSORS, GRAPH)
    kept = (tmp_path / "ckpt.data-00000-of-00001").read_bytes()
    (tmp_path / "ckpt.data-00000-of-00001").write_bytes(kept[:50])
    with pytest.raises(InspectError):
        open_model(tmp_path / "ckpt")  # the graph of objects is at the end
    (tmp_path / "ckpt.data-00000-of-00001").unlink()
    with pytest.raises(DamagedFile, match=r"ckpt.data-00000-of-00001 does not exist"):
        open_model(tmp_path / "ckpt")


def test_keys_that_repeat_the_one_before_cost_what_they_are(tmp_path: Path) -> None:
    """A byte of an index may stand for thousands of a key."""
    long = b"k" * 60_000
    shared = bundles.varint(len(long))
    pairs = bytes([0]) + bundles.varint(len(long)) + b"\0" + long
    pairs += b"".join(shared + b"\2\0" + struct.pack(">H", at) for at in range(1, 400))
    (tmp_path / "c.index").write_bytes(bundles.table_of([pairs + struct.pack("<2I", 0, 1)]))
    with pytest.raises(RefusedFile, match="path_characters"):
        open_model(tmp_path / "c.index")


def test_bytes_that_many_tensors_share_are_refused(tmp_path: Path) -> None:
    """A small file would otherwise cost as much as all that its index says."""
    data = bytes(1 << 20)
    (tmp_path / "c.data-00000-of-00001").write_bytes(data)
    same = {f"v{at}".encode(): bundles.entry(bundles.FLOAT32, (1 << 18,), 0, data, b"") for at in range(3)}
    (tmp_path / "c.index").write_bytes(bundles.table({b"": bundles.field(1, 1), **same}))
    with pytest.raises(RefusedFile, match=r"take 3,145,728 bytes of 1,048,576"):
        open_model(tmp_path / "c.index")


@pytest.mark.parametrize("name", ["tf.keras-2.15/nested_ckpt", "tf.keras-2.4/nested_ckpt"])
def test_an_index_cut_or_changed_anywhere_ends_in_a_sentence(tmp_path: Path, name: str) -> None:
    """Every length, and every byte with all its bits turned: an answer or an InspectError, and nothing else."""
    whole = (DATA / "checkpoints" / f"{name}.index").read_bytes()
    data = (DATA / "checkpoints" / f"{name}.data-00000-of-00001").read_bytes()
    (tmp_path / "c.data-00000-of-00001").write_bytes(data)
    broken = [whole[:at] for at in range(0, len(whole), 7)]
    broken += [whole[:at] + bytes([whole[at] ^ 255]) + whole[at + 1 :] for at in range(len(whole))]
    for contents in broken:
        (tmp_path / "c.index").write_bytes(contents)
        try:
            with open_model(tmp_path / "c.index") as model:
                for weight in model.weights:
                    if not weight.array.problem:  # type: ignore[attr-defined]  # arrays of a file have it
                        list(weight.array.blocks())
        except InspectError:
            continue


def test_the_graph_of_objects_changed_anywhere_ends_in_a_sentence(tmp_path: Path) -> None:
    """It lies in the data, where an index says nothing of it."""
    index = bundles.write_bundle(tmp_path, "c", TENSORS, GRAPH)
    path = tmp_path / "c.data-00000-of-00001"
    whole = path.read_bytes()
    for at in range(60, len(whole)):
        for mask in (1, 128, 255):
            path.write_bytes(whole[:at] + bytes([whole[at] ^ mask]) + whole[at + 1 :])
            try:
                with open_model(index) as model:
                    assert len(model.weights) + len(model.extras) == 2
            except InspectError:
                continue
