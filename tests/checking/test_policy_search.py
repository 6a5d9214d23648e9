"""Tests of which policy counts: never one that came with what is checked, unless it is named."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from kerasinspect.checking.request import nearest_policy
from kerasinspect.commands.check import check
from kerasinspect.commands.options import REPORT_FORMS
from tests.makers.plain_models import keras_archive

POLICY = 'ignore = ["KI2"]\n'
TABLE = f"[tool.kerasinspect]\n{POLICY}"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder that holds models, one of them unpacked, inside a project with a policy of its own."""
    (tmp_path / "pyproject.toml").write_text('[tool.kerasinspect]\nfail-on = "note"\n', encoding="utf-8")
    (tmp_path / "outside.toml").write_text(POLICY, encoding="utf-8")
    folder = tmp_path / "downloads"
    (folder / "models" / "inner").mkdir(parents=True)
    (folder / "models" / "a.keras").write_bytes(keras_archive())
    shutil.unpack_archive(folder / "models" / "a.keras", folder / "models" / "unpacked", "zip")
    monkeypatch.chdir(folder)
    return folder


STRANGE = {
    "the folder itself": (".", "."),
    "its absolute path": (".", "{folder}"),
    "a folder around it": ("models/inner", "../.."),
    "a folder around it that is named through a link": ("models/inner", "{folder}/../link"),
    "a pattern that means a folder": ("models", "../model?"),
    "an unpacked model": ("models/unpacked", "."),
    "a part of an unpacked model": ("models/unpacked", "model.weights.h5"),
    "a pattern that means such a part": ("models/unpacked", "*.h5"),
    "a pattern that chose the folder": (".", "../d*/b.keras"),
    "one of several": (".", "models/a.keras", "."),
}


@pytest.mark.parametrize("name", ["kerasinspect.toml", "pyproject.toml"])
@pytest.mark.parametrize(("place", "named"), [(place, named) for place, *named in STRANGE.values()], ids=STRANGE)
def test_a_policy_in_what_is_checked_is_passed_over(place: str, named: list[str], name: str, folder: Path) -> None:
    """The one above what is checked counts, and the other is said not to."""
    (folder.parent / "link").symlink_to(folder)
    shutil.copy("models/a.keras", "b.keras")
    os.chdir(folder / place)
    (folder / place / name).write_text(POLICY if name == "kerasinspect.toml" else TABLE, encoding="utf-8")
    policy = nearest_policy(Path.cwd(), [one.format(folder=folder) for one in named])
    assert policy.passed_over == (name,)
    assert policy.source == "../" * len(Path("downloads", place).parts) + "pyproject.toml"


OWN = {
    "a file below it": "models/a.keras",
    "a file beside it": "b.keras",
    "a folder below it": "models",
    "an unpacked model below it": "models/unpacked",
    "a pattern that means files": "*.keras",
    "a pattern that means files anywhere below it": "**/*.keras",
    "what does not exist": "missing.keras",
    "a pattern that means nothing": "*.none",
}


@pytest.mark.parametrize("named", OWN.values(), ids=OWN)
def test_a_policy_beside_or_above_what_is_checked_counts(named: str, folder: Path) -> None:
    """A file that is named says nothing of the folder that it lies in."""
    shutil.copy("models/a.keras", "b.keras")
    (folder / "kerasinspect.toml").write_text(POLICY, encoding="utf-8")
    policy = nearest_policy(folder, [named])
    assert (policy.source, policy.passed_over) == ("kerasinspect.toml", ())


def test_a_link_is_where_it_lies_and_where_it_leads(folder: Path) -> None:
    """Neither a link in what is checked to a policy elsewhere is used, nor one elsewhere that leads there."""
    (folder / "models" / "kerasinspect.toml").symlink_to(folder.parent / "outside.toml")
    assert nearest_policy(folder / "models", [str(folder / "models")]).passed_over == ("kerasinspect.toml",)
    (folder / "models" / "own.toml").write_text(POLICY, encoding="utf-8")
    (folder / "kerasinspect.toml").symlink_to(folder / "models" / "own.toml")
    assert nearest_policy(folder, ["models"]).passed_over == ("kerasinspect.toml",)


@pytest.mark.parametrize("content", [b"[tool.other]\n", b"[tool.kerasinspect\n", b"\xff kerasinspect"])
def test_what_is_passed_over_is_not_understood(content: bytes, folder: Path) -> None:
    """What a stranger's file holds is no error; one that is about other tools alone is not spoken of."""
    (folder / "pyproject.toml").write_bytes(content)
    assert nearest_policy(folder, ["."]).passed_over == (("pyproject.toml",) if b"kerasinspect" in content else ())


@pytest.mark.parametrize("form", [form for form in REPORT_FORMS if form != "csv"])
def test_every_report_says_which_policy_was_in_force(form: str, folder: Path) -> None:
    """The policy that counts and the one that does not are in each form that is no bare table, when quiet too."""
    (folder / "kerasinspect.toml").write_text(POLICY, encoding="utf-8")
    result = CliRunner().invoke(check, [".", "--format", form, "--quiet", "--verbose"], standalone_mode=False)
    said = result.stdout.replace("`", "")
    assert "../pyproject.toml" in said
    if form in {"json", "jsonl"}:
        assert json.loads(result.stdout.splitlines()[-1] if form == "jsonl" else result.stdout)[
            "policies_not_used"
        ] == ["kerasinspect.toml"]
    else:
        assert "The policy kerasinspect.toml was not used, since it lies in what is checked." in said


def test_a_policy_that_is_named_is_used_wherever_it_lies(folder: Path) -> None:
    """With ``--config`` the user has chosen; the note on standard error is for where nobody has."""
    (folder / "kerasinspect.toml").write_text(POLICY, encoding="utf-8")
    named = CliRunner().invoke(check, [".", "--config", "kerasinspect.toml", "--verbose"], standalone_mode=False)
    assert "policy: kerasinspect.toml" in named.stdout
    assert named.stderr == ""
    found = CliRunner().invoke(check, ["."], standalone_mode=False)
    assert "kerasinspect: note: The policy kerasinspect.toml was not used" in found.stderr
