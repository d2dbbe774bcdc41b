"""Sentences about a multiverse say what its numbers say, with a verdict that pages know."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from analysis.inputs import InputError
from analysis.robustness import multiverse, prose, token_table
from analysis.robustness.specifications import EMPTY, list_specifications, read_findings
from analysis.stats.verdict import OF_CLAIM

ROOT = Path(__file__).parents[2]
NAMES = ["migration-2014-2018", "cbrn-2014-2018", "migration-with-external"]


@pytest.fixture(scope="module")
def plan(here):
    whole = read_findings(ROOT / "data/findings.yml", themes=here.themes.names, texts=here.documents)
    return replace(whole, claims={name: whole.claims[name] for name in NAMES})


@pytest.fixture(scope="module")
def found(here, plan):
    tokens = token_table.build_token_table(here, plan)
    table = list_specifications(plan, tokens.facts)[0].groupby("finding").head(30)
    return multiverse.explore(tokens, plan, specifications=table, n_draws=99, seed=1)


def test_the_summary_counts_every_finding_once(found, plan, here):
    sentence = prose.summarise(found, plan, here.themes)
    assert sentence.startswith("Of 3 findings, tried under 90 specifications, ")
    assert "1 too few to tell" in sentence


def test_claims_name_themes_and_texts(plan, here):
    claim = prose.spell_claim(plan.claims["migration-2014-2018"], here.themes)
    assert claim == "The 2018 text speaks less of migration than the 2014 text."
    tie = prose.spell_claim(plan.claims["migration-with-external"], here.themes)
    assert tie == "Where a text speaks of migration it tends to speak of external action too."


def test_the_rule_is_told_with_its_day_and_bounds(plan):
    told = prose.describe_rule(plan)
    assert "22 November 2026" in told
    assert "at least 95% of the specifications" in told
    assert "in at most 10% of cases" in told
    assert "fewer than 10 units" in told


def test_of_a_study_without_findings_one_line_says_so(here):
    none = multiverse.explore_study(here, EMPTY, seed=1)
    assert prose.describe_rule(EMPTY) == ""
    assert prose.pick_curves(EMPTY, here.themes) == prose.add_strong([], none) == []
    assert prose.summarise(none, EMPTY, here.themes) == "No finding of this study is tried under other choices."
    assert prose.list_verdicts(none, EMPTY, here.themes, [], "08_robustness") == {}
    tables = prose.spell_verdicts(none, EMPTY, here.themes), prose.spread_shares(none, EMPTY, here.themes)
    assert [len(table) for table in (*tables, prose.count_dropped(none))] == [0, 0, 0]


def test_the_overview_gets_verdict_and_link_of_every_finding(found, plan, here):
    values = prose.list_verdicts(found, plan, here.themes, ["migration-2014-2018"], "08_robustness")
    assert list(values) == NAMES
    assert values["migration-2014-2018"]["link"] == "08_robustness.html#curve-migration-2014-2018"
    assert values["migration-with-external"]["link"] == "08_robustness.html#s-the-verdicts"
    assert all(claim["verdict"] in OF_CLAIM for claim in values.values())


def test_drawn_findings_are_linked_in_the_table(found, plan, here):
    assert prose.link_verdicts(found, ["migration-2014-2018"]) == ["#curve-migration-2014-2018", "", ""]
    table = prose.spell_verdicts(found, plan, here.themes)
    assert set(prose.VERDICTS["columns"]) <= set(table.columns)
    assert set(table["hangs_on"]) <= set(prose.CHOICES.values())


def test_a_claim_of_any_name_leads_to_the_figure_of_its_curve(found, plan, here):
    name = "crew_safety-Circular.2017"
    claim = replace(plan.claims["migration-2014-2018"], name=name)
    renamed = {
        table: getattr(found, table).replace({"finding": {"migration-2014-2018": name}})
        for table in ("specifications", "verdicts")
    }
    caption = prose.caption_curve(replace(found, **renamed), claim, here.themes)
    assert caption["name"] == "curve-crew_safety-circular-2017"
    assert prose.link_verdicts(replace(found, **renamed), [name])[0] == f"#{caption['name']}"


def test_a_claim_of_no_specification_is_not_drawn(found):
    assert prose.add_strong(["nowhere"], replace(found, verdicts=found.verdicts.assign(verdict="inconclusive"))) == []


def test_few_findings_and_specifications_are_counted_in_english(found, plan, here):
    one = replace(found, verdicts=found.verdicts.head(1), specifications=found.specifications.head(1))
    assert prose.summarise(one, plan, here.themes).startswith("Of 1 finding, tried under one specification, ")
    row = found.verdicts.iloc[0].to_dict() | {"specifications": 1, "verdict": "too few to tell"}
    told = prose.describe_finding(row, plan.claims[row["finding"]], here.themes)
    assert "than the 2014 text.” rests on too few units to tell: " in told
    assert "of one specification points that way" in told


def test_curves_are_those_of_the_declared_themes(plan, here):
    assert prose.pick_curves(plan, here.themes, "2014-2018") == NAMES[:2]
    assert prose.pick_curves(plan, here.themes) == NAMES[:2]  # the texts of the first claim
    with pytest.raises(InputError, match=r"parameter pair: found '2014-2019', allowed is one of 2014-2018"):
        prose.pick_curves(plan, here.themes, "2014-2019")


def test_every_finding_that_holds_is_drawn_once(found):
    verdicts = found.verdicts.assign(verdict=["robust", *["inconclusive"] * (len(found.verdicts) - 1)])
    strong, other = verdicts["finding"].iloc[:2]
    assert prose.add_strong([other], replace(found, verdicts=verdicts)) == [other, strong]
    assert prose.add_strong([strong], replace(found, verdicts=verdicts)) == [strong]


def test_every_choice_and_reason_has_words(found, plan):
    assert set(found.shares["choice"]) <= set(prose.CHOICES)
    table = prose.count_dropped(found)
    assert table["specifications"].sum() == found.dropped["specifications"].sum()


def test_shares_of_variance_lie_between_nothing_and_everything(found, plan, here):
    assert found.shares["share"].between(0, 1).all()
    table = prose.spread_shares(found, plan, here.themes)
    assert len(table) == 3
    assert table.columns[0] == "claim"
    assert set(table.columns[1:]) <= set(prose.CHOICES.values())


def test_what_chance_earns_is_told_from_the_simulations():
    rows = [
        ("chains", 0.03, 0.07),
        ("shuffled", 0.04, 0.05),
        ("rotated", 0.03, 0.17),
        ("planted", 0.3, 0),
        ("planted", 0.5, 0),
    ]
    simulated = pd.DataFrame(rows, columns=["situation", "robust_of_enough", "reservations_of_enough"])
    told = prose.describe_placebo(simulated)
    assert "at most 4% of findings were called robust and 7% held with reservations" in told
    assert "3% were robust, but 17% held with reservations" in told
    assert "robust in 30% to 50% of cases" in told
    assert prose.describe_placebo(pd.DataFrame()) == ""
