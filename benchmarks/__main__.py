"""Measures every command beside its peers and another build, and writes ``RESULTS.md``: ``python -m benchmarks``."""

from __future__ import annotations

import argparse
import sys
from contextlib import suppress
from dataclasses import dataclass
from fnmatch import fnmatchcase
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import machine, peers, records
from benchmarks.builds import BEFORE, THIS, FailedCommand, install_other, install_this, pinned
from benchmarks.contests import Field
from benchmarks.measuring import hold
from benchmarks.models import CURVES, KERAS_MODELS, QUICK_CURVES, Shelf, curve_models, other_models
from benchmarks.places import RESULTS, WORK
from benchmarks.records import Results

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.peers import Kitchen


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line asks for."""

    work: Path
    results: Path | None
    runs: int
    keras: str | None
    baseline: str | None
    only: list[str]
    quick: bool
    resume: bool
    prepare: bool
    draw: bool

    @property
    def kept(self) -> Path:
        """The file of what is measured: a trial has a folder of its own."""
        return self.work / ("trial" if self.quick else "") / "results.json"

    @property
    def page(self) -> Path:
        """The page that is written; that of a trial lies beside its figures."""
        return self.results or (self.kept.with_name(RESULTS.name) if self.quick else RESULTS)

    def wants(self, model: str) -> bool:
        """Whether a model of this name is measured."""
        return any(fnmatchcase(model, pattern) for pattern in self.only or ["*"])


def parse(arguments: Sequence[str] | None) -> Options:
    """The options of a command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--work", type=Path, default=WORK, help="Where models, builds and peers are kept.")
    parser.add_argument("--results", type=Path, help="The page that is written.")
    parser.add_argument("--runs", type=int, default=9, help="Rounds of each contest. Default: 9.")
    parser.add_argument("--keras", metavar="PYTHON", help="A Python with Keras and TensorFlow. Default: this one.")
    parser.add_argument("--baseline", metavar="REF", help="A commit whose build takes part as well.")
    parser.add_argument("--only", metavar="GLOB", action="append", default=[], help="Only models of these names.")
    parser.add_argument("--quick", action="store_true", help="Only small models, without peers: a trial.")
    parser.add_argument("--resume", action="store_true", help="Go on with a run of this build that was ended.")
    parser.add_argument("--prepare", action="store_true", help="Measure nothing; make all models, install all else.")
    parser.add_argument("--draw", action="store_true", help="Measure nothing; write the page of the last run again.")
    return Options(**vars(parser.parse_args(arguments)))


def require_extra() -> None:
    """Raise FailedCommand before anything is measured where what makes models and draws plots is not installed."""
    lacking = [name for name in ("h5py", "matplotlib") if find_spec(name) is None]
    if lacking:
        raise FailedCommand(f"There is no {' and no '.join(lacking)} here. Install both: pip install '.[bench]'")


def prepare(options: Options) -> tuple[Field, Results]:
    """Install and make all that takes part, and say what is left out."""
    builds = {THIS: install_this(options.work)}
    missing = []
    if options.baseline:
        builds[BEFORE] = install_other(options.baseline, options.work)
    else:
        missing.append("The build before: no commit was named; say BASELINE=commit.")
    kitchen = peers.Kitchen(None, {})
    if not options.quick:
        kitchen, without = peers.set_up(options.work, keras_of(options.keras))
        missing += without
    shelf, curves = fill_shelf(options, kitchen)
    facts = machine.facts() | {name: build.commit for name, build in builds.items()} | dict(pinned())
    field = Field(shelf, builds, kitchen, curves, options.work / "written.npz")
    facts |= peers.versions_of(kitchen)
    made = Results(facts, options.runs, curves, missing=missing + shelf.missing, is_trial=options.quick)
    return field, made


def keras_of(python: str | None) -> str | None:
    """The Python with Keras: the one that was named, which has to have one, or this one if it has."""
    if python and not peers.has_keras(python):
        raise FailedCommand(f"{python} has no Keras with TensorFlow; install them there, or name another Python.")
    return python or (sys.executable if peers.has_keras(sys.executable) else None)


def fill_shelf(options: Options, kitchen: Kitchen) -> tuple[Shelf, dict[str, tuple[int, ...]]]:
    """Make the models, and tell how large those are that make a curve."""
    shelf = Shelf(options.work / "models")
    curves = QUICK_CURVES if options.quick else CURVES
    plain = [*curve_models(curves), *(() if options.quick else other_models())]
    shelf.make_plain(model for model in plain if options.wants(model.name))
    if kitchen.keras:
        shelf.make_with_keras(kitchen.keras, filter(options.wants, KERAS_MODELS))
    return shelf, curves


def measure(options: Options, field: Field, results: Results) -> None:
    """Hold all contests; each is kept as soon as it is over."""
    if (options.only or options.resume) and options.kept.exists():
        results.keep(records.load(options.kept))
    done = set(results.records) if options.resume else set()
    contests = [one for one in field.contests() if options.wants(one.model)]
    for number, contest in enumerate(contests, 1):
        if (contest.model, contest.question, THIS) in done:
            continue
        print(f"{number} of {len(contests)}:", end=" ", file=sys.stderr)
        for record in hold(contest, field.builds, options.runs, options.work):
            results.add(record)
        if field.shelf.has(contest.model):
            results.bytes[contest.model] = field.shelf.path(contest.model).stat().st_size
        results.save(options.kept)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and write the page."""
    options = parse(arguments)
    try:
        require_extra()
        options.kept.parent.mkdir(parents=True, exist_ok=True)
        if not options.draw:
            field, results = prepare(options)
            if options.prepare:
                print(*results.missing or ["Everything is there."], sep="\n")
                return
            measure(options, field, results)
    except FailedCommand as error:
        raise SystemExit(str(error)) from error
    from benchmarks.report import write  # noqa: PLC0415 - plots take memory, which the system would count of all others

    write(records.load(options.kept), options.page)


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        main()
