"""Tests that each rule finds what it is about, and is silent about what is only like it."""

from __future__ import annotations

import io
import json
import re
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from zlib import crc32

import h5py
import numpy as np
import pytest

from kerasinspect.checking.asking import check_file, check_model
from kerasinspect.checking.rule_names import active_rules
from kerasinspect.checking.rules import RULES
from kerasinspect.opening import open_with_container
from tests.makers.archive_edits import adding, edited, on_config, on_json, on_layer, on_member, on_weights, unchanged
from tests.makers.raw_zip import DEFLATED, Part
from tests.places import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kerasinspect.checking.findings import Finding

    Edit = Callable[[list[Part]], list[Part]]

MADE_BY_KERAS = (
    *("KI101", "KI102", "KI103", "KI104", "KI105", "KI105-outgoing", "KI106", "KI107", "KI108", "KI109"),
    *("KI110", "KI111", "KI112", "KI113", "KI114", "KI204", "KI207", "KI208", "KI209", "KI209-logits", "KI209-twice"),
    *("KI103-stated", "KI104-stated", "KI106-nan", "KI108-few", "KI304-anew", "KI302-middle"),
    *("KI209-sigmoid", "KI209-softmax", "KI211-layer", "KI211-group", "KI211-unit", "KI211-softmax"),
    *(
        "KI702",
        "KI702-awq",
        "KI708",
        "KI213",
        "KI301",
        "KI302",
        "KI303",
        "KI304",
        "KI306",
        "KI401",
        "KI402",
        "KI414",
        "KI415",
    ),
    *("KI501", "KI508", "KI512", "KI708"),
)


TUNED = {"KI401": {"megabytes": 0}}
"""Thresholds for models that are smaller than those that a rule is about."""


def found(path: Path, code: str, **thresholds: float) -> list[Finding]:
    """What one rule finds in a file, which it must not skip."""
    rules = active_rules([code], thresholds={code: thresholds})
    report = check_file(str(path), rules)
    assert report.error is None
    assert report.skipped == ()
    return [*report.findings]


@pytest.mark.parametrize("name", MADE_BY_KERAS)
def test_a_rule_finds_the_bad_model_and_not_the_good_one(name: str, keras_models: Path) -> None:
    """Of two models that Keras made and that differ in one thing, the rule finds the one that it is about."""
    bad, good = (next(keras_models.glob(f"{name}-{word}.*")) for word in ("bad", "good"))
    tuned = TUNED.get(name[:5], {})
    assert {finding.code for finding in found(bad, name[:5], **tuned)} == {name[:5]}
    assert found(good, name[:5], **tuned) == []


def test_a_little_optimizer_state_is_a_fact_and_no_finding(keras_models: Path) -> None:
    """What every training run leaves in a file stands beside its name; only much of it is worth a note."""
    path = next(keras_models.glob("KI401-bad.*"))
    report = check_file(str(path), active_rules(["KI401"]))
    assert report.findings == ()
    assert report.optimizer_nbytes > 0


def entry(class_name: str, **config: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """A layer as a config lists it."""
    described = {"module": "keras.layers", "class_name": class_name, "registered_name": None}
    return described | {"config": {"name": class_name.lower(), **config}}


def function(module: str, name: str) -> dict[str, Any]:
    """A function as a config refers to it."""
    return {"module": module, "class_name": "function", "config": name, "registered_name": name}


def added(layer: dict[str, Any]) -> Edit:
    """An edit that adds a layer to the config."""
    return on_config(lambda config: config["config"]["layers"].append(layer))


def flip_last_byte(part: Part) -> Part:
    """A member whose last byte changed after its checksum was taken."""
    checksum = {"crc": crc32(part.data)}
    return replace(part, data=part.data[:-1] + bytes([part.data[-1] ^ 1]), local=checksum, listed=checksum)


def without_bias(file: h5py.File) -> None:
    """Take the bias of the first layer away."""
    del file["layers/dense/vars/1"]


def external(file: h5py.File) -> None:
    """Keep the values of a bias in another file."""
    del file["layers/dense/vars/1"]
    file.create_dataset("layers/dense/vars/1", (5,), "<f4", external=[("/etc/hostname", 0, 20)])


def moved(file: h5py.File) -> None:
    """Write a bias anew, as any dataset."""
    values = file["layers/dense/vars/1"][...]
    del file["layers/dense/vars/1"]
    file["layers/dense/vars/1"] = values


def bias_anew(*, written: int = 0, **options: Any) -> Callable[[h5py.File], None]:  # noqa: ANN401 - h5py's options
    """What declares a bias anew and writes only its first values."""

    def change(file: h5py.File) -> None:
        del file["layers/dense/vars/1"]
        made = file.create_dataset("layers/dense/vars/1", (5,), "<f4", **options)
        if written:
            made[:written] = 1

    return change


def behind(data: bytes) -> Edit:
    """An edit that puts bytes behind the weights file, inside its member."""
    return on_member("model.weights.h5", lambda part: replace(part, data=part.data + data))


def as_npz(dtype: type) -> Edit:
    """An edit that keeps the weights as a ``.npz``, whose arrays are of some dtype."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive, archive.open("layers/dense.npy", "w") as member:
        np.lib.format.write_array(member, np.zeros(3, dtype), allow_pickle=True)
    new = Part(b"model.weights.npz", buffer.getvalue())
    return lambda parts: [*(part for part in parts if part.name != b"model.weights.h5"), new]


def repeating(key: bytes) -> Edit:
    """An edit that gives a layer of the config one more key."""
    return on_member(
        "config.json",
        lambda part: replace(part, data=part.data.replace(b'"units": 5', b'"units": 5, "%s": 5' % key, 1)),
    )


def unwritten(shape: tuple[int, ...], **options: Any) -> Edit:  # noqa: ANN401 - h5py's options
    """An edit that adds an array which is declared and not written."""
    return on_weights(lambda file: file.create_dataset("more", shape, "<f4", **options))


def without_kernel(file: h5py.File) -> None:
    """Take the kernel of a wrapped layer away."""
    del file["layers/holder/layer/vars/0"]


def with_kernel_at_the_wrapper(file: h5py.File) -> None:
    """Keep the kernel of a wrapped layer as a variable of its wrapper."""
    file["layers/holder/vars/0"] = file["layers/holder/layer/vars/0"][...]
    without_kernel(file)


def named_twice(path: str) -> Edit:
    """An edit that gives the first kernel a second name."""
    return on_weights(lambda file: file.__setitem__(path, file["layers/dense/vars/0"]))


OUTPUTS = on_config(lambda config: config["config"].update(output_layers=[["one", 0, 0]]))
COPY = on_weights(lambda file: file.create_dataset("copies/kernel", data=file["layers/dense/vars/0"][...]))
OTHER = on_weights(lambda file: file.create_dataset("copies/kernel", data=np.ones((6, 5), "<f4")))
LEFTOVER = on_weights(lambda file: file.copy("layers/dense", "layers/dense_77"))

EDITED: dict[str, tuple[str, str, Edit, Edit]] = {
    "a bias is missing": (
        "KI201",
        "plain",
        on_weights(without_bias),
        lambda parts: on_layer(1, use_bias=False)(on_weights(without_bias)(parts)),
    ),
    "all arrays of a layer are missing": (
        "KI201",
        "plain",
        on_weights(lambda file: (file.pop("layers/dense/vars/0"), file.pop("layers/dense/vars/1"))),
        unchanged,
    ),
    "a wrapper whose layer has no kernel": (
        "KI201",
        "holder",
        on_weights(without_kernel),
        on_weights(with_kernel_at_the_wrapper),
    ),
    "weights that were trained and not saved": (
        "KI701",
        "blocks",
        on_weights(lambda file: file.__delitem__("layers/blocks")),
        unchanged,
    ),
    "an array of no layer": ("KI202", "plain", OTHER, COPY),
    "other units": ("KI203", "plain", on_layer(1, units=4), on_layer(1, units=5)),
    "the same name twice": ("KI205", "plain", on_layer(2, name="first"), on_layer(2, name="First")),
    "an output is taken away": ("KI206", "two-outputs", OUTPUTS, unchanged),
    "a layer that no output needs, and one that only the file has": (
        "KI206",
        "two-outputs",
        lambda parts: OUTPUTS(LEFTOVER(parts)),
        LEFTOVER,
    ),
    "a version to come": (
        "KI403",
        "plain",
        on_json("metadata.json", lambda metadata: metadata.update(keras_version="3.99.0")),
        on_json("metadata.json", lambda metadata: metadata.update(keras_version="3.15.9")),
    ),
    "a flipped bit": ("KI404", "plain", on_member("model.weights.h5", flip_last_byte), unchanged),
    "config.json twice": ("KI405", "plain", lambda parts: [*parts, *parts[:1]], adding("assets/words.txt")),
    "a gap": ("KI405", "plain", on_member("config.json", lambda part: replace(part, behind=b"gap")), unchanged),
    "a note": ("KI406", "plain", adding("notes.txt"), adding("assets/notes.txt")),
    "an encrypted member": ("KI407", "plain", adding("assets/a", flags=1), adding("assets/a")),
    "deflated weights": (
        "KI408",
        "plain",
        on_member("model.weights.h5", lambda part: replace(part, method=DEFLATED)),
        on_member("config.json", lambda part: replace(part, method=DEFLATED)),
    ),
    "a function of Python": (
        "KI502",
        "plain",
        on_layer(1, activation=function("os", "system")),
        on_layer(1, activation=function("keras.activations", "relu")),
    ),
    "a function that fetches files": (
        "KI503",
        "plain",
        on_layer(1, activation=function("keras.utils", "get_file")),
        on_layer(1, activation=function("keras.utils", "normalize")),
    ),
    "a layer that runs a SavedModel": (
        "KI504",
        "plain",
        added(entry("TFSMLayer", filepath="/srv/model")),
        added(entry("Reshape", target_shape=[2])),
    ),
    "a vocabulary elsewhere": (
        "KI505",
        "vocabulary",
        on_layer(1, vocabulary="/etc/passwd"),
        on_layer(1, vocabulary=["/etc/passwd"]),
    ),
    "a name that leads out": ("KI506", "plain", on_layer(1, name="../../first"), on_layer(1, name="a..b/first")),
    "a member that leads out": ("KI506", "plain", adding("../assets/a"), adding("assets/..a")),
    "another registered name": (
        "KI507",
        "plain",
        on_config(lambda config: config["config"]["layers"][1].update(registered_name="evil>Other")),
        on_config(lambda config: config["config"]["layers"][1].update(registered_name="Dense")),
    ),
    "a layer of Keras under another registered name": (
        "KI507",
        "plain",
        on_config(lambda config: config["config"]["layers"][1].update(registered_name="evil>Dense")),
        on_config(lambda config: config["config"]["layers"][1].update(module="mine", registered_name="mine>Dense")),
    ),
    "another class under a registered name": (
        "KI507",
        "plain",
        on_config(lambda config: config["config"]["layers"][1].update(module=None, registered_name="mine>Other")),
        on_config(lambda config: config["config"]["layers"][1].update(module=None, registered_name="mine>Dense")),
    ),
    "a model of one's own": (
        "KI508",
        "plain",
        on_config(lambda config: config.update(module=None, class_name="Mine", registered_name="mine>Mine")),
        on_config(lambda config: config.update(module="keras.src.models.sequential")),
    ),
    "a class like one of Keras's": (
        "KI508",
        "plain",
        on_config(lambda config: config["config"]["layers"][1].update(module="keras_mine")),
        added(entry("TorchModuleWrapper", module="text")),
    ),
    "a group that leads out": (
        "KI506",
        "plain",
        on_weights(lambda file: h5py.h5g.create(file.id, b"..")),
        on_weights(lambda file: h5py.h5g.create(file.id, b"...")),
    ),
    "a pickle": ("KI509", "plain", adding("assets/words.pkl"), adding("assets/words.txt")),
    "a soft link": (
        "KI510",
        "plain",
        on_weights(lambda file: file.__setitem__("other", h5py.SoftLink("/layers"))),
        on_weights(lambda file: file.__setitem__("other", file["layers/dense"])),
    ),
    "a link out of the archive": (
        "KI510",
        "plain",
        adding("assets/a", mode=0o120777),
        adding("assets/a", mode=0o100644),
    ),
    "a pipe in the archive": ("KI510", "plain", adding("assets/a", mode=0o010644), adding("assets/a", mode=0)),
    "values in another file": ("KI511", "plain", on_weights(external), on_weights(moved)),
    "a name that looks like another": (
        "KI512",
        "plain",
        on_layer(2, name="f\u0456rst"),
        on_layer(2, name="f\u0457rst"),
    ),
    "a name too long to tell what it looks like": (
        "KI512",
        "plain",
        on_layer(2, name="\u00e9" * 1_001),
        on_layer(2, name="\u00e9" * 1_000),
    ),
    "an escape in a group": (
        "KI512",
        "plain",
        on_weights(lambda file: file.create_group("a\x1b[2J")),
        on_weights(lambda file: file.create_group("a[2J")),
    ),
    "bytes behind the HDF5 file": ("KI410", "plain", behind(b"PK\3\4"), behind(bytes(4))),
    "two names for a group": (
        "KI411",
        "plain",
        on_weights(lambda file: file.__setitem__("other", file["layers/dense"])),
        on_weights(lambda file: file.copy("layers/dense", "other")),
    ),
    "two names for a variable": (
        "KI411",
        "plain",
        named_twice("layers/dense/other"),
        named_twice("layers/tied/vars/0"),
    ),
    "a bias that was never written": ("KI416", "plain", on_weights(bias_anew()), on_weights(moved)),
    "a bias of which a chunk is missing": (
        "KI416",
        "plain",
        on_weights(bias_anew(chunks=(4,), written=4)),
        on_weights(bias_anew(chunks=(4,), written=5)),
    ),
    "a key that no Keras takes": ("KI417", "plain", on_layer(1, colour=None), unchanged),
    "pickled weights": ("KI513", "plain", as_npz(object), as_npz(float)),
    "an array of 4 TiB": ("KI514", "plain", unwritten((1 << 40,)), unwritten((1 << 10,))),
    "chunks of 4 TiB": ("KI514", "plain", unwritten((1 << 40,), chunks=(1 << 20,)), unwritten((9,), chunks=(3,))),
    "a key twice": ("KI515", "plain", repeating(b"units"), repeating(b"other units")),
    "a newline in a member": ("KI512", "plain", adding("assets/a\nb"), adding("assets/a b")),
}


@pytest.mark.parametrize("name", EDITED)
def test_a_rule_finds_the_edit_and_not_its_twin(name: str, keras_models: Path, tmp_path: Path) -> None:
    """Of two edits of a model that Keras made, the rule finds the one that it is about."""
    code, base, *edits = EDITED[name]
    archive = (keras_models / f"{base}.keras").read_bytes()
    bad, good = (tmp_path / f"{word}.keras" for word in ("bad", "good"))
    for path, edit in zip((bad, good), edits, strict=True):
        path.write_bytes(edited(archive, edit))
    assert {finding.code for finding in found(bad, code)} == {code}
    assert found(good, code) == []


def test_a_budget_is_a_threshold(keras_models: Path) -> None:
    """The rule about size goes by the budget that it is given, to the byte."""
    path = keras_models / "plain.keras"
    size = path.stat().st_size
    assert found(path, "KI409", megabytes=size / 1e6) == []
    (finding,) = found(path, "KI409", megabytes=(size - 1) / 1e6)
    assert f"{size:,} bytes" in finding.message


def test_what_a_model_needs_is_one_finding_for_each_package(keras_models: Path, tmp_path: Path) -> None:
    """Two layers and an initializer of one package are one line, at the first of the layers."""
    other = {"module": "there.parts", "class_name": "Start", "config": {}, "registered_name": "Start"}
    change = [
        on_layer(1, kernel_initializer=other),
        on_config(lambda config: config["config"]["layers"][2].update(module="there.layers")),
        added(entry("Third") | {"module": "there.layers"}),
        added(entry("Fourth") | {"module": None, "registered_name": "own>Fourth"}),
    ]
    data = (keras_models / "plain.keras").read_bytes()
    for edit in change:
        data = edited(data, edit)
    path = tmp_path / "model.keras"
    path.write_bytes(data)
    assert [(finding.where, finding.message) for finding in found(path, "KI508")] == [
        (
            "second",
            "It needs 3 classes or functions of the package there that are not part of Keras: Start, Dense, Third.",
        ),
        ("fourth", "It needs Fourth of the package own, which is not part of Keras."),
    ]


@pytest.mark.parametrize(
    ("class_name", "config", "needed"),
    [
        ("NotEqual", {"name": "not_equal"}, False),
        ("NotEqual", {"name": "not_equal", "trainable": True}, True),
        ("JaxLayer", {"name": "jax"}, False),
        ("FlaxLayer", {"name": "flax"}, False),
        ("TFDConcat", {"name": "concat"}, False),
        ("Mine", {"name": "mine"}, True),
    ],
)
def test_a_class_without_a_module_is_told_by_its_name(
    class_name: str, config: dict[str, Any], *, needed: bool, keras_models: Path, tmp_path: Path
) -> None:
    """Legacy files name operations and odd layers of Keras without a module; nobody has to ship code for them."""
    path = tmp_path / "model.keras"
    edit = added({"class_name": class_name, "config": config})
    path.write_bytes(edited((keras_models / "plain.keras").read_bytes(), edit))
    assert bool(found(path, "KI508")) is needed


def test_lost_weights_are_counted_and_their_layer_is_named(keras_models: Path, tmp_path: Path) -> None:
    """The finding is at the layer that the file has no array of, and says how many weights there were."""
    path = tmp_path / "model.keras"
    edit = on_weights(lambda file: file.__delitem__("layers/blocks"))
    path.write_bytes(edited((keras_models / "blocks.keras").read_bytes(), edit))
    (finding,) = found(path, "KI701")
    assert finding.where == "blocks"
    assert finding.message.startswith("The optimizer has state for 4 weights that the file lacks, of the sizes ")
    assert "7 × 7" in finding.message


@pytest.mark.parametrize(("name", "layers"), [("bad", ["branch"]), ("good", [])])
def test_layers_that_no_gradient_reached_are_found(name: str, layers: list[str], keras_models: Path) -> None:
    """A branch behind ``stop_gradient`` has slots that are all zero after a step."""
    model, container = open_with_container(keras_models / f"KI305-{name}.keras")
    with model:
        weights = [weight for weight in model.weights for _ in ("momentum", "velocity")]
        slots = [extra for extra in model.extras if extra.array.shape]
        owned = tuple(replace(slot, weight=weight.path) for slot, weight in zip(slots, weights, strict=True))
        others = tuple(extra for extra in model.extras if not extra.array.shape)
        with_slots = replace(model, extras=(*others, *owned))
        report = check_model(with_slots, container, active_rules(["KI305"]))
    assert [finding.where for finding in report.findings] == layers


def test_a_value_that_is_not_finite_makes_no_model_a_trained_one(sample_models: Path, tmp_path: Path) -> None:
    """Of a model at its initial values, the layer with a NaN is not counted, and the others are no exception to it."""
    path = tmp_path / "nan.keras"

    def broken(file: h5py.File) -> None:
        file["layers/dense/vars/0"][0, 0] = np.nan

    path.write_bytes(edited((sample_models / "two_towers.keras").read_bytes(), on_weights(broken)))
    assert found(path, "KI302") == []
    (finding,) = found(path, "KI301")
    assert ": 5 of 6; none is trained" in finding.message
    assert [one.where for one in found(path, "KI101")] == ["shared/kernel"]


def test_every_rule_is_tested() -> None:
    """Each rule has a file that breaks it, and one that does not.

    ``test_contract`` has those about locks, ``test_legacy_positions`` those about the lists of legacy files, and
    ``test_places`` those about what has no place or another name, ``test_orbax`` the one about Orbax, ``test_saving``
    those about what Keras left out.
    """
    elsewhere = {"KI214", "KI215", "KI305", "KI409", "KI412", "KI413", "KI417", "KI418", "KI516"}
    elsewhere |= {f"KI70{number}" for number in range(3, 8)}
    tested = {name[:5] for name in MADE_BY_KERAS} | {code for code, *_ in EDITED.values()} | elsewhere
    assert tested == {rule.code for rule in RULES if rule.family != "contract"}


def test_codes_and_names_are_in_order_and_unique() -> None:
    """A code means one rule, and so does a name; the table is sorted."""
    codes, names = [rule.code for rule in RULES], [rule.name for rule in RULES]
    assert codes == sorted(set(codes))
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name) for name in names)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_rule_says_what_why_and_what_to_do(rule: Any) -> None:  # noqa: ANN401 - pytest's ids
    """The documentation of each rule is one sentence, then why it matters and what to do."""
    first, empty, *rest = rule.documentation.split("\n")
    assert first.endswith((".", ":"))
    assert empty == ""
    assert len(" ".join(rest).split(". ")) > 1


def test_the_page_of_rules_is_up_to_date() -> None:
    """The page in the documentation is the one that the rules make."""
    from kerasinspect.output.pages.rules import rules_page

    page = ROOT / "docs" / "rules.md"
    assert page.read_text("utf-8") == rules_page(RULES), "run: python docs/make_rules.py"


def test_a_training_config_alone_is_searched_for_code(tmp_path: Path, sample_models: Path) -> None:
    """A legacy file may have lost its config, and keep what it was compiled with."""
    path = tmp_path / "model.h5"
    path.write_bytes((sample_models / "question_network.h5").read_bytes())
    with h5py.File(path, "r+") as file:
        del file.attrs["model_config"]
        file.attrs["training_config"] = json.dumps({"loss": function("math", "floor")})
    assert [one.where for one in found(path, "KI502")] == ["training_config.loss"]
