"""One call for any experiment of the register: planted effects found, refusals in words."""

from __future__ import annotations

import json
import math
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from skk_analysis.impact import (
    ExperimentInputs,
    effects_by_group,
    evaluate_experiment,
    experiment_inputs,
)
from skk_analysis.impact.before_after import before_after
from skk_analysis.impact.experiment_inputs import REFUSALS
from skk_analysis.language import LANGUAGES, text
from skk_analysis.workspace import Workspace

ROOT = Path(__file__).resolve().parents[2]
TRUTHS = json.loads((ROOT / "data" / "raw" / "planted_truths.json").read_text("utf-8"))
PLANTED = {t["experiment"]: t for t in TRUTHS["experiments"]}
COLUMNS = ["method", "variant", "estimate", "lower", "upper", "p", "mde"]
ROW = {"id": "koe-1", "level": "survey", "main_indicator": "trust", "started": "2019-08-19"}
SHARE = {"name_fi": "Luottamus", "unit": "share", "direction": "higher", "numerator": "survey.t"}


@pytest.mark.parametrize("experiment", [name for name in PLANTED if name != "turku-2"])
def test_every_planted_effect_is_covered(sample_workspace: Workspace, experiment: str):
    """Whatever the level: the planted size lies in the interval, and none is not found."""
    planted = PLANTED[experiment]
    dossier = evaluate_experiment(experiment, sample_workspace)
    low, high = dossier.effect.interval
    assert dossier.estimated and low <= planted["size"] <= high
    assert not (planted["size"] == 0 and not low <= 0 <= high)
    assert dossier.grade.sms == 2 and dossier.grade.wording == "not_separable"  # only 2020 after
    assert list(dossier.table) == COLUMNS
    assert dossier.table.loc[0, "estimate"] == dossier.effect.estimate
    assert (dossier.evaluation is None) == (planted["level"] == "survey")
    assert dossier.effect.provenance["experiment"] == experiment


@pytest.mark.parametrize("language", LANGUAGES)
def test_text_and_figure_are_the_same_for_every_kind(sample_workspace, language: str):
    for experiment in ("espoo-1", "tampere-1"):
        known = experiment_inputs(sample_workspace, experiment)
        dossier = evaluate_experiment(known)
        assert known.indicator[f"name_{language}"] in dossier.text(language)
        assert dossier.plot(language).alt
    stopped = evaluate_experiment("turku-2", sample_workspace)
    assert stopped.reason == "no_after" and stopped.plot(language) is None
    assert stopped.grade is None and stopped.verdict.word == "not_estimable"
    assert stopped.table.empty and math.isnan(stopped.effect.estimate)
    assert stopped.text(language) == text("experiment.refusal.no_after", language)
    assert "turku-2: no estimate (no_after)" in repr(stopped)


def test_an_unknown_experiment_stops(sample_workspace: Workspace):
    with pytest.raises(ValueError, match="has no experiment 'x-9'; it has"):
        evaluate_experiment("x-9", sample_workspace)


def answers(
    before: list[float], after: list[float], group: str = "participant", tag: str = "o",
    years: tuple[int, int] = (2019, 2020),
) -> pd.DataFrame:  # fmt: skip
    """Paired answers as the table of responses has them."""
    rows = [
        {"respondent_id": f"{tag}{i}", "year": year, "group": group, "question": "t",
         "answer": value, "weight": 1.0, "resource": "kysely"}
        for year, wave in zip(years, (before, after), strict=True)
        for i, value in enumerate(wave)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def known(frame: pd.DataFrame, **row: str) -> ExperimentInputs:
    return ExperimentInputs({**ROW, **row}, SHARE, responses=frame, pandemic=(2020,))


UP = answers([2.0] * 6 + [4.0] * 6, [4.0] * 10 + [2.0] * 2)
"""Twelve persons: six agree before, ten after (six rise, two fall)."""
STILL = answers([2.0] * 6 + [4.0] * 6, [2.0] * 6 + [4.0] * 6, "comparison", "v")


def test_shares_are_of_those_who_agree():
    """By hand: participants 6/12 → 10/12, comparison 6/12 → 6/12: 4/12 more."""
    dossier = evaluate_experiment(known(pd.concat([UP, STILL])))
    assert dossier.effect.estimate == pytest.approx(4 / 12)
    assert dossier.table["variant"].tolist() == ["main", "participants_only"]
    assert dossier.table["estimate"].tolist() == pytest.approx([4 / 12, 4 / 12])
    assert dossier.effect.details["better"] == "higher"
    names = [reason.name for reason in dossier.grade.reasons]
    assert names[0] == "comparison_group" and "few_pre_years" in names
    alone = evaluate_experiment(known(UP))
    assert alone.effect.method == "before_after" and alone.grade.sms == 1
    assert alone.grade.wording == "change_while" and len(alone.table) == 1


def test_scores_are_compared_by_their_means():
    """An indicator that is no share is a mean, and its unit is kept."""
    frame = pd.concat([UP, answers([2.0, 3, 4] * 4, [3.0, 3, 4] * 4, "comparison", "v")])
    score = ExperimentInputs(ROW, {**SHARE, "unit": "score"}, responses=frame)
    effect = evaluate_experiment(score).effect
    assert effect.unit == "score"
    assert effect.estimate == pytest.approx((11 / 3 - 3) - 1 / 3)


def test_the_first_wave_s_weights_count():
    """Weights that vary are used, one a person: the one that the first wave was drawn with."""
    frame = pd.concat([UP, STILL], ignore_index=True)
    heavy = frame["respondent_id"].isin(["o0", "o1"])
    frame.loc[heavy & (frame["year"] == 2019), "weight"] = 3.0
    effect = evaluate_experiment(known(frame)).effect
    person = frame.assign(weight=np.where(heavy, 3.0, 1.0), y=(frame["answer"] >= 4) * 1.0)
    same = before_after(
        person, "y", person="respondent_id", wave="year", kind="binary", group="group",
        treated="participant", weights="weight",
    )  # fmt: skip
    assert effect.estimate == pytest.approx(same.estimate) != 4 / 12
    assert effect.interval == pytest.approx(same.interval)


def test_of_many_waves_the_one_before_the_first_full_year_is_before():
    early = answers([2.0] * 12, [4.0] * 12, years=(2017, 2018))
    frame = pd.concat([early[early["year"] == 2017], UP])
    effect = evaluate_experiment(known(frame)).effect
    assert effect.provenance["waves"] == (2019, 2020)
    late = evaluate_experiment(known(frame, started="2019-02-01")).effect
    assert late.provenance["waves"] == (2017, 2020)


@pytest.mark.parametrize(
    ("frame", "row", "reason"),
    [
        (UP[UP["year"] == 2019], {}, "no_after"),
        (UP[UP["year"] == 2020], {}, "no_before"),
        (UP[UP["respondent_id"].isin([f"o{i}" for i in range(9)])], {}, "small_group"),
        (pd.concat([UP, UP]), {}, "method_refuses"),
    ],
)
def test_what_cannot_be_estimated_has_a_reason(frame, row, reason):
    dossier = evaluate_experiment(known(frame, **row))
    assert dossier.reason == reason in REFUSALS
    assert (reason == "method_refuses") == bool(dossier.detail)


@pytest.fixture
def own(sample_workspace: Workspace, tmp_path: Path) -> Workspace:
    root = tmp_path / "own"
    shutil.copytree(sample_workspace.root, root)
    return Workspace(root)


def edit(workspace: Workspace, table: str, change) -> None:
    path = workspace.programme / f"{table}.csv"
    change(pd.read_csv(path, dtype=str, keep_default_na=False)).to_csv(path, index=False)


def test_a_register_with_holes_refuses_and_never_breaks(own: Workspace):
    """Each missing cell, row or table has a reason of its own."""

    def of(experiment: str) -> str | None:
        return evaluate_experiment(experiment, own).reason

    def with_cell(column: str, value: str):
        return lambda t: t.assign(**{column: t[column].where(t["id"] != "espoo-1", value)})

    edit(own, "experiments", with_cell("main_indicator", "nothing_such"))
    assert of("espoo-1") == "no_indicator"
    edit(own, "experiments", with_cell("level", ""))
    assert of("espoo-1") == "no_design"
    edit(own, "exposure", lambda t: t[t["experiment"] != "vantaa-1"])
    assert of("vantaa-1") == "no_units"
    edit(own, "surveys", lambda t: t[t["experiment"] != "oulu-1"])
    assert of("oulu-1") == "no_survey"
    (own.programme / "exposure.csv").unlink()
    (own.programme / "surveys.csv").unlink()
    assert (of("turku-1"), of("espoo-2")) == ("no_units", "no_survey")


def test_a_gap_long_ago_shortens_the_panel(sample_workspace: Workspace):
    """A treated area without an early figure is judged by the years since; without a late, not."""
    whole = experiment_inputs(sample_workspace, "vantaa-1")
    panel = whole.panel
    mine = panel.frame["unit"] == "092"

    def without(year: int) -> ExperimentInputs:
        frame = panel.frame.copy()
        frame.loc[mine & (frame["year"] == year), "outside_education"] = np.nan
        changed = type(panel)(
            frame, unit="unit", time="year", treated=panel.starts, population=panel.population,
            excluded=panel.excluded, pandemic=panel.pandemic,
        )  # fmt: skip
        return ExperimentInputs(whole.experiment, whole.indicator, changed)

    assert evaluate_experiment(without(2011)).effect.path["time"].min() == 2012
    assert evaluate_experiment(without(2020)).reason == "no_after"


def test_the_words_of_every_refusal():
    for language in LANGUAGES:
        assert len({text(f"experiment.refusal.{r}", language) for r in REFUSALS}) == len(REFUSALS)


def grouped(before: list[float], after: list[float], sex: str, tag: str) -> pd.DataFrame:
    """Participants of one sex with an unmoved comparison group of the same answers before."""
    own = answers(before, after, tag=tag)
    other = answers(before, before, "comparison", f"v{tag}")
    return pd.concat([own, other]).assign(sex=sex)


def test_a_gap_between_groups():
    """By hand: women 6/12 → 12/12, men 3/12 → 3/12 with one up and one down: the gap grows 0.5."""
    women = grouped([2.0] * 6 + [4.0] * 6, [4.0] * 12, "female", "f")
    men = grouped([2.0] * 9 + [4.0] * 3, [4.0] + [2.0] * 9 + [4.0] * 2, "male", "m")
    found = effects_by_group(known(pd.concat([women, men])), ["sex", "education"])
    table = found.table.set_index("group")
    assert table["estimate"].tolist() == pytest.approx([0.5, 0.0])
    assert table["before"].tolist() == pytest.approx([0.5, 0.25])
    assert found.small == ()
    gap = found.gaps.iloc[0]
    assert (gap["low"], gap["high"], gap["change"]) == ("male", "female", pytest.approx(0.5))
    f, m = table.loc["female"], table.loc["male"]
    lower = 0.5 - math.hypot(0.5 - f["lower"], m["upper"])
    assert gap["lower"] == pytest.approx(lower)
    assert gap["verdict"] == ("widens" if lower > 0 else "unclear")
    assert gap["lower"] < 0.5 < gap["upper"]


def test_a_small_group_cannot_be_told_by_subtraction():
    """Five hidden would follow from all less the others, so the next smallest is hidden too."""
    women = grouped([2.0] * 7 + [4.0] * 6, [4.0] * 12 + [2.0], "female", "f")
    men = grouped([2.0] * 9 + [4.0] * 3, [4.0] + [2.0] * 9 + [4.0] * 2, "male", "m")
    few = grouped([2.0] * 5, [4.0] * 5, "other", "x")
    found = effects_by_group(known(pd.concat([women, men, few])), ["sex"])
    assert found.table["group"].tolist() == ["female"] and found.gaps.empty
    assert set(found.small) == {("sex", "other"), ("sex", "male")}


def test_groups_are_only_of_surveys(sample_workspace: Workspace):
    assert effects_by_group(experiment_inputs(sample_workspace, "vantaa-1")) is None
    assert effects_by_group(experiment_inputs(sample_workspace, "turku-2")).table.empty
    found = effects_by_group(experiment_inputs(sample_workspace, "espoo-1"))
    sizes = found.table.groupby("division")["n_treated"].sum()
    assert (found.table["n_treated"] >= 10).all() and (sizes <= 56).all() and len(found.gaps)


@pytest.mark.parametrize(
    ("started", "reason"),
    [
        ("2019-08-19", ""),
        ("2020-02-01", ""),
        ("2021-02-01", "no_after"),
        ("2018-01-10", "no_before"),
    ],
)
def test_survey_waves_lie_on_both_sides_of_the_start(sample_workspace, started, reason):
    """The waves are of 2019 and 2020: two before the start, or two after it, tell no change."""
    known = experiment_inputs(sample_workspace, "espoo-1")
    known = replace(known, experiment={**known.experiment, "started": started})
    assert (evaluate_experiment(known).reason or "") == reason
