"""Findings as data: what is refused, what is left out and why, and ids that hang on nothing but the choice."""

from datetime import date
from itertools import permutations
from pathlib import Path

import pytest
import yaml

from analysis.inputs import InputError
from analysis.robustness.specifications import (
    Claim,
    Facts,
    list_specifications,
    name_specification,
    read_findings,
)

FILE = Path(__file__).parents[2] / "data/findings.yml"
THEMES = ["cyber", "cbrn", "radicalisation", "migration", "terrorism", "organised_crime"]
TEXTS = ["2014", "2018", "2020"]
FACTS = Facts(frozenset({"2018"}), frozenset(TEXTS), frozenset(TEXTS), frozenset(THEMES), frozenset(THEMES), {})


@pytest.fixture
def content():
    """The project's file, with one change and one tie."""
    whole = yaml.safe_load(FILE.read_text())
    kept = ("cyber-2014-2020", "terrorism-with-organised-crime")
    return whole | {"findings": {name: whole["findings"][name] for name in kept}}


@pytest.fixture
def read(tmp_path):
    def write_and_read(content):
        path = tmp_path / "findings.yml"
        path.write_text(yaml.safe_dump(content, sort_keys=False))
        return read_findings(path, themes=THEMES, texts=TEXTS)

    return write_and_read


def test_the_rule_of_the_study_is_the_one_that_was_fixed(read, content):
    rule = read(content).rule
    assert rule.decided == date(2026, 11, 22)
    assert rule.robust == (0.95, 0.5, 0.05)
    assert rule.reservations == (0.8, 0.0, 0.1)
    assert (rule.least_units, rule.level) == (10, 0.05)


def test_the_sign_of_a_finding_is_that_of_its_direction():
    def sign(kind, direction):
        return Claim("x", kind, "", ("cyber",), "2014", "2018", direction).sign

    assert (sign("change", "more"), sign("change", "less"), sign("tie", "apart")) == (1, -1, -1)


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        (
            ("findings", "cyber-2014-2020", "themes"),
            ["cybr"],
            r"line \d+, findings.cyber.*themes\[0\]: found 'cybr'.*'cyber'\?",
        ),
        (("findings", "cyber-2014-2020", "themes"), ["cyber", "cbrn"], r"themes: found .*allowed is 1 for a change"),
        (("findings", "cyber-2014-2020", "after"), "2019", r"cyber-2014-2020.after: found '2019'"),
        (("findings", "cyber-2014-2020", "after"), "2014", r"after: found '2014', allowed is another text"),
        (("findings", "cyber-2014-2020", "before"), None, r"before: found nothing, allowed is one of 2014"),
        (("findings", "cyber-2014-2020", "direction"), "up", r"direction: found 'up', allowed is one of more, less"),
        (("findings", "cyber-2014-2020", "kind"), "chnge", r"kind: found 'chnge'.*Did you mean 'change'\?"),
        (("findings", "cyber-2014-2020", "claim"), "It rose by 12 points.", r"claim: found .* without numbers"),
        (("findings", "cyber-2014-2020", "claim"), "More {topic}.", r"claim: found 'More \{topic\}\.'"),
        (("findings", "cyber-2014-2020", "claim"), "More {theme.", r"claim: found .*Close each brace"),
        (("findings", "cyber-2014-2020", "note"), "x", r"the unknown key 'note'"),
        (("findings", "terrorism-with-organised-crime", "before"), "2014", r"a tie is of all texts"),
        (("findings", "terrorism-with-organised-crime", "themes"), ["cyber"] * 2, r"allowed is 2 for a tie"),
        (("choices", "change", "unit"), ["paragraph", "clause"], r"choices.change.unit\[1\]: found 'clause'"),
        (("choices", "change", "unit"), ["paragraph"] * 2, r"choices.change.unit: .*each option once"),
        (("choices", "change", "dictionary"), ["full", "without-4"], r"dictionary\[1\]: found 'without-4'"),
        (("choices", "change", "colour"), ["red"], r"the unknown key 'colour'"),
        (("choices", "tie"), None, r"choices.tie: found nothing"),
        (("rule", "robust", "same_sign"), 1.5, r"rule.robust.same_sign: found 1.5, allowed is a number from 0 to 1"),
        (("rule", "robust", "share"), 0.5, r"rule.robust.share: found the unknown key 'share'"),
        (("rule", "decided"), "soon", r"rule.decided: found 'soon', allowed is a date"),
        (("rule", "least_units"), 0.5, r"rule.least_units: found 0.5"),
        (("frame",), "inleiding", r"frame: found 'inleiding', allowed is a list"),
    ],
)
def test_what_cannot_be_used_is_named_with_its_place(read, content, place, value, message):
    entry = content
    for key in place[:-1]:
        entry = entry[key]
    entry[place[-1]] = value
    with pytest.raises(InputError, match=message):
        read(content)


@pytest.mark.parametrize("content", [None, "", "# none yet\n"])
def test_without_a_file_there_is_no_finding(tmp_path, content):
    path = tmp_path / "findings.yml"
    path.write_text(content or "")
    plan = read_findings(None if content is None else path, themes=THEMES, texts=TEXTS)
    assert (plan.claims, plan.choices) == ({}, {})


@pytest.mark.parametrize("name", ["crew_safety-a-b", "X-Circular.2017-circular-2018", "2014"])
def test_a_finding_may_be_named_by_its_themes_and_texts(read, content, name):
    content["findings"][name] = content["findings"].pop("cyber-2014-2020")
    assert name in read(content).claims


@pytest.mark.parametrize("name", ["a b", "../x", "-x", "a/b"])
def test_a_name_that_no_file_could_have_is_refused(read, content, name):
    content["findings"][name] = content["findings"].pop("cyber-2014-2020")
    with pytest.raises(InputError, match=r"allowed is letters, digits"):
        read(content)


def test_two_findings_are_not_drawn_in_the_same_file(read, content):
    content["findings"]["Cyber-2014.2020"] = content["findings"]["cyber-2014-2020"]
    with pytest.raises(InputError, match=r"Cyber-2014.2020: .*differs from 'cyber-2014-2020'"):
        read(content)


def test_a_kind_without_choices_is_named(read, content):
    del content["choices"]["tie"]
    with pytest.raises(InputError, match=r"terrorism-with-organised-crime.kind: found 'tie'"):
        read(content)


def test_combinations_are_left_out_by_the_first_reason_and_counted(read, content):
    # 4 units x 5 measures x 2 ways to count x 2 x 2 x 2 texts x 7 dictionaries = 2240. A share counts once: 4 units x 2
    # measures x 8 x 7 = 448 less; every hit needs one unit: 3 units x 3 measures x 8 x 7 = 504 less; half of the 1288
    # left have footnotes, which 2014 and 2020 have not
    del content["findings"]["terrorism-with-organised-crime"]
    facts = FACTS._replace(carrying={"cyber": ("a", "b", "c")})
    kept, dropped = list_specifications(read(content), facts)
    assert len(kept) == 644
    assert dropped["specifications"].tolist() == [448, 504, 644]
    assert kept["reference"].sum() == 1
    assert kept.loc[0, ["unit", "measure", "dictionary"]].tolist() == ["paragraph", "units", "full"]


def test_terms_that_a_theme_does_not_have_are_not_left_out(read, content):
    del content["findings"]["terrorism-with-organised-crime"]
    kept, dropped = list_specifications(read(content), FACTS._replace(carrying={"cyber": ("a",)}))
    assert set(kept["dictionary"]) == {"full", "core", "wide", "no-exclusions", "without-1"}
    assert "the texts have no such term to leave out" in set(dropped["reason"])


def test_ids_hang_on_the_choice_alone():
    finding = Claim("cyber-2014-2020", "change", "", ("cyber",), "2014", "2020", "more")
    options = [("unit", "sentence"), ("measure", "tokens"), ("frame", "out")]
    assert {name_specification(finding, dict(order)) for order in permutations(options)} == {"a81751a438"}
    assert name_specification(finding, dict(options) | {"frame": "in"}) != "a81751a438"


def test_no_two_specifications_share_an_id(read, content):
    kept, _ = list_specifications(read(content), FACTS)
    assert kept["id"].is_unique
