"""Installs a built wheel into clean environments, with nothing and with each extra alone, and tries it there.

``python -m tests.distribution.install [--python PATH ...] [--only core ...] [--lowest] [--tour-only] [FOLDER]`` takes
the sdist and the wheel of the folder, ``dist`` if none is named. In each environment it goes on the tour of
``tour.py``, and then runs tests of the sdist against the wheel: the package is taken out of the sources before.
``core`` runs all tests that are quick with pytest alone, ``tools`` also with what tests use besides, an extra its own.
It prints a table, says what failed, and leaves with 1 where something did; what cannot be installed, for which no wheel
may be there yet, has a row as well. ``--lowest`` installs the lowest version that is allowed of each requirement.
"""

from __future__ import annotations

import argparse
import itertools
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.distribution.environments import Environment, NotInstalled, lowest, requirements, wheel_in
from tests.places import ROOT
from tests.tools import TOOLS

ITS_OWN_TESTS = {
    "browse": ("tests/browse",),
    "dask": ("tests/test_dask.py",),
    "orbax": ("tests/formats", "tests/containers/test_ocdbt.py", "tests/real_files/test_versions.py"),
    "pandas": ("tests/test_labelled.py", "tests/test_python_docs.py"),
    "parquet": ("tests/output/test_tally.py",),
    "remote": ("tests/containers/test_remote.py",),
    "report": ("tests/output/reports", "tests/commands/test_report.py"),
    "safetensors": ("tests/exporting",),
    "xarray": ("tests/test_labelled.py", "tests/test_python_docs.py"),
}
"""The tests that an extra has, by its name."""
EVERYTHING = ("tests",)
LARGE = "tensorflow"
"""The extra that is tried only where it is named."""
VARIANTS = ("core", "tools", *ITS_OWN_TESTS)
NOT_INSTALLED = "not installed"
MEGABYTE = 1_000_000


@dataclass
class Tried:
    """What became of the wheel in one environment."""

    variant: str
    python: str
    packages: dict[str, tuple[str, int]] = field(default_factory=dict)
    toured: str = ""
    tested: str = ""
    seconds: float = 0
    failure: str = ""

    def row(self) -> str:
        """A row of a table."""
        size = sum(size for _, size in self.packages.values()) / MEGABYTE
        cells = self.python, self.variant, f"{len(self.packages)}", f"{size:.0f} MB", self.toured, self.tested
        return f"| {' | '.join(cells)} | {self.seconds:.0f} s |\n"


def unpacked(dist: Path, folder: Path) -> Path:
    """The sources of the sdist, without the package: what is imported is the wheel."""
    (sdist,) = dist.glob("kerasinspect-*.tar.gz")
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    sources = folder / sdist.name.removesuffix(".tar.gz")
    shutil.rmtree(sources / "kerasinspect")
    return sources


def toured(environment: Environment, sources: Path, extra: str) -> tuple[str, str]:
    """The last line of a tour, and what failed."""
    command = [environment.python, "-I", str(sources / "tests/distribution/tour.py"), str(sources)]
    command += [extra] if extra else []
    done = subprocess.run(
        command, check=False, capture_output=True, encoding="utf-8", env=os.environ | {"PYTHONUTF8": "1"}
    )
    *_, last = done.stdout.splitlines() or [""]
    return last, f"{done.stdout}{done.stderr}" if done.returncode else ""


def tested(environment: Environment, sources: Path, paths: tuple[str, ...]) -> tuple[str, str]:
    """The counts of a run of tests, and what failed."""
    command = [environment.python, "-m", "pytest", "--fast", "--quiet", "-p", "no:cacheprovider", *paths]
    done = subprocess.run(command, check=False, capture_output=True, encoding="utf-8", cwd=sources)
    counted = re.findall(r"\d+ (?:passed|failed|skipped|errors?)\b", (done.stdout.splitlines() or [""])[-1])
    return ", ".join(counted), f"{done.stdout}{done.stderr}"[-20_000:] if done.returncode else ""


def tried(variant: str, python: str, asked: argparse.Namespace, sources: Path, folder: Path) -> Tried:
    """Install the wheel as a variant has it, and try it."""
    start = time.monotonic()
    version = subprocess.run([python, "-V"], check=True, capture_output=True, text=True).stdout.split()[1]
    one = Tried(variant, version)
    wheel = wheel_in(asked.folder)
    extra = "" if variant in {"core", "tools"} else variant
    constraints = lowest(wheel, extra) if asked.lowest else None
    environment = Environment(folder / "environment", python)
    what = f"kerasinspect[{extra}] @ {wheel.as_uri()}" if extra else str(wheel)
    try:
        environment.make()
        environment.install(what, constraints=constraints)
        one.packages = environment.sizes()
        one.toured, one.failure = toured(environment, sources, extra)
        if not asked.tour_only and variant != LARGE:
            tools = () if variant == "core" else (*TOOLS.values(),)
            environment.install("pytest", *tools, constraints=constraints)
            one.tested, failed = tested(environment, sources, ITS_OWN_TESTS.get(variant, EVERYTHING))
            one.failure += failed
    except NotInstalled as failure:
        one.failure += str(failure)
        one.tested = NOT_INSTALLED
    one.seconds = time.monotonic() - start
    return one


def main() -> int:
    """Try what was asked for; gives the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "dist")
    parser.add_argument("--python", nargs="+", default=[sys.executable], help="interpreters, each with pip")
    parser.add_argument("--only", nargs="+", choices=[*VARIANTS, LARGE], default=VARIANTS, help="variants")
    parser.add_argument("--lowest", action="store_true", help="the lowest versions of what is required")
    parser.add_argument("--tour-only", action="store_true", help="no tests")
    asked = parser.parse_args()
    sys.stdout.write(
        "| Python | installed | packages | on disk | tour | tests | took |\n|---|---|---|---|---|---|---|\n"
    )
    every: list[Tried] = []
    for python, variant in itertools.product(asked.python, asked.only):
        with tempfile.TemporaryDirectory() as folder:
            every.append(tried(variant, python, asked, unpacked(asked.folder, Path(folder)), Path(folder)))
        sys.stdout.write(every[-1].row())
        sys.stdout.flush()
    direct = {"kerasinspect", *(re.split(r"[^\w.-]", one)[0] for one in requirements(wheel_in(asked.folder)))}
    sys.stdout.writelines(sizes_of(one, direct) for one in every if one.variant == "core")
    failed = [one for one in every if one.failure]
    sys.stderr.writelines(f"{one.variant} on {one.python}:\n{one.failure}\n" for one in failed)
    return 1 if failed else 0


def sizes_of(core: Tried, direct: set[str]) -> str:
    """How large each package of an installation without extras is, the largest first."""
    by_size = sorted(core.packages.items(), key=lambda one: -one[1][1])
    lines = (
        f"{size / MEGABYTE:7.1f} MB  {name} {version}{'' if name in direct else ' (required by these)'}\n"
        for name, (version, size) in by_size
    )
    return "\n" + "".join(lines)


if __name__ == "__main__":
    raise SystemExit(main())
