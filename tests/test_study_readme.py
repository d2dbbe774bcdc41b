"""The README says what the reports say, and names nothing that is not there."""

import html
import re
from pathlib import Path

import pandas as pd
import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()


def test_the_finding_quoted_is_the_one_in_the_reports():
    quoted = " ".join(" ".join(re.findall(r"^> ?(.*)$", README, re.MULTILINE)).split())
    page = (ROOT / "reports/index.html").read_text()
    text = " ".join(html.unescape(re.sub(r"<[^>]*>", "", page)).split())
    assert quoted in text


def test_the_counts_of_sentences_are_those_of_the_tables():
    table = pd.read_csv(ROOT / "reports/tables/02_themes-attention.csv", dtype={"text": str}).set_index(
        ["theme", "text"]
    )
    counts = {theme: table.loc[theme, "sentences"].to_dict() for theme in ("migration", "cyber", "cbrn")}
    sizes = table.loc["cyber", "n_sentences"].to_dict()
    text = " ".join(README.split())
    first, *rest = ((counts["migration"][year], sizes[year]) for year in ("2014", "2018", "2020"))
    assert (
        f"{first[0]} of its {first[1]} sentences name migration, against {rest[0][0]} of {rest[0][1]} in 2018" in text
    )
    assert f"and {rest[1][0]} of {rest[1][1]} in 2020" in text
    cyber = counts["cyber"]
    assert f"{cyber['2020']} of 68 sentences, against {cyber['2014']} of 316 and {cyber['2018']} of 179" in text
    assert list(counts["cbrn"].values()) == [1, 9, 0]
    assert "Nine sentences of 2018, one of 2014 and none of 2020 name CBRN" in text


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)#]+)\)", README))
def test_every_link_leads_somewhere(link):
    assert (ROOT / link).exists()


def test_the_commands_of_make_exist():
    makefile = (ROOT / "Makefile").read_text()
    for target in set(re.findall(r"(?:`|^)make ([\w-]+)", README, re.MULTILINE)):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_what_is_said_of_topics_is_in_the_reports():
    assert "suggest three topics, none of them more stable" in README.replace("\n", " ")
    page = (ROOT / "reports/index.html").read_text()
    assert "fall into 3 topics (by the rule), but none of them is more stable than topics of shuffled words" in page


def test_what_is_said_of_robustness_is_in_the_reports():
    text = " ".join(README.split())
    assert (
        "two of the differences hold with reservations: less migration in 2018 than in 2014, more cyber in 2020" in text
    )
    assert "one is robust: paragraphs on borders tend to be on information systems too" in text
    page = " ".join(html.unescape(re.sub(r"<[^>]*>", "", (ROOT / "reports/index.html").read_text())).split())
    assert "1 is robust (“Where a text speaks of borders and documents it tends to speak of information systems" in page
    assert "“The 2020 text speaks more of cyber than the 2014 text”" in page
    assert "“The 2018 text speaks less of migration than the 2014 text”" in page


def test_what_is_said_of_ties_is_in_the_tables():
    pairs = pd.read_csv(ROOT / "reports/tables/05_networks-pairs.csv").set_index(["source", "target"])
    assert pairs.loc[("Cyber", "Migration"), "n"] == 0
    alarms = pd.read_csv(ROOT / "benchmarks/results/ties_summary.csv")
    own = alarms[alarms["setting"].str.startswith("lengths of the study (")].set_index("method")["share"]
    assert 1 / 7 < own["G2 (positive)"] < own["hypergeometric"] < 1 / 5  # "every sixth"
