import pytest

from analysis.inputs import InputError
from analysis.report import glossary


@pytest.fixture
def write(tmp_path):
    def write(text):
        path = tmp_path / "glossary.yml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_read_glossary_finds_a_term_in_whatever_case(write):
    known = glossary.read_glossary(write("Europese Unie: European Union\ncyberaanval: cyber attack\n"))
    assert glossary.gloss("CYBERAANVAL", known) == "cyber attack"
    assert glossary.gloss("europese  unie", known) == "European Union"


def test_read_glossary_refuses_a_term_that_stands_twice_in_another_case(write):
    with pytest.raises(InputError, match=r"glossary\.yml, Grens: found the term a second time"):
        glossary.read_glossary(write("grens: border\nGrens: frontier\n"))


@pytest.mark.parametrize("entry", ["nee: no", "2014: year", "grens:", "grens: [border]", "grens: ' '"])
def test_read_glossary_refuses_what_yaml_reads_as_no_text(write, entry):
    with pytest.raises(InputError, match="text on both sides of the colon"):
        glossary.read_glossary(write(f"visum: visa\n{entry}\n"))


def test_missing_names_each_term_without_a_gloss_once():
    assert glossary.missing(["visum", "grens", "visum", "asiel"], {"asiel": "asylum"}) == ["grens", "visum"]
