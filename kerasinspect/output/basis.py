"""What a report of ``check`` says of what it judged by: the policy, and the lock that the models were compared with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.output.wording import in_force, not_used

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kerasinspect.checking.findings import CheckReport, Severity


def basis_of(report: CheckReport) -> Iterator[tuple[Severity, str]]:
    """Each sentence about what the models were judged by, with how much it matters."""
    yield "note", in_force(report.policy)
    yield from (("warning", not_used(policy)) for policy in report.passed_over)
    if report.lock is not None:
        yield "note", f"Each model was compared with the lock file {report.lock}."
