"""A tour of an installed kerasinspect, for an environment that has nothing else: no pytest, and none of its sources.

``python -I tests/distribution/tour.py SOURCES [EXTRA ...]`` runs with the installed command what the README shows, and
compares every character; then some lines more, of each kind of file, and what needs an extra, which has to work where
that is installed and to name it where it is not. SOURCES is the folder of an unpacked sdist. It imports nothing but
Python and kerasinspect.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import sysconfig
import tempfile
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import kerasinspect

if TYPE_CHECKING:
    from collections.abc import Iterator

SAMPLE = "sample_models/question_network.keras"
ORBAX = "tests/data/checkpoints/keras-3.15.1-orbax-tensorflow/rnn_orbax"
LINES = {
    "--help": 0,
    "--version": 0,
    f"show {SAMPLE} --heatmap --stats": 0,
    f"list {SAMPLE} sample_models/question_network.h5 --hash --spark": 0,
    f"stats {SAMPLE} --format csv": 0,
    f"summary {SAMPLE} --format markdown": 0,
    f"graph {SAMPLE} -o OUT/network.dot": 0,
    "series sample_models/small_cnn.keras sample_models/small_cnn_tuned.keras": 0,
    f"lock {SAMPLE} -o OUT/lock.json": 0,
    f"check {SAMPLE} --against OUT/lock.json --report sarif=OUT/found.sarif --report junit=OUT/found.xml": 0,
    "check sample_models --jobs 2 --log OUT/log.jsonl": 1,
    "tally OUT/log.jsonl": 0,
    f"export {SAMPLE} -o OUT/weights.npz": 0,
    f"export {SAMPLE} -o OUT/weights.csv": 0,
    f"export {SAMPLE} -o OUT/weights.json": 0,
    f"export {SAMPLE} --layer dense --weight kernel -o OUT/kernel.npy": 0,
    "rules KI101": 0,
    "completion bash": 0,
    "show sample_models/none.keras": 3,
    "show --no-such-option": 2,
}
"""Command lines, and how they end; OUT is a folder that is thrown away."""
OF_EXTRAS = {
    "dask": f"check {SAMPLE} --dask local",
    "orbax": f"list {ORBAX}",
    "parquet": "tally OUT/log.jsonl -o OUT/tally.parquet",
    "remote": f"list ADDRESS/{SAMPLE}",
    "report": f"report {SAMPLE} -o OUT/page.html",
    "safetensors": f"export {SAMPLE} -o OUT/weights.safetensors",
    "tensorflow": f"verify {SAMPLE}",
}
"""Command lines that need an extra; ADDRESS is that of a server of the sources."""
IN_PYTHON = {"pandas": "frame", "xarray": "xarray"}
"""Methods of a weight that need an extra."""
WRITTEN_BY_PYTHON = frozenset({"orbax"}) if sys.version_info >= (3, 14) else frozenset[str]()
"""Extras that this Python does without."""
BROUGHT = {"dask": {"report"}, "xarray": {"pandas"}}
"""Extras whose packages come with those of another one."""


class Quiet(SimpleHTTPRequestHandler):
    """Serves files and says nothing of it."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Tour:
    """What was found on the way."""

    def __init__(self, sources: Path, out: Path, address: str) -> None:
        """Start in a folder of sources, with a folder to write into and an address where the sources are served."""
        self.sources = sources
        self.out = out
        self.address = address
        self.faults: list[str] = []
        self.steps = 0

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a program among the sources, in a pipe, with nothing in the environment that changes pages."""
        self.steps += 1
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COLUMNS"))}
        without = {"NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "PAGER"}
        environment = {name: value for name, value in kept.items() if name not in without} | {"PYTHONUTF8": "1"}
        return subprocess.run(
            [*words],
            cwd=self.sources,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )

    def command(self, line: str) -> subprocess.CompletedProcess[str]:
        """Run the installed command."""
        script = Path(sysconfig.get_path("scripts"), "kerasinspect.exe" if os.name == "nt" else "kerasinspect")
        words = shlex.split(line)
        places = {"OUT": str(self.out), "ADDRESS": self.address}
        return self.run(str(script), *(re.sub("OUT|ADDRESS", lambda found: places[found[0]], word) for word in words))

    def hold(self, what: str, done: subprocess.CompletedProcess[str], *, is_right: bool) -> None:
        """Note what ended otherwise than it should."""
        if not is_right:
            self.faults.append(f"{what}\n  ended with {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")

    def installed(self) -> None:
        """The package is the installed one, with its manual and its licence, and nothing of its tests."""
        if not Path(kerasinspect.__file__).is_relative_to(sys.prefix):
            self.faults.append(f"{kerasinspect.__file__} is not installed")
        files = [str(file) for file in metadata.files("kerasinspect") or ()]
        self.faults += [
            f"{name} is not installed"
            for name in ("share/man/man1/kerasinspect.1", "licenses/LICENSE", "schemas/list-1.json", "py.typed")
            if not any(Path(file).as_posix().endswith(name) for file in files)
        ]
        self.faults += [f"{file} is installed" for file in files if Path(file).parts[0] == "tests"]
        done = self.run(sys.executable, "-I", "-m", "kerasinspect", "--version")
        said = f"kerasinspect {metadata.version('kerasinspect')}\n"
        self.hold("python -m kerasinspect --version", done, is_right=done.stdout == said)

    def readme(self) -> None:
        """Each command prints what the README shows, where a line of dots stands for what is left out."""
        text = (self.sources / "README.md").read_text(encoding="utf-8")
        for block in re.findall(r"^```console\n\$ kerasinspect (.*?)^```$", text, flags=re.DOTALL | re.MULTILINE):
            line, _, expected = block.partition("\n")
            done = self.command(line)
            parts = map(re.escape, re.split(r"^\.\.\.\n", expected, flags=re.MULTILINE))
            self.hold(line, done, is_right=re.fullmatch("(?:.*\n)*".join(parts), done.stdout) is not None)
        for code in re.findall(r"^```python\n(.*?)^```$", text, flags=re.DOTALL | re.MULTILINE):
            done = self.run(sys.executable, "-I", "-X", "utf8", "-c", code)
            self.hold(code, done, is_right=done.returncode == 0)

    def lines(self) -> None:
        """Other commands and options, and every sample."""
        models = sorted((self.sources / "sample_models").iterdir())
        samples = {f"show sample_models/{path.name}": 0 for path in models if path.suffix in {".keras", ".h5"}}
        for line, status in (LINES | samples).items():
            done = self.command(line)
            self.hold(line, done, is_right=done.returncode == status and "Traceback" not in done.stderr)

    def extras(self, installed: set[str]) -> None:
        """What needs an extra works with it, and names it without."""
        there = installed.union(WRITTEN_BY_PYTHON, *(BROUGHT.get(name, ()) for name in installed))
        for name, line in OF_EXTRAS.items():
            self.one_extra(name, line, self.command(line), is_there=name in there)
        for name, method in IN_PYTHON.items():
            code = f"from kerasinspect import open_model\nprint(open_model({SAMPLE!r})['dense/kernel'].{method}())"
            done = self.run(sys.executable, "-I", "-c", code)
            self.one_extra(name, code, done, is_there=name in there)

    def one_extra(self, name: str, line: str, done: subprocess.CompletedProcess[str], *, is_there: bool) -> None:
        """One of these."""
        is_named = f"kerasinspect[{name}]" in done.stderr
        self.hold(line, done, is_right=done.returncode == 0 if is_there else bool(done.returncode) and is_named)


def stops(sources: Path, extras: set[str]) -> Iterator[str]:
    """What was wrong on the whole tour, and at the end how long that was."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(sources)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as out:
        tour = Tour(sources, Path(out), f"http://127.0.0.1:{server.server_port}")
        tour.installed()
        tour.readme()
        tour.lines()
        tour.extras(extras)
    server.shutdown()
    yield from tour.faults
    yield f"{tour.steps} commands, {len(tour.faults)} faults"


if __name__ == "__main__":
    *found, last = stops(Path(sys.argv[1]).resolve(), {*sys.argv[2:]})
    sys.stdout.write("\n".join([*found, last]) + "\n")
    raise SystemExit(1 if found else 0)
