r"""
VOS layout (visualisation of similarities): one for all texts, so that a node has the same place in each picture.

`lay_out` finds the places at which strongly tied nodes are near and all others far; `pool_strengths` gives each text
the same weight in it. `analysis.report.network_panels` finds room for words beside the nodes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

import numpy as np
import pandas as pd
from scipy import linalg, optimize, sparse

from analysis.inputs import InputError, check_at_least, check_choice
from analysis.stats.threads import one_thread

UNTIED = 0.01  # of the mean tie, added to every pair where parts are not tied and would drift apart: as VOSviewer does
DECIMALS = 3
LEVEL = 1e-6  # in mean distances: a smaller difference is rounding, and must not decide how a layout is turned
SUNFLOWER = np.pi * (3 - 5**0.5)  # golden angle: no two nodes are shifted alike
EQUAL = 1e-10  # of the quality: layouts that differ by less are the same one, perhaps with like nodes swapped
MAX_NEWTON = 250  # nodes, up to which the last digits are found with second derivatives: a tenth of a second a step
MAX_STEPS, MAX_HALVINGS = 60, 20


def pool_strengths(texts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """
    The mean over texts of the strength of ties, each text first scaled to a mean of 1 over all pairs of nodes.

    So no text outweighs another because it is longer or its ties are fewer. A node that a text does not have is untied
    there; a text without ties adds nothing.

    Parameters
    ----------
    texts : symmetric DataFrames (nodes x nodes), such as association strengths, one for each text

    Returns
    -------
    DataFrame (nodes x nodes), all nodes of any text, sorted; diagonal 0, mean of the others 1

    Raises
    ------
    InputError : if there is no table, or one is not square, symmetric, finite and without negative values

    Examples
    --------
    >>> short = pd.DataFrame([[0, 8], [8, 0]], index=["cyber", "drugs"], columns=["cyber", "drugs"])
    >>> long = pd.DataFrame([[0, 1], [1, 0]], index=["borders", "cyber"], columns=["borders", "cyber"])
    >>> pool_strengths([short, long])["cyber"].to_dict()
    {'borders': 1.5, 'cyber': 0.0, 'drugs': 1.5}
    """
    if not texts:
        raise InputError("texts", "none", allowed="one table or more", remedy="Give the ties of each text.")
    nodes = pd.Index(sorted(set().union(*(table.index for table in texts))), name="node")
    total = np.zeros((len(nodes), len(nodes)))
    for table in texts:
        total += _scale(_read(table).reindex(index=nodes, columns=nodes, fill_value=0.0).to_numpy())
    return pd.DataFrame(_scale(total), index=nodes, columns=nodes.rename(None))


def lay_out(
    strengths: pd.DataFrame,
    *,
    weights: pd.Series | None = None,
    attraction: float = 2,
    repulsion: float = 1,
    start: Literal["spectral", "random"] = "spectral",
    n_starts: int = 10,
    seed: int = 0,
) -> pd.DataFrame:
    r"""
    VOS layout: places for nodes in the plane, from the strength of the ties between them.

    The quality that `measure_layout` computes is made as small as can be (VOS: Van Eck & Waltman 2007; as in
    VOSviewer, attraction 2 and repulsion 1) by L-BFGS-B from several starts, and then, for up to 250 nodes, by Newton's
    method, so that the places are right far beyond the digits that are kept. The layout is turned so that it is widest
    from left to right and the heaviest node stands right of the middle and above it (y upwards). Twins, nodes with the
    same ties, could change places: they stand from left to right, heaviest first.

    Nodes near each other are tied to each other or to the same others. Distances are an impression, not a measure: in
    two dimensions many strong ties are drawn too long. Directions mean nothing.

    Parameters
    ----------
    strengths : DataFrame (nodes x nodes), symmetric, not negative; the diagonal does not count
        Such as from `pool_strengths`. Only their proportions matter. Where nodes are not all linked, every pair is
        given a hundredth of the mean tie more.
    weights : Series, optional
        How much each node weighs, such as its frequency; by default the sum of its strengths. Heaviest first, ties by
        name, decides which of the mirror images is taken, and no more.
    attraction, repulsion : float, exponents of the distance, attraction the larger
    start : "spectral" (eigenvectors of the ties) or "random", to see whether another beginning ends at the same place
    n_starts : int, of which the best is kept; all but a spectral one are random

    Returns
    -------
    DataFrame, index ``node``, columns ``x`` and ``y``
        Middle 0, mean distance between two nodes 1, rounded to .001.

    Raises
    ------
    InputError : if strengths are not as above, or a node has no weight

    Examples
    --------
    >>> names = ["cyber", "e-evidence", "migration"]
    >>> ties = pd.DataFrame([[0, 4, 1], [4, 0, 1], [1, 1, 0]], index=names, columns=names)
    >>> lay_out(ties, weights=pd.Series([2, 1, 3], index=names)).rename_axis(None)
                    x      y
    cyber      -0.441  0.167
    e-evidence -0.441 -0.167
    migration   0.882  0.000
    """
    check_choice(start, "start", ["spectral", "random"])
    check_at_least("n_starts", n_starts, 1)
    if attraction <= max(repulsion, 0):
        found, allowed = f"attraction {attraction}, repulsion {repulsion}", "attraction above repulsion and above 0"
        raise InputError("exponents", found, allowed=allowed, remedy="Take 2 and 1, as VOSviewer.")
    table = _read(strengths)
    table = table.reindex(index=sorted(table.index), columns=sorted(table.index))
    ties = _link_parts(_scale(table.to_numpy()))
    order = _order(table, weights)
    if len(ties) > 1:
        with one_thread():
            points = _settle(ties, _begin(ties, start, n_starts, seed), attraction, repulsion)
        twins = _find_twins(ties)
        points = _order_twins(_turn(_standardise(points), order, twins), order, twins)
    else:
        points = np.zeros((len(ties), 2))
    points = np.round(points, DECIMALS) + 0.0  # no minus zero
    return pd.DataFrame(points, index=table.index.rename("node"), columns=["x", "y"])


def measure_layout(
    strengths: pd.DataFrame, points: pd.DataFrame, *, attraction: float = 2, repulsion: float = 1
) -> float:
    r"""
    VOS quality of a layout, how far it is from what the ties ask for: the smaller the better, on the same ties.

    :math:`\sum_{i<j} s_{ij} d_{ij}^a / a - \sum_{i<j} d_{ij}^r / r`, with the logarithm in place of a power of 0.

    Parameters
    ----------
    strengths : as in `lay_out`, but taken as they are
    points : DataFrame, index the nodes, ``x`` and ``y``

    Examples
    --------
    >>> ties = pd.DataFrame([[0, 3], [3, 0]], index=["a", "b"], columns=["a", "b"])
    >>> measure_layout(ties, pd.DataFrame({"x": [0, 2], "y": [0, 0]}, index=["a", "b"]))
    4.0
    """
    table = _read(strengths)
    places = points.loc[table.index, ["x", "y"]].to_numpy(dtype=float)
    return _energy(places.ravel(), table.to_numpy(), attraction, repulsion)[0]


# --- ties


def _read(strengths: pd.DataFrame) -> pd.DataFrame:
    """The table itself with diagonal 0, once it is known to hold the strength of ties."""
    values = strengths.to_numpy(dtype=float)
    square = strengths.index.is_unique and list(strengths.index) == list(strengths.columns)
    if not square or not np.isfinite(values).all() or (values < 0).any() or not np.allclose(values, values.T):
        raise InputError(
            "strengths",
            f"a table {values.shape[0]} x {values.shape[1]} that breaks a rule",
            allowed="the same nodes in rows and columns, symmetric, each number 0 or more",
            remedy="Give the strength of each tie in both directions, 0 where there is none.",
        )
    values = (values + values.T) / 2
    np.fill_diagonal(values, 0)
    return pd.DataFrame(values, index=strengths.index, columns=strengths.columns)


def _scale(values: np.ndarray) -> np.ndarray:
    """Strengths with mean 1 over all pairs of nodes."""
    n = len(values)
    total = values.sum()
    return values * (n * (n - 1) / total) if total else values


def _link_parts(ties: np.ndarray) -> np.ndarray:
    """Strengths by which all nodes hang together."""
    n_parts, _ = sparse.csgraph.connected_components(sparse.csr_array(ties), directed=False)
    return ties + UNTIED * (1 - np.eye(len(ties))) if n_parts > 1 else ties


def _order(table: pd.DataFrame, weights: pd.Series | None) -> np.ndarray:
    """The positions of the nodes, heaviest first, equal ones by name (in which they are sorted)."""
    heavy = table.sum(axis=1) if weights is None else weights.reindex(table.index)
    if heavy.isna().any():
        missing = list(heavy.index[heavy.isna()])
        raise InputError("weights", f"none for {missing}", allowed="one for each node", remedy="Add them.")
    return np.argsort(-heavy.to_numpy(dtype=float).round(9), kind="stable")


# --- places


def _begin(ties: np.ndarray, start: str, n_starts: int, seed: int) -> Iterator[np.ndarray]:
    """The places from which to look for the best ones."""
    if start == "spectral":
        yield _start_at_eigenvectors(ties)
    rng = np.random.default_rng(seed)
    for _ in range(n_starts - (start == "spectral")):
        yield rng.standard_normal((len(ties), 2))


def _start_at_eigenvectors(ties: np.ndarray) -> np.ndarray:
    """The second and third eigenvectors of the ties between nodes of strength 1, each node shifted a little."""
    n = len(ties)
    root = np.sqrt(ties.sum(axis=1))
    _, vectors = linalg.eigh(ties / np.outer(root, root))
    points = np.zeros((n, 2))
    for axis, column in enumerate(range(n - 2, max(n - 4, -1), -1)):
        vector = vectors[:, column] / root
        largest = np.argmax(np.abs(vector).round(9))
        points[:, axis] = vector * np.sign(vector[largest])
    # Nodes with the same ties have the same place, and would push each other in no direction.
    at = np.arange(n)
    shift = np.column_stack([np.cos(SUNFLOWER * at), np.sin(SUNFLOWER * at)]) * np.sqrt((at + 1) / n)[:, None]
    return _standardise(points) + 0.01 * shift


def _settle(ties: np.ndarray, starts: Iterable[np.ndarray], attraction: float, repulsion: float) -> np.ndarray:
    """The places of least energy near any of the starts; the first of equal ones."""
    options = {"maxiter": 20_000, "maxfun": 40_000, "maxcor": 30, "ftol": 1e-15, "gtol": 1e-9}
    arguments = (ties, attraction, repulsion)
    best, least = np.empty(0), np.inf
    for points in starts:
        flat = points.ravel()
        found = optimize.minimize(_energy, flat, arguments, method="L-BFGS-B", jac=True, options=options)
        if found.fun < least - EQUAL * abs(found.fun):
            best, least = found.x, found.fun
    return _polish(best, *arguments).reshape(-1, 2)


def _energy(flat: np.ndarray, ties: np.ndarray, attraction: float, repulsion: float) -> tuple[float, np.ndarray]:
    """The quality and its gradient. Sums are numpy's own, in the same order everywhere, not those of a library."""
    difference, distance = _distances(flat)
    pull, push = (_power(distance, exponent) for exponent in (attraction, repulsion))
    value = np.triu(ties * pull - push, k=1).sum()
    force = ties * distance ** (attraction - 2) - distance ** (repulsion - 2)
    np.fill_diagonal(force, 0)
    return float(value), (difference * force).sum(axis=2).T.ravel()


def _distances(flat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For each two nodes their difference (2, n, n) and distance (n, n); the diagonal 1, which is no distance."""
    points = flat.reshape(-1, 2).T
    difference = points[:, :, None] - points[:, None, :]
    distance = np.sqrt(difference[0] ** 2 + difference[1] ** 2)
    np.fill_diagonal(distance, 1)
    return difference, np.maximum(distance, 1e-12)


def _power(distance: np.ndarray, exponent: float) -> np.ndarray:
    return distance**exponent / exponent if exponent else np.log(distance)


def _polish(flat: np.ndarray, ties: np.ndarray, attraction: float, repulsion: float) -> np.ndarray:
    """
    Newton's method: L-BFGS-B stops where the quality no longer changes, half the digits too early.

    Moving and turning a layout changes nothing: the steps leave these directions out. A group of like nodes can turn
    in its place almost as freely, so that steps are kept short, downhill, and halved while they do not help.
    """
    if len(flat) > 2 * MAX_NEWTON:
        return flat
    value, gradient = _energy(flat, ties, attraction, repulsion)
    for _ in range(MAX_STEPS):
        slopes, directions = linalg.eigh(_curvature(flat, ties, attraction, repulsion))
        slopes = np.abs(slopes)
        firm = slopes > 1e-11 * slopes.max()
        step = directions[:, firm] @ ((gradient @ directions[:, firm]) / slopes[firm])
        step *= min(1.0, 0.1 / max(np.abs(step).max(), 1e-300))
        for _ in range(MAX_HALVINGS):
            new_value, new_gradient = _energy(flat - step, ties, attraction, repulsion)
            noise = 1e-13 * abs(value)
            flatter = np.abs(new_gradient).max() < np.abs(gradient).max()
            if new_value < value - noise or (new_value < value + noise and flatter):
                break
            step = step / 2
        else:
            break
        flat, value, gradient = flat - step, new_value, new_gradient
    return flat


def _curvature(flat: np.ndarray, ties: np.ndarray, attraction: float, repulsion: float) -> np.ndarray:
    """The second derivatives of the quality, (2n, 2n)."""
    difference, distance = _distances(flat)
    force = ties * distance ** (attraction - 2) - distance ** (repulsion - 2)
    slope = (attraction - 2) * ties * distance ** (attraction - 4) - (repulsion - 2) * distance ** (repulsion - 4)
    np.fill_diagonal(force, 0)
    second = np.einsum("aij,bij,ij->iajb", difference, difference, slope) + np.einsum("ij,ab->iajb", force, np.eye(2))
    at = np.arange(len(distance))
    whole = -second
    whole[at, :, at, :] = second.sum(axis=2)
    return whole.reshape(len(flat), len(flat))


def _standardise(points: np.ndarray) -> np.ndarray:
    """Places with middle 0 and mean distance 1."""
    points = points - points.mean(axis=0)
    _, distance = _distances(points.ravel())
    return points / max(distance[np.triu_indices(len(points), k=1)].mean(), 1e-12)


def _turn(points: np.ndarray, order: np.ndarray, twins: Sequence[Sequence[int]]) -> np.ndarray:
    """
    A layout turned to its widest direction, and mirrored so that the heaviest node off an axis is on its upper side.

    Where no direction is widest, the heaviest node away from the middle goes to the right. Twins count as one node in
    their middle, for which of them is where means nothing; where all is symmetric but the places, the side with the
    few far ones is the upper.
    """
    middle = points.copy()
    for group in twins:
        middle[group] = points[group].mean(axis=0)
    x, y = points.T
    spread, lean = (x**2 - y**2).mean(), 2 * (x * y).mean()
    angle = np.arctan2(lean, spread) / 2
    if np.hypot(spread, lean) < LEVEL:
        off = [middle[node] for node in order if np.hypot(*middle[node]) > LEVEL]
        angle = np.arctan2(*(off or [points[order[0]]])[0][::-1])
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    points, middle = points @ turn, middle @ turn
    for axis in range(2):
        off = [middle[node, axis] for node in order if abs(middle[node, axis]) > LEVEL]
        skew = (points[:, axis] ** 3).mean()
        points[:, axis] *= np.sign(off[0] if off else skew if abs(skew) > LEVEL else 1.0)
    return points


def _order_twins(points: np.ndarray, order: np.ndarray, twins: Sequence[Sequence[int]]) -> np.ndarray:
    """Twins put in their order from left to right, equally far ones from top to bottom."""
    points, at = points.copy(), np.round(points, DECIMALS)
    for group in twins:
        heaviest_first = [node for node in order if node in group]
        points[heaviest_first] = points[sorted(group, key=lambda node: (at[node, 0], -at[node, 1]))]
    return points


def _find_twins(ties: np.ndarray) -> list[list[int]]:
    """The groups of nodes with the same ties to all others."""
    alike: dict[bytes, list[list[int]]] = {}
    for node, profile in enumerate(np.sort(ties, axis=1).round(9)):  # twins have the same strengths, to the same nodes
        groups = alike.setdefault(profile.tobytes(), [])
        twins = next((group for group in groups if _are_twins(ties, group[0], node)), None)
        if twins:
            twins.append(node)
        else:
            groups.append([node])
    return [group for groups in alike.values() for group in groups if len(group) > 1]


def _are_twins(ties: np.ndarray, one: int, other: int) -> bool:
    """Whether two nodes have the same ties to all others."""
    rest = np.ones(len(ties), dtype=bool)
    rest[[one, other]] = False
    return np.allclose(ties[one, rest], ties[other, rest], rtol=1e-9, atol=0)
