"""The study itself, opened once: the tests work on the three real texts."""

from pathlib import Path

import pandas as pd
import pytest

from analysis.comparisons import Comparison, compare_texts
from analysis.study import Study, open_study

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def here() -> Study:
    return open_study(root=ROOT)


@pytest.fixture(scope="session")
def codes() -> pd.DataFrame:
    return pd.read_csv(ROOT / "data/annotations/sentences_dev.csv", dtype=str)


@pytest.fixture(scope="session")
def comparison(here: Study) -> Comparison:
    return compare_texts(here, n_draws=200, n_permutations=500, seed=1)
