"""The error of an open guard, for a key used twice and for a call that can't be meant."""

from __future__ import annotations

from mlx_keys.errors import KeysError, Location
from mlx_keys.prng.key_uses import PAST, PRESENT, Use

from .argument_values import Problem

#: The fix by the kinds of the two uses.
_FIXES = {
    frozenset({"draw"}): "one, two = mx.random.split(key), and a key for each",
    frozenset({"draw", "split"}): "split it into one more, and draw from that",
    frozenset({"draw", "fold"}): "draw from prng.fold_in(key, number) with a number of its own",
    frozenset({"split", "fold"}): "split prng.fold_in(key, number) with a number of its own",
}


class GuardError(KeysError):
    """A key is used twice, or a call can't be meant as it stands.

    It is no ValueError, so that code which handles an error of mlx does not handle a fault of the
    program with it.
    """

    __module__ = "mlx_keys.prng"  # where it is imported from, in tracebacks too


def key_used_twice(key: str, use: Use, earlier: Use) -> GuardError:
    """Make the error of a key whose use is not compatible with an earlier one."""
    if use.rows is not None and earlier.rows is not None:
        expected = "windows of one draw (function, shape, width) that share no row"
        fix = "let the windows meet and not overlap, or draw the whole once"
    else:
        expected = "each key drawn from once, or split, or folded"
        fix = _FIXES[frozenset((use.kind, earlier.kind))]
    return GuardError(
        f"this key was {PAST[earlier.kind]} before",
        where=use.location,
        expected=expected,
        found="\n".join([key, _describe_use(earlier), _describe_use(use)]),
        fix=fix,
    )


def _describe_use(use: Use) -> str:
    action = PRESENT[use.kind]
    if use.rows is not None:
        action = f"draws rows {use.rows.start} to {use.rows.stop - 1} from it"
    return f"{use.function} {action} at {use.location}"


def call_cannot_be_meant(function: str, location: Location | None, problem: Problem) -> GuardError:
    """Make the error of a call that can't be meant as it stands."""
    text, expected, found, fix = problem
    return GuardError(
        f"{function}: {text}", where=location, expected=expected, found=found, fix=fix
    )
