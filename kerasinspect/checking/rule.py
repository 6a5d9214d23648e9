"""What a rule is: one row of the table in ``checking.rules``, with how grave it is and what it needs."""

from __future__ import annotations

from dataclasses import field
from inspect import cleandoc
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from kerasinspect.late.dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from kerasinspect.checking.evidence import Evidence

Severity: TypeAlias = Literal["error", "warning", "note"]

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")
"""The worst first."""

Scope: TypeAlias = Literal["model", "layer", "weight", "file"]
"""What a rule looks at and ``Finding.where`` names: the model, a layer or a weight by its path, a place in the file."""

Need: TypeAlias = Literal[
    "config", "training config", "any config", "values", "optimizer", "archive", "checksums", "lock"
]
"""What a file must have for a rule to be asked; a rule that lacks it is skipped, with the reason."""

_Family: TypeAlias = Literal["values", "structure", "training", "container", "safety", "contract", "saving"]

_FAMILIES: Mapping[str, _Family] = {
    "KI1": "values",
    "KI2": "structure",
    "KI3": "training",
    "KI4": "container",
    "KI5": "safety",
    "KI6": "contract",
    "KI7": "saving",
}
"""What the first three characters of a code say."""

Thresholds: TypeAlias = "Mapping[str, float]"
"""Numbers that a policy can set, by name; each rule has defaults for all of its own."""


class Hit(NamedTuple):
    """What a rule's function gives: a place, and a whole sentence about it."""

    where: str
    message: str
    more: int = 0
    """As in ``Finding``, like those below."""
    place: str = ""
    remedy: str = ""
    """What to do, where it is something else than what the rule says."""
    cves: tuple[str, ...] | None = None
    """Advisories that it is an instance of, where these are not all that the rule names."""


_Function: TypeAlias = "Callable[[Evidence, Thresholds], Iterable[Hit]]"


def documented_at(code: str) -> str:
    """Where the documentation of a rule is, from the root of this project."""
    return f"docs/rules.md#{code.lower()}"


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that can be wrong with a saved model."""

    code: str
    """``KI`` and three digits; it never changes its meaning."""
    name: str
    """What it is called, in words with hyphens: ``not-a-number``."""
    severity: Severity
    """Error: it should stop a release. Warning: it is probably a mistake. Note: a fact worth knowing."""
    scope: Scope
    function: _Function = field(repr=False)
    needs: tuple[Need, ...] = ()
    thresholds: Thresholds = field(default_factory=dict)
    default: bool = True
    """Whether it is asked unless it is selected by name."""
    cves: tuple[str, ...] = ()
    """Published advisories about Keras that its findings may be an instance of."""

    @property
    def documentation(self) -> str:
        """What it finds, why that matters, and what to do, a paragraph each: the docstring of its function."""
        return cleandoc(self.function.__doc__ or "")

    @property
    def summary(self) -> str:
        """The first sentence of the documentation."""
        return self.documentation.partition("\n")[0]

    @property
    def remedy(self) -> str:
        """What to do about it: the last paragraph of the documentation, which is one line."""
        return self.documentation.rpartition("\n\n")[2]

    @property
    def explanation(self) -> str:
        """What it finds and why that matters: the documentation without what to do."""
        return self.documentation.rpartition("\n\n")[0]

    @property
    def family(self) -> _Family:
        """What kind of rule it is."""
        return _FAMILIES[self.code[:3]]


@dataclass(frozen=True, slots=True)
class ActiveRule:
    """A rule as a policy wants it asked."""

    rule: Rule
    severity: Severity
    thresholds: Thresholds
