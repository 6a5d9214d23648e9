"""The command ``compat`` and ``check --for-keras``: pages, documents, exit statuses."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from kerasinspect import check
from kerasinspect.commands.cli import run
from kerasinspect.errors import RequestError
from tests.described import assert_described
from tests.places import DATA, SAMPLES

if TYPE_CHECKING:
    from pathlib import Path

    from kerasinspect.checking.findings import Finding

NETWORK = str(SAMPLES / "question_network.keras")
COMPILED = str(DATA / "cases/silent_check/mse.h5")
"""Of which Keras 3.15 refuses the loss alone."""


@pytest.mark.parametrize(
    ("words", "status"),
    [
        pytest.param((), 0, id="no version is asked for"),
        pytest.param(("--for-keras", "3.15"), 0, id="accepted"),
        pytest.param(("--for-keras", "3.10.0"), 1, id="refused"),
        pytest.param(("--for-keras", "3.15", "--for-keras", "3.14"), 1, id="one of two"),
        pytest.param(("--for-keras", "2.15"), 2, id="not in the table"),
    ],
)
def test_only_a_version_that_is_asked_for_decides_the_status(
    words: tuple[str, ...], status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """Refusing is no fault of a file unless someone says which Keras it is for."""
    assert run(["compat", NETWORK, *words]) == status
    assert capsys.readouterr().out.startswith("model sequential") == (status < 2)


@pytest.mark.parametrize("form", [("table",), ("table", "--quiet"), ("markdown",), ("markdown", "--quiet")])
@pytest.mark.parametrize(
    ("model", "versions", "answers"),
    [
        pytest.param(NETWORK, ("3.15",), ["Keras 3.15.0 to 3.15.1: accepted"], id="accepted"),
        pytest.param(
            NETWORK,
            ("3.13.0",),
            ["Keras 3.13.0: refused, stopped by Dense.kernel_initializer.input_axes, Dense.kernel_initializer."],
            id="refused",
        ),
        pytest.param(
            NETWORK,
            ("3.15.1", "3.10", "3.12.0", "3.10.0"),
            ["Keras 3.15.1: accepted", "Keras 3.10.0, 3.12.0: refused, stopped by Dense.quantization_config, "],
            id="several, of which none between them was asked about",
        ),
        pytest.param(
            COMPILED,
            ("3.15.1",),
            ["Keras 3.15.1: accepted with compile=False, compiling is stopped by loss"],
            id="compiling alone",
        ),
    ],
)
def test_the_answer_about_a_version_stands_above_the_table(
    model: str,
    versions: tuple[str, ...],
    answers: list[str],
    form: tuple[str, ...],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """It is the result, which --quiet leaves as it is, and nothing says it a second time."""
    words = [one for version in versions for one in ("--for-keras", version)]
    run(["compat", model, *words, "--format", *form])
    written = capsys.readouterr()
    page = written.out.replace("`", "")
    above, table, _ = page.partition("stopped by\n" if form[0] == "table" else "| Keras |")
    said = [line for line in above.splitlines() if line.startswith("Keras 3.")]
    assert table
    assert len(said) == len(answers)
    assert all(line.startswith(answer) for line, answer in zip(said, answers, strict=True))
    assert written.err == ""


def test_a_page_in_a_file_leaves_the_answer_in_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where the page is not read at once, a note says why the status is 1."""
    assert run(["compat", NETWORK, "--for-keras", "3.10", "-o", str(tmp_path / "page.txt")]) == 1
    assert "Refused by Keras 3.10.0." in capsys.readouterr().err


def test_the_page_names_keys_and_the_releases_that_refuse_them(capsys: pytest.CaptureFixture[str]) -> None:
    """A row for each key, by the words that the releases are listed with, and its layers whole."""
    run(["compat", NETWORK])
    page = capsys.readouterr().out
    assert "3.15.0 to 3.15.1" in page
    (row,) = (line for line in page.splitlines() if line.startswith("Dense.quantization_config"))
    assert row.endswith("unknown key, refused by 3.0.0 to 3.12.4, in dense, dense_1, dense_2 and 1 other")


def test_what_keras_3_does_not_load_is_said_before_its_answers(capsys: pytest.CaptureFixture[str]) -> None:
    """A SavedModel whose config it accepts is none that it loads, and verify does not load it either."""
    run(["compat", str(DATA / "checkpoints/tf.keras-2.15/seq_mlp_savedmodel")])
    page = capsys.readouterr().out
    assert page.index("Keras 3 loads no SavedModel") < page.index("3.0.0 to ")
    assert "kerasinspect verify" not in page


def test_the_document_has_every_release(capsys: pytest.CaptureFixture[str]) -> None:
    """And everything that stops one, with the versions that refuse it."""
    run(["compat", NETWORK, "--format", "json"])
    document = json.loads(capsys.readouterr().out)
    assert_described(document)
    assert document["schema"] == "kerasinspect.compat/1"
    assert document["releases"][-1] == {"keras": "3.15.1", "verdict": "accepts"}
    refused = {release for one in document["obstacles"] for release in one["refused_by"]}
    assert refused == {one["keras"] for one in document["releases"] if one["verdict"] == "refuses"}


@pytest.mark.parametrize(
    ("words", "answers"),
    [
        pytest.param((), [], id="none"),
        pytest.param(("--for-keras", "3.10"), [{"keras": "3.10.0", "verdict": "refuses"}], id="refused"),
        pytest.param(
            ("--for-keras", "3.15"),
            [{"keras": "3.15.0", "verdict": "accepts"}, {"keras": "3.15.1", "verdict": "accepts"}],
            id="every release of a minor version",
        ),
    ],
)
def test_the_document_has_what_was_asked_for(
    words: tuple[str, ...], answers: list[dict[str, str]], capsys: pytest.CaptureFixture[str]
) -> None:
    """By itself, so that no program has to know which releases a version means."""
    run(["compat", NETWORK, *words, "--format", "json"])
    document = json.loads(capsys.readouterr().out)
    assert_described(document)
    assert document["for_keras"] == answers


def test_each_line_is_described(capsys: pytest.CaptureFixture[str]) -> None:
    """A release with what stops it."""
    run(["compat", NETWORK, "--format", "jsonl"])
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    for line in lines:
        assert_described(line)
    assert [one["keras"] for one in lines if not one["obstacles"]] == ["3.15.0", "3.15.1"]


@pytest.mark.parametrize("form", ["jsonl", "csv", "markdown"])
def test_it_is_written_in_every_form(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    """As all that lists things is."""
    assert run(["compat", NETWORK, "--format", form]) == 0
    assert "3.15.1" in capsys.readouterr().out


def found(version: str) -> list[Finding]:
    """What the rule says for one version."""
    return [one for one in check(NETWORK, for_keras=version, config=None).models[0].findings if one.code == "KI417"]


def test_check_asks_the_rule_for_one_version() -> None:
    """A finding for each key of each layer."""
    assert found("3.15") == []
    assert {one.where for one in found("3.14")} == {"dense", "dense_1", "dense_2", "dense_3"}


def test_check_refuses_a_version_that_the_table_lacks() -> None:
    """Which would look as if the model had passed."""
    with pytest.raises(RequestError, match="no major and minor version"):
        check(NETWORK, for_keras="3.99")
