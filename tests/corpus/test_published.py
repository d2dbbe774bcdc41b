"""Ways to count co-occurrence: quanteda's published matrices, and a slow second route."""

from collections import Counter
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from analysis.corpus import cooccurrence
from analysis.corpus.cooccurrence import count_in_windows, keep_terms, units_with_both
from analysis.corpus.counts import count_text, list_sequences, prune
from analysis.corpus.published import close_gaps, fcm_in_units, fcm_in_windows, fcm_ordered, triangle
from analysis.inputs import InputError

# quanteda 4.3.1 (cran/quanteda), tests/testthat/test-fcm.R: its texts
RUN = ["A D A C E A D F E B A C E D"]
THREE = ["b a b c", "a a c b e", "a c e f g"]
OTHER = ["a a a b b c", "a a c e", "a c e f g"]


def as_matrix(sequences):
    """How often each term stands in each unit."""
    ones, shape = np.ones(len(sequences.term), dtype=int), (sequences.n_units, len(sequences.terms))
    return sparse.coo_array((ones, (sequences.unit, sequences.term)), shape=shape).tocsr()


def upper(*rows):
    """A triangle written as rows, the full matrix."""
    half = np.array([[0] * (len(rows) - len(row)) + list(row) for row in rows])
    return half + np.triu(half, 1).T


@pytest.mark.parametrize(
    ("count", "weights", "printed"),
    [
        # "not weighted"
        ("frequency", None, upper([4, 1, 4, 4, 5, 2], [0, 1, 1, 2, 1], [0, 3, 3, 0], [0, 4, 1], [0, 2], [0])),
        # "weighted by default", two digits
        (
            "weighted",
            None,
            upper(
                [1.67, 1, 2.83, 3.33, 2.83, 0.83],
                [0, 0.5, 0.33, 1.33, 0.5],
                [0, 1.33, 2.33, 0],
                [0, 2.33, 1],
                [0, 1.33],
                [0],
            ),
        ),
        # "customized weighting function"; 3, 2, 1 are InfraNodus' weights too
        ("weighted", [3, 2, 1], upper([6, 3, 9, 10, 10, 3], [0, 2, 1, 4, 2], [0, 5, 7, 0], [0, 8, 3], [0, 4], [0])),
    ],
)
def test_windows_of_3_as_quanteda_counts_them(as_sequences, count, weights, printed):
    found = fcm_in_windows(as_sequences(RUN), window=3, count=count, weights=weights)
    assert found.toarray().round(2).tolist() == printed.tolist()


def test_ordered_windows_as_quanteda_counts_them(as_sequences):
    # "ordered setting: window"
    assert fcm_ordered(as_sequences(RUN), window=3).toarray().tolist() == [
        [2, 0, 3, 3, 3, 1],
        [1, 0, 1, 0, 1, 0],
        [1, 0, 0, 2, 2, 0],
        [1, 1, 1, 0, 2, 1],
        [2, 1, 1, 2, 0, 1],
        [1, 1, 0, 0, 1, 0],
    ]


def test_ordered_boolean_windows_as_quanteda_counts_them(as_sequences):
    # "ordered setting: boolean", its first matrix
    assert fcm_ordered(as_sequences(THREE), window=2, count="boolean").toarray().tolist() == [
        [1, 2, 3, 1, 0, 0],
        [1, 1, 1, 1, 0, 0],
        [0, 1, 0, 2, 1, 0],
        [0, 0, 0, 0, 1, 1],
        [0, 0, 0, 0, 0, 1],
        [0, 0, 0, 0, 0, 0],
    ]


@pytest.mark.parametrize(
    ("texts", "window", "printed"),
    [
        # "ordered setting: boolean", its second matrix
        (THREE, 2, upper([2, 2, 3, 1, 0, 0], [2, 2, 1, 0, 0], [0, 2, 1, 0], [0, 1, 1], [0, 1], [0])),
        # "window = 2" and "window = 3"
        (OTHER, 2, upper([4, 1, 2, 2, 0, 0], [2, 1, 0, 0, 0], [0, 2, 1, 0], [0, 1, 1], [0, 1], [0])),
        (OTHER, 3, upper([4, 1, 3, 2, 1, 0], [2, 1, 0, 0, 0], [0, 2, 1, 1], [0, 1, 1], [0, 1], [0])),
    ],
)
def test_boolean_windows_as_quanteda_counts_them(as_sequences, texts, window, printed):
    assert fcm_in_windows(as_sequences(texts), window=window, count="boolean").toarray().tolist() == printed.tolist()


@pytest.mark.parametrize(
    ("texts", "window", "between"),
    [
        (["a b c", "a b c"], 1, [[0, 2, 0], [0, 0, 2], [0, 0, 0]]),
        (["a b c", "a b c"], 2, [[0, 2, 2], [0, 0, 2], [0, 0, 0]]),
        (["a b c", "c b a"], 1, [[0, 1, 0], [1, 0, 1], [0, 1, 0]]),
        (["a b c", "c b a"], 2, [[0, 1, 1], [1, 0, 1], [1, 1, 0]]),
    ],
)
def test_the_row_stands_before_the_column(as_sequences, texts, window, between):
    # "ordered is working correctly (#1413)"
    assert fcm_ordered(as_sequences(texts), window=window).toarray().tolist() == between


def test_boolean_units_as_quanteda_counts_them(as_sequences):
    # "ordered setting: boolean", its third matrix: the diagonal counts units with the term twice or more
    matrix = as_matrix(as_sequences(THREE))
    printed = upper([1, 2, 3, 2, 1, 1], [1, 2, 1, 0, 0], [0, 2, 1, 1], [0, 1, 1], [0, 1], [0])
    assert fcm_in_units(matrix, count="boolean").toarray().tolist() == printed.tolist()


def test_pairs_of_a_word_with_itself_in_two_inaugural_addresses():
    # "fcm print works as expected": "the" stands 116 times in one and 13 times in the other
    assert fcm_in_units(sparse.csr_array([[116], [13]])).toarray().tolist() == [[6748]]
    assert fcm_in_units(sparse.csr_array([[116], [13]]), count="boolean").toarray().tolist() == [[2]]
    assert units_with_both(sparse.csr_array([[116], [13]])).toarray().tolist() == [[2]]


def test_the_triangle_holds_each_pair_once(as_sequences):
    full = fcm_in_windows(as_sequences(RUN), window=3)
    assert triangle(full).toarray().tolist() == np.triu(full.toarray()).tolist()


def count_slowly(units, window, count, weights, *, ordered):
    """What the definitions say, pair by pair. Units are lists of (position, word)."""
    total = Counter()
    for unit in units:
        seen = set()
        for (place, one), (other_place, other) in combinations(unit, 2):
            distance = other_place - place
            if not 1 <= distance <= window:
                continue
            pairs = [(one, other)] if ordered else [(one, other), (other, one)]
            if count == "boolean":
                pairs = [pair for pair in dict.fromkeys(pairs) if pair not in seen]
                seen.update(pairs)
                pairs = pairs * 2 if one == other and not ordered else pairs
            for pair in pairs:
                total[pair] += weights[distance - 1] if count == "weighted" else 1
    return total


def as_counter(matrix, terms):
    entries = sparse.coo_array(matrix)
    first, second = entries.coords
    return {
        (terms[i], terms[j]): value
        for i, j, value in zip(first.tolist(), second.tolist(), entries.data.tolist(), strict=True)
    }


# Units of words with gaps; several words may share a position, as an opened compound and its parts do.
STEPS = st.tuples(st.integers(0, 3), st.sampled_from("abcd"))
UNITS = st.lists(st.lists(STEPS, max_size=9), max_size=6).map(
    lambda units: [
        list(zip(np.cumsum([step for step, _ in unit]).tolist(), [word for _, word in unit], strict=True))
        for unit in units
    ]
)

COUNTS = st.sampled_from(["frequency", "boolean", "weighted"])


@pytest.mark.slow
@settings(deadline=None, max_examples=150)
@given(UNITS, st.integers(1, 6), COUNTS, st.booleans(), st.booleans(), st.sampled_from([1, 7, 2**22]))
def test_windows_are_counted_as_pair_by_pair(as_sequences, units, window, count, own_weights, ordered, at_once):
    sequences = as_sequences(units)
    weights = [0.5, 3.0, 0.5, 1.0, 0.25, 8.0][:window] if own_weights and count == "weighted" else None
    expected = count_slowly(units, window, count, weights or [1 / d for d in range(1, window + 1)], ordered=ordered)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cooccurrence, "PAIRS", at_once)  # a block of one unit, of some, of all
        found = (fcm_ordered if ordered else fcm_in_windows)(sequences, window=window, count=count, weights=weights)
        if count == "frequency" and not ordered:
            assert (count_in_windows(sequences, window=window) != found).nnz == 0
    assert found.shape == (len(sequences.terms),) * 2
    assert as_counter(found, sequences.terms) == pytest.approx(dict(expected))
    assert found.has_canonical_format
    assert found.dtype == (np.float64 if count == "weighted" else np.int64)


@pytest.mark.slow
@settings(deadline=None, max_examples=100)
@given(UNITS)
def test_units_are_counted_as_pair_by_pair(as_sequences, units):
    sequences = as_sequences(units)
    matrix = as_matrix(sequences)
    together, pairs, repeated = Counter(), Counter(), Counter()
    for unit in units:
        words = [word for _, word in unit]
        for one, other in combinations(words, 2):
            pairs.update([(one, other)] if one == other else [(one, other), (other, one)])
        together.update((one, other) for one in set(words) for other in set(words))
        repeated.update(word for word, n in Counter(words).items() if n > 1)
    assert as_counter(units_with_both(matrix), sequences.terms) == together
    assert units_with_both(matrix).has_canonical_format
    assert fcm_in_units(matrix).has_canonical_format
    assert as_counter(fcm_in_units(matrix), sequences.terms) == pairs
    boolean = {pair: n for pair, n in together.items() if pair[0] != pair[1]} | {
        (word, word): repeated[word] for word in repeated
    }
    assert as_counter(fcm_in_units(matrix, count="boolean"), sequences.terms) == boolean


@settings(deadline=None, max_examples=60)
@given(UNITS, st.integers(1, 4), COUNTS, st.randoms(use_true_random=False))
def test_the_order_of_units_does_not_matter_to_the_last_digit(as_sequences, units, window, count, random):
    turned = random.sample(units, len(units))
    one, other = (fcm_in_windows(as_sequences(order), window=window, count=count) for order in (units, turned))
    assert one.toarray().tolist() == other.toarray().tolist()


@settings(deadline=None, max_examples=60)
@given(UNITS, st.integers(1, 5), st.sampled_from(["frequency", "weighted"]))
def test_windows_are_symmetric_grow_with_their_size_and_are_both_orders_added(as_sequences, units, window, count):
    sequences = as_sequences(units)
    found = fcm_in_windows(sequences, window=window, count=count).toarray()
    assert (found == found.T).all()
    ordered = fcm_ordered(sequences, window=window, count=count).toarray()
    assert (found == ordered + ordered.T).all()
    assert (fcm_in_windows(sequences, window=window + 1, count=count).toarray() >= found).all()


@settings(deadline=None, max_examples=60)
@given(UNITS)
def test_a_window_as_wide_as_the_unit_is_the_unit(as_sequences, units):
    apart = [[(place, word) for place, (_, word) in enumerate(unit)] for unit in units]
    sequences = as_sequences(apart)
    found = fcm_in_windows(sequences, window=20)
    expected = fcm_in_units(as_matrix(sequences))
    assert (
        found.toarray() == expected.toarray() + np.diag(expected.diagonal())
    ).all()  # a pair of equal words is seen from both ends


def test_gaps_keep_words_apart_until_they_are_closed(as_sequences):
    units = ["strijd - - terreur", "terreur", "- strijd -"]
    sequences = as_sequences(units)
    assert fcm_in_windows(sequences, window=2).nnz == 0
    assert fcm_in_windows(close_gaps(sequences), window=1).toarray().tolist() == [[0, 1], [1, 0]]
    assert close_gaps(sequences).position.tolist() == [0, 1, 0, 0]


@settings(deadline=None)
@given(UNITS)
def test_closing_gaps_numbers_the_places_of_each_unit(as_sequences, units):
    expected = []
    for unit in units:
        places = sorted({place for place, _ in unit})
        expected += [places.index(place) for place, _ in unit]
    assert close_gaps(as_sequences(units)).position.tolist() == expected


def test_no_terms_and_no_units_give_no_pairs(as_sequences):
    nothing = as_sequences(["", "- -"])
    assert nothing.n_units == 2
    for count in ("frequency", "boolean", "weighted"):
        assert fcm_in_windows(nothing, count=count).shape == (0, 0)
        assert fcm_ordered(nothing, count=count).shape == (0, 0)
    assert close_gaps(nothing).position.tolist() == []
    assert units_with_both(sparse.csr_array((3, 2))).toarray().tolist() == [[0, 0], [0, 0]]


def test_what_cannot_be_counted_is_named(as_sequences):
    sequences = as_sequences(RUN)
    with pytest.raises(InputError, match="window: found 0, allowed is 1 or more"):
        fcm_in_windows(sequences, window=0)
    with pytest.raises(InputError, match=r"count: found 'bolean', .* Did you mean 'boolean'"):
        fcm_ordered(sequences, count="bolean")
    with pytest.raises(InputError, match="weights: found 3 numbers, allowed is 2, one per distance"):
        fcm_in_windows(sequences, window=2, count="weighted", weights=[1, 2, 3])
    with pytest.raises(InputError, match="weights: found weights with count 'frequency'"):
        fcm_in_windows(sequences, window=2, weights=[1, 2])
    with pytest.raises(InputError, match="count: found 'weighted', allowed is one of frequency, boolean"):
        fcm_in_units(sparse.csr_array([[1]]), count="weighted")


def test_boolean_windows_of_the_real_texts_are_within_their_paragraphs(here):
    sequences = list_sequences(here.corpus.sentences, here.languages)
    counts = prune(count_text(here.corpus.sentences, here.languages), min_units=3)
    both = sparse.triu(units_with_both(counts.matrix), k=1)
    near = sparse.triu(fcm_in_windows(keep_terms(sequences, counts.terms), window=10, count="boolean"), k=1)
    assert 0 < near.nnz < both.nnz
    assert (both - near).min() >= 0
