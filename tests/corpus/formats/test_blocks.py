"""Lines that belong together are joined as their hyphens, page breaks and language ask."""

import pytest

from analysis.corpus.formats.blocks import Piece, join, read_lines, split_lines
from analysis.corpus.formats.plain import parse_plain
from analysis.corpus.language import Language
from analysis.inputs import InputError


def texts(parsed):
    return [one.text for one in parsed.paragraphs]


def test_suspended_compounds_keep_their_space_at_a_line_end(dutch):
    assert texts(parse_plain(["grens-", "en EU-", "burgers"], dutch)) == ["grens- en EU-burgers"]


def test_suspended_compounds_are_known_by_the_conjunctions_of_the_language(english):
    pieces = [Piece(1, "short-"), Piece(2, "and long-"), Piece(3, "term")]
    assert join(pieces, english)[0] == "short- and long-term"
    assert join(pieces, Language("fr"))[0] == "short-and long-term"


def test_paragraphs_that_a_page_cut_in_two_are_whole_again(parsed):
    split = [(26, 28), (50, 62), (68, 76), (106, 116), (124, 140), (150, 156), (162, 172), (180, 190), (196, 204)]
    ranges = {(one.starts[0][1], one.starts[-1][1]) for one in parsed["2018"].paragraphs}
    assert {pair for pair in ranges if pair[0] < pair[1]} == {*split, (212, 220)}
    broken_pages = [86, 246, 299, 460, 514, 568, 658, 714, 770]
    continued = {line for one in parsed["2014"].paragraphs for _, line in one.starts[1:]}
    assert continued.issuperset(broken_pages)
    assert continued.isdisjoint([190, 353, 405])


def test_lines_are_those_of_the_file_however_they_end(tmp_path):
    (tmp_path / "text.txt").write_bytes(b"\xef\xbb\xbfone\r\ntwo\rthree\n\n")
    assert read_lines(tmp_path / "text.txt") == ["one", "two", "three", ""]
    assert split_lines("one\r\ntwo\n") == ["one", "two"]


def test_a_file_that_is_not_text_is_refused(tmp_path):
    (tmp_path / "text.txt").write_bytes(b"one\nPK\xff")
    with pytest.raises(InputError, match=r"text\.txt, line 2: found byte 0xff, which is not UTF-8"):
        read_lines(tmp_path / "text.txt")
