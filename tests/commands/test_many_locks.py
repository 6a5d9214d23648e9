"""Tests of locks of many models in a folder, and of ``check`` with such a folder."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from kerasinspect.checking.contracts import lock_folders
from kerasinspect.checking.contracts.lock_folders import LockFolder
from kerasinspect.checking.contracts.locks import parse_lock
from kerasinspect.commands.cli import run
from kerasinspect.commands.lock import lock
from kerasinspect.errors import RequestError
from tests.makers.plain_models import keras_archive
from tests.places import SAMPLES

if TYPE_CHECKING:
    from kerasinspect.checking.contracts.contract import Contract
    from kerasinspect.json_values import Json

ONE, TWO = str(Path("exports/one.keras")), str(Path("exports/deep/two.keras"))


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with two models, one of them in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "exports/deep").mkdir(parents=True)
    shutil.copy(SAMPLES / "question_network.keras", tmp_path / "exports/one.keras")
    shutil.copy(SAMPLES / "recurrent.keras", tmp_path / "exports/deep/two.keras")
    return tmp_path


def check_codes(capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, dict[str, set[str]]]:
    """The exit status of a check of all exports against the locks, and the codes of findings by file."""
    capsys.readouterr()
    status = run(["check", "exports", "--against", "locks", "--select", "KI6", "--format", "json", *options])
    models = json.loads(capsys.readouterr().out)["models"]
    found = {one["location"]: {finding["code"] for finding in one["findings"]} for one in models}
    return status, found


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_each_model_is_held_to_its_own_lock(jobs: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Locks lie under the paths of their models, which keep to them until one of them is another model."""
    assert run(["lock", "exports", "-o", "locks/", "--hash", "--jobs", jobs]) == 0
    assert capsys.readouterr().err == "kerasinspect: note: 2 locks written to locks/.\n"
    assert {*folder.rglob("locks/**/*.json")} == {
        folder / "locks/exports/one.keras.lock.json",
        folder / "locks/exports/deep/two.keras.lock.json",
    }
    assert check_codes(capsys, "--jobs", jobs) == (0, {ONE: set(), TWO: set()})
    assert run(["check", ONE, "--against", "locks", "--select", "KI6", "--jobs", jobs]) == 0
    assert f"\ncompared with the locks in locks{os.sep}\n" in capsys.readouterr().out
    shutil.copy(SAMPLES / "small_cnn.keras", TWO)
    status, found = check_codes(capsys, "--jobs", jobs)
    assert (status, found[ONE]) == (1, set())
    assert {"KI601", "KI602"} <= found[TWO]


def test_the_lock_of_one_is_that_of_a_file(folder: Path) -> None:
    """What is in the folder is what ``lock`` writes of each model alone."""
    assert run(["lock", "exports/one.keras", "-o", "alone.json"]) == 0
    assert run(["lock", "exports/one.keras", "-o", "locks/"]) == 0
    assert (folder / "locks/exports/one.keras.lock.json").read_bytes() == (folder / "alone.json").read_bytes()


def test_a_model_without_a_lock_is_a_finding(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is told from one that keeps to its lock, and the others are compared."""
    assert run(["lock", "exports/deep", "-o", "locks/"]) == 0
    status, found = check_codes(capsys)
    assert status == 1
    assert found == {ONE: {"KI613"}, TWO: set()}
    assert run(["check", ONE, "--against", "locks", "--select", "KI613"]) == 1
    assert "`kerasinspect lock MODEL -o locks/`" in capsys.readouterr().out
    assert not (folder / "locks/exports/one.keras.lock.json").exists()


def test_a_changed_lock_is_asked_again(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A report that is kept holds for the lock that it was made with, and for the model."""
    assert run(["lock", "exports", "-o", "locks/"]) == 0
    assert check_codes(capsys, "--cache", "kept")[0] == 0
    place = folder / "locks/exports/one.keras.lock.json"
    loosened = json.loads(place.read_text(encoding="utf-8"))
    loosened["parameters"] = {"max": 1}
    place.write_text(json.dumps(loosened), encoding="utf-8")
    assert check_codes(capsys, "--cache", "kept")[1][ONE] == {"KI609"}


def test_a_lock_that_was_edited_stays_and_the_others_are_written(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What a person has loosened is not lost, and the exit status says that it was not written."""
    place = folder / "locks/exports/one.keras.lock.json"
    place.parent.mkdir(parents=True)
    place.write_text('{"mine": true}', encoding="utf-8")
    assert run(["lock", "exports", "-o", "locks"]) == 2
    assert place.read_text(encoding="utf-8") == '{"mine": true}'
    assert (folder / "locks/exports/deep/two.keras.lock.json").exists()
    assert "is there already" in capsys.readouterr().err
    assert run(["lock", "exports", "-o", "locks", "--force"]) == 0


def test_a_model_that_cannot_be_read_has_no_lock(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The others have theirs, and the exit status says so."""
    (folder / "exports/broken.keras").write_bytes(keras_archive()[:300])
    assert run(["lock", "exports", "-o", "locks/"]) == 3
    assert {path.name for path in folder.rglob("*.lock.json")} == {"one.keras.lock.json", "two.keras.lock.json"}
    captured = capsys.readouterr()
    assert "kerasinspect: error: exports" in captured.err
    assert "broken.keras" in captured.err
    assert captured.out == ""


@pytest.mark.parametrize("kept", ["--cache", "--log"])
def test_what_is_kept_parses_a_lock_once(kept: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether it is still the same is told by its bytes, also by those of one that is only written otherwise."""
    run(["lock", "exports", "-o", "locks/"])
    parsed: list[str] = []

    def counted(document: Json, name: str) -> Contract:
        parsed.append(name)
        return parse_lock(document, name)

    monkeypatch.setattr(lock_folders, "parse_lock", counted)
    line = ["check", "exports", "--against", "locks", "--no-config", "--jobs", "1", kept, str(folder / "kept")]
    run(line)
    locks = sorted(str(path.relative_to(folder)) for path in folder.glob("locks/**/*.json"))
    assert sorted(parsed) == locks
    run(line)
    assert sorted(parsed) == locks
    (folder / locks[0]).write_text(f"{(folder / locks[0]).read_text()}\n")
    run(line)
    assert sorted(parsed) == sorted([*locks, locks[0]])


def test_several_models_need_a_folder() -> None:
    """They would be one file after another on standard output."""
    with pytest.raises(RequestError, match=r"2 models, whose locks go into a folder.*-o locks/"):
        CliRunner().invoke(
            lock, ["exports/one.keras", "exports/deep/two.keras"], standalone_mode=False, catch_exceptions=False
        )


@pytest.mark.parametrize(
    ("location", "place"),
    [
        ("exports/one.keras", "exports/one.keras.lock.json"),
        ("./exports/../exports/one.keras", "exports/one.keras.lock.json"),
        ("https://host:8080/a/b.keras?key=1", "host%3A8080/a/b.keras.lock.json"),
        ("s3://bucket/../../a.keras", "bucket/%2E%2E/%2E%2E/a.keras.lock.json"),
        ("s3://bucket/folder/", "bucket/folder.lock.json"),
        ("s3://bucket/a?b#c.keras", "bucket/a%3Fb%23c.keras.lock.json"),
        ("gs://bucket//a.keras", "bucket/%/a.keras.lock.json"),
        ("hf://owner/name@main/a*.keras", "owner/name%40main/a%2A.keras.lock.json"),
        ("s3://bucket/con.x/nul", "bucket/%63on.x/%6Eul.lock.json"),
        ("s3://bucket/\udc80.keras", "bucket/%ED%B2%80.keras.lock.json"),
    ],
)
def test_a_lock_lies_under_the_path_of_its_model(location: str, place: str) -> None:
    """That from the folder around the locks, or of an address from its machine on; none leads out of the folder."""
    assert LockFolder("locks").lock_of(location) == str(Path("locks", place))


def test_no_two_keys_have_one_lock() -> None:
    """Whatever letters they have, and whatever a system would make of these."""
    parts = (
        "",
        ".",
        "..",
        "...",
        "%",
        "%2E",
        "%2e",
        "a",
        "a.",
        "a%2E",
        "?",
        "?a",
        "#",
        ":",
        "*",
        "nul",
        "%6Eul",
        " ",
        "a ",
    )
    keys = [f"s3://bucket/{one}/{other}/x" for one in parts for other in parts]
    places = LockFolder("locks").locks_of(keys)
    assert len({os.path.normpath(place) for place in places}) == len(keys)
    names = {name for place in places for name in Path(place).parts}
    assert not any(set(name) & set('<>:"\\|?*') or name[-1] in ". " for name in names)


@pytest.mark.parametrize(
    ("one", "other"), [("s3://bucket/a.keras", "gs://bucket/a.keras"), ("s3://exports/a.keras", "exports/a.keras")]
)
def test_two_models_with_one_lock_are_refused(one: str, other: str) -> None:
    """Before any is read; one that is named twice has one lock."""
    with pytest.raises(RequestError, match="would have the same lock"):
        LockFolder("locks").locks_of([one, other])
    assert len({*LockFolder("locks").locks_of([one, one])}) == 1


def test_how_many_locks_are_new_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    """Where some were there; where there is none at all, the error has said it."""
    said = []
    for location in ("exports/deep", "exports", "exports"):
        assert run(["lock", location, "-o", "locks/"]) == 0
        said.append(capsys.readouterr().err.removeprefix("kerasinspect: note: "))
    assert said == [
        "1 lock written to locks/.\n",
        "2 locks written to locks/, 1 of them new.\n",
        "2 locks written to locks/, none of them new.\n",
    ]
    assert run(["lock", "exports/none.keras", "-o", "locks/"]) != 0
    assert "written" not in capsys.readouterr().err


@pytest.mark.parametrize("location", ["../outside.keras", "-"])
def test_what_has_no_path_from_there_is_refused(location: str) -> None:
    """A lock of it could be that of another model."""
    with pytest.raises(RequestError):
        LockFolder("locks").lock_of(location)
