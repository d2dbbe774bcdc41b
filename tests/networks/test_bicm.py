"""Chances from margins: printed by the package backbone, forced by hand, met for any table."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from analysis.inputs import InputError
from analysis.networks import bicm

TABLES = st.tuples(st.integers(1, 9), st.integers(1, 9), st.integers(0, 2**32), st.floats(0.05, 0.95)).map(
    lambda one: np.random.default_rng(one[2]).random(one[:2]) < one[3]
)


def test_chances_of_a_small_table_are_those_of_backbone():
    # zpneal/backbone 2.1.3, inst/tinytest/test_backbone.R, "bicm".
    printed = [[0.216, 0.216, 0.568], [0.216, 0.216, 0.568], [0.568, 0.568, 0.863]]
    assert bicm.fit_bicm(np.array([[0, 0, 1], [0, 1, 0], [1, 0, 1]])).table().round(3).tolist() == printed


def test_what_the_margins_force_is_exact():
    # The nested table can be no other; of the second, rows 1-2 must hold columns 1-2, rows 3-4 must lack columns 3-4.
    nested = np.array([[1, 1, 1], [1, 1, 0], [1, 0, 0], [0, 0, 0]])
    assert bicm.fit_bicm(nested).table().tolist() == nested.tolist()
    halves = np.array([[1, 1, 1, 0], [1, 1, 0, 1], [1, 0, 0, 0], [0, 1, 0, 0]])
    free, forced = [0.5, 0.5], [[1, 1], [0, 0]]
    expected = [[*forced[0], *free]] * 2 + [[*free, *forced[1]]] * 2
    assert bicm.fit_bicm(halves).table() == pytest.approx(np.array(expected), abs=1e-12)


@pytest.mark.slow
@settings(deadline=None, max_examples=200)
@given(TABLES)
def test_margins_are_met_in_any_table(table):
    p = bicm.fit_bicm(table).table()
    assert ((p >= 0) & (p <= 1)).all()
    assert p.sum(axis=0) == pytest.approx(table.sum(axis=0), abs=1e-9)
    assert p.sum(axis=1) == pytest.approx(table.sum(axis=1), abs=1e-9)
    assert bicm.fit_bicm(table.T).table() == pytest.approx(p.T, abs=1e-7)


@settings(deadline=None, max_examples=60)
@given(TABLES)
def test_odds_are_products_of_one_number_per_unit_and_one_per_node(table):
    p = bicm.fit_bicm(table).table()
    if ((p > 1e-6) & (p < 1 - 1e-6)).all():
        log_odds = np.log(p / (1 - p))
        assert log_odds - log_odds[:1] == pytest.approx(np.tile((log_odds - log_odds[:1])[:, :1], p.shape[1]), abs=1e-6)


def test_classes_cost_nothing_in_precision():
    # Fixed points x = r / Σ y/(1 + xy), y = c / Σ x/(1 + xy), unit by unit (Saracco et al. 2015, eq. 5).
    table = np.random.default_rng(1).random((30, 12)) < np.linspace(0.1, 0.6, 12)
    table[:2] = False  # empty units have no chance
    rich, often = table.sum(axis=1), table.sum(axis=0)
    x, y = rich / np.sqrt(rich.sum()), often / np.sqrt(rich.sum())
    for _ in range(20_000):
        x = rich / (y / (1 + np.outer(x, y))).sum(axis=1)
        y = often / (x[:, None] / (1 + np.outer(x, y))).sum(axis=0)
    model = bicm.fit_bicm(table)
    assert model.table() == pytest.approx(np.outer(x, y) / (1 + np.outer(x, y)), abs=1e-8)
    assert len(model.p) == len(np.unique(rich))
    assert model.sizes.sum() == 30


def test_strata_are_fitted_each_by_itself():
    rng = np.random.default_rng(2)
    first, second = rng.random((20, 6)) < 0.5, rng.random((9, 6)) < 0.2
    mixed = rng.permutation(29)
    strata = pd.Series(["A"] * 20 + ["B"] * 9).to_numpy()[mixed]
    p = bicm.fit_bicm(np.vstack([first, second])[mixed], pd.Series(strata)).table()[np.argsort(mixed)]
    assert p[:20] == pytest.approx(bicm.fit_bicm(first).table(), abs=1e-9)
    assert p[20:] == pytest.approx(bicm.fit_bicm(second).table(), abs=1e-9)


def test_tables_of_any_kind_give_the_same_chances():
    table = np.random.default_rng(3).random((12, 5)) < 0.4
    p = bicm.fit_bicm(table).table()
    stored_zeros = sparse.csr_array(np.ones((12, 5), dtype=int))
    stored_zeros.data = table.ravel().astype(int)
    for other in (pd.DataFrame(table), sparse.csr_array(table), sparse.csc_array(table), stored_zeros):
        assert bicm.fit_bicm(other).table().tolist() == p.tolist()


def test_what_is_no_table_of_incidence_is_named():
    with pytest.raises(InputError, match="incidence: found other values than true and false"):
        bicm.fit_bicm(np.array([[2, 0]]))
    with pytest.raises(InputError, match=r"incidence: found a table of \(0, 3\)"):
        bicm.fit_bicm(np.empty((0, 3)))
    with pytest.raises(InputError, match="strata: found 1 rows, allowed is the 2 units"):
        bicm.fit_bicm(np.eye(2), pd.Series(["A"]))


def test_margins_that_are_not_met_are_reported(monkeypatch):
    monkeypatch.setattr(bicm, "MOST_STEPS", 1)
    with pytest.raises(InputError, match="margins not met after 1 steps"):
        bicm.fit_bicm(np.random.default_rng(4).random((9, 5)) < 0.3)
