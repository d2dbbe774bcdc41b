"""What tests of topics share: texts in which topics were planted, and the study's three texts as a matrix."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.feature_extraction.text import TfidfTransformer

from analysis.corpus.counts import count_terms, list_words
from analysis.topics.models import list_top_terms

# Four subjects of ten words, and words that any text uses.
SUBJECTS = {
    "cyber": "cyberaanval hacker netwerk malware wachtwoord server encryptie botnet phishing datalek",
    "migratie": "asiel grens visum migrant opvang hervestiging terugkeer vluchteling smokkelaar verblijf",
    "cbrn": "chemisch nucleair explosief stof detectie besmetting laboratorium straling vaccin ziekteverwekker",
    "geld": "bank witwassen rekening fraude betaling belasting vermogen confiscatie valuta boekhouding",
}
WORDS = {subject: words.split() for subject, words in SUBJECTS.items()}
COMMON = [f"woord{number}" for number in range(40)]
TERMS = pd.Index(sorted([*COMMON, *(word for words in WORDS.values() for word in words)]), name="lemma")


def plant(n_units, *, seed, subjects=tuple(WORDS), length=30):
    """Units of `length` words, two thirds from one subject with Zipf weights, one third from the common words."""
    rng = np.random.default_rng(seed)
    zipf = 1 / np.arange(1, 11)
    labels = rng.choice(list(subjects), size=n_units)
    counts = np.zeros((n_units, len(TERMS)), dtype=int)
    for row, subject in zip(counts, labels, strict=True):
        own = rng.choice(WORDS[subject], size=2 * length // 3, p=zipf / zipf.sum())
        np.add.at(row, TERMS.get_indexer([*own, *rng.choice(COMMON, size=length // 3)]), 1)
    units = pd.Index([f"A{number:06d}" for number in range(n_units)], name="paragraph_id")
    return sparse.csr_array(counts), units, labels


def weigh(counts):
    return sparse.csr_array(TfidfTransformer(sublinear_tf=True).fit_transform(counts))


def subjects_of(terms):
    """The subject of each topic by its ten first terms."""
    return list_top_terms(terms).apply(subject_of, axis=1)


def subject_of(words):
    """The subject that a list of words is about, if at least 6 of 10 are its words."""
    best = max(WORDS, key=lambda subject: len(set(words) & set(WORDS[subject])))
    return best if len(set(words) & set(WORDS[best])) >= 6 else None


@pytest.fixture(scope="session")
def planting():
    """The subjects and terms of planted texts, and the functions that make, weigh and recognise them."""
    return SimpleNamespace(words=WORDS, terms=TERMS, plant=plant, weigh=weigh, subjects_of=subjects_of)


@pytest.fixture(scope="session")
def planted():
    counts, units, labels = plant(160, seed=1)
    return counts, weigh(counts), units, labels


@pytest.fixture(scope="session")
def real(here):
    words = list_words(here.corpus.sentences, here.languages)
    counted = count_terms(words, here.corpus.paragraphs["paragraph_id"])
    kept = np.flatnonzero((counted.matrix > 0).sum(axis=0) >= 2)
    counts = sparse.csr_array(counted.matrix[:, kept])
    documents = here.corpus.paragraphs.set_index("paragraph_id")["doc_id"]
    return counts, weigh(counts), counted.units, counted.terms[kept], documents
