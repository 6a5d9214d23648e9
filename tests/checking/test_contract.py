"""Tests of locks: what they agree on, how they are loosened, and what is said of a model that departs from one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

import kerasinspect
from kerasinspect.checking.contracts.contract import AgreedLayer, contract_of, with_agreed
from kerasinspect.checking.contracts.locks import LOCK_SCHEMA, parse_lock, read_lock
from kerasinspect.checking.policy import Policy
from kerasinspect.checking.request import check, check_models
from kerasinspect.checking.rules import RULES
from kerasinspect.errors import RequestError
from kerasinspect.formats import keras_archive
from kerasinspect.formats.locating.folder_search import Location
from kerasinspect.opening import open_model
from kerasinspect.output.documents.lock import lock_document
from tests.places import SAMPLES

if TYPE_CHECKING:
    from collections.abc import Callable

    from kerasinspect.checking.findings import Finding

    Edit = Callable[[dict[str, Any]], object]

NETWORK = SAMPLES / "question_network.keras"
MODELS = sorted(path for path in SAMPLES.iterdir() if path.suffix in {".keras", ".h5"})
SCHEMA = json.loads((Path(kerasinspect.__file__).parent / "schemas" / "lock-1.json").read_text(encoding="utf-8"))
SCHEMA_VALIDATOR = Draft202012Validator(SCHEMA)


def lock_of(path: Path, *, hashes: bool = False) -> dict[str, Any]:
    """The lock of a model, as JSON holds it."""
    with open_model(path) as model:
        document = lock_document(contract_of(model, hashes=hashes))
    return json.loads(json.dumps(document))  # type: ignore[no-any-return]


def departures(lock: dict[str, Any], path: Path = NETWORK) -> list[Finding]:
    """What the rules about contracts say of a model and a lock that the schema allows."""
    SCHEMA_VALIDATOR.validate(lock)
    report = check_models([Location(str(path))], Policy(select=("KI6",)), parse_lock(lock, "a lock"))
    (model,) = report.models
    assert model.error is None
    return [*model.findings]


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.name)
def test_a_model_keeps_to_its_own_lock(path: Path) -> None:
    """Nothing departs from a lock that was just made, and the lock comes back as it was."""
    lock = lock_of(path, hashes=True)
    assert departures(lock, path) == []
    assert json.loads(json.dumps(lock_document(parse_lock(lock, "a lock")))) == lock


def layer(lock: dict[str, Any], path: str = "dense") -> dict[str, Any]:
    """One layer of a lock."""
    return next(entry for entry in lock["layers"] if entry["path"] == path)


def kernel(lock: dict[str, Any]) -> dict[str, Any]:
    """The first kernel of a lock."""
    return layer(lock)["weights"][0]  # type: ignore[no-any-return]


DEPARTURES: dict[str, tuple[str, Edit, str, str]] = {
    "no such layer": (
        "KI601",
        lambda lock: lock["layers"].append({"path": "dense_9", "class_name": "Dense"}),
        "dense_9",
        "The lock has a layer of this name of class Dense; the model has none.",
    ),
    "no layer fits a glob": (
        "KI601",
        lambda lock: lock["layers"].append({"path": "encoder_*"}),
        "encoder_*",
        "The lock has a layer of this name; the model has none.",
    ),
    "a layer too many": (
        "KI602",
        lambda lock: lock["layers"].remove(layer(lock, "dense_1")),
        "dense_1",
        "The lock has no Dense layer of this name.",
    ),
    "another class": (
        "KI603",
        lambda lock: layer(lock).update(class_name="Conv?D"),
        "dense",
        "Its class is Dense, where the lock has Conv?D.",
    ),
    "no such weight": (
        "KI604",
        lambda lock: layer(lock)["weights"].append({"name": "gamma"}),
        "dense",
        "The lock has a weight gamma here; the layer has none.",
    ),
    "a weight too many": (
        "KI605",
        lambda lock: layer(lock)["weights"].pop(),
        "dense/bias",
        "The lock has no weight bias in this layer.",
    ),
    "another shape": (
        "KI606",
        lambda lock: kernel(lock).update(shape=[8, {"min": 6, "max": 9}]),
        "dense/kernel",
        "Its shape is [8, 5], where the lock has [8, 6 to 9].",
    ),
    "another rank": (
        "KI606",
        lambda lock: kernel(lock).update(shape=[None, None, {"min": 2}]),
        "dense/kernel",
        "Its shape is [8, 5], where the lock has [any, any, at least 2].",
    ),
    "another dtype": (
        "KI607",
        lambda lock: kernel(lock).update(dtype="*16"),
        "dense/kernel",
        "Its dtype is float32, where the lock has *16.",
    ),
    "an open batch": (
        "KI608",
        lambda lock: lock["inputs"][0].update(shape=[1, 8]),
        "input_layer",
        "As input 0 its shape is [open, 8], where the lock has [1, 8].",
    ),
    "another output": (
        "KI608",
        lambda lock: lock["outputs"][0].update(layer="scores"),
        "dense_3",
        "It is output 0 of the model, where the lock has scores.",
    ),
    "more inputs": (
        "KI608",
        lambda lock: lock["inputs"].append({}),
        "sequential",
        "The number of its inputs is 1, where the lock has 2.",
    ),
    "parameters": (
        "KI609",
        lambda lock: lock.update(parameters={"max": 296}),
        "sequential",
        "It has 297 parameters, where the lock has at most 296.",
    ),
    "bytes": (
        "KI609",
        lambda lock: lock.update(bytes=1189),
        "sequential",
        "It has 1,188 bytes of weights, where the lock has 1,189.",
    ),
    "another Keras": (
        "KI610",
        lambda lock: lock.update(keras_version="2.*"),
        "sequential",
        "It was saved by Keras 3.15.1, where the lock has 2.*.",
    ),
    "another activation": (
        "KI612",
        lambda lock: layer(lock)["config"].update(activation="gelu"),
        "dense",
        'Its activation is "sigmoid", where the lock has "gelu".',
    ),
    "other values": (
        "KI611",
        lambda lock: kernel(lock).update(sha256="0" * 64),
        "dense/kernel",
        "The SHA-256 of its values is 8",
    ),
}


@pytest.mark.parametrize(("code", "edit", "where", "message"), DEPARTURES.values(), ids=DEPARTURES)
def test_a_departure_is_one_finding(code: str, edit: Edit, where: str, message: str) -> None:
    """Whatever is not as agreed is found once, where it is, with what was agreed."""
    lock = lock_of(NETWORK)
    edit(lock)
    (finding,) = departures(lock)
    assert (finding.code, finding.where) == (code, where)
    assert message[:-1] in finding.message


def test_every_rule_about_contracts_is_tested() -> None:
    """Each rule of the family has a lock that a model departs from, but for the one about there being none."""
    codes = {code for code, *_ in DEPARTURES.values()} | {"KI613"}
    assert codes == {rule.code for rule in RULES if rule.family == "contract"}


def every_dense(lock: dict[str, Any]) -> None:
    """Agree on the Dense layers by a glob, and on nothing about their weights."""
    lock["layers"] = [{"path": "input*"}, {"path": "dense*", "class_name": "Dense"}]


def any_sizes(lock: dict[str, Any]) -> None:
    """Agree on the rank of a kernel, and on the range of its units."""
    kernel(lock).update(shape=[None, {"min": 1, "max": 5}], dtype="float*", sha256=None)


LOOSER: dict[str, Edit] = {
    "a later Keras": lambda lock: lock.update(keras_version="3.*"),
    "any Keras": lambda lock: lock.update(keras_version=None),
    "only a version": lambda lock: [lock.pop(key) for key in ("inputs", "outputs", "parameters", "bytes", "layers")],
    "any layers": lambda lock: lock.update(layers=None),
    "layers by a glob": every_dense,
    "any other layers": lambda lock: lock.update(layers=[layer(lock), {"path": "*"}]),
    "any weights": lambda lock: layer(lock).update(weights=None),
    "weights by a glob": lambda lock: layer(lock).update(weights=[{"name": "*"}]),
    "any config": lambda lock: layer(lock).update(config=None),
    "an activation by a glob": lambda lock: layer(lock)["config"].update(activation="s*"),
    "no word of the units": lambda lock: layer(lock)["config"].pop("units"),
    "a key that no layer has": lambda lock: layer(lock)["config"].update(power=9),
    "no config, as locks had it first": lambda lock: [entry.pop("config", None) for entry in lock["layers"]],
    "any class": lambda lock: layer(lock).update(class_name=None),
    "any shape": lambda lock: kernel(lock).update(shape=None),
    "sizes in a range": any_sizes,
    "no budget": lambda lock: lock.update(parameters=None, bytes={"min": 1}),
    "any batch": lambda lock: lock["inputs"][0].update(shape=[None, 8]),
    "any input": lambda lock: lock.update(inputs=[{}], outputs=[{"layer": "dense*"}]),
}


@pytest.mark.parametrize("edit", LOOSER.values(), ids=LOOSER)
def test_a_lock_can_be_loosened_by_hand(edit: Edit) -> None:
    """Ranges, globs and null allow what they say."""
    lock = lock_of(NETWORK)
    edit(lock)
    assert departures(lock) == []


WRONG: dict[str, tuple[Any, str, str]] = {
    "a list": ([], "is not a lock file", "Make one with"),
    "text": ("text", "is not a lock file", "Make one with"),
    "another document": ({"schema": "kerasinspect.show/1"}, "is not a lock file", "Make one with"),
    "no schema": ({"schema": None}, "is not a lock file", "Make one with"),
    "a schema of another type": ({"schema": 1}, "is not a lock file", "Make one with"),
    "a later version": ({"schema": "kerasinspect.lock/2"}, "another version, kerasinspect.lock/2", "Make it again"),
    "a digest of another type": ({"digest": 1}, "digest is not text, or null", "Correct it"),
    "names neither exact nor not": ({"exact_names": "yes"}, "exact_names is not true or false", "Correct it"),
    "an unknown key": ({"layer": []}, 'no key "layer"', "The nearest is layers."),
    "a key of a layer": ({"layers": [{"path": "a", "class": "b"}]}, 'layers[0] has no key "class"', "class_name"),
    "no path": ({"layers": [{"class_name": "b"}]}, "layers[0].path is not text", "Correct it"),
    "a layer as text": ({"layers": ["dense"]}, "layers[0] is not an object", "Correct it"),
    "layers as an object": ({"layers": {}}, "layers is not a list, or null", "Correct it"),
    "a number as text": ({"parameters": "297"}, "parameters is not a whole number, a range", "Correct it"),
    "true": ({"bytes": True}, "bytes is not a whole number", "Correct it"),
    "a fraction": ({"bytes": 1.5}, "bytes is not a whole number", "Correct it"),
    "negative": ({"bytes": -1}, "bytes is not a whole number", "Correct it"),
    "an open total": ({"bytes": "open"}, "bytes is not a whole number", "Correct it"),
    "an end of a range": ({"bytes": {"max": "1"}}, "bytes.max is not a whole number", "Correct it"),
    "a key of a range": ({"bytes": {"most": 1}}, 'bytes has no key "most"', "The nearest is"),
    "a version as a number": ({"keras_version": 3}, "keras_version is not text, or null", "Correct it"),
    "a shape as a number": ({"inputs": [{"shape": 3}]}, "inputs[0].shape is not a list", "Correct it"),
    "a size as text": ({"inputs": [{"shape": ["x"]}]}, "inputs[0].shape[0] is not a whole number", "Correct it"),
    "a config as a list": (
        {"layers": [{"path": "a", "config": []}]},
        "layers[0].config is not an object",
        "Correct it",
    ),
    "a weight's dtype": (
        {"layers": [{"path": "a", "weights": [{"name": "b", "dtype": 1}]}]},
        "layers[0].weights[0].dtype is not text",
        "Correct it",
    ),
}


@pytest.mark.parametrize(("lock", "message", "remedy"), WRONG.values(), ids=WRONG)
def test_what_is_no_lock_is_a_wrong_request(lock: Any, message: str, remedy: str) -> None:  # noqa: ANN401 - any JSON
    """A term that is not understood is an error that names its place; the schema refuses the same."""
    with pytest.raises(RequestError) as caught:
        parse_lock({"schema": LOCK_SCHEMA, **lock} if isinstance(lock, dict) else lock, "a.lock.json")
    assert caught.value.message.startswith("a.lock.json")
    assert message in caught.value.message
    assert remedy in caught.value.remedy
    assert not SCHEMA_VALIDATOR.is_valid({"schema": LOCK_SCHEMA, **lock} if isinstance(lock, dict) else lock)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"not JSON", "is not JSON"),
        (b"\x89HDF\r\n\x1a\n", "is a model or a file of weights, not a lock file"),
        (b"PK\x03\x04", "is a model or a file of weights, not a lock file"),
        (b"[" * 100_000, "json_depth"),
        (b'{"schema": "a", "schema": "b"}', 'has the key "schema" twice'),
        (None, "Cannot read the lock file"),
    ],
    ids=["text", "HDF5", "an archive", "too deep", "a key twice", "missing"],
)
def test_a_lock_file_that_cannot_be_read_is_a_wrong_request(
    content: bytes | None, message: str, tmp_path: Path
) -> None:
    """The error names the file and what is wrong with it, and is never taken for one of a model."""
    path = tmp_path / "a.lock.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(RequestError, match=message):
        read_lock(str(path))


def test_an_entry_with_just_the_name_counts_before_a_glob() -> None:
    """Each entry that names one thing is for one; the first glob that fits takes the others."""
    agreed = [AgreedLayer("d*"), AgreedLayer("dense"), AgreedLayer("[ab]"), AgreedLayer("x")]
    pairs = [*with_agreed(agreed, [("dense", 1), ("dense", 2), ("dropout", 3), ("[ab]", 4), ("q", 5)])]
    assert [(entry and entry.name, thing) for entry, thing in pairs] == [
        ("dense", 1),
        ("d*", 2),
        ("d*", 3),
        ("[ab]", 4),
        (None, 5),
        ("x", None),
    ]


def test_rules_about_contracts_are_asked_with_a_lock_and_skipped_without(tmp_path: Path) -> None:
    """A lock brings its rules along, whatever is selected; to select only them without one is an error."""
    path = tmp_path / "a.lock.json"
    lock = lock_of(NETWORK)
    lock["parameters"] = 1
    path.write_text(json.dumps(lock), encoding="utf-8")
    held = check(NETWORK, select=["KI101"], against=path)
    assert [finding.code for finding in held.findings] == ["KI609"]
    assert [*check(NETWORK, select=["KI1"], ignore=["over-budget"], against=path).findings] == []
    with pytest.raises(RequestError, match="name one with --against"):
        check(NETWORK, select=["KI609"])
    (loose,) = check(NETWORK, select=["KI609", "KI101"]).models
    assert [skipped.reason for skipped in loose.skipped] == ["no lock file is given"]
    assert "KI609" not in {active.rule.code for active in check(NETWORK).rules}


def test_a_weights_file_is_held_to_what_it_can_tell(tmp_path: Path) -> None:
    """Without a config inputs and outputs are neither locked nor found to differ."""
    from tests.makers.plain_models import archive_tree, hdf5, keras_archive

    weights, whole = tmp_path / "plain.weights.h5", tmp_path / "plain.keras"
    weights.write_bytes(hdf5(archive_tree))
    whole.write_bytes(keras_archive())
    assert lock_of(weights)["inputs"] is None
    (report,) = check_models([Location(str(weights))], Policy(), parse_lock(lock_of(whole), "a lock")).models
    assert ("KI608", "the file has no config") in [(skipped.code, skipped.reason) for skipped in report.skipped]


def test_a_layer_without_weights_is_not_missed_in_a_weights_file(tmp_path: Path) -> None:
    """Files of weights alone never have such a layer, and say no classes; one whose weights are gone is found."""
    from tests.makers.plain_models import archive_tree, hdf5, keras_archive

    weights, whole = tmp_path / "plain.weights.h5", tmp_path / "plain.keras"
    weights.write_bytes(hdf5(archive_tree))
    whole.write_bytes(keras_archive())
    lock = lock_of(whole)
    lock["layers"].append({"path": "flat", "class_name": "Flatten", "weights": []})
    lock["layers"].append({"path": "pool", "class_name": "MaxPooling2D"})
    lock["layers"].append({"path": "gone", "class_name": "Dense", "weights": [{"name": "kernel"}]})
    assert {"flat", "pool"} <= {one.where for one in departures(lock, whole)}
    found = {(one.code, one.where) for one in departures(lock, weights)}
    assert ("KI601", "gone") in found
    assert not found & {("KI601", "flat"), ("KI601", "pool")}


@pytest.mark.parametrize("name", ["a.keras", "b.weights.h5", "c.h5"])
def test_the_remedy_never_writes_over_a_model(name: str, tmp_path: Path) -> None:
    """Who gives a model in the place of a lock is told to lock it to another file."""
    path = tmp_path / name
    path.write_bytes(b"PK\x03\x04")
    with pytest.raises(RequestError) as caught:
        read_lock(str(path))
    stem = tmp_path / name.partition(".")[0]
    assert f"`kerasinspect lock {path} -o {stem}.lock.json`" in caught.value.remedy


LEGACY = SAMPLES / "question_network.h5"


@pytest.mark.parametrize("path", [NETWORK, LEGACY], ids=lambda path: path.name)
def test_a_lock_of_a_fingerprint_alone_holds_values_in_any_format(path: Path) -> None:
    """Whatever the layers are called; another model departs as a whole, once."""
    agreed = lock_of(NETWORK, hashes=True)["fingerprint"]
    assert departures({"schema": LOCK_SCHEMA, "fingerprint": agreed}, path) == []
    (finding,) = departures({"schema": LOCK_SCHEMA, "fingerprint": "00"}, path)
    assert (finding.code, finding.where) == ("KI611", "sequential")
    assert agreed in finding.message


def test_bytes_with_a_wrong_checksum_have_no_fingerprint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """KI404 says what is wrong, whether opening the file or only reading all of it finds that."""
    monkeypatch.setattr(keras_archive, "VERIFIED_AT_ONCE", 0)
    with open_model(NETWORK) as network:
        values = network.weights[0].array[...].tobytes()
    data = bytearray(NETWORK.read_bytes())
    data[data.index(values)] ^= 1
    path = tmp_path / "flipped.keras"
    path.write_bytes(data)
    assert departures({"schema": LOCK_SCHEMA, "fingerprint": "00"}, path) == []


def test_a_weight_that_departs_stands_for_the_fingerprint() -> None:
    """One change is one finding, at the weight."""
    lock = lock_of(NETWORK, hashes=True) | {"fingerprint": "00"}
    kernel(lock)["sha256"] = "00"
    assert [finding.where for finding in departures(lock)] == ["dense/kernel"]


def test_an_order_that_is_not_proven_is_neither_locked_nor_compared() -> None:
    """Another format may list the same arrays in another order."""
    path = SAMPLES / "custom_layer.keras"
    assert "fingerprint" not in lock_of(path, hashes=True)
    assert departures({"schema": LOCK_SCHEMA, "fingerprint": "00"}, path) == []
