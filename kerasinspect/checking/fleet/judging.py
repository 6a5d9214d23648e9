"""One question about many files: asked here or in several processes, and only of files that are not known yet."""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeAlias

from kerasinspect.checking.asking import check_file
from kerasinspect.checking.contracts.contract import Contract
from kerasinspect.checking.contracts.lock_folders import LockFolder
from kerasinspect.checking.fleet.allowances import allowed
from kerasinspect.checking.policy import Waivers
from kerasinspect.checking.reports import ModelReport
from kerasinspect.errors import MissingExtra
from kerasinspect.late.dataclasses import dataclass
from kerasinspect.limits import DEFAULT, Limits
from kerasinspect.platforms import usable_processors
from kerasinspect.progress import in_turn
from kerasinspect.progress.processes import death, in_processes, processes_for
from kerasinspect.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from kerasinspect.checking.findings import Allowance
    from kerasinspect.checking.fleet.stamps import Stamps
    from kerasinspect.checking.policy import Policy
    from kerasinspect.checking.rule import ActiveRule
    from kerasinspect.formats.locating.folder_search import Location


class _Ledger(Protocol):
    """What keeps reports from one run to the next."""

    def has(self, location: str, stamp: str) -> bool:
        """Whether there is a report about a file as it is now."""

    def report(self, location: str, stamp: str) -> ModelReport | None:
        """That report; None where it cannot be read."""

    def keep(self, report: ModelReport, stamp: str) -> None:
        """Keep one more."""


Answers: TypeAlias = "Callable[[Question, Sequence[Location]], Iterator[ModelReport]]"
"""Gives the report about each file, in their order, wherever they are made."""


class Work(NamedTuple):
    """How many files are worked on: in how many processes, or where else, and what keeps the reports."""

    jobs: int | None = None
    """None for as many as are worth their start."""
    cache: str | None = None
    """A folder that keeps the reports on files that can be told to be the same."""
    log: str | None = None
    """A file that gets each report as it comes."""
    answers: Answers | None = None
    """Another place to work at than processes here."""
    told: Callable[[int, int, str], None] | None = None
    """Is told how many files are known, of how many, and from where, before the others are read."""


HERE = Work(1)
"""In this process, and nothing is kept."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of each file; it travels to other processes."""

    policy: Policy
    agreed: Contract | LockFolder | None = None
    """What was agreed about every file, or where there is a lock for each."""
    limits: Limits = DEFAULT
    architecture: str | None = None
    """A file with a config that is joined to weights alone."""
    allowances: tuple[Allowance, ...] = ()
    """Those of the policy that have not expired."""

    @property
    def rules(self) -> tuple[ActiveRule, ...]:
        """The rules that are asked; those about a contract too where there is one."""
        return self.policy.rules(with_contract=self.agreed is not None)

    def contract(self, file: Location) -> Contract | None:
        """What was agreed about one file; raises RequestError where its lock is none."""
        agreed = self.agreed
        return agreed if agreed is None or isinstance(agreed, Contract) else agreed.contract(file.path)

    def stamp(self, file: Location, now: Stamps) -> str:
        """What tells that the report on a file still holds: its stamp and its lock; empty where nothing does."""
        stamp = now.of(file.path) or ""
        return f"{stamp} {self.agreed.digest(file.path)}" if stamp and isinstance(self.agreed, LockFolder) else stamp

    @property
    def digest(self) -> str:
        """A digest of all that an answer depends on besides the file: this version, the rules, what they are given."""
        return _digest((__version__, self.parts))

    @property
    def parts(self) -> dict[str, str]:
        """A digest of each thing but the version that an answer depends on, by what people call it."""
        from kerasinspect.containers.sources import read_user_file  # noqa: PLC0415 - few runs keep anything

        joined = b""
        if self.architecture is not None:
            most = self.limits.json_bytes
            joined = read_user_file(self.architecture, most, f"the architecture {self.architecture}")
        asked = {
            "rules or thresholds": self.rules,
            "waivers": [(one.layer, sorted(one.codes), one.reason) for one in self.policy.waivers],
            "allowances": [(one.sha256, sorted(one.codes), one.reason) for one in self.allowances],
            "terms of a lock": self.agreed,
            "limits": self.limits,
            "architecture": joined,
        }
        return {name: _digest(one) for name, one in asked.items()}


def _digest(value: object) -> str:
    """A digest of what a value is."""
    from hashlib import sha256  # noqa: PLC0415 - few runs keep anything

    return sha256(repr(value).encode("utf-8", "backslashreplace")).hexdigest()


def judged(files: Sequence[Location], question: Question, work: Work) -> Iterator[ModelReport]:
    """The report about each file, in order; those that are still what they were are not read where one is kept.

    Raises RequestError for a cache or a log that cannot be used, and where the architecture is of another model.
    """
    if work.cache is None and work.log is None:
        answers = _answers(files, question, work, several=len(files) > 1)
        yield from (next(answers) for _ in in_turn(files))
        return
    from kerasinspect.checking.fleet.log import Head, open_log  # noqa: PLC0415 - few runs keep anything
    from kerasinspect.checking.fleet.store import open_store  # noqa: PLC0415 - as above

    with ExitStack() as opened:
        digest = question.digest
        log = None if work.log is None else opened.enter_context(open_log(work.log, Head(digest, question.parts)))
        cache = None if work.cache is None else opened.enter_context(open_store(work.cache, digest))
        yield from _judged_once(files, question, work, log, cache)


def _judged_once(
    files: Sequence[Location], question: Question, work: Work, log: _Ledger | None, cache: _Ledger | None
) -> Iterator[ModelReport]:
    """The report about each file, of which those that are kept are not made again."""
    from kerasinspect.checking.fleet.stamps import Stamps  # noqa: PLC0415 - few runs keep anything

    now, codes = Stamps(), frozenset(one.rule.code for one in question.rules)
    stamps = {file: "" if file.error else question.stamp(file, now) for file in files}
    stamped = {file: stamp for file, stamp in stamps.items() if stamp}  # nobody knows whether another is the same
    in_log = {file for file, stamp in stamped.items() if log is not None and log.has(file.path, stamp)}
    in_cache = {
        file
        for file, stamp in stamped.items()
        if cache is not None and file not in in_log and cache.has(file.path, stamp)
    }
    for known, source in ((in_log, work.log), (in_cache, work.cache)):
        if work.told is not None and known and source is not None:
            work.told(len(known), len(stamps), source)
    kept = in_log | in_cache
    asked = [file for file in files if file not in kept]
    answers = _answers(asked, question, work, several=len(files) > 1)
    for file in in_turn(files):
        stamp, report = stamps[file], None
        if file in in_log and log is not None:
            report = log.report(file.path, stamp)
        elif file in in_cache and cache is not None:
            report = cache.report(file.path, stamp)
        else:
            report = next(answers)
        if report is None or not _is_answer(report, file, codes):  # it was kept by somebody else
            report = reports_on(question, [file])[0]
        if log is not None and file not in in_log:
            log.keep(report, stamp)
        if cache is not None and stamp and file not in in_cache and report.readable:  # what failed may be mended
            cache.keep(report, stamp)
        yield report


def _is_answer(report: ModelReport, file: Location, codes: frozenset[str]) -> bool:
    """Whether a report is about a file, and has no findings but of rules that are asked."""
    findings = *report.findings, *(one.finding for one in report.ignored)
    return report.location == file.path and all(one.code in codes for one in findings)


def _answers(files: Sequence[Location], question: Question, work: Work, *, several: bool) -> Iterator[ModelReport]:
    """The report about each file, made where the work is to be done."""
    if work.answers is not None:
        return work.answers(question, files)
    jobs = processes_for(len(files), usable_processors(), work.jobs)
    return in_processes(partial(reports_on, question, several=several), files, jobs, lost_report)


def reports_on(question: Question, files: Sequence[Location], *, several: bool = True) -> list[ModelReport]:
    """The reports about some files, one after another.

    Raises MissingExtra where the only file needs one; where there are ``several``, that one cannot be read.
    """
    rules, waivers = question.rules, Waivers(question.policy.waivers)
    found: list[ModelReport] = []
    for file in files:
        try:
            found.append(_report(file, question, rules, waivers))
        except MissingExtra as error:
            if not several:
                raise
            found.append(ModelReport(file.path, error=str(error)))
    return found


def _report(file: Location, question: Question, rules: Sequence[ActiveRule], waivers: Waivers) -> ModelReport:
    """The report about one file."""
    if file.error:
        return ModelReport(file.path, error=file.error)
    report = check_file(
        file.path, rules, question.limits, question.contract(file), waivers.reason, architecture=question.architecture
    )
    return allowed(report, question.allowances)


def lost_report(file: Location) -> ModelReport:
    """What there is to say of a file with which a process died."""
    return ModelReport(file.path, error=death(file.path))
