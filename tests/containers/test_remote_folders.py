"""Models that are folders on other machines: in a bucket, which lists, and on a web server, which does not."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from kerasinspect import open_model
from kerasinspect.checking.fleet.stamps import Stamps
from kerasinspect.commands.cli import run
from kerasinspect.containers.remote import listing
from kerasinspect.containers.remote.transport import Transport
from kerasinspect.containers.remote_folders import RemoteFolder
from kerasinspect.errors import DamagedFile, NotAModel
from kerasinspect.formats.locating.locations import find_models
from kerasinspect.limits import DEFAULT, Tally
from tests.makers.buckets import BUCKET, object_store
from tests.makers.servers import Server, serving
from tests.places import DATA, SAMPLES, SHARED

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

pytest.importorskip("moto.server", reason="moto is not installed")
s3fs = pytest.importorskip("s3fs", reason="s3fs is not installed")
pytest.importorskip("aiohttp", reason="the extra [remote] is not installed")

CHECKPOINTS = DATA / "checkpoints"
SAVED = "tf.keras-2.4/odd_vars_savedmodel"
EXPORT = "keras-3.15.1-export/seq_mlp_export"
SHARDS = "tf-keras-2.16/nested_shards"
ORBAX = "keras-3.15.1-orbax-tensorflow/rnn_orbax"
UNPACKED = "unpacked"
COMMANDS = ("show", "check --no-config --format json")


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Models in folders and in files, and files that are none."""
    tree = tmp_path_factory.mktemp("exports")
    for name in (SAVED, EXPORT, ORBAX):
        shutil.copytree(CHECKPOINTS / name, tree / name)
    for path in (CHECKPOINTS / SHARDS).parent.glob("nested_shards.*"):
        (tree / SHARDS).parent.mkdir(exist_ok=True)
        shutil.copy(path, tree / path.relative_to(CHECKPOINTS))
    with zipfile.ZipFile(SAMPLES / "small_cnn.keras") as archive:
        archive.extractall(tree / UNPACKED)
    asset = tree / UNPACKED / "assets" / "layers" / "lookup" / "vocabulary.txt"
    asset.parent.mkdir(parents=True)
    asset.write_text("one\ntwo\n")
    shutil.copy(SAMPLES / "small_cnn.keras", tree)
    shutil.copy(SAMPLES / "small_cnn.keras", tree / SAVED / "variables" / "part.keras")
    (tree / "odd" / "named.keras").mkdir(parents=True)
    (tree / "odd" / "named.keras" / "readme.txt").write_text("nothing")
    (tree / "odd" / "search.index").write_text("of another program" * 9)
    return tree


@pytest.fixture(scope="module")
def bucket(tree: Path) -> Iterator[str]:
    """The address of the same in a bucket."""
    with object_store() as client:
        for path in sorted(tree.rglob("*")):
            if path.is_file():
                client.upload_file(str(path), BUCKET, f"exports/{path.relative_to(tree).as_posix()}")
        client.put_object(Bucket=BUCKET, Key="exports/marker/", Body=b"")
        yield f"s3://{BUCKET}/exports"


@pytest.fixture
def server(tree: Path) -> Iterator[Server]:
    """A server of the same, which lists nothing."""
    with serving(tree) as server:
        yield server


def said(capsys: pytest.CaptureFixture[str], command: str, place: str) -> tuple[int, str]:
    """The exit status and the output of a command."""
    return run([*command.split(), place]), capsys.readouterr().out


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("name", [SAVED, EXPORT, SHARDS, ORBAX, UNPACKED])
def test_a_folder_in_a_bucket_is_the_same_as_here(
    bucket: str, tree: Path, capsys: pytest.CaptureFixture[str], name: str, command: str
) -> None:
    """But for its place; a checkpoint is named by its prefix."""
    here, there = str(tree / name), f"{bucket}/{name}"
    status, expected = said(capsys, command, here)
    assert (status, expected.replace(here, there)) == said(capsys, command, there)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("name", [SAVED, EXPORT, SHARDS, f"{ORBAX}/1"])
def test_a_folder_of_a_web_server_is_the_same_as_here(
    server: Server, tree: Path, capsys: pytest.CaptureFixture[str], name: str, command: str
) -> None:
    """With the names that such folders have: nothing is listed. Whether it takes ranges makes no difference."""
    here = str(tree / name)
    status, expected = said(capsys, command, here)
    for there in (server.address("ranges", name), server.address("whole", name)):
        assert (status, expected.replace(here, there)) == said(capsys, command, there)


def test_a_slash_says_that_it_is_a_folder(bucket: str, server: Server) -> None:
    """And the place is called as it is without one."""
    for address in (f"{bucket}/{SAVED}", server.address("ranges", SAVED)):
        with open_model(f"{address}/") as model:
            assert (model.location, model.format) == (address, "saved-model")


def test_any_file_of_a_checkpoint_stands_for_it(bucket: str, server: Server) -> None:
    """Its data, its index and its prefix."""
    for top in (bucket, server.address("ranges", "").rstrip("/")):
        for ending in ("", ".index", ".data-00001-of-00003"):
            with open_model(f"{top}/{SHARDS}{ending}") as model:
                assert model.location == f"{top}/{SHARDS}"


def test_assets_are_read_where_a_machine_lists(bucket: str, server: Server, tree: Path) -> None:
    """A web server is asked for names, and which layers have any is in none of them."""
    for place, names in (
        (f"{bucket}/{UNPACKED}", ["assets/layers/lookup/vocabulary.txt"]),
        (server.address("ranges", UNPACKED), []),
    ):
        with open_model(place) as model, open_model(tree / UNPACKED) as here:
            assert [weight.path for weight in model.weights] == [weight.path for weight in here.weights]
        below = RemoteFolder(place, DEFAULT).below("assets", Tally("archive_members", 10, "here"))
        assert [one.name for one in below] == names


def test_a_search_finds_what_one_finds_here(bucket: str, tree: Path) -> None:
    """Folders that are models among files, none of their parts, and folders that only bear a model's name."""
    here = [Path(location.path).relative_to(tree).as_posix() for location in find_models([str(tree)])]
    for written in (bucket, f"{bucket}/"):
        assert [location.path for location in find_models([written])] == [f"{bucket}/{name}" for name in here]
    assert {SAVED, EXPORT, SHARDS, f"{ORBAX}/1", UNPACKED, "small_cnn.keras", "odd/named.keras"} == set(here)


def test_all_in_a_bucket_are_checked_as_here(bucket: str, tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Byte for byte, but for the places."""
    status, expected = said(capsys, "check --no-config --format json --jobs 2", str(tree))
    assert (status, expected.replace(str(tree), bucket)) == said(
        capsys, "check --no-config --format json --jobs 2", f"{bucket}/"
    )


@pytest.mark.parametrize("pattern", ["*/*savedmodel", "*", "**/small*.keras", "tf*/*", "un?acked"])
def test_a_pattern_stands_for_folders_too(bucket: str, tree: Path, pattern: str) -> None:
    """What is found in those that fit is what is found here."""
    here = {Path(location.path).relative_to(tree).as_posix() for location in find_models([f"{tree}/{pattern}"])}
    there = {location.path.removeprefix(f"{bucket}/") for location in find_models([f"{bucket}/{pattern}"])}
    assert there == here


def test_a_folder_of_models_is_none(bucket: str, server: Server) -> None:
    """The message says what is in it, where anybody can."""
    with pytest.raises(NotAModel, match=r"is a folder, not a model: it holds .*small_cnn\.keras"):
        open_model(bucket)
    with pytest.raises(NotAModel, match="none of the files that are in the folder of a model"):
        open_model(server.address("ranges", "odd/named.keras/"))
    with pytest.raises(NotAModel, match=r"does not exist \(404\)"):
        open_model(server.address("ranges", "nothing"))
    with pytest.raises(NotAModel, match="does not exist, or is an empty folder"):
        open_model(f"{bucket}/nothing/")


@pytest.mark.parametrize("behaviour", ["page", "404", "416"])
def test_what_a_server_gives_for_everything_is_no_model(server: Server, behaviour: str) -> None:
    """A page of HTML in the place of every file of a folder is none of them."""
    with pytest.raises(NotAModel, match="none of the files that are in the folder of a model"):
        open_model(server.address(behaviour, f"{SAVED}/"))


def test_a_folder_without_its_arrays_is_damaged(bucket: str, tree: Path, tmp_path: Path) -> None:
    """As it is here: what is not there is said."""
    import boto3

    shutil.copy(tree / SAVED / "saved_model.pb", tmp_path)
    boto3.client("s3").upload_file(str(tmp_path / "saved_model.pb"), BUCKET, "cut/saved_model.pb")
    for place in (tmp_path, f"s3://{BUCKET}/cut"):
        with pytest.raises(DamagedFile, match=r"has no variables/variables\.index"):
            open_model(place)
    assert bucket


def test_what_is_known_of_a_folder_is_not_fetched_again(
    bucket: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As long as the store says the same of every file in it."""
    command = f"check --no-config --format json --cache {tmp_path}"
    first = said(capsys, command, f"{bucket}/{SAVED}")
    assert json.loads(first[1])["models"][0]["format"] == "saved-model"
    monkeypatch.setattr(Transport, "fetch", lambda *_: pytest.fail("something is fetched"))
    assert said(capsys, command, f"{bucket}/{SAVED}") == first


def test_a_stamp_tells_every_file_of_a_folder(bucket: str) -> None:
    """Another one in it is another model."""
    import boto3

    stamps = Stamps()
    before = stamps.of(f"{bucket}/{ORBAX}"), stamps.of(f"{bucket}/{SHARDS}"), stamps.of(f"{bucket}/nothing/a")
    assert before[0]
    assert before[1]
    assert before[2] is None
    client = boto3.client("s3")
    client.put_object(Bucket=BUCKET, Key=f"exports/{ORBAX}/1/more", Body=b"x")
    try:
        assert stamps.of(f"{bucket}/{ORBAX}") != before[0]
        assert stamps.of(f"{bucket}/{SHARDS}") == before[1]
    finally:
        client.delete_object(Bucket=BUCKET, Key=f"exports/{ORBAX}/1/more")


def test_pages_of_a_listing_are_put_together(bucket: str, tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However few names a page has."""
    expected = [location.path for location in find_models([bucket])]
    real = s3fs.S3FileSystem.call_s3
    monkeypatch.setattr(s3fs.S3FileSystem, "call_s3", lambda *given, **named: real(*given, MaxKeys=2, **named))
    assert sorted(listing.files_below(bucket)) == sorted(
        path.relative_to(tree).as_posix() for path in tree.rglob("*") if path.is_file()
    )
    assert [location.path for location in find_models([bucket])] == expected


class _Endless:
    """A store of a million keys, of which none is a model."""

    pages = 0

    def call_s3(self, _: str, **asked: str) -> Mapping[str, Any]:
        """A page of a thousand."""
        number = int(asked.get("ContinuationToken", 0))
        self.pages += 1
        keys = [{"Key": f"exports/{number:04}/{key:03}.txt", "Size": 1} for key in range(1000)]
        return {"Contents": keys, "IsTruncated": number < 999, "NextContinuationToken": str(number + 1)}


def test_a_listing_is_taken_a_page_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next one is asked for once the one before is done with."""
    store = _Endless()
    monkeypatch.setattr(listing, "file_system", lambda *_: (store, "bucket/exports"))
    names = listing.files_below("s3://bucket/exports")
    assert [next(names) for _ in range(1001)][-1] == "0001/000.txt"
    assert store.pages == 2


@pytest.mark.long("several models are read three times by each of four commands")
@pytest.mark.skipif(not (SHARED / "data").is_dir(), reason="the shared files are not beside the repository")
@pytest.mark.parametrize(("folder", "every"), [("versions", 170), ("checkpoints", 75), ("corpus", 34)])
def test_the_same_is_said_of_real_files(folder: str, every: int) -> None:
    """Of some of all that there are; ``measure_remote`` takes all."""
    from tests.measure_remote import COMMANDS as ALL
    from tests.measure_remote import differences

    root = SHARED / "data" / folder
    found = [*differences(root, ALL, every)]
    assert len(found) >= 2 * 2 * len(ALL)
    assert [one for one in found if one] == []
