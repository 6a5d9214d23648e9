"""THE table of the other tools that are asked what a command of ours answers, and how each is set up."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.builds import FailedCommand, make_environment
from benchmarks.models import MOBILENET, RESNET, RESNET_LEGACY, SMALL, SMALL_LEGACY, VGG, VGG_CHANGED, VGG_LEGACY
from benchmarks.places import ROOT
from benchmarks.timing import environment

if TYPE_CHECKING:
    from pathlib import Path

_ARCHIVES = (SMALL, MOBILENET, RESNET, VGG)
_LEGACY = (SMALL_LEGACY, RESNET_LEGACY, VGG_LEGACY)
_AUDIT = ("modelaudit", "scan", "--no-cache")
_PROGRAMS = ROOT / "benchmarks" / "keras_programs"


@dataclass(frozen=True, slots=True)
class Peer:
    """What another tool is asked."""

    name: str
    question: str
    """The command of ours that it is held against."""
    models: tuple[str, ...]
    command: tuple[str, ...]
    """What comes before the files: its first word is a program of the peer's environment."""
    statuses: tuple[int, ...] = (0,)


@dataclass(frozen=True, slots=True)
class Kitchen:
    """Where the programs of peers lie."""

    keras: str | None
    """A Python with Keras."""
    folders: dict[str, Path]
    """The environments of the other peers, by package."""

    def command(self, peer: Peer) -> tuple[str, ...] | None:
        """What comes before the files, or None for a peer that is not there."""
        program, *more = peer.command
        if program.endswith(".py"):
            return (self.keras, str(_PROGRAMS / program), *more) if self.keras else None
        folder = self.folders.get(program)
        return (str(folder / "bin" / program), *more) if folder else None


PEERS = (
    Peer("Keras: load_model, summary", "summary", _ARCHIVES, ("keras_summary.py",)),
    Peer("Keras: load_model, print arrays", "show", _ARCHIVES, ("keras_values.py",)),
    Peer("Keras: load_model, numpy's figures", "stats", _ARCHIVES, ("keras_figures.py",)),
    Peer("Keras: load_model of both, numpy", "diff", (VGG_CHANGED,), ("keras_difference.py",)),
    Peer("KerasFileEditor: summary", "summary", _ARCHIVES, ("keras_editor.py",)),
    Peer("h5glance", "list", _LEGACY, ("h5glance", "--no-pager")),
    Peer("modelaudit: scan", "check", (SMALL, MOBILENET), _AUDIT, (0, 1)),
    Peer("modelaudit: scan, without weights over 100 MB", "check", (RESNET, VGG), _AUDIT, (0, 1, 2)),
)
_PACKAGES = {"h5glance": "h5glance", "modelaudit": "modelaudit[h5]"}
"""What is installed for the command of a peer; each has an environment of its own, for they share no versions."""


def set_up(work: Path, keras: str | None) -> tuple[Kitchen, list[str]]:
    """The peers that are there, and a sentence on each that is not."""
    missing, folders = [], {}
    for name, package in _PACKAGES.items():
        try:
            print(f"installing {package}", file=sys.stderr)
            make_environment(work / "peers" / name, package)
            folders[name] = work / "peers" / name
        except FailedCommand as error:
            missing.append(f"{name}: is not installed: {error}")
    if keras is None:
        missing.append("Keras and KerasFileEditor: no Python with Keras was named; say KERAS=python.")
    return Kitchen(keras, folders), missing


def versions_of(kitchen: Kitchen) -> dict[str, str]:
    """The version of each peer that is there."""
    packages = {name: (str(folder / "bin" / "python"), name) for name, folder in kitchen.folders.items()}
    if kitchen.keras:
        packages |= {name: (kitchen.keras, name) for name in ("keras", "tensorflow")}
    return {name: _version(*where) for name, where in packages.items()}


def has_keras(python: str) -> bool:
    """Whether a Python has a Keras and something that it runs on."""
    try:
        return bool(_version(python, "keras") and _version(python, "tensorflow"))
    except OSError:
        return False


def _version(python: str, package: str) -> str:
    """The version of a package in the environment of an interpreter; empty where it is not installed."""
    asked = f"from importlib.metadata import version; print(version({package!r}))"
    done = subprocess.run([python, "-c", asked], env=environment(), capture_output=True, text=True, check=False)
    return done.stdout.strip()
