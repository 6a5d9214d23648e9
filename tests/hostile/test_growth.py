"""What a command does for a file grows as the file does, for every part that a file can have many of."""

from __future__ import annotations

import json
from concurrent.futures import Executor, Future
from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from itertools import cycle
from typing import TYPE_CHECKING, TypeVar

import pytest

from kerasinspect import reading
from kerasinspect.analysis import checking
from kerasinspect.commands.cli import run
from kerasinspect.errors import InspectError
from tests.hostile.counting import Work, work_of
from tests.hostile.growing import GROWING, Growing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

T = TypeVar("T")

MOST = 2.3
"""How many times as much twice as many may take, where 2 is what a file twice as long takes and 4 a square."""
SLACK = 500
"""Steps that a function may take beyond that: what is cut, cached or counted in powers of two grows in leaps."""
MEMORY = 1 << 20
"""Bytes that may be held whatever the size."""
FORMS = ("json", "junit", "sarif", "github", "markdown")


class InOrder(Executor):
    """Does at once what threads would do side by side, so that each run takes the same steps."""

    def submit(self, do: Callable[..., T], /, *arguments: object, **named: object) -> Future[T]:
        """The result, which is there already."""
        done: Future[T] = Future()
        done.set_result(do(*arguments, **named))
        return done


def commands(form: str, folder: Path) -> Mapping[str, tuple[str, ...]]:
    """Every command without the model; of ``check`` the report is written in one form beside the usual one."""
    policy = ("--config", str(folder / "policy.toml"))
    return {
        "check": ("check", *policy, "--against", str(folder / "lock.json"), "--report", f"{form}={folder / form}"),
        "show": ("show", "--explain", "--hash"),
        "show as JSON": ("show", "--format", "json", "--values"),
        "show one": ("show", "--layer", "nothing like it"),
        "summary": ("summary",),
        "summary as JSON": ("summary", "--format", "json"),
        "stats": ("stats", "--format", "markdown"),
        "training": ("training",),
        "lock": ("lock",),
    }


def works(
    part: Growing, count: int, form: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[str, Work]]:
    """What reading a file with so many of a part takes, and what each command takes once it is read."""
    folder = folder / str(count)
    folder.mkdir()
    path = folder / "model.keras"
    path.write_bytes(part.make(count))
    (folder / "policy.toml").write_text(part.policy(count) if part.policy else "")
    lock = folder / "lock.json"
    run(["lock", str(path), "-o", str(lock)])
    if part.lock is not None or not lock.exists():
        lock.write_text(json.dumps(part.lock(count) if part.lock else {"schema": "kerasinspect.lock/1"}))
    opened: list[tuple[object, object]] = []

    def open_it() -> None:
        model, container = reading.open_with_container(str(path))
        opened.append((replace(model, close=lambda: None), container))

    try:
        yield "reading", work_of(open_it)
    except InspectError:
        return
    with monkeypatch.context() as patched:
        patched.setattr(checking, "threads", lambda: nullcontext(InOrder()))
        patched.setattr(checking, "open_with_container", lambda *_: opened[0])
        patched.setattr(reading, "open_model", lambda *_: opened[0][0])
        for name, command in commands(form, folder).items():
            if part.commands and name not in part.commands:
                continue
            yield name, work_of(partial(run, [*command, str(path)]))


@pytest.fixture(scope="module", autouse=True)
def warm(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Everything that is imported or made once."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        for form in FORMS:
            folder = tmp_path_factory.mktemp("warm")
            [*works(GROWING["layers with weights and state"], 3, form, folder, monkeypatch)]


@pytest.mark.parametrize(("name", "form"), [*zip(GROWING, cycle(FORMS))])
def test_twice_as_many_take_twice_as_much(
    name: str, form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """No function of any command takes four times as many steps, nor memory, for twice as many of a part."""
    part = GROWING[name]
    many, twice = (dict(works(part, count, form, tmp_path, monkeypatch)) for count in (part.size, 2 * part.size))
    capsys.readouterr()
    assert not {command: found for command in twice if (found := grown(many[command], twice[command]))}
    for command, work in twice.items():
        assert work.memory < MOST * max(MEMORY, many[command].memory), command


def grown(many: Work, twice: Work) -> dict[str, tuple[int, int]]:
    """The functions that take too much for twice as many, each with its steps for many and for twice as many."""
    return {
        function: (many.steps[function], steps)
        for function, steps in twice.steps.items()
        if steps > MOST * many.steps[function] + SLACK
    }
