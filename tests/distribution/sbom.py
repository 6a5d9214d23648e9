"""Lists what an installed wheel consists of, as a software bill of materials in the JSON of CycloneDX.

``python -m tests.distribution.sbom [--wheels FOLDER] [FOLDER]`` installs the wheel of ``dist`` into an environment
where nothing else is, and writes what came with it: each package with its version, its licence and what it needs. It
lists the newest versions of this day. The file is left in the folder, ``build`` if none is named, since an index takes
none.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kerasinspect.version import __version__
from tests.distribution.environments import Environment, requirements, wheel_in
from tests.places import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = f"kerasinspect-{__version__}.cdx.json"


def faults(document: Any, names: list[str]) -> Iterator[str]:  # noqa: ANN401 - any JSON
    """What a list lacks: the package that it is of, what that requires by name, and what those need in turn."""
    of = document["metadata"]["component"]
    if (of["name"], of.get("version")) != ("kerasinspect", __version__):
        yield f"it is of {of['name']} {of.get('version')}"
    reached, met = [of["bom-ref"]], set()
    needed = {one["ref"]: one.get("dependsOn", []) for one in document["dependencies"]}
    while reached:
        met.add(ref := reached.pop())
        reached += [one for one in needed.get(ref, []) if one not in met]
    listed = {one["name"]: one for one in document["components"]}
    yield from (f"it lacks {name}" for name in names if name not in listed)
    yield from (f"nothing needs {name}" for name, one in listed.items() if one["bom-ref"] not in met)
    yield from (f"{name} has no version" for name, one in listed.items() if not one.get("version"))


def main() -> int:
    """Make it; gives the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "build")
    parser.add_argument("--wheels", type=Path, default=ROOT / "dist")
    asked = parser.parse_args()
    wheel = wheel_in(asked.wheels)
    asked.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        environment = Environment(Path(folder))
        environment.make()
        environment.install(str(wheel))
        project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
        told = environment.folder / "pyproject.toml"  # which has to say the version itself
        told.write_text(project.replace('dynamic = ["version"]', f'version = "{__version__}"'), encoding="utf-8")
        options = ["--pyproject", str(told), "--mc-type", "application", "--output-reproducible"]
        options += ["--output-format", "JSON", "--output-file", str(asked.folder / NAME), environment.python]
        subprocess.run([sys.executable, "-m", "cyclonedx_py", "environment", *options], check=True)
    document = json.loads((asked.folder / NAME).read_text(encoding="utf-8"))
    names = [re.split(r"[^\w.-]", requirement)[0] for requirement in requirements(wheel)]
    found = [*faults(document, names)]
    sys.stderr.writelines(f"{fault}\n" for fault in found)
    listed = (f"{one['name']} {one['version']}" for one in document["components"])
    sys.stdout.write(f"{NAME}: {', '.join(listed)}\n")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
