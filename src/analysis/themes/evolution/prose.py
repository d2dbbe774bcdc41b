"""Headlines and captions on frames, actors, instruments, modality and place: by rules that hold for any texts and
themes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from analysis.report.wording import join_words, list_points
from analysis.themes.dictionary import Theme, Themes
from analysis.themes.evolution.accuracy import LEAST_ACCURACY
from analysis.themes.evolution.correspondence import Correspondence
from analysis.themes.evolution.frames import FrameCodes
from analysis.themes.evolution.modality import OTHER
from analysis.themes.evolution.names import Names
from analysis.themes.evolution.survey import Actors, Frames, Modality, WordMap

LEAST_TEXT = 10  # sentences: a shorter text stands out by a sentence or two
LEAST_SENTENCES = 8  # with fewer sentences on a theme a text is not compared in a headline: one sentence would be 1/8
LEAST_CHANGE = 0.1  # of a share, from which a headline speaks of a change
LEAST_PROBABILITY = 0.8  # of its direction, as far as the codes go
FEW = 4  # sentences below which a theme without a heading is a mention
PASSAGE = 0.5  # share of the hits in one section from which a theme is a passage

# How the tables of the page are laid out, as `analysis.report.Report.table` takes it.
FRAMES = {
    "columns": ["theme", "label", "doc_id", "share_of", "paragraphs"],
    "cells": {"share_of": "{sentences} of {n}"},
    "labels": {"label": "frame", "share_of": "sentences"},
    "folded": "Every count with its paragraphs",
}
ACTORS = {
    "columns": ["theme", "label", "doc_id", "share_of", "paragraphs"],
    "cells": {"share_of": "{both} of {n_theme}"},
    "labels": {"label": "who", "share_of": "sentences"},
    "folded": "Every count with its paragraphs",
}
AGREEMENT = {
    "columns": ["frame", "runs", "rows", "coded", "split", "alpha", "interval"],
    "labels": {"runs": "codings", "rows": "sentences and themes", "coded": "with the frame", "split": "not all agree",
               "interval": "95 % interval"},
    "formats": {"coded": ".0f"},
}  # fmt: skip
NAMED = ["instrument", "kind"]
INSTRUMENTS = {"columns": ["theme", "doc_id", *NAMED, "texts", "paragraphs"], "labels": {"texts": "texts that name it"}}
MODES = {
    "columns": ["doc_id", "label", "words", "share_of", "share", "share_leading"],
    "cells": {"share_of": "{sentences} of {n}"},
    "labels": {"label": "mode", "share_of": "sentences", "share_leading": "share it leads"},
    "roles": {"words": "plain"},
    "folded": "The numbers, with the words of each mode",
}
SCORES = {
    "columns": ["label", "tp", "fp", "fn", "precision", "precision_interval", "recall", "recall_interval"],
    "cells": {
        "precision_interval": "{precision_low} to {precision_high}",
        "recall_interval": "{recall_low} to {recall_high}",
    },
    "labels": {"label": "what", "tp": "right", "fp": "false", "fn": "missed", "precision_interval": "95 % interval",
               "recall_interval": "95 % interval"},
    "folded": "How many were right, false and missed",
}  # fmt: skip
PLACES = {
    "columns": ["theme", "doc_id", "in_headings", "in_sections", "fullest_title", "fullest_share", "stretches",
                "sentences"],
    "cells": {"in_headings": "{headings} of {n_headings}", "in_sections": "{sections} of {n_sections}"},
    "labels": {"in_headings": "headings", "in_sections": "sections", "fullest_title": "fullest section",
               "fullest_share": "its share of hits"},
    "roles": {"fullest_title": "word"},
    "formats": {"fullest_share": ".0%"},
}  # fmt: skip


def layout_places(places: pd.DataFrame) -> dict[str, Any]:
    """How `analysis.report.Report.table` shows places: of texts without a heading, headings are left open."""
    n_headings = places["n_headings"].astype("Int64")
    return PLACES | {"shown": places.assign(n_headings=n_headings.where(n_headings > 0))}


# Frames as they stand after "from" and "to"; any other stands by its name.
FRAME_WORDS = {
    "threat": "threat",
    "prevent": "preventing",
    "protect": "protecting",
    "pursue": "pursuing",
    "respond": "responding",
    "manage": "managing",
    "opportunity": "opportunity",
    "cooperate": "cooperating",
    "rules_and_money": "rules and money",
}
STATUS_WORDS = {
    "demanded": "demanded",
    "called_on": "called for",
    "announced": "announced",
    "running": "under way",
    "done": "done",
    "fact": "described",
}


def _name_frame(frame: str) -> str:
    return FRAME_WORDS.get(frame, frame.replace("_", " "))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _plural(n: int, noun: str) -> str:
    return f"{n} {noun}" if n == 1 else f"{n:,} {noun}s"


# --- frames and status -------------------------------------------------------------------------------------------


def describe_frames(
    counts: pd.DataFrame, theme: str, *, compared: pd.DataFrame | None = None, least: int = LEAST_SENTENCES
) -> str:
    """
    The headline on the frames of one theme: what it turns from and to, between the first and last text that name it.

    Only texts with at least `least` sentences on the theme count. The frame of the largest fall and that of the largest
    rise of share are named, if they change by `LEAST_CHANGE` or more and, with `compared`, in a direction that the
    codes give with `LEAST_PROBABILITY`.

    Parameters
    ----------
    counts : DataFrame from `frames.count_frames`, of one theme
    theme : the theme within a sentence, such as "cyber"
    compared : DataFrame from `frames.compare_frames`, of that theme

    Examples
    --------
    >>> rows = [("a", "pursue", 10, 20), ("a", "protect", 4, 20), ("b", "pursue", 1, 10), ("b", "protect", 6, 10)]
    >>> counts = pd.DataFrame(rows, columns=["doc_id", "frame", "sentences", "n"])
    >>> describe_frames(counts.assign(share=counts["sentences"] / counts["n"]), "cyber")
    'Cyber turns from pursuing (10 of 20 sentences in a, 1 of 10 in b) to protecting (4 of 20, 6 of 10).'
    """
    enough = counts[counts["n"] >= least]
    texts = list(dict.fromkeys(enough["doc_id"]))
    if not texts:
        return f"No text has {_plural(least, 'sentence')} on {theme}: too few to compare frames."
    if len(texts) == 1:
        return _describe_only(enough, counts, theme, texts[0], least)
    first, last = (enough[enough["doc_id"] == text].set_index("frame") for text in (texts[0], texts[-1]))
    fall, rise = _find_turn(counts, compared, least)

    def counted(frame: str, *, full: bool) -> str:
        before, after = first.loc[frame], last.loc[frame]
        if full:
            return (
                f"{_name_frame(frame)} ({before['sentences']} of {before['n']} sentences in {texts[0]}, "
                f"{after['sentences']} of {after['n']} in {texts[-1]})"
            )
        counts_only = f"{before['sentences']} of {before['n']}, {after['sentences']} of {after['n']}"
        return f"{_name_frame(frame)} ({counts_only})"

    if fall and rise:
        return f"{_capital(theme)} turns from {counted(fall, full=True)} to {counted(rise, full=False)}."
    if rise:
        return f"{_capital(theme)} comes to be spoken of more as {counted(rise, full=True)}."
    if fall:
        return f"{_capital(theme)} comes to be spoken of less as {counted(fall, full=True)}."
    most = first["share"].idxmax()
    return f"{_capital(theme)} keeps its frames, most often {counted(most, full=True)}."


def _change(counts: pd.DataFrame, compared: pd.DataFrame | None, least: int) -> pd.Series:
    """Change of the share of each frame from the first to the last text with enough sentences; 0 where unsure."""
    enough = counts[counts["n"] >= least]
    texts = list(dict.fromkeys(enough["doc_id"]))
    if len(texts) < 2:
        return pd.Series(0.0, index=list(dict.fromkeys(counts["frame"])))
    first, last = (enough[enough["doc_id"] == text].set_index("frame")["share"] for text in (texts[0], texts[-1]))
    change = last - first
    if compared is None:
        return change
    pair = compared[(compared["before"] == texts[0]) & (compared["after"] == texts[-1])]
    sure = pair.set_index("frame")["probability"].reindex(change.index) >= LEAST_PROBABILITY
    return change.where(sure, 0)


def _find_turn(counts: pd.DataFrame, compared: pd.DataFrame | None, least: int) -> tuple[str, str]:
    """The frames of the largest fall and the largest rise; empty where it is below `LEAST_CHANGE`."""
    change = _change(counts, compared, least)
    fall = change.idxmin() if change.min() <= -LEAST_CHANGE else ""
    return str(fall), str(change.idxmax() if change.max() >= LEAST_CHANGE else "")


def _describe_only(enough: pd.DataFrame, counts: pd.DataFrame, theme: str, text: str, least: int) -> str:
    """The headline where one text alone has enough sentences on a theme: its leading frames."""
    own = enough.set_index("frame")
    most = own.index[own["sentences"] == own["sentences"].max()]
    if own["sentences"].max() == 0:
        return f"In {text} none of the {own['n'].iloc[0]} sentences on {theme} has a frame."
    named = join_words([_name_frame(frame) for frame in most])
    times = f"{own['sentences'].max()} of {own['n'].iloc[0]} sentences{' each' if len(most) > 1 else ''}"
    alone = (
        f", the only text with {_plural(least, 'sentence')} or more on it," if len(set(counts["doc_id"])) > 1 else ""
    )
    return f"In {text}{alone} {theme} is most often a matter of {named} ({times})."


def describe_status(counts: pd.DataFrame, theme: str, *, least: int = LEAST_SENTENCES) -> str:
    """
    The headline on status: how far what is said of a theme is, in the first and the last text that name it.

    The status of most sentences other than facts is named, the first in the order of the table where several have as
    many.

    Parameters
    ----------
    counts : DataFrame from `frames.count_status`, of one theme
    """
    acts = counts[(counts["n"] >= least) & (counts["status"] != "fact")]
    leading = acts.loc[acts.groupby("doc_id", sort=False)["sentences"].idxmax()] if len(acts) else acts
    leading = leading[leading["sentences"] > 0]
    if leading.empty:
        return f"No text has {_plural(least, 'sentence')} on {theme} with an act of policy among them."
    told = [(STATUS_WORDS.get(row.status, row.status), row) for row in leading.iloc[[0, -1]].itertuples()]
    (first, before), (last, after) = told
    opening = f"Acts on {theme} are most often {first} in {before.doc_id} ({before.sentences} of {before.n} sentences)"
    if len(leading) == 1:
        return f"{opening}."
    if first == last:
        return f"{opening}, and still in {after.doc_id} ({after.sentences} of {after.n})."
    return f"{opening} and {last} in {after.doc_id} ({after.sentences} of {after.n})."


def describe_codes(codes: FrameCodes) -> str:
    """Who coded, in a sentence; codes of a model are never called anything else."""
    if not codes.frames:
        return "No sentence was coded for frames."
    rows, sentences = len(codes.table), codes.table["sentence_id"].nunique()
    opening = f"{_plural(rows, 'pair')} of sentence and theme ({_plural(sentences, 'sentence')})"
    if codes.kind == "model":
        return f"{opening}, coded by {codes.coders}; the majority counts. They are not human codes."
    return f"{opening}, coded by {codes.coders}; the majority counts."


def describe_accuracy(scores: pd.DataFrame, labels: Mapping[str, str], what: str) -> str:
    """
    Precision and recall of every label that is accurate enough, and what is not shown for want of it.

    Parameters
    ----------
    scores : DataFrame from `accuracy.score_marks` with ``n``
    labels : mapping of label to its word in a sentence
    what : what was tested on, such as "sentences of 2018 and 2020"
    """
    if scores.empty or scores["n"].iloc[0] == 0:
        return "Its accuracy is not known: no coded sentence was left to test it on."
    good, poor = scores[scores["usable"]], scores[~scores["usable"]]
    parts = [
        f"{labels.get(row.label, row.label)} {row.precision:.2f} and {row.recall:.2f}" for row in good.itertuples()
    ]
    opening = f"Found by words in {scores['n'].iloc[0]} {what}, precision and recall are: "
    named = join_words(parts) if parts else f"below {LEAST_ACCURACY:g} for all"
    if poor.empty or good.empty:
        return f"{opening}{named}."
    short = join_words([str(labels.get(row.label, row.label)) for row in poor.itertuples()])
    return f"{opening}{named}. One of the two is below {LEAST_ACCURACY:g} for {short}: only codes are shown."


def describe_stability(alphas: pd.DataFrame, codes: FrameCodes) -> str:
    """
    How far the codings agree, and what that means; or that there are no two of them.

    Parameters
    ----------
    alphas : DataFrame from `analysis.validation.frames.measure_frame_agreement`
    """
    if alphas.empty:
        return "No sentence was coded twice: there is no agreement to measure."
    rows = alphas.sort_values("alpha", kind="stable")
    ends = [f"{row.alpha:.2f} ({row.frame.replace('_', ' ')})" for row in rows.iloc[[0, -1]].itertuples()]
    opening = f"Krippendorff's alpha runs from {ends[0]} to {ends[1]}"
    if codes.kind == "model":
        return f"{opening}. These are runs of one model: alpha is their stability, not reproducibility by people."
    return f"{opening}."


# --- all themes of a study ---------------------------------------------------------------------------------------


def say_missing(what: str, *files: str) -> str:
    """
    That something was not looked for, and which file would change that.

    Examples
    --------
    >>> say_missing("Actors", "data/actors.yml")
    'Actors were not looked for: there is no `data/actors.yml`. `data/README.md` says how to write it.'
    """
    named = " or ".join(f"`{file}`" for file in files)
    return f"{what} were not looked for: there is no {named}. `data/README.md` says how to write it."


def describe_source(frames: Frames, codes: FrameCodes, codes_file: str, frames_file: str) -> str:
    """Where the frames come from; without any, how to add them."""
    if frames.source == "":
        return say_missing("Frames", codes_file, frames_file)
    if frames.source == "words":
        return "Frames are found by words; no sentence was coded, so how often that is right is not known."
    return describe_codes(codes)


def describe_frame_words(frames: Frames, codes: FrameCodes, documents: Sequence[str]) -> str:
    """How well the frame dictionary does on codes it was not written on; empty without one of the two."""
    texts = [text for text in documents if text not in codes.used_for_dictionary]
    if frames.scores.empty or not texts:
        return ""
    return describe_accuracy(frames.scores, {}, f"sentences of {join_words(texts)}")


def introduce_actors(actors: Actors, file: str) -> str:
    """The headline on actors; without a list, how to add one."""
    return describe_actors(actors.counts) if len(actors.counts) else say_missing("Actors", file)


def describe_names(scores: pd.DataFrame) -> str:
    """How well the list of actors does on coded sentences, and which kinds it misses; empty if nothing was coded."""
    if scores.empty:
        return ""
    whole, kinds = scores.iloc[-1], scores.iloc[:-1]
    poor = [f"{row.label} ({row.tp} of {row.tp + row.fn} found)" for row in kinds[~kinds["usable"]].itertuples()]
    opening = (
        f"On {_plural(whole['n'], 'coded sentence')} the list of names has a precision of {whole['precision']:.2f} and "
        f"a recall of {whole['recall']:.2f}"
    )
    return f"{opening}; read with reserve: {join_words(poor)}." if poor else f"{opening}."


def introduce_instruments(counts: pd.DataFrame, documents: Sequence[str], names: Names, file: str) -> str:
    """The headline on instruments; without a list of names, how to add one."""
    told = describe_instruments(counts, documents)
    return told if names.labels else f"{told} {say_missing('Instruments called by a name', file)}"


def describe_theme(frames: Frames, codes: FrameCodes, theme: Theme, codes_file: str, frames_file: str) -> str:
    """The headlines on frames and status of one theme, and where they come from; without any, how to add them."""
    counts, status = (table[table["theme"] == theme.name] for table in (frames.counts, frames.status))
    if frames.source == "":
        return say_missing("Frames", codes_file, frames_file)
    if counts.empty:
        return f"No sentence on {theme.in_words} was coded."
    headlines = [describe_frames(counts, theme.in_words, compared=_compared(frames, theme.name))]
    headlines += [describe_status(status, theme.in_words)] if len(status) else []
    return " ".join([*headlines, f"(Frames {name_source(codes)}.)"])


def describe_named(crossed: pd.DataFrame, theme: Theme, file: str) -> str:
    """Who stands beside one theme, from the rows of all themes; without a list of actors, how to add one."""
    if crossed.empty:
        return say_missing("Actors", file)
    return describe_beside(crossed[crossed["theme"] == theme.name], theme.in_words)


def list_frames(frames: Frames, themes: Themes) -> str:
    """The headline on frames of every theme, as a list in markdown; empty without frames."""
    return list_points(_tell_frames(frames, themes))


def list_status(status: pd.DataFrame, themes: Themes) -> str:
    """The headline on status of every coded theme, as a list in markdown; or that none was coded."""
    if status.empty:
        return "No sentence was coded for status."
    return list_points(describe_status(rows, themes[name].in_words) for name, rows in _by_theme(status))


def list_beside(crossed: pd.DataFrame, themes: Themes) -> str:
    """Who stands beside every theme, as a list in markdown; empty if nobody is named."""
    return list_points(describe_beside(rows, themes[name].in_words) for name, rows in _by_theme(crossed))


def list_places(places: pd.DataFrame, themes: Themes) -> str:
    """What place every theme has in each text, as a list in markdown."""
    return list_points(describe_place(rows, themes[name].in_words) for name, rows in _by_theme(places))


def summarise(frames: Frames, speech: Modality, places: pd.DataFrame, themes: Themes) -> str:
    """
    The finding, in one to three sentences: the two largest turns of frames, and how the texts speak.

    Without either, what place the first theme has in each text.
    """
    parts = [_largest_turns(frames, themes, 2), describe_manner(speech.counts, speech.scores)]
    if not any(parts) and len(places):
        name, rows = next(_by_theme(places))
        parts = [describe_place(rows, themes[name].in_words)]
    return " ".join(part for part in parts if part) or "The study declares no theme."


def _by_theme(table: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    for name in dict.fromkeys(table["theme"]):
        yield name, table[table["theme"] == name]


def _compared(frames: Frames, theme: str) -> pd.DataFrame | None:
    return None if frames.compared is None else frames.compared[frames.compared["theme"] == theme]


def _tell_frames(frames: Frames, themes: Themes) -> list[str]:
    return [
        describe_frames(rows, themes[name].in_words, compared=_compared(frames, name))
        for name, rows in _by_theme(frames.counts)
    ]


def _largest_turns(frames: Frames, themes: Themes, n: int) -> str:
    """The headlines of the `n` themes whose frames change most, in the order of the themes; empty where none does."""
    sizes = {}
    for name, rows in _by_theme(frames.counts):
        compared = _compared(frames, name)
        change = _change(rows, compared, LEAST_SENTENCES)
        sizes[name] = sum(abs(change[frame]) for frame in _find_turn(rows, compared, LEAST_SENTENCES) if frame)
    most = sorted((name for name in sizes if sizes[name]), key=lambda name: -sizes[name])[:n]
    headlines = dict(zip(dict.fromkeys(frames.counts["theme"]), _tell_frames(frames, themes), strict=True))
    return " ".join(headlines[name] for name in headlines if name in most)


# --- actors ------------------------------------------------------------------------------------------------------


def describe_actors(counts: pd.DataFrame) -> str:
    """
    The headline on actors: whose share of sentences rises and falls most between the first and the last text.

    Parameters
    ----------
    counts : DataFrame from `actors.count_actors`
    """
    texts = list(dict.fromkeys(counts["doc_id"]))
    if not texts:
        return "No actor is named."
    shares, numbers = (counts.pivot(index="label", columns="doc_id", values=name) for name in ("share", "sentences"))
    n = counts.drop_duplicates("doc_id").set_index("doc_id")["n"]
    first, last = texts[0], texts[-1]
    if len(texts) == 1:
        most = numbers[first].idxmax()
        return f"Named most often: {most}, in {numbers.loc[most, first]} of {_plural(n[first], 'sentence')}."
    change = shares[last] - shares[first]
    parts: list[str] = []
    for verb, label, moves in (
        ("more", change.idxmax(), change.max() > 0),
        ("less", change.idxmin(), change.min() < 0),
    ):
        if moves:
            of = ("sentences in", "in") if not parts else ("in", "in")
            at = [
                f"{numbers.loc[label, text]} of {n[text]} {word} {text}"
                for text, word in zip((first, last), of, strict=True)
            ]
            parts.append(f"named {verb}: {label} ({', '.join(at)})")
    return (
        f"{_capital('; '.join(parts))}."
        if parts
        else f"From {first} to {last} every actor keeps its share of sentences."
    )


def describe_beside(crossed: pd.DataFrame, theme: str, *, least: int = LEAST_SENTENCES) -> str:
    """
    Who stands beside a theme most often in each text that has at least `least` sentences on it.

    Parameters
    ----------
    crossed : DataFrame from `actors.cross_actors`, of one theme
    """
    enough = crossed[crossed["n_theme"] >= least]
    leading = enough.loc[enough.groupby("doc_id", sort=False)["both"].idxmax()] if len(enough) else enough
    leading = leading[leading["both"] > 0]
    if leading.empty:
        return f"No text has {_plural(least, 'sentence')} on {theme} with an actor among them."
    named: dict[str, list[str]] = {}
    for place, row in enumerate(leading.itertuples()):
        of = f"{row.both} of {row.n_theme}{' sentences' if not place else ''}"
        named.setdefault(str(row.label), []).append(f"{row.doc_id} ({of})")
    told = [f"{label} in {join_words(texts)}" for label, texts in named.items()]
    return f"Named most often in sentences on {theme}: {join_words(told)}."


def describe_presence(counts: pd.DataFrame, *, n_names: int = 5) -> str:
    """
    Which actors appear in the last text and which are gone by then, those of most sentences named.

    Parameters
    ----------
    counts : DataFrame from `actors.count_actors`
    """
    texts = list(dict.fromkeys(counts["doc_id"]))
    if len(texts) < 2:
        return ""
    total = counts.groupby(["label", "presence"], sort=False)["sentences"].sum().reset_index()
    total = total.sort_values("sentences", ascending=False, kind="stable")
    parts = []
    for word, opening in (
        ("appears", f"named in {texts[-1]} and not in {texts[0]}"),
        ("vanishes", f"named in {texts[0]} and not in {texts[-1]}"),
    ):
        labels = list(total.loc[total["presence"] == word, "label"])
        if labels:
            rest = len(labels) - n_names
            more = [_plural(rest, "other")] if rest > 0 else []
            parts.append(f"{opening}: {join_words(labels[:n_names] + more)}")
    return f"{_capital('; '.join(parts))}." if parts else f"Whoever is named in {texts[0]} is named in {texts[-1]}."


# --- instruments -------------------------------------------------------------------------------------------------


def describe_instruments(counts: pd.DataFrame, documents: Sequence[str]) -> str:
    """
    How many instruments are named, and which come back in another text.

    Parameters
    ----------
    counts : DataFrame from `instruments.count_mentions`
    """
    if counts.empty:
        return "No instrument is named."
    again = counts[counts["texts"] > 1]
    opening = f"{_plural(len(counts), 'instrument')} {'is' if len(counts) == 1 else 'are'} named"
    if len(documents) == 1:
        return f"{opening}."
    if again.empty:
        return f"{opening}, none of them in more than one text."
    most = again.iloc[0]
    times = join_words([f"{most[name]} in {name}" for name in documents])
    verb = "is" if len(again) == 1 else "are"
    named = f"{len(again)} of them {verb} named in more than one text"
    return f"{opening}; {named}, most often {most['instrument']} ({times})."


# --- modality ----------------------------------------------------------------------------------------------------


def describe_modes(counts: pd.DataFrame) -> str:
    """
    The headline on modality: for each text the mode in which it stands out from the others.

    A text stands out by the mode in which its share of sentences exceeds that of every other text most, by
    `LEAST_CHANGE` at least. Of one text its most frequent mode is named.

    Parameters
    ----------
    counts : DataFrame from `modality.count_modes`
    """
    if counts.empty:
        return "How the texts speak was not looked for: their languages have no list of verbs."
    parts = [
        f"the {row.doc_id} text {row.label}: words such as {row.words} stand in {row.share:.0%}"
        for row in _lead_modes(counts).itertuples()
    ]
    parts[:1] = [f"{part} of its sentences" for part in parts[:1]]
    return f"{_capital('; '.join(parts))}." if parts else "The texts speak alike."


def describe_manner(counts: pd.DataFrame, scores: pd.DataFrame) -> str:
    """
    Which texts stand out by a mode, in short; modes that are not found well enough left out.

    Parameters
    ----------
    scores : DataFrame from `survey.measure_modality`; where it has no row, no mode is left out

    Returns
    -------
    str, empty if no text stands out
    """
    poor = set(scores.loc[~scores["usable"].astype(bool), "mode"]) if len(scores) else set()
    leading = _lead_modes(counts)
    leading = leading[~leading["mode"].isin(poor)]
    others = {1: "", 2: " (the other in {:.0%})"}.get(counts["doc_id"].nunique(), " (the others in {:.0%} at most)")
    parts = [
        f"the {row.doc_id} text {row.label} in {row.share:.0%} of its sentences{others.format(row.others)}"
        for row in leading.itertuples()
    ]
    return f"{_capital(join_words(parts))}, which is partly genre." if parts else ""


def _lead_modes(counts: pd.DataFrame) -> pd.DataFrame:
    """
    For each text that stands out by a mode its row: the one whose share exceeds that of all other texts most.

    By `LEAST_CHANGE` at least, texts under `LEAST_TEXT` sentences left out. ``others``: its largest share elsewhere.
    """
    acts = counts[(counts["mode"] != OTHER) & (counts["n"] >= LEAST_TEXT)]
    shares = acts.pivot(index="mode", columns="doc_id", values="share")
    rows = [acts.head(0).assign(others=0.0)]
    for text, own in acts.groupby("doc_id", sort=False):
        others = own["mode"].map(shares.drop(columns=text).max(axis=1)) if shares.shape[1] > 1 else 0.0
        own = own.assign(others=others)
        lead = own["share"] - own["others"]
        rows.append(own.loc[[lead.idxmax()]] if lead.max() >= LEAST_CHANGE else own.head(0))
    return pd.concat([row for row in rows if len(row)] or rows)


# --- place -------------------------------------------------------------------------------------------------------


def describe_place(places: pd.DataFrame, theme: str) -> str:
    """
    What place a theme has in each text: chapters, a passage, a thread, a mention, or none.

    Chapters: headings name it. A mention: no heading, fewer than `FEW` sentences. A passage: `PASSAGE` or more of its
    hits stand in one section. A thread: neither.

    Parameters
    ----------
    places : DataFrame from `place.measure_places`, of one theme

    Examples
    --------
    >>> row = {"doc_id": "a", "headings": 2, "n_headings": 9, "hits": 30, "sentences": 20, "fullest_share": 0.4}
    >>> describe_place(pd.DataFrame([row | {"sections": 5, "n_sections": 8}]), "migration")
    'Migration: chapters of a (2 of 9 headings name it).'
    """
    parts = []
    for row in places.itertuples():
        if row.headings:
            shape, verb = ("a chapter", "names") if row.headings == 1 else ("chapters", "name")
            parts.append(f"{shape} of {row.doc_id} ({row.headings} of {_plural(row.n_headings, 'heading')} {verb} it)")
        elif row.hits == 0:
            parts.append(f"not named in {row.doc_id}")
        elif row.sentences < FEW:
            parts.append(f"a mention in {row.doc_id} ({_plural(row.sentences, 'sentence')})")
        elif row.fullest_share >= PASSAGE:
            parts.append(f"a passage of {row.doc_id} ({row.fullest_share:.0%} of its hits stand in one section)")
        else:
            where = f"{row.sections} of {_plural(row.n_sections, 'section')}"
            parts.append(f"a thread through {row.doc_id} (no heading, but {where})")
    return f"{_capital(theme)}: {join_words(parts)}." if parts else f"{_capital(theme)} is named nowhere."


# --- captions ----------------------------------------------------------------------------------------------------


def caption_frames(frames: Frames, codes: FrameCodes, themes: Themes) -> dict[str, str]:
    """Name, caption and alternative text of the figure of frames."""
    headlines = _tell_frames(frames, themes)
    caption = (
        f"{_largest_turns(frames, themes, 1) or headlines[0]} Bars: share of the sentences on a theme that have the "
        f"frame, {name_source(codes)}; numbers: sentences. A sentence may have several frames or none."
    )
    opening = "Bars, a row of panels per theme and a column per text: how many sentences have each frame."
    return {"name": "frames", "caption": caption, "alt": " ".join([opening, *headlines])}


def name_source(codes: FrameCodes) -> str:
    """
    Where frames come from, within a sentence; codes of a model are never called anything else.

    Examples
    --------
    >>> empty = pd.DataFrame()
    >>> name_source(FrameCodes(empty, empty, [])), name_source(FrameCodes(empty, empty, ["threat"], "human", "Anna"))
    ('found by words', 'coded by Anna')
    """
    if not codes.frames:
        return "found by words"
    return "coded by a language model" if codes.kind == "model" else f"coded by {codes.coders}"


def caption_actors(crossed: pd.DataFrame, themes: Themes, *, least: int = LEAST_SENTENCES) -> dict[str, str]:
    """
    Name, caption and alternative text of the figure of actors beside themes.

    The largest share is named, of themes and texts with at least `least` sentences.
    """
    opening = ""
    enough = crossed[(crossed["n_theme"] >= least) & (crossed["both"] > 0)]
    if len(enough):
        row = enough.loc[enough["share"].idxmax()]
        where = f"{row['both']} of {row['n_theme']} sentences on {themes[row['theme']].in_words} in {row['doc_id']}"
        opening = f"The largest share: {row['label']}, in {where}. "
    caption = (
        f"{opening}Numbers: sentences on a theme that name an actor of the kind; the darker, the larger their share of "
        "the theme's sentences in that text. A sentence counts in every cell whose two names it has."
    )
    alt = f"Heat tables, one per text: kinds of actors by themes. {opening}".strip()
    return {"name": "actors", "caption": caption, "alt": alt}


def caption_modes(counts: pd.DataFrame, scores: pd.DataFrame | None = None) -> dict[str, str]:
    """Name, caption and alternative text of the figure of how texts speak; `scores` from `modality.score_modes`."""
    caption = (
        "How the texts speak: share of the sentences of each text that call upon somebody, ask, announce, report as "
        "done or describe, by lists of verbs; each sentence counts once, for the first of these. Partly a matter of "
        "genre."
    )
    if scores is not None and len(scores):
        labels = counts.drop_duplicates("mode").set_index("mode")["label"].to_dict()
        parts = [
            f"{labels.get(row.label, row.label)} {_two_places(row.precision)} and {_two_places(row.recall)}"
            for row in scores.itertuples()
        ]
        caption += f" Precision and recall on {scores['n'].iloc[0]} coded sentences: {join_words(parts)}."
    return {"name": "modes", "caption": caption, "alt": f"Stacked bars, one per text. {describe_modes(counts)}"}


def _two_places(value: float) -> str:
    return "unknown" if np.isnan(value) else f"{value:.2f}"


def caption_words(words: WordMap, themes: Themes) -> dict[str, str]:
    """Name, caption and alternative text of the map of words."""
    texts = caption_correspondence(words.found, "words", words.columns)
    used = [name for name in themes.declared if name in words.themes.values()]
    coloured = join_words([themes[name].in_words for name in used]) if used else ""
    colours = f" In the colour of their theme: words by which {coloured} {'are' if len(used) > 1 else 'is'} found."
    return {**texts, "caption": texts["caption"] + (colours if used else "")}


def caption_correspondence(found: Correspondence, rows: str, columns: str) -> dict[str, str]:
    """
    Name, caption and alternative text of a correspondence map.

    Parameters
    ----------
    rows, columns : what they are, in the plural: "words", "texts"
    """
    axes = join_words([f"axis {row.axis} {row.share:.0%}" for row in found.inertia.head(2).itertuples()])
    first = found.rows[found.rows["axis"] == 1].sort_values("contribution", ascending=False, kind="stable").head(6)
    sides = found.columns[found.columns["axis"] == 1]
    positive, negative = (
        list(sides.loc[side, "item"].astype(str)) for side in (sides["coordinate"] > 0, sides["coordinate"] < 0)
    )
    apart = f"Axis 1 sets {join_words(positive)} apart from {join_words(negative)}"
    made = join_words([str(item) for item in first["item"]])
    caption = (
        f"Correspondence analysis of {rows} by {columns} (total inertia {found.total:.2f}; {axes}). {apart}; {made} "
        f"make most of it. Near the middle: {rows} spread over the {columns} as all {rows} are."
    )
    return {"name": "correspondence", "caption": caption, "alt": f"Map of {rows} and {columns}. {apart}."}
