"""Configs in which one part is repeated, or made longer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.makers.plain_models import config, dense, keras_archive
from tests.makers.raw_zip import DEFLATED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Json = Any


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


def joined(count: int) -> Json:
    """Layers that each put side by side what the one before gives and units of their own."""
    own, listed = names(count, "own"), names(count)
    made = [layer(name, "input", class_name="Dense", units=2) for name in own]
    trios = zip(listed, ["input", *listed[:-1]], own, strict=True)
    made += [layer(one, before, other, class_name="Concatenate") for one, before, other in trios]
    made.append(layer("last", listed[-1], class_name="Dense", units=1))
    return functional(made, ["last"])


def ends_alike(count: int) -> Json:
    """Outputs that each stand behind one long chain of layers that change nothing."""
    made = chain(count, "Dropout")
    last = names(count)[-1]
    ends = names(count, "end")
    made["config"]["layers"] += [layer(name, last, class_name="Reshape", target_shape=[3]) for name in ends]
    made["config"]["output_layers"] = [[name, 0, 0] for name in ends]
    return made | {"compile_config": {"loss": ["mse"] * count}}


def nested(count: int, depth: int = 20) -> Json:
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


def described(make: Callable[[int], Json]) -> Callable[[int], bytes]:
    """The function that makes an archive around a config, deflated, so that long texts take little."""
    return lambda count: keras_archive(text=json.dumps(make(count)).encode(), method=DEFLATED)


def row(count: int) -> Json:
    """Dense layers one after the other."""
    return many(lambda name: {**dense(0), "config": {"name": name, "units": 3}}, count)


def looked_up(tokens: list[str]) -> Json:
    """A model with a vocabulary."""
    return config({"class_name": "StringLookup", "config": {"name": "s", "vocabulary": tokens}})


def losses(loss: Callable[[int], Json]) -> Callable[[int], Json]:
    """The function that makes a model of many outputs, compiled with a loss for each."""
    return lambda count: fan_out(count, compile_config={"loss": loss(count), "loss_weights": [1] * count})
