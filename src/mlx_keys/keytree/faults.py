"""What is wrong with how a key is used, in words; the rules are :mod:`mlx_keys.prng.key_uses`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mlx_keys.prng.key_uses import PAST, KeyUses, Use

from .text_limits import join_with_and, times


def describe_faults(uses_of_copies: Sequence[Sequence[Use]]) -> tuple[str, ...]:
    """Describe the faults of one key.

    A tree may hold a key more than once: a key that is split again, or folded again with the same
    number, makes keys that were made before. Their uses are uses of one key.

    Args:
        uses_of_copies: The uses of each copy of the key that is used at all.

    Returns:
        A few words for each fault, empty where the uses are right:

        >>> draw, split = Use("draw", "uniform()"), Use("split", "split")
        >>> describe_faults([[draw, draw, split]])
        ('drawn from twice', 'drawn from and split')
        >>> describe_faults([[draw], [draw]])
        ('drawn from twice (made twice)',)
        >>> describe_faults([[split, split]])
        ()
    """
    uses = [use for copy in uses_of_copies for use in copy]
    if not _has_conflict(uses):
        return ()
    faults = []
    draws = [use for use in uses if use.kind == "draw"]
    if _has_conflict(draws):
        faults.append(f"drawn from {times(len(draws))}")
    kinds = [past for kind, past in PAST.items() if any(use.kind == kind for use in uses)]
    if len(kinds) > 1:
        faults.append(join_with_and(kinds))
    copies = f" (made {times(len(uses_of_copies))})" if len(uses_of_copies) > 1 else ""
    return tuple(f"{fault}{copies}" for fault in faults)


def _has_conflict(uses: Iterable[Use]) -> bool:
    recorded = KeyUses()
    return any(recorded.record("the key", use) is not None for use in uses)
