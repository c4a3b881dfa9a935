"""Before/after surveys: R, published tables of paired shares, the sample's planted effects."""

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import optimize, stats

from skk_analysis.impact.before_after import before_after
from skk_analysis.impact.few_clusters import cluster_permutation_p
from skk_analysis.impact.paired_changes import (
    DirectionChange,
    mcnemar_exact,
    mover,
    mover_p,
    newcombe_paired,
    normal_z,
)
from skk_analysis.impact.signed_ranks import signed_rank_p

ROOT = Path(__file__).resolve().parents[2]
HERE = ROOT / "validation" / "impact" / "series_and_surveys"
R = json.loads((HERE / "surveys.json").read_text(encoding="utf-8"))
Z = normal_z(0.95)

# the same formulas in double precision; R prints 15 digits
SAME_FORMULA = 1e-9
NAMES = {"person": "person", "wave": "wave"}


@pytest.fixture(scope="module")
def people():
    table = pd.read_csv(HERE / "surveys.csv")
    return table.assign(own_house=table["house"] + 100 * table["treated"])


def long(people, outcome=("before", "after")):
    rows = [people.assign(wave=wave, y=people[name]) for wave, name in enumerate(outcome)]
    return pd.concat(rows).drop(columns=["before", "after"])


def agrees(found, reference):
    assert found.estimate == pytest.approx(reference["estimate"], rel=SAME_FORMULA)
    assert found.interval == pytest.approx(reference["interval"], rel=SAME_FORMULA)
    assert found.p == pytest.approx(reference["p"], rel=1e-7)


GROUP = {"group": "treated"}


@pytest.mark.parametrize(
    ("case", "arguments"),
    [
        ("welch_t", GROUP),
        ("covariance", GROUP | {"adjust": "covariance"}),
        ("clusters_one_group", {"cluster": "house"}),
        ("clusters_whole", GROUP | {"cluster": "own_house"}),
        ("clusters_within", GROUP | {"cluster": "house"}),
        ("weights", GROUP | {"weights": "weight"}),
        ("clusters_covariance", GROUP | {"cluster": "own_house", "adjust": "covariance"}),
    ],
)
def test_r_gives_the_same(people, case, arguments):
    agrees(before_after(long(people), "y", **NAMES, **arguments), R[case])


def test_r_gives_the_same_for_one_group(people):
    ours = people[people["treated"] == 1]
    found = before_after(long(ours), "y", **NAMES)
    agrees(found, R["paired_t"])
    details, ranks = found.details, R["hodges_lehmann"]
    assert details["hodges_lehmann"] == pytest.approx(ranks["estimate"])
    assert details["hodges_lehmann_interval"] == pytest.approx(ranks["interval"])
    assert details["wilcoxon_p"] == pytest.approx(ranks["p"])
    steps = (ours["likert_after"] - ours["likert_before"]).to_numpy(float)
    assert signed_rank_p(steps) == pytest.approx(R["wilcoxon_ties"])


# -- paired shares -------------------------------------------------------------------------------


def test_airway_hyper_responsiveness():
    # Bentur et al. (2009) in Fagerland, Lydersen & Laake (2013; 2014): 1, 1, 7, 12 of 21
    table = DirectionChange(gained=1, lost=7, n=21)
    assert table.interval(Z) == pytest.approx((-0.517, -0.026), abs=5e-4)
    assert newcombe_paired(1, 1, 7, 12, Z) == pytest.approx((-0.507, -0.026), abs=5e-4)
    assert mcnemar_exact(1, 7) == pytest.approx((0.0703, 0.0391), abs=5e-5)
    assert 2 * stats.norm.sf(abs(table.z())) == pytest.approx(0.0339, abs=5e-5)


def test_newcombe_table():
    # Newcombe (1998), his example of 50 pairs, method 10
    assert newcombe_paired(36, 12, 2, 0, Z) == pytest.approx((0.0569, 0.3404), abs=5e-5)


@pytest.mark.parametrize(("gained", "lost", "n"), [(12, 2, 50), (0, 5, 30), (4, 0, 15), (3, 3, 9)])
@pytest.mark.parametrize("null", [-0.3, 0.05, 0.4])
def test_score_is_that_of_the_constrained_maximum(gained, lost, n, null):
    # the trinomial likelihood maximised numerically under gain − loss = null
    def minus(loss):
        cells = np.array([loss + null, loss, 1 - null - 2 * loss])
        counts = np.array([gained, lost, n - gained - lost])
        with np.errstate(divide="ignore"):
            terms = np.where(counts > 0, counts * np.log(np.maximum(cells, 1e-300)), 0)
        return -terms.sum()

    low, high = max(0, -null), (1 - null) / 2
    loss = optimize.minimize_scalar(minus, bounds=(low, high), options={"xatol": 1e-12}).x
    variance = n * (2 * loss + null - null**2)
    table = DirectionChange(gained, lost, n)
    assert table.z(null) == pytest.approx(
        (gained - lost - n * null) / math.sqrt(variance), rel=1e-4
    )


def test_ends_and_touching():
    assert DirectionChange(0, 0, 30).interval(Z)[1] == pytest.approx(Z**2 / (30 + Z**2))
    assert DirectionChange(30, 0, 30).interval(Z)[1] == 1
    first, second = DirectionChange(14, 3, 30), DirectionChange(6, 5, 33)
    p = mover_p(first, second)
    assert mover(first, second, normal_z(1 - p))[0] == pytest.approx(0, abs=1e-8)
    assert mcnemar_exact(0, 0) == (1.0, 1.0)
    assert mcnemar_exact(5, 5)[1] == pytest.approx(1 - stats.binom.pmf(5, 10, 0.5) / 2)
    assert mcnemar_exact(3, 9)[0] == pytest.approx(stats.binomtest(3, 12).pvalue)


def test_binary_and_ordinal_are_the_same_two_tests(people):
    scores = long(people, ("likert_before", "likert_after"))
    binary = before_after(scores, "y", kind="binary", threshold=4, **GROUP, **NAMES)
    share = scores.assign(yes=(scores["y"] >= 4) * 1.0)
    means = share.groupby(["treated", "wave"])["yes"].mean()
    gap = (means[1, 1] - means[1, 0]) - (means[0, 1] - means[0, 0])
    assert binary.estimate == pytest.approx(gap)
    assert binary.details["treated_change"] == pytest.approx(means[1, 1] - means[1, 0])
    logits = np.log(means / (1 - means))
    odds = (logits[1, 1] - logits[1, 0]) - (logits[0, 1] - logits[0, 0])
    assert binary.details["log_odds_ratio"].value == pytest.approx(odds, rel=1e-6)
    ordinal = before_after(scores, "y", kind="ordinal", categories=5, **GROUP, **NAMES)
    moves = np.sign(people["likert_after"] - people["likert_before"]).groupby(people["treated"])
    assert ordinal.estimate == pytest.approx(moves.mean()[1] - moves.mean()[0])
    assert math.isfinite(ordinal.details["log_odds_ratio"].se)


# -- checks, power, refusals ---------------------------------------------------------------------


def test_mde_is_found_with_the_stated_power():
    n, draws = 20, 4000
    rng = np.random.default_rng(4)
    change = rng.standard_normal((draws, n))
    frame = pd.DataFrame({"person": np.tile(range(n), 2), "wave": np.repeat([0, 1], n)})
    frame["y"] = np.concatenate([np.zeros(n), change[0]])
    found = before_after(frame, "y", **NAMES)
    true = found.mde / change[0].std(ddof=1)  # in standard deviations; they are 1 here
    t = stats.ttest_1samp(change + true, 0, axis=1).pvalue
    assert np.mean(t < 0.05) == pytest.approx(0.8, abs=0.02)


def test_attrition_and_checks(people):
    scores = long(people, ("likert_before", "likert_after"))
    gone = (scores["wave"] == 1) & scores["person"].isin([1, 2, 3, 4, 5, 6])
    came = (scores["wave"] == 0) & (scores["person"] == 30)
    holes = scores.assign(y=scores["y"].mask(gone | came))
    found = before_after(holes, "y", kind="ordinal", categories=5, **GROUP, **NAMES)
    table = found.details["attrition"]
    assert table.loc["treated", ["before", "after", "pairs", "lost"]].tolist() == [20, 14, 14, 6]
    assert table.loc["comparison", ["pairs", "lost", "only_after"]].tolist() == [19, 0, 1]
    assert (found.n_treated, found.n_comparison) == (14, 19)
    assert found.check("attrition").numbers["treated"] == pytest.approx(0.3)
    assert found.check("attrition").result == "failed"
    stayed = people["likert_before"][(people["treated"] == 1) & (people["person"] > 6)]
    assert table.loc["treated", "stayers"] == pytest.approx(stayed.mean())
    ceiling = (people["likert_before"][people["treated"] == 1] == 5).mean()
    assert found.check("floor_ceiling").numbers["ceiling"] == pytest.approx(ceiling)
    rows_dropped = before_after(holes.dropna(), "y", kind="ordinal", categories=5, **GROUP, **NAMES)
    assert rows_dropped.estimate == found.estimate
    needed = found.check("sample_size").numbers["needed"]
    assert needed == math.ceil(33 * (found.mde / 0.33) ** 2)


def test_one_cluster_a_side_has_no_interval(people):
    frame = long(people)
    found = before_after(frame, "y", cluster="treated", **GROUP, **NAMES)
    assert found.inference == "not_valid_here"
    assert math.isnan(found.p) and math.isnan(found.interval[0])
    assert found.details["attainable_p"] == 0.5


def test_permutation_of_clusters_is_exact():
    y = np.array([3.0, 3, 2, 2, 1, 1, 0, 0])
    clusters = np.repeat([0, 1, 2, 3], 2)
    p, least = cluster_permutation_p(y, clusters < 2, clusters)
    assert (p, least) == (2 / 6, 1 / 6)


def test_row_order_does_not_matter(people):
    frame = long(people)
    found = [
        before_after(f, "y", cluster="house", **GROUP, **NAMES)
        for f in (frame, frame.sample(frac=1, random_state=3))
    ]
    assert found[0].interval == pytest.approx(found[1].interval, rel=1e-12)


@pytest.mark.parametrize(
    ("change", "arguments", "says"),
    [
        (lambda f: pd.concat([f, f.iloc[:1]]), {}, "answers twice"),
        (lambda f: f[f["wave"] == 0], {}, r"1 wave\(s\) \[0\]"),
        (lambda f: f, {"after": 3, "before": 0}, "no wave 3"),
        (lambda f: f.assign(treated=f["person"] % 3), GROUP, "exactly two"),
        (lambda f: f.assign(treated=f["treated"].map(["b", "a"].__getitem__)), GROUP, "say which"),
        (lambda f: f, {"kind": "binary"}, "is not one of"),
        (lambda f: f, {"kind": "ordinal"}, "needs categories"),
        (lambda f: f, {"scale": (1, 3)}, "outside the scale"),
        (lambda f: f.assign(y=f["wave"] * 1.0), {}, "no spread"),
        (lambda f: f[f["person"] < 3], {}, "at least 3"),
        (lambda f: f.assign(house=f.index), {"cluster": "hous"}, "no column"),
        (lambda f: f.assign(house=range(len(f))), {"cluster": "house"}, "a person has one"),
    ],
)
def test_what_cannot_be_answered_stops(people, change, arguments, says):
    with pytest.raises(ValueError, match=says):
        before_after(change(long(people)), "y", **NAMES, **arguments)


# -- the embedded sample -------------------------------------------------------------------------

SURVEYS = sorted((ROOT / "data" / "raw" / "surveys").glob("kokeilukysely_*.csv"))
TRUTHS = json.loads((ROOT / "data" / "raw" / "planted_truths.json").read_text(encoding="utf-8"))
PLANTED = {t["experiment"]: t["size"] for t in TRUTHS["experiments"] if t["level"] == "survey"}


@pytest.mark.parametrize("path", SURVEYS, ids=lambda p: p.stem)
def test_planted_effects(path):
    name = path.stem.removeprefix("kokeilukysely_")
    answers = pd.read_csv(path, sep=";", decimal=",")
    question = answers.columns[-1]
    answers[question] = pd.to_numeric(answers[question]).where(lambda x: x.between(1, 5))
    options = {
        "person": "vastaajatunnus", "wave": "vuosi", "group": "ryhma", "treated": "osallistuja",
        "kind": "binary", "threshold": 4,
    }  # fmt: skip
    if name == "turku-2":  # stopped: nobody was asked afterwards
        with pytest.raises(ValueError, match="two are needed"):
            before_after(answers, question, **options)
        return
    found = before_after(answers, question, **options)
    low, high = found.interval
    assert low <= PLANTED[name] <= high
    if PLANTED[name] == 0:
        assert found.p > 0.05
    assert found.check("baseline_balance").result in ("passed", "failed")
