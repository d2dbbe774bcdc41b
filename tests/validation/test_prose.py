"""What is said of the measurement follows from its numbers, and from who coded."""

import string
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.report.about import About
from analysis.validation import accuracy, annotations, prose

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


def test_codes_of_a_model_are_never_called_human(study, coded, judged):
    told = prose.describe_codes(study, coded, judged)
    assert told.startswith("294 sentences were coded for 7 themes: three independent runs of a language model")
    assert "They are not human codes" in told
    assert "flatter" in told
    assert "coders" not in told
    assert "people may read otherwise" in prose.describe_limits(coded)


def test_other_codes_are_described_by_their_manifest(study, coded, judged):
    human = replace(coded, kind="human", coders="Anna and Bram", used_for_dictionary=False)
    told = prose.describe_codes(replace(study, about=About()), human, judged)
    assert "Anna and Bram" in told
    assert "model" not in told
    assert "flatter" not in told


def test_the_codebook_is_named_only_where_it_lies_beside_the_codes(study, coded, judged, tmp_path):
    assert "`CODEBOOK.md`" in prose.describe_codes(study, coded, judged)
    for name in ("codes.yml", coded.file):
        (tmp_path / name).write_bytes((ROOT / "data/annotations" / name).read_bytes())
    alone = annotations.read_annotations(tmp_path / "codes.yml")
    assert "CODEBOOK" not in prose.describe_codes(study, alone, judged)


def test_the_finding_tells_counts_the_worst_theme_and_whether_texts_differ(study, scores, coded):
    told = prose.describe_measure(study, scores, errors_table(0.2), coded)
    assert told.startswith(
        "A language model, not people, coded 294 sentences, 91 times for a declared theme; the dictionary finds 84 of "
        "these, and none wrongly. It was written with these sentences at hand. Recall is lowest for CBRN: 3 of 5 ("
    )
    assert told.endswith(
        "Errors do not differ between texts by more than chance could bring, but with 14 little could be seen."
    )
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


def test_only_what_has_an_error_is_compared():
    assert prose.pick_comparisons(errors_table(0.2))["theme"].tolist() == ["all themes"]


def test_what_the_page_shows_of_each_table_is_in_it(study, judged, scores):
    alphas = annotations.measure_agreement(judged, n_draws=10, seed=1)
    corrections = annotations.estimate_shares(study, judged, n_draws=10, seed=1)
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


def test_corrections_tell_the_largest_and_whether_the_order_changes(study):
    table = pd.DataFrame({"theme": "cyber", "doc_id": ["A", "B"], "observed": [0.05, 0.04], "corrected": [0.07, 0.05]})
    table = table.assign(observed_by_text=table["observed"], corrected_by_text=table["corrected"])
    turned = prose.describe_corrections(table.assign(corrected_by_text=[0.05, 0.09]), study.themes)
    assert turned.startswith("The largest correction is Cyber in A, from 5.0% to 7.0% of sentences.")
    assert turned.endswith("By text it changes which text has most of Cyber.")
    assert "leaves each theme" in prose.describe_corrections(table, study.themes)
    assert prose.describe_corrections(table.head(1), study.themes).endswith("to 7.0% of sentences.")  # no order
    assert "No share can" in prose.describe_corrections(table.assign(corrected=np.nan), study.themes)


def test_shares_are_of_declared_themes_in_order_of_theme_and_date(study, judged):
    shares = annotations.estimate_shares(study, judged, n_draws=10, seed=1)
    assert shares["theme"].drop_duplicates().tolist() == study.themes.declared
    assert shares["doc_id"].tolist() == ["2014", "2018", "2020"] * 4
    cyber = shares.iloc[0]  # 18 of 316 sentences found; 23 of the 24 coded were found, and nothing else
    assert cyber["corrected"] == pytest.approx(18 / 316 * 24 / 23)


def test_where_nothing_was_coded_the_finding_says_so_and_nothing_else_speaks(study):
    coded = annotations.read_annotations(None)
    judged = annotations.judge(study, coded)
    scores, alphas = accuracy.score_accuracy(judged), annotations.measure_agreement(judged, seed=1)
    errors = accuracy.compare_errors(judged, n_draws=9, seed=1)
    shares = annotations.estimate_shares(study, judged, n_draws=9, seed=1)
    assert prose.judge_measure(study, scores, coded) == "too few to tell"
    assert prose.describe_measure(study, scores, errors, coded) == prose.NOT_CODED
    assert "`analysis sheet`" in prose.NOT_CODED
    for text in (
        prose.describe_codes(study, coded, judged),
        prose.describe_agreement(alphas, coded),
        prose.describe_comparison(errors, study.themes),
        prose.describe_corrections(shares, study.themes),
    ):
        assert text == ""
    assert "nobody" in prose.describe_limits(coded)
    for table in (alphas, prose.pick_scores(study, scores), prose.pick_comparisons(errors), shares):
        assert table.empty
