"""What tests share: the study itself, opened once, and a browser in which to look at pages."""

import os
import shutil
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import settings

from analysis.study import Study, open_study
from analysis.themes.compare import Comparison, compare_texts

ROOT = Path(__file__).parents[1]
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
QUIET = ["--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"]

# jsonschema compiles 35 grammars where JupyterLab has brought this module, and does well without it.
sys.modules.setdefault("rfc3987_syntax", None)

# How long an example takes says more of the machine than of the code.
settings.register_profile("default", deadline=None)
settings.register_profile("quick", deadline=None, max_examples=10)
RULES = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.fixture(scope="session")
def study() -> Study:
    return open_study(root=ROOT)


@pytest.fixture(scope="session")
def here(study: Study) -> Study:
    return study


@pytest.fixture(scope="session")
def codes() -> pd.DataFrame:
    return pd.read_csv(ROOT / "data/annotations/sentences_dev.csv", dtype=str)


@pytest.fixture(scope="session")
def comparison(here: Study) -> Comparison:
    return compare_texts(here, n_draws=200, n_permutations=500, seed=1)


@pytest.fixture(scope="session")
def open_report(tmp_path_factory):
    """
    Opens a `Report` on a small study: a Dutch text, a French one, two themes, and whatever is given instead.

    ``open_report(run, glossary={…}, text="…")``: the same text is the only paragraph of both.
    """
    from analysis.report import Report
    from analysis.themes.dictionary import Theme, Themes

    def open_report(run: str = "01_corpus", *, text: str = "Twee cyberaanvallen & meer.", **changed) -> Report:
        paragraphs = pd.DataFrame(
            {
                "paragraph_id": ["2014-001", "2018-001"],
                "doc_id": ["2014", "2018"],
                "section_id": ["s1", "s2"],
                "order": [0, 0],
                "text": text,
                "line_start": [3, 5],
                "line_end": [4, 5],
            }
        )
        sentences = paragraphs.assign(sentence_id=["2014-001.01", "2018-001.01"], start=0)
        sections = pd.DataFrame({"section_id": ["s1", "s2"], "title": ["Dreigingen", "Menaces"]})
        themes = [
            Theme("cyber", "Cyber", "", "#0072b2", True, core=("cyber*",)),
            Theme("radicalisation", "Radicalisation", "", "#d55e00", True, core=("radicalisering",), marker="^"),
            Theme("drugs", "Drugs", "", "#6b6b6b", False, core=("drugs",)),
        ]
        usual = {
            "root": tmp_path_factory.mktemp("study"),
            "corpus": SimpleNamespace(sections=sections, paragraphs=paragraphs, sentences=sentences),
            "themes": Themes({theme.name: theme for theme in themes}),
            "languages": {"2014": SimpleNamespace(code="nl"), "2018": SimpleNamespace(code="fr")},
            "glossary": {"cyberaanval": "cyber attack", "cyberaanvallen": "cyber attacks", "dreigingen": "threats"},
            "documents": ["2014", "2018"],
            "titles": {"2014": "2014 · communication", "2018": "2018 · rapport"},
        }
        return Report(run, SimpleNamespace(**usual | changed), "out")

    return open_report


@pytest.fixture
def crossing() -> dict:
    """
    A network whose answers one knows: *radicalisering* in the middle, one term in each direction, six ties.

    2014 lacks nothing, 2018 lacks *preventie* and *cyberaanval*, 2020 lacks *terrorisme*. *grens* is most frequent.
    """
    terms = {
        "radicalisering": ("radicalisation", "radicalisation", 0, 0, [5, 5, 2]),
        "terrorisme": ("terrorism", None, 1, 0, [3, 1, 0]),
        "preventie": ("prevention", None, 0, 1, [1, 0, 1]),
        "cyberaanval": ("cyber attack", "cyber", -1, 0, [2, 0, 3]),
        "grens": ("border", None, 0, -1, [28, 1, 1]),
    }
    ties = [
        ("radicalisering", "terrorisme", [3, 1, 0], [True, False, False], "gone"),
        ("preventie", "radicalisering", [1, 0, 1], [False, False, True], "too few to tell"),
        ("cyberaanval", "radicalisering", [1, 0, 2], [False, False, True], "stronger"),
        ("grens", "radicalisering", [0, 1, 1], [False, False, False], "new"),
        ("terrorisme", "preventie", [1, 0, 0], [False, False, False], "weaker"),
        ("cyberaanval", "grens", [0, 0, 1], [False, False, False], "inconclusive"),
    ]
    texts = {"2014": "2014 · communication", "2018": "2018 · progress report", "2020": "2020 · press release"}

    def passages(counts: list[int]) -> list[str]:
        return [f"{text}-{i:03}" for text, n in zip(texts, counts, strict=True) for i in range(1, n + 1)]

    return {
        "texts": [{"id": text, "title": title} for text, title in texts.items()],
        "compare": ["2014", "2020"],
        "themes": [
            {"name": "cyber", "label": "Cyber", "colour": "#0072b2"},
            {"name": "radicalisation", "label": "Radicalisation", "colour": "#d55e00"},
        ],
        "language": "nl",
        "nodes": [
            {"id": word, "label": word, "gloss": gloss, "theme": theme, "x": x, "y": y, "counts": counts}
            | {"passages": passages(counts), "community": 1, "stability": 0.9}
            for word, (gloss, theme, x, y, counts) in terms.items()
        ],
        "ties": [
            {"source": source, "target": target, "counts": counts, "kept": kept, "change": change}
            | {"passages": passages(counts), "difference": (counts[2] - counts[0]) / 10}
            for source, target, counts, kept, change in ties
        ],
    }


@pytest.fixture(scope="module")
def browser():
    if CHROMIUM is None:
        message = "Chromium is not installed (or name it in the variable CHROMIUM): pages are not looked at."
        (pytest.fail if os.environ.get("REQUIRE_BROWSER") == "1" else pytest.skip)(message)
    from playwright.sync_api import sync_playwright  # only those who look at pages wait for it

    with sync_playwright() as play:
        # A container's root cannot have Chromium's sandbox; the pages are our own.
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", *QUIET])
        yield browser
        browser.close()


@pytest.fixture
def visit(browser):
    """Opens a page and keeps watch: requests that leave it, dialogs and messages of the console are collected."""
    contexts = []

    def visit(path: Path, *, width: int = 1280, scheme: str = "light", **options):
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, **options)
        contexts.append(context)
        page = context.new_page()
        page.events = []
        page.on("dialog", lambda dialog: (page.events.append(f"dialog {dialog.message}"), dialog.dismiss()))
        page.on("console", lambda message: page.events.append(f"console {message.text}"))
        page.on("pageerror", lambda error: page.events.append(f"error {error}"))
        page.on("request", lambda request: note(page, path, request.url))
        page.goto(path.as_uri())
        return page

    def note(page, path: Path, url: str) -> None:
        if not url.startswith("data:") and url.partition("#")[0] != path.as_uri():
            page.events.append(f"request {url}")

    yield visit
    for context in contexts:
        context.close()


@pytest.fixture
def violations():
    """What axe-core has against a page, everything that is folded opened; one line per rule and element."""

    from axe_playwright_python.sync_playwright import Axe

    def violations(page) -> list[str]:
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        found = Axe().run(page, options={"runOnly": RULES, "resultTypes": ["violations"]}).response["violations"]
        return [f"{rule['id']}: {node['html'][:120]}" for rule in found for node in rule["nodes"]]

    return violations


@pytest.fixture
def make_study(tmp_path):
    """A study of made texts: ``make_study({"2020-01-01": "One paragraph.\\n\\nAnother."}, {"fish": ["fish*"]})``."""

    def make_study(texts: dict[str, str], themes: dict[str, list[str]], language: str = "en") -> Study:
        data = tmp_path / "data"
        shutil.copytree(ROOT / "data/language", data / "language", dirs_exist_ok=True)
        (data / "own").mkdir(exist_ok=True)
        for day, text in texts.items():
            (data / "own" / f"{day}.txt").write_text(text, encoding="utf-8")
        entry = {"files": "own/*.txt", "kind": "letter", "language": language, "format": "plain"}
        (data / "corpus.yml").write_text(yaml.safe_dump({"documents": [entry]}))
        listed = {name: {"label": name.title(), "definition": name, "declared": True, "core": core}
                  for name, core in themes.items()}  # fmt: skip
        (data / "themes.yml").write_text(yaml.safe_dump({"themes": listed}, sort_keys=False))
        return open_study(root=tmp_path)

    return make_study


@pytest.fixture(scope="session")
def write_text():
    """A made text: `n` paragraphs of words by chance, every word of `planted` in so large a share of them."""

    def write_text(n: int, seed: int, planted: dict[str, float]) -> str:
        rng, words = (
            np.random.default_rng(seed),
            ["river", "harbour", "council", "plan", "water", "road", "school", "winter", "market"],
        )
        paragraphs = []
        for _ in range(n):
            chosen = [*rng.choice(words, 30), *(word for word, share in planted.items() if rng.random() < share)]
            paragraphs.append(" ".join(chosen).capitalize() + ".")
        return "\n\n".join(paragraphs)

    return write_text
