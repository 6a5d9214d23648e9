"""Runs the worker in a process of its own, bounded in time, memory and what it can reach, and brings back its answers.

The worker is a group of processes with a scratch folder as home and working directory and with none of the caller's
environment but what finds libraries. Whatever happens to it, the group is gone and the folder removed at the end.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from kerasinspect.errors import MissingExtra, RequestError
from kerasinspect.platforms import end_group, group_options

if TYPE_CHECKING:
    from collections.abc import Iterator

Json: TypeAlias = "dict[str, Any]"

WORKER = Path(__file__).with_name("worker.py")

KEPT_VARIABLES = (
    "LANG",
    "LD_LIBRARY_PATH",
    "LC_ALL",
    "OPENBLAS_CORETYPE",
    "OPENBLAS_L2_SIZE",
    "PATH",
    "PYTHONPATH",
    "PATHEXT",
    "SYSTEMDRIVE",
    "SYSTEMROOT",
    "TZ",
    "VIRTUAL_ENV",
    "WINDIR",
)
"""What the worker sees of the caller's environment; anything else may be a secret."""

PAUSE = 0.02
"""Seconds between two looks at the worker."""

TAIL = 16_000
"""Bytes of what the worker said that are looked at; its last line is told."""

MEMORY_WORDS = (
    b"memoryerror",
    b"bad_alloc",
    b"cannot allocate memory",
    b"memory allocation",
    b"out of memory",
    b"oom when allocating",
    b"pthread_create failed",
    b"error return without exception set",
)
"""What a process says that was denied memory, whichever part of it asked; the last is what is left of a MemoryError
that an extension module lost."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a worker may take."""

    seconds: float = 300.0
    """For the start and the first model, then for each model."""
    memory: int = 8 << 30
    """Bytes."""


@dataclass(frozen=True, slots=True)
class Task:
    """One model to load and run."""

    path: str
    legacy: bool
    """Whether tf_keras may be tried where Keras 3 refuses."""
    inputs: str | None = None
    """An npz file with inputs; None for made ones."""
    input_names: tuple[tuple[str, int], ...] | None = None
    """The cases of a golden file, each with its number of inputs."""


@dataclass(frozen=True, slots=True)
class Request:
    """What one worker does, and for whom."""

    tasks: tuple[Task, ...]
    python: str = sys.executable
    unsafe: bool = False
    custom_objects: tuple[str, ...] = ()
    bounds: Bounds = field(default_factory=Bounds)


@dataclass(frozen=True, slots=True)
class Answers:
    """What a worker wrote down before it ended, in its folder."""

    folder: Path
    process: Json | None
    """None where it ended before it could say what it is."""
    results: tuple[Json, ...]
    """One for each of the first tasks."""
    ending: str | None
    """How it was killed or crashed; None where it did all it was asked for."""

    def outputs(self, number: int) -> Path:
        """Where the inputs and outputs of one task are."""
        return self.folder / f"outputs_{number}.npz"


@contextmanager
def answers(request: Request) -> Iterator[Answers]:
    """Run a worker; its folder is there as long as the context.

    Raises RequestError where the interpreter cannot be started or the user's own module cannot be imported, and
    MissingExtra where Keras or TensorFlow is not installed.
    """
    with tempfile.TemporaryDirectory(prefix="kerasinspect-", ignore_cleanup_errors=True) as name:
        folder = Path(name).resolve()
        asked = {
            "parent": os.getpid(),
            "memory_limit": request.bounds.memory,
            "unsafe": request.unsafe,
            "custom_objects": request.custom_objects,
            "search_path": [str(Path.cwd())],
            "models": [_task(task) for task in request.tasks],
        }
        (folder / "request.json").write_text(json.dumps(asked), encoding="utf-8")
        ending = _run(request, folder)
        process, results = _read(folder)
        if process is not None:
            _refuse(process, request)
        done = process is not None and len(results) == len(request.tasks)
        yield Answers(folder, process, results, None if done else ending or "It ended without an answer.")


def _task(task: Task) -> Json:
    """A task as the worker reads it."""
    return {
        "path": str(Path(task.path).absolute()),
        "legacy": task.legacy,
        "inputs": task.inputs and str(Path(task.inputs).absolute()),
        "input_names": task.input_names,
    }


def _environment(folder: Path) -> dict[str, str]:
    """The whole environment of a worker."""
    kept = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
    made = {
        "CUDA_VISIBLE_DEVICES": "",
        "HOME": str(folder),
        "KERAS_BACKEND": "tensorflow",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "TEMP": str(folder),
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "TMP": str(folder),
        "TMPDIR": str(folder),
        "USERPROFILE": str(folder),
    }
    return kept | made


def _run(request: Request, folder: Path) -> str | None:
    """Run the worker to its end; say how it ended where that was not by itself."""
    words = folder / "words.txt"
    command = [_interpreter(request.python), str(WORKER), "request.json"]
    with words.open("wb") as stream:
        try:
            process = subprocess.Popen(  # noqa: S603 - the user's interpreter and our own file
                command,
                cwd=folder,
                env=_environment(folder),
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                **group_options(),
            )
        except OSError as error:
            raise RequestError(
                f"The interpreter {request.python} cannot be started: {error.strerror}.",
                "Name the python of an environment that has Keras and TensorFlow.",
            ) from error
        try:
            in_time = _wait(process, folder / "results.jsonl", request.bounds.seconds)
        finally:
            end_group(process)
    if not in_time:
        return f"It was killed after the time limit of {request.bounds.seconds:g} seconds."
    return None if process.returncode == 0 else _ending(process.returncode, words, request.bounds)


def _interpreter(python: str) -> str:
    """Where an interpreter is, as it was named here: the worker runs in another folder."""
    found = shutil.which(python)
    return python if found is None else str(Path(found).absolute())


def _wait(process: subprocess.Popen[bytes], results: Path, seconds: float) -> bool:
    """Wait for the end, as long as every model is done in time; whether it ended."""
    written, deadline = 0, time.monotonic() + seconds
    while process.poll() is None:
        size = results.stat().st_size if results.exists() else 0
        if size != written:
            written, deadline = size, time.monotonic() + seconds
        if time.monotonic() > deadline:
            return False
        time.sleep(PAUSE)
    return True


def _ending(status: int, words: Path, bounds: Bounds) -> str:
    """How a worker ended that did not end well, and the last that it said."""
    with words.open("rb") as stream:
        stream.seek(max(0, words.stat().st_size - TAIL))
        last = stream.read()
    if any(word in last.lower() for word in MEMORY_WORDS):
        return f"It needed more than its memory limit of {bounds.memory / (1 << 30):.3g} GiB."
    said = last.decode("utf-8", "backslashreplace").strip().rpartition("\n")[2]
    after = f" Its last words: {said}" if said else ""
    if status >= 0:
        return f"It ended with status {status}.{after}"
    name = signal.Signals(-status).name if -status in set(signal.Signals) else f"signal {-status}"
    hint = " A system that runs out of memory does that." if name == "SIGKILL" else ""
    return f"It was killed by {name}.{hint}{after}"


def _read(folder: Path) -> tuple[Json | None, tuple[Json, ...]]:
    """The worker's line about itself, then those about models; a line that was cut short does not count."""
    path = folder / "results.jsonl"
    lines = path.read_text(encoding="utf-8").split("\n")[:-1] if path.exists() else []
    rows = [json.loads(line) for line in lines]
    return (rows[0] if rows else None), tuple(rows[1:])


def _refuse(process: Json, request: Request) -> None:
    """Raise where the worker's interpreter lacks what the request needs."""
    if not process["libraries"]:
        why = ", ".join(f"{name}: {said}" for name, said in process["missing"].items())
        if request.python == sys.executable:
            remedy = "Install the extra: pip install 'kerasinspect[tensorflow]'"
        else:
            remedy = f"Install them there: {request.python} -m pip install keras tensorflow"
        raise MissingExtra(
            f"verify needs Keras and TensorFlow, and {request.python} does not have both ({why}).", remedy
        )
    if process["custom_error"]:
        error = process["custom_error"]
        raise RequestError(
            f"The module {error['module']} of --custom-objects cannot be imported: {error['message']}.",
            "Run the command in the folder that holds it, or install it in the interpreter that verify uses.",
        )
