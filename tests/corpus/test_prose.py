"""Sentences on the texts hold for any number of them."""

import pandas as pd
import pytest

from analysis.corpus import prose


def sizes(**words):
    return pd.DataFrame({"doc_id": list(words), "words": list(words.values())})


@pytest.mark.parametrize(
    ("words", "kinds", "opening"),
    [
        ({"A": 7389, "B": 1629}, ["report", "letter"], "Two genres of very different length: 7,389 words in A, 1,629"),
        ({"A": 100, "B": 90, "C": 80}, ["report"] * 3, "Three texts of one genre of similar length: 100 words in A"),
        ({"A": 100}, ["report"], "One text: 100 words in A. There is nothing to compare it with."),
    ],
)
def test_the_finding_tells_kinds_and_lengths(words, kinds, opening):
    assert prose.describe_sizes(sizes(**words), pd.Series(kinds)).startswith(opening)


def test_the_ratio_is_that_of_the_longest_to_the_shortest():
    found = prose.describe_sizes(sizes(A=450, B=300, C=100), pd.Series(["a", "b", "c"]))
    assert "The longest has 4.5 times the words of the shortest." in found


def test_the_caption_names_the_text_of_the_longest_paragraphs():
    paragraphs = pd.DataFrame({"doc_id": ["A", "A", "B"], "n_words": [10, 30, 50]})
    caption = prose.caption_lengths(paragraphs, ["A", "B"])["caption"]
    assert caption.startswith("Paragraphs are longest in B (median words: 20 in A, 50 in B)")


def test_institution_words_are_summed_by_text():
    rates = pd.DataFrame({"word": ["eu", "commissie"], "A": [10.0, 5.0], "B": [1.0, 1.0]})
    assert "make up 15 of every 1,000 words in A, 2 in B" in prose.describe_institution_words(rates, ["A", "B"])
