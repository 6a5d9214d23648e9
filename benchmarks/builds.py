"""Installs builds of kerasinspect side by side, each as a user has it: in an environment of its own, with bytecode."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING

from benchmarks.places import ROOT
from benchmarks.timing import environment

if TYPE_CHECKING:
    from pathlib import Path

THIS, BEFORE = "this build", "before"
_DEPENDENCIES = ("click", "numpy", "pyfive", "rich")
"""What both builds run on, each in the version that the measuring Python has, so that they differ in nothing else."""


@dataclass(frozen=True, slots=True)
class Build:
    """An installed build."""

    commit: str
    folder: Path
    """Its virtual environment."""

    @property
    def python(self) -> str:
        """Its interpreter."""
        return str(self.folder / "bin" / "python")

    @property
    def program(self) -> str:
        """Its command."""
        return str(self.folder / "bin" / "kerasinspect")


def install_this(work: Path) -> Build:
    """The checkout as it is, with what is not committed yet."""
    return _install(ROOT, described("HEAD", dirty=True), work / "builds" / "this")


def install_other(reference: str, work: Path) -> Build:
    """The build of a commit, a tag or a branch; one that is there is used again, so that nothing is fetched."""
    folder = work / "builds" / "before"
    commit, noted = described(reference), folder / "commit"
    if noted.exists() and noted.read_text(encoding="utf-8").split() == _names(commit):
        return Build(commit, folder / "venv")
    noted.unlink(missing_ok=True)
    source = folder / "source"
    shutil.rmtree(source, ignore_errors=True)
    source.mkdir(parents=True)
    packed = folder / "source.tar"
    _git("archive", "--format=tar", f"--output={packed}", reference)
    with tarfile.open(packed) as archive:
        archive.extractall(source, filter="data")
    build = _install(source, commit, folder)
    noted.write_text(" ".join(_names(commit)), encoding="utf-8")
    return build


def _names(commit: str) -> list[str]:
    """What a build is made of: a commit, and what it runs on."""
    return [commit, *(f"{name}=={number}" for name, number in pinned())]


def described(reference: str, *, dirty: bool = False) -> str:
    """A commit in a few digits, with a word where the checkout has more than it."""
    commit = _git("rev-parse", "--short", f"{reference}^{{commit}}")
    return (
        f"{commit} with changes"
        if dirty and _git("status", "--porcelain", "--", "kerasinspect", "pyproject.toml")
        else commit
    )


def pinned() -> list[tuple[str, str]]:
    """What builds run on, and its versions."""
    return [(name, version(name)) for name in _DEPENDENCIES]


def _install(source: Path, commit: str, folder: Path) -> Build:
    """Install a build; an environment that is there is used again."""
    print(f"installing kerasinspect {commit}", file=sys.stderr)
    place = folder / "venv"
    make_environment(place, *(f"{name}=={number}" for name, number in pinned()))
    _pip(place, "--force-reinstall", "--no-deps", str(source))
    return Build(commit, place)


def make_environment(place: Path, *packages: str) -> None:
    """Make a virtual environment with packages of the registry; one that is there is used again."""
    if not (place / "bin" / "python").exists():
        _call([sys.executable, "-m", "venv", str(place)])
    _pip(place, *packages)


def _pip(place: Path, *arguments: str) -> None:
    quiet = ("--quiet", "--disable-pip-version-check")
    _call([str(place / "bin" / "python"), "-m", "pip", "install", *quiet, *arguments])


def _git(*arguments: str) -> str:
    return _call(["git", "-C", str(ROOT), *arguments])


def _call(command: list[str]) -> str:
    """What a command writes; a failure ends with its last line."""
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, check=False)
    if done.returncode:
        raise FailedCommand(f"{' '.join(command)}: {_last(done.stderr) or f'exit status {done.returncode}'}")
    return done.stdout.strip()


def _last(text: str) -> str:
    return next((line for line in reversed(text.splitlines()) if line.strip()), "")


class FailedCommand(Exception):
    """A command that prepares a measurement failed; the message is the command and the last line that it wrote."""
