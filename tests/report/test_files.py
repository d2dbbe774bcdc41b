import io
import json
import re
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from PIL import Image

from analysis.inputs import InputError
from analysis.report import files, style


def draw(fig: Figure | None = None) -> Figure:
    """A figure with all that differs between runs when nothing is done: clip paths, markers, text, dates."""
    fig = fig or Figure(figsize=(3, 2))
    ax = fig.subplots()
    ax.plot([1, 2, 4], [1, 1 / 3, 2], color=style.INK, marker="o", markeredgecolor=style.PAPER)
    ax.fill_between([1, 4], [0, 1], color=style.HAIRLINE)
    ax.set_title("Reële dreiging", color=style.MUTED)
    return fig


def test_names_that_lead_out_of_a_folder_are_refused():
    with pytest.raises(InputError, match=r"run: found '\.\./x'"):
        files.check_name("../x", "run")


def test_both_pictures_are_the_same_bytes_again():
    def both() -> tuple[str, bytes]:
        fig = draw()
        return files.svg_text(fig), files.png_bytes(fig)

    assert both() == both()


def test_a_png_has_200_dpi_is_on_white_and_names_no_tool():
    with Image.open(io.BytesIO(files.png_bytes(draw()))) as image:
        assert image.size == (600, 400)
        assert image.convert("RGBA").getpixel((1, 1)) == (255, 255, 255, 255)
        assert "Software" not in image.info


def test_svg_text_holds_no_date_tool_comment_or_address():
    svg = files.svg_text(draw())
    assert not re.search(
        r"date|matplotlib v|<!--|DOCTYPE|metadata|https?://(?!www\.w3\.org/(2000/svg|1999/xlink))", svg
    )


def test_svg_text_draws_letters_as_paths():
    svg = files.svg_text(draw())
    assert "<text" not in svg
    assert "DejaVuSans" in svg


def test_svg_text_is_well_formed_and_keeps_two_decimals_in_paths():
    root = ElementTree.fromstring(files.svg_text(draw()))
    paths = [one.get("d", "") for one in root.iter("{http://www.w3.org/2000/svg}path")]
    assert paths
    assert not re.search(r"\.\d{3}", " ".join(paths))


@pytest.mark.parametrize(
    ("data", "short"),
    [
        ("M 1.23456 -0.00012\nL 12345.678 0.5 z", "M 1.23 0 L 12345.68 0.5 z"),
        ("M 1e-05 2.0004 L 3 4", "M 1e-05 2 L 3 4"),
        ("M 100.000 20.996", "M 100 21"),
    ],
)
def test_paths_are_rounded_to_two_decimals_and_exponents_left_alone(data, short):
    assert files._shorten(f'<path d="{data}"/>') == f'<path d="{short}"/>'


def test_svg_text_turns_each_grey_and_nothing_else_dark():
    svg = files.svg_text(draw())
    for light, dark in style.DARK.items():
        for what in ("fill", "stroke"):
            assert f'[style*="{what}: {light}"]{{{what}:{dark} !important}}' in svg
    changed = set(re.findall(r'\[style\*="(?:fill|stroke): (#\w+)"\]', svg))
    assert changed == {*style.DARK, "#000000"}


def test_the_greys_can_be_read_on_paper_by_day_and_by_night():
    def contrast(one: str, other: str) -> float:
        light = sorted((luminance(one), luminance(other)), reverse=True)
        return (light[0] + 0.05) / (light[1] + 0.05)

    def luminance(colour: str) -> float:  # WCAG 2.2, definition of relative luminance
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return float(np.dot(linear, [0.2126, 0.7152, 0.0722]))

    by_day = [contrast(grey, style.PAPER) for grey in (style.INK, style.MUTED)]
    by_night = [contrast(style.DARK[grey], style.DARK[style.PAPER]) for grey in (style.INK, style.MUTED)]
    assert min(by_day + by_night) > 4.5
    assert [round(ratio, 1) for ratio in by_day + by_night] == [17.4, 6.4, 14.0, 7.2]


def test_a_csv_has_nine_digits_and_no_index():
    frame = pd.DataFrame({"term": ["a", "b"], "share": [1 / 3, 0.5]}, index=[7, 9])
    assert files.csv_text(frame) == "term,share\na,0.333333333\nb,0.5\n"


def test_json_has_sorted_keys_and_nine_digits_and_takes_numpy():
    values = {
        "b": np.float64(1 / 3),
        "a": np.int64(4),
        "c": [np.nan, (1, 2)],
        "d": np.array([0.1]),
        "e": np.bool_(True),
    }
    assert list(json.loads(files.json_text(values)).items()) == [
        ("a", 4),
        ("b", 0.333333333),
        ("c", [None, [1, 2]]),
        ("d", [0.1]),
        ("e", True),
    ]


def test_write_atomically_leaves_the_old_content_when_it_fails(tmp_path):
    path = tmp_path / "values.json"
    files.write_atomically(path, b"old")
    with pytest.raises(TypeError):
        files.write_atomically(path, "no bytes")
    assert path.read_bytes() == b"old"
    assert [one.name for one in tmp_path.iterdir()] == ["values.json"]
