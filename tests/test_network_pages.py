"""What a reader does with a network: points, walks with keys, searches, reads the passages; or has no script at all."""

import base64
import hashlib
import re
from types import SimpleNamespace

import pandas as pd
import pytest
from matplotlib.figure import Figure
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from analysis.report import Report, pages

pytestmark = pytest.mark.browser

PAGES = [pages.Page("05_networks", "Ties?", "Ties")]
TEXT = "Radicalisering en terrorisme gaan over grenzen."
PAYLOADS = (
    '<script>alert("script")</script>'
    '<img src="https://example.org/a.png" onerror="alert(1)">'
    "<svg onload=alert(2)><iframe src=https://example.org></iframe></text></svg></template>"
    "<a href='javascript:alert(3)'>press</a>"
)
# What is in front of the reader: the element with the focus, and what the line below the drawings says.
FOCUS = """() => {const one = document.activeElement;
    return (one.getAttribute('aria-label') || one.labels?.[0]?.textContent || one.textContent).trim().slice(0, 40)}"""


def cell(view):
    data, metadata = view._repr_mimebundle_()
    return new_code_cell("show()", outputs=[new_output("display_data", data=data, metadata=metadata)])


@pytest.fixture
def open_networks(open_report):
    """Opens a report on a study in which every paragraph of a network has the same text, and gives a hit in each."""

    def open_networks(network: dict, text: str = TEXT) -> tuple[Report, pd.DataFrame]:
        ids = sorted({one for part in (*network["nodes"], *network["ties"]) for one in part["passages"]})
        row = {"section_id": "s1", "order": 0, "text": text, "line_start": 3, "line_end": 5}
        paragraphs = pd.DataFrame([{"paragraph_id": one, "doc_id": one[:4], **row} for one in ids])
        sentences = paragraphs.assign(sentence_id=paragraphs["paragraph_id"] + ".01", start=0)
        corpus = SimpleNamespace(
            paragraphs=paragraphs,
            sentences=sentences,
            sections=pd.DataFrame({"section_id": ["s1"], "title": ["Grenzen"]}),
        )
        texts = ["2014", "2018", "2020"]
        study = {"documents": texts, "titles": dict.fromkeys(texts, "t"), "corpus": corpus}
        study |= {"languages": dict.fromkeys(texts, SimpleNamespace(code="nl"))}
        study |= {"glossary": {"radicalisering": "radicalisation", "grenzen": "borders"}}
        return open_report("05_networks", **study), sentences.assign(end=14)

    return open_networks


@pytest.fixture
def render(open_networks):
    """A page with a network and its passages."""

    def render(network: dict, *, text: str = TEXT, caption: str = "Ties.", alt: str = "Four drawings.") -> str:
        report, hits = open_networks(network, text)
        cells = [
            new_markdown_cell("# How do terms hang together?\n\nAn opening."),
            new_markdown_cell("## The network\n\nText."),
            cell(report.network(network, Figure(), caption, alt, "terms")),
            new_markdown_cell("## Passages\n\nText."),
            cell(report.passages(hits, limit=99)),
        ]
        notebook = new_notebook(cells=cells, metadata={"language_info": {"name": "python"}})
        return pages.render_page(notebook, run="05_networks", pages=PAGES, provenance={})

    return render


@pytest.fixture
def path(tmp_path, crossing, render):
    file = tmp_path / "05_networks.html"
    file.write_text(render(crossing), encoding="utf-8")
    return file


@pytest.fixture
def page(visit, path):
    return visit(path)


def node(page, word: str, panel: int = 0):
    return page.locator(".panel").nth(panel).locator("g.node", has=page.locator("text", has_text=word))


def said(page) -> str:
    return page.get_by_role("status").inner_text()


def walk(page, *keys: str) -> list[tuple[str, str]]:
    """Presses keys one by one; for each, what has the focus afterwards and what was said."""
    steps = []
    for key in keys:
        page.keyboard.press(key)
        steps.append((key, page.evaluate(FOCUS), said(page)))
    return steps


RADICALISERING = "radicalisering ‘radicalisation’"
SAYS = {
    "radicalisering": f"{RADICALISERING}: 5 paragraphs in 2014, 5 in 2018, 2 in 2020; 4 ties",
    "terrorisme": "terrorisme ‘terrorism’: 3 paragraphs in 2014, 1 in 2018, 0 in 2020; 2 ties",
    "grens": "grens ‘border’: 28 paragraphs in 2014, 1 in 2018, 1 in 2020; 2 ties",
    "tie": f"{RADICALISERING} and terrorisme ‘terrorism’: together in 3 paragraphs in 2014, 1 in 2018, 0 in 2020; "
    "passes the test in 2014; 2014 to 2020: gone",
}


def test_keys_alone_lead_from_the_top_of_the_page_to_the_passages_of_a_tie_and_back(page):
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUS) == "Skip to the text"
    page.keyboard.press("Enter")
    reached = []
    while not reached or reached[-1] != "grens ‘border’":
        page.keyboard.press("Tab")
        reached.append(page.evaluate(FOCUS))
        assert len(reached) < 12
    assert reached[-6:] == ["Find a term", "Theme", "Text", "Labels", "Clear", "grens ‘border’"]
    steps = [(key, focus, said) for key, focus, said in walk(page, "ArrowUp", "t")]
    assert steps == [
        ("ArrowUp", RADICALISERING, SAYS["radicalisering"]),
        ("t", RADICALISERING, SAYS["tie"]),
    ]
    page.keyboard.press("Enter")
    drawer = page.get_by_role("dialog")
    assert drawer.is_visible()
    assert drawer.locator(".about").inner_text() == SAYS["tie"]
    assert drawer.locator(".found > p").all_inner_texts() == [
        "4 paragraphs.",
        "2014 · communication",
        "2018 · progress report",
    ]
    assert drawer.locator(".passage").count() == 4
    assert page.evaluate(FOCUS) == "Close"
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUS) == "Paragraphs"  # can be scrolled with keys
    page.keyboard.press("Escape")
    assert not drawer.is_visible()
    page.wait_for_function("text => document.querySelector('[role=status]').textContent === text", arg=SAYS["tie"])
    assert page.evaluate(FOCUS) == RADICALISERING
    page.keyboard.press("Escape")
    assert page.evaluate(FOCUS) == RADICALISERING
    assert page.locator(".panels .lit").count() == 0


def test_a_network_is_one_tab_stop_which_stays_where_one_left(page):
    assert page.locator(".panels [tabindex='0']").count() == 1
    node(page, "grens").focus()
    walk(page, "ArrowUp", "ArrowRight", "Tab")
    assert page.evaluate(FOCUS) == "Read the paragraphs"
    page.keyboard.press("Shift+Tab")
    assert page.evaluate(FOCUS) == "terrorisme ‘terrorism’"


def test_arrow_keys_go_where_they_point_and_stop_at_the_edge(page):
    node(page, "radicalisering").focus()
    for key, word in {"ArrowUp": "preventie", "ArrowLeft": "cyberaanval", "ArrowDown": "grens"}.items():
        node(page, "radicalisering").focus()
        assert walk(page, key)[0][2].startswith(word)
    assert walk(page, "ArrowDown")[0][1] == "grens ‘border’"


def test_an_arrow_key_does_not_lead_to_a_term_that_lies_aside(visit, tmp_path, crossing, render):
    crossing["nodes"][1]["y"] = 0.2  # terrorisme, far to the right
    crossing["nodes"][2]["y"] = -0.9  # preventie, below
    file = tmp_path / "05_networks.html"
    file.write_text(render(crossing), encoding="utf-8")
    page = visit(file)
    node(page, "radicalisering").focus()
    assert walk(page, "ArrowUp")[0][1] == RADICALISERING


def test_t_goes_through_ties_from_the_strongest_and_o_to_their_other_end(page):
    node(page, "radicalisering").focus()
    order = [step[2].partition(" and ")[2].split()[0] for step in walk(page, "t", "t", "t", "t", "t", "Shift+T")]
    assert order == ["terrorisme", "cyberaanval", "preventie", "grens", "terrorisme", "grens"]
    assert walk(page, "o")[0][1] == "grens ‘border’"


def test_home_leads_to_the_most_frequent_term(page):
    node(page, "preventie").focus()
    assert walk(page, "Home")[0][1] == "grens ‘border’"


def test_enter_keeps_a_term_space_lets_it_go_and_both_are_announced(page):
    one = node(page, "radicalisering")
    one.focus()
    assert one.get_attribute("aria-pressed") == "false"
    page.keyboard.press("Space")
    assert one.get_attribute("aria-pressed") == "true"
    page.get_by_label("Find a term").focus()
    assert node(page, "radicalisering", panel=2).get_attribute("class").endswith("chosen")
    one.focus()
    page.keyboard.press("Space")
    assert one.get_attribute("aria-pressed") == "false"


def test_pointing_lights_a_term_with_its_ties_in_all_panels(page):
    box = node(page, "terrorisme").locator(".mark").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2 + 9, box["y"] + box["height"] / 2)  # beside the dot, within 12 pixels
    assert said(page) == SAYS["terrorisme"]
    assert page.locator(".node.chosen").count() == 4
    lit = page.locator(".panel").first.locator(".tie.lit").evaluate_all("all => all.map(one => one.dataset.tie)")
    assert sorted(lit) == ["0", "4"]
    page.mouse.move(5, 5)
    assert page.locator(".lit").count() == 0


def test_a_tie_is_hit_some_pixels_beside_its_line(page):
    ends = [node(page, word).locator(".mark").bounding_box() for word in ("radicalisering", "terrorisme")]
    x = sum(end["x"] + end["width"] / 2 for end in ends) / 2
    page.mouse.move(x, ends[1]["y"] + ends[1]["height"] / 2 + 3)
    assert said(page).startswith("terrorisme ‘terrorism’ and") or said(page) == SAYS["tie"]
    assert "together in" in said(page)


def test_a_click_keeps_and_a_second_one_reads(page):
    mark = node(page, "terrorisme", panel=1).locator(".mark")
    mark.click()
    page.mouse.move(5, 5)
    assert said(page) == SAYS["terrorisme"]
    assert not page.get_by_role("dialog").is_visible()
    mark.click()
    assert page.get_by_role("dialog").locator(".passage").count() == 4
    page.get_by_role("button", name="Close").click()
    assert not page.get_by_role("dialog").is_visible()
    page.get_by_role("button", name="Read the paragraphs").click()
    page.keyboard.press("Escape")
    assert page.evaluate(FOCUS) == "Read the paragraphs"


def test_the_drawer_shows_25_passages_and_says_that_there_are_more(page):
    node(page, "grens").focus()
    page.keyboard.press("Enter")
    found = page.locator(".drawer .found")
    assert found.locator(".how").inner_text() == "25 of 30 paragraphs are shown."
    assert found.locator(".passage").count() == 25
    assert found.locator(".passage").first.inner_html() == page.locator("#p-2014-001").inner_html()
    assert page.evaluate("new Set([...document.querySelectorAll('[id]')].map(one => one.id)).size") == page.evaluate(
        "document.querySelectorAll('[id]').length"
    )


def test_search_finds_terms_and_glosses_and_enter_leads_there(page):
    search = page.get_by_label("Find a term")
    search.fill("terror")
    assert said(page) == "1 term with “terror”."
    off = page.locator(".panel").first.locator(".node.off title").all_text_contents()
    assert len(off) == 4
    search.fill("Border")
    assert said(page) == SAYS["grens"]
    page.keyboard.press("Enter")
    assert page.evaluate(FOCUS) == "grens ‘border’"
    page.get_by_role("button", name="Clear").click()
    assert search.input_value() == ""
    assert page.locator(".off, .lit").count() == 0


def test_terms_and_glosses_are_offered_while_one_types(page):
    options = page.locator("datalist option").evaluate_all("all => all.map(one => [one.value, one.textContent])")
    assert ["grens", "border"] in options
    assert len(options) == 5


def test_a_theme_leaves_its_terms_with_what_they_are_tied_to(page):
    page.get_by_label("Theme", exact=True).select_option("cyber")
    bright = page.locator(".panel").first.locator(".node:not(.off) title").all_text_contents()
    assert [title.split()[0] for title in bright] == ["radicalisering", "cyberaanval", "grens"]
    ties = page.locator(".panel").last.locator(".tie:not(.off)").evaluate_all("all => all.map(one => one.dataset.tie)")
    assert sorted(ties) == ["2", "5"]


def test_one_text_can_stand_alone_and_then_is_walked_and_read_alone(page):
    page.get_by_label("Text", exact=True).select_option("2018")
    assert page.locator(".panel:visible .title").all_inner_texts() == ["2018 · progress report"]
    assert page.locator("[role=application]:visible").count() == 1
    one = node(page, "radicalisering", panel=1)
    one.focus()
    assert walk(page, "ArrowDown")[0][1] == "grens ‘border’"
    page.keyboard.press("Enter")
    assert page.locator(".drawer .passage").count() == 1
    assert page.locator(".drawer .how").inner_text() == "1 paragraph."


def test_labels_can_be_read_in_english(page):
    page.get_by_label("Labels", exact=True).select_option("en")
    assert page.locator(".panel").first.locator("text[lang=en]").all_text_contents()[-1] == "border"
    page.get_by_label("Labels", exact=True).select_option("")
    assert page.locator("svg text[lang=nl]").count() == 20
    assert page.locator("svg text[lang=en]").count() == 0


def test_screen_readers_meet_each_term_once_by_word_and_gloss(page):
    assert page.locator("svg[role=application]").count() == 1
    assert page.locator(".panels svg[role=img]").count() == 3
    names = [button.get_attribute("aria-label") for button in page.locator("g[role=button]").all()]
    assert len(names) == 5
    assert RADICALISERING in names
    assert page.get_by_role("status").get_attribute("aria-live") == "polite"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_with_the_drawer_open_or_closed(visit, violations, path, scheme):
    page = visit(path, scheme=scheme)
    assert violations(page) == []
    node(page, "radicalisering").focus()
    page.keyboard.press("Enter")
    page.wait_for_timeout(200)  # until what steps back has done so
    assert violations(page) == []


def test_no_request_leaves_and_nothing_is_complained_of(visit, path):
    page = visit(path)
    node(page, "grens").focus()
    walk(page, "ArrowUp", "t", "Enter", "Escape", "Escape")
    assert page.events == []
    assert not re.search(r"""(?:src|href)=["']?(?:https?:)?//""", path.read_text(encoding="utf-8"))


def test_the_policy_of_the_page_knows_its_script(path):
    html = path.read_text(encoding="utf-8")
    scripts = re.findall(r"<script\b[^>]*>(.*?)</script>", html, flags=re.DOTALL)
    assert len(scripts) == 1
    checksum = base64.b64encode(hashlib.sha256(scripts[0].encode()).digest()).decode()
    policy = f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-{checksum}'; base-uri"
    assert f"content=\"{policy} 'none'; form-action 'none'\"" in html


def test_a_script_that_was_altered_or_added_does_not_run(visit, path):
    html = path.read_text(encoding="utf-8")
    path.write_text(html.replace("const MOST_PASSAGES = 25", "const MOST_PASSAGES = 26"), encoding="utf-8")
    page = visit(path)
    assert not page.locator(".controls").is_visible()
    assert len(page.events) == 1
    path.write_text(html.replace("<main", '<script>alert("added")</script><main'), encoding="utf-8")
    page = visit(path)
    assert page.locator(".controls").is_visible()
    assert [event for event in page.events if event.startswith("dialog")] == []


def test_the_script_makes_no_markup_of_text():
    script = pages._script()["text"]
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|DOMParser", script
    )
    assert "</" not in script


def test_without_scripts_there_are_pictures_and_no_controls(visit, path):
    page = visit(path, java_script_enabled=False)
    assert page.locator(".panels svg[role=img]:visible").count() == 4
    assert page.locator(".panel").first.locator("text:visible").count() >= 3
    assert page.locator(".controls:visible, .says:visible, .keys:visible, .drawer:visible").count() == 0
    assert page.locator(".network button:visible, .network [tabindex='0']:visible").count() == 0


def test_hostile_words_are_text_wherever_they_stand(visit, tmp_path, crossing, render):
    for one in crossing["nodes"][:2]:
        one["label"] = one["gloss"] = PAYLOADS
    crossing["texts"][0]["title"] = PAYLOADS
    crossing["themes"][0]["label"] = crossing["themes"][0]["name"] = crossing["nodes"][3]["theme"] = PAYLOADS
    crossing["nodes"][4]["id"] = crossing["ties"][3]["source"] = crossing["ties"][5]["target"] = PAYLOADS
    file = tmp_path / "05_networks.html"
    file.write_text(render(crossing, text=PAYLOADS, caption=PAYLOADS, alt=PAYLOADS), encoding="utf-8")
    page = visit(file)
    node(page, "grens").focus()
    walk(page, "ArrowUp", "t", "Enter")
    assert page.locator(".drawer .passage").count() == 4
    assert (
        page.locator(".drawer .about").inner_text().count('<script>alert("script")</script>') == 4
    )  # 2 words, 2 glosses
    page.keyboard.press("Escape")
    page.get_by_label("Labels", exact=True).select_option("en")
    page.get_by_label("Find a term").fill("<svg onload=alert(2)>")
    page.wait_for_timeout(200)
    assert page.events == []
    assert page.locator("script").count() == 1
    assert (
        page.locator("main script, main iframe, [onload], [onerror], [href*='script:'], img[src^='http']").count() == 0
    )
    titles = page.locator(".panel .title").all_inner_texts()
    assert titles[0] == PAYLOADS


@pytest.mark.parametrize("width", [1280, 800, 390, 320])
def test_no_part_is_wider_than_the_window_and_phones_show_one_panel_below_the_other(visit, path, width):
    page = visit(path, width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    boxes = [panel.bounding_box() for panel in page.locator(".panel").all()]
    assert len({box["x"] for box in boxes}) == (1 if width < 700 else 2)
    node(page, "radicalisering").focus()
    page.keyboard.press("Enter")
    page.wait_for_timeout(100)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    drawer = page.locator(".drawer").bounding_box()
    assert drawer["x"] >= 0
    assert drawer["x"] + drawer["width"] <= width


@pytest.mark.parametrize("width", [1280, 390, 320])
def test_targets_measure_24_pixels_and_labels_10(visit, path, width):
    page = visit(path, width=width)
    for alone in ("", "0"):
        page.get_by_label("Text", exact=True).select_option(alone)
        target = page.locator(".panel").first.locator("circle.hit").first.bounding_box()
        assert min(target["width"], target["height"]) >= 24
        size = """one => parseFloat(getComputedStyle(one).fontSize) * one.ownerSVGElement.clientWidth / 360"""
        assert page.locator(".panel").first.locator("text").first.evaluate(size) >= 10
    for control in page.locator(".controls input, .controls select, .network button:visible").all():
        assert control.bounding_box()["height"] >= 24


def test_paper_shows_all_drawings_as_they_are_and_nothing_to_press(page):
    looks = "all => all.map(one => getComputedStyle(one).fill + getComputedStyle(one).stroke)"
    before = page.locator(".panel .mark, .panel .tie").evaluate_all(looks)
    node(page, "grens").focus()
    page.keyboard.press("Space")
    page.get_by_label("Text", exact=True).select_option("2018")
    page.emulate_media(media="print")
    assert page.locator(".controls:visible, .says:visible, .keys:visible, .drawer:visible").count() == 0
    assert page.locator(".panel svg:visible").count() == 4
    assert page.locator(".panel .mark, .panel .tie").evaluate_all(looks) == before
    assert page.pdf(format="A4").startswith(b"%PDF")


def test_with_forced_colours_drawings_use_those_of_the_system(visit, path):
    page = visit(path, forced_colors="active")
    shown = """one => {const probe = document.createElement('i'); probe.style.color = 'CanvasText';
        document.body.append(probe); return getComputedStyle(one).fill === getComputedStyle(probe).color}"""
    marks = page.locator(".panel").first.locator(".node:not(.ghost) .mark").all()
    assert all(mark.evaluate(shown) for mark in marks)
    dashes = (
        page.locator(".panel")
        .first.locator(".tie.loose")
        .first.evaluate("one => getComputedStyle(one).strokeDasharray")
    )
    assert dashes != "none"


def test_changes_differ_in_dash_or_width_not_in_colour_alone(page):
    looks = (
        page.locator(".panel")
        .last.locator(".tie")
        .evaluate_all(
            "all => all.map(one => {const s = getComputedStyle(one); return s.strokeDasharray + ' ' + s.strokeWidth})"
        )
    )
    assert len(looks) == len(set(looks)) == 6


def test_nothing_moves(page):
    moving = "all => all.filter(one => {const s = getComputedStyle(one);\n" + (
        "return s.transitionDuration !== '0s' || s.animationName !== 'none'}).length"
    )
    assert page.locator(".network, .network *").evaluate_all(moving) == 0


def test_what_is_left_out_by_a_filter_loses_its_label(page):
    assert node(page, "preventie").locator("text").is_visible()
    page.get_by_label("Theme", exact=True).select_option("cyber")
    assert not node(page, "preventie").locator("text").is_visible()


def test_two_networks_on_a_page_mind_their_own_business(visit, tmp_path, crossing, render):
    html = render(crossing)
    part = html[html.index('<div class="plot network"') : html.index("</template>")] + "</template></div>"
    again = re.sub(r'((?:id|for|list|aria-labelledby)=")terms', r"\1others", part)
    file = tmp_path / "05_networks.html"
    file.write_text(html.replace("</main>", f"{again}</main>"), encoding="utf-8")
    page = visit(file)
    page.locator("#others g.node[tabindex='0']").focus()
    page.keyboard.press("Space")
    assert page.locator("#others .chosen").count() == 4
    assert page.locator("#terms .chosen").count() == 0


def test_a_page_that_lacks_a_passage_of_its_network_is_refused(crossing, open_networks):
    report, _ = open_networks(crossing)
    network = new_markdown_cell("# Q\n\na"), cell(report.network(crossing, Figure(), "c", "a", "n"))
    with pytest.raises(
        ValueError, match=r"05_networks: found a network that leads to 36 passages not shown, the first '2014-"
    ):
        pages.render_page(new_notebook(cells=list(network)), run="05_networks", pages=PAGES, provenance={})


def test_a_network_whose_name_is_no_id_is_refused(crossing, open_networks):
    report, _ = open_networks(crossing)
    view = report.network(crossing, Figure(), "c", "a", "terms").metadata["report"]
    with pytest.raises(ValueError, match='network n" onload="x: found the name'):
        pages.render_output(view | {"name": 'n" onload="x'}, {})


def test_a_caption_that_did_not_come_from_a_report_is_cleaned(crossing, open_networks):
    report, _ = open_networks(crossing)
    view = report.network(crossing, Figure(), "c", "a", "terms").metadata["report"]
    html = pages.render_output(view | {"caption": PAYLOADS}, {})
    assert not re.search(r"<script|<iframe|<img[^>]*onerror|<svg onload", html)


def test_pages_without_a_network_hold_no_script():
    notebook = new_notebook(cells=[new_markdown_cell("# Q\n\na")])
    html = pages.render_page(notebook, run="05_networks", pages=PAGES, provenance={})
    assert "script" not in html
    assert ".network" not in html
