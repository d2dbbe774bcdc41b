"""The plan of the study without its topic models, and the specifications that it lists."""

from dataclasses import replace
from pathlib import Path

import pytest

from analysis.robustness import measures, token_table
from analysis.robustness.specifications import Claim, list_specifications, read_findings

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def plan(study):
    whole = read_findings(ROOT / "data/findings.yml", themes=study.themes.names, texts=study.documents)
    return replace(whole, claims={name: claim for name, claim in whole.claims.items() if claim.kind != "topic"})


@pytest.fixture(scope="session")
def tokens(study, plan):
    return token_table.build_token_table(study, plan)


@pytest.fixture(scope="session")
def listed(plan, tokens):
    return list_specifications(plan, tokens.facts)[0]


@pytest.fixture(scope="session")
def sixty(listed):
    """Sixty specifications of two changes and a tie."""
    names = ["cyber-2014-2018", "migration-2014-2018", "migration-with-external"]
    return listed[listed["finding"].isin(names)].sample(60, random_state=1)


@pytest.fixture(scope="session")
def pick(listed):
    """The specification of a claim that is the reference but for some choices."""

    def pick(finding, **chosen):
        rows = listed[listed["finding"] == finding]
        reference = rows[rows["reference"]].iloc[0]
        axes = [axis for axis in listed.columns[4:] if axis not in chosen]
        same = (rows[axes] == reference[axes]).all(axis=1)
        for axis, option in chosen.items():
            same &= rows[axis] == option
        assert same.sum() == 1
        return rows[same]

    return pick


@pytest.fixture(scope="session")
def measure_one(pick, plan, tokens):
    """What that specification counts."""
    return lambda finding, **chosen: measures.measure(pick(finding, **chosen), plan.claims, tokens)[0]


@pytest.fixture
def plan_of(plan):
    """The choices and the rule of the study for other texts: a change, a topic and a tie of their first themes."""

    def plan_of(study):
        themes, texts = study.themes.names, study.documents
        ends = texts[0], texts[-1]
        claims = []
        if len(texts) > 1:
            claims += [Claim(kind, kind, "More {theme}.", (themes[0],), *ends, "more") for kind in ("change", "topic")]
        if len(themes) > 1:
            claims.append(Claim("tie", "tie", "{theme} with {other}.", tuple(themes[:2]), "", "", "together"))
        return replace(plan, claims={claim.name: claim for claim in claims})

    return plan_of
