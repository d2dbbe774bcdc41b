"""Figures of topics: what is drawn is what was given, for any number of texts, topics and themes."""

import pandas as pd
import pytest

from analysis.topics import explore, plots

LABELS = {"t01": "a", "t02": "b"}
NAMES = {"random": "random start", "nndsvd": "SVD start", "shuffled": "shuffled words"}


def texts(fig):
    return [text.get_text() for text in fig.axes[0].texts]


def make_curve(values):
    """A curve: stability by kind of initial values and number of topics."""
    rows = [(init, k, stability) for init, curve in values.items() for k, stability in curve.items()]
    return pd.DataFrame(rows, columns=["init", "n_topics", "stability"])


def test_stability_draws_the_floor_apart():
    curve = make_curve({"random": {3: 0.5, 4: 0.4}, "nndsvd": {3: 0.6, 4: 0.5}, "shuffled": {3: 0.4, 4: 0.4}})
    fig = plots.plot_stability(curve, 3)
    assert [line.get_linestyle() for line in fig.axes[0].lines[1:]] == ["-", "-", "--"]
    assert sorted(texts(fig)) == sorted(NAMES.values())


def test_a_single_number_of_topics_is_a_point_for_each_kind_of_initial_values():
    curve = make_curve({"random": {2: 0.5}, "nndsvd": {2: 0.6}, "shuffled": {2: 0.4}})
    lines = plots.plot_stability(curve, 2).axes[0].lines
    assert [line.get_ydata().tolist() for line in lines[1:]] == [[0.5], [0.6], [0.4]]


def test_unstable_topics_are_dashed_and_named():
    shares = pd.DataFrame({"2014": [0.7, 0.3], "2018": [0.2, 0.8]}, index=["t01", "t02"])
    dates = pd.Series(pd.to_datetime(["2014-03-11", "2018-04-17"]), index=["2014", "2018"])
    fig = plots.plot_topic_shares(shares, dates, LABELS, ["t02"])
    lines = fig.axes[0].lines
    assert [line.get_linestyle() for line in lines] == ["-", "--"]
    assert lines[1].get_ydata().tolist() == [0.3, 0.8]
    assert texts(fig) == ["a", "b"]


@pytest.mark.parametrize("n_texts", [1, 2, 6])
@pytest.mark.parametrize("n_topics", [1, 4])
def test_every_topic_has_a_point_for_each_text_and_its_label(n_texts, n_topics):
    documents, topics = [f"text{n}" for n in range(n_texts)], [f"t0{n}" for n in range(n_topics)]
    shares = pd.DataFrame(1 / n_topics, index=topics, columns=documents)
    dates = pd.Series(pd.date_range("2000-01-01", periods=n_texts, freq="YE"), index=documents)
    fig = plots.plot_topic_shares(shares, dates, {topic: f"label {topic}" for topic in topics}, topics[:1])
    lines = fig.axes[0].lines
    assert [len(line.get_xdata()) for line in lines] == [n_texts] * n_topics
    assert {f"label {topic}" for topic in topics} <= set(texts(fig))
    assert lines[0].get_linestyle() == "--"


def test_agreement_writes_every_correlation_with_a_true_minus_and_a_dash_for_none(make_study):
    themes = make_study(2, themes=["fish", "space"]).themes
    rows = [("t01", "fish", 0.5), ("t01", "space", None), ("t02", "fish", -0.25), ("t02", "space", None)]
    fig = plots.plot_agreement(pd.DataFrame(rows, columns=["topic", "theme", "rho"]), themes, LABELS)
    assert texts(fig) == ["0.50", "–", "−0.25", "–"]
    (ax,) = fig.axes
    assert [label.get_text() for label in (*ax.get_xticklabels(), *ax.get_yticklabels())] == ["Fish", "Space", "a", "b"]


def test_where_there_is_nothing_to_draw_a_figure_says_so(make_study):
    study = make_study(1)
    data = explore.prepare_texts(study)
    scored = explore.score_topics(data, 0, n_resamples=1, n_draws=1, seed=1)
    figures = [
        plots.plot_stability(explore.compare_numbers(data, range(0), n_resamples=1, seed=1), 0),
        plots.plot_topic_shares(scored.tabulate_shares(study.documents), pd.Series(dtype=object), {}),
        plots.plot_agreement(explore.match_declared(study, data, scored.topics), study.themes, {}),
    ]
    assert [texts(fig) for fig in figures] == [
        ["no number of topics to compare"],
        ["no topics"],
        ["no topic and theme to compare"],
    ]
