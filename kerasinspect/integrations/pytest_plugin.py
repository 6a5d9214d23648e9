"""A pytest fixture that fails a test where ``check`` finds something: ``kerasinspect_check("model.keras")``.

pytest finds it through the entry point ``pytest11``. Nothing but pytest is imported until a test uses the fixture.
"""

from __future__ import annotations

import io
import os
import warnings
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from kerasinspect.checking.reports import CheckReport


@pytest.fixture
def kerasinspect_check(request: pytest.FixtureRequest) -> Callable[..., CheckReport]:
    """Check saved models as ``kerasinspect.check`` does: ``kerasinspect_check("model.keras", ignore=["KI401"])``.

    The policy is the nearest one at or above the root folder of the tests, unless ``config`` names another; one in a
    folder that is checked is not used, which is a warning. The test fails, with the findings as its message, where
    ``kerasinspect check`` would not give 0; else the report is returned.
    """
    folder = request.config.rootpath

    def check(*locations: str | os.PathLike[str], **options: Any) -> CheckReport:  # noqa: ANN401 - as kerasinspect.check
        """Check models; fail the test where something is wrong."""
        from kerasinspect.checking import request as asking  # noqa: PLC0415 - pytest loads every plugin, few use this one
        from kerasinspect.output.wording import not_used  # noqa: PLC0415 - as above

        if "config" not in options:
            options["config"] = asking.nearest_policy(folder, (os.fspath(location) for location in locations))
        report = asking.check(*locations, **options)
        for policy in report.passed_over:
            warnings.warn(not_used(policy), stacklevel=2)
        if report.exit_status:
            pytest.fail(_findings_in_words(report), pytrace=False)
        return report

    return check


def _findings_in_words(report: CheckReport) -> str:
    """What is wrong, as ``kerasinspect check --quiet`` says it."""
    from kerasinspect.output.formats.terminal import write_text  # noqa: PLC0415 - as above
    from kerasinspect.output.pages.check import check_blocks  # noqa: PLC0415 - as above

    stream = io.StringIO()
    write_text(check_blocks(report, quiet=True), stream)
    return stream.getvalue()
