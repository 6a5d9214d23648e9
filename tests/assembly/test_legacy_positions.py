"""Positions in ``get_weights()`` of legacy files: the true one or none, and what the file lists but does not hold."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import h5py
import numpy as np
import pytest

from kerasinspect.assembly import assemble
from kerasinspect.checking.asking import check_file
from kerasinspect.checking.rule_names import active_rules
from kerasinspect.formats.contents import Contents, LayerRows, Row
from kerasinspect.opening import open_model
from tests.makers.trees import custom, dense, drawn, stored_array
from tests.places import DATA

if TYPE_CHECKING:
    from collections.abc import Callable

    from kerasinspect.checking.findings import Finding
    from kerasinspect.model import FormatName, Model

MADE_BY_KERAS = DATA / "cases"
POSITIONS: dict[str, dict[str, list[int]]] = json.loads((MADE_BY_KERAS / "positions.json").read_text())
"""By file, the positions of all arrays in the real ``get_weights()``, by the SHA-256 of their bytes."""


def positions(model: Model) -> dict[str, int | None]:
    """The position of each weight, by its path."""
    return {weight.path: weight.index for weight in model.weights}


def findings(path: Path, code: str) -> list[Finding]:
    """What one rule says of a file."""
    return [*check_file(str(path), active_rules([code])).findings]


@pytest.fixture
def copied(tmp_path: Path) -> Callable[[str], Path]:
    """A copy of one of the files, to be changed."""
    return lambda name: Path(shutil.copy(MADE_BY_KERAS / name, tmp_path))


@pytest.mark.parametrize("name", [name for name in POSITIONS if name != "silent_check/permuted_bn.h5"])
def test_a_position_is_the_true_one_or_none(name: str) -> None:
    """Custom layers, subclasses, twins and half-written files: no array gets another one's position."""
    with open_model(MADE_BY_KERAS / name) as model:
        assert len(model.weights) == sum(len({*places}) for places in {*map(tuple, POSITIONS[name].values())})
        for weight in model.weights:
            digest = hashlib.sha256(np.ascontiguousarray(weight.array[...]).tobytes()).hexdigest()
            assert weight.index is None or weight.index in POSITIONS[name][digest]


def test_layers_with_equal_arrays_stay_two() -> None:
    """Two fresh towers hold equal normalisations; each keeps its own, in its own place."""
    with open_model(MADE_BY_KERAS / "twins/towers.h5") as model:
        assert [*positions(model).values()] == [*range(12)]


@pytest.mark.parametrize("name", ["half_written/twice.h5", "half_written/absent_own.h5", "half_written/twice_tf.h5"])
def test_a_lost_array_keeps_its_place(name: str) -> None:
    """What is listed behind it has its true position, and the layer is found by check."""
    with open_model(MADE_BY_KERAS / name) as model:
        assert (positions(model)["three/kernel"], positions(model)["three/bias"]) == (4, 5)
        assert any(str(remark).startswith("two: It lists ") for remark in model.remarks)
    assert [finding.where for finding in findings(MADE_BY_KERAS / name, "KI412")] == ["two"]


def test_a_whole_file_lists_what_it_holds() -> None:
    """The same model with two names has no such finding."""
    assert findings(MADE_BY_KERAS / "half_written/whole.h5", "KI412") == []


def test_a_layer_without_a_group_counts_where_its_class_tells_how_many(copied: Callable[[str], Path]) -> None:
    """A Dense has two arrays; of a custom layer nobody knows, so that what comes behind has no position."""
    path = copied("half_written/whole.h5")
    with h5py.File(path, "r+") as file:
        del file["model_weights/one"]
    with open_model(path) as model:
        assert positions(model)["three/kernel"] == 4
    with h5py.File(path, "r+") as file:
        del file["model_weights/two"]
    with open_model(path) as model:
        assert positions(model) == {"three/kernel": None, "three/bias": None}
    assert [finding.where for finding in findings(path, "KI412")] == ["one", "two"]


def test_lists_of_the_optimizer_are_looked_at(copied: Callable[[str], Path]) -> None:
    """State that is listed but absent is found, too."""
    path = copied("half_written/whole.h5")
    with h5py.File(path, "r+") as file:
        group = file.create_group("optimizer_weights")
        group.attrs["weight_names"] = ["sgd/iteration"]
    assert [finding.where for finding in findings(path, "KI412")] == ["optimizer_weights"]


def test_an_array_in_the_place_of_another_has_its_position() -> None:
    """Keras loads by place: the moving mean that is listed first becomes gamma, and check says so."""
    with open_model(MADE_BY_KERAS / "silent_check/permuted_bn.h5") as model:
        norm = {weight.name: (weight.index, weight.loaded_as) for weight in model.weights if weight.layer == "norm"}
    assert norm == {
        "moving_mean": (2, "gamma"),
        "moving_variance": (3, "beta"),
        "gamma": (4, "moving_mean"),
        "beta": (5, "moving_variance"),
    }
    assert [finding.where for finding in findings(MADE_BY_KERAS / "silent_check/permuted_bn.h5", "KI413")] == ["norm"]


def test_a_layer_in_the_place_of_another_has_its_position(copied: Callable[[str], Path]) -> None:
    """The order of the layers counts in the same way."""
    path = copied("half_written/whole.h5")
    with h5py.File(path, "r+") as file:
        file["model_weights"].attrs["layer_names"] = ["three", "two", "one"]
    with open_model(path) as model:
        assert (positions(model)["three/kernel"], positions(model)["one/kernel"]) == (0, 4)
    assert sorted(finding.where for finding in findings(path, "KI413")) == ["one", "three"]


def write_two_groups(path: Path, kernels: tuple[np.ndarray, np.ndarray]) -> Path:
    """Weights without a config: two groups that list a kernel of one name, and a layer behind them."""
    with h5py.File(path, "w") as file:
        file.attrs["keras_version"] = "2.15.0"
        file.attrs["layer_names"] = ["one", "other", "z"]
        for name, kernel in zip(("one", "other"), kernels, strict=True):
            group = file.create_group(name)
            group.attrs["weight_names"] = ["shared/kernel:0", f"{name}/gain:0"]
            group["shared/kernel:0"] = kernel
            group[f"{name}/gain:0"] = np.float32(len(name))
        file.create_group("z").attrs["weight_names"] = ["z/kernel:0"]
        file["z/z/kernel:0"] = np.zeros((2, 2), "<f4")
    return path


def test_without_a_config_equal_numbers_leave_later_positions_open(tmp_path: Path) -> None:
    """A kernel in two groups is one layer's as far as anyone can tell, which does not prove it."""
    drawn = np.arange(4, dtype="<f4").reshape(2, 2)
    with open_model(write_two_groups(tmp_path / "a.h5", (drawn, drawn))) as model:
        assert positions(model)["z/kernel"] is None
        paths = {weight.stored_path for weight in model.weights} | {extra.stored_path for extra in model.extras}
        assert paths >= {"/one/shared/kernel:0", "/other/shared/kernel:0"}
    with open_model(write_two_groups(tmp_path / "b.h5", (drawn, drawn + 1))) as model:
        assert positions(model)["z/kernel"] == 4


def test_a_list_of_layers_in_a_subclass_hides_the_order() -> None:
    """The name of the model before those of its layers shows a subclass of tf.keras, whose lists no file has."""
    assert {weight.index for weight in rows_of({"head": ["net/head/kernel:0", "net/head/bias:0"]}).weights} == {None}
    assert [weight.index for weight in rows_of({"head": ["head/kernel:0", "head/bias:0"]}).weights] == [0, 1]


def test_what_only_the_file_names_stands_where_the_file_lists_it() -> None:
    """Two layers of one name in a config have two names in the file."""
    names = {name: [f"{name}/kernel:0", f"{name}/bias:0"] for name in ("d", "d_1", "last")}
    model = rows_of(names, config=sequential(dense("d"), dense("d"), dense("last")))
    assert [(weight.layer, weight.index) for weight in model.weights if weight.name == "kernel"][-1] == ("last", 4)


def test_a_layer_deeper_inside_may_be_called_as_the_model_around_it() -> None:
    """Keras 3 leaves the name of a nested model out of those of its weights."""
    nested = {"class_name": "Functional", "config": {"name": "inner", "layers": [dense("one"), dense("inner")]}}
    names = {"inner": ["one/kernel", "one/bias", "inner/kernel", "inner/bias"]}
    model = rows_of(names, config=sequential(nested), version="3.15.1")
    assert [weight.path for weight in model.weights] == [
        "inner/one/kernel",
        "inner/one/bias",
        "inner/inner/kernel",
        "inner/inner/bias",
    ]


def test_factors_of_lora_are_no_second_bias() -> None:
    """An attention layer's config does not say that its projections have them."""
    names = {"a": [f"a/query/{word}" for word in ("bias", "lora_kernel_a", "lora_kernel_b", "kernel")]}
    model = rows_of(names, config=sequential(dense("a") | {"class_name": "MultiHeadAttention"}), version="3.15.1")
    found = [weight.name for weight in sorted(model.weights, key=lambda one: one.index or 0)]
    assert found == ["kernel", "bias", "lora_kernel_a", "lora_kernel_b"]


def test_a_layer_called_as_another_class_is_not_of_it() -> None:
    """A Dense that its author called ``gru`` has no cell."""
    model = rows_of({"odd": ["odd/gru/kernel", "odd/gru/bias"]}, config=sequential(custom("odd")), version="3.15.1")
    assert [(layer.path, layer.class_name) for layer in model.walk()] == [
        ("odd", "Block"),
        ("odd/gru", "unknown class"),
    ]


def test_a_wrapper_keeps_what_is_inside_a_layer_that_nothing_describes() -> None:
    """Weights alone: the layer inside is of an unknown class, and so are those inside it."""
    names = [f"time_distributed/inner/{layer}/{word}:0" for layer in ("a", "b") for word in ("kernel", "bias")]
    model = rows_of({"time_distributed": names, "last": ["last/kernel:0", "last/bias:0"]})
    assert len(model.weights) == 6
    assert model.extras == ()


def test_what_a_wrapper_holds_of_a_layer_beside_it_is_a_copy() -> None:
    """Keras stores a layer under its own name and under that of each wrapper; ``get_weights()`` has it once."""
    shared = dense("shared")
    steps = {"class_name": "TimeDistributed", "config": {"name": "steps", "layer": shared}}
    stored = ["shared/kernel:0", "shared/bias:0"]
    model = rows_of({"shared": stored, "steps": stored}, config=sequential(shared, steps), version="3.15.1")
    assert [weight.path for weight in model.weights] == ["shared/kernel", "shared/bias"]
    assert [(extra.kind, extra.weight) for extra in model.extras] == [
        ("copy", "shared/kernel"),
        ("copy", "shared/bias"),
    ]


def rows_of(names: dict[str, list[str]], *, config: dict[str, Any] | None = None, version: str = "2.15.0") -> Model:
    """The model of a legacy file with these arrays in these layers."""
    layers = tuple(LayerRows(layer, tuple(row_of(layer, name) for name in held)) for layer, held in names.items())
    kind: FormatName = "legacy-hdf5" if config else "legacy-hdf5-weights"
    return assemble(Contents("memory", kind, layers=layers, config=config, keras_version=version))


def row_of(layer: str, name: str) -> Row:
    """An array that a layer lists under such a name."""
    return Row(name, stored_array(f"/{layer}/{name}", drawn(*shape_of(name))))


def shape_of(name: str) -> tuple[int, ...]:
    """A shape that an array of this name can have."""
    word = name.rpartition("/")[2].removesuffix(":0")
    if "query" in name:
        return (4, 2, 2) if word in {"kernel", "lora_kernel_a"} else (2, 2)
    return (4, 4) if word == "kernel" else (4,)


def sequential(*layers: dict[str, Any]) -> dict[str, Any]:
    """The config of a Sequential of these layers."""
    return {"class_name": "Sequential", "config": {"name": "m", "layers": [*layers]}}
