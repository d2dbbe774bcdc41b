"""Document-term matrices: the content words of sentences, counted in paragraphs, sentences or windows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd
from scipy import sparse

from analysis.corpus.language import Language
from analysis.corpus.lemmas import lemmatize
from analysis.corpus.tokens import Ragged, encode_tokens, token_spans
from analysis.corpus.vocabulary import TokenizedTexts, tokenize_texts
from analysis.inputs import InputError, check_at_least, check_choice

Unit = Literal["paragraph", "sentence", "window"]
UNITS: tuple[Unit, ...] = ("paragraph", "sentence", "window")


def count_tokens(sentences: pd.DataFrame) -> dict[str, int]:
    """
    Tokens of each text, words and numbers, stop words included: the denominator of every rate.

    Parameters
    ----------
    sentences : DataFrame with columns ``doc_id`` and ``text``

    Returns
    -------
    dict of doc_id to number of tokens, texts in order of first sentence
    """
    lengths = pd.Series(encode_tokens(list(sentences["text"])).lengths)
    return lengths.groupby(sentences["doc_id"].to_numpy(), sort=False).sum().to_dict()


def base_form(words: str, language: Language) -> str:
    """
    The form under which a word or phrase is counted: lower case, the last word as lemma.

    Only the last word of a phrase is made a lemma: *buitenlandse strijders* and *buitenlandse strijder* are one,
    and the adjective keeps the form in which it is read.

    Examples
    --------
    >>> base_form("Buitenlandse strijders", Language("nl"))
    'buitenlandse strijder'
    """
    *before, last = words.split(" ")
    return " ".join([*(word.lower() for word in before), lemmatize(last, language).lower()])


def list_words(
    sentences: pd.DataFrame, languages: Mapping[str, Language], *, institution_words: bool = False
) -> pd.DataFrame:
    """
    The content words of sentences: phrases joined first, then stop words and numbers dropped, the rest made lemmas.

    Parameters
    ----------
    sentences : DataFrame, one row per sentence
        Columns ``sentence_id``, ``paragraph_id``, ``doc_id`` and ``text``.
    languages : mapping of doc_id to the language of that text
    institution_words : bool
        Whether words that name the sender and its papers (*Commissie*, *verordening*) are kept.

    Returns
    -------
    DataFrame, one row per word, in reading order
        Columns ``sentence_id``, ``paragraph_id``, ``doc_id``, ``lemma`` (phrases as written in the list of phrases),
        ``start``, ``end`` (offsets in the sentence) and ``form`` (as it stands in the text, lower case).

    Raises
    ------
    InputError : if a text has no language
    """
    ids, parts = ["sentence_id", "paragraph_id", "doc_id"], []
    all_texts = list(sentences["text"])
    for tokenized in tokenize_texts(sentences, languages, institution_words=institution_words):
        texts = [all_texts[row] for row in tokenized.rows.tolist()]
        spans = np.array([span for text in texts for span in token_spans(text)], dtype=np.int64).reshape(-1, 2)
        for words in tokenized.words():
            start, end = spans[words.first, 0], spans[words.last, 1]
            places = zip(words.text.tolist(), start.tolist(), end.tolist(), strict=True)
            forms = [texts[text][begin:stop].lower() for text, begin, stop in places]
            lemmas = [tokenized.terms[term] for term in words.term.tolist()]
            row = tokenized.rows[words.text]
            parts.append(pd.DataFrame({"row": row, "lemma": lemmas, "start": start, "end": end, "form": forms}))
    columns = [*ids, "lemma", "start", "end", "form"]
    if not parts:
        return pd.DataFrame(columns=columns)
    table = pd.concat(parts, ignore_index=True).sort_values("row", kind="stable", ignore_index=True)
    same_row = sentences[ids].take(table["row"].to_numpy()).reset_index(drop=True)
    return pd.concat([same_row, table], axis=1)[columns]


@dataclass(frozen=True)
class Counts:
    """A document-term matrix: how often each term stands in each unit."""

    matrix: sparse.csr_array  # (n_units, n_terms), int
    units: pd.Index
    terms: pd.Index  # sorted


def count_terms(words: pd.DataFrame, units: pd.Series) -> Counts:
    """
    Count terms in units: one frozen, sorted vocabulary over all texts.

    Parameters
    ----------
    words : DataFrame from `list_words`
    units : Series of unit ids in reading order
        Its name is the column of `words` that holds them. Units without a word get an empty row.

    Returns
    -------
    Counts : one row per unit, terms in alphabetical order

    Examples
    --------
    >>> words = pd.DataFrame({"paragraph_id": ["p1", "p1", "p3"], "lemma": ["kust", "grens", "grens"]})
    >>> count_terms(words, pd.Series(["p1", "p2", "p3"], name="paragraph_id")).matrix.toarray().tolist()
    [[1, 1], [0, 0], [1, 0]]
    """
    terms = pd.Index(sorted(set(words["lemma"])), name="lemma")
    index = pd.Index(units, name=units.name)
    rows, columns = index.get_indexer(words[str(units.name)]), terms.get_indexer(words["lemma"])
    ones = np.ones(len(words), dtype=np.int64)
    matrix = sparse.coo_array((ones, (rows, columns)), shape=(len(index), len(terms))).tocsr()
    matrix.sum_duplicates()
    return Counts(matrix, index, terms)


def count_text(
    sentences: pd.DataFrame,
    languages: Mapping[str, Language],
    *,
    unit: Unit = "paragraph",
    window: int = 100,
    compounds: bool = False,
    institution_words: bool = False,
) -> Counts:
    """
    Count the content words of `list_words` in units of text, without listing them: made for millions of paragraphs.

    Parameters
    ----------
    sentences : DataFrame, one row per sentence, each text in reading order
        Columns ``doc_id`` and ``text``, and the column of the unit: ``paragraph_id`` or ``sentence_id``.
    unit : "paragraph", "sentence" or "window"
        A window is a run of tokens (stop words and numbers included) within one text.
    window : int
        Tokens in a window, about: a text is cut into windows that differ by one token at most. A phrase across a cut
        belongs to the window in which it begins.
    compounds : bool
        Whether compounds are opened: *grensbeheer* counts as *grensbeheer*, *grens* and *beheer*, if both stand alone
        in the texts too (or are parts the language names, as *cyber*). Stop words and dropped words are no parts.
    institution_words : bool
        Whether words that name the sender and its papers are kept.

    Returns
    -------
    Counts : units in reading order, those without a word as empty rows; one sorted vocabulary over all texts
        Windows are named after their text: ``2014-w001``.

    Raises
    ------
    InputError : if `unit` is unknown, `window` is not positive, or a text has no language

    Examples
    --------
    >>> text = pd.DataFrame({"doc_id": ["a", "a"], "paragraph_id": ["a1", "a2"], "text": ["Grens en kust.", "Grenzen"]})
    >>> counts = count_text(text, {"a": Language("nl", stop_words=frozenset({"en"}))})
    >>> counts.terms.tolist(), counts.matrix.toarray().tolist()
    (['grens', 'kust'], [[1, 1], [1, 0]])
    """
    check_choice(unit, "unit", UNITS)
    check_at_least("window", window, 1)
    tokenized = list(tokenize_texts(sentences, languages, institution_words=institution_words, compounds=compounds))
    if unit == "window":
        units, unit_of = _cut_windows(sentences["doc_id"], tokenized, window)
    else:
        of_sentence, names = pd.factorize(sentences[f"{unit}_id"])
        units, unit_of = pd.Index(names, name=f"{unit}_id"), lambda rows, _: of_sentence[rows]
    words = (((unit_of(rows, position),), word) for rows, position, word in _iterate_words(tokenized))
    (row_of,), column, terms = _name_terms(words, tokenized, n_places=1)
    return _tabulate(row_of, column, units, terms)


@dataclass(frozen=True)
class Sequences:
    """
    Terms in reading order, each at its place in its unit. What is not counted (a stop word, say) leaves a gap.

    The three arrays have one entry a term that stands in a unit, sorted by unit, then position.
    """

    unit: np.ndarray  # int32: index in `units`
    position: np.ndarray  # int32, from 0; a compound and its parts share one
    term: np.ndarray  # int32: index in `terms`
    units: pd.Index
    terms: pd.Index  # sorted

    @property
    def n_units(self) -> int:
        """Number of units, those without a term included."""
        return len(self.units)


def list_sequences(
    sentences: pd.DataFrame,
    languages: Mapping[str, Language],
    *,
    unit: Literal["paragraph", "sentence"] = "paragraph",
    compounds: bool = False,
    institution_words: bool = False,
) -> Sequences:
    """
    The content words of `list_words` in their order, which is what counts of words near each other are made from.

    Parameters are those of `count_text`. All tokens have a position, stop words and numbers too, so distances are those
    of the text; `published.close_gaps` gives the other reading. A phrase stands at its first token, and the
    positions of its other tokens are gaps; an opened compound and its parts stand at one position.

    Returns
    -------
    Sequences : units in reading order, those without a word included; one sorted vocabulary over all texts

    Raises
    ------
    InputError : if `unit` is unknown, or a text has no language

    Examples
    --------
    >>> text = pd.DataFrame({"doc_id": ["a", "a"], "paragraph_id": ["a1", "a1"], "text": ["Grens en kust.", "Grenzen"]})
    >>> sequences = list_sequences(text, {"a": Language("nl", stop_words=frozenset({"en"}))})
    >>> sequences.position.tolist(), sequences.terms[sequences.term].tolist()
    ([0, 2, 3], ['grens', 'kust', 'grens'])
    """
    check_choice(unit, "unit", ("paragraph", "sentence"))
    tokenized = list(tokenize_texts(sentences, languages, institution_words=institution_words, compounds=compounds))
    parts = _join_sentences(sentences[f"{unit}_id"], tokenized)
    words = (
        ((parts.of_sentence[rows], parts.before[rows] + place), word) for rows, place, word in _iterate_words(tokenized)
    )
    (of_unit, position), term, terms = _name_terms(words, tokenized, n_places=2)
    rank = of_unit.astype(np.int64) * (position.max(initial=0) + 1) + position
    if (rank[1:] < rank[:-1]).any():  # several languages, or units whose sentences alternate
        order = np.argsort(rank, kind="stable")
        of_unit, position, term = of_unit[order], position[order], term[order]
    return Sequences(of_unit, position, term, parts.names.rename(f"{unit}_id"), terms)


def _iterate_words(tokenized: Sequence[TokenizedTexts]) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """
    Sentence, position therein and number of every word, a block at a time.

    A word's number is its index among the terms of all languages, one language after the other.
    """
    n = 0
    for texts in tokenized:
        for words in texts.words():
            position = words.first - texts.tokens.bounds[words.text]
            yield texts.rows[words.text], position, words.term + np.int32(n)
        n += len(texts.terms)


def _name_terms(
    words: Iterable[tuple[tuple[np.ndarray, ...], np.ndarray]], tokenized: Sequence[TokenizedTexts], *, n_places: int
) -> tuple[list[np.ndarray], np.ndarray, pd.Index]:
    """
    The terms that words stand for: a word alone, or a compound and its parts.

    Takes places of words (`n_places` arrays) and their numbers, a block at a time. Gives the places of terms, the terms
    as index, and all terms, sorted.
    """
    blocks: list[list[np.ndarray]] = [[np.empty(0, dtype=np.int32)] for _ in range(n_places + 1)]
    for places, numbers in words:
        for block, values in zip(blocks, (*places, numbers), strict=True):
            block.append(values.astype(np.int32))
    *where, number = [np.concatenate(block) for block in blocks]
    names = [term for texts in tokenized for term in texts.terms]
    parts = [of_term for texts in tokenized for of_term in texts.parts]
    used = np.flatnonzero(np.bincount(number, minlength=len(names))).tolist()  # a word may stand in phrases only
    terms = sorted({term for word in used for term in (names[word], *parts[word])})
    column = {term: i for i, term in enumerate(terms)}
    index = pd.Index(terms, name="lemma")
    if not any(parts):
        columns = np.zeros(len(names), dtype=np.int32)
        columns[used] = [column[names[word]] for word in used]
        return where, columns[number], index
    lists: list[list[int]] = [[] for _ in names]
    for word in used:
        lists[word] = [column[term] for term in (names[word], *parts[word])]
    terms_of_word = Ragged.of(lists)
    return [np.repeat(place, terms_of_word.sizes[number]) for place in where], terms_of_word.unfold(number), index


def _tabulate(rows: np.ndarray, columns: np.ndarray, units: pd.Index, terms: pd.Index) -> Counts:
    """Count terms, given by unit and column."""
    ones = np.ones(len(rows), dtype=np.int64)
    return Counts(sparse.coo_array((ones, (rows, columns)), shape=(len(units), len(terms))).tocsr(), units, terms)


def _join_sentences(names: pd.Series, tokenized: Sequence[TokenizedTexts]) -> _Texts:
    """How the sentences of texts, or of other units, follow each other."""
    lengths = np.zeros(len(names), dtype=np.int64)
    for texts in tokenized:
        lengths[texts.rows] = texts.tokens.lengths
    return _Texts.of(names, lengths)


def _cut_windows(
    documents: pd.Series, tokenized: Sequence[TokenizedTexts], window: int
) -> tuple[pd.Index, Callable[[np.ndarray, np.ndarray], np.ndarray]]:
    """The windows of all texts, and the window of a token, given by its sentence and its place therein."""
    texts = _join_sentences(documents, tokenized)
    n_windows = np.maximum(1, np.rint(texts.lengths / window).astype(np.int64))
    ids = [f"{name}-w{number + 1:03d}" for name, n in zip(texts.names, n_windows, strict=True) for number in range(n)]
    before = np.cumsum(n_windows) - n_windows

    def window_of(rows: np.ndarray, position: np.ndarray) -> np.ndarray:
        text = texts.of_sentence[rows]
        return before[text] + (texts.before[rows] + position) * n_windows[text] // texts.lengths[text]

    return pd.Index(ids, name="window_id"), window_of


class _Texts(NamedTuple):
    """How the sentences of texts follow each other."""

    names: pd.Index
    lengths: np.ndarray  # (n_texts,), tokens
    of_sentence: np.ndarray  # (n_sentences,), which text
    before: np.ndarray  # (n_sentences,), tokens of the text before the sentence

    @classmethod
    def of(cls, documents: pd.Series, lengths: np.ndarray) -> _Texts:
        of_sentence, names = pd.factorize(documents)
        tokens = pd.Series(lengths).groupby(of_sentence, sort=True)
        return cls(pd.Index(names), tokens.sum().to_numpy(), of_sentence, tokens.cumsum().to_numpy() - lengths)


def first_sentences(sentences: pd.DataFrame, counts: Counts) -> pd.DataFrame:
    """
    The sentence in which each unit begins, with all that is known of it: text, section, place in the source.

    Parameters
    ----------
    sentences : DataFrame that `counts` was made from

    Returns
    -------
    DataFrame, one row per unit, index the units of `counts`, columns those of `sentences`

    Raises
    ------
    InputError : if a unit is none of these sentences
    """
    units = counts.units
    if units.name in sentences:
        return sentences.drop_duplicates(units.name).set_index(units.name, drop=False).loc[units]
    texts = _Texts.of(sentences["doc_id"], encode_tokens(list(sentences["text"])).lengths)
    document = texts.names.get_indexer(units.str.replace(r"-w\d+$", "", regex=True))
    if (document < 0).any():
        unknown = units[document < 0][0]
        raise InputError("counts", f"the unit {unknown!r}", allowed="units of these sentences", remedy="Count again.")
    n_windows = np.bincount(document)
    number = np.arange(len(units)) - (np.cumsum(n_windows) - n_windows)[document]
    begin = -(-number * texts.lengths[document] // n_windows[document])
    order = np.lexsort((np.arange(len(sentences)), texts.of_sentence))
    ahead = np.cumsum(texts.lengths) - texts.lengths
    start = ahead[texts.of_sentence[order]] + texts.before[order]
    last = np.cumsum(np.bincount(texts.of_sentence))[document] - 1  # a text without tokens has one empty window
    row = order[np.minimum(np.searchsorted(start, ahead[document] + begin, side="right") - 1, last)]
    return sentences.take(row).set_axis(units)


def prune(counts: Counts, *, min_units: int = 2, max_share: float = 1.0) -> Counts:
    """
    Leave out terms that are too rare or too common to tell units apart; all units stay, some perhaps empty.

    Parameters
    ----------
    min_units : int
        Least number of units that hold the term.
    max_share : float
        Largest share of all units that hold it, above 0 up to 1.

    Raises
    ------
    InputError : if no term is left

    Examples
    --------
    >>> counts = Counts(sparse.csr_array([[1, 2, 0], [1, 1, 1], [3, 0, 0]]), pd.RangeIndex(3), pd.Index(list("abc")))
    >>> prune(counts, max_share=0.9).terms.tolist()
    ['b']
    """
    check_at_least("min_units", min_units, 1)
    if not 0 < max_share <= 1:
        raise InputError("max_share", repr(max_share), allowed="above 0, up to 1", remedy="Give a share.")
    spread = _count_units(counts.matrix)
    kept = np.flatnonzero((spread >= min_units) & (spread <= max_share * counts.matrix.shape[0]))
    if not len(kept):
        defect = f"no term in {min_units} or more and at most {max_share:.0%} of {counts.matrix.shape[0]} units"
        raise InputError(
            "counts", defect, allowed="at least one term", remedy="Give a lower min_units or a higher max_share."
        )
    return Counts(counts.matrix[:, kept], counts.units, counts.terms[kept])


def weigh(counts: Counts, how: Literal["tfidf", "count"]) -> sparse.csr_array:
    r"""
    Counts as weights for topic models.

    "count": as they are. "tfidf": :math:`(1 + \ln c) (1 + \ln\frac{1 + n}{1 + d})` for a term that stands `c` times in
    the unit and in `d` of `n` units, then each unit scaled to length 1 (scikit-learn's ``TfidfTransformer`` with
    ``sublinear_tf``; Manning, Raghavan & Schütze 2008, ch. 6).

    Returns
    -------
    csr_array of float, (n_units, n_terms), 0 or more; rows of "tfidf" have length 1, empty units 0

    Raises
    ------
    InputError : if `how` is unknown
    """
    check_choice(how, "how", ("tfidf", "count"))
    weights = counts.matrix.astype(np.float64)
    if how == "tfidf":
        idf = 1 + np.log((1 + weights.shape[0]) / (1 + _count_units(counts.matrix)))
        weights.data = (1 + np.log(weights.data)) * idf[weights.indices]
        length = np.sqrt(weights.power(2).sum(axis=1))
        weights.data /= np.repeat(length, np.diff(weights.indptr))
    return weights


def _count_units(matrix: sparse.csr_array) -> np.ndarray:
    """In how many units each term stands."""
    return np.bincount(matrix.indices[matrix.data > 0], minlength=matrix.shape[1])


def show_forms(words: pd.DataFrame) -> dict[str, str]:
    """
    The form in which each lemma is shown to readers: the most frequent one, the first in the alphabet among equals.

    Parameters
    ----------
    words : DataFrame from `list_words`, columns ``lemma`` and ``form``

    Returns
    -------
    dict of lemma to form
    """
    counts = words.groupby(["lemma", "form"]).size().reset_index(name="n")
    best = counts.sort_values(["n", "form"], ascending=[False, True], kind="stable").drop_duplicates("lemma")
    return dict(zip(best["lemma"], best["form"], strict=True))
