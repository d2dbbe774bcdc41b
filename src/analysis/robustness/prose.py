"""What a multiverse says, in sentences and tables for readers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from analysis.inputs import check_choice
from analysis.report.files import make_name
from analysis.report.wording import NUMBERS, count_noun, spell_noun
from analysis.robustness.multiverse import Multiverse
from analysis.robustness.specifications import AXES, Claim, Plan
from analysis.stats.verdict import OF_CLAIM, RESERVATIONS, TOO_FEW, Bounds
from analysis.themes.attention import MEASURES
from analysis.themes.dictionary import Themes

CHOICES = {
    "unit": "unit",
    "measure": "measure",
    "counting": "counting",
    "headings": "headings",
    "footnotes": "footnotes",
    "frame": "introduction and conclusion",
    "shared": "shared words",
    "dictionary": "dictionary",
    "compounds": "compounds",
    "institution_words": "institution words",
    "weighting": "weighting",
    "min_units": "rare words",
    "model": "model",
}
# Options that do not explain themselves, as a figure names them.
OPTIONS = {
    "unit=window-50": "windows of 50 words",
    "unit=window-100": "windows of 100 words",
    **{f"measure={name}": measure.label for name, measure in MEASURES.items()},
    "measure=lift": "lift",
    "measure=named": "share of the first's units",
    "counting=once": "hits once per unit",
    "counting=each": "every hit",
    **{f"{part}={side}": f"{part} {side}" for part in ("headings", "footnotes") for side in ("in", "out")},
    "frame=in": "intro, conclusion in",
    "frame=out": "intro, conclusion out",
    "shared=in": "shared words in",
    "shared=out": "shared words out",
    "dictionary=full": "full dictionary",
    "dictionary=core": "core terms only",
    "dictionary=wide": "wider border terms",
    "dictionary=no-exclusions": "no exclusions",
    **{f"dictionary=without-{n}": f"without term {n}" for n in range(1, 10)},
}
# How the table of verdicts is laid out.
VERDICTS: dict[str, Any] = {
    "columns": ["claim", "verdict", "n", "median_effect", "same_sign", "significant", "joint_p", "hangs_on"],
    "labels": {"claim": "finding", "n": "units"},
}


def label_options(themes: Themes) -> dict[str, str]:
    """What a figure calls the options that do not explain themselves, by ``choice=option``."""
    n = len(themes.declared)
    return {option: label.format(themes=NUMBERS[n] if n < len(NUMBERS) else n) for option, label in OPTIONS.items()}


def spell_claim(claim: Claim, themes: Themes) -> str:
    """The sentence of a claim with the names of its themes and texts."""
    names = [themes[theme].in_words for theme in claim.themes]
    blanks = {"theme": names[0], "other": names[-1], "before": claim.before, "after": claim.after}
    sentence = claim.sentence.format(**blanks)
    return sentence[0].upper() + sentence[1:]


def describe_placebo(simulated: pd.DataFrame) -> str:
    """
    How often the rule gives its verdicts to what chance has made, and to a planted change (``benchmarks/README.md``).

    Parameters
    ----------
    simulated : DataFrame that ``benchmarks/multiverse.py`` writes; of an empty one there is nothing to say
    """
    if simulated.empty:
        return ""
    by_chance = simulated[simulated["situation"].isin(["chains", "shuffled"])]
    ties = simulated[simulated["situation"] == "rotated"].iloc[0]
    planted = simulated.loc[simulated["situation"] == "planted", "robust_of_enough"]
    return (
        "How often does chance earn a verdict? In simulations without any change, at most "
        f"{by_chance['robust_of_enough'].max():.0%} of findings were called robust and "
        f"{by_chance['reservations_of_enough'].max():.0%} held with reservations. Of ties made by chance "
        f"{ties['robust_of_enough']:.0%} were robust, but {ties['reservations_of_enough']:.0%} held with reservations, "
        "for only ties with enough paragraphs are judged, and these look strong: of a tie, believe *robust* alone. And "
        f"the rule is strict: large changes that were planted were called robust in {planted.min():.0%} to "
        f"{planted.max():.0%} of cases (benchmarks/README.md)."
    )


def pick_curves(plan: Plan, themes: Themes, pair: str = "") -> list[str]:
    """
    The claims whose curves are drawn: changes of the declared themes between two texts.

    Parameters
    ----------
    pair : the ids of the two texts, joined by ``-``; by default those of the first such claim

    Raises
    ------
    InputError : if no claim compares these texts
    """
    changes = [claim for claim in plan.claims.values() if claim.kind == "change" and claim.themes[0] in themes.declared]
    pairs = [f"{claim.before}-{claim.after}" for claim in changes]
    chosen = check_choice(pair, "parameter pair", sorted(set(pairs))) if pair else next(iter(pairs), "")
    return [claim.name for claim, texts in zip(changes, pairs, strict=True) if texts == chosen]


def add_strong(curves: list[str], multiverse: Multiverse) -> list[str]:
    """The claims whose curves are drawn, without those of no specification, and after them all others that hold."""
    verdicts = multiverse.verdicts
    tested = [name for name in curves if name in set(verdicts["finding"])]
    strong = verdicts.loc[verdicts["verdict"].isin(OF_CLAIM[:2]), "finding"]
    return list(dict.fromkeys([*tested, *strong]))


def name_findings(multiverse: Multiverse, plan: Plan, themes: Themes) -> dict[str, str]:
    """Each claim in a few words, for the rows of a figure."""
    names = {}
    for name in multiverse.verdicts["finding"]:
        claim = plan.claims[name]
        labels = " + ".join(themes[theme].label for theme in claim.themes)
        texts = f" {claim.before} → {claim.after}, {claim.direction}" if claim.before else ""
        names[name] = f"{'topic of ' if claim.kind == 'topic' else ''}{labels}{texts}"
    return names


def caption_ranges(multiverse: Multiverse, plan: Plan, themes: Themes) -> dict[str, str]:
    """Name, caption and alternative text of the figure of all claims."""
    sentence = summarise(multiverse, plan, themes)
    least, most = multiverse.verdicts["median_effect"].agg(["min", "max"])
    medians = f"medians lie between {least:.1f} and {most:.1f}" if least < most else f"the median is {least:.1f}"
    return {
        "name": "effects",
        "caption": f"{sentence} Bars: four fifths of the effects; filled: their median; open: the reference.",
        "alt": f"Ranges of effects, one row per finding; {medians} standard deviations. {sentence}",
    }


def describe_rule(plan: Plan) -> str:
    """The rule in words, with the day on which it was fixed; of a plan without claims there is nothing to say."""
    rule = plan.rule
    if not plan.claims:
        return ""

    def spell(bounds: Bounds) -> str:
        alone = f", at least {bounds.significant:.0%} of them significant by themselves" if bounds.significant else ""
        return (
            f"at least {bounds.same_sign:.0%} of the specifications point the way claimed{alone}, and chance alone "
            f"brings a median effect as large in at most {bounds.joint_p:.0%} of cases"
        )

    return (
        f"Fixed on {rule.decided:%-d %B %Y}, before any specification but the reference was computed. *Robust*: "
        f"{spell(rule.robust)}. *Holds with reservations*: {spell(rule.reservations)}. *Too few to tell*: fewer than "
        f"{rule.least_units} units with the theme in the reference specification. Otherwise *inconclusive*."
    )


def summarise(multiverse: Multiverse, plan: Plan, themes: Themes) -> str:
    """The finding over all claims in a sentence: how many got which verdict, the stronger ones by name."""
    verdicts = multiverse.verdicts["verdict"]
    if verdicts.empty:
        return "No finding of this study is tried under other choices."
    parts = []
    for verdict in OF_CLAIM[:2]:
        names = multiverse.verdicts.loc[verdicts == verdict, "finding"]
        sentences = [spell_claim(plan.claims[name], themes).rstrip(".") for name in names]
        counted = {0: "none is", 1: "1 is"}.get(len(names), f"{len(names)} are")
        parts += [f"{counted} {_call(verdict)}{_quote(sentences)}"]
    rest = [f"{int((verdicts == verdict).sum())} {_call(verdict)}" for verdict in OF_CLAIM[2:]]
    return (
        f"Of {count_noun(len(verdicts), 'finding')}, tried under "
        f"{spell_noun(len(multiverse.specifications), 'specification')}, "
        f"{'; '.join(parts)}; {rest[0]}, {rest[1]}."
    )


def _call(verdict: str) -> str:
    return {RESERVATIONS: "held with reservations"}.get(verdict, verdict)


def _quote(sentences: list[str]) -> str:
    return f" (“{'”, “'.join(sentences)}”)" if sentences else ""


def describe_finding(row: Mapping[str, Any], claim: Claim, themes: Themes) -> str:
    """What the curve of one claim shows, in two sentences; of no choice where only one was open."""
    verdict = "rests on too few units to tell" if row["verdict"] == TOO_FEW else f"is {row['verdict']}"
    tried = spell_noun(row["specifications"], "specification")
    point = "points" if row["specifications"] == 1 else "point"
    text = (
        f"“{spell_claim(claim, themes)}” {verdict}: {row['same_sign']:.0%} of {tried} {point} that way, "
        f"{row['significant']:.0%} significantly so, and chance alone brings a median effect as large as theirs "
        f"({row['median_effect']:.1f} standard deviations) in {row['joint_p']:.1%} of cases."
    )
    if not row["moved_most"]:
        return text
    return (
        f"{text} What moves it most is the choice of {CHOICES[row['moved_most']]} "
        f"({row['moved_share']:.0%} of the variance)."
    )


def style_curve(claim: Claim, themes: Themes) -> dict[str, Any]:
    """The colour of a curve, that of the first theme of its claim, and what its options are called."""
    return {"colour": themes[claim.themes[0]].colour, "labels": label_options(themes)}


def caption_curve(multiverse: Multiverse, claim: Claim, themes: Themes) -> dict[str, str]:
    """Name, caption and alternative text of the curve of a claim."""
    row = multiverse.verdicts.set_index("finding", drop=False).loc[claim.name].to_dict()
    text = describe_finding(row, claim, themes)
    specifications = multiverse.specifications
    effects = specifications.loc[specifications["finding"] == claim.name, "effect"]
    return {
        "name": make_name("curve", claim.name),
        "caption": f"{text} Line: effects; thick: significant by themselves; strips: how often an option was chosen.",
        "alt": f"Specification curve, from {effects.min():.1f} to {effects.max():.1f} standard deviations, with a "
        f"strip below it for each option. {text}",
    }


def spell_verdicts(multiverse: Multiverse, plan: Plan, themes: Themes) -> pd.DataFrame:
    """The verdicts with the sentence of each claim (``claim``) and what moves it most in words (``hangs_on``)."""
    verdicts = multiverse.verdicts
    claims = [spell_claim(plan.claims[name], themes) for name in verdicts["finding"]]
    return verdicts.assign(claim=claims, hangs_on=verdicts["moved_most"].map(CHOICES))


def link_verdicts(multiverse: Multiverse, curves: list[str], page: str = "") -> list[str]:
    """
    Where each verdict leads: to the curve of its claim if that is drawn, else to the table of verdicts.

    Parameters
    ----------
    curves : names of the claims whose curve is drawn
    page : the run on whose page they are, for links from other pages; without, the table leads nowhere
    """
    file, table = (f"{page}.html", f"{page}.html#s-the-verdicts") if page else ("", "")
    names = multiverse.verdicts["finding"]
    return [f"{file}#{make_name('curve', name)}" if name in curves else table for name in names]


def spread_shares(multiverse: Multiverse, plan: Plan, themes: Themes) -> pd.DataFrame:
    """Share of the variance of effects: a row per claim (``claim``), a column per choice, missing where it has none."""
    names = multiverse.verdicts["finding"]
    wide = multiverse.shares.pivot(index="finding", columns="choice", values="share").reindex(names)
    wide = wide[[axis for axis in AXES if axis in wide.columns]].rename(columns=CHOICES)
    wide.insert(0, "claim", [spell_claim(plan.claims[str(name)], themes) for name in wide.index])
    return wide.reset_index(drop=True).rename_axis(columns=None)


def count_dropped(multiverse: Multiverse) -> pd.DataFrame:
    """Specifications left out: ``reason``, ``findings``, ``specifications`` over all claims."""
    grouped = multiverse.dropped.groupby("reason", sort=False)
    table = pd.DataFrame({"findings": grouped["finding"].nunique(), "specifications": grouped["specifications"].sum()})
    return table.rename_axis("reason").reset_index()


def list_verdicts(
    multiverse: Multiverse, plan: Plan, themes: Themes, curves: list[str], page: str
) -> dict[str, dict[str, Any]]:
    """
    What the overview reads: by claim its sentence, themes, texts, verdict, numbers and link.

    Parameters
    ----------
    curves, page : as for `link_verdicts`
    """
    values = {}
    rows = spell_verdicts(multiverse, plan, themes).assign(link=link_verdicts(multiverse, curves, page))
    for row in rows.to_dict("records"):
        claim = plan.claims[row["finding"]]
        values[claim.name] = row | {"themes": list(claim.themes), "before": claim.before, "after": claim.after}
    return values
