"""
References to acts and documents, and instruments called by a name, in sentences and in the notes anchored in them.

A reference is brought to one form (``COM(2018) 225``, ``Directive 2014/41/EU``) and, where its form allows it, to its
CELEX number (EUR-Lex, "Types of documents in EUR-Lex"). The letter of a COM document (PC: proposal, DC: other) does not
stand in its reference: it is left open, never guessed, and the link goes by the COM number.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple

import pandas as pd

from analysis.corpus.language import Language
from analysis.schema import Entry, Line, read_optional
from analysis.themes import attention
from analysis.themes.evolution.names import Names, tag_names

Kind = Literal["act", "document", "procedure", "journal"]

COLUMNS = [
    "doc_id",
    "sentence_id",
    "source",
    "footnote_id",
    "kind",
    "reference",
    "celex",
    "link",
    "start",
    "end",
    "surface",
]
MENTION_COLUMNS = ["doc_id", "sentence_id", "source", "footnote_id", "kind", "instrument", "celex", "link", "surface"]
ACTS = {"L": "Directive", "R": "Regulation", "D": "Decision", "F": "Framework Decision", "H": "Recommendation"}
LABELS = {"act": "Acts", "document": "Documents of the institutions", "procedure": "Procedures"}
# Documents whose CELEX number follows from their reference. COM is not among them (PC or DC), nor C(…): its documents
# have the number of the act that they become.
DOCUMENT_LETTERS = {"JOIN": "JC", "SWD": "SC", "SEC": "SC"}
# The official languages, in which EUR-Lex has its pages; for texts in others the English page is linked.
EUR_LEX_LANGUAGES = frozenset(
    [
        "bg",
        "cs",
        "da",
        "de",
        "el",
        "en",
        "es",
        "et",
        "fi",
        "fr",
        "ga",
        "hr",
        "hu",
        "it",
        "lt",
        "lv",
        "mt",
        "nl",
        "pl",
        "pt",
        "ro",
        "sk",
        "sl",
        "sv",
    ]
)
FIRST_YEAR, LAST_YEAR = 1952, 2099  # of acts: the first treaty; a bound for what can be a year
YEAR_FIRST = 2015  # since when acts of all kinds are numbered in one series, the year first
FIRST_EU, LAST_OLD = 2009, 2014  # years of acts that have the tag (EU) and the number first

DOCUMENT = re.compile(r"\b(COM|JOIN|SWD|SEC|C)\s?\(\s?(\d{4})\s?\)\s?(\d{1,5})\b(?:\s+final\b(?:/\d)?)?")
COUNCIL = re.compile(r"\bST\s?(\d{4,5})/(\d{2})\b")
PROCEDURE = re.compile(r"\b(\d{4})/(\d{4})\s?\(([A-Z]{3})\)")
CELEX = re.compile(r"\b[1-9](?:19|20)\d{2}[A-Z]{1,2}\d{4}\b")
JOURNAL = r"\b{}\s?(?P<series>[LC])\s?(?P<number>\d{{1,4}})\b(?:,?\s(?:\w{{1,4}}\s)?(?P<date>\d{{1,2}}\.\d{{1,2}}\.(?P<year>\d{{4}})))?(?:,\s\w{{1,4}}\.\s(?P<page>\d+))?"  # noqa: E501


@dataclass(frozen=True, eq=False)
class Citing:
    """How a language cites acts; without a file only what all languages write alike is found."""

    code: str
    acts: Mapping[str, str] = field(default_factory=dict)  # word in small letters: letter of its CELEX number
    tags: Mapping[str, str] = field(default_factory=dict)  # of the treaties, in this language: in English
    cluster: re.Pattern[str] | None = None  # the word of an act and all numbers that follow it
    number: re.Pattern[str] | None = None  # one of them
    journal: re.Pattern[str] | None = None


class Reference(NamedTuple):
    """A reference found in a text."""

    kind: Kind
    reference: str  # in one form, whatever the language
    celex: str  # empty where it does not follow from the reference
    link: str  # to EUR-Lex, empty where none is certain
    start: int
    end: int


class _Citing(Entry):
    acts: dict[str, Literal["L", "R", "D", "F", "H"]]
    number: Line
    joined_by: Line
    journal: Line
    tags: dict[str, Line]


def read_citing(code: str, folder: Path) -> Citing:
    """
    How the language `code` cites acts (``<folder>/<code>/references.yml``, `folder` being ``data/language``).

    Raises
    ------
    InputError : if a key is unknown or missing, or the letter of an act is none of `ACTS`; names line and key
    """
    path = folder / code / "references.yml"
    words = read_optional(_Citing, path if path.exists() else None)
    if words is None:
        return Citing(code)
    tags, acts = (_any_of(names) for names in (words.tags, words.acts))
    number = rf"(?:\((?P<tag>{tags})\)\s?)?(?P<nr>{words.number}\.?\s?)?"
    number += rf"(?P<a>\d{{1,4}})/(?P<b>\d{{1,4}})(?:/(?P<suffix>{tags}))?\b"
    plain = re.sub(r"\?P<\w+>", "?:", number)
    cluster = rf"\b(?P<word>{acts})\s+{plain}(?:\s?(?:,|;|\b{words.joined_by}\b)\s{plain})*"
    return Citing(
        code,
        {name.lower(): letter for name, letter in words.acts.items()},
        words.tags,
        re.compile(cluster, re.IGNORECASE),
        re.compile(number, re.IGNORECASE),
        re.compile(JOURNAL.format(re.escape(words.journal))),
    )


def _any_of(words: Mapping[str, str]) -> str:
    """An expression for any of some words, the longest first."""
    return "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in sorted(words, key=len, reverse=True))


def find_references(text: str, citing: Citing) -> list[Reference]:
    """
    The references of a text, in order.

    Examples
    --------
    >>> [one.reference for one in find_references("COM(2018) 225 final van 17.4.2018; 2017/2068 (INI)", Citing("nl"))]
    ['COM(2018) 225', '2017/2068(INI)']
    >>> find_references("JOIN(2017) 450 final", Citing("nl"))[0].celex
    '52017JC0450'
    """
    found = [*_find_documents(text, citing), *_find_acts(text, citing), *_find_journals(text, citing)]
    found += [
        Reference("act", one[0], one[0], _link(citing, f"CELEX:{one[0]}"), *one.span()) for one in CELEX.finditer(text)
    ]
    return sorted(found, key=lambda one: (one.start, one.end))


def _find_documents(text: str, citing: Citing) -> Iterator[Reference]:
    for match in DOCUMENT.finditer(text):
        kind, year, number = match.groups()
        letters = DOCUMENT_LETTERS.get(kind)
        celex = f"5{year}{letters}{int(number):04d}" if letters else ""
        by_number = _link(citing, f"COM:{year}:{int(number):04d}:FIN") if kind == "COM" else ""
        link = _link(citing, f"CELEX:{celex}") if celex else by_number
        yield Reference("document", f"{kind}({year}) {int(number)}", celex, link, *match.span())
    for match in COUNCIL.finditer(text):
        yield Reference("document", f"ST {match[1]}/{match[2]}", "", "", *match.span())
    for match in PROCEDURE.finditer(text):
        yield Reference("procedure", f"{match[1]}/{match[2]}({match[3]})", "", "", *match.span())


def _find_acts(text: str, citing: Citing) -> Iterator[Reference]:
    if citing.cluster is None or citing.number is None:
        return
    for cluster in citing.cluster.finditer(text):
        letter = citing.acts[" ".join(cluster["word"].lower().split())]
        start = cluster.start()  # of the word for the first number, of the number for those that follow
        for match in citing.number.finditer(text, cluster.end("word"), cluster.end()):
            tags = {name.lower(): english for name, english in citing.tags.items()}
            tag, suffix = (tags.get((match[group] or "").lower(), "") for group in ("tag", "suffix"))
            dated = _read_number(match["a"], match["b"], tag, bool(match["nr"]), bool(suffix))
            celex = f"3{dated[0]}{letter}{dated[1]:04d}" if dated else ""
            front, back = f"({tag}) " if tag else "", f"/{suffix}" if suffix else ""
            number = f"{'No ' if match['nr'] else ''}{match['a']}/{match['b']}"
            link = _link(citing, f"CELEX:{celex}") if celex else ""
            yield Reference("act", f"{ACTS[letter]} {front}{number}{back}", celex, link, start, match.end())
            start = match.end()


def _read_number(a: str, b: str, tag: str, number_first: bool, has_suffix: bool) -> tuple[int, int] | None:
    """
    Year and number of an act cited as a/b; None where the form leaves it open.

    ``2014/41/EU`` has the year first, ``(EU) No 98/2013`` and all with an older tag the number. ``(EU) 2016/399`` is
    numbered year first since 2015; where both could be a year, as in ``(EU) 2015/2010``, it stays open.
    """
    if has_suffix:
        year, number = a, b
    elif number_first or tag in ("EC", "EEC", "Euratom"):
        year, number = b, a
    else:
        years = [len(part) == 4 and FIRST_YEAR <= int(part) <= LAST_YEAR for part in (a, b)]
        if all(years) and tag == "EU" and int(a) >= YEAR_FIRST and not FIRST_EU <= int(b) <= LAST_OLD:
            years[1] = False
        if sum(years) != 1:
            return None
        year, number = (a, b) if years[0] else (b, a)
    full = int(year) + (1900 if len(year) == 2 and int(year) >= FIRST_YEAR - 1900 else 0)
    return (full, int(number)) if FIRST_YEAR <= full <= LAST_YEAR else None


def _find_journals(text: str, citing: Citing) -> Iterator[Reference]:
    for match in citing.journal.finditer(text) if citing.journal else ():
        series, number, date, year, page = match.group("series", "number", "date", "year", "page")
        rest = (f", {date}" if date else "") + (f", p. {page}" if page else "")
        link = _link(citing, f"OJ:{series}:{year}:{int(number):03d}:TOC") if year else ""
        yield Reference("journal", f"OJ {series} {int(number)}{rest}", "", link, *match.span())


def _link(citing: Citing, uri: str) -> str:
    language = citing.code if citing.code in EUR_LEX_LANGUAGES else "en"
    return f"https://eur-lex.europa.eu/legal-content/{language.upper()}/TXT/?uri={uri}"


# --- in a corpus -------------------------------------------------------------------------------------------------


def anchor_notes(footnotes: pd.DataFrame, sentences: pd.DataFrame) -> pd.Series:
    """
    The sentence in which the mark of each note stands, or after which, where it follows the full stop.

    Parameters
    ----------
    footnotes, sentences : tables of `analysis.corpus.read.Corpus`

    Returns
    -------
    Series of ``sentence_id``, index ``footnote_id``; empty for a note without a mark
    """
    spans: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for paragraph, start, sentence in sentences[["paragraph_id", "start", "sentence_id"]].itertuples(index=False):
        spans[paragraph].append((start, sentence))
    anchors = [
        max([span for span in spans[paragraph] if span[0] < offset], default=min(spans[paragraph], default=(0, "")))[1]
        for paragraph, offset in footnotes[["paragraph_id", "offset"]].itertuples(index=False)
    ]
    return pd.Series(anchors, index=pd.Index(footnotes["footnote_id"]), name="sentence_id", dtype="str")


def list_references(
    sentences: pd.DataFrame, footnotes: pd.DataFrame, languages: Mapping[str, Language], folder: Path
) -> pd.DataFrame:
    """
    Every reference of a corpus, in its body and in its notes.

    Parameters
    ----------
    sentences, footnotes : tables of `analysis.corpus.read.Corpus`
    languages : mapping of doc_id to its language
    folder : ``data/language``

    Returns
    -------
    DataFrame, one row per reference, body before notes, each in reading order
        ``doc_id``; ``sentence_id`` (where it stands, or in which its note is anchored; empty for a note without a
        mark); ``source`` ("body" or "note"); ``footnote_id`` (empty in the body); ``kind`` (act, document, procedure,
        journal); ``reference`` (in one form); ``celex`` and ``link`` (empty where they are not certain); ``start``,
        ``end`` (offsets in the sentence or the note); ``surface``.
    """
    citing = {code: read_citing(code, folder) for code in {one.code for one in languages.values()}}
    anchors = anchor_notes(footnotes, sentences)
    units = [("body", row.doc_id, row.sentence_id, "", row.text) for row in sentences.itertuples()]
    units += [
        ("note", row.doc_id, anchors[row.footnote_id], row.footnote_id, row.text) for row in footnotes.itertuples()
    ]
    rows = [
        (document, sentence, source, note, one.kind, one.reference, one.celex, one.link, one.start, one.end,
         text[one.start : one.end])
        for source, document, sentence, note, text in units
        for one in find_references(text, citing[languages[document].code])
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=COLUMNS).astype({"start": int, "end": int})


def tag_instruments(sentences: pd.DataFrame, footnotes: pd.DataFrame, names: Names) -> pd.DataFrame:
    """
    Find instruments by their names (``data/instruments.yml``), in sentences and notes.

    Returns
    -------
    DataFrame, one row per hit, body before notes: the columns of `analysis.themes.evolution.names.tag_names` with
        ``source`` and ``footnote_id``; ``sentence_id`` of a note is where it is anchored
    """
    body = tag_names(sentences, names).assign(source="body", footnote_id="")
    units = footnotes.assign(sentence_id=footnotes["footnote_id"])
    notes = tag_names(units, names).rename(columns={"sentence_id": "footnote_id"}).assign(source="note")
    notes["sentence_id"] = notes["footnote_id"].map(anchor_notes(footnotes, sentences)).astype("str")
    return pd.concat([body, notes[body.columns]], ignore_index=True)


def list_mentions(references: pd.DataFrame, named: pd.DataFrame, names: Names) -> pd.DataFrame:
    """
    References and named instruments in one table; places of publication (the Official Journal) left out.

    Parameters
    ----------
    references, named : DataFrames from `list_references` and `tag_instruments`

    Returns
    -------
    DataFrame, one row per mention
        ``doc_id``, ``sentence_id``, ``source``, ``footnote_id``, ``kind`` (in words), ``instrument`` (reference in one
        form, or label of the name), ``celex``, ``link``, ``surface``.
    """
    cited = references[references["kind"] != "journal"]
    cited = cited.assign(kind=cited["kind"].map(LABELS), instrument=cited["reference"])
    called = named.assign(
        kind=named["kind"].map(names.kinds), instrument=named["name"].map(names.labels), celex="", link=""
    )
    return pd.concat([cited[MENTION_COLUMNS], called[MENTION_COLUMNS]], ignore_index=True)


def count_mentions(mentions: pd.DataFrame, documents: Sequence[str]) -> pd.DataFrame:
    """
    Each instrument with its mentions by text, and what becomes of it from text to text.

    Returns
    -------
    DataFrame, one row per instrument, those of most texts and mentions first
        ``kind``, ``instrument``, ``celex``, ``link``, one column per text (mentions), ``texts`` (that name it),
        ``presence`` (`analysis.themes.attention.describe_presence`).
    """
    counts = pd.crosstab(mentions["instrument"], mentions["doc_id"]).reindex(columns=list(documents), fill_value=0)
    about = mentions.drop_duplicates("instrument").set_index("instrument")[["kind", "celex", "link"]]
    table = about.join(counts).assign(texts=(counts > 0).sum(axis=1), presence=attention.describe_presence(counts))
    table = table.assign(total=counts.sum(axis=1)).rename_axis("instrument").reset_index()
    table = table.sort_values(["texts", "total", "instrument"], ascending=[False, False, True], kind="stable")
    return table[["kind", "instrument", "celex", "link", *documents, "texts", "presence"]].reset_index(drop=True)


def list_instruments(
    mentions: pd.DataFrame, theme_hits: pd.DataFrame, documents: Sequence[str], themes: Sequence[str]
) -> pd.DataFrame:
    """
    The instruments beside each theme: named in a sentence on it, or in a note anchored in such a sentence.

    Returns
    -------
    DataFrame, one row per theme, text and instrument, in the order of `themes` and `documents`
        ``theme``, ``doc_id``, ``kind``, ``instrument``, ``celex``, ``link``, ``mentions``, ``sentences``, ``texts`` (of
        the corpus that name it, on whatever theme).
    """
    texts = mentions.groupby("instrument")["doc_id"].nunique()
    pairs = theme_hits.drop_duplicates(["sentence_id", "theme"])[["sentence_id", "theme"]]
    beside = pairs[pairs["theme"].isin(themes)].merge(mentions, on="sentence_id")
    keys = ["theme", "doc_id", "kind", "instrument"]
    table = beside.groupby(keys).agg(
        celex=("celex", "first"),
        link=("link", "first"),
        mentions=("surface", "size"),
        sentences=("sentence_id", "nunique"),
    )
    table = table.reset_index().assign(texts=lambda one: one["instrument"].map(texts))
    order = {**{name: at for at, name in enumerate(themes)}, **{name: at for at, name in enumerate(documents)}}
    table = table.sort_values(
        keys, key=lambda column: column.map(order) if column.name in ("theme", "doc_id") else column, kind="stable"
    )
    return table.reset_index(drop=True)
