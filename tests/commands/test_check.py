"""Tests of ``kerasinspect check`` and ``kerasinspect rules`` from the command line to the exit status."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import numpy as np
import pytest
from click.testing import CliRunner

from kerasinspect.checking.rules import RULES
from kerasinspect.commands.check import check
from kerasinspect.commands.options import REPORT_FORMS
from kerasinspect.commands.rules import rules
from kerasinspect.errors import RequestError
from tests.makers.plain_models import archive_tree, config, hdf5, keras_archive

if TYPE_CHECKING:
    from pathlib import Path

    import h5py
    from click import Command
    from click.testing import Result


def run(command: Command, *arguments: str | Path) -> Result:
    """Call a command; its exit status is what it returns."""
    return CliRunner().invoke(command, [str(argument) for argument in arguments], standalone_mode=False)


def spoilt(file: h5py.File) -> None:
    """Put a NaN into the kernel of the second layer."""
    file["layers/dense_1/vars/0"][1, 0] = np.nan


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """A folder with a sound model, one with a NaN, a file that is none, and one inside a folder."""
    (tmp_path / "sound.keras").write_bytes(keras_archive())
    (tmp_path / "spoilt.keras").write_bytes(keras_archive(weights=hdf5(archive_tree, spoilt)))
    (tmp_path / "page.h5").write_text("<!DOCTYPE html><html>")
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "also.keras").write_bytes(keras_archive())
    (tmp_path / "notes.txt").write_text("not looked at")
    return tmp_path


def test_a_sound_model_is_one_line(models: Path) -> None:
    """Without findings the exit status is 0, and a line says what the file is and how many arrays were read."""
    result = run(check, models / "sound.keras")
    assert result.return_value == 0
    facts = "keras-archive · Keras 3.15.1 · 6 arrays read"
    assert result.stdout == f"passed {models / 'sound.keras'} · {facts}\n"


def test_a_finding_is_a_rule_and_a_line_for_each_place(models: Path) -> None:
    """A finding says its severity, its rule, where it is and what is wrong, and gives exit status 1."""
    result = run(check, models / "spoilt.keras")
    assert result.return_value == 1
    lines = result.stdout.splitlines()
    assert lines[0].startswith(f"failed {models / 'spoilt.keras'} · keras-archive")
    assert lines[1:3] == [
        "  error KI101 not-a-number",
        "    second/kernel: 1 of 4 values are NaN, the first at [1, 0].",
    ]


def test_only_verbose_says_what_was_skipped_and_what_decides(models: Path) -> None:
    """Skipped rules, thresholds and the policy are no news: they are there where they are asked for."""
    arguments = (check, models / "sound.keras", "--no-config", "--select", "KI107,KI201,KI601")
    plain, verbose = (run(*arguments, *more).stdout for more in ((), ("--verbose",)))
    assert "skipped" not in plain
    assert "  skipped (no lock file is given): KI601" in verbose
    assert "thresholds: KI107 largest = 10000" in verbose
    assert "policy: none" in verbose
    assert len(plain.splitlines()) == 1


def test_3_wins_over_1_and_the_findings_are_printed(models: Path) -> None:
    """With an unreadable file among the files the exit status is 3, and all findings are there."""
    result = run(check, models)
    assert result.return_value == 3
    assert "KI101" in result.stdout
    assert "page.h5" in result.stdout
    found = "incomplete: 1 error, 0 warnings, 0 notes, 1 file not wholly read (fails on: error)"
    assert result.stdout.splitlines()[-1] == f"{found} · 18 arrays read in 4 files"


def test_json_has_the_keys_of_the_contract(models: Path) -> None:
    """The document has what the contract names, and null for what is unknown of an unreadable file."""
    result = run(check, models / "spoilt.keras", models / "page.h5", "--select", "KI1", "--format", "json")
    document = json.loads(result.stdout)
    spoilt_model, page = document["models"]
    assert document["schema"] == "kerasinspect.check/1"
    assert document["fail_on"] == "error"
    assert document["summary"] == {"models": 2, "unreadable": 1, "error": 1, "warning": 0, "note": 0}
    assert spoilt_model == {
        "location": str(models / "spoilt.keras"),
        "format": "keras-archive",
        "verdict": "failed",
        "keras_version": "3.15.1",
        "optimizer_bytes": 0,
        "arrays_read": 6,
        "arrays": 6,
        "error": None,
        "damage": [],
        "findings": [
            {
                "code": "KI101",
                "name": "not-a-number",
                "severity": "error",
                "where": "second/kernel",
                "message": "1 of 4 values are NaN, the first at [1, 0].",
                "place": None,
                "remedy": next(rule.remedy for rule in RULES if rule.code == "KI101"),
                "help": "docs/rules.md#ki101",
                "advisories": [],
            }
        ],
        "skipped": [],
        "ignored": [],
        "numbered_anew": [],
    }
    assert page["error"]
    assert (page["format"], page["arrays"], page["arrays_read"], page["findings"]) == (None, None, None, [])


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ("--ignore KI101", 0),
        ("--ignore not-a-number,KI4", 0),
        ("--select KI102,KI103", 0),
        ("--select KI101", 1),
        ("--select KI1 --ignore KI101 --fail-on note", 0),
        ("--fail-on note", 1),
        ("--select KI102 --extend-select KI101", 1),
        ("--extend-select KI409 --extend-ignore KI101", 0),
    ],
)
def test_options_choose_rules_and_what_to_fail_on(options: str, status: int, models: Path) -> None:
    """Rules are selected and ignored by code, prefix and name, in lists with commas."""
    assert run(check, models / "spoilt.keras", *options.split()).return_value == status


@pytest.mark.parametrize("arguments", ["--select KI9", "--ignore nan"])
def test_a_rule_that_does_not_exist_is_a_wrong_request(arguments: str, models: Path) -> None:
    """A name that means no rule is an error that names the nearest."""
    result = run(check, models / "sound.keras", *arguments.split())
    assert isinstance(result.exception, RequestError)
    assert "The nearest is" in result.exception.remedy


def test_globs_and_folders_are_searched(models: Path) -> None:
    """A pattern that the shell left alone is expanded; a folder is searched for names of models."""
    result = run(check, models / "**" / "*.keras", "--format", "json")
    names = [model["location"] for model in json.loads(result.stdout)["models"]]
    assert names == [str(models / name) for name in ("inner/also.keras", "sound.keras", "spoilt.keras")]


@pytest.mark.parametrize("name", ["*.none", "empty"])
def test_a_pattern_or_folder_without_a_model_is_a_wrong_request(name: str, models: Path) -> None:
    """Checking nothing is never a success."""
    (models / "empty").mkdir()
    assert isinstance(run(check, models / name).exception, RequestError)


def test_an_unpacked_archive_is_one_model(models: Path, tmp_path: Path) -> None:
    """A folder that Keras saved into is a model, by itself and in a folder that is searched."""
    unpacked = models / "inner" / "unpacked"
    shutil.unpack_archive(models / "sound.keras", unpacked, "zip")
    for argument in (unpacked, models / "inner"):
        document = json.loads(run(check, argument, "--format", "json").stdout)
        assert str(unpacked) in [model["location"] for model in document["models"]]
        assert document["summary"]["unreadable"] == 0
    assert tmp_path == models


def test_quiet_shows_only_what_is_wrong(models: Path) -> None:
    """When quiet, sound models and notes are left out; the totals are not."""
    result = run(check, models / "sound.keras", models / "spoilt.keras", "--quiet")
    lines = [line for line in result.stdout.splitlines() if line]
    assert "sound.keras" not in result.stdout
    assert "spoilt.keras" in lines[0]
    assert "KI101" in lines[1]
    assert lines[3].startswith("    fix: ")
    assert lines[4:] == ["failed: 1 error, 0 warnings, 0 notes (fails on: error) · 12 arrays read in 2 files"]


def test_quiet_leaves_out_notes_unless_they_stop_the_run(sample_models: Path) -> None:
    """A fact worth knowing is a note; where it decides the exit status it is shown."""
    arguments = (check, sample_models / "custom_layer.keras", "--no-config", "--quiet")
    quiet = run(*arguments).stdout
    assert quiet == "passed: 0 errors, 0 warnings, 1 note (fails on: error) · 8 arrays read in 1 file\n"
    assert "KI508" in run(*arguments, "--fail-on", "note").stdout
    assert "KI508" not in run(*arguments, "--format", "markdown").stdout
    assert "KI508" in run(*arguments, "--format", "json").stdout


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """A model whose config asks for 1,500 files and, last of all, holds code."""
    lookup = {"class_name": "StringLookup", "config": {"vocabulary": "words.txt"}}
    code = {"class_name": "__lambda__", "config": {"code": "4wE="}}
    path = tmp_path / "many.keras"
    path.write_bytes(keras_archive(described=config(metadata=[*[lookup] * 1_500, code])))
    return path


@pytest.mark.parametrize("form", REPORT_FORMS)
def test_no_number_of_findings_hides_another_one(form: str, many: Path) -> None:
    """Behind any number of one kind, code is found; what is not listed is counted in every form of report."""
    shown = run(check, many, "--no-config", "--format", form)
    assert shown.return_value == 1
    assert "here are 500 more such objects, which are not listed" in shown.stdout.replace("`", "")
    assert "KI501" in shown.stdout


def test_what_is_not_listed_counts(many: Path) -> None:
    """The totals have all findings, listed or not, and so have those that a policy makes errors."""
    document = json.loads(run(check, many, "--no-config", "--format", "json", "--select", "KI505").stdout)
    (model,) = document["models"]
    assert (len(model["findings"]), model["findings"][-1]["more"]) == (1_001, 500)
    assert document["summary"]["error"] == 1_500
    assert "1,500 errors" in run(check, many, "--no-config", "--select", "KI505").stdout


def test_statistics_count_findings_by_rule(models: Path) -> None:
    """With --statistics the page has a table of how often each rule found something."""
    result = run(check, models / "spoilt.keras", models / "spoilt.keras", models / "inner", "--statistics")
    assert ["KI101", "not-a-number", "error", "1"] in [line.split() for line in result.stdout.splitlines()]


def test_the_output_goes_to_a_file_and_never_over_the_model(models: Path) -> None:
    """With -o the report is in that file, and standard output is empty."""
    target = models / "report.json"
    result = run(check, models / "sound.keras", "--format", "json", "-o", target)
    assert result.stdout == ""
    assert json.loads(target.read_text())["summary"]["models"] == 1
    refused = run(check, models / "sound.keras", "-o", models / "sound.keras")
    assert isinstance(refused.exception, RequestError)


@pytest.mark.parametrize("form", REPORT_FORMS)
@pytest.mark.parametrize("name", ["sound.keras", "spoilt.keras", "page.h5"])
def test_an_earlier_report_is_replaced(name: str, form: str, models: Path) -> None:
    """A report in any form is known as output of this tool, whatever was found, and the next run writes over it."""
    arguments = (check, models / name, "--no-config", "--format", form, "-o", models / "report")
    assert [run(*arguments).exception for _ in range(2)] == [None, None]


def test_rules_lists_all_and_explains_one() -> None:
    """Without an argument every rule has a line; with one its documentation is there, whole."""
    listed = run(rules)
    assert [line.split()[0] for line in listed.stdout.splitlines()[1:3]] == ["KI101", "KI102"]
    explained = run(rules, "KI107").stdout
    assert "exploding-magnitude" in explained
    assert "Threshold: largest = 10000." in explained
    assert isinstance(run(rules, "KI9").exception, RequestError)
