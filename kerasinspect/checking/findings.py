"""What a rule says about one place in one model, and why somebody may want it not to count."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.checking.rule import documented_at
from kerasinspect.late.dataclasses import dataclass
from kerasinspect.shown.representation import one_line

if TYPE_CHECKING:
    from datetime import date

    from kerasinspect.checking.advisories import Advisory
    from kerasinspect.checking.rule import Scope, Severity


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule says about one place in one model."""

    code: str
    name: str
    severity: Severity
    where: str
    message: str
    location: str
    """The file."""
    scope: Scope
    more: int = 0
    """How many findings this one stands for, which are not listed one by one; 0 for a finding of its own."""
    place: str = ""
    """Where in the file or in its config it is, if ``where`` is the layer or weight that this belongs to."""
    remedy: str = ""
    """What to do, in a line."""
    advisories: tuple[Advisory, ...] = ()
    """What is published about such a file."""

    def __repr__(self) -> str:
        """Its code, its severity, its place and what it says."""
        return one_line(self, self.code, self.severity, self.where, self.message)

    @property
    def advice(self) -> str:
        """What to do, and what is published about such a file, in a line for people."""
        see = f"See {', '.join(map(str, self.advisories))}." if self.advisories else ""
        return " ".join(filter(None, (self.remedy, see)))

    @property
    def help(self) -> str:
        """Where the documentation of its rule is."""
        return documented_at(self.code)

    @property
    def count(self) -> int:
        """How many findings it counts as."""
        return self.more or 1

    @property
    def fingerprint(self) -> str:
        """A digest of rule, file and place, the same in every run: 16 hexadecimal digits."""
        from hashlib import sha256  # noqa: PLC0415 - a page has no fingerprints

        place = f"{self.code}\0{self.location}\0{self.place or self.where}"
        return sha256(place.encode("utf-8", "backslashreplace")).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Skipped:
    """A rule that could not be asked of one model, and why."""

    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Ignored:
    """A finding that a policy waives for its layer, and why."""

    finding: Finding
    reason: str


@dataclass(frozen=True, slots=True)
class Waiver:
    """Rules that are not to be reported of some layers, and why."""

    layer: str
    """A layer's path or a glob for it; what is inside the layer is meant too."""
    codes: frozenset[str]
    reason: str
    names: tuple[str, ...] = ()
    """The rules as the policy calls them."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """Rules that are not to be reported of a file of certain bytes, which somebody looked at, and why."""

    sha256: str
    """The digest of the file, in lower case."""
    codes: frozenset[str]
    reason: str
    expires: date | None = None
    """The last day on which it holds."""
