"""One request to check models: which files, under which policy, against which lock."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kerasinspect.arguments import choice_of, in_python, names_of, number_of, path_of, paths_of
from kerasinspect.checking.asking import check_model
from kerasinspect.checking.contracts.lock_folders import LockFolder
from kerasinspect.checking.contracts.locks import parse_lock, read_lock
from kerasinspect.checking.fleet.allowances import unexpired
from kerasinspect.checking.fleet.baseline import read_baseline
from kerasinspect.checking.fleet.judging import Question, Work
from kerasinspect.checking.fleet.running import CheckRun
from kerasinspect.checking.policy import Overrides, Policy, Waivers, policy_from
from kerasinspect.checking.policy_file import read_policy
from kerasinspect.checking.policy_search import find_policy, judged_folders
from kerasinspect.checking.rule import SEVERITIES
from kerasinspect.errors import RequestError
from kerasinspect.formats.locating.locations import find_models
from kerasinspect.knowledge.keras_versions import version_of
from kerasinspect.late.dataclasses import replace
from kerasinspect.limits import DEFAULT, Limits

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Sequence

    from kerasinspect.arguments import Names, PathName, Paths
    from kerasinspect.checking.contracts.contract import Contract
    from kerasinspect.checking.reports import CheckReport, ModelReport
    from kerasinspect.checking.rule import ActiveRule, Severity
    from kerasinspect.formats.contents import Container
    from kerasinspect.formats.locating.folder_search import Location
    from kerasinspect.model import Model

_NAME_A_LOCK = f"KI6 compares with a lock: name one with --against{in_python('against')}, or select other rules too."
"""What to do where nothing is asked for want of a lock."""


def check(  # noqa: PLR0913 - the options of the command
    *locations: Paths,
    select: Names = (),
    extend_select: Names = (),
    ignore: Names = (),
    fail_on: Severity | None = None,
    config: str | os.PathLike[str] | Policy | None = None,
    against: str | os.PathLike[str] | None = None,
    exact_names: bool = False,
    for_keras: str | None = None,
    architecture: PathName | None = None,
    limits: Limits = DEFAULT,
    jobs: int = 1,
    cache: PathName | None = None,
    baseline: PathName | None = None,
) -> CheckReport:
    """What is wrong with saved models: files, folders that are searched, or globs.

    ``config`` is a policy or the file of one, and no other is looked for; ``against`` is a file that ``kerasinspect
    lock`` made, or a folder of such; ``for_keras`` is a version of Keras, 3.10, that has to accept the configs. All
    these win over the policy. ``architecture`` is a file with a config, which is joined to files of weights alone. One
    bad file never stops the others: it has a sentence in ``ModelReport.error``. Raises RequestError where the request
    itself is wrong.

    ``jobs`` processes work on the files, which are started as ``multiprocessing`` starts them: a script that asks for
    several needs ``if __name__ == "__main__"``. ``cache`` is a folder that keeps what is known of files from one call
    to the next, ``baseline`` a file of findings that do not count.
    """
    if fail_on is not None:
        choice_of("fail_on", fail_on, SEVERITIES)
    policy = config if isinstance(config, Policy) else open_policy(config)
    asked = Overrides(
        names_of("select", select),
        names_of("extend_select", extend_select),
        names_of("ignore", ignore),
        fail_on,
        exact_names,
        keras_version(for_keras),
    )
    policy = policy.overridden(asked)
    files = find_models(paths_of(locations), limits)
    joined, cached, known = (None if one is None else path_of(one) for one in (architecture, cache, baseline))
    work = Work(number_of("jobs", jobs, 1), cached)
    opened = None if known is None else read_baseline(known)
    return CheckRun(files, question(policy, open_lock(against), limits, joined), work, opened).whole()


def keras_version(text: str | None) -> tuple[int, int] | None:
    """The major and minor version that a text has; raises RequestError for one that the table of releases lacks."""
    if text is None:
        return None
    from kerasinspect.knowledge.releases.table import known_releases  # noqa: PLC0415 - few runs ask

    versions = known_releases().versions
    number = version_of(text)
    if number is None or text != f"{number[0]}.{number[1]}" or number not in map(version_of, versions):
        message = f"{text} is no major and minor version of Keras from {versions[0]} to {versions[-1]}."
        raise RequestError(message, "Give it as 3.10, which means every release of 3.10.")
    return number


def open_policy(path: str | os.PathLike[str] | None) -> Policy:
    """The policy in a file; without one, that of the rules themselves."""
    return Policy() if path is None else policy_from(read_policy(path_of(path)))


def nearest_policy(folder: Path, checked: Iterable[str] = ()) -> Policy:
    """The policy that a folder has, or the nearest one above it; without any, that of the rules themselves.

    None that lies in a folder which is checked is used.
    """
    found = find_policy(folder, judged_folders(checked))
    policy = Policy() if found.file is None else policy_from(found.file)
    return replace(policy, passed_over=found.passed_over)


def policy_here(checked: Iterable[str]) -> Policy:
    """The nearest policy at or above the working folder; raises RequestError where that folder is gone."""
    try:
        folder = Path.cwd()
    except OSError as error:
        message = f"The working folder cannot be found: {error.strerror or error}."
        raise RequestError(message, "Name a policy with --config, or go on without any: --no-config.") from error
    return nearest_policy(folder, checked)


def open_lock(path: str | os.PathLike[str] | None) -> Contract | LockFolder | None:
    """What a lock file agrees, or a folder of locks; None without one. Raises RequestError for what is no lock."""
    if path is None:
        return None
    name = path_of(path)
    return LockFolder(name) if Path(name).is_dir() else parse_lock(read_lock(name), name)


def _require_compared(agreed: Contract | LockFolder, rules: Iterable[ActiveRule]) -> None:
    """Raise RequestError where a lock is given and no rule about it is asked, which would look like agreement."""
    if not any(active.rule.family == "contract" for active in rules):
        message = f"The lock {agreed.source} would not be compared: all rules about locks, KI6, are ignored."
        raise RequestError(message, "Take KI6 out of what is ignored, or leave out the lock.")


def _require_rules(rules: tuple[ActiveRule, ...], source: str | None) -> None:
    """Raise RequestError where no rule is left to ask without a lock, which would look as if the models had passed."""
    if all(active.rule.family == "contract" for active in rules):
        message, remedy = "No rule is selected.", "Select one that is not ignored; `kerasinspect rules` has all."
        if rules:
            message, remedy = "Only rules about locks are selected.", _NAME_A_LOCK
        raise RequestError(message if source is None else f"{source}: {message}", remedy)


def check_open(model: Model, container: Container) -> ModelReport:
    """What the rules of the nearest policy say about a model that is open, and stays so."""
    policy = policy_here((model.location,))
    rules = policy.rules(with_contract=False)
    _require_rules(rules, policy.source)
    return check_model(model, container, rules, None, Waivers(policy.waivers).reason)


def check_models(
    files: Sequence[Location],
    policy: Policy,
    contract: Contract | None = None,
    limits: Limits = DEFAULT,
    architecture: str | None = None,
) -> CheckReport:
    """What a policy's rules say about some files, and where they depart from a contract.

    Raises RequestError where there is an ``architecture`` and a file that it cannot be joined to.
    """
    return CheckRun(files, question(policy, contract, limits, architecture)).whole()


def question(
    policy: Policy,
    agreed: Contract | LockFolder | None = None,
    limits: Limits = DEFAULT,
    architecture: str | None = None,
) -> Question:
    """What is asked of each file; raises RequestError where that is nothing."""
    rules = policy.rules(with_contract=agreed is not None)
    if agreed is not None:
        _require_compared(agreed, rules)
        agreed = replace(agreed, exact_names=agreed.exact_names or policy.exact_names)
    else:
        _require_rules(rules, policy.source)
    return Question(policy, agreed, limits, architecture, unexpired(policy.allowances))
