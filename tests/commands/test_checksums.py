"""The checksum of an archive's weights: who reads them all verifies it, and who does not says so."""

from __future__ import annotations

import io
import json
import random
import zipfile
from contextlib import nullcontext
from dataclasses import replace
from threading import Event
from threading import enumerate as enumerate_threads
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from kerasinspect.analysis import weights_checksum as limits
from kerasinspect.analysis.fingerprint import fingerprint_of
from kerasinspect.analysis.weights_checksum import verifying
from kerasinspect.commands.cli import run
from kerasinspect.comparing import compare
from kerasinspect.containers.sources import Source
from kerasinspect.containers.zip import crc
from kerasinspect.errors import DamagedFile, FailedRead
from kerasinspect.formats import keras_archive
from kerasinspect.formats.keras_archive import NPZ, WEIGHTS
from kerasinspect.model.checksum import Checksum
from kerasinspect.opening import open_model
from kerasinspect.progress import Progress, watched
from kerasinspect.verify.reading import read
from tests.fuzz.compared import archive_of, members_of, with_arrays_of_numpy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

WHOLE = (
    ("show", "--values", "--format", "json"),
    ("show", "--hash"),
    ("list", "--hash"),
    ("list", "--hash", "--format", "csv"),
    ("show", "--stats"),
    ("show", "--full"),
    ("stats",),
    ("stats", "--format", "csv"),
    ("training",),
    ("lock", "--hash"),
)
"""Commands that read every value."""
PARTIAL = (
    ("show",),
    ("summary",),
    ("show", "--values", "--slice", "0"),
    ("show", "--hash", "--weight", "kernel"),
    ("list",),
    ("list", "--hash", "--layer", "dense"),
    ("stats", "--layer", "dense"),
)
"""Commands that read some of them, and have a document."""
NETWORK = "question_network.keras"
DAMAGED = 3


def array_at(path: Path, weight: str) -> range:
    """The bytes of a file that one array of a stored member takes."""
    with open_model(path) as model:
        array = next(one.array for one in model.weights if one.path == weight)
        start = path.read_bytes().index(b"".join(map(bytes, array.blocks())))
        return range(start, start + array.nbytes)


def flip(path: Path, byte: int, mask: int = 1) -> None:
    """Turn bits of one byte over."""
    data = bytearray(path.read_bytes())
    data[byte] ^= mask
    path.write_bytes(data)


@pytest.fixture
def network(tmp_path: Path, sample_models: Path) -> Path:
    """A small model of one's own."""
    path = tmp_path / NETWORK
    path.write_bytes((sample_models / NETWORK).read_bytes())
    return path


@pytest.fixture
def nothing_is_small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every model is as one of gigabytes, and each of its arrays is large."""
    monkeypatch.setattr(limits, "VERIFIED_AT_ONCE", 0)
    monkeypatch.setattr(crc, "LEAST", 1)
    monkeypatch.setattr(keras_archive, "VERIFIED_AT_ONCE", 0)


def document_of(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    """The exit status of a command, and its document."""
    status = run([*arguments, "--format", "json"])
    return status, json.loads(capsys.readouterr().out)


@pytest.mark.usefixtures("nothing_is_small")
@pytest.mark.parametrize("command", WHOLE, ids=" ".join)
def test_a_flipped_bit_is_damage_for_whoever_reads_all_values(
    network: Path, command: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit status 3, and a sentence that names the member; healthy files are read in silence."""
    assert run([*command, str(network), *(["-o", f"{network}.json"] if command[0] == "lock" else [])]) == 0
    assert "CRC" not in capsys.readouterr().err
    flip(network, array_at(network, "dense/kernel")[0])
    assert run([*command, str(network)]) == DAMAGED
    written = capsys.readouterr()
    assert f"{WEIGHTS} in {network} is damaged: its bytes from" in written.err
    if "json" in command:
        assert json.loads(written.out)["checksum"] == "wrong"


@pytest.mark.parametrize("size", ["small", "large"])
@pytest.mark.parametrize("command", ["list", "show"])
def test_a_flipped_bit_leaves_no_fingerprint(
    network: Path, size: str, command: str, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of bytes that are not those that were saved: null in documents, a reason on pages, None from Python."""
    if size == "large":
        request.getfixturevalue("nothing_is_small")
    flip(network, array_at(network, "dense/kernel")[0])
    status, document = document_of(capsys, command, "--hash", str(network))
    assert (status, document["model"]["fingerprint"]) == (DAMAGED, None)
    assert run([command, "--hash", str(network)]) == DAMAGED
    assert "no fingerprint: the file is damaged, or not all weights can be read" in capsys.readouterr().out
    with open_model(network) as model:
        found = fingerprint_of(model)
    assert (found.sha256, found.order, found.lack) == (None, None, "unread")


@pytest.mark.usefixtures("nothing_is_small")
@pytest.mark.parametrize("command", PARTIAL, ids=" ".join)
def test_who_reads_some_values_says_that_nothing_was_verified(
    network: Path, command: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    """In a large file the other values are left alone."""
    assert document_of(capsys, *command, str(network))[1]["checksum"] == "not verified"


@pytest.mark.parametrize("command", PARTIAL, ids=" ".join)
def test_a_small_file_is_verified_whatever_is_read(
    network: Path, command: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    """It costs nothing there."""
    status, document = document_of(capsys, *command, str(network))
    assert (status, document["checksum"]) == (0, "verified")
    flip(network, array_at(network, "dense_3/bias")[-1])
    status, document = document_of(capsys, *command, str(network))
    assert (status, document["checksum"]) == (DAMAGED, "wrong")


@pytest.mark.parametrize("size", ["small", "large"])
@pytest.mark.parametrize("command", ["stats", "check", "training"])
def test_no_flipped_bit_of_the_weights_goes_unnoticed(
    network: Path, size: str, command: str, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    """Values, names and headers alike: a CRC-32 finds every single bit, whoever reads it for whatever reason."""
    if size == "large":
        request.getfixturevalue("nothing_is_small")
    whole = network.read_bytes()
    with zipfile.ZipFile(network) as archive:
        nbytes = archive.getinfo(WEIGHTS).file_size
    start = whole.index(b"\x89HDF\r\n")
    chooser = random.Random(12)  # noqa: S311 - the same bits every time
    for _ in range(40):
        network.write_bytes(whole)
        flip(network, start + chooser.randrange(nbytes), 1 << chooser.randrange(8))
        assert run([command, str(network), "--quiet"]) == DAMAGED
    capsys.readouterr()


@pytest.mark.usefixtures("nothing_is_small")
@pytest.mark.parametrize("command", ["stats", "check", "training"])
def test_no_byte_of_the_weights_is_read_twice(network: Path, command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Those of arrays are read for their values, the others for the checksum; progress counts each once.

    But for eight that say how many steps the optimizer took.
    """
    with zipfile.ZipFile(network) as archive:
        sizes = {member.filename: member.file_size for member in archive.infolist()}
    with watched(progress := Progress()):
        assert run([command, str(network), "--quiet"]) == 0
    capsys.readouterr()
    read = sum(sizes.values()) if command == "check" else sizes[WEIGHTS]
    assert read <= progress.done <= read + 8
    assert progress.done - 8 <= progress.total <= progress.done


@pytest.mark.usefixtures("nothing_is_small")
@pytest.mark.parametrize("command", ["stats", "check"])
def test_values_that_cannot_be_read_leave_the_others_verified(
    network: Path, command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is wrong elsewhere is found all the same; here a disk gives an array at the second try alone."""
    failed: list[int] = []

    def failing(self: Source, view: memoryview, position: int, fill: Any = Source.fill) -> int:  # noqa: ANN401 - as it is
        """Fail once, in the values of an array."""
        if not failed and self.inside:
            failed.append(position)
            raise FailedRead("A bad sector.")
        return int(fill(self, view, position))

    for is_wrong in (False, True):
        if is_wrong:
            flip(network, array_at(network, "dense_3/bias")[-1])
        failed.clear()
        with monkeypatch.context() as broken:
            broken.setattr(Source, "fill", failing)
            assert run([command, str(network)]) == DAMAGED
        written = capsys.readouterr()
        said = written.err + written.out
        assert "A bad sector." in said
        assert (f"{WEIGHTS} in {network} is damaged" in " ".join(said.split())) is is_wrong


def test_what_was_inflated_is_verified_already(network: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A deflated member is read as a whole when it is opened."""
    with zipfile.ZipFile(network) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(network, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    with open_model(network) as model:
        assert model.checksum is not None
        assert model.checksum.nbytes == 0
    assert document_of(capsys, "show", str(network))[1]["checksum"] == "verified"


def test_a_legacy_file_has_no_checksum(sample_models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Null says that nothing can tell, rather than that all is well."""
    path = str(sample_models / "question_network.h5")
    assert document_of(capsys, "stats", path)[1]["checksum"] is None


@pytest.mark.usefixtures("nothing_is_small")
@pytest.mark.parametrize("error", [KeyboardInterrupt, None])
def test_a_verification_ends_with_what_it_is_beside(network: Path, error: type[BaseException] | None) -> None:
    """Nobody waits for gigabytes after Ctrl-C: the thread reads no more than a piece, and the model stays open."""
    told: list[str] = []
    reads, goes_on = Event(), Event()

    def steps() -> Iterator[object]:
        """Read for ever."""
        while True:
            reads.set()
            goes_on.wait(10)
            yield None

    before = {*enumerate_threads()}
    with open_model(network) as model:
        slow = replace(model, checksum=Checksum(1, steps))
        with pytest.raises(error) if error else nullcontext(), verifying(slow, told.append, whole=True) as outcome:
            assert reads.wait(10)
            if error:
                raise error
        (thread,) = {*enumerate_threads()} - before
        goes_on.set()
        thread.join(10)
        assert not thread.is_alive()
        assert (outcome(), told) == ("not verified", [])
        assert model.weights[0].array[...].shape == (8, 5)


def test_the_sentence_is_told_once(network: Path) -> None:
    """However often the outcome is asked for."""
    flip(network, array_at(network, "dense/bias")[0])
    told: list[str] = []
    with open_model(network) as model, verifying(model, told.append, whole=True) as outcome:
        assert model.checksum is not None
        with pytest.raises(DamagedFile):
            model.checksum.verify()
        assert [outcome(), outcome()] == ["wrong", "wrong"]
    assert len(told) == 1


def test_check_fails_whatever_is_selected(network: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A policy may leave out KI404; that the weights are damaged stays exit status 3."""
    flip(network, array_at(network, "dense/kernel")[0])
    assert run(["check", str(network), "--no-config", "--select", "KI1", "--format", "json"]) == DAMAGED
    (report,) = json.loads(capsys.readouterr().out)["models"]
    assert WEIGHTS in report["damage"][0]


def test_check_fails_for_large_weights_too(
    network: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Opening them does not read them all, and check does."""
    monkeypatch.setattr(keras_archive, "VERIFIED_AT_ONCE", 0)
    flip(network, array_at(network, "dense/kernel")[0])
    with open_model(network) as model:
        assert model.damage == ()
    assert run(["check", str(network), "--no-config", "--select", "KI1", "--format", "json"]) == DAMAGED
    (report,) = json.loads(capsys.readouterr().out)["models"]
    assert [WEIGHTS in sentence for sentence in report["damage"]] == [True]


def test_summary_says_it_too(network: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It reads no values, and small files are verified all the same."""
    assert document_of(capsys, "summary", str(network))[1]["checksum"] == "verified"
    flip(network, array_at(network, "dense/kernel")[0])
    status, document = document_of(capsys, "summary", str(network))
    assert (status, document["checksum"]) == (DAMAGED, "wrong")


def test_verify_verifies_too(network: Path) -> None:
    """Whatever Keras makes of the file: not every reader looks at the checksum of what it reads by position."""
    assert read(str(network)).damage == ()
    flip(network, array_at(network, "dense/kernel")[0])
    assert [sentence.split(" is damaged")[0] for sentence in read(str(network)).damage] == [f"{WEIGHTS} in {network}"]


def as_archive(path: Path, members: dict[str, bytes]) -> None:
    """Write an archive, whose own checksums are right."""
    path.write_bytes(archive_of(members))


def as_folder(path: Path, members: dict[str, bytes]) -> None:
    """Write a folder."""
    path.mkdir()
    for name, data in members.items():
        (path / name).write_bytes(data)


@pytest.mark.usefixtures("nothing_is_small")
@pytest.mark.parametrize("save", [np.savez, np.savez_compressed], ids=["stored", "deflated"])
@pytest.mark.parametrize("write", [as_archive, as_folder])
def test_arrays_of_numpy_have_checksums_of_their_own(
    network: Path,
    write: Callable[[Path, dict[str, bytes]], None],
    save: Callable[..., None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Whether they lie in an archive, whose own checksum may have been made later, or in a folder, which has none."""
    members = members_of(with_arrays_of_numpy(network, save))
    write(network.with_name("whole"), members)
    status, document = document_of(capsys, "stats", str(network.with_name("whole")))
    assert (status, document["checksum"]) == (0, "verified")
    data = bytearray(members[NPZ])
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        largest = max(archive.infolist(), key=lambda one: one.file_size)
    data[data.index(b".npy", largest.header_offset) + largest.compress_size] ^= 1
    broken = network.with_name("broken")
    write(broken, members | {NPZ: bytes(data)})
    assert run(["stats", str(broken)]) == DAMAGED
    assert f"{largest.filename} in" in capsys.readouterr().err
    assert run(["check", "--no-config", "--select", "KI404", str(broken)]) in {1, DAMAGED}
    assert largest.filename in capsys.readouterr().out


@pytest.mark.usefixtures("nothing_is_small")
def test_files_that_differ_are_verified_and_equal_ones_are_not(network: Path) -> None:
    """A flipped bit is damage in one of two files; where both have it, there is nothing to tell them apart by."""
    healthy, damaged = network.with_name("healthy.keras"), network.with_name("damaged.keras")
    healthy.write_bytes(network.read_bytes())
    flip(network, array_at(network, "dense/kernel")[0])
    damaged.write_bytes(network.read_bytes())
    (sentence,) = compare(healthy, damaged).damage
    assert f"{WEIGHTS} in {damaged} is damaged" in sentence
    same = compare(network, damaged)
    assert (same.equal, same.damage) == (True, ())


@pytest.mark.usefixtures("nothing_is_small")
def test_what_is_read_from_the_first_difference_on_is_not_read_again(network: Path) -> None:
    """Of two files that differ in their first weight, only what is no weight is read for the checksums alone."""
    with zipfile.ZipFile(network) as archive:
        size = archive.getinfo(WEIGHTS).file_size
    with open_model(network) as model:
        first, weights = model.weights[0].path, sum(one.array.nbytes for one in model.weights)
    damaged = network.with_name("damaged.keras")
    damaged.write_bytes(network.read_bytes())
    flip(damaged, array_at(damaged, first)[0])
    with watched(progress := Progress()):
        assert any(f"{WEIGHTS} in {damaged} is damaged" in sentence for sentence in compare(network, damaged).damage)
    assert progress.stage == "verifying"
    assert progress.done == progress.total == 2 * (size - weights)
