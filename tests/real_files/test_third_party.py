"""Layers of other packages: names, classes and what is trained are those of the live models, and never others."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import pytest

from kerasinspect import open_model
from kerasinspect.knowledge.layers.third_party import third_party_row
from tests.keras_hub_families import FORMS, score
from tests.places import DATA

if TYPE_CHECKING:
    from pathlib import Path

HERE = DATA / "third_party"
HUB = DATA / "keras_hub"
TRUTH: dict[str, Any] = json.loads((HERE / "expected.json").read_text(encoding="utf-8"))
FILES = sorted(path for path in HERE.iterdir() if path.suffix in {".h5", ".keras"})
HOLDING = {"ClusterWeights", "QuantizeWrapperV2"}
"""Wrappers that hold the kernel of the layer inside, which a legacy file names after that layer."""
OF_THE_LAYER_INSIDE = {"Dense", "Conv2D"}
UNTOLD = {
    "pruned.keras": 0,
    "quantized.keras": 34,
    "qkeras_folded.keras": 7,
    "addons_crf.keras": 2,
    "addons_sequence.keras": 20,
    "hgq2.keras": 33,
}
"""How many arrays have no name, where the number that the file gives them does not tell which weight they are."""


def facts_of(path: Path) -> dict[tuple[str, str], list[Any]]:
    """What the live model said of the variables of a file, by dtype and digest."""
    found: dict[tuple[str, str], list[Any]] = {}
    for one in TRUTH[path.name.partition(".")[0]]["weights"]:
        found.setdefault((one["dtype"], one["sha256"]), []).append(one)
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_what_is_said_of_a_layer_of_another_package_is_true(path: Path) -> None:
    """Every name, class, position and trainability that is told is the live model's, and every array is a weight."""
    facts = facts_of(path)
    untold = 0
    with open_model(path) as model:
        for weight in model.weights:
            digest = hashlib.sha256(b"".join(weight.array.blocks())).hexdigest()
            known = facts[weight.dtype, digest]
            untold += not weight.named
            names = {one["name"].split(":")[0].split("/")[-1] for one in known}
            owners = {owner for one in known for owner in one["owners"]}
            owners |= OF_THE_LAYER_INSIDE if path.suffix == ".h5" and owners & HOLDING else set()
            assert not weight.named or weight.name in names | {"vector_u"}, weight.path
            assert weight.layer_class in {"unknown class", *owners}, weight.path
            assert weight.trainable in {None, *(one["trainable"] for one in known)}, weight.path
            assert weight.index in {None, *(one["index"] for one in known)}, weight.path
    assert untold <= UNTOLD.get(path.name, 0)


def test_a_layer_says_the_package_that_it_was_read_from() -> None:
    """A layer of another package says which, with its version; one of Keras says none."""
    with open_model(HERE / "pruned.keras") as model:
        wrapper = next(layer for layer in model.layers if layer.layers)
        assert wrapper.package == "tensorflow-model-optimization 0.8.0"
        assert not wrapper.known
        assert [(inner.class_name, inner.package) for inner in wrapper.layers] == [("Dense", "")]


def test_a_wrapper_of_another_package_holds_what_its_config_says() -> None:
    """QKeras's Bidirectional holds a layer for each direction, of the class that its config names."""
    row = third_party_row("QBidirectional", "qkeras.qrecurrent", "", {})
    assert row is not None
    assert [(part.attributes, part.class_name) for part in row.sublayers] == [
        (("forward_layer",), ""),
        (("backward_layer",), ""),
    ]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("place", sorted(HUB.iterdir()), ids=lambda path: path.name)
def test_every_array_of_keras_hub_has_its_class_and_name(place: Path, form: str) -> None:
    """The classes and names of weights in a file of keras-hub are those of the live model, in every form."""
    truth = json.loads((place / "expected.json").read_text(encoding="utf-8"))
    counts, wrong = score(place / form, truth)
    assert wrong == []
    assert counts["both"] == counts["arrays"] == len(truth)


def test_a_class_that_code_tells_is_said_to_be_told_so() -> None:
    """A layer of keras-hub says that code tells its class; one that the config lists says that the config does."""
    with open_model(HUB / "albert/model.weights.h5") as model:
        assert {layer.class_from for layer in model.walk() if layer.weights} == {"code"}
    with open_model(HERE / "pruned.keras") as model:
        assert {layer.class_from for layer in model.walk()} == {"config"}
