"""The user's own names label the first rows and the last columns."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from kerasinspect.analysis.user_labels import names_in, user_labels
from kerasinspect.commands import show
from kerasinspect.commands.cli import run
from kerasinspect.errors import RequestError
from tests.makers.handmade import model, question_network, varied

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from kerasinspect.model import Model

EIGHT, THIRTY_TWO = tuple("abcdefgh"), tuple(f"class {n}" for n in range(32))


Names = tuple[str, ...] | None


def labels_by_path(model: Model, inputs: Names, outputs: Names) -> dict[str, Mapping[int, tuple[str, ...]]]:
    """The labels of each weight that has some, by its path."""
    labels = user_labels(model, inputs, outputs)
    return {weight.path: labels[weight.stored_path] for weight in model.weights if weight.stored_path in labels}


def test_names_go_to_the_first_rows_and_the_last_columns() -> None:
    """Inputs label the first kernel, outputs kernel and bias of the last layer."""
    assert labels_by_path(question_network(), EIGHT, THIRTY_TWO) == {
        "dense/kernel": {0: EIGHT},
        "dense_3/kernel": {1: THIRTY_TWO},
        "dense_3/bias": {0: THIRTY_TWO},
    }


def test_names_of_a_convolution_go_to_its_channels() -> None:
    """The first kernel of an image model has channels where others have inputs."""
    assert labels_by_path(varied(), ("red", "green"), None) == {"conv/kernel": {2: ("red", "green")}}


def test_a_wrong_count_is_an_error_with_both_counts() -> None:
    """The message says how many names there are and how many there should be."""
    with pytest.raises(RequestError, match="has 7 names, but dense/kernel has 8 inputs"):
        user_labels(question_network(), EIGHT[:7], None)
    with pytest.raises(RequestError, match="has 1 name, but dense_3/kernel has 32 outputs"):
        user_labels(question_network(), None, ("a",))


def test_two_layers_of_one_name_are_told_apart() -> None:
    """Names for the rows of the first are not those of the second, which has other rows."""
    first, *others = question_network().layers
    twin = replace(first, weights=tuple(replace(weight, stored_path=f"twin/{weight.name}") for weight in first.weights))
    labels = user_labels(model([first, twin, *others]), EIGHT, None)
    assert [*labels] == [first.weights[0].stored_path]


@pytest.mark.parametrize("names", [(EIGHT, None), (None, EIGHT)])
def test_a_model_without_kernels_has_nothing_to_name(
    names: tuple[tuple[str, ...] | None, tuple[str, ...] | None],
) -> None:
    """Names for nothing are an error."""
    with pytest.raises(RequestError):
        user_labels(model([]), *names)


READ = [
    pytest.param(b"a\nb\n", ("a", "b"), id="lines"),
    pytest.param(b"a\r\nb", ("a", "b"), id="Windows"),
    pytest.param("\ufeffä\n\n".encode(), ("ä",), id="byte order mark and empty end"),
    pytest.param(b"a\n\nb", ("a", "", "b"), id="an empty name inside"),
    pytest.param(b"", (), id="empty"),
]


@pytest.mark.parametrize(("content", "names"), READ)
def test_names_are_read_one_a_line(content: bytes, names: tuple[str, ...]) -> None:
    """Empty lines at the end do not count."""
    assert names_in(content, "names.txt") == names


def test_names_that_are_no_text_are_an_error() -> None:
    """Bytes that are no UTF-8 are said in a sentence."""
    with pytest.raises(RequestError, match="not UTF-8"):
        names_in(b"\xff\xfe\x00", "names.txt")


def test_names_without_end_are_refused(
    tmp_path: Path, sample_models: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder or a pipe is not read, and of a huge file no more than names could take."""
    monkeypatch.setattr(show, "MOST_BYTES", 10)
    (tmp_path / "many").write_text("name\n" * 3, encoding="utf-8")
    for names, words in (
        ("many", "take more than 10 bytes"),
        (".", "Cannot read the names"),
        ("none", "does not exist"),
    ):
        assert run(["show", str(sample_models / "question_network.keras"), "--input-names", str(tmp_path / names)]) == 2
        assert words in capsys.readouterr().err
