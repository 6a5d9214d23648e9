"""Tests of ``kerasinspect lock`` and of ``check`` with locks, policies and reports, from arguments to files."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import click
import numpy as np
import pytest
from click.testing import CliRunner

from kerasinspect.commands.check import check
from kerasinspect.commands.lock import lock
from kerasinspect.commands.options import REPORT_FORMS
from kerasinspect.errors import RequestError, UnreadableFile
from tests.makers.plain_models import archive_tree, config, dense, hdf5, keras_archive
from tests.places import SAMPLES

if TYPE_CHECKING:
    from pathlib import Path

    import h5py
    from click.testing import Result

NETWORK = SAMPLES / "question_network.keras"
LEGACY = SAMPLES / "question_network.h5"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(command: click.Command, *arguments: str | Path) -> Result:
    """Call a command; its exit status is what it returns."""
    return CliRunner().invoke(command, [str(argument) for argument in arguments], standalone_mode=False)


def with_nan(file: h5py.File) -> None:
    """Put a NaN into the kernel of the second layer."""
    file["layers/dense_1/vars/0"][1, 0] = np.nan


def test_what_was_locked_is_held_to(folder: Path) -> None:
    """The model itself keeps to its lock, another one departs from it."""
    (folder / "other.keras").write_bytes(keras_archive())
    assert run(lock, NETWORK, "-o", "model.lock.json").stdout == ""
    assert run(check, NETWORK, "--against", "model.lock.json").return_value == 0
    departed = run(check, "other.keras", "--against", "model.lock.json", "--select", "KI1")
    assert departed.return_value == 1
    assert "  error KI601 missing-layer\n" in departed.stdout
    assert re.search(r"^    .*\bdense_3\b.*: The lock has a layer of this name", departed.stdout, re.MULTILINE)


@pytest.mark.parametrize("form", [form for form in REPORT_FORMS if form != "csv"])
def test_every_report_says_which_lock_was_compared(form: str) -> None:
    """No departures mean something only where the report says which lock there was; CSV has findings alone."""
    run(lock, NETWORK, "-o", "model.lock.json")
    compared = run(check, NETWORK, "--against", "model.lock.json", "--format", form)
    assert "model.lock.json" in compared.stdout
    alone = run(check, NETWORK, "--format", form).stdout.replace(str(NETWORK), "")
    assert "lock" not in alone.replace('"lock": null', "")
    if form == "json":
        assert json.loads(compared.stdout)["lock"] == "model.lock.json"


def test_a_lock_goes_to_standard_output_and_says_the_same_each_time() -> None:
    """Without -o it is printed; two runs are equal to the byte."""
    printed = run(lock, NETWORK).stdout
    assert json.loads(printed)["schema"] == "kerasinspect.lock/1"
    assert printed == run(lock, NETWORK).stdout
    assert "sha256" not in printed
    assert printed.count('"name"') == run(lock, NETWORK, "--hash").stdout.count('"sha256"') == 8


@pytest.mark.parametrize("form", ["text", "json", "junit", "sarif", "markdown"])
def test_a_name_that_keras_numbered_anew_is_forgiven_and_said(form: str, folder: Path) -> None:
    """The report says under which name a layer was compared; --exact-names takes it for another layer."""
    text = run(lock, NETWORK).stdout.replace('"dense_3"', '"dense_7"')
    (folder / "model.lock.json").write_text(text, encoding="utf-8")
    forgiving = run(check, NETWORK, "--against", "model.lock.json", "--format", form)
    assert forgiving.return_value == 0
    assert "dense_7" in forgiving.stdout
    assert run(check, NETWORK, "--against", "model.lock.json", "--exact-names").return_value == 1
    assert '"exact_names": true' in run(lock, NETWORK, "--exact-names").stdout


def test_verbose_names_every_layer_that_was_numbered_anew(folder: Path) -> None:
    """Three are enough to see what happened; who looks for one layer asks for all."""
    text = run(lock, NETWORK).stdout
    for number in (3, 2, 1):
        text = text.replace(f'"dense_{number}"', f'"dense_{number + 1}"')
    (folder / "model.lock.json").write_text(text.replace('"dense"', '"dense_1"'), encoding="utf-8")
    plain, verbose = (
        run(check, NETWORK, "--against", "model.lock.json", *more).stdout for more in ((), ("--verbose",))
    )
    assert "4 layers numbered anew by Keras, matched with the lock by class and number: dense with dense_1, " in plain
    assert " and 1 more." in plain
    assert "dense_3 with dense_4." in verbose


@pytest.mark.parametrize("ignored", ["KI6", "KI"])
def test_a_lock_of_which_nothing_would_be_compared_is_a_wrong_request(ignored: str, folder: Path) -> None:
    """A run that says passed would look as if the model kept to it."""
    run(lock, NETWORK, "-o", folder / "model.lock.json")
    refused = run(check, NETWORK, "--against", "model.lock.json", "--ignore", ignored)
    assert isinstance(refused.exception, RequestError)
    assert "would not be compared" in refused.exception.message


EDITED = {
    "another Keras": (('"3.15.1"', '"3.*"'), "was edited by hand"),
    "a larger budget": (('"max": 297', '"max": 5000000'), "was edited by hand"),
    "a term less": (('"bytes"', '"parameters"'), "was edited by hand"),
    "no digest, as earlier versions wrote it": (('"digest"', '"layers"'), "may have been edited by hand"),
}


@pytest.mark.parametrize(("edit", "doubt"), EDITED.values(), ids=EDITED)
def test_a_lock_that_was_edited_by_hand_is_not_replaced(edit: tuple[str, str], doubt: str, folder: Path) -> None:
    """What somebody loosened would be lost; --force replaces it, and what nobody touched is replaced without."""
    path = folder / "model.lock.json"
    for options in ((), ("--hash",)):
        assert run(lock, NETWORK, *options, "-o", path).exception is None
    edited = path.read_text(encoding="utf-8").replace(*edit)
    path.write_text(edited, encoding="utf-8")
    for refused in (run(lock, NETWORK, "-o", path), run(check, NETWORK, "--format", "json", "-o", path)):
        assert isinstance(refused.exception, RequestError)
        assert f"is there already, and is a lock file that {doubt}." in refused.exception.message
        assert "--force" in refused.exception.remedy
    assert path.read_text(encoding="utf-8") == edited
    assert run(lock, NETWORK, "-o", path, "--force").exception is None


@pytest.mark.parametrize("terms", [{}, {"digest": "0"}, {"exact_names": True}, {"layers": None}], ids=str)
def test_a_lock_in_which_nothing_is_agreed_is_refused(terms: dict[str, object], folder: Path) -> None:
    """Every model would keep to it, and the run would pass; one term is enough."""
    path = folder / "model.lock.json"
    empty = {"schema": "kerasinspect.lock/1", **terms}
    path.write_text(json.dumps({**empty, "bytes": None}), encoding="utf-8")
    refused = run(check, NETWORK, "--no-config", "--against", path)
    assert isinstance(refused.exception, RequestError)
    assert "nothing is agreed" in refused.exception.message
    assert "kerasinspect lock" in refused.exception.remedy
    path.write_text(json.dumps({**empty, "keras_version": "3.*"}), encoding="utf-8")
    assert run(check, NETWORK, "--no-config", "--select", "KI6", "--against", path).exception is None


def test_a_lock_that_was_only_laid_out_anew_is_replaced(folder: Path) -> None:
    """A formatter of JSON changes nothing that was agreed."""
    path = folder / "model.lock.json"
    run(lock, NETWORK, "-o", path)
    path.write_text(json.dumps(json.loads(path.read_bytes()), indent=4, sort_keys=True), encoding="utf-8")
    assert run(lock, NETWORK, "-o", path).exception is None


@pytest.mark.parametrize("value", ["Infinity", "-Infinity", "NaN", "1e999", "[Infinity, 1.0]"])
def test_values_that_json_lacks_are_locked_as_words(folder: Path, value: str) -> None:
    """Keras writes them in configs; the model keeps to its lock, and another value departs from it."""
    described = config({**dense(0), "config": {**dense(0)["config"], "scale": "here"}}, dense(1), dense(2))
    for name, held in (("model.keras", value), ("other.keras", "1.0")):
        text = json.dumps(described).replace('"here"', held).encode()
        (folder / name).write_bytes(keras_archive(text=text))
    assert run(lock, "model.keras", "-o", "model.lock.json").exception is None
    asked = ("--against", "model.lock.json", "--select", "KI612")
    assert run(check, "model.keras", *asked).return_value == 0
    assert run(check, "other.keras", *asked).return_value == 1


def test_a_model_that_cannot_be_read_whole_is_not_locked(folder: Path) -> None:
    """A lock of half a model would agree on the half."""

    def elsewhere(file: h5py.File) -> None:
        del file["layers/dense_1/vars/1"]
        file.create_dataset("layers/dense_1/vars/1", (2,), "<f4", external=[("/etc/hostname", 0, 8)])

    (folder / "half.keras").write_bytes(keras_archive(weights=hdf5(archive_tree, elsewhere)))
    refused = run(lock, "half.keras", "--hash", "-o", "model.lock.json")
    assert isinstance(refused.exception, UnreadableFile)
    assert not (folder / "model.lock.json").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["--against", "missing.json"],
        ["--against", str(NETWORK)],
        ["--config", "missing.toml"],
        ["--report", "json=missing/report.json"],
        ["--report", f"json={NETWORK}"],
        ["--limit", "json_depht=3"],
    ],
    ids=["no lock", "a model for a lock", "no policy", "no folder", "over the model", "no such limit"],
)
def test_a_wrong_request_is_no_finding(arguments: list[str]) -> None:
    """What cannot be done as asked is an error of its own, and says what is wrong."""
    before = NETWORK.read_bytes()
    assert isinstance(run(check, NETWORK, *arguments).exception, RequestError)
    assert NETWORK.read_bytes() == before


@pytest.mark.parametrize(
    "arguments",
    [
        ["--report", "junit"],
        ["--report", "xml=report.xml"],
        ["--report", "junit="],
        ["--format", "xml"],
        ["--config", "a.toml", "--no-config"],
        ["--fail-on", "never"],
    ],
    ids=["no file", "no such form", "empty", "no such format", "config and none", "no such severity"],
)
def test_options_that_mean_nothing_are_wrong(arguments: list[str], folder: Path) -> None:
    """The error names the option; nothing is written."""
    result = run(check, NETWORK, *arguments)
    assert isinstance(result.exception, click.UsageError)
    assert [*folder.iterdir()] == []


def test_several_reports_are_written_at_once(folder: Path) -> None:
    """Each form goes to its file, the chosen one to standard output; two runs are equal to the byte."""
    forms = ("text", "json", "junit", "sarif", "github", "markdown")
    reports = [part for form in forms for part in ("--report", f"{form}=report.{form}")]
    assert run(check, NETWORK, "--format", "github", *reports).return_value == 0
    first = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert [*sorted(first)] == sorted(f"report.{form}" for form in forms)
    assert "10 arrays read" in (folder / "report.text").read_text().splitlines()[-1]
    assert run(check, NETWORK, "--format", "github", *reports).stdout == (folder / "report.github").read_text()
    assert first == {path.name: path.read_bytes() for path in folder.iterdir()}


def test_findings_are_printed_where_a_report_cannot_be_written(folder: Path) -> None:
    """A file that cannot be written does not keep the page back, and nothing half-written is left."""
    result = run(check, LEGACY, "--select", "KI402", "--report", f"junit={folder / 'missing' / 'report.xml'}")
    assert "KI402" in result.stdout
    assert isinstance(result.exception, RequestError)
    assert [*folder.iterdir()] == []


def test_the_policy_of_the_working_folder_counts(folder: Path) -> None:
    """It is found by itself, the page says what is waived and with --verbose by what; --no-config leaves it out."""
    (folder / "spoilt.keras").write_bytes(keras_archive(weights=hdf5(archive_tree, with_nan)))
    (folder / "pyproject.toml").write_text(
        '[tool.kerasinspect]\nselect = ["KI1"]\nignore = ["KI102"]\nthresholds.KI107.largest = 50\n'
        '[[tool.kerasinspect.per-layer]]\nlayer = "sec*"\nignore = ["not-a-number"]\nreason = "it is being mended"\n',
        encoding="utf-8",
    )
    result = run(check, "spoilt.keras", "--verbose")
    assert result.return_value == 0
    assert "KI107" not in run(check, "spoilt.keras").stdout
    lines = result.stdout.splitlines()
    assert "  waived KI101 not-a-number: second/kernel: it is being mended" in lines
    assert "policy: pyproject.toml" in lines
    assert any("KI107 largest = 50" in line for line in lines)
    bare = run(check, "spoilt.keras", "--no-config")
    assert bare.return_value == 1
    assert "policy" not in bare.stdout


def test_the_command_line_wins_over_the_policy(folder: Path) -> None:
    """--select, --ignore and --fail-on have the last word."""
    policy = 'select = ["KI4"]\nignore = ["KI402"]\nfail-on = "note"\n'
    (folder / "kerasinspect.toml").write_text(policy, encoding="utf-8")
    assert run(check, LEGACY).return_value == 0
    assert run(check, LEGACY, "--select", "KI402").return_value == 1
    assert run(check, LEGACY, "--select", "KI402", "--fail-on", "error").return_value == 0
    assert run(check, LEGACY, "--select", "KI4", "--ignore", "KI402").return_value == 0


def test_a_limit_can_be_raised(folder: Path) -> None:
    """A limit that stopped the reading of one file can be set as for other commands."""
    (folder / "plain.keras").write_bytes(keras_archive())
    assert run(check, "plain.keras", "--limit", "json_depth=1").return_value == 3
    assert run(check, "plain.keras", "--limit", "json_depth=500").return_value == 0
