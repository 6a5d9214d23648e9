"""A name is judged by what it resolves to: wherever it is cut, whatever form it has, whatever stands for a text."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from kerasinspect.analysis.stored_code.code_in_config import code_in_config
from kerasinspect.analysis.stored_code.loader_names.keras_table import CLASSES, REFUSED_ALONE
from kerasinspect.analysis.stored_code.named_objects import TEXT_KEYS
from kerasinspect.analysis.stored_code.references import UNSAFE_CLASSES
from tests.loader_names.forms import forms, splits

Json = dict[str, Any]


def kinds(document: object) -> list[str]:
    """The kinds of what is found."""
    return [found.kind for found in code_in_config(document, "config")]


@pytest.mark.parametrize("name", UNSAFE_CLASSES)
def test_a_class_that_runs_code_is_found_in_every_form(name: str) -> None:
    """As a class, as a function, in every split of its path, and by its registered name alone."""
    documents = [form for module, name in splits(f"keras.layers.{name}") for form in forms(module, name)]
    documents += [
        {"class_name": "Mine", "config": {}, "registered_name": name},
        {"module": "keras.layers", "class_name": "Dense", "config": {}, "registered_name": name},
    ]
    for document in documents:
        assert "unsafe-layer-class" in kinds(document), document


@pytest.mark.parametrize("root", ["keras", "tf_keras", "tensorflow.keras", "keras.src", "keras.api._v2.keras"])
def test_a_setting_is_found_through_every_way_into_keras(root: str) -> None:
    """A function that changes nothing but a number is no part of a model, wherever the dots are cut."""
    for module, name in splits(f"{root}.config.max_epochs"):
        if module.startswith(("keras", "tf_keras", "tensorflow.keras")):
            assert all(kinds(form) == ["non-modeling-api"] for form in forms(module, name)), (module, name)


@pytest.mark.parametrize(
    "path", ["keras.activations.relu", "keras.layers.Dense", "keras.optimizers.schedules.CosineDecay"]
)
def test_a_part_of_models_is_clean_in_every_form(path: str) -> None:
    """The same ways lead to what computes."""
    assert [form for module, name in splits(path) for form in forms(module, name) if kinds(form)] == []


def test_a_class_of_a_newer_keras_is_told_and_no_more() -> None:
    """A layer that the known versions lack may be a new one, where only layers lie; elsewhere it is foreign."""
    new = {"module": "keras.layers", "class_name": "BrandNew", "config": {}}
    assert kinds(new) == ["custom-class"]
    assert kinds(new | {"module": "keras.utils"}) == ["non-modeling-api"]
    assert kinds(new | {"module": "keras.src.layers.core.dense"}) == ["non-modeling-api"]


def test_a_name_alone_is_told_apart_from_a_path() -> None:
    """Without a module: a loader's own helper, a path into Keras or Python, and a class of one's own."""
    assert kinds({"class_name": "serialize", "config": {}}) == ["non-modeling-api"]
    assert kinds({"class_name": "keras.config.max_epochs", "config": {}, "module": None}) == ["non-modeling-api"]
    assert kinds({"class_name": "calendar.isleap", "config": {}, "module": None}) == ["foreign-module"]
    assert kinds({"class_name": "my.layers.Mine", "config": {}, "module": None}) == []
    assert kinds({"loss": ["mse", "serialize"], "metrics": ["acc"]}) == ["non-modeling-api"]


TEXTS: dict[str, Any] = {
    "text": "words.txt",
    "bytes": {"class_name": "__bytes__", "config": {"value": "words.txt"}},
    "array": {"class_name": "__numpy__", "config": {"value": "words.txt", "dtype": "str"}},
    "legacy array": {"type": "ndarray", "value": "words.txt"},
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize(
    ("class_name", "key"),
    [
        ("StringLookup", "vocabulary"),
        ("VocabularyFileCategoricalColumn", "vocabulary_file"),
        ("EmbeddingColumn", "ckpt_to_load_from"),
    ],
)
def test_a_path_is_found_whatever_stands_for_its_text(class_name: str, key: str, text: object) -> None:
    """A vocabulary or a checkpoint in a file, also in a column of features."""
    column = {"class_name": class_name, "config": {"key": "x", key: text}}
    features = {"class_name": "DenseFeatures", "config": {"name": "x", "feature_columns": [column]}}
    assert kinds(features) == ["external-path"]


def test_a_vocabulary_in_the_config_is_clean() -> None:
    """An array of words is no path."""
    words = {"class_name": "__numpy__", "config": {"value": ["a", "b"], "dtype": "str"}}
    assert kinds({"class_name": "StringLookup", "config": {"vocabulary": words}}) == []


@pytest.mark.parametrize(
    ("module", "name", "kind"),
    [
        ("keras_hub.src.utils.keras_utils", "gelu_approximate", "custom-class"),
        ("keras_hub.models", "BertBackbone", "custom-class"),
        ("keras_hub.models", "BertBackbone.from_preset", "non-modeling-api"),
        ("keras_hub.src.utils.preset_utils", "jax_memory_cleanup", "non-modeling-api"),
        ("keras_hub.src.utils.preset_utils", "PresetLoader", "non-modeling-api"),
    ],
)
def test_packages_beside_keras_are_judged_by_what_their_names_do(module: str, name: str, kind: str) -> None:
    """Classes and functions of their models need the package; what reads presets is no part of a model."""
    assert kinds({"module": module, "class_name": "function", "config": name}) == [kind]
    assert kinds({"module": module, "class_name": name, "config": {}}) == [kind]


def test_only_descriptions_of_tensors_are_type_specifications() -> None:
    """A loader imports the module and calls the class, whatever it is."""
    spec = {"class_name": "__typespec__", "module": "tensorflow.python.framework.ops", "config": []}
    assert kinds(spec | {"spec_name": "TensorSpec"}) == []
    assert kinds(spec | {"spec_name": "get_default_graph"}) == ["foreign-module"]


def test_every_class_of_the_table_is_clean() -> None:
    """Nothing that a model is made of is told of, as Keras 3 writes it."""
    names = {name for words in CLASSES.values() for name in words.split()}
    assert [name for name in names if kinds({"module": "keras.layers", "class_name": name, "config": {}})] == []


ALONE = REFUSED_ALONE.split()[0]
"""A name that a loader finds without a module, and no model is made of."""


@pytest.mark.parametrize(
    "named",
    [ALONE, [ALONE], {"a": ALONE}, {"a": {"b": ALONE}}, {"a": [ALONE]}, [[ALONE]], [["mae"], {"a": [ALONE]}]],
    ids=repr,
)
@pytest.mark.parametrize("key", ["loss", "metrics", "gamma_initializer", "recurrent_activation"])
def test_a_name_that_stands_alone_is_found_however_deep(key: str, named: object) -> None:
    """Keras has a loss for each output, lists of metrics for each, and objects of both."""
    assert kinds({"class_name": "Dense", "config": {key: named}}) == ["non-modeling-api"]
    assert kinds({key: named}) == ["non-modeling-api"]


def test_no_layer_of_keras_has_another_key_for_names() -> None:
    """Whatever a layer calls its initializers, regularizers, constraints and activations is looked at."""
    keras = pytest.importorskip("keras")
    layers = [one for one in vars(keras.layers).values() if isinstance(one, type)]
    keys = {key for layer in layers for key in inspect.signature(layer).parameters}
    endings = ("initializer", "regularizer", "constraint", "activation")
    assert {key for key in keys if key.endswith(endings)} <= TEXT_KEYS
