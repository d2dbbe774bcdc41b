"""What tests of topics share: texts in which topics were planted, and the study's three texts as a matrix."""

from datetime import date
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import yaml
from scipy import sparse
from sklearn.feature_extraction.text import TfidfTransformer

from analysis.corpus.counts import count_terms, list_words
from analysis.study import open_study
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


# Sentences about two subjects; paragraphs of a small corpus are three of them.
FISH = {
    "en": """Trawlers left the harbour at dawn. Herring and cod fill the nets again. The quota for cod falls next year.
        Fishing nets tear on old wrecks. The harbour sells herring to the market. Trawlers land cod at the harbour.""",
    "nl": """Trawlers verlieten de haven bij zonsopgang. Haring en kabeljauw vullen de netten. Het quotum voor kabeljauw
        daalt. Visnetten scheuren op oude wrakken. De haven verkoopt haring. Een trawler brengt kabeljauw.""",
    "fr": """Les chalutiers quittent le port. Le hareng et la morue remplissent les filets. Le quota de morue baisse.
        Les filets se déchirent. Le port vend le hareng. Un chalutier apporte la morue au port.""",
}
BUDGET = {
    "en": """The budget grows by three percent. Taxes pay for schools and roads. Parliament votes on the budget. The
        deficit of the budget shrinks. Lower taxes widen the deficit. Schools ask parliament for money.""",
    "nl": """De begroting groeit met drie procent. Belastingen betalen scholen en wegen. Het parlement stemt over de
        begroting. Het tekort op de begroting krimpt. Lage belastingen vergroten het tekort. Scholen vragen geld.""",
    "fr": """Le budget augmente. Les impôts paient les écoles. Le parlement vote le budget. Le déficit du budget
        diminue. Les impôts creusent le déficit. Les écoles demandent un budget au parlement.""",
}
THEMES = {
    "fish": ["herring", "cod", "haring", "kabeljauw", "hareng", "morue"],
    "budget": ["budget", "begroting", "taxes", "belasting*", "impôts"],
    "space": ["rocket", "raket"],
}


@pytest.fixture
def make_study(tmp_path):
    """Writes texts of so many paragraphs, about two subjects in turn, with a dictionary, and opens them as a study."""

    def make_study(*sizes, language="en", themes=(), headings=False):
        data = tmp_path / "data"
        (data / "language" / language).mkdir(parents=True)  # a language without lists
        rng, documents = np.random.default_rng(1), []
        subjects = [" ".join(texts[language].split()).rstrip(".").split(". ") for texts in (FISH, BUDGET)]
        for number, size in enumerate(sizes):
            parts = [". ".join(rng.choice(subjects[n % 2], size=3, replace=False)) + ".\n" for n in range(size)]
            parts = [f"# Part {n}\n\n{text}" if headings else text for n, text in enumerate(parts)]
            (data / f"t{number}.txt").write_text("\n".join(parts), encoding="utf-8")
            document = {"id": f"t{number}", "title": f"Text {number}", "file": f"t{number}.txt", "kind": "letter"}
            document |= {"date": date(2000 + number, 1, 1), "language": language}
            documents.append(document | {"format": "markdown" if headings else "plain"})
        theme = {"declared": True, "colour": "#0072b2", "definition": "A theme."}
        dictionary = {name: theme | {"label": name.title(), "core": THEMES[name]} for name in themes}
        dictionary["other"] = theme | {"label": "Other", "declared": False, "core": ["nowhere"]}
        (data / "corpus.yml").write_text(yaml.safe_dump({"documents": documents}), encoding="utf-8")
        (data / "themes.yml").write_text(yaml.safe_dump({"themes": dictionary}), encoding="utf-8")
        (data / "glossary.yml").write_text("herring: a fish\n", encoding="utf-8")
        return open_study(root=tmp_path)

    return make_study
