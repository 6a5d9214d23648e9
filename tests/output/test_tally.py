"""``tally``: counts of a log, on a page, in documents and as Parquet."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from kerasinspect.commands.cli import run
from tests.described import assert_described
from tests.places import DATA

if TYPE_CHECKING:
    from pathlib import Path

LOG = DATA / "logs" / "samples.jsonl"


def counts(capsys: pytest.CaptureFixture[str], *arguments: object, form: str = "json") -> str:
    """What the command prints."""
    assert run(["tally", *map(str, arguments), "--format", form]) == 0
    return capsys.readouterr().out


def test_a_page_counts_files_rules_versions_and_classes(capsys: pytest.CaptureFixture[str]) -> None:
    """The most frequent first."""
    lines = counts(capsys, LOG, form="table").splitlines()
    reports = [json.loads(line)["report"] for line in LOG.read_text(encoding="utf-8").splitlines()[1:]]
    assert lines[0] == f"tally · {len(reports)} files"
    assert lines[2].split() == ["code", "rule", "severity", "findings", "files"]
    found = [finding["code"] for report in reports for finding in report["findings"]]
    assert lines[3].split()[0] == max(found, key=found.count)
    assert any(line.startswith("Keras ") for line in lines)
    dense = sum(report["layer_classes"].get("Dense", 0) for report in reports)
    (line,) = (line for line in lines if line.startswith("Dense "))
    assert line.split()[1] == str(dense)


def test_documents_are_described(capsys: pytest.CaptureFixture[str]) -> None:
    """By their schemas, whole and in lines."""
    assert_described(json.loads(counts(capsys, LOG)))
    for line in counts(capsys, LOG, form="jsonl").splitlines():
        assert_described(json.loads(line))


def test_several_logs_are_counted_together(capsys: pytest.CaptureFixture[str]) -> None:
    """A file that a log has twice counts once."""
    alone = json.loads(counts(capsys, LOG))["files"]
    assert json.loads(counts(capsys, LOG, LOG))["files"] == 2 * alone


def test_of_a_file_the_last_report_counts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It was checked again after it had changed; and what was not written as a whole is left out."""
    lines = LOG.read_bytes().splitlines(keepends=True)
    (tmp_path / "log.jsonl").write_bytes(b"".join([*lines, lines[1], lines[2][:50]]))
    assert json.loads(counts(capsys, tmp_path / "log.jsonl"))["files"] == len(lines) - 1


def test_a_log_without_a_file_is_no_clean_result(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The run behind it was ended before its first file."""
    (tmp_path / "log.jsonl").write_bytes(LOG.read_bytes().splitlines(keepends=True)[0])
    page = counts(capsys, tmp_path / "log.jsonl", form="table")
    assert page == "tally · 0 files\n\nNo file is in the log yet.\n"


def test_parquet_has_a_row_for_each_count(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same as a CSV has."""
    parquet = pytest.importorskip("pyarrow.parquet", reason="the extra [parquet] is not installed")
    assert run(["tally", str(LOG), "-o", str(tmp_path / "t.parquet")]) == 0
    rows = parquet.read_table(tmp_path / "t.parquet").to_pylist()
    lines = [json.loads(line) for line in counts(capsys, LOG, form="jsonl").splitlines()]
    assert rows == [{key: value for key, value in line.items() if key != "schema"} for line in lines]


def test_what_is_no_log_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    """In a sentence."""
    for path in (DATA.parent / "conftest.py", DATA.parent.parent / "sample_models/small_cnn.keras", DATA):
        assert run(["tally", str(path)]) == 2
        assert "The log" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["t.csv", "t.json", "t.md", "t.parquet"])
def test_what_was_written_is_said(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In every form, unless it is to be quiet."""
    if name.endswith(".parquet"):
        pytest.importorskip("pyarrow.parquet", reason="the extra [parquet] is not installed")
    path = tmp_path / name
    assert run(["tally", str(LOG), "-o", str(path)]) == 0
    assert capsys.readouterr().err == f"kerasinspect: note: Tally written to {path}.\n"
    assert run(["tally", str(LOG), "-o", str(tmp_path / f"quiet-{name}"), "--quiet"]) == 0
    assert capsys.readouterr().err == ""
