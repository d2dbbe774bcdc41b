"""What a multiverse says, in sentences and tables for readers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from markupsafe import Markup

from analysis.inputs import check_choice
from analysis.robustness.multiverse import Multiverse
from analysis.robustness.specifications import AXES, EMPTY, Claim, Plan
from analysis.stats.verdict import OF_CLAIM, RESERVATIONS, Bounds, Rule
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
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


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
    simulated : DataFrame that ``benchmarks/multiverse.py`` writes
    """
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
    pair : the two texts, as ``2014-2018``; by default those of the first such claim

    Raises
    ------
    InputError : if no claim compares these texts
    """
    changes = [claim for claim in plan.claims.values() if claim.kind == "change" and claim.themes[0] in themes.declared]
    pairs = [f"{claim.before}-{claim.after}" for claim in changes]
    chosen = check_choice(pair, "parameter pair", sorted(set(pairs))) if pair else next(iter(pairs), "")
    return [claim.name for claim, texts in zip(changes, pairs, strict=True) if texts == chosen]


def add_strong(drawn: list[str], multiverse: Multiverse) -> list[str]:
    """The claims whose curves are drawn, and after them all others that hold: who reads so should see how."""
    verdicts = multiverse.verdicts
    strong = verdicts.loc[verdicts["verdict"].isin(OF_CLAIM[:2]), "finding"]
    return list(dict.fromkeys([*drawn, *strong]))


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
    medians = multiverse.verdicts["median_effect"]
    lie = (
        f"; medians lie between {medians.min():.1f} and {medians.max():.1f} standard deviations" if len(medians) else ""
    )
    return {
        "name": "effects",
        "caption": f"{sentence} Bars: four fifths of the effects; filled: their median; open: the reference.",
        "alt": f"Ranges of effects, one row per finding{lie}. {sentence}",
    }


def describe_rule(rule: Rule) -> str:
    """The rule in words, with the day on which it was fixed; of an empty plan, that there is none."""
    if rule == EMPTY.rule:
        return "No finding is declared, and no rule for a verdict."

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
        return "No finding is declared to be tried under other choices."
    parts = []
    for verdict in OF_CLAIM[:2]:
        names = multiverse.verdicts.loc[verdicts == verdict, "finding"]
        sentences = [spell_claim(plan.claims[name], themes).rstrip(".") for name in names]
        parts += [f"{len(names)} {'is' if len(names) == 1 else 'are'} {_call(verdict)}{_quote(sentences)}"]
    rest = [f"{int((verdicts == verdict).sum())} {_call(verdict)}" for verdict in OF_CLAIM[2:]]
    return (
        f"Of {len(verdicts)} findings, tried under {len(multiverse.specifications):,} specifications, "
        f"{'; '.join(parts)}; {rest[0]}, {rest[1]}."
    )


def _call(verdict: str) -> str:
    return {RESERVATIONS: "held with reservations"}.get(verdict, verdict)


def _quote(sentences: list[str]) -> str:
    return f" (“{'”, “'.join(sentences)}”)" if sentences else ""


def describe_finding(row: Mapping[str, Any], claim: Claim, themes: Themes) -> str:
    """What the curve of one claim shows, in two sentences; of no choice where only one was open."""
    text = (
        f"“{spell_claim(claim, themes)}” is {row['verdict']}: {row['same_sign']:.0%} of {row['specifications']:,} "
        f"specifications point that way, {row['significant']:.0%} significantly so, and chance alone brings a median "
        f"effect as large as theirs ({row['median_effect']:.1f} standard deviations) in {row['joint_p']:.1%} of cases."
    )
    if not row["moved_most"]:
        return text
    return (
        f"{text} What moves it most is the choice of {CHOICES[row['moved_most']]} "
        f"({row['moved_share']:.0%} of the variance)."
    )


def caption_curve(multiverse: Multiverse, claim: Claim, themes: Themes) -> dict[str, str]:
    """Name, caption and alternative text of the curve of a claim."""
    row = multiverse.verdicts.set_index("finding", drop=False).loc[claim.name].to_dict()
    text = describe_finding(row, claim, themes)
    specifications = multiverse.specifications
    effects = specifications.loc[specifications["finding"] == claim.name, "effect"]
    return {
        "name": f"curve-{claim.name}",
        "caption": f"{text} Line: effects; thick: significant by themselves; strips: how often an option was chosen.",
        "alt": f"Specification curve, from {effects.min():.1f} to {effects.max():.1f} standard deviations, with a "
        f"strip below it for each option. {text}",
    }


def present_verdicts(multiverse: Multiverse, plan: Plan, themes: Themes, drawn: list[str]) -> pd.DataFrame:
    """The verdicts as readers see them; claims whose curve is drawn lead to it."""
    rows = multiverse.verdicts
    claims = [
        Markup('<a href="#curve-{}">{}</a>').format(name, spell_claim(plan.claims[name], themes))
        if name in drawn
        else spell_claim(plan.claims[name], themes)
        for name in rows["finding"]
    ]
    return pd.DataFrame(
        {
            "finding": pd.Series(claims, dtype=object),
            "verdict": rows["verdict"],
            "units": rows["n"],
            "median_effect": rows["median_effect"],
            "same_sign": rows["same_sign"],
            "significant": rows["significant"],
            "joint_p": rows["joint_p"],
            "hangs_on": rows["moved_most"].map(CHOICES),
        }
    )


def present_shares(multiverse: Multiverse, plan: Plan, themes: Themes) -> pd.DataFrame:
    """Share of the variance of effects by choice: a row per claim, a column per choice, blank where it has none."""
    names = multiverse.verdicts["finding"]
    wide = multiverse.shares.pivot(index="finding", columns="choice", values="share").reindex(names)
    wide = wide[[axis for axis in AXES if axis in wide.columns]].rename(columns=CHOICES)
    wide.insert(0, "claim", [spell_claim(plan.claims[str(name)], themes) for name in wide.index])
    return wide.reset_index(drop=True).rename_axis(columns=None)


def present_dropped(multiverse: Multiverse) -> pd.DataFrame:
    """Why specifications were left out, over all claims."""
    grouped = multiverse.dropped.groupby("reason", sort=False)
    table = pd.DataFrame({"findings": grouped["finding"].nunique(), "specifications": grouped["specifications"].sum()})
    return table.rename_axis("reason").reset_index()


def list_verdicts(
    multiverse: Multiverse, plan: Plan, themes: Themes, drawn: list[str], page: str
) -> dict[str, dict[str, Any]]:
    """
    What the overview reads: by claim its sentence, themes, texts, verdict, numbers and link.

    Parameters
    ----------
    drawn : names of the claims whose curve is drawn
    page : name of the page on which they are, without ``.html``
    """
    values = {}
    for row in multiverse.verdicts.to_dict("records"):
        claim = plan.claims[row["finding"]]
        anchor = f"curve-{claim.name}" if claim.name in drawn else "s-the-verdicts"
        values[claim.name] = {
            **row,
            "claim": spell_claim(claim, themes),
            "themes": list(claim.themes),
            "before": claim.before,
            "after": claim.after,
            "link": f"{page}.html#{anchor}",
        }
    return values
