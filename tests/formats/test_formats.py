"""The ways in which one model may lie on disk: whichever it is, the same weights come out."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from typing import TYPE_CHECKING

import h5py
import numpy as np
import pytest

from kerasinspect.errors import DamagedFile, InspectError, NotAModel, RefusedFile
from kerasinspect.opening import open_model

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kerasinspect.model import Model


def weights_of(model: Model) -> list[tuple[int | None, str, tuple[int, ...], bytes]]:
    """Index, path, shape and bytes of every weight."""
    return [(one.index, one.path, one.shape, one.array[...].tobytes()) for one in model.weights]


def members(path: Path) -> dict[str, bytes]:
    """The members of an archive."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write_archive(path: Path, contents: dict[str, bytes], compression: int = zipfile.ZIP_STORED) -> Path:
    """An archive of these members."""
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, data in contents.items():
            archive.writestr(name, data)
    return path


def unpacked(sample: Path, target: Path) -> Path:
    """The folder that ``zipped=False`` gives."""
    folder = target / "model"
    with zipfile.ZipFile(sample) as archive:
        archive.extractall(folder)
    return folder


def deflated(sample: Path, target: Path) -> Path:
    """The archive as a packer would write it, compressed."""
    return write_archive(target / "deflated.keras", members(sample), zipfile.ZIP_DEFLATED)


def renamed(sample: Path, target: Path) -> Path:
    """The same bytes under an ending that says something else."""
    path = target / "archive.h5"
    shutil.copy(sample, path)
    return path


WAYS = {"folder": unpacked, "deflated": deflated, "named-h5": renamed}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())
@pytest.mark.parametrize("sample", ["question_network.keras", "two_towers.keras", "text_classifier.keras"])
def test_an_archive_gives_the_same_weights_however_it_is_kept(
    sample_models: Path, tmp_path: Path, sample: str, way: Callable[[Path, Path], Path]
) -> None:
    """Unpacked, compressed, or under a wrong ending: content decides."""
    with open_model(sample_models / sample) as before, open_model(way(sample_models / sample, tmp_path)) as after:
        assert after.format == "keras-archive"
        assert after.keras_version == before.keras_version
        assert weights_of(after) == weights_of(before)


def test_weights_alone_keep_names_and_order(sample_models: Path, tmp_path: Path) -> None:
    """Since Keras 3.6 the user's names are in the weights, and the order follows from where the bytes lie."""
    sample = sample_models / "question_network.keras"
    path = tmp_path / "only.weights.h5"
    path.write_bytes(members(sample)["model.weights.h5"])
    with open_model(sample) as whole, open_model(path) as alone:
        assert alone.format == "keras-weights"
        assert alone.config is None
        assert weights_of(alone) == weights_of(whole)


def shards(sample: Path, folder: Path) -> Path:
    """The weights of an archive over two shards, one layer's kernel in the first and its bias in the second."""
    index: dict[str, list[str]] = {}
    names = [f"m_{number:05}.weights.h5" for number in range(2)]
    with h5py.File(io.BytesIO(members(sample)["model.weights.h5"])) as source:
        files = [h5py.File(folder / name, "w") for name in names]
        for layer in ("dense", "dense_1", "dense_2", "dense_3"):
            for key, array in source["layers"][layer]["vars"].items():
                number = int(layer in ("dense_2", "dense_3") or (layer, key) == ("dense_1", "1"))
                files[number][f"layers/{layer}/vars/{key}"] = array[()]
                index.setdefault(f"/layers/{layer}/vars", []).append(names[number])
        for file in files:
            file.close()
    path = folder / "m.weights.json"
    path.write_text(json.dumps({"metadata": {"total_size": 1188}, "weight_map": index}))
    return path


def test_shards_are_put_together(sample_models: Path, tmp_path: Path) -> None:
    """A layer that is split over two files is one layer; the order is that of the index."""
    sample = sample_models / "question_network.keras"
    with open_model(sample) as whole, open_model(shards(sample, tmp_path)) as parts, open_model(tmp_path) as folder:
        assert parts.format == folder.format == "keras-weights-sharded"
        assert weights_of(parts) == weights_of(folder) == weights_of(whole)


def test_a_missing_shard_is_named(sample_models: Path, tmp_path: Path) -> None:
    """The message says which file to look for."""
    path = shards(sample_models / "question_network.keras", tmp_path)
    (tmp_path / "m_00001.weights.h5").unlink()
    with pytest.raises(DamagedFile, match=r"m_00001\.weights\.h5"):
        open_model(path)


@pytest.mark.parametrize("name", ["/etc/passwd", "../m_00000.weights.h5", "sub/m.h5", "..", "a\\b.h5"])
def test_a_shard_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    """An index cannot make us open a file that does not lie beside it."""
    path = tmp_path / "m.weights.json"
    path.write_text(json.dumps({"metadata": {}, "weight_map": {"/layers/dense/vars": name}}))
    with pytest.raises(RefusedFile, match="does not lie beside it"):
        open_model(path)


def test_a_shard_that_links_out_of_the_folder_is_refused(sample_models: Path, tmp_path: Path) -> None:
    """A symbolic link is followed only inside the folder."""
    path = shards(sample_models / "question_network.keras", tmp_path)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    shard = tmp_path / "m_00001.weights.h5"
    shard.rename(elsewhere / shard.name)
    shard.symlink_to(elsewhere / shard.name)
    with pytest.raises(RefusedFile, match="not followed"):
        open_model(path)


def npz(arrays: dict[str, np.ndarray]) -> bytes:
    """The bytes of an ``.npz`` file."""
    stream = io.BytesIO()
    np.savez(stream, **arrays)  # type: ignore[arg-type]  # names of arrays, none of which is that of its option
    return stream.getvalue()


def with_npz(sample: Path, path: Path, arrays: dict[str, np.ndarray]) -> Path:
    """An archive whose weights are an ``.npz`` file."""
    contents = members(sample)
    del contents["model.weights.h5"]
    return write_archive(path, {**contents, "model.weights.npz": npz(arrays)})


def test_plain_arrays_in_an_npz_are_read(sample_models: Path, tmp_path: Path) -> None:
    """A numpy archive without pickles is as good as HDF5."""
    sample = sample_models / "question_network.keras"
    with h5py.File(io.BytesIO(members(sample)["model.weights.h5"])) as file:
        arrays: dict[str, np.ndarray] = {}
        file["layers"].visititems(
            lambda path, item: arrays.update({f"layers/{path}": item[()]}) if isinstance(item, h5py.Dataset) else None
        )
    with open_model(sample) as whole, open_model(with_npz(sample, tmp_path / "m.keras", arrays)) as model:
        assert weights_of(model) == weights_of(whole)


def test_pickled_arrays_in_an_npz_are_named_and_never_loaded(sample_models: Path, tmp_path: Path) -> None:
    """That is what Keras itself writes there; loading a pickle would run code. The layers can be shown all the same."""
    layer = np.array({"0": np.ones(3)}, dtype=object)
    path = with_npz(sample_models / "question_network.keras", tmp_path / "m.keras", {"layers/dense": layer})
    with open_model(path) as model:
        (sentence,) = model.damage
        assert "pickled" in sentence
        assert [layer.built for layer in model.walk()] == [True, *[None] * 4]
        (extra,) = model.extras
        with pytest.raises(RefusedFile, match="pickled"):
            extra.array[...]


def windows(data: bytes) -> bytes:
    """The weights as Keras wrote them on Windows: one flat group per path, joined by backslashes."""
    flat = io.BytesIO()
    with h5py.File(io.BytesIO(data)) as source, h5py.File(flat, "w") as file:
        for path in [name for name in every_name(source) if name.endswith("vars")]:
            *folders, last = path.split("/")
            group = file.require_group("\\".join(folders)) if folders else file
            source.copy(path, group, last)
    return flat.getvalue()


def every_name(file: h5py.File) -> list[str]:
    """The path of every object in a file."""
    names: list[str] = []
    file.visit(names.append)
    return names


@pytest.mark.parametrize("sample", ["two_towers.keras", "text_classifier.keras"])
def test_backslashes_of_windows_nest_groups(sample_models: Path, tmp_path: Path, sample: str) -> None:
    """A file from Windows is read like any other."""
    contents = members(sample_models / sample)
    contents["model.weights.h5"] = windows(contents["model.weights.h5"])
    path = write_archive(tmp_path / "windows.keras", contents)
    with open_model(sample_models / sample) as before, open_model(path) as after:
        assert weights_of(after) == weights_of(before)


def rewritten_legacy(sample: Path, path: Path) -> Path:
    """A legacy file with its name attributes in parts, as Keras splits those above 64 KiB."""
    shutil.copy(sample, path)
    with h5py.File(path, "r+") as file:
        attributes = file["model_weights"].attrs
        names = [name.encode() if isinstance(name, str) else name for name in attributes["layer_names"]]
        del attributes["layer_names"]
        for number, name in enumerate(names):
            attributes[f"layer_names{number}"] = np.array([name])
    return path


def test_split_name_attributes_are_joined(sample_models: Path, tmp_path: Path) -> None:
    """``layer_names0``, ``layer_names1`` and so on are one list."""
    sample = sample_models / "question_network.h5"
    with open_model(sample) as before, open_model(rewritten_legacy(sample, tmp_path / "m.h5")) as after:
        assert weights_of(after) == weights_of(before)


def test_arrays_beside_the_weights_are_extras(sample_models: Path, tmp_path: Path) -> None:
    """Nothing in a file is left out, whoever put it there."""
    path = tmp_path / "m.h5"
    shutil.copy(sample_models / "question_network.h5", path)
    with h5py.File(path, "r+") as file:
        file["notes/accuracy"] = np.ones(3)
    with open_model(path) as model:
        assert [(one.kind, one.stored_path) for one in model.extras if one.kind == "unclaimed"] == [
            ("unclaimed", "/notes/accuracy")
        ]


def changed_config(sample: Path, path: Path, change: Callable[[dict[str, object]], object]) -> Path:
    """An archive whose config was changed."""
    contents = members(sample)
    config = json.loads(contents["config.json"])
    change(config)
    return write_archive(path, {**contents, "config.json": json.dumps(config).encode()})


def test_a_config_without_a_layer_leaves_its_arrays_in_sight(sample_models: Path, tmp_path: Path) -> None:
    """Arrays that no layer of the config claims are shown all the same."""
    sample = sample_models / "question_network.keras"
    path = changed_config(sample, tmp_path / "m.keras", lambda config: config["config"]["layers"].pop())  # type: ignore[index]
    with open_model(sample) as before, open_model(path) as after:
        assert sorted(one.stored_path for one in after.weights) == sorted(one.stored_path for one in before.weights)


def test_a_config_with_another_shape_is_said(sample_models: Path, tmp_path: Path) -> None:
    """The arrays are shown as they are, with a remark."""
    sample = sample_models / "question_network.keras"

    def widen(config: dict[str, object]) -> None:
        """Promise seven units where five are stored."""
        config["config"]["layers"][1]["config"]["units"] = 7  # type: ignore[index]

    with open_model(changed_config(sample, tmp_path / "m.keras", widen)) as model:
        remark = str(model.weights[0].remark)
        assert "8 × 5" in remark
        assert "7" in remark


BAD_CONFIGS: dict[str, bytes] = {
    "not-json": b"{'a': 1}",
    "a-list": b"[]",
    "text": b'"model"',
    "not-utf-8": b'{"a": "\xff"}',
    "empty": b"",
    "deep": b"[" * 100_000,
}


@pytest.mark.parametrize("config", BAD_CONFIGS.values(), ids=BAD_CONFIGS.keys())
def test_a_bad_config_is_an_error_of_ours(sample_models: Path, tmp_path: Path, config: bytes) -> None:
    """Whatever stands where the config should, the answer is one sentence that names it."""
    contents = {**members(sample_models / "question_network.keras"), "config.json": config}
    with pytest.raises(InspectError, match=r"config\.json"):
        open_model(write_archive(tmp_path / "m.keras", contents))


def test_an_archive_of_something_else_is_no_model(tmp_path: Path) -> None:
    """A ZIP file without a config and without weights is not ours."""
    with pytest.raises(NotAModel):
        open_model(write_archive(tmp_path / "m.keras", {"readme.txt": b"hello"}))


def test_a_layer_that_cannot_be_compared_hides_no_other(tmp_path: Path) -> None:
    """Equal layers of two models are one; where the numbers of one lie elsewhere, both are shown."""
    path = tmp_path / "two.weights.h5"
    with h5py.File(path, "w") as file:
        file.attrs["keras_version"] = "2.15.0"
        file.attrs["layer_names"] = ["one", "other"]
        for name in ("one", "other"):
            group = file.create_group(name)
            group.attrs["weight_names"] = ["same\\kernel:0", "own\\kernel:0"]
            group["own\\kernel:0"] = np.arange(4, dtype="<f4").reshape(2, 2)
        file["one"]["same\\kernel:0"] = np.ones((3, 3), "<f4")
        file["other"].create_dataset("same\\kernel:0", (3, 3), "<f4", external=[("elsewhere", 0, 36)])
    with open_model(path) as model:
        assert len(model.damage) == 1
        assert [weight.path for weight in model.weights] == ["one/same/kernel", "one/own/kernel", "other/same/kernel"]
