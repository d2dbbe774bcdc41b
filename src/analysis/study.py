"""A study put together: its texts, its dictionary, and the hits of one in the other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from analysis.corpus import counts
from analysis.corpus.formats.parsed import LEAD
from analysis.corpus.language import Language, read_language
from analysis.corpus.read import Corpus, read_corpus
from analysis.inputs import InputError, check_choice
from analysis.pipeline.parameters import check_injected
from analysis.report import glossary
from analysis.report.about import About, read_about
from analysis.report.passages import list_passages as list_passages
from analysis.themes import attention
from analysis.themes import dictionary as themes

MANIFEST = "data/corpus.yml"
THEMES = "data/themes.yml"
GLOSSARY, ABOUT = "data/glossary.yml", "data/study.yml"
TIES, FINDINGS, CODES = "data/ties.yml", "data/findings.yml", "data/annotations/codes.yml"
FRAMES, ACTORS, INSTRUMENTS = "data/frames.yml", "data/actors.yml", "data/instruments.yml"
FRAME_CODES, CODED_ACTORS, CODED_STATUS = (
    f"data/annotations/{name}" for name in ("frame_codes.yml", "actors.csv", "status.csv")
)
EVOLUTION = (FRAMES, ACTORS, INSTRUMENTS, FRAME_CODES, CODED_ACTORS, CODED_STATUS)  # of `analysis.themes.evolution`
OPTIONAL = (GLOSSARY, ABOUT, TIES, FINDINGS, CODES, *EVOLUTION)  # a study may lack these, at their usual places


@dataclass(frozen=True)
class Study:
    """What every notebook starts from."""

    root: Path
    corpus: Corpus
    themes: themes.Themes
    languages: Mapping[str, Language]  # by doc_id
    glossary: Mapping[str, str]
    about: About  # what the study says of itself

    def find(self, file: str) -> Path | None:
        """
        Where an input file of the study lies; None where it is one of `OPTIONAL` and is not there.

        A file named otherwise is one that somebody asked for: whoever reads it says that it is missing.
        """
        return find_input(self.root, file)

    def benchmark(self, name: str) -> pd.DataFrame:
        """
        The results of a simulation made of these texts, which ``data/study.yml`` names; empty where it names none.

        Raises
        ------
        InputError : if the file that it names is missing
        """
        file = self.about.benchmarks.get(name)
        if file is None:
            return pd.DataFrame()
        if not (self.root / file).is_file():
            where, remedy = f"{ABOUT}, benchmarks.{name}", "Correct it, or remove the line."
            raise InputError(where, f"no file {file}", allowed="a file below the folder of the study", remedy=remedy)
        return pd.read_csv(self.root / file)

    @cached_property
    def hits(self) -> pd.DataFrame:
        """Every hit of every theme, from `analysis.themes.dictionary.tag`."""
        return themes.tag(self.corpus.sentences, self.themes)

    @cached_property
    def words(self) -> pd.DataFrame:
        """The content words of all sentences, from `analysis.corpus.counts.list_words`."""
        return counts.list_words(self.corpus.sentences, self.languages)

    @cached_property
    def n_tokens(self) -> dict[str, int]:
        """Tokens of each text."""
        return counts.count_tokens(self.corpus.sentences)

    @cached_property
    def documents(self) -> list[str]:
        """Ids of the texts, in order of date."""
        return list(self.corpus.documents.sort_values("date", kind="stable")["doc_id"])

    @cached_property
    def titles(self) -> dict[str, str]:
        """For each text, in order of date, what readers are told it is: id, kind and date."""
        table = self.corpus.documents.set_index("doc_id").loc[self.documents]
        return {doc_id: f"{doc_id} · {row['kind']}, {row['date']:%-d %B %Y}" for doc_id, row in table.iterrows()}

    @cached_property
    def language(self) -> str:
        """The code of the language that all texts share; empty when they do not."""
        codes = {language.code for language in self.languages.values()}
        return codes.pop() if len(codes) == 1 else ""

    def base_form(self, word: str) -> str:
        """The form under which a word is counted, by the language of the first text."""
        return counts.base_form(word, self.languages[self.documents[0]])

    def gloss(self, words: Iterable[str]) -> dict[str, str]:
        """Each word with its gloss, empty where there is none: what figures write below a word."""
        return {word: glossary.gloss(word, self.glossary) for word in words}


def find_root(start: Path | None = None) -> Path:
    """
    The folder of the study: the nearest one upwards from `start` (the working folder) that holds ``data/corpus.yml``.

    Raises
    ------
    InputError : if there is none
    """
    start = (start or Path.cwd()).resolve()
    for folder in (start, *start.parents):
        if (folder / MANIFEST).is_file():
            return folder
    raise InputError(
        start, f"no {MANIFEST} here or above", allowed="a folder of the study", remedy="Change to the study's folder."
    )


def find_input(root: Path, file: str) -> Path | None:
    """The path of `file` below `root`; None where it is one of `OPTIONAL` and is not there."""
    path = root / file
    return None if file in OPTIONAL and not path.exists() else path


def open_study(
    corpus_file: str = MANIFEST,
    themes_file: str = THEMES,
    glossary_file: str = GLOSSARY,
    about_file: str = ABOUT,
    *,
    root: Path | None = None,
) -> Study:
    """
    Read the texts, the dictionary, the glossary and what the study says of itself.

    Paths are relative to the folder of the study: `root`, or the one that `find_root` finds. Glossary and
    ``data/study.yml`` may be missing at their usual places.

    Raises
    ------
    InputError : if any of them cannot be used, or Papermill was given a parameter that the notebook cannot take
    """
    check_injected()
    root = root or find_root()
    corpus = read_corpus(root / corpus_file)
    folder = (root / corpus_file).parent / "language"
    by_code = {code: read_language(code, folder) for code in sorted(set(corpus.documents["language"]))}
    languages = {row.doc_id: by_code[row.language] for row in corpus.documents.itertuples()}
    dictionary = themes.read_themes(root / themes_file)
    meanings = glossary.read_glossary(find_input(root, glossary_file))
    about = read_about(find_input(root, about_file))
    return Study(root, corpus, dictionary, languages, meanings, about)


def list_shown_words(study: Study) -> list[str]:
    """
    The words that a reader of the pages, which are in English, needs a gloss for: headings of texts in other languages,
    and the words by which declared themes were found in them.
    """
    foreign = [text for text, language in study.languages.items() if language.code != "en"]
    sections = study.corpus.sections[study.corpus.sections["doc_id"].isin(foreign)]
    headings = sections.loc[sections["title"] != LEAD, "title"]
    hits = study.hits[study.hits["theme"].isin(study.themes.declared) & study.hits["doc_id"].isin(foreign)]
    words = attention.count_vocabulary(hits, study.base_form).index
    return sorted({*headings, *words})


def list_shared_passages(study: Study, *themes: str) -> pd.DataFrame:
    """
    The paragraphs that name every one of `themes`, with the words by which they do.

    Returns
    -------
    DataFrame, one row per paragraph, as from `list_passages`

    Raises
    ------
    InputError : if a theme is not in the dictionary
    """
    for theme in themes:
        check_choice(theme, "themes", study.themes.names)
    hits = study.hits[study.hits["theme"].isin(themes)]
    n_themes = hits.groupby("paragraph_id")["theme"].transform("nunique")
    return list_passages(study, hits[n_themes == len(set(themes))])


def locate_hits(study: Study, hits: pd.DataFrame) -> pd.Series:
    """Where in its text each hit stands: characters before it by characters of the text, 0 to 1."""
    sentences = study.corpus.sentences.set_index("sentence_id")
    length = sentences["text"].str.len()
    before = length.groupby(sentences["doc_id"], sort=False).cumsum() - length
    total = length.groupby(sentences["doc_id"], sort=False).sum()
    place = hits["sentence_id"].map(before).astype(float) + hits["start"]
    return place / hits["doc_id"].map(total).astype(float)


def locate_sections(study: Study) -> pd.DataFrame:
    """
    Where in its text each section begins, as `locate_hits` counts; sections without paragraphs are left out.

    Returns
    -------
    DataFrame with ``doc_id``, ``section_id``, ``position`` (0 to 1)
    """
    first = study.corpus.sentences.drop_duplicates("section_id")
    position = locate_hits(study, first.assign(start=0))
    return first[["doc_id", "section_id"]].assign(position=position).reset_index(drop=True)
