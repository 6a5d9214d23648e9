"""In what the configs of two layers, and of two models, differ, as far as both files tell.

What only another version of Keras or another format writes, or writes otherwise, is no difference.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.analysis.comparison.configs.compile_configs import compile_changes
from kerasinspect.analysis.comparison.configs.plain_values import is_derived, is_same_axis, plain_value
from kerasinspect.analysis.comparison.configs.value_changes import key_changes
from kerasinspect.analysis.comparison.results import ConfigChange
from kerasinspect.analysis.placed_layers import known_class
from kerasinspect.knowledge.initializers import initializer_in
from kerasinspect.knowledge.layers import LAYERS, group_name
from kerasinspect.knowledge.serialized import config_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kerasinspect.json_values import Json, JsonObject
    from kerasinspect.model import Layer, Model, Vocabulary

_NOT_ITS_OWN = frozenset(
    {
        *("name", "layer", "layers", "cell", "cells", "forward_layer", "backward_layer"),
        *("input_layers", "output_layers", "build_config", "build_input_shape", "vocabulary"),
    }
)
"""Keys about names and layers, which are compared by themselves, and about how a layer is built when it is loaded."""
_OLDER_KEYS = {"batch_input_shape": "batch_shape"}
"""Today's word for a key of older files."""
_INITIALIZER = "_initializer"
_DIRECTION = "go_backwards"
"""What Keras 2 does not save of the second layer of a Bidirectional."""


def model_changes(old: Model, new: Model) -> tuple[ConfigChange, ...]:
    """In what the configs of two models as wholes differ, what they were compiled with included."""
    if old.config is None or new.config is None:
        return ()
    exact = are_of_one_version(old, new)
    return (
        *_class_changes(old.class_name, new.class_name, exact=exact),
        *key_changes("", _compared(config_of(old.config)), _compared(config_of(new.config)), exact=exact),
        *compile_changes(old.training_config, new.training_config, exact=exact and old.format == new.format),
    )


def layer_changes(
    old: tuple[Layer, Layer | None], new: tuple[Layer, Layer | None], *, exact: bool
) -> Iterator[ConfigChange]:
    """In what the configs of two layers differ, each given with the layer around it; ``exact`` as for values."""
    (before, _), (after, _) = old, new
    yield from _class_changes(known_class(before), known_class(after), exact=exact)
    if before.vocabulary and after.vocabulary:
        yield from _vocabulary_changes(before.vocabulary, after.vocabulary)
    if before.config == after.config or _is_made_by_parent(*old) or _is_made_by_parent(*new):
        return
    ours, theirs = (
        _compared(config, _same_keys(before.config, after.config)) for config in (before.config, after.config)
    )
    exact = exact and before.class_name == after.class_name
    for change in key_changes("", ours, theirs, exact=exact):
        is_form = change.key == "axis" and is_same_axis(change.old, change.new, after)
        if not is_form and not (change.key == _DIRECTION and not exact):
            yield change


def are_of_one_version(old: Model, new: Model) -> bool:
    """Whether one version of Keras wrote both files, so that a key which one of them lacks is a difference."""
    return old.keras_version is not None and old.keras_version == new.keras_version


def _is_made_by_parent(layer: Layer, around: Layer | None) -> bool:
    """Whether a layer has no config of its own but that of the layer around it."""
    return not layer.config or (around is not None and is_derived(layer.config, around.config))


def _same_keys(old: JsonObject, new: JsonObject) -> frozenset[str]:
    """Keys under which both configs have just the same, whatever form that has."""
    return frozenset(key for key, value in old.items() if key in new and value == new[key])


def _compared(config: JsonObject, same: frozenset[str] = frozenset()) -> dict[str, Json]:
    """What is compared of a config, in the form that versions share."""
    left_out = _NOT_ITS_OWN | same
    return {_OLDER_KEYS.get(key, key): _form(key, value) for key, value in config.items() if key not in left_out}


def _form(key: str, value: Json) -> Json:
    """A value of a config in the form that versions share."""
    if key.endswith(_INITIALIZER) and value is not None:
        name, params = initializer_in(value)
        return plain_value(key, value) if name is None else plain_value(key, {"class_name": name, "config": {**params}})
    return plain_value(key, value)


def _class_changes(old: str | None, new: str | None, *, exact: bool) -> Iterator[ConfigChange]:
    """Two classes that differ; two names of one class in several versions are none."""
    if old is None or new is None or group_name(old) == group_name(new):
        return
    if exact or not _are_alike(old, new):
        yield ConfigChange("class_name", old, new)


def _are_alike(old: str, new: str) -> bool:
    """Whether all that is known of two of Keras's classes is the same."""
    ours, theirs = LAYERS.get(old), LAYERS.get(new)
    return ours is not None and theirs is not None and ours.sentence == theirs.sentence


def _vocabulary_changes(old: Vocabulary, new: Vocabulary) -> Iterator[ConfigChange]:
    """In what two vocabularies differ: how many tokens there are, and the first of those that are kept."""
    if old.sha256 == new.sha256 is not None:
        return
    tokens = enumerate(zip(old.tokens, new.tokens, strict=False))
    first = next(((place, *pair) for place, pair in tokens if len({*pair}) > 1), None)
    if old.count != new.count:
        yield ConfigChange("vocabulary.count", old.count, new.count)
    if first is not None:
        yield ConfigChange(f"vocabulary.{first[0]}", first[1], first[2])
    elif old.count == new.count and old.sha256 != new.sha256:
        yield ConfigChange("vocabulary.sha256", old.sha256, new.sha256)
