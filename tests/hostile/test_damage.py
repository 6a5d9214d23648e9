"""Damage is never taken for data: cut files, blocks of zeros, and flipped bits. No such file is left, or has a name."""

from __future__ import annotations

import contextlib
import io
import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from kerasinspect.commands.cli import run
from kerasinspect.containers.sources import open_source
from kerasinspect.containers.zip.archive import open_archive
from tests.makers.nameless import nameless
from tests.places import SAMPLES

if TYPE_CHECKING:
    from pathlib import Path

MODELS = sorted(path for path in SAMPLES.iterdir() if path.suffix in {".keras", ".h5"})
STEPS = 64


def document(path: Path) -> tuple[int, dict[str, Any] | None, str]:
    """How ``show --format json --hash`` ends, its document, and what it says."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = run(["show", str(path), "--format", "json", "--hash"])
    return status, json.loads(out.getvalue()) if out.getvalue() else None, err.getvalue()


def digests(found: dict[str, Any]) -> dict[str, str]:
    """The hash of every array by its place in the file."""
    return {array["stored_path"]: array["sha256"] for array in (*found["weights"], *found["extras"])}


@pytest.mark.parametrize("sample", MODELS, ids=lambda path: path.name)
def test_a_sample_cut_anywhere_is_refused_or_read_rightly(sample: Path) -> None:
    """At every 64th of its length: exit status 3 and a sentence, and no array that is another one."""
    data = sample.read_bytes()
    _, whole, _ = document(sample)
    assert whole
    for step in range(STEPS):
        with nameless(data[: len(data) * step // STEPS]) as path:
            status, found, said = document(path)
        assert status == 3
        assert re.match(r"kerasinspect: \S", said)
        assert found is None or digests(found).items() <= digests(whole).items()


@pytest.mark.parametrize("sample", MODELS, ids=lambda path: path.name)
def test_a_sample_with_a_block_of_zeros_is_refused_or_read(sample: Path) -> None:
    """A block that was never written ends in an answer or in a sentence; the checksum of an archive finds it."""
    data = sample.read_bytes()
    for start in range(0, len(data), max(512, len(data) // 16)):
        with nameless(data[:start] + bytes(len(data[start : start + 512])) + data[start + 512 :]) as path:
            status, _, said = document(path)
        assert status == 0 or (status == 3 and said.startswith("kerasinspect: "))


@pytest.mark.parametrize("sample", [path for path in MODELS if path.suffix == ".keras"], ids=lambda path: path.name)
def test_a_flipped_bit_in_an_archive_is_found_by_its_checksum(sample: Path) -> None:
    """Wherever in the weights the bit is. A legacy .h5 file has no checksum to find it by."""
    data = bytearray(sample.read_bytes())
    with contextlib.closing(open_source(sample)) as source:
        member = open_archive(source).members["model.weights.h5"]
    for at in range(member.offset, member.end, max(1, member.size // 20)):
        data[at] ^= 0x10
        with nameless(bytes(data)) as path, contextlib.closing(open_source(path)) as source:
            assert not open_archive(source).check_crc("model.weights.h5")
        data[at] ^= 0x10


def test_two_runs_write_the_same() -> None:
    """Damaged or not."""
    data = MODELS[0].read_bytes()
    for damaged in (data, data[:-9], data[:900] + bytes(600) + data[1_500:]):
        with nameless(damaged) as path:
            assert document(path) == document(path)
