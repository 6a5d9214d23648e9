"""HDF5 files and archives in which one part is repeated, or made longer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import h5py
import numpy as np

from tests.makers.growing.configs import names
from tests.makers.plain_models import config, dense, hdf5, legacy_tree, parts
from tests.makers.raw_zip import Part, raw_zip

if TYPE_CHECKING:
    from collections.abc import Callable

ONE = np.ones((2, 2), "<f4")


def dense_layers(file: h5py.File, count: int) -> None:
    """The weights of many Dense layers."""
    for number, name in enumerate(names(count)):
        group = file.create_group(f"layers/dense{f'_{number}' if number else ''}/vars")
        group.attrs["name"] = name
        group["0"] = ONE
        group["1"] = ONE[0]


def trained(count: int) -> bytes:
    """An archive of many Dense layers with their weights and their optimizer's state."""

    def tree(file: h5py.File) -> None:
        dense_layers(file, count)
        for number in range(2 + 4 * count):
            file[f"optimizer/vars/{number}"] = ONE if number > 1 else np.int64(number)

    layers = [{**dense(0), "config": {"name": name, "units": 2}} for name in names(count)]
    described = config(*layers, compile_config={"optimizer": {"class_name": "Adam", "config": {"name": "adam"}}})
    return raw_zip(parts(described=described, weights=hdf5(tree)))


def arrays_at(place: str) -> Callable[[h5py.File, int], None]:
    """The function that adds many arrays to a group."""

    def change(file: h5py.File, count: int) -> None:
        group = file.require_group(place)
        for number in range(count):
            group[str(number)] = ONE

    return change


def groups_at(place: str) -> Callable[[h5py.File, int], None]:
    """The function that adds many groups to a group."""

    def change(file: h5py.File, count: int) -> None:
        for name in names(count):
            file.require_group(f"{place}/{name}")

    return change


def links(file: h5py.File, count: int) -> None:
    """Names that lead elsewhere."""
    for name in names(count):
        file[f"model_weights/{name}"] = h5py.SoftLink("/nowhere")


def hard_links(file: h5py.File, count: int) -> None:
    """Names that all lead to one object."""
    for name in names(count):
        file[f"model_weights/{name}"] = file["model_weights/first"]


def attributes(file: h5py.File, count: int) -> None:
    """Attributes of one group."""
    for name in names(count):
        file["model_weights"].attrs[name] = "v"


def listed_layers(file: h5py.File, count: int) -> None:
    """Layers of a legacy file, each with an array."""
    top = file["model_weights"]
    for name in names(count):
        group = top.create_group(name)
        group.attrs["weight_names"] = [f"{name}/kernel:0"]
        group[f"{name}/kernel:0"] = ONE
    top.attrs["layer_names"] = names(count)


def listed_weights(file: h5py.File, count: int) -> None:
    """Arrays of one layer of a legacy file."""
    group = file["model_weights/first"]
    listed = [f"first/w{number}:0" for number in range(count)]
    for name in listed:
        group[name] = ONE
    group.attrs["weight_names"] = listed


def listed_nowhere(file: h5py.File, count: int) -> None:
    """Names that a legacy file lists and does not have."""
    file["model_weights/first"].attrs["weight_names"] = [f"n{number}:0" for number in range(count)]


def slots(file: h5py.File, count: int) -> None:
    """Arrays of the optimizer of a legacy file."""
    listed = [f"training/Adam/w{number}:0" for number in range(count)]
    group = file.create_group("optimizer_weights")
    for name in listed:
        group[name] = ONE
    group.attrs["weight_names"] = listed


def chunks(file: h5py.File, count: int) -> None:
    """Chunks of one array."""
    del file["model_weights/first/first/kernel:0"]
    file.create_dataset(
        "model_weights/first/first/kernel:0", data=np.ones((count, 2), "<f4"), chunks=(1, 2), compression="gzip"
    )


def long_path(file: h5py.File, count: int) -> None:
    """An array below groups with long names."""
    place = "/".join(["g" * count] * 20)
    file[f"model_weights/{place}/x"] = ONE


def legacy(change: Callable[[h5py.File, int], None]) -> Callable[[int], bytes]:
    """The function that makes a legacy file with more in it."""
    return lambda count: hdf5(legacy_tree, lambda file: change(file, count))


def weighted(change: Callable[[h5py.File, int], None]) -> Callable[[int], bytes]:
    """The function that makes an archive with these weights."""
    return lambda count: raw_zip(parts(weights=hdf5(lambda file: change(file, count))))


def members(count: int) -> bytes:
    """An archive with more members, of which each could be run."""
    return raw_zip([*parts(), *(Part(f"assets/{name}.pkl".encode(), b"x") for name in names(count))])


def vocabulary(count: int) -> bytes:
    """An archive whose layer has its vocabulary in a member."""
    layer = {"class_name": "StringLookup", "config": {"name": "string_lookup"}}
    weights = hdf5(lambda file: file.create_group("layers/string_lookup/vars"))
    lines = "\n".join(names(count, "token")).encode()
    member = Part(b"assets/layers/string_lookup/vocabulary.txt", lines)
    return raw_zip([*parts(described=config(layer), weights=weights), member])
