"""What a multiverse says, in sentences and tables for readers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from markupsafe import Markup

from analysis.inputs import check_choice
from analysis.robustness.multiverse import Multiverse
from analysis.robustness.specifications import AXES, Finding, Plan
from analysis.stats.verdict import OF_CLAIM, RESERVATIONS, Bounds, Rule
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
    "measure=units": "share of units",
    "measure=tokens": "per word of text",
    "measure=words": "per content word",
    "measure=composition": "per hit of the four",
    "measure=text": "share of the text",
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


def tell_claim(finding: Finding, themes: Themes) -> str:
    """The claim of a finding with the names of its themes and texts."""
    names = [themes[theme].in_words for theme in finding.themes]
    blanks = {"theme": names[0], "other": names[-1], "before": finding.before, "after": finding.after}
    told = finding.claim.format(**blanks)
    return told[0].upper() + told[1:]


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


def pick_curves(plan: Plan, pair: str, themes: Themes) -> list[str]:
    """
    The changes of the declared themes between two texts, given as ``2014-2018``: the findings whose curves are drawn.

    Raises
    ------
    InputError : if no finding compares these texts
    """
    changes = [one for one in plan.findings.values() if one.kind == "change" and one.themes[0] in themes.declared]
    check_choice(pair, "parameter pair", sorted({f"{one.before}-{one.after}" for one in changes}))
    return [one.name for one in changes if f"{one.before}-{one.after}" == pair]


def add_strong(drawn: list[str], found: Multiverse) -> list[str]:
    """The findings whose curves are drawn, and after them all others that hold: who is told so should see how."""
    strong = found.verdicts.loc[found.verdicts["verdict"].isin(OF_CLAIM[:2]), "finding"]
    return list(dict.fromkeys([*drawn, *strong]))


def name_findings(found: Multiverse, plan: Plan, themes: Themes) -> dict[str, str]:
    """Each finding in a few words, for the rows of a figure."""
    named = {}
    for name in found.verdicts["finding"]:
        one = plan.findings[name]
        labels = " + ".join(themes[theme].label for theme in one.themes)
        texts = f" {one.before} → {one.after}, {one.direction}" if one.before else ""
        named[name] = f"{'topic of ' if one.kind == 'topic' else ''}{labels}{texts}"
    return named


def caption_ranges(found: Multiverse, plan: Plan, themes: Themes) -> dict[str, str]:
    """Name, caption and alternative text of the figure of all findings."""
    sentence = summarise(found, plan, themes)
    medians = found.verdicts["median_effect"]
    return {
        "name": "effects",
        "caption": f"{sentence} Bars: four fifths of the effects; filled: their median; open: the reference.",
        "alt": f"Ranges of effects, one row per finding; medians lie between {medians.min():.1f} and "
        f"{medians.max():.1f} standard deviations. {sentence}",
    }


def describe_rule(rule: Rule) -> str:
    """The rule in words, with the day on which it was fixed."""

    def bounds(one: Bounds) -> str:
        some = f", at least {one.significant:.0%} of them significant by themselves" if one.significant else ""
        return (
            f"at least {one.same_sign:.0%} of the specifications point the way claimed{some}, and chance alone brings "
            f"a median effect as large in at most {one.joint_p:.0%} of cases"
        )

    return (
        f"Fixed on {rule.decided:%-d %B %Y}, before any specification but the reference was computed. *Robust*: "
        f"{bounds(rule.robust)}. *Holds with reservations*: {bounds(rule.reservations)}. *Too few to tell*: fewer than "
        f"{rule.least_units} units with the theme in the reference specification. Otherwise *inconclusive*."
    )


def summarise(found: Multiverse, plan: Plan, themes: Themes) -> str:
    """The finding over all findings in a sentence: how many got which verdict, the stronger ones by name."""
    verdicts = found.verdicts["verdict"]
    named = []
    for verdict in OF_CLAIM[:2]:
        own = found.verdicts[verdicts == verdict]
        claims = [tell_claim(plan.findings[name], themes).rstrip(".") for name in own["finding"]]
        named += [f"{len(own)} {'is' if len(own) == 1 else 'are'} {_call(verdict)}{_list_claims(claims)}"]
    rest = [f"{int((verdicts == verdict).sum())} {_call(verdict)}" for verdict in OF_CLAIM[2:]]
    return (
        f"Of {len(verdicts)} findings, tried under {len(found.specifications):,} specifications, {'; '.join(named)}; "
        f"{rest[0]}, {rest[1]}."
    )


def _call(verdict: str) -> str:
    return {RESERVATIONS: "held with reservations"}.get(verdict, verdict)


def _list_claims(claims: list[str]) -> str:
    return f" (“{'”, “'.join(claims)}”)" if claims else ""


def describe_finding(row: Mapping[str, Any], finding: Finding, themes: Themes) -> str:
    """What the curve of one finding shows, in two sentences."""
    return (
        f"“{tell_claim(finding, themes)}” is {row['verdict']}: {row['same_sign']:.0%} of {row['specifications']:,} "
        f"specifications point that way, {row['significant']:.0%} significantly so, and chance alone brings a median "
        f"effect as large as theirs ({row['median_effect']:.1f} standard deviations) in {row['joint_p']:.1%} of cases. "
        f"What moves it most is the choice of {CHOICES[row['moved_most']]} ({row['moved_share']:.0%} of the variance)."
    )


def caption_curve(found: Multiverse, finding: Finding, themes: Themes) -> dict[str, str]:
    """Name, caption and alternative text of the curve of a finding."""
    row = found.verdicts.set_index("finding", drop=False).loc[finding.name].to_dict()
    told = describe_finding(row, finding, themes)
    effects = found.specifications.loc[found.specifications["finding"] == finding.name, "effect"]
    return {
        "name": f"curve-{finding.name}",
        "caption": f"{told} Line: effects; thick: significant by themselves; strips: how often an option was chosen.",
        "alt": f"Specification curve, from {effects.min():.1f} to {effects.max():.1f} standard deviations, with a "
        f"strip below it for each option. {told}",
    }


def present_verdicts(found: Multiverse, plan: Plan, themes: Themes, drawn: list[str]) -> pd.DataFrame:
    """The verdicts as readers see them; claims whose curve is drawn lead to it."""
    rows = found.verdicts
    claims = [
        Markup('<a href="#curve-{}">{}</a>').format(name, tell_claim(plan.findings[name], themes))
        if name in drawn
        else tell_claim(plan.findings[name], themes)
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


def present_shares(found: Multiverse, plan: Plan, themes: Themes) -> pd.DataFrame:
    """Share of the variance of effects by choice: a row per finding, a column per choice, blank where it has none."""
    wide = found.shares.pivot(index="finding", columns="choice", values="share").reindex(found.verdicts["finding"])
    wide = wide[[axis for axis in AXES if axis in wide.columns]].rename(columns=CHOICES)
    wide.insert(0, "claim", [tell_claim(plan.findings[str(name)], themes) for name in wide.index])
    return wide.reset_index(drop=True).rename_axis(columns=None)


def present_dropped(found: Multiverse) -> pd.DataFrame:
    """Why specifications were left out, over all findings."""
    grouped = found.dropped.groupby("reason", sort=False)
    table = pd.DataFrame({"findings": grouped["finding"].nunique(), "specifications": grouped["specifications"].sum()})
    return table.rename_axis("reason").reset_index()


def list_verdicts(
    found: Multiverse, plan: Plan, themes: Themes, drawn: list[str], page: str
) -> dict[str, dict[str, Any]]:
    """What the overview reads: by finding its claim, themes, texts, verdict, numbers and link (to `page`)."""
    values = {}
    for row in found.verdicts.to_dict("records"):
        finding = plan.findings[row["finding"]]
        anchor = f"curve-{finding.name}" if finding.name in drawn else "s-the-verdicts"
        values[finding.name] = {
            **row,
            "claim": tell_claim(finding, themes),
            "themes": list(finding.themes),
            "before": finding.before,
            "after": finding.after,
            "link": f"{page}.html#{anchor}",
        }
    return values
