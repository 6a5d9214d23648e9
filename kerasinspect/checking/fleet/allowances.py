"""Findings that a policy allows in files of certain bytes, which were looked at, up to a day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.containers.sources import STANDARD_INPUT, is_address, is_folder, open_source
from kerasinspect.errors import UnreadableFile

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from kerasinspect.checking.findings import Allowance
    from kerasinspect.checking.reports import ModelReport


def unexpired(allowances: Iterable[Allowance]) -> tuple[Allowance, ...]:
    """Those of some allowances that hold today."""
    return tuple(one for one in allowances if _holds(one))


def expired_ones(allowances: Iterable[Allowance]) -> tuple[Allowance, ...]:
    """Those of some allowances that held until a day before today."""
    return tuple(one for one in allowances if not _holds(one))


def _holds(allowance: Allowance) -> bool:
    """Whether its last day is not over."""
    return allowance.expires is None or _today() <= allowance.expires


def _today() -> date:
    """The day that it is here."""
    from datetime import date  # noqa: PLC0415 - few policies allow anything

    return date.today()  # noqa: DTZ011 - a day in a policy is one of whoever wrote it


def allowed(report: ModelReport, allowances: Sequence[Allowance]) -> ModelReport:
    """A report without the findings that are allowed in a file of these bytes, which is read for its SHA-256.

    A model that is a folder, an address or standard input has no such digest, and nothing is allowed in it.
    """
    if not report.findings or not allowances:
        return report
    digest = _sha256(report.location)
    meant = {code: one.reason for one in reversed(allowances) if one.sha256 == digest for code in one.codes}
    return report.without({one: meant[one.code] for one in report.findings if one.code in meant})


def _sha256(location: str) -> str | None:
    """The digest of a file's bytes; None where there is none."""
    if location == STANDARD_INPUT or is_address(location) or is_folder(location):
        return None
    from hashlib import sha256  # noqa: PLC0415 - few policies allow anything

    digest = sha256()
    try:
        source = open_source(location)
        try:
            for block in source.blocks(0, source.size):
                digest.update(block)
        finally:
            source.close()
    except UnreadableFile:
        return None
    return digest.hexdigest()
