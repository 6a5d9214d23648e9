"""Tests of what differs between two configs, and of what is only written otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from kerasinspect.analysis.comparison.configs import layer_changes, model_changes
from kerasinspect.analysis.comparison.results import ConfigChange
from kerasinspect.model import Layer, Vocabulary
from tests.makers.handmade import model

if TYPE_CHECKING:
    from kerasinspect.json_values import Json

Config = dict[str, Any]

SEED = {"class_name": "GlorotUniform", "config": {"seed": 7}}
L2: Json = {"class_name": "L2", "config": {"l2": 0.01}}


def object_of(class_name: str, **config: Any) -> Config:  # noqa: ANN401 - any JSON
    """An object as Keras 3 writes it."""
    return {"module": "keras.any", "class_name": class_name, "config": config, "registered_name": None}


def changes(old: Config, new: Config, *, exact: bool = False, **more: Any) -> list[ConfigChange]:  # noqa: ANN401
    """What differs between two layers with these configs."""
    layers = (Layer("one", more.get("class_name", "Dense"), "one", config=config, **more) for config in (old, new))
    before, after = ((layer, None) for layer in layers)
    return [*layer_changes(before, after, exact=exact)]


WRITTEN_OTHERWISE: dict[str, tuple[Config, Config]] = {
    "a name": ({"name": "one"}, {"name": "two"}),
    "an initializer in words": ({"kernel_initializer": "zeros"}, {"kernel_initializer": object_of("Zeros")}),
    "an initializer of Keras 2": (
        {
            "kernel_initializer": {
                "class_name": "VarianceScaling",
                "config": {"scale": 1.0, "mode": "fan_avg", "distribution": "uniform", "seed": None},
            }
        },
        {"kernel_initializer": object_of("GlorotUniform", seed=None, input_axes=None)},
    ),
    "an initializer of another version": (
        {"recurrent_initializer": object_of("OrthogonalInitializer", gain=1.0, seed=None)},
        {"recurrent_initializer": object_of("Orthogonal", seed=None, gain=1.0)},
    ),
    "an activation as a function": ({"activation": "relu"}, {"activation": object_of("function") | {"config": "relu"}}),
    "an activation as an object": ({"activation": "softmax"}, {"activation": object_of("Softmax")}),
    "no activation": ({"activation": None}, {"activation": "linear"}),
    "a policy": ({"dtype": "float32"}, {"dtype": object_of("DTypePolicy", name="float32")}),
    "a batch shape": ({"batch_input_shape": [None, 3]}, {"batch_shape": [None, 3]}),
    "a number in float32": ({"epsilon": 0.001}, {"epsilon": 0.0010000000474974513}),
    "an axis from the back": ({"axis": [3]}, {"axis": -1}),
    "a layer inside": ({"layer": object_of("Dense", units=1)}, {"layer": object_of("Dense", units=2)}),
}


@pytest.mark.parametrize(("first", "second"), WRITTEN_OTHERWISE.values(), ids=WRITTEN_OTHERWISE)
def test_what_is_only_written_otherwise_is_no_difference(first: Config, second: Config) -> None:
    """Formats and versions of Keras write one thing in several ways."""
    assert changes(first, second) == changes(second, first) == []


DIFFERENT: dict[str, tuple[Config, Config, list[ConfigChange]]] = {
    "an activation": (
        {"activation": "relu"},
        {"activation": object_of("function") | {"config": "gelu"}},
        [ConfigChange("activation", "relu", "gelu")],
    ),
    "trainable": ({"trainable": True}, {"trainable": False}, [ConfigChange("trainable", True, False)]),  # noqa: FBT003
    "a seed of its own": ({"seed": None}, {"seed": 1}, [ConfigChange("seed", None, 1)]),
    "a seed of an initializer": (
        {"kernel_initializer": SEED},
        {"kernel_initializer": object_of("GlorotUniform", seed=8)},
        [ConfigChange("kernel_initializer.config.seed", 7, 8)],
    ),
    "an initializer": (
        {"kernel_initializer": object_of("GlorotUniform", seed=None)},
        {"kernel_initializer": object_of("RandomNormal", mean=0.0, seed=None)},
        [
            ConfigChange(
                "kernel_initializer",
                "glorot_uniform",
                {"class_name": "random_normal", "config": {"mean": 0.0, "seed": None}},
            )
        ],
    ),
    "a regularizer": (
        {"kernel_regularizer": None},
        {"kernel_regularizer": L2},
        [ConfigChange("kernel_regularizer", None, L2)],
    ),
    "its strength": (
        {"kernel_regularizer": L2},
        {"kernel_regularizer": object_of("L2", l2=0.1)},
        [ConfigChange("kernel_regularizer.config.l2", 0.01, 0.1)],
    ),
    "a list": ({"strides": [1, 1]}, {"strides": [1, 2]}, [ConfigChange("strides", [1, 1], [1, 2])]),
    "one and several": ({"axis": 1}, {"axis": [1, 2]}, [ConfigChange("axis", 1, [1, 2])]),
    "a long list": (
        {"table": [*range(100)]},
        {"table": [*range(98), 7]},
        [ConfigChange("table.count", 100, 99), ConfigChange("table.98", 98, 7)],
    ),
    "objects of one's own in a list": (
        {"blocks": [object_of("Block", depth=1, name="a")]},
        {"blocks": [object_of("Block", depth=2, name="b")]},
        [ConfigChange("blocks", [{"class_name": "Block", "config": {"depth": 1, "name": "a"}}],
                      [{"class_name": "Block", "config": {"depth": 2, "name": "b"}}])],
    ),
    "a number that float32 rounded": (
        {"rate": 0.10000000149011612},
        {"rate": 1e300},
        [ConfigChange("rate", 0.1, 1e300)],
    ),
    "not a number": ({"rate": float("nan")}, {"rate": 0.5}, [ConfigChange("rate", "NaN", 0.5)]),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "expected"), DIFFERENT.values(), ids=DIFFERENT)
def test_each_key_with_another_value_is_named_with_dots(old: Config, new: Config, expected: list[ConfigChange]) -> None:
    """The key says where the value stands, and both values are in the form that versions share."""
    assert changes(old, new) == expected


def test_a_key_that_is_missing_is_a_difference_only_within_one_version() -> None:
    """Another Keras may have no such key, or another default for it; ``null`` says nothing in either."""
    old, new = {"units": 3, "gate": None}, {"units": 3, "lora_rank": 4}
    assert changes(old, new) == []
    assert changes(old, new, exact=True) == [ConfigChange("lora_rank", None, 4, missing="old")]
    assert changes(new, old, exact=True) == [ConfigChange("lora_rank", 4, None, missing="new")]


def test_layers_that_others_made_have_no_config_of_their_own() -> None:
    """The cell of a recurrent layer has the config of that layer, which is compared once."""
    outer = [{"units": 3, "activation": "relu"}, {"units": 3, "activation": "tanh"}]
    around = [Layer("lstm", "LSTM", "lstm", config=config) for config in outer]
    cells = [Layer("cell", "LSTMCell", "lstm/cell", config=one.config) for one in around]
    pairs = zip(cells, around, strict=True)
    before, after = pairs
    assert [*layer_changes(before, after, exact=True)] == []


def test_classes_are_compared_where_both_files_tell_them() -> None:
    """A class has other names in other versions of Keras, and none in a file of weights."""

    def between(old: str, new: str, *, exact: bool = True) -> list[ConfigChange]:
        before, after = ((Layer("one", name, "one"), None) for name in (old, new))
        return [*layer_changes(before, after, exact=exact)]

    assert between("Dense", "Mine") == [ConfigChange("class_name", "Dense", "Mine")]
    assert between("Dense", "unknown class") == []
    assert between("GroupQueryAttention", "GroupedQueryAttention") == []
    assert between("Functional", "Model", exact=False) == []


def test_of_vocabularies_the_sizes_and_the_first_other_token_are_told() -> None:
    """A list of ten thousand tokens says nothing to anybody."""
    known = [Vocabulary(tokens, len(tokens), None) for tokens in (("[UNK]", "a", "b"), ("[UNK]", "c"))]
    before, after = ((Layer("one", "StringLookup", "one", vocabulary=one), None) for one in known)
    assert [*layer_changes(before, after, exact=True)] == [
        ConfigChange("vocabulary.count", 3, 2),
        ConfigChange("vocabulary.1", "a", "c"),
    ]


def test_tokens_beyond_those_that_are_kept_are_told_apart_by_their_digest() -> None:
    """The first thousand may be the same, and the last one another."""
    known = [Vocabulary(("a",), 2_000, None, digest) for digest in ("1", "2")]
    before, after = ((Layer("one", "StringLookup", "one", vocabulary=one), None) for one in known)
    assert [*layer_changes(before, after, exact=True)] == [ConfigChange("vocabulary.sha256", "1", "2")]
    assert [*layer_changes(before, before, exact=True)] == []


def test_lists_in_lists_are_compared_in_one_pass() -> None:
    """At whatever depth they differ, and in whatever way each is written."""
    old: Json = ["relu", object_of("L2", l2=1.0, name="a")]
    new: Json = [object_of("function") | {"config": "relu"}, object_of("L2", l2=1, name="b")]
    deep: Json = old
    other: Json = [*new, None] if isinstance(new, list) else None
    for _ in range(200):
        deep, other, new = [deep, 0], [other, 0], [new, 0]
    assert changes({"table": deep}, {"table": new}) == []
    assert [one.key for one in changes({"table": deep}, {"table": other})] == ["table.0"]


LEGACY_RATE = 0.0010000000474974513
LEGACY: Config = {
    "loss": "mse",
    "metrics": [[{"class_name": "MeanMetricWrapper", "config": {"name": "mae", "fn": "mean_absolute_error"}}]],
    "weighted_metrics": None,
    "loss_weights": None,
    "optimizer_config": {"class_name": "Custom>Adam", "config": {"name": "Adam", "lr": LEGACY_RATE}},
}
ARCHIVED: Config = {
    "optimizer": object_of("Adam", name="adam", learning_rate=0.001, weight_decay=None),
    "loss": object_of("MeanSquaredError", reduction="sum", name="mean_squared_error"),
    "metrics": ["mae"],
    "run_eagerly": False,
}


def compiled(old: Config | None, new: Config | None, version: str | None = None) -> list[ConfigChange]:
    """What differs between two models that were compiled so, in archives of one version where one is given."""
    before, after = (
        model([], config={"config": {}}, training_config=config, keras_version=version) for config in (old, new)
    )
    return [*model_changes(before, after)]


def test_both_generations_of_compile_configs_are_compared() -> None:
    """Legacy HDF5 has other keys than an archive, and metrics that Keras made of those that were given."""
    assert compiled(LEGACY, ARCHIVED) == compiled(ARCHIVED, LEGACY) == []
    assert compiled({"optimizer": "adam", "loss": "MSE"}, ARCHIVED) == []
    assert compiled({"metrics": ["acc"]}, {"metrics": [["categorical_accuracy"]]}) == []


def test_an_optimizer_or_a_loss_that_one_file_lacks_is_a_difference() -> None:
    """Keras 3 leaves it out of archives of a model that it saved as legacy HDF5; no format does so itself."""
    lacking = {key: value for key, value in ARCHIVED.items() if key != "optimizer"}
    for old in (LEGACY, ARCHIVED):
        (gone,) = compiled(old, lacking)
        assert (gone.key, gone.new, gone.missing) == ("compile.optimizer", None, "new")
        assert compiled(lacking, old)[0].missing == "old"
    assert compiled(ARCHIVED, ARCHIVED | {"loss": None})[0].key == "compile.loss"
    assert compiled(ARCHIVED, ARCHIVED | {"optimizer": None})[0].new is None


def test_a_setting_that_one_of_two_files_of_one_kind_lacks_is_a_difference() -> None:
    """Another version leaves keys out and sets others; the same one does not."""
    eager = ARCHIVED | {"steps_per_execution": 2, "run_eagerly": None}
    assert compiled(ARCHIVED, eager) == []
    assert compiled(ARCHIVED, eager, "3.11.3") == [
        ConfigChange("compile.run_eagerly", old=False, new=None),
        ConfigChange("compile.steps_per_execution", None, 2, missing="old"),
    ]


OTHER_METRICS: dict[str, tuple[Json, Json]] = {
    "another output": ([["mae"], ["mse"]], [["mse"], ["mae"]]),
    "all of one output": ([["mae"], ["mse"]], [[], ["mae", "mse"]]),
    "an output by its name": ({"a": "mae"}, {"b": "mae"}),
    "a setting": ([object_of("MeanIoU", num_classes=2)], [object_of("MeanIoU", num_classes=3)]),
    "none": (None, ["mae"]),
}


@pytest.mark.parametrize(("old", "new"), OTHER_METRICS.values(), ids=OTHER_METRICS)
def test_which_output_a_metric_belongs_to_is_compared(old: Json, new: Json) -> None:
    """Where one version wrote both files in one format."""
    found = compiled(ARCHIVED | {"metrics": old}, ARCHIVED | {"metrics": new}, "3.11.3")
    assert {change.key.split(".")[1] for change in found} == {"metrics"}


SAME_METRICS: dict[str, tuple[Json, Json]] = {
    "one or a list of it": ("mae", [["mean_absolute_error"]]),
    "none or no list": (None, []),
    "made of what was given": (
        [["acc"], ["mae"]],
        [[object_of("MeanMetricWrapper", fn="accuracy")], [object_of("MeanMetricWrapper", fn="mae")]],
    ),
    "called otherwise": ([object_of("AUC", name="auc")], [object_of("AUC", name="auc_1")]),
}


@pytest.mark.parametrize(("old", "new"), SAME_METRICS.values(), ids=SAME_METRICS)
def test_the_same_metrics_are_no_difference(old: Json, new: Json) -> None:
    """Older versions save those that they made in training, and of one version not all files have been trained."""
    assert not compiled(ARCHIVED | {"metrics": old}, ARCHIVED | {"metrics": new}, "3.11.3")


def test_a_long_object_is_told_by_its_class() -> None:
    """Beside nothing, and beside one of another class; two of one class by the keys that differ."""
    settings = {f"setting_{at}": at for at in range(20)}
    long = {"quantization_config": object_of("Int8QuantizationConfig", **settings)}
    assert changes({"quantization_config": None}, long)[0].new == "Int8QuantizationConfig"
    assert changes({"units": 1}, long | {"units": 1}, exact=True)[0].new == "Int8QuantizationConfig"
    old, new = (object_of("Pipeline", **settings, last=last) for last in (1, 2))
    assert changes({"layers_of": [old, 1]}, {"layers_of": [new, 1]}) == [ConfigChange("layers_of.0.config.last", 1, 2)]


def test_other_objectives_are_named() -> None:
    """Loss, optimizer, its settings, and metrics."""
    assert compiled(ARCHIVED, ARCHIVED | {"loss": "mae"})[0].key == "compile.loss"
    slower = ARCHIVED | {"optimizer": object_of("Adam", learning_rate=0.01)}
    assert compiled(LEGACY, slower) == [ConfigChange("compile.optimizer.config.learning_rate", 0.001, 0.01)]
    assert compiled(ARCHIVED, ARCHIVED | {"metrics": ["mae", "mse"]}) == [
        ConfigChange("compile.metrics", ["mean_absolute_error"], ["mean_absolute_error", "mean_squared_error"])
    ]
    assert compiled(ARCHIVED, ARCHIVED | {"optimizer": "sgd"})[0].new == "sgd"
    long = ARCHIVED | {"optimizer": object_of("RMSprop", **{f"setting_{at}": at for at in range(20)})}
    assert compiled(ARCHIVED, long)[0].new == "RMSprop"


def test_a_model_that_was_not_compiled_is_told_in_one_entry() -> None:
    """One of both was saved without, or never compiled."""
    outline: Json = {"optimizer": "Adam", "loss": "MeanSquaredError", "metrics": ["mean_absolute_error"]}
    assert compiled(ARCHIVED, None) == [ConfigChange("compile", outline, None, missing="new")]
    assert compiled(None, ARCHIVED) == [ConfigChange("compile", None, outline, missing="old")]


def test_a_file_of_weights_proves_nothing_of_configs() -> None:
    """It has none."""
    assert model_changes(model([]), model([], config={"config": {"dtype": "float16"}}, training_config=LEGACY)) == ()
