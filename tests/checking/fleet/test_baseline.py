"""Baselines, and what a policy allows in a file of certain bytes: only what is new counts, and it counts."""

from __future__ import annotations

import json
import shutil
from datetime import date, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from kerasinspect.checking.fleet import allowances
from kerasinspect.checking.fleet.baseline import read_baseline
from kerasinspect.commands.check import check
from kerasinspect.errors import RequestError
from tests.makers.plain_models import archive_tree, hdf5, keras_archive

if TYPE_CHECKING:
    from pathlib import Path

    import h5py
    from click.testing import Result


def run(*arguments: str | Path) -> Result:
    """Call ``check`` without a policy of somebody else."""
    return CliRunner().invoke(check, [*map(str, arguments)], standalone_mode=False)


def spoilt(file: h5py.File, weight: str = "layers/dense_1/vars/0") -> None:
    """Put a NaN into a weight."""
    file[weight][0] = float("nan")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with one bad model, which is the working folder."""
    (tmp_path / "exports").mkdir()
    (tmp_path / "exports/old.keras").write_bytes(keras_archive(weights=hdf5(archive_tree, spoilt)))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_what_a_baseline_has_does_not_count(project: Path) -> None:
    """Writing it passes; then what is known passes, also where the project lies elsewhere, and what is new fails."""
    assert run("exports", "--no-config").return_value == 1
    written = run("exports", "--no-config", "--write-baseline", "baseline.json")
    assert (written.return_value, "Baseline of 1 finding written to baseline.json." in written.stderr) == (0, True)
    assert run("exports", "--no-config", "--baseline", "baseline.json").return_value == 0
    moved = project / "elsewhere"
    moved.mkdir()
    shutil.move("exports", moved)
    shutil.move("baseline.json", moved)
    assert run(moved / "exports", "--no-config", "--baseline", moved / "baseline.json").return_value == 0
    shutil.copy(moved / "exports/old.keras", moved / "exports/new.keras")
    assert run(moved, "--no-config", "--baseline", moved / "baseline.json").return_value == 1


def test_what_is_gone_from_a_baseline_is_said(project: Path) -> None:
    """Of a file that was checked; of one that was not, nobody knows."""
    run("exports", "--no-config", "--write-baseline", "baseline.json")
    (project / "exports/old.keras").write_bytes(keras_archive())
    words = "1 finding of the baseline baseline.json is gone"
    assert words in run("exports", "--no-config", "--baseline", "baseline.json").stderr
    (project / "other.keras").write_bytes(keras_archive())
    assert words not in run("other.keras", "--no-config", "--baseline", "baseline.json").stderr


def test_a_baseline_says_what_it_knows(project: Path) -> None:
    """By file, rule and place, in an order that changes little."""
    run("exports", "--no-config", "--write-baseline", "baseline.json")
    document = json.loads((project / "baseline.json").read_text())
    assert document["findings"] == [{"location": "exports/old.keras", "code": "KI101", "place": "second/kernel"}]


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"schema": "kerasinspect.baseline/1", "findings": [1]}', "[" * 9999]
)
def test_what_is_no_baseline_is_said(tmp_path: Path, content: str) -> None:
    """In a sentence, whatever it is."""
    (tmp_path / "b.json").write_text(content)
    with pytest.raises(RequestError, match="is no baseline"):
        read_baseline(str(tmp_path / "b.json"))


@pytest.mark.parametrize(("days", "status"), [(1, 0), (0, 0), (-1, 1)])
def test_a_finding_is_allowed_up_to_a_day(
    project: Path, monkeypatch: pytest.MonkeyPatch, days: int, status: int
) -> None:
    """In the file that was looked at; after that day it counts, and a note says why."""
    today = date(2027, 3, 1)
    monkeypatch.setattr(allowances, "_today", lambda: today)
    digest = sha256((project / "exports/old.keras").read_bytes()).hexdigest()
    (project / "kerasinspect.toml").write_text(
        f'[[allow]]\nsha256 = "{digest.upper()}"\nignore = ["KI1"]\nreason = "looked at"\n'
        f"expires = {today + timedelta(days=days)}\n"
    )
    result = run("exports", "--config", "kerasinspect.toml")
    assert (result.return_value, "that expired on 2027-02-28" in result.stderr) == (status, status == 1)
    spoilt_again = keras_archive(weights=hdf5(archive_tree, lambda file: spoilt(file, "layers/dense/vars/0")))
    (project / "exports/old.keras").write_bytes(spoilt_again)
    assert run("exports", "--config", "kerasinspect.toml").return_value == 1


ALLOWED = {
    "digest": ('sha256 = "12"\nignore = ["KI1"]\nreason = "a"', "allow[0].sha256 is not 64 hexadecimal digits"),
    "no digest": ('ignore = ["KI1"]\nreason = "a"', "allow[0] has no sha256"),
    "no reason": (f'sha256 = "{"a" * 64}"\nignore = ["KI1"]', "allow[0] has no reason"),
    "no rules": (f'sha256 = "{"a" * 64}"\nreason = "a"', "allow[0] ignores nothing"),
    "text": (
        f'sha256 = "{"a" * 64}"\nignore = ["KI1"]\nreason = "a"\nexpires = "soon"',
        "allow[0].expires is not a day",
    ),
    "hour": (
        f'sha256 = "{"a" * 64}"\nignore = ["KI1"]\nreason = "a"\nexpires = 2027-01-01T10:00:00',
        "allow[0].expires is not a day",
    ),
}


@pytest.mark.parametrize(("entry", "said"), ALLOWED.values(), ids=ALLOWED)
def test_what_is_wrong_with_an_allowance_is_said(project: Path, entry: str, said: str) -> None:
    """By its place in the policy."""
    (project / "kerasinspect.toml").write_text(f"[[allow]]\n{entry}\n")
    result = run("exports", "--config", "kerasinspect.toml")
    assert said in str(result.exception)
