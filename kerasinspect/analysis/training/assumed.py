"""Verdicts on weights whose initializer the file does not state: a file of weights has no config.

A layer's class has defaults, so zeros in a bias and numbers of the generator within a kernel's own limits say much.
That other numbers are not the default's says nothing: any initializer may have been chosen. Then only a shape that no
initializer gives, or a bias that is no constant, tells that a weight was trained.
"""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

from kerasinspect.analysis.training.chance import MISFIT
from kerasinspect.analysis.training.fit import ROUNDING, Distribution, fit
from kerasinspect.analysis.training.repeats import different
from kerasinspect.analysis.training.results import Judgement
from kerasinspect.analysis.training.values import judge_values
from kerasinspect.dtypes import is_float
from kerasinspect.knowledge.fans import Fans
from kerasinspect.knowledge.initializers import usual_initializers
from kerasinspect.late.dataclasses import replace

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kerasinspect.analysis.statistics import Measured, Statistics
    from kerasinspect.analysis.training.origin import Origin
    from kerasinspect.analysis.training.results import Reason, Verdict
    from kerasinspect.model import Initializer, Weight

_ENOUGH = 100
"""So many values have a shape."""

_FAR = 12.0
"""How many times its chance variation a spread may be off before an initializer is not worth a closer look."""

_FEW = 2
"""So many numbers other than zero may be a matrix with a diagonal, or ones in a mask."""

_TOLD: Mapping[Reason, Verdict] = {
    "at its constant": "initial",
    "on the generator's grid": "initial",
    "orthogonal": "initial",
    "partly off the generator's grid": "changed",
    "off the generator's grid": "cannot tell",
    "fits": "cannot tell",
    "fits poorly": "cannot tell",
    "too few values": "cannot tell",
    "not finite": "cannot tell",
}
"""What the default's verdict, by its reason, says where it is only assumed; all other reasons say nothing yet."""


def judge(weight: Weight, measured: Measured, origin: Origin) -> Judgement:
    """What the values of a weight say, by its initializer or else by those that its class usually has.

    Raises DamagedFile where the bytes are missing, RefusedFile where they may not be read.
    """
    usual = _usual(weight, origin)
    if not usual:
        return judge_values(weight, measured, origin)
    default = _judged_by(weight, measured, usual[0], origin)
    if default.verdict == "initial" and default.reason in _TOLD:
        return _told(default)
    for other in usual[1:]:
        if _may_be(other, measured.figures):
            judgement = _judged_by(weight, measured, other, origin)
            if judgement.coincidence is not None and judgement.coincidence < MISFIT:
                return judgement
    return _told(default) if default.reason in _TOLD else _by_shape(weight, measured, default)


def _usual(weight: Weight, origin: Origin) -> Sequence[Initializer]:
    """The initializers that a weight usually has; none where its layer's config is there, or where it is no float."""
    if weight.initializer or weight.layer not in origin.unstated or not is_float(weight.dtype):
        return ()
    fans = Fans(weight.fan_in, weight.fan_out, weight.keras_fan_in, weight.keras_fan_out)
    return usual_initializers(weight.layer_class, weight.name, weight.shape, fans, origin.keras_version)


def _judged_by(weight: Weight, measured: Measured, initializer: Initializer, origin: Origin) -> Judgement:
    """The verdict on a weight if this was its initializer."""
    judgement = judge_values(replace(weight, initializer=initializer), measured, origin)
    return replace(judgement, assumed=initializer)


def _told(judgement: Judgement) -> Judgement:
    """What remains of a verdict that rests on an assumed initializer: numbers of its generator prove it themselves."""
    verdict = _TOLD[judgement.reason]
    proven = judgement.coincidence is not None
    certainty = None if verdict == "cannot tell" else judgement.certainty if proven else "likely"
    return replace(judgement, verdict=verdict, certainty=certainty)


def _may_be(initializer: Initializer, figures: Statistics) -> bool:
    """Whether the spread of the values is near that of an initializer."""
    if not initializer.stddev or not figures.std:
        return False
    off = abs(figures.std / initializer.stddev - 1)
    return off < _FAR / sqrt(2 * figures.finite)


def _by_shape(weight: Weight, measured: Measured, default: Judgement) -> Judgement:
    """What values say that are not the default's: whether any initializer could have given them."""
    nothing = Judgement("cannot tell", "no initializer")
    figures, sample = measured.figures, np.sort(measured.sample)
    if not figures.finite or (figures.constant and figures.count > 1):
        return nothing
    if default.reason == "off its constant":
        return replace(default, verdict="changed", certainty="likely")
    if different(sample) <= _FEW:
        return nothing
    if default.reason == "repeated values":
        return replace(default, verdict="changed", certainty="likely")
    with np.errstate(all="ignore"):
        misfit = figures.finite >= _ENOUGH and _fits_none(sample, figures, weight)
    return replace(default, verdict="changed", reason="fits no initializer", certainty="likely") if misfit else nothing


def _fits_none(sample: np.ndarray, figures: Statistics, weight: Weight) -> bool:
    """Whether values are spread neither evenly nor normally around zero, cut off or not, however widely."""
    stddev, largest = figures.std or 0.0, figures.largest or 0.0
    shapes = (
        Distribution("uniform", 0.0, largest / sqrt(3)),
        Distribution("normal", 0.0, stddev),
        Distribution("truncated", 0.0, stddev),
    )
    looks = [fit(shape, sample, figures, ROUNDING.get(weight.dtype, 0.0)) for shape in shapes if shape.stddev > 0]
    return bool(looks) and all(look.probability < MISFIT for look in looks)
