"""Networks as readers see them: ties with counts, verdict and links to their passages, and the sentences on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
from markupsafe import Markup

from analysis import display
from analysis.networks import Presence

# From what says most to what says least, for the one comparison that a row shows.
CHANGES = ["new", "gone", "stronger", "weaker", "inconclusive", "too few to tell"]


def name_node(node: str, presence: Presence, shown: Mapping[str, str], glossary: Mapping[str, str]) -> Markup:
    """A theme by its label, a word in Dutch with its gloss."""
    if presence.nodes.loc[node, "kind"] == "theme":
        return display.escape(node)
    return display.term(shown.get(node, node), glossary)


def link_paragraphs(paragraphs: Sequence[str], *, most: int = 12) -> Markup:
    """Links to passages on the same page; where there are more than `most`, the rest is counted."""
    links = [Markup('<a href="#p-{}">{}</a>').format(one, one) for one in paragraphs[:most]]
    rest = len(paragraphs) - most
    return Markup(", ").join([*links, *([f"and {rest} more"] if rest > 0 else [])]) or Markup("–")


def present_ties(
    ties: pd.DataFrame, changes: pd.DataFrame, evidence: Sequence[Sequence[str]], names: Mapping[str, Markup]
) -> pd.DataFrame:
    """
    One row per tie: units with both in each text, whether that is more than chance, and the surest of its changes.

    Parameters
    ----------
    ties : DataFrame from `analysis.networks.connect`
    changes : DataFrame from `analysis.ties.compare_ties`, all pairs of texts
    evidence : for each tie its paragraphs
    names : node to what it is called
    """
    surest = pick_changes(ties, changes)
    texts = list(dict.fromkeys([*changes["before"], *changes["after"]]))
    interval = _points(surest["low"]) + " to " + _points(surest["high"])
    return pd.DataFrame(
        {
            "tie": [names[row.source] + Markup(" – ") + names[row.target] for row in ties.itertuples()],
            **{text: ties[text].to_numpy() for text in texts},
            "expected": ties["expected"].map("{:.1f}".format).to_numpy(),
            "p_together": ties["p"].map("{:.3f}".format).to_numpy(),
            "q_together": ties["q"].map("{:.2f}".format).to_numpy(),
            "from_to": (surest["before"] + "–" + surest["after"]).to_numpy(),
            "difference": _points(surest["difference"]).to_numpy(),
            "interval": interval.to_numpy(),
            "p": surest["p"].map("{:.3f}".format).to_numpy(),
            "adjusted_p": surest["p_adjusted"].map("{:.2f}".format).to_numpy(),
            "verdict": surest["verdict"].to_numpy(),
            "passages": [link_paragraphs(one) for one in evidence],
        }
    )


def pick_changes(ties: pd.DataFrame, changes: pd.DataFrame) -> pd.DataFrame:
    """Of the comparisons of each tie the one with the strongest verdict, then the smallest p; in the order of `ties`."""
    order = changes.assign(rank=changes["verdict"].map(CHANGES.index))
    order = order.sort_values(["rank", "p", "before", "after"], kind="stable").drop_duplicates(["source", "target"])
    keys = pd.MultiIndex.from_frame(ties[["source", "target"]])
    return order.set_index(["source", "target"]).loc[keys].reset_index()


def _points(shares: pd.Series) -> pd.Series:
    return (100 * shares).map("{:+.0f}".format).str.replace("-", "−")
