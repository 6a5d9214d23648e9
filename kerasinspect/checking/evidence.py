"""The evidence that every rule judges: the model, its container, and figures of all arrays, gathered once."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from kerasinspect.late.dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kerasinspect.analysis.statistics import Statistics, Units
    from kerasinspect.analysis.stored_code.code_findings import CodeFinding
    from kerasinspect.analysis.training import LayerTraining, Training
    from kerasinspect.checking.contracts.contract import AgreedLayer, Contract
    from kerasinspect.formats.container_facts import ContainerFacts
    from kerasinspect.model import Layer, Model, Weight


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that is known of one model once each of its arrays has been read."""

    model: Model
    container: ContainerFacts
    statistics: Mapping[str, Statistics] = field(default_factory=dict)
    """Figures of each array that could be read, by its path in the file."""
    units: Mapping[str, Units] = field(default_factory=dict)
    """What lies along the last two axes of each kernel that could be read, by its path in the file."""
    layer_paths: frozenset[str] = frozenset()
    """The paths of all layers."""
    code: tuple[CodeFinding, ...] = ()
    """What config and training config would make a loader run, import or open."""
    training: Training | None = None
    """Whether its layers were trained; None where no rule asks."""
    contract: Contract | None = None
    """What was agreed about the model; None without a lock file."""
    agreed: tuple[tuple[AgreedLayer | None, Layer | None], ...] = ()
    """The layers of the model, each with what is agreed about it; then what is agreed about layers that it lacks."""
    lock_names: Mapping[str, str] = field(default_factory=dict)
    """The path in the lock of each layer that Keras has numbered anew, by its path in the model."""

    @property
    def name(self) -> str:
        """The name of the model, or of its file."""
        return self.model.name or self.model.location.replace("\\", "/").rstrip("/").rpartition("/")[2]

    @property
    def trained(self) -> tuple[LayerTraining, ...]:
        """Each layer with weights of its own, and whether it was trained."""
        return self.training.layers if self.training else ()

    def measured(self) -> Iterator[tuple[Weight, Statistics]]:
        """Every weight whose values could be read, with its figures."""
        for weight in self.model.weights:
            figures = self.statistics.get(weight.stored_path)
            if figures is not None:
                yield weight, figures
