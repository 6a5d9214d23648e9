"""Parts of a file that can be repeated, or made longer: each as a file that has so many of them.

What a command does for a file has to grow as the file does; ``test_growth`` counts that.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from tests.hostile.plain_models import config, dense, hdf5, keras_archive, legacy_tree, parts
from tests.hostile.raw_zip import DEFLATED, Part, raw_zip

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import h5py

Json = Any


@dataclass(frozen=True)
class Growing:
    """A part that can be repeated."""

    make: Callable[[int], bytes]
    """A file that has so many of it, or one so long."""
    size: int
    """How many are enough to count."""
    commands: tuple[str, ...] = ()
    """What is done with it; without any, everything."""
    lock: Callable[[int], Json] | None = None
    """The lock that the file is held against; without one, its own."""
    policy: Callable[[int], str] | None = None
    """The policy that it is checked under, as TOML."""


def described(make: Callable[[int], Json]) -> Callable[[int], bytes]:
    """The function that makes an archive around a config, deflated, so that long texts take little."""
    return lambda count: keras_archive(text=json.dumps(make(count)).encode(), method=DEFLATED)


def legacy(change: Callable[[h5py.File, int], None]) -> Callable[[int], bytes]:
    """The function that makes a legacy file with more in it."""
    return lambda count: hdf5(legacy_tree, lambda file: change(file, count))


def weighted(change: Callable[[h5py.File, int], None], described: Json = None) -> Callable[[int], bytes]:
    """The function that makes an archive with these weights."""
    return lambda count: raw_zip(parts(described=described, weights=hdf5(lambda file: change(file, count))))


# --- graphs ----------------------------------------------------------------------------------------------------------


def layer(name: str, *sources: str, class_name: str = "Activation", **more: Json) -> Json:
    """A layer of a functional model."""
    nodes = [{"args": [tensors(*sources)], "kwargs": {}}] if sources else []
    shape = {"batch_shape": [None, 3]} if class_name == "InputLayer" else {}
    return {
        "module": "keras.layers",
        "class_name": class_name,
        "config": {"name": name} | shape | more,
        "name": name,
        "inbound_nodes": nodes,
    }


def tensors(*sources: str) -> Json:
    """What a call takes: one tensor, or several."""
    found = [
        {"class_name": "__keras_tensor__", "config": {"shape": [None, 3], "keras_history": [source, 0, 0]}}
        for source in sources
    ]
    return found if len(found) > 1 else found[0]


def functional(layers: Iterable[Json], outputs: Iterable[str], **more: Json) -> Json:
    """A functional model of these layers and an input."""
    first = layer("input", class_name="InputLayer")
    inner = {
        "name": "graph",
        "layers": [first, *layers],
        "input_layers": [["input", 0, 0]],
        "output_layers": [[name, 0, 0] for name in outputs],
    }
    return {"module": "keras.src.models.functional", "class_name": "Functional", "config": inner, **more}


def names(count: int, word: str = "l") -> list[str]:
    """So many names."""
    return [f"{word}{number}" for number in range(count)]


def chain(count: int, class_name: str = "Activation", **more: Json) -> Json:
    """Layers that each take what the one before gives."""
    listed = names(count)
    pairs = zip(listed, ["input", *listed[:-1]], strict=True)
    return functional((layer(one, before, class_name=class_name) for one, before in pairs), listed[-1:], **more)


def backwards(count: int) -> Json:
    """The same chain, its last layer listed first."""
    made = chain(count)
    made["config"]["layers"].reverse()
    return made


def fan_out(count: int, **more: Json) -> Json:
    """Outputs that all take one input."""
    listed = names(count)
    return functional((layer(name, "input", class_name="Dense", units=3) for name in listed), listed, **more)


def fan_in(count: int) -> Json:
    """A layer that takes what many give."""
    listed = names(count)
    made = [*(layer(name, "input") for name in listed), layer("sum", *listed, class_name="Add")]
    return functional(made, ["sum"])


def shared(count: int) -> Json:
    """A layer that is called many times."""
    call = layer("one", "input", class_name="Dense", units=3)
    return functional([call | {"inbound_nodes": call["inbound_nodes"] * count}], ["one"])


def ladder(count: int) -> Json:
    """Layers that each take the input and what the one before gives."""
    listed = names(count)
    pairs = zip(listed, ["input", *listed[:-1]], strict=True)
    return functional((layer(one, "input", before, class_name="Add") for one, before in pairs), listed[-1:])


def ends_alike(count: int) -> Json:
    """Outputs that each stand behind one long chain of layers that change nothing."""
    made = chain(count, "Dropout")
    last = names(count)[-1]
    ends = names(count, "end")
    made["config"]["layers"] += [layer(name, last, class_name="Reshape", target_shape=[3]) for name in ends]
    made["config"]["output_layers"] = [[name, 0, 0] for name in ends]
    return made | {"compile_config": {"loss": ["mse"] * count}}


def nested(count: int, depth: int = 40) -> Json:
    """Models inside one another, the innermost of many layers."""
    model = config(*({**dense(0), "config": {"name": name, "units": 3}} for name in names(count)))
    for level in range(depth):
        model["config"]["name"] = f"inside{level}"
        model = config(model)
    return model


def wide_models(count: int) -> Json:
    """Many models in one, each of three layers."""
    made = []
    for name in names(count):
        inner = config()
        inner["config"]["name"] = name
        made.append(inner)
    return config(*made)


def named(name: str) -> Json:
    """The plain model, its first layer called so."""
    first = dense(0)
    return config(first | {"config": first["config"] | {"name": name}}, dense(1), dense(2))


def two_named(name: str) -> Json:
    """The plain model, two of its layers called so or almost so."""
    first, second = dense(0), dense(1)
    return config(
        first | {"config": first["config"] | {"name": name}},
        second | {"config": second["config"] | {"name": name + "a"}},
    )


def first_with(**more: Json) -> Json:
    """The plain model, more in the config of its first layer."""
    first = dense(0)
    return config(first | {"config": first["config"] | more}, dense(1), dense(2))


def many(make: Callable[[str], Json], count: int) -> Json:
    """A Sequential of layers that are made from their names."""
    return config(*(make(name) for name in names(count)))


def code(name: str) -> Json:
    """A layer whose function is code."""
    function = {"class_name": "__lambda__", "config": {"code": "AAAA"}}
    return {"module": "keras.layers", "class_name": "Lambda", "config": {"name": name, "function": function}}


def custom(name: str) -> Json:
    """A layer of a class of one's own."""
    return {"module": "mine", "class_name": name.title(), "config": {"name": name}, "registered_name": f"m>{name}"}


def repeated_keys(count: int) -> bytes:
    """A config one of whose objects has many keys twice."""
    listed = b",".join(b'"k%d":0' % number for number in range(count))
    text = json.dumps(config()).encode()[:-1] + b', "more": {' + listed + b"," + listed + b"}}"
    return keras_archive(text=text, method=DEFLATED)


def one_key_in_many(count: int) -> bytes:
    """A config with many objects that each have a key twice."""
    listed = b",".join(b'{"k%d":0,"k%d":1}' % (number, number) for number in range(count))
    text = json.dumps(config()).encode()[:-1] + b', "more": [' + listed + b"]}"
    return keras_archive(text=text, method=DEFLATED)


# --- weights ---------------------------------------------------------------------------------------------------------

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
    import h5py as h5

    for name in names(count):
        file[f"model_weights/{name}"] = h5.SoftLink("/nowhere")


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


# --- locks and policies ----------------------------------------------------------------------------------------------


def lock_of(*layers: Json) -> Json:
    """A lock that is about these layers."""
    return {"schema": "kerasinspect.lock/1", "layers": [*layers]}


def waivers(globs: Iterable[str]) -> str:
    """A policy that waives a rule for these layers."""
    listed = (f'[[per-layer]]\nlayer = "{glob}"\nignore = ["KI2"]\nreason = "known"\n' for glob in globs)
    return "\n".join(listed)


DENSE_CONFIG = lambda count: many(lambda name: {**dense(0), "config": {"name": name, "units": 3}}, count)  # noqa: E731

ONLY_CHECK = ("check",)
"""Enough for what rules alone look at, and only where there is much of it."""

GROWING: dict[str, Growing] = {
    "layers in a row": Growing(described(DENSE_CONFIG), 30),
    "layers of one name": Growing(described(lambda count: config(*(dense(0) for _ in range(count)))), 30),
    "layers in a chain": Growing(described(chain), 100, ONLY_CHECK),
    "layers that pass on": Growing(described(lambda count: chain(count, "Dropout")), 100, ONLY_CHECK),
    "layers in a chain, the last first": Growing(described(backwards), 30),
    "layers with a shortcut": Growing(described(ladder), 30),
    "layers that feed one": Growing(described(fan_in), 30),
    "outputs": Growing(described(fan_out), 20),
    "outputs with a loss each": Growing(
        described(lambda count: fan_out(count, compile_config={"loss": dict.fromkeys(names(count), "mse")})), 100
    ),
    "outputs with losses in a list": Growing(
        described(lambda count: fan_out(count, compile_config={"loss": ["mse"] * count, "loss_weights": [1] * count})),
        20,
    ),
    "outputs behind a chain": Growing(described(ends_alike), 100, ONLY_CHECK),
    "calls": Growing(described(shared), 60),
    "layers deep inside": Growing(described(nested), 12),
    "models": Growing(described(wide_models), 12),
    "layers with code": Growing(described(lambda count: many(code, count)), 20),
    "custom layers": Growing(described(lambda count: many(custom, count)), 20),
    "letters of a name": Growing(described(lambda count: named("n" * count)), 20000),
    "parts of a name": Growing(described(lambda count: named("n/" * count)), 12_000),
    "marks in a name": Growing(described(lambda count: two_named("n" + "\u0301" * count)), 5000),
    "marks in a name, in turn": Growing(described(lambda count: two_named("n" + "\u0301\u0323" * count)), 12_000),
    "expanding letters in a name": Growing(described(lambda count: two_named("\ufdfa" * count)), 5000),
    "controls in a name": Growing(described(lambda count: two_named("\x1b" * count)), 5000),
    "letters of a class": Growing(described(lambda count: config(dense(0) | {"class_name": "C" * count})), 20000),
    "letters of an activation": Growing(described(lambda count: first_with(activation="a" * count)), 20000),
    "letters of a key": Growing(described(lambda count: first_with(**{"k" * count: 1})), 20000),
    "keys": Growing(described(lambda count: first_with(**dict.fromkeys(names(count), 1))), 100),
    "numbers in a list": Growing(described(lambda count: first_with(mean=[1.5] * count)), 200),
    "lists in a list": Growing(described(lambda count: first_with(more=[[1]] * count)), 100),
    "objects in a list": Growing(described(lambda count: first_with(more=[{"a": 1}] * count)), 100),
    "functions in a list": Growing(
        described(lambda count: first_with(more=[{"class_name": "__lambda__", "config": {}}] * count)), 200
    ),
    "axes": Growing(described(lambda count: config(dense(0) | {"build_config": {"input_shape": [3] * count}})), 100),
    "tokens": Growing(
        described(
            lambda count: config({"class_name": "StringLookup", "config": {"name": "s", "vocabulary": names(count)}})
        ),
        100,
    ),
    "metrics": Growing(
        described(lambda count: config(compile_config={"loss": "mse", "metrics": ["mae"] * count})), 500
    ),
    "repeated keys": Growing(repeated_keys, 100),
    "objects with a key twice": Growing(one_key_in_many, 100),
    "layers with weights and state": Growing(trained, 12),
    "arrays of a layer": Growing(weighted(arrays_at("layers/dense/vars")), 20),
    "arrays of no layer": Growing(weighted(arrays_at("other")), 20),
    "arrays of the optimizer": Growing(weighted(arrays_at("optimizer/vars")), 20),
    "groups": Growing(weighted(groups_at("layers")), 20),
    "groups in a group": Growing(weighted(groups_at("layers/dense")), 20),
    "links": Growing(legacy(links), 20),
    "links to one object": Growing(legacy(hard_links), 20),
    "attributes": Growing(legacy(attributes), 20),
    "layers that are listed": Growing(legacy(listed_layers), 16),
    "weights that are listed": Growing(legacy(listed_weights), 20),
    "weights that are not there": Growing(legacy(listed_nowhere), 40),
    "slots": Growing(legacy(slots), 20),
    "chunks": Growing(legacy(chunks), 20),
    "letters of a path": Growing(legacy(long_path), 100),
    "members": Growing(
        lambda count: raw_zip([*parts(), *(Part(f"assets/{name}.pkl".encode(), b"x") for name in names(count))]), 100
    ),
    "entries of a lock": Growing(
        described(DENSE_CONFIG),
        60,
        ONLY_CHECK,
        lock=lambda count: lock_of(*({"path": name} for name in names(count, "other"))),
    ),
    "globs of a lock": Growing(
        described(DENSE_CONFIG),
        60,
        ONLY_CHECK,
        lock=lambda count: lock_of(*({"path": f"*{name}?"} for name in names(count))),
    ),
    "stars of a glob": Growing(
        described(lambda count: named("a" * count)), 200, lock=lambda count: lock_of({"path": "*a" * count + "b"})
    ),
    "waivers": Growing(
        described(DENSE_CONFIG), 60, ONLY_CHECK, policy=lambda count: waivers(f"*{name}?" for name in names(count))
    ),
    "waived parts": Growing(
        described(lambda count: named("n/" * count)), 2_000, policy=lambda _: waivers(["nothing*"])
    ),
}
"""Every part, each by what it is."""
