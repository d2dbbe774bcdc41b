"""What is said of the measurement follows from its numbers, and from who coded."""

import string
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from analysis.validation import accuracy, annotations, plots, prose

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def coded():
    return annotations.read_annotations(ROOT / "data/annotations/codes.yml")


@pytest.fixture(scope="module")
def judged(study, coded):
    return annotations.judge(study, coded)


@pytest.fixture(scope="module")
def scores(judged):
    return accuracy.score_accuracy(judged)


def errors_table(p: float) -> pd.DataFrame:
    rows = [("all", "recall", 14, 219, p, p), ("cyber", "recall", 1, 24, np.nan, np.nan)]
    return pd.DataFrame(rows, columns=["theme", "measure", "errors", "n", "p", "p_adjusted"])


def test_codes_of_a_model_are_never_called_human(coded, judged):
    told = prose.describe_codes(coded, judged)
    assert told.startswith("294 sentences were coded for 7 themes: three independent runs of a language model")
    assert "They are not human codes" in told
    assert "flatter" in told
    assert "people may read otherwise" in prose.describe_limits(coded)


def test_other_codes_are_described_by_their_manifest(coded, judged):
    human = replace(coded, kind="human", coders="Anna and Bram", used_for_dictionary=False)
    told = prose.describe_codes(human, judged)
    assert "Anna and Bram" in told
    assert "model" not in told
    assert "flatter" not in told


def test_the_finding_tells_counts_the_worst_theme_and_whether_texts_differ(study, scores, coded):
    told = prose.describe_measure(study, scores, errors_table(0.2), coded)
    assert told.startswith(
        "A language model, not people, coded 294 sentences, 91 times for a declared theme; the dictionary finds 84 of "
        "these, and none wrongly. It was written with these sentences at hand. Recall is lowest for CBRN: 3 of 5 ("
    )
    assert told.endswith("but with 14 in all 1 coded themes little could be seen.")
    differing = prose.describe_measure(study, scores, errors_table(0.01), coded)
    assert differing.endswith("(recall of all themes): part of a change may be error.")


def test_a_verdict_asks_for_people_new_sentences_and_narrow_intervals(study, scores, coded):
    assert prose.judge_measure(study, scores, coded) == "holds with reservations"
    sure = scores.assign(tp=50, f1=0.95, f1_low=0.85)
    human = replace(coded, kind="human", used_for_dictionary=False)
    assert prose.judge_measure(study, sure, human) == "robust"
    for changes in ({"kind": "model"}, {"used_for_dictionary": True}):
        assert prose.judge_measure(study, sure, replace(human, **changes)) == "holds with reservations"
    assert prose.judge_measure(study, sure.assign(f1_low=0.7), human) == "holds with reservations"
    assert prose.judge_measure(study, sure.assign(f1=0.6, f1_low=0.5), human) == "inconclusive"
    assert prose.judge_measure(study, scores.assign(tp=2, fn=0), human) == "too few to tell"


def test_agreement_of_one_model_is_not_taken_for_truth(judged, coded):
    table = annotations.measure_agreement(judged, n_draws=50, seed=1)
    told = prose.describe_agreement(table, coded)
    assert told.startswith(
        "Of 2,058 codings of a sentence for a theme, 2 divide the runs of the model; alpha is 0.98 to 1.00."
    )
    assert "not that the reading is right" in told
    assert "one model" not in prose.describe_agreement(table, replace(coded, kind="human"))
    assert "not known" in prose.describe_agreement(table.head(0), coded)


def test_the_figure_has_all_texts_first_then_each_in_order_of_date(study, scores):
    shown = prose.pick_scores(study, scores)
    assert shown["doc_id"].tolist() == ["all", "2014", "2018", "2020"] * 4
    assert shown["theme"].drop_duplicates().tolist() == study.themes.declared
    assert "Cyber 23 of 24, CBRN 3 of 5" in prose.caption_scores(study, scores)["caption"]


def test_tables_show_a_dash_where_nothing_is_known(scores):
    shown = prose.present_scores(scores).set_index(["theme", "text"])
    assert shown.loc[("cbrn", "2020"), ["precision", "recall", "F1"]].tolist() == ["–"] * 3
    assert shown.loc[("cyber", "all"), "recall"].startswith("0.96 (0.6")
    assert prose.present_comparison(errors_table(0.2), {})["theme"].tolist() == ["all themes"]


def test_what_the_page_shows_of_each_table_is_in_it(judged, scores):
    alphas = annotations.measure_agreement(judged, n_draws=10, seed=1)
    names = ["theme", "doc_id", "count", "n", "observed", "corrected", "low", "high"]
    corrections = pd.DataFrame(columns=[*names, *(f"{name}_by_text" for name in names[2:])])
    for shown, table in (
        (prose.AGREEMENT, alphas),
        (prose.SCORES, scores),
        (prose.COMPARISON, errors_table(0.2)),
        (prose.CORRECTIONS, corrections),
    ):
        cells = shown.get("cells", {})
        assert not set(cells) & set(table)
        assert set(shown["columns"]) <= {*table, *cells}
        assert set(shown["labels"]) <= set(shown["columns"])
        joined = {field for template in cells.values() for _, field, *_ in string.Formatter().parse(template)} - {None}
        assert joined | set(shown.get("formats", {})) <= set(table)


def test_corrections_tell_the_largest_and_whether_the_order_changes():
    table = pd.DataFrame({"theme": "cyber", "doc_id": ["A", "B"], "count": [5, 4], "n": [100, 100],
                          "observed": [0.05, 0.04], "corrected": [0.07, 0.05], "low": 0.0, "high": 0.2})  # fmt: skip
    turned = table.assign(corrected=[0.05, 0.09])
    told = prose.describe_corrections(table, turned, {"cyber": "Cyber"})
    assert told.startswith("The largest correction is Cyber in A, from 5.0% to 7.0% of sentences.")
    assert told.endswith("By text it changes which text has most of Cyber.")
    assert "leaves each theme" in prose.describe_corrections(table, table, {"cyber": "Cyber"})
    shown = prose.present_corrections(table, turned.assign(corrected=np.nan))
    assert shown.loc[0, ["sentences", "found", "corrected", "corrected_by_text"]].tolist() == [
        "5 of 100", "5.0%", "7.0% (0%–20%)", "–"]  # fmt: skip


def test_where_nothing_was_coded_every_sentence_says_so_and_no_table_has_a_row(study):
    coded = annotations.read_annotations(None)
    judged = annotations.judge(study, coded)
    scores, alphas = accuracy.score_accuracy(judged), annotations.measure_agreement(judged, seed=1)
    errors = accuracy.compare_errors(judged, n_draws=9, seed=1)
    shares = pd.DataFrame(columns=["theme", "doc_id", "count", "n", "share", "design_effect"])
    corrected = accuracy.correct_shares(judged, shares, seed=1)
    assert prose.judge_measure(study, scores, coded) == "too few to tell"
    for told in (
        prose.describe_codes(coded, judged),
        prose.describe_agreement(alphas, coded),
        prose.describe_measure(study, scores, errors, coded),
    ):
        assert told == prose.NOT_CODED
    assert "nobody" in prose.describe_limits(coded)
    assert "nothing to correct" in prose.describe_corrections(corrected, corrected, {})
    assert prose.caption_scores(study, scores)["caption"].startswith("No sentence was coded.")
    assert prose.pick_scores(study, scores).empty
    for table in (
        prose.present_agreement(alphas),
        prose.present_scores(scores),
        prose.present_comparison(errors, {}),
        prose.present_corrections(corrected, corrected),
    ):
        assert table.empty
    plots.plot_scores(scores, Figure().subplots(), measure="recall", colours={}, markers={}, labels={})
