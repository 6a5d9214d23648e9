"""Gathers the evidence about a model: one reading of each array, whatever the number of rules."""

from __future__ import annotations

from concurrent.futures import Executor, Future
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from kerasinspect.analysis.statistics import is_shared, measure, measure_with
from kerasinspect.analysis.statistics.side_by_side import cores
from kerasinspect.analysis.stored_code.code_in_config import code_in_model
from kerasinspect.analysis.training import Known, assess_training, judge, origin_of
from kerasinspect.analysis.weights_checksum import passing_of, read_rest
from kerasinspect.checking.evidence import Evidence
from kerasinspect.errors import UnreadableFile
from kerasinspect.formats.container_facts import checksum_nbytes, container_facts, wrong_checksum
from kerasinspect.model import Extra
from kerasinspect.progress import expect
from kerasinspect.progress.meanwhile import beside

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kerasinspect.analysis.statistics import Statistics, Units
    from kerasinspect.analysis.training import Judged, Origin
    from kerasinspect.formats.container_facts import ContainerFacts
    from kerasinspect.formats.contents import Container
    from kerasinspect.model import Model, Weight
    from kerasinspect.model.checksum import Passing

_Result = TypeVar("_Result")
LARGE = 1 << 24
"""Bytes of an array that is worth a thread: of a smaller one Python itself, which runs one thread, is too much."""


def gather(model: Model, container: Container, *, training: bool) -> tuple[Evidence, tuple[str, ...]]:
    """The evidence about a model, from one reading of each array; and a sentence for each that cannot be read.

    The checksum of large weights is taken while their values are read; another one of a large file side by side with
    them, as both leave Python's lock alone while they compute.
    """
    origin = origin_of(model) if training else None
    expect(sum(one.array.nbytes for one in _stored(model)))
    with threads(container.nbytes) as pool, _facts(model, container, pool) as facts_of:
        found = dict(_readings(model, origin, pool))
        facts = facts_of()  # leaving cancels what no thread has begun yet
        wrong = dict.fromkeys(wrong_checksum(model, facts))
    read = {path: one for path, one in found.items() if isinstance(one, _ArrayReading)}
    statistics = {path: one.figures for path, one in read.items()}
    known = Known({path: one.judged for path, one in read.items() if one.judged is not None}, statistics)
    evidence = Evidence(
        model,
        facts,
        statistics,
        {path: one.units for path, one in read.items() if one.units is not None},
        frozenset(layer.path for layer in model.walk()),
        code_in_model(model),
        assess_training(model, known) if training else None,
    )
    damage = dict.fromkeys(model.damage)
    damage |= {f"{path}: {one}": None for path, one in found.items() if isinstance(one, str) and one not in damage}
    return evidence, tuple(damage | wrong)


@contextmanager
def _facts(model: Model, container: Container, pool: Executor) -> Iterator[Callable[[], ContainerFacts]]:
    """Gives what waits for the facts about a container, whose checksums are taken in passing or by a thread."""
    taking = passing_of(model.checksum)
    nbytes = checksum_nbytes(container)
    if taking is None or model.checksum is None:
        expect(nbytes)
        with beside(int(container.archive is not None)):
            yield _begun(pool, container_facts, container).result
        return
    expect(nbytes - model.checksum.nbytes)
    with taking() as passing:
        yield partial(_facts_after, passing, container)


def _facts_after(passing: Passing, container: Container) -> ContainerFacts:
    """The facts about a container, most of whose bytes were taken in."""
    read_rest(passing)
    return container_facts(container)


class _OneByOne(Executor):
    """Calls that are made when they are asked for, in the thread that asks."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:  # noqa: ANN401 - as in Executor
        """Make one call, and give what came of it."""
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 - raised again where the result is asked for
            future.set_exception(error)
        return future


@contextmanager
def threads(nbytes: int) -> Iterator[Executor]:
    """Threads to read so many bytes with, for which nobody waits where the work is broken off; none for few bytes.

    Where memory is short, Python never comes back from starting a thread, and that must not happen to a small file.
    """
    if nbytes < LARGE:
        yield _OneByOne()
        return
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - it takes longer to import than a small file

    pool = ThreadPoolExecutor(cores())
    try:
        yield pool
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _begun(pool: Executor, fn: Callable[..., _Result], *args: object) -> Future[_Result]:
    """A call that a thread makes meanwhile; raises MemoryError where the system has no room for another thread."""
    try:
        return pool.submit(fn, *args)
    except RuntimeError as error:
        raise MemoryError from error


def stored_dtypes(model: Model) -> dict[str, str]:
    """The dtype of every array, by its path in the file."""
    return {one.stored_path: one.array.dtype for one in _stored(model)}


def _stored(model: Model) -> tuple[Weight | Extra, ...]:
    """Everything in the file that has an array."""
    return (*model.weights, *model.extras)


class _ArrayReading(NamedTuple):
    """What reading an array once gave."""

    figures: Statistics
    units: Units | None = None
    judged: Judged | None = None


def _readings(model: Model, origin: Origin | None, pool: Executor) -> Iterator[tuple[str, _ArrayReading | str]]:
    """The reading of each array, by its path: here, or where it is large and one thread reads it, in another."""
    arrays = _stored(model)
    alone = [one for one in arrays if one.array.nbytes >= LARGE and not is_shared(one.array)]
    meanwhile = {one.stored_path: _begun(pool, _read_array, one, origin) for one in alone}
    for one in arrays:
        if one.stored_path not in meanwhile:
            yield one.stored_path, _read_array(one, origin)
    for path, job in meanwhile.items():
        yield path, job.result()


def _read_array(one: Weight | Extra, origin: Origin | None) -> _ArrayReading | str:
    """An array's figures; of a kernel its units; of a weight, given where its first values came from, its verdict.

    Or why it cannot be read: errors, which hold on to what was read, would fill the memory.
    """
    try:
        if isinstance(one, Extra):
            return _ArrayReading(measure(one.array))
        measured = measure_with(one.array, units=one.name.endswith("kernel"))
        # Where all values are the same, nobody asks which units are alike, and it is said of all of them.
        units = None if measured.figures.constant else measured.units
        return _ArrayReading(measured.figures, units, None if origin is None else judge(one, measured, origin))
    except UnreadableFile as error:
        return error.message
