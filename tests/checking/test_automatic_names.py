"""Tests of locks against models whose layers Keras has numbered anew: what is forgiven, and what never is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from kerasinspect.checking.contracts.automatic_names import lock_names
from kerasinspect.checking.contracts.contract import AgreedLayer, Contract, contract_of
from kerasinspect.checking.contracts.locks import parse_lock
from kerasinspect.checking.policy import Policy
from kerasinspect.checking.request import check, check_models
from kerasinspect.formats.locating.folder_search import Location
from kerasinspect.model import Layer, Model
from kerasinspect.opening import open_model
from kerasinspect.output.documents.lock import lock_document
from tests.places import SAMPLES

if TYPE_CHECKING:
    from pathlib import Path

    from kerasinspect.checking.reports import ModelReport

    Layers = dict[str, str]

NETWORK = SAMPLES / "question_network.keras"


def names(agreed: Layers, actual: Layers, *, exact: bool = False) -> dict[str, str]:
    """The names in a lock of the layers of a model, each given as its path and its class."""
    contract = Contract(
        layers=tuple(AgreedLayer(path, class_name or None) for path, class_name in agreed.items()), exact_names=exact
    )
    layers = tuple(Layer(path, class_name, path) for path, class_name in actual.items())
    return lock_names(contract, Model("model", "Functional", "model.keras", "keras-archive", layers, (), config={}))


DENSE = {"dense": "Dense", "dropout": "Dropout", "dense_1": "Dense"}
FORGIVEN: dict[str, tuple[Layers, Layers, dict[str, str]]] = {
    "numbered on": (
        DENSE,
        {"dense_2": "Dense", "dropout_1": "Dropout", "dense_3": "Dense"},
        {"dense_2": "dense", "dropout_1": "dropout", "dense_3": "dense_1"},
    ),
    "numbered from the second": (
        DENSE,
        {"dense_1": "Dense", "dropout": "Dropout", "dense_2": "Dense"},
        {"dense_1": "dense", "dense_2": "dense_1"},
    ),
    "another layer between them": (
        {"dense": "Dense", "dense_1": "Dense"},
        {"dense_2": "Dense", "flatten": "Flatten", "dense_3": "Dense"},
        {"dense_2": "dense", "dense_3": "dense_1"},
    ),
    "beside a chosen name": (
        {"head": "Dense", "dense": "Dense"},
        {"head": "Dense", "dense_9": "Dense"},
        {"dense_9": "dense"},
    ),
    "in a model inside": (
        {"model": "Functional", "model/dense": "Dense", "model/head": "Dense"},
        {"model_4": "Functional", "model_4/dense_7": "Dense", "model_4/head": "Dense"},
        {"model_4": "model", "model_4/dense_7": "model/dense", "model_4/head": "model/head"},
    ),
    "both directions": (
        {"both": "Bidirectional", "both/forward_lstm": "LSTM", "both/backward_lstm": "LSTM"},
        {"both": "Bidirectional", "both/forward_lstm_1": "LSTM", "both/backward_lstm_1": "LSTM"},
        {"both/forward_lstm_1": "both/forward_lstm", "both/backward_lstm_1": "both/backward_lstm"},
    ),
    "inputs of Keras 2 and 3": ({"input_1": "InputLayer"}, {"input_layer": "InputLayer"}, {"input_layer": "input_1"}),
    "an input named for the first layer": (
        {"dense_input": "InputLayer"},
        {"dense_4_input": "InputLayer"},
        {"dense_4_input": "dense_input"},
    ),
    "calls of TensorFlow": (
        {"tf.math.add": "TFOpLambda", "tf.nn.relu": "TFOpLambda"},
        {"tf.nn.relu_1": "TFOpLambda", "tf.math.add_1": "TFOpLambda"},
        {"tf.nn.relu_1": "tf.nn.relu", "tf.math.add_1": "tf.math.add"},
    ),
    "as Keras 2 wrote it": (
        {"conv_lst_m2d": "ConvLSTM2D"},
        {"conv_lstm2d_1": "ConvLSTM2D"},
        {"conv_lstm2d_1": "conv_lst_m2d"},
    ),
    "listed in another order than made": (
        {"dense": "Dense", "dense_1": "Dense", "dense_2": "Dense"},
        {"dense_9": "Dense", "dense_10": "Dense", "dense_4": "Dense"},
        {"dense_9": "dense_1", "dense_10": "dense_2", "dense_4": "dense"},
    ),
    "inputs listed the other way round": (
        {"dense_input": "InputLayer", "dense_1_input": "InputLayer"},
        {"dense_12_input": "InputLayer", "dense_9_input": "InputLayer"},
        {"dense_12_input": "dense_1_input", "dense_9_input": "dense_input"},
    ),
    "a class of somebody's own": ({"my_block": "MyBlock"}, {"my_block_2": "MyBlock"}, {"my_block_2": "my_block"}),
}


@pytest.mark.parametrize(("agreed", "actual", "expected"), FORGIVEN.values(), ids=FORGIVEN)
def test_layers_that_keras_numbered_anew_are_those_of_the_lock(
    agreed: Layers, actual: Layers, expected: dict[str, str]
) -> None:
    """Class and order say which layer is which; whoever wants exact names gets them."""
    assert names(agreed, actual) == expected
    assert names(agreed, actual, exact=True) == {}


NOT_FORGIVEN: dict[str, tuple[Layers, Layers]] = {
    "one more of the class": (
        DENSE,
        {"dense_2": "Dense", "dense_3": "Dense", "dense_4": "Dense", "dropout": "Dropout"},
    ),
    "one fewer": ({"dense": "Dense", "dense_1": "Dense"}, {"dense_2": "Dense"}),
    "another class": ({"dense": "Dense"}, {"dense_1": "EinsumDense"}),
    "a name of another class": ({"dense": "Dense"}, {"conv2d": "Dense"}),
    "a chosen name in the model": ({"dense": "Dense"}, {"head": "Dense"}),
    "a chosen name in the lock": ({"head": "Dense"}, {"dense": "Dense"}),
    "no class in the lock": ({"dense": ""}, {"dense_1": "Dense"}),
    "no class in the model": ({"dense": "Dense"}, {"dense_1": "unknown class"}),
    "a glob": ({"dense*": "Dense"}, {"dense_1": "Dense"}),
    "the same names in another order": ({"dense": "Dense", "dense_1": "Dense"}, {"dense_1": "Dense", "dense": "Dense"}),
    "another direction": (
        {"both": "Bidirectional", "both/forward_lstm": "LSTM"},
        {"both": "Bidirectional", "both/backward_lstm_1": "LSTM"},
    ),
    "another function": ({"tf.math.add": "TFOpLambda"}, {"tf.math.multiply_1": "TFOpLambda"}),
    "another place": (
        {"a": "Sequential", "a/dense": "Dense", "b": "Sequential"},
        {"a": "Sequential", "b": "Sequential", "b/dense_1": "Dense"},
    ),
}


@pytest.mark.parametrize(("agreed", "actual"), NOT_FORGIVEN.values(), ids=NOT_FORGIVEN)
def test_what_class_and_order_do_not_prove_is_not_forgiven(agreed: Layers, actual: Layers) -> None:
    """A name that somebody chose, or a number that could be of several layers, is held to as it stands."""
    assert names(agreed, actual) == {}


def test_a_file_of_weights_is_held_to_its_names() -> None:
    """Without a config nothing says which layer comes first."""
    model = Model(None, None, "a.weights.h5", "keras-weights", (Layer("dense_1", "Dense", "dense_1"),), ())
    assert lock_names(Contract(layers=(AgreedLayer("dense", "Dense"),)), model) == {}


def renumbered(**terms: Any) -> dict[str, Any]:  # noqa: ANN401 - any terms of a lock
    """The lock of the sample network, as one has it whose process made other Dense layers before."""
    with open_model(NETWORK) as model:
        lock = json.loads(json.dumps(lock_document(contract_of(model))))
    layers = [entry for entry in lock["layers"] if entry["class_name"] == "Dense"]
    for number, entry in enumerate(layers, start=7):
        entry["path"] = f"dense_{number}"
    lock["outputs"][0]["layer"] = "dense_10"
    return lock | terms  # type: ignore[no-any-return]


def held(lock: dict[str, Any], policy: Policy | None = None) -> ModelReport:
    """What is said of the sample network and a lock."""
    (report,) = check_models(
        [Location(str(NETWORK))], policy or Policy(select=("KI6",)), parse_lock(lock, "a lock")
    ).models
    return report


def test_forgiven_names_are_said_and_nothing_departs() -> None:
    """Layers, weights, config and outputs are compared under the names of the lock."""
    report = held(renumbered())
    assert report.findings == ()
    assert report.numbered_anew[0] == ("dense_7", "dense")
    assert len(report.numbered_anew) == 4


def test_whatever_else_differs_in_a_layer_numbered_anew_is_found() -> None:
    """Only the name is forgiven."""
    lock = renumbered()
    lock["layers"][1]["config"]["activation"] = "gelu"
    lock["layers"][2]["weights"][0]["shape"] = [5, 6]
    assert [(one.code, one.where) for one in held(lock).findings] == [("KI606", "dense_1/kernel"), ("KI612", "dense")]


@pytest.mark.parametrize(
    ("lock", "policy"),
    [({"exact_names": True}, Policy(select=("KI6",))), ({}, Policy(select=("KI6",), exact_names=True))],
    ids=["the lock", "the policy"],
)
def test_exact_names_can_be_asked_for(lock: dict[str, Any], policy: Policy) -> None:
    """Four layers are missing, four are unexpected, and the output comes from another one."""
    report = held(renumbered(**lock), policy)
    assert [one.code for one in report.findings] == [*["KI601"] * 4, *["KI602"] * 4, "KI608"]
    assert report.numbered_anew == ()


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_models_of_one_process_keep_to_each_others_locks(keras: Any, tmp_path: Path) -> None:  # noqa: ANN401 - no types
    """The real Keras numbers the layers of the same code anew, nested and wrapped ones too."""
    layers = keras.layers

    def saved(name: str) -> Path:
        steps = keras.Input((6, 4))
        inner = keras.Sequential([keras.Input((6,)), layers.Dense(3), layers.Dropout(0.1), layers.Dense(3)])
        joined = layers.Concatenate()([layers.Bidirectional(layers.LSTM(3))(steps), layers.Flatten()(steps) * 2.0])
        model = keras.Model(steps, layers.Dense(1)(inner(layers.Dense(6)(joined))))
        model.save(tmp_path / name)
        return tmp_path / name

    first, second = saved("first.keras"), saved("second.keras")
    lock = tmp_path / "first.lock.json"
    with open_model(first) as model:
        lock.write_text(json.dumps(lock_document(contract_of(model))), encoding="utf-8")
    (report,) = check(second, select=["KI6"], against=lock).models
    assert report.findings == ()
    assert len(report.numbered_anew) >= 10
    assert {one.code for one in check(second, select=["KI6"], against=lock, exact_names=True).findings} >= {"KI601"}
