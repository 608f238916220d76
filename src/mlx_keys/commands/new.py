"""``mlx-keys new``: begin a page, or a gallery script, with an example in it that runs."""

from __future__ import annotations

from pathlib import Path

import click

from mlx_keys.errors import KeysError, Location
from mlx_keys.files import write_atomic

PAGE = """\
# {title}

Say here what the reader will be able to do.

```{{example}}
import mlx.core as mx

print(mx.random.split(mx.random.key(7)))
```

Say here why it prints that.
"""

SCRIPT = '''\
"""
{title}
{rule}

Say here what the reader will see, and why they would want it.
"""

import mlx.core as mx

from mlx_keys import prng

key = prng.key(7)
print(prng.split(key))

# %%
# Say here what that shows. ``mx.random`` makes the same of it.

print(mx.array_equal(prng.split(key), mx.random.split(key)).item())
'''


@click.group()
def command() -> None:
    """Begin a page, or an example of the gallery."""


@command.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--title", help="By default made from the file's name.")
def page(path: Path, title: str | None) -> None:
    """Begin the page PATH, such as docs/howto/shuffle-a-list.md, with one example in it."""
    require_new_file(path, ".md")
    write_atomic(path, PAGE.format(title=title or title_from_name(path)))
    index = path.with_name("index.md")
    listed = f"list {path.stem} in the toctree of {index}" if index.is_file() else "list it"
    click.echo(
        f"{path}: begun\n  1. write it\n  2. {listed}, with a line on what it does\n"
        f"  3. mlx-keys verify --bless {path}\n  4. make serve, and look at it"
    )


@command.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--title", help="By default made from the file's name.")
def example(path: Path, title: str | None) -> None:
    """Begin the gallery script PATH, such as gallery/practice/shuffle_a_list.py."""
    require_new_file(path, ".py")
    if not path.stem.isidentifier():
        raise KeysError(
            "a script of the gallery is named like a module",
            where=Location(str(path)),
            expected="letters, digits and underscores",
            found=path.stem,
            fix=f"mlx-keys new example {path.with_name('shuffle_a_list.py')}",
        )
    title = title or title_from_name(path)
    write_atomic(path, SCRIPT.format(title=title, rule="=" * len(title)))
    click.echo(
        f"{path}: begun\n  1. write it\n  2. mlx-keys verify --bless {path}\n"
        "  3. make serve, and look at it"
    )


def require_new_file(path: Path, suffix: str) -> None:
    """Refuse a path that is taken, or whose suffix is not that of the file to begin.

    Raises:
        KeysError: It exists, or has another suffix.
    """
    if path.suffix != suffix:
        raise KeysError(
            f"the file's name does not end in {suffix}",
            where=Location(str(path)),
            fix=f"name it {path.with_suffix(suffix)}",
        )
    if path.exists():
        raise KeysError(
            "there is such a file already",
            where=Location(str(path)),
            fix="choose another name, or edit it",
        )


def title_from_name(path: Path) -> str:
    """The title of a file without one: *Shuffle a list* for ``shuffle-a-list.md``."""
    words = path.stem.replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:]
