"""Descriptive tables of a corpus: sizes, outline, kinds of lines, and the words that name its sender."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from analysis.corpus.counts import list_words, show_forms
from analysis.corpus.language import Language
from analysis.corpus.read import Corpus

ROLES = ["body", "heading", "footnote", "apparatus", "blank"]


def count_words(texts: pd.Series) -> pd.Series:
    """The number of words between spaces of each text, which is what a reader would count; same index as `texts`."""
    return texts.str.split().str.len()


def measure_texts(corpus: Corpus, n_tokens: Mapping[str, int]) -> pd.DataFrame:
    """
    The size of each text.

    Returns
    -------
    DataFrame, one row per text, in order of date
        ``doc_id``, ``sections``, ``paragraphs``, ``sentences``, ``words`` (between spaces), ``tokens``, ``footnotes``.
    """
    documents = list(corpus.documents.sort_values("date", kind="stable")["doc_id"])
    words = count_words(corpus.paragraphs["text"]).groupby(corpus.paragraphs["doc_id"]).sum()
    tables = {"sections": corpus.sections, "paragraphs": corpus.paragraphs, "sentences": corpus.sentences}
    sizes = pd.DataFrame({name: table.groupby("doc_id").size() for name, table in tables.items()}).reindex(documents)
    sizes["words"] = words
    sizes["tokens"] = pd.Series(n_tokens)
    sizes["footnotes"] = corpus.footnotes.groupby("doc_id").size()
    return sizes.fillna(0).astype(int).rename_axis("doc_id").reset_index()


def count_lines(lines: pd.DataFrame, documents: Sequence[str]) -> pd.DataFrame:
    """
    Lines of each source file by role; the roles of a file add up to its lines.

    Returns
    -------
    DataFrame, one row per text: ``text``, one column per role, ``all``.
    """
    table = pd.crosstab(lines["doc_id"], lines["role"]).reindex(index=list(documents), columns=ROLES, fill_value=0)
    table["all"] = table.sum(axis=1)
    return table.rename_axis(index="text", columns=None).reset_index()


def list_outline(sections: pd.DataFrame, paragraphs: pd.DataFrame) -> pd.DataFrame:
    """
    The headings in reading order.

    Returns
    -------
    DataFrame, one row per heading
        ``text``, ``level``, ``number``, ``title``, ``line``, ``paragraphs`` (directly under it).
    """
    direct = paragraphs.groupby("section_id").size()
    outline = sections.assign(paragraphs=sections["section_id"].map(direct).fillna(0).astype(int))
    return outline.rename(columns={"doc_id": "text"})[["text", "level", "number", "title", "line", "paragraphs"]]


def count_institution_words(
    sentences: pd.DataFrame, languages: Mapping[str, Language], n_tokens: Mapping[str, int]
) -> pd.DataFrame:
    """
    How often each text uses the words that name its sender and its papers.

    Returns
    -------
    DataFrame, one row per word, most frequent first
        ``word`` (its most frequent form) and one column per text: uses per 1,000 tokens.
    """
    institution = frozenset().union(*(language.institution_words for language in languages.values()))
    words = list_words(sentences, languages, institution_words=True)
    words = words[words["lemma"].isin(institution)]
    counts = pd.crosstab(words["lemma"], words["doc_id"]).reindex(columns=list(languages), fill_value=0)
    rates = 1000 * counts / pd.Series(n_tokens)[list(languages)]
    forms = show_forms(words)
    order = sorted(counts.index, key=lambda lemma: (-counts.loc[lemma].sum(), lemma))
    table = rates.loc[order].rename_axis(index=None, columns=None)
    table.insert(0, "word", [forms[lemma] for lemma in order])
    return table.reset_index(drop=True)
