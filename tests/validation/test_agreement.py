"""Alpha of matrices whose value is printed; precision and recall counted by hand."""

import numpy as np
import pandas as pd
import pytest

from analysis.inputs import InputError
from analysis.validation import agreement

NAN = np.nan
# Krippendorff 2011: four coders, twelve units.
FOUR = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, NAN, NAN, NAN],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NAN, 3],
    [NAN, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NAN],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NAN],
]
# Wikipedia, Krippendorff's alpha: three coders, fifteen units.
THREE = [
    [NAN, NAN, NAN, NAN, NAN, 3, 4, 1, 2, 1, 1, 3, 3, NAN, 3],
    [1, NAN, 2, 1, 3, 3, 4, 3, NAN, NAN, NAN, NAN, NAN, NAN, NAN],
    [NAN, NAN, 2, 1, 3, 4, 4, NAN, 2, 1, 1, 3, 3, NAN, 4],
]
# Krippendorff 2011: two coders, twelve units with values a to e, and ten with 0 and 1.
TWO = [[1, 1, 2, 2, 4, 3, 3, 3, 5, 4, 4, 1], [2, 1, 2, 2, 2, 3, 3, 3, 5, 4, 4, 4]]
BINARY = [[0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]]


def coded(rows):
    return pd.DataFrame(np.array(rows, dtype=float).T)


@pytest.mark.parametrize(
    ("rows", "level", "printed"),
    [
        (FOUR, "nominal", 0.743421),
        (FOUR, "ordinal", 0.815388),
        (FOUR, "interval", 0.849107),
        (FOUR, "ratio", 0.797403),
        (THREE, "nominal", 0.691358),
        (THREE, "interval", 0.810845),
        (TWO, "nominal", 0.691964),
        (BINARY, "nominal", 0.095238),
    ],
)
def test_alpha_has_the_published_value(rows, level, printed):
    alpha = agreement.krippendorff_alpha(coded(rows), level, n_draws=20, seed=1)
    assert alpha.value == pytest.approx(printed, abs=5e-7)
    assert alpha.low <= alpha.value <= alpha.high


def test_alpha_counts_the_units_that_two_coders_coded():
    assert agreement.krippendorff_alpha(coded(FOUR), n_draws=1, seed=1).units == 11
    assert agreement.krippendorff_alpha(coded(THREE), n_draws=1, seed=1).units == 12


def test_alpha_interval_covers_the_truth_for_independent_units():
    # Each coder reports the true value of a unit, or with probability e the other: alpha tends to (1 − 2e)².
    rng, error, hits = np.random.default_rng(2), 0.15, []
    for seed in range(100):
        truth = rng.random((80, 1)) < 0.5
        codes = pd.DataFrame((truth ^ (rng.random((80, 2)) < error)).astype(float))
        alpha = agreement.krippendorff_alpha(codes, n_draws=120, seed=seed)
        hits.append(alpha.low <= (1 - 2 * error) ** 2 <= alpha.high)
    assert np.mean(hits) == pytest.approx(0.95, abs=0.06)


def test_alpha_of_a_theme_nobody_saw_is_missing():
    alpha = agreement.krippendorff_alpha(pd.DataFrame({"A": [0, 0], "B": [0, 0]}), n_draws=5, seed=1)
    assert np.isnan([alpha.value, alpha.low, alpha.high]).all()
    assert alpha.undefined == 1


def test_alpha_of_a_rare_theme_says_how_many_draws_lack_it():
    codes = pd.DataFrame({"A": [1] + [0] * 9, "B": [1] + [0] * 9})
    alpha = agreement.krippendorff_alpha(codes, n_draws=2000, seed=1)
    assert alpha.value == 1
    assert alpha.undefined == pytest.approx(0.9**10, abs=0.03)


def test_alpha_needs_two_coders():
    with pytest.raises(InputError, match="1 coders and 0 units coded twice"):
        agreement.krippendorff_alpha(pd.DataFrame({"A": [0, 1]}), seed=1)
    with pytest.raises(InputError, match=r"level: found 'nominl'.*Did you mean 'nominal'"):
        agreement.krippendorff_alpha(coded(BINARY), "nominl", seed=1)
