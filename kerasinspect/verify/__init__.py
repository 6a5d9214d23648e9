"""Verifies models with the real Keras on TensorFlow, in a process of its own: a second opinion on our reading.

::

    from kerasinspect.verify import verify

    answer = verify("model.keras")
    print(answer.outcome, answer.weights.equal)

Nothing here imports Keras; ``worker.py`` does, and only its process runs it. A file with code in it is not loaded
unless the caller says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.progress import begin
from kerasinspect.verify.golden import Tolerances, read_golden, require_inputs
from kerasinspect.verify.options import Options
from kerasinspect.verify.process import Bounds, Request, Task, answers
from kerasinspect.verify.reading import read
from kerasinspect.verify.verdicts import verdicts
from kerasinspect.writing import require_replaceable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kerasinspect.verify.golden import Golden
    from kerasinspect.verify.reading import Reading
    from kerasinspect.verify.results import Verification

__all__ = ["Bounds", "Options", "Tolerances", "verify", "verify_all"]


def verify(location: str, options: Options | None = None) -> Verification:
    """Load one model with the real Keras, compare every array with our own reading, and run it.

    Raises RequestError where the request cannot be met, MissingExtra where Keras is not installed, and UnreadableFile
    where the file is no model.
    """
    return verify_all([location], options)[0]


def verify_all(locations: Sequence[str], options: Options | None = None) -> list[Verification]:
    """Verify several models; one process loads as many as it survives."""
    asked = options or Options()
    require_replaceable(asked.record, *locations, asked.inputs, asked.golden, asked.config)
    golden = None if asked.golden is None else read_golden(asked.golden, asked.limits)
    if asked.inputs is not None:
        require_inputs(asked.inputs, asked.limits)
    readings = [read(location, asked.limits, asked.config) for location in locations]
    found = {reading.location: reading.answer() for reading in readings}
    waiting = [reading for reading in readings if asked.unsafe or reading.is_loaded]
    while waiting:
        request = Request(
            tuple(_task(reading, asked, golden) for reading in waiting),
            asked.python,
            asked.unsafe,
            asked.custom_objects,
            asked.bounds,
        )
        begin("asking Keras")
        with answers(request) as given:
            done = list(verdicts(waiting, given, asked, golden))
        found |= {verdict.location: verdict for verdict in done}
        waiting = waiting[len(done) :]
    return [found[location] for location in locations]


def _task(reading: Reading, options: Options, golden: Golden | None) -> Task:
    """The worker's task for one file."""
    of_keras_3 = (reading.saved_by or "").partition(".")[0] == "3"
    if golden is not None:
        return Task(reading.location, not of_keras_3, golden.path, golden.input_names, options.config)
    return Task(reading.location, not of_keras_3, options.inputs, config=options.config)
