"""Where the first values of a model came from, as far as its file says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.knowledge.keras_versions import version_of
from kerasinspect.late.dataclasses import dataclass

if TYPE_CHECKING:
    from kerasinspect.knowledge.keras_versions import KerasVersion
    from kerasinspect.model import Model

_NEW = (2, 0)
"""Keras 1 drew with numpy, and from normal distributions that went on without end, under the names of today."""

_OTHER_GENERATORS = frozenset({"theano", "cntk", "numpy", "openvino"})
"""Backends whose values lie on no grid that is known here."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Which Keras on which backend drew the first values; None where the file does not say."""

    keras_version: KerasVersion | None = None
    backend: str | None = None
    unstated: frozenset[str] = frozenset()
    """Paths of the layers that no config describes, so that nothing states their initializers."""

    @property
    def new(self) -> bool:
        """Whether it is Keras 2 or later, as far as is known."""
        return self.keras_version is None or self.keras_version >= _NEW

    @property
    def has_grid(self) -> bool:
        """Whether values lie on the grids that ``grid`` and ``pairs`` know."""
        return self.new and self.backend not in _OTHER_GENERATORS


def origin_of(model: Model) -> Origin:
    """Which Keras on which backend saved the model, and so probably made it."""
    unstated = frozenset(layer.path for layer in model.walk() if layer.trainable is None)
    return Origin(version_of(model.keras_version), model.backend, unstated)
