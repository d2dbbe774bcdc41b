r"""
What chance would do to a finding: sections dealt anew to two texts, or one theme's marks rotated against the other's.

The same deals and rotations serve all specifications, so that they can be judged together as well as one by one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np

from analysis.robustness.measures import Measured
from analysis.robustness.specifications import Finding
from analysis.robustness.token_table import Material
from analysis.stats.permutation import split_blocks
from analysis.stats.proportions import ROUNDING


class Chance(NamedTuple):
    """What is drawn once for all specifications."""

    deals: Mapping[tuple[int, int], np.ndarray]  # pair of texts to (draws, blocks of both), True = dealt to the first
    turns: np.ndarray  # (draws, texts), 0 to 1: how far the second theme of a tie is rotated


class Effects(NamedTuple):
    """The specifications of one finding under all draws; positive is more of the later text, or together."""

    difference: np.ndarray  # (specifications,)
    effect: np.ndarray  # (specifications,)
    drawn: np.ndarray  # (specifications, draws)


def draw_chance(material: Material, n_draws: int, seed: int) -> Chance:
    """
    The deals and rotations of all specifications.

    The deals are those of `analysis.stats.permutation.change_test` for the same seed and all pairs of texts.
    """
    pairs = list(combinations(range(len(material.texts)), 2))
    sizes = np.bincount(material.owner)
    children = np.random.SeedSequence(seed).spawn(len(pairs) + 1)
    deals = {}
    for (first, second), child in zip(pairs, children, strict=False):
        splits = split_blocks(int(sizes[first] + sizes[second]), int(sizes[first]), n_draws=n_draws, seed=child)
        deals[first, second] = np.concatenate(list(splits))
    return Chance(deals, np.random.default_rng(children[-1]).random((n_draws, len(material.texts))))


def try_finding(
    finding: Finding, measures: Sequence[str], measured: Sequence[Measured], material: Material, chance: Chance
) -> Effects:
    """All specifications of a finding, given by their measures and what they count, under the shared draws."""
    if finding.kind == "tie":
        return _test_ties(measures, measured, chance)
    return _test_changes(finding, measured, material, chance)


def _test_changes(finding: Finding, measured: Sequence[Measured], material: Material, chance: Chance) -> Effects:
    before, after = material.texts.index(finding.before), material.texts.index(finding.after)
    pair = (min(before, after), max(before, after))
    blocks = np.concatenate([np.flatnonzero(material.owner == text) for text in pair])
    tables = np.stack([one.table[:, blocks] for one in measured]).astype(float)  # (specifications, 6, blocks)
    here = (material.owner[blocks] == pair[0])[None, :]
    deals = np.concatenate([here, chance.deals[pair]])
    moved = split_effects(tables[:, 0], tables[:, 1], deals) * (1 if before < after else -1)
    stretch = np.ones(len(measured))
    for grain, rows in enumerate(((2, 3), (4, 5))):  # of the units themselves, and of paragraphs
        dealt = split_effects(tables[:, rows[0]], tables[:, rows[1]], deals)[:, 1:].std(axis=1)
        asked = np.array([one.run_deviation[grain] for one in measured])
        stretch = np.maximum(stretch, asked / np.where(dealt > 0, dealt, np.inf))
    deviation = moved[:, 1:].std(axis=1)
    scale = np.where(deviation > 0, deviation, 1)
    return Effects(moved[:, 0], moved[:, 0] / scale / stretch, moved[:, 1:] / scale[:, None])


def split_effects(numerator: np.ndarray, denominator: np.ndarray, first: np.ndarray) -> np.ndarray:
    """
    The ratio in the second group less that in the first, for many specifications and splits at once.

    Sums of whole numbers are exact, whatever their order; a group without a denominator has the ratio 0.

    Parameters
    ----------
    numerator, denominator : arrays (specifications, blocks) of whole numbers
    first : bool array (splits, blocks), True where a block is in the first group

    Returns
    -------
    array (specifications, splits)

    Examples
    --------
    >>> split_effects(np.array([[1.0, 0, 2]]), np.array([[2.0, 2, 2]]), np.array([[True, True, False]])).tolist()
    [[0.75]]
    """
    groups = first.T.astype(float)
    ratios = []
    for side in (groups, 1 - groups):
        whole = denominator @ side
        ratios.append(np.divide(numerator @ side, whole, out=np.zeros_like(whole), where=whole > 0))
    return np.asarray(ratios[1] - ratios[0])


def _test_ties(measures: Sequence[str], measured: Sequence[Measured], chance: Chance) -> Effects:
    turned: dict[bytes, list[np.ndarray]] = {}  # measures of the same marks share their rotations
    tied = []
    for name, (table, *_) in zip(measures, measured, strict=True):
        key = table.tobytes()
        if key not in turned:
            turned[key] = count_turns(table, chance.turns)
        tied.append(sum(weight * turned[key][text] for text, weight in weigh_texts(name, table).items()))
    values = np.stack([np.broadcast_to(one, len(chance.turns) + 1) for one in tied])
    middle, deviation = values[:, 1:].mean(axis=1), values[:, 1:].std(axis=1)
    scale = np.where(deviation > ROUNDING, deviation, np.inf)[:, None]
    effects = (values - middle[:, None]) / scale
    return Effects(values[:, 0] - middle, effects[:, 0], effects[:, 1:])


def count_turns(table: np.ndarray, turns: np.ndarray) -> list[np.ndarray]:
    """For each text its units with both themes: as it is, then with the second theme rotated by each of the turns."""
    text, first, second = table
    counts = []
    for place in range(turns.shape[1]):
        a, b = first[text == place], second[text == place]
        # for every rotation at once: a circular cross-correlation of whole numbers
        both = np.rint(np.fft.irfft(np.fft.rfft(a) * np.conj(np.fft.rfft(b)), len(a))) if len(a) else np.zeros(1)
        counts.append(both[np.concatenate([[0], np.floor(turns[:, place] * len(a))]).astype(int)])
    return counts


def weigh_texts(measure: str, table: np.ndarray) -> dict[int, float]:
    """
    What one unit with both themes adds to a measure of their tie, by text; texts that add nothing are left out.

    ``units``: share of all units; ``lift``: mean over texts of :math:`n_{ab} n / (n_a n_b)`; ``named``: mean over texts
    of the share of the first theme's units that name the second.
    """
    text, first, second = table
    n, a, b = (np.bincount(text, weights=column) for column in (np.ones_like(first), first, second))
    use = {"units": n > 0, "lift": (a > 0) & (b > 0), "named": a > 0}[measure]
    per_text = {"units": np.full(len(n), len(text)), "lift": a * b / np.maximum(n, 1), "named": a}[measure]
    times = 1 if measure == "units" else max(int(use.sum()), 1)
    return {int(place): 1 / (per_text[place] * times) for place in np.flatnonzero(use)}
