"""Builds a release from the last commit: an sdist and a wheel, whose bytes depend on that commit and the tools alone.

``python -m tests.distribution.build [--tag v1.2.3] [FOLDER]`` takes the files of the commit out of Git twice, into
folders that differ in what must not matter (their names, the order, times and permissions of files, the umask, the seed
of hashes), and builds both. It leaves with 1 where a byte differs, where the sdist is not what Git has, where the wheel
is not the package, where ``twine`` or ``check-wheel-contents`` finds something, or where the tag is not of the version
in the changelog. The archives are left in the folder, ``dist`` if none is named, and take the place of earlier ones.
"""

from __future__ import annotations

import argparse
import io
import os
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from kerasinspect.version import __version__
from tests.distribution.changelog import newest_section
from tests.places import ROOT

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

STEM = f"kerasinspect-{__version__}"
SDIST, WHEEL = f"{STEM}.tar.gz", f"{STEM}-py3-none-any.whl"
ABOUT = ("METADATA", "RECORD", "WHEEL", "entry_points.txt", "licenses/LICENSE")
"""What a wheel says of itself."""
MANUAL = f"{STEM}.data/data/share/man/man1/kerasinspect.1"


@dataclass(frozen=True)
class Way:
    """What is otherwise on another machine."""

    folder: str
    umask: int
    hash_seed: str
    is_odd: bool
    """Whether files are made in the opposite order, at another time, and for their owner alone."""


WAYS = (Way("plain", 0o022, "0", is_odd=False), Way("another way", 0o077, "1", is_odd=True))
ANOTHER_TIME = 1_000_000_000


def git(*words: str) -> bytes:
    """What Git says of this repository."""
    command = ["git", "-C", str(ROOT), *words]
    return subprocess.run(command, check=True, capture_output=True).stdout


def tracked_files() -> set[str]:
    """The paths of all files of the last commit."""
    return {name for name in git("ls-tree", "-r", "--name-only", "-z", "HEAD").decode().split("\0") if name}


def take_out(folder: Path, way: Way) -> None:
    """Write the files of the last commit into a folder."""
    with tarfile.open(fileobj=io.BytesIO(git("archive", "--format=tar", "HEAD"))) as archive:
        members = [member for member in archive if not member.isdir()]
        archive.extractall(folder, members[::-1] if way.is_odd else members, filter="data")
    if way.is_odd:
        for path in folder.rglob("*"):
            if path.is_file():
                path.chmod(path.stat().st_mode & 0o700)
                os.utime(path, (ANOTHER_TIME, ANOTHER_TIME))


def built(folder: Path, way: Way) -> dict[str, bytes]:
    """The archives of the last commit by name: the sdist, and the wheel that is made of it."""
    take_out(folder / way.folder, way)
    made = folder / f"{way.folder} built"
    moment = git("show", "--no-patch", "--format=%ct", "HEAD").decode().strip()
    environment = {**os.environ, "SOURCE_DATE_EPOCH": moment, "PYTHONHASHSEED": way.hash_seed}
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(made), str(folder / way.folder)]
    done = subprocess.run(
        command, cwd=folder, env=environment, umask=way.umask, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{done.stdout}{done.stderr}")
    return {path.name: path.read_bytes() for path in made.iterdir()}


def differences(first: dict[str, bytes], second: dict[str, bytes]) -> Iterator[str]:
    """Archives that are not the same in both ways."""
    for name in sorted(first.keys() | second.keys()):
        if first.get(name) != second.get(name):
            yield f"{name} depends on something else than the commit"


def sdist_faults(sdist: bytes, tracked: Collection[str]) -> Iterator[str]:
    """What an sdist lacks of a commit, and what it has besides."""
    with tarfile.open(fileobj=io.BytesIO(sdist)) as archive:
        names = {member.name.partition("/")[2] for member in archive}
    for name in sorted({*tracked} - names):
        yield f"the sdist lacks {name}: name it, or its folder, in pyproject.toml"
    for name in sorted(names - {*tracked, "PKG-INFO"}):
        yield f"the sdist has {name}, which Git has not"


def wheel_faults(wheel: bytes, tracked: Collection[str]) -> Iterator[str]:
    """What a wheel lacks of the package, and what it has besides."""
    expected = {name for name in tracked if name.startswith("kerasinspect/")}
    expected |= {MANUAL, *(f"{STEM}.dist-info/{name}" for name in ABOUT)}
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
        names = {*archive.namelist()}
    yield from (f"the wheel lacks {name}" for name in sorted(expected - names))
    yield from (f"the wheel has {name}, which is no part of the package" for name in sorted(names - expected))


def tag_faults(tag: str | None) -> Iterator[str]:
    """What is wrong with a tag, if there is one: it, the version and the changelog say the same."""
    if tag is not None and tag != f"v{__version__}":
        yield f"the tag is {tag}, and the version {__version__}"
    if tag is not None and newest_section() != __version__:
        yield f"the newest section of the changelog is {newest_section()}, and the version {__version__}"


def refused(folder: Path) -> Iterator[str]:
    """What the checks of the index, and of wheels, find in the archives."""
    archives = [str(folder / SDIST), str(folder / WHEEL)]
    for words in (["twine", "check", "--strict", *archives], ["check_wheel_contents", archives[1]]):
        done = subprocess.run([sys.executable, "-m", *words], capture_output=True, text=True, check=False)
        sys.stdout.write(done.stdout)
        if done.returncode:
            yield f"{words[0]} refuses it: {done.stdout}{done.stderr}"


def put(archives: dict[str, bytes], folder: Path) -> None:
    """Write archives into a folder, where none of another version stays beside them."""
    folder.mkdir(parents=True, exist_ok=True)
    for pattern in ("*.tar.gz", "*.whl"):
        for path in folder.glob(pattern):
            path.unlink()
    for name, content in archives.items():
        (folder / name).write_bytes(content)
        sys.stdout.write(f"{sha256(content).hexdigest()}  {name}  {len(content):,} bytes\n")


def main() -> int:
    """Build and judge; gives the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "dist")
    parser.add_argument("--tag", help="the tag that this is the release of")
    asked = parser.parse_args()
    if git("status", "--porcelain"):
        sys.stderr.write("What is not committed is left out.\n")
    with tempfile.TemporaryDirectory() as folder:
        first, second = (built(Path(folder), way) for way in WAYS)
    put(first, asked.folder)
    tracked = tracked_files()
    faults = [
        *differences(first, second),
        *sdist_faults(first[SDIST], tracked),
        *wheel_faults(first[WHEEL], tracked),
        *tag_faults(asked.tag),
        *refused(asked.folder),
    ]
    sys.stderr.writelines(f"{fault}\n" for fault in faults)
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
