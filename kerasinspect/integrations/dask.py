"""Many files judged on a Dask cluster that exists, or on one of this machine.

Each task is some files, which a worker reads by the names that they have here, and what comes back are reports: no
values. Dask does the tasks of a worker that is lost again, and each of them counts once.
"""

from __future__ import annotations

import os
from collections import deque
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from kerasinspect.checking.fleet.judging import lost_report, reports_on
from kerasinspect.errors import MissingExtra, RequestError
from kerasinspect.platforms import away_from_interrupts
from kerasinspect.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kerasinspect.checking.fleet.judging import Question
    from kerasinspect.checking.reports import ModelReport
    from kerasinspect.formats.locating.folder_search import Location

_LOCAL = "local"
"""The address that stands for a cluster of this machine, which is made and ended."""

_MOST_FILES, _MOST_BYTES = 64, 1 << 26
"""Files of one task, and bytes of all of them: small ones take 20 ms each, and a task costs Dask a few."""

_AHEAD = 4
"""Tasks of each thread of the cluster that are given to it before the first of them is asked for."""

_SELDOM_WATCHED = {
    "distributed.worker.profile.enabled": False,
    "distributed.worker.memory.monitor-interval": "5s",
    "distributed.admin.tick.interval": "1s",
    "distributed.admin.system-monitor.interval": "10s",
}
"""Workers look at what they do, and what it takes, up to a hundred times a second.

Nobody sees that of a cluster which ends with the command.
"""

_NO_FIXED_PORT = {"dashboard_address": "127.0.0.1:0"}
"""A scheduler without a dashboard serves figures over HTTP all the same, and warns where another one has their port."""

_PATIENCE = 30
"""Seconds to wait for a scheduler and its first worker."""

_GO_ON = "Begin again: with --log what was done is not done again."


class _Cluster:
    """A cluster that is asked about files."""

    def __init__(self, client: Any) -> None:  # noqa: ANN401 - distributed has no types
        """Take a client of a scheduler."""
        self._client = client

    def answers(self, question: Question, files: Sequence[Location]) -> Iterator[ModelReport]:
        """The report about each file, in order, from whichever worker; at most some are held until their turn comes.

        Raises RequestError where a worker has another version, where the scheduler is lost, or where ``check`` would.
        """
        begun: deque[tuple[Any, Sequence[Location]]] = deque()
        ahead = _AHEAD * max(1, sum(self._client.nthreads().values()))
        (sent,) = self._client.scatter([question], broadcast=True, hash=False)
        for batch in _batches(files, ahead):
            begun.append((self._begun(sent, batch, several=len(files) > 1), batch))
            if len(begun) >= ahead:
                task, part = begun.popleft()
                yield from self._came_of(task, sent, part)
        for task, part in begun:
            yield from self._came_of(task, sent, part)

    def _begun(self, question: Any, files: Sequence[Location], *, several: bool = True) -> Any:  # noqa: ANN401 - as above
        """A task about some files."""
        return self._client.submit(_reports, __version__, question, [*files], several=several, pure=False)

    def _came_of(self, task: Any, question: Any, files: Sequence[Location]) -> list[ModelReport]:  # noqa: ANN401 - as above
        """The reports of a task; where its workers died again and again, those of its files, each alone."""
        from concurrent.futures import CancelledError  # noqa: PLC0415 - few runs have a cluster

        from distributed import KilledWorker  # noqa: PLC0415 - as above

        try:
            reports: list[ModelReport] = task.result()
        except KilledWorker:
            if len(files) == 1:
                return [lost_report(files[0])]
            return [one for file in files for one in self._came_of(self._begun(question, [file]), question, [file])]
        except (CancelledError, OSError) as error:
            raise RequestError(f"The Dask scheduler is gone: {type(error).__name__}.", _GO_ON) from error
        return reports


def _batches(files: Sequence[Location], tasks: int) -> Iterator[list[Location]]:
    """Files in batches, of at least so many tasks where there are files enough."""
    most = max(1, min(_MOST_FILES, len(files) // tasks))
    batch: list[Location] = []
    room = _MOST_BYTES
    for file in files:
        nbytes = _size(file.path)
        if batch and (len(batch) == most or nbytes > room):
            yield batch
            batch, room = [], _MOST_BYTES
        batch.append(file)
        room -= nbytes
    if batch:
        yield batch


def _size(path: str) -> int:
    """Bytes of a file, as far as this machine can tell without asking another."""
    try:
        return os.stat(path).st_size  # noqa: PTH116 - one call for each of many files
    except (OSError, ValueError):
        return 0


def _reports(version: str, question: Question, files: Sequence[Location], *, several: bool) -> list[ModelReport]:
    """The reports about some files; this is on a worker. Raises RequestError where it has another version."""
    if version != __version__:
        raise _versions_differ(version, [__version__])
    return reports_on(question, files, several=several)


def _versions_differ(here: str, there: Iterable[str]) -> RequestError:
    """The error for workers that might judge differently."""
    found = ", ".join(sorted(there))
    return RequestError(f"kerasinspect is {here} here and {found} on workers.", "Install the same version on all.")


@contextmanager
def open_cluster(address: str) -> Iterator[_Cluster]:
    """The cluster whose scheduler has an address, or one of this machine for ``local``.

    Raises MissingExtra without distributed, RequestError where no scheduler answers, no worker comes, or one of them
    has another version of this package or none.
    """
    try:
        from dask import config  # noqa: PLC0415 - few runs have a cluster
        from distributed import Client, LocalCluster  # noqa: PLC0415 - as above
    except ImportError as error:
        message = "Dask is not installed, on whose cluster --dask works."
        raise MissingExtra(message, "pip install 'kerasinspect[dask]'") from error
    with ExitStack() as opened:
        try:
            if address == _LOCAL:
                opened.enter_context(config.set(_SELDOM_WATCHED))
                with away_from_interrupts():  # each of its processes would write how it was interrupted
                    cluster = LocalCluster(
                        processes=True,
                        threads_per_worker=1,
                        dashboard_address=None,
                        scheduler_kwargs=_NO_FIXED_PORT,
                        silence_logs=50,
                    )
                    address = opened.enter_context(cluster).scheduler_address
            client = opened.enter_context(Client(address, timeout=_PATIENCE, set_as_default=False))
            client.wait_for_workers(1, timeout=_PATIENCE)
        except (OSError, ValueError, ImportError) as error:  # TimeoutError is an OSError
            message = f"No Dask cluster answers at {address}: {error}."
            raise RequestError(message, "Name its scheduler, tcp://HOST:8786, or say --dask local.") from error
        _require_versions(client)
        yield _Cluster(client)


def _require_versions(client: Any) -> None:  # noqa: ANN401 - distributed has no types
    """Raise RequestError where a worker has another version of this package than this process, or none."""
    from importlib.metadata import version  # noqa: PLC0415 - as above

    here = version("kerasinspect")
    found = client.run(version, "kerasinspect", on_error="return")
    lacking = sum(isinstance(one, Exception) for one in found.values())
    if lacking:
        message = f"kerasinspect is not installed on {lacking} of {len(found)} workers."
        raise RequestError(message, f"Install kerasinspect {here} on all of them.")
    if others := set(found.values()) - {here}:
        raise _versions_differ(here, others)
