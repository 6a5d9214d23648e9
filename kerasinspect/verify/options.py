"""Options of ``verify``."""

from __future__ import annotations

import sys
from dataclasses import field
from typing import TYPE_CHECKING

from kerasinspect.late.dataclasses import dataclass
from kerasinspect.limits import DEFAULT, Limits
from kerasinspect.verify.golden import Tolerances
from kerasinspect.verify.process import Bounds

if TYPE_CHECKING:
    from kerasinspect.writing import Target


@dataclass(frozen=True, slots=True)
class Options:
    """Which Keras is to load models, on which inputs it runs them, and within which bounds."""

    python: str = sys.executable
    """The interpreter whose Keras is asked."""
    unsafe: bool = False
    """Load files with code in them, and let that code run."""
    custom_objects: tuple[str, ...] = ()
    """Modules that define the user's own layers."""
    inputs: str | None = None
    """An npz file with inputs."""
    record: Target | None = None
    """Where to keep inputs and outputs."""
    golden: str | None = None
    """Kept inputs and outputs to hold the model against."""
    config: str | None = None
    """A file with an architecture, for files that hold weights alone."""
    tolerances: Tolerances = field(default_factory=Tolerances)
    bounds: Bounds = field(default_factory=Bounds)
    limits: Limits = DEFAULT
    """How much of a file is read."""
