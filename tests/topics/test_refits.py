"""Refitted models: shares by hand, parts that hold less than is asked for, blocks that cannot be used."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from analysis.inputs import InputError
from analysis.topics.refits import main_topics, make_fitter, number_blocks, topic_shares


def test_topic_shares_weigh_by_the_mass_of_the_topic():
    shares = topic_shares((np.array([[1.0, 1], [0, 0]]), np.array([[3.0, 0], [0, 1]])))
    assert shares.tolist() == [[0.75, 0.25], [0, 0]]


def test_a_unit_without_a_topic_has_no_main_topic():
    assert main_topics(np.array([[0.2, 0.8], [0, 0], [0.5, 0.5]])).tolist() == [1, -1, 0]


@pytest.mark.parametrize("init", ["random", "nndsvd"])
def test_a_part_of_few_units_has_as_many_topics_as_units(init):
    weights, components = make_fitter(4, init)(sparse.csr_array([[2.0, 1, 0, 0, 0], [0, 0, 3, 1, 0]]), 1)
    assert (weights.shape, components.shape) == ((2, 2), (2, 5))
    assert weights @ components == pytest.approx(np.array([[2.0, 1, 0, 0, 0], [0, 0, 3, 1, 0]]), abs=1e-3)


@pytest.mark.parametrize("init", ["random", "nndsvd"])
def test_a_part_without_a_word_has_topics_without_terms(init):
    weights, components = make_fitter(2, init)(sparse.csr_array((3, 5)), 1)
    assert not weights.any()
    assert not components.any()


def test_what_cannot_be_used_is_named():
    with pytest.raises(InputError, match="blocks: found 2 values, 0 missing, allowed is one for each of 3 units"):
        number_blocks(sparse.csr_array((3, 2)), pd.Series(["a", "b"]))
    with pytest.raises(InputError, match="blocks: found 1 block, allowed is 2 or more"):
        number_blocks(sparse.csr_array((3, 2)), pd.Series(["a", "a", "a"]))
