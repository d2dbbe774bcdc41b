"""
What each specification counts: numbers per section, or marks per unit.

Sections are what is dealt anew to the texts in a test. So all that a specification of a change needs is a numerator and
a denominator per section; the rest is a matter of matrix products. Stages that several specifications
share are computed once: units depend on the text that counts, hits per unit on the dictionary too, topics on theirs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from analysis.corpus import counts as terms
from analysis.robustness.specifications import Finding
from analysis.robustness.token_table import BODY, FOOTNOTE, HEADING, Hits, Material, name_dictionary
from analysis.stats.permutation import run_deviation
from analysis.stats.proportions import Texts
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
    n: int  # units with the theme (both themes) in the texts of the finding


class Units(NamedTuple):
    """The text that counts, cut into units."""

    of_token: np.ndarray  # unit of each token of the stream, -1 = left out
    block: np.ndarray  # per unit, as the next ones
    text: np.ndarray
    tokens: np.ndarray
    words: np.ndarray


class Modelled(NamedTuple):
    """A topic model: shares of topics in units, which topic is a theme's, and where the units stand."""

    shares: np.ndarray  # (units, topics), in millionths
    main: np.ndarray  # (units, topics), bool
    topic_of: Mapping[str, int]  # theme to topic
    units: Units


class Stages:
    """Results that several specifications share, each computed when it is first asked for."""

    def __init__(self, material: Material):
        self.material = material
        self._kept: dict[tuple[Any, ...], Any] = {}

    def once(self, stage: Callable[..., Any], *key: Any) -> Any:
        """The result of ``stage(self, *key)``."""
        if (stage, key) not in self._kept:
            self._kept[stage, key] = stage(self, *key)
        return self._kept[stage, key]


def measure(specifications: pd.DataFrame, findings: Mapping[str, Finding], material: Material) -> list[Measured]:
    """What each specification counts, in the order of the rows."""
    stages = Stages(material)
    ways = {"change": _measure_change, "tie": _measure_tie, "topic": _measure_topic}
    rows = specifications.to_dict("records")
    return [ways[row["kind"]](stages, findings[row["finding"]], row) for row in rows]


def cut_units(stages: Stages, unit: str, headings: str, footnotes: str, frame: str) -> Units:
    """The stage that depends on the unit and on what counts as text."""
    material, stream = stages.material, stages.material.stream
    parts = [BODY] + [HEADING] * (headings == "in") + [FOOTNOTE] * (footnotes == "in")
    kept = np.isin(stream.part, parts)
    if frame == "out":
        kept &= ~material.framed[stream.block]
    at = np.flatnonzero(kept)
    text = material.owner[stream.block[at]]
    kind, _, window = unit.partition("-")
    names = _cut_windows(text, int(window)) if kind == "window" else getattr(stream, kind)[at]
    begins = np.flatnonzero(np.diff(names, prepend=-1))
    codes = np.cumsum(np.diff(names, prepend=-1) != 0) - 1
    of_token = np.full(len(kept), -1)
    of_token[at] = codes
    tokens = np.bincount(codes)
    words = np.bincount(codes, weights=stream.content[at]).astype(np.int64)
    return Units(of_token, stream.block[at[begins]], text[begins], tokens, words)


def _cut_windows(text: np.ndarray, window: int) -> np.ndarray:
    """Windows of about so many tokens, numbered through all texts; those of a text differ by one token at most."""
    windows, before = np.empty(len(text), dtype=np.int64), 0
    for number in np.unique(text):
        own = np.flatnonzero(text == number)
        n = max(1, round(len(own) / window))
        windows[own] = before + np.arange(len(own)) * n // len(own)
        before += n
    return windows


def count_hits(stages: Stages, unit_key: tuple[str, ...], dictionary: str) -> np.ndarray:
    """The stage that depends on the dictionary too: hits per unit and theme, (units, themes)."""
    units = stages.once(cut_units, *unit_key)
    return _count(stages.material.hits[dictionary], units, len(stages.material.themes))


def _count(hits: Hits, units: Units, n_themes: int) -> np.ndarray:
    unit = units.of_token[hits.first]
    place = (unit * n_themes + hits.theme)[unit >= 0]
    return np.bincount(place, minlength=len(units.text) * n_themes).reshape(-1, n_themes)


class Sections(NamedTuple):
    """Sums per block; (blocks, themes), or (blocks,)."""

    hits: np.ndarray
    marks: np.ndarray
    marked_tokens: np.ndarray
    units: np.ndarray
    tokens: np.ndarray
    words: np.ndarray


def sum_sections(stages: Stages, unit_key: tuple[str, ...], dictionary: str) -> Sections:
    """The stage after it: all that measures of a change are made of."""
    units, counts = stages.once(cut_units, *unit_key), stages.once(count_hits, unit_key, dictionary)
    marks = (counts > 0).astype(np.int64)
    ones = np.ones_like(units.tokens)
    columns = counts, marks, marks * units.tokens[:, None], ones, units.tokens, units.words
    return Sections(*(_sum_blocks(column, units.block, len(stages.material.owner)) for column in columns))


def _sum_blocks(values: np.ndarray, block: np.ndarray, n_blocks: int) -> np.ndarray:
    sums = np.zeros((n_blocks, *values.shape[1:]), dtype=np.int64)
    np.add.at(sums, block, values)
    return sums


def ask_deviation(
    stages: Stages, unit_key: tuple[str, ...], dictionary: str, themes: tuple[str, ...], pair: tuple[int, int]
) -> np.ndarray:
    """How much the share of units of each theme must vary between two texts, by its runs; one value per theme."""
    units, counts = stages.once(cut_units, *unit_key), stages.once(count_hits, unit_key, dictionary)
    columns = [stages.material.themes.index(theme) for theme in themes]
    return run_deviation(_arrange(counts[:, columns] > 0, units.text, themes), pair)


def _arrange(present: np.ndarray, text: np.ndarray, names: tuple[str, ...]) -> Texts:
    starts = np.flatnonzero(np.diff(text, prepend=-1))
    sizes = np.diff(np.append(starts, len(text)))
    return Texts(present, starts, sizes, [str(number) for number in text[starts]], list(names))


def _measure_change(stages: Stages, finding: Finding, row: Mapping[str, Any]) -> Measured:
    material, theme = stages.material, finding.themes[0]
    unit_key = row["unit"], row["headings"], row["footnotes"], row["frame"]
    dictionary = name_dictionary(row["dictionary"], finding.themes)
    sums: Sections = stages.once(sum_sections, unit_key, dictionary)
    column = material.themes.index(theme)
    counted = sums.hits if row["counting"] == "each" else sums.marks
    declared = [material.themes.index(name) for name in _with(material.declared, theme)]
    numerator, denominator = {
        "units": (sums.marks[:, column], sums.units),
        "text": (sums.marked_tokens[:, column], sums.tokens),
        "tokens": (counted[:, column], sums.tokens),
        "words": (counted[:, column], sums.words),
        "composition": (counted[:, column], counted[:, declared].sum(axis=1)),
    }[row["measure"]]
    pair = material.texts.index(finding.before), material.texts.index(finding.after)
    names = _with(material.declared, theme)
    rows, asked = [numerator, denominator], []
    # A theme's hold on the text around it shows best in its runs of paragraphs, which headings and footnotes would cut:
    # so these are asked besides the units themselves
    for key in (unit_key, ("paragraph", "out", "out", row["frame"])):
        own = stages.once(sum_sections, key, dictionary)
        rows += [own.marks[:, column], own.units]
        asked.append(float(stages.once(ask_deviation, key, dictionary, names, pair)[names.index(theme)]))
    n = sums.marks[np.isin(material.owner, pair), column].sum()
    return Measured(np.stack(rows), (asked[0], asked[1]), int(n))


def _with(declared: tuple[str, ...], theme: str) -> tuple[str, ...]:
    return declared if theme in declared else (*declared, theme)


def _measure_tie(stages: Stages, finding: Finding, row: Mapping[str, Any]) -> Measured:
    unit_key = row["unit"], row["headings"], row["footnotes"], row["frame"]
    dictionary = name_dictionary(row["dictionary"], finding.themes)
    text, first, second = stages.once(_mark_pair, unit_key, dictionary, finding.themes, row["shared"])
    return Measured(np.stack([text, first, second]), (0.0, 0.0), int((first & second).sum()))


def _mark_pair(
    stages: Stages, unit_key: tuple[str, ...], dictionary: str, themes: tuple[str, str], shared: str
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Which units name each of two themes; words that are hits of both may be left out."""
    material = stages.material
    units, hits = stages.once(cut_units, *unit_key), material.hits[dictionary]
    own = [np.flatnonzero(hits.theme == material.themes.index(theme)) for theme in themes]
    if shared == "out":
        one, two = own
        meet = (hits.first[one][:, None] <= hits.last[two]) & (hits.first[two] <= hits.last[one][:, None])
        own = [one[~meet.any(axis=1)], two[~meet.any(axis=0)]]
    marks = []
    for chosen in own:
        unit = units.of_token[hits.first[chosen]]
        marks.append((np.bincount(unit[unit >= 0], minlength=len(units.text)) > 0).astype(np.int64))
    return units.text, marks[0], marks[1]


def _measure_topic(stages: Stages, finding: Finding, row: Mapping[str, Any]) -> Measured:
    material, theme = stages.material, finding.themes[0]
    texts = row["unit"], row["compounds"], row["institution_words"]
    found: Modelled = stages.once(fit_model, texts, row["weighting"], int(row["min_units"]), row["model"])
    n_blocks = len(material.owner)
    pair = material.texts.index(finding.before), material.texts.index(finding.after)
    if theme not in found.topic_of:  # nothing to follow: no share in any section
        return Measured(np.zeros((6, n_blocks), dtype=np.int64), (0.0, 0.0), 0)
    topic, units = found.topic_of[theme], found.units
    has = found.shares.sum(axis=1) > 0
    sums = {
        "mean": (found.shares[:, topic], has * WHOLE),
        "main": (found.main[:, topic], np.ones_like(units.text)),
    }
    columns = [*sums[row["measure"]], *sums["main"], *sums["main"]]
    table = np.stack([_sum_blocks(column.astype(np.int64), units.block, n_blocks) for column in columns])
    names = tuple(str(number) for number in range(found.main.shape[1]))
    asked = float(run_deviation(_arrange(found.main, units.text, names), pair)[topic])
    return Measured(table, (asked, asked), int(table[2][np.isin(material.owner, pair)].sum()))


def fit_model(stages: Stages, texts: tuple[str, str, str], weighting: str, min_units: int, model: str) -> Modelled:
    """The stage of a topic model: ``guided-2`` begins at the themes with weight 2, ``plain-5`` has 5 topics."""
    material = stages.material
    units: Units = stages.once(cut_units, texts[0], "out", "out", "in")
    marks = stages.once(count_hits, (texts[0], "out", "out", "in"), "full") > 0
    counts = terms.prune(material.counts[texts], min_units=min_units)
    weights = terms.weigh(counts, weighting)  # type: ignore[arg-type]
    kind, _, number = model.partition("-")
    if kind == "plain":
        found = models.fit_topics(weights, counts.units, counts.terms, n_topics=int(number), seed=SEED)
        indicators = pd.DataFrame(marks, index=counts.units, columns=material.themes)[list(material.declared)]
        matches = match_themes(found.units, indicators)
        best = matches[matches["best_topic"]]
        topic_of = {row.theme: list(found.units.columns).index(row.topic) for row in best.itertuples()}
    else:
        seeds = models.list_seeds(material.dictionary, counts.terms, material.declared)
        seeds = {theme: words for theme, words in seeds.items() if words}
        options = {"n_free": N_FREE, "weight": float(number), "seed": SEED}
        found = models.fit_guided(weights, counts.units, counts.terms, seeds, **options)  # type: ignore[arg-type]
        topic_of = {theme: place for place, theme in enumerate(seeds)}
    shares = np.rint(found.units.to_numpy() * WHOLE).astype(np.int64)
    main = (shares.argmax(axis=1)[:, None] == np.arange(shares.shape[1])) & (shares > 0)
    return Modelled(shares, main, topic_of, units)
