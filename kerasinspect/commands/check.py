"""``check``: what is wrong with saved models, as findings and an exit status."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

import click

from kerasinspect.commands.options import (
    ARCHITECTURE,
    JOBS,
    MODELS,
    PAGE,
    REPORT_FORMAT,
    REPORT_FORMS,
    as_report_form,
    as_target,
    options,
    together,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kerasinspect.checking.fleet.judging import Answers
    from kerasinspect.checking.fleet.running import CheckRun
    from kerasinspect.checking.policy import Overrides, Policy
    from kerasinspect.checking.reports import CheckReport
    from kerasinspect.checking.rule import Severity
    from kerasinspect.commands.options import ReportForm
    from kerasinspect.writing import Target


def _reports(
    context: click.Context, parameter: click.Parameter, texts: tuple[str, ...]
) -> tuple[tuple[ReportForm, Target], ...]:
    """Forms and the files that they are written to, each from ``FORMAT=FILE``."""
    return tuple(_report(context, parameter, text) for text in texts)


def _report(context: click.Context, parameter: click.Parameter, text: str) -> tuple[ReportForm, Target]:
    """A form and the file that it is written to."""
    name, _, path = text.partition("=")
    form = as_report_form(name)
    target = as_target(context, parameter, path or None)
    if form is None or target is None:
        forms = ", ".join(REPORT_FORMS)
        raise click.BadParameter(f"{text!r} is not FORMAT=FILE with one of {forms}.", param_hint="--report")
    return form, target


class _Rules(NamedTuple):
    """Which rules are asked, and what fails the run."""

    select: tuple[str, ...]
    extend_select: tuple[str, ...]
    ignore: tuple[str, ...]
    exact_names: bool
    for_keras: str | None
    fail_on: Severity | None

    @property
    def overrides(self) -> Overrides:
        """What wins over the policy."""
        from kerasinspect.checking.policy import Overrides
        from kerasinspect.checking.request import keras_version

        select, extend_select, ignore = map(_names, (self.select, self.extend_select, self.ignore))
        wanted = keras_version(self.for_keras)
        return Overrides(select, extend_select, ignore, self.fail_on, self.exact_names, wanted)


class _Policies(NamedTuple):
    """Where the policy comes from."""

    config: str | None
    no_config: bool

    def policy(self, locations: Sequence[str]) -> Policy:
        """The policy, before anything is asked for besides."""
        from kerasinspect.checking.request import open_policy, policy_here

        if self.config and self.no_config:
            raise click.UsageError("--config and --no-config contradict each other.")
        return open_policy(self.config) if self.config or self.no_config else policy_here(locations)


class _Fleet(NamedTuple):
    """Where the work is done, and what keeps its results."""

    jobs: int | None
    cache: str | None
    log: str | None
    dask: str | None


class _Written(NamedTuple):
    """What is written where, and how much it says."""

    form: ReportForm
    output: Target | None
    reports: tuple[tuple[ReportForm, Target], ...]
    write_baseline: Target | None
    statistics: bool
    verbose: bool
    quiet: bool

    @property
    def shown(self) -> dict[str, bool]:
        """How much a page says."""
        return {"statistics": self.statistics, "quiet": self.quiet, "verbose": self.verbose}


_RULES = options(
    click.option("--select", metavar="RULES", multiple=True, help="Only these: codes, code prefixes (KI1) or names."),
    click.option(
        "--extend-select",
        metavar="RULES",
        multiple=True,
        help="These too, beside what the policy or the default selects.",
    ),
    click.option(
        "--ignore",
        "--extend-ignore",
        "ignore",
        metavar="RULES",
        multiple=True,
        help="Not these, nor those that the policy ignores. RULES may be a list with commas.",
    ),
    click.option(
        "--exact-names", is_flag=True, help="Compare by exact names: dense_2 never stands for the dense of the lock."
    ),
    click.option(
        "--for-keras", metavar="VERSION", help="Report what this version of Keras, 3.10, refuses of the config."
    ),
    click.option(
        "--fail-on",
        type=click.Choice(["error", "warning", "note"]),
        help="The lowest severity that fails the run (exit status 1). Default: error.",
    ),
    together("rules", _Rules),
)
_FLEET = options(
    JOBS,
    click.option(
        "--cache", metavar="FOLDER", help="Keep what is found here, and read no file again that did not change."
    ),
    click.option(
        "--log", metavar="FILE", help="Write each result here as it comes, and go on where an earlier run ended."
    ),
    click.option(
        "--dask", metavar="ADDRESS", help="Work on a Dask cluster: tcp://HOST:8786, or local for one made here."
    ),
    together("fleet", _Fleet),
)
_POLICIES = options(
    click.option(
        "--config", metavar="FILE", help="The policy file. Default: the nearest one in this folder or above it."
    ),
    click.option("--no-config", is_flag=True, help="Use no policy file."),
    together("policies", _Policies),
)


@click.command()
@options(MODELS, ARCHITECTURE, _RULES)
@click.option("--against", metavar="LOCK", help="Compare with this lock file, which kerasinspect lock made.")
@click.option("--baseline", metavar="FILE", help="Let the findings in this file not count: only new ones do.")
@click.option("--write-baseline", metavar="FILE", callback=as_target, help="Write such a file of what is found now.")
@options(_FLEET, _POLICIES)
@click.option("--statistics", is_flag=True, help="Add the number of findings of each rule.")
@click.option(
    "-v", "--verbose", is_flag=True, help="Add the rules that were skipped, the thresholds and the policy file."
)
@REPORT_FORMAT
@click.option(
    "--report",
    "reports",
    metavar="FORMAT=FILE",
    multiple=True,
    callback=_reports,
    help="Also write the report to this file. May be given several times.",
)
@options(PAGE)
@together("written", _Written)
def check(
    locations: tuple[str, ...],
    *,
    architecture: str | None,
    rules: _Rules,
    against: str | None,
    baseline: str | None,
    fleet: _Fleet,
    policies: _Policies,
    limits: tuple[str, ...],
    written: _Written,
) -> int:
    """Check each MODEL: a file, a folder that is searched for models, or a glob.

    Exit status: 0 passed, 1 a finding of severity --fail-on or above, 2 a wrong request, 3 a file that cannot be read.
    `kerasinspect rules` lists the rules and explains each. --select and --ignore take precedence over the policy: the
    table [tool.kerasinspect] of pyproject.toml, or the file kerasinspect.toml.
    """
    from kerasinspect.checking.fleet.allowances import expired_ones
    from kerasinspect.checking.fleet.baseline import read_baseline
    from kerasinspect.checking.fleet.judging import Work
    from kerasinspect.checking.fleet.running import CheckRun
    from kerasinspect.checking.request import open_lock, question
    from kerasinspect.commands.emitting import say
    from kerasinspect.formats.locating.locations import find_models
    from kerasinspect.limits import DEFAULT, with_limits
    from kerasinspect.output.wording import expired, gone, not_used
    from kerasinspect.writing import require_apart, require_no_part, require_replaceable

    policy = policies.policy(locations)
    allowed = with_limits(DEFAULT, limits)
    files = find_models(locations, allowed)
    models = [location.path for location in files]
    read = (*models, policy.source, against, architecture, fleet.log)
    outputs = (written.output, written.write_baseline, *(target for _, target in written.reports))
    require_apart(outputs)
    for words, path in (("The log", fleet.log), ("The cache", fleet.cache)):
        if path is not None:
            require_no_part(words, path, models)
    for target in outputs:
        require_replaceable(target, *read)
    if not written.quiet:
        say("note", (*map(not_used, policy.passed_over), *map(expired, expired_ones(policy.allowances))))
    asked = question(policy.overridden(rules.overrides), open_lock(against), allowed, architecture)
    known = None if baseline is None else read_baseline(baseline)
    with _cluster(fleet.dask) as answers:
        work = Work(fleet.jobs, fleet.cache, fleet.log, answers, None if written.quiet else _say_known)
        run = CheckRun(files, asked, work, known)
        status = _emit(run, written, read)
    if known is not None and known.gone and not written.quiet:
        say("note", [gone(known.gone, known.path)])
    return status


def _say_known(known: int, files: int, source: str) -> None:
    """Say how much of a run is known from an earlier one."""
    from kerasinspect.commands.emitting import say
    from kerasinspect.output.wording import known_from

    say("note", [known_from(known, files, source)])


@contextmanager
def _cluster(address: str | None) -> Iterator[Answers | None]:
    """What answers on a cluster, if one is asked for."""
    if address is None:
        yield None
        return
    from kerasinspect.integrations.dask import open_cluster

    with open_cluster(address) as cluster:
        yield cluster.answers


def _emit(run: CheckRun, written: _Written, read: Sequence[str | None]) -> int:
    """Write the report in all its forms, the first for standard output, and its findings as a baseline; the status."""
    from kerasinspect.commands.emitting import emit_as_they_come, emit_report

    if written.form == "jsonl" and not written.reports and written.write_baseline is None:
        from kerasinspect.output.documents.check import check_lines

        emit_as_they_come(check_lines(run, run.report), written.output, *read)
        return run.report().exit_status
    report = run.whole()
    if written.write_baseline is not None:
        report = _as_baseline(report, written.write_baseline, read, quiet=written.quiet)
    try:
        for form, target in written.reports:
            emit_report(report, form, target, read, **written.shown)
    finally:  # the findings are printed even where a file cannot be written
        emit_report(report, written.form, written.output, read, **written.shown)
    return report.exit_status


def _as_baseline(report: CheckReport, target: Target, read: Sequence[str | None], *, quiet: bool) -> CheckReport:
    """Write a baseline of all findings; give the report with them known."""
    from kerasinspect.checking.fleet.baseline import Baseline
    from kerasinspect.commands.emitting import emit_document, say_written
    from kerasinspect.late.dataclasses import replace
    from kerasinspect.output.documents.check import baseline_document
    from kerasinspect.output.wording import counted

    known = Baseline(target.path).with_all(report.findings)
    emit_document(baseline_document(known), target, *read)
    say_written(f"Baseline of {counted(len(report.findings), 'finding')}", target, quiet=quiet)
    return replace(report, models=tuple(map(known.applied, report.models)))


def _names(lists: tuple[str, ...]) -> tuple[str, ...]:
    """The names in comma-separated lists."""
    return tuple(name.strip() for part in lists for name in part.split(",") if name.strip())
