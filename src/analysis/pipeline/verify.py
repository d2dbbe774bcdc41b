"""Verification: whether a fresh run gives the figures and reports that are committed, exactly or within tolerance."""

from __future__ import annotations

import io
import math
import re
import shutil
import subprocess
import sys
import tempfile
from base64 import b64decode
from collections.abc import Iterator
from itertools import groupby, zip_longest
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

FOLDERS = ("figures", "reports")

# Another processor adds up in another order: results may differ in the last digits, and drawings by what no eye sees.
RELATIVE, ABSOLUTE = 1e-6, 1e-9  # of numbers in tables, values, graphs and pages
DRAWN = 0.011  # of numbers in drawings, whose unit is 1/72 inch: one step of the two decimals that paths have
PIXEL_MAX, PIXEL_RMS = 8.0, 0.5  # of 255 steps of brightness

NUMBER = re.compile(r"(?<![\w.#])[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")  # no part of a colour or a name
NAME = re.compile(r'(\bid="|"#|url\(#)([^")]+)')  # of an element of a drawing, where it is given or used
# What a page holds beside its text: files as data, drawings.
PARTS = re.compile(
    r"""data:(?P<type>[\w/+.-]+)(?P<how>[;\w=-]*),(?P<data>[^"'\s)>]*)|<svg\b.*?</svg>""", flags=re.DOTALL
)
SUFFIXES = {"image/png": ".png", "image/svg+xml": ".svg"}


class Difference(NamedTuple):
    """A place where a file is not as committed; within tolerance it is a note, else it is a failure."""

    file: str
    where: str
    committed: str
    fresh: str
    amount: str
    tolerated: bool


Places = Iterator[tuple[str, str, str, str, bool]]  # where, committed, fresh, amount, tolerated


def compare(committed: Path, fresh: Path, folders: tuple[str, ...] = FOLDERS) -> list[Difference]:
    """
    Everything in which two trees of figures and reports differ, file by file.

    Equal bytes are equal. In text of any format all but the numbers must be the same, whole numbers too; others may
    differ by a relative 1e-6 or an absolute 1e-9, in SVG by 0.011 (1/72 inch). Files and drawings that a page embeds
    are compared in the same way. Of PNG the largest difference of a pixel may be 8 of 255, the root mean square 0.5.

    Parameters
    ----------
    committed, fresh : roots of the two trees
    folders : which folders below them are compared

    Returns
    -------
    list of Difference, by name of file

    Examples
    --------
    >>> compare(Path("nowhere"), Path("nowhere"))
    []
    """
    differences = []
    for name in sorted({*list_files(committed, folders), *list_files(fresh, folders)}):
        old, new = committed / name, fresh / name
        if not new.is_file():
            differences.append(Difference(name, "file", "is there", "is not made", "", False))
        elif not old.is_file():
            differences.append(Difference(name, "file", "is not there", "is made", "", False))
        else:
            places = compare_content(Path(name).suffix, old.read_bytes(), new.read_bytes())
            differences.extend(Difference(name, *place) for place in places)
    return differences


def list_files(root: Path, folders: tuple[str, ...]) -> list[str]:
    """The names of all files in some folders below a root, hidden ones left out."""
    files = (file for folder in folders for file in (root / folder).rglob("*") if file.is_file())
    return [file.relative_to(root).as_posix() for file in files if not file.name.startswith(".")]


def compare_content(suffix: str, old: bytes, new: bytes) -> Places:
    """The differences of two files, `suffix` their ending; none for equal bytes."""
    if old == new:
        return
    try:
        if suffix == ".png":
            differences = list(compare_png(old, new))
        elif suffix == ".html":
            differences = list(compare_page(old.decode(), new.decode()))
        elif suffix == ".svg":
            differences = list(compare_text(count_names(old.decode()), count_names(new.decode()), DRAWN))
        else:
            differences = list(compare_text(old.decode(), new.decode(), ABSOLUTE))
    except (ValueError, OSError):  # not of its kind: no UTF-8, no image
        at = next((at for at, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
        differences = [(f"byte {at}", f"{len(old)} bytes", f"{len(new)} bytes", "", False)]
    yield from differences or [("bytes", f"{len(old)}", f"{len(new)}", "same content, written otherwise", True)]


def compare_text(old: str, new: str, absolute: float) -> Places:
    """Two texts line by line: each number by tolerance, whole ones and all that is no number exactly."""
    for line, (a, b) in enumerate(zip_longest(old.splitlines(), new.splitlines(), fillvalue=""), start=1):
        if a != b and NUMBER.sub("0", a) != NUMBER.sub("0", b):
            yield f"line {line}", *shorten_to_difference(a, b), "", False
        elif a != b:
            for left, right in zip(NUMBER.finditer(a), NUMBER.finditer(b), strict=True):
                if left[0] != right[0]:
                    x, y = float(left[0]), float(right[0])
                    whole = all(re.fullmatch(r"[-+]?\d+", number[0]) for number in (left, right))
                    close = not whole and math.isclose(x, y, rel_tol=RELATIVE, abs_tol=absolute)
                    where = f"line {line}, {a[: left.start()][-16:].strip()}"
                    yield where, left[0], right[0], f"{y - x:+.3g}", x == y or close


def count_names(svg: str) -> str:
    """A drawing whose elements are named by their order: matplotlib names them by checksums of what they draw."""
    names = {name: f"n{at}" for at, name in enumerate(dict.fromkeys(re.findall(r'\bid="([^"]+)"', svg)))}
    return NAME.sub(lambda match: match[1] + names.get(match[2], match[2]), svg)


def compare_page(old: str, new: str) -> Places:
    """Two pages: their text, and what they embed by the rules of its kind."""
    yield from compare_text(PARTS.sub("(embedded)", old), PARTS.sub("(embedded)", new), ABSOLUTE)
    parts = [[embedded(part) for part in PARTS.finditer(page)] for page in (old, new)]
    kinds = [" ".join(kind for kind, _ in embedded_files) for embedded_files in parts]
    if kinds[0] != kinds[1]:
        yield "embedded files", short(kinds[0]), short(kinds[1]), "", False
        return
    for at, ((kind, left), (_, right)) in enumerate(zip(*parts, strict=True), start=1):
        for where, committed, fresh, amount, tolerated in compare_content(kind, left, right):
            yield f"embedded {at} ({kind}), {where}", committed, fresh, amount, tolerated


def embedded(part: re.Match[str]) -> tuple[str, bytes]:
    """The kind (as the ending of a file) and the content of something embedded in a page."""
    if not part["type"]:
        return ".svg", part[0].encode()
    data = unquote_to_bytes(part["data"])
    return SUFFIXES.get(part["type"], ".txt"), b64decode(data) if "base64" in part["how"] else data


def compare_png(old: bytes, new: bytes) -> Places:
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
    ordered = sorted(differences, key=lambda place: (place.file, place.tolerated))
    for file, group in groupby(ordered, key=lambda place: place.file):
        places = list(group)
        failures = sum(not place.tolerated for place in places)
        lines.append(f"{file}: {failures} beyond tolerance, {len(places) - failures} within")
        for _, where, committed, fresh, amount, tolerated in places[:each]:
            lines.append(f"  {'~' if tolerated else '!'} {where:<34} {committed:>24} -> {fresh:<24} {amount}".rstrip())
        if len(places) > each:
            lines.append(f"    … and {len(places) - each} more")
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
    failures = [difference for difference in differences if not difference.tolerated]
    if differences:
        print(f"\n{'! differs, ~ within tolerance':<38} {'committed':>24} -> fresh")
        print(format_differences(differences))
    if failures:
        files = {failure.file for failure in failures}
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
    changed = {difference.file for difference in compare(committed, project)}
    for difference in compare(project, fresh):
        if difference.file in changed:
            differences.append(difference._replace(file=f"{difference.file} (in the folder, not committed)"))
    return differences


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
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal need not be able to show every character
    sys.exit(verify(Path.cwd()))
