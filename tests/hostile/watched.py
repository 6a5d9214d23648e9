"""Runs command lines in children that are watched: what they open and start, their time, memory and end.

Time is that of a machine which nothing slows down: a run that takes long is divided by how slow this one is just then.

``python -m tests.hostile.watched < jobs.jsonl > outcomes.jsonl``. A job is a command, the model's path, and the folder
that the child may read. One without a folder is run by the parent itself, since what it imports must not be left to be
imported in a child.
"""

from __future__ import annotations

import importlib
import io
import os
import resource
import signal
import sys
import tempfile
import time
import traceback
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kerasinspect.commands.cli import run
from tests.hostile.outcomes import Outcome
from tests.hostile.serving import serve

if TYPE_CHECKING:
    from collections.abc import Sequence

assert sys.platform != "win32", "it needs forks"

FORBIDDEN = (
    "compile",
    "ctypes.",
    "exec",
    "import",
    "marshal.",
    "os.exec",
    "os.fork",
    "os.link",
    "os.mkdir",
    "os.posix_spawn",
    "os.putenv",
    "os.remove",
    "os.rename",
    "os.spawn",
    "os.symlink",
    "os.system",
    "os.truncate",
    "pickle.",
    "shutil.",
    "socket.",
    "subprocess.",
    "urllib.",
)
"""Events, or beginnings of events, that a reader of models never causes."""
OF_OUTPUT = {"os.link": 2, "os.remove": 1}
"""What gives a whole file its name, with the number of paths that it is about."""
STREAMS = ("out", "err", "events", "trace")
TEXTS = (".json", ".csv")
LAZY = (
    *("kerasinspect.containers.long_lists", "kerasinspect.containers.zip.crc"),
    *("numpy.ma", "encodings.utf_32_be", "encodings.utf_16", "encodings.cp437"),
)
"""What is imported when it is first needed, by us, numpy and Python, whatever the file says."""
MEMORY, COMPUTING, WAITING = 1 << 30, 60, 120
"""Bytes, seconds of computing and seconds in all that a child may take before it is ended."""
SLOW = 2.0
"""From so many seconds on, a run is held against the pace of the machine."""
PACE = 0.05
"""Seconds that an unhurried machine takes for ``pace``."""


def pace() -> float:
    """Seconds that this machine takes for a fixed amount of computing, just now."""
    started = time.process_time()
    sum(number * number for number in range(1_000_000))
    return time.process_time() - started


def watch(command: Sequence[str], path: str, folder: str) -> Outcome:
    """How one command line ends in a child, what it writes and what it does."""
    with tempfile.TemporaryDirectory() as folder_of_child:
        room = Path(folder_of_child).resolve()
        child = os.fork()
        if not child:
            be_child([command[0], path, *command[1:]], (path, folder, tempfile.gettempdir(), *command[1:]), room)
        _, ending, usage = os.wait4(child, 0)
        seconds = usage.ru_utime + usage.ru_stime
        if seconds > SLOW:
            seconds /= max(1.0, pace() / PACE)
        texts = {path.name: path.read_bytes().decode("utf-8", "backslashreplace") for path in room.iterdir()}
        written = {name: text for name, text in texts.items() if name not in STREAMS}
        return Outcome(
            status=os.WEXITSTATUS(ending) if os.WIFEXITED(ending) else None,
            signal=os.WTERMSIG(ending) if os.WIFSIGNALED(ending) else None,
            seconds=round(seconds, 2),
            mebibytes=usage.ru_maxrss >> 10,
            out=texts.get("out", "") + "".join(map(as_shown, written, written.values())),
            err=texts.get("err", ""),
            events=texts.get("events", "").splitlines(),
            trace=texts.get("trace", ""),
        )


def as_shown(name: str, text: str) -> str:
    """What a child has written to a file, as a person sees it: a text itself, of anything else that it is there."""
    return text if name.endswith(TEXTS) else f"{name} is there"


def be_child(arguments: list[str], allowed: tuple[str, ...], room: Path) -> None:
    """Run the command line under limits, watched, and leave; its working folder is empty but for its own streams."""
    status = 99
    events = (room / "events").open("w", encoding="utf-8", errors="backslashreplace", buffering=1)
    trace = (room / "trace").open("w", encoding="utf-8", errors="backslashreplace")
    for name in ("out", "err"):
        stream = io.TextIOWrapper((room / name).open("wb"), encoding="utf-8", errors="backslashreplace")
        setattr(sys, f"std{name}", stream)

    def hook(event: str, details: tuple[Any, ...]) -> None:
        """Write down what is forbidden."""
        if event == "open" and may_open(details[0], room, *allowed):
            return
        if event in OF_OUTPUT and all(is_in(room, name) for name in details[: OF_OUTPUT[event]]):
            return
        if event == "open" or event.startswith(FORBIDDEN):
            events.write(f"{event} {details!r:.200}\n")

    os.chdir(room)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (COMPUTING, COMPUTING))
    signal.alarm(WAITING)
    sys.addaudithook(hook)
    try:
        status = run(arguments)
        sys.stdout.flush()
        sys.stderr.flush()
    except BaseException:  # noqa: BLE001 - whatever it is, it is what the test is after
        traceback.print_exc(file=trace)
        trace.flush()
    os._exit(status)


def may_open(opened: object, room: Path, path: str, folder: str, temporary: str, *named: str) -> bool:
    """Whether a child may open this: a descriptor, the model, a file beside it, a temporary file without a name.

    Besides what the command names, and files in its own working folder.
    """
    if not isinstance(opened, str | bytes | os.PathLike):
        return True
    text = os.fsdecode(opened)
    return text in {path, folder, temporary, *named} or is_in(Path(folder), text) or is_in(room, text)


def is_in(folder: Path, name: str | bytes | os.PathLike[str]) -> bool:
    """Whether a file lies in a folder."""
    return folder in Path(os.fsdecode(name)).resolve().parents


def answer(job: tuple[Sequence[str], str, str | None]) -> dict[str, Any] | None:
    """The outcome of a job, or nothing for one that the parent runs."""
    command, path, folder = job
    if folder is not None:
        return asdict(watch(command, path, folder))
    quiet = redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO())
    with tempfile.TemporaryDirectory() as room, chdir(room), quiet[0], quiet[1]:
        run([command[0], path, *command[1:]])
    complete_classes()
    return None


def complete_classes() -> None:
    """Let all our dataclasses make their ``__init__``, which they compile when the first object is made."""
    ours = [module for name, module in sys.modules.items() if name.startswith("kerasinspect.")]
    for one in [value for module in ours for value in vars(module).values() if isinstance(value, type)]:
        assert getattr(one, "__init__", None) is not None  # asking for it makes it


def main() -> None:
    """Run all jobs of standard input."""
    for module in LAZY:
        importlib.import_module(module)
    serve(answer)


if __name__ == "__main__":
    main()
