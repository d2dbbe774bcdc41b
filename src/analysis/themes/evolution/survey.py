"""The texts of a study surveyed: frames, actors, instruments, modality and words, each as the tables of one section."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

import pandas as pd

from analysis.corpus.language import Language
from analysis.themes.compare import TaggedTexts
from analysis.themes.dictionary import Themes
from analysis.themes.evolution import actors, correspondence, frames, instruments, modality, place
from analysis.themes.evolution.names import Names, tag_names

SENTENCE = ["sentence_id", "paragraph_id", "doc_id", "theme"]


class Texts(TaggedTexts, Protocol):
    """What a survey needs to know of the texts; an `analysis.study.Study` has it all."""

    @property
    def languages(self) -> Mapping[str, Language]: ...  # by text


@dataclass(frozen=True)
class Frames:
    """How the sentences on each declared theme are framed; without codes and without a dictionary, empty tables."""

    source: Literal["codes", "words", ""]
    sentences: pd.DataFrame  # from `list_sentences`: the sentences on each declared theme
    counts: pd.DataFrame  # from `frames.count_frames`, themes with a sentence only; and ``label`` of the frame
    hits: pd.DataFrame  # from `frames.list_frame_hits`: the sentences behind the counts
    compared: pd.DataFrame | None  # from `frames.compare_frames`, of codes
    status: pd.DataFrame  # from `frames.count_status`, of codes
    scores: pd.DataFrame  # from `frames.score_frames`: the dictionary against the codes; ``label`` in words


def measure_frames(study: TaggedTexts, codes: frames.FrameCodes, dictionary: Themes) -> Frames:
    """
    The frames of the declared themes: by codes where there are any, else by the words of the dictionary.

    Parameters
    ----------
    codes : from `frames.read_frame_codes`
    dictionary : from `frames.read_frame_dictionary`
    """
    sentences, themes = study.corpus.sentences, study.themes.declared
    tagged, on_theme = frames.tag_frames(sentences, dictionary), list_sentences(study, codes)
    labels = {name: name.replace("_", " ").capitalize() for name in codes.frames}
    labels |= {theme.name: theme.label for theme in dictionary}
    if codes.frames:
        counts, hits = frames.count_frames(codes, sentences, themes), frames.list_frame_hits(codes, sentences)
    else:
        counts = frames.count_tagged_frames(tagged, study.hits, sentences, dictionary.names, themes)
        once = tagged[["sentence_id", "frame"]].drop_duplicates()
        hits = on_theme.merge(once, on="sentence_id")[frames.HIT_COLUMNS]
    scores = frames.score_frames(codes, tagged, sentences)
    scores = scores[scores["label"].isin(dictionary.names)].reset_index(drop=True)
    counts = counts[counts.groupby("theme")["n"].transform("sum") > 0].reset_index(drop=True)
    return Frames(
        source="codes" if codes.frames else "words" if dictionary.names else "",
        sentences=on_theme,
        counts=counts.assign(label=counts["frame"].map(labels)),
        hits=hits,
        compared=frames.compare_frames(codes, sentences, themes) if codes.frames else None,
        status=frames.count_status(codes, sentences, themes) if codes.frames else pd.DataFrame(columns=_STATUS),
        scores=scores.assign(label=scores["label"].map(labels)),
    )


_STATUS = ["status" if name == "frame" else name for name in frames.COUNT_COLUMNS]


def list_sentences(study: TaggedTexts, codes: frames.FrameCodes | None = None) -> pd.DataFrame:
    """
    The sentences on each declared theme: those that the dictionary finds, and those that were coded as such.

    Returns
    -------
    DataFrame, one row per sentence and theme, in reading order: ``sentence_id``, ``paragraph_id``, ``doc_id``,
    ``theme``
    """
    found = study.hits.loc[study.hits["theme"].isin(study.themes.declared), ["sentence_id", "theme"]]
    coded = [] if codes is None else [codes.table[["sentence_id", "theme"]]]
    pairs = pd.concat([found, *coded]).drop_duplicates()
    return study.corpus.sentences[["sentence_id", "paragraph_id", "doc_id"]].merge(pairs, on="sentence_id")[SENTENCE]


@dataclass(frozen=True)
class Actors:
    """Who is named, and beside which theme."""

    hits: pd.DataFrame  # from `names.tag_names`
    counts: pd.DataFrame  # from `actors.count_actors`, by name
    crossed: pd.DataFrame  # from `actors.cross_actors`, by kind
    beside: pd.DataFrame  # from `actors.list_beside`: the sentences behind `crossed`
    scores: pd.DataFrame  # from `actors.score_actors` on the last round, kinds that were coded; ``label`` in words


def measure_actors(
    study: TaggedTexts, names: Names, on_theme: pd.DataFrame, coded: pd.DataFrame | None = None
) -> Actors:
    """
    Who is named in each text and beside each declared theme.

    Parameters
    ----------
    names : from `analysis.themes.evolution.names.read_names`
    on_theme : DataFrame from `list_sentences`
    coded : DataFrame from `actors.read_coded_actors`
    """
    sentences = study.corpus.sentences
    hits = tag_names(sentences, names)
    crossed = actors.cross_actors(on_theme, hits, sentences, names, study.themes.declared, by="kind")
    coded = actors.read_coded_actors(None, names) if coded is None else coded
    scores = actors.score_actors(hits, coded[coded["round"] == coded["round"].max()], names)
    scores = scores[scores["tp"] + scores["fn"] > 0].replace({"label": {**names.kinds, "all": "all kinds"}})
    counts = actors.count_actors(hits, sentences, names)
    return Actors(hits, counts, crossed, actors.list_beside(on_theme, hits), scores)


@dataclass(frozen=True)
class Instruments:
    """Acts, documents, strategies, funds and systems that the texts name or cite."""

    mentions: pd.DataFrame  # from `instruments.list_mentions`
    counts: pd.DataFrame  # from `instruments.count_mentions`
    beside: pd.DataFrame  # from `instruments.list_instruments`
    places: pd.DataFrame  # the sentences behind `beside`: theme, doc_id, instrument, sentence_id, paragraph_id


def find_instruments(study: Texts, names: Names, on_theme: pd.DataFrame, folder: Path) -> Instruments:
    """
    What is cited by number, and what is called by a name of the list, in sentences and notes.

    Parameters
    ----------
    on_theme : DataFrame from `list_sentences`
    folder : ``data/language``
    """
    sentences, notes, texts = study.corpus.sentences, study.corpus.footnotes, study.documents
    cited = instruments.list_references(sentences, notes, study.languages, folder)
    mentions = instruments.list_mentions(cited, instruments.tag_instruments(sentences, notes, names), names)
    beside = instruments.list_instruments(mentions, on_theme, texts, study.themes.declared)
    places = on_theme.merge(mentions[["sentence_id", "instrument"]], on="sentence_id")
    return Instruments(mentions, instruments.count_mentions(mentions, texts), beside, places)


@dataclass(frozen=True)
class Modality:
    """How each text speaks: demands, announces, reports."""

    counts: pd.DataFrame  # from `modality.count_modes`
    scores: pd.DataFrame  # from `modality.score_modes`, with ``mode``, and ``label`` in words


def measure_modality(study: Texts, coded: pd.DataFrame, folder: Path) -> Modality:
    """
    How the texts speak, by lists of verbs for their languages, and how often that is right.

    Parameters
    ----------
    coded : DataFrame from `modality.read_coded_status`
    folder : ``data/language``
    """
    sentences, modes = study.corpus.sentences, modality.modes_by_text(study.languages, folder)
    hits = modality.tag_modes(sentences, modes)
    names = list(dict.fromkeys(name for one in modes.values() for name in one.labels))
    leading = modality.lead_modes(hits, sentences, modes)
    scores = modality.score_modes(leading, coded, names)
    labels = {name: label for one in modes.values() for name, label in one.labels.items()}
    scores = scores.assign(mode=scores["label"]).replace({"label": labels})
    return Modality(modality.count_modes(hits, sentences, modes), scores if names and len(coded) else scores.head(0))


def list_places(study: TaggedTexts) -> pd.DataFrame:
    """Where each declared theme stands in each text, from `place.measure_places`."""
    corpus, themes = study.corpus, study.themes
    return place.measure_places(study.hits, corpus.sentences, corpus.sections, themes, themes.declared)


@dataclass(frozen=True)
class WordMap:
    """Words and texts (of a single text: its sections) in the same few dimensions."""

    found: correspondence.Correspondence
    themes: Mapping[str, str]  # of words that are found as a declared theme more often than not: its name
    columns: str  # "texts" or "sections"
    listed: pd.DataFrame  # one row per word, those that make most of the map first: word, count, axis_1, axis_2


def map_words(study: TaggedTexts, *, least: int) -> WordMap | None:
    """
    Correspondence analysis of words by texts, of a single text by its sections; None where there are too few of either.

    Parameters
    ----------
    least : int
        Times that a word must stand in the texts, all together.
    """
    words = study.words.merge(study.corpus.sentences[["sentence_id", "section_id"]], on="sentence_id")
    by = "doc_id" if len(study.documents) > 1 else "section_id"
    table = pd.crosstab(words["lemma"], words[by])
    table = table[table.sum(axis=1) >= least]
    if by == "doc_id":
        table = table.reindex(columns=study.documents, fill_value=0)
    table = table.loc[:, table.sum() > 0]
    if min(table.shape) < 2:
        return None
    found = correspondence.analyse_correspondence(table.rename_axis(index=None, columns=None))
    columns = "texts" if by == "doc_id" else "sections"
    return WordMap(found, _own_themes(words, study), columns, _list_words(found, table.sum(axis=1)))


def _list_words(found: correspondence.Correspondence, totals: pd.Series) -> pd.DataFrame:
    rows = found.rows[found.rows["axis"] <= 2]
    rows = rows.assign(made=rows["mass"] * rows["coordinate"] ** 2, axis="axis_" + rows["axis"].astype(str))
    made = rows.groupby("item")["made"].sum().sort_values(ascending=False, kind="stable")
    table = rows.pivot(index="item", columns="axis", values="coordinate").loc[made.index]
    table.insert(0, "count", totals.reindex(table.index).astype(int))
    return table.rename_axis(index="word", columns=None).reset_index()


def _own_themes(words: pd.DataFrame, study: TaggedTexts) -> dict[str, str]:
    """The declared theme of each word that lies in its hits in more than half of the places where it stands."""
    hits = study.hits.loc[study.hits["theme"].isin(study.themes.declared), ["sentence_id", "theme", "start", "end"]]
    pairs = words[["sentence_id", "lemma", "start", "end"]].merge(hits, on="sentence_id", suffixes=("", "_hit"))
    inside = pairs[(pairs["start"] >= pairs["start_hit"]) & (pairs["end"] <= pairs["end_hit"])]
    counts = pd.crosstab(inside["lemma"], inside["theme"])
    total = words["lemma"].value_counts().reindex(counts.index)
    return {str(lemma): str(row.idxmax()) for lemma, row in counts.iterrows() if row.max() > total[lemma] / 2}


def list_evidence(rows: pd.DataFrame, hits: pd.DataFrame, by: Sequence[str]) -> list[list[str]]:
    """
    The paragraphs behind each row of a table.

    Parameters
    ----------
    hits : DataFrame with ``paragraph_id`` and the columns `by`
    by : columns in which a row and its hits agree, such as ``theme``, ``doc_id`` and ``frame``

    Returns
    -------
    list of ids of paragraphs per row, each once, in the order of `hits`

    Examples
    --------
    >>> hits = pd.DataFrame({"theme": ["cyber", "cyber"], "paragraph_id": ["2014-002", "2014-002"]})
    >>> list_evidence(pd.DataFrame({"theme": ["cyber", "cbrn"]}), hits, ["theme"])
    [['2014-002'], []]
    """
    groups = {key: list(dict.fromkeys(ids)) for key, ids in hits.groupby(list(by), sort=False)["paragraph_id"]}
    return [groups.get(key, []) for key in rows[list(by)].itertuples(index=False, name=None)]


def spread(table: pd.DataFrame, index: Sequence[str], columns: str, values: str) -> pd.DataFrame:
    """
    A long table made wide: a row per combination of `index`, a column per item of `columns`, in their order.

    Examples
    --------
    >>> table = pd.DataFrame({"name": ["union", "union"], "doc_id": ["2014", "2018"], "sentences": [80, 9]})
    >>> spread(table, ["name"], "doc_id", "sentences").to_dict("records")
    [{'name': 'union', '2014': 80, '2018': 9}]
    """
    order = list(dict.fromkeys(table[columns]))
    wide = table.set_index([*index, columns])[values].unstack(columns, sort=False).reindex(columns=order)
    return wide.rename_axis(columns=None).reset_index()
