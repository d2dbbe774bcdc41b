import json
import re
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from analysis.inputs import InputError
from analysis.report import files, render, sanitise, style
from analysis.report import pages as reports
from analysis.report.about import About

PAGES = [
    reports.Page("01_corpus", "What are these texts?", "Texts"),
    reports.Page("03_theme-cyber", "How do they speak of cyber?", "Cyber", "One theme at a time", "cyber"),
    reports.Page("03_theme-cbrn", "How do they speak of CBRN?", "CBRN", "One theme at a time"),
]
FRAME = pd.DataFrame({"theme": ["cyber"], "word": ["cyberaanval"], "n": [1]})
CSP = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


@pytest.fixture
def report(open_report):
    return open_report("01_corpus")


def shown(view, source: str = "show()"):
    data, metadata = view._repr_mimebundle_()
    return output(data, source, metadata)


def output(data: dict[str, str], source: str = "show()", metadata: dict | None = None):
    return new_code_cell(source, outputs=[new_output("display_data", data=data, metadata=metadata or {})])


def tagged(source: str, tag: str):
    return new_code_cell(source, metadata={"tags": [tag]})


def make(
    *cells, run="01_corpus", title="# What are these texts?\n\nAn opening.", provenance=None, pages=PAGES, about=None
):
    notebook = new_notebook(cells=[new_markdown_cell(title), *cells], metadata={"language_info": {"name": "python"}})
    return reports.render_page(notebook, run=run, pages=pages, provenance=provenance or {}, about=about)


def text_of(html: str) -> str:
    return " ".join(re.sub(r"<style>.*?</style>|<[^>]*>", " ", html, flags=re.DOTALL).split())


def test_a_page_is_the_same_every_time(report):
    cells = [new_markdown_cell("## One\n\nText."), shown(report.prose("More."))]
    assert make(*cells) == make(*cells)


def test_a_page_opens_with_question_then_finding_then_contents(report):
    finding = shown(report.finding("The 2020 text speaks **more** of it.", "too few to tell", question="What?"))
    html = make(new_markdown_cell("## Evidence\n\nNumbers."), finding)
    places = [
        html.index(part) for part in ("<h1>What?", "speaks <strong>more", "An opening.", "On this page", "<h2 id")
    ]
    assert places == sorted(places)
    assert "Verdict: <strong>too few to tell</strong>" in html
    assert html.count("speaks <strong>more") == 1


def test_a_page_of_a_notebook_run_several_times_opens_with_the_question_of_its_run(report):
    html = make(shown(report.finding("It grows.", "robust", question="How do they speak of *cyber*?")))
    assert "<h1>How do they speak of <em>cyber</em>?</h1>" in html
    assert "<title>How do they speak of cyber?</title>" in html


def test_a_page_says_what_the_content_security_policy_is():
    assert f'<meta content="{CSP}" http-equiv="Content-Security-Policy"/>' in make()


def test_sections_follow_headings_of_level_2_wherever_they_stand():
    html = make(new_markdown_cell("before\n\n## One\n\na\n\n## Two\n\nb\n\n### Three\n\n```\n## no heading\n```"))
    assert re.findall(r"<h2 id=\"([^\"]+)\">([^<]+)</h2>", html) == [("s-one", "One"), ("s-two", "Two")]
    contents = re.search(r"<nav[^>]*class=\"contents\".*?</nav>", html, flags=re.DOTALL)
    assert contents is not None
    assert re.findall(r'href="#([^"]+)"', contents[0]) == ["s-one", "s-two"]


def test_equal_headings_get_ids_of_their_own():
    html = make(new_markdown_cell("## How sure\n\na\n\n## How sure\n\nb"))
    assert re.findall(r"<h2 id=\"([^\"]+)\"", html) == ["s-how-sure", "s-how-sure-2"]


def test_code_is_folded_at_the_end_of_its_section_and_parameters_are_left_out():
    html = make(
        tagged("seed = 1", "parameters"),
        tagged("seed = 2", "injected-parameters"),
        new_markdown_cell("## One\n\ntext"),
        new_code_cell("first_step()"),
        output({"text/plain": "2"}, source="second_step()"),
        new_markdown_cell("## Two\n\ntext"),
    )
    folded = re.findall(r'<details class="code">(.*?)</details>', html, flags=re.DOTALL)
    assert len(folded) == 1
    assert text_of(folded[0]) == "Code of this section first_step () second_step ()"
    assert html.index("second_step") < html.index('<h2 id="s-two">')
    assert "seed" not in html


def test_the_foot_says_what_made_the_page_but_not_where():
    provenance = {
        "notebook": "01_corpus.ipynb",
        "parameters": {"seed": 1, "output": "staging", "values": "elsewhere"},
        "data": {"corpus.yml": "ab" * 32},
        "lock": "cd" * 32,
        "versions": {"Python": "3.11", "pandas": "3.1"},
    }
    foot = text_of(
        make(provenance=provenance, about=About(sources="*Ours*, 2011/833/EU.")).partition('<footer class="site">')[2]
    )
    assert "Notebook 01_corpus.ipynb Parameters seed = 1 Data (SHA-256) corpus.yml abababababab" in foot
    assert "requirements.lock cdcdcdcdcdcd Versions Python 3.11, pandas 3.1" in foot
    assert "staging" not in foot
    assert "elsewhere" not in foot
    assert foot.endswith("Ours , 2011/833/EU.")


def test_provenance_with_an_unknown_key_is_refused():
    with pytest.raises(InputError, match=r"unknown key 'locks'.*Did you mean 'lock'"):
        make(provenance={"locks": "cd"})


def test_navigation_marks_the_page_and_knows_its_neighbours():
    html = make(run="03_theme-cyber")
    assert '<a aria-current="page" href="03_theme-cyber.html">Cyber</a>' in html
    steps = re.findall(r'<a href="([\w.-]+)" rel="(prev|next)"', html)
    assert steps == [("01_corpus.html", "prev"), ("03_theme-cbrn.html", "next")] * 2  # above and below the text


def test_a_run_that_is_no_page_is_refused():
    with pytest.raises(InputError, match=r"found '01_corpora'.*Did you mean '01_corpus'"):
        make(run="01_corpora")


def test_a_notebook_without_a_question_is_refused():
    with pytest.raises(InputError, match="01_corpus: found no title"):
        make(title="What are these texts?")


def test_links_to_pages_and_passages_survive_and_scripts_do_not():
    html = reports.render_markdown(
        "[a](02_themes.html#s-x) [b](#p-2014-001) [c](https://eur-lex.europa.eu/x) [d](javascript:x)"
    )
    assert re.findall(r'href="([^"]+)"', html) == ["02_themes.html#s-x", "#p-2014-001", "https://eur-lex.europa.eu/x"]


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<svg onload=alert(1)>",
        "<iframe src=https://example.org></iframe>",
        "<style>body{display:none}</style>",
        "<form action=https://example.org><input></form>",
        "<meta http-equiv=refresh content=0>",
        "<base href=https://example.org>",
        '<object data="x"></object>',
    ],
)
def test_other_tags_are_shown_as_text(hostile):
    tag = hostile[1:].split()[0].split(">")[0]
    for clean in (reports.render_markdown, sanitise.clean_output):
        assert f"&lt;{tag}" in clean(f"a {hostile} b")
        assert f"<{tag}" not in clean(f"a {hostile} b")


def test_an_image_is_text_in_markdown_and_loses_its_handler_in_an_output():
    hostile = '<img src="x" alt="a" onerror="alert(1)">'
    assert "&lt;img" in reports.render_markdown(hostile)
    assert sanitise.clean_output(hostile) == '<img alt="a">'


@pytest.mark.parametrize(
    "attribute",
    [
        'onclick="alert(1)"',
        'style="position: fixed"',
        'style="--width: 1px; background: url(x)"',
        'href="javascript:alert(1)"',
        'href="JaVa&#115;cript:alert(1)"',
        'href=" data:text/html,x"',
        'href="//example.org"',
        'src="https://example.org/x.png"',
        'src="data:image/svg+xml,<svg onload=x>"',
        'tabindex="5"',
        'id="1 2"',
    ],
)
def test_other_attributes_are_dropped(attribute):
    assert sanitise.clean_output(f"<a {attribute}>b</a>") == "<a>b</a>"


def test_what_the_templates_write_passes_unchanged(report):
    hits = pd.DataFrame({"paragraph_id": ["2014-001"], "sentence_id": ["2014-001.01"], "start": 5, "end": 19})
    with style.new_figure(height=2) as (fig, _):
        pass
    links = {"n": [["2014-001"]]}
    for view in (
        report.table(FRAME, "c", "x", links=links, folded="s"),
        report.passages(hits, limit=0),
        report.passages(hits, colour="#0072b2"),
        report.figure(fig, "c", "a", "f"),
    ):
        html = render.render_view(view.metadata["report"], {"cyber": "03_theme-cyber.html#s-the-passages"})
        assert sorted_tags(sanitise.clean_output(html)) == sorted_tags(html)


def sorted_tags(html: str) -> list[list[str]]:
    """Every tag with its attributes in order of name: serialisers may order them differently."""
    return [sorted(re.findall(r'[\w-]+(?:="[^"]*")?', tag)) for tag in re.findall(r"<[^>]+>", html)]


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        (output({"text/plain": "<Axes at 0x7f3c1d2e4a90>"}), "cell 2: found the address 0x7f3c1d2e4a90"),
        (output({"text/plain": f"{Path.cwd()}/data"}), "cell 2: found the folder"),
        (output({"text/html": "<p>/tmp/staging/figure.svg</p>"}), "cell 2: found the folder /tmp/staging/figure.svg"),
        (new_code_cell("read('/home/someone/x')"), "found the folder /home/someone/x"),
        (output({"image/png": "aGVsbG8="}), "cell 2: found a figure without alt"),
        (output({"image/svg+xml": "<svg/>", "text/plain": "<Figure>"}), "found a figure without alt"),
        (output({"text/html": '<img src="data:image/png;base64,aGVsbG8=">'}), "found an image without alt"),
        (output({"text/html": '<img alt="" src="data:image/png;base64,aGVsbG8=">'}), "found an image without alt"),
        (output({"text/html": '<table border="1" class="dataframe">'}), "found a bare table of pandas"),
        (output({"text/html": FRAME.style.to_html()}), "found a bare table of pandas"),
        (
            output({}, metadata={"report": {"kind": "table", "caption": "/tmp/x"}}),
            "cell 2: found the folder /tmp/x",
        ),
        (new_code_cell("", outputs=[new_output("error", ename="KeyError", evalue="'x'")]), "found KeyError: 'x'"),
        (new_code_cell("", outputs=[new_output("stream", name="stderr", text="FutureWarning")]), "'FutureWarning'"),
        (new_markdown_cell("No description has been provided for this image"), "found an image without alt"),
        (output({"text/html": '<p id="x">a</p><p id="x">b</p>'}), "found the id 'x' twice"),
    ],
)
def test_a_page_no_reader_should_meet_is_refused(cell, message):
    with pytest.raises(InputError, match=re.escape(message)):
        make(cell)


def test_checks_look_at_what_is_shown_not_at_embedded_images():
    picture = "iVBOR/tmp/0xabcdef0/home/x/"
    html = make(output({"text/html": f'<img alt="a" src="data:image/png;base64,{picture}">'}))
    assert picture in html


def test_an_executed_notebook_read_from_file_renders_alike(report, tmp_path):
    views = [report.prose("b"), report.finding("c", "robust", question="Q?"), report.table(FRAME, "d", "e")]
    cells = [new_markdown_cell("# Q\n\na"), *map(shown, views)]
    notebook = new_notebook(cells=cells)
    nbformat.write(notebook, tmp_path / "a.ipynb")
    again = nbformat.read(tmp_path / "a.ipynb", as_version=4)
    pages = {reports.render_page(one, run="01_corpus", pages=PAGES, provenance={}) for one in (notebook, again)}
    assert len(pages) == 1


def test_a_report_makes_its_page(report):
    with style.new_figure(height=2) as (fig, _):
        pass
    views = [report.table(FRAME, "All words", "words"), report.figure(fig, "It grows.", "A line.", "attention")]
    html = make(*map(shown, views))
    assert '<a href="03_theme-cyber.html#s-the-passages">Cyber</a>' in html  # by the pages there are
    assert 'download="01_corpus-words.csv"' in html
    assert html.count("<caption>All words</caption>") == 1
    assert html.count("<img") == 1
    assert "T_01_corpus" not in html  # what JupyterLab shows is not for the page
    alone = make(*map(shown, views), pages=PAGES[:1])
    assert '<th scope="row">Cyber</th>' in alone


@pytest.fixture
def study(tmp_path):
    """Values and figures of all pages, as their runs leave them."""
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="288pt" height="144pt"></svg>'
    for folder in ("figures", "values"):
        (tmp_path / folder).mkdir()
    for page in PAGES:
        figure = f"{page.run}-small.svg"
        (tmp_path / "figures" / figure).write_text(svg)
        values = {"question": page.title, "finding": f"*{page.label}* rises & falls.", "verdict": "robust"}
        values |= {"figure": figure, "figure_alt": "Lines that rise.", "n": 3}
        (tmp_path / "values" / f"{page.run}.json").write_text(files.json_text(values))
    return tmp_path


def render_index(folder: Path, **options) -> str:
    return reports.render_index(PAGES, folder / "values", figures=folder / "figures", **options)


def change_values(folder: Path, **changed) -> None:
    path = folder / "values/01_corpus.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changed))


def test_the_index_gives_question_finding_verdict_and_figure_in_reading_order(study):
    html = render_index(study)
    assert re.findall(r'<h[23] id="[\w-]+"><a href="([\w.-]+)">', html) == [f"{page.run}.html" for page in PAGES]
    assert html.count("Verdict: <strong>robust</strong>") == 3
    assert "<em>Texts</em> rises &amp; falls." in html
    assert html.count('alt="Lines that rise."') == 3


def test_the_index_puts_the_pages_of_a_group_under_one_heading(study):
    html = render_index(study)
    assert html.count(">One theme at a time</h2>") == 1
    assert re.findall(r"<h([23])", html) == ["2", "2", "3", "3"]


def test_a_text_that_introduces_nothing_is_left_out():
    cells = [new_markdown_cell("# Title"), new_markdown_cell("## One"), output({"text/plain": "1"})]
    cells += [new_markdown_cell("The next table."), new_code_cell("report.table()")]
    cells += [new_markdown_cell("A method."), new_code_cell("values = compute()"), new_markdown_cell("## Last")]
    html = reports.render_page(new_notebook(cells=cells), run="01_corpus", pages=PAGES, provenance={})
    assert "The next table." not in html
    assert "A method." in html


def test_the_index_lists_texts_and_says_how_to_cite(study):
    documents = pd.DataFrame(
        {
            "title": ["Naar een <open> Europa"],
            "language": "nl",
            "date": [pd.Timestamp("2014-03-11")],
            "reference": ["COM"],
        }
    )
    about = About(title="Fish & boats", introduction="*Two* texts.", citation="J. Doe: *Themes*.", sources="© Doe.")
    text = render_index(study, documents=documents, about=about)
    assert "<h1>Fish &amp; boats</h1>" in text
    assert "<p><em>Two</em> texts.</p>" in text
    assert '<cite lang="nl">Naar een &lt;open&gt; Europa</cite>, 11 March 2014. COM.' in text
    assert "<p>J. Doe: <em>Themes</em>.</p>" in text
    assert "<p>© Doe.</p>\n</footer>" in text


def test_a_study_that_says_nothing_of_itself_has_no_headings_for_that(study):
    text = render_index(study)
    assert "How to cite" not in text
    assert "©" not in text


def test_a_section_that_shows_nothing_is_left_out_but_not_the_last():
    cells = [new_markdown_cell("# Title"), new_markdown_cell("## Empty\n\nA table:"), new_code_cell("report.table()")]
    cells += [new_markdown_cell("## Text"), new_markdown_cell("## Last"), new_code_cell("report.save()")]
    html = reports.render_page(new_notebook(cells=cells), run="01_corpus", pages=PAGES, provenance={})
    assert re.findall(r'<h2 id="s-(\w+)"', html) == ["text", "last"]
    assert "A table:" not in html


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"finding": ""}, r"01_corpus\.json: found no value for 'finding'"),
        ({"figure_alt": ""}, r"01_corpus\.json: found no value for 'figure_alt'"),
        ({"figure": "../../x.svg"}, "leaves"),
        ({"figure": "absent.svg"}, "no readable file"),
    ],
)
def test_the_index_refuses_values_it_cannot_show(study, changed, message):
    change_values(study, **changed)
    with pytest.raises(InputError, match=message):
        render_index(study)


def test_the_index_names_the_run_whose_values_are_missing(study):
    (study / "values/03_theme-cbrn.json").unlink()
    with pytest.raises(InputError, match=r"03_theme-cbrn\.json: found no readable file"):
        render_index(study)


def test_the_style_has_the_colours_of_the_figures():
    sheet = (Path(reports.__file__).parent / "template/style.css").read_text()
    names = {"ink": style.INK, "muted": style.MUTED, "hairline": style.HAIRLINE, "paper": style.PAPER}
    for name, light in names.items():
        assert re.findall(rf"--{name}: (#\w{{6}})", sheet) == [light, style.DARK[light]]
