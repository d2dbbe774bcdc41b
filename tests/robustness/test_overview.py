"""The overview says of each page what became of its own claims."""

import json

import pytest

from analysis.inputs import InputError
from analysis.robustness import overview

CLAIMS = {
    "x-A-B": {"kind": "change", "themes": ["x"], "before": "A", "after": "B", "verdict": "robust", "link": "08.html#x"},
    "y-A-B": {"kind": "change", "themes": ["y"], "before": "A", "after": "B", "verdict": "inconclusive", "link": "#"},
    "x-with-y": {
        "kind": "tie",
        "themes": ["x", "y"],
        "verdict": "too few to tell",
        "link": "#",
        "before": "",
        "after": "",
    },
}


def test_every_page_carries_the_verdicts_of_its_own_claims():
    found = {"a": {}, "b": {"changes": []}, "c": {"theme": "x"}, "d": {"pairs": []}, "e": {"verdicts": CLAIMS}}
    told = overview.count_verdicts(found, ["x"])
    robust = "1 tried: 1 robust"  # of all themes too, for y is not declared
    assert told["robustness"].fillna("").tolist() == ["", robust, robust, "1 tried: 1 too few to tell", ""]
    assert told["link"].tolist() == ["", *["e.html#s-the-verdicts"] * 3, ""]


def test_where_nothing_was_tried_the_overview_says_so_and_lists_nothing():
    assert overview.count_verdicts({"b": {"changes": []}}, ["x"])["robustness"].isna().all()
    assert overview.list_claims({}).empty
    assert overview.describe_claims({}) == "No finding of this study is tried under other choices."


def test_an_overview_without_the_page_that_compares_the_texts_has_a_finding_and_no_shares():
    changes = overview.pick_values({"a": {"theme": "x"}}, "changes")
    assert overview.summarise(changes) == ("No page that compares the texts has been made.", "descriptive")
    assert overview.list_shares(changes, {}).empty


def test_shares_stand_at_the_day_of_their_text():
    row = {"theme": "x", "doc_id": "A.1", "share": 0.5, "low": 0.2, "high": 0.8}
    shares = overview.list_shares({"changes": [], "shares": [row]}, {"A.1": "2020-01-02"})
    assert shares.to_dict("records") == [row | {"date": "2020-01-02"}]


def test_claims_are_listed_by_verdict_without_those_of_too_few():
    numbers = {"joint_p": 0.01, "specifications": 9, "same_sign": 1.0, "significant": 0.5}
    claims = {name: claim | numbers | {"claim": name} for name, claim in CLAIMS.items()}
    listed = overview.list_claims(claims)
    assert listed["verdict"].tolist() == ["robust", "inconclusive"]
    assert listed.loc[0, ["claim", "link", "joint_p"]].tolist() == ["x-A-B", "08.html#x", "0.010"]
    told = "3 claims tried under other choices: 1 robust, 1 inconclusive, 1 too few to tell."
    assert overview.describe_claims(claims) == told


def test_values_of_a_notebook_that_has_not_run_are_named(tmp_path):
    (tmp_path / "a.json").write_text(json.dumps({"finding": "f", "verdict": "differs"}))
    assert overview.read_values(tmp_path, ["a"])["a"]["finding"] == "f"
    (tmp_path / "c.json").write_text("{}")
    assert list(overview.read_values(tmp_path, [], own="a")) == ["c"]
    with pytest.raises(InputError, match=r"no values of b, .*Run make reports"):
        overview.read_values(tmp_path, ["a", "b"])


def test_the_list_of_findings_has_a_row_for_every_page():
    values = {"question": "What is it?", "finding": "f", "verdict": "descriptive"}
    assert overview.list_findings({"01_corpus": values}).to_dict("records") == [{"page": "01_corpus", **values}]
