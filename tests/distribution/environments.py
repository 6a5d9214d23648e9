"""Virtual environments that hold a built wheel, and nothing that was not asked for."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from email.parser import Parser
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

SIZES = """
import json
from importlib.metadata import distributions
found = {}
for one in distributions():
    files = [one.locate_file(file) for file in one.files or ()]
    found[one.metadata["Name"]] = one.version, sum(file.stat().st_size for file in files if file.is_file())
print(json.dumps(found))
"""
"""A program that tells the version and the bytes of each package that is installed beside it."""


def wheel_in(folder: Path) -> Path:
    """The one wheel of a folder."""
    (wheel,) = folder.glob("kerasinspect-*.whl")
    return wheel.resolve()


def requirements(wheel: Path, extra: str = "") -> list[str]:
    """What a wheel requires for itself, or what an extra of it adds: each with the lowest version."""
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        lines = Parser().parsestr(archive.read(name).decode()).get_all("Requires-Dist", [])
    named = ((line, re.search(r"""extra == ['"](.+?)['"]""", line)) for line in lines)
    return [line.partition(";")[0].strip() for line, of in named if (of.group(1) if of else "") == extra]


def lowest(wheel: Path, extra: str = "") -> list[str]:
    """The same as constraints that allow nothing newer; what an extra says again, it says of a newer version."""
    wanted = requirements(wheel) + (requirements(wheel, extra) if extra else [])
    by_name = {requirement.partition(">=")[0]: requirement for requirement in wanted}
    return [requirement.replace(">=", "==") for requirement in by_name.values()]


class NotInstalled(SystemExit):
    """What said so when an environment could not be made or filled; ends a program that does not catch it."""


@dataclass(frozen=True)
class Environment:
    """A virtual environment, in which no pip is."""

    folder: Path
    base: str = sys.executable
    """The interpreter that it is made with, and whose pip installs into it."""

    @property
    def python(self) -> str:
        """The interpreter in it."""
        return str(self.folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python"))

    def make(self) -> None:
        """Make it, empty; raises NotInstalled where that fails."""
        run(self.base, "-I", "-m", "venv", "--clear", "--without-pip", str(self.folder))

    def install(self, *what: str, constraints: list[str] | None = None) -> None:
        """Install packages, none of which is newer than its constraint or built here; raises NotInstalled."""
        command = [self.base, "-m", "pip", "--python", self.python, "install", "--quiet", *what]
        command += ["--disable-pip-version-check", "--no-warn-script-location", "--only-binary", ":all:"]
        if constraints is not None:
            path = self.folder / "constraints.txt"
            path.write_text("\n".join(constraints), encoding="utf-8")
            command += ["--constraint", str(path)]
        run(*command)

    def sizes(self) -> dict[str, tuple[str, int]]:
        """The version of each package in it, and its bytes on the disk, compiled modules among them."""
        command = [self.python, "-I", "-c", SIZES]
        found = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
        return {name: (version, size) for name, (version, size) in found.items()}


def run(*command: str) -> None:
    """Run a program; raises NotInstalled with what it said where it fails."""
    done = subprocess.run(command, check=False, capture_output=True, encoding="utf-8")
    if done.returncode:
        raise NotInstalled(f"{' '.join(command)}\n{done.stdout}{done.stderr}")
