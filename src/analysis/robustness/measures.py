"""
What each specification counts: amounts per block of text, or incidences per unit.

Blocks are what a test moves between the texts. So all that a specification of a change needs is a numerator and a
denominator per block (`attention.MEASURES` says which); the rest is a matter of matrix products. Stages that several
specifications share are computed once: units depend on the text that counts, hits per unit on the dictionary too,
topics on theirs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from analysis.corpus import counts as terms
from analysis.inputs import InputError
from analysis.robustness.specifications import Claim
from analysis.robustness.token_table import BODY, FOOTNOTE, HEADING, Hits, TokenTable, name_dictionary
from analysis.stats.permutation import run_deviation
from analysis.stats.proportions import Texts
from analysis.themes.attention import MEASURES
from analysis.topics import models
from analysis.topics.coherence import match_themes

# Shares of topics are counted in millionths: sums of whole numbers are the same in any order.
WHOLE = 1_000_000
N_FREE = 3  # topics beside the guided ones, as on the page of topics
SEED = 0  # models begin at the singular vectors, which needs no chance; scikit-learn asks for a seed all the same


class Measured(NamedTuple):
    """What a specification counts, before any test."""

    # change, topic: (6, blocks): numerator, denominator, units with the theme, units, and these two for body paragraphs
    # tie: (3, units): text, first theme, second theme
    table: np.ndarray
    # of the share of units, and of paragraphs, by how long the theme runs; 0 for a tie
    run_deviation: tuple[float, float]
    n: int  # units with the theme (both themes) in the texts of the claim


class Units(NamedTuple):
    """The text that counts, cut into units."""

    of_token: np.ndarray  # unit of each token of the stream, -1 = left out
    block: np.ndarray  # per unit, as the next ones
    text: np.ndarray
    n_tokens: np.ndarray
    n_words: np.ndarray


class Modelled(NamedTuple):
    """A topic model: shares of topics in units, which topic is a theme's, and where the units stand."""

    shares: np.ndarray  # (units, topics), in millionths
    main: np.ndarray  # (units, topics), bool
    topic_of: Mapping[str, int]  # theme to topic
    units: Units


class Stages:
    """Results that several specifications share, each computed when it is first asked for."""

    def __init__(self, tokens: TokenTable):
        self.tokens = tokens
        self._results: dict[tuple[Any, ...], Any] = {}

    def once(self, stage: Callable[..., Any], *key: Any) -> Any:
        """The result of ``stage(self, *key)``."""
        if (stage, key) not in self._results:
            self._results[stage, key] = stage(self, *key)
        return self._results[stage, key]


def measure(specifications: pd.DataFrame, claims: Mapping[str, Claim], tokens: TokenTable) -> list[Measured]:
    """What each specification counts, in the order of the rows of `specifications.list_specifications`."""
    stages = Stages(tokens)
    ways = {"change": _measure_change, "tie": _measure_tie, "topic": _measure_topic}
    rows = specifications.to_dict("records")
    return [ways[row["kind"]](stages, claims[row["finding"]], row) for row in rows]


def cut_units(stages: Stages, unit: str, headings: str, footnotes: str, frame: str) -> Units:
    """The stage that depends on the unit and on what counts as text."""
    stream = stages.tokens.stream
    parts = [BODY] + [HEADING] * (headings == "in") + [FOOTNOTE] * (footnotes == "in")
    counted = np.isin(stream.part, parts)
    if frame == "out":
        counted &= ~stream.framed
    at = np.flatnonzero(counted)
    text = stages.tokens.owner[stream.block[at]]
    kind, _, window = unit.partition("-")
    names = _cut_windows(text, int(window)) if kind == "window" else getattr(stream, kind)[at]
    begins = np.flatnonzero(np.diff(names, prepend=-1))
    codes = np.cumsum(np.diff(names, prepend=-1) != 0) - 1
    of_token = np.full(len(counted), -1)
    of_token[at] = codes
    n_words = np.bincount(codes, weights=stream.content[at]).astype(np.int64)
    return Units(of_token, stream.block[at[begins]], text[begins], np.bincount(codes), n_words)


def _cut_windows(text: np.ndarray, window: int) -> np.ndarray:
    """Windows of about so many tokens, numbered through all texts; those of a text differ by one token at most."""
    windows, before = np.empty(len(text), dtype=np.int64), 0
    for number in np.unique(text):
        tokens = np.flatnonzero(text == number)
        n = max(1, round(len(tokens) / window))
        windows[tokens] = before + np.arange(len(tokens)) * n // len(tokens)
        before += n
    return windows


def count_hits(stages: Stages, unit_key: tuple[str, ...], dictionary: str) -> np.ndarray:
    """The stage that depends on the dictionary too: hits per unit and theme, (units, themes)."""
    units = stages.once(cut_units, *unit_key)
    return _count(stages.tokens.hits[dictionary], units, len(stages.tokens.themes))


def _count(hits: Hits, units: Units, n_themes: int) -> np.ndarray:
    unit = units.of_token[hits.first]
    place = (unit * n_themes + hits.theme)[unit >= 0]
    return np.bincount(place, minlength=len(units.text) * n_themes).reshape(-1, n_themes)


class Amounts(NamedTuple):
    """Sums per block; with the theme (blocks, themes), of all units (blocks,)."""

    hits: np.ndarray
    units: np.ndarray
    unit_tokens: np.ndarray
    n_units: np.ndarray
    n_tokens: np.ndarray
    n_words: np.ndarray


def sum_blocks(stages: Stages, unit_key: tuple[str, ...], dictionary: str) -> Amounts:
    """The stage after it: all that measures of a change are made of."""
    units, counts = stages.once(cut_units, *unit_key), stages.once(count_hits, unit_key, dictionary)
    incidence = (counts > 0).astype(np.int64)
    ones = np.ones_like(units.n_tokens)
    columns = counts, incidence, incidence * units.n_tokens[:, None], ones, units.n_tokens, units.n_words
    return Amounts(*(_sum_blocks(column, units.block, len(stages.tokens.owner)) for column in columns))


def _sum_blocks(values: np.ndarray, block: np.ndarray, n_blocks: int) -> np.ndarray:
    sums = np.zeros((n_blocks, *values.shape[1:]), dtype=np.int64)
    np.add.at(sums, block, values)
    return sums


def measure_deviation(
    stages: Stages, unit_key: tuple[str, ...], dictionary: str, themes: tuple[str, ...], pair: tuple[int, int]
) -> np.ndarray:
    """How much the share of units of each theme must vary between two texts, by its runs; one value per theme."""
    units, counts = stages.once(cut_units, *unit_key), stages.once(count_hits, unit_key, dictionary)
    columns = [stages.tokens.themes.index(theme) for theme in themes]
    return _deviate(counts[:, columns] > 0, units.text, themes, pair)


def _deviate(incidence: np.ndarray, text: np.ndarray, names: tuple[str, ...], pair: tuple[int, int]) -> np.ndarray:
    """`run_deviation` of two texts, given by number; 0 where one of them has no unit."""
    starts = np.flatnonzero(np.diff(text, prepend=-1))
    known = text[starts].tolist()
    if not set(pair) <= set(known):
        return np.zeros(len(names))
    sizes = np.diff(np.append(starts, len(text)))
    texts = Texts(incidence, starts, sizes, [str(number) for number in known], list(names))
    return run_deviation(texts, [known.index(number) for number in pair])


def _measure_change(stages: Stages, claim: Claim, row: Mapping[str, Any]) -> Measured:
    tokens, theme = stages.tokens, claim.themes[0]
    unit_key = row["unit"], row["headings"], row["footnotes"], row["frame"]
    dictionary = name_dictionary(row["dictionary"], claim.themes)
    sums: Amounts = stages.once(sum_blocks, unit_key, dictionary)
    column, names = tokens.themes.index(theme), _with(tokens.declared, theme)
    counted = sums.hits if row["counting"] == "each" else sums.units
    amounts = {
        **sums._asdict(),
        "hits": counted[:, column],
        "all_hits": counted[:, [tokens.themes.index(name) for name in names]].sum(axis=1),
        "units": sums.units[:, column],
        "unit_tokens": sums.unit_tokens[:, column],
    }
    way = MEASURES[row["measure"]]
    pair = tokens.texts.index(claim.before), tokens.texts.index(claim.after)
    rows, deviations = [amounts[way.numerator], amounts[way.denominator]], []
    # A theme's hold on the text around it shows best in its runs of paragraphs, which headings and footnotes would cut:
    # so these are asked besides the units themselves
    for key in (unit_key, ("paragraph", "out", "out", row["frame"])):
        of_key = stages.once(sum_blocks, key, dictionary)
        rows += [of_key.units[:, column], of_key.n_units]
        by_theme = stages.once(measure_deviation, key, dictionary, names, pair)
        deviations.append(float(by_theme[names.index(theme)]))
    n = sums.units[np.isin(tokens.owner, pair), column].sum()
    return Measured(np.stack(rows), (deviations[0], deviations[1]), int(n))


def _with(declared: tuple[str, ...], theme: str) -> tuple[str, ...]:
    return declared if theme in declared else (*declared, theme)


def _measure_tie(stages: Stages, claim: Claim, row: Mapping[str, Any]) -> Measured:
    unit_key = row["unit"], row["headings"], row["footnotes"], row["frame"]
    dictionary = name_dictionary(row["dictionary"], claim.themes)
    text, first, second = stages.once(_mark_pair, unit_key, dictionary, claim.themes, row["shared"])
    return Measured(np.stack([text, first, second]), (0.0, 0.0), int((first & second).sum()))


def _mark_pair(
    stages: Stages, unit_key: tuple[str, ...], dictionary: str, themes: tuple[str, str], shared: str
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Which units name each of two themes; words that are hits of both may be left out."""
    tokens = stages.tokens
    units, hits = stages.once(cut_units, *unit_key), tokens.hits[dictionary]
    first, second = (np.flatnonzero(hits.theme == tokens.themes.index(theme)) for theme in themes)
    if shared == "out":
        overlap = (hits.first[first][:, None] <= hits.last[second]) & (hits.first[second] <= hits.last[first][:, None])
        first, second = first[~overlap.any(axis=1)], second[~overlap.any(axis=0)]
    incidence = []
    for rows in (first, second):
        unit = units.of_token[hits.first[rows]]
        incidence.append((np.bincount(unit[unit >= 0], minlength=len(units.text)) > 0).astype(np.int64))
    return units.text, incidence[0], incidence[1]


def _measure_topic(stages: Stages, claim: Claim, row: Mapping[str, Any]) -> Measured:
    tokens, theme = stages.tokens, claim.themes[0]
    texts = row["unit"], row["compounds"], row["institution_words"]
    model: Modelled = stages.once(fit_model, texts, row["weighting"], int(row["min_units"]), row["model"])
    n_blocks = len(tokens.owner)
    pair = tokens.texts.index(claim.before), tokens.texts.index(claim.after)
    if theme not in model.topic_of:  # nothing to follow: no share in any block
        return Measured(np.zeros((6, n_blocks), dtype=np.int64), (0.0, 0.0), 0)
    topic, units = model.topic_of[theme], model.units
    has = model.shares.sum(axis=1) > 0
    sums = {
        "mean": (model.shares[:, topic], has * WHOLE),
        "main": (model.main[:, topic], np.ones_like(units.text)),
    }
    columns = [*sums[row["measure"]], *sums["main"], *sums["main"]]
    table = np.stack([_sum_blocks(column.astype(np.int64), units.block, n_blocks) for column in columns])
    names = tuple(str(number) for number in range(model.main.shape[1]))
    deviation = float(_deviate(model.main, units.text, names, pair)[topic])
    return Measured(table, (deviation, deviation), int(table[2][np.isin(tokens.owner, pair)].sum()))


def fit_model(stages: Stages, texts: tuple[str, str, str], weighting: str, min_units: int, model: str) -> Modelled:
    """
    The stage of a topic model: ``guided-2`` begins at the themes with weight 2, ``plain-5`` has 5 topics.

    In texts too short for so many topics there is none to follow.
    """
    tokens = stages.tokens
    units: Units = stages.once(cut_units, texts[0], "out", "out", "in")
    incidence = stages.once(count_hits, (texts[0], "out", "out", "in"), "full") > 0
    kind, _, number = model.partition("-")
    try:
        counts = terms.prune(tokens.counts[texts], min_units=min_units)
        weights = terms.weigh(counts, weighting)  # type: ignore[arg-type]
        if kind == "plain":
            topics = models.fit_topics(weights, counts.units, counts.terms, n_topics=int(number), seed=SEED)
            marked = pd.DataFrame(incidence, index=counts.units, columns=tokens.themes)[list(tokens.declared)]
            matches = match_themes(topics.units, marked)
            best = matches[matches["best_topic"]]
            topic_of = {row.theme: list(topics.units.columns).index(row.topic) for row in best.itertuples()}
        else:
            seeds = models.list_seeds(tokens.dictionary, counts.terms, tokens.declared)
            seeds = {theme: words for theme, words in seeds.items() if words}
            options = {"n_free": N_FREE, "weight": float(number), "seed": SEED}
            topics = models.fit_guided(weights, counts.units, counts.terms, seeds, **options)  # type: ignore[arg-type]
            topic_of = {theme: place for place, theme in enumerate(seeds)}
    except InputError:
        return Modelled(np.zeros((len(incidence), 0)), np.zeros((len(incidence), 0), dtype=bool), {}, units)
    shares = np.rint(topics.units.to_numpy() * WHOLE).astype(np.int64)
    main = (shares.argmax(axis=1)[:, None] == np.arange(shares.shape[1])) & (shares > 0)
    return Modelled(shares, main, topic_of, units)
