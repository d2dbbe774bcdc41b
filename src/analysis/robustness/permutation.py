r"""
Permutation tests for the multiverse: blocks of text are randomly reassigned between two texts, or one theme's
incidence is shifted within each text against the other's.

The same permutations serve all specifications, so that they can be judged together as well as one by one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np

from analysis.robustness.measures import Measured
from analysis.robustness.specifications import Claim
from analysis.robustness.token_table import TokenTable
from analysis.stats.permutation import least_p, split_blocks, split_differences
from analysis.stats.proportions import ROUNDING


class Permutations(NamedTuple):
    """What is drawn once for all specifications."""

    # pair of texts to (draws, blocks of both), True = assigned to the first
    splits: Mapping[tuple[int, int], np.ndarray]
    shifts: np.ndarray  # (draws, texts), 0 to 1: how far the second theme of a tie is shifted, as a share of the text


class Effects(NamedTuple):
    """The specifications of one claim under all permutations; positive is more of the later text, or together."""

    difference: np.ndarray  # (specifications,), in the unit of its measure
    effect: np.ndarray  # (specifications,), in standard deviations
    drawn: np.ndarray  # (specifications, draws), the same where nothing but chance is at work
    least_p: float  # how small a p-value the texts allow


def draw_permutations(tokens: TokenTable, n_draws: int, seed: int) -> Permutations:
    """
    The splits and shifts of all specifications.

    The splits are those of `analysis.stats.permutation.change_test` for the same seed and all pairs of texts.
    """
    pairs = list(combinations(range(len(tokens.texts)), 2))
    sizes = np.bincount(tokens.owner, minlength=len(tokens.texts))
    children = np.random.SeedSequence(seed).spawn(len(pairs) + 1)
    splits = {}
    for (first, second), child in zip(pairs, children, strict=False):
        batches = split_blocks(int(sizes[first] + sizes[second]), int(sizes[first]), n_draws=n_draws, seed=child)
        splits[first, second] = np.concatenate(list(batches))
    return Permutations(splits, np.random.default_rng(children[-1]).random((n_draws, len(tokens.texts))))


def permute_claim(
    claim: Claim, measures: Sequence[str], measured: Sequence[Measured], tokens: TokenTable, permutations: Permutations
) -> Effects:
    """All specifications of a claim, given by their measures and what they count, under the shared permutations."""
    if claim.kind == "tie":
        return _permute_ties(measures, measured, permutations)
    return _permute_changes(claim, measured, tokens, permutations)


def _permute_changes(
    claim: Claim, measured: Sequence[Measured], tokens: TokenTable, permutations: Permutations
) -> Effects:
    before, after = tokens.texts.index(claim.before), tokens.texts.index(claim.after)
    pair = (min(before, after), max(before, after))
    blocks = np.concatenate([np.flatnonzero(tokens.owner == text) for text in pair])
    tables = np.stack([one.table[:, blocks] for one in measured], axis=2).astype(float)  # (6, blocks, specifications)
    real = (tokens.owner[blocks] == pair[0])[None, :]
    splits = np.concatenate([real, permutations.splits[pair]])

    def differences(numerator: int, denominator: int) -> np.ndarray:
        return np.ascontiguousarray(split_differences(tables[numerator], tables[denominator], splits).T)

    moved = differences(0, 1) * (1 if before < after else -1)
    stretch = np.ones(len(measured))
    for grain, rows in enumerate(((2, 3), (4, 5))):  # of the units themselves, and of paragraphs
        spread = differences(*rows)[:, 1:].std(axis=1)
        asked = np.array([one.run_deviation[grain] for one in measured])
        stretch = np.maximum(stretch, asked / np.where(spread > 0, spread, np.inf))
    deviation = moved[:, 1:].std(axis=1)
    scale = np.where(deviation > 0, deviation, 1)
    least = least_p(*(int((tokens.owner == text).sum()) for text in pair), n_draws=len(splits) - 1)
    return Effects(moved[:, 0], moved[:, 0] / scale / stretch, moved[:, 1:] / scale[:, None], least)


def _permute_ties(measures: Sequence[str], measured: Sequence[Measured], permutations: Permutations) -> Effects:
    shifted: dict[bytes, list[np.ndarray]] = {}  # measures of the same incidence share its shifts
    ties = []
    for name, (table, *_) in zip(measures, measured, strict=True):
        key = table.tobytes()
        if key not in shifted:
            shifted[key] = count_shifted(table, permutations.shifts)
        ties.append(sum(weight * shifted[key][text] for text, weight in weigh_texts(name, table).items()))
    values = np.stack([np.broadcast_to(tie, len(permutations.shifts) + 1) for tie in ties])
    middle, deviation = values[:, 1:].mean(axis=1), values[:, 1:].std(axis=1)
    scale = np.where(deviation > ROUNDING, deviation, np.inf)[:, None]
    effects = (values - middle[:, None]) / scale
    n_shifts = max(float(np.bincount(table[0]).clip(1).prod(dtype=float)) for table, *_ in measured)
    return Effects(
        values[:, 0] - middle, effects[:, 0], effects[:, 1:], max(1 / n_shifts, 1 / (1 + len(permutations.shifts)))
    )


def count_shifted(table: np.ndarray, shifts: np.ndarray) -> list[np.ndarray]:
    """
    For each text its units with both themes: as it is, then with the second theme shifted within the text.

    Parameters
    ----------
    table : array (3, units): text, first theme, second theme (0 or 1)
    shifts : array (draws, texts), 0 to 1, as shares of the text; what leaves a text at its end enters at its beginning

    Returns
    -------
    list of arrays (1 + draws,), one per text
    """
    text, first, second = table
    counts = []
    for place in range(shifts.shape[1]):
        a, b = first[text == place], second[text == place]
        # for every shift at once: a circular cross-correlation of whole numbers
        both = np.rint(np.fft.irfft(np.fft.rfft(a) * np.conj(np.fft.rfft(b)), len(a))) if len(a) else np.zeros(1)
        counts.append(both[np.concatenate([[0], np.floor(shifts[:, place] * len(a))]).astype(int)])
    return counts


def weigh_texts(measure: str, table: np.ndarray) -> dict[int, float]:
    """
    What one unit with both themes adds to a measure of their tie, by text; texts that add nothing are left out.

    ``units``: share of all units; ``lift``: mean over texts of :math:`n_{ab} n / (n_a n_b)`
    (`association.association_strength`); ``named``: mean over texts of the share of the first theme's units that name
    the second.
    """
    text, first, second = table
    n, a, b = (np.bincount(text, weights=column) for column in (np.ones_like(first), first, second))
    if measure == "units":
        return dict.fromkeys(np.flatnonzero(n).tolist(), 1 / len(text))
    used = np.flatnonzero((a > 0) & (b > 0) if measure == "lift" else a > 0)
    by_chance = (a * b / np.maximum(n, 1) if measure == "lift" else a)[used]
    return dict(zip(used.tolist(), (1 / (by_chance * len(used))).tolist(), strict=True))
