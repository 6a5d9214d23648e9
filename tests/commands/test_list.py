"""The command ``list``: every form, several models, and what cannot be read."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import h5py
import pytest

from kerasinspect.commands.cli import run
from kerasinspect.opening import open_model
from tests.described import assert_described
from tests.makers.plain_models import kernel, legacy_tree
from tests.places import DATA, SAMPLES
from tests.recipes import recipe

if TYPE_CHECKING:
    from pathlib import Path

NETWORK = str(SAMPLES / "question_network.keras")
CUSTOM = str(SAMPLES / "custom_layer.keras")


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Any:  # noqa: ANN401 - a function of arguments
    """A function that gives exit status, output and complaints of a command."""

    def say(*arguments: str) -> tuple[int, str, str]:
        status = run(arguments)
        out, err = capsys.readouterr()
        return status, out, err

    return say


@pytest.mark.parametrize("command", ["list", "ls"])
def test_each_array_has_a_line(command: str, said: Any) -> None:  # noqa: ANN401
    """Under both words, on twelve lines."""
    status, page, _ = said(command, NETWORK)
    assert status == 0
    assert len(page.splitlines()) <= 12
    assert [line.split()[0] for line in page.splitlines()[3:11]] == [f"[{at}]" for at in range(8)]


def test_json_has_the_weights_of_show(said: Any) -> None:  # noqa: ANN401
    """Under the same keys, without values."""
    listed, shown = (json.loads(said(command, CUSTOM, "-q", "--format", "json")[1]) for command in ("list", "show"))
    assert listed["schema"] == "kerasinspect.list/1"
    assert listed["weights"] == shown["weights"]
    assert {**listed["model"], "weights": []} == shown["model"]


def test_lines_and_rows_are_the_weights_of_the_document(said: Any) -> None:  # noqa: ANN401
    """Each says of which file it is; a cell has what the key of that name has."""
    weights = json.loads(said("list", CUSTOM, "-q", "--format", "json")[1])["weights"]
    lines = [json.loads(line) for line in said("list", CUSTOM, "-q", "--format", "jsonl")[1].splitlines()]
    head = {"schema": "kerasinspect.list.line/1", "location": CUSTOM}
    assert lines == [head | one for one in weights]
    rows = [*csv.DictReader(io.StringIO(said("list", CUSTOM, "-q", "--format", "csv")[1]))]
    assert [row["index"] for row in rows] == ["0", "1", "2", "3", "", "", "", ""]
    assert rows[0]["shape"] == "(4, 3)"
    assert rows[0]["axes"] == "input, unit"
    assert {row["location"] for row in rows} == {CUSTOM}


def test_a_filter_chooses_what_is_listed(said: Any) -> None:  # noqa: ANN401
    """One that matches nothing is an error that names the nearest."""
    page = said("list", NETWORK, "--layer", "dense_[12]", "--weight", "bias")[1]
    assert [line.split()[:2] for line in page.splitlines()[3:5]] == [["[3]", "dense_1/bias"], ["[5]", "dense_2/bias"]]
    assert "297 parameters" in page
    status, page, complaint = said("list", NETWORK, "--weight", "kernal")
    assert (status, page) == (2, "")
    assert "kernel" in complaint


@pytest.mark.parametrize("command", ["list", "stats"])
def test_several_models_follow_one_another(command: str, said: Any) -> None:  # noqa: ANN401
    """As pages, as documents in one, as lines, as rows of one table; notes say which model they are about."""
    status, page, complaint = said(command, NETWORK, CUSTOM)
    assert status == 0
    assert page.count("model sequential") == 2
    assert f"note: {CUSTOM}: " in complaint
    document = json.loads(said(command, NETWORK, CUSTOM, "--format", "json")[1])
    assert document["schema"] == "kerasinspect.models/1"
    alone = [json.loads(said(command, path, "--format", "json")[1]) for path in (NETWORK, CUSTOM)]
    assert document["models"] == alone
    lines = [json.loads(line) for line in said(command, NETWORK, CUSTOM, "--format", "jsonl")[1].splitlines()]
    assert [line["location"] for line in lines] == [NETWORK] * 8 + [CUSTOM] * 8
    rows = [*csv.DictReader(io.StringIO(said(command, NETWORK, CUSTOM, "--format", "csv")[1]))]
    assert [row["location"] for row in rows] == [NETWORK] * 8 + [CUSTOM] * 8


def test_a_folder_is_all_of_its_models(said: Any) -> None:  # noqa: ANN401
    """As ``check`` has it."""
    status, page, _ = said("list", str(SAMPLES), "--format", "jsonl", "-q")
    assert status == 0
    assert {json.loads(line)["location"] for line in page.splitlines()} >= {NETWORK, CUSTOM}


@pytest.mark.parametrize("command", ["list", "stats"])
def test_one_that_cannot_be_read_has_its_error_in_its_place(command: str, said: Any, tmp_path: Path) -> None:  # noqa: ANN401
    """The others follow, and the exit status tells."""
    bad = str(tmp_path / "bad.keras")
    (tmp_path / "bad.keras").write_bytes(b"no model")
    status, page, complaint = said(command, bad, NETWORK)
    assert status == 3
    assert "bad.keras" in page.splitlines()[0]
    assert "is a text file" in page
    assert "model sequential" in page
    assert "kerasinspect: error: " in complaint
    first, second = json.loads(said(command, bad, NETWORK, "--format", "json")[1])["models"]
    assert (first["location"], second["model"]["location"]) == (bad, NETWORK)
    assert "is a text file" in first["error"]
    lines = [json.loads(line) for line in said(command, bad, NETWORK, "--format", "jsonl")[1].splitlines()]
    assert lines[0] == {"schema": "kerasinspect.models.line/1", "location": bad, "error": first["error"]}
    status, page, _ = said(command, bad, NETWORK, "--format", "csv")
    assert status == 3
    assert len(page.splitlines()) == 9


def test_one_model_alone_raises_its_error(said: Any, tmp_path: Path) -> None:  # noqa: ANN401
    """Nothing is written, and the status is that of the error."""
    status, page, complaint = said("list", str(tmp_path / "lacking.keras"))
    assert (status, page) == (3, "")
    assert "does not exist" in complaint


def test_no_model_is_written_over(said: Any, tmp_path: Path) -> None:  # noqa: ANN401
    """Neither the first of several nor the last."""
    copy = tmp_path / "copy.keras"
    copy.write_bytes((SAMPLES / "question_network.keras").read_bytes())
    assert said("list", NETWORK, str(copy), "-o", str(copy), "--force")[0] == 2
    assert copy.read_bytes() == (SAMPLES / "question_network.keras").read_bytes()


def test_hashes_and_the_fingerprint_are_there_when_asked_for(said: Any) -> None:  # noqa: ANN401
    """The first digits on a page, all of them in every other form; the fingerprint last on the page."""
    document = json.loads(said("list", NETWORK, "--hash", "--format", "json")[1])
    digests = [one["sha256"] for one in document["weights"]]
    assert [len(digest) for digest in digests] == [64] * 8
    page = said("list", NETWORK, "--hash")[1].splitlines()
    assert [line.split()[-1] for line in page[3:11]] == [digest[:16] for digest in digests]
    assert page[-1] == f"  fingerprint {document['model']['fingerprint']}"
    rows = csv.DictReader(io.StringIO(said("list", NETWORK, "--hash", "--format", "csv")[1]))
    assert [row["sha256"] for row in rows] == digests
    lines = said("list", NETWORK, "--hash", "--format", "jsonl")[1].splitlines()
    assert [json.loads(line)["sha256"] for line in lines] == digests


@pytest.mark.parametrize("command", ["list", "show"])
def test_documents_with_hashes_have_one_fingerprint(command: str, said: Any) -> None:  # noqa: ANN401
    """The one that the recipe gives; without ``--hash`` there is none, nor with a filter, as it is of all weights."""
    with open_model(NETWORK) as model:
        expected = recipe()(weight.array[...] for weight in model.weights)
    document = json.loads(said(command, NETWORK, "--hash", "--format", "json")[1])
    assert_described(document)
    assert document["model"]["fingerprint"] == expected
    assert document["model"]["fingerprint_order"] == "get_weights"
    for others in (["--hash", "--layer", "dense"], []):
        model_head = json.loads(said(command, NETWORK, *others, "--format", "json")[1])["model"]
        assert "fingerprint" not in model_head


def test_the_page_says_where_the_order_is_not_proven(said: Any) -> None:  # noqa: ANN401
    """Since another format may list the same arrays in another order."""
    status, page, _ = said("list", CUSTOM, "-q", "--hash")
    assert status == 0
    assert "It is of the arrays as listed" in page


def test_what_cannot_be_read_has_no_hash_and_leaves_no_fingerprint(said: Any, tmp_path: Path) -> None:  # noqa: ANN401
    """Each is said in its place, the others are there, and the exit status is 3."""
    path = tmp_path / "model.h5"
    with h5py.File(path, "w") as file:
        legacy_tree(file)
        group = file["model_weights/second/second"]
        del group["kernel:0"]
        packed = group.create_dataset("kernel:0", data=kernel(1), chunks=(2, 2), compression="gzip")
        place = packed.id.get_chunk_info(0).byte_offset
    with path.open("r+b") as raw:
        raw.seek(place)
        raw.write(b"broken")
    status, page, _ = said("list", str(path), "--hash")
    assert status == 3
    assert "cannot be read" in page
    assert "no fingerprint: the file is damaged, or not all weights can be read" in page


def test_an_export_as_json_has_the_same_hashes(said: Any, tmp_path: Path) -> None:  # noqa: ANN401
    """Each array under its own, so that what was taken out can be told from what was changed since."""
    path = tmp_path / "weights.json"
    assert said("export", NETWORK, "-q", "-o", str(path))[0] == 0
    exported = json.loads(path.read_text(encoding="utf-8"))["weights"]
    listed = json.loads(said("list", NETWORK, "--hash", "--format", "json")[1])["weights"]
    assert [one["sha256"] for one in exported] == [one["sha256"] for one in listed]


def test_what_a_file_lacks_is_in_every_form(said: Any) -> None:  # noqa: ANN401
    """An archive has no LoRA factors, which get_weights() has: a note, a remark, and the reason at the fingerprint."""
    lora = str(DATA / "versions" / "keras-3.0.5" / "lora.keras")
    merged = "its LoRA factors are merged into what they adapt; get_weights() has 2 arrays more"
    _, page, notes = said("list", lora, "--hash")
    assert merged in notes
    assert "the file lacks some that get_weights() has" in page
    for command in ("list", "show", "stats", "summary", "training"):
        remarks = json.loads(said(command, lora, "--format", "json", "-q")[1])["remarks"]
        assert any(remark.endswith(f": {merged}") for remark in remarks), command
