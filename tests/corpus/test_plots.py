"""What is drawn of the texts is what was given."""

import pandas as pd
import pytest

from analysis.corpus import plots

PARAGRAPHS = pd.DataFrame(
    {"doc_id": ["A", "A", "A", "B"], "section_id": ["s1", "s1", "s2", "s3"], "n_words": [10, 20, 30, 5]}
)
SECTIONS = pd.DataFrame({"section_id": ["s1", "s2", "s3"], "level": [1, 2, 1]})


def test_bars_are_as_high_as_paragraphs_have_words_and_lines_stand_where_sections_begin():
    fig = plots.plot_paragraph_lengths(PARAGRAPHS, SECTIONS, ["A", "B"])
    first, second = fig.axes
    assert [bar.get_height() for bar in first.patches] == [10, 20, 30]
    assert [line.get_xdata()[0] for line in first.lines] == [-0.5, 1.5]
    assert [bar.get_height() for bar in second.patches] == [5]


@pytest.mark.parametrize("n_texts", [1, 2, 7])
def test_there_is_a_panel_for_each_text(n_texts):
    texts = [f"T{number}" for number in range(n_texts)]
    paragraphs = pd.concat([PARAGRAPHS.head(3).assign(doc_id=text) for text in texts])
    fig = plots.plot_paragraph_lengths(paragraphs, SECTIONS, texts)
    assert [ax.get_title(loc="left") for ax in fig.axes] == texts
