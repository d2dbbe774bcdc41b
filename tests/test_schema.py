"""Files of a study against their models: each fault is one message with its line, whatever the value."""

import re
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, Literal

import pytest
import yaml

from analysis.corpus.manifest import read_manifest
from analysis.inputs import InputError
from analysis.networks.network import read_declared
from analysis.report.about import read_about
from analysis.report.glossary import read_glossary
from analysis.robustness.specifications import OPTIONS, read_findings
from analysis.schema import Day, Entry, Line, Listed, read_entry, read_optional
from analysis.themes.dictionary import Theme, Themes, read_themes
from analysis.validation.annotations import read_annotations

DATA = Path(__file__).parents[1] / "data"


class Letter(Entry):
    sender: Line
    day: Day
    pages: int = 1


class Letters(Entry):
    """A file as other rooms describe theirs."""

    kind: Literal["private", "public"]
    letters: Listed[Letter]
    notes: dict[str, Line] = {}  # noqa: RUF012


GOOD = """\
kind: private
letters:
  - sender: Anna
    day: 2019-03-01

  - sender: Bram
    pages: 2
    day: 2019-03-02
notes:
  a: b
"""


@pytest.fixture
def read(tmp_path):
    def read(text: str) -> Letters:
        (tmp_path / "letters.yml").write_text(text)
        return read_entry(Letters, tmp_path / "letters.yml")

    return read


def test_what_is_right_comes_back_with_types_and_defaults(read):
    letters = read(GOOD.replace("Anna", "12"))
    assert [letter.sender for letter in letters.letters] == ["12", "Bram"]  # a number is taken as written
    assert [letter.day for letter in letters.letters] == [date(2019, 3, 1), date(2019, 3, 2)]
    assert [letter.pages for letter in letters.letters] == [1, 2]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("sender: Bram", "sendr: Bram", "line 6, letters[1].sendr: found the unknown key 'sendr', allowed is the keys "
         "sender, day, pages. Did you mean 'sender'?"),
        ("sender: Bram", "sender:", "line 6, letters[1]: found no value for 'sender', allowed is the keys"),
        ("pages: 2", "pages: two", "line 7, letters[1].pages: found 'two', allowed is a whole number. Correct it."),
        ("day: 2019-03-02", "day: soon", "line 8, letters[1].day: found 'soon', allowed is a date YYYY-MM-DD."),
        ("day: 2019-03-02", "day: 2019-03-02 10:00:00", "letters[1].day: found 2019-03-02 10:00:00, allowed is a date"),
        ("kind: private", "kind: privat", "line 1, kind: found 'privat', allowed is one of private, public. Did you"),
        ("kind: private\n", "", "letters.yml, line 1: found no value for 'kind'"),
        ("  a: b", "  1: b", "line 10, notes.1: found 1, allowed is a text. Put it in quotes."),
        ("  a: b", "  a: [b]", "line 10, notes.a: found ['b'], allowed is a text. Put it in quotes."),
        ("\n  a: b", " x", "line 9, notes: found 'x', allowed is a mapping. Write name: value"),
        ("  - sender: Anna\n    day: 2019-03-01\n", "  - Anna\n", "line 3, letters[0]: found 'Anna', allowed is the"),
    ],
)  # fmt: skip
def test_a_fault_has_its_line_its_place_what_is_allowed_and_what_to_do(read, old, new, message):
    assert old in GOOD
    with pytest.raises(InputError) as error:
        read(GOOD.replace(old, new))
    assert message in str(error.value)


def test_an_empty_file_or_none_is_nothing_where_that_is_allowed(tmp_path):
    (tmp_path / "letters.yml").write_text("# none came\n")
    assert read_optional(Letters, tmp_path / "letters.yml") is None
    assert read_optional(Letters, None) is None
    with pytest.raises(InputError, match=r"letters\.yml: found nothing, allowed is a mapping"):
        read_entry(Letters, tmp_path / "letters.yml")


# --- every file of the study, one value after another replaced by what nobody would write --------------------------

THEMES = ["cyber", "cbrn", "radicalisation", "migration"]
ANY = Theme("x", "X", "", "#000000", True, core=("x",))
BOUNDS = {"same_sign": 0.9, "significant": 0.5, "joint_p": 0.05}
LOOP: list[Any] = []
LOOP.append(LOOP)
ODD: list[Any] = [
    None,
    True,
    7,
    -1.5,
    float("nan"),
    10**400,
    "",
    "x" * 10_000,
    "\0",
    "\ud800",
    "..",
    ".",
    "*",
    "{",
    "1e5",
]
ODD += [b"x", date(2020, 1, 2), [], ["x", "x"], [[]], {}, {1: 2}, {None: "x"}, {True: {}}, {date(2020, 1, 2): []}, LOOP]
SMALL: dict[str, tuple[Callable[[Path], Any], Any]] = {
    "corpus.yml": (read_manifest, {"documents": [
        {"id": "a", "title": "A", "date": date(2019, 3, 1), "kind": "letter", "language": "nl", "format": "plain",
         "file": "own/a.txt", "sha256": "", "reference": "r"},
        {"files": "own/*.txt", "kind": "letter", "language": "nl", "format": "plain", "source": "s"}]}),
    "themes.yml": (read_themes, {"themes": {"cyber": {"label": "Cyber", "definition": "d", "colour": "#0072b2",
        "declared": True, "core": ["x", "y ... z"], "border": ["b"], "excluded": ["e"], "notes": "n"}}}),
    "ties.yml": (lambda path: read_declared(path, Themes(dict.fromkeys(THEMES, ANY))),
                 {"pairs": [["cyber", "cbrn"], ["cyber", "migration"]], "words": ["internet", "grens"]}),
    "findings.yml": (lambda path: read_findings(path, themes=THEMES, texts=["2014", "2018", "2020"]),
                     {"rule": {"decided": date(2026, 11, 22), "level": 0.05, "robust": BOUNDS, "reservations": BOUNDS,
                               "least_units": 10, "terms_left_out": 3},
                      "choices": {kind: {axis: [options[0]] for axis, options in OPTIONS[kind].items()}
                                  for kind in ("change", "tie")},
                      "frame": ["inleiding"], "findings": {
        "cyber-2014-2018": {"kind": "change", "claim": "The {after} text.", "themes": ["cyber"], "before": "2014",
                            "after": "2018", "direction": "more"},
        "both": {"kind": "tie", "claim": "{theme} and {other}.", "themes": ["cyber", "cbrn"], "direction": "apart"}}}),
    "codes.yml": (read_annotations, {"file": "own.csv", "kind": "human", "coders": "A", "used_for_dictionary": False}),
    "study.yml": (lambda path: read_about(path), {"title": "t", "caveats": ["a", "b"], "sources": "s"}),
    "glossary.yml": (read_glossary, {"grens": "border", "visum": "visa"}),
}  # fmt: skip


def changes(content: Any) -> Iterator[Any]:
    """The content with each value, and each key, replaced by each odd one."""
    if isinstance(content, dict):
        for key, value in content.items():
            yield from ({**content, key: odd} for odd in [*changes(value), *ODD])
            rest = {name: other for name, other in content.items() if name != key}
            yield from ({**rest, odd: value} for odd in ODD if not isinstance(odd, list | dict))
    elif isinstance(content, list):
        for place, value in enumerate(content):
            yield from ([*content[:place], odd, *content[place + 1 :]] for odd in [*changes(value), *ODD])


@pytest.mark.slow
@pytest.mark.parametrize("name", SMALL)
def test_whatever_value_stands_in_a_file_it_is_taken_or_refused_with_one_line(tmp_path, name):
    read, content = SMALL[name]
    shutil.copytree(DATA / "language", tmp_path / "language")
    (tmp_path / "own").mkdir()
    (tmp_path / "own/a.txt").write_text("Een.")
    (tmp_path / "own.csv").write_text("sentence,text,cyber\na-001.01,Een.,1\n")
    path, messages, every = tmp_path / name, [], list(changes(content))
    tried = every[:: max(1, len(every) // 300)]
    for changed in tried:
        path.write_text(yaml.safe_dump(changed, sort_keys=False))
        try:
            read(path)
        except InputError as error:
            messages.append(str(error))
    assert len(messages) > len(tried) / 3
    assert [message for message in messages if not message.isprintable() or len(message) > 1200] == []


# --- the examples of data/README.md --------------------------------------------------------------------------------


def test_the_examples_of_the_readme_can_be_read(tmp_path):
    examples = [
        yaml.safe_load(text) for text in re.findall(r"```yaml\n(.*?)```", (DATA / "README.md").read_text(), re.S)
    ]
    by_key = {key: example for example in examples for key in example}
    shutil.copytree(DATA / "language", tmp_path / "language")
    for name in ("own/letter-1.txt", "own/letters/letter_2019-03-01.txt", "own.csv"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("sentence,text,cyber\na-001.01,Een.,1\n")

    def write(example):
        (tmp_path / "x.yml").write_text(yaml.safe_dump(example, sort_keys=False))
        return tmp_path / "x.yml"

    assert [len(read_manifest(write(example))) for example in examples if "documents" in example] == [1, 1]
    themes = read_themes(write(by_key["themes"]))
    assert [theme.name for theme in themes] == ["flooding"]
    both = Themes(dict.fromkeys(["flooding", "wildlife"], ANY))
    assert read_declared(write(by_key["pairs"]), both).words == ["embankment", "otter"]
    texts = ["report-2019", "report-2022"]
    plan = read_findings(write(by_key["rule"]), themes=both.names, texts=texts)
    assert plan.claims["flooding-2019-2022"].after == "report-2022"
    about = read_about(write(by_key["title"]))
    assert set(by_key["title"]) == set(type(about).model_fields)
    assert read_annotations(write(by_key["coders"])).kind == "human"
    assert read_glossary(write(by_key["grens"])) == {"grens": "border", "nee": "no"}
