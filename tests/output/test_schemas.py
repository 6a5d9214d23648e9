"""The JSON Schemas in the package: made from their tables, and true of every document and line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from docs.make_schemas import DOCUMENTS, schema_text
from kerasinspect.checking.findings import Waiver
from kerasinspect.checking.reports import CheckReport, ModelReport
from kerasinspect.commands.cli import run
from kerasinspect.output.documents.check import check_document
from tests.described import SCHEMAS, assert_described
from tests.places import DATA, SAMPLES

if TYPE_CHECKING:
    from pathlib import Path

CASES = [DATA / "cases" / name for name in ("nested_lists", "gptq_awq", "lora_file", "half_written")]
MODELS = sorted(path for folder in (SAMPLES, *CASES) for path in folder.iterdir() if path.suffix in {".keras", ".h5"})
NETWORK = SAMPLES / "question_network.keras"
COMMANDS = (
    ("list",),
    ("show", "--stats", "--hash", "--values"),
    ("summary",),
    ("stats", "--quantiles"),
    ("training",),
    ("check", "--no-config"),
)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_schema_is_made_from_its_table(name: str) -> None:
    """What stands in the package is what the script writes."""
    assert (SCHEMAS / f"{name}-1.json").read_text(encoding="utf-8") == schema_text(name), "python -m docs.make_schemas"


def test_there_is_one_of_each_kind_of_document() -> None:
    """Those that are made, and that of a lock."""
    assert {path.name for path in SCHEMAS.iterdir()} == {f"{name}-1.json" for name in (*DOCUMENTS, "lock")}


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_the_schema_describes_every_key(command: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    """Of documents and of lines, for models of every kind."""
    for path in MODELS:
        for form in ("json", "jsonl"):
            run([*command, str(path), "-q", "--format", form])
            page = capsys.readouterr().out
            for text in [page] if form == "json" else page.splitlines():
                assert_described(json.loads(text))


@pytest.mark.parametrize("form", ["json", "jsonl"])
def test_rules_are_described(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    """All of them."""
    run(["rules", "--format", form])
    page = capsys.readouterr().out
    for text in [page] if form == "json" else page.splitlines():
        assert_described(json.loads(text))


def test_a_lock_is_described(capsys: pytest.CaptureFixture[str]) -> None:
    """As it is written."""
    run(["lock", "--hash", str(NETWORK)])
    assert_described(json.loads(capsys.readouterr().out))


def test_an_export_is_described(tmp_path: Path) -> None:
    """As it is written, of one model and of several."""
    for models in ([NETWORK], [NETWORK, NETWORK.with_suffix(".h5")]):
        run(["export", *map(str, models), "-o", str(tmp_path / "weights.json")])
        assert_described(json.loads((tmp_path / "weights.json").read_text(encoding="utf-8")))


def test_what_few_runs_say_is_described() -> None:
    """What a lock and a policy add to a report."""
    renamed = ModelReport("model.keras", lock_names={"dense_2": "dense"})
    waiver = Waiver("dense*", frozenset({"KI101"}), "known", ("KI101",))
    report = CheckReport((renamed,), "error", (), "policy.toml", lock="model.lock.json", idle_waivers=(waiver,))
    assert_described(json.loads(json.dumps(check_document(report))))


def test_several_models_are_described(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The document around theirs, each of them, and the line of one that cannot be read."""
    (tmp_path / "bad.keras").write_bytes(b"no model")
    for form in ("json", "jsonl"):
        run(["list", str(NETWORK), str(tmp_path / "bad.keras"), "--format", form])
        page = capsys.readouterr().out
        for text in [page] if form == "json" else page.splitlines():
            document = json.loads(text)
            assert_described(document)
            for inner in document.get("models", [])[:1]:
                assert_described(inner)


def test_a_key_that_is_not_described_is_found() -> None:
    """What these tests rest on."""
    with pytest.raises(AssertionError, match="unexpected"):
        assert_described({"schema": "kerasinspect.models/1", "models": [], "more": 1})
    with pytest.raises(AssertionError, match="required"):
        assert_described({"schema": "kerasinspect.models/1"})
