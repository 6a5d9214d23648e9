"""What to do about a finding, and what is published about it, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kerasinspect.checking.advisories import Advisory
    from kerasinspect.checking.findings import Finding


def advisory_in_words(advisory: Advisory) -> str:
    """An advisory and where it is mended: ``CVE-2026-1462 (fixed in Keras 3.12.1 and 3.13.2)``."""
    return f"{advisory.cve} (fixed in Keras {' and '.join(advisory.mended)})"


def remedy_in_words(finding: Finding) -> str:
    """What to do about a finding, and what is published about it."""
    advisories = f"See {', '.join(map(advisory_in_words, finding.advisories))}." if finding.advisories else ""
    return " ".join(filter(None, (finding.remedy, advisories)))
