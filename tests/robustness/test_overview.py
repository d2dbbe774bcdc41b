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
    told = overview.tell_robustness(found, ["x"])
    assert overview.tell_robustness({"b": {"changes": []}}, ["x"]) == ["–"]
    assert told[0] == "–"
    assert told[1] == '<a href="e.html#s-the-verdicts">1 tried</a>: 1 robust'  # y is not declared
    assert told[2] == '<a href="08.html#x">A–B</a>: robust'
    assert told[3].endswith("1 tried</a>: 1 too few to tell")


def test_claims_are_listed_by_verdict_without_those_of_too_few():
    numbers = {"joint_p": 0.01, "specifications": 9, "same_sign": 1.0, "significant": 0.5}
    claims = {name: claim | numbers | {"claim": name} for name, claim in CLAIMS.items()}
    listed = overview.list_claims(claims, ["change", "tie"])
    assert listed["verdict"].tolist() == ["robust", "inconclusive"]
    assert listed["claim"][0] == '<a href="08.html#x">x-A-B</a>'


def test_values_of_a_notebook_that_has_not_run_are_named(tmp_path):
    (tmp_path / "a.json").write_text(json.dumps({"finding": "f", "verdict": "differs"}))
    assert overview.read_values(tmp_path, ["a"])["a"]["finding"] == "f"
    (tmp_path / "c.json").write_text("{}")
    assert list(overview.read_values(tmp_path, [], own="a")) == ["c"]
    with pytest.raises(InputError, match=r"no values of b, .*Run make reports"):
        overview.read_values(tmp_path, ["a", "b"])


def test_the_list_of_findings_links_to_its_pages():
    table = overview.list_findings({"01_corpus": {"question": "What <is>?", "finding": "f", "verdict": "descriptive"}})
    assert overview.link_findings(table)["question"].item() == '<a href="01_corpus.html">What &lt;is&gt;?</a>'
