"""What a command line means: no model and nothing in a model's place is left out, whatever else lies beside it."""

from __future__ import annotations

import json
import os
import stat
from contextlib import chdir
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from kerasinspect import platforms
from kerasinspect.checking.request import check
from kerasinspect.containers.sources import leads_out_of
from kerasinspect.errors import RequestError
from kerasinspect.formats.locating.folder_search import Location, search
from kerasinspect.formats.locating.locations import find_models
from kerasinspect.limits import DEFAULT, Limits, Tally
from tests.makers.plain_models import archive_tree, config, hdf5, keras_archive, parts
from tests.makers.special_files import ODD, deep_folder, forbidden, linked, make_links

if TYPE_CHECKING:
    from collections.abc import Callable

CODE = {"class_name": "Lambda", "config": {"name": "first", "function": {"class_name": "__lambda__", "config": {}}}}
"""A layer whose config says that it has code, and holds none."""

without_links = pytest.mark.skipif(not hasattr(os, "symlink"), reason="this system has no links")


def unpacked(folder: Path) -> Path:
    """An archive's members as files in a folder."""
    folder.mkdir(parents=True)
    for part in parts():
        (folder / part.name.decode()).write_bytes(part.data)
    return folder


def errors(*names: Path | str) -> dict[str, str | None]:
    """Why each model that these names mean cannot be read as a whole; None where it can."""
    return {model.location: (model.unread or (None,))[0] for model in check(*map(str, names)).models}


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """A folder with a sound model, and an unpacked one in a folder of its own."""
    (tmp_path / "sound.keras").write_bytes(keras_archive())
    unpacked(tmp_path / "unpacked")
    return tmp_path


@pytest.mark.parametrize(("make", "said"), ODD.values(), ids=list(ODD))
@pytest.mark.parametrize("part", ["config.json", "metadata.json", "model.weights.h5"])
def test_a_part_of_a_model_that_is_no_file_is_never_a_part_that_is_not_there(
    models: Path, part: str, make: Callable[[Path], Path], said: str
) -> None:
    """By itself and in a folder that is searched: it is unreadable, for that reason, and all others are read."""
    folder = models / "unpacked"
    (folder / part).unlink()
    make(folder / part)
    alone, beside = errors(folder), errors(models)
    assert said in (alone[str(folder)] or "")
    assert part in (alone[str(folder)] or "")
    assert beside.pop(str(models / "sound.keras")) is None
    assert beside == alone
    assert check(models).exit_status == 3


@pytest.mark.parametrize("part", ["config.json", "metadata.json", "model.weights.h5"])
def test_a_part_of_a_model_that_may_not_be_read_is_said(models: Path, part: str) -> None:
    """As any other."""
    with forbidden(models / "unpacked" / part, 0):
        assert "may not be read" in (errors(models)[str(models / "unpacked")] or "")


@pytest.mark.parametrize(("make", "said"), ODD.values(), ids=list(ODD))
@pytest.mark.parametrize("name", ["bad.keras", "bad.weights.h5", "BAD.H5", "bad.weights.json"])
def test_what_bears_the_name_of_a_model_is_not_left_out(
    models: Path, name: str, make: Callable[[Path], Path], said: str
) -> None:
    """It has a report of its own that says what it is, and ends nothing for the other models."""
    path = make(models / name)
    found = errors(models)
    assert said in (found.pop(str(path)) or "")
    assert found == {str(models / "sound.keras"): None, str(models / "unpacked"): None}


@pytest.mark.parametrize("mode", [0o000, 0o300, 0o400])
def test_a_folder_that_may_not_be_listed_or_searched_is_said(models: Path, mode: int) -> None:
    """Nobody knows what is in it."""
    with forbidden(models / "unpacked", mode):
        assert "may not be read" in (errors(models)[str(models / "unpacked")] or "")
        assert "may not be read" in (errors(models / "unpacked")[str(models / "unpacked")] or "")
        assert all("may not be read" in (said or "") for said in errors(models / "un*" / "*").values())


def test_a_folder_that_goes_while_it_is_listed_is_said(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was in it is not known; the same where the system cannot say what a name is."""
    real = os.scandir

    def scandir(path: str) -> Any:  # noqa: ANN401 - as the real one
        """List all folders but one."""
        if "unpacked" in path:
            raise FileNotFoundError(2, "No such file or directory", path)
        return real(path)

    with monkeypatch.context() as patch:
        patch.setattr(os, "scandir", scandir)
        assert "unpacked" in (errors(models)[str(models / "unpacked")] or "")


@without_links
def test_links_to_folders_are_said_where_they_lead_out(models: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Those that lead to what is searched anyway are not, nor those that lead nowhere."""
    outside = tmp_path_factory.mktemp("outside")
    for name, target in {"here": ".", "again": "unpacked", "around": "around", "none": "none/at/all"}.items():
        (models / name).symlink_to(target)
    assert check(models).exit_status == 0
    for name in ("out", "also"):
        (models / name).symlink_to(outside)
    found = errors(models)
    assert found.pop(str(models / "sound.keras")) is None
    assert len(found) == 2, "two links to one folder are one"
    assert any("is a link to a folder out of" in (said or "") for said in found.values())


@without_links
def test_links_to_models_are_followed_inside_the_folder_that_is_searched(models: Path) -> None:
    """And into a download cache, which keeps contents by hash; nowhere else."""
    (models / "latest.keras").symlink_to("sound.keras")
    (models / "unpacked" / "other.keras").symlink_to("../sound.keras")
    assert check(models).exit_status == 0
    assert "link out" in (errors(models / "unpacked")[str(models / "unpacked" / "other.keras")] or "")
    content = models / "cache" / "blobs" / ("0" * 64)
    content.parent.mkdir(parents=True)
    content.write_bytes(keras_archive())
    for folder in (models / "cache/snapshots/1", models / "cache/snapshots/1/below/it"):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "model.keras").symlink_to(content)
        assert not leads_out_of(folder, folder / "model.keras")
        assert errors(folder)[str(folder / "model.keras")] is None


def test_a_model_in_a_folder_hides_nothing_beside_it(models: Path) -> None:
    """Whatever lies in the folder of a model, or below it, and is named as one is judged too."""
    for name in ("other.keras", "below/other.keras"):
        (models / "unpacked" / name).parent.mkdir(exist_ok=True)
        (models / "unpacked" / name).write_bytes(keras_archive())
    folder = models / "unpacked"
    assert [*errors(folder)] == [str(folder), str(folder / "below/other.keras"), str(folder / "other.keras")]


@pytest.mark.parametrize("weights", ["model.weights.json", "model.weights.npz", "other.weights.json", None])
def test_a_config_is_judged_whatever_the_weights_beside_it_are(tmp_path: Path, weights: str | None) -> None:
    """Keras makes what it says before it looks at them."""
    folder = unpacked(tmp_path / "sub" / "model")
    (folder / "config.json").write_text(json.dumps(config(CODE)))
    (folder / "metadata.json").unlink()
    (folder / "model.weights.h5").rename(folder / "m_00000.weights.h5")
    if weights and weights.endswith(".json"):
        index = {"weight_map": {"/layers/dense/vars": "m_00000.weights.h5"}}
        (folder / weights).write_text(json.dumps(index))
    elif weights:
        (folder / weights).write_bytes(b"PK\5\6" + bytes(18))
    reports = {model.location: model for model in check(tmp_path).models}
    assert "KI501" in [finding.code for finding in reports[str(folder)].findings]


@pytest.mark.parametrize("text", ['{"model_type": "bert"}', "[]", "// no JSON", "{}"])
@pytest.mark.parametrize("name", ["config.json", "Config.json"])
def test_a_config_of_something_else_is_no_model(models: Path, name: str, text: str) -> None:
    """Many programs keep a file of that name."""
    (models / "other").mkdir()
    (models / "other" / name).write_text(text)
    assert str(models / "other") not in errors(models)


def test_shards_that_no_index_reads_are_judged_by_themselves(tmp_path: Path) -> None:
    """Those that it reads count as one with it."""
    for number in (0, 1, 3):
        (tmp_path / f"m_{number:05}.weights.h5").write_bytes(hdf5(archive_tree))
    index = {"weight_map": {"/layers/dense/vars": "m_00001.weights.h5"}}
    (tmp_path / "m.weights.json").write_text(json.dumps(index))
    assert [Path(name).name for name in errors(tmp_path)] == ["m.weights.json", "m_00003.weights.h5"]


def test_names_may_hold_anything(tmp_path: Path) -> None:
    """Line breaks, bytes that are no text, and names that differ in their case alone."""
    names = [b"a\nb.keras", b"\xff.keras", b"Same.keras", b"same.keras", b"[a].keras", "é.keras".encode()]
    try:
        for name in names:
            Path(os.fsdecode(os.path.join(os.fsencode(tmp_path), name))).write_bytes(keras_archive())  # noqa: PTH118
    except OSError:
        pytest.skip("this system takes no such names")
    if len(set(tmp_path.iterdir())) < len(names):
        pytest.skip("this system takes names that differ in their case for one")
    for pattern in (tmp_path, tmp_path / "*", tmp_path / "**"):
        found = errors(pattern)
        assert len(found) == len(names)
        assert not any(found.values())


def test_a_folder_deeper_than_a_path_may_be_is_said(tmp_path: Path) -> None:
    """Each folder costs once, and the first that cannot be listed is named."""
    (tmp_path / "sound.keras").write_bytes(keras_archive())
    with deep_folder(tmp_path, 1_100):
        for name in (tmp_path, tmp_path / "**" / "*.keras", f"{tmp_path}{'/*' * 1_500}"):
            found = errors(name)
            assert [said for said in found.values() if said and "cannot be opened" in said]
        assert found.get(str(tmp_path / "sound.keras")) is None


def test_a_working_folder_that_is_gone_holds_nothing(tmp_path: Path) -> None:
    """Names in it do not exist, and links cannot be followed from it."""
    gone = tmp_path / "gone"
    gone.mkdir()
    with chdir(gone):
        gone.rmdir()
        for name in (".", "*.keras"):
            with pytest.raises(RequestError):
                find_models([name])
        assert "does not exist" in (errors("model.keras")["model.keras"] or "")
        assert not leads_out_of(Path(), Path("model.keras"))


LIMITS: dict[str, Callable[[Path], str]] = {
    "folder_entries": str,
    "found_models": str,
    "pattern_characters": lambda folder: f"{folder}/{'*' * 20}.keras",
}


@pytest.mark.parametrize(("limit", "name"), LIMITS.items(), ids=list(LIMITS))
@pytest.mark.parametrize("pattern", ["", "/*", "/**/*"])
def test_more_than_a_limit_is_refused_by_its_name(
    models: Path, limit: str, name: Callable[[Path], str], pattern: str
) -> None:
    """For what passes it; others that are named are read."""
    asked = name(models) + pattern
    small = replace(DEFAULT, **{limit: 1})
    (location,) = find_models([asked], small)
    assert location.path == asked
    assert f"exceeds the limit {limit}: " in location.error
    sound = str(models / "sound.keras")
    assert find_models([asked, sound], small) == (location, Location(sound))


def work(monkeypatch: pytest.MonkeyPatch, name: str) -> int:
    """Steps that it takes to find what a name means."""
    tallies: list[Tally] = []
    add = Tally.add

    def counted(self: Tally, count: int = 1) -> None:
        """Count, and remember who counted."""
        tallies.append(self)
        add(self, count)

    with monkeypatch.context() as patch:
        patch.setattr(Tally, "add", counted)
        find_models([name], Limits())
    return sum({id(tally): tally.used for tally in tallies}.values())


GROWING: dict[str, tuple[Callable[[Path, int], None], str]] = {
    "files": (lambda top, number: (top / f"f{number}").touch(), ""),
    "models": (lambda top, number: (top / f"f{number}.keras").touch(), ""),
    "folders": (lambda top, number: (top / f"f{number}").mkdir(), ""),
    "links to here": (lambda top, number: (top / f"f{number}").symlink_to("."), ""),
    "files for a pattern": (lambda top, number: (top / f"f{number}").touch(), "/**/*.keras"),
    "links for a pattern": (lambda top, number: (top / f"f{number}").symlink_to("."), "/**/*.keras"),
    "links for patterns": (lambda top, number: (top / f"f{number}").symlink_to("."), "/**/**/**/**/*.keras"),
    "shards": (lambda top, number: (top / f"m_{number:05}.weights.h5").touch(), ""),
}


@pytest.mark.parametrize(("make", "pattern"), GROWING.values(), ids=list(GROWING))
def test_twice_as_much_takes_twice_the_steps(
    models: Path, monkeypatch: pytest.MonkeyPatch, make: Callable[[Path, int], None], pattern: str
) -> None:
    """Whatever there is more of."""
    (models / "m.weights.json").write_text("{}")
    before = work(monkeypatch, f"{models}{pattern}")
    added = []
    for start in (0, 100, 200):
        for number in range(start, start + 100):
            make(models, number)
        added.append(work(monkeypatch, f"{models}{pattern}"))
    assert added[1] - added[0] == added[2] - added[1]
    assert added[0] - before == pytest.approx(added[1] - added[0], abs=2)


@without_links
def test_two_links_to_their_folder_lead_nowhere_new(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where ``*`` stands for them each time, the ways are as many as asked for, and are refused."""
    for name in ("a", "b"):
        (models / name).symlink_to(".")
    for pattern in ("/**/*.keras", "/**/**/**/**/*.keras"):
        assert work(monkeypatch, f"{models}{pattern}") < 100
        assert [*errors(f"{models}{pattern}")] == [str(models / "sound.keras")]
    (found,) = find_models([f"{models}{'/*' * 60}/*.keras"], Limits(folder_entries=2_000))
    assert "exceeds the limit folder_entries" in found.error


def test_a_junction_of_windows_is_a_link(monkeypatch: pytest.MonkeyPatch) -> None:
    """It stands for another folder."""
    junction = cast("os.stat_result", SimpleNamespace(st_mode=stat.S_IFDIR, st_reparse_tag=platforms.JUNCTION))
    monkeypatch.setattr(platforms, "WINDOWS", False)
    assert not platforms.leads_elsewhere(junction)
    monkeypatch.setattr(platforms, "WINDOWS", True)
    assert platforms.leads_elsewhere(junction)


@without_links
def test_a_chain_of_links_is_followed_as_far_as_the_system_does(tmp_path: Path) -> None:
    """However long it is, it is no reason to end."""
    make_links(tmp_path / "far.keras", 1_500)
    linked("far.keras")(tmp_path / "farther")
    (location,) = search(str(tmp_path), DEFAULT)
    assert "cannot be opened" in location.error


def test_a_file_is_one_however_its_folder_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first of its names is shown; another entry of the folder is another model, be it a link."""
    monkeypatch.chdir(tmp_path)
    Path("runs").mkdir()
    for name in ("one.keras", "other.keras"):
        Path("runs", name).touch()
    absolute = str(tmp_path / "runs" / "one.keras")
    found = find_models(["runs/one.keras", "./runs/one.keras", "runs/../runs/one.keras", absolute, "runs/other.keras"])
    assert [location.path for location in found] == ["runs/one.keras", "runs/other.keras"]
    assert [location.path for location in find_models(["-", "./-", "-", "a\0/b"])] == ["-", "./-", "a\0/b"]


def test_a_folder_without_a_model_may_fit_a_pattern(models: Path) -> None:
    """What others hold is found, as on another machine; it is an error where none of them holds any."""
    whole = find_models([f"{models}{os.sep}*"])
    (models / "a_logs").mkdir()
    (models / "a_logs/run.txt").touch()
    assert find_models([f"{models}{os.sep}*"]) == whole
    with pytest.raises(RequestError, match=r"The folder .*a_logs holds no saved model\."):
        find_models([f"{models}{os.sep}a_l*"])
