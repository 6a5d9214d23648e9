"""A fleet on Dask: the reports of one process, whatever becomes of workers, and a sentence for what is not there."""

from __future__ import annotations

import os
import shutil
import sys
import warnings
from contextlib import suppress
from socket import socket
from threading import Thread
from time import sleep
from typing import TYPE_CHECKING, Any

import pytest

from kerasinspect.checking.fleet.judging import Question, Work
from kerasinspect.checking.fleet.running import CheckRun
from kerasinspect.checking.policy import Policy
from kerasinspect.checking.reports import ModelReport
from kerasinspect.checking.request import check_models, question
from kerasinspect.errors import MissingExtra, RequestError
from kerasinspect.formats.locating.locations import find_models
from kerasinspect.integrations import dask
from kerasinspect.integrations.dask import open_cluster
from tests.places import SAMPLES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from distributed import LocalCluster

SIGKILL = 9
"""By its number, since Python has no name for it on Windows, where types are checked too."""
distributed = pytest.importorskip("distributed", reason="the extra [dask] is not installed")


@pytest.fixture(scope="module")
def scheduler() -> Iterator[Any]:
    """A cluster of two processes."""
    with distributed.LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        processes=True,
        dashboard_address=None,
        scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},
        silence_logs=50,
    ) as cluster:
        yield cluster


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """A folder of some two hundred models."""
    for number in range(20):
        shutil.copytree(SAMPLES, tmp_path / "models" / f"{number:02}")
    return tmp_path / "models"


def test_a_cluster_finds_what_one_process_finds(scheduler: LocalCluster, many: Path, tmp_path: Path) -> None:
    """The same reports in the same order, and a log that a later run goes on from."""
    files = find_models([str(many)])
    with open_cluster(scheduler.scheduler_address) as cluster:
        work = Work(log=str(tmp_path / "log.jsonl"), answers=cluster.answers)
        found = CheckRun(files, question(Policy()), work).whole()
    assert found == check_models(files, Policy())
    assert len((tmp_path / "log.jsonl").read_bytes().splitlines()) == len(files) + 1
    again = Work(
        log=str(tmp_path / "log.jsonl"), answers=lambda _, asked: iter(() if not asked else [ModelReport("asked")])
    )
    assert CheckRun(files, question(Policy()), again).whole() == found


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals that end another process")
def test_the_files_of_a_worker_that_is_killed_are_done_again(scheduler: LocalCluster, many: Path) -> None:
    """And none of them counts twice."""
    files = find_models([str(many)])
    (pid, *_) = (worker.process.pid for worker in scheduler.workers.values())

    def kill() -> None:
        sleep(0.3)
        os.kill(pid, SIGKILL)

    with open_cluster(scheduler.scheduler_address) as cluster:
        killer = Thread(target=kill)
        killer.start()
        found = CheckRun(files, question(Policy()), Work(answers=cluster.answers)).whole()
        killer.join()
    assert [model.location for model in found] == [file.path for file in files]
    assert all(model.readable for model in found)


def test_another_version_on_a_worker_is_refused(scheduler: LocalCluster, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the first file where it is there from the start, and by the tasks of one that comes later."""
    with open_cluster(scheduler.scheduler_address) as cluster:
        monkeypatch.setattr(dask, "__version__", "0.0.1")
        with pytest.raises(RequestError, match=r"kerasinspect is 0\.0\.1 here and .* on workers"):
            [*cluster.answers(Question(Policy()), find_models([str(SAMPLES)]))]


def test_a_scheduler_that_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """With what to name instead."""
    monkeypatch.setattr(dask, "_PATIENCE", 1)
    with (
        pytest.raises(RequestError, match=r"No Dask cluster answers at tcp://127\.0\.0\.1:9"),
        open_cluster("tcp://127.0.0.1:9"),
    ):
        pass
    with pytest.raises(RequestError, match="No Dask cluster answers at nowhere://x"), open_cluster("nowhere://x"):
        pass


def test_what_is_not_installed_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the command that installs it."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(MissingExtra, match=r"pip install 'kerasinspect\[dask\]'"), open_cluster("local"):
        pass


def test_two_clusters_of_this_machine_do_not_meet() -> None:
    """The second one would say that the port of a dashboard is taken, which neither of them has."""
    with socket() as taken, warnings.catch_warnings():
        with suppress(OSError):  # it is taken already
            taken.bind(("127.0.0.1", 8787))
            taken.listen()
        warnings.simplefilter("error", UserWarning)
        with open_cluster("local") as cluster:
            assert not [*cluster.answers(question(Policy()), [])]
