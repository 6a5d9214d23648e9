"""Measures what of all that Keras refuses ``check`` finds: ``python -m tests.measure_shapes WORK --keras PYTHON...``.

Each PYTHON has a Keras (``tf_keras=PYTHON`` chooses tf-keras). It makes small models, each is changed in every way of
``tests.makers.shapes.edits``, that Keras loads every file, and ``check`` is asked. Printed is for each kind of change
how often Keras refuses, and how many of these are errors to ``check``; how often it loads the same numbers, and how
many of these are errors all the same; and how often it loads other numbers, and how many of these ``check`` says
nothing of.
With ``--record FOLDER MODEL...`` it also copies models, and writes what that Keras makes of some changes to each.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kerasinspect.checking.asking import check_file
from kerasinspect.checking.rule_names import active_rules
from tests.makers.shapes.edits import edits_of
from tests.places import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kerasinspect.checking.rule import ActiveRule

Json = dict[str, Any]

RULES = ("KI2", "KI412", "KI413")
AMBIGUOUS = frozenset({"layer listed twice in the config", "weight listed twice"})
"""Changes that one Keras refuses and another one passes over, so that an error is right for both."""
MOST_RECORDED = 3
"""Changes of one kind to one model that are recorded."""
COLUMNS = ("refused", "found", "same", "false", "other", "silent")


@dataclass(frozen=True, slots=True)
class Case:
    """A changed file, what Keras makes of it, and what ``check`` says."""

    path: Path
    kind: str
    where: str
    outcome: str
    """Keras refuses it, or loads the same numbers as before, or others."""
    said: str
    severities: tuple[str, ...]
    messages: tuple[str, ...]

    @property
    def counts(self) -> Counter[str]:
        """Where it stands in the table."""
        is_error = "error" in self.severities
        is_missed = not is_error if self.outcome == "refused" else not self.severities
        is_false = is_error and self.kind not in AMBIGUOUS
        verdicts = {"refused": "found" if is_error else "", "same": "false" if is_false else ""}
        verdict = verdicts.get(self.outcome, "silent" if is_missed else "")
        return Counter({self.outcome: 1, **({verdict: 1} if verdict else {})})

    @property
    def is_fault(self) -> bool:
        """Whether ``check`` is silent where it must not be, or calls an error what is none."""
        return bool(self.counts["false"] or self.counts["silent"] or self.counts["refused"] > self.counts["found"])


def ask(command: str, module: str, *arguments: str) -> str:
    """What a module of ours prints in an environment with a Keras."""
    library, _, python = command.rpartition("=")
    quiet = {"CUDA_VISIBLE_DEVICES": "", "TF_CPP_MIN_LOG_LEVEL": "3", "KERAS_LIBRARY": library or "keras"}
    done = subprocess.run(
        [python, "-m", module, *arguments], cwd=ROOT, env=os.environ | quiet, capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()[-1] if done.stdout else ""


def answers(command: str, folder: Path) -> Json:
    """What a Keras says of every file in a folder."""
    found: Json = json.loads(ask(command, "tests.oracles.loading", str(folder)))
    return found


def written(source: Path, folder: Path, options: argparse.Namespace) -> Iterator[tuple[str, Json]]:
    """The changes that are made to a model, by the name of the file."""
    for number, edit in enumerate(edits_of(source)):
        if number % options.every == options.offset % options.every and options.kind in edit.kind:
            name = f"{source.stem}-{number}{source.suffix}"
            (folder / name).write_bytes(edit.applied(source))
            yield name, {"source": source.name, "kind": edit.kind, "where": edit.where}


def truth_of(folder: Path, command: str, options: argparse.Namespace) -> Json:
    """What one Keras makes of every changed file, made and loaded where that was not done before."""
    known = folder / "truth.json"
    if known.exists():
        return dict(json.loads(known.read_text("utf-8")))
    ask(command, "tests.makers.shapes.making", str(folder), *options.model)
    whole = {name: answer for name, answer in answers(command, folder).items() if "weights" in answer}
    truth = {name: {"source": name, "kind": "unchanged", "where": "", "outcome": "same", "said": ""} for name in whole}
    changed = {name: edit for source in whole for name, edit in written(folder / source, folder, options)}
    found = answers(command, folder)
    for name, edit in changed.items():
        truth[name] = {**edit, "outcome": outcome(edit, found[name], whole), "said": found[name].get("refused", "")}
    known.write_text(json.dumps(truth, indent=1), "utf-8")
    return truth


def outcome(edit: Json, answer: Json, whole: Json) -> str:
    """Whether Keras refuses a changed file, or loads the numbers that it loaded before, or others."""
    if "refused" in answer:
        return "refused"
    return "same" if answer == whole[edit["source"]] else "other"


def checked(path: Path, rules: Sequence[ActiveRule]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The severities of what is said about a file, and the sentences; a file that cannot be read is an error."""
    report = check_file(str(path), rules)
    if report.error:
        return ("error",), (report.error,)
    serious = [one for one in report.findings if one.severity != "note"]
    return tuple(one.severity for one in serious), tuple(f"{one.code} {one.where}: {one.message}" for one in serious)


def cases(folder: Path, command: str, options: argparse.Namespace) -> Iterator[Case]:
    """Every changed file of one Keras."""
    rules = active_rules([*RULES])
    for name, known in truth_of(folder, command, options).items():
        if options.kind in known["kind"]:
            said = checked(folder / name, rules)
            yield Case(folder / name, known["kind"], known["where"], known["outcome"], known["said"], *said)


def record(target: Path, work: Path, models: Sequence[str]) -> None:
    """Copy models, and write what their Keras makes of a few changes of each kind."""
    answers: list[Json] = []
    for model in models:
        number, _, source = model.partition("/")
        name = f"{number}.{source}"
        shutil.copy(work / model, target / name)
        truth = json.loads((work / number / "truth.json").read_text("utf-8"))
        taken: Counter[str] = Counter()
        for known in truth.values():
            if known["source"] == source and taken[known["kind"]] < MOST_RECORDED:
                taken[known["kind"]] += 1
                answers.append({"file": name, **{key: known[key] for key in ("kind", "where", "outcome")}})
    (target / "truth.json").write_text(json.dumps(answers, indent=1) + "\n", "utf-8")


def report(found: list[Case]) -> Iterator[str]:
    """The table, and every fault."""
    table: dict[str, Counter[str]] = {}
    for case in found:
        table.setdefault(case.kind, Counter()).update(case.counts)
    for case in found:
        if case.is_fault:
            said, path = "; ".join(case.messages) or "nothing", f"{case.path.parent.name}/{case.path.name}"
            yield f"{path} {case.kind}, {case.where}: {case.outcome} ({case.said}), check says {said}"
    yield f"{'kind':34}" + " ".join(f"{name:>8}" for name in COLUMNS)
    total: Counter[str] = Counter()
    for kind, counts in sorted(table.items()):
        total += counts
        yield f"{kind:34}" + " ".join(f"{counts[name]:8}" for name in COLUMNS)
    share = total["found"] / max(1, total["refused"])
    yield json.dumps({**{name: total[name] for name in COLUMNS}, "found share": round(share, 4)})


def main() -> None:
    """Make, change, load and check."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path, help="an empty folder, or that of an earlier run")
    parser.add_argument("--keras", nargs="+", required=True, metavar="PYTHON")
    parser.add_argument("--every", type=int, default=1, help="take only every so manyth change")
    parser.add_argument("--offset", type=int, default=0, help="begin with this one")
    parser.add_argument("--model", nargs="*", default=[], help="only these models")
    parser.add_argument("--kind", default="", help="only changes whose kind has this in its name")
    parser.add_argument("--record", nargs="+", default=[], metavar="FOLDER MODEL", help="as said above: 0/twins.keras")
    options = parser.parse_args()
    folders = [options.work / str(number) for number, _ in enumerate(options.keras)]
    pairs = zip(folders, options.keras, strict=True)
    found = [case for folder, command in pairs for case in cases(folder, command, options)]
    if options.record:
        record(Path(options.record[0]), options.work, options.record[1:])
    for line in report(found):
        sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main()
