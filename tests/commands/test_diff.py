"""``kerasinspect diff``, from arguments to what is written and how it ends."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, NamedTuple

import h5py
import numpy as np
import pytest

from kerasinspect.commands.cli import run
from kerasinspect.commands.options import LIST_FORMS
from kerasinspect.comparing import compare
from kerasinspect.output.comparison.words import diff_in_words
from tests.described import assert_described
from tests.makers.plain_models import archive_tree, config, dense, hdf5, keras_archive, parts
from tests.makers.raw_zip import raw_zip
from tests.places import DATA, ROOT, SAMPLES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import h5py

NETWORK = str(SAMPLES / "question_network.keras")
LEGACY = str(SAMPLES / "question_network.h5")


class Answer(NamedTuple):
    """How a command line ended."""

    status: int
    out: str
    err: str


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Answer]:
    """A function that runs ``diff`` in an empty working folder with two plain models, old and new."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "old.keras").write_bytes(keras_archive())
    (tmp_path / "new.keras").write_bytes(keras_archive(weights=hdf5(archive_tree, trained)))

    def answer(*arguments: str) -> Answer:
        status = run(["diff", *arguments])
        return Answer(status, *capsys.readouterr())

    return answer


def trained(file: h5py.File) -> None:
    """Move some values of the second layer."""
    file["layers/dense_1/vars/0"][0, 1] += 5


def with_nan(file: h5py.File) -> None:
    """Put a NaN into the second layer."""
    file["layers/dense_1/vars/0"][0, 1] = np.nan


def elsewhere(file: h5py.File) -> None:
    """Let the values of one bias lie in another file, which nobody opens."""
    del file["layers/dense_1/vars/1"]
    file.create_dataset("layers/dense_1/vars/1", (2,), "<f4", external=[("/etc/hostname", 0, 8)])


def test_two_formats_of_one_model_do_not_differ(ask: Callable[..., Answer]) -> None:
    """What only a format brings is no difference; the page has nothing but that."""
    answer = ask(NETWORK, LEGACY)
    assert answer.status == 0
    assert answer.out.splitlines()[3:] == ["", "no difference: 5 layers, 8 arrays"]
    assert json.loads(ask(NETWORK, LEGACY, "--format", "json").out)["equal"] is True


def test_the_documentation_shows_what_is_printed(ask: Callable[..., Answer], monkeypatch: pytest.MonkeyPatch) -> None:
    """The first thing that a reader of docs/diff.md sees is the page of two samples."""
    page = (ROOT / "docs" / "diff.md").read_text(encoding="utf-8")
    line, _, shown = page.partition("```console\n$ kerasinspect diff ")[2].partition("```")[0].partition("\n")
    monkeypatch.chdir(SAMPLES)
    assert ask(*line.split()) == Answer(1, shown, "")


def test_a_change_is_found_and_is_status_1(ask: Callable[..., Answer]) -> None:
    """The layer, its weight, and how far it moved; --exit-zero is for those who only read."""
    answer = ask("old.keras", "new.keras")
    assert answer.status == 1
    row = next(line for line in answer.out.splitlines() if line.startswith("second"))
    assert row.split()[0] == "second"
    assert row.endswith("kernel only")
    assert ask("old.keras", "new.keras", "--exit-zero") == answer._replace(status=0)


@pytest.mark.parametrize("form", LIST_FORMS)
def test_every_form_says_which_layer_changed(form: str, ask: Callable[..., Answer]) -> None:
    """And ends in the same status."""
    answer = ask("old.keras", "new.keras", "--only", "changed", "--format", form)
    assert answer.status == 1
    assert "second" in answer.out
    assert "third" not in answer.out
    documents = {"json": [answer.out], "jsonl": answer.out.splitlines()}.get(form, [])
    for text in documents:
        assert_described(json.loads(text))


def test_csv_says_that_it_has_no_configs(ask: Callable[..., Answer], tmp_path: Path) -> None:
    """Where they differ: its rows do not tell why the exit status is 1."""
    for loss, layers in (("mse", (0, 1, 2)), ("mae", (0, 2, 1))):
        described = config(*map(dense, layers), compile_config={"loss": loss, "optimizer": "adam"})
        (tmp_path / f"{loss}.keras").write_bytes(keras_archive(described=described))
    answer = ask("mse.keras", "mae.keras", "--format", "csv")
    assert answer.status == 1
    assert answer.err.splitlines() == [
        "kerasinspect: note: 1 layer moved, which csv leaves out.",
        "kerasinspect: note: The config of 2 layers and of the model differs, which csv leaves out.",
    ]
    assert ask("mse.keras", "mae.keras", "--format", "csv", "-q").err == ""
    assert ask("old.keras", "new.keras", "--format", "csv").err == ""


def test_one_file_is_the_same_as_itself_by_whatever_path(ask: Callable[..., Answer], tmp_path: Path) -> None:
    """Its values are not read: they may be damaged."""
    (tmp_path / "bad.keras").write_bytes(keras_archive(weights=hdf5(archive_tree, with_nan)))
    (tmp_path / "link.keras").symlink_to("bad.keras")
    for other in ("bad.keras", "link.keras", "./bad.keras"):
        answer = ask("bad.keras", other)
        assert answer.status == 0
        assert answer.out.endswith("no difference: both are the same file\n")


UNREADABLE = {
    "the old one": (("missing.keras", "new.keras"), "The old model cannot be read: missing.keras does not exist."),
    "the new one": (("old.keras", "text"), "The new model cannot be read: text is "),
    "a folder": (("empty", "new.keras"), "The old model cannot be read: "),
}


@pytest.mark.parametrize(("sides", "said"), UNREADABLE.values(), ids=UNREADABLE)
def test_an_unreadable_side_is_named(
    sides: tuple[str, str], said: str, ask: Callable[..., Answer], tmp_path: Path
) -> None:
    """Exit status 3, never that of a difference."""
    (tmp_path / "text").write_text("no model", encoding="utf-8")
    (tmp_path / "empty").mkdir()
    answer = ask(*sides)
    assert answer.status == 3
    assert answer.out == ""
    assert answer.err.startswith(f"kerasinspect: {said}")


def test_what_cannot_be_read_makes_the_answer_partial(ask: Callable[..., Answer], tmp_path: Path) -> None:
    """The rest is compared and printed; standard error says what is missing and of which file."""
    (tmp_path / "half.keras").write_bytes(keras_archive(weights=hdf5(archive_tree, trained, elsewhere)))
    answer = ask("old.keras", "half.keras")
    assert answer.status == 3
    assert "kernel" in answer.out
    assert "kerasinspect: damaged: half.keras: " in answer.err
    assert json.loads(ask("old.keras", "half.keras", "--format", "json", "-q").out)["damage"]


def test_weights_that_a_damaged_file_lacks_are_not_said_to_be_removed(
    ask: Callable[..., Answer], tmp_path: Path
) -> None:
    """The archive has a config that names its layers, and lost the file of their weights."""
    (tmp_path / "lost.keras").write_bytes(raw_zip(parts()[:-1]))
    for sides in (("old.keras", "lost.keras"), ("lost.keras", "old.keras")):
        answer = ask(*sides)
        assert answer.status == 3
        assert "not read" in answer.out
        assert not re.search("added|removed|in common", answer.out)


def test_a_weight_that_one_side_lacks_is_among_the_facts(ask: Callable[..., Answer], tmp_path: Path) -> None:
    """Where layers are all the same otherwise, it is why the status is 1."""

    def with_factor(file: h5py.File) -> None:
        archive_tree(file)
        file["layers/dense_2/vars/2"] = np.ones(3, "f4")

    (tmp_path / "more.keras").write_bytes(raw_zip(parts(weights=hdf5(with_factor))))
    for sides, word in ((("old.keras", "more.keras"), "added"), (("more.keras", "old.keras"), "removed")):
        answer = ask(*sides, "--summary")
        assert answer.status == 1
        assert f"1 weight {word}" in answer.out


def test_models_without_a_common_layer_are_different(ask: Callable[..., Answer]) -> None:
    """That is said, and is exit status 1."""
    answer = ask("old.keras", str(SAMPLES / "recurrent.keras"), "--match", "path")
    assert answer.status == 1
    assert "\nthe models have no layer with weights in common\n" in answer.out


def test_a_new_nan_is_said(ask: Callable[..., Answer], tmp_path: Path) -> None:
    """Beside the figures of the values that are numbers; JSON has a count."""
    (tmp_path / "nan.keras").write_bytes(keras_archive(weights=hdf5(archive_tree, with_nan)))
    answer = ask("old.keras", "nan.keras")
    assert "NaN: 0 → 1" in answer.out
    layers = json.loads(ask("old.keras", "nan.keras", "--format", "json").out)["layers"]
    kernel = next(weight for layer in layers for weight in layer["weights"] if weight["new_nan"])
    assert (kernel["name"], kernel["changed"], kernel["max_abs"]) == ("kernel", 1, 0.0)


def test_a_pair_can_be_given(ask: Callable[..., Answer], tmp_path: Path) -> None:
    """It holds whatever anything else says, and the report says where it comes from."""
    renamed = config(dense(0), {**dense(1), "config": dense(1)["config"] | {"name": "inner"}}, dense(2))
    (tmp_path / "renamed.keras").write_bytes(keras_archive(described=renamed))
    document = json.loads(ask("old.keras", "renamed.keras", "--map", "second=inner", "--format", "json").out)
    pair = next(layer for layer in document["layers"] if layer["new"] == "inner")
    assert (pair["old"], pair["matched_by"], pair["verdict"], pair["renamed"]) == ("second", "map", "unchanged", True)


WRONG: dict[str, tuple[str, ...]] = {
    "a map of nothing": ("--map", "nowhere=second"),
    "a map to nothing": ("--map", "second=nowhere"),
    "half a map": ("--map", "second="),
    "no map": ("--map", "second"),
    "a layer twice": ("--map", "first=second", "--map", "first=third"),
    "two to one": ("--map", "first=second", "--map", "third=second"),
    "no number": ("--rtol", "nan"),
    "below zero": ("--atol", "-1"),
    "another verdict": ("--only", "better"),
    "a layer that neither has": ("--layer", "nowhere"),
    "a summary of lines": ("--summary", "--format", "jsonl"),
    "over a model": ("-o", "old.keras"),
    "a third model": ("old.keras",),
}


@pytest.mark.parametrize("arguments", WRONG.values(), ids=WRONG)
def test_a_wrong_request_is_no_difference(arguments: tuple[str, ...], ask: Callable[..., Answer]) -> None:
    """Exit status 2, nothing on standard output, and a sentence on standard error."""
    answer = ask("old.keras", "new.keras", *arguments)
    assert (answer.status, answer.out) == (2, "")
    assert answer.err


def test_the_summary_is_one_line(ask: Callable[..., Answer]) -> None:
    """For those who only want to know how much differs."""
    answer = ask("old.keras", "new.keras", "--summary")
    assert answer.status == 1
    assert len(answer.out.splitlines()) == 5


@pytest.mark.parametrize("form", LIST_FORMS)
@pytest.mark.parametrize("sides", [("old.keras", "new.keras"), ("old.keras", "old.keras"), (NETWORK, LEGACY)])
def test_an_earlier_output_is_replaced(
    form: str, sides: tuple[str, str], ask: Callable[..., Answer], tmp_path: Path
) -> None:
    """In each form, be there a difference or none; at a width, too."""
    for width in ("40", "200"):
        assert ask(*sides, "--format", form, "-o", "page", "--width", width).err == ""
    assert (tmp_path / "page").stat().st_size


def test_a_file_of_weights_has_no_config_to_compare(ask: Callable[..., Answer], tmp_path: Path) -> None:
    """That is said; the values are compared all the same."""
    (tmp_path / "old.weights.h5").write_bytes(hdf5(archive_tree))
    answer = ask("old.keras", "old.weights.h5")
    assert answer.status == 0
    assert "no difference" in answer.out
    assert "Configs are not compared, since the new file has none." in answer.out


def test_what_is_odd_about_a_layer_is_said_of_its_side(ask: Callable[..., Answer]) -> None:
    """LoRA factors are in a legacy file, and merged into their kernel in an archive, which is no training."""
    archive, legacy = (str(DATA / "versions" / name) for name in ("keras-3.0.5/lora.keras", "keras-3.14.1/lora.h5"))
    merged = "its LoRA factors are merged into what they adapt"
    noted = [line for line in ask(archive, legacy).err.splitlines() if merged in line]
    assert noted
    assert all(line.startswith("kerasinspect: note: old: ") for line in noted)
    assert merged not in ask(archive, legacy, "-q").err
    document = json.loads(ask(legacy, archive, "--format", "json").out)
    assert not document["old"]["remarks"]
    assert len(document["new"]["remarks"]) == len(noted)
    assert merged in document["new"]["remarks"][0]


@pytest.mark.parametrize("form", ["table", "markdown"])
def test_a_model_without_another_side_was_added_or_removed(form: str, ask: Callable[..., Answer]) -> None:
    """Git, and its difftool, have no file for the side that lacks it; a document has no form for that."""
    for sides, said in ((("/dev/null", "old.keras"), "added"), (("old.keras", "/dev/null"), "removed")):
        answer = ask(*sides, "--format", form)
        assert (answer.status, answer.err) == (1, "")
        assert said in answer.out
        assert "old.keras" in answer.out
        assert ask(*sides, "--exit-zero", "--format", form).status == 0
        assert ask(*sides, "--format", "json").status in {2, 3}
    assert ask("/dev/null", "/dev/null").status in {2, 3}
    for other in ("json", "jsonl", "csv"):
        refused = ask("/dev/null", "old.keras", "--format", other)
        assert (refused.status, f"--format {other} has no form for one alone" in refused.err) == (2, True)


def test_layers_without_weights_are_counted_by_themselves_everywhere() -> None:
    """By the page, by Python and by its repr, which agree on each number."""
    diff = compare(SAMPLES / "small_cnn.keras", SAMPLES / "small_cnn_tuned.keras")
    assert (diff.counts["unchanged"], diff.weightless, diff["conv2d"].weightless) == (6, 4, False)
    assert "2 unchanged · 3 trained · 4 without weights" in repr(diff)
    assert next(diff_in_words(diff)) == "2 layers unchanged, 3 trained, 4 without weights"


def test_empty_cells_are_explained(capsys: pytest.CaptureFixture[str]) -> None:
    """Below the table, with the reasons that are true of any row of it."""
    run(["diff", str(SAMPLES / "small_cnn.keras"), str(SAMPLES / "small_cnn_tuned.keras")])
    page = capsys.readouterr().out
    assert "empty cells: no value differs" in page
    assert "input_layer → input_layer_1  without weights" in page
    run(["diff", str(SAMPLES / "question_network.keras"), str(SAMPLES / "two_towers.keras")])
    assert "empty cells: only one model has the layer" in capsys.readouterr().out
