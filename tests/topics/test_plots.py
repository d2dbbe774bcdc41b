"""Figures of topics: any number of texts and topics."""

import pandas as pd
import pytest
from matplotlib import pyplot as plt

from analysis.topics import plots


@pytest.fixture
def ax():
    fig, axes = plt.subplots()
    yield axes
    plt.close(fig)


@pytest.mark.parametrize("n_texts", [1, 2, 6])
@pytest.mark.parametrize("n_topics", [1, 4])
def test_every_topic_has_a_point_for_each_text_and_its_label(ax, n_texts, n_topics):
    texts, topics = [f"text{n}" for n in range(n_texts)], [f"t0{n}" for n in range(n_topics)]
    shares = pd.DataFrame(1 / n_topics, index=topics, columns=texts)
    dates = pd.Series(pd.date_range("2000-01-01", periods=n_texts, freq="YE"), index=texts)
    plots.plot_topic_shares(
        shares, dates, ax, labels={topic: f"label {topic}" for topic in topics}, unstable=topics[:1]
    )
    assert [len(line.get_xdata()) for line in ax.lines] == [n_texts] * n_topics
    assert {f"label {topic}" for topic in topics} <= {text.get_text() for text in ax.texts}
    assert ax.lines[0].get_linestyle() == "--"


def test_a_single_number_of_topics_is_a_point_for_each_kind_of_initial_values(ax):
    curves = pd.DataFrame({"random start": [0.5], "SVD start": [0.6], "shuffled words": [0.4]}, index=[2])
    plots.plot_stability(curves, ax, chosen=2)
    assert [line.get_ydata().tolist() for line in ax.lines[1:]] == [[0.5], [0.6], [0.4]]
