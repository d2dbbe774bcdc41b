import json
import re
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from PIL import Image

from analysis.inputs import InputError
from analysis.report import exports


def draw(fig: Figure | None = None) -> Figure:
    """A figure with all that differs between runs when nothing is done: clip paths, markers, text, dates."""
    fig = fig or Figure(figsize=(3, 2))
    ax = fig.subplots()
    ax.plot([1, 2, 4], [1, 1 / 3, 2], color=exports.INK, marker="o", markeredgecolor=exports.PAPER)
    ax.fill_between([1, 4], [0, 1], color=exports.HAIRLINE)
    ax.set_title("Reële dreiging", color=exports.MUTED)
    return fig


@pytest.fixture
def outputs(tmp_path):
    return exports.open_outputs(tmp_path / "out", "03_theme-cyber")


def test_open_outputs_refuses_a_run_that_is_no_file_name(tmp_path):
    with pytest.raises(InputError, match=r"run: found '\.\./x'"):
        exports.open_outputs(tmp_path, "../x")


def test_save_figure_names_its_files_after_run_and_name(outputs):
    svg = exports.save_figure(outputs, "attention", draw())
    folder = outputs.folder / "figures"
    assert sorted(path.name for path in folder.iterdir()) == [
        "03_theme-cyber-attention.png",
        "03_theme-cyber-attention.svg",
    ]
    assert (folder / "03_theme-cyber-attention.svg").read_text() == svg


def test_save_figure_writes_the_same_bytes_again(outputs):
    def both() -> list[bytes]:
        exports.save_figure(outputs, "attention", draw())
        return [path.read_bytes() for path in sorted((outputs.folder / "figures").iterdir())]

    assert both() == both()


def test_save_figure_closes_the_figure_so_that_jupyter_shows_it_once(outputs):
    fig = draw(plt.figure())
    exports.save_figure(outputs, "attention", fig)
    assert not plt.fignum_exists(fig.number)


def test_save_figure_writes_a_png_of_200_dpi_on_white_without_the_name_of_a_tool(outputs):
    exports.save_figure(outputs, "attention", draw())
    with Image.open(outputs.folder / "figures/03_theme-cyber-attention.png") as image:
        assert image.size == (600, 400)
        assert image.convert("RGBA").getpixel((1, 1)) == (255, 255, 255, 255)
        assert "Software" not in image.info


def test_svg_text_holds_no_date_tool_comment_or_address():
    svg = exports.svg_text(draw())
    assert not re.search(
        r"date|matplotlib v|<!--|DOCTYPE|metadata|https?://(?!www\.w3\.org/(2000/svg|1999/xlink))", svg
    )


def test_svg_text_draws_letters_as_paths():
    svg = exports.svg_text(draw())
    assert "<text" not in svg
    assert "DejaVuSans" in svg


def test_svg_text_is_well_formed_and_keeps_two_decimals_in_paths():
    root = ElementTree.fromstring(exports.svg_text(draw()))
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
    assert exports._shorten(f'<path d="{data}"/>') == f'<path d="{short}"/>'


def test_svg_text_turns_each_grey_and_nothing_else_dark():
    svg = exports.svg_text(draw())
    for light, dark in exports.DARK.items():
        for what in ("fill", "stroke"):
            assert f'[style*="{what}: {light}"]{{{what}:{dark} !important}}' in svg
    changed = set(re.findall(r'\[style\*="(?:fill|stroke): (#\w+)"\]', svg))
    assert changed == {*exports.DARK, "#000000"}


def test_the_greys_can_be_read_on_paper_by_day_and_by_night():
    def contrast(one: str, other: str) -> float:
        light = sorted((luminance(one), luminance(other)), reverse=True)
        return (light[0] + 0.05) / (light[1] + 0.05)

    def luminance(colour: str) -> float:  # WCAG 2.2, definition of relative luminance
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return float(np.dot(linear, [0.2126, 0.7152, 0.0722]))

    by_day = [contrast(grey, exports.PAPER) for grey in (exports.INK, exports.MUTED)]
    by_night = [contrast(exports.DARK[grey], exports.DARK[exports.PAPER]) for grey in (exports.INK, exports.MUTED)]
    assert min(by_day + by_night) > 4.5
    assert [round(ratio, 1) for ratio in by_day + by_night] == [17.4, 6.4, 14.0, 7.2]


def test_save_table_writes_nine_digits_and_no_index(outputs):
    frame = pd.DataFrame({"term": ["a", "b"], "share": [1 / 3, 0.5]}, index=[7, 9])
    assert exports.save_table(outputs, "words", frame) == "term,share\na,0.333333333\nb,0.5\n"
    assert (outputs.folder / "tables/03_theme-cyber-words.csv").read_text() == "term,share\na,0.333333333\nb,0.5\n"


def test_save_values_sorts_keys_rounds_to_nine_digits_and_takes_numpy(outputs):
    values = {
        "b": np.float64(1 / 3),
        "a": np.int64(4),
        "c": [np.nan, (1, 2)],
        "d": np.array([0.1]),
        "e": np.bool_(True),
    }
    path = exports.save_values(outputs, values)
    assert path.name == "03_theme-cyber.json"
    assert list(json.loads(path.read_text()).items()) == [
        ("a", 4),
        ("b", 0.333333333),
        ("c", [None, [1, 2]]),
        ("d", [0.1]),
        ("e", True),
    ]


def test_write_atomically_leaves_the_old_content_when_it_fails(tmp_path):
    path = tmp_path / "values.json"
    exports.write_atomically(path, b"old")
    with pytest.raises(TypeError):
        exports.write_atomically(path, "no bytes")
    assert path.read_bytes() == b"old"
    assert [one.name for one in tmp_path.iterdir()] == ["values.json"]
