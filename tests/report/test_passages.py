"""Hits keep their place in the text, whatever overlaps."""

import pytest

from analysis.report import passages


def marked(text: str, spans: list) -> str:
    return "".join(f"[{piece['text']}]" if piece.get("mark") else piece["text"] for piece in spans)


@pytest.mark.parametrize(
    ("text", "spans", "shown"),
    [
        ("een aanval.", [(4, 10)], "een [aanval]."),
        ("abcdef", [(3, 4), (0, 2), (1, 3)], "[abc][d]ef"),  # what overlaps is one hit, neighbours are two
        ("abc", [], "abc"),
        ("abc", [(0, 3)], "[abc]"),
    ],
)
def test_hits_are_apart_from_what_stands_between_them(text, spans, shown):
    assert marked(text, passages.split_hits(text, spans, {})) == shown


@pytest.mark.parametrize("span", [(0, 9), (-1, 2), (2, 2)])
def test_a_span_outside_the_text_is_refused(span):
    with pytest.raises(ValueError, match="lies outside a text of 3 characters"):
        passages.split_hits("abc", [span], {})


def test_passages_are_in_order_of_the_texts_with_offsets_in_the_paragraph(here):
    hits = here.hits[here.hits["theme"] == "cyber"].sample(frac=1, random_state=1)
    table = passages.list_passages(here, hits)
    assert list(dict.fromkeys(table["doc_id"])) == here.documents
    found = {text[start:end] for text, spans in zip(table["text"], table["spans"], strict=True) for start, end in spans}
    assert found == set(hits["surface"])
