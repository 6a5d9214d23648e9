"""Tests of what Keras leaves out when it saves, on files that real releases made with arguments other than defaults."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import pytest

from docs import make_saving
from kerasinspect.checking.asking import check_file
from kerasinspect.checking.rule_names import active_rules
from kerasinspect.knowledge.keras_versions import version_of
from kerasinspect.knowledge.releases.unsaved import UNSAVED, Sign, unsaved_by
from kerasinspect.opening import open_model
from tests.places import DATA

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kerasinspect.checking.findings import Finding

HERE = DATA / "saving"

LOST = {
    "output padding of a graph": ("3.14.1/padded.keras", "3.15.1/padded.keras", "KI703", "was 9 × 9 × 2, and is 10 ×"),
    "output padding at its default": ("3.14.1/padded.keras", "3.14.1/padded_by_default.keras", "KI703", "padding"),
    "output padding of a chain": (
        "3.14.1/padded_in_a_row.keras",
        "3.15.1/padded.keras",
        "KI703",
        "was 6 × 6 × 6 × 1, and is 5 × 5 × 5 × 1",
    ),
    "output padding that no size tells": (
        "3.14.1/padded_at_the_end.keras",
        "3.15.1/padded.keras",
        "KI705",
        "output_padding of Conv1DTranspose",
    ),
    "scaling": ("3.3.3/scaled.keras", "3.4.1/scaled.keras", "KI703", "rms_scaling of LayerNormalization"),
    "scaling at its default": ("3.3.3/scaled.keras", "3.3.3/scaled_by_default.keras", "KI703", "no beta"),
    "seed of Attention": ("3.14.1/attention.h5", "3.15.1/attention.h5", "KI704", "seed of Attention"),
    "seed whose state is in the file": ("3.14.1/attention.h5", "3.14.1/attention.keras", "KI704", "seed"),
    "seed of AdditiveAttention": (
        "3.14.1/additive_attention.h5",
        "3.15.1/attention.h5",
        "KI704",
        "seed of AdditiveAttention",
    ),
    "seed of SimpleRNN": ("3.15.1/simple_rnn.h5", "3.15.1/attention.h5", "KI704", "seed of SimpleRNN"),
    "seed of RandomGrayscale": ("3.15.1/grayscale.h5", "3.15.1/attention.h5", "KI704", "seed of RandomGrayscale"),
    "channels first": (
        "3.14.1/channels_first.keras",
        "3.15.1/channels_first.keras",
        "KI704",
        "data_format of RandomContrast",
    ),
    "channels last": (
        "3.14.1/channels_first.keras",
        "3.14.1/channels_last.keras",
        "KI704",
        "data_format of RandomBrightness",
    ),
    "dropped channels": (
        "2.11/spatial_dropout.h5",
        "3.15.1/spatial_dropout.keras",
        "KI704",
        "data_format of SpatialDropout2D",
    ),
    "noise shape": ("2.11/alpha_dropout.h5", "3.15.1/alpha_dropout.keras", "KI705", "noise_shape of AlphaDropout"),
    "inverse": ("2.11/inverted.h5", "2.15/inverted.h5", "KI704", "invert of Normalization"),
    "delta": ("3.15.1/huber.keras", "3.15.1/huber_by_name.keras", "KI704", "delta of Huber: a loaded model has 1.0"),
    "axis of a loss": ("3.15.1/cosine.keras", "3.15.1/classes_last.keras", "KI704", "CosineSimilarity"),
    "axis of a metric": (
        "3.15.1/cosine_metric.keras",
        "3.15.1/classes_last.keras",
        "KI704",
        "axis of CosineSimilarity",
    ),
    "axis of classes": (
        "3.15.1/classes_first.keras",
        "3.15.1/classes_last.keras",
        "KI704",
        "axis of SparseCategoricalCrossentropy",
    ),
    "sparse": ("3.15.1/sparse.keras", "3.1.1/sparse.keras", "KI705", "sparse of CategoryEncoding"),
    "vocabulary": ("3.15.1/words.h5", "3.15.1/words.keras", "KI707", "no vocabulary of this IntegerLookup"),
    "vocabulary of a TextVectorization": (
        "3.15.1/text.h5",
        "3.15.1/words.keras",
        "KI707",
        "no vocabulary of this TextVectorization",
    ),
    "gain": ("3.15.1/gain.keras", "3.15.1/huber.keras", "KI705", "gain of Identity"),
}
"""The file that lost it, one that did not, the rule, and what it says."""


def found(path: Path, code: str) -> list[Finding]:
    """What one rule finds in a file, which it must not skip."""
    report = check_file(str(path), active_rules([code]))
    assert report.error is None
    assert report.skipped == ()
    return [*report.findings]


@pytest.mark.parametrize("name", LOST)
def test_what_a_release_lost_is_found_and_what_is_there_is_not(name: str) -> None:
    """Of two files that differ in the release or in the argument, the rule finds the one that lacks it."""
    lost, whole, code, words = LOST[name]
    messages = [finding.message for finding in found(HERE / f"keras-{lost}", code)]
    assert [message for message in messages if words in message], messages
    assert found(HERE / f"keras-{whole}", code) == []


def test_every_file_is_in_the_table() -> None:
    """No file is kept that nothing is said of."""
    kept = {path.relative_to(HERE).as_posix().removeprefix("keras-") for path in HERE.glob("*/*")}
    assert kept == {name for row in LOST.values() for name in row[:2]}


def test_each_class_is_a_finding() -> None:
    """Two layers of two classes that lost the same argument are two findings."""
    messages = [finding.message for finding in found(HERE / "keras-3.14.1/channels_first.keras", "KI704")]
    assert [message.split(":")[0].split()[-1] for message in messages] == [
        "RandomBrightness",
        "RandomContrast",
    ]


def configs(path: Path) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """The classes in the configs of a file, each with its kind and its config."""
    with open_model(str(path)) as model:
        pending: list[tuple[Any, bool]] = [(dict(model.config or {}), False), (model.training_config, True)]
        names = {layer.class_name for layer in model.walk()}
        while pending:
            value, is_compiled = pending.pop()
            if isinstance(value, dict):
                if isinstance(value.get("config"), dict) and isinstance(value.get("class_name"), str):
                    is_layer = value["class_name"] in names and not is_compiled
                    yield "layers" if is_layer else "objects", value["class_name"], value["config"]
                pending += [(one, is_compiled) for one in value.values()]
            elif isinstance(value, list | tuple):
                pending += [(one, is_compiled) for one in value]


def test_a_release_writes_just_what_the_table_does_not_have_it_leave_out() -> None:
    """In files of real releases a key of the table is missing where it says so, and is there elsewhere."""
    seen = defaultdict(set)
    for path in HERE.glob("*/*"):
        with open_model(str(path)) as model:
            version = version_of(model.keras_version)
        for kind, class_name, config in configs(path):
            unsaved = {row.key for row in unsaved_by(version, kind, class_name)}
            for row in UNSAVED:
                if (row.kind, row.class_name) == (kind, class_name):
                    is_newer = version is not None and version >= row.first
                    assert (row.key not in config) == (row.key in unsaved) or not is_newer, (path, row)
                    seen[row.key].add(row.key in unsaved)
    assert {key for key, was in seen.items() if True in was} == {row.key for row in UNSAVED}


def test_every_row_says_what_becomes_of_the_model() -> None:
    """A row has its effect, a range of versions and a sign, and stands once."""
    assert len({(row.kind, row.class_name, row.key, row.first) for row in UNSAVED}) == len(UNSAVED)
    assert all(row.effect and row.default and row.first <= row.last for row in UNSAVED)
    assert {row.sign for row in UNSAVED} == {*Sign}


def test_the_page_is_made_from_the_table() -> None:
    """What the documentation says of releases is what the rules go by."""
    assert make_saving.PAGE.read_text(encoding="utf-8") == make_saving.page()


def test_a_variable_that_two_layers_have_is_named_with_the_other_one() -> None:
    """The finding is at the second place, whatever stands between them; a layer that is called twice is stored once."""
    (finding,) = found(DATA / "cases/shared_variable/tied.keras", "KI706")
    assert "variable of emb/embeddings" in finding.message
    assert finding.where.startswith("tied/")
    assert found(DATA / "cases/shared_variable/called_twice.keras", "KI706") == []
    assert found(DATA / "cases/shared_variable/linked.weights.h5", "KI706") == []


def test_a_vocabulary_that_the_config_has_is_not_lost() -> None:
    """Only what was learned from data is missing; what a layer was given stands in its config."""
    places = [finding.where for finding in found(HERE / "keras-3.15.1/words.h5", "KI707")]
    assert places == ["string_lookup", "integer_lookup"]


def test_a_vocabulary_that_two_layers_show_is_missed_once() -> None:
    """A TextVectorization has that of the StringLookup in it, and a user sets one of them."""
    places = [finding.where for finding in found(HERE / "keras-3.15.1/text.h5", "KI707")]
    assert places == ["text_vectorization", "integer_lookup", "string_lookup_2"]


def test_a_nested_list_lost_its_layers_before_they_were_stored() -> None:
    """The file of Keras 3.10 lacks eight trained arrays, and that of Keras 3.15 none."""
    (finding,) = found(DATA / "cases/nested_lists/blocks.keras", "KI701")
    assert "8 weights" in finding.message
    assert found(DATA / "cases/nested_lists/blocks_kept.keras", "KI701") == []
