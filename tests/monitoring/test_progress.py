"""Phases, workshops, milestones, tests and partners on cases worked by hand."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from skk_analysis.monitoring import (
    learning_tasks,
    milestone_counts,
    milestones_on,
    partner_mix,
    partners_by_group,
    phase_history,
    stage_table,
    summarise_tests,
    workshop_attendance,
)


def table(columns: str, *rows: tuple[str, ...]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=columns.split(), dtype="str")


PHASE_COLUMNS = "phase entered left evidence_fi"
RETURNING = table(
    PHASE_COLUMNS,
    ("toteuta", "2020-01-13", "2020-04-30", "memo"),
    ("tutki", "2019-03-13", "2019-04-24", "memo"),
    ("tarkenna", "2019-04-24", "2019-06-10", "text"),
    ("kehita", "2019-06-10", "2019-10-01", ""),
    ("tarkenna", "2019-10-01", "2019-11-15", ""),
    ("kehita", "2019-11-15", "2020-01-13", ""),
)
"""The sample's stopped experiment: back to the problem once, rows out of order."""


def test_a_return_is_a_step_back_and_going_forward_again_is_not():
    """Days by hand: 42, 47 + 45, 113 + 59, 108; one return, to tarkenna."""
    history = phase_history(RETURNING)
    phases = history.by_phase().set_index("phase")
    assert phases["days"].tolist() == [42, 92, 172, 108]
    assert phases["visits"].tolist() == [1, 2, 2, 1]
    assert phases["returns"].tolist() == [0, 1, 0, 0]
    assert phases["evidence"].tolist() == [True, True, False, True]
    assert history.returns["phase"].tolist() == ["tarkenna"]
    assert history.current is None and history.finished
    assert phases.loc["tarkenna", "first"] == dt.date(2019, 4, 24)
    assert phases.loc["tarkenna", "last"] == dt.date(2019, 11, 15)


@pytest.mark.parametrize(
    ("on", "current", "days"),
    [
        (dt.date(2019, 3, 13), "tutki", [0, 0, 0, 0]),
        (dt.date(2019, 10, 11), "tarkenna", [42, 57, 113, 0]),
        (dt.date(2020, 1, 13), "toteuta", [42, 92, 172, 0]),
        (dt.date(2019, 1, 1), None, [0, 0, 0, 0]),
    ],
)
def test_the_history_as_of_a_day(on, current, days):
    """What comes later is not known yet, and time in a phase is counted to the day."""
    history = phase_history(RETURNING, on=on)
    assert history.current == current
    assert history.by_phase()["days"].tolist() == days
    assert not history.finished


def test_a_phase_never_entered_and_one_that_lasts():
    log = table(PHASE_COLUMNS, ("tutki", "2019-03-13", "", "x"))
    phases = phase_history(log, on=dt.date(2019, 4, 4)).by_phase()
    assert phases["visits"].tolist() == [1, 0, 0, 0] and phases["days"][0] == 22
    assert phases["last"].tolist() == [None] * 4 and phases["first"][1] is None
    nothing = phase_history(log.iloc[:0])
    assert nothing.current is None and not nothing.finished
    assert nothing.by_phase()["visits"].sum() == 0


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (("toimita", "2019-03-13", "", ""), "phase is 'toimita'; use one of tutki"),
        (("tutki", "", "", ""), "entered is empty"),
        (("tutki", "13.3.2019", "", ""), "row 2: entered is '13.3.2019'"),
        (("tutki", "2019-03-13", "2019-03-12", ""), "left 2019-03-12 before"),
    ],
)
def test_a_wrong_phase_row_is_named(row, says):
    with pytest.raises(ValueError, match=says):
        phase_history(table(PHASE_COLUMNS, row))


WORKSHOPS = table(
    "id date",
    ("t2", "2019-04-04"), ("t1", "2019-03-13"), ("t3", "2019-04-24"), ("t4", "2019-05-15"),
)  # fmt: skip
ATTENDANCE = table(
    "city_code workshop attended participants",
    ("a", "t1", "yes", "5"), ("a", "t2", "yes", "4"), ("a", "t3", "yes", "3"),
    ("a", "t4", "yes", "2"), ("b", "t1", "yes", "6"), ("b", "t2", "no", "0"),
    ("b", "t3", "yes", "2"), ("b", "t4", "no", "0"), ("c", "t1", "no", "0"),
)  # fmt: skip


def test_attendance_and_drop_off():
    """By hand: 4 + 2 of 9 recorded; b dropped off; the workshops are 22, 20 and 21 days apart."""
    found = workshop_attendance(ATTENDANCE, WORKSHOPS, ["a", "b", "c", "d"])
    assert list(found.grid.columns) == ["t1", "t2", "t3", "t4"]
    assert found.grid.loc["b"].tolist() == [6, 0, 2, 0]
    assert found.grid.loc["d"].isna().all()
    cities = found.by_city.set_index("city")
    assert cities["attended"].tolist() == [4, 2, 0, 0]
    assert cities["known"].tolist() == [4, 4, 1, 0]
    assert cities["rate"].tolist()[:3] == [1.0, 0.5, 0.0] and np.isnan(cities["rate"]["d"])
    assert cities["last"].tolist() == [4, 3, 0, 0]
    assert cities["dropped_off"].tolist() == [False, True, False, False]
    assert found.rate == pytest.approx(6 / 9)
    shops = found.by_workshop
    assert shops["days"].tolist()[1:] == [22, 20, 21]
    assert shops["cities"].tolist() == [2, 1, 2, 1]
    assert shops["participants"].tolist() == [11, 4, 5, 2]
    assert shops["kept"].tolist()[1:] == [0.5, 1.0, 0.5]


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (("a", "t9", "yes", "1"), "no workshop 't9'"),
        (("a", "t1", "kyllä", "1"), "attended is 'kyllä'"),
        (("a", "t1", "yes", "1"), "city a has t1 twice"),
        (("d", "t1", "yes", "viisi"), "participants is 'viisi'"),
    ],
)
def test_a_wrong_attendance_row_is_named(row, says):
    wrong = pd.concat([ATTENDANCE, table(" ".join(ATTENDANCE.columns), row)], ignore_index=True)
    with pytest.raises(ValueError, match=says):
        workshop_attendance(wrong, WORKSHOPS, ["a"])


MILESTONES = table(
    "milestone planned actual status",
    ("model", "2019-04-10", "2019-04-24", "late"),
    ("start", "2019-08-19", "2019-08-12", "late"),
    ("review", "2019-05-15", "2019-05-15", "on_time"),
    ("end", "2020-10-30", "2020-04-30", "stopped"),
    ("next", "2021-01-31", "", ""),
    ("idea", "", "", ""),
)


def test_milestones_by_their_dates():
    found = milestones_on(MILESTONES, dt.date(2020, 12, 31))
    assert found["state"].tolist() == [
        "late", "on_time", "on_time", "stopped", "coming", "undated",
    ]  # fmt: skip
    assert found["days"].tolist()[:3] == [14, -7, 0] and found["days"][3:].isna().all()
    assert found["differs"].tolist() == [False, True, False, False, False, False]
    assert milestone_counts(found) == {
        "on_time": 2, "late": 1, "stopped": 1, "overdue": 0, "coming": 1, "undated": 1,
    }  # fmt: skip


def test_milestones_as_of_an_earlier_day():
    """A stop that is still to come is not known; what was due and has not come is overdue."""
    found = milestones_on(MILESTONES, dt.date(2019, 4, 20))
    assert found["state"].tolist()[:4] == ["overdue", "coming", "coming", "coming"]


def test_tests_that_changed_the_model():
    """By hand: two of three recorded changed something; one lacks n, one the answer."""
    rows = table(
        "kind n change_made", ("kohdeyleisö", "14", "yes"), ("kohdeyleisö", "", "yes"),
        ("kohdeyleisö", "9", ""), ("muu", "31", "no"),
    )  # fmt: skip
    found = summarise_tests(rows).set_index("kind")
    assert list(found.index) == ["kohdeyleisö", "käytäntö", "muu", "all"]
    assert found.loc["kohdeyleisö"].tolist() == [3, 23, 1, 2, 1, 1.0]
    assert found.loc["käytäntö", "tests"] == 0 and np.isnan(found.loc["käytäntö", "share"])
    assert found.loc["all"].tolist()[:5] == [4, 54, 1, 2, 1]
    assert found.loc["all", "share"] == pytest.approx(2 / 3)
    with pytest.raises(ValueError, match="can't be below 0"):
        summarise_tests(rows.assign(n="-1"))
    with pytest.raises(ValueError, match="row 5: change_made is 'ehkä'"):
        summarise_tests(rows.assign(change_made=["yes", "yes", "", "ehkä"]))


def test_partners_by_sector_and_resource_group():
    partners = table(
        "experiment group sector name",
        ("x", "kaupunki", "asuminen", "A"), ("x", "kaupunki", "asuminen", "B"),
        ("x", "asukkaat", "asukas", "C"), ("x", "asukkaat", "asukas", "C"),
        ("y", "kaupunki", "nuoriso", "D"), ("y", "valtio", "nuoriso", "E"),
    )  # fmt: skip
    groups = partners_by_group(partners[partners["experiment"] == "x"]).set_index("group")
    assert groups["partners"].to_dict() == {
        "kaupunki": 2, "asukkaat": 1, "yritykset": 0, "korkeakoulut": 0, "järjestöt": 0,
    }  # fmt: skip
    assert groups.loc["kaupunki", "sectors"] == ("asuminen",)
    mix = partner_mix(partners).set_index("experiment")
    assert mix.loc["x"].tolist() == [3, 2, 1, 1, False]
    assert mix.loc["y"].tolist() == [2, 1, 1, 0, True]


def test_learning_needs_evidence():
    rows = table(
        "task fulfilled evidence_fi evidence_en",
        ("debate", "yes", "", "A newspaper wrote"), ("learning", "yes", "", ""),
        ("management", "no", "", ""),
    )  # fmt: skip
    found = learning_tasks(rows)
    assert found["task"].tolist()[0] == "learning"
    assert found["state"].tolist() == ["claimed", "unknown", "yes", "unknown", "no"]
    assert learning_tasks(None)["state"].tolist() == ["unknown"] * 5
    for wrong, says in (("luck", "task is 'luck'"), ("debate", "occurs twice")):
        more = pd.concat([rows, rows.iloc[:1].assign(task=wrong)], ignore_index=True)
        with pytest.raises(ValueError, match=says):
            learning_tasks(more)


def test_stages_are_compared_only_with_enough_of_each():
    rows = table(
        "id stage status", *((f"a{i}", "ehkäisevä", "continued") for i in range(5)),
        *((f"b{i}", "varhainen", "ended") for i in range(5)), ("c", "korjaava", "stopped"),
        ("d", "", "ended"),
    )  # fmt: skip
    directions = dict.fromkeys(rows["id"], "open") | {"a0": "favourable", "b0": "unfavourable"}
    found = stage_table(rows, directions)
    stages = found.table.set_index("stage")
    assert stages["experiments"].tolist() == [5, 5, 1, 1]
    assert stages.loc["ehkäisevä", ["favourable", "open", "continued"]].tolist() == [1, 4, 5]
    assert stages["stopped"].tolist() == [0, 0, 1, 0]
    assert not found.testable and found.early_share == pytest.approx(10 / 11)
    many = pd.concat([rows] + [rows[rows["id"] == "c"].assign(id=f"c{i}") for i in range(4)])
    assert stage_table(many, dict.fromkeys(many["id"], "open")).testable
    with pytest.raises(ValueError, match="stage is 'myöhäinen'"):
        stage_table(rows.assign(stage="myöhäinen"))
    with pytest.raises(ValueError, match="got 'good'"):
        stage_table(rows, {"a0": "good"})


def test_a_lacking_column_is_named():
    with pytest.raises(ValueError, match=r"'tests' lacks column\(s\) \['n'\]"):
        summarise_tests(table("kind change_made", ("a", "yes")))
