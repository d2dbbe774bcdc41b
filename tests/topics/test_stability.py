"""Stability where the truth was planted: clear topics, blurred ones and none; the rule for k, case by case."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from joblib import parallel_config
from scipy import sparse
from sklearn.decomposition import NMF
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.metrics import adjusted_rand_score

from analysis.inputs import InputError
from analysis.topics import stability
from analysis.topics.alignment import average_jaccard, measure_agreement, rank_terms
from analysis.topics.refits import topic_shares


def nmf(n_topics, init="nndsvd"):
    """A fit of the kind the functions take."""

    def fit(matrix, seed):
        model = NMF(n_topics, init=init, random_state=seed, tol=1e-3, max_iter=2000)
        return model.fit_transform(matrix), model.components_

    return fit


def plant(n_topics, *, n_sections=38, signal, n_words=1500, own_words=30, seed=1):
    """
    Paragraphs of 40 words in sections of 8: a share of the words from the section's topic, the rest from the language.

    As in a language, the r-th word is 1/r as frequent as the first: within a topic, and over all words.
    """
    rng = np.random.default_rng(seed)
    language = 1 / np.arange(1, n_words + 1)
    topics = np.zeros((n_topics, n_words))
    for topic, words in enumerate(rng.permutation(n_words)[: n_topics * own_words].reshape(n_topics, -1)):
        topics[topic, words] = 1 / np.arange(1, own_words + 1)
    language, topics = language / language.sum(), topics / topics.sum(axis=1, keepdims=True)
    blocks = np.repeat(np.arange(n_sections), 8)
    stray = rng.random(len(blocks)) < 0.3
    main = np.where(stray, rng.integers(n_topics, size=len(blocks)), rng.integers(n_topics, size=n_sections)[blocks])
    counts = np.array([rng.multinomial(40, signal * topics[one] + (1 - signal) * language) for one in main])
    counts = counts[:, (counts > 0).sum(axis=0) >= 2]
    matrix = sparse.csr_array(TfidfTransformer(sublinear_tf=True).fit_transform(counts))
    return matrix, pd.Series(blocks), main


CLEAR = plant(4, signal=0.7)
BLURRED = plant(14, signal=0.12, own_words=60)


def test_clear_topics_are_found_again_whatever_the_start():
    matrix, blocks, _ = CLEAR
    for init in ("random", "nndsvd"):
        found = stability.measure_stability(matrix, blocks, nmf(4, init), n_resamples=10, seed=1)
        assert found.mean > 0.85
        assert found.resamples["ari"].min() > 0.95
        assert (found.topics["matched"] == 1).all()


def test_blurred_topics_of_300_paragraphs_are_found_again_in_part():
    matrix, blocks, _ = BLURRED
    assert matrix.shape[0] == 304
    found = stability.measure_stability(matrix, blocks, nmf(6, "random"), n_resamples=15, seed=1)
    assert 0.3 < found.mean < 0.7
    assert found.topics["lowest"].min() < 0.3


@pytest.mark.slow
def test_shuffled_terms_yield_no_stable_topic_and_planted_ones_do():
    matrix, blocks, _ = CLEAR
    null = stability.measure_null_stability(matrix, blocks, nmf(4), n_draws=19, n_resamples=5, seed=1)
    assert null["draw"].tolist() == np.repeat(range(19), 4).tolist()
    planted = stability.measure_stability(matrix, blocks, nmf(4), n_resamples=5, seed=2)
    assert (stability.compute_p_values(planted.topics, null) == 1 / 20).all()
    for seed in (97, 98, 99):
        text = stability.shuffle_terms(matrix, seed=seed)
        shuffled = stability.measure_stability(text, blocks, nmf(4), n_resamples=5, seed=2)
        assert (stability.compute_p_values(shuffled.topics, null) > 0.05).all()


def test_each_shuffled_text_has_its_own_reference():
    matrix, blocks, _ = CLEAR
    options = {"n_draws": 2, "n_resamples": 3, "seed": 1}
    own = stability.measure_null_stability(matrix, blocks, nmf(3, "random"), reference_fit=nmf(3), **options)
    start = np.random.SeedSequence(1).spawn(2)[1]
    text, seed = stability.shuffle_terms(matrix, start), int(start.generate_state(1)[0])
    found = stability.measure_stability(
        text, blocks, nmf(3, "random"), reference=nmf(3)(text, seed), n_resamples=3, seed=seed
    )
    assert own.loc[own["draw"] == 1, "stability"].tolist() == found.topics["stability"].tolist()


@pytest.mark.slow
def test_shuffled_terms_agree_more_than_unrelated_ones():
    # What makes a stability alone say nothing: four fifths of a text without topics agree with the whole of it.
    matrix, blocks, _ = CLEAR
    null = stability.measure_null_stability(matrix, blocks, nmf(4), n_draws=5, n_resamples=10, seed=1)
    assert null["stability"].mean() > stability.measure_null_threshold(matrix, nmf(4), n_draws=10, seed=1) > 0


def test_topics_below_the_null_threshold_are_not_matched():
    matrix = CLEAR[0]
    threshold = stability.measure_null_threshold(matrix, nmf(4), n_draws=10, seed=1)
    one = plant(4, signal=0.7, seed=5)[0]  # other topics on as many words
    rankings = [rank_terms(nmf(4)(text, 1)[1]) for text in (matrix, one)]
    assert (average_jaccard(*rankings) < threshold).mean() >= 0.9


def test_shuffling_keeps_terms_and_lengths_of_units():
    matrix = BLURRED[0]
    shuffled = stability.shuffle_terms(matrix, seed=1)
    assert np.sqrt(shuffled.multiply(shuffled).sum(axis=1)) == pytest.approx(1)
    counts = sparse.csr_array((matrix > 0).astype(int) * 2)
    dealt = stability.shuffle_terms(counts, seed=1)
    assert (dealt.sum(axis=0) == counts.sum(axis=0)).all()
    assert (dealt.sum(axis=1) == counts.sum(axis=1)).all()
    assert (dealt != counts).nnz > 0


def test_stability_is_the_agreement_with_the_reference_by_a_second_route():
    matrix, blocks, main = CLEAR
    seen = []

    def fit(text, seed):
        seen.append((text, nmf(4)(text, seed)))
        return seen[-1][1]

    found = stability.measure_stability(matrix, blocks, fit, n_resamples=3, seed=1)
    (_, whole), *parts = seen
    agreements = [measure_agreement(average_jaccard(rank_terms(whole[1]), rank_terms(part[1]))) for _, part in parts]
    assert found.resamples["agreement"].tolist() == pytest.approx(agreements)
    assert found.resamples["share"].tolist() == [len(text.toarray()) / 304 for text, _ in parts]
    assert [text.shape[0] for text, _ in parts] == [30 * 8] * 3  # 80 % of 38 sections, whole
    assert found.mean == pytest.approx(found.topics["stability"].mean())
    labels = topic_shares(whole).argmax(axis=1)
    assert adjusted_rand_score(labels, main) > 0.9
    assert found.topics["share_units"].tolist() == [(labels == topic).mean() for topic in range(4)]
    assert found.topics["blocks"].tolist() == [blocks[labels == topic].nunique() for topic in range(4)]


def test_a_shown_model_can_be_the_reference():
    matrix, blocks, _ = CLEAR
    weights, components = nmf(4)(matrix, 1)
    turned = weights[:, ::-1], components[::-1]
    options = {"n_resamples": 3, "seed": 1}
    one = stability.measure_stability(matrix, blocks, nmf(4), reference=(weights, components), **options)
    other = stability.measure_stability(matrix, blocks, nmf(4), reference=turned, **options)
    assert one.topics["stability"].tolist() == pytest.approx(other.topics["stability"].tolist()[::-1])
    assert one.resamples["ari"].tolist() == pytest.approx(other.resamples["ari"].tolist())


def test_units_without_a_known_word_belong_to_no_topic():
    matrix, blocks, _ = BLURRED
    empty = sparse.csr_array(sparse.vstack([matrix, sparse.csr_array((160, matrix.shape[1]))]))
    more = pd.concat([blocks, pd.Series([0] * 160)], ignore_index=True)

    def fit(text, seed):
        components = np.random.default_rng(seed).random((3, text.shape[1])) ** 9
        return text @ components.T, components

    found = stability.measure_stability(empty, more, fit, n_resamples=3, seed=1)
    without = stability.measure_stability(matrix, blocks, fit, n_resamples=3, seed=1)
    assert found.topics["share_units"].sum() == pytest.approx(304 / 464)
    assert found.resamples["ari"].tolist() == pytest.approx(without.resamples["ari"].tolist())


def in_processes(n_jobs, measure, *arguments, **options):
    with parallel_config(n_jobs=n_jobs):
        return measure(*arguments, **options)


def test_the_same_seed_gives_the_same_tables_for_any_number_of_processes():
    matrix, blocks, _ = BLURRED
    fit = nmf(3, "random")
    one, two, other = (
        in_processes(jobs, stability.measure_stability, matrix, blocks, fit, n_resamples=4, seed=seed)
        for seed, jobs in ((1, 1), (1, 2), (2, 1))
    )
    pd.testing.assert_frame_equal(one.topics, two.topics, check_exact=True)
    pd.testing.assert_frame_equal(one.resamples, two.resamples, check_exact=True)
    assert not one.topics.equals(other.topics)
    null = [in_processes(jobs, stability.measure_null_threshold, matrix, fit, n_draws=3, seed=1) for jobs in (1, 2)]
    assert null[0] == null[1]


@pytest.mark.slow
def test_the_curve_has_a_row_for_every_start_and_number():
    matrix, blocks, _ = plant(3, signal=0.7, own_words=60)
    table = stability.measure_stability_curve(
        matrix, blocks, lambda k, init: nmf(k, init), range(2, 6), n_resamples=6, seed=1
    )
    assert list(zip(table["init"], table["n_topics"], strict=True)) == [
        (init, k) for init in ("random", "nndsvd") for k in range(2, 6)
    ]
    assert table["lowest"].le(table["stability"]).all()
    assert table["stability"].le(table["highest"]).all()
    assert stability.choose_k(table).n_topics == 3  # as many as were planted
    alone = stability.measure_stability(matrix, blocks, nmf(4, "random"), n_resamples=6, seed=1)
    assert table.loc[2, ["stability", "ari"]].tolist() == [alone.mean, alone.resamples["ari"].mean()]


def test_the_curve_pools_several_references():
    matrix, blocks, _ = BLURRED
    seeds = [1, *(int(seed) for seed in np.random.SeedSequence(1).generate_state(2))]
    found = [stability.measure_stability(matrix, blocks, nmf(3, "random"), n_resamples=2, seed=seed) for seed in seeds]
    row = stability.measure_stability_curve(
        matrix, blocks, lambda k, init: nmf(k, init), [3], inits=["random"], n_starts=3, n_resamples=2, seed=1
    ).iloc[0]
    assert row["stability"] == pytest.approx(np.mean([one.mean for one in found]))
    assert row["lowest"] == min(one.resamples["agreement"].min() for one in found)
    assert row["smallest_share"] == found[0].topics["share_units"].min()


def curve(stabilities, shares=0.1, blocks=3, start="random", shown="nndsvd"):
    table = pd.DataFrame({"n_topics": range(3, 3 + len(stabilities)), "stability": stabilities})
    table = table.assign(smallest_share=shares, fewest_blocks=blocks)
    # the rule looks at the stability of one start only, and at the model of the other
    poor, best = table.assign(init=start, smallest_share=0, fewest_blocks=0), table.assign(init=shown, stability=1)
    return pd.concat([poor, best], ignore_index=True)


@pytest.mark.parametrize(
    ("table", "k", "by_rule"),
    [
        (curve([0.5, 0.8, 0.72, 0.71]), 5, True),  # the largest at 90 % of 0.8
        (curve([0.5, 0.8, 0.72, 0.71], shares=[0.1, 0.1, 0.049, 0.1]), 4, True),
        (curve([0.5, 0.8, 0.72, 0.71], shares=0.05, blocks=[2, 2, 1, 2]), 4, True),
        (curve([0.5, 0.8, 0.72, 0.8], shares=0.01), 4, False),  # none: the most stable, the smallest among equals
        (curve([0.5, 0.8, 0.72, 0.8]).iloc[::-1], 6, True),
    ],
)
def test_choose_k_follows_the_rule(table, k, by_rule):
    choice = stability.choose_k(table)
    assert (choice.n_topics, choice.by_rule) == (k, by_rule)
    assert choice.candidates["n_topics"].tolist() == [3, 4, 5, 6]


@pytest.mark.slow
@settings(derandomize=True, deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(st.floats(0, 1), st.floats(0, 0.2), st.integers(0, 4)), min_size=1, max_size=6),
    st.integers(1, 50),
)
def test_choose_k_says_whether_its_rule_was_met_and_looks_at_relative_values_only(rows, percent):
    values, shares, blocks = (list(column) for column in zip(*rows, strict=True))
    table = curve(values, shares, blocks)
    choice = stability.choose_k(table)
    chosen = choice.candidates.set_index("n_topics").loc[choice.n_topics]
    met = choice.candidates[["near_best", "large_enough", "spread_enough"]].all(axis=1)
    assert choice.by_rule == met.any()
    assert chosen["near_best"]
    # scaling all stabilities changes nothing: the rule is relative
    scaled = table.assign(stability=table["stability"] * 2.0 ** -(percent % 4))
    assert stability.choose_k(scaled).n_topics == choice.n_topics


def test_what_cannot_be_used_is_named():
    matrix, blocks, _ = CLEAR
    with pytest.raises(InputError, match="blocks: found 3 values"):
        stability.measure_stability(matrix, blocks[:3], nmf(2), seed=1)
    with pytest.raises(InputError, match="level: found 80"):
        stability.measure_stability(matrix, blocks, nmf(2), share=80, seed=1)
    with pytest.raises(InputError, match="n_resamples: found 0"):
        stability.measure_stability(matrix, blocks, nmf(2), n_resamples=0, seed=1)
    with pytest.raises(InputError, match="n_draws: found 0"):
        stability.measure_null_threshold(matrix, nmf(2), n_draws=0, seed=1)
    with pytest.raises(InputError, match="reference: found a model"):
        stability.measure_null_stability(matrix, blocks, nmf(2), reference=nmf(2)(matrix, 1), seed=1)
    with pytest.raises(InputError, match="init: found 'svd', allowed is one of nndsvd, random"):
        stability.choose_k(curve([1.0]), shown="svd")
