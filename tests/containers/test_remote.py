"""Files on other machines: the same as here, with few requests; and every way in which a server can fail."""

from __future__ import annotations

import json
import os
import shutil
import time
from typing import TYPE_CHECKING

import h5py
import numpy as np
import pytest

from kerasinspect import open_model
from kerasinspect.checking.fleet.stamps import Stamps
from kerasinspect.commands.cli import run
from kerasinspect.containers.remote import blocks, transport
from kerasinspect.containers.remote.addresses import address_beside, shown_address
from kerasinspect.containers.remote.opening import HEAD
from kerasinspect.containers.remote.together import together
from kerasinspect.errors import (
    DamagedFile,
    FailedRead,
    InspectError,
    MissingExtra,
    NotAModel,
    RefusedFile,
    RequestError,
)
from tests.makers.servers import Server, serving
from tests.places import SAMPLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    Ranges = Sequence[tuple[int, int]]

pytest.importorskip("fsspec", reason="the extra [remote] is not installed")
pytest.importorskip("aiohttp", reason="the extra [remote] is not installed")

LAYERS = 300
SIDE = 90
LARGE = "large.weights.h5"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample models, and one of 10 MB whose groups lie between its values."""
    folder = tmp_path_factory.mktemp("served")
    for path in SAMPLES.iterdir():
        if path.suffix in (".keras", ".h5"):
            shutil.copy(path, folder)
    with h5py.File(folder / LARGE, "w") as file:
        for number in range(LAYERS):
            group = file.create_group(f"layers/dense{f'_{number}' if number else ''}/vars")
            group.attrs["name"] = f"layer_{number}"
            group["0"] = np.full((SIDE, SIDE), number, "float32")
            group["1"] = np.zeros(SIDE, "float32")
    return folder


@pytest.fixture
def server(folder: Path) -> Iterator[Server]:
    """A server of these models."""
    with serving(folder) as server:
        yield server


@pytest.fixture
def rounds(monkeypatch: pytest.MonkeyPatch) -> list[Ranges]:
    """The ranges that were fetched at the same time, each time that some were."""
    found: list[Ranges] = []

    def noted(ranges: Ranges, fetch: Callable[[tuple[int, int]], object]) -> None:
        found.append(ranges)
        together(ranges, fetch)

    monkeypatch.setattr(blocks, "together", noted)
    return found


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests that wait for a part of a second, and are tried again at once."""
    for name in ("_SECONDS_TO_CONNECT", "_SECONDS_OF_SILENCE"):
        monkeypatch.setattr(transport, name, 0.5)
    monkeypatch.setattr(transport, "_SECONDS_IN_ALL", 1.0)
    monkeypatch.setattr(transport, "_PAUSES", (0.01, 0.01))


def output(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """The exit status and the standard output of a command."""
    status = run(arguments)
    return status, capsys.readouterr().out


@pytest.mark.parametrize("name", sorted(path.name for path in SAMPLES.iterdir() if path.suffix in (".keras", ".h5")))
@pytest.mark.parametrize("command", ["summary", "list --format json", "show --full", "check --format json"])
def test_the_same_is_said_of_a_file_there_as_of_one_here(
    server: Server, folder: Path, capsys: pytest.CaptureFixture[str], command: str, name: str
) -> None:
    """Only the place differs."""
    here, there = str(folder / name), server.address("ranges", name)
    status, said = output(capsys, *command.split(), here)
    assert output(capsys, *command.split(), there) == (status, said.replace(here, there))


def test_a_small_file_is_one_request(server: Server) -> None:
    """All of it comes with the first range."""
    with open_model(server.address("ranges", "small_cnn.keras")) as model:
        assert [weight[...].shape for weight in model.weights]
    assert server.asked == [("GET", 0, (server.folder / "small_cnn.keras").stat().st_size)]


def test_headers_are_fetched_together(server: Server, rounds: list[Ranges]) -> None:
    """A file of 300 layers takes few round trips one after the other, and a small part of its bytes."""
    with open_model(server.address("ranges", LARGE)) as model:
        assert len(model.weights) == 2 * LAYERS
    assert (server.folder / LARGE).stat().st_size > 9_000_000
    trips = 2 + sum(bool(ranges) for ranges in rounds)  # the first bytes, and the size
    assert trips <= 12
    assert len(server.asked) < 1.5 * LAYERS
    assert server.nbytes < 4_000_000


def test_a_layer_fetches_its_own_values_only(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    """What one layer holds is a small part of a file."""
    run(["summary", server.address("ranges", LARGE)])
    before = server.nbytes
    server.asked.clear()
    status, said = output(capsys, "show", "--layer", "layer_217", server.address("ranges", LARGE))
    assert status == 0
    assert "217" in said
    assert server.nbytes < before + 4 * SIDE * SIDE + (1 << 17)


def test_values_that_follow_one_another_come_together(server: Server) -> None:
    """All values of 600 arrays take far fewer requests than arrays."""
    with open_model(server.address("ranges", LARGE)) as model:
        server.asked.clear()
        assert sum(float(weight[...].mean()) for weight in model.weights) == sum(range(LAYERS))
    assert len(server.asked) < LAYERS / 10


def test_a_large_array_comes_in_few_rounds(tmp_path: Path, rounds: list[Ranges]) -> None:
    """It is known where it ends, so that much of it is fetched at once and nothing behind it."""
    values = np.arange(9 << 20, dtype="f4").reshape(9, -1)
    path = tmp_path / "large.weights.h5"
    with h5py.File(path, "w") as file:
        file["layers/dense/vars/0"] = values
        file["layers/dense_1/vars/0"] = values
    with serving(tmp_path) as server, open_model(server.address("ranges", path.name)) as model:
        rounds.clear()
        read = b"".join(map(bytes, model.weights[0].array.blocks(1 << 18)))
    assert read == values.tobytes()
    assert len(rounds) <= 6
    assert sum(end - start for ranges in rounds for start, end in ranges) < values.nbytes + (1 << 14)


def test_shards_lie_beside_their_index(server: Server, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each is read from the same folder, with one request, and the first that is missing is named."""
    for number in range(2):
        with h5py.File(folder / f"split_{number:05}.weights.h5", "w") as file:
            file.create_group(f"layers/dense{'_1' * number}/vars")["0"] = np.ones((2, 2), "float32")
    named = {f"/layers/dense{'_1' * number}/vars": f"split_{number:05}.weights.h5" for number in range(2)}
    (folder / "split.weights.json").write_text(json.dumps({"metadata": {"total_size": 1}, "weight_map": named}))
    here, there = str(folder / "split.weights.json"), server.address("ranges", "split.weights.json")
    status, said = output(capsys, "list", "--format", "json", here)
    assert (status, len(json.loads(said)["weights"])) == (0, 2)
    server.asked.clear()
    assert output(capsys, "list", "--format", "json", there) == (status, said.replace(here, there))
    assert len(server.asked) == 3
    pages = server.address("pages", "split.weights.json")
    assert output(capsys, "list", "--format", "json", pages) == (status, said.replace(here, pages))
    for number in (1, 0):
        (folder / f"split_{number:05}.weights.h5").unlink()
        with pytest.raises(DamagedFile, match=f"split_{number:05}"):
            open_model(there)


@pytest.mark.parametrize(
    ("behaviour", "name"),
    [
        ("ranges", "small_cnn.keras"),
        ("ranges", LARGE),
        ("whole", "small_cnn.keras"),
        ("whole", LARGE),
        ("busy", "small_cnn.keras"),
        ("busy", LARGE),
        ("gzip", "small_cnn.keras"),
        ("packed", LARGE),
        ("lengthless", "small_cnn.keras"),
        ("lengthless", LARGE),
        ("parts", "small_cnn.keras"),
    ],
)
def test_servers_that_get_a_file_through(server: Server, behaviour: str, name: str) -> None:
    """Without ranges all of it is fetched; what is busy is asked again."""
    with open_model(server.address(behaviour, name)) as model, open_model(server.folder / name) as here:
        assert [weight[...].tobytes() for weight in model.weights[:4]] == [
            weight[...].tobytes() for weight in here.weights[:4]
        ]


FAILURES = {
    "401": (NotAModel, "wants credentials"),
    "403": (NotAModel, "may not be read with these credentials"),
    "404": (NotAModel, "does not exist"),
    "410": (NotAModel, "does not exist"),
    "204": (NotAModel, "gives no file: its server answers 204"),
    "300": (NotAModel, "gives no file: its server answers 300"),
    "302": (NotAModel, "gives no file: its server answers 302"),
    "304": (NotAModel, "gives no file: its server answers 304"),
    "416": (NotAModel, "gives no file: its server answers 416"),
    "500": (FailedRead, "its server answers 500"),
    "circle": (NotAModel, "leads from one address to the next"),
    "page": (NotAModel, "is a web page"),
    "astray": (NotAModel, "redirects to an address that is not followed"),
    "babble": (FailedRead, "what answers there does not keep to HTTP"),
    "long": (FailedRead, "gave more than the"),
    "other": (FailedRead, r"gave bytes 10 to [\d,]+ where 0 to"),
    "badgzip": (FailedRead, "sends it compressed, and that is damaged"),
    "short": (FailedRead, "the connection was cut"),
    "hangs": (FailedRead, "does not answer in time"),
    "drips": (FailedRead, "does not answer in time"),
}


@pytest.mark.parametrize("behaviour", FAILURES)
@pytest.mark.usefixtures("impatient")
def test_every_failure_is_one_sentence(server: Server, behaviour: str) -> None:
    """It names the address, comes soon, and says what to do."""
    kind, words = FAILURES[behaviour]
    began = time.monotonic()
    with pytest.raises(kind, match=words) as caught:
        open_model(server.address(behaviour, "small_cnn.keras"))
    assert server.address(behaviour, "small_cnn.keras") in caught.value.message
    assert caught.value.remedy
    assert time.monotonic() - began < 20
    assert run(["summary", server.address(behaviour, "small_cnn.keras")]) == 3


@pytest.mark.usefixtures("impatient")
def test_nothing_listens_there() -> None:
    """A port that nobody has."""
    with pytest.raises(FailedRead, match="cannot be fetched: no server answers at this address"):
        open_model("http://127.0.0.1:9/model.keras")


@pytest.mark.parametrize("behaviour", ["endless", "long"])
def test_a_body_is_not_read_beyond_what_was_asked_for(server: Server, behaviour: str) -> None:
    """A server that sends far more where 256 KiB were asked for gets rid of little, whatever its answer says."""
    with pytest.raises(FailedRead):
        transport.Transport(server.address(behaviour, LARGE)).fetch(0, HEAD)
    assert server.stopped.wait(10)
    assert server.sent < 16 << 20


@pytest.mark.parametrize("name", ["small_cnn.keras", LARGE])
def test_a_compressed_range_is_not_unpacked(server: Server, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may be a thousand times as long: what is read so is a copy of the whole file, with its limit."""
    monkeypatch.setattr("kerasinspect.containers.remote.opening._MOST_WHOLE", 1 << 10)
    with pytest.raises(RefusedFile, match="takes no ranges"):
        open_model(server.address("gzip", name))


def test_bytes_of_another_place_are_not_believed(server: Server) -> None:
    """Where the first ones were right, too: a cache may give what it has."""
    with pytest.raises(FailedRead, match="where 300,000 to 300,999 were asked for"):
        transport.Transport(server.address("other", LARGE)).fetch(300_000, 301_000)


def test_what_a_server_gives_in_parts_is_put_together(server: Server) -> None:
    """An answer may be shorter than what was asked for, and says so; too many of them are refused."""
    data = (server.folder / LARGE).read_bytes()
    fetching = transport.Transport(server.address("parts", LARGE))
    assert fetching.fetch(0, 1 << 18) == data[: 1 << 18]
    assert fetching.fetch(len(data) - 100_000, len(data)) == data[-100_000:]
    with pytest.raises(FailedRead, match="in 16 answers"):
        fetching.fetch(0, 1 << 20)


@pytest.mark.parametrize("by", ["etag", "date", "size"])
def test_each_answer_is_of_the_same_file(server: Server, by: str) -> None:
    """One that says otherwise is not mixed with those before, long before anybody looks again."""
    server.told = by
    copy = server.folder / "replaced.weights.h5"
    shutil.copy(server.folder / LARGE, copy)
    with open_model(server.address("ranges", copy.name)) as model:
        if by == "size":
            with copy.open("ab") as file:
                file.write(b"more")
        os.utime(copy, (1, 1))
        with pytest.raises(DamagedFile, match="was changed while it was read"):
            model.weights[300][...]


def test_a_server_that_stops_to_give_ranges(server: Server) -> None:
    """Is one sentence, whatever was read before."""
    with open_model(server.address("ranges", LARGE)) as model:
        server.rangeless = True
        with pytest.raises(FailedRead, match="gives no ranges of it"):
            model.weights[300][...]


def test_an_empty_file_is_empty(server: Server) -> None:
    """Where its server says so, in either way."""
    (server.folder / "empty.keras").touch()
    for behaviour in ("ranges", "whole"):
        with pytest.raises(NotAModel, match=r"is empty: 0 bytes"):
            open_model(server.address(behaviour, "empty.keras"))


def test_a_whole_file_has_a_limit(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a server takes no ranges, not everything fits."""
    monkeypatch.setattr("kerasinspect.containers.remote.opening._MOST_WHOLE", 1 << 20)
    with pytest.raises(RefusedFile, match="takes no ranges"):
        open_model(server.address("whole", LARGE))


def test_a_file_that_changes_meanwhile(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bytes of two files are never mixed, once it is looked again."""
    monkeypatch.setattr(blocks, "_SECONDS_BETWEEN_CHECKS", 0.0)
    copy = server.folder / "changing.weights.h5"
    shutil.copy(server.folder / LARGE, copy)
    with open_model(server.address("ranges", copy.name)) as model:
        os.utime(copy, (1, 1))
        with pytest.raises(DamagedFile, match="was changed while it was read"):
            model.weights[100][...]


def test_credentials_go_to_no_other_host(server: Server, folder: Path) -> None:
    """The password of an address is for its machine, not for where that leads to."""
    with serving(folder) as other:
        server.elsewhere = other.address("ranges", "small_cnn.keras").replace("127.0.0.1", "localhost")
        address = server.address("away", "small_cnn.keras").replace("http://", "http://user:secret@")
        with open_model(address) as model:
            assert "secret" not in model.location
        assert [name for headers in server.headers for name in headers if name.lower() == "authorization"]
        assert not [name for headers in other.headers for name in headers if name.lower() == "authorization"]


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("s3://bucket/model.keras", "s3://bucket/model.keras"),
        ("https://user:secret@host:8080/a/model.keras", "https://host:8080/a/model.keras"),
        ("https://host/model.keras?X-Amz-Signature=abc#part", "https://host/model.keras?…"),
    ],
)
def test_no_secret_of_an_address_is_shown(address: str, shown: str) -> None:
    """Neither a password nor a signature."""
    assert shown_address(address) == shown


def test_files_beside_an_address() -> None:
    """Names are written as addresses write them, and what signs one file signs no other."""
    assert address_beside("https://host/a/model.index?sig=1", "model#.data") == "https://host/a/model%23.data"
    assert address_beside("s3://bucket/a/model.index", "model 1.data") == "s3://bucket/a/model 1.data"


def test_verify_asks_for_a_file(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    """Keras takes an address for a path."""
    assert run(["verify", server.address("ranges", "small_cnn.keras")]) == 2
    assert "Download it and name the file." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("address", "kind", "words"),
    [
        ("ftp://host/model.keras", RequestError, "no kind that is read"),
        ("gs://bucket/model.keras", MissingExtra, "pip install 'gcsfs' 'kerasinspect"),
        ("file:///model.keras", NotAModel, "the address of a file, not its path"),
    ],
)
def test_addresses_that_are_not_read(address: str, kind: type[InspectError], words: str) -> None:
    """Each says what is, or what to install."""
    with pytest.raises(kind) as caught:
        open_model(address)
    assert words in str(caught.value)


def test_a_machine_that_does_not_answer_is_asked_once_what_its_files_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a thousand files there it would be waited for a thousand times before the first is read."""
    asked: list[str] = []

    def silent(self: transport.Transport) -> transport.Description:
        asked.append(self.shown)
        raise FailedRead("It cannot be fetched.", "Try again later.")

    monkeypatch.setattr(transport.Transport, "describe", silent)
    stamps = Stamps()
    for name in ("one.example/a.keras", "one.example/b.keras", "two.example/a.keras"):
        assert stamps.of(f"https://{name}") is None
    assert asked == ["https://one.example/a.keras", "https://two.example/a.keras"]
