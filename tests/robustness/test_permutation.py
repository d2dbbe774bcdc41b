"""Permutations that all specifications share, by hand."""

from itertools import combinations

import numpy as np
import pytest

from analysis.robustness import permutation


@pytest.mark.parametrize("measure", ["units", "lift", "named"])
def test_shifts_by_transform_are_shifts_by_hand(measure):
    rng = np.random.default_rng(2)
    text = np.repeat([0, 1], [12, 7])
    first, second = rng.random((2, 19)) < 0.5
    shifts = rng.random((30, 2))
    table = np.stack([text, first, second]).astype(np.int64)
    counts = permutation.count_shifted(table, shifts)
    weights = permutation.weigh_texts(measure, table)
    for draw in range(30):
        parts, total = [], 0
        for place in (0, 1):
            a, b = first[text == place], second[text == place]
            both = (a & np.roll(b, int(shifts[draw, place] * len(a)))).sum()
            total += both
            parts.append({"units": 0, "lift": both * len(a) / (a.sum() * b.sum()), "named": both / a.sum()}[measure])
        wanted = total / 19 if measure == "units" else np.mean(parts)
        assert sum(weights[place] * counts[place][draw + 1] for place in (0, 1)) == pytest.approx(wanted)


def test_the_splits_are_those_of_the_change_test(tokens):
    permutations = permutation.draw_permutations(tokens, 20, 1)
    assert list(permutations.splits) == list(combinations(range(3), 2))
    assert (permutations.splits[0, 1].sum(axis=1) == 21).all()  # sections of 2014
