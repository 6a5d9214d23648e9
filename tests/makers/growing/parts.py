"""Parts of a file that can be repeated, or made longer: each as a file that has so many of them.

What a command does for a file has to grow as the file does; ``test_growth`` counts that. A new part is one line.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.makers.growing import configs, weights
from tests.makers.growing.configs import described, first_with, many, named, names, two_named
from tests.makers.growing.weights import arrays_at, groups_at, legacy, weighted
from tests.makers.plain_models import config, dense

if TYPE_CHECKING:
    from collections.abc import Callable

Json = Any

COMMON = ("check", "show as JSON", "summary", "lock")
"""What is done with most files."""
RULES = ("check",)
"""Where rules alone look at something, and only much of it tells."""
EVERY = (
    *("check", "list", "show", "show as JSON", "show one", "summary", "summary as JSON", "stats", "training", "lock"),
    *("graph", "graph in DOT"),
)
"""What is done with names and arrays, which every page has."""
OF_TEXTS = ("check", "list", "show", "summary as JSON")
"""What is done with a text that grows: pages and documents, each of which makes all its texts harmless in one way."""


@dataclass(frozen=True)
class Growing:
    """A part that can be repeated."""

    make: Callable[[int], bytes]
    """A file that has so many of it, or one so long."""
    size: int = 16
    """How many are enough to count."""
    commands: tuple[str, ...] = COMMON
    lock: Callable[[int], Json] | None = None
    """The lock that the file is held against; without one, its own."""
    policy: Callable[[int], str] | None = None
    """The policy that it is checked under, as TOML."""


def letters(text: str, make: Callable[[str], Json], size: int = 500) -> Growing:
    """A text of the config that grows."""
    return Growing(described(lambda count: make(text * count)), size, OF_TEXTS)


def agreed(entry: Callable[[str], Json]) -> Growing:
    """Entries of a lock that a model is held against."""
    return Growing(
        described(lambda _: configs.row(16)), 64, RULES, lock=lambda count: lock_of(*map(entry, names(count, "x")))
    )


def lock_of(*layers: Json) -> Json:
    """A lock that is about these layers."""
    return {"schema": "kerasinspect.lock/1", "layers": [*layers]}


def waived(glob: str) -> Growing:
    """Entries of a policy that a model is checked under, which waive a rule for some layers."""
    return Growing(
        described(lambda _: configs.row(16)),
        64,
        RULES,
        policy=lambda count: "\n".join(waiver(glob.format(name)) for name in names(count, "x")),
    )


def waiver(glob: str) -> str:
    """An entry of a policy that waives a rule for some layers."""
    return f'[[per-layer]]\nlayer = "{glob}"\nignore = ["KI2"]\nreason = "known"\n'


FUNCTION = {"class_name": "__lambda__", "config": {}}

GROWING: dict[str, Growing] = {
    "layers in a row": Growing(described(configs.row), commands=EVERY),
    "layers of one name": Growing(described(lambda count: config(*(dense(0) for _ in range(count))))),
    "layers in a chain": Growing(described(configs.chain), 80, RULES),
    "layers that pass on": Growing(described(lambda count: configs.chain(count, "Dropout"))),
    "layers in a chain, the last first": Growing(described(configs.backwards)),
    "layers with a shortcut": Growing(described(configs.ladder)),
    "layers side by side with all before them": Growing(described(configs.joined), 120, ()),
    "layers that feed one": Growing(described(configs.fan_in)),
    "layers deep inside": Growing(described(configs.nested), 8, ("check", "show as JSON")),
    "layers with code": Growing(described(lambda count: many(configs.code, count))),
    "layers of custom classes": Growing(described(lambda count: many(configs.custom, count))),
    "models": Growing(described(configs.wide_models), 8),
    "calls": Growing(described(configs.shared), 60),
    "outputs": Growing(described(configs.fan_out)),
    "outputs with a loss each": Growing(described(configs.losses(lambda count: dict.fromkeys(names(count), "mse")))),
    "outputs with losses in a list": Growing(described(configs.losses(lambda count: ["mse"] * count)), 48, RULES),
    "outputs behind a chain": Growing(described(configs.ends_alike), 30, RULES),
    "metrics": Growing(described(lambda count: config(compile_config={"metrics": ["mae"] * count})), 100),
    "keys": Growing(described(lambda count: first_with(**dict.fromkeys(names(count), 1))), 100),
    "numbers in a list": Growing(described(lambda count: first_with(mean=[1.5] * count)), 200),
    "lists in a list": Growing(described(lambda count: first_with(more=[[1]] * count)), 60),
    "objects in a list": Growing(described(lambda count: first_with(more=[{"a": 1}] * count)), 60),
    "functions in a list": Growing(described(lambda count: first_with(more=[FUNCTION] * count)), 30),
    "axes": Growing(described(lambda count: config(dense(0) | {"build_config": {"input_shape": [3] * count}}))),
    "tokens": Growing(described(lambda count: configs.looked_up(names(count))), 100, EVERY),
    "lines of a vocabulary": Growing(weights.vocabulary, 100, EVERY),
    "repeated keys": Growing(configs.repeated_keys, 150),
    "objects with a key twice": Growing(configs.one_key_in_many, 120),
    "letters of a name": letters("n", named, 8_000),
    "parts of a name": letters("n/", named),
    "marks in a name": letters("\u0301", two_named),
    "marks in a name, in turn": letters("\u0301\u0323", two_named, 300),
    "expanding letters in a name": letters("\ufdfa", two_named),
    "controls in a name": letters("\x1b", two_named),
    "letters of a class": letters("C", lambda text: config(dense(0) | {"class_name": text})),
    "letters of an activation": letters("a", lambda text: first_with(activation=text)),
    "letters of a key": letters("k", lambda text: first_with(**{text: 1})),
    "layers with weights and state": Growing(weights.trained, 8, EVERY),
    "arrays of a layer": Growing(weighted(arrays_at("layers/dense/vars")), 24, EVERY),
    "arrays of no layer": Growing(weighted(arrays_at("other")), 24),
    "arrays of the optimizer": Growing(weighted(arrays_at("optimizer/vars")), 24),
    "groups": Growing(weighted(groups_at("layers")), 24, EVERY),
    "groups in a group": Growing(weighted(groups_at("layers/dense")), 24),
    "links": Growing(legacy(weights.links), 24),
    "links to one object": Growing(legacy(weights.hard_links), 24),
    "attributes": Growing(legacy(weights.attributes), 24),
    "layers that are listed": Growing(legacy(weights.listed_layers), 12),
    "weights that are listed": Growing(legacy(weights.listed_weights), 24),
    "weights that are not there": Growing(legacy(weights.listed_nowhere), 24),
    "slots": Growing(legacy(weights.slots), 24),
    "chunks": Growing(legacy(weights.chunks), 24),
    "letters of a path": Growing(legacy(weights.long_path), 200),
    "members": Growing(weights.members, 24),
    "entries of a lock": agreed(lambda name: {"path": name, "weights": []}),
    "globs of a lock": agreed(lambda name: {"path": f"*{name}?"}),
    "weights of a lock": Growing(
        described(lambda _: configs.row(1)),
        64,
        RULES,
        lock=lambda count: lock_of({"path": "l0", "weights": [{"name": name} for name in names(count)]}),
    ),
    "waivers": waived("*{}?"),
    "waivers of layers": waived("{}"),
    "parts of a name that is waived": Growing(
        described(lambda count: named("n/" * count)), 1_000, RULES, policy=lambda _: waiver("nothing*")
    ),
}
"""Every part, each by what it is."""
