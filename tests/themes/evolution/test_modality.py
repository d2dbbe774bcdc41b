"""How texts speak: words, the mode that leads, and how well that tells a coded status."""

import pandas as pd
import pytest

from analysis import study as studies
from analysis.inputs import InputError
from analysis.themes.evolution import frames, modality

MODES = ["called_on", "demanded", "announced", "done"]


def speak(here, *texts: str, language: str = "nl") -> list[str]:
    modes = {"d": modality.read_modes(here.root / "data/language" / language / "modality.yml")}
    ids = [f"s{number}" for number in range(len(texts))]
    table = pd.DataFrame({"sentence_id": ids, "paragraph_id": "p", "doc_id": "d", "text": texts})
    return modality.lead_modes(modality.tag_modes(table, modes), table, modes).tolist()


def test_each_mode_is_known_by_its_verbs(here):
    texts = [
        "De Commissie roept de medewetgevers op om overeenstemming te bereiken.",
        "De EU moet nieuw talent aantrekken.",
        "De Commissie zal verslag uitbrengen.",
        "De Raad heeft het voorstel vorige week goedgekeurd.",
        "De technologische ontwikkelingen gaan snel.",
    ]
    assert speak(here, *texts) == [*MODES, "describes"]


def test_what_is_asked_leads_over_what_will_be(here):
    assert speak(here, "De EU zal de instrumenten moeten blijven inzetten.") == ["demanded"]


def test_a_participle_counts_beside_an_auxiliary_only(here):
    texts = ["Dit is vastgesteld.", "Een vastgesteld bedrag volgt.", "Het gebied is groot."]
    assert speak(here, *texts) == ["done", "describes", "describes"]


def test_english_has_its_own_list(here):
    texts = ["Member States must act.", "The Council has adopted it.", "It will follow.", "Trade grows."]
    assert speak(here, *texts, language="en") == ["demanded", "done", "announced", "describes"]


@pytest.fixture(scope="module")
def ours(here):
    modes = modality.modes_by_text(here.languages, here.root / "data/language")
    hits = modality.tag_modes(here.corpus.sentences, modes)
    return modes, hits, modality.lead_modes(hits, here.corpus.sentences, modes)


def test_shares_add_up_and_are_near_those_printed(here, ours):
    modes, hits, _ = ours
    counts = modality.count_modes(hits, here.corpus.sentences, modes)
    assert counts.groupby("doc_id")["leading"].sum().to_dict() == {"2014": 316, "2018": 179, "2020": 68}
    assert counts.groupby("doc_id")["share_leading"].sum().tolist() == pytest.approx([1, 1, 1])
    share = counts.pivot(index="mode", columns="doc_id", values="share")
    # by stems: will 10, 21, 22 %; must or should 46, 13, 16 %, to which this list adds what is needed or essential
    assert share.loc["announced"].tolist() == pytest.approx([0.10, 0.22, 0.25], abs=0.01)
    assert share.loc["demanded"].tolist() == pytest.approx([0.59, 0.15, 0.24], abs=0.01)
    leading = counts.pivot(index="mode", columns="doc_id", values="share_leading")
    assert leading.loc["done"].tolist() == pytest.approx([0.12, 0.22, 0.09], abs=0.035)  # by stems


def test_every_hit_stands_in_its_sentence(here, ours):
    text = here.corpus.sentences.set_index("sentence_id")["text"]
    assert all(text[hit.sentence_id][hit.start : hit.end] == hit.surface for hit in ours[1].itertuples())


def test_the_leading_mode_is_measured_on_texts_the_list_was_not_written_on(here, ours):
    codes = frames.read_frame_codes(here.find(studies.FRAME_CODES))
    later = codes.table[~codes.table["sentence_id"].str[:4].isin(codes.used_for_dictionary)]
    status = modality.read_coded_status(here.find(studies.CODED_STATUS))
    both = pd.concat([later, status])
    scores = modality.score_modes(ours[2], both, MODES).set_index("label")
    assert scores["n"].tolist() == [140] * 5
    assert scores.loc["demanded", ["tp", "fp", "fn"]].tolist() == [32, 11, 1]
    assert scores.loc["announced", ["tp", "fp", "fn"]].tolist() == [23, 4, 8]
    assert list(scores.index[~scores["usable"]]) == ["done"]


def test_a_text_whose_language_has_no_list_has_no_row(here, tmp_path):
    modes = modality.modes_by_text(here.languages, tmp_path)
    hits = modality.tag_modes(here.corpus.sentences, modes)
    assert hits.empty
    assert modality.count_modes(hits, here.corpus.sentences, modes).empty
    assert set(modality.lead_modes(hits, here.corpus.sentences, modes)) == {"describes"}


def test_a_wrong_key_is_named(tmp_path):
    (tmp_path / "modality.yml").write_text("modes:\n  demanded: {label: demands, words: must, cores: [must]}\n")
    with pytest.raises(InputError, match=r"line 2.*the unknown key 'cores'"):
        modality.read_modes(tmp_path / "modality.yml")
