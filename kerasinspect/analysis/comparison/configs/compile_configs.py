"""What two models were compiled with, held against each other, from both of the forms in which Keras saves it.

Legacy HDF5 has an ``optimizer_config``, and the metrics that Keras made of those it was given; an archive has an
``optimizer``, and what ``compile`` was given. Every version saves an optimizer and a loss in each of its formats, so
that a file without one differs from a file with it; which of the other keys are saved depends on format and version.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.analysis.comparison.configs.plain_values import plain_value
from kerasinspect.analysis.comparison.configs.value_changes import key_changes
from kerasinspect.analysis.comparison.results import ConfigChange
from kerasinspect.knowledge.naming import snake_case
from kerasinspect.knowledge.serialized import as_mapping, is_entry

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kerasinspect.json_values import Json, JsonObject

_KEY = "compile"
_LISTS_OF_METRICS = ("metrics", "weighted_metrics")
_ALWAYS_SAVED = ("optimizer", "loss")
"""Keys that no version and no format leaves out by itself.

Of a model that it saved as legacy HDF5 before, Keras 3 writes archives without the optimizer, and loads them with its
default one.
"""
_OLDER_KEYS = {"optimizer_config": "optimizer", "lr": "learning_rate"}
"""Today's word for a key of older files."""
_LONG_NAMES: Mapping[str, str] = {
    "mse": "mean_squared_error",
    "mae": "mean_absolute_error",
    "mape": "mean_absolute_percentage_error",
    "msle": "mean_squared_logarithmic_error",
    "bce": "binary_crossentropy",
    "kld": "kl_divergence",
    "kullback_leibler_divergence": "kl_divergence",
    "acc": "accuracy",
}
"""What short and older names of losses and metrics stand for."""
_ANY_ACCURACY = "accuracy"
"""The metric of which Keras makes the one that fits the loss, and which an older file has as that one."""


def compile_changes(old: JsonObject | None, new: JsonObject | None, *, exact: bool) -> Iterator[ConfigChange]:
    """Each key of what both models were compiled with that differs; one entry where only one of them was.

    ``exact`` says that one version of Keras wrote both files in one format, so that a missing key is a difference.
    """
    if old and new:
        ours, theirs = _compared(old, new, exact=exact), _compared(new, old, exact=exact)
        yield from key_changes(_KEY, ours, theirs, exact=exact, always=_ALWAYS_SAVED)
    elif old:
        yield ConfigChange(_KEY, _outline(old), None, missing="new")
    elif new:
        yield ConfigChange(_KEY, None, _outline(new), missing="old")


def _outline(config: JsonObject) -> Json:
    """The optimizer, the loss and the metrics of one model, by name."""
    form = _form(config)
    named: dict[str, Json] = {}
    for key in ("optimizer", "loss", *_LISTS_OF_METRICS):
        value = form.get(key)
        named[key] = value["class_name"] if isinstance(value, dict) and is_entry(value) else value
    return {key: value for key, value in named.items() if value}


def _compared(config: JsonObject, other: JsonObject, *, exact: bool) -> JsonObject:
    """What is compared of one side: not metrics that are the other side's in its words, nor what is set to nothing.

    Of ``exact`` sides that is compared, too.
    """
    form, others = _form(config), _form(other)
    for key in _LISTS_OF_METRICS:
        if exact and key in config and _has_wrappers(config[key]) == _has_wrappers(other.get(key)):
            form[key] = _of_outputs(config[key])
        elif _are_same_metrics(form.get(key), others.get(key)):
            form.pop(key, None)
    return {key: value for key, value in form.items() if exact or value is not None or key in _ALWAYS_SAVED}


def _form(config: JsonObject) -> dict[str, Json]:
    """A compile config in the form that both generations share."""
    form = {_OLDER_KEYS.get(key, key): plain_value(key, value) for key, value in config.items()}
    optimizer = form.get("optimizer")
    if isinstance(optimizer, dict) and is_entry(optimizer):
        inner = as_mapping(optimizer["config"])
        form["optimizer"] = {**optimizer, "config": {_OLDER_KEYS.get(key, key): inner[key] for key in inner}}
    if "loss" in form:
        form["loss"] = _long(form["loss"]) or None
    return form | {key: [*_metric_names(form[key])] for key in _LISTS_OF_METRICS if key in form}


def _long(value: Json) -> Json:
    """A loss, or those of several outputs, by today's names."""
    if isinstance(value, list):
        return [*map(_long, value)]
    if isinstance(value, dict) and not is_entry(value):
        return {key: _long(inner) for key, inner in value.items()}
    return _LONG_NAMES.get(value.lower(), value) if isinstance(value, str) else value


def _of_outputs(value: Json) -> Json:
    """The metrics of each output, by today's names; one thing for a list of it, and nothing for an empty list."""
    if isinstance(value, list):
        return _of_outputs(value[0]) if len(value) == 1 else [*map(_of_outputs, value)] or None
    if isinstance(value, dict) and not is_entry(value):
        return {key: _of_outputs(inner) for key, inner in value.items()}
    return _LONG_NAMES.get(value, value) if isinstance(value, str) else plain_value("", value)


def _has_wrappers(value: Json) -> bool:
    """Whether metrics are those that Keras made in training of what it was given, which older versions save instead."""
    if isinstance(value, list):
        return any(map(_has_wrappers, value))
    return isinstance(value, dict) and as_mapping(value.get("config")).get("fn") is not None


def _metric_names(value: Json) -> Iterator[Json]:
    """The metrics of all outputs, by today's names, in order; a function in a wrapper by its own."""
    pending = [value]
    while pending:
        match pending.pop():
            case list() as inner:
                pending += reversed(inner)
            case {"class_name": str(), "config": {"fn": str(name)}} | {"class_name": str(name), "config": _}:
                pending.append(name)
            case dict() as inner:
                pending += reversed(inner.values())
            case str() as text:
                name = snake_case(text)
                yield _LONG_NAMES.get(name, name)


def _are_same_metrics(old: Json, new: Json) -> bool:
    """Whether two lists name the same metrics."""
    if not isinstance(old, list) or not isinstance(new, list) or len(old) != len(new):
        return False
    return all(map(_is_same_metric, old, new))


def _is_same_metric(old: Json, new: Json) -> bool:
    """Whether two names stand for one metric; ``accuracy`` for any that fits a loss."""
    return old == new or (
        _ANY_ACCURACY in {old, new} and str(old).endswith(_ANY_ACCURACY) and str(new).endswith(_ANY_ACCURACY)
    )
