"""Sentences, captions and columns of tables for the page on validation; nothing is said of codes that are not there."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from analysis.report.wording import count_noun, join_words
from analysis.stats.verdict import LEVEL, judge_accuracy
from analysis.study import Study
from analysis.themes.dictionary import Themes
from analysis.validation.accuracy import ALL
from analysis.validation.annotations import Annotations

# How the page shows each table: columns, labels, formats, and cells that join several columns, as `Report.table` takes
# them. The tables are those of `annotations` and `accuracy`; corrections the pooled ones merged with those by text.
SCORES_SHOWN = ("precision", "recall", "f1")
AGREEMENT: dict[str, Any] = {
    "columns": ["theme", "coders", "sentences", "coded", "split", "alpha", "of_sections", "of_sentences"],
    "labels": {"coders": "codings", "coded": "with theme", "split": "divided", "of_sections": "interval (sections)",
               "of_sentences": "interval (sentences)"},
    "formats": {"low_sentences": ".2f", "high_sentences": ".2f"},
    "cells": {"of_sections": "{low} to {high}", "of_sentences": "{low_sentences} to {high_sentences}"},
}  # fmt: skip
SCORES: dict[str, Any] = {
    "columns": ["theme", "doc_id", "tp", "fp", "fn", *(f"{name}_shown" for name in SCORES_SHOWN)],
    "labels": {"tp": "right", "fp": "wrongly found", "fn": "missed"}
    | {f"{name}_shown": name.replace("f1", "F1") for name in SCORES_SHOWN},
    "cells": {f"{name}_shown": f"{{{name}}} ({{{name}_low}} to {{{name}_high}})" for name in SCORES_SHOWN},
}
COMPARISON: dict[str, Any] = {
    "columns": ["theme", "measure", "errors", "n", "p", "p_adjusted"],
    "labels": {"n": "sentences"},
}
CORRECTIONS: dict[str, Any] = {
    "columns": ["theme", "doc_id", "sentences", "observed", "pooled", "by_text"],
    "labels": {"observed": "found", "pooled": "corrected", "by_text": "corrected by text"},
    "formats": dict.fromkeys(("observed", "corrected", "corrected_by_text"), ".1%")
    | dict.fromkeys(("low", "high", "low_by_text", "high_by_text"), ".0%"),
    "cells": {"sentences": "{count} of {n}", "pooled": "{corrected} ({low} to {high})",
              "by_text": "{corrected_by_text} ({low_by_text} to {high_by_text})"},
}  # fmt: skip

# What the codings of a sentence are called, by who coded.
CODINGS = {"model": "runs of the model", "human": "coders"}
NOT_CODED = (
    "No sentence has been coded for a declared theme, so how often the dictionary is right is not known. "
    "`analysis sheet` draws sentences to code."
)


def describe_codes(study: Study, annotations: Annotations, judged: pd.DataFrame) -> str:
    """What the codes are: how many, by whom, by which codebook, and whether the dictionary was written with them."""
    if judged.empty:
        return ""
    n, themes = judged["sentence_id"].nunique(), count_noun(judged["theme"].nunique(), "theme")
    people = {
        "model": "They are not human codes: a model may err where the dictionary errs, and miss what people would see.",
        "human": "They are codes by people.",
    }
    seen = {
        True: "The dictionary was written with these sentences at hand, so all figures on this page flatter it.",
        False: "The dictionary was written without these sentences.",
    }
    opening = f"{n:,} sentences were coded for {themes}: {annotations.coders}; the majority counts."
    codebook = f" The codebook is `{annotations.codebook}`, beside the file of codes." if annotations.codebook else ""
    codes = f"{opening}{codebook} {people[annotations.kind]} {seen[annotations.used_for_dictionary]}"
    return f"{codes}\n\n{study.about.dictionary}".strip()


def describe_limits(annotations: Annotations) -> str:
    """What the scores do not show, by who coded and what the dictionary was written from."""
    if not annotations.themes:
        return "That the dictionary is right: nobody has held it against coded sentences."
    made = {
        "model": "That the dictionary is right: it agrees with codes that a model made, and people may read otherwise.",
        "human": "That the dictionary is right on every reading: it agrees with the people who coded here.",
    }
    seen = {
        True: "Nor that it does as well elsewhere: a dictionary fitted to the sentences it is tested on passes.",
        False: "Nor that it does as well in texts of another kind.",
    }
    return f"{made[annotations.kind]} {seen[annotations.used_for_dictionary]}"


def describe_agreement(table: pd.DataFrame, annotations: Annotations) -> str:
    """How far codings agree, and what that is worth; `table` from `annotations.measure_agreement`."""
    if not annotations.themes:
        return ""
    if table.empty:
        return "Each sentence has one code, so how far codings agree is not known."
    split, n = int(table["split"].sum()), int(table["sentences"].sum())
    found = (
        f"Of {n:,} codings of a sentence for a theme, {split} divide the {CODINGS[annotations.kind]}; alpha is "
        f"{_range(table['alpha'])}."
    )
    one_model = (
        "Codings by one model repeat one reading: agreement says that the codebook is plain enough to be followed "
        "twice alike, not that the reading is right."
    )
    sentences = [found, one_model] if annotations.kind == "model" else [found]
    if table["low"].notna().any():
        least = table.loc[table["low"].idxmin()]
        rare = f"With {least['coded']} sentences coded, alpha of the rarest theme may be as low as {least['low']:.2f}."
        sentences.append(rare)
    return " ".join(sentences)


def _range(values: pd.Series) -> str:
    low, high = f"{values.min():.2f}", f"{values.max():.2f}"
    return low if low == high else f"{low} to {high}"


def judge_measure(study: Study, scores: pd.DataFrame, annotations: Annotations) -> str:
    """How far the dictionary may be trusted on the declared themes: `verdict.judge_accuracy`."""
    independent = annotations.kind == "human" and not annotations.used_for_dictionary
    return judge_accuracy(_declared(study, scores), independent=independent)


def describe_measure(study: Study, scores: pd.DataFrame, errors: pd.DataFrame, annotations: Annotations) -> str:
    """The finding: how many coded sentences are found, how many wrongly, the worst theme, whether texts differ."""
    declared = _declared(study, scores)
    if declared.empty:
        return NOT_CODED
    tp, fp, fn = (int(declared[name].sum()) for name in ("tp", "fp", "fn"))
    who = {"model": "A language model, not people,", "human": "People"}[annotations.kind]
    n = int(declared["n"].max())
    found = f"{who} coded {n} sentences, {tp + fn} times for a declared theme; the dictionary finds {tp} of these"
    seen = " It was written with these sentences at hand." if annotations.used_for_dictionary else ""
    told = f"{found}, and {fp or 'none'} wrongly.{seen}"
    return " ".join(filter(None, [told, _worst(study, declared), describe_comparison(errors, study.themes)]))


def _worst(study: Study, scores: pd.DataFrame) -> str:
    """The declared theme of which most is missed."""
    known = scores[scores["recall"].notna()]
    if known.empty:
        return ""
    row = known.loc[known["recall"].idxmin()]
    share = f"{row['tp']} of {row['tp'] + row['fn']} ({row['recall_low']:.0%} to {row['recall_high']:.0%})"
    return f"Recall is lowest for {study.themes[row['theme']].in_words}: {share}."


def pick_comparisons(errors: pd.DataFrame) -> pd.DataFrame:
    """The rows of `accuracy.compare_errors` that could be tested: those with an error."""
    return errors[errors["p"].notna()].replace({"theme": {ALL: "all themes"}})


def describe_comparison(errors: pd.DataFrame, themes: Themes, *, level: float = LEVEL) -> str:
    """Whether errors differ between texts by more than chance would bring; `errors` from `accuracy.compare_errors`."""
    tested = errors[errors["p"].notna()]
    clear = tested[tested["p_adjusted"] <= level]
    if not errors["n"].any():
        return ""
    if tested.empty:
        return "Without an error nothing can be said of how errors differ between texts."
    if clear.empty:
        few = int(tested.loc[tested["theme"] == ALL, "errors"].sum())
        n_themes = errors["theme"].nunique() - 1
        seen = f"but with {few}{f' in all {n_themes} coded themes' if n_themes > 1 else ''} little could be seen"
        return f"Errors do not differ between texts by more than chance could bring, {seen}."
    labels = ["all themes" if theme == ALL else themes[theme].in_words for theme in clear["theme"]]
    named = join_words([f"{measure} of {label}" for measure, label in zip(clear["measure"], labels, strict=True)])
    return f"Errors differ between texts by more than chance would bring ({named}): part of a change may be error."


def _declared(study: Study, scores: pd.DataFrame) -> pd.DataFrame:
    declared = scores[(scores["doc_id"] == ALL) & scores["theme"].isin(study.themes.declared)]
    return declared.sort_values("theme", key=lambda names: names.map(study.themes.declared.index), kind="stable")


def pick_scores(study: Study, scores: pd.DataFrame) -> pd.DataFrame:
    """The declared themes by text, in order of theme and date: what the figure shows."""
    order = {name: place for place, name in enumerate([ALL, *study.documents])}
    declared = scores[scores["theme"].isin(study.themes.declared)]
    place = [study.themes.declared.index(row.theme) * len(order) + order[row.doc_id] for row in declared.itertuples()]
    return declared.iloc[np.argsort(place, kind="stable")].reset_index(drop=True)


def caption_scores(study: Study, scores: pd.DataFrame) -> dict[str, str]:
    """Name, caption and alternative text of the figure of precision and recall."""
    parts = [
        f"{study.themes[row.theme].label} {row.tp} of {row.tp + row.fn}"
        for row in _declared(study, scores).itertuples()
    ]
    found = f"Found of the sentences coded: {join_words(parts)}."
    return {
        "name": "scores",
        "caption": f"{found} Dots: precision and recall; bars: 95 % intervals that allow for errors in clusters; "
        "figures: right ones of those found, and of those coded. No dot: nothing found or coded.",
        "alt": f"Dots with intervals, precision left and recall right, for each theme in each text. {found}",
    }


def describe_corrections(shares: pd.DataFrame, themes: Themes) -> str:
    """
    The largest correction, and whether errors of each text would change which text has most of a theme.

    Parameters
    ----------
    shares : DataFrame from `annotations.estimate_shares`
    """
    if shares.empty:
        return ""
    if shares["corrected"].isna().all():
        return "No share can be corrected: the errors of no theme are known."
    row = shares.loc[(shares["corrected"] - shares["observed"]).abs().idxmax()]
    most = (
        f"The largest correction is {themes[row['theme']].label} in {row['doc_id']}, from {row['observed']:.1%} to "
        f"{row['corrected']:.1%} of sentences."
    )
    if len(set(shares["doc_id"])) == 1:
        return most
    changed = [
        themes[theme].label
        for theme, of_theme in shares.groupby("theme", sort=False)
        if of_theme["corrected_by_text"].notna().any()
        and of_theme["corrected_by_text"].idxmax() != of_theme["observed_by_text"].idxmax()
    ]
    order = (
        f"By text it changes which text has most of {join_words(changed)}."
        if changed
        else "By text it leaves each theme most present where it was found most."
    )
    return f"{most} Pooled errors cannot change the order of texts. {order}"
