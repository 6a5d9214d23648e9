"""Programs that answer a line of JSON with another one, for tests that ask much and must not start one each time."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeAlias

from tests.places import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Ask: TypeAlias = "Callable[[object], Any]"


@contextmanager
def asking(module: str) -> Iterator[Ask]:
    """Asks ``python -m MODULE``, which runs as long as the context."""
    command = [sys.executable, "-X", "utf8", "-m", module]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        questions, answers = process.stdin, process.stdout

        def ask(question: object) -> Any:  # noqa: ANN401 - any JSON
            questions.write(json.dumps(question) + "\n")
            questions.flush()
            line = answers.readline()
            assert line, f"{module} has ended"
            return json.loads(line)

        yield ask


def serve(answer: Callable[[Any], object]) -> None:
    """Answer every line of standard input until it ends."""
    for line in sys.stdin:
        sys.stdout.write(json.dumps(answer(json.loads(line))) + "\n")
        sys.stdout.flush()
