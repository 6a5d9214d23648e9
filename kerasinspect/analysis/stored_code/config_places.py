"""Walks through the objects of a config, which is JSON from a stranger, and says where each value sits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from kerasinspect.json_values import JSON_LISTS
from kerasinspect.names import cut

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kerasinspect.json_values import Json, JsonObject
    from kerasinspect.model import Model

SHOWN = 120
"""Characters of a name from the file that a detail repeats."""
_LONGEST = 2_000
"""Characters of a place that are written out."""


class ConfigPlace(NamedTuple):
    """Where a value sits; written out only where something is found, so that a deep config costs nothing."""

    parent: ConfigPlace | None
    key: str | int

    @property
    def keys(self) -> tuple[str | int, ...]:
        """The keys that lead to it from the whole document."""
        keys: list[str | int] = []
        place: ConfigPlace = self
        while place.parent is not None:
            keys.append(place.key)
            place = place.parent
        return tuple(reversed(keys))

    def __str__(self) -> str:
        """Keys after dots, positions in brackets; the middle of a very long way is left out."""
        parts: list[str] = []
        place: ConfigPlace | None = self
        while place is not None:
            before = "." if place.parent is not None else ""
            parts.append(f"[{place.key}]" if isinstance(place.key, int) else f"{before}{cut(place.key, SHOWN)}")
            place = place.parent
        words = "".join(reversed(parts))
        return words if len(words) <= _LONGEST else f"{words[: _LONGEST // 2]} ... {words[-_LONGEST // 2 :]}"


def configs_of(model: Model) -> Iterator[tuple[JsonObject | None, str]]:
    """The config and the training config of a model, each with its name; one that holds the other only once."""
    yield model.config, "config"
    if model.config is None or model.config.get("compile_config") is not model.training_config:
        yield model.training_config, "training_config"


def objects_in(document: object, root: str) -> Iterator[tuple[JsonObject, ConfigPlace]]:
    """Every object of a document with its place, in order, without recursion."""
    pending: list[Iterator[tuple[object, ConfigPlace]]] = [iter([(document, ConfigPlace(None, root))])]
    while pending:
        for value, place in pending[-1]:
            if isinstance(value, dict):
                yield value, place
            pending.append(_inside(value, place))
            break
        else:
            pending.pop()


def _inside(value: object, place: ConfigPlace) -> Iterator[tuple[object, ConfigPlace]]:
    """The objects and lists right inside an object or a list, with their places."""
    items: Iterable[tuple[str | int, Json]] = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    return ((inner, ConfigPlace(place, key)) for key, inner in items if isinstance(inner, (dict, list)))


def names_at(document: object, place: ConfigPlace) -> tuple[str, ...]:
    """What the objects are called that a place in a model's config lies in, without the model itself.

    They are layers, the outermost first, and then perhaps parts of one, such as its dtype policy.
    """
    keys = place.keys
    if keys[:1] != ("config",):
        return ()  # what a model was compiled or built with is no layer
    names = []
    value: Any = document
    for key in keys:
        value = value[key]
        names += [name] if (name := _name_of(value)) else []
    return tuple(names)


def _name_of(value: object) -> str:
    """The name of a layer or of another object that names its class."""
    if not isinstance(value, dict) or "class_name" not in value:
        return ""
    config = value.get("config")
    named = (*((config,) if isinstance(config, dict) else ()), value)
    return next((name for one in named if isinstance(name := one.get("name"), str)), "")


def long_lists(model: Model, fewest: float) -> Iterator[tuple[ConfigPlace, tuple[str, ...], int]]:
    """The place of each list of more numbers than so many in the configs, the names there, and how many it holds."""
    for document, root in configs_of(model):
        for value, place in objects_in(document, root):
            for key, inner in value.items():
                if isinstance(inner, JSON_LISTS) and (count := _numbers(inner)) > fewest:
                    yield ConfigPlace(place, key), names_at(document, place), count


def _numbers(listed: Iterable[Json]) -> int:
    """How many numbers there are in lists of lists."""
    count, pending = 0, [iter(listed)]
    while pending:
        for value in pending[-1]:
            if isinstance(value, (int, float)):
                count += 1
            elif isinstance(value, JSON_LISTS):
                pending.append(iter(value))
                break
        else:
            pending.pop()
    return count
