"""Whether a fresh run gives the figures and reports that are committed: exactly, or how far from it."""

from __future__ import annotations

import csv
import io
import json
import math
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from base64 import b64decode
from collections.abc import Callable, Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote_to_bytes

FOLDERS = ("figures", "reports")

# Another processor adds up in another order: results may differ in the last digits, and drawings by what no eye sees.
RELATIVE, ABSOLUTE = 1e-6, 1e-9  # numbers in tables and values
SVG_ABSOLUTE = 1e-3  # in a drawing's own units, of which there are 72 to the inch
PIXEL_MAX, PIXEL_RMS = 8.0, 0.5  # of 255 steps of brightness

NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
REFERENCE = re.compile(r'(\bid="|"#|url\(#)([^")]+)')  # a name in a drawing, where it is given or used
COLOUR_OR_NAME = re.compile(r"#[\w-]+")
# What a page holds beside its text: files as data, drawings, data for a drawing.
PARTS = re.compile(
    r"""data:(?P<type>[\w/+.-]+)(?P<how>[;\w=-]*),(?P<data>[^"'\s)>]*)"""
    r"""|(?P<svg><svg\b.*?</svg>)"""
    r"""|(?<=<script type="application/json">)(?P<json>.*?)(?=</script>)""",
    flags=re.DOTALL,
)


class Difference(NamedTuple):
    """One thing that is not as committed; within tolerance it is a note, else it is a failure."""

    file: str
    where: str
    committed: str
    fresh: str
    amount: str
    tolerated: bool


Found = Iterator[tuple[str, str, str, str, bool]]  # where, committed, fresh, amount, tolerated


def compare(committed: Path, fresh: Path, folders: tuple[str, ...] = FOLDERS) -> list[Difference]:
    """
    Everything in which two trees of figures and reports differ, file by file.

    Equal bytes are equal. Otherwise CSV and JSON are compared field by field (texts and whole numbers exactly, others
    to a relative 1e-6 or an absolute 1e-9), graphs and text line by line in the same way, SVG as drawings (numbers to
    0.001 units), PNG by pixels (largest difference 8 of 255, root mean square 0.5), HTML exactly apart from the files
    and drawings it embeds, which follow the rules of their kind.

    Examples
    --------
    >>> compare(Path("nowhere"), Path("nowhere"))
    []
    """
    found = []
    for name in sorted({*list_files(committed, folders), *list_files(fresh, folders)}):
        old, new = committed / name, fresh / name
        if not new.is_file():
            found.append(Difference(name, "file", "is there", "is not made", "", False))
        elif not old.is_file():
            found.append(Difference(name, "file", "is not there", "is made", "", False))
        else:
            pairs = compare_content(Path(name).suffix, old.read_bytes(), new.read_bytes())
            found.extend(Difference(name, *pair) for pair in pairs)
    return found


def list_files(root: Path, folders: tuple[str, ...]) -> list[str]:
    """The names of all files in some folders below a root, hidden ones left out."""
    files = (file for folder in folders for file in (root / folder).rglob("*") if file.is_file())
    return [file.relative_to(root).as_posix() for file in files if not file.name.startswith(".")]


def compare_content(suffix: str, old: bytes, new: bytes) -> Found:
    """The differences of two files of a kind; none for equal bytes, one without detail for an unknown kind."""
    if old == new:
        return
    try:
        differences = list(KINDS.get(suffix, compare_bytes)(old, new))
    except (ValueError, SyntaxError, csv.Error):  # not of its kind: no JSON, no XML, no UTF-8
        differences = list(compare_bytes(old, new))
    yield from differences or [("bytes", f"{len(old)}", f"{len(new)}", "same content, written otherwise", True)]


def compare_bytes(old: bytes, new: bytes) -> Found:
    """That two files differ, and from which byte."""
    first = next((at for at, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    yield f"byte {first}", f"{len(old)} bytes", f"{len(new)} bytes", "", False


def compare_numbers(where: str, old: str, new: str, *, absolute: float = ABSOLUTE) -> Found:
    """The difference of two written numbers; whole ones must be equal."""
    a, b = float(old), float(new)
    if a == b or (math.isnan(a) and math.isnan(b)):
        return
    whole = re.fullmatch(r"[-+]?\d+", old) and re.fullmatch(r"[-+]?\d+", new)
    yield where, old, new, f"{b - a:+.3g}", not whole and math.isclose(a, b, rel_tol=RELATIVE, abs_tol=absolute)


def compare_field(where: str, old: str, new: str) -> Found:
    """The difference of two fields of a table: of numbers where both are, else of texts."""
    if old != new:
        if NUMBER.fullmatch(old) and NUMBER.fullmatch(new):
            yield from compare_numbers(where, old, new)
        else:
            yield where, repr(old), repr(new), "", False


def compare_csv(old: bytes, new: bytes) -> Found:
    """Tables, field by field; a field is named by its row (the first is the header, 1) and column."""
    before, after = (list(csv.reader(io.StringIO(content.decode("utf-8")))) for content in (old, new))
    if len(before) != len(after):
        yield "number of rows", str(len(before)), str(len(after)), f"{len(after) - len(before):+d}", False
    header = before[0] if before else []
    for number, (left, right) in enumerate(zip(before, after, strict=False), start=1):
        if len(left) != len(right):
            yield f"row {number}, number of columns", str(len(left)), str(len(right)), "", False
        for column, (a, b) in enumerate(zip(left, right, strict=False)):
            name = header[column] if column < len(header) else str(column + 1)
            yield from compare_field(f"row {number}, {name}", a, b)


def compare_lines(old: bytes, new: bytes) -> Found:
    """Graphs and other text, line by line: its numbers by tolerance, the rest exactly."""
    before, after = (content.decode("utf-8").splitlines() for content in (old, new))
    for number, (a, b) in enumerate(zip_longest(before, after, fillvalue=""), start=1):
        if NUMBER.sub("0", a) != NUMBER.sub("0", b):
            yield f"line {number}", *shorten_to_difference(a, b), "", False
            continue
        for left, right in zip(NUMBER.findall(a), NUMBER.findall(b), strict=True):
            yield from compare_numbers(f"line {number}", left, right)


def compare_json(old: bytes, new: bytes) -> Found:
    """Values, key by key."""
    yield from compare_values("", json.loads(old), json.loads(new))


def compare_values(where: str, old: Any, new: Any) -> Found:
    """The differences of two values as JSON knows them, each with its path."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted({*old, *new}):
            path = f"{where}.{key}".lstrip(".")
            if key in old and key in new:
                yield from compare_values(path, old[key], new[key])
            else:
                yield path, "is there" if key in old else "", "is there" if key in new else "", "", False
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for at, (a, b) in enumerate(zip(old, new, strict=True)):
            yield from compare_values(f"{where}[{at}]", a, b)
    elif type(old) in (int, float) and type(new) in (int, float):
        yield from compare_numbers(where, repr(old), repr(new))
    elif old != new or type(old) is not type(new):
        yield where, short(json.dumps(old)), short(json.dumps(new)), "", False


def compare_svg(old: bytes, new: bytes) -> Found:
    """Drawings, element by element. Names of elements are counted anew: they are checksums of what they draw."""
    trees = [ElementTree.fromstring(rename(content.decode("utf-8"))) for content in (old, new)]
    for at, (left, right) in enumerate(zip_longest(trees[0].iter(), trees[1].iter())):
        if left is None or right is None or left.tag != right.tag:
            yield f"element {at}", describe_element(left), describe_element(right), "", False
            return
        where = f"element {at} {describe_element(left)}"
        for key in sorted({*left.attrib, *right.attrib}):
            yield from compare_drawn(f"{where} {key}", left.get(key, ""), right.get(key, ""))
        for a, b in ((left.text, right.text), (left.tail, right.tail)):
            if (a or "").strip() != (b or "").strip():
                yield f"{where} text", short(a or ""), short(b or ""), "", False


def rename(svg: str) -> str:
    """A drawing whose names of elements are counted in their order."""
    names = {name: f"n{at}" for at, name in enumerate(dict.fromkeys(re.findall(r'\bid="([^"]+)"', svg)))}
    return REFERENCE.sub(lambda found: found[1] + names.get(found[2], found[2]), svg)


def describe_element(element: ElementTree.Element | None) -> str:
    """An element of a drawing by the name of its tag."""
    return "<" + element.tag.rpartition("}")[2] + ">" if element is not None else "nothing"


def compare_drawn(where: str, old: str, new: str) -> Found:
    """Two attributes of a drawing: their numbers by tolerance (the largest difference counts), the rest exactly."""
    if old == new:
        return
    bare = [COLOUR_OR_NAME.sub("", text) for text in (old, new)]
    same_words = NUMBER.sub("0", bare[0]) == NUMBER.sub("0", bare[1])
    if not same_words or COLOUR_OR_NAME.findall(old) != COLOUR_OR_NAME.findall(new):
        yield where, short(old), short(new), "", False
        return
    left, right = (NUMBER.findall(text) for text in bare)
    pairs = [pair for a, b in zip(left, right, strict=True) for pair in compare_lengths(where, a, b)]
    yield from sorted(pairs, key=lambda pair: (pair[4], -abs(float(pair[3]))))[:1]


def compare_lengths(where: str, old: str, new: str) -> Found:
    """Two numbers of a drawing; a whole one is only written shorter."""
    a, b = float(old), float(new)
    if a != b:
        close = math.isclose(a, b, rel_tol=RELATIVE, abs_tol=SVG_ABSOLUTE)
        yield where, old, new, f"{b - a:+.3g}", close


def compare_png(old: bytes, new: bytes) -> Found:
    """Images by their pixels, each channel from 0 to 255."""
    import numpy as np
    from PIL import Image

    left, right = (np.asarray(Image.open(io.BytesIO(content)).convert("RGBA"), dtype=float) for content in (old, new))
    if left.shape != right.shape:
        sizes = [f"{shape[1]} × {shape[0]} pixels" for shape in (left.shape, right.shape)]
        yield "size", sizes[0], sizes[1], "", False
        return
    difference = np.abs(left - right)
    largest, rms = float(difference.max()), float(np.sqrt(np.mean(difference**2)))
    if largest > 0:
        others = int((difference > 0).any(axis=2).sum())
        tolerated = largest <= PIXEL_MAX and rms <= PIXEL_RMS
        yield "pixels", "", f"{others} others", f"largest {largest:.0f}, rms {rms:.2g} of 255", tolerated


def compare_html(old: bytes, new: bytes) -> Found:
    """Pages: their text exactly, line by line, and what they embed by the rules of its kind."""
    before, after = old.decode("utf-8"), new.decode("utf-8")
    parts = [list(PARTS.finditer(text)) for text in (before, after)]
    left, right = (PARTS.sub("(embedded)", text).splitlines() for text in (before, after))
    for number, (a, b) in enumerate(zip_longest(left, right, fillvalue=""), start=1):
        if a != b:
            yield f"line {number}", *shorten_to_difference(a, b), "", False
    if len(parts[0]) == len(parts[1]):
        for at, (one, other) in enumerate(zip(*parts, strict=True), start=1):
            kinds = [embedded(part) for part in (one, other)]
            if kinds[0][0] != kinds[1][0]:
                yield f"embedded {at}, type", kinds[0][0], kinds[1][0], "", False
            else:
                found = compare_content(kinds[0][0], kinds[0][1], kinds[1][1])
                yield from ((f"embedded {at} ({kinds[0][0]}), {pair[0]}", *pair[1:]) for pair in found)


def embedded(part: re.Match[str]) -> tuple[str, bytes]:
    """The kind (as the ending of a file) and the content of something embedded in a page."""
    if part["svg"]:
        # As part of a page it may use names that a drawing of its own must declare.
        text = part["svg"].replace("<svg", '<svg xmlns:xlink="http://www.w3.org/1999/xlink"', 1)
        return ".svg", (part["svg"] if "xmlns:xlink" in part["svg"] else text).encode()
    if part["json"] is not None:
        return ".json", part["json"].encode()
    data = unquote_to_bytes(part["data"])
    suffix = {"image/svg+xml": ".svg", "image/png": ".png", "text/csv": ".csv", "application/json": ".json"}
    return suffix.get(part["type"], part["type"]), b64decode(data) if "base64" in part["how"] else data


KINDS: dict[str, Callable[[bytes, bytes], Found]] = {
    ".csv": compare_csv,
    ".json": compare_json,
    ".gexf": compare_lines,
    ".graphml": compare_lines,
    ".net": compare_lines,
    ".txt": compare_lines,
    ".svg": compare_svg,
    ".png": compare_png,
    ".html": compare_html,
}


# --- telling


def short(text: str, length: int = 40) -> str:
    """A text cut to a length."""
    return text if len(text) <= length else text[: length - 1] + "…"


def shorten_to_difference(old: str, new: str) -> tuple[str, str]:
    """Two lines from shortly before the place where they begin to differ."""
    same = next((at for at, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    start = max(0, same - 12)
    return short(old[start:].strip()), short(new[start:].strip())


def format_differences(differences: list[Difference], *, each: int = 12) -> str:
    """
    A table to read: under the name of each file what differs, with at most `each` lines per file.

    Failures come before what is within tolerance.
    """
    lines = []
    for file in dict.fromkeys(one.file for one in differences):
        own = sorted((one for one in differences if one.file == file), key=lambda one: one.tolerated)
        failures = sum(not one.tolerated for one in own)
        lines.append(f"{file}: {failures} beyond tolerance, {len(own) - failures} within")
        for one in own[:each]:
            mark = "~" if one.tolerated else "!"
            lines.append(f"  {mark} {one.where:<34} {one.committed:>24} -> {one.fresh:<24} {one.amount}".rstrip())
        if len(own) > each:
            lines.append(f"    … and {len(own) - each} more")
    return "\n".join(lines)


def verify(project: Path) -> int:
    """
    Make the figures and reports of a project anew in a scratch folder and compare them with those committed.

    Committed is what git's index holds, so that a change can be staged, verified and committed; files in the folder
    that differ from it are compared too. Without git, the folder's are compared. Prints what differs.

    Returns
    -------
    int, 0 when all is equal or within tolerance, 1 when not, or the status of the run that failed
    """
    scratch = Path(tempfile.mkdtemp(prefix="verify-"))
    fresh, committed = scratch / "fresh", scratch / "committed"
    status = subprocess.run([sys.executable, "-m", "doit", f"root={fresh}"], cwd=project, check=False).returncode
    if status:
        shutil.rmtree(scratch)
        return status
    differences = compare_with_committed(project, committed, fresh)
    n_files = len(list_files(fresh, FOLDERS))
    failures = [one for one in differences if not one.tolerated]
    if differences:
        print(f"\n{'! differs, ~ within tolerance':<38} {'committed':>24} -> fresh")
        print(format_differences(differences))
    if failures:
        files = {one.file for one in failures}
        print(f"\n{len(failures)} differences in {len(files)} files. The fresh ones are in {fresh}.")
        print("Where they are right, run make reports and commit figures/ and reports/.")
        return 1
    shutil.rmtree(scratch)
    how = "agree within tolerance" if differences else "are equal to the byte"
    print(f"Verified: {n_files} files {how}.")
    return 0


def compare_with_committed(project: Path, committed: Path, fresh: Path) -> list[Difference]:
    """The differences between fresh files and those git holds, and those in the folder where they are others."""
    if not export_index(project, committed):
        print("No git here: comparing with the files in the folder.")
        return compare(project, fresh)
    differences = compare(committed, fresh)
    changed = {one.file for one in compare(committed, project)}
    in_folder = [one for one in compare(project, fresh) if one.file in changed]
    return [*differences, *(one._replace(file=f"{one.file} (in the folder, not committed)") for one in in_folder)]


def export_index(project: Path, target: Path) -> bool:
    """Write the figures and reports of git's index below `target`; whether there is an index."""
    try:
        git = ["git", "-C", str(project)]
        names = subprocess.run([*git, "ls-files", "-z", "--", *FOLDERS], check=True, capture_output=True).stdout
        into = ["checkout-index", "-z", "--stdin", f"--prefix={target}/"]
        subprocess.run([*git, *into], input=names, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


if __name__ == "__main__":
    sys.exit(verify(Path.cwd()))
