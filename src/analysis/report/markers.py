"""The outlines of the markers of `analysis.report.style`, for networks on a page: matplotlib draws them in figures."""

from __future__ import annotations

from math import cos, radians, sin

Point = tuple[float, float]


def polygon(corners: int, *, turn: float = 0, inner: float = 1) -> list[Point]:
    """
    The corners of a regular polygon around (0, 0), y downwards, the first on top; with `inner`, of a star.

    Parameters
    ----------
    turn : degrees, clockwise
    inner : how far every second corner is from the middle; the others are at 1
    """
    angles = [radians(turn + 360 * corner / corners) for corner in range(corners)]
    reach = [inner if corner % 2 else 1.0 for corner in range(corners)]
    return [(far * sin(angle), -far * cos(angle)) for far, angle in zip(reach, angles, strict=True)]


def plus(*, turn: float = 0) -> list[Point]:
    """The corners of a plus whose arms are as long as wide, around (0, 0), turned clockwise by degrees."""
    points = []
    for quarter in range(4):
        across, along = cos(radians(turn + 90 * quarter)), sin(radians(turn + 90 * quarter))
        for x, y in ((-1 / 3, -1.0), (1 / 3, -1.0), (1 / 3, -1 / 3)):
            points.append((x * across - y * along, x * along + y * across))
    return points


# Each with how far it reaches, so that it covers the area of a circle of radius 1, or looks as if it did.
OUTLINES: dict[str, tuple[float, list[Point]]] = {
    "o": (1.0, []),  # a circle is drawn as such
    "D": (1.25, polygon(4)),
    "^": (1.3, polygon(3)),
    "s": (0.886, [(-1, -1), (1, -1), (1, 1), (-1, 1)]),
    "v": (1.3, polygon(3, turn=180)),
    "P": (1.19, plus()),
    "*": (1.67, polygon(10, inner=0.38)),
    "X": (1.19, plus(turn=45)),
    "<": (1.3, polygon(3, turn=-90)),
    "p": (1.15, polygon(5)),
    ">": (1.3, polygon(3, turn=90)),
    "h": (1.1, polygon(6)),
    "d": (1.6, [(0, -1), (0.6, 0), (0, 1), (-0.6, 0)]),
    "8": (1.05, polygon(8, turn=22.5)),
    "H": (1.1, polygon(6, turn=30)),
}


def marker_path(marker: str, radius: float) -> str:
    """
    The outline of a marker as large as a circle, as the ``d`` of an SVG path; empty for a circle itself.

    Parameters
    ----------
    marker : one of `analysis.report.style.MARKERS`
    radius : of the circle whose area it has, in units of the drawing

    Examples
    --------
    >>> marker_path("D", 4), marker_path("o", 4)
    ('M0 -5L5 0L0 5L-5 0Z', '')
    """
    reach, outline = OUTLINES[marker]
    points = [f"{round(x * reach * radius, 1) + 0:g} {round(y * reach * radius, 1) + 0:g}" for x, y in outline]
    return f"M{'L'.join(points)}Z" if points else ""
