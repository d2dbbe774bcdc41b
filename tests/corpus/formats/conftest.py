"""What tests of formats share: the three texts of the study, parsed once."""

from pathlib import Path

import pytest

from analysis.corpus.formats.parsed import Parsed
from analysis.corpus.formats.registry import parse
from analysis.corpus.language import Language

RAW = Path(__file__).parents[3] / "data/raw"
SOURCES = {
    "2014": (RAW / "2014-open-and-safe-europe.nl.txt", "pdf-text"),
    "2018": (RAW / "2018-security-union-14th-progress-report.nl.md", "markdown"),
    "2020": (RAW / "2020-security-union-strategy-press-release.nl.txt", "press-release"),
}


@pytest.fixture(scope="session")
def parsed(dutch: Language) -> dict[str, Parsed]:
    return {document: parse(path, form, dutch) for document, (path, form) in SOURCES.items()}


@pytest.fixture(scope="session")
def source_lines() -> dict[str, list[str]]:
    return {document: path.read_text(encoding="utf-8").split("\n") for document, (path, _) in SOURCES.items()}
