"""The dossier of one outcome, and of a programme: everything made, in order, saying one thing."""

from __future__ import annotations

import importlib.util
import math
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from skk_analysis.impact.evaluate import Evaluation, evaluate
from skk_analysis.impact.evaluate_programme import evaluate_programme
from skk_analysis.impact.grade import Design
from skk_analysis.impact.panel import Panel
from skk_analysis.impact.programme_panel import first_full_year, programme_panel
from skk_analysis.impact.size_matching import Placebos
from skk_analysis.workspace import ENVIRONMENT_VARIABLE, Workspace

WORLD = Path(__file__).resolve().parents[2] / "validation/impact/simulation/world.py"
spec = importlib.util.spec_from_file_location("world", WORLD)
assert spec and spec.loader
world = importlib.util.module_from_spec(spec)
spec.loader.exec_module(world)

PLAN = Placebos(draws=199)
MADE = {
    "treated_units", "pre_years", "post_years", "donors", "missing_cells", "contamination",
    "size_matched_placebos", "attainable_p", "second_opinion", "pre_fit", "donor_weights",
    "anticipation", "pre_trend", "honest_smoothness", "honest_relative", "placebo_in_time",
    "leave_one_donor", "leave_one_year", "leave_one_city", "specification_curve",
    "identified_range", "pandemic_only", "pandemic_exposure", "pandemic_bounded",
    "pandemic_closure", "pandemic_dropped",
}  # fmt: skip


def panel(seed: int = 3, count: int = 1, effect: float = 0.0, **more) -> Panel:
    rng = np.random.default_rng(seed)
    frame = world.country(rng, 0.5)
    treated = world.chosen(frame, count, "big", rng)
    frame["y"] += effect * (frame["name"].isin(treated) & (frame["year"] >= world.START))
    frame["z"] = frame["y"].to_numpy() + np.random.default_rng(9).normal(size=len(frame))
    starts = dict.fromkeys(treated, world.START)
    options = {"population": "population"} | more
    return Panel(frame, unit="name", time="year", treated=starts, **options)


@pytest.fixture(scope="module")
def found() -> Evaluation:
    """A large effect on one city, with one neighbour excluded."""
    cities = panel(effect=25.0)
    cities = replace(cities, excluded={cities.comparison[5]: "neighbour"})
    return evaluate(cities, "y", better="higher", placebos=PLAN)


def test_a_large_effect_is_found_and_every_check_is_made(found: Evaluation):
    assert {c.name for c in found.effect.checks} == MADE
    low, high = found.effect.interval
    assert low < 25 < high and found.effect.p == pytest.approx(1 / 41)
    assert found.verdict.word == "strong_evidence_increase" and found.verdict.favourable
    assert found.grade.sms == 3
    assert found.table.iloc[0][["method", "variant"]].tolist() == ["synthetic_did", "main"]
    assert found.table["estimate"].between(15, 35).all()
    assert set(found.table["variant"]) == {
        "main", "without_exposure", "without_pandemic", "matched_comparison", "ridge",
    }  # fmt: skip


def test_the_dossier_speaks_three_languages_and_draws(found: Evaluation):
    for language in ("fi", "sv", "en"):
        said = found.text(language)
        assert len(said) > 300 and "{" not in said
    figure = found.plot("fi")
    assert "<svg" in figure.svg and figure.alt and figure.description


def test_nothing_is_found_where_nothing_is():
    null = evaluate(panel(), "y", placebos=PLAN)
    assert null.verdict.word == "inconclusive"
    assert null.verdict.numbers["mde"] == pytest.approx(null.effect.mde)
    close = evaluate(panel(), "y", placebos=PLAN, limit=10 * null.effect.mde)
    assert close.verdict.word in ("no_effect_larger_than", "inconclusive")


def test_closures_and_the_pandemic_year_alone_stop_the_claim():
    closed = evaluate(panel(effect=25.0), "y", closed=True, placebos=PLAN)
    assert closed.verdict.word == "not_interpretable" and closed.grade.sms == 2
    cities = panel(effect=25.0)
    late = replace(cities, treated=dict.fromkeys(cities.starts, 2020))
    alone = evaluate(late, "y", placebos=PLAN)
    assert alone.grade.sms == 2 and alone.grade.wording == "not_separable"
    assert not alone.verdict.strong


def test_a_placebo_outcome_that_moved_costs_a_grade():
    moved = evaluate(panel(effect=25.0), "y", placebo_outcomes=("z",), placebos=PLAN)
    check = moved.effect.check("placebo_outcome")
    assert check and check.result == "failed" and check.numbers["outcome"] == "z"
    assert moved.grade.sms == 2


def test_facts_can_be_given_and_a_lottery_raises_the_ceiling():
    facts = Design("comparison_group", 10, 2, assignment="lottery", balance=True)
    drawn = evaluate(panel(effect=25.0), "y", facts=facts, placebos=PLAN)
    assert drawn.grade.sms >= 4


def test_without_sizes_the_dossier_still_stands():
    plain = panel(effect=25.0, population=None)
    bare = evaluate(plain, "y", placebos=PLAN)
    assert bare.effect.inference == "placebos"
    assert bare.effect.check("second_opinion").result == "inconclusive"
    assert "without_exposure" not in set(bare.table["variant"])
    assert not bare.verdict.strong


def test_few_years_or_units_refuse_instead_of_guessing():
    cities = panel(effect=25.0)
    few = cities.without(units=cities.comparison[12:])
    refused = evaluate(few, "y", placebos=PLAN)
    assert refused.verdict.word == "not_estimable" and math.isinf(refused.effect.interval[1])
    short = cities.without(times=range(2009, 2018))
    brief = evaluate(short, "y", placebos=PLAN)
    assert brief.effect.check("pre_trend") is None
    assert brief.grade.sms < 3 and not brief.verdict.strong


def test_a_programme_adjusts_for_its_tests():
    cities = panel(count=2, effect=25.0)
    noise = np.random.default_rng(4).normal(size=(len(cities.frame), 2))
    frame = cities.frame.assign(a=cities.frame["z"], b=noise[:, 0], c=noise[:, 1])
    cities = replace(cities, frame=frame)
    options = {"y": {"better": "higher"}, "a": {}, "b": {}, "c": {"limit": 100.0}}
    programme = evaluate_programme(cities, options, primary=["y"], placebos=PLAN)
    table = programme.table.set_index(["unit", "outcome"])
    assert set(table.index.get_level_values("unit")) == {*cities.starts, "all"}
    for unit in (*cities.starts, "all"):
        mine = table.loc[unit]
        assert (mine["p_adjusted"] >= mine["p"] - 1e-12).all()
        assert (mine["p_romano_wolf"] >= mine["p"] - 1e-12).all()
        assert mine.loc["y", "adjustment"] == "holm" and mine.loc["a", "adjustment"] == "fdr_bh"
        assert mine.loc["y", "p_adjusted"] == mine.loc["y", "p"]  # the only primary one
        sound = not any(c.result == "failed" for c in programme[unit, "c"].effect.checks)
        within = programme[unit, "c"].verdict.word == "no_effect_larger_than"
        assert within == sound  # ±100 is far outside every set, but a failed check forbids it
    pooled = programme.effects("y")
    assert list(pooled["unit"]) == list(cities.starts)
    alone = evaluate(cities.only(pooled["unit"][0]), "y", placebos=PLAN)
    assert pooled["estimate"][0] == pytest.approx(alone.effect.estimate, abs=1e-9)


def test_more_processes_change_no_number():
    cities = panel()
    cities = cities.without(units=cities.comparison[40:])
    one, two = (evaluate_programme(cities, ["y", "z"], placebos=PLAN, workers=n) for n in (1, 2))
    pd.testing.assert_frame_equal(one.table, two.table, rtol=0, atol=1e-9)


def test_a_primary_outcome_must_be_among_the_outcomes():
    with pytest.raises(ValueError, match=r"primary outcome\(s\) \['x'\] are not among"):
        evaluate_programme(panel(), ["y"], primary=["x"])


def test_order_and_hash_seed_move_nothing():
    """Rows, donors and hash seeds in any order give the same digits."""
    cities = panel(count=2, effect=3.0)
    shuffled = replace(cities, frame=cities.frame.sample(frac=1, random_state=5))
    one, two = (evaluate(p, "y", placebos=PLAN) for p in (cities, shuffled))
    assert one.effect.estimate == pytest.approx(two.effect.estimate, abs=1e-9)
    pd.testing.assert_frame_equal(one.table, two.table, atol=1e-9, rtol=0)
    script = (
        f"import sys; sys.path[:0] = [{str(Path(__file__).parents[2])!r}]\n"
        f"import importlib.util as u; s = u.spec_from_file_location('t', {__file__!r})\n"
        "t = u.module_from_spec(s); s.loader.exec_module(t)\n"
        "e = t.evaluate(t.panel(count=2, effect=3.0), 'y', placebos=t.PLAN)\n"
        "print(e.table.to_csv(), e.power.to_csv(), [dict(c.numbers) for c in e.effect.checks])\n"
    )
    said = [
        subprocess.run(
            [sys.executable, "-c", script],
            env=os.environ | {"PYTHONHASHSEED": seed, "OPENBLAS_NUM_THREADS": "1"},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "12345")
    ]
    assert said[0] == said[1] and "synthetic_did" in said[0]


@pytest.mark.parametrize(
    ("experiment", "indicator"),
    [
        ("turku-1", "unemployed_share"),
        ("vantaa-1", "outside_education"),
        ("tampere-1", "long_term_assistance_young"),
        ("oulu-2", "child_low_income_rate"),
        ("jyvaskyla-2", "unemployed_share"),
    ],
)
def test_the_sample_s_planted_effects(
    sample_workspace: Workspace, monkeypatch, experiment: str, indicator: str
):
    """Each planted effect lies in its set, and a nil one is not found."""
    import json

    monkeypatch.setenv(ENVIRONMENT_VARIABLE, str(sample_workspace.root))
    truths = json.loads((sample_workspace.raw / "planted_truths.json").read_text("utf-8"))
    planted = next(t for t in truths["experiments"] if t["experiment"] == experiment)
    cities = programme_panel([indicator], experiment=experiment)
    dossier = evaluate(cities, indicator, experiment=experiment, missing="drop", better="lower")
    low, high = dossier.effect.interval
    assert low <= planted["size"] <= high
    assert (low <= 0 <= high) == (planted["size"] == 0)
    assert dossier.effect.details["agreed_beforehand"] is True
    assert dossier.grade.sms == 2  # 2020 is the only year after the start
    assert not dossier.verdict.strong


def test_the_panel_of_an_experiment(sample_workspace: Workspace):
    cities = programme_panel(
        ["outside_education"], experiment="vantaa-1", workspace=sample_workspace
    )
    assert dict(cities.starts) == {"092": 2020} and cities.pandemic == (2020,)
    assert set(cities.excluded) == {"049", "853", "837", "564", "179"}
    together = programme_panel(["offences"], workspace=sample_workspace)
    assert set(together.starts) == {"049", "853", "092", "837", "564", "179"}
    assert set(together.starts.values()) == {2019}
    with pytest.raises(ValueError, match="has no experiment 'x-1'; it has"):
        programme_panel(["offences"], experiment="x-1", workspace=sample_workspace)
    with pytest.raises(ValueError, match="use before_after for a survey"):
        programme_panel(["offences"], experiment="espoo-1", workspace=sample_workspace)
    with pytest.raises(ValueError, match=r"no values of indicator\(s\) \['offense'\]"):
        programme_panel(["offense"], workspace=sample_workspace)


def test_exposure_to_the_pandemic_comes_from_the_register(
    sample_workspace: Workspace, tmp_path: Path
):
    import shutil

    root = tmp_path / "own"
    shutil.copytree(sample_workspace.root, root)
    workspace = Workspace(root)
    units = sorted(programme_panel(["offences"], workspace=workspace).frame["unit"].unique())
    table = workspace.programme / "pandemic_exposure.csv"
    head = "unit_level,unit_code,exposure\n"
    rows = [f"municipality,{unit},{0.01 * at}" for at, unit in enumerate(units)]
    table.write_text(head + "\n".join(rows) + "\n", "utf-8")
    block = programme_panel(["offences"], workspace=workspace).block("offences", missing="drop")
    assert block.exposure[list(block.names).index(units[7])] == pytest.approx(0.07)
    table.write_text(head + "\n".join(rows[1:]) + "\n", "utf-8")
    with pytest.raises(ValueError, match=f"no number for municipality {units[0]}"):
        programme_panel(["offences"], workspace=workspace)


def test_an_experiment_that_begins_in_autumn_is_seen_the_next_year():
    assert [first_full_year(d) for d in ("2019-06-30", "2019-07-01")] == [2019, 2020]
