"""What a study says of itself (``data/study.yml``): its pages show these texts, no number depends on them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from analysis.schema import Entry, Line, Listed, Text, read_optional


class About(Entry):
    """
    Title, question, sources and caveats of a study, each a text in Markdown; what it does not state is empty, but for
    the title.

    A page leaves out what is empty, so that it says nothing that only another study could say.
    """

    title: Line = "Themes in dated texts"  # of the index; never the name of a folder, for pages know no place
    question: Text = ""  # what is asked of which texts, in a sentence
    introduction: Text = ""  # opens the index
    comparability: Text = ""  # in what the texts differ besides their themes
    dictionary: Text = ""  # who wrote the dictionary, when, and what was known of the texts
    findings: Text = ""  # which came first: claims, rule or results
    caveats: Listed[Text] = ()  # what must not be concluded
    benchmarks: Mapping[str, Line] = {}  # results of simulations made of these texts: files, by what was tried
    sources: Text = ""  # whose texts these are, and under which licence: at the foot of every page
    citation: Text = ""  # how to cite the study


def read_about(path: Path | None) -> About:
    """
    Read ``data/study.yml``; without a file everything is empty but the title.

    Raises
    ------
    InputError : if a key is unknown or its value no text
    """
    return read_optional(About, path) or About()
