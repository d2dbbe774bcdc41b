"""All texts as one stream of tokens: each stands in it once, at its place."""

import numpy as np

from analysis.robustness import token_table
from analysis.robustness.token_table import BODY, FOOTNOTE, HEADING


def test_headings_and_footnotes_stand_in_the_stream_once(study, tokens):
    part, paragraph = tokens.stream.part, tokens.stream.paragraph
    assert [len(set(paragraph[part == kind])) for kind in (BODY, HEADING, FOOTNOTE)] == [150, 46 - 3, 35]
    assert (part == BODY).sum() == sum(study.n_tokens.values())
    assert (np.diff(tokens.stream.block) >= 0).all()


def test_a_heading_stands_in_the_section_that_follows_it(study):
    rows = token_table.list_sentences(study).set_index("sentence_id")
    assert list(rows.index[:2]) == ["2014-s01.h", "2014-001.01"]
    assert rows.loc["2014-s02.h", "section_id"] == "2014-s03"  # no paragraph of its own
    assert rows.loc["2020-s07.h", "section_id"] == "2020-s06"  # none follows
    assert rows.loc["2018-fn01.01", "section_id"] == rows.loc["2018-004.01", "section_id"]
