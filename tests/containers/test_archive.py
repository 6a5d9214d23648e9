"""ZIP archives: what is in them is read by exact name, and what lies is refused or reported."""

from __future__ import annotations

import io
import os
import struct
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kerasinspect.containers.sources import open_source
from kerasinspect.containers.zip.archive import STEP, Archive, open_archive
from kerasinspect.errors import ClosedModel, DamagedFile, RefusedFile, UnreadableFile
from kerasinspect.limits import DEFAULT, Limits
from kerasinspect.platforms import Descriptor
from tests.makers.raw_zip import DEFLATED, WIDE, Part, end_record, raw_zip

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

WEIGHTS = bytes(range(256)) * 40
PLAIN = (Part(b"metadata.json", b"{}"), Part(b"config.json", b'{"a": 1}'), Part(b"model.weights.h5", WEIGHTS))
PARTS = {part.name.decode(): part for part in PLAIN}


def opened(folder: Path, data: bytes, limits: Limits = DEFAULT) -> Archive:
    """The archive that the bytes are."""
    path = folder / "model.keras"
    path.write_bytes(data)
    return open_archive(open_source(path), limits)


def only(name: str, **lies: Any) -> list[Part]:  # noqa: ANN401 - any field of a part
    """The plain parts, one of them with other fields."""
    return [replace(part, **lies) if key == name else part for key, part in PARTS.items()]


def written_by_zipfile(method: int, *, streamed: bool = False, wide: bool = False) -> bytes:
    """The plain parts as Python's zipfile writes them."""
    buffer = io.BytesIO()
    target = NoSeek(buffer) if streamed else buffer
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, part in PARTS.items():
            with archive.open(zipfile.ZipInfo(name), "w", force_zip64=wide) as member:
                member.write(part.data)
    return buffer.getvalue()


class NoSeek(io.RawIOBase):
    """A stream that cannot go back, so that zipfile describes each member behind its bytes."""

    def __init__(self, stream: io.BytesIO) -> None:
        """Write to a stream."""
        super().__init__()
        self.write = stream.write  # type: ignore[method-assign]


@pytest.mark.parametrize(
    "data",
    [
        raw_zip(PLAIN),
        raw_zip(PLAIN, comment=b"a comment"),
        raw_zip(PLAIN, wide=True),
        raw_zip([replace(part, method=DEFLATED) for part in PLAIN]),
        written_by_zipfile(zipfile.ZIP_STORED),
        written_by_zipfile(zipfile.ZIP_DEFLATED),
        written_by_zipfile(zipfile.ZIP_STORED, wide=True),
        written_by_zipfile(zipfile.ZIP_DEFLATED, streamed=True),
        written_by_zipfile(zipfile.ZIP_STORED, streamed=True, wide=True),
    ],
    ids=["plain", "comment", "zip64", "deflated", "py-stored", "py-deflated", "py-wide", "py-streamed", "py-both"],
)
def test_members_are_read_by_name(tmp_path: Path, data: bytes) -> None:
    """Stored and deflated, with and without 64-bit records, seekable or streamed: the same bytes."""
    archive = opened(tmp_path, data)
    assert list(archive.members) == list(PARTS)
    assert archive.remarks == ()
    for name, part in PARTS.items():
        source = archive.source(name)
        assert archive.read(name, 1 << 20) == source.read_at(0, source.size) == part.data
        assert archive.check_crc(name)
    archive.close()


def test_a_stored_member_is_a_slice_of_the_file(tmp_path: Path) -> None:
    """Nothing is copied, and its offset is where its bytes lie."""
    archive = opened(tmp_path, raw_zip(PLAIN))
    source = archive.source("model.weights.h5")
    assert source.handle is archive.file.handle
    assert source.start == archive.members["model.weights.h5"].offset
    assert source.inside == "model.weights.h5"


def test_a_deflated_member_is_inflated_once_into_a_file_without_a_name(tmp_path: Path) -> None:
    """Closing the archive closes the copy."""
    archive = opened(tmp_path, raw_zip(only("model.weights.h5", method=DEFLATED)))
    source = archive.source("model.weights.h5")
    assert archive.source("model.weights.h5") is source
    descriptor = source.handle.descriptor
    assert isinstance(descriptor, Descriptor)
    number = descriptor.number
    del descriptor
    assert os.fstat(number).st_nlink == 0
    archive.close()
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(number)
    with pytest.raises(ClosedModel):
        source.read_at(0, 1)


def test_a_member_of_five_gigabytes_is_found(tmp_path: Path) -> None:
    """Sizes and offsets beyond 32 bits are read from the extra fields."""
    size = 5 << 30
    extra = struct.pack("<2H2Q", 1, 16, size, size)
    lie: dict[str, int | bytes] = {"size": WIDE, "compressed_size": WIDE, "extra": extra, "crc": 0}
    first = Part(b"model.weights.h5", local=lie, listed=lie)
    path = tmp_path / "big.keras"
    head, last = raw_zip([first]), Part(b"config.json", b"{}")
    body = 30 + len(first.name) + len(extra)
    start = body + size
    entry_1 = head[body:-22]
    wide: dict[str, int | bytes] = {"offset": WIDE, "extra": struct.pack("<2HQ", 1, 8, start)}
    tail = raw_zip([replace(last, listed=wide)], wide=True)
    member, entry_2 = tail[:43], tail[43 : -22 - 20 - 56]
    directory = start + len(member)
    entries = entry_1 + entry_2
    wide_end = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 2, 2, len(entries), directory)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, directory + len(entries), 1)
    with path.open("wb") as file:
        file.write(head[:body])
        file.seek(start)
        file.write(member + entries + wide_end + locator + end_record(0xFFFF, WIDE, WIDE))
    archive = open_archive(open_source(path))
    assert archive.members["model.weights.h5"].size == size
    assert archive.read("config.json", 10) == b"{}"
    assert archive.remarks == ()


BAD_CRC = raw_zip(PLAIN).replace(b'{"a": 1}', b'{"a": 2}')


def test_a_wrong_crc_names_the_member_and_the_place(tmp_path: Path) -> None:
    """The other members are still read."""
    archive = opened(tmp_path, BAD_CRC)
    assert not archive.check_crc("config.json")
    with pytest.raises(DamagedFile, match=r"config\.json in .* is damaged: its bytes from 86 on have the CRC"):
        archive.read("config.json", 100)
    assert archive.check_crc("model.weights.h5")


LIES: dict[str, tuple[list[Part], str]] = {
    "encrypted": (only("config.json", flags=1), "encrypted"),
    "method": (only("config.json", method=14), "method 14"),
    "stored sizes differ": (only("config.json", listed={"size": 9}, local={"size": 9}), "declares 9"),
    "local name": (only("config.json", local={"name": b"confiG.json"}), "contradicts the directory on its name"),
    "local name longer": (only("config.json", local={"name": b"config.json.txt"}), "on its name"),
    "local size": (only("config.json", local={"size": 7}), "on its size or CRC"),
    "local crc": (only("config.json", local={"crc": 7}), "on its size or CRC"),
    "local method": (only("config.json", local={"method": 8}), "on how it is stored"),
    "local flags": (only("config.json", local={"flags": 8}), "on how it is stored"),
    "local zip64 cut off": (only("config.json", local={"size": WIDE}), "on its size or CRC"),
    "no header": (only("config.json", local={"signature": b"PK\x03\x05"}), "no header at byte"),
    "offset outside": (only("config.json", listed={"offset": 1 << 31}), "outside of the members"),
    "size outside": (only("config.json", listed={"size": 1 << 31, "compressed_size": 1 << 31}), "reach out"),
    "second name": (
        only("config.json", listed={"extra": struct.pack("<2HBL", 0x7075, 6, 1, 0) + b"x"}),
        "a second name",
    ),
}


@pytest.mark.parametrize(("parts", "said"), LIES.values(), ids=list(LIES))
def test_a_member_that_lies_is_reported_and_not_read(tmp_path: Path, parts: list[Part], said: str) -> None:
    """Opening the archive remarks it, asking for the member is an error, and the other members are read."""
    archive = opened(tmp_path, raw_zip(parts))
    assert any(said in str(remark) for remark in archive.remarks), archive.remarks
    for ask in (archive.source, archive.check_crc, lambda name: archive.read(name, 100)):
        with pytest.raises(DamagedFile, match=r"config\.json in .* cannot be read: "):
            ask("config.json")
    assert archive.read("model.weights.h5", 1 << 20) == WEIGHTS


REMARKS: dict[str, tuple[list[Part], str]] = {
    "repeated": ([*PLAIN, Part(b"config.json", b"{}")], "holds config.json 2 times: the last is read"),
    "parent": ([*PLAIN, Part(b"assets/../../x")], "names a place outside"),
    "absolute": ([*PLAIN, Part(b"/etc/passwd")], "names a place outside"),
    "drive": ([*PLAIN, Part(b"C:\\x")], "names a place outside"),
    "backslash": ([*PLAIN, Part(b"assets\\..\\x")], "names a place outside"),
    "link": ([*PLAIN, Part(b"assets/x", b"/etc/passwd", mode=0o120777)], "is a symbolic link"),
    "gap": (only("config.json", behind=b"hidden" * 10), "holds 60 bytes that belong to no member"),
    "gap at the end": (only("model.weights.h5", behind=b"!"), "holds 1 bytes that belong to no member"),
    "name is not UTF-8": ([*PLAIN, Part(b"assets/../\xff", flags=0x800)], "assets/../\udcff names"),
}


@pytest.mark.parametrize(("parts", "said"), REMARKS.values(), ids=list(REMARKS))
def test_what_is_odd_is_remarked_and_the_rest_is_read(tmp_path: Path, parts: list[Part], said: str) -> None:
    """Other readers see the same members, so the archive is not refused."""
    archive = opened(tmp_path, raw_zip(parts))
    assert any(said in str(remark) for remark in archive.remarks), archive.remarks
    assert archive.read("config.json", 100) == [part.data for part in parts if part.name == b"config.json"][-1]


INNER = raw_zip([Part(b"config.json", b'"inner"')])

REFUSED: dict[str, tuple[bytes, str]] = {
    "prefix": (raw_zip(PLAIN, prefix=b"#!/bin/sh\n"), "10 bytes stand before its first member"),
    "prefix not counted": (b"x" + raw_zip(PLAIN), "does not end where its end record begins"),
    "behind": (raw_zip(PLAIN) + b"\0", "1 bytes follow its end record"),
    "archive in the comment": (raw_zip(PLAIN, comment=INNER), "more than one end record"),
    "end record in the comment": (raw_zip(PLAIN, comment=end_record(0, 0, 0)), "more than one end record"),
    "two end records": (raw_zip(PLAIN) + end_record(0, 0, 0), "more than one end record|does not end"),
    "two archives": (raw_zip(PLAIN) + INNER, "does not end where"),
    "overlap": (
        raw_zip([*PLAIN, Part(b"config.json", b'{"a": 1}', listed={"offset": 45})]).replace(b"x", b"x"),
        "overlap at byte 45",
    ),
    "nested": (
        raw_zip([Part(b"outer", raw_zip([Part(b"a", b"1")])[:33]), Part(b"a", b"1", listed={"offset": 35})]),
        "members outer and a overlap",
    ),
    "NUL": (raw_zip([*PLAIN, Part(b"config.json\0.txt", b"{}")]), "holds a NUL"),
    "too many entries": (raw_zip(PLAIN)[:-14] + struct.pack("<2H", 2, 2) + raw_zip(PLAIN)[-10:], "more than the 2"),
    "zip64 elsewhere": (
        raw_zip(PLAIN, wide=True)[:-34] + struct.pack("<Q", 5) + raw_zip(PLAIN, wide=True)[-26:],
        "64-bit end record is said to be at byte 5",
    ),
    "zip64 contradicts": (raw_zip(PLAIN, wide=True)[:-22] + end_record(3, 5, 5), "contradicts the other one"),
}


@pytest.mark.parametrize(("data", "said"), REFUSED.values(), ids=list(REFUSED))
def test_an_archive_that_others_may_read_otherwise_is_refused(tmp_path: Path, data: bytes, said: str) -> None:
    """Bytes around it, a second end record, overlaps, and names that end early."""
    with pytest.raises(RefusedFile, match=said):
        opened(tmp_path, data)


DAMAGED: dict[str, tuple[bytes, str]] = {
    "entry missing": (raw_zip(PLAIN)[:-14] + struct.pack("<2H", 4, 4) + raw_zip(PLAIN)[-10:], "entry 4 of 4"),
    "split": (raw_zip(PLAIN)[:-14] + struct.pack("<2H", 1, 3) + raw_zip(PLAIN)[-10:], "split over several files"),
    "zip64 sizes missing": (raw_zip(only("config.json", listed={"size": WIDE})), "entry 2 of 3 .* is cut off"),
    "cut off in a member": (raw_zip(PLAIN)[:5000], r"cut off inside model\.weights\.h5, which ends at byte 10,3"),
    "cut off in the directory": (raw_zip(PLAIN)[:-30], "cut off: .* no end record"),
    "only a signature": (b"PK\x03\x04", "cut off"),
}


@pytest.mark.parametrize(("data", "said"), DAMAGED.values(), ids=list(DAMAGED))
def test_a_damaged_directory_is_our_error(tmp_path: Path, data: bytes, said: str) -> None:
    """With the place where it happened."""
    with pytest.raises(DamagedFile, match=said):
        opened(tmp_path, data)


ZEROS = bytes(1 << 20)
BOMB = raw_zip([Part(b"config.json", ZEROS, DEFLATED)])


@pytest.mark.parametrize("size", [STEP - 1, STEP, STEP + 1, STEP + 200, 3 * STEP + 1, 20 * STEP + 1])
@pytest.mark.parametrize("word", [b"\0", b"kernel"], ids=["zeros", "words"])
def test_a_member_of_any_size_inflates_to_its_last_byte(tmp_path: Path, size: int, word: bytes) -> None:
    """The last few of a deflated member's bytes may stand for far more than is taken out at a time."""
    data = (word * (size // len(word) + 1))[:size]
    archive = opened(tmp_path, raw_zip([Part(b"config.json", data, DEFLATED)]))
    assert archive.check_crc("config.json")
    assert archive.read("config.json", 2 * size) == data
    assert archive.source("config.json").read_at(size - 1, 1) == data[-1:]


@pytest.mark.parametrize("lie", [0, 500, (1 << 20) - 1, (1 << 20) + 1])
def test_a_deflated_member_never_becomes_larger_than_it_declares(tmp_path: Path, lie: int) -> None:
    """Inflating stops at the declared size, and another size is damage."""
    archive = opened(tmp_path, raw_zip([Part(b"a", ZEROS, DEFLATED, local={"size": lie}, listed={"size": lie})]))
    with pytest.raises(DamagedFile, match=f"do not inflate to the {lie:,} that the archive declares"):
        archive.read("a", 1 << 30)


def test_bytes_behind_a_deflated_stream_are_damage(tmp_path: Path) -> None:
    """A member is its whole stream and nothing else."""
    size = len(BOMB) - len(raw_zip([Part(b"config.json")]))
    lie: dict[str, int | bytes] = {"compressed_size": size + 4}
    archive = opened(tmp_path, raw_zip([Part(b"a", ZEROS, DEFLATED, local=lie, listed=lie, behind=b"more")]))
    with pytest.raises(DamagedFile, match="do not inflate to"):
        archive.check_crc("a")


def test_bytes_that_are_no_deflated_stream_are_damage(tmp_path: Path) -> None:
    """What zlib says is in the message."""
    lie: dict[str, int | bytes] = {"method": DEFLATED}
    archive = opened(tmp_path, raw_zip([Part(b"a", b"\xff" * 99, local=lie, listed=lie)]))
    with pytest.raises(DamagedFile, match="cannot be inflated: Error -3"):
        archive.source("a")


@pytest.mark.parametrize(
    ("limit", "ask"),
    [
        ("json_bytes", lambda archive: archive.read("config.json", 1 << 19)),
        ("archive_ratio", lambda archive: archive.source("config.json")),
    ],
    ids=["size", "ratio"],
)
def test_what_a_member_declares_is_limited(tmp_path: Path, limit: str, ask: Callable[[Archive], object]) -> None:
    """It is refused before it is inflated."""
    archive = opened(tmp_path, BOMB, replace(DEFAULT, inflated_free=1 << 19))
    with pytest.raises(RefusedFile, match=f"exceeds the limit {limit}"):
        ask(archive)


@pytest.mark.parametrize(("limit", "allowed"), [("archive_members", 2), ("archive_directory_bytes", 150)])
def test_the_directory_is_limited(tmp_path: Path, limit: str, allowed: int) -> None:
    """Its entries and its bytes are counted before it is read."""
    with pytest.raises(RefusedFile, match=f"exceeds the limit {limit}"):
        opened(tmp_path, raw_zip(PLAIN), replace(DEFAULT, **{limit: allowed}))


def test_a_missing_member_is_named(tmp_path: Path) -> None:
    """Names are exact: no case is folded and no path is resolved."""
    archive = opened(tmp_path, raw_zip(PLAIN))
    with pytest.raises(DamagedFile, match=r"has no member \./config\.json"):
        archive.read("./config.json", 100)


def test_an_archive_cut_anywhere_is_our_error(tmp_path: Path) -> None:
    """At every byte of a small archive."""
    data = raw_zip([Part(b"config.json", b"{}"), Part(b"model.weights.h5", b"weights", DEFLATED)])
    for length in range(len(data)):
        with pytest.raises(UnreadableFile):
            opened(tmp_path, data[:length])


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_changed_bytes_give_the_same_members_or_our_errors(tmp_path: Path, data: st.DataObject) -> None:
    """Any few bytes of the archive may be others."""
    changed = bytearray(raw_zip(only("config.json", method=DEFLATED), wide=data.draw(st.booleans())))
    structure = [*range(150), *range(len(changed) - 320, len(changed))]
    for at in data.draw(st.lists(st.sampled_from(structure), min_size=1, max_size=4)):
        changed[at] = data.draw(st.integers(0, 255))
    try:
        archive = opened(tmp_path, bytes(changed))
    except UnreadableFile:
        return
    for name in archive.members:
        try:
            archive.read(name, 1 << 20)
            archive.source(name)
        except UnreadableFile as error:
            assert str(tmp_path) in error.message  # noqa: PT017 - either outcome is right
    archive.close()
