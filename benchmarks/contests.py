"""THE table of what is measured: each contest asks one thing of one model, of everyone who can answer it, in turn."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from benchmarks.builds import BEFORE, THIS
from benchmarks.models import (
    CONFIG,
    DTYPES,
    LARGE,
    MOBILENET,
    RESNET,
    RESNET_LEGACY,
    SMALL,
    SMALL_LEGACY,
    VGG,
    VGG_CHANGED,
    VGG_CHANGED_LEGACY,
    VGG_COPY,
    VGG_LEGACY,
    curve_name,
    values_name,
)
from benchmarks.peers import PEERS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from benchmarks.builds import Build
    from benchmarks.models import Shelf
    from benchmarks.peers import Kitchen

START = "start"
"""The model of what needs none."""
IMPORTS = {
    "python": "pass",
    "import click": "import click",
    "import click, rich.table": "import click, rich.table",
    "import click, rich.table, numpy": "import click, rich.table, numpy",
}
"""Programs that do nothing but import some libraries."""
READ = "plain read"
"""Reading the bytes of the file, and doing nothing with them."""

_FLOORS = {
    (START, "--help"): ("import click", "python"),
    (SMALL, "summary"): ("import click, rich.table",),
    (SMALL, "list"): ("import click, rich.table",),
    (SMALL_LEGACY, "summary"): ("import click, rich.table",),
    (SMALL_LEGACY, "list"): ("import click, rich.table",),
    (SMALL, "show"): ("import click, rich.table, numpy",),
    (SMALL_LEGACY, "show"): ("import click, rich.table, numpy",),
}
"""Who does less than a command; the last is the least that it could take. ``--help`` needs no click any more."""
_EVERY = ("summary", "list", "show", "stats", "training", "check", "lock", "export")
_OF_LARGE = ("summary", "list", "show", "stats", "training", "check", "lock")
"""Not ``export``: it would write as many bytes to the disk."""
_COMMANDS = {
    SMALL: _EVERY,
    SMALL_LEGACY: _EVERY,
    MOBILENET: _EVERY,
    RESNET: _EVERY,
    RESNET_LEGACY: _EVERY,
    VGG: _EVERY,
    VGG_LEGACY: _EVERY,
    LARGE: _OF_LARGE,
    CONFIG: ("summary", "list", "show"),
} | {values_name(dtype): ("stats",) for dtype in DTYPES}
ON_CURVES = {
    "arrays": ("summary", "list", "show"),
    "layers": ("summary", "list", "show"),
    "nested": ("summary", "list", "show"),
    "bytes": ("summary", "stats", "check"),
}
"""What is asked of all models of a curve; of the largest one more is asked, which makes no line."""
_PAIRS = (
    ("diff", VGG, VGG_CHANGED),
    ("diff", VGG_LEGACY, VGG_CHANGED_LEGACY),
    ("diff, equal files", VGG, VGG_COPY),
    ("series", VGG, VGG_CHANGED),
)
"""What is asked of two models; the second gives the contest its name."""
_READ_PLAINLY = ("stats", "check", "diff, equal files")
"""What reads all bytes, and is held against that alone."""
STATUSES = (0, 1)
"""An answer of ours: 1 is a finding or a difference."""


@dataclass(frozen=True, slots=True)
class Contest:
    """One thing that is asked of one model."""

    model: str
    question: str
    commands: dict[str, tuple[str, ...]]
    """The command of everyone who takes part, by name."""
    statuses: dict[str, tuple[int, ...]] = field(default_factory=dict)
    """The exit statuses of those who answer with others than ours."""

    def answers(self, name: str, status: int) -> bool:
        """Whether this is the exit status of an answer."""
        return status in self.statuses.get(name, STATUSES)


@dataclass(frozen=True, slots=True)
class Field:
    """Everything that contests are made from."""

    shelf: Shelf
    builds: dict[str, Build]
    kitchen: Kitchen
    curves: dict[str, tuple[int, ...]]
    written: Path
    """A file that ``export`` may write."""

    def contests(self) -> Iterator[Contest]:
        """All contests whose models are there."""
        yield self._contest(START, "--help", ("--help",), ())
        for model, questions in self._questions().items():
            for question in questions:
                if self.shelf.has(model):
                    yield self._contest(model, question, self._words(question), (model,))
        for question, *pair in _PAIRS:
            if self.shelf.has(*pair):
                yield self._contest(pair[1], question, (question.split(",")[0],), tuple(pair))

    def _questions(self) -> dict[str, tuple[str, ...]]:
        """What is asked of each model, of those on curves as well."""
        asked = dict(_COMMANDS)
        for kind, sizes in self.curves.items():
            for name in (curve_name(kind, size) for size in sizes):
                asked.setdefault(name, ON_CURVES[kind])
        return asked

    def _words(self, question: str) -> tuple[str, ...]:
        """A command of ours, without the files."""
        return ("export", "--force", "-o", str(self.written)) if question == "export" else (question,)

    def _contest(self, model: str, question: str, words: tuple[str, ...], files: tuple[str, ...]) -> Contest:
        paths = tuple(str(self.shelf.path(name)) for name in files)
        commands = {name: (build.program, *words, *paths) for name, build in self.builds.items()}
        for floor in _FLOORS.get((model, question), ()):
            commands[floor] = (self.builds[THIS].python, "-c", IMPORTS[floor])
        if question in _READ_PLAINLY:
            reading = 'for file do dd "if=$file" of=/dev/null bs=1048576; done'
            commands[READ] = ("sh", "-c", reading, "sh", *paths)
        statuses = {}
        for peer in PEERS:
            if peer.question == question and model in peer.models and (command := self.kitchen.command(peer)):
                commands[peer.name] = (*command, *paths)
                statuses[peer.name] = peer.statuses
        return Contest(model, question, commands, statuses)


def is_floor(name: str) -> bool:
    """Whether who takes part only does what nobody can do without."""
    return name == READ or name in IMPORTS


def is_ours(name: str) -> bool:
    """Whether who takes part is a build of ours."""
    return name in {THIS, BEFORE}
