"""
Texts that are not this study's: every notebook runs on them, every page is made, and no page speaks of other texts.

Each corpus below ``corpora`` takes the place of ``data`` in a copy of the project, as a researcher would put it there:
figures and reports of this study still lie in the copy.
"""

import fcntl
import os
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest
import yaml

from analysis.study import open_study

ROOT = Path(__file__).parents[1]
CORPORA = ROOT / "tests/corpora"
PROJECT = ("notebooks", "benchmarks", "figures", "reports", "dodo.py", "pyproject.toml", "requirements.lock")
LANGUAGES = {"english": "en", "letters": "en", "french": "fr"}
NOTEBOOKS = (
    "01_corpus",
    "02_themes",
    "04_topics",
    "05_networks",
    "06_validation",
    "07_overview",
    "08_robustness",
    "09_evolution",
)

# Words that only this study may say, on any page: its texts, its sender, its themes, its language, its numbers.
ELSEWHERE = re.compile(
    r"\b2014\b|\b(?:Commission|CELEX|EUR-Lex|EU|European Union|Dutch|CBRN|COM)\b|©"
    r"|(?i:cyber|radicalis|migrantensmokkel|migration|voorstel|verordening|naar een open)"
    r"|(?i:progress report|press release|three genres|three texts|four themes|150 paragraphs|the 2018 text)"
)

# What a sentence made from numbers must not look like.
COUNTED = (
    "comparisons|differences|errors|findings|groups|hits|notebooks|others|pages|pairs|paragraphs|passages|rows"
    "|sections|sentences|specifications|terms|texts|themes|ties|topics|units|words|years"
)
WRONG = (
    rf"(?<![\d.,–-])1 (?:{COUNTED})\b",
    r"\b[Aa]ll 1\b",
    r"\b0 of 0\b",
    r"\bof none\b",
    r"\bin 0(?:\.0+)?% of cases",  # a p-value is never 0
    r"\bare (?:one|1)\b(?!\.\d)",
    r"\bPrices is\b",  # a label may be a plural
    r"” is too few\b",
    r"\b(?:nan|NaN|NaT|None|inf)\b",
    r"[{}]",
    r"\(lead\)",  # what the parser calls paragraphs that stand under no heading
    r"<\w+|&\w+;",  # markup that is shown as text
    r"\S[ \N{NO-BREAK SPACE}]{2,}\S",
    r" [,.](?=\s|$)",
    r"\(\)|\[\]|“”|‘’",
    r"\b([A-Za-z]{2,}) \1\b",  # a word twice
    r"\b([A-Za-z][\w.-]+) (?:against|and|than|with) \1(?![\w-])",  # compared with itself
    r"\b([A-Za-z][\w.-]*\d)(?: from | to |–)\1(?![\w-])",
)


class Page(HTMLParser):
    """The blocks of a page: text, the language it is marked with, the tags it stands in; its tables and links."""

    INLINE = frozenset({"a", "abbr", "cite", "code", "em", "mark", "q", "span", "strong", "sub", "sup"})
    VOID = frozenset({"br", "hr", "img", "input", "link", "meta", "wbr"})

    def __init__(self, path: Path):
        super().__init__()
        self.path, self.source = path, path.read_text(encoding="utf-8")
        self.open: list[tuple[str, str]] = []  # tag and language
        self.blocks: list[tuple[str, str, frozenset[str]]] = [("", "", frozenset())]
        self.rows: list[int] = []  # rows of each table, its head left out
        self.links: set[str] = set()
        self.languages: set[str] = set()
        self.feed(self.source)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        language = given.get("lang", self.open[-1][1] if self.open else "")
        self.languages.add(language)
        self.links.add(given.get("href", ""))
        if tag == "table":
            self.rows.append(0)
        if tag == "td" and self.rows and "row" not in self._tags():
            self.rows[-1] += 1
        if tag not in self.VOID:
            self.open.append((tag, language))
        if tag not in self.INLINE:
            self._begin()
        for name in ("alt", "title", "aria-label"):
            self.blocks.append((given.get(name, ""), language, self._tags() | {name}))
            self._begin()

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass
        if tag not in self.INLINE:
            self._begin()

    def handle_data(self, data: str) -> None:
        text, _, tags = self.blocks[-1]
        self.blocks[-1] = (text + data, self.open[-1][1] if self.open else "", tags or self._tags())

    def _begin(self) -> None:
        self.blocks.append(("", self.open[-1][1] if self.open else "", self._tags()))

    def _tags(self) -> frozenset[str]:
        return frozenset(tag for tag, _ in self.open)

    def says(self, *, without: frozenset[str] = frozenset({"script", "style"})) -> list[str]:
        """The texts of its blocks, what stands in one of the tags `without` left out."""
        return [text.strip() for text, _, tags in self.blocks if text.strip() and not tags & without]

    def quotes(self) -> set[tuple[str, str]]:
        """The passages it quotes, each with the language it is marked with."""
        return {(text.strip(), language) for text, language, tags in self.blocks if "blockquote" in tags}


def copy_project(folder: Path, corpus: str) -> Path:
    """The project as cloned, with the data of a corpus in the place of its own."""
    folder.mkdir()
    for name in PROJECT:
        path = ROOT / name
        (shutil.copytree if path.is_dir() else shutil.copy)(path, folder / name)
    shutil.copytree(CORPORA / corpus / "data", folder / "data")
    shutil.copytree(ROOT / "data/language", folder / "data/language")
    shutil.copy(ROOT / "CITATION.cff", folder)
    (folder / "src").symlink_to(ROOT / "src")
    return folder


def run(folder: Path, module: str, *arguments: str) -> subprocess.CompletedProcess:
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    command = [sys.executable, "-m", module, *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, env=environment, check=False)


@pytest.fixture(scope="session")
def project(tmp_path_factory):
    """The project with the data of a corpus, after `make reports`: made once, whichever process asks first."""
    shared = tmp_path_factory.getbasetemp()
    shared = shared.parent if "PYTEST_XDIST_WORKER" in os.environ else shared

    def project(corpus: str) -> Path:
        folder, printed = shared / f"corpus-{corpus}", shared / f"corpus-{corpus}.log"
        with (shared / f"corpus-{corpus}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not printed.exists():
                done = run(copy_project(folder, corpus), "analysis.pipeline")
                printed.write_text(f"{done.stdout}{done.stderr}status {done.returncode}")
        assert printed.read_text().endswith("status 0"), printed.read_text()[-3000:]
        return folder

    return project


def read_themes(corpus: str) -> dict[str, dict]:
    """The themes of a corpus as they are written, all of them declared."""
    return yaml.safe_load((CORPORA / corpus / "data/themes.yml").read_text(encoding="utf-8"))["themes"]


def page_names(corpus: str) -> set[str]:
    return {*NOTEBOOKS, *(f"03_theme-{theme}" for theme in read_themes(corpus))}


def read_pages(folder: Path) -> list[Page]:
    return [Page(path) for path in sorted((folder / "reports").glob("*.html"))]


every_corpus = pytest.mark.parametrize(
    "corpus",
    ["english", pytest.param("letters", marks=pytest.mark.slow), pytest.param("french", marks=pytest.mark.slow)],
)


@pytest.mark.parametrize("corpus", LANGUAGES)
def test_a_corpus_is_texts_and_themes_and_nothing_else(corpus):
    files = {path.name for path in (CORPORA / corpus / "data").iterdir()}
    assert files <= {"corpus.yml", "themes.yml", "study.yml", "raw"}


@pytest.mark.parametrize("corpus", LANGUAGES)
def test_check_finds_nothing_wrong_with_texts_and_themes_alone(corpus, tmp_path):
    folder = copy_project(tmp_path / "project", corpus)
    done = run(folder, "analysis", "check")
    assert (done.returncode, done.stderr) == (0, "")
    assert "data/corpus.yml: " in done.stdout
    assert find(WRONG, [done.stdout]) == []
    assert "gloss" not in done.stdout  # English needs none, and nobody wrote one for French


@every_corpus
def test_every_page_is_made_and_the_index_leads_to_each(corpus, project):
    folder = project(corpus)
    made = {path.stem for path in (folder / "reports").glob("*.html")}
    assert made == page_names(corpus) | {"index"}
    assert {f"{name}.html" for name in page_names(corpus)} <= Page(folder / "reports/index.html").links


@every_corpus
def test_nothing_of_the_corpus_before_stays(corpus, project):
    folder = project(corpus)
    files = [*(folder / "figures").iterdir(), *(folder / "reports/tables").iterdir()]
    begins = tuple(f"{name}{sign}" for name in page_names(corpus) for sign in "-.")
    assert [path.name for path in files if not path.name.startswith(begins)] == []


@every_corpus
def test_no_page_speaks_of_other_texts_than_these(corpus, project):
    for page in read_pages(project(corpus)):
        found = [text for text in page.says() if ELSEWHERE.search(text)]
        assert (page.path.name, found) == (page.path.name, [])


@every_corpus
def test_texts_are_marked_with_their_language(corpus, project):
    pages = read_pages(project(corpus))
    language = LANGUAGES[corpus]
    for page in pages:
        assert (page.path.name, page.languages - {"en", language, ""}) == (page.path.name, set())
        assert '"nl"' not in page.source
    quotes = {quote for page in pages if page.path.stem.startswith("03_theme") for quote in page.quotes()}
    assert {marked for _, marked in quotes} == {language}


@every_corpus
def test_sentences_made_from_numbers_are_english(corpus, project):
    for page in read_pages(project(corpus)):
        said = page.says(without=frozenset({"blockquote", "pre", "script", "style"}))
        assert (page.path.name, find(WRONG, said)) == (page.path.name, [])


@every_corpus
def test_no_table_is_empty(corpus, project):
    for page in read_pages(project(corpus)):
        assert (page.path.name, page.rows.count(0)) == (page.path.name, 0)


@pytest.mark.slow
def test_every_declared_theme_is_drawn_however_many_there_are(project):
    drawing = (project("letters") / "figures/02_themes-attention.svg").read_text(encoding="utf-8")
    themes = read_themes("letters")
    assert [name for name, theme in themes.items() if theme["colour"] not in drawing.lower()] == []


@pytest.mark.slow
def test_a_difference_that_was_planted_in_texts_without_headings_stands_out(project):
    # The quay is named in 1 of 9 paragraphs in one year and in 10 of 13 in the next. Each text is one section, so
    # that sections alone cannot be exchanged between two texts in a way that tells them apart: p was 1. Runs of five
    # blocks and a theme that runs on leave 1 in 8.
    tests = pd.read_csv(project("letters") / "reports/tables/02_themes-changes.csv")
    quay = tests[tests["theme"] == "quay"].set_index(["before", "after"])
    planted = quay.loc[("Circular.2017", "circular-2018")]
    assert planted["p"] < 0.15
    assert planted["p"] < tests.loc[tests["theme"] != "quay", "p"].min()


@pytest.fixture(scope="module")
def french(tmp_path_factory):
    return open_study(root=copy_project(tmp_path_factory.mktemp("french") / "project", "french"))


def test_an_article_that_is_elided_hides_no_word(french):
    # Outside headings: l'eau five times (once with a typographic apostrophe), d'eau three times.
    terms = french.hits["term"].value_counts()
    assert terms["eau"] == 8
    assert terms["énergie"] == 3  # l'énergie, and d'énergie twice
    assert terms["électricité"] == 3  # d'électricité twice, leur électricité


def test_a_title_before_a_name_ends_no_sentence(french):
    ends = [text.split()[-1] for text in french.corpus.sentences["text"]]
    assert {"M.", "Mme"} & set(ends) == set()


def find(patterns: tuple[str, ...], texts: list[str]) -> list[str]:
    """What matches one of the patterns, with the words around it."""
    matches = [(text, match) for text in texts for pattern in patterns for match in re.finditer(pattern, text)]
    return [" ".join(text[max(0, match.start() - 40) : match.end() + 40].split()) for text, match in matches]
