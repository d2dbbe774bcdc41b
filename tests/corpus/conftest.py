"""What tests of the corpus share: the languages of the study, manifests and sequences of one's own."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from analysis.corpus.counts import Sequences
from analysis.corpus.language import Language, read_language

FOLDER = Path(__file__).parents[2] / "data/language"


@pytest.fixture(scope="session")
def dutch() -> Language:
    return read_language("nl", FOLDER)


@pytest.fixture(scope="session")
def english() -> Language:
    return read_language("en", FOLDER)


@pytest.fixture
def write_manifest(tmp_path):
    """The path of a manifest with these entries (or this text); beside it are two letters and the languages."""
    shutil.copytree(FOLDER, tmp_path / "data/language")
    (tmp_path / "data/own").mkdir()
    (tmp_path / "data/own/letter_2019-03-01.txt").write_text("Beste lezer.\n\nTot ziens.", encoding="utf-8")
    (tmp_path / "data/own/letter_2018-12-24.txt").write_text("Vrede.\r\n", encoding="utf-8")
    (tmp_path / "outside.txt").write_text("Geheim.", encoding="utf-8")

    def write(*entries, text=None):
        path = tmp_path / "data/corpus.yml"
        path.write_text(text or yaml.safe_dump({"documents": list(entries)}), encoding="utf-8")
        return path

    return write


@pytest.fixture(scope="session")
def as_sequences():
    """Sequences of units, given as words between blanks or as lists of (position, word); "-" is a gap."""

    def as_sequences(units):
        rows = [
            (number, place, word)
            for number, unit in enumerate(units)
            for place, word in (enumerate(unit.split()) if isinstance(unit, str) else unit)
            if word != "-"
        ]
        terms = pd.Index(sorted({word for *_, word in rows}))
        unit, position = (np.array([row[at] for row in rows], dtype=np.int32) for at in (0, 1))
        term = terms.get_indexer([word for *_, word in rows]).astype(np.int32)
        return Sequences(unit, position, term, pd.RangeIndex(len(units)), terms)

    return as_sequences
