"""Regular expressions that are compiled when they are first used.

Compiling one takes 0.1 ms, and a run has forty of them, most for what the file at hand does not hold. To a type
checker this is ``re.compile``.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    late_pattern = re.compile
else:

    class late_pattern:  # noqa: N801 - it stands for a function
        """Stands for a regular expression."""

        def __init__(self, text, flags=0) -> None:  # noqa: ANN001 - as ``re.compile`` has them
            """Take what ``re.compile`` is to take."""
            self._given = text, flags

        def __getattr__(self, name: str):  # noqa: ANN204 - as the compiled one has it
            """What the compiled one has of that name, which is kept, so that it is asked for once."""
            found = getattr(re.compile(*self._given), name)
            setattr(self, name, found)
            return found
