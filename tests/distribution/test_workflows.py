"""What runs on the project's pages at GitHub: with few permissions, on every Python, and from one build."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.places import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = ROOT / ".github"
DOCUMENTS = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.yml"))
WORKFLOWS = sorted(path.name for path in (FOLDER / "workflows").glob("*.yml"))
ALLOWED = {
    ("release.yml", "attest"): {"id-token": "write", "attestations": "write"},
    ("release.yml", "publish"): {"id-token": "write"},
}
"""Jobs that may do more than read the repository."""


def described(name: str) -> Any:  # noqa: ANN401 - any YAML
    """What a document says; a plain ``on`` is true in YAML 1.1, and ``on`` here."""
    document = yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))
    return {"on" if key is True else key: value for key, value in document.items()}


def jobs() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every job with the workflow that it is of, and its name."""
    for name in WORKFLOWS:
        for key, job in described(f"workflows/{name}")["jobs"].items():
            yield name, key, job


def steps() -> Iterator[dict[str, Any]]:
    """Every step of every job."""
    for _, _, job in jobs():
        yield from job["steps"]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_documents_are_yaml(name: str) -> None:
    """Each is a mapping, and no workflow, form or setting is empty."""
    assert described(name)


def test_forms_ask_for_facts_and_not_for_weights() -> None:
    """Each question has a label and an identifier of its own; a bug asks for the command that lists no values."""
    for name in ("bug", "feature"):
        form = described(f"ISSUE_TEMPLATE/{name}.yml")
        asked = [question for question in form["body"] if question["type"] != "markdown"]
        assert form["name"]
        assert form["description"]
        assert all(question["attributes"]["label"] for question in asked)
        assert len({question["id"] for question in asked}) == len(asked)
        assert any(question.get("validations", {}).get("required") for question in asked)
    assert "kerasinspect list --format json MODEL" in (FOLDER / "ISSUE_TEMPLATE" / "bug.yml").read_text(
        encoding="utf-8"
    )


def test_jobs_may_only_read() -> None:
    """A workflow may nothing, and a job what it needs: only what is published from may prove who it is."""
    assert all(described(f"workflows/{name}")["permissions"] == {} for name in WORKFLOWS)
    for name, key, job in jobs():
        assert job["permissions"] == ALLOWED.get((name, key), {"contents": "read"})
        assert job["timeout-minutes"]


def test_what_may_write_runs_nothing_of_the_repository() -> None:
    """It takes what another job has built, and has no secret."""
    for name, key, job in jobs():
        if (name, key) in ALLOWED:
            assert all("run" not in step and "checkout" not in step["uses"] for step in job["steps"])
    assert not [name for name in WORKFLOWS if "secrets." in (FOLDER / "workflows" / name).read_text(encoding="utf-8")]


def test_no_checkout_keeps_its_token() -> None:
    """What runs afterwards cannot push."""
    found = [step for step in steps() if step.get("uses", "").startswith("actions/checkout@")]
    assert found
    assert all(step["with"]["persist-credentials"] is False for step in found)


def test_no_expression_is_put_into_a_script() -> None:
    """Whatever a branch or a tag is called reaches the shell as a variable."""
    assert not [step for step in steps() if "${{" in step.get("run", "")]


def test_actions_stand_at_a_commit() -> None:
    """None follows a branch or a tag, and the same one stands at the same place everywhere."""
    used = {step["uses"] for step in steps() if "uses" in step}
    pin = re.compile(r"[\w/-]+@[0-9a-f]{40}")
    assert all(pin.fullmatch(name) for name in used)
    assert len({name.partition("@")[0] for name in used}) == len(used)
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    (python,) = (step["uses"] for step in action["runs"]["steps"] if "setup-python" in step.get("uses", ""))
    assert python in used


def test_a_release_is_built_once_and_tried_before_it_is_published() -> None:
    """Each job waits for the one before, and only the first one builds."""
    release = described("workflows/release.yml")["jobs"]
    assert {name: job.get("needs") for name, job in release.items()} == {
        "build": None,
        "try": "build",
        "attest": "try",
        "publish": "attest",
    }
    assert [
        name for name, job in release.items() if any("make build" in step.get("run", "") for step in job["steps"])
    ] == ["build"]
    assert release["publish"]["environment"] == "pypi"


def test_the_wheel_is_tried_on_every_python_and_system() -> None:
    """On those that the package is said to run on, and on the next one."""
    matrix = described("workflows/ci.yml")["jobs"]["wheel"]["strategy"]["matrix"]
    said = re.findall(r'"Programming Language :: Python :: (3\.\d+)"', (ROOT / "pyproject.toml").read_text("utf-8"))
    assert {*said} <= {*matrix["python"]}
    assert matrix["system"] == ["ubuntu-latest", "macos-latest", "windows-latest"]


def test_what_workflows_run_is_there() -> None:
    """Targets of make, scripts and modules."""
    targets = {*re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE)}
    for line in (step["run"] for step in steps() if "run" in step):
        words = line.split()
        match words:
            case ["make", *asked]:
                assert {word for word in asked if "=" not in word} <= targets
            case ["python", "-m", module, *_]:
                assert (ROOT / f"{module.replace('.', '/')}.py").is_file()
            case [script]:
                assert (ROOT / script).is_file()
            case _:
                pytest.fail(f"{line} is not known here")


def test_nobody_is_made_up() -> None:
    """Until accounts are known, no line of CODEOWNERS is in force."""
    lines = (FOLDER / "CODEOWNERS").read_text(encoding="utf-8").splitlines()
    owners = [line for line in lines if line and not line.startswith("#")]
    assert not [line for line in owners if "ACCOUNT" in line]
