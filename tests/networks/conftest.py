"""Small corpora of our own writing, made for a test."""

from collections.abc import Callable
from pathlib import Path

import pytest

from analysis.study import Study, open_study

COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"]
DOCUMENT = """\
  - {{id: "{id}", title: Speech {id}, date: {year}-03-01, kind: speech, language: en, format: plain,
     file: raw/{id}.txt, source: ours, licence: ours}}
"""
PARAGRAPHS = [
    "The border is watched by guards, and migration across the border rises every year.",
    "Hackers attacked the network. A cyber attack on the network costs money, and the police investigate hackers.",
    "Schools teach children about water and the sea. The sea feeds the town and its children.",
    "The police guard the border while hackers attack the network of the police.",
    "Migration brings workers to the town. Workers build houses for children near the sea.",
    "A cyber attack stopped the trains. The police asked for money and for guards.",
    "Farmers sell bread. Bread and water are cheap in the town, and farmers like the sea.",
    "The guards at the border met migration with bread and water.",
]


@pytest.fixture
def make_study(tmp_path: Path) -> Callable[..., Study]:
    """A study of English texts: paragraphs by id of text, terms and perhaps labels by theme, all themes declared."""

    def make(texts: dict[str, list[str]], themes: dict[str, list[str]], labels: dict[str, str] | None = None) -> Study:
        data = tmp_path / "data"
        (data / "raw").mkdir(parents=True)
        (data / "language/en").mkdir(parents=True)
        for name, paragraphs in texts.items():
            (data / f"raw/{name}.txt").write_text("\n\n".join(paragraphs) + "\n")
        entries = [DOCUMENT.format(id=name, year=2001 + number) for number, name in enumerate(texts)]
        (data / "corpus.yml").write_text("documents:\n" + "".join(entries))
        lines = ["themes:"]
        for (name, terms), colour in zip(themes.items(), COLOURS, strict=False):
            label = (labels or {}).get(name, name.capitalize())
            lines += [f"  {name}:", f"    label: {label}", "    declared: true", f'    colour: "{colour}"']
            lines += [f"    definition: about {name}", "    core:", *[f'      - "{term}"' for term in terms]]
        (data / "themes.yml").write_text("\n".join(lines) + "\n")
        (data / "glossary.yml").write_text("zee: sea\n")
        return open_study(root=tmp_path)

    return make


@pytest.fixture
def town() -> Callable[[int, int], list[str]]:
    """So many of eight paragraphs on a town by the sea, from the one of that number on, round and round."""
    return lambda first, n: [PARAGRAPHS[number % len(PARAGRAPHS)] for number in range(first, first + n)]
