"""Changes to a saved model that leave its container whole: of shapes, arrays, groups, entries and places."""

from __future__ import annotations

import io
import json
import re
import zipfile
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import h5py
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Change = Callable[["Saved"], object]

WEIGHTS, CONFIG = "model.weights.h5", "config.json"
LISTS = ("layer_names", "weight_names")
VARIABLE = re.compile(r"(?!/?optimizer/).*/vars/\d+$")
LAST = 99
"""A number that no group or array has."""


@dataclass(slots=True)
class Saved:
    """A model open for changes: its HDF5 file and its config."""

    file: h5py.File
    config: Any


@dataclass(frozen=True, slots=True)
class Edit:
    """One change: its kind, what it is about, and how it is made."""

    kind: str
    where: str
    change: Change

    def applied(self, path: Path) -> bytes:
        """The file, changed."""
        return in_archive(path, self.change) if path.suffix == ".keras" else in_legacy(path.read_bytes(), self.change)


def in_archive(path: Path, change: Change) -> bytes:
    """An archive with its weights and its config changed."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    config = json.loads(members[CONFIG])
    members[WEIGHTS] = on_bytes(members[WEIGHTS], lambda file: change(Saved(file, config)))
    members[CONFIG] = json.dumps(config).encode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def in_legacy(data: bytes, change: Change) -> bytes:
    """A legacy file, changed."""

    def rewrite(file: h5py.File) -> None:
        config = json.loads(file.attrs["model_config"])
        change(Saved(file, config))
        file.attrs["model_config"] = json.dumps(config)

    return on_bytes(data, rewrite)


def on_bytes(data: bytes, change: Callable[[h5py.File], object]) -> bytes:
    """An HDF5 file, changed."""
    buffer = io.BytesIO(data)
    with h5py.File(buffer, "r+") as file:
        change(file)
    return buffer.getvalue()


def edits_of(path: Path) -> Iterator[Edit]:
    """Every change to a model."""
    is_archive = path.suffix == ".keras"
    data = zipfile.ZipFile(path).read(WEIGHTS) if is_archive else path.read_bytes()
    with h5py.File(io.BytesIO(data), "r") as file:
        shapes = {name: file[name].shape for name in arrays_of(file, is_archive=is_archive)}
        config = None if is_archive else json.loads(file.attrs["model_config"])
        lists = {} if is_archive else lists_of(file)
        groups = [*groups_of(file)] if is_archive else []
    if is_archive:
        config = json.loads(zipfile.ZipFile(path).read(CONFIG))
    for name, shape in shapes.items():
        yield from shape_edits(name, shape)
    yield from tree_edits([*shapes], groups) if is_archive else list_edits(lists)
    yield from config_edits(config)


def arrays_of(file: h5py.File, *, is_archive: bool) -> list[str]:
    """The paths of all weights."""
    found: list[str] = []
    file.visititems(lambda name, item: found.append(name) if isinstance(item, h5py.Dataset) else None)
    return [name for name in found if (VARIABLE.match(name) if is_archive else name.startswith("model_weights/"))]


def shape_edits(name: str, shape: tuple[int, ...]) -> Iterator[Edit]:
    """An array of another shape in the place of one."""
    for axis, size in enumerate(shape):
        for kind, other in (("longer", size + 1), ("shorter", size - 1), ("doubled", 2 * size), ("emptied", 0)):
            if kind != "shorter" or other:
                yield reshaped(kind, name, (*shape[:axis], other, *shape[axis + 1 :]))
    if len(set(shape)) > 1:
        yield reshaped("turned", name, shape[::-1] if shape[::-1] != shape else (*shape[1:], shape[0]))
    yield reshaped("one axis more", name, (*shape, 1))
    if len(shape) > 1:
        yield reshaped("flat", name, (int(np.prod(shape)),))
    yield reshaped("one axis less", name, shape[1:]) if shape else reshaped("longer", name, (3,))


def reshaped(kind: str, name: str, shape: tuple[int, ...]) -> Edit:
    """Ones of another shape."""

    def change(saved: Saved) -> None:
        dtype = saved.file[name].dtype
        del saved.file[name]
        saved.file[name] = np.ones(shape, dtype)

    return Edit(kind, f"{name} {shape}", change)


def groups_of(file: h5py.File) -> Iterator[str]:
    """The groups of a model's layers, in every container."""
    found: list[str] = []
    file.visititems(lambda name, item: found.append(name) if isinstance(item, h5py.Group) else None)
    for name in found:
        if re.search(r"(^|/)(layers|_layer_checkpoint_dependencies)/[^/]+$", name) and has_arrays(file[name]):
            yield name


def has_arrays(group: h5py.Group) -> bool:
    """Whether there is an array anywhere in a group."""
    return group.visititems(lambda _, item: True if isinstance(item, h5py.Dataset) else None) is True


def tree_edits(arrays: list[str], groups: list[str]) -> Iterator[Edit]:
    """Changes to the arrays and the groups of a tree."""
    for name in arrays:
        group, _, key = name.rpartition("/")
        yield Edit("array lost", name, lost(name))
        yield Edit("array renumbered", name, moved(name, f"{group}/{LAST}"))
        if f"{group}/{int(key) + 1}" in arrays:
            yield Edit("arrays exchanged", name, exchanged(name, f"{group}/{int(key) + 1}"))
        else:
            yield Edit("array more", name, copied(name, f"{group}/{int(key) + 1}"))
    for name in groups:
        yield Edit("group lost", name, lost(name))
        yield Edit("group renumbered", name, moved(name, f"{stem(name)}_{LAST}"))
        yield Edit("group more", name, copied(name, f"{stem(name)}_{LAST}"))
        yield Edit("layer renamed in the file", name, renamed_group(name))
    for one, other in pairwise(sorted(groups)):
        if stem(one) == stem(other):
            yield Edit("groups exchanged", f"{one} {other}", exchanged(one, other))


def stem(name: str) -> str:
    """A group's name without its number."""
    return re.sub(r"_\d+$", "", name)


def lost(name: str) -> Change:
    """A change that takes something away."""
    return lambda saved: saved.file.__delitem__(name)


def moved(name: str, other: str) -> Change:
    """A change that gives something another name."""
    return lambda saved: saved.file.move(name, other)


def copied(name: str, other: str) -> Change:
    """A change that adds a copy."""
    return lambda saved: saved.file.copy(name, other)


def exchanged(one: str, other: str) -> Change:
    """A change that lets two things change their names."""

    def change(saved: Saved) -> None:
        for source, target in ((one, f"{one}-away"), (other, one), (f"{one}-away", other)):
            saved.file.move(source, target)

    return change


def renamed_group(name: str) -> Change:
    """A change of the name that the file has for a layer."""

    def change(saved: Saved) -> None:
        group = saved.file[name]
        if "vars" in group and "name" in group["vars"].attrs:
            group["vars"].attrs["name"] = "renamed"

    return change


def lists_of(file: h5py.File) -> dict[str, list[str]]:
    """The lists of a legacy file that name anything, by the path of their group."""
    weights = file["model_weights"]
    found = {"model_weights": read(weights, "layer_names")}
    found |= {f"model_weights/{name}": read(weights[name], "weight_names") for name in found["model_weights"]}
    return {path: names for path, names in found.items() if names}


def read(group: h5py.Group, key: str) -> list[str]:
    """A list of names."""
    return [name.decode() if isinstance(name, bytes) else str(name) for name in group.attrs[key]]


def list_edits(lists: dict[str, list[str]]) -> Iterator[Edit]:
    """Changes to the lists of a legacy file."""
    for path, names in lists.items():
        word = "layer" if path == "model_weights" else "weight"
        bearing = [name for name in names if word == "weight" or f"{path}/{name}" in lists]
        for name in bearing:
            rest = [other for other in names if other != name]
            yield relisted(f"{word} left out", path, rest)
            yield relisted(f"{word} listed twice", path, [*names, name])
            yield Edit(f"{word} more", f"{path} {name}", with_copy(path, names, name))
            yield Edit(f"{word} renamed in the file", f"{path} {name}", with_renamed(path, names, name))
        for one, other in pairwise(bearing):
            places = {one: other, other: one}
            yield relisted(f"{word}s exchanged", path, [places.get(name, name) for name in names])
        if len(bearing) > 2:
            yield relisted(f"{word}s reversed", path, names[::-1])


def relisted(kind: str, path: str, names: list[str]) -> Edit:
    """A change of one list."""
    return Edit(kind, f"{path}: {', '.join(names)}"[:200], lambda saved: write(saved.file[path], names))


def write(group: h5py.Group, names: list[str]) -> None:
    """Write a list of names."""
    key = next(key for key in LISTS if key in group.attrs)
    group.attrs[key] = np.array([name.encode() for name in names])


def with_copy(path: str, names: list[str], name: str) -> Change:
    """A change that adds a copy of what a list names, and lists it."""

    def change(saved: Saved) -> None:
        saved.file.copy(f"{path}/{name}", f"{path}/{name}_{LAST}")
        write(saved.file[path], [*names, f"{name}_{LAST}"])

    return change


def with_renamed(path: str, names: list[str], name: str) -> Change:
    """A change of the name of what a list names."""

    def change(saved: Saved) -> None:
        saved.file.move(f"{path}/{name}", f"{path}/{name}_{LAST}")
        write(saved.file[path], [f"{name}_{LAST}" if one == name else one for one in names])

    return change


def config_edits(config: Any) -> Iterator[Edit]:
    """Changes to the layers of the config."""
    for number, entry in enumerate(config["config"]["layers"]):
        inner, where = entry["config"], f"layer {number}, {entry['class_name']}"
        yield Edit("layer listed twice in the config", where, on_layers(lambda all_, at: all_.append(all_[at]), number))
        if not entry.get("inbound_nodes") and "input_layers" not in config["config"]:
            yield Edit("layer renamed in the config", where, on_values(number, name="renamed"))
        if "use_bias" in inner:
            yield Edit("use_bias turned", where, on_values(number, use_bias=not inner["use_bias"]))
        for key in ("units", "filters", "output_dim", "input_dim", "num_heads", "key_dim", "depth_multiplier"):
            if isinstance(inner.get(key), int):
                yield Edit(f"{key} changed", where, on_values(number, **{key: inner[key] + 1}))
        for key in ("scale", "center"):
            if isinstance(inner.get(key), bool):
                yield Edit(f"{key} turned", where, on_values(number, **{key: not inner[key]}))


def on_layers(change: Callable[[list[Any], int], object], number: int) -> Change:
    """A change of the list of layers."""
    return lambda saved: change(saved.config["config"]["layers"], number)


def on_values(number: int, **values: Any) -> Change:
    """A change of a layer's own config."""
    return lambda saved: saved.config["config"]["layers"][number]["config"].update(values)
