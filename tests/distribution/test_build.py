"""What a release consists of: what Git has, the package, and one version, wherever that is said."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from importlib import metadata

import pytest

from kerasinspect.version import __version__
from tests.distribution.build import ABOUT, MANUAL, STEM, differences, git, sdist_faults, tag_faults, wheel_faults
from tests.distribution.changelog import UNRELEASED, sections
from tests.places import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
TRACKED = ("kerasinspect/__init__.py", "kerasinspect/schemas/list-1.json", "README.md")
IN_A_REPOSITORY = (ROOT / ".git").exists() and shutil.which("git") is not None


def sdist(*names: str) -> bytes:
    """An archive of empty files as an sdist has them."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        for name in names:
            archive.addfile(tarfile.TarInfo(f"{STEM}/{name}"))
    return stream.getvalue()


def wheel(*names: str) -> bytes:
    """An archive of empty files, with what a wheel says of itself."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in (*names, MANUAL, *(f"{STEM}.dist-info/{name}" for name in ABOUT)):
            archive.writestr(name, "")
    return stream.getvalue()


def test_an_sdist_has_what_git_has() -> None:
    """No less, and no more than the metadata."""
    assert not [*sdist_faults(sdist(*TRACKED, "PKG-INFO"), TRACKED)]
    (lacks, has) = sdist_faults(sdist(*TRACKED[1:], "PKG-INFO", "secret.keras"), TRACKED)
    assert lacks.startswith("the sdist lacks kerasinspect/__init__.py:")
    assert has == "the sdist has secret.keras, which Git has not"


def test_a_wheel_has_the_package() -> None:
    """With its data, its manual and its licence, and no tests."""
    assert not [*wheel_faults(wheel(*TRACKED[:2]), TRACKED)]
    (lacks, has) = wheel_faults(wheel(TRACKED[0], "tests/conftest.py"), TRACKED)
    assert lacks == "the wheel lacks kerasinspect/schemas/list-1.json"
    assert has == "the wheel has tests/conftest.py, which is no part of the package"


def test_one_byte_is_a_difference() -> None:
    """And an archive that only one of two builds made."""
    assert not [*differences({"a": b"1"}, {"a": b"1"})]
    assert len([*differences({"a": b"1", "b": b""}, {"a": b"2"})]) == 2


@pytest.mark.skipif(not IN_A_REPOSITORY, reason="these sources are in no repository")
def test_the_sdist_is_told_of_every_file() -> None:
    """Each that Git has lies in a folder, or is a file, that ``pyproject.toml`` names."""
    included = PROJECT["tool"]["hatch"]["build"]["targets"]["sdist"]["include"]
    tracked = [f"/{name}" for name in git("ls-files", "-z").decode().split("\0") if name]
    assert not [name for name in tracked if not any(f"{name}/".startswith(f"{start}/") for start in included)]
    assert not [start for start in included if not any(f"{name}/".startswith(f"{start}/") for name in tracked)]


def test_the_version_is_said_once() -> None:
    """What is installed, the command, and the newest release in the changelog have it from one place."""
    assert PROJECT["project"]["dynamic"] == ["version"]
    assert PROJECT["tool"]["hatch"]["version"]["path"] == "kerasinspect/version.py"
    assert metadata.version("kerasinspect") == __version__
    command = [sys.executable, "-m", "kerasinspect", "--version"]
    said = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    assert said == f"kerasinspect {__version__}\n"
    released = [section for section in sections() if section != UNRELEASED]
    assert released[:1] in ([], [__version__])
    assert UNRELEASED not in sections()[1:]


def test_the_documentation_names_the_tag_of_this_version() -> None:
    """In the lines that a user copies into a workflow and a configuration of pre-commit."""
    page = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
    tags = re.findall(r"(?:OWNER/kerasinspect@|rev: )(\S+)", page)
    assert len(tags) == 2
    assert {*tags} == {f"v{__version__}"}


def test_a_tag_is_of_the_version_and_of_the_changelog() -> None:
    """A release cannot be called otherwise than the package in it, nor lack its changes."""
    assert not [*tag_faults(None)]
    assert "the tag is v0.0.0, and the version" in next(tag_faults("v0.0.0"))
    if sections()[0] == UNRELEASED:
        (fault,) = tag_faults(f"v{__version__}")
        assert "the newest section of the changelog is Unreleased" in fault
