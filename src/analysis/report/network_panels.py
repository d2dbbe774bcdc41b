"""
The drawing of a network: one panel per text, one for the change, the same places in all.

Numbers, names of classes and sentences, without markup. Two pens draw from it: a template that escapes everything
sets the page's SVG, and `analysis.networks.plots.plot_panels` the figure.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from analysis.report.markers import marker_path
from analysis.report.network_view import CHANGES

Place = tuple[float, float]
Box = tuple[float, float, float, float]  # left, top, right, bottom

# All panels are drawn 360 units wide; the style sheet decides how many pixels that is.
WIDTH, LOWEST, TALLEST, SIDE, EDGE = 360, 200, 340, 44, 20
# Size of labels in units, for panels of at least 0, 330, 450 and 640 pixels: ten pixels or a little more in each.
LABEL_SIZES = (13, 10.8, 8.2, 5.6)
PLACING_SIZE = LABEL_SIZES[2]  # at which sides are chosen: that of a desktop
TIE_STEPS = (2, 3, 5, 8, 13)  # from so many paragraphs on, a tie is drawn in the next width
# Changes of which something can be said, in the order in which they are drawn, over those of which it cannot.
SURE_CHANGES = ("weaker", "stronger", "gone", "new")
# Where a label may stand from its term, best first: east, west, north …
DIRECTIONS = ("e", "w", "n", "s", "ne", "se", "nw", "sw")

# Widths of letters in ems, in the widest of the usual sans-serif fonts (DejaVu Sans), and how much bold adds.
NARROW, LARGE, CAPITAL, OTHER, BOLD = 0.36, 0.95, 0.72, 0.61, 1.1


def draw_panels(view: Mapping[str, Any]) -> dict[str, Any]:
    """
    What is needed to set a network that `network_view.check_network` let pass.

    Returns
    -------
    dict
        ``width``, ``height`` (units of the drawing); ``panels``, each with ``title``, ``label`` (its content in a
        sentence), ``ties`` and ``nodes`` in the order in which they are drawn; ``terms`` and ``links``, once each,
        with the sentences that are read out; ``themes`` with their markers, ``changes`` with the number of ties of
        each and ``sure`` (those that are no chance), for the key.
    """
    places, height = place_nodes([(node["x"], node["y"]) for node in view["nodes"]])
    terms = _terms(view, places, height)
    links = _links(view)
    panels = [_text_panel(view, number, terms, links, height) for number in range(len(view["texts"]))]
    changes = Counter(tie["change"] for tie in view["ties"])
    if view["compare"]:
        panels.append(_change_panel(view, terms, links, changes, height))
    return {
        "width": WIDTH,
        "height": height,
        "panels": panels,
        "terms": terms,
        "links": links,
        "themes": [{**theme, "path": marker_path(theme["marker"], 4.5)} for theme in view["themes"]],
        "changes": [(change, changes[change]) for change in CHANGES],
        "sure": SURE_CHANGES,
    }


def place_nodes(coordinates: Sequence[Place]) -> tuple[list[Place], int]:
    """
    Coordinates of a layout in units of the drawing, one scale for both directions, and the height that takes.

    Examples
    --------
    >>> place_nodes([(0, 0), (2, 1)])
    ([(44.0, 168.0), (316.0, 32.0)], 200)
    """
    if not coordinates:
        return [], LOWEST
    (left, right), (bottom, top) = ((min(axis), max(axis)) for axis in zip(*coordinates, strict=True))
    scale = min((WIDTH - 2 * SIDE) / ((right - left) or 1), (TALLEST - 2 * EDGE) / ((top - bottom) or 1))
    height = max(LOWEST, math.ceil((top - bottom) * scale) + 2 * EDGE)
    middle, centre = (left + right) / 2, (bottom + top) / 2
    return [
        (round(WIDTH / 2 + (x - middle) * scale, 1), round(height / 2 - (y - centre) * scale, 1))
        for x, y in coordinates
    ], height


def _terms(view: Mapping[str, Any], places: Sequence[Place], height: int) -> list[dict[str, Any]]:
    """Each term once: its place, its marker, where its label stands and what is said of it."""
    themes = {theme["name"]: theme for theme in view["themes"]}
    n_ties = Counter(end for tie in view["ties"] for end in (tie["source"], tie["target"]) if any(tie["counts"]))
    terms = [
        {
            **{key: node[key] for key in ("label", "gloss", "language", "theme", "counts", "passages")},
            "x": place[0],
            "y": place[1],
            "marker": themes[node["theme"]]["marker"] if node["theme"] else "o",
            "colour": themes[node["theme"]]["colour"] if node["theme"] else "",
            "radius": mark_radius(max(node["counts"]), node["theme"]),
            "says": f"{_by_text(node['counts'], view)}; {_number(n_ties[node['id']], 'tie')}",
        }
        for node, place in zip(view["nodes"], places, strict=True)
    ]
    sides = place_labels(terms, [sum(term["counts"]) for term in terms], height)
    for term, side in zip(terms, sides, strict=True):
        term |= {"side": side, "at": label_place(side or _inside("e", term["label"], term), term["radius"])}
    return terms


def _links(view: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Each tie once: its two ends as positions among the terms, and what is said of it."""
    position = {node["id"]: number for number, node in enumerate(view["nodes"])}
    return [
        {
            "ends": (position[tie["source"]], position[tie["target"]]),
            "total": sum(tie["counts"]),
            "passages": tie["passages"],
            "says": _tie_sentence(tie, view),
            **{key: tie[key] for key in ("counts", "kept", "change", "difference")},
        }
        for tie in view["ties"]
    ]


def _text_panel(
    view: Mapping[str, Any], number: int, terms: Sequence[Any], links: Sequence[Any], height: int
) -> dict[str, Any]:
    """The network of one text: dark the ties that pass the test, hollow the terms that it does not have."""
    ties = [
        _line(link, terms, at, f"{'kept' if link['kept'][number] else 'loose'} w{_step(link['counts'][number])}")
        for at, link in enumerate(links)
        if link["counts"][number]
    ]
    nodes = _marks(terms, [term["counts"][number] for term in terms], height)
    present = sum(term["counts"][number] > 0 for term in terms)
    kept = sum(link["kept"][number] for link in links if link["counts"][number])
    text = view["texts"][number]
    says = (
        f"{text['id']}: {present} of {_number(len(terms), 'term')}, {_number(len(ties), 'tie')}; {kept} pass the test."
    )
    ties.sort(key=lambda tie: tie["classes"].startswith("kept"))  # what counts is drawn last, on top
    return {"name": text["id"], "title": text["title"], "label": says, "ties": ties, "nodes": nodes}


def _change_panel(
    view: Mapping[str, Any], terms: Sequence[Any], links: Sequence[Any], changes: Mapping[str, int], height: int
) -> dict[str, Any]:
    """What changed between two texts: ties by their change, those no larger than chance as hair lines."""
    ties = [_line(link, terms, at, _change_classes(link)) for at, link in enumerate(links)]
    ties.sort(key=lambda tie: SURE_CHANGES.index(tie["classes"]) if tie["classes"] in SURE_CHANGES else -1)
    compared = [place for place, text in enumerate(view["texts"]) if text["id"] in view["compare"]]
    there = [any(node["counts"][place] for place in compared) for node in view["nodes"]]
    nodes = _marks(terms, [3 if one else 0 for one in there], height)
    first, second = view["compare"]
    numbers = ", ".join(f"{changes[change]} {change}" for change in CHANGES if changes[change]) or "none"
    title = f"Change from {first} to {second}"
    return {"name": title, "title": title, "label": f"{title}, ties: {numbers}.", "ties": ties, "nodes": nodes}


def _change_classes(link: Mapping[str, Any]) -> str:
    """The style of a tie in the panel of changes; of one no larger than chance only which way it points."""
    if link["change"] in SURE_CHANGES:
        return str(link["change"])
    return f"unsure {'more' if link['difference'] > 0 else 'fewer' if link['difference'] < 0 else 'even'}"


def _line(link: Mapping[str, Any], terms: Sequence[Any], number: int, classes: str) -> dict[str, Any]:
    (x1, y1), (x2, y2) = ends = [(terms[at]["x"], terms[at]["y"]) for at in link["ends"]]
    return {"number": number, "classes": classes, "ends": ends, "path": f"M{x1:g} {y1:g}L{x2:g} {y2:g}"}


def _marks(terms: Sequence[Any], counts: Sequence[int], height: int) -> list[dict[str, Any]]:
    """The terms in one panel: markers in the size of their counts, and which labels there is room for."""
    fits = {words: fit_labels([term[words] for term in terms], terms, counts, height) for words in ("label", "gloss")}
    return [
        {
            "number": number,
            "classes": "ghost" if not count else "themed" if term["theme"] else "plain",
            "radius": round(mark_radius(count, term["theme"]), 1),
            "path": marker_path(term["marker"], mark_radius(count, term["theme"])),
            "fit": fits["label"][number],
            "gloss_fit": fits["gloss"][number],
        }
        for number, (term, count) in enumerate(zip(terms, counts, strict=True))
    ]


def mark_radius(count: int, theme: str | None) -> float:
    """Area grows with the count; terms of a theme are larger, for their form must be recognised."""
    if not count:
        return 2.2 if theme else 1.5
    return min(2.6 + 0.75 * math.sqrt(count), 8) if theme else min(1.2 + 0.5 * math.sqrt(count), 5)


def _step(count: int) -> int:
    """
    Which of the widths a tie has, from 1.

    Examples
    --------
    >>> [_step(count) for count in (1, 2, 4, 100)]
    [1, 2, 3, 6]
    """
    return 1 + sum(count >= step for step in TIE_STEPS)


# --- labels


def place_labels(
    terms: Sequence[Mapping[str, Any]], weights: Sequence[float], height: int, *, size: float = PLACING_SIZE
) -> list[str | None]:
    """
    The side of its term on which each label stands in all panels: the first of `DIRECTIONS` with room, or None.

    The term of most weight goes first, equal ones by label. There is room where the label covers neither another one
    nor the marker of another term, and lies within the drawing.

    Parameters
    ----------
    terms : each with ``label``, ``x``, ``y``, ``radius`` (units) and ``theme``
    size : of the letters, in units

    Examples
    --------
    >>> shared = {"x": 300, "radius": 2, "theme": None}
    >>> terms = [{"label": "grens", "y": 50, **shared}, {"label": "kust", "y": 52, **shared}]
    >>> place_labels(terms, [2, 1], 200)
    ['e', 'w']
    """
    marks = [_mark_box(term) for term in terms]
    sides: list[str | None] = [None] * len(terms)
    taken: list[Box] = []
    for at in _order(terms, weights):
        term, others = terms[at], [*marks[:at], *marks[at + 1 :]]
        for side in DIRECTIONS:
            box = _box(term["label"], {**term, "at": label_place(side, term["radius"])}, size)
            if _has_room(box, [*taken, *others], height):
                sides[at] = side
                taken.append(box)
                break
    return sides


def fit_labels(words: Sequence[str], terms: Sequence[Any], counts: Sequence[int], height: int) -> list[int]:
    """
    For how many of `LABEL_SIZES`, counted from the smallest, there is room for each word: 0, then it shows on focus.

    Words that have room in a large size keep it in all smaller ones; otherwise the more frequent term goes first, and
    one that is not in the panel (its count is 0) or has no ``side`` not at all.
    """
    order = [at for at in _order(terms, counts) if counts[at] and terms[at]["side"] and words[at]]
    marks = [_mark_box(term) for term in terms]
    fits = [0] * len(terms)
    for left, size in zip(range(len(LABEL_SIZES), 0, -1), LABEL_SIZES, strict=True):
        boxes = {at: _box(words[at], terms[at], size) for at in order}
        taken = [boxes[at] for at in order if fits[at]]
        for at in order:
            if not fits[at] and _has_room(boxes[at], [*taken, *marks[:at], *marks[at + 1 :]], height):
                fits[at] = left
                taken.append(boxes[at])
    return fits


def label_place(direction: str, radius: float) -> dict[str, Any]:
    """
    Where a label stands from its term: ``x``, ``y`` (units), ``dy`` (ems, down) and ``anchor``.

    Examples
    --------
    >>> label_place("e", 4)
    {'x': 6.5, 'y': 0, 'dy': 0.34, 'anchor': 'start'}
    """
    gap = round(radius + 2.5, 1)
    slant = round(0.7 * gap, 1) if len(direction) == 2 else gap
    x = slant if "e" in direction else -slant if "w" in direction else 0
    y = -slant if "n" in direction else slant if "s" in direction else 0
    dy = 0 if "n" in direction else 0.72 if "s" in direction else 0.34
    return {"x": x, "y": y, "dy": dy, "anchor": "start" if x > 0 else "end" if x < 0 else "middle"}


def _inside(direction: str, word: str, term: Mapping[str, Any]) -> str:
    """East, or west where a word of medium size would leave the panel in the east alone."""
    reach = LABEL_SIZES[1] * sum(map(_letter, word)) + 6
    return "w" if term["x"] + reach > WIDTH and term["x"] - reach >= 0 else direction


def _order(terms: Sequence[Mapping[str, Any]], weights: Sequence[float]) -> list[int]:
    return sorted(range(len(terms)), key=lambda at: (-weights[at], terms[at]["label"]))


def _mark_box(term: Mapping[str, Any]) -> Box:
    """What of a marker must not lie under a label: all but its rim; of small grey dots only the middle."""
    half = max(term["radius"] - 1.5, 0.5)
    return term["x"] - half, term["y"] - half, term["x"] + half, term["y"] + half


def _box(word: str, term: Mapping[str, Any], size: float) -> Box:
    """The room that a label takes in a size of letters."""
    width = size * sum(map(_letter, word)) * (BOLD if term["theme"] else 1)
    at = term["at"]
    left = term["x"] + at["x"] - {"start": 0, "middle": width / 2, "end": width}[at["anchor"]]
    base = term["y"] + at["y"] + at["dy"] * size
    return left, base - 0.74 * size, left + width, base + 0.18 * size


def _letter(letter: str) -> float:
    if letter in "fijlrtI.,'-() ":
        return NARROW
    return LARGE if letter in "mwMW" else CAPITAL if letter.isupper() else OTHER


def _has_room(box: Box, taken: Sequence[Box], height: int) -> bool:
    inside = box[0] >= 0 and box[1] >= 0 and box[2] <= WIDTH and box[3] <= height
    return inside and not any(
        box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3] for other in taken
    )


# --- sentences


def _by_text(counts: Sequence[int], view: Mapping[str, Any]) -> str:
    """``5 paragraphs in 2014, 5 in 2018, 2 in 2020``."""
    parts = [f"{count} in {text['id']}" for count, text in zip(counts, view["texts"], strict=True)]
    return ", ".join(
        [parts[0].replace(" in ", " paragraph in " if counts[0] == 1 else " paragraphs in ", 1), *parts[1:]]
    )


def _tie_sentence(tie: Mapping[str, Any], view: Mapping[str, Any]) -> str:
    kept = [text["id"] for text, kept in zip(view["texts"], tie["kept"], strict=True) if kept]
    parts = [f"together in {_by_text(tie['counts'], view)}"]
    parts += [f"passes the test in {', '.join(kept)}"] if kept else []
    parts += [f"{' to '.join(view['compare'])}: {tie['change']}"] if view["compare"] else []
    return "; ".join(parts)


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
