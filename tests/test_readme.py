"""The README says what the reports say, and names nothing that is not there."""

import html
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()


def test_the_finding_quoted_is_the_one_in_the_reports():
    quoted = " ".join(" ".join(re.findall(r"^> ?(.*)$", README, re.MULTILINE)).split())
    page = (ROOT / "reports/index.html").read_text()
    text = " ".join(html.unescape(re.sub(r"<[^>]*>", "", page)).split())
    assert quoted in text


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)#]+)\)", README))
def test_every_link_leads_somewhere(link):
    assert (ROOT / link).exists()


def test_the_commands_of_make_exist():
    makefile = (ROOT / "Makefile").read_text()
    for target in set(re.findall(r"(?:`|^)make (\w+)", README, re.MULTILINE)):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_what_is_said_of_topics_is_in_the_reports():
    assert "suggest three topics, none of them more stable" in README.replace("\n", " ")
    page = (ROOT / "reports/index.html").read_text()
    assert "fall into 3 topics (by the rule), but none of them is more stable than topics of shuffled words" in page
