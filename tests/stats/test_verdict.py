"""Every rule at its limits."""

from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.stats import verdict

RULE = verdict.Rule(date(2026, 11, 22), 0.05, verdict.Bounds(0.95, 0.5, 0.05), verdict.Bounds(0.8, 0.0, 0.1), 10, 3)


def test_a_text_that_cannot_reach_the_level_gets_no_verdict_of_difference():
    changes = pd.DataFrame({"before": ["A", "B"], "after": ["B", "C"], "count_before": 50, "count_after": [0, 50]})
    changes = changes.assign(difference=0.5, p=0.01, p_adjusted=0.01)
    attainable = pd.DataFrame({"before": ["A", "B"], "after": ["B", "C"], "least_p": [0.1, 0.05]})
    assert verdict.judge_changes(changes, attainable=attainable)["verdict"].tolist() == ["too few to tell", "differs"]
    assert verdict.judge_ties(changes, attainable=attainable)["verdict"].tolist() == ["too few to tell", "stronger"]
    assert verdict.judge_changes(changes)["verdict"].tolist() == ["differs", "differs"]


def test_ties_are_new_or_gone_where_one_text_has_none():
    changes = pd.DataFrame({"count_before": [0, 20, 9, 9, 9, 0], "count_after": [20, 0, 20, 2, 20, 9]})
    changes = changes.assign(difference=[1, -1, 1, -1, 1, 1], p=0.01, p_adjusted=[0.05, 0.05, 0.05, 0.05, 0.06, 0.01])
    expected = ["new", "gone", "stronger", "weaker", "inconclusive", "too few to tell"]
    assert verdict.judge_ties(changes)["verdict"].tolist() == expected == list(verdict.OF_TIE)


def test_no_changes_are_an_empty_table_with_verdicts():
    nothing = pd.DataFrame(columns=["before", "after", "count_before", "count_after", "difference", "p", "p_adjusted"])
    attainable = pd.DataFrame(columns=["before", "after", "least_p"])
    for judge in (verdict.judge_changes, verdict.judge_ties):
        assert judge(nothing, attainable=attainable)["verdict"].tolist() == []
    assert verdict.judge_network(nothing["p"]) == "inconclusive"


@pytest.mark.parametrize(
    ("independent", "f1", "low", "coded", "expected"),
    [
        (True, 0.8, 0.8, 10, "robust"),
        (False, 0.8, 0.8, 10, "holds with reservations"),
        (True, 0.8, 0.79, 10, "holds with reservations"),
        (True, 0.79, 0.6, 10, "inconclusive"),
        (True, 0.8, 0.8, 9, "too few to tell"),
    ],
)
def test_accuracy_follows_the_rule(independent, f1, low, coded, expected):
    scores = pd.DataFrame({"tp": [coded - 1], "fn": [1], "f1": [f1], "f1_low": [low]})
    assert verdict.judge_accuracy(scores, independent=independent) == expected


def test_changes_follow_the_rule():
    changes = pd.DataFrame({"count_before": [4, 5, 50, 50], "count_after": [5, 5, 50, 50]})
    changes = changes.assign(
        difference=[0.1, 0.1, -0.1, 0], p=[0.001, 0.001, 0.04, 0.06], p_adjusted=[0.01, 0.05, 0.06, 1]
    )
    found = verdict.judge_changes(changes)
    assert found["verdict"].tolist() == ["too few to tell", "differs", "holds with reservations", "inconclusive"]
    assert found["direction"].tolist() == ["more", "more", "less", "same"]


@pytest.mark.parametrize(
    ("n", "same_sign", "significant", "joint_p", "expected"),
    [
        (10, 0.95, 0.5, 0.05, "robust"),
        (9, 1, 1, 0.001, "too few to tell"),
        (40, 0.949, 1, 0.001, "holds with reservations"),
        (40, 1, 0.49, 0.001, "holds with reservations"),
        (40, 1, 1, 0.051, "holds with reservations"),
        (40, 0.8, 0, 0.1, "holds with reservations"),
        (40, 0.79, 1, 0.001, "inconclusive"),
        (40, 1, 1, 0.101, "inconclusive"),
    ],
)
def test_claims_follow_the_rule_of_the_study(n, same_sign, significant, joint_p, expected):
    assert verdict.judge_curve(n, same_sign, significant, joint_p, RULE) == expected
    assert verdict.judge_curve(n, same_sign, significant, joint_p, RULE, least_p=0.051) == "too few to tell"


@pytest.mark.parametrize(
    ("agreement", "measurement", "expected"),
    [
        (0.95, 0.95, "certain"),
        (19 / 20, 1 - 0.05, "certain"),
        (0.949, 1, "by most counts"),
        (1, 0.949, "by most counts"),
        (0.8, 0.8, "by most counts"),
        (0.799, 1, "depends on how it is counted"),
        (1, 0.799, "depends on how it is counted"),
        (1, float("nan"), "by most counts"),
        (0.79, float("nan"), "depends on how it is counted"),
        (float("nan"), 1, "depends on how it is counted"),
    ],
)
def test_differences_follow_the_rule(agreement, measurement, expected):
    assert verdict.judge_difference(agreement, measurement) == expected
    assert expected in verdict.OF_DIFFERENCE


@pytest.mark.parametrize(
    ("probability", "expected"),
    [(0.975, "likely"), (0.9749, "leaning"), (0.8, "leaning"), (0.7999, "open"), (0, "open"), (float("nan"), "open")],
)
def test_draftings_follow_the_rule(probability, expected):
    assert verdict.judge_drafting(probability) == expected
    assert expected in verdict.OF_DRAFTING


@given(*[st.floats(0, 1)] * 4)
def test_more_agreement_and_more_probability_never_give_a_weaker_word(a, b, c, d):
    weaker, stronger = verdict.judge_difference([min(a, b), max(a, b)], [min(c, d), max(c, d)])
    assert verdict.OF_DIFFERENCE.index(stronger) <= verdict.OF_DIFFERENCE.index(weaker)
    weaker, stronger = verdict.judge_drafting([min(a, b), max(a, b)])
    assert verdict.OF_DRAFTING.index(stronger) <= verdict.OF_DRAFTING.index(weaker)


def test_why_is_not_said_of_one_text_and_not_blamed_on_the_year_where_a_year_has_two():
    assert verdict.state_limits([date(2014, 1, 1)]) == ""
    assert "what the year did" in verdict.state_limits([date(2014, 1, 1), date(2015, 1, 1)])
    assert "what the date did" in verdict.state_limits([date(2014, 1, 1), date(2014, 2, 1)])
    assert verdict.state_limits([date(2014, 1, 1)] * 2).startswith("Counts say that texts differ, not why: ")


def test_absence_from_a_text_of_one_sentence_is_told_of_that_sentence():
    assert verdict.state_absence(1) == "not named in the only sentence, which was read"
