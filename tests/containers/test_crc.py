"""The CRC of bytes that are read in parts: that of all of them, in whatever order and however often they are read."""

from __future__ import annotations

import random
import zlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kerasinspect.containers.sources import Source, open_source
from kerasinspect.containers.zip import crc
from kerasinspect.containers.zip.archive import Archive, open_archive
from kerasinspect.containers.zip.crc import CrcSoFar, joined
from kerasinspect.errors import DamagedFile
from tests.makers.raw_zip import Part, raw_zip

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kerasinspect.model.checksum import Passing

SIZE = 10_000
BYTES = random.Random(32).randbytes(SIZE)  # noqa: S311 - the same bytes every time
NAME = "model.weights.h5"
BEFORE, BEHIND = 100, 50
"""Bytes of the file around those whose CRC is taken."""


@given(st.binary(max_size=300), st.binary(max_size=300))
def test_joined_is_what_zlib_says_of_both(one: bytes, other: bytes) -> None:
    """Of any bytes, none too."""
    assert joined(zlib.crc32(one), zlib.crc32(other), len(other)) == zlib.crc32(one + other)


@pytest.mark.parametrize("size", [1, 4095, 1 << 20, (1 << 22) + 1, 50_000_003])
def test_joined_counts_many_bytes(size: int) -> None:
    """In steps that are powers of two, whatever their number is."""
    zeros = bytes(size)
    assert joined(zlib.crc32(b"kernel"), zlib.crc32(zeros), size) == zlib.crc32(zeros, zlib.crc32(b"kernel"))


def test_joined_counts_more_bytes_than_anybody_has() -> None:
    """A byte and 2^41 zeros behind it, joined in two orders."""
    zeros = zlib.crc32(bytes(1))
    for places in range(40):
        zeros = joined(zeros, zeros, 1 << places)
    one, half = zlib.crc32(b"a"), 1 << 40
    assert joined(joined(one, zeros, half), zeros, half) == joined(one, joined(zeros, zeros, half), 2 * half)


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Source]:
    """A file with the bytes, and others around them."""
    monkeypatch.setattr(crc, "LEAST", 64)
    monkeypatch.setattr(crc, "_PART", 1000)
    monkeypatch.setattr(crc, "_STEP", 300)
    path = tmp_path / "bytes"
    path.write_bytes(bytes(BEFORE) + BYTES + bytes(BEHIND))
    with ExitStack() as files:
        source = open_source(path)
        files.callback(source.close)
        yield source


def finished(so_far: CrcSoFar) -> tuple[int, int]:
    """The CRC of all bytes, and how many were read for it at the end."""
    read, steps = 0, so_far.rest()
    while True:
        try:
            read += len(next(steps))
        except StopIteration as end:
            return end.value, read


def read(source: Source, start: int, count: int, size: int = 300) -> None:
    """Read bytes of the file as the values of an array are read."""
    for _ in source.blocks(start, count, size):
        pass


@pytest.mark.parametrize("seed", range(30))
def test_every_byte_counts_once(source: Source, seed: int) -> None:
    """Read forwards, backwards, again, across both ends, in tiny pieces, or given up in the middle."""
    chooser = random.Random(seed)  # noqa: S311 - the same reads every time
    so_far = CrcSoFar(source, BEFORE, SIZE)
    so_far.begin()
    for _ in range(chooser.randrange(25)):
        start = chooser.randrange(source.size)
        count = min(source.size - start, chooser.choice([1, 63, 64, 700, 3000, SIZE]))
        kind = chooser.randrange(3)
        if kind == 0:
            source.read_at(start, count)
        elif kind == 1:
            read(source, start, count, chooser.choice([50, 64, 256, 4096]))
        else:
            next(source.blocks(start, count, 100), None)
    left = so_far.left_nbytes
    assert finished(so_far) == (zlib.crc32(BYTES), left)
    for part in so_far.left():
        so_far.read(part)
    assert finished(so_far)[0] == zlib.crc32(BYTES)


def test_what_is_read_once_is_not_read_again(source: Source) -> None:
    """Not a byte of it, if it comes in pieces that are worth it."""
    so_far = CrcSoFar(source, BEFORE, SIZE)
    so_far.begin()
    for start in range(BEFORE, BEFORE + SIZE, 2500):
        read(source, start, 2500)
    assert (so_far.left_nbytes, so_far.left()) == (0, [])
    assert finished(so_far) == (zlib.crc32(BYTES), 0)


def test_any_number_of_threads_may_read(source: Source) -> None:
    """Neighbours at once, and the same bytes at once."""
    so_far = CrcSoFar(source, BEFORE, SIZE)
    so_far.begin()
    chooser = random.Random(7)  # noqa: S311 - as above
    starts = [at for at in range(BEFORE, BEFORE + SIZE, 200) for _ in range(3)]
    chooser.shuffle(starts)
    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(read, source, at, 200, 100) for at in starts]:
            done.result()
    assert finished(so_far) == (zlib.crc32(BYTES), 0)


def test_bytes_that_nobody_finished_are_read_at_the_end(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a thread is interrupted while it takes them in, all of its run counts as unread."""
    so_far = CrcSoFar(source, BEFORE, SIZE)
    so_far.begin()
    read(source, BEFORE, 600)
    with monkeypatch.context() as broken:
        broken.setattr(so_far, "_crc", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            read(source, BEFORE + 600, 600)
    assert finished(so_far) == (zlib.crc32(BYTES), SIZE)


def test_what_is_left_can_be_shared(source: Source) -> None:
    """In parts of a bounded size; what is too little to share is read with the rest."""
    so_far = CrcSoFar(source, BEFORE, SIZE)
    so_far.begin()
    read(source, BEFORE + 60, 3000)
    parts = so_far.left()
    assert all(end - start <= 1000 for start, end in parts)
    with ThreadPoolExecutor(4) as pool:
        assert [*pool.map(so_far.read, parts)] == [None] * len(parts)
    assert finished(so_far) == (zlib.crc32(BYTES), 60)


def test_nothing_is_taken_in_outside_of_the_context(source: Source) -> None:
    """Before it and after it reads are as they were; of two that overlap in time the later one is served."""
    first, second = CrcSoFar(source, BEFORE, SIZE), CrcSoFar(source, BEFORE, SIZE)
    first.begin()
    second.begin()
    first.end()
    read(source, BEFORE, SIZE)
    second.end()
    assert (first.left_nbytes, second.left_nbytes) == (SIZE, 0)
    assert source.handle.taker is None


def archive_with(folder: Path, *, is_wrong: bool) -> Archive:
    """An archive of one member, of whose bytes one bit is wrong where that is asked for."""
    path = folder / "model.keras"
    data = raw_zip([Part(NAME.encode(), BYTES)])
    path.write_bytes(data.replace(BYTES, bytes([BYTES[0] ^ is_wrong]) + BYTES[1:]))
    return open_archive(open_source(path))


def taken(archive: Archive, passing: Passing) -> None:
    """Read all of the member in passing."""
    read(archive.source(NAME), 0, SIZE)
    assert passing.left_nbytes == 0


@pytest.mark.parametrize("is_wrong", [False, True], ids=["right", "wrong"])
@pytest.mark.usefixtures("source")
def test_a_member_is_judged_in_the_same_words(tmp_path: Path, *, is_wrong: bool) -> None:
    """Whether its bytes were taken in while they were read, or are read for the checksum."""
    archive = archive_with(tmp_path, is_wrong=is_wrong)
    checksum = archive.checksum(NAME)
    assert checksum.passing is not None
    said = []
    for reads in (False, True):
        with checksum.passing() as passing:
            if reads:
                taken(archive, passing)
            assert archive.check_crc(NAME) is not is_wrong
            try:
                checksum.verify()
            except DamagedFile as error:
                said.append(error.message)
    assert said == ([said[0]] * 2 if is_wrong else [])
    assert archive.taken == {}
