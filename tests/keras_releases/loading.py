"""Loads models with one Keras release, each in a process of its own: a program of its own, which prints JSON.

``python loading.py FOLDER SECONDS``: the folder is what ``pip install --no-deps --target FOLDER keras==VERSION`` made,
and it is run with an environment that has TensorFlow. The paths of the models come on standard input, one a line; for
each it prints where ``load_model`` ended. Keras is imported once, and each load happens in a fork, which may use so
many seconds of a processor: some releases never end with some graphs, and a busy machine must not look like one.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import tempfile
import traceback
from pathlib import Path

assert sys.platform != "win32", "it needs forks"

WEIGHTS = frozenset({"_load_state", "_load_container_state", "load_weights_from_hdf5_group", "load_own_variables"})
"""Functions of Keras that run only when the config was taken."""
CONFIG = frozenset(
    {
        *("deserialize_keras_object", "model_from_config", "_model_from_config", "compile_from_config"),
        *("compile_args_from_training_config", "from_config"),
    }
)
"""Functions of Keras that make objects from a config."""
HDF5 = b"\x89HDF\r\n\x1a\n"
PATIENCE = 20
"""How many times as long as its processor a load may take by the clock, on a machine that has other work."""


def main(folder: str, seconds: int) -> None:
    """Print the release, then a line for each model."""
    sys.path.insert(0, folder)
    import keras

    tell({"version": keras.__version__})
    for line in sys.stdin:
        path = line.rstrip("\n")
        end, said = end_of(path, seconds)
        tell({"path": path, "end": end, "said": said})


def tell(line: dict[str, str]) -> None:
    """Print a line at once: the next model may be the last."""
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def end_of(path: str, seconds: int) -> tuple[str, str]:
    """Where loading a model ended, and what Keras said of it."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        signal.alarm(seconds * PATIENCE)
        os.write(writing, json.dumps(loaded(path)).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as answer:
        text = answer.read()
    status = os.waitpid(child, 0)[1]
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        hangs = number in {signal.SIGXCPU, signal.SIGALRM, signal.SIGKILL}
        return ("hangs" if hangs else "crashes"), signal.Signals(number).name
    end, said = json.loads(text)
    return end, said


def loaded(path: str) -> tuple[str, str]:
    """Load a model as it is named, HDF5 under a name that says so: whether Keras takes the config is the question."""
    import keras

    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    with tempfile.TemporaryDirectory() as folder:
        if Path(path).is_file() and Path(path).read_bytes()[:8] == HDF5:
            link = Path(folder, "model.h5")
            link.symlink_to(Path(path).resolve())
            path = str(link)
        try:
            keras.saving.load_model(path)
        except Exception as error:  # noqa: BLE001 - a loader raises anything
            return phase(error), f"{type(error).__name__}: {str(error)[:600]}"
    return "ok", ""


def phase(error: Exception) -> str:
    """What Keras was at when it raised: the weights, the config, or something before both."""
    names = {frame.name for frame in traceback.extract_tb(error.__traceback__) if "keras" in frame.filename}
    if names & WEIGHTS:
        return "weights"
    return "config" if names & CONFIG else "other"


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
