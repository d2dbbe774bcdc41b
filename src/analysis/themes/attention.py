"""How much of each text goes to each theme, with which words, and beside what."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from analysis.stats.association import association_strength
from analysis.themes.dictionary import Themes, tag


class Measure(NamedTuple):
    """How attention to a theme is measured: one amount by another, both of the same text, section or block."""

    numerator: str  # hits, units (with the theme) or unit_tokens (tokens of these units)
    denominator: str  # n_units, n_tokens, n_words (content words) or all_hits (of all themes that are compared)
    label: str  # {themes}: how many themes are compared, in words
    format: str  # of the value
    scale: int = 1  # what the ratio is multiplied by for readers
    columns: Mapping[str, str] = {}  # columns of `count_attention`, each with the unit that it counts


SHARES = {"share_sentences": "sentence", "share_paragraphs": "paragraph"}
# A unit is a paragraph, a sentence or, in the multiverse, a window of tokens.
MEASURES = {
    "units": Measure("units", "n_units", "share of units", ".0%", 1, SHARES),
    "tokens": Measure("hits", "n_tokens", "per word of text", ".1f", 1000, {"per_1000": "paragraph"}),
    "words": Measure("hits", "n_words", "per content word", ".1f", 1000),
    "composition": Measure("hits", "all_hits", "per hit of the {themes}", ".0%", 1, {"composition": "paragraph"}),
    "text": Measure("unit_tokens", "n_tokens", "share of the text", ".0%"),
}


def measure(name: str, **amounts: ArrayLike) -> np.ndarray:
    """
    A measure of `MEASURES` from the amounts it names; 0 where the denominator is.

    Examples
    --------
    >>> measure("tokens", hits=[3, 0], n_tokens=[1500, 0]).tolist()
    [2.0, 0.0]
    """
    way = MEASURES[name]
    part, whole = (np.asarray(amounts[amount]) for amount in (way.numerator, way.denominator))
    return np.divide(way.scale * part, whole, out=np.zeros(part.shape), where=whole > 0)


def count_attention(
    hits: pd.DataFrame, sentences: pd.DataFrame, n_tokens: Mapping[str, int], themes: Sequence[str]
) -> pd.DataFrame:
    """
    Attention of every text to every theme, in five measures that can disagree.

    Parameters
    ----------
    hits : DataFrame from `analysis.themes.dictionary.tag`
    sentences : DataFrame, one row per sentence
        Columns ``sentence_id``, ``paragraph_id``, ``doc_id``: the denominators.
    n_tokens : mapping of doc_id to its number of tokens
    themes : names of the themes, in the order wanted

    Returns
    -------
    DataFrame, one row per theme and text, themes without a hit included
        ``hits``, ``sentences``, ``paragraphs`` (counts with the theme); ``n_sentences``, ``n_paragraphs``,
        ``n_tokens`` (sizes), and the columns of `MEASURES`: ``share_sentences``, ``share_paragraphs`` (0 to 1);
        ``per_1000`` (hits per 1,000 tokens);
        ``composition`` (share of the hits of all `themes` in that text, 0 to 1; they sum to 1 where there are hits).
    """
    documents = list(dict.fromkeys(sentences["doc_id"]))
    index = pd.MultiIndex.from_product([themes, documents], names=["theme", "doc_id"])
    by_theme = hits.groupby(["theme", "doc_id"])
    table = pd.DataFrame(
        {
            "hits": by_theme.size(),
            "sentences": by_theme["sentence_id"].nunique(),
            "paragraphs": by_theme["paragraph_id"].nunique(),
        }
    )
    table = table.reindex(index, fill_value=0).astype(int).reset_index()
    sizes = sentences.groupby("doc_id")[["sentence_id", "paragraph_id"]].nunique()
    table["n_sentences"] = table["doc_id"].map(sizes["sentence_id"])
    table["n_paragraphs"] = table["doc_id"].map(sizes["paragraph_id"])
    table["n_tokens"] = table["doc_id"].map(n_tokens)
    amounts = {"hits": table["hits"], "n_tokens": table["n_tokens"]}
    amounts["all_hits"] = table.groupby("doc_id")["hits"].transform("sum")
    for name, way in MEASURES.items():
        for column, unit in way.columns.items():
            units = {"units": table[f"{unit}s"], "n_units": table[f"n_{unit}s"]}
            table[column] = measure(name, **amounts, **units)
    return table


def mark_units(hits: pd.DataFrame, units: pd.Series, themes: Sequence[str]) -> pd.DataFrame:
    """
    Which units speak of which theme: the incidence table of units and themes.

    Parameters
    ----------
    hits : DataFrame from `analysis.themes.dictionary.tag`
    units : Series of unit ids in reading order; its name (``paragraph_id`` or ``sentence_id``) is a column of `hits`

    Returns
    -------
    DataFrame of bool, index the unit ids, one column per theme
    """
    incidence = pd.crosstab(hits[str(units.name)], hits["theme"]) > 0
    return incidence.reindex(index=pd.Index(units, name=units.name), columns=list(themes), fill_value=False).astype(
        bool
    )


def leave_one_term_out(
    hits: pd.DataFrame, sentences: pd.DataFrame, dictionary: Themes, themes: Sequence[str]
) -> pd.DataFrame:
    """
    How far a theme's share of paragraphs rests on a single term of the dictionary.

    Each term is left out in turn and the sentences in which it was found are tagged again, so that a shorter term of
    the same theme may take its place.

    Returns
    -------
    DataFrame, one row per theme and text
        ``paragraphs`` with the theme, ``fewest`` that are left when the worst term is taken out, ``term`` (that term,
        empty when no term matters) and ``lost`` (share of the paragraphs that it alone carries, 0 to 1).
    """
    texts = sentences.set_index("sentence_id", drop=False)
    rows = []
    for theme in themes:
        theme_hits = hits[hits["theme"] == theme]
        paragraphs = theme_hits.groupby("doc_id")["paragraph_id"].nunique()
        fewest = {document: (count, "") for document, count in paragraphs.items()}
        for term in sorted(set(theme_hits["term"])):
            touched = theme_hits.loc[theme_hits["term"] == term, "sentence_id"].unique()
            again = tag(texts.loc[touched], dictionary.without(theme, term))
            left = pd.concat([theme_hits[~theme_hits["sentence_id"].isin(touched)], again[again["theme"] == theme]])
            counts = left.groupby("doc_id")["paragraph_id"].nunique().reindex(paragraphs.index, fill_value=0)
            for document, count in counts.items():
                fewest[document] = min(fewest[document], (count, term), key=lambda pair: pair[0])
        for document in dict.fromkeys(sentences["doc_id"]):
            n = int(paragraphs.get(document, 0))
            count, term = fewest.get(document, (0, ""))
            rows.append((theme, document, n, int(count), term, 1 - count / n if n else 0.0))
    return pd.DataFrame(rows, columns=["theme", "doc_id", "paragraphs", "fewest", "term", "lost"])


def count_vocabulary(hits: pd.DataFrame, base_form: Callable[[str], str]) -> pd.DataFrame:
    """
    The words of one theme by text.

    Forms of one word are counted together and shown under the most frequent form.

    Parameters
    ----------
    hits : DataFrame from `analysis.themes.dictionary.tag`, of one theme
        Columns ``surface``, ``start`` and ``doc_id``.
    base_form : function of a word or phrase as found, giving the form it is counted under

    Returns
    -------
    DataFrame, index ``word`` (most frequent surface form), one column per text (hits), most frequent first
    """
    surface = hits["surface"]
    opens = (hits["start"] == 0) & ~surface.str[:2].str.isupper()  # a capital for the sentence, not for the word
    words = hits.assign(word=surface.where(~opens, surface.str[:1].str.lower() + surface.str[1:]))
    words["base"] = words["word"].map(base_form)
    shown = words.groupby("base")["word"].agg(lambda forms: forms.value_counts().sort_index(kind="stable").idxmax())
    table = pd.crosstab(words["base"].map(shown).rename("word"), words["doc_id"])
    return table.loc[sorted(table.index, key=lambda word: (-table.loc[word].sum(), word))]


def describe_presence(counts: pd.DataFrame) -> pd.Series:
    """
    What becomes of each word through the texts, in their order.

    Returns
    -------
    Series of str
        ``stays`` (in all texts), ``appears`` (missing first, there in the last), ``vanishes`` (there first, missing in
        the last), ``passes`` (only in between), ``returns`` (in the first and last, missing between).

    Examples
    --------
    >>> describe_presence(pd.DataFrame({"2014": [1, 0, 2], "2018": [1, 0, 0], "2020": [3, 1, 0]})).tolist()
    ['stays', 'appears', 'vanishes']
    """
    there = counts.to_numpy() > 0
    first, last = there[:, 0], there[:, -1]
    words = np.select(
        [there.all(axis=1), first & last, first, last], ["stays", "returns", "vanishes", "appears"], "passes"
    )
    return pd.Series(words, index=counts.index, name="presence")


def count_neighbours(incidence: pd.DataFrame, theme: str, documents: pd.Series) -> pd.DataFrame:
    """
    Which other themes stand in the same units as one theme.

    Parameters
    ----------
    incidence : DataFrame of bool, units x themes, from `mark_units`
    documents : Series of doc_id, index the unit ids

    Returns
    -------
    DataFrame, one row per other theme and text
        ``both`` (units with both), ``n_theme``, ``n_other``, ``n`` (units), ``share`` (of the theme's units that name
        the other too, 0 to 1; 0 when it has none), ``lift`` (`association_strength`: 1 = as often together as by
        chance, above 1 = drawn together; missing when one of them does not occur).
    """
    rows = []
    for document, units in incidence.groupby(documents.reindex(incidence.index).to_numpy(), sort=False):
        for other in units.columns.drop(theme):
            both, n_theme, n_other = (units[theme] & units[other]).sum(), units[theme].sum(), units[other].sum()
            share = both / n_theme if n_theme else 0.0
            lift = association_strength(both, n_theme, n_other, len(units)).item() if n_theme and n_other else np.nan
            rows.append((other, document, int(both), int(n_theme), int(n_other), len(units), share, lift))
    return pd.DataFrame(rows, columns=["theme", "doc_id", "both", "n_theme", "n_other", "n", "share", "lift"])
