"""That a wheel is tried with every extra, what is installed for that, and that the lists of it see what is missing."""

from __future__ import annotations

import ast
import os
import sys
import tarfile
import tomllib
import zipfile
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

import kerasinspect
from kerasinspect.version import __version__
from tests.distribution.environments import lowest, requirements, wheel_in
from tests.distribution.install import ITS_OWN_TESTS, LARGE, main
from tests.distribution.sbom import faults
from tests.distribution.tour import IN_PYTHON, OF_EXTRAS
from tests.places import ROOT
from tests.tools import TOOLS, SkippedWithout

EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
OF_DEVELOPERS = {"bench", "dev", "docs", "release", "test"}
METADATA = """Metadata-Version: 2.4
Name: kerasinspect
Requires-Dist: click>=8.1
Requires-Dist: rich>=13.7
Provides-Extra: browse
Requires-Dist: rich>=14.2; extra == 'browse'
Requires-Dist: textual>=8.0; extra == 'browse'
Provides-Extra: orbax
Requires-Dist: backports-zstd>=1.0; (python_version < '3.14') and extra == 'orbax'
Provides-Extra: report
Requires-Dist: jinja2>=3.1; extra == 'report'

A text.
"""
BOM: dict[str, Any] = {
    "metadata": {"component": {"name": "kerasinspect", "version": __version__, "bom-ref": "root"}},
    "components": [
        {"name": "rich", "version": "13.7", "bom-ref": "rich"},
        {"name": "pygments", "version": "2", "bom-ref": "pygments"},
    ],
    "dependencies": [{"ref": "root", "dependsOn": ["rich"]}, {"ref": "rich", "dependsOn": ["pygments"]}],
}


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    """A wheel that says what it requires."""
    with zipfile.ZipFile(tmp_path / f"kerasinspect-{__version__}-py3-none-any.whl", "w") as archive:
        archive.writestr(f"kerasinspect-{__version__}.dist-info/METADATA", METADATA)
    return wheel_in(tmp_path)


def test_every_extra_is_tried() -> None:
    """On the tour, and by tests of its own; the view needs a terminal, and the largest is tried where it is named."""
    ours = EXTRAS.keys() - OF_DEVELOPERS
    assert OF_EXTRAS.keys() | IN_PYTHON.keys() | {"browse"} == ours
    assert ITS_OWN_TESTS.keys() | {LARGE} == ours
    assert not [path for paths in ITS_OWN_TESTS.values() for path in paths if not (ROOT / path).exists()]


def test_requirements_are_those_of_one_extra(wheel: Path) -> None:
    """Without one, those of the package alone; the lowest versions are constraints of both."""
    assert requirements(wheel) == ["click>=8.1", "rich>=13.7"]
    assert requirements(wheel, "orbax") == ["backports-zstd>=1.0"]
    assert lowest(wheel) == ["click==8.1", "rich==13.7"]
    assert lowest(wheel, "report") == ["click==8.1", "rich==13.7", "jinja2==3.1"]
    assert lowest(wheel, "browse") == ["click==8.1", "rich==14.2", "textual==8.0"]


def test_every_requirement_has_a_lowest_version() -> None:
    """And nothing but that, so that it can be installed and tried."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = [*project["dependencies"], *(one for extra in EXTRAS.keys() - OF_DEVELOPERS for one in EXTRAS[extra])]
    assert not [
        one for one in named if one.count(">=") != 1 or set("=<>!~,") & set(one.partition(";")[0].replace(">=", ""))
    ]


def test_what_cannot_be_installed_is_a_row(
    wheel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Like any other failure: those after it are tried all the same."""
    (tmp_path / "kerasinspect").mkdir()
    with tarfile.open(tmp_path / f"kerasinspect-{__version__}.tar.gz", "w:gz") as archive:
        archive.add(tmp_path / "kerasinspect", f"kerasinspect-{__version__}/kerasinspect")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")  # so that nothing is found
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    monkeypatch.setattr(sys, "argv", ["install", str(wheel.parent), "--only", "core", "report"])
    assert main() == 1
    written = capsys.readouterr()
    rows = [[cell.strip() for cell in line.split("|")] for line in written.out.splitlines() if "| 3." in line]
    assert [(row[2], row[-3]) for row in rows] == [("core", "not installed"), ("report", "not installed")]
    assert all(f"{variant} on 3." in written.err for variant in ("core", "report"))


def test_a_list_of_what_is_installed_is_held_against_what_is_required() -> None:
    """What is missing, what nothing needs, what has no version, and a list of something else."""
    assert not [*faults(BOM, ["rich"])]
    assert [*faults(BOM, ["rich", "numpy"])] == ["it lacks numpy"]
    needless, old, other = deepcopy(BOM), deepcopy(BOM), deepcopy(BOM)
    needless["dependencies"].pop()
    assert [*faults(needless, [])] == ["nothing needs pygments"]
    del old["components"][0]["version"]
    assert [*faults(old, [])] == ["rich has no version"]
    other["metadata"]["component"]["version"] = "0"
    assert [*faults(other, [])] == ["it is of kerasinspect 0"]


def test_tools_are_skipped_where_they_are_missing() -> None:
    """What tests use and the package does not; what it does import, as an extra, is never skipped so."""
    for name in TOOLS:
        with pytest.raises(pytest.skip.Exception, match=f"{name} is not installed"):
            SkippedWithout.find_spec(name)
    SkippedWithout.find_spec("kerasinspect")
    named = {word.partition(">")[0] for word in (*EXTRAS["test"], *EXTRAS["bench"])}
    assert {*TOOLS.values()} <= named
    trees = (ast.parse(path.read_text(encoding="utf-8")) for path in Path(kerasinspect.__file__).parent.rglob("*.py"))
    nodes = [node for tree in trees for node in ast.walk(tree)]
    imported = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    assert not {name.partition(".")[0] for name in imported} & TOOLS.keys()
