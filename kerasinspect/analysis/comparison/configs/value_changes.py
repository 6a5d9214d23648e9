"""Where two plain values of configs differ, key by key: objects by class and config, lists as wholes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.analysis.comparison.configs.plain_values import are_close, as_written, is_number, told_value
from kerasinspect.analysis.comparison.results import ConfigChange
from kerasinspect.knowledge.naming import snake_case
from kerasinspect.knowledge.serialized import is_entry

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from kerasinspect.json_values import Json, JsonObject

_LABEL = "name"
"""The key of an object's config that only says what it is called."""


def _value_changes(key: str, old: Json, new: Json, *, exact: bool = False) -> Iterator[ConfigChange]:
    """Each place at or below a key where two plain values differ.

    ``exact`` says that a key which one side lacks is a difference: it is where the same code wrote both.
    """
    match old, new:
        case dict(), dict():
            yield from _object_changes(key, old, new, exact=exact)
        case list(), list():
            yield from _list_changes(key, old, new, exact=exact)
        case _ if not _is_same(old, new):
            yield ConfigChange(key, _told(old), _told(new))


def key_changes(
    key: str, old: JsonObject, new: JsonObject, *, exact: bool, always: Collection[str] = ()
) -> Iterator[ConfigChange]:
    """Each place in two objects where they differ; ``key`` stands before theirs, where there is one.

    One of the keys ``always`` that a side lacks is a difference in any case.
    """
    for inner in dict.fromkeys((*old, *new)):
        path = f"{key}.{inner}" if key else inner
        if inner in old and inner in new:
            yield from _value_changes(path, old[inner], new[inner], exact=exact)
        elif not (exact or inner in always):
            continue
        elif old.get(inner) is not None:
            yield ConfigChange(path, _told(old[inner]), None, missing="new")
        elif new.get(inner) is not None:
            yield ConfigChange(path, None, _told(new[inner]), missing="old")


def _object_changes(key: str, old: dict[str, Json], new: dict[str, Json], *, exact: bool) -> Iterator[ConfigChange]:
    """Where two objects differ; two of other classes have no keys in common."""
    if not (is_entry(old) and is_entry(new)):
        yield from key_changes(key, old, new, exact=exact)
    elif _name_of(old) != _name_of(new):
        yield ConfigChange(key, _told(old), _told(new))
    else:
        yield from _value_changes(f"{key}.config", _unlabelled(old), _unlabelled(new), exact=exact)


def _list_changes(key: str, old: list[Json], new: list[Json], *, exact: bool) -> Iterator[ConfigChange]:
    """The two lists where they differ; of long ones their lengths, and in what the first items that differ do."""
    first = next((place for place, pair in enumerate(zip(old, new, strict=False)) if not _agree(*pair, exact)), None)
    if first is None and len(old) == len(new):
        return
    if told_value(old) == old and told_value(new) == new:
        yield ConfigChange(key, old, new)
        return
    if len(old) != len(new):
        yield ConfigChange(f"{key}.count", len(old), len(new))
    if first is not None:
        yield from _item_changes(f"{key}.{first}", old[first], new[first], exact=exact)


def _item_changes(key: str, old: Json, new: Json, *, exact: bool) -> Iterator[ConfigChange]:
    """Where two items of long lists differ: objects key by key, anything else as a whole."""
    if isinstance(old, dict) and isinstance(new, dict):
        yield from _object_changes(key, old, new, exact=exact)
    else:
        yield ConfigChange(key, _told(old), _told(new))


def _agree(old: Json, new: Json, exact: bool) -> bool:  # noqa: FBT001 - as the changes have it
    """Whether ``_value_changes`` would find nothing, without a word about what it finds."""
    if isinstance(old, list) and isinstance(new, list):
        return len(old) == len(new) and all(_agree(*pair, exact) for pair in zip(old, new, strict=True))
    if not isinstance(old, dict) or not isinstance(new, dict):
        return _is_same(old, new)
    if is_entry(old) and is_entry(new):
        return _name_of(old) == _name_of(new) and _agree(_unlabelled(old), _unlabelled(new), exact)
    if exact and any((old if key in old else new)[key] is not None for key in old.keys() ^ new.keys()):
        return False
    return all(_agree(old[key], new[key], exact) for key in old.keys() & new.keys())


def _is_same(old: Json, new: Json) -> bool:
    """Whether two values, not both objects or lists, are the same; an object is what its bare name stands for."""
    if is_number(old) and is_number(new):
        return are_close(old, new)
    if isinstance(old, dict) or isinstance(new, dict):
        return _name_of(old) is not None and _name_of(old) == _name_of(new)
    return type(old) is type(new) and bool(old == new)


def _name_of(value: Json) -> str | None:
    """The name that an object goes by, or that stands for one; None for any other value."""
    name = value["class_name"] if isinstance(value, dict) and is_entry(value) else value
    return snake_case(name) if isinstance(name, str) else None


def _unlabelled(value: dict[str, Json]) -> Json:
    """The config of an object without what it is called."""
    config = value["config"]
    return {key: inner for key, inner in config.items() if key != _LABEL} if isinstance(config, dict) else config


def _told(value: Json) -> Json:
    """A value as it is told of a side: of a long object its class, of anything else that is long the SHA-256."""
    described = as_written(_described(value))
    told = told_value(described)
    if isinstance(described, dict) and is_entry(described) and told != described:
        return described["class_name"]
    return told


def _described(value: Json) -> Json:
    """An object by its class alone where its config sets nothing."""
    if not isinstance(value, dict) or not is_entry(value):
        return value
    config = _unlabelled(value)
    is_bare = config is None or (isinstance(config, dict) and all(inner is None for inner in config.values()))
    return value["class_name"] if is_bare else {"class_name": value["class_name"], "config": config}
