"""What a command does for a file grows as the file does, for every part that a file can have many of."""

from __future__ import annotations

import json
from concurrent.futures import Executor, Future
from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar
from zlib import crc32

import pytest

from kerasinspect import opening as reading
from kerasinspect.checking import asking, gathering
from kerasinspect.commands.cli import run
from kerasinspect.errors import InspectError
from tests.hostile.counting import work_of
from tests.makers.growing.parts import EVERY, GROWING, Growing

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.hostile.counting import Work

T = TypeVar("T")

MOST = 2.3
"""How many times as much twice as many may take, where 2 is what a file twice as long takes and 4 a square."""
CALLS, TAKEN = 60, 200_000
"""Calls and bytes that a function may take beyond that: lists and buffers grow in leaps."""
MEMORY = 1 << 20
"""Bytes that may be held whatever the size."""
FORMS = ("junit", "sarif", "github", "markdown")
COMMANDS = {
    "check": ("check", "--format", "json"),
    "list": ("list",),
    "show": ("show", "--explain", "--hash"),
    "show as pictures": ("show", "--heatmap", "--histogram"),
    "show as JSON": ("show", "--format", "json", "--values"),
    "show one": ("show", "--layer", "nothing like it"),
    "summary": ("summary",),
    "summary as JSON": ("summary", "--format", "json"),
    "stats": ("stats", "--format", "markdown"),
    "training": ("training",),
    "lock": ("lock",),
    "graph": ("graph",),
    "graph in DOT": ("graph", "--format", "dot"),
    **{form: ("check", "--no-config", "--format", form) for form in FORMS},
}


class InOrder(Executor):
    """Does at once what threads would do side by side, so that each run takes the same steps."""

    def submit(self, do: Callable[..., T], /, *arguments: object, **named: object) -> Future[T]:
        """The result, which is there already."""
        done: Future[T] = Future()
        done.set_result(do(*arguments, **named))
        return done


def beside(part: Growing, count: int, folder: Path) -> tuple[str, ...]:
    """The options of ``check``, if it is asked, for a model's lock and its policy; none where it cannot be locked."""
    if "check" not in part.commands:
        return ()
    model, lock, policy = (folder / name for name in ("model.keras", "lock.json", "policy.toml"))
    if part.lock is not None:
        lock.write_text(json.dumps(part.lock(count)))
    elif run(["lock", str(model), "-o", str(lock)]):
        return ("--no-config",)
    policy.write_text(part.policy(count) if part.policy else "")
    return ("--config", str(policy), "--against", str(lock))


def works(part: Growing, count: int, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, Work]]:
    """What reading a file with so many of a part takes, and what each command takes once it is read."""
    folder = folder / str(count)
    folder.mkdir()
    path = folder / "model.keras"
    path.write_bytes(part.make(count))
    options = beside(part, count, folder)
    opened: list[tuple[object, object]] = []

    def open_it() -> None:
        model, container = reading.open_with_container(str(path))
        opened.append((replace(model, close=lambda: None), container))

    try:
        yield "reading", work_of(open_it)
    except InspectError:
        return
    with monkeypatch.context() as patched:
        patched.setattr(gathering, "threads", lambda _: nullcontext(InOrder()))
        patched.setattr(asking, "open_with_container", lambda *_, **__: opened[0])
        patched.setattr(reading, "open_model", lambda *_, **__: opened[0][0])
        for name in part.commands:
            more = options if name == "check" else ()
            yield name, work_of(partial(run, [*COMMANDS[name], *more, str(path)]))


@pytest.fixture(scope="module", autouse=True)
def warm(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Everything that is imported or made once."""
    part = replace(GROWING["layers with weights and state"], commands=(*EVERY, *FORMS))
    with pytest.MonkeyPatch.context() as monkeypatch:
        assert [*works(part, 3, tmp_path_factory.mktemp("warm"), monkeypatch)]


@pytest.fixture
def part(request: pytest.FixtureRequest) -> Growing:
    """A part, with two of its commands: which ones, goes by its name."""
    part = GROWING[request.param]
    first = crc32(request.param.encode())
    count = len(part.commands) if request.config.getoption("--thorough") else min(2, len(part.commands))
    return replace(part, commands=(*(part.commands[(first + at) % len(part.commands)] for at in range(count)),))


@pytest.mark.parametrize("part", GROWING, indirect=True)
def test_twice_as_many_take_twice_as_much(part: Growing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No function of any command takes four times as many steps, nor memory, for twice as many of a part."""
    hold(part, tmp_path, monkeypatch)


@pytest.mark.parametrize("form", FORMS)
def test_twice_as_many_findings_take_twice_as_much(form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No form of a report does more for each finding where there are more."""
    hold(replace(GROWING["links"], commands=(form,)), tmp_path, monkeypatch)


def hold(part: Growing, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Assert that nothing grows faster than a part does."""
    many, twice = (dict(works(part, count, folder, monkeypatch)) for count in (part.size, 2 * part.size))
    assert many.keys() == twice.keys()
    for command, work in twice.items():
        assert not grown(many[command].calls, work.calls, CALLS), command
        assert not grown(many[command].taken, work.taken, TAKEN), command
        assert work.memory < MOST * max(MEMORY, many[command].memory), command


def grown(many: Counter[str], twice: Counter[str], spare: int) -> dict[str, tuple[int, int]]:
    """The functions that take too much for twice as many, each with what it takes for many and for twice as many."""
    return {name: (many[name], count) for name, count in twice.items() if count > MOST * many[name] + spare}
