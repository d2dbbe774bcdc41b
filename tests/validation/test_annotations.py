"""Codes are found in the texts, whoever made them; what is wrong in their files is named."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.corpus.read import find_sentences
from analysis.inputs import InputError
from analysis.validation import annotations
from analysis.validation.sampling import combine

ROOT = Path(__file__).parents[2]
MANIFEST = ROOT / "data/annotations/codes.yml"


@pytest.fixture(scope="module")
def coded():
    return annotations.read_annotations(MANIFEST)


@pytest.fixture(scope="module")
def judged(study, coded):
    return annotations.judge(study, coded)


def write(folder: Path, table: str, **changes: object) -> Path:
    entry = {"file": "own.csv", "kind": "human", "coders": "Anna and Bram", "used_for_dictionary": "false"} | changes
    (folder / "codes.yml").write_text("".join(f"{key}: {value}\n" for key, value in entry.items()))
    (folder / "own.csv").write_text(table)
    return folder / "codes.yml"


def test_the_codes_of_the_study_are_said_to_be_a_models(coded):
    assert coded.kind == "model"
    assert coded.used_for_dictionary
    assert len(coded.table) == 294
    assert coded.themes[:2] == ["cyber", "cbrn"]
    assert len(coded.themes) == 7


def test_every_code_is_judged_once_and_errors_are_those_of_the_other_route(study, codes, judged):
    assert len(judged) == 294 * 7
    assert not judged.duplicated(["theme", "sentence_id"]).any()
    errors = annotations.list_errors(judged)
    place = find_sentences(codes.assign(doc_id=codes["sentence"].str[:4]), study.corpus.sentences)
    for theme in study.themes.declared:
        found = set(study.hits.loc[study.hits["theme"] == theme, "sentence_id"])
        wrong = {unit for unit, code in zip(place, codes[theme], strict=True) if (unit in found) != (code == "1")}
        assert set(errors.loc[errors["theme"] == theme, "sentence_id"]) == wrong
    assert set(errors["kind"]) == {"missed"}


def test_all_coded_sentences_are_read_with_their_half(study, tmp_path):
    """562 of the 563 sentences, 294 of them of the half that the dictionary was written with."""
    own = annotations.read_annotations(write(tmp_path, (ROOT / "data/annotations/sentences.csv").read_text()))
    assert own.table["half"].value_counts().to_dict() == {"development": 294, "held out": 268}
    assert len(own.themes) == 7
    judged = annotations.judge(study, own)
    errors = annotations.list_errors(judged)
    declared = errors[errors["theme"].isin(study.themes.declared)]
    assert len(judged) == 562 * 7
    assert declared["kind"].value_counts().to_dict() == {"missed": 12, "false alarm": 4}


def test_codes_made_from_sheets_are_judged_without_a_change_of_code(study, tmp_path):
    rows = study.corpus.sentences.iloc[[0, 5, 100, 500]]
    codes = pd.DataFrame({"sentence_id": rows["sentence_id"], "coder": "A", "theme": "cyber", "code": [0, 1, 0, 1]})
    more = codes.iloc[:2].assign(theme="migration", code=1)
    table = combine(pd.concat([codes, more]), study.corpus.sentences).codes
    own = annotations.read_annotations(write(tmp_path, table.to_csv(index=False)))
    judged = annotations.judge(study, own)
    assert own.kind == "human"
    assert judged.loc[judged["theme"] == "cyber", "coded"].tolist() == [False, True, False, True]
    assert judged.loc[judged["theme"] == "migration", "sentence_id"].tolist() == rows["sentence_id"][:2].tolist()
    assert set(judged["weight"]) == {1.0}


def test_a_sentence_that_stands_twice_is_found_by_its_id():
    corpus = pd.DataFrame({"sentence_id": ["A-001.01", "A-002.01"], "doc_id": "A", "text": "Twee  keer."})
    corpus = corpus.set_index("sentence_id", drop=False)
    table = pd.DataFrame({"sentence": ["A-002.01"], "text": ["Twee keer."]})
    assert annotations._locate(table, corpus).tolist() == ["A-002.01"]
    moved = pd.DataFrame({"sentence": ["A-009.04"], "text": ["Twee keer."]})  # numbered by another division
    assert annotations._locate(moved, corpus).tolist() == ["A-001.01"]


def test_alpha_is_measured_from_the_codes_of_each_coder(judged):
    table = annotations.measure_agreement(judged, n_draws=50, seed=1).set_index("theme")
    assert table["coders"].tolist() == [3] * 7
    assert table.loc["cyber", ["coded", "split"]].tolist() == [24, 1]
    # one pair of codes differs of the three of one sentence, 71 of 882 codes are 1
    expected = 1 - (71 * 70 + 811 * 810) / (882 * 881)
    assert table.loc["cyber", "alpha"] == pytest.approx(1 - 2 / 882 / expected)
    assert table.loc["cbrn", "low"] < 0.8 < table.loc["cbrn", "low_sentences"]


def test_a_theme_with_one_coder_has_no_alpha(judged):
    assert annotations.measure_agreement(judged.assign(codes="1"), seed=1).empty


TABLE = "sentence,text,cyber,cyber_codes\n2014-001.01,Een.,1,11\n2014-001.02,Twee.,0,01\n"
BAD = [
    ({"kind": "person"}, TABLE, "kind: found 'person', allowed is one of model, human"),
    ({"used_for_dictionary": "perhaps"}, TABLE, "used_for_dictionary: found 'perhaps', allowed is true or false"),
    ({"file": "../own.csv"}, TABLE, "leaves the data folder"),
    ({"file": "other.csv"}, TABLE, "no readable file"),
    ({"coder": "x"}, TABLE, "unknown key 'coder'.*Did you mean 'coders'"),
    ({}, TABLE.replace("sentence,", "zin,"), r"own\.csv, line 1: found no column sentence"),
    ({}, TABLE.replace(",0,01", ",2,01"), r"own\.csv, line 3, cyber: found '2', allowed is 0, 1 or blank"),
    ({"kind": "person"}, TABLE, r"codes\.yml, line 2, kind"),
    ({"coders": "[Anna]"}, TABLE, r"line 3, coders: found \['Anna'\], allowed is a text"),
    ({}, TABLE.replace(",0,01", ",0,01,1"), r"own\.csv, line 3: found the cell '1' too many, allowed is 4 cells"),
    ({}, TABLE.replace("Twee.", '"Twee.'), r"own\.csv, line 3: found a row that is no CSV"),
    ({}, TABLE.replace("Een.", '"' + "x" * 140_000 + '"'), r"own\.csv, line 2: found a row that is no CSV .*very long"),
    ({}, TABLE.replace("cyber,", "cyber_codes,", 1), "the column cyber_codes twice"),
    ({}, "sentence,text,cyber\n", "no row below the names"),
    ({}, "sentence,text\n1,Een.\n", "line 1: found no theme"),
    ({}, TABLE.replace(",0,01", ",0,0"), r"own\.csv, line 3, cyber_codes: found '0', allowed is a digit per coder"),
]


@pytest.mark.parametrize(("changes", "table", "message"), BAD)
def test_codes_that_cannot_be_used_are_named(tmp_path, changes, table, message):
    with pytest.raises(InputError, match=message):
        annotations.read_annotations(write(tmp_path, table, **changes))


@pytest.mark.parametrize("content", [None, "", "# nobody has coded yet\n"])
def test_where_nothing_was_coded_every_table_is_empty(tmp_path, study, content):
    path = tmp_path / "codes.yml"
    path.write_text(content or "")
    judged = annotations.judge(study, annotations.read_annotations(None if content is None else path))
    assert judged.dtypes.astype(str).to_dict() == annotations.JUDGED
    assert len(judged) == 0
    assert annotations.list_errors(judged).empty
    assert annotations.measure_agreement(judged, seed=1).empty


def test_codes_of_other_texts_or_themes_are_refused(study, tmp_path):
    with pytest.raises(InputError, match=r"found 'Een\.'"):
        annotations.judge(study, annotations.read_annotations(write(tmp_path, TABLE)))
    with pytest.raises(InputError, match="found the themes vis, allowed is themes of the dictionary"):
        annotations.judge(study, annotations.read_annotations(write(tmp_path, TABLE.replace("cyber", "vis"))))


def test_weights_reach_the_judgement(study, tmp_path):
    row = study.corpus.sentences.iloc[0]
    table = pd.DataFrame([{"sentence": row["sentence_id"], "text": row["text"], "cyber": "0", "cyber_weight": "7.5"}])
    judged = annotations.judge(study, annotations.read_annotations(write(tmp_path, table.to_csv(index=False))))
    assert np.isclose(judged["weight"].item(), 7.5)
