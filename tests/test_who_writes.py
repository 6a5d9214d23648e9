"""One module writes files. Others have no way to: none of them calls what makes, changes or removes one."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

import kerasinspect

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(kerasinspect.__file__).parent

WRITERS = {
    "writing.py": "the one module that writes what the user asks for",
    "platforms.py": "its steps, as each system has them",
    "containers/zip/archive.py": "a temporary file without a name",
    "containers/standard_input.py": "as that does",
    "containers/remote/opening.py": "as that does, of a server that takes no ranges",
    "containers/remote/transport.py": "files on other machines, opened for reading",
    "checking/fleet/log.py": "the log that --log names, to which results are added as they come",
    "checking/fleet/store.py": "the folder that --cache names",
    "exporting/npy.py": "a member of the archive that it is given to write",
    "verify/process.py": "the scratch folder of the worker",
    "verify/worker.py": "in its scratch folder, in a process of its own",
    "commands/cli.py": "standard output that is closed becomes that of nowhere",
    "output/consoles.py": "as that does",
}
"""Modules that may call such things, and what for."""

OF_PATHS = "write_text write_bytes unlink rename hardlink_to symlink_to mkdir rmdir touch chmod lchmod truncate"
OF_SYSTEM = """
open fdopen remove removedirs rename renames replace link symlink mkdir makedirs mkfifo mknod rmdir unlink truncate
ftruncate chmod chown fchmod fchown lchown utime write writev pwrite sendfile copy_file_range
"""
OF_MODULES = frozenset({"tempfile", "shutil", "mmap"})
HARMLESS = frozenset({"get_terminal_size", "which", "gettempdir"})
ONE_ARGUMENT = 1
"""``Path.replace`` takes one argument, ``str.replace`` two or three, ``dataclasses.replace`` names."""


def writing_calls(path: Path) -> Iterator[str]:
    """Calls in a module that could write, by name."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and may_write(node):
            yield ast.unparse(node.func)


def may_write(call: ast.Call) -> bool:
    """Whether a call could make, change or remove a file."""
    match call.func:
        case ast.Name(id="open") | ast.Attribute(value=ast.Name(id="io"), attr="open"):
            return opens_to_write(call.args[1:], call.keywords)
        case ast.Attribute(value=ast.Name(id=module), attr=name) if module in OF_MODULES:
            return name not in HARMLESS
        case ast.Attribute(value=ast.Name(id="os"), attr=name):
            return name in OF_SYSTEM.split()
        case ast.Attribute(attr=name):
            return method_writes(name, call)
    return isinstance(call.func, ast.Name) and call.func.id == "FileIO"


def method_writes(name: str, call: ast.Call) -> bool:
    """Whether a method could make, change or remove a file, if it is one of a path."""
    if name == "open":
        return opens_to_write(call.args, call.keywords)
    if name == "replace":
        return len(call.args) == ONE_ARGUMENT and not call.keywords
    return name in OF_PATHS.split()


def opens_to_write(arguments: list[ast.expr], keywords: list[ast.keyword]) -> bool:
    """Whether a file is opened for anything but reading, as far as the call says how."""
    given = [*arguments[:1], *(keyword.value for keyword in keywords if keyword.arg == "mode")]
    return any(not isinstance(mode, ast.Constant) or bool(set("wax+") & set(str(mode.value))) for mode in given)


def test_only_the_writers_write() -> None:
    """A row of the table says what each of them writes."""
    modules = {path.relative_to(PACKAGE).as_posix(): [*writing_calls(path)] for path in PACKAGE.rglob("*.py")}
    assert {name: calls for name, calls in modules.items() if calls and name not in WRITERS} == {}


def test_calls_that_write_are_found() -> None:
    """In whatever form they are written, and none that only read or that are of texts."""
    writing = (
        "open(a, 'w')",
        "open(a, mode='r+b')",
        "Path(a).open('ab')",
        "a.open(mode)",
        "a.write_text(b)",
        "a.unlink()",
        "a.replace(b)",
        "os.open(a, b)",
        "os.replace(a, b)",
        "tempfile.mkstemp()",
        "shutil.rmtree(a)",
        "FileIO(3, 'w')",
    )
    reading = ("open(a)", "open(a, 'rb')", "a.open()", "a.replace('b', 'c')", "replace(a, b=c)", "shutil.which(a)")
    found = [
        may_write(call)
        for text in (*writing, *reading)
        if isinstance(call := ast.parse(text, mode="eval").body, ast.Call)
    ]
    assert found == [True] * len(writing) + [False] * len(reading)
