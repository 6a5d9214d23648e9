"""Models in S3, of which a server here plays the part: the same as on this machine, folders and patterns among them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from kerasinspect import open_model
from kerasinspect.commands.cli import run
from kerasinspect.containers.remote.transport import Transport
from kerasinspect.errors import DamagedFile, NotAModel, RequestError
from kerasinspect.formats.locating.addresses import models_at
from kerasinspect.formats.locating.folder_search import Location
from kerasinspect.formats.locating.locations import find_models
from kerasinspect.limits import DEFAULT
from tests.makers.buckets import BUCKET, object_store
from tests.places import DATA, SAMPLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("store")
pytest.importorskip("moto.server", reason="moto is not installed")
pytest.importorskip("s3fs", reason="s3fs is not installed")

SAVED = "checkpoints/tf.keras-2.4/odd_vars_savedmodel"
NAMES = sorted(path.name for path in SAMPLES.iterdir() if path.suffix in (".keras", ".h5"))


@pytest.fixture(scope="module")
def store() -> Iterator[None]:
    """A bucket with the sample models, some of them in a folder, and a bucket that nobody may read."""
    with object_store() as client:
        for name in NAMES:
            client.upload_file(str(SAMPLES / name), BUCKET, f"exports/{name}")
            client.upload_file(str(SAMPLES / name), BUCKET, f"exports/deeper/{name}")
        client.put_object(Bucket=BUCKET, Key="exports/notes.txt", Body=b"no model")
        yield


@pytest.mark.parametrize("command", ["show", "summary --format json", "list --format csv", "check --no-config"])
def test_a_model_in_a_bucket_is_the_same_as_here(capsys: pytest.CaptureFixture[str], command: str) -> None:
    """But for its place."""
    for name in NAMES:
        here, there = str(SAMPLES / name), f"s3://{BUCKET}/exports/{name}"
        status = run([*command.split(), here])
        expected = capsys.readouterr().out.replace(here, there)
        assert run([*command.split(), there]) == status
        assert capsys.readouterr().out == expected


def test_a_folder_is_searched() -> None:
    """What bears the name of a model is found, at any depth, in an order that stays."""
    found = [location.path for location in find_models([f"s3://{BUCKET}/exports/"])]
    assert sorted(found) == sorted(
        f"s3://{BUCKET}/exports/{below}{name}" for name in NAMES for below in ("", "deeper/")
    )
    assert found == [location.path for location in find_models([f"s3://{BUCKET}/exports/"])]


@pytest.mark.parametrize(
    ("pattern", "fits"),
    [
        ("exports/*.keras", lambda key: key.count("/") == 1 and key.endswith(".keras")),
        ("exports/**/*.keras", lambda key: key.endswith(".keras")),
        ("*/small_cnn.keras", lambda key: key == "exports/small_cnn.keras"),
        ("**/[q-s]*.h5", lambda key: key.rpartition("/")[2][0] in "qrs" and key.endswith(".h5")),
        ("exports/??????_?nn.keras", lambda _: False),
    ],
)
def test_a_pattern_is_held_against_names(pattern: str, fits: Callable[[str], bool]) -> None:
    """As in a shell: a star stands for no slash, two of them for any folders."""
    keys = [f"exports/{below}{name}" for name in NAMES for below in ("", "deeper/")]
    expected = {f"s3://{BUCKET}/{key}" for key in keys if fits(key)}
    if expected:
        assert {location.path for location in find_models([f"s3://{BUCKET}/{pattern}"])} == expected
    else:
        with pytest.raises(RequestError, match="No file fits the pattern"):
            find_models([f"s3://{BUCKET}/{pattern}"])


def test_many_files_of_a_bucket_are_checked(capsys: pytest.CaptureFixture[str]) -> None:
    """In several processes, each of which finds its credentials."""
    run(["check", "--no-config", "--format", "json", "--jobs", "2", f"s3://{BUCKET}/exports/"])
    models = json.loads(capsys.readouterr().out)["models"]
    assert len(models) == 2 * len(NAMES)
    assert not [model for model in models if model["error"]]


def test_what_is_known_of_a_bucket_is_not_fetched_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As long as the store says that it is the same."""
    line = ["check", "--no-config", "--format", "json", "--cache", str(tmp_path), f"s3://{BUCKET}/exports/"]
    run(line)
    first = capsys.readouterr().out
    monkeypatch.setattr(Transport, "fetch", lambda *_: pytest.fail("something is fetched"))
    run(line)
    assert capsys.readouterr().out == first


@pytest.mark.parametrize(
    ("address", "said"),
    [
        (f"s3://{BUCKET}/none.keras", "does not exist (404)"),
        ("s3://no-such-bucket/a.keras", "does not exist (404)"),
        ("s3://no-such-bucket/", "does not exist (404)"),
    ],
)
def test_what_is_not_there_is_said(capsys: pytest.CaptureFixture[str], address: str, said: str) -> None:
    """In one sentence."""
    assert run(["check", "--no-config", address]) == 3
    assert said in "".join(capsys.readouterr())


def test_a_listing_has_a_limit() -> None:
    """Which is said."""
    from kerasinspect.late.dataclasses import replace

    (location,) = find_models([f"s3://{BUCKET}/exports/"], replace(DEFAULT, folder_entries=3))
    assert "folder_entries" in location.error


@pytest.fixture
def odd() -> Iterator[None]:
    """Keys that no file system has."""
    import boto3

    client, data = boto3.client("s3"), (SAMPLES / "small_cnn.keras").read_bytes()
    saved = (DATA / SAVED / "saved_model.pb").read_bytes()
    keys = {f"odd/{name}": data for name in ("a.keras", "/a.keras", "//a.keras", "x//a.keras")}
    keys |= {"odd/sm": b"", "odd/sm/": b"", "odd/sm/saved_model.pb": saved, "odd/sm//saved_model.pb": saved}
    keys |= {"odd/empty.keras": b"", "lone//a.keras": data}
    for key, body in keys.items():
        client.put_object(Bucket=BUCKET, Key=key, Body=body)
    yield
    for key in keys:
        client.delete_object(Bucket=BUCKET, Key=key)


@pytest.mark.usefixtures("odd")
def test_folders_without_a_name_are_folders() -> None:
    """Each model in them is found once, and at an address that leads to it."""
    found = [location.path for location in find_models([f"s3://{BUCKET}/odd/"])]
    names = ("a.keras", "/a.keras", "//a.keras", "x//a.keras", "sm", "sm//", "empty.keras")
    assert sorted(found) == sorted(f"s3://{BUCKET}/odd/{name}" for name in names)
    for address in found:
        if address.endswith("a.keras"):
            with open_model(address) as model:
                assert model.location == address
    assert find_models([f"s3://{BUCKET}/lone"]) == (Location(f"s3://{BUCKET}/lone//a.keras"),)


@pytest.mark.usefixtures("odd")
def test_an_empty_object_is_empty() -> None:
    """Which is not what a folder of its name is."""
    with pytest.raises(NotAModel, match="is empty: 0 bytes"):
        open_model(f"s3://{BUCKET}/odd/empty.keras")
    with pytest.raises(DamagedFile, match=r"has no variables/variables\.index"):
        open_model(f"s3://{BUCKET}/odd/sm")


def test_an_object_that_is_replaced_meanwhile(tmp_path: Path) -> None:
    """The store says so with the next range of it."""
    import boto3
    import h5py
    import numpy as np

    client, path = boto3.client("s3"), tmp_path / "large.weights.h5"
    for number in range(2):
        with h5py.File(path, "w") as file:
            for layer in range(2):
                file[f"layers/dense{'_1' * layer}/vars/0"] = np.full((500, 500), number, "float32")
        client.upload_file(str(path), BUCKET, "replaced.weights.h5")
        if not number:
            model = open_model(f"s3://{BUCKET}/replaced.weights.h5")
    with model, pytest.raises(DamagedFile, match="was changed while it was read"):
        [weight[...] for weight in model.weights]
    client.delete_object(Bucket=BUCKET, Key="replaced.weights.h5")


def test_web_servers_list_nothing() -> None:
    """What is named is what is asked for."""
    address = "https://models.example.org/exports/"
    assert models_at(address, DEFAULT) == [Location(address)]
