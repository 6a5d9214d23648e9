"""What was measured, as it is kept in a file from which the page is written, and written again."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import TYPE_CHECKING, Any

from benchmarks.timing import Run

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Record:
    """What one command took, in every round."""

    model: str
    question: str
    who: str
    runs: tuple[Run, ...]
    modules: int | None = None
    """Modules that Python imports."""
    load: float = 0
    """How many programs wanted a processor before it began."""
    limited: bool | None = None
    """Whether it answers in 400 MB of address space as well."""
    failed: str = ""
    """Why there is no answer."""

    @property
    def seconds(self) -> float:
        """The median by the clock."""
        return median(run.seconds for run in self.runs)

    @property
    def computed(self) -> float:
        """The median of the seconds of processors."""
        return median(run.computed for run in self.runs)

    @property
    def peak(self) -> int:
        """The most memory of any run."""
        return max(run.peak for run in self.runs)

    @property
    def spread(self) -> float:
        """How far the middle half of the runs lie apart, as a share of the median."""
        ordered = sorted(run.seconds for run in self.runs)
        count = len(ordered)
        return (ordered[(3 * count - 1) // 4] - ordered[count // 4]) / self.seconds


@dataclass(frozen=True, slots=True)
class Results:
    """All records, and what else the page says."""

    facts: dict[str, str]
    """The machine, and the versions of all that took part."""
    rounds: int
    curves: dict[str, tuple[int, ...]]
    bytes: dict[str, int] = field(default_factory=dict)
    """The sizes of the files."""
    records: dict[tuple[str, str, str], Record] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    """Sentences on what was left out."""
    is_trial: bool = False
    """Whether only small models were measured, to try the benchmark."""

    def find(self, model: str, question: str, who: str) -> Record | None:
        """A record with an answer."""
        found = self.records.get((model, question, who))
        return found if found and not found.failed else None

    def add(self, record: Record) -> None:
        """Keep a record."""
        self.records[record.model, record.question, record.who] = record

    def keep(self, before: Results) -> None:
        """Take over what was measured before of the same builds on the same machine."""
        if before.facts == self.facts:
            self.records.update(before.records)
            self.bytes.update(before.bytes)

    def save(self, path: Path) -> None:
        """Write everything to a file."""
        kept = asdict(self) | {"records": [asdict(record) for record in self.records.values()]}
        path.write_text(json.dumps(kept, indent=1), encoding="utf-8")


def load(path: Path) -> Results:
    """What ``Results.save`` wrote."""
    kept: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    records = kept.pop("records")
    curves = {kind: tuple(sizes) for kind, sizes in kept.pop("curves").items()}
    results = Results(**kept, curves=curves)
    for record in records:
        results.add(Record(**record | {"runs": tuple(Run(**run) for run in record["runs"])}))
    return results


def quotient(over: Record | None, under: Record | None, of: str = "seconds") -> float | None:
    """The ratio of two medians; None where one of them is missing."""
    return getattr(over, of) / getattr(under, of) if over and under else None
