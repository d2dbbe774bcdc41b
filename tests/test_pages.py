"""What a reader meets: pages in Chromium, by day and by night, on a phone and on paper, with a keyboard alone."""

import base64
import hashlib
import io
import re
from pathlib import Path

import pandas as pd
import pytest
from matplotlib.figure import Figure
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from PIL import Image

from analysis.report import elements, files, pages, style

pytestmark = pytest.mark.browser

REPORTS = Path(__file__).parents[1] / "reports"
COMMITTED = sorted(REPORTS.glob("*.html"))
CSP = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
LARGEST = 1_500_000  # bytes

PAYLOADS = (
    '<script>alert("script")</script>'
    '<img src="https://example.org/a.png" onerror="alert(1)">'
    "<svg onload=alert(2)><iframe src=https://example.org></iframe>"
    "<a href='javascript:alert(3)'>press</a> [press](javascript:alert(4)) ![x](https://example.org/b.png)"
)
GLOSSARY = {"cyberaanval": "cyber attack", "dreigingen": "threats"}
PAGES = [pages.Page("01_corpus", "Texts?", "Texts"), pages.Page("02_themes", "Themes?", "Themes", "By theme")]


def cell(view):
    data, metadata = view._repr_mimebundle_()
    return new_code_cell("show()", outputs=[new_output("display_data", data=data, metadata=metadata)])


def show_all(text: str, open_report) -> list:
    """One output of each kind, with `text` wherever a text of a document can stand."""
    titles = {"2014": text, "2018": "2018"}
    report = open_report("01_corpus", text=text, titles=titles, glossary=GLOSSARY)
    report.study.corpus.sections["title"] = text
    hits = pd.DataFrame({"paragraph_id": ["2014-001", "2018-001"], "sentence_id": ["2014-001.01", "2018-001.01"]})
    hits = hits.assign(start=0, end=min(len(text), 8), theme="cyber")
    wide = pd.DataFrame({"term": [text, "b"]} | {f"measure {number}": [0.1, 2.5] for number in range(12)})
    with style.new_figure(height=2.5) as (fig, (ax,)):
        ax.plot([1, 2], [1, 2], color=style.INK)
    finding = f"It grows, and speaks of {elements.term(text, GLOSSARY, language='nl')}."
    return [
        cell(report.finding(finding, "robust", question="What do they say?")),
        new_markdown_cell(f"## First\n\nOf {elements.escape(text)} and `code`.\n\n| a | b |\n|---|--:|\n| c | 1 |"),
        cell(report.figure(fig, "It grows.", f"A line that rises. {text}", "attention")),
        cell(report.table(wide, "Words", "words")),
        new_markdown_cell("## Second\n\nText.\n\n### Smaller\n\nMore."),
        cell(report.passages(hits)),
        new_code_cell("print(text)", outputs=[new_output("stream", name="stdout", text=f"{text}\n")]),
    ]


def write_page(path: Path, cells: list) -> Path:
    notebook = new_notebook(
        cells=[new_markdown_cell("# What do they say?\n\nAn opening."), *cells],
        metadata={"language_info": {"name": "python"}},
    )
    provenance = {"notebook": "01_corpus.ipynb", "parameters": {"seed": 1}, "data": {"corpus.yml": "ab" * 32}}
    path.write_text(pages.render_page(notebook, run="01_corpus", pages=PAGES, provenance=provenance), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def sample(tmp_path_factory, open_report):
    return write_page(tmp_path_factory.mktemp("sample") / "01_corpus.html", show_all("cyberaanval", open_report))


@pytest.fixture(scope="module")
def hostile(tmp_path_factory, open_report):
    careless = [
        new_markdown_cell(PAYLOADS),
        new_code_cell("", outputs=[new_output("display_data", data={"text/html": PAYLOADS.replace("<img", "<b")})]),
        new_code_cell("", outputs=[new_output("display_data", data={"text/markdown": PAYLOADS})]),
        new_code_cell("", outputs=[new_output("display_data", data={"application/javascript": "alert(5)"})]),
    ]
    cells = [*show_all(PAYLOADS, open_report), new_markdown_cell("## Careless\n\nNothing escaped."), *careless]
    return write_page(tmp_path_factory.mktemp("hostile") / "01_corpus.html", cells)


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    folder = tmp_path_factory.mktemp("index")
    values = {"finding": PAYLOADS, "verdict": "robust", "figure": "x.svg", "figure_alt": "x"}
    for page in PAGES:
        (folder / f"{page.run}.json").write_text(files.json_text({"question": page.title, **values}))
    fig = Figure(figsize=(5, 2.5))
    (folder / "x.svg").write_text(files.svg_text(fig))
    documents = pd.DataFrame({"title": [PAYLOADS], "language": "nl", "date": [pd.Timestamp("2014-03-11")]})
    path = folder / "index.html"
    path.write_text(pages.render_index(PAGES, folder, figures=folder, documents=documents))
    return path


@pytest.fixture(params=["sample", "hostile", "index"])
def made(request):
    return request.getfixturevalue(request.param)


def test_hostile_text_is_text(visit, hostile):
    page = visit(hostile)
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    links = page.locator("main a", has_text="press").all()
    assert links
    for link in links:
        link.dispatch_event("click")
    page.wait_for_timeout(200)
    assert page.events == []
    shown = page.locator("main").inner_text()
    # finding, prose, caption of passages, cells, passages with their sections, print, and the four careless ones
    assert shown.count('<script>alert("script")</script>') >= 10
    assert page.locator("main script, main iframe, main svg, main [onerror], main [href*='script:']").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(visit, violations, made, scheme):
    assert violations(visit(made, scheme=scheme)) == []


def test_no_request_leaves_a_page(visit, made):
    assert visit(made).events == []


@pytest.mark.parametrize("width", [1280, 800, 390, 320])
def test_no_page_is_wider_than_its_window(visit, made, width):
    page = visit(made, width=width)
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_line_holds_about_65_characters(visit, sample):
    width = visit(sample).evaluate(
        """() => {const p = document.querySelector('.opening > p'); const copy = p.cloneNode();
        copy.textContent = 'Twelve texts and one question: how do themes move between them?';
        copy.style.cssText = 'position: absolute; max-width: none; white-space: nowrap'; p.after(copy);
        return p.parentElement.querySelector('p').getBoundingClientRect().width / (copy.offsetWidth / 63)}"""
    )
    assert 50 <= width <= 80  # by the fonts of the machine


@pytest.mark.parametrize(("scheme", "darkest", "lightest"), [("light", 26, 255), ("dark", 24, 228)])
def test_figures_turn_dark_with_the_screen(visit, sample, scheme, darkest, lightest):
    picture = visit(sample, scheme=scheme).locator(".plot img").screenshot()
    assert Image.open(io.BytesIO(picture)).convert("L").getextrema() == (darkest, lightest)


def test_the_page_prints_without_navigation_and_code_and_names_what_is_folded(visit, sample):
    page = visit(sample)
    assert page.pdf(format="A4").startswith(b"%PDF")
    page.emulate_media(media="print")
    assert page.locator("nav:visible, .code:visible, .download:visible").count() == 0
    assert page.locator(".fold > .passage:visible").count() == 0
    note = "getComputedStyle(document.querySelector('.fold summary'), '::after').content"
    assert "not printed" in page.evaluate(note)
    assert page.locator(".plot img").evaluate("one => getComputedStyle(one.closest('figure')).breakInside") == "avoid"


def test_a_keyboard_reaches_the_text_first_and_everything_after(visit, sample):
    page = visit(sample)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the text"
    assert page.locator(":focus").is_visible()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    reached = []
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.outerHTML.slice(0, 60)"))
    folded = page.locator("summary").evaluate_all("all => all.map(one => one.outerHTML.slice(0, 60))")
    scrolled = page.locator(".scroll").evaluate_all("all => all.map(one => one.outerHTML.slice(0, 60))")
    assert folded
    assert scrolled
    assert set(folded + scrolled) <= set(reached)


def test_a_fold_opens_by_key(visit, sample):
    page = visit(sample)
    fold = page.locator(".fold").first
    fold.locator("summary").focus()
    page.keyboard.press("Enter")
    assert fold.locator(".passage").is_visible()


def test_a_link_to_a_passage_opens_its_fold(visit, sample):
    page = visit(sample)
    page.goto(f"{sample.as_uri()}#p-2018-001")
    assert page.locator("#p-2018-001").is_visible()


def test_a_table_can_be_downloaded(visit, sample):
    page = visit(sample)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download this table").click()
    assert download.value.suggested_filename == "01_corpus-words.csv"
    assert Path(download.value.path()).read_text().startswith("term,measure 0,")


def test_the_index_is_committed():
    assert (REPORTS / "index.html").is_file()


@pytest.mark.parametrize("path", COMMITTED, ids=lambda path: path.stem)
def test_a_committed_page_is_small_and_holds_no_script_but_that_of_its_network(path):
    content = path.read_text(encoding="utf-8")
    assert path.stat().st_size <= LARGEST
    allowed = CSP
    if 'class="plot network"' in content:
        script = re.search(r"<script>(.*?)</script>", content, flags=re.DOTALL)
        assert script is not None
        checksum = base64.b64encode(hashlib.sha256(script[1].encode()).digest()).decode()
        allowed = CSP.replace("base-uri", f"script-src 'sha256-{checksum}'; base-uri")
        content = content.replace(script[0], "")
    assert f'content="{allowed}"' in content
    assert "<script" not in content


@pytest.mark.parametrize("path", COMMITTED, ids=lambda path: path.stem)
def test_a_committed_page_asks_for_nothing_and_axe_finds_nothing(visit, violations, path):
    for scheme in ("light", "dark"):
        page = visit(path, scheme=scheme)
        assert violations(page) == []
        assert page.events == []


@pytest.mark.parametrize("path", COMMITTED, ids=lambda path: path.stem)
def test_a_committed_page_fits_a_phone(visit, path):
    for width in (390, 320):
        page = visit(path, width=width)
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("path", COMMITTED, ids=lambda path: path.stem)
def test_a_committed_page_links_only_to_what_is_there(visit, path):
    hrefs = visit(path).locator("a[href]").evaluate_all("all => all.map(one => one.getAttribute('href'))")
    broken = [href for href in hrefs if not href.startswith(("http", "data:", "mailto:")) and not leads(path, href)]
    assert broken == []


def leads(path: Path, href: str) -> bool:
    """Whether a relative link finds its file, and its place in it."""
    name, _, place = href.partition("#")
    target = path.parent / name if name else path
    return target.is_file() and (not place or f'id="{place}"' in target.read_text(encoding="utf-8"))
