"""``check``: what is wrong with saved models, as findings and an exit status."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kerasinspect.commands.options import (
    ARCHITECTURE,
    MODELS,
    PAGE,
    REPORT_FORMAT,
    REPORT_FORMS,
    as_report_form,
    as_target,
    options,
)

if TYPE_CHECKING:
    from kerasinspect.checking.findings import Severity
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


@click.command()
@options(MODELS, ARCHITECTURE)
@click.option("--select", metavar="RULES", multiple=True, help="Only these: codes, code prefixes (KI1) or names.")
@click.option(
    "--extend-select", metavar="RULES", multiple=True, help="These too, beside what the policy or the default selects."
)
@click.option(
    "--ignore",
    "--extend-ignore",
    "ignore",
    metavar="RULES",
    multiple=True,
    help="Not these, nor those that the policy ignores. RULES may be a list with commas.",
)
@click.option("--against", metavar="LOCK", help="Compare with this lock file, which kerasinspect lock made.")
@click.option(
    "--exact-names", is_flag=True, help="Compare by exact names: dense_2 never stands for the dense of the lock."
)
@click.option("--for-keras", metavar="VERSION", help="Report what this version of Keras, 3.10, refuses of the config.")
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "note"]),
    help="The lowest severity that fails the run (exit status 1). Default: error.",
)
@click.option("--config", metavar="FILE", help="The policy file. Default: the nearest one in this folder or above it.")
@click.option("--no-config", is_flag=True, help="Use no policy file.")
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
def check(
    locations: tuple[str, ...],
    *,
    architecture: str | None,
    select: tuple[str, ...],
    extend_select: tuple[str, ...],
    ignore: tuple[str, ...],
    against: str | None,
    exact_names: bool,
    for_keras: str | None,
    fail_on: Severity | None,
    config: str | None,
    no_config: bool,
    statistics: bool,
    verbose: bool,
    form: ReportForm,
    reports: tuple[tuple[ReportForm, Target], ...],
    output: Target | None,
    limits: tuple[str, ...],
    quiet: bool,
) -> int:
    """Check each MODEL: a file, a folder that is searched for models, or a glob.

    Exit status: 0 passed, 1 a finding of severity --fail-on or above, 2 a wrong request, 3 a file that cannot be read.
    `kerasinspect rules` lists the rules and explains each. --select and --ignore take precedence over the policy: the
    table [tool.kerasinspect] of pyproject.toml, or the file kerasinspect.toml.
    """
    from kerasinspect.checking.policy import Overrides
    from kerasinspect.checking.request import check_models, keras_version, open_lock, open_policy, policy_here
    from kerasinspect.commands.emitting import emit_report, say
    from kerasinspect.formats.locating.locations import find_models
    from kerasinspect.limits import DEFAULT, with_limits
    from kerasinspect.output.wording import not_used
    from kerasinspect.writing import require_apart, require_replaceable

    if config and no_config:
        raise click.UsageError("--config and --no-config contradict each other.")
    allowed = with_limits(DEFAULT, limits)
    files = find_models(locations, allowed)
    policy = open_policy(config) if config or no_config else policy_here(locations)
    read = (*(location.path for location in files), policy.source, against, architecture)
    outputs = (output, *(target for _, target in reports))
    require_apart(outputs)
    for written in outputs:
        require_replaceable(written, *read)
    if not quiet:
        say("note", map(not_used, policy.passed_over))
    asked = Overrides(
        _names(select), _names(extend_select), _names(ignore), fail_on, exact_names, keras_version(for_keras)
    )
    policy = policy.overridden(asked)
    contract = open_lock(against)
    report = check_models(files, policy, contract, allowed, architecture)
    try:
        for kind, target in reports:
            emit_report(report, kind, target, read, statistics=statistics, quiet=quiet, verbose=verbose)
    finally:  # the findings are printed even where a file cannot be written
        emit_report(report, form, output, read, statistics=statistics, quiet=quiet, verbose=verbose)
    return report.exit_status


def _names(lists: tuple[str, ...]) -> tuple[str, ...]:
    """The names in comma-separated lists."""
    return tuple(name.strip() for part in lists for name in part.split(",") if name.strip())
