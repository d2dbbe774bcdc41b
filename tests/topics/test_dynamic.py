"""Two layers: topics that drift are followed, by a second route, and windows of few units."""

import numpy as np
import pandas as pd
import pytest
from sklearn.decomposition import NMF
from sklearn.preprocessing import normalize

from analysis.inputs import InputError
from analysis.topics import models
from analysis.topics.dynamic import DynamicNMF, fit_dynamic
from analysis.topics.nmf import solve_weights


def drifting(planting, n_windows=4, n_units=60):
    """Windows in which one subject changes its words, one or two each time, while the others keep theirs."""
    old, new = planting.words["cyber"], [f"nieuw{number}" for number in range(10)]
    terms = pd.Index(sorted([*planting.terms, *new]))
    blocks, windows = [], []
    for window in range(n_windows):
        counts = pd.DataFrame(planting.plant(n_units, seed=window, subjects=["cyber", "geld", "migratie"])[0].toarray())
        counts.columns = planting.terms
        changed = round(window * 10 / n_windows)
        counts = counts.rename(columns=dict(zip(old[:changed], new[:changed], strict=True)))
        blocks.append(counts.reindex(columns=terms, fill_value=0))
        windows.extend([str(2014 + window)] * n_units)
    units = pd.Index([f"u{number:04d}" for number in range(n_windows * n_units)], name="paragraph_id")
    return planting.weigh(pd.concat(blocks).to_numpy()), units, terms, pd.Series(windows, index=units)


@pytest.mark.parametrize("n_windows", [1, 2, 4])
def test_dynamic_topics_follow_words_that_drift(planting, n_windows):
    matrix, units, terms, windows = drifting(planting, n_windows)
    found = fit_dynamic(matrix, units, terms, windows, n_topics=3, n_window_topics=3, seed=1)
    assert found.windows.groupby("topic")["window"].nunique().tolist() == [n_windows] * 3
    cyber = found.topics.terms["botnet"].idxmax()  # one of the words that stay longest
    path = found.windows[found.windows["topic"] == cyber]["window_topic"]
    for number, topic in enumerate(path):
        first = set(models.list_top_terms(found.terms, 10).loc[topic])
        changed = round(number * 10 / n_windows)
        assert len(first & {*planting.words["cyber"][changed:], *(f"nieuw{one}" for one in range(changed))}) >= 9
    assert found.topics.units.sum(axis=1).to_numpy() == pytest.approx(1)
    assert found.windows.groupby("window")["share"].sum().to_numpy() == pytest.approx(1)


def test_dynamic_topics_by_a_second_route(planted):
    _, matrix, units, _ = planted
    windows = np.where(np.arange(len(units)) < 70, "2014", "2018")
    model = DynamicNMF(4, n_window_components=4).fit(matrix, windows=windows)
    rows = []
    for window in ("2014", "2018"):  # scikit-learn by hand, as Greene & Cross do it
        components = NMF(4, init="nndsvd", random_state=1, max_iter=1000).fit(matrix[windows == window]).components_
        shares = components / components.sum(axis=1, keepdims=True)
        rows.append(np.where(shares >= 1e-6, components, 0))
    second = NMF(4, init="nndsvd", random_state=1, max_iter=1000).fit(normalize(np.vstack(rows)))
    expected = normalize(second.components_)
    likeness = expected @ normalize(model.components_).T
    assert sorted(likeness.argmax(axis=1)) == [0, 1, 2, 3]
    assert likeness.max(axis=1) == pytest.approx(1, abs=0.01)
    assert model.reconstruction_err_ == pytest.approx(second.reconstruction_err_, rel=1e-3)


def test_units_of_windows_are_the_sums_of_their_window_topics(planted):
    _, matrix, units, _ = planted
    windows = np.where(np.arange(len(units)) < 70, "2014", "2018")
    model = DynamicNMF(2, n_window_components={"2014": 3, "2018": 2}).fit(matrix, windows=windows)
    assert model.window_labels_.tolist() == ["2014"] * 3 + ["2018"] * 2
    one = solve_weights(matrix[:1], model.window_components_[:3])[0]
    by_hand = [one[model.assignments_[:3] == topic].sum() for topic in (0, 1)]
    assert model.weigh_units(matrix[:1], ["2014"])[0] == pytest.approx(by_hand)
    with pytest.raises(InputError, match="2020"):
        model.weigh_units(matrix[:1], ["2020"])


def test_a_window_with_few_units_has_fewer_topics(planting):
    matrix, units, terms, windows = drifting(planting, 2)
    few = np.r_[0:60, 60:62]
    found = fit_dynamic(matrix[few], units[few], terms, windows.iloc[few], n_topics=3, n_window_topics=3, seed=1)
    assert found.windows.groupby("window").size().to_dict() == {"2014": 3, "2015": 2}


def test_more_dynamic_topics_than_window_topics_are_refused(planting):
    matrix, units, terms, windows = drifting(planting, 2)
    with pytest.raises(InputError, match="7 with 6 window topics"):
        fit_dynamic(matrix, units, terms, windows, n_topics=7, n_window_topics=3, seed=1)
