"""Frames: the printed table found again, how sure a direction is, and the dictionary on texts it was not written on."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import study as studies
from analysis.inputs import InputError
from analysis.themes.dictionary import Theme, Themes
from analysis.themes.evolution import frames

ORDER = ["threat", "prevent", "protect", "pursue", "respond", "manage", "opportunity", "cooperate", "rules_and_money"]
# Majority counts as they were printed when the sentences were coded: n, then the frames in ORDER.
PRINTED = {
    ("cyber", "2014"): [21, 5, 0, 5, 10, 0, 0, 2, 8, 6],
    ("cyber", "2018"): [16, 3, 0, 4, 4, 1, 0, 2, 4, 10],
    ("cyber", "2020"): [14, 5, 3, 7, 1, 1, 0, 0, 2, 7],
    ("cbrn", "2014"): [1, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    ("cbrn", "2018"): [13, 4, 1, 2, 0, 5, 1, 0, 4, 4],
    ("cbrn", "2020"): [0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    ("radicalisation", "2014"): [11, 4, 6, 0, 0, 0, 0, 0, 3, 3],
    ("radicalisation", "2018"): [9, 3, 3, 0, 6, 0, 1, 0, 3, 4],
    ("radicalisation", "2020"): [4, 1, 3, 1, 1, 0, 0, 0, 0, 0],
    ("migration", "2014"): [97, 12, 13, 31, 3, 7, 31, 23, 29, 30],
    ("migration", "2018"): [3, 0, 0, 0, 1, 0, 1, 0, 2, 1],
    ("migration", "2020"): [2, 1, 0, 0, 1, 0, 0, 0, 1, 1],
}
HEADER = "sentence_id,theme,threat,threat_codes,status,status_codes"


@pytest.fixture(scope="module")
def codes(here):
    return frames.read_frame_codes(here.find(studies.FRAME_CODES))


def small(rows: list[tuple], runs: list[str], used: tuple[str, ...] = ()) -> frames.FrameCodes:
    """Codes of one frame, "threat", for theme x; `runs` has a digit per run and row."""
    table = pd.DataFrame(rows, columns=["sentence_id", "threat"]).assign(theme="x", status="fact")
    each = {("threat", chr(65 + run)): [codes[run] for codes in runs] for run in range(len(runs[0]))}
    return frames.FrameCodes(table, pd.DataFrame(each), ["threat"], used_for_dictionary=used)


def sentences(**per_text: int) -> pd.DataFrame:
    rows = [(f"{text}{number}", f"{text}p", text) for text, n in per_text.items() for number in range(n)]
    return pd.DataFrame(rows, columns=["sentence_id", "paragraph_id", "doc_id"]).assign(text="Gevaar.")


def test_counts_are_those_printed_when_the_sentences_were_coded(here, codes):
    counts = frames.count_frames(codes, here.corpus.sentences, here.themes.declared)
    table = counts.pivot(index=["theme", "doc_id", "n"], columns="frame", values="sentences")[ORDER]
    assert {
        (theme, text): [n, *row] for (theme, text, n), row in zip(table.index, table.to_numpy().tolist(), strict=True)
    } == PRINTED


def test_status_counts_are_those_printed(here, codes):
    counts = frames.count_status(codes, here.corpus.sentences, here.themes.declared)
    table = counts.set_index(["theme", "doc_id", "status"])
    printed = {("cyber", "2014", "demanded"): (9, 21), ("cyber", "2020", "announced"): (6, 14)}
    printed |= {("migration", "2014", "demanded"): (63, 97)}
    assert {key: (table.loc[key, "sentences"], table.loc[key, "n"]) for key in printed} == printed


def test_every_count_leads_to_its_sentences(here, codes):
    hits = frames.list_frame_hits(codes, here.corpus.sentences)
    counts = frames.count_frames(codes, here.corpus.sentences, here.themes.declared)
    found = hits.groupby(["theme", "doc_id", "frame"])["sentence_id"].nunique()
    expected = counts[counts["sentences"] > 0].set_index(["theme", "doc_id", "frame"])["sentences"]
    assert found.sort_index().to_dict() == expected.sort_index().to_dict()
    assert set(hits["paragraph_id"]) <= set(here.corpus.paragraphs["paragraph_id"])


def test_a_direction_is_sure_where_runs_agree_and_in_doubt_where_they_do_not():
    # text a: 0 of 2; text b: 1 of 2, which one run of three did not see, so that a third of all draws has no difference
    codes = small([("a0", 0), ("a1", 0), ("b0", 1), ("b1", 0)], ["000", "000", "110", "000"])
    compared = frames.compare_frames(codes, sentences(a=2, b=2), ["x"]).iloc[0]
    assert compared["difference"] == 0.5
    assert (compared["runs_same"], compared["n_runs"]) == (2, 3)
    assert compared["probability"] == pytest.approx(2 / 3)


@settings(deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.sampled_from(["000", "001", "011", "111"])), min_size=2, max_size=8))
def test_the_probability_is_what_drawing_every_way_gives(rows):
    half = len(rows) // 2
    ids = [f"a{place}" if place < half else f"b{place - half}" for place in range(len(rows))]
    majority = [int(runs.count("1") > 1) for _, runs in rows]
    codes = small(list(zip(ids, majority, strict=True)), [runs for _, runs in rows])
    text = sentences(a=half, b=len(rows) - half)
    found = frames.compare_frames(codes, text, ["x"])["probability"].iloc[0]
    chances = np.array([[int(one) for one in runs] for _, runs in rows])
    ways = np.stack(np.meshgrid(*[range(3)] * len(rows), indexing="ij"), axis=-1).reshape(-1, len(rows))
    drawn = chances[np.arange(len(rows)), ways]
    shares = drawn[:, half:].sum(axis=1) * half - drawn[:, :half].sum(axis=1) * (len(rows) - half)
    sign = np.sign(sum(majority[half:]) * half - sum(majority[:half]) * (len(rows) - half))
    assert found == pytest.approx((np.sign(shares) == sign).mean())


def test_where_all_runs_agree_every_direction_is_certain(here, codes):
    compared = frames.compare_frames(codes, here.corpus.sentences, here.themes.declared)
    assert (compared.loc[compared["frame"] == "opportunity", "probability"] == 1).all()  # alpha is 1
    pursue = compared.set_index(["theme", "frame", "before", "after"]).loc[("cyber", "pursue", "2014", "2020")]
    assert (pursue["count_before"], pursue["n_before"], pursue["count_after"], pursue["n_after"]) == (10, 21, 1, 14)
    assert pursue["runs_same"] == 3


def test_frames_by_words_do_not_exclude_each_other():
    one = Theme("protect", "Protect", "", "#000000", False, core=("bescherm*",))
    other = Theme("manage", "Manage", "", "#000000", False, core=("beschermde toegang",))
    text = pd.DataFrame(
        [("s", "p", "d", "Beschermde toegang.")], columns=["sentence_id", "paragraph_id", "doc_id", "text"]
    )
    hits = frames.tag_frames(text, Themes({"protect": one, "manage": other}))
    assert sorted(hits["frame"]) == ["manage", "protect"]


def test_frames_by_words_are_counted_in_the_sentences_of_a_theme():
    text = sentences(a=3)
    themes = pd.DataFrame({"sentence_id": ["a0", "a1"], "doc_id": "a", "theme": "x"})
    found = pd.DataFrame({"sentence_id": ["a1", "a1", "a2"], "frame": "threat"})
    counts = frames.count_tagged_frames(found, themes, text, ["threat"], ["x"])
    assert counts.iloc[0].to_dict() == {
        "theme": "x",
        "doc_id": "a",
        "frame": "threat",
        "sentences": 1,
        "n": 2,
        "share": 0.5,
    }


def test_the_dictionary_is_measured_on_texts_it_was_not_written_on(here, codes):
    assert codes.used_for_dictionary == ("2014",)
    dictionary = frames.read_frame_dictionary(here.find(studies.FRAMES))
    assert dictionary.names == codes.frames == ORDER
    hits = frames.tag_frames(here.corpus.sentences, dictionary)
    scores = frames.score_frames(codes, hits, here.corpus.sentences).set_index("label")
    # as first measured on 26 November 2026, one run, no change afterwards
    first = {
        "threat": (16, 9, 1),
        "prevent": (7, 2, 3),
        "protect": (12, 11, 2),
        "pursue": (11, 2, 3),
        "respond": (5, 0, 2),
    }
    first |= {"manage": (1, 0, 2), "opportunity": (0, 1, 2), "cooperate": (13, 4, 3), "rules_and_money": (25, 5, 2)}
    assert {frame: tuple(scores.loc[frame, ["tp", "fp", "fn"]]) for frame in first} == first
    assert (scores["n"] == 61).all()
    assert list(scores.index[scores["usable"]]) == ["prevent", "pursue", "respond", "cooperate", "rules_and_money"]


def test_without_codes_every_table_is_empty(here):
    codes = frames.read_frame_codes(None)
    text, themes = here.corpus.sentences, here.themes.declared
    tables = [
        frames.list_frame_hits(codes, text),
        frames.count_frames(codes, text, themes),
        frames.count_status(codes, text, themes),
        frames.compare_frames(codes, text, themes),
        frames.tag_frames(text, frames.read_frame_dictionary(None)),
        frames.score_frames(codes, frames.tag_frames(text, Themes({})), text),
    ]
    assert all(table.empty for table in tables)


def write(folder, *lines: str, manifest: str = "file: f.csv\nkind: human\ncoders: Anna and Bram"):
    (folder / "f.csv").write_text("\n".join(lines) + "\n")
    (folder / "codes.yml").write_text(manifest)
    return folder / "codes.yml"


def test_codes_of_people_replace_those_of_a_model_without_a_change_of_code(tmp_path):
    codes = frames.read_frame_codes(write(tmp_path, HEADER, "a0,x,1,11,done,done/done", "a1,x,,1-,fact,fact/"))
    assert (codes.kind, codes.coders) == ("human", "Anna and Bram")
    counts = frames.count_frames(codes, sentences(a=2), ["x"]).iloc[0]
    assert (counts["sentences"], counts["n"]) == (1, 1)  # a blank counts neither way


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([HEADER, "a0,x,2,111,fact,fact/fact/fact"], r"line 2, threat: found '2', allowed is 0, 1 or blank"),
        ([HEADER, "a0,x,1,1x1,fact,f/f/f"], r"line 2, threat_codes: found '1x1'"),
        ([HEADER, "a0,x,1,1,fact,f", "a0,x,0,0,fact,f"], r"line 3: found a0 and x a second time"),
        (["sentence_id,theme,threat", "a0,x,1"], r"found no status, status_codes"),
    ],
)
def test_a_wrong_cell_is_named(tmp_path, lines, message):
    with pytest.raises(InputError, match=message):
        frames.read_frame_codes(write(tmp_path, *lines))


def test_a_sentence_that_is_not_in_the_corpus_is_named():
    with pytest.raises(InputError, match="1 sentences that are not in the corpus, such as 'z9'"):
        frames.count_frames(small([("z9", 1)], ["1"]), sentences(a=1), ["x"])
