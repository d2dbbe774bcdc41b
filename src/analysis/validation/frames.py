"""Agreement of the codings of frames and status, frame by frame."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.themes.evolution.frames import FrameCodes
from analysis.validation.agreement import krippendorff_alpha

COLUMNS = ["frame", "runs", "rows", "coded", "split", "alpha", "low", "high"]


def measure_frame_agreement(
    codes: FrameCodes, *, blocks: pd.Series | None = None, n_draws: int = 1000, seed: int
) -> pd.DataFrame:
    """
    Krippendorff's nominal alpha of the codings of every frame, and of status.

    Of runs of one model it is stability (a model that codes again says the same), not reproducibility by people
    (Krippendorff 2004, ch. 11).

    Parameters
    ----------
    blocks : Series, optional
        The block, such as the section, of each ``sentence_id`` (its index), in which errors may cluster; intervals then
        draw whole blocks.

    Returns
    -------
    DataFrame, one row per frame, then "status"; none where fewer than two coded
        ``frame``, ``runs``, ``rows`` (sentences and themes coded twice), ``coded`` (with the frame by majority; missing
        for status), ``split`` (rows on which codings differ), ``alpha``, ``low``, ``high``.
    """
    rows = []
    for name in [*codes.frames, "status"] if codes.frames else []:
        table = codes.runs[name].reset_index(drop=True)
        if table.shape[1] < 2:
            continue
        values = sorted({value for value in table.to_numpy().ravel() if isinstance(value, str)})
        numbers = table.apply(lambda run, values=values: run.map({value: at for at, value in enumerate(values)}))
        numbers = numbers.astype(float)
        of_row = None if blocks is None else codes.table["sentence_id"].map(blocks).reset_index(drop=True)
        alpha = krippendorff_alpha(numbers, blocks=of_row, n_draws=n_draws, seed=seed)
        twice = numbers[numbers.notna().sum(axis=1) >= 2]
        split = int((twice.min(axis=1) != twice.max(axis=1)).sum())
        coded = float((codes.table[name] == 1).sum()) if name in codes.frames else np.nan
        rows.append((name, table.shape[1], len(twice), coded, split, alpha.value, alpha.low, alpha.high))
    return pd.DataFrame(rows, columns=COLUMNS)
