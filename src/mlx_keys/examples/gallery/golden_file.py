"""The golden file of a gallery script: its text format, and its comparison with what is shown now.

``gallery/CHAPTER/golden/SCRIPT.txt`` holds what ``gallery/CHAPTER/SCRIPT.py`` shows, block by
block, in a form to be read in a diff::

    What plot_split.py shows, block by block. `make bless` writes this file.

    >>> print(prng.split(prng.key(7)))
        array([[966301609, 989289821],
               [1948237315, 1058547403]], dtype=uint32)

    >>> tree
      picture:
        The key of seed 7, split in two.

Only blocks that show something are in it, each under the statement that ends it, so that prose
and silent code may change, and lines may move, without a word of this file changing. A picture is
compared by its text alternative, never by its pixels. The statements are not compared: they are for
the reader, and align a script that gained or lost a block with what was accepted.

Pure: values in, values out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Literal

from mlx_keys.errors import KeysError, Location
from mlx_keys.examples import compare
from mlx_keys.examples.compare import EXACT, Tolerance, Verdict

_HEAD = "What {name} shows, block by block. `make bless` writes this file."
_BLOCK = ">>> "
_PICTURE = "  picture:"
_INDENT = "    "
_MAX_QUOTED_LINES = 12

#: Terminal colours and the like, which neither a page nor a golden file keeps.
_ANSI = re.compile(r"\x1B(?:[@-Z\\-_]|\[[0-?]*[ -/]*[@-~])")


@dataclass(frozen=True)
class ShownPart:
    """One thing that a code block shows.

    Attributes:
        kind: Printed text, or a picture by its text alternative.
        text: The text, as :func:`normalize_shown_text` leaves it.
        line: Where it begins in the golden file, counted from 1; 0 for what was just shown.
    """

    kind: Literal["text", "picture"]
    text: str
    line: int = 0


@dataclass(frozen=True)
class ShownBlock:
    """A code block by what it shows.

    Attributes:
        label: The statement that ends the block, on one line.
        parts: What it shows, in order; empty for a block that shows nothing.
        line: Where the block begins, counted from 1: in the script for what was shown, in the
            golden file for what was accepted.
    """

    label: str
    parts: tuple[ShownPart, ...]
    line: int


def normalize_shown_text(text: str) -> str:
    """Printed text without colours, tabs, blanks at the ends of lines, and outer empty lines."""
    lines = [line.rstrip() for line in _ANSI.sub("", text).expandtabs().splitlines()]
    return "\n".join(lines).strip("\n")


def render_golden_file(name: str, blocks: Iterable[ShownBlock]) -> str:
    """Render the golden file of a script.

    Args:
        name: The script's file name.
        blocks: What its code blocks show; those that show nothing are left out.
    """
    lines = [_HEAD.format(name=name)]
    for block in blocks:
        if not block.parts:
            continue
        lines += ["", _BLOCK + block.label]
        for part in block.parts:
            lines += [_PICTURE] if part.kind == "picture" else []
            lines += [(_INDENT + line).rstrip() for line in part.text.splitlines()]
    return "\n".join(lines) + "\n"


def parse_golden_file(text: str, path: str, bless_command: str) -> tuple[ShownBlock, ...]:
    """Parse a golden file into the blocks that were accepted.

    Args:
        text: The file's text.
        path: Its name, for messages.
        bless_command: The command that writes it, for messages.

    Raises:
        KeysError: A line that :func:`render_golden_file` would not have written.
    """
    blocks: list[ShownBlock] = []
    for number, line in enumerate(text.splitlines()[1:], start=2):
        parts = blocks[-1].parts if blocks else ()
        if line.startswith(_BLOCK):
            blocks.append(ShownBlock(line[len(_BLOCK) :], (), number))
        elif blocks and line == _PICTURE:
            blocks[-1] = replace(blocks[-1], parts=(*parts, ShownPart("picture", "", number + 1)))
        elif blocks and line.startswith(_INDENT):
            before = parts or (ShownPart("text", "", number),)
            grown = _add_line(before[-1], line[len(_INDENT) :])
            blocks[-1] = replace(blocks[-1], parts=(*before[:-1], grown))
        elif not line.strip():
            if parts:
                blocks[-1] = replace(blocks[-1], parts=(*parts[:-1], _add_line(parts[-1], "")))
        else:
            raise KeysError(
                "a line that no golden file holds",
                where=Location(path, number),
                expected=f"{_BLOCK}STATEMENT, then what it shows, indented by {len(_INDENT)}",
                found=line,
                fix=bless_command,
            )
    return tuple(replace(block, parts=tuple(map(_normalize_part, block.parts))) for block in blocks)


def _normalize_part(part: ShownPart) -> ShownPart:
    return replace(part, text=normalize_shown_text(part.text))


def _add_line(part: ShownPart, line: str) -> ShownPart:
    """A part with one more line."""
    # The line that opens a part is never empty, so an empty text means that none was read yet.
    text = f"{part.text}\n{line}" if part.text else line
    return replace(part, text=text)


@dataclass(frozen=True)
class GoldenComparison:
    """Compares what a script shows with its golden file. The paths are for its messages.

    Attributes:
        script: The script's path, for messages.
        golden: The golden file's path, for messages.
        bless_command: The command that accepts what the script shows, for messages.
        tolerance: How far floats may be off.
    """

    script: str
    golden: str
    bless_command: str
    tolerance: Tolerance = EXACT

    def compare(
        self, accepted: Sequence[ShownBlock], shown: Sequence[ShownBlock]
    ) -> tuple[tuple[Verdict, ...], tuple[KeysError, ...]]:
        """Compare what was accepted with what was shown, block by block.

        Args:
            accepted: The golden file's blocks.
            shown: The script's, those that show nothing included.

        Returns:
            A verdict for each part that may be published, text or picture; and a fault, at its
            line, for each that may not.
        """
        verdicts: list[Verdict] = []
        faults: list[KeysError] = []
        for old, new in _align_blocks(accepted, [block for block in shown if block.parts]):
            for result in self._compare_blocks(old, new):
                if isinstance(result, Verdict):
                    verdicts.append(result)
                else:
                    faults.append(result)
        return tuple(verdicts), tuple(faults)

    def _compare_blocks(
        self, old: ShownBlock | None, new: ShownBlock | None
    ) -> Iterator[Verdict | KeysError]:
        """Compare a block that was accepted with the one that is shown in its place."""
        if old is not None and new is not None:
            for part, other in zip_longest(old.parts, new.parts):
                yield self._compare_part(part, other, old, new)
        elif new is not None:
            yield KeysError(
                f"nobody has accepted what `{new.label}` shows",
                where=Location(self.script, new.line),
                expected=f"a block in {self.golden}",
                found="\n".join(map(_describe, new.parts)),
                fix=self._fix,
            )
        elif old is not None:
            yield KeysError(
                f"{self.script} no longer shows what was accepted here",
                where=Location(self.golden, old.line),
                expected="\n".join(map(_describe, old.parts)),
                found="no such block",
                fix=self._fix,
            )

    @property
    def _fix(self) -> str:
        return f"look at what changed; to accept it: {self.bless_command}"

    def _compare_part(
        self, old: ShownPart | None, new: ShownPart | None, above: ShownBlock, shown: ShownBlock
    ) -> Verdict | KeysError:
        """The verdict on one part of a block, or its fault.

        Args:
            old: The part that was accepted; None where the block now shows more.
            new: The part that is shown; None where the block now shows less.
            above: The block that holds the accepted part.
            shown: The block that shows the new part.
        """
        shown_at = f"{self.script}:{shown.line}"
        if old is None or new is None or old.kind != new.kind:
            return KeysError(
                f"something else is shown at {shown_at}",
                where=Location(self.golden, (old or above).line),
                expected=_describe(old),
                found=_describe(new),
                fix=self._fix,
            )
        verdict = compare.compare(old.text, new.text, self.tolerance)
        if verdict.outcome.holds:
            return verdict
        first = _first_difference(old.text, new.text)
        what = "the text alternative of the picture" if old.kind == "picture" else "what is printed"
        return KeysError(
            f"{what} at {shown_at} is not what was accepted",
            where=Location(self.golden, old.line + first),
            expected=_lines_from(old.text, first),
            found=_lines_from(new.text, first),
            fix=self._fix,
        )


def _align_blocks(
    accepted: Sequence[ShownBlock], shown: Sequence[ShownBlock]
) -> Iterator[tuple[ShownBlock | None, ShownBlock | None]]:
    """Pair accepted and shown blocks by the statements that end them and by their order."""
    matcher = SequenceMatcher(
        a=[block.label for block in accepted], b=[block.label for block in shown], autojunk=False
    )
    for _, a, b, c, d in matcher.get_opcodes():
        yield from zip_longest(accepted[a:b], shown[c:d])


def _describe(part: ShownPart | None) -> str:
    if part is None:
        return "nothing"
    return part.text if part.kind == "text" else f"a picture: {part.text}"


def _first_difference(old: str, new: str) -> int:
    """The first line, counted from 0, in which two texts differ."""
    pairs = enumerate(zip_longest(old.split("\n"), new.split("\n")))
    return next(index for index, (a, b) in pairs if a != b)


def _lines_from(text: str, first: int) -> str:
    """A few lines of a text, from the first that differs."""
    lines = text.split("\n")[first:]
    kept = lines[:_MAX_QUOTED_LINES]
    more = [f"({len(lines) - len(kept)} more lines)"] if len(lines) > len(kept) else []
    return "\n".join([*kept, *more]) or "(the text ends here)"
