"""Walks a config and finds all that a release of Keras has to know to take it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from kerasinspect.analysis.compat.class_names import having, names_of
from kerasinspect.analysis.compat.graph_demands import has_bare_output, lost_calls
from kerasinspect.analysis.compat.results import Obstacle
from kerasinspect.json_values import JSON_LISTS
from kerasinspect.knowledge.releases.table import known_releases
from kerasinspect.knowledge.serialized import as_mapping, is_entry, text_at
from kerasinspect.late.dataclasses import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kerasinspect.json_values import Json, JsonObject
    from kerasinspect.knowledge.releases.table import Releases

_POLICIES = frozenset({"QuantizedDTypePolicy", "QuantizedFloat8DTypePolicy"})
"""Classes whose mode is one of a few words."""
_MODELS = frozenset({"Functional", "Sequential", "Model"})
"""Classes whose ``from_config`` goes by the keys that it knows and leaves the others alone."""
_CODE = frozenset({"__lambda__", "Lambda"})
"""Classes of which only the code in them tells whether they load."""
_LAYER_KEYS = ("layers", "layer", "cell", "cells", "forward_layer", "backward_layer")
"""Keys that hold layers."""
_KINDS = {
    "activation": "activations",
    "initializer": "initializers",
    "regularizer": "regularizers",
    "constraint": "constraints",
    "loss": "losses",
    "metrics": "metrics",
    "optimizer_config": "optimizers",
    "optimizer": "optimizers",
    **dict.fromkeys(_LAYER_KEYS, "layers"),
}
"""The module of Keras that a key is about, by the end of the key."""
_VALUES = frozenset(
    {
        "__tensor__",
        "__numpy__",
        "__bytes__",
        "__ellipsis__",
        "__slice__",
        "__keras_tensor__",
        "__tuple__",
        "TensorShape",
    }
)
"""What stands for a class where a plain value is serialized."""
_LONGEST = 40
"""Characters of a value that is shown."""
_RENAMED = frozenset({"batch_input_shape", "axis"})
"""Keys that the loader of HDF5 files takes out of the config of every layer."""
_CALLS = frozenset({"inbound_nodes", "input_layers", "output_layers", "build_config", "build_input_shape"})
"""What says how layers are joined, and holds no object that is made from a config."""


@dataclass(frozen=True, slots=True)
class Untold:
    """A class, a function or code of which the table says nothing."""

    name: str


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the walk is."""

    layer: str = ""
    class_name: str = ""
    key: str = ""
    kind: str | None = "layers"
    """The module of Keras that the key is about."""
    compiling: bool = False
    at_top: bool = True
    """Whether it is the model itself."""
    in_archive: bool = False

    def at(self, key: str) -> _Place:
        """The place of a key of what is here."""
        ends = (kind for end, kind in _KINDS.items() if key == end or key.endswith(f"_{end}"))
        return replace(self, key=f"{self.key}.{key}" if self.key else key, kind=next(ends, None))


def demands_of(
    config: JsonObject, training_config: JsonObject | None, *, in_archive: bool
) -> Iterator[Obstacle | Untold]:
    """All that the configs of a model ask of a release, with the releases that have it."""
    place = _Place(in_archive=in_archive)
    pending: list[tuple[Json, _Place]] = [(dict(config), place)]
    if training_config and not in_archive and isinstance(training_config.get("optimizer_config"), dict):
        pending.insert(0, (dict(training_config), replace(place, kind=None, compiling=True, at_top=False)))
    releases = known_releases()
    while pending:
        value, place = pending.pop()
        if is_entry(value):
            yield from _of_entry(as_mapping(value), place, releases, pending)
        elif isinstance(value, dict):
            pending += reversed([(one, place.at(key)) for key, one in value.items() if key not in _CALLS])
        elif isinstance(value, JSON_LISTS):
            pending += reversed([(one, place) for one in value if _may_ask(one, place, releases)])
        elif isinstance(value, str) and place.kind in releases.words:
            yield from _of_word(value, place, releases)


def _may_ask(value: Json, place: _Place, releases: Releases) -> bool:
    """Whether an item of a list asks for anything: numbers, and words that mean nothing, do not."""
    return isinstance(value, (dict, *JSON_LISTS)) or (isinstance(value, str) and place.kind in releases.words)


def _of_entry(
    entry: JsonObject, place: _Place, releases: Releases, pending: list[tuple[Json, _Place]]
) -> Iterator[Obstacle | Untold]:
    """What a serialized object asks for; what is in it is left for later."""
    class_name = text_at(entry, "class_name") or ""
    if class_name in _VALUES:
        return
    if class_name == "function":
        yield from _of_function(entry, place, releases)
        return
    names = names_of(entry, class_name, place.kind, releases)
    if names is None or class_name in _CODE:
        yield Untold(class_name)
        return
    inner = _inside(entry, class_name, place)
    found = having(names, class_name, place.kind, releases)
    yield from _of_class(entry, class_name, found, inner, releases)
    if isinstance(entry["config"], dict):
        yield from _of_graph(entry["config"], inner, releases)
        yield from _of_keys(entry, names, found, inner, releases)
    pending += reversed(_within(entry, inner))


def _of_class(
    entry: JsonObject, class_name: str, found: int, place: _Place, releases: Releases
) -> Iterator[Obstacle | Untold]:
    """What the class of an object and the name that it has ask for."""
    mode = text_at(as_mapping(entry["config"]), "mode")
    if mode and class_name in _POLICIES:
        yield from _of_word(mode, replace(place.at("mode"), kind="quantization_modes"), releases)
    if not place.key and "/" in (text_at(as_mapping(entry["config"]), "name") or ""):
        yield _obstacle("name", place, class_name, releases.forms.get("slash in a name", 0))
    if isinstance(entry["config"], JSON_LISTS):
        yield _obstacle("graph", place.at("config"), class_name, 0)
    if found != releases.all:
        module = text_at(entry, "module")
        yield _obstacle("class", place, f"{module}.{class_name}" if module else class_name, found)


def _within(entry: JsonObject, place: _Place) -> list[tuple[Json, _Place]]:
    """The values in an object that may hold further ones, each with its place."""
    config, compiled = entry["config"], entry.get("compile_config")
    held: list[tuple[Json, _Place]] = []
    if isinstance(config, dict):
        held += [(one, place.at(key)) for key, one in config.items() if key not in _CALLS]
    elif isinstance(config, JSON_LISTS):
        held.append((config, replace(place, kind="layers")))
    if isinstance(compiled, dict):
        held.append((compiled, replace(place, compiling=True, kind=None)))
    return held


def _of_graph(config: JsonObject, place: _Place, releases: Releases) -> Iterator[Obstacle]:
    """Calls and outputs of a functional model that some releases do not make again."""
    if place.key or "layers" not in config:
        return
    if has_bare_output(config):
        bare = releases.forms["bare output"]
        yield _obstacle("graph", place.at("output_layers"), place.class_name, bare)
    for name in lost_calls(config):
        yield _obstacle("graph", replace(place.at("inbound_nodes"), layer=f"{place.layer}/{name}".lstrip("/")), "", 0)


def _inside(entry: JsonObject, class_name: str, place: _Place) -> _Place:
    """The place of what is in the config of an object."""
    if place.at_top:
        return replace(place, at_top=False, class_name=class_name, kind=None)
    if place.key.rpartition(".")[2] in _LAYER_KEYS:
        name = text_at(as_mapping(entry["config"]), "name") or text_at(entry, "name") or class_name
        path = f"{place.layer}/{name}" if place.layer else name
        return replace(place, layer=path, class_name=class_name, key="", kind=None)
    return replace(place, class_name=place.class_name or class_name)


def _of_keys(
    entry: JsonObject, names: list[str], found: int, place: _Place, releases: Releases
) -> Iterator[Obstacle | Untold]:
    """The keys of a config that some release which has the class does not take."""
    if place.class_name in _MODELS and not place.key:
        return
    renamed = () if isinstance(entry.get("module"), str) or place.key else _RENAMED
    for key, value in as_mapping(entry["config"]).items():
        taken = 0
        for name in names:
            taken |= releases.taking(name, key)
        if found & ~taken and key not in renamed:
            inner = place.at(key)
            yield replace(_obstacle("key", inner, inner.class_name, taken), value=_short(value))


def _of_function(entry: JsonObject, place: _Place, releases: Releases) -> Iterator[Obstacle | Untold]:
    """What a serialized function asks for."""
    name = entry["config"]
    module = text_at(entry, "module")
    if not isinstance(name, str) or module is None:
        yield Untold("function")
        return
    known = releases.having(f"{module}.{name}")
    if module == "builtins":
        for part in releases.words:
            known |= releases.having(f"keras.{part}.{name}")
    if not known:
        yield Untold(name)
    elif known != releases.all:
        yield replace(_obstacle("word", place, place.class_name, known), value=_short(name))


def _of_word(word: str, place: _Place, releases: Releases) -> Iterator[Obstacle | Untold]:
    """What a name that stands for a function asks for."""
    if place.in_archive and place.compiling:
        return
    known = releases.words[place.kind or ""].get(word, 0)
    if not known:
        yield Untold(word)
    elif known != releases.all:
        yield replace(_obstacle("word", place, place.class_name, known), value=_short(word))


def _obstacle(kind: str, place: _Place, class_name: str, taken_by: int) -> Obstacle:
    """An obstacle at a place."""
    return Obstacle(kind, place.layer, class_name, place.key, "", place.compiling, taken_by)  # type: ignore[arg-type]


def _short(value: Json) -> str:
    """A value as JSON where it is short; nothing of others."""
    nested = value if isinstance(value, JSON_LISTS) else ()
    if isinstance(value, dict) or len(nested) > _LONGEST or any(isinstance(one, (dict, *JSON_LISTS)) for one in nested):
        return ""
    text = json.dumps([*nested] if nested else value)
    return text if len(text) <= _LONGEST else ""
