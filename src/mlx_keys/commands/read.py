"""``mlx-keys read``: messy pages in, records out, a JSON object a line."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from mlx_keys.errors import KeysError
from mlx_keys.upstream.read import page


@click.command()
@click.argument("pages", nargs=-1, required=True, metavar="PAGE...")
def command(pages: tuple[str, ...]) -> None:
    """Read each PAGE and print what it says as JSON, a line each.

    A page that cannot be read is named on standard error, the others go on, and the exit status
    is 1.
    """
    failed = False
    for name in pages:
        try:
            record = page.load(Path(name))
        except KeysError as error:
            click.echo(f"mlx-keys: {error}", err=True)
            failed = True
        else:
            click.echo(json.dumps(record.to_json(), ensure_ascii=False))
    sys.exit(1 if failed else 0)
