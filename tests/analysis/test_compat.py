"""Which releases accept a config: what the table says is what ``load_model`` of those releases did."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from docs.make_compat_results import PAGE, with_section
from kerasinspect import open_model
from kerasinspect.analysis.compat.judging import asked_of, compatibility, refused_by
from kerasinspect.errors import RequestError
from kerasinspect.knowledge.releases.table import known_releases
from tests.keras_releases.measuring import ENDS, ends_by_file, predictions
from tests.keras_releases.reading import words
from tests.makers.handmade import model
from tests.places import DATA, SAMPLES, SHARED

if TYPE_CHECKING:
    from kerasinspect.analysis.compat.results import Compatibility

RECORD = json.loads((DATA / "compat" / "load_model.json").read_text(encoding="utf-8"))
"""Where ``load_model`` of each release ended with each file: in the config, behind it, or never."""
NETWORK = SAMPLES / "question_network.keras"
MODELS = SHARED / "data" / "versions"


def found_of(config: dict[str, object]) -> Compatibility:
    """What is found out about a config by itself."""
    return compatibility(model([], config=config))


def dense(**more: object) -> dict[str, object]:
    """The config of a model of one layer, with more keys."""
    layer = {"module": "keras.layers", "class_name": "Dense", "config": {"name": "dense", "units": 1, **more}}
    return {"module": "keras", "class_name": "Sequential", "config": {"name": "m", "layers": [layer]}}


@pytest.mark.long("opens 400 models")
@pytest.mark.skipif(not MODELS.exists(), reason="the files of all versions lie in ../shared, which is not here")
def test_the_table_says_what_load_model_did() -> None:
    """For every whole model and every release that was asked, where the table tells at all; as on record."""
    counts = predictions(ends_by_file(RECORD), MODELS)
    assert counts == RECORD["predictions"]
    assert sum(one["wrong"] for one in counts.values()) == 0
    assert sum(one["right"] for one in counts.values()) > 4000


def test_at_least_twelve_releases_were_asked_for_the_newest_models() -> None:
    """Of every kind that is on record."""
    assert len(RECORD["predictions"]) >= 12
    assert {*RECORD["ends"]} <= {*ENDS}


def test_the_page_has_what_is_on_record() -> None:
    """As ``python -m docs.make_compat_results`` writes it."""
    page = PAGE.read_text(encoding="utf-8")
    assert with_section(page) == page


def test_keys_at_their_defaults_stop_older_releases() -> None:
    """A file of Keras 3.15 loads in none before, because of keys that say nothing."""
    with open_model(str(NETWORK)) as opened:
        found = compatibility(opened)
    accepting = [one.version for one in found.answers if one.verdict == "accepts"]
    assert accepting == ["3.15.0", "3.15.1"]
    stops = {(one.class_name, one.key, one.value) for one in found.answers[-3].obstacles}
    assert ("Dense", "kernel_initializer.input_axes", "null") in stops
    assert [one.version for one in refused_by(asked_of(found, ["3.10", "3.15"]))] == ["3.10.0"]


def test_what_every_release_takes_stops_none() -> None:
    """A layer with the keys that Dense always had."""
    assert {one.verdict for one in found_of(dense(use_bias=True, activation="relu")).answers} == {"accepts"}


@pytest.mark.parametrize(
    ("more", "verdict", "kinds"),
    [
        pytest.param({"colour": None}, "refuses", {"key"}, id="a key that no release takes"),
        pytest.param({"activation": "mine"}, "not told", set(), id="a custom activation"),
        pytest.param({"name": "a/b"}, "refuses", {"name"}, id="a slash"),
        pytest.param(
            {"kernel_initializer": {"module": "mine", "class_name": "A", "config": {}}},
            "not told",
            set(),
            id="a custom class",
        ),
    ],
)
def test_a_config_is_judged_by_what_is_in_it(more: dict[str, object], verdict: str, kinds: set[str]) -> None:
    """In the newest release."""
    answer = found_of(dense(**more)).answers[-1]
    assert (answer.verdict, {one.kind for one in answer.obstacles}) == (verdict, kinds)


def test_what_is_met_when_compiling_alone_is_said_so() -> None:
    """Keras 3.15 refuses mse in legacy HDF5, and loads the file with compile=False."""
    training = {"optimizer_config": {"class_name": "Adam", "config": {"name": "adam"}}, "loss": "mse"}
    answer = compatibility(model([], config=dense(), training_config=training, format="legacy-hdf5")).answers[-1]
    assert answer.verdict == "accepts uncompiled"
    assert [(one.kind, one.value) for one in answer.obstacles] == [("word", '"mse"')]


@pytest.mark.parametrize(
    ("key", "word", "untold"),
    [
        pytest.param("metrics", "acc", (), id="acc"),
        pytest.param("metrics", "ACC", (), id="compile looks at no case"),
        pytest.param("metrics", "ce", ("ce",), id="a loss alone"),
        pytest.param("loss", "ce", (), id="ce"),
        pytest.param("loss", "crossentropy", (), id="crossentropy"),
        pytest.param("loss", "acc", ("acc",), id="a metric alone"),
        pytest.param("metrics", "mine", ("mine",), id="custom"),
    ],
)
def test_names_that_compile_resolves_by_the_output_are_of_keras(key: str, word: str, untold: tuple[str, ...]) -> None:
    """No dict of Keras has them, and no class is called so."""
    optimizer = {"class_name": "Adam", "config": {"name": "adam"}}
    training = {"optimizer_config": optimizer, key: [word] if key == "metrics" else word}
    found = compatibility(model([], config=dense(), training_config=training, format="legacy-hdf5"))
    assert found.untold == untold
    assert found.obstacles == ()
    assert {one.verdict for one in found.answers} == {"not told" if untold else "accepts"}


@pytest.mark.long("imports Keras")
@pytest.mark.parametrize("part", ["losses", "metrics"])
def test_the_newest_release_resolves_the_words_of_the_table(part: str, keras: Any) -> None:  # noqa: ANN401 - a module
    """All that its loader and ``compile`` take by name, as the table was made."""
    newest = known_releases().versions.index(keras.__version__)
    assert {word for word, where in known_releases().words[part].items() if where >> newest & 1} == {*words(part)}


def test_a_bare_list_of_layers_is_refused_by_all() -> None:
    """As Keras before 2.2.3 wrote it: the loader of Keras 3 takes keys out of a dict."""
    found = compatibility(model([], config={"class_name": "Sequential", "config": []}, format="legacy-hdf5"))
    assert {one.verdict for one in found.answers} == {"refuses"}


@pytest.mark.parametrize("version", ["2.15", "3.99", "", "3", "newest"])
def test_a_version_that_is_not_in_the_table_is_a_wrong_request(version: str) -> None:
    """Rather than one that accepts everything; 3 alone means every release of it."""
    found = found_of(dense())
    if version == "3":
        assert refused_by(asked_of(found, [version])) == []
        return
    with pytest.raises(RequestError, match="not in the table"):
        refused_by(asked_of(found, [version]))


def test_weights_alone_are_no_question() -> None:
    """There is nothing to judge by."""
    with pytest.raises(RequestError, match="no config"):
        compatibility(model([]))


def test_the_table_has_every_release_once_in_order() -> None:
    """From 3.0.0 on."""
    numbers = [[int(part) for part in version.split(".")] for version in known_releases().versions]
    assert numbers == sorted(numbers)
    assert numbers[0] == [3, 0, 0]
    assert len(numbers) == 40
