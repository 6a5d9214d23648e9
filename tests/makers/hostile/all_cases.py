"""Every hostile case, and the commands that each is given to."""

from __future__ import annotations

from zlib import crc32

from tests.makers.hostile.bundle_cases import bundle_cases
from tests.makers.hostile.cost_cases import cost_cases
from tests.makers.hostile.file_cases import file_cases
from tests.makers.hostile.folder_cases import folder_cases
from tests.makers.hostile.hdf5_cases import hdf5_cases
from tests.makers.hostile.json_cases import json_cases
from tests.makers.hostile.orbax_cases import orbax_cases
from tests.makers.hostile.sharing_cases import sharing_cases
from tests.makers.hostile.zip_cases import zip_cases
from tests.places import SAMPLES

MAKERS = (
    *(zip_cases, hdf5_cases, json_cases, file_cases, folder_cases, cost_cases, sharing_cases),
    *(bundle_cases, orbax_cases),
)
CASES = {case.name: case for make in MAKERS for case in make()}
SHOW = ("show", "--explain")
CHECK = ("check", "--no-config", "--format", "json")
COMMANDS: tuple[tuple[str, ...], ...] = (
    SHOW,
    ("show", "--format", "json", "--values", "--hash"),
    ("summary",),
    ("summary", "--format", "json"),
    ("stats", "--format", "csv"),
    ("training",),
    ("check", "--no-config"),
    CHECK,
    ("diff", str(SAMPLES / "question_network.keras")),
)
REPORTS = tuple(("check", "--no-config", "--format", form) for form in ("junit", "sarif", "github", "markdown"))
"""The other forms of ``check``, of which a case gets one at most, unless it gets all commands."""
EXPORTS = tuple(("export", "--quiet", "--output", f"written.{form}") for form in ("json", "csv", "npz"))
"""The forms of ``export``, of which the same holds."""
PICTURES = (("show", "--heatmap"), ("show", "--histogram"), ("report", "--output", "-"))
"""What draws values, of which the same holds."""
EACH = 6
"""One in so many of the other commands is run on a case."""
LONG = (
    *("many", "bundle-graph-deep", "bundle-graph-shared-", "bundle-graph-wide", "bundle-long-names"),
    *("h5-heaps-in-a-heap", "h5-layers-in-a-layer", "h5-names-listed", "json-connections", "json-lambdas-deep-below"),
    *("json-long-class-of-", "shards-one-file", "zip-long-tokens"),
)
"""What is in the name of a case on which every run takes half a second or more."""
WARM = (
    *("zip-plain", "zip-deflated", "zip-name-bytes", "zip-bad-crc", "other-noise", "other-json-names", "folder-empty"),
    *("h5-external-link-latest", "file-missing", "folder-of-models", "bundle-plain", "saved-plain"),
    *("zip-no-config", "orbax-compressed", "preset-shard", "bundle-wrong-checksum"),
    *("bundle-graph-long-names", "json-no-keys", "folder-of-oddities"),
)
"""The cases for which all modules are imported that any case asks for."""


def commands_of(name: str, *, every: bool = False) -> tuple[tuple[str, ...], ...]:
    """The commands that the case of this name is given to: the two that tests ask about, and one or two of the others.

    Which ones goes by the name, so that of every kind of file each command gets about as many cases as its neighbour.
    A case on which each run takes long gets one of them.
    """
    others = tuple(command for command in COMMANDS if command not in (SHOW, CHECK))
    if every:
        return (SHOW, CHECK, *others, *REPORTS, *EXPORTS, *PICTURES)
    number = crc32(name.encode())
    alike = (*(forms[number // EACH % len(forms)] for forms in (REPORTS, EXPORTS, PICTURES)),)
    chosen = (*others, *alike)[number % EACH :: EACH]
    return (SHOW, CHECK, *(chosen[:1] if any(part in name for part in LONG) else chosen))
