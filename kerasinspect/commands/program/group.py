"""The command line as click knows it: all commands, of which only the one that is asked for is imported."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from kerasinspect import __version__
from kerasinspect.commands.program.page import ABOUT, HELP_OPTIONS, help_page
from kerasinspect.commands.program.table import ALIASES, TABLE
from kerasinspect.output.display import Display, progress_shown

if TYPE_CHECKING:
    from collections.abc import Iterator


class _Commands(Mapping[str, click.Command]):
    """The commands by name, each imported when it is first asked for."""

    def __init__(self) -> None:
        """Know the table."""
        self._rows = {name: row for commands in TABLE.values() for name, row in commands.items()}
        self._rows |= {alias: self._rows[name] for alias, name in ALIASES.items()}

    def __getitem__(self, name: str) -> click.Command:
        """A command, with the line about it; Python keeps it."""
        home, help_text = self._rows[name]
        module, _, function = home.rpartition(".")
        command: click.Command = getattr(__import__(f"kerasinspect.commands.{module}", fromlist=[function]), function)
        command.short_help = help_text
        return command

    def __iter__(self) -> Iterator[str]:
        """The names, other ones for the same commands last."""
        return iter(self._rows)

    def __len__(self) -> int:
        """How many names there are."""
        return len(self._rows)

    def __contains__(self, name: object) -> bool:
        """Whether there is such a command."""
        return name in self._rows


class _CommandGroup(click.Group):
    """All commands; another name for one of them is not listed."""

    def __init__(self, **settings: object) -> None:
        """Take the commands of the table."""
        super().__init__(**settings)  # type: ignore[arg-type]
        self.commands = _Commands()  # type: ignore[assignment]  # nothing is added to it

    def get_help(self, ctx: click.Context) -> str:
        """The page of all commands, for which none of them is imported."""
        del ctx
        return help_page()

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse what stands before the command; raises RequestError for an option that belongs behind it."""
        words = tuple(args)
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            from kerasinspect.commands.mistakes import option_first

            if misplaced := option_first(self, error.option_name, words):
                raise misplaced from None
            raise

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - what a command gives
        """Run the command that is asked for, and show how far it has come where that takes long."""
        with progress_shown(ctx.ensure_object(Display)):  # ends before click writes anything about Ctrl-C
            return super().invoke(ctx)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that a line names first; raises RequestError with what was probably meant where it is none."""
        if args[0] not in self.commands and not ctx.resilient_parsing:
            from kerasinspect.commands.mistakes import no_command

            raise no_command(self, args)
        return super().resolve_command(ctx, args)


@click.group(cls=_CommandGroup, help=ABOUT, context_settings={"help_option_names": HELP_OPTIONS})
@click.version_option(__version__, "-V", "--version", message="%(prog)s %(version)s")
def cli() -> None:
    """Do what the command says that follows."""
