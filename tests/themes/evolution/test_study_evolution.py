"""What the notebook on frames, actors and modality writes of this study: the numbers its pages rest on."""

import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

ROOT = Path(__file__).parents[3]
FRAMES = ["threat", "prevent", "protect", "pursue", "respond", "manage", "opportunity", "cooperate", "rules_and_money"]
# Majority counts as printed when the sentences were coded: sentences on the theme, then those with each frame.
PRINTED = {
    ("cyber", "2014"): [21, 5, 0, 5, 10, 0, 0, 2, 8, 6],
    ("cyber", "2018"): [16, 3, 0, 4, 4, 1, 0, 2, 4, 10],
    ("cyber", "2020"): [14, 5, 3, 7, 1, 1, 0, 0, 2, 7],
    ("cbrn", "2018"): [13, 4, 1, 2, 0, 5, 1, 0, 4, 4],
    ("radicalisation", "2014"): [11, 4, 6, 0, 0, 0, 0, 0, 3, 3],
    ("radicalisation", "2018"): [9, 3, 3, 0, 6, 0, 1, 0, 3, 4],
    ("radicalisation", "2020"): [4, 1, 3, 1, 1, 0, 0, 0, 0, 0],
    ("migration", "2014"): [97, 12, 13, 31, 3, 7, 31, 23, 29, 30],
    ("migration", "2018"): [3, 0, 0, 0, 1, 0, 1, 0, 2, 1],
    ("migration", "2020"): [2, 1, 0, 0, 1, 0, 0, 0, 1, 1],
}
PRINTED_STATUS = {
    ("cyber", "2014", "demanded"): (9, 21),
    ("cyber", "2020", "announced"): (6, 14),
    ("migration", "2014", "demanded"): (63, 97),
}


@pytest.fixture(scope="module")
def values(tmp_path_factory) -> dict:
    folder = tmp_path_factory.mktemp("evolution")
    notebook, parameters = ROOT / "notebooks/09_evolution.ipynb", ["-p", "output", str(folder), "--no-progress-bar"]
    command = [sys.executable, "-m", "papermill", str(notebook), str(folder / "out.ipynb"), *parameters]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads((folder / "values/09_evolution.json").read_text())


@pytest.mark.slow
def test_the_page_has_the_counts_of_frames_that_were_printed_when_the_sentences_were_coded(values):
    counts = pd.DataFrame(values["frames"]).pivot(index=["theme", "doc_id", "n"], columns="frame", values="sentences")
    found = {
        (theme, text): [n, *row] for (theme, text, n), row in zip(counts.index, counts[FRAMES].values, strict=True)
    }
    assert {key: found[key] for key in PRINTED} == PRINTED


@pytest.mark.slow
def test_the_page_has_the_counts_of_status_that_were_printed(values):
    found = {(row["theme"], row["doc_id"], row["status"]): (row["sentences"], row["n"]) for row in values["status"]}
    assert {key: found[key] for key in PRINTED_STATUS} == PRINTED_STATUS


@pytest.mark.slow
def test_the_finding_is_the_one_that_was_read_aloud(values):
    assert values["verdict"] == "descriptive"
    assert values["finding"] == (
        "Cyber turns from pursuing (10 of 21 sentences in 2014, 1 of 14 in 2020) to protecting (5 of 21, 7 of 14). "
        "Radicalisation turns from preventing (6 of 11 sentences in 2014, 3 of 9 in 2018) to pursuing (0 of 11, 6 of "
        "9). The 2014 text demands in 59% of its sentences (the others in 24% at most), which is partly genre."
    )
