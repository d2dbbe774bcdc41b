"""Where the words of a picture stand, so that none covers another or a node."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from analysis.inputs import InputError

# Where a label may stand beside its node, best first: the direction of its middle, right and down positive.
PLACES = {
    "right": (1, 0),
    "left": (-1, 0),
    "above": (0, -1),
    "below": (0, 1),
    "above right": (1, -1),
    "below right": (1, 1),
    "above left": (-1, -1),
    "below left": (-1, 1),
}
DIAGONAL = 0.5**0.5


def place_labels(
    points: pd.DataFrame,
    sizes: pd.DataFrame,
    weights: pd.Series,
    radii: pd.Series,
    bounds: tuple[float, float, float, float],
    *,
    gap: float = 2.0,
) -> pd.DataFrame:
    """
    Places for the labels of nodes, the heaviest node first, each at the first of eight places that is free.

    A place is free if it lies within the bounds and is `gap` or more from all nodes and from labels already there.
    Where none is, the label is left out, to be shown when the reader points at the node.

    Parameters
    ----------
    points : DataFrame, index the nodes, ``x`` and ``y``: middles in pixels, y downwards
    sizes : DataFrame, ``w`` and ``h`` of each label in pixels, such as from `analysis.report.charts.measure_text`
        A label of no width is left out.
    weights : Series, importance of each node; equal ones go by name
    radii : Series, of the circles that are drawn for nodes, in pixels
    bounds : left, top, right, bottom, in pixels

    Returns
    -------
    DataFrame, index the nodes as in `points`
        ``x``, ``y`` (middle of the label, missing where there was no room), ``place`` (such as "above left", or empty)
        and ``placed`` (bool).

    Raises
    ------
    InputError : if a node is missing in a table or a number is

    Examples
    --------
    >>> points = pd.DataFrame({"x": [20.0, 60.0], "y": [50.0, 50.0]}, index=["cyber", "drugs"])
    >>> sizes = pd.DataFrame({"w": [40.0, 40.0], "h": [12.0, 12.0]}, index=points.index)
    >>> weights = pd.Series([5.0, 4.0], index=points.index)
    >>> place_labels(points, sizes, weights, weights, (0, 0, 110, 100))["place"].tolist()
    ['above', 'right']
    """
    table = points[["x", "y"]].join(sizes[["w", "h"]]).assign(weight=weights, radius=radii).astype(float)
    if table.isna().any(axis=None) or not table.index.is_unique:
        missing = [str(node) for node in table.index[table.isna().any(axis=1) | table.index.duplicated()]]
        raise InputError(
            "nodes", f"no or two places, sizes, weights or radii for {missing}", allowed="one of each", remedy="Add it."
        )
    circles = table[["x", "y", "radius"]].to_numpy()
    boxes = np.empty((0, 4))
    found = {}
    for node, row in table.sort_index().sort_values("weight", ascending=False, kind="stable").iterrows():
        for place, box in _list_places(row, gap) if row["w"] > 0 else ():
            if _is_within(box, bounds) and not (_hits_circle(box, circles, gap) or _hits_box(box, boxes, gap)):
                boxes = np.vstack([boxes, box])
                found[node] = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2, place, True)
                break
    nowhere = (np.nan, np.nan, "", False)
    rows = [found.get(node, nowhere) for node in table.index]
    kinds = {"x": float, "y": float, "place": str, "placed": bool}
    return pd.DataFrame(rows, index=table.index, columns=list(kinds)).astype(kinds)


def _list_places(row: pd.Series, gap: float) -> Iterator[tuple[str, np.ndarray]]:
    """The eight boxes (left, top, right, bottom) of a label: beside its circle, or off its rim where it is diagonal."""
    half = row[["w", "h"]].to_numpy() / 2
    for place, direction in PLACES.items():
        way = np.array(direction)
        # a hair more than the gap, so that rounding does not make a place touch its own node
        off = (row["radius"] + gap) * (DIAGONAL if way.all() else 1) + 1e-6
        middle = row[["x", "y"]].to_numpy() + way * (half + off)
        yield place, np.concatenate([middle - half, middle + half])


def _is_within(box: np.ndarray, bounds: tuple[float, float, float, float]) -> bool:
    return bool((box[:2] >= bounds[:2]).all() and (box[2:] <= bounds[2:]).all())


def _hits_box(box: np.ndarray, boxes: np.ndarray, gap: float) -> bool:
    """Whether a box comes nearer than the gap to one of others, along both axes."""
    return bool(((box[:2] < boxes[:, 2:] + gap) & (box[2:] > boxes[:, :2] - gap)).all(axis=1).any())


def _hits_circle(box: np.ndarray, circles: np.ndarray, gap: float) -> bool:
    """Whether a box comes nearer than the gap to one of the circles."""
    nearest = np.clip(circles[:, :2], box[:2], box[2:])
    distance = np.hypot(*(nearest - circles[:, :2]).T)
    return bool((distance < circles[:, 2] + gap).any())
