"""Unpacked archives and sharded weights: what lies in their folders is read once, or is said."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from kerasinspect import open_model, platforms
from kerasinspect.checking.request import check
from kerasinspect.containers.hdf5.walk import read_hdf5
from kerasinspect.containers.stored import Group
from kerasinspect.errors import DamagedFile, NotAModel, RefusedFile
from kerasinspect.formats.sharded import in_index_order
from kerasinspect.limits import DEFAULT
from kerasinspect.opening import open_with_container
from tests.makers.plain_models import archive_tree, hdf5, parts
from tests.makers.special_files import ODD, forbidden

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kerasinspect.containers.sources import Source
    from kerasinspect.containers.stored import Tree
    from kerasinspect.formats.contents import Container
    from kerasinspect.limits import Limits


@pytest.fixture
def unpacked(tmp_path: Path) -> Path:
    """An archive's members as files in a folder, with an asset."""
    folder = tmp_path / "model"
    (folder / "assets" / "layers").mkdir(parents=True)
    (folder / "assets" / "layers" / "vocabulary.txt").write_text("words")
    for part in parts():
        (folder / part.name.decode()).write_bytes(part.data)
    return folder


def container_of(folder: Path) -> Container:
    """What is told of the files that a model was read from."""
    model, container = open_with_container(folder)
    model.close()
    return container


def test_the_size_of_a_folder_is_that_of_the_model_in_it(unpacked: Path) -> None:
    """Whatever else lies there, and however many."""
    expected = sum(path.stat().st_size for path in unpacked.rglob("*") if path.is_file())
    for number in range(20):
        (unpacked / f"notes{number}").write_text("no part of it")
    assert container_of(unpacked).nbytes == expected
    assert check(unpacked).exit_status == 0


@pytest.mark.parametrize(("make", "said"), ODD.values(), ids=list(ODD))
def test_an_asset_that_is_no_file_is_damage(unpacked: Path, make: Callable[[Path], Path], said: str) -> None:
    """The rest of the model is read."""
    make(unpacked / "assets" / "odd")
    with open_model(unpacked) as model:
        damage = "".join(model.damage)
    assert said in damage or said == "folder"
    assert check(unpacked).exit_status == (0 if said == "folder" else 3)


def test_assets_that_may_not_be_listed_are_damage(unpacked: Path) -> None:
    """Nobody knows what is among them."""
    with forbidden(unpacked / "assets" / "layers", 0), open_model(unpacked) as model:
        assert "may not be read" in "".join(model.damage)


def test_links_of_a_download_cache_are_followed_among_assets(unpacked: Path) -> None:
    """It keeps contents by hash, and a model in it consists of links."""
    blobs, snapshot = unpacked.parent / "blobs", unpacked.parent / "snapshots" / "1"
    blobs.mkdir()
    for number, path in enumerate(sorted(unpacked.rglob("*"))):
        if path.is_file():
            content = blobs / f"{number:064x}"
            path.rename(content)
            link = snapshot / path.relative_to(unpacked)
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(os.path.relpath(content, link.parent))
    with open_model(snapshot) as model:
        assert not model.damage
    assert container_of(snapshot).nbytes == sum(path.stat().st_size for path in blobs.iterdir())


def test_more_assets_than_an_archive_may_have_are_refused(unpacked: Path) -> None:
    """As there."""
    for number in range(20):
        (unpacked / "assets" / f"{number}").touch()
    for limit, allowed in (("archive_members", 10), ("folder_entries", 3), ("json_bytes", 10)):
        with pytest.raises(RefusedFile, match=f"limit {limit}"):
            open_model(unpacked, replace(DEFAULT, **{limit: allowed}))


def test_a_config_without_weights_is_damaged(unpacked: Path) -> None:
    """As in an archive; one of something else is no model."""
    (unpacked / "model.weights.h5").unlink()
    with open_model(unpacked) as model:
        assert model.config
        assert model.damage == (f"{unpacked} has no model.weights.h5.",)
    (unpacked / "config.json").write_text("{}")
    with pytest.raises(NotAModel, match=r"without a model\.weights\.h5"):
        open_model(unpacked)


def shards(folder: Path, *numbers: int, named: object) -> Path:
    """Files of weights, all with the same arrays, and an index that names what it is told to."""
    for number in numbers:
        (folder / f"m_{number:05}.weights.h5").write_bytes(hdf5(archive_tree))
    index = folder / "m.weights.json"
    index.write_text(json.dumps({"metadata": {}, "weight_map": {"/layers/dense/vars": named}}))
    return index


@pytest.mark.parametrize("link", ["symlink_to", "hardlink_to"])
def test_a_shard_with_many_names_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, link: str) -> None:
    """However many lead to it."""
    names = [f"m_{number:05}.weights.h5" for number in range(100)]
    index = shards(tmp_path, 0, named=names)
    target = names[0] if link == "symlink_to" else tmp_path / names[0]
    for name in names[1:]:
        getattr(tmp_path / name, link)(target)
    read: list[str] = []

    def counted(source: Source, limits: Limits) -> Tree:
        """Read one, and remember which."""
        read.append(source.path)
        return read_hdf5(source, limits)

    monkeypatch.setattr("kerasinspect.formats.sharded.read_hdf5", counted)
    with open_model(index) as model:
        assert len(model.weights) == 6
        assert f"The shard {names[1]} is the same file as {names[0]}." in map(str, model.remarks)
    assert read == [str(tmp_path / names[0])]


@pytest.mark.parametrize("named", [["m_00000.weights.h5"], ["m_00001.weights.h5"], ["m_00002.weights.h5"]])
def test_shards_that_are_numbered_without_a_gap_are_read_whichever_is_named(tmp_path: Path, named: list[str]) -> None:
    """A release of Keras forgets some."""
    with open_model(shards(tmp_path, 0, 1, 2, named=named)) as model:
        assert sum(remark.kind == "array-in-two-shards" for remark in model.remarks) >= 6


@pytest.mark.parametrize(("make", "said"), ODD.values(), ids=list(ODD))
@pytest.mark.parametrize("is_named", [True, False], ids=["named", "numbered"])
def test_a_shard_that_is_no_file_is_damage(
    tmp_path: Path, make: Callable[[Path], Path], said: str, *, is_named: bool
) -> None:
    """Whether the index names it or it only has the next number."""
    names = ["m_00000.weights.h5", "m_00001.weights.h5"]
    index = shards(tmp_path, 0, named=names if is_named else names[:1])
    make(tmp_path / names[1])
    with pytest.raises((DamagedFile, RefusedFile), match=said):
        open_model(index)


def test_an_index_of_too_many_shards_is_refused_before_they_are_looked_at(tmp_path: Path) -> None:
    """Whether it names them or they lie there."""
    few = replace(DEFAULT, shards=3)
    for index in (shards(tmp_path, named=[f"{number}" for number in range(9)]), shards(tmp_path, *range(9), named="x")):
        with pytest.raises(RefusedFile, match="limit shards"):
            open_model(index, few)


def test_a_shard_with_the_name_of_a_device_is_not_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On Windows, where even that may wait."""
    index = shards(tmp_path, named="NUL")
    monkeypatch.setattr(platforms, "WINDOWS", True)
    with pytest.raises(DamagedFile, match="the name of a device"):
        open_model(index)


def test_groups_are_put_in_order_in_one_pass() -> None:
    """That of the index, at every depth."""
    root = Group("/")
    for name in "abc":
        group = root.groups[name] = Group(f"/{name}")
        for inner in "xy":
            group.groups[inner] = Group(f"/{name}/{inner}")
    places = dict.fromkeys(("/b/y", "/a/x", "/a/y"))
    paths = [group.path for group in in_index_order(root, places).walk()]
    assert paths == ["/", "/b", "/b/y", "/b/x", "/a", "/a/x", "/a/y", "/c", "/c/x", "/c/y"]
