"""What each shell runs to complete a line, and how it asks and is answered: by click's scripts, and one of our own."""

from __future__ import annotations

import os
from contextlib import redirect_stderr, suppress
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import BashComplete, CompletionItem, FishComplete, ShellComplete, ZshComplete

from kerasinspect.commands.completion import VARIABLE
from kerasinspect.commands.completion.suggestions import suggest

if TYPE_CHECKING:
    from collections.abc import Mapping

_PROGRAM = "kerasinspect"
_QUESTION = "_complete"
"""What a shell asks is its name with this."""

_POWERSHELL = """\
Register-ArgumentCompleter -Native -CommandName %(prog_name)s -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $words = foreach ($element in $commandAst.CommandElements) {
        if ($element.Extent.EndOffset -lt $cursorPosition) {
            if ($element -is [System.Management.Automation.Language.StringConstantExpressionAst]) { $element.Value }
            else { $element.Extent.Text }
        }
    }
    try {
        $env:%(complete_var)s = 'powershell_complete'
        $env:COMP_WORDS = $words -join "`n"
        $env:COMP_CWORD = $wordToComplete
        & %(prog_name)s 2>$null | Where-Object { $_ } | ForEach-Object {
            $value, $help = $_ -split "`t", 2
            [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $help)
        }
    } finally {
        $env:%(complete_var)s = $null
        $env:COMP_WORDS = $null
        $env:COMP_CWORD = $null
    }
}
"""
"""The words before the cursor go in lines; where no answer comes, PowerShell completes names of files by itself."""


class _Shell(ShellComplete):
    """What all shells have in common beyond click: an option and its value on either side of ``=`` or of a space."""

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem[str]]:
        """What may come next; where option and value are one word, that word.

        Bash takes ``=`` for a word. What stands before an option is parsed only where that option has its value.
        """
        joined, equals, _ = incomplete.partition("=")
        if incomplete == "=":
            incomplete = ""
        elif args[-1:] == ["="]:
            args = args[:-1]
        if args and args[-1].startswith("--") and not incomplete.startswith("-"):
            *args, option = args
            incomplete = f"{option}={incomplete}"
        items = super().get_completions(args, incomplete)
        if equals and joined.startswith("--"):
            for item in items:
                item.value = f"{joined}{equals}{item.value}" if item.type == "plain" else item.value
        return items


class _Bash(_Shell, BashComplete):
    """Bash, by click's script."""


class _Zsh(_Shell, ZshComplete):
    """Zsh, by click's script."""


class _Fish(_Shell, FishComplete):
    """Fish, by click's script, which cuts at a comma."""

    def format_completion(self, item: CompletionItem[Any]) -> str:
        """The kind of a value, the value, and what is said of it."""
        item.help = item.help and item.help.replace(",", ";")
        return super().format_completion(item)


class _PowerShell(_Shell):
    """PowerShell and Windows PowerShell, by our own script."""

    name = "powershell"
    source_template = _POWERSHELL

    def get_completion_args(self) -> tuple[list[str], str]:
        """The words before the one that is completed, without the program, and that one: no variable is empty there."""
        return os.environ["COMP_WORDS"].split("\n")[1:], os.environ.get("COMP_CWORD", "")

    def format_completion(self, item: CompletionItem[Any]) -> str:
        """A value and what is said of it."""
        return f"{item.value}\t{item.help or item.value}"

    def complete(self) -> str:
        """All answers; none where files are wanted, which PowerShell finds itself."""
        args, incomplete = self.get_completion_args()
        items = self.get_completions(args, incomplete)
        return "\n".join(self.format_completion(item) for item in items if item.type == "plain")


_SHELLS: Mapping[str, type[ShellComplete]] = {
    "bash": _Bash,
    "zsh": _Zsh,
    "fish": _Fish,
    "powershell": _PowerShell,
}


def script(shell: str) -> str:
    """The script that a shell evaluates; unlike click's own method it does not run bash to ask for its version."""
    return ShellComplete.source(_SHELLS[shell](click.Group(), {}, _PROGRAM, VARIABLE))


def answer(cli: click.Group, question: str) -> int:
    """Write what may come next on a shell's line; nothing where that cannot be told, for whatever reason."""
    with suppress(Exception), redirect_stderr(None):
        suggest(cli)
        shell = _SHELLS[question.removesuffix(_QUESTION)](cli, {}, _PROGRAM, VARIABLE)
        click.echo(shell.complete().encode())
    return 0
