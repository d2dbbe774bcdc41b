"""The multiverse on the three real texts: it begins at the study's own numbers, and hangs on nothing but its input."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from joblib import parallel_config

from analysis.inputs import InputError
from analysis.robustness import measures, multiverse, permutation
from analysis.robustness.specifications import read_findings
from analysis.robustness.token_table import BODY, Hits
from analysis.themes.compare import compare_texts

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
SEED = 20200724


@pytest.fixture(scope="module")
def found(tokens, plan, sixty):
    return multiverse.explore(tokens, plan, specifications=sixty, n_draws=99, seed=SEED)


def texts_of(found):
    return [table.to_csv() for table in vars(found).values()]


def test_references_are_the_changes_of_the_study_to_the_last_digit(study, plan, tokens, listed):
    tests = compare_texts(study, n_draws=50, n_permutations=500, seed=SEED).tests
    own = listed[listed["reference"] & (listed["kind"] == "change")]
    rows = multiverse.explore(tokens, plan, specifications=own, n_draws=500, seed=SEED).specifications
    rows = rows.set_index("finding")
    for test in tests.itertuples():
        row = rows.loc[f"{test.theme}-{test.before}-{test.after}"]
        assert row["n"] == test.count_before + test.count_after
        assert row["difference"] == pytest.approx(test.difference, abs=1e-12)
        assert row["p"] == test.p


def test_the_joint_p_value_of_one_specification_is_its_own(plan, tokens, pick):
    one = pick("cyber-2014-2020")
    result = multiverse.explore(tokens, plan, specifications=one, n_draws=199, seed=SEED)
    assert result.verdicts.loc[0, "joint_p"] == result.specifications.loc[0, "p"]


@pytest.mark.parametrize(
    ("chunk_size", "n_jobs"), [(7, 1), (1000, 1), (13, 2)], ids=["small chunks", "one chunk", "threads"]
)
def test_chunks_and_jobs_change_no_byte(sixty, plan, tokens, found, chunk_size, n_jobs):
    options = {"specifications": sixty, "n_draws": 99, "chunk_size": chunk_size, "seed": SEED}
    with parallel_config("threading", n_jobs=n_jobs):
        assert texts_of(multiverse.explore(tokens, plan, **options)) == texts_of(found)


def test_the_order_of_specifications_changes_no_byte(plan, tokens, sixty, found):
    shuffled = sixty.sample(frac=1, random_state=2)
    again = multiverse.explore(tokens, plan, specifications=shuffled, n_draws=99, seed=SEED)
    assert texts_of(again) == texts_of(found)


def test_processes_and_hash_seeds_change_no_byte(study, plan, tokens, found):
    script = """if True:
        import sys
        from dataclasses import replace
        from hashlib import sha256
        from pathlib import Path
        from analysis import study
        from joblib import parallel_config
        from analysis.robustness import multiverse, specifications, token_table
        study = study.open_study(root=Path('.'))
        known = {'themes': study.themes.names, 'texts': study.documents}
        plan = specifications.read_findings(Path('data/findings.yml'), **known)
        names = ['cbrn-2014-2018', 'terrorism-with-organised-crime', 'topic-cyber-2014-2018']
        plan = replace(plan, claims={name: plan.claims[name] for name in names})
        tokens = token_table.build_token_table(study, plan)
        table = specifications.list_specifications(plan, tokens.facts)[0].groupby('finding').head(4)
        options = {'specifications': table, 'n_draws': 99, 'chunk_size': 5, 'seed': 1}
        with parallel_config('loky', n_jobs=int(sys.argv[1])):
            found = multiverse.explore(tokens, plan, **options)
        print(sha256(''.join(one.to_csv() for one in vars(found).values()).encode()).hexdigest())
    """
    printed = set()
    for n_jobs, seed in ((1, "0"), (2, "7")):
        env = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT / "src")}
        command = [sys.executable, "-c", script, str(n_jobs)]
        done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-2000:]
        printed.add(done.stdout)
    assert len(printed) == 1


def test_twenty_specifications_on_a_cluster_are_those_of_one_process(plan, tokens, sixty):
    distributed = pytest.importorskip("distributed")
    twenty = sixty.head(20)
    options = {"specifications": twenty, "n_draws": 99, "chunk_size": 5, "seed": SEED}
    alone = multiverse.explore(tokens, plan, **options)
    local = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "host": "127.0.0.1", "dashboard_address": ":0"}
    with distributed.LocalCluster(**local) as cluster, distributed.Client(cluster) as client:
        with parallel_config("dask"):
            there = multiverse.explore(tokens, plan, **options)
        at_work = client.run(eval, "'analysis.robustness.measures' in __import__('sys').modules")
    assert any(at_work.values())
    assert texts_of(there) == texts_of(alone)


def test_a_choice_that_does_everything_has_all_of_the_variance():
    table = pd.DataFrame({"unit": list("aabb"), "frame": list("xyxy"), "effect": [1.0, 1, 3, 3]})
    shares = multiverse.share_variance(table, ["unit", "frame"]).set_index("choice")["share"]
    assert shares.to_dict() == {"unit": 1, "frame": 0}


def test_choices_that_add_up_in_a_balanced_grid_share_the_variance():
    table = pd.DataFrame({"unit": list("aabb"), "frame": list("xyxy"), "effect": [0.0, 1, 2, 3]})
    shares = multiverse.share_variance(table, ["unit", "frame"]).set_index("choice")["share"]
    assert shares.to_dict() == pytest.approx({"unit": 0.8, "frame": 0.2})  # 2² : 1²


def test_a_theme_planted_in_one_text_is_robust_and_found_in_the_other_direction_too(plan, tokens, listed, pick):
    stream, theme = tokens.stream, tokens.themes.index("cbrn")
    starts = np.flatnonzero(np.diff(stream.paragraph, prepend=-1) * (stream.part == BODY))
    in_2018 = starts[tokens.owner[stream.block[starts]] == 1][::2]
    hits = Hits(in_2018, in_2018, np.full(len(in_2018), theme))
    planted = replace(tokens, hits=dict.fromkeys(tokens.hits, hits))
    own = listed[listed["finding"] == "cbrn-2014-2018"].sample(80, random_state=1)
    own = pd.concat([own, pick("cbrn-2014-2018")]).drop_duplicates("id")
    row = multiverse.explore(planted, plan, specifications=own, n_draws=199, seed=SEED).verdicts.iloc[0]
    assert (row["n"], row["same_sign"], row["verdict"]) == (20, 1, "robust")
    less = replace(plan.claims["cbrn-2014-2018"], direction="less")
    row = multiverse.explore(
        planted, replace(plan, claims={less.name: less}), specifications=None, n_draws=99, seed=SEED
    ).verdicts.iloc[0]
    assert (row["same_sign"], row["verdict"]) == (0, "inconclusive")


def test_sections_reassigned_by_chance_are_hardly_ever_called_robust(plan, tokens, listed):
    # "migration rises from 2018 to 2020", with the sections of both texts randomly reassigned: nothing to find
    finding = replace(plan.claims["migration-2018-2020"], direction="more")
    own = listed[listed["finding"] == finding.name]
    own = pd.concat([own.sample(60, random_state=1), own[own["reference"]]]).drop_duplicates("id")
    measured = measures.measure(own, plan.claims, tokens)
    permutations, rng, verdicts = permutation.draw_permutations(tokens, 199, SEED), np.random.default_rng(3), []
    for _ in range(40):
        moved = np.arange(len(tokens.owner))
        rng.shuffle(moved)
        dealt = [one._replace(table=one.table[:, moved], n=10) for one in measured]
        tested = permutation.permute_claim(finding, list(own["measure"]), dealt, tokens, permutations)
        judged = own.assign(n=10, **multiverse.judge_specifications(tested, finding, plan.rule))
        explained = multiverse.share_variance(judged, ["unit"])
        verdicts.append(multiverse.judge_claim(judged, tested, explained, finding, plan.rule)["verdict"])
    assert verdicts.count("robust") <= 3


def test_specifications_of_another_plan_are_refused(plan, tokens, sixty, found):
    with pytest.raises(InputError, match=r"specifications: found the id 'beef'"):
        multiverse.explore(tokens, plan, specifications=sixty.assign(id="beef"), seed=1)
    with pytest.raises(InputError, match=r"n_draws: found 0"):
        multiverse.explore(tokens, plan, n_draws=0, seed=1)


def test_a_multiverse_loads_no_figures():
    code = "import analysis.robustness.multiverse, sys; print([m for m in sys.modules if m.startswith('matplotlib')])"
    env = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# --- corpora of other shapes ------------------------------------------------------------------------------------

FISH = {"fish": ["fish*"]}
BOTH = FISH | {"border": ["border*"]}


def test_nothing_declared_gives_empty_tables_of_the_same_columns(study, found, sixty):
    nothing = read_findings(None, themes=study.themes.names, texts=study.documents)
    empty = multiverse.explore_study(study, nothing, seed=1)
    for name, table in vars(empty).items():
        assert table.empty
        assert table.columns.tolist() == getattr(found, name).columns.tolist(), name


def test_a_change_planted_in_plain_texts_is_robust(make_study, write_text, plan_of):
    words = ["fish", "trout", "salmon", "herring", "eel"]
    few, many = (dict.fromkeys(words, share) | {"border": 0.3} for share in (0.02, 0.4))
    texts = {"2019-01-01": write_text(40, 1, few), "2020-01-01": write_text(40, 2, many)}
    study = make_study(texts, BOTH | {"fish": words})
    result = multiverse.explore_study(study, plan_of(study), n_draws=99, seed=1)
    assert result.verdicts.set_index("finding").loc["change", "verdict"] == "robust"
    assert result.attainable["least_p"].tolist() == [1 / 100] * 3


@pytest.mark.parametrize(
    ("first", "second"),
    [("One fish at the border.", 12), ("~ ~ ~", 12), (12, 1)],
    ids=["one paragraph", "no word", "one paragraph last"],
)
def test_too_short_texts_are_too_few_to_tell(make_study, write_text, plan_of, first, second):
    texts = {"2019-01-01": first, "2020-01-01": second}
    texts = {day: write_text(n, 1, {"fish": 0.5}) if isinstance(n, int) else n for day, n in texts.items()}
    study = make_study(texts, BOTH)
    result = multiverse.explore_study(study, plan_of(study), n_draws=49, seed=1)
    assert result.verdicts["verdict"].tolist() == ["too few to tell"] * 3


def test_one_text_has_ties_alone_and_one_theme_has_no_composition(make_study, write_text, plan_of):
    study = make_study({"2019-01-01": write_text(20, 1, {"fish": 0.5, "border": 0.5})}, BOTH)
    assert multiverse.explore_study(study, plan_of(study), n_draws=19, seed=1).verdicts["kind"].tolist() == ["tie"]
    texts = {"2019-01-01": write_text(20, 1, {"fish": 0.5}), "2020-01-01": write_text(20, 2, {"fish": 0.5})}
    study = make_study(texts, FISH)
    result = multiverse.explore_study(study, plan_of(study), n_draws=19, seed=1)
    assert "composition" not in set(result.specifications["measure"])
    assert "no other theme is declared: the hits of one have no composition" in set(result.dropped["reason"])


def test_a_paragraph_without_words_changes_nothing(make_study, write_text, plan_of):
    texts = {
        day: write_text(20, seed, {"fish": 0.5, "border": 0.3}) for day, seed in (("2019-01-01", 1), ("2020-01-01", 2))
    }
    results = []
    for end in ("", "\n\n~ ~ ~"):
        study = make_study({day: text + end for day, text in texts.items()}, BOTH)
        results.append(multiverse.explore_study(study, plan_of(study), n_draws=19, seed=1).specifications)
    assert results[0]["difference"].tolist() == pytest.approx(results[1]["difference"].tolist())
