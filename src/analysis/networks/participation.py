r"""
Lift of pairs of themes, and participation of words in several communities; intervals by the section bootstrap.

In all functions, `incidence` has one row per unit and one column per node, True where the unit holds it; `documents`
and `blocks` give text and section of each unit. Sections are resampled with replacement, within each text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

import numpy as np
import pandas as pd
from scipy.special import gammaincinv, stdtrit

from analysis.inputs import InputError, check_at_least, check_choice, check_level
from analysis.stats.permutation import sum_blocks
from analysis.stats.proportions import LEAST_DF, Texts, arrange, score_interval

Bridging = Literal["participation", "across"]
# Numbers held at once while drawing (some 8 MB).
BATCH = 1_000_000
COLUMNS = [
    *["node", "community", "strength", "across", "participation"],
    *["n", "rank", "rank_low", "rank_high"],
]


def bridges(
    incidence: pd.DataFrame,
    documents: pd.Series,
    blocks: pd.Series,
    themes: Sequence[str] | None = None,
    *,
    n_draws: int = 2000,
    level: float = 0.95,
    seed: int,
) -> pd.DataFrame:
    r"""
    Lift and share of every two themes in each text: how often they share a unit, against independent spread.

    Lift is :math:`n_{ab} N / (n_a n_b)`: 1 as chance, 2 twice as often together, 0 never together. Its interval is
    taken on the logarithm, after half a unit is added to the three counts: :math:`\ln\mathrm{lift} \pm t\,s`. Here s
    is the larger of two standard errors, that of resampled sections and that of independent units,
    :math:`s^2 = 1/n_{ab} - 1/n_a - 1/n_b + (2\,\mathrm{lift} - 1)/N`; t is Student's, with one degree less than the
    text has sections. The lower end is at most that of a Poisson count of :math:`n_{ab}` (Garwood 1936), without which
    one unit with both themes would count for too much. Where the themes never meet, they meet in no resample either:
    there the interval begins at 0 and ends where the half unit puts it, far above 1 when the themes are rare.
    The share's interval is `proportions.score_interval` with the variance of the same draws.

    Parameters
    ----------
    themes : names of columns of `incidence`, in the order wanted; by default all

    Returns
    -------
    DataFrame, one row per text and ordered pair of themes
        ``doc_id``, ``a``, ``b``, ``n_a``, ``n_b``, ``both`` (units), ``n`` (units of the text), ``share`` (of the units
        with a, those that hold b too; missing where a does not occur), ``share_low``, ``share_high``, ``lift``
        (missing where a or b does not occur), ``lift_low``, ``lift_high``.

    Raises
    ------
    InputError : if a theme is unknown, incidence, documents or blocks do not fit, or an option is out of range
    """
    check_level(level)
    check_at_least("n_draws", n_draws, 1)
    names = [str(name) for name in incidence.columns] if themes is None else list(themes)
    for name in names:
        check_choice(name, "themes", incidence.columns)
    texts = arrange(incidence[names], documents)
    first, second = _ordered_pairs(len(names))
    counts = _with_pairs(incidence[names], first, second)
    sums, sizes, owner = sum_blocks(counts, documents, blocks, texts)
    tables = []
    for (text, name), child in zip(
        enumerate(texts.names), np.random.SeedSequence(seed).spawn(len(texts.names)), strict=True
    ):
        of_text, n = sums[owner == text], sizes[owner == text]
        table = _bridge(of_text.sum(axis=0), n.sum(), first, second, len(names))
        resampled = _resample_sums(np.column_stack([of_text, n]), n_draws, np.random.default_rng(child))
        spread = _spreads(resampled, first, second, len(names))
        table = table.assign(**_bridge_intervals(table, *spread, level, len(n)))
        table.insert(0, "doc_id", name)
        table.insert(1, "a", np.array(names, dtype=object)[first])
        table.insert(2, "b", np.array(names, dtype=object)[second])
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


def participation(weights: pd.DataFrame, communities: Mapping[str, str]) -> pd.DataFrame:
    r"""
    Participation coefficient: how evenly each node's ties are spread over communities.

    :math:`P_i = 1 - \sum_c (k_{ic} / k_i)^2`, where :math:`k_{ic}` is the strength of node i's ties to community c
    (Guimerà & Amaral 2005): 0 when all ties go to one community, :math:`1 - 1/C` when they are spread evenly over C.
    A node with one weak tie to each of two communities has P = .5 too: read it beside ``across``.

    Parameters
    ----------
    weights : DataFrame, square, symmetric, 0 or more; the diagonal is not read
    communities : community (or theme) of every node

    Returns
    -------
    DataFrame, one row per node, in their order
        ``node``, ``community``, ``strength`` (of all its ties), ``across`` (of those that leave its community),
        ``participation`` (0 up to 1; missing for a node without ties).

    Raises
    ------
    InputError : if weights are not such a table, or a node has no community

    Examples
    --------
    >>> ties = pd.DataFrame([[0, 2, 1, 1], [2, 0, 0, 0], [1, 0, 0, 3], [1, 0, 3, 0]], index=list("abcd"))
    >>> of_nodes = participation(ties.set_axis(list("abcd"), axis=1), {"a": "x", "b": "x", "c": "y", "d": "y"})
    >>> of_nodes[["node", "strength", "across", "participation"]].values.tolist()
    [['a', 4, 2, 0.5], ['b', 2, 0, 0.0], ['c', 4, 1, 0.375], ['d', 4, 1, 0.375]]
    """
    values = weights.to_numpy()
    if list(weights.index) != list(weights.columns) or not (values >= 0).all() or not np.allclose(values, values.T):
        raise InputError("weights", "another table", allowed="square, symmetric, 0 or more", remedy="Give a network.")
    of_node, names = _communities(communities, [str(name) for name in weights.columns])
    values = values.copy()
    np.fill_diagonal(values, 0)
    strength = values @ _membership(of_node, len(names))
    return _describe([str(name) for name in weights.columns], of_node, names, strength)


def bridging_terms(
    incidence: pd.DataFrame,
    communities: Mapping[str, str],
    documents: pd.Series,
    blocks: pd.Series,
    *,
    by: Bridging = "participation",
    n_draws: int = 1000,
    level: float = 0.95,
    seed: int,
) -> pd.DataFrame:
    """
    Nodes ranked by participation in several communities, with bootstrap intervals of the ranks.

    A tie's weight is the number of units that hold both nodes, in all texts together. Sections are resampled within
    each text and the network is counted again; the rank's interval is where a node stands in the middle `level` of
    these networks. Resampled networks hold fewer different ties, so that small participation becomes smaller still:
    an interval that does not hold its own rank is no error, but a rank not to be relied on.

    Parameters
    ----------
    communities : community (or theme) of every column of `incidence`
    by : "participation" or "across"
        What is ranked: how evenly ties are spread (favours rare nodes), or how many leave the community (favours
        frequent ones).

    Returns
    -------
    DataFrame, one row per node, best rank first, equal ranks by name
        The columns of `participation`, ``n`` (units with the node), ``rank`` (1 = bridges most; equal values share
        their mean rank), ``rank_low``, ``rank_high``.

    Raises
    ------
    InputError : if a node has no community, incidence, documents or blocks do not fit, or an option is out of range
    """
    check_choice(by, "by", ["participation", "across"])
    check_level(level)
    check_at_least("n_draws", n_draws, 1)
    nodes = [str(name) for name in incidence.columns]
    of_node, names = _communities(communities, nodes)
    texts = arrange(incidence, documents)
    there = incidence.to_numpy(dtype=np.int64)
    membership = _membership(of_node, len(names))
    beside = (there @ membership)[:, None, :] - membership[None, :, :]  # what else of each community is in the unit
    strength = (there[:, :, None] * beside).reshape(len(there), -1)
    sums, _, owner = sum_blocks(pd.DataFrame(strength, index=incidence.index), documents, blocks, texts)
    table = _describe(nodes, of_node, names, strength.sum(axis=0).reshape(len(nodes), -1))
    ranks = []
    for resampled in _resample_networks(sums, owner, texts, n_draws, seed):
        shaped = resampled.reshape(len(resampled), len(nodes), -1)
        values = _participation(shaped) if by == "participation" else _across(shaped, of_node)
        ranks.append(pd.DataFrame(-np.round(np.nan_to_num(values), 12)).rank(axis=1).to_numpy())
    outer = np.quantile(np.concatenate(ranks), [(1 - level) / 2, (1 + level) / 2], axis=0)
    table = table.assign(n=there.sum(axis=0), rank=(-table[by].fillna(0).round(12)).rank())
    table = table.assign(rank_low=outer[0], rank_high=outer[1])
    return table.sort_values(["rank", "node"], kind="stable", ignore_index=True)


def _ordered_pairs(n: int) -> tuple[np.ndarray, np.ndarray]:
    first, second = np.divmod(np.arange(n * n), n)
    return first[first != second], second[first != second]


def _with_pairs(incidence: pd.DataFrame, first: np.ndarray, second: np.ndarray) -> pd.DataFrame:
    """Incidence of the themes, and after them of all pairs."""
    there = incidence.to_numpy(dtype=bool)
    return pd.DataFrame(np.column_stack([there, there[:, first] & there[:, second]]), index=incidence.index)


def _bridge(counts: np.ndarray, n: float, first: np.ndarray, second: np.ndarray, n_themes: int) -> pd.DataFrame:
    a, b, both = counts[first], counts[second], counts[n_themes:]
    table = {"n_a": a.astype(int), "n_b": b.astype(int), "both": both.astype(int), "n": int(n)}
    share = both / np.where(a > 0, a, np.nan)
    return pd.DataFrame(table | {"share": share, "lift": share * n / np.where(b > 0, b, np.nan)})


def _resample_sums(sums: np.ndarray, n_draws: int, rng: np.random.Generator) -> Iterator[np.ndarray]:
    """Sums over as many blocks as there are, resampled with replacement: batches of (draws, columns)."""
    size = max(1, BATCH // sums.shape[1])
    for start in range(0, n_draws, size):
        times = rng.multinomial(len(sums), np.full(len(sums), 1 / len(sums)), size=min(size, n_draws - start))
        yield times @ sums


def _resample_networks(
    sums: np.ndarray, owner: np.ndarray, texts: Texts, n_draws: int, seed: int
) -> Iterator[np.ndarray]:
    """Sums over all texts, the blocks of each text resampled by themselves."""
    children = np.random.SeedSequence(seed).spawn(len(texts.names))
    draws = [
        _resample_sums(sums[owner == text], n_draws, np.random.default_rng(child))
        for text, child in enumerate(children)
    ]
    for parts in zip(*draws, strict=True):
        yield np.sum(parts, axis=0)


def _log_lift(both: np.ndarray, a: np.ndarray, b: np.ndarray, n: np.ndarray | float) -> np.ndarray:
    """ln lift, with half a unit added to each count."""
    return np.log((both + 0.5) * n / ((a + 0.5) * (b + 0.5)))


def _spreads(
    resampled: Iterator[np.ndarray], first: np.ndarray, second: np.ndarray, n_themes: int
) -> tuple[np.ndarray, np.ndarray]:
    """Standard deviations of resampled ln lifts and of resampled shares (of resamples that have the theme)."""
    lifts, shares = [], []
    for batch in resampled:
        a, b, both, n = batch[:, first], batch[:, second], batch[:, n_themes:-1], batch[:, -1:]
        lifts.append(_log_lift(both, a, b, n))
        shares.append(np.where(a > 0, both / np.where(a > 0, a, 1), np.nan))
    share, known = np.concatenate(shares), ~np.isnan(np.concatenate(shares))
    n_known = np.maximum(1, known.sum(axis=0))
    mean = np.where(known, share, 0).sum(axis=0) / n_known
    spread = np.sqrt(np.where(known, (share - mean) ** 2, 0).sum(axis=0) / n_known)
    return np.concatenate(lifts).std(axis=0), spread


def _bridge_intervals(
    table: pd.DataFrame, log_sd: np.ndarray, share_sd: np.ndarray, level: float, n_blocks: int
) -> dict[str, np.ndarray]:
    a, b, both, n = (table[name].to_numpy(dtype=float) for name in ("n_a", "n_b", "both", "n"))
    t = float(stdtrit(max(LEAST_DF, n_blocks - 1), (1 + level) / 2))
    share, lift = table["share"].to_numpy(), table["lift"].to_numpy()
    middle = _log_lift(both, a, b, n)
    independent = 1 / (both + 0.5) - 1 / (a + 0.5) - 1 / (b + 0.5) + (2 * np.exp(middle) - 1) / n
    s = np.maximum(log_sd, np.sqrt(np.maximum(0, independent)))
    # A lift is N/(n_a n_b) times a count, for whose lower end one or two units are too few for a logarithm.
    least_count = np.where(both > 0, gammaincinv(np.maximum(both, 1), (1 - level) / 2), 0)
    low = np.minimum(np.exp(middle - t * s), lift * least_count / np.maximum(both, 1))
    high = np.maximum(np.exp(middle + t * s), lift)
    known = np.nan_to_num(share)
    binomial = known * (1 - known) / np.maximum(a, 1)
    least = np.maximum(1, share_sd**2 / np.where(binomial > 0, binomial, np.inf))
    share_low, share_high = score_interval(known, np.maximum(a, 1), t, least=least)
    missing = np.isnan(share)
    intervals = {"share_low": np.where(missing, np.nan, share_low), "share_high": np.where(missing, np.nan, share_high)}
    return intervals | {"lift_low": low, "lift_high": high}


def _communities(communities: Mapping[str, str], nodes: list[str]) -> tuple[np.ndarray, list[str]]:
    """Number of each node's community, and the names of communities."""
    missing = [node for node in nodes if node not in communities]
    if missing:
        found = f"no community for {missing[0]!r} and {len(missing) - 1} more"
        raise InputError("communities", found, allowed="one for every node", remedy="Add them.")
    names = sorted({str(communities[node]) for node in nodes})
    return np.array([names.index(str(communities[node])) for node in nodes]), names


def _membership(of_node: np.ndarray, n_communities: int) -> np.ndarray:
    return (of_node[:, None] == np.arange(n_communities)).astype(np.int64)


def _participation(strength: np.ndarray) -> np.ndarray:
    """P from strengths (..., nodes, communities)."""
    total = strength.sum(axis=-1, keepdims=True)
    return 1 - ((strength / np.where(total > 0, total, np.nan)) ** 2).sum(axis=-1)


def _across(strength: np.ndarray, of_node: np.ndarray) -> np.ndarray:
    return strength.sum(axis=-1) - strength[..., np.arange(len(of_node)), of_node]


def _describe(nodes: list[str], of_node: np.ndarray, names: list[str], strength: np.ndarray) -> pd.DataFrame:
    table = {"node": nodes, "community": [names[number] for number in of_node], "strength": strength.sum(axis=1)}
    return pd.DataFrame(table | {"across": _across(strength, of_node), "participation": _participation(strength)})
