"""Rankings and matches by hand, by brute force, and for any input."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from analysis.inputs import InputError
from analysis.topics.alignment import align_topics, average_jaccard, match_topics, measure_agreement, rank_terms

RANKING = st.permutations(range(8)).map(lambda order: order[:5])
RANKINGS = st.lists(RANKING, min_size=1, max_size=4).map(np.array)
SIMILARITY = st.tuples(st.integers(1, 5), st.integers(1, 5)).flatmap(
    lambda shape: arrays(float, shape, elements=st.integers(0, 10).map(lambda tenths: tenths / 10))
)


def test_terms_are_ranked_by_weight_then_by_column():
    weights = np.array([[0.0, 2, 5, 2], [0, 0, 0, 1], [0, 0, 0, 0]])
    assert rank_terms(weights, depth=3).tolist() == [[2, 1, 3], [3, -1, -1], [-1, -1, -1]]
    assert rank_terms(weights, depth=6).shape == (3, 6)
    assert rank_terms(np.tile([1.0, 2], (1, 100)), depth=4).tolist() == [[1, 3, 5, 7]]


def test_average_jaccard_by_hand():
    # A = a b c d, B = b a e c. Depths 1 to 4 share 0/2, 2/2, 2/4 and 3/5.
    assert average_jaccard(np.array([[0, 1, 2, 3]]), np.array([[1, 0, 4, 2]])).item() == pytest.approx(2.1 / 4)


def test_average_jaccard_of_words_by_hand():
    # "best" is shared from depth 3 on (1 of 5, then 1 of 7 words), "award" and "win" at depth 5 (3 of 7)
    one, other = ["album", "music", "best", "award", "win"], ["sport", "best", "win", "medal", "award"]
    words = sorted({*one, *other})
    rankings = [np.array([[words.index(word) for word in ranking]]) for ranking in (one, other)]
    assert average_jaccard(*rankings).item() == pytest.approx(np.mean([0, 0, 1 / 5, 1 / 7, 3 / 7]))


def test_a_topic_with_fewer_terms_is_compared_on_those_it_has():
    short, long = np.array([[4, -1, -1]]), np.array([[4, 5, 6]])
    assert average_jaccard(short, long).item() == pytest.approx((1 + 1 / 2 + 1 / 3) / 3)
    assert average_jaccard(short, short).item() == 1
    empty = np.array([[-1, -1, -1]])
    assert average_jaccard(empty, np.vstack([empty, long])).tolist() == [[0, 0]]


@settings(derandomize=True, deadline=None, max_examples=100)
@given(RANKINGS, RANKINGS)
def test_average_jaccard_is_symmetric_and_lies_between_0_and_1(one, other):
    found = average_jaccard(one, other)
    assert found.shape == (len(one), len(other))
    assert (found >= 0).all()
    assert (found <= 1).all()
    assert (found == average_jaccard(other, one).T).all()
    equal = (one[:, None] == other[None]).all(axis=2)
    assert ((found == 1) == equal).all()


@settings(derandomize=True, deadline=None, max_examples=100)
@given(RANKING, RANKING)
def test_average_jaccard_is_the_mean_over_sets_of_growing_depth(one, other):
    sets = [(set(one[:depth]), set(other[:depth])) for depth in range(1, 6)]
    expected = np.mean([len(a & b) / len(a | b) for a, b in sets])
    assert average_jaccard(np.array([one]), np.array([other])).item() == pytest.approx(expected, abs=1e-12)


@settings(derandomize=True, deadline=None, max_examples=100)
@given(SIMILARITY, st.sampled_from([0.0, 0.3, 0.8]))
def test_matching_is_the_best_of_all(similarity, threshold):
    small = similarity if similarity.shape[0] <= similarity.shape[1] else similarity.T
    usable = np.where(small >= threshold, small, 0)
    best = max(usable[range(len(small)), order].sum() for order in permutations(range(small.shape[1]), len(small)))
    right = match_topics(similarity, threshold)
    kept = right >= 0
    assert similarity[kept, right[kept]].sum() == pytest.approx(best)
    assert (similarity[kept, right[kept]] >= max(threshold, 1e-9)).all()
    assert len(set(right[kept])) == kept.sum()
    if threshold == 0:
        assert measure_agreement(similarity) == pytest.approx(best / max(similarity.shape))


def test_equal_sets_agree_fully_in_any_order():
    rankings = np.array([[0, 1, 2], [3, 4, 5], [6, 7, 8]])
    assert measure_agreement(average_jaccard(rankings, rankings[[2, 0, 1]])) == 1
    assert measure_agreement(average_jaccard(rankings, rankings[:2])) == pytest.approx(2 / 3)


def test_align_names_matches_splits_and_merges():
    # Topic 0 became 0 and 1; topics 1 and 2 became 2; topic 3 is gone and 3 is new.
    similarity = np.array([[0.7, 0.5, 0, 0], [0, 0, 0.6, 0.1], [0, 0, 0.4, 0.1], [0, 0.1, 0, 0]])
    found = align_topics(similarity, threshold=0.3)
    assert found.pairs["right"].tolist() == [0, 2, -1, -1]
    assert found.pairs["similarity"].tolist() == [0.7, 0.6, 0, 0]
    assert found.splits.to_numpy().tolist() == [[0, 0, 0.7], [0, 1, 0.5]]
    assert found.merges.to_numpy().tolist() == [[1, 2, 0.6], [2, 2, 0.4]]


def test_topics_that_share_nothing_are_no_ties_without_a_threshold():
    found = align_topics(np.array([[0.7, 0.0], [0.0, 0.0]]))
    assert found.pairs["right"].tolist() == [0, -1]
    assert found.splits.empty
    assert found.merges.empty


def test_what_is_below_the_threshold_does_not_displace_a_match():
    # 0.5 + 0 loses against 0.4 + 0.4, but only one of those is a match at 0.45
    assert match_topics(np.array([[0.5, 0.4], [0.4, 0.0]]), 0.0).tolist() == [1, 0]
    assert match_topics(np.array([[0.5, 0.4], [0.4, 0.0]]), 0.45).tolist() == [0, -1]


def test_what_cannot_be_used_is_named():
    with pytest.raises(InputError, match="rankings: found depths 2 and 3"):
        average_jaccard(np.array([[0, 1]]), np.array([[0, 1, 2]]))
    with pytest.raises(InputError, match="depth: found 0"):
        rank_terms(np.eye(2), depth=0)
