"""What an open guard raises, in the words of a KeysError."""

from __future__ import annotations

from mlx_keys.errors import KeysError, Location
from mlx_keys.prng.key_uses import PAST, PRESENT, Use

from .argument_checks import Surprise

#: What to do instead, by the kinds of the two uses.
_MENDS = {
    frozenset({"draw"}): "one, two = mx.random.split(key), and a key for each",
    frozenset({"draw", "split"}): "split it into one more, and draw from that",
    frozenset({"draw", "fold"}): "draw from prng.fold_in(key, number) with a number of its own",
    frozenset({"split", "fold"}): "split prng.fold_in(key, number) with a number of its own",
}


class GuardError(KeysError):
    """A key is used twice, or a call can't be meant as it stands.

    It is no ValueError, so that nothing that handles a refusal of mlx's handles a fault of the
    program with it.
    """

    __module__ = "mlx_keys.prng"  # where it is imported from, in tracebacks too


def fault(key: str, use: Use, earlier: Use) -> GuardError:
    """What is said of a key whose use does not go with an earlier one."""
    if use.rows is not None and earlier.rows is not None:
        expected = "windows of one draw (function, shape, width) that share no row"
        fix = "let the windows meet and not overlap, or draw the whole once"
    else:
        expected = "each key drawn from once, or split, or folded"
        fix = _MENDS[frozenset((use.kind, earlier.kind))]
    return GuardError(
        f"this key was {PAST[earlier.kind]} before",
        where=use.location,
        expected=expected,
        found="\n".join([key, _told(earlier), _told(use)]),
        fix=fix,
    )


def _told(use: Use) -> str:
    what = PRESENT[use.kind]
    if use.rows is not None:
        what = f"draws rows {use.rows.start} to {use.rows.stop - 1} from it"
    return f"{use.function} {what} at {use.location}"


def surprised(function: str, place: Location | None, found: Surprise) -> GuardError:
    """What is said of a call that can't be meant."""
    return GuardError(
        f"{function}: {found.problem}",
        where=place,
        expected=found.expected,
        found=found.found,
        fix=found.fix,
    )
