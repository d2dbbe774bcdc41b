"""References: every one of the notes of 2018, what is left open, and where a note belongs."""

import pandas as pd
import pytest

from analysis import study as studies
from analysis.themes.evolution import instruments
from analysis.themes.evolution.names import read_names

LINK = "https://eur-lex.europa.eu/legal-content/NL/TXT/?uri="
# All 35 notes of the text of 2018, read one by one: each reference in one form, with its CELEX number where its form
# gives one.
NOTES = {
    1: [("COM(2018) 225", "")],
    2: [("COM(2018) 226", "")],
    3: [("ST 9579/46", ""), ("2017/2068(INI)", "")],  # so in the source; the document is ST 9579/16
    4: [],
    5: [("Directive 2014/41/EU", "32014L0041"), ("OJ L 130, 1.5.2014, p. 1", "")],
    6: [],
    7: [],
    8: [("COM(2018) 213", "")],
    9: [
        ("Directive (EU) 2015/849", "32015L0849"),
        ("Regulation (EU) No 648/2012", "32012R0648"),
        ("Directive 2005/60/EC", "32005L0060"),
        ("Directive 2006/70/EC", "32006L0070"),
        ("OJ L 141, 5.6.2015, p. 73", ""),
    ],
    10: [("COM(2018) 209", "")],
    11: [("Regulation (EU) No 98/2013", "32013R0098"), ("OJ L 39, 9.2.2013, p. 1", "")],
    12: [("C(2017) 6950", "")],
    13: [],
    14: [("COM(2016) 790", "")],
    15: [("COM(2018) 212", "")],
    16: [("Regulation (EC) No 2252/2004", "32004R2252"), ("OJ L 385, 29.12.2004, p. 1", "")],
    17: [("COM(2015) 624", "")],
    18: [("C(2018) 2197", "")],
    19: [("Regulation (EU) No 258/2012", "32012R0258")],
    20: [("C(2018) 1177", "")],
    21: [("COM(2017) 555", "")],
    22: [("COM(2017) 779", "")],
    23: [],
    24: [],
    25: [("COM(2018) 251", "")],
    26: [("Directive (EU) 2016/681", "32016L0681")],
    27: [],
    28: [("COM(2017) 610", "")],
    29: [("COM(2017) 612", "")],
    30: [("JOIN(2017) 450", "52017JC0450")],
    31: [],
    32: [],
    33: [],
    34: [("COM(2018) 65", "")],
    35: [],
}


@pytest.fixture(scope="module")
def dutch(here):
    return instruments.read_citing("nl", here.root / "data/language")


@pytest.fixture(scope="module")
def english(here):
    return instruments.read_citing("en", here.root / "data/language")


@pytest.fixture(scope="module")
def references(here):
    tables = here.corpus.sentences, here.corpus.footnotes
    return instruments.list_references(*tables, here.languages, here.root / "data/language")


@pytest.mark.parametrize("number", NOTES)
def test_every_reference_of_a_note_of_2018_is_read(here, dutch, number):
    notes = here.corpus.footnotes[here.corpus.footnotes["doc_id"] == "2018"].set_index("number")
    assert len(notes) == len(NOTES) == 35
    found = instruments.find_references(notes.loc[number, "text"], dutch)
    assert [(one.reference, one.celex) for one in found] == NOTES[number]


def test_the_body_cites_two_regulations(references):
    body = references[references["source"] == "body"]
    assert body["celex"].tolist() == ["32013R0098", "32012R0258", "32012R0258"]
    assert body["sentence_id"].tolist() == ["2018-014.04", "2018-020.04", "2018-020.06"]


def test_a_reference_stands_where_it_is_said_to(here, references):
    texts = here.corpus.sentences.set_index("sentence_id")["text"].to_dict()
    texts |= here.corpus.footnotes.set_index("footnote_id")["text"].to_dict()
    for row in references.itertuples():
        assert texts[row.footnote_id or row.sentence_id][row.start : row.end] == row.surface


@pytest.mark.parametrize(
    ("text", "reference", "celex"),
    [
        ("Richtlijn 95/46/EG", "Directive 95/46/EC", "31995L0046"),
        ("Verordening (EU) 2016/399", "Regulation (EU) 2016/399", "32016R0399"),
        ("Verordening (EU) 2016/2031", "Regulation (EU) 2016/2031", "32016R2031"),
        ("Verordening (EEG) nr. 1612/68", "Regulation (EEC) No 1612/68", "31968R1612"),
        ("Verordening (EG) 2252/2004", "Regulation (EC) 2252/2004", "32004R2252"),
        ("Uitvoeringsverordening (EU) 2018/123", "Regulation (EU) 2018/123", "32018R0123"),
        ("Besluit 2007/845/JBZ van de Raad", "Decision 2007/845/JHA", "32007D0845"),
        ("Besluit (GBVB) 2017/2315", "Decision (CFSP) 2017/2315", "32017D2315"),
        ("Kaderbesluit 2002/584/JBZ", "Framework Decision 2002/584/JHA", "32002F0584"),
        ("Aanbeveling (EU) 2018/334", "Recommendation (EU) 2018/334", "32018H0334"),
        ("Verordening (EU) 2015/2010", "Regulation (EU) 2015/2010", ""),  # of 2015, or number 2015 of 2010
        ("Verordening 12/34", "Regulation 12/34", ""),
        ("Richtlijn 41/02/EG", "Directive 41/02/EC", ""),  # 1941 or 2041
    ],
)
def test_a_celex_number_is_given_where_the_form_allows_it_and_never_guessed(dutch, text, reference, celex):
    found = instruments.find_references(text, dutch)
    assert [(one.reference, one.celex) for one in found] == [(reference, celex)]
    assert found[0].link == (LINK + f"CELEX:{celex}" if celex else "")


def test_several_acts_after_one_word_are_all_read(dutch, english):
    text = "de Richtlijnen 2005/60/EG, 2006/70/EG en 2014/41/EU; de richtlijn van 2013"
    assert [one.celex for one in instruments.find_references(text, dutch)] == ["32005L0060", "32006L0070", "32014L0041"]
    text = "Council Framework Decision 2002/584/JHA and Regulation (EU) No 98/2013, OJ L 39, 9.2.2013, p. 1"
    found = instruments.find_references(text, english)
    assert [one.celex for one in found] == ["32002F0584", "32013R0098", ""]
    assert found[0].link == "https://eur-lex.europa.eu/legal-content/EN/TXT/?uri=CELEX:32002F0584"


@pytest.mark.parametrize(
    ("text", "celex", "uri"),
    [
        ("COM(2018) 225 final", "", "COM:2018:0225:FIN"),  # PC or DC: left open
        ("SWD(2014) 63 final", "52014SC0063", "CELEX:52014SC0063"),
        ("32016R0679", "32016R0679", "CELEX:32016R0679"),
        ("PB L 130 van 1.5.2014, blz. 1", "", "OJ:L:2014:130:TOC"),
        ("PB C 12", "", None),  # no year, no link
        ("C(2018) 1177 final", "", None),
        ("2016/0383 (COD)", "", None),
    ],
)
def test_links_are_given_where_they_are_certain(dutch, text, celex, uri):
    (found,) = instruments.find_references(text, dutch)
    assert (found.celex, found.link) == (celex, LINK + uri if uri else "")


def test_a_language_without_words_reads_what_all_write_alike(tmp_path):
    citing = instruments.read_citing("la", tmp_path)
    found = instruments.find_references("Richtlijn 2014/41/EU, JOIN(2017) 450", citing)
    assert [one.reference for one in found] == ["JOIN(2017) 450"]
    assert found[0].link == "https://eur-lex.europa.eu/legal-content/EN/TXT/?uri=CELEX:52017JC0450"


def test_a_note_belongs_to_the_sentence_that_carries_its_mark(here):
    anchors = instruments.anchor_notes(here.corpus.footnotes, here.corpus.sentences)
    assert anchors["2018-fn28"] == "2018-031.02"  # "conform het in oktober 2017 gepresenteerde actieplan[28]."
    text = pd.DataFrame({"paragraph_id": "p", "sentence_id": ["p.1", "p.2"], "start": [0, 10]})
    notes = pd.DataFrame({"footnote_id": list("abcd"), "paragraph_id": ["p", "p", "p", ""], "offset": [0, 9, 30, -1]})
    assert instruments.anchor_notes(notes, text).tolist() == ["p.1", "p.1", "p.2", ""]


@pytest.fixture(scope="module")
def mentions(here, references):
    names = read_names(here.find(studies.INSTRUMENTS))
    named = instruments.tag_instruments(here.corpus.sentences, here.corpus.footnotes, names)
    return instruments.list_mentions(references, named, names)


def test_instruments_that_come_back_are_found(here, mentions):
    counts = instruments.count_mentions(mentions, here.documents).set_index("instrument")
    assert counts.loc["Budapest Convention on cybercrime", ["2014", "2018", "2020", "texts"]].tolist() == [1, 1, 0, 2]
    assert counts.loc["Action plan on firearms", ["2014", "2018", "2020"]].tolist() == [0, 1, 1]  # 2018 in a note
    assert counts["texts"].max() == 2
    assert counts["texts"].is_monotonic_decreasing
    assert not any(name.startswith("OJ ") for name in counts.index)


def test_instruments_stand_beside_a_theme_by_sentence_or_note(here, mentions):
    table = instruments.list_instruments(mentions, here.hits, here.documents, here.themes.declared)
    cbrn = table[(table["theme"] == "cbrn") & (table["doc_id"] == "2018")].set_index("instrument")
    assert set(cbrn.index) == {"CBRN action plan", "COM(2017) 610"}  # named in sentences, cited in note 28
    assert cbrn.loc["CBRN action plan", ["mentions", "sentences"]].tolist() == [2, 2]
    assert list(dict.fromkeys(table["theme"])) == ["cyber", "cbrn", "radicalisation", "migration"]


def test_without_a_list_and_references_every_table_is_empty(here, tmp_path):
    names = read_names(None)
    text, notes = here.corpus.sentences.head(3), here.corpus.footnotes.head(0)
    cited = instruments.list_references(text, notes, here.languages, tmp_path)
    named = instruments.tag_instruments(text, notes, names)
    mentions = instruments.list_mentions(cited, named, names)
    assert mentions.empty
    assert instruments.count_mentions(mentions, here.documents).empty
    assert instruments.list_instruments(mentions, here.hits, here.documents, here.themes.declared).empty
