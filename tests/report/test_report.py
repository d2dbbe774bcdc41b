"""Each call of a report writes its file, shows its content as a researcher wants it, and tells a page the rest."""

import base64
import json
import re
from html import unescape
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from markupsafe import Markup
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from analysis.inputs import InputError
from analysis.report import elements, new_figure, views
from analysis.report.pages import render_output

HOSTILE = '<script>alert(1)</script><img src=x onerror="alert(2)"> & [link](javascript:alert(3))'
FRAME = pd.DataFrame(
    {
        "theme": ["cyber", "drugs"],
        "doc_id": ["2014", "2018"],
        "word": ["Cyberaanval", "menace"],
        "n": [8, 12_000],
        "share": [0.125, np.nan],
        "low": [0.05, 0.2],
        "high": [0.3, 0.6],
        "p": [0.0412, 1.0],
    }
)


def draw() -> Figure:
    with new_figure(height=2) as (fig, (ax,)):
        ax.plot([1, 2, 4], [1, 2, 3])
    return fig


def page_of(view, links=None) -> str:
    """What a page shows of a view, once it has been through a notebook's file."""
    return render_output(json.loads(json.dumps(view.metadata))["report"], links or {})


def cells_of(html: str) -> list[str]:
    """The texts of the cells of a table, row by row."""
    body = html.partition("<tbody>")[2].partition("</tbody>")[0]
    return [re.sub(r"<[^>]*>", "", cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", body)]


def hits(**changed) -> pd.DataFrame:
    """One hit, *cyberaanvallen*, in each text."""
    table = {"paragraph_id": ["2014-001", "2018-001"], "sentence_id": ["2014-001.01", "2018-001.01"], "theme": "cyber"}
    return pd.DataFrame(table | {"start": 5, "end": 19} | changed)


def test_a_run_that_is_no_file_name_is_refused(open_report):
    with pytest.raises(InputError, match=r"run: found '\.\./x'"):
        open_report("../x")


# --- tables


def test_a_table_is_written_whole_whatever_is_shown_of_it(open_report):
    report = open_report("02_themes")
    view = report.table(FRAME, "Shares", "shares", columns=["theme"], head=1)
    written = report.folder / "tables/02_themes-shares.csv"
    assert written.read_text() == FRAME.to_csv(index=False, float_format="%.9g", lineterminator="\n")
    assert view.frame is FRAME
    assert cells_of(page_of(view)) == ["Cyber"]


def test_a_table_without_a_name_is_not_written(open_report):
    report = open_report()
    assert "download" not in page_of(report.table(FRAME, "Shares"))
    assert list((report.folder / "tables").iterdir()) == []


def test_jupyterlab_shows_a_table_as_pandas_does_with_its_formats(open_report):
    view = open_report().table(FRAME, "Shares", columns=["theme", "share", "p"])
    shown = view._repr_mimebundle_()[0]["text/html"]
    assert shown.startswith("<style")
    assert re.findall(r"<td[^>]*>([^<]*)</td>", shown) == ["Cyber", "12%", "0.041", "Drugs", "–", "1.000"]
    assert "<caption>Shares</caption>" in shown
    assert repr(view).splitlines()[1].split() == ["theme", "share", "p"]


def test_a_long_table_is_cut_in_jupyterlab_and_whole_on_the_page(open_report):
    view = open_report().table(pd.DataFrame({"n": range(250)}), "Numbers")
    assert view.data["text/html"].count("<td") == 100
    assert "the first 100 of 250 rows" in view.data["text/html"]
    assert len(cells_of(page_of(view))) == 250


def test_columns_are_shown_by_their_names(open_report):
    html = page_of(open_report().table(FRAME, "Shares"))
    heads = re.findall(r'<th scope="col"[^>]*>([^<]*)</th>', html)
    assert heads == ["theme", "text", "word", "n", "share", "low", "high", "p"]
    assert cells_of(html)[:8] == ["Cyber", "2014", "Cyberaanval ‘cyber attack’", "8", "12%", "5%", "30%", "0.041"]
    assert cells_of(html)[8:] == ["Drugs", "2018", "menace", "12,000", "–", "20%", "60%", "1.000"]
    assert '<td class="number">12%</td>' in html
    assert html.startswith('<div class="table">')
    assert '<th scope="row">' in html


def test_labels_formats_and_roles_override_the_names(open_report):
    options = {"labels": {"n": "how_many"}, "formats": {"share": ".2f", "n": "+d"}, "roles": {"word": "plain"}}
    html = page_of(open_report().table(FRAME.head(1), "c", columns=["word", "n", "share"], **options))
    assert ">how_many</th>" in html
    assert cells_of(html) == ["Cyberaanval", "+8", "0.12"]
    assert "lang=" not in html


def test_numbers_travel_as_numbers(open_report):
    view = open_report().table(FRAME, "Shares", columns=["n", "share", "interval"], cells={"who": "{n} of {theme}"})
    assert view.metadata["report"]["rows"] == [[8, 0.125, [0.05, 0.3]], [12_000, None, [0.2, 0.6]]]


def test_a_cell_can_join_columns_each_with_its_format(open_report):
    cells = {"who": "{n} of {theme}", "change": "{share} ({low}–{high})"}
    view = open_report().table(FRAME, "c", columns=["who", "interval", "change"], cells=cells)
    joined = ["8 of Cyber", "5% to 30%", "12% (5%–30%)", "12,000 of Drugs", "20% to 60%", "–"]
    assert cells_of(page_of(view)) == joined
    assert re.findall(r"<td[^>]*>([^<]*)</td>", view.data["text/html"]) == joined


def test_words_are_marked_with_the_language_of_their_text(open_report):
    html = page_of(open_report().table(FRAME, "c", columns=["word"]))
    assert '<span lang="nl">Cyberaanval</span> <span class="gloss">‘cyber attack’</span>' in html
    assert '<span lang="fr">menace</span></th>' in html


def test_words_of_no_text_have_the_language_of_all_or_none(open_report):
    frame = FRAME[["word"]].head(1)
    assert "lang=" not in page_of(open_report().table(frame, "c"))
    one = dict.fromkeys(("2014", "2018"), SimpleNamespace(code="fr"))
    assert '<span lang="fr">Cyberaanval</span>' in page_of(open_report(languages=one).table(frame, "c"))


def test_a_column_for_each_text_holds_words_of_that_text(open_report):
    frame = pd.DataFrame({"topic": ["t1"], "2014": ["dreiging; cyberaanval"], "2018": ["menace"]})
    html = page_of(open_report().table(frame, "c", roles={"2014": "words", "2018": "words"}))
    assert cells_of(html) == ["t1", "dreiging, cyberaanval ‘cyber attack’", "menace"]
    assert re.findall(r'lang="(\w+)"', html) == ["nl", "nl", "fr"]


def test_lists_of_words_are_glossed_one_by_one_and_labels_of_themes_are_no_words(open_report):
    frame = pd.DataFrame({"doc_id": ["2014", "2014"], "words": [["cyberaanval", "Drugs"], []]})
    html = page_of(open_report().table(frame, "c", columns=["words"]))
    assert cells_of(html) == ["cyberaanval ‘cyber attack’, Drugs", "–"]
    assert html.count("lang=") == 1


def test_a_theme_leads_to_the_passages_of_its_page_if_it_has_one(open_report):
    frame = pd.DataFrame({"theme": ["cyber", "Cyber", "drugs", "all"]})
    html = page_of(open_report().table(frame, "c"), {"cyber": "03_theme-cyber.html#s-the-passages"})
    assert html.count('<a href="03_theme-cyber.html#s-the-passages">Cyber</a>') == 2
    assert cells_of(html)[2:] == ["Drugs", "all"]


def test_cells_lead_to_addresses_and_to_passages(open_report):
    links = {"word": ["#curve-x", ""], "n": [["2014-003", "2014-017", "2018-001"], []], "passages": [["2014-003"], []]}
    view = open_report().table(FRAME, "c", columns=["word", "n", "passages"], links=links)
    html = page_of(view)
    assert '<a href="#curve-x"><span lang="nl">Cyberaanval</span>' in html
    assert '<a href="#p-2014-017" title="2014-017">17</a>' in html
    numbers = ["8 2014: 3, 17; 2018: 1", "2014: 3"]
    assert cells_of(html) == ["Cyberaanval ‘cyber attack’", *numbers, "menace", "12,000", "–"]
    assert re.findall(r"<td[^>]*>([^<]*)</td>", view.data["text/html"])[1:3] == numbers


def test_another_table_can_be_shown_than_the_one_that_is_written(open_report):
    report = open_report()
    shown = FRAME.iloc[::-1]
    view = report.table(FRAME, "c", "x", shown=shown, columns=["n"], links={"n": ["#last", "#first"]})
    assert cells_of(page_of(view)) == ["12,000", "8"]
    assert '<a href="#last">12,000</a>' in page_of(view)
    assert (report.folder / "tables/01_corpus-x.csv").read_text().splitlines()[1].startswith("cyber")


def test_dates_truth_and_nothing_are_shown_as_readers_expect(open_report):
    frame = pd.DataFrame({"date": pd.to_datetime(["2014-03-11", None]), "seen": [True, False], "year": [2014, 2018]})
    assert cells_of(page_of(open_report().table(frame, "c"))) == ["2014-03-11", "yes", "2014", "–", "no", "2018"]


def test_a_table_without_rows_says_so(open_report):
    assert cells_of(page_of(open_report().table(FRAME.head(0), "c"))) == ["none"]


@pytest.mark.parametrize(("folded", "summary"), [(True, "Shares of grens"), ("All words", "All words")])
def test_a_table_can_be_folded_under_its_caption_or_another_summary(open_report, folded, summary):
    html = page_of(open_report().table(FRAME, Markup('Shares of <span lang="nl">grens</span>'), folded=folded))
    assert html.startswith(f'<details class="fold"><summary>{summary}</summary><div class="table">')


def test_a_page_offers_the_table_for_download(open_report):
    html = page_of(open_report().table(pd.DataFrame({"a": ["é"]}), "c", "words"))
    link = re.search(r'href="data:text/csv;charset=utf-8;base64,([^"]+)"', html)
    assert link is not None
    assert base64.b64decode(link[1]).decode() == "a\né\n"
    assert 'download="01_corpus-words.csv"' in html


@pytest.mark.parametrize(
    "option",
    [
        {"columns": ["shar"]},
        {"formats": {"shar": ".1%"}},
        {"labels": {"shar": "s"}},
        {"cells": {"new": "{shar}"}, "columns": ["new"]},
    ],
)
def test_a_column_that_is_not_there_is_named_with_the_nearest(open_report, option):
    with pytest.raises(InputError, match="Did you mean 'share'"):
        open_report().table(FRAME, "c", **option)


def test_a_role_that_is_none_is_refused(open_report):
    with pytest.raises(InputError, match="role of word: found 'dutch', allowed is one of theme, word"):
        open_report().table(FRAME, "c", roles={"word": "dutch"})


# --- figures and networks


def test_a_figure_is_written_twice_and_shown_as_a_picture(open_report):
    report = open_report("03_theme-cyber")
    fig = draw()
    view = report.figure(fig, "It grows.", "A line that rises.", "attention")
    svg, png = (report.folder / f"figures/03_theme-cyber-attention.{kind}" for kind in ("svg", "png"))
    data, metadata = view._repr_mimebundle_()
    assert "<svg" in svg.read_text()
    assert base64.b64decode(data["image/png"]) == png.read_bytes()
    assert metadata["image/png"] == {"width": 538, "height": 192}
    assert view.figure is fig


def test_a_page_has_the_figure_with_alt_caption_and_size(open_report):
    report = open_report()
    html = page_of(report.figure(draw(), "It <grows>.", 'A "line" <chart>', "attention"))
    assert 'id="attention"' in html
    assert 'alt="A "line" <chart>"' in unescape(html)
    assert "<figcaption>It &lt;grows&gt;.</figcaption>" in html
    encoded = re.search(r"base64,([^\"]+)", html)
    assert encoded is not None
    assert base64.b64decode(encoded[1]) == (report.folder / "figures/01_corpus-attention.svg").read_bytes()


def test_a_figure_is_the_same_bytes_again_also_with_the_style_of_pyplot(open_report):
    def written() -> list[bytes]:
        report = open_report()
        report.figure(draw(), "c", "a", "x")
        return [path.read_bytes() for path in sorted((report.folder / "figures").iterdir())]

    before = written()
    with plt.style.context("ggplot"):
        assert written() == before


def test_a_figure_of_pyplot_is_closed_so_that_jupyter_shows_it_once(open_report):
    fig = plt.figure()
    open_report().figure(fig, "c", "a", "x")
    assert not plt.fignum_exists(fig.number)


@pytest.mark.parametrize("lacking", ["alt", "caption"])
def test_a_figure_without_alt_or_caption_is_refused_and_not_written(open_report, lacking):
    report = open_report()
    with pytest.raises(InputError, match="an empty alt or caption"):
        report.figure(draw(), **({"name": "n", "alt": "a", "caption": "c"} | {lacking: " "}))
    assert list((report.folder / "figures").iterdir()) == []


def test_a_network_is_a_figure_that_carries_its_parts(open_report, crossing):
    view = open_report().network(crossing, draw(), "Ties.", "Drawings.", "terms")
    assert "image/png" in view.data
    assert 'class="plot network" id="terms"' in page_of(view)
    json.dumps(view.metadata)


def test_a_network_has_the_markers_of_the_study(open_report, crossing):
    crossing["nodes"][0]["counts"] = np.array([5, 5, 2])
    view = open_report().network(crossing, draw(), "Ties.", "Drawings.", "terms").metadata["report"]["network"]
    assert {theme["name"]: theme["marker"] for theme in view["themes"]} == {"cyber": "o", "radicalisation": "^"}
    assert view["nodes"][0]["counts"] == [5, 5, 2]


def test_labels_of_a_network_are_each_in_their_language(open_report, crossing):
    crossing["nodes"][0]["language"] = "fr"
    html = page_of(open_report().network(crossing, draw(), "Ties.", "Drawings.", "terms"))
    assert '<span lang="fr">radicalisering</span>' in html
    assert '<span lang="nl">grens</span>' in html


# --- passages and sentences


def test_passages_can_be_linked_to_and_say_where_they_stand(open_report):
    html = page_of(open_report().passages(hits()))
    assert 'id="p-2014-001"' in html
    assert '<p>Twee <mark title="cyber attacks">cyberaanvallen</mark> &amp; meer.</p>' in html
    assert '<span lang="nl">Dreigingen</span> <span class="gloss">‘threats’</span>, lines 3–4. Marked: ' in html
    assert '2014 · communication <span class="count">1 passage</span>' in html


def test_passages_are_in_the_language_of_their_text(open_report):
    html = page_of(open_report().passages(hits()))
    assert re.findall(r'<blockquote lang="(\w+)"', html) == ["nl", "fr"]
    assert '<span lang="fr">Menaces</span>, line 5.' in html


def test_passages_have_the_colour_of_their_theme_if_it_is_one(open_report):
    report = open_report()
    assert 'style="--theme: #0072b2"' in page_of(report.passages(hits()))
    assert 'style="--theme: #5f5f5f"' in page_of(report.passages(hits(theme=["cyber", "drugs"]), name="q"))


def test_passages_say_how_many_are_left_out_and_where_there_are_none(open_report):
    report = open_report()
    html = page_of(report.passages(hits().head(1), limit=0))
    assert "The first 0 of 1 passages are shown." in html
    assert "2018 · rapport: no passage." in html
    assert 'id="p-2018-001"' in page_of(report.passages(hits().head(1), also=["2018-001"]))


def test_text_of_documents_is_never_markup(open_report, crossing):
    glossary = {HOSTILE.casefold(): HOSTILE}
    report = open_report(text=HOSTILE, glossary=glossary, titles={"2014": HOSTILE, "2018": HOSTILE})
    report.study.corpus.sections["title"] = HOSTILE
    frame = pd.DataFrame({HOSTILE: [HOSTILE], "word": [HOSTILE], "words": [[HOSTILE]], "theme": [HOSTILE]})
    crossing["nodes"][0] |= {"label": HOSTILE, "gloss": HOSTILE}
    shown = [
        report.table(frame, HOSTILE, folded=HOSTILE, cells={"x": "<b>{word}</b>"}, labels={"word": HOSTILE}),
        report.figure(draw(), HOSTILE, HOSTILE, "x"),
        report.network(crossing, draw(), HOSTILE, HOSTILE, "y"),
        report.passages(hits(start=0, end=8)),
    ]
    for view in shown:
        for html in (page_of(view), view.data.get("text/html", "")):
            assert not re.search(r"<script|<img src=x|<img[^>]*onerror=\"|<b>", html)
            assert not re.search(r"(href|src)=\"javascript", html)


def test_a_finding_is_shown_as_a_sentence_and_known_to_the_page(open_report):
    view = open_report().finding("All is **well**.", "robust", question="Is it?")
    assert view.data["text/markdown"] == "**Finding** (robust). All is **well**."
    assert view.metadata["report"] == {
        "kind": "finding",
        "sentence": "All is **well**.",
        "verdict": "robust",
        "question": "Is it?",
    }
    assert page_of(view) == ""  # it stands below the title


def test_prose_is_markdown(open_report):
    text = f"Of {elements.term('grens', {'grens': 'border'}, language='nl')}."
    view = open_report().prose(text)
    assert view.data == {"text/markdown": str(text), "text/plain": "Of grens ‘border’."}


# --- values


def test_values_hold_question_finding_verdict_and_first_figure_by_themselves(open_report):
    report = open_report("02_themes")
    report.figure(draw(), "c", "First.", "one")
    report.figure(draw(), "c", "Second.", "two")
    report.finding("It grows.", "differs", question="Does it grow?")
    report.save(n=np.int64(3), shares=[np.nan, 1 / 3])
    written = (report.folder / "values/02_themes.json").read_text()
    assert json.loads(written) == {
        "question": "Does it grow?",
        "finding": "It grows.",
        "verdict": "differs",
        "figure": "02_themes-one.svg",
        "figure_alt": "First.",
        "n": 3,
        "shares": [None, 0.333333333],
    }
    report.save(figure="two")
    assert json.loads((report.folder / "values/02_themes.json").read_text())["figure_alt"] == "Second."


def test_values_need_a_finding_and_a_figure_that_was_made(open_report):
    report = open_report()
    with pytest.raises(InputError, match="no finding"):
        report.save()
    report.finding("It grows.", "differs", question="Does it grow?")
    report.save()
    with pytest.raises(InputError, match="figure for the index: found 'absent'"):
        report.save(figure="absent")


# --- in IPython


@pytest.fixture
def shell(monkeypatch):
    """An IPython that runs its first cell, and what it has displayed."""
    running, shown = SimpleNamespace(execution_count=1), []
    monkeypatch.setattr(views, "_shell", lambda: running)
    monkeypatch.setattr("IPython.display.display", lambda *data, metadata, raw: shown.append((data[0], metadata)))
    running.shown = shown
    return running


def test_each_call_shows_its_view_at_once_and_a_cell_that_ends_in_it_not_twice(open_report, shell):
    report = open_report()
    for _ in range(2):
        view = report.table(FRAME, "Shares")
    view._ipython_display_()  # what IPython asks of the last line of a cell
    assert len(shell.shown) == 2
    assert set(shell.shown[0][0]) == {"text/html", "text/plain"}


def test_a_table_without_rows_and_an_empty_text_are_not_shown_but_the_table_is_written(open_report, shell):
    report = open_report()
    for view in (report.table(FRAME.head(0), "Shares", "shares"), report.prose("")):
        view._ipython_display_()
    assert shell.shown == []
    assert report.path("tables", "shares", ".csv").read_text().startswith("theme,")


def test_a_view_that_a_later_cell_ends_in_is_shown_there(open_report, shell):
    view = open_report().prose("Text.")
    shell.execution_count = 2
    view._ipython_display_()
    assert len(shell.shown) == 2
