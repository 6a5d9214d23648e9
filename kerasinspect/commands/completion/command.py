"""``completion``: the script that lets a shell complete command lines."""

from __future__ import annotations

import click

_SHELLS = ("bash", "zsh", "fish", "powershell")


@click.command()
@click.argument("shell", type=click.Choice(_SHELLS))
def completion(shell: str) -> None:
    """Print the script that lets SHELL complete commands, options, formats, files, and the names in a model.

    A line in the shell's own file of settings turns it on:

    \b
      bash 4.4, in ~/.bashrc
        eval "$(kerasinspect completion bash)"
      zsh, in ~/.zshrc after compinit
        eval "$(kerasinspect completion zsh)"
      fish, in ~/.config/fish/config.fish
        kerasinspect completion fish | source
      PowerShell, in $PROFILE
        kerasinspect completion powershell | Out-String | Invoke-Expression

    Names are read from the model that stands before them on the line, without running anything in it. Those with other
    characters than letters, digits and ._/- are left out, since a shell might act upon them.
    """  # noqa: D301 - click's mark for lines that stay as they are
    from kerasinspect.commands.completion.shells import script

    click.echo(script(shell), nl=False)
