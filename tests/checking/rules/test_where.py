"""Tests that findings name the layer or weight that they are about, and what is published of their kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import h5py
import numpy as np
import pytest

from kerasinspect.checking.advisories import published
from kerasinspect.checking.asking import check_file
from kerasinspect.checking.findings import Waiver
from kerasinspect.checking.policy import Waivers
from kerasinspect.checking.rule_names import active_rules
from kerasinspect.checking.rules import RULES
from tests.makers.plain_models import archive_tree, config, dense, hdf5, keras_archive, legacy_tree

if TYPE_CHECKING:
    from pathlib import Path

    from kerasinspect.checking.findings import Finding


def entry(class_name: str, name: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """A layer of Keras as a config lists it."""
    described = {"module": "keras.layers", "class_name": class_name, "registered_name": None}
    return described | {"config": {"name": name, "dtype": POLICY, **more}}


POLICY = {"module": "keras", "class_name": "DTypePolicy", "config": {"name": "float32"}, "registered_name": None}
CODE = {"class_name": "__lambda__", "config": {"code": "4wE="}}
LOOKUP = entry("StringLookup", "words", vocabulary="words.txt")


def found(path: Path, data: bytes, *codes: str) -> tuple[Finding, ...]:
    """What some rules find in a file."""
    path.write_bytes(data)
    report = check_file(str(path), active_rules(codes))
    assert report.error is None
    return report.findings


def model(*layers: Any, **more: Any) -> bytes:  # noqa: ANN401 - any JSON
    """An archive of a model of these layers."""
    return keras_archive(described=config(*layers, **more))


NESTED = entry("Sequential", "inner", layers=[LOOKUP])

PLACES: dict[str, tuple[bytes, str, str, str]] = {
    "a layer": (model(dense(0), LOOKUP), "KI505", "words", "config.config.layers[2]"),
    "inside a layer": (
        model(entry("Lambda", "code", function=CODE)),
        "KI501",
        "code",
        "config.config.layers[1].config.function",
    ),
    "a layer of a model inside": (model(NESTED), "KI505", "inner/words", "config.config.layers[1].config.layers[0]"),
    "what it was compiled with": (
        model(compile_config={"loss": CODE, "name": "first"}),
        "KI501",
        "config.compile_config.loss",
        "",
    ),
    "many numbers": (
        model(entry("Dropout", "drop", rates=[0.5] * 100_001)),
        "KI415",
        "drop",
        "config.config.layers[1].config.rates",
    ),
}


@pytest.mark.parametrize(("data", "code", "where", "place"), PLACES.values(), ids=PLACES)
def test_a_finding_in_the_config_names_its_layer(
    data: bytes, code: str, where: str, place: str, tmp_path: Path
) -> None:
    """It is told by the layer's path in the user's names; the place in the config stays as a detail."""
    (finding,) = found(tmp_path / "model.keras", data, code)
    assert (finding.where, finding.place) == (where, place)


def in_chunks(file: h5py.File) -> None:
    """Store the kernel of the second layer in chunks."""
    del file["layers/dense_1/vars/0"]
    file.create_dataset("layers/dense_1/vars/0", data=np.ones((2, 2), "<f4"), chunks=(1, 2))


def elsewhere(file: h5py.File) -> None:
    """Leave the values of the second layer's kernel to another file."""
    del file["layers/dense_1/vars/0"]
    file.create_dataset("layers/dense_1/vars/0", (2, 2), "<f4", external=[("other.bin", 0, h5py.h5f.UNLIMITED)])


@pytest.mark.parametrize(("change", "code"), [(in_chunks, "KI408"), (elsewhere, "KI511")])
def test_a_finding_about_a_stored_array_names_its_weight(change: Any, code: str, tmp_path: Path) -> None:  # noqa: ANN401
    """It is told by the weight that the array is; the path in the file stays as a detail."""
    (finding,) = found(tmp_path / "model.keras", keras_archive(weights=hdf5(archive_tree, change)), code)
    assert (finding.where, finding.place) == ("second/kernel", "/layers/dense_1/vars/0")


def test_two_findings_in_one_layer_stay_two(tmp_path: Path) -> None:
    """Their fingerprints, which a code scanner compares between runs, go by the place in the file."""
    layer = entry("Lambda", "code", function=CODE, output_shape=CODE)
    first, second = found(tmp_path / "model.keras", model(layer), "KI501")
    assert first.where == second.where == "code"
    assert first.fingerprint != second.fingerprint


@pytest.mark.parametrize("layer", ["code", "co*", "config.config.layers*"])
def test_a_waiver_names_the_layer_or_the_place(layer: str, tmp_path: Path) -> None:
    """Either of what a finding says of where it is can be waived."""
    (one,) = found(tmp_path / "model.keras", model(entry("Lambda", "code", function=CODE)), "KI501")
    waivers = Waivers((Waiver(layer, frozenset({"KI501"}), "It is ours."),))
    assert waivers.reason(one) == "It is ours."
    assert Waivers((Waiver("cod", frozenset({"KI501"}), "No."),)).reason(one) is None


def advised(findings: tuple[Finding, ...]) -> dict[str, list[str]]:
    """The advisories about each finding, by its layer."""
    return {finding.where: [one.cve for one in finding.advisories] for finding in findings}


def test_a_finding_names_the_advisories_about_its_own_kind(tmp_path: Path) -> None:
    """Those about another class, another format or another way to the same end are not named."""
    layers = (entry("TFSMLayer", "graph"), entry("TorchModuleWrapper", "torch"), entry("JaxLayer", "jax"))
    assert advised(found(tmp_path / "a.keras", model(*layers), "KI504")) == {
        "graph": ["CVE-2026-1462"],
        "torch": ["CVE-2025-49655"],
        "jax": [],
    }
    (finding,) = found(tmp_path / "b.keras", keras_archive(weights=hdf5(archive_tree, elsewhere)), "KI511")
    assert [(one.cve, one.mended) for one in finding.advisories] == [("CVE-2026-1669", ("3.12.1", "3.13.2"))]


def unwritten(file: h5py.File) -> None:
    """Declare far more values than there are."""
    path = "model_weights/second/second/kernel:0" if "model_weights" in file else "layers/dense_1/vars/0"
    del file[path]
    file.create_dataset(path, (1 << 40,), "<f4", chunks=(1 << 20,))


def with_code(file: h5py.File) -> None:
    """Put a function into the config of the first layer."""
    text = file.attrs["model_config"].replace('"linear"', '{"class_name": "__lambda__", "config": {"code": "4wE="}}', 1)
    file.attrs["model_config"] = text


def test_advisories_are_those_of_the_format(tmp_path: Path) -> None:
    """What was mended for archives was not for legacy HDF5, or in another version."""
    legacy = found(tmp_path / "a.h5", hdf5(legacy_tree, with_code, unwritten), "KI501", "KI514")
    assert advised(legacy) == {"first": ["CVE-2025-9905"], "second/kernel": ["CVE-2026-0897"]}
    archive = found(tmp_path / "b.keras", model(entry("Lambda", "code", function=CODE)), "KI501")
    assert advised(archive) == {"code": ["CVE-2024-3660"]}


def test_every_rule_says_what_to_do_in_a_line() -> None:
    """The documentation is what a rule finds, why it matters, and a line that says what to do."""
    for rule in RULES:
        assert len(rule.documentation.split("\n\n")) == 3, rule.code
        assert "\n" not in rule.remedy
        assert rule.remedy.endswith("."), rule.code
        assert all(one.mended for one in published(rule.cves))
