"""The multiverse on the three real texts: it begins at the study's own numbers, and hangs on nothing but its input."""

import os
import subprocess
import sys
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.corpus import counts as terms
from analysis.inputs import InputError
from analysis.robustness import measures, multiverse, permutation, storage, token_table
from analysis.robustness.specifications import list_specifications, read_findings
from analysis.robustness.token_table import BODY, FOOTNOTE, HEADING, Hits
from analysis.stats.verdict import judge_curve
from analysis.themes import attention
from analysis.themes.compare import compare_texts
from analysis.themes.dictionary import tag

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
SEED = 20200724


@pytest.fixture(scope="module")
def plan(here):
    whole = read_findings(ROOT / "data/findings.yml", themes=here.themes.names, texts=here.documents)
    return replace(whole, findings={name: one for name, one in whole.findings.items() if one.kind != "topic"})


@pytest.fixture(scope="module")
def material(here, plan):
    return token_table.gather(here, plan)


@pytest.fixture(scope="module")
def listed(plan, material):
    return list_specifications(plan, material.facts)[0]


@pytest.fixture(scope="module")
def some(listed):
    """Sixty specifications of two changes and a tie."""
    names = ["cyber-2014-2018", "migration-2014-2018", "migration-with-external"]
    return listed[listed["finding"].isin(names)].sample(60, random_state=1)


@pytest.fixture(scope="module")
def found(material, plan, some):
    return multiverse.explore(material, plan, specifications=some, n_draws=99, seed=SEED)


def texts_of(found):
    return [table.to_csv() for table in vars(found).values()]


def pick(listed, finding, **chosen):
    """The specification that is the reference but for some choices."""
    own = listed[listed["finding"] == finding]
    reference = own[own["reference"]].iloc[0]
    axes = [axis for axis in listed.columns[4:] if axis not in chosen]
    same = (own[axes] == reference[axes]).all(axis=1)
    for axis, option in chosen.items():
        same &= own[axis] == option
    assert same.sum() == 1
    return own[same]


def measure_one(listed, plan, material, finding, **chosen):
    return measures.measure(pick(listed, finding, **chosen), plan.findings, material)[0]


def ratio(one, material, text):
    own = material.owner == material.texts.index(text)
    return one.table[0][own].sum() / one.table[1][own].sum()


# --- the numbers are those of the study -------------------------------------------------------------------------


def test_references_are_the_changes_of_the_study_to_the_last_digit(here, plan, material, listed):
    tests = compare_texts(here, n_draws=50, n_permutations=500, seed=SEED).tests
    own = listed[listed["reference"] & (listed["kind"] == "change")]
    rows = multiverse.explore(material, plan, specifications=own, n_draws=500, seed=SEED).specifications
    rows = rows.set_index("finding")
    for test in tests.itertuples():
        row = rows.loc[f"{test.theme}-{test.before}-{test.after}"]
        assert row["n"] == test.count_before + test.count_after
        assert row["difference"] == pytest.approx(test.difference, abs=1e-12)
        assert row["p"] == test.p


def test_migration_is_in_37_of_84_paragraphs_and_then_in_3_of_40(plan, material, listed):
    one = measure_one(listed, plan, material, "migration-2014-2018")
    by_text = [one.table[:2, material.owner == text].sum(axis=1).tolist() for text in (0, 1)]
    assert by_text == [[37, 84], [3, 40]]


@pytest.mark.parametrize(
    ("chosen", "column", "times"),
    [
        ({"unit": "sentence"}, "share_sentences", 1),
        ({"measure": "tokens", "counting": "each"}, "per_1000", 1000),
        ({"measure": "composition", "counting": "each"}, "composition", 1),
    ],
)
def test_other_measures_are_those_of_the_attention_table(here, plan, material, listed, chosen, column, times):
    table = attention.count_attention(here.hits, here.corpus.sentences, here.n_tokens, here.themes.declared)
    shares = table.set_index(["theme", "doc_id"])[column]
    one = measure_one(listed, plan, material, "cyber-2014-2018", **chosen)
    for text in ("2014", "2018"):
        assert times * ratio(one, material, text) == pytest.approx(shares["cyber", text])


def test_content_words_are_those_that_are_listed(here, plan, material, listed):
    one = measure_one(listed, plan, material, "cyber-2014-2018", measure="words", counting="each")
    words = terms.list_words(here.corpus.sentences, here.languages).groupby("doc_id").size()
    assert [one.table[1][material.owner == text].sum() for text in range(3)] == words.tolist()


def test_headings_and_footnotes_stand_in_the_stream_once(here, material):
    part, paragraph = material.stream.part, material.stream.paragraph
    assert [len(set(paragraph[part == kind])) for kind in (BODY, HEADING, FOOTNOTE)] == [150, 46 - 3, 35]
    assert (part == BODY).sum() == sum(here.n_tokens.values())
    assert (np.diff(material.stream.block) >= 0).all()


def test_a_heading_stands_in_the_section_that_follows_it(here):
    rows = token_table.list_sentences(here).set_index("sentence_id")
    assert list(rows.index[:2]) == ["2014-s01.h", "2014-001.01"]
    assert rows.loc["2014-s02.h", "section_id"] == "2014-s03"  # no paragraph of its own
    assert rows.loc["2020-s07.h", "section_id"] == "2020-s06"  # none follows
    assert rows.loc["2018-fn01.01", "section_id"] == rows.loc["2018-004.01", "section_id"]


def test_windows_are_cut_as_for_topic_models(here, material):
    stages = measures.Stages(material)
    units = measures.cut_units(stages, "window-100", "out", "out", "in")
    counts = terms.count_text(here.corpus.sentences, here.languages, unit="window", window=100)
    assert len(units.text) == len(counts.units)
    assert units.tokens.min() >= 95
    assert units.tokens.sum() == sum(here.n_tokens.values())


def test_without_its_first_term_a_theme_is_what_another_tagging_finds(here, plan, material, listed):
    term = material.facts.carrying["migration"][0]
    again = tag(here.corpus.sentences, here.themes.without("migration", term))
    wanted = again[again["theme"] == "migration"].groupby("doc_id")["paragraph_id"].nunique()
    one = measure_one(listed, plan, material, "migration-2014-2018", dictionary="without-1")
    assert one.table[0][material.owner == 0].sum() == wanted["2014"] < 37


def test_dictionaries_grow_from_core_to_wide(plan, material, listed):
    def n_sentences(option):
        one = measure_one(listed, plan, material, "migration-2014-2018", unit="sentence", dictionary=option)
        return one.table[0].sum()

    assert n_sentences("core") <= n_sentences("full") < n_sentences("wide")


def test_a_tie_counts_the_paragraphs_that_name_both(here, plan, material, listed):
    marks = attention.mark_units(here.hits, here.corpus.paragraphs["paragraph_id"], here.themes.names)
    assert (
        measure_one(listed, plan, material, "migration-with-external").n
        == (marks["migration"] & marks["external"]).sum()
        == 14
    )


def test_words_of_both_themes_can_be_left_out(plan, material, listed):
    name = "borders-with-information-systems"  # SIS, VIS, PNR are terms of both
    assert measure_one(listed, plan, material, name, shared="out").n < measure_one(listed, plan, material, name).n


# --- another route ----------------------------------------------------------------------------------------------


def test_shared_stages_count_what_stages_of_their_own_count(plan, material, some):
    together = measures.measure(some, plan.findings, material)
    for place, shared in enumerate(together):
        alone = measures.measure(some.iloc[[place]], plan.findings, material)[0]
        assert np.array_equal(alone.table, shared.table)
        assert alone[1:] == shared[1:]


def test_matrix_products_do_what_dealing_by_hand_does():
    rng = np.random.default_rng(1)
    numerator, denominator = rng.integers(0, 5, (3, 8)), rng.integers(0, 9, (3, 8))
    first = rng.random((20, 8)) < 0.5
    first[0] = True  # nothing is left for the second group
    found = permutation.split_effects(numerator.astype(float), denominator.astype(float), first)
    for row, split in np.ndindex(found.shape):
        sides = []
        for group in (first[split], ~first[split]):
            total = sum(denominator[row, at] for at in range(8) if group[at])
            sides.append(sum(numerator[row, at] for at in range(8) if group[at]) / total if total else 0)
        assert found[row, split] == pytest.approx(sides[1] - sides[0])


@pytest.mark.parametrize("measure", ["units", "lift", "named"])
def test_rotations_by_transform_are_rotations_by_hand(measure):
    rng = np.random.default_rng(2)
    text = np.repeat([0, 1], [12, 7])
    first, second = rng.random((2, 19)) < 0.5
    turns = rng.random((30, 2))
    table = np.stack([text, first, second]).astype(np.int64)
    counts = permutation.count_turns(table, turns)
    weights = permutation.weigh_texts(measure, table)
    for draw in range(30):
        parts, total = [], 0
        for place in (0, 1):
            a, b = first[text == place], second[text == place]
            both = (a & np.roll(b, int(turns[draw, place] * len(a)))).sum()
            total += both
            parts.append({"units": 0, "lift": both * len(a) / (a.sum() * b.sum()), "named": both / a.sum()}[measure])
        wanted = total / 19 if measure == "units" else np.mean(parts)
        assert sum(weights[place] * counts[place][draw + 1] for place in (0, 1)) == pytest.approx(wanted)


def test_the_joint_p_value_of_one_specification_is_its_own(material, plan, listed):
    one = pick(listed, "cyber-2014-2020")
    result = multiverse.explore(material, plan, specifications=one, n_draws=199, seed=SEED)
    assert result.verdicts.loc[0, "joint_p"] == result.specifications.loc[0, "p"]


# --- what it must not hang on -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "options",
    [{"chunk_size": 7}, {"chunk_size": 1000}, {"n_jobs": 2, "backend": "threading", "chunk_size": 13}],
    ids=["small chunks", "one chunk", "threads"],
)
def test_chunks_and_jobs_change_no_byte(material, plan, some, found, options):
    again = multiverse.explore(material, plan, specifications=some, n_draws=99, seed=SEED, **options)
    assert texts_of(again) == texts_of(found)


def test_the_order_of_specifications_changes_no_byte(material, plan, some, found):
    shuffled = some.sample(frac=1, random_state=2)
    again = multiverse.explore(material, plan, specifications=shuffled, n_draws=99, seed=SEED)
    assert texts_of(again) == texts_of(found)


def test_processes_and_hash_seeds_change_no_byte():
    script = """if True:
        import sys
        from dataclasses import replace
        from hashlib import sha256
        from pathlib import Path
        from analysis import study
        from analysis.robustness import multiverse, specifications, storage, token_table
        here = study.open_study(root=Path('.'))
        known = {'themes': here.themes.names, 'texts': here.documents}
        plan = specifications.read_findings(Path('data/findings.yml'), **known)
        names = ['cbrn-2014-2018', 'terrorism-with-organised-crime', 'topic-cyber-2014-2018']
        plan = replace(plan, findings={name: plan.findings[name] for name in names})
        material = token_table.gather(here, plan)
        table = specifications.list_specifications(plan, material.facts)[0].groupby('finding').head(4)
        options = {'specifications': table, 'n_draws': 99, 'chunk_size': 5, 'n_jobs': int(sys.argv[1]), 'seed': 1}
        found = multiverse.explore(material, plan, **options)
        print(sha256(''.join(one.to_csv() for one in vars(found).values()).encode()).hexdigest())
        print(storage.checksum_material(material, plan.findings))
    """
    printed = set()
    for n_jobs, seed in ((1, "0"), (2, "7")):
        env = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT / "src")}
        command = [sys.executable, "-c", script, str(n_jobs)]
        done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-2000:]
        printed.add(done.stdout)
    assert len(printed) == 1


def test_a_killed_run_goes_on_and_a_broken_chunk_is_measured_again(material, plan, some, found, tmp_path):
    options = {"specifications": some, "n_draws": 99, "chunk_size": 10, "cache": tmp_path, "seed": SEED}
    seen = []

    def stop_after_two(done, total):
        seen.append((done, total))
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        multiverse.explore(material, plan, progress=stop_after_two, **options)
    assert seen == [(1, 6), (2, 6)]
    files = sorted(tmp_path.iterdir())
    assert len(files) == 2
    half = bytearray(files[0].read_bytes())
    half[len(half) // 2] ^= 0xFF
    files[0].write_bytes(half)
    seen.clear()
    again = multiverse.explore(material, plan, progress=lambda *at: seen.append(at), **options)
    assert seen == [(2, 6), (3, 6), (4, 6), (5, 6), (6, 6)]  # one chunk was whole
    assert texts_of(again) == texts_of(found)
    assert storage.load_chunk(files[0], 10) is not None


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no archive", b"x" * 500])
def test_a_file_that_is_no_chunk_is_none(tmp_path, content):
    (tmp_path / "a.npz").write_bytes(content)
    assert storage.load_chunk(tmp_path / "a.npz", 1) is None
    assert storage.load_chunk(tmp_path / "missing.npz", 1) is None


def test_another_dictionary_is_another_checksum(material, plan):
    other = replace(material, dictionary=material.dictionary.without("cyber", "*cyber*"))
    assert storage.checksum_material(material, plan.findings) != storage.checksum_material(other, plan.findings)


def test_twenty_specifications_on_a_cluster_are_those_of_one_process(material, plan, some):
    distributed = pytest.importorskip("distributed")
    twenty = some.head(20)
    options = {"specifications": twenty, "n_draws": 99, "chunk_size": 5, "seed": SEED}
    alone = multiverse.explore(material, plan, **options)
    local = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "host": "127.0.0.1", "dashboard_address": None}
    with distributed.LocalCluster(**local) as cluster, distributed.Client(cluster) as client:
        there = multiverse.explore(material, plan, backend="dask", **options)
        at_work = client.run(eval, "'analysis.robustness.measures' in __import__('sys').modules")
    assert any(at_work.values())
    assert texts_of(there) == texts_of(alone)


# --- verdicts ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("n", "same_sign", "significant", "joint_p", "verdict"),
    [
        (10, 0.95, 0.5, 0.05, "robust"),
        (9, 1, 1, 0.001, "too few to tell"),
        (40, 0.949, 1, 0.001, "holds with reservations"),
        (40, 1, 0.49, 0.001, "holds with reservations"),
        (40, 1, 1, 0.051, "holds with reservations"),
        (40, 0.8, 0, 0.1, "holds with reservations"),
        (40, 0.79, 1, 0.001, "inconclusive"),
        (40, 1, 1, 0.101, "inconclusive"),
    ],
)
def test_the_rule_draws_its_lines_where_it_says(plan, n, same_sign, significant, joint_p, verdict):
    assert judge_curve(n, same_sign, significant, joint_p, plan.rule) == verdict


def test_a_choice_that_does_everything_has_all_of_the_variance():
    table = pd.DataFrame({"unit": list("aabb"), "frame": list("xyxy"), "effect": [1.0, 1, 3, 3]})
    shares = multiverse.share_variance(table, ["unit", "frame"]).set_index("choice")["share"]
    assert shares.to_dict() == {"unit": 1, "frame": 0}


def test_choices_that_add_up_in_a_balanced_grid_share_the_variance():
    table = pd.DataFrame({"unit": list("aabb"), "frame": list("xyxy"), "effect": [0.0, 1, 2, 3]})
    shares = multiverse.share_variance(table, ["unit", "frame"]).set_index("choice")["share"]
    assert shares.to_dict() == pytest.approx({"unit": 0.8, "frame": 0.2})  # 2² : 1²


def test_a_theme_planted_in_one_text_is_robust_and_found_in_the_other_direction_too(material, plan, listed):
    stream, theme = material.stream, material.themes.index("cbrn")
    starts = np.flatnonzero(np.diff(stream.paragraph, prepend=-1) * (stream.part == BODY))
    in_2018 = starts[material.owner[stream.block[starts]] == 1][::2]
    hits = Hits(in_2018, in_2018, np.full(len(in_2018), theme))
    planted = replace(material, hits=dict.fromkeys(material.hits, hits))
    own = listed[listed["finding"] == "cbrn-2014-2018"].sample(80, random_state=1)
    own = pd.concat([own, pick(listed, "cbrn-2014-2018")]).drop_duplicates("id")
    row = multiverse.explore(planted, plan, specifications=own, n_draws=199, seed=SEED).verdicts.iloc[0]
    assert (row["n"], row["same_sign"], row["verdict"]) == (20, 1, "robust")
    less = replace(plan.findings["cbrn-2014-2018"], direction="less")
    row = multiverse.explore(
        planted, replace(plan, findings={less.name: less}), specifications=None, n_draws=99, seed=SEED
    ).verdicts.iloc[0]
    assert (row["same_sign"], row["verdict"]) == (0, "inconclusive")


def test_sections_dealt_by_chance_are_hardly_ever_called_robust(material, plan, listed):
    # "migration rises from 2018 to 2020", with the sections of both texts dealt anew: nothing to find
    finding = replace(plan.findings["migration-2018-2020"], direction="more")
    own = listed[listed["finding"] == finding.name]
    own = pd.concat([own.sample(60, random_state=1), own[own["reference"]]]).drop_duplicates("id")
    measured = measures.measure(own, plan.findings, material)
    chance, rng, verdicts = permutation.draw_chance(material, 199, SEED), np.random.default_rng(3), []
    for _ in range(40):
        moved = np.arange(len(material.owner))
        rng.shuffle(moved)
        dealt = [one._replace(table=one.table[:, moved], n=10) for one in measured]
        tested = permutation.try_finding(finding, list(own["measure"]), dealt, material, chance)
        judged = own.assign(n=10, **multiverse.judge_specifications(tested, finding, plan.rule))
        explained = multiverse.share_variance(judged, ["unit"])
        verdicts.append(multiverse.judge_finding(judged, tested, explained, finding, plan.rule)["verdict"])
    assert verdicts.count("robust") <= 3


def test_specifications_of_another_plan_are_refused(material, plan, some):
    with pytest.raises(InputError, match=r"specifications: found the id 'beef'"):
        multiverse.explore(material, plan, specifications=some.assign(id="beef"), seed=1)
    with pytest.raises(InputError, match=r"backend: found 'spark', allowed is one of loky, threading, dask"):
        multiverse.explore(material, plan, backend="spark", seed=1)
    with pytest.raises(InputError, match=r"n_draws: found 0"):
        multiverse.explore(material, plan, n_draws=0, seed=1)


def test_the_deals_are_those_of_the_change_test(material):
    chance = permutation.draw_chance(material, 20, SEED)
    assert list(chance.deals) == list(combinations(range(3), 2))
    assert (chance.deals[0, 1].sum(axis=1) == 21).all()  # sections of 2014
