"""What docs/diff.md says of Git, in a real repository."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.makers.plain_models import archive_tree, hdf5, keras_archive
from tests.places import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import h5py

pytestmark = pytest.mark.skipif(shutil.which("git") is None or os.name == "nt", reason="needs Git and a POSIX shell")

PAGE = (ROOT / "docs" / "diff.md").read_text(encoding="utf-8")
ATTRIBUTES, TEXT_AND_TOOL, DRIVER = re.findall(r"```(?:gitattributes|ini)\n(.*?)```", PAGE, re.DOTALL)


def trained(file: h5py.File) -> None:
    """Move a value of the second layer."""
    file["layers/dense_1/vars/0"][0, 1] += 5


@pytest.fixture
def git(tmp_path: Path) -> Callable[..., str]:
    """A function that runs Git in a repository that has a model, which the working folder has trained further."""
    program = f"{sys.executable} -m kerasinspect"
    environment = os.environ | {
        "HOME": str(tmp_path),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "PYTHONPATH": str(ROOT),
    }
    for role in ("AUTHOR", "COMMITTER"):
        environment |= {f"GIT_{role}_NAME": "somebody", f"GIT_{role}_EMAIL": "somebody@example.org"}
    folder = tmp_path / "repository"

    def ask(*words: str) -> str:
        command = ["git", *words]
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    folder.mkdir()
    ask("init", "--quiet")
    with (folder / ".git" / "config").open("a", encoding="utf-8") as settings:
        settings.write(TEXT_AND_TOOL.replace("kerasinspect ", f"{program} "))
    (folder / ".gitattributes").write_text(ATTRIBUTES, encoding="utf-8")
    (folder / "model.keras").write_bytes(keras_archive())
    ask("add", ".")
    ask("commit", "--quiet", "--message", "one")
    (folder / "model.keras").write_bytes(keras_archive(weights=hdf5(archive_tree, trained)))
    return ask


def changed_lines(text: str) -> list[str]:
    """The lines of a diff that were taken away or added, the heads of files apart."""
    return [line for line in text.splitlines() if line[0] in "+-" and line[:3] not in {"+++", "---"}]


def test_git_diff_shows_which_arrays_changed(git: Callable[..., str]) -> None:
    """One line of each side, and the fingerprint of the model."""
    lines = changed_lines(git("diff"))
    assert [line[0] for line in lines] == ["-", "+", "-", "+"]
    assert all("second/kernel" in line for line in lines[:2])
    assert all("fingerprint" in line for line in lines[2:])


@pytest.mark.parametrize("command", ["git diff", "git difftool --tool=keras"])
def test_the_documentation_shows_what_git_prints(command: str, git: Callable[..., str]) -> None:
    """Of these very files; only the digests of Git depend on the library that wrote them."""
    (shown,) = re.findall(rf"^```console\n\$ {command}\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    digests = re.compile(r"^index [0-9a-f]+\.\.[0-9a-f]+", re.MULTILINE)
    assert digests.sub("index", git(*command.split()[1:])) == digests.sub("index", shown)


def test_git_diff_goes_on_where_a_side_cannot_be_read(git: Callable[..., str], tmp_path: Path) -> None:
    """The sentence stands in the place of the text."""
    (tmp_path / "repository" / "model.keras").write_bytes(b"half a model")
    assert "+kerasinspect: model.keras is a text file" in git("diff")


@pytest.mark.parametrize("tool", ["--tool=keras", "--extcmd=PROGRAM diff"])
def test_git_difftool_shows_how_far_they_moved(tool: str, git: Callable[..., str]) -> None:
    """Between the file of a commit, which Git keeps in a folder of its own, and that of the working folder."""
    page = git("difftool", "--no-prompt", tool.replace("PROGRAM", f"{sys.executable} -m kerasinspect"))
    assert page.splitlines()[:2] == ["old model.keras", "new model.keras"]
    assert re.search(r"\nsecond +\w+ +[0-9.]+ ", page)


@pytest.fixture
def driven(git: Callable[..., str], tmp_path: Path) -> Callable[..., str]:
    """The same, with a driver in the place of the text."""
    command = DRIVER.replace("kerasinspect ", f"{sys.executable} -m kerasinspect ")
    with (tmp_path / "repository" / ".git" / "config").open("a", encoding="utf-8") as settings:
        settings.write(command)
    return git


def test_a_driver_shows_the_comparison_in_git_diff(driven: Callable[..., str]) -> None:
    """It takes the place of the text; the exit status of a difference does not stop Git."""
    page = driven("diff")
    assert page.startswith("\nmodel model.keras\nold model.keras\nnew model.keras\n")
    assert "\nsecond " in page
    driven("commit", "--quiet", "--all", "--message", "two")
    assert "\nsecond " in driven("show", "--ext-diff")


def test_a_driver_names_models_that_were_added_removed_or_renamed(driven: Callable[..., str], tmp_path: Path) -> None:
    """Git gives no file for the side that lacks it; control characters of a name are left out."""
    folder = tmp_path / "repository"
    driven("commit", "--quiet", "--all", "--message", "two")
    (folder / "model.keras").rename(folder / "other.keras")
    driven("add", "--all")
    lines = driven("diff", "--cached", "--no-renames").splitlines()
    assert [line for line in lines if line.startswith("model ")] == ["model model.keras", "model other.keras"]
    assert [line.split(" · ")[0] for line in lines if " · " in line] == ["removed model.keras", "added other.keras"]
    (folder / "other.keras").write_bytes(keras_archive())
    (folder / "other.keras").rename(folder / "n\x1b[1mew.keras")
    driven("add", "--all")
    assert "\nmodel model.keras -> n[1mew.keras\nold model.keras" in driven("diff", "--cached", "--find-renames=1%")
