"""
Language resources: stop words, phrases, compounds, and the words that sentences and formats are recognised by.

One folder per language under ``data/language``; a new language is a new folder, not new code. Sentences come from
sentencex, lemmas from simplemma, the base of the stop words from stopwordsiso; the folder corrects them. Without a
folder they go uncorrected.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sentencex
import stopwordsiso

from analysis.corpus.tokens import tokenize
from analysis.inputs import InputError, check_choice, check_keys, nearest, read_text, read_yaml

LISTS = (
    "abbreviations",
    "attributions",
    "conjunctions",
    "function_phrases",
    "institution_words",
    "kept_words",
    "page_words",
    "phrases",
    "policy_words",
    "possessives",
    "sentence_ends",
    "stop_words",
)
MAPPINGS = ("compounds.yml", "lemmas.yml")
ELSEWHERE = ("modality.yml", "references.yml")  # read by `analysis.themes.evolution`
COMPOUND_KEYS = ("links", "parts", "not_heads", "not_tails")


@dataclass(frozen=True, eq=False)
class Language:
    """
    The words of one language, in lower case but for acronyms. Whatever a language lacks is empty.

    `stop_words` are tokens, `policy_words` and `institution_words` what `lemmatize` gives, or phrases. `phrases` are
    several words that are read as one, longest first; those of them that carry no subject ("met het oog op") stand
    among the policy words too.
    """

    code: str
    stop_words: frozenset[str] = frozenset()
    policy_words: frozenset[str] = frozenset()
    institution_words: frozenset[str] = frozenset()
    phrases: tuple[str, ...] = ()
    lemma_overrides: Mapping[str, str] = field(default_factory=dict)
    abbreviations: frozenset[str] = frozenset()  # with their full stop: a sentence goes on after it
    sentence_ends: frozenset[str] = frozenset()  # with their full stop: a sentence ends there, though sentencex differs
    possessives: frozenset[str] = frozenset()  # endings that are no part of the lemma, with a straight apostrophe
    conjunctions: frozenset[str] = frozenset()  # a hyphen before these belongs to a suspended compound
    page_words: frozenset[str] = frozenset()  # what stands before the number of a page
    attributions: frozenset[str] = frozenset()  # how a line begins that says where a text was taken from
    compound_links: tuple[str, ...] = ("",)
    compound_parts: frozenset[str] = frozenset()
    compound_not_heads: frozenset[str] = frozenset()
    compound_not_tails: frozenset[str] = frozenset()


def language_codes(folder: Path) -> list[str]:
    """
    The codes of the languages that have a folder in `folder`, sorted.

    Raises
    ------
    InputError : if there is no such folder, or no language in it
    """
    codes = sorted(path.name for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []
    if not codes:
        raise InputError(
            folder,
            "no folder of a language",
            allowed="one folder per language, named by its code (nl, en)",
            remedy="Put the folder back, or add one for your language.",
        )
    return codes


def known_languages(folder: Path) -> list[str]:
    """
    The codes of the languages that texts may be in: first those of `language_codes`, then the others of simplemma.

    Raises
    ------
    InputError : as `language_codes`
    """
    from simplemma.strategies.dictionaries.dictionary_factory import SUPPORTED_LANGUAGES

    codes = language_codes(folder)
    return codes + sorted(SUPPORTED_LANGUAGES - set(codes))


def missing_resources(code: str, folder: Path) -> list[str]:
    """
    What is not known of a language, so that its texts are counted less well.

    Parameters
    ----------
    folder : as for `read_language`

    Returns
    -------
    list of str, names of files in the folder of the language, and ``stop words`` where stopwordsiso has none either
    """
    lists = [f"{name}.txt" for name in LISTS if name != "sentence_ends"]  # which few languages need
    files = [*lists, *MAPPINGS, *ELSEWHERE]
    lacking = [name for name in files if not (Path(folder) / code / name).exists()]
    return lacking if stopwordsiso.has_lang(code) else ["stop words", *lacking]


def read_language(code: str, folder: Path) -> Language:
    """
    The language `code`, from the lists in its folder below `folder` (``data/language``).

    Stop words are those of stopwordsiso, less ``kept_words.txt``, plus ``stop_words.txt``. Every file may be missing,
    and the folder too: then the list is empty. ``data/README.md`` says what each file holds.

    Raises
    ------
    InputError : if the language has no folder and simplemma does not know it, or a file in the folder has an unknown
        name or cannot be read
    """
    folder = Path(folder)
    place = folder / code
    if place.is_dir():
        _check_names(place)
    else:
        check_choice(code, str(folder), known_languages(folder))
    lists = {name: _read_list(place / f"{name}.txt") for name in LISTS}
    compounds = _read_compounds(place / "compounds.yml")
    base = stopwordsiso.stopwords(code) if stopwordsiso.has_lang(code) else set()
    stop_words = frozenset(base) - lists.pop("kept_words") | lists.pop("stop_words")
    policy_words = lists.pop("policy_words") | lists.pop("function_phrases")
    dropped_phrases = {entry for entry in policy_words | lists["institution_words"] if " " in entry}
    return Language(
        code=code,
        stop_words=stop_words,
        policy_words=policy_words,
        phrases=_longest_first(lists.pop("phrases") | dropped_phrases),
        lemma_overrides=_read_lemmas(place / "lemmas.yml"),
        compound_links=tuple(compounds.get("links", [""])),
        compound_parts=frozenset(compounds.get("parts", [])),
        compound_not_heads=frozenset(compounds.get("not_heads", [])),
        compound_not_tails=frozenset(compounds.get("not_tails", [])),
        **lists,
    )


def _check_names(place: Path) -> None:
    known = [*(f"{name}.txt" for name in LISTS), *MAPPINGS, *ELSEWHERE]
    for path in sorted(place.iterdir()):
        if path.name not in known and not path.name.startswith("."):
            hint = nearest(path.name, known)
            raise InputError(
                path, "a file of unknown name", allowed=f"one of {', '.join(known)}", remedy=hint or "Move it."
            )


def _read_list(path: Path) -> frozenset[str]:
    """One entry a line, made lower case unless it is an acronym; what follows a ``#`` is a remark."""
    if not path.exists():
        return frozenset()
    entries = (" ".join(line.partition("#")[0].split()) for line in read_text(path).split("\n"))
    return frozenset(entry if entry.isupper() else entry.lower() for entry in entries if entry)


def _longest_first(phrases: Collection[str]) -> tuple[str, ...]:
    return tuple(sorted(phrases, key=lambda phrase: (-len(tokenize(phrase)), phrase)))


def _read_lemmas(path: Path) -> dict[str, str]:
    lemmas = read_yaml(path) if path.exists() else {}
    for form, lemma in lemmas.items():
        if not isinstance(form, str) or not isinstance(lemma, str):
            raise InputError(
                f"{path}, {form!r}", repr(lemma), allowed="form: lemma, both words", remedy="Put the word in quotes."
            )
    return lemmas


def _read_compounds(path: Path) -> dict[str, Any]:
    compounds = check_keys(read_yaml(path), str(path), required=(), optional=COMPOUND_KEYS) if path.exists() else {}
    for key, words in compounds.items():
        if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
            raise InputError(
                f"{path}, {key}",
                repr(words),
                allowed="a list of words",
                remedy="Write [one, two], with quotes if needed.",
            )
    return compounds


# --- sentences ---------------------------------------------------------------------------------------------------

# A sentence inside “…” counts as one; sentencex keeps a quoted speech whole (8 boundaries missed in the sources, 1 so).
QUOTES = re.compile(r"[“”„«»]")
OPENING = re.compile(r"[“„«]")
FULL_STOP = re.compile(r"\b(\w+\.)\s+(?=[“„«]?[A-ZÀ-ÖØ-Þ])")


def split_sentences(text: str, language: Language) -> list[tuple[int, int]]:
    """
    Where the sentences of a paragraph start and end, as offsets in `text`; between them stands only white space.

    Colon and semicolon end no sentence; sentences inside quotation marks do count. Boundaries are those of sentencex
    (https://github.com/wikimedia/sentencex), corrected by the `abbreviations` and `sentence_ends` of the language.

    Examples
    --------
    >>> dutch = Language("nl", abbreviations=frozenset({"nr."}), sentence_ends=frozenset({"EUR."}))
    >>> text = "Er is 5 miljoen EUR. Zie nr. 98/2013. “Ja. Nee.”"
    >>> [text[start:end] for start, end in split_sentences(text, dutch)]
    ['Er is 5 miljoen EUR.', 'Zie nr. 98/2013.', '“Ja.', 'Nee.”']
    """
    masked = QUOTES.sub(" ", text)
    boundaries = sentencex.get_sentence_boundaries(language.code, masked)
    cuts = {_before_quote(text, masked, boundary["end_index"]) for boundary in boundaries}
    cuts |= {match.end() for match in FULL_STOP.finditer(text) if match[1] in language.sentence_ends}
    spans: list[tuple[int, int]] = []
    start = 0
    for cut in sorted(cuts | {len(text)}):
        sentence = text[start:cut]
        words = sentence.rsplit(None, 1)
        if cut < len(text) and words and words[-1].lstrip("([\"'“„").lower() in language.abbreviations:
            continue
        if words:
            lead = len(sentence) - len(sentence.lstrip())
            spans.append((start + lead, start + len(sentence.rstrip())))
        start = cut
    return spans


def _before_quote(text: str, masked: str, cut: int) -> int:
    """A quotation mark that opens just before a boundary belongs to the sentence after it."""
    opening = OPENING.search(text, len(masked[:cut].rstrip()), cut)
    return opening.start() if opening else cut


def is_stop_word(token: str, language: Language) -> bool:
    """
    Whether a token says nothing about the subject of its text.

    Examples
    --------
    >>> is_stop_word("De", Language("nl", stop_words=frozenset({"de"})))
    True
    """
    return token.lower() in language.stop_words
