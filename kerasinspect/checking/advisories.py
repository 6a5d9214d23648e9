"""Published advisories about Keras that findings are an instance of, and the versions that mended them.

The versions are those whose source has the check, as the tags of github.com/keras-team/keras show; of CVE-2026-0897 the
advisory names 3.12.1 and 3.13.2, in which only the editor of files checks, and no loader.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class Advisory(NamedTuple):
    """One advisory, and where it is mended; ``str`` says both: ``CVE-2025-1550 (fixed in Keras 3.9.0)``."""

    cve: str
    mended: tuple[str, ...]
    """The first version of Keras that refuses such a file, in each line of releases that has one."""

    def __str__(self) -> str:
        """What it is called and where it is mended, for people."""
        return f"{self.cve} (fixed in Keras {' and '.join(self.mended)})"


_MENDED: dict[str, tuple[str, ...]] = {
    "CVE-2024-3660": ("2.13.0",),
    "CVE-2025-1550": ("3.9.0",),
    "CVE-2025-8747": ("3.11.0",),
    "CVE-2025-9906": ("3.11.0",),
    "CVE-2025-12058": ("3.12.0",),
    "CVE-2025-49655": ("3.11.3",),
    "CVE-2026-0897": ("3.12.3", "3.15.0"),
    "CVE-2026-1462": ("3.12.1", "3.13.2"),
    "CVE-2026-1669": ("3.12.1", "3.13.2"),
    "CVE-2026-12479": ("3.12.3", "3.15.0"),
}
"""For the formats of Keras 3 ..."""
_MENDED_IN_LEGACY: dict[str, tuple[str, ...]] = {
    "CVE-2025-9905": ("3.11.3",),
    "CVE-2026-0897": ("3.12.3", "3.15.0"),
    "CVE-2026-1669": ("3.12.2", "3.14.1"),
}
"""... and for legacy HDF5; an advisory that a format does not have is not about it."""


def published(cves: Iterable[str]) -> Iterator[Advisory]:
    """Some advisories, whatever format they are about."""
    return (Advisory(cve, (_MENDED_IN_LEGACY | _MENDED)[cve]) for cve in cves)


def advisories(cves: Iterable[str], *, is_legacy: bool) -> Iterator[Advisory]:
    """Those of some advisories that are about a format."""
    mended = _MENDED_IN_LEGACY if is_legacy else _MENDED
    return (Advisory(cve, mended[cve]) for cve in cves if cve in mended)
