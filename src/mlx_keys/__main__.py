"""The ``mlx-keys`` command: finds the subcommand, and prints an error with its location and fix.

Exit status: 0 right, 1 something is untrue or unreadable, 2 usage.
"""

from __future__ import annotations

import sys
from importlib import import_module

import click

from . import __version__
from .errors import KeysError

#: The subcommands in the order that help lists them; NAME is ``mlx_keys.commands.NAME.command``.
COMMANDS = (
    "read",
    "rewrite",
    "drift",
    "verify",
    "attest",
    "history",
    "check",
    "tree",
    "new",
    "html",
    "bench",
    "stream",
)


class LazyCommands(click.Group):
    """A group whose commands are imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order of :data:`COMMANDS`."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, imported now; None for a name that is not ours."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"mlx_keys.commands.{cmd_name}").command
        return command


@click.group(cls=LazyCommands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="mlx-keys")
def cli() -> None:
    """Keyed random numbers in MLX: read, verify, draw, build."""


def main() -> None:
    """Run the command line; a :class:`~mlx_keys.errors.KeysError` becomes its text and exit 1."""
    try:
        cli()
    except KeysError as error:
        click.echo(f"mlx-keys: {error}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
