"""Made texts whose truth is known."""

import numpy as np
import pandas as pd
import pytest


def draw_chain(rng, n, share, run_length):
    """A theme that runs `run_length` paragraphs on average and fills `share` of a text: a two-state Markov chain."""
    stop, begin = 1 / run_length, share / ((1 - share) * run_length)
    present = [rng.random() < share]
    for chance in rng.random(n - 1):
        present.append(chance >= stop if present[-1] else chance < begin)
    return present


@pytest.fixture(scope="session")
def simulate():
    """Themes in three texts of the study's lengths; `share` is one number, or one per text."""

    def simulate(rng, share, run_length, sizes=(84, 40, 26), n_themes=1):
        shares = np.broadcast_to(share, len(sizes))
        texts = [
            [draw_chain(rng, n, p, run_length) for n, p in zip(sizes, shares, strict=True)] for _ in range(n_themes)
        ]
        themes = {f"theme {i}": np.concatenate(theme) for i, theme in enumerate(texts)}
        return pd.DataFrame(themes), pd.Series(np.repeat(["2014", "2018", "2020"], sizes))

    return simulate
