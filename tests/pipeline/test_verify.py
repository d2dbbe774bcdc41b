import io
import subprocess
from base64 import b64encode
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from analysis.pipeline.verify import compare, compare_with_committed, export_index, format_differences

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">'
    '<defs><clipPath id="{name}"><rect x="{x}" y="1" width="200.5"/></clipPath></defs>'
    '<g clip-path="url(#{name})"><path d="M {x} 4 L 10 20.25" style="stroke: {colour}"/></g><text>{text}</text></svg>'
)


def svg(name: str = "p1", x: str = "3.123456", colour: str = "#0072b2", text: str = "52 %") -> str:
    return SVG.format(name=name, x=x, colour=colour, text=text)


def png(*levels: int) -> bytes:
    target = io.BytesIO()
    Image.fromarray(np.array([levels * 50], dtype=np.uint8)).save(target, format="PNG")
    return target.getvalue()


def differences(tmp_path: Path, name: str, old: str | bytes, new: str | bytes) -> list:
    for side, content in (("committed", old), ("fresh", new)):
        path = tmp_path / side / "reports" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return compare(tmp_path / "committed", tmp_path / "fresh")


def verdict(tmp_path: Path, name: str, old: str | bytes, new: str | bytes) -> str:
    found = differences(tmp_path, name, old, new)
    return "equal" if not found else "tolerated" if all(one.tolerated for one in found) else "different"


@pytest.mark.parametrize(
    ("name", "old", "new", "expected"),
    [
        ("a.csv", "theme,share\ncyber,0.25\n", "theme,share\ncyber,0.25\n", "equal"),
        ("a.csv", "theme,share\ncyber,0.250000001\n", "theme,share\ncyber,0.25\n", "tolerated"),
        ("a.csv", "theme,share\ncyber,0.251\n", "theme,share\ncyber,0.25\n", "different"),
        ("a.csv", "theme,share\ncyber,0\n", "theme,share\ncyber,1e-12\n", "tolerated"),
        ("a.csv", "theme,hits\ncyber,1000000001\n", "theme,hits\ncyber,1000000002\n", "different"),
        ("a.csv", "theme,share\ncyber,0.25\n", "theme,share\nCyber,0.25\n", "different"),
        ("a.csv", "theme,share\ncyber,0.25\n", "theme,share\n", "different"),
        ("a.csv", "theme,share\ncyber,0.25\n", "theme,share\ncyber,0.25,1\n", "different"),
        ("a.json", '{"a": [1, 2.0]}', '{"a": [1, 2.0000000001]}', "tolerated"),
        ("a.json", '{"a": [1, 2]}', '{"a": [1, 3]}', "different"),
        ("a.json", '{"a": 1, "b": 2}', '{"b": 2, "a": 1}', "different"),
        ("a.json", '{"a": 1}\n', '{"a": 1}', "tolerated"),
        ("a.json", '{"a": "#1e2345"}', '{"a": "#1e2346"}', "different"),
        ("a.csv", "date\n2014-03-11\n", "date\n2014-03-12\n", "different"),
        ("a.csv", "difference\n-1e-12\n", "difference\n1e-12\n", "tolerated"),
        ("a.json", '{"a": 1}', '{"a": true}', "different"),
        ("a.json", '{"a": 1}', '{"a": 1, "b": 1}', "different"),
        ("a.json", '{"a": 1}', '{"a": 1', "different"),
        ("a.svg", svg(), svg(name="p2"), "tolerated"),
        ("a.svg", svg(), svg(x="3.1239"), "tolerated"),
        ("a.svg", svg(), svg(x="3.14"), "different"),
        ("a.svg", svg(), svg(colour="#0072b3"), "different"),
        ("a.svg", svg(), svg(text="53 %"), "different"),
        ("a.svg", svg(), svg().replace("<text>52 %</text>", ""), "different"),
        ("a.svg", svg(), svg().replace(' width="200.5"', ""), "different"),
        ("a.png", png(0, 100, 200), png(0, 100, 201), "tolerated"),
        ("a.png", png(0, 100, 200), png(0, 100, 220), "different"),
        ("a.png", png(0, 100, 200), png(0, 100), "different"),
        ("a.html", "<p>52 %</p>", "<p>53 %</p>", "different"),
        ("a.txt", "one", "two", "different"),
        ("a.gexf", '<edge weight="0.25" />', '<edge weight="0.2500000001" />', "tolerated"),
        ("a.graphml", '<data key="d1">0.25</data>', '<data key="d1">0.26</data>', "different"),
        ("a.net", '1 "cyber" 0.5 0.25\n', '1 "Cyber" 0.5 0.25\n', "different"),
        ("a.net", "1 2 0.25\n", "1 3 0.25\n", "different"),
        ("a.txt", "1\t2\t0.25\n", "1\t2\t0.25\n2\t3\t0.25\n", "different"),
    ],
)
def test_each_kind_of_file_is_compared_by_its_rules(tmp_path, name, old, new, expected):
    assert verdict(tmp_path, name, old, new) == expected


def page(drawing: str = "", data: str = "", image: bytes = b"", text: str = "shares") -> str:
    table = b64encode(data.encode()).decode()
    return (
        f'<h1>{text}</h1>{drawing}<a href="data:text/csv;charset=utf-8;base64,{table}">CSV</a>\n'
        f'<img src="data:image/png;base64,{b64encode(image).decode()}">'
        f'<img src="data:image/svg+xml;base64,{b64encode(svg().encode()).decode()}">'
    )


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "equal"),
        ({"drawing": svg(x="3.1239")}, "tolerated"),
        ({"drawing": svg(x="4")}, "different"),
        ({"data": "share\n0.250000001\n"}, "tolerated"),
        ({"data": "share\n0.3\n"}, "different"),
        ({"image": png(0, 0, 0, 101)}, "tolerated"),
        ({"image": png(0, 0, 0, 200)}, "different"),
        ({"text": "Shares"}, "different"),
        ({"drawing": ""}, "different"),
    ],
)
def test_what_a_page_embeds_is_compared_by_the_rules_of_its_kind(tmp_path, changes, expected):
    content = {"drawing": svg(), "data": "share\n0.25\n", "image": png(0, 0, 0, 100)}
    assert verdict(tmp_path, "a.html", page(**content), page(**{**content, **changes})) == expected


def test_files_that_only_one_side_has_are_named(tmp_path):
    for name in ("committed/figures/old.svg", "fresh/reports/tables/new.csv", "fresh/elsewhere/other.csv"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    found = compare(tmp_path / "committed", tmp_path / "fresh")
    assert [(one.file, one.fresh) for one in found] == [
        ("figures/old.svg", "is not made"),
        ("reports/tables/new.csv", "is made"),
    ]


def test_the_table_names_file_place_both_values_and_their_distance(tmp_path):
    found = differences(tmp_path, "share.csv", "theme,share\ncyber,0.25\n", "theme,share\ncyber,0.26\n")
    lines = format_differences(found).splitlines()
    assert lines[0] == "reports/share.csv: 1 beyond tolerance, 0 within"
    assert lines[1].split() == ["!", "line", "2,", "cyber,", "0.25", "->", "0.26", "+0.01"]


def test_the_table_puts_failures_first_and_counts_what_it_leaves_out(tmp_path):
    old = "share\n" + "0.5\n" * 20 + "0.25\n"
    found = differences(tmp_path, "share.csv", old, old.replace("0.5", "0.5000000001").replace("0.25", "0.26"))
    lines = format_differences(found, each=3).splitlines()
    assert lines[1].startswith("  ! line 22")
    assert lines[-1] == "    … and 18 more"


@pytest.fixture
def repository(tmp_path) -> Path:
    folder = tmp_path / "project"
    (folder / "reports").mkdir(parents=True)
    (folder / "reports" / "a.csv").write_text("share\n0.25\n")
    for command in (["init", "-q"], ["add", "."]):
        subprocess.run(["git", "-C", str(folder), *command], check=True)
    return folder


def test_committed_is_what_git_holds_and_a_change_in_the_folder_is_named_too(repository, tmp_path):
    fresh = tmp_path / "fresh" / "reports"
    fresh.mkdir(parents=True)
    (fresh / "a.csv").write_text("share\n0.25\n")
    assert compare_with_committed(repository, tmp_path / "one", tmp_path / "fresh") == []
    (repository / "reports" / "a.csv").write_text("share\n0.26\n")
    (found,) = compare_with_committed(repository, tmp_path / "two", tmp_path / "fresh")
    assert found.file == "reports/a.csv (in the folder, not committed)"


def test_outdated_committed_files_are_found_though_the_folder_was_just_made_anew(repository, tmp_path):
    fresh = tmp_path / "fresh" / "reports"
    fresh.mkdir(parents=True)
    (fresh / "a.csv").write_text("share\n0.5\n")
    (repository / "reports" / "a.csv").write_text("share\n0.5\n")
    (found,) = compare_with_committed(repository, tmp_path / "one", tmp_path / "fresh")
    assert (found.file, found.committed, found.fresh) == ("reports/a.csv", "0.25", "0.5")


def test_without_git_there_is_no_index(tmp_path):
    assert not export_index(tmp_path, tmp_path / "target")
