"""Tests of where people use it: the library, pytest, pre-commit and the GitHub Action, each as its users call it."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

import kerasinspect
from kerasinspect.checking.contracts.locks import parse_lock
from kerasinspect.checking.policy import policy_from
from kerasinspect.checking.policy_file import PolicyFile, read_policy
from kerasinspect.checking.rules import RULES
from tests.places import ROOT, SAMPLES

if TYPE_CHECKING:
    from collections.abc import Callable

SOUND = SAMPLES / "question_network.keras"
UNBUILT = SAMPLES / "unbuilt.keras"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def described(name: str) -> Any:  # noqa: ANN401 - any YAML
    """What one of the project's YAML files says."""
    return yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """The environment of a process that has the package installed: its Python, its modules and its entry points."""
    script = tmp_path / "bin" / "python"
    script.parent.mkdir()
    script.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} "$@"\n', encoding="utf-8")
    script.chmod(0o755)
    installed = tmp_path / "site" / f"kerasinspect-{kerasinspect.__version__}.dist-info"
    installed.mkdir(parents=True)
    (installed / "METADATA").write_text(f"Name: kerasinspect\nVersion: {kerasinspect.__version__}\n", encoding="utf-8")
    plugins = PROJECT["entry-points"]["pytest11"]
    lines = ["[pytest11]", *(f"{name} = {module}" for name, module in plugins.items())]
    (installed / "entry_points.txt").write_text("\n".join(lines), encoding="utf-8")
    paths = os.pathsep.join([str(installed.parent), str(ROOT)])
    return {**os.environ, "PYTHONPATH": paths, "PATH": f"{script.parent}{os.pathsep}{os.environ['PATH']}"}


def run(*command: str | Path, folder: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a program in a folder."""
    return subprocess.run(
        [str(part) for part in command], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_the_examples_of_the_documentation_are_understood() -> None:
    """What the page about CI says of policies and locks is read as it stands there; its YAML is YAML."""
    page = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
    examples = re.findall(r"^```(\w+)\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    policies = [tomllib.loads(text)["tool"]["kerasinspect"] for language, text in examples if language == "toml"]
    locks = [json.loads(text) for language, text in examples if language == "json"]
    assert all(policy_from(PolicyFile("docs/ci.md", policy)).waivers for policy in policies)
    assert all(parse_lock(document, "docs/ci.md").layers for document in locks)
    assert all(yaml.safe_load(text) for language, text in examples if language == "yaml")
    assert (len(policies), len(locks)) == (1, 1)


def test_the_policy_of_the_documentation_stops_what_the_page_promises(tmp_path: Path) -> None:
    """Copied as it stands it asks every rule that is on without it, but the one that it ignores."""
    page = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
    (text,) = re.findall(r"^```toml\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")
    policy = policy_from(read_policy(str(tmp_path / "pyproject.toml")))
    asked = {active.rule.code: active.severity for active in policy.rules(with_contract=True)}
    assert {rule.code for rule in RULES if rule.default} - asked.keys() == {"KI108"}
    assert asked["KI302"] == "error"
    report = kerasinspect.check(SAMPLES / "two_towers.keras", config=tmp_path / "pyproject.toml")
    assert [finding.code for finding in report.findings] == ["KI301"]
    assert report.exit_status == 1


def test_the_library_checks_a_path() -> None:
    """``kerasinspect.check`` takes a path and gives the findings and an exit status."""
    report = kerasinspect.check(UNBUILT, ignore=["KI402"])
    assert report.exit_status == 1
    assert {finding.code for finding in report.findings} >= {"KI204"}
    assert kerasinspect.check(SOUND, ignore=["KI401"]).exit_status == 0


USES = """
import pytest
import kerasinspect


def test_sound(kerasinspect_check):
    report = kerasinspect_check("sound.keras", ignore=["KI3"])
    assert report.models[0].arrays == 10


def test_unbuilt(kerasinspect_check):
    kerasinspect_check("unbuilt.keras")


def test_missing(kerasinspect_check):
    kerasinspect_check("missing.keras")


def test_wrong_request(kerasinspect_check):
    with pytest.raises(kerasinspect.RequestError, match="KI9"):
        kerasinspect_check("sound.keras", select=["KI9"])


def test_other_policy(kerasinspect_check):
    kerasinspect_check("unbuilt.keras", config="loose.toml")
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of a user, with a sound model and one that is not built."""
    folder = tmp_path / "project"
    folder.mkdir()
    shutil.copy(SOUND, folder / "sound.keras")
    shutil.copy(UNBUILT, folder / "unbuilt.keras")
    return folder


def test_the_fixture_fails_with_the_findings(project: Path, environment: dict[str, str]) -> None:
    """The fixture is there by itself; a test that uses it fails with what is wrong, without a traceback of ours."""
    (project / "test_export.py").write_text(USES, encoding="utf-8")
    (project / "loose.toml").write_text('select = ["KI1"]\n', encoding="utf-8")
    (project / "kerasinspect.toml").write_text('ignore = ["KI401"]\nfail-on = "note"\n', encoding="utf-8")
    outcome = run(
        sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-W", "error", folder=project, environment=environment
    )
    assert "2 failed, 3 passed" in outcome.stdout
    assert "  error KI204 unbuilt-layer\n" in outcome.stdout
    assert "dense_1: The Dense layer is not built" in outcome.stdout
    assert "cannot be read: missing.keras does not exist." in outcome.stdout
    assert "pytest_plugin.py" not in outcome.stdout


def test_the_plugin_costs_nothing_until_it_is_used(project: Path, environment: dict[str, str]) -> None:
    """A run without the fixture imports neither numpy nor the readers."""
    (project / "test_other.py").write_text(
        "import sys\n\n\ndef test_modules():\n"
        "    assert 'kerasinspect.integrations.pytest_plugin' in sys.modules\n"
        "    assert not {'numpy', 'pyfive', 'kerasinspect.opening', 'kerasinspect.analysis'} & sys.modules.keys()\n",
        encoding="utf-8",
    )
    outcome = run(sys.executable, "-m", "pytest", "-p", "no:cacheprovider", folder=project, environment=environment)
    assert "1 passed" in outcome.stdout, outcome.stdout


def test_the_hook_checks_the_files_that_it_is_given(project: Path, environment: dict[str, str]) -> None:
    """The entry that pre-commit calls lets sound models pass and stops a commit of others."""
    (hook,) = described(".pre-commit-hooks.yaml")
    command = shlex.split(hook["entry"])
    assert command[:4] == ["python", "-I", "-m", "kerasinspect"]
    sound = run(*command, "sound.keras", folder=project, environment=environment)
    assert (sound.returncode, sound.stderr) == (0, "")
    broken = run(*command, "sound.keras", "unbuilt.keras", folder=project, environment=environment)
    assert broken.returncode == 1
    assert "KI204" in broken.stdout


def documented_hook() -> dict[str, Any]:
    """The hook as the page about CI says to use it: what the repository says of it, with the user's arguments."""
    page = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
    (text,) = re.findall(r"^```yaml\n(repos:\n.*?)^```", page, re.DOTALL | re.MULTILINE)
    (used,) = yaml.safe_load(text)["repos"][0]["hooks"]
    (hook,) = described(".pre-commit-hooks.yaml")
    assert used["id"] == hook["id"]
    return {**hook, **used}


def test_the_documented_hook_stops_a_broken_commit_and_no_other(project: Path, environment: dict[str, str]) -> None:
    """Its arguments go to check as pre-commit passes them: before the files that match, none of them taken for one."""
    hook = documented_hook()
    names = ["model.weights.json", *(file.name for file in sorted(project.iterdir()))]
    names, files = names[:1], [name for name in names if re.search(hook["files"], name)]
    assert files == [*names, "sound.keras", "unbuilt.keras"]
    files.remove(*names)
    command = [*shlex.split(hook["entry"]), *hook["args"]]
    sound = run(*command, "sound.keras", folder=project, environment=environment)
    assert (sound.returncode, sound.stderr) == (0, "")
    assert sound.stdout.endswith("read in 1 file\n")
    broken = run(*command, *files, folder=project, environment=environment)
    assert broken.returncode == 1
    assert broken.stdout.endswith("read in 2 files\n")


BITING = ("venv", "sitecustomize", "usercustomize", "kerasinspect", "click", "numpy", "json", "ensurepip")
"""Modules of a repository that Python would run instead of its own, if it looked there."""
PROGRAMS = ("python", "python3", "pip", "kerasinspect")
BITTEN = "bitten.txt"


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository that leaves a file behind where anything of it runs, with two sound models and another one."""
    folder = tmp_path_factory.mktemp("hostile")
    bite = f"open({str(folder / BITTEN)!r}, 'a').write(__name__)\n"
    for name in ("pip", "pip/_internal"):
        (folder / name).mkdir()
        (folder / name / "__init__.py").write_text(bite, encoding="utf-8")
    (folder / "pip" / "__main__.py").write_text(bite, encoding="utf-8")
    for name in BITING:
        (folder / f"{name}.py").write_text(bite, encoding="utf-8")
    (folder / "bin").mkdir()
    for name in PROGRAMS:
        (folder / "bin" / name).write_text(f"#!/bin/sh\necho {name} >> {shlex.quote(str(folder / BITTEN))}\n")
        (folder / "bin" / name).chmod(0o755)
    (folder / "pip.conf").write_text(f"[install]\ntarget = {folder / 'target'}\n", encoding="utf-8")
    (folder / "summary.md").touch()
    shutil.copy(SOUND, folder / "sound.keras")
    shutil.copy(UNBUILT, folder / "unbuilt.keras")
    shutil.copy(SOUND, folder / "my model.keras")
    return folder


@pytest.fixture(scope="module")
def job(hostile: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a job whose author looks for programs, modules and packages in the repository."""
    return {
        **os.environ,
        "GITHUB_ACTION_PATH": str(packed(tmp_path_factory.mktemp("action"))),
        "GITHUB_STEP_SUMMARY": str(hostile / "summary.md"),
        "GITHUB_WORKSPACE": str(hostile),
        "PATH": os.pathsep.join([str(hostile / "bin"), ".", os.environ["PATH"]]),
        "PIP_CONFIG_FILE": str(hostile / "pip.conf"),
        "PIP_PREFIX": str(hostile / "target"),
        "PYTHONHOME": str(hostile),
        "PYTHONPATH": os.pathsep.join([".", str(hostile)]),
        "RUNNER_TEMP": str(tmp_path_factory.mktemp("temporary")),
    }


def packed(folder: Path) -> Path:
    """A package that leads to this project and what it needs, so that nothing has to be fetched to install it."""
    path = folder / "kerasinspect-0-py3-none-any.whl"
    about = "kerasinspect-0.dist-info"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr("kerasinspect.pth", f"{ROOT}\n{sysconfig.get_path('purelib')}\n")
        wheel.writestr(f"{about}/METADATA", "Metadata-Version: 2.1\nName: kerasinspect\nVersion: 0\n")
        wheel.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{about}/RECORD", "")
    return path


def run_step(step: dict[str, Any], folder: Path, job: dict[str, str], **given: str) -> subprocess.CompletedProcess[str]:
    """Run a step of the action as GitHub does."""
    assert step["shell"] == "bash"
    assert set(step["env"]) == set(given)
    bash = shutil.which("bash") or "bash"
    command = [bash, "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
    return run(*command, folder=folder, environment={**job, **given})


@pytest.fixture(scope="module")
def check_step(hostile: Path, job: dict[str, str]) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs the step that checks models, once the one before has installed what it needs."""
    _, install, check = described("action.yml")["runs"]["steps"]
    outcome = run_step(install, hostile, job, INTERPRETER=sys.executable)
    assert (outcome.returncode, outcome.stderr) == (0, "")
    assert not (hostile / BITTEN).exists()
    return partial(run_step, check, hostile, job)


@pytest.mark.long("the action installs what it needs, and each run starts a shell and Python")
@pytest.mark.parametrize(
    ("models", "options", "status"),
    [
        ("sound.keras", "", 0),
        ("sound.keras\nunbuilt.keras\n", "", 1),
        ("*.keras", "--ignore=KI204\n--fail-on=error\n", 0),
        ("my model.keras\n\n", "", 0),
        ("missing.keras", "", 3),
        ("--version", "", 3),
        ("sound.keras", "--no-such-option", 2),
    ],
    ids=["sound", "two", "options", "a space", "missing", "a name like an option", "wrong option"],
)
def test_the_action_annotates_and_writes_a_summary(
    models: str, options: str, status: int, hostile: Path, check_step: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    """The step takes models one per line, ends as check does, leaves a summary, and runs nothing of the repository."""
    summary = hostile / "summary.md"
    summary.write_text("")
    outcome = check_step(MODELS=models, OPTIONS=options)
    assert outcome.returncode == status, outcome.stderr
    assert status == 2 or re.search(r" · \d+ arrays? read in \d files?$", outcome.stdout, re.MULTILINE)
    assert ("::error file=unbuilt.keras,title=KI204" in outcome.stdout) == (status == 1)
    assert summary.read_text(encoding="utf-8").startswith("## kerasinspect check") == (status != 2)
    assert not (hostile / BITTEN).exists()
    assert not (hostile / "target").exists()


@pytest.mark.long("the action installs what it needs")
@pytest.mark.usefixtures("check_step")
def test_the_hook_runs_nothing_of_the_repository(hostile: Path, job: dict[str, str]) -> None:
    """Whatever leads Python there; its own Python comes first, as pre-commit has it."""
    (hook,) = described(".pre-commit-hooks.yaml")
    own = Path(job["RUNNER_TEMP"], "kerasinspect", "bin")
    environment = {name: value for name, value in job.items() if name != "PYTHONHOME"}
    environment["PATH"] = f"{own}{os.pathsep}{job['PATH']}"
    command = [shutil.which("python", path=str(own)) or "", *shlex.split(hook["entry"])[1:]]
    outcome = run(*command, "sound.keras", folder=hostile, environment=environment)
    assert (outcome.returncode, outcome.stderr) == (0, "")
    assert not (hostile / BITTEN).exists()


def test_the_repository_bites(project: Path) -> None:
    """Python without isolation runs what lies in its working folder, so that the tests above show something."""
    (project / "venv.py").write_text("print('bitten')\n", encoding="utf-8")
    outcome = run(sys.executable, "-m", "venv", "--help", folder=project, environment={**os.environ})
    assert outcome.stdout == "bitten\n"


def test_other_actions_are_pinned() -> None:
    """A tag may be moved, a commit may not."""
    used = [step["uses"] for step in described("action.yml")["runs"]["steps"] if "uses" in step]
    assert used
    assert all(re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", name) for name in used)


def test_the_action_puts_no_input_into_a_script() -> None:
    """Inputs reach the shell as variables, where nothing of them is run."""
    steps = described("action.yml")["runs"]["steps"]
    assert all("${{" not in step.get("run", "") for step in steps)
