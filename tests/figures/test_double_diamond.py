"""The phase chart: every stay, return and milestone told in words, drawn by shape and pattern."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import pandas as pd
import pytest
from matplotlib.dates import num2date

from skk_analysis.figures import canvas
from skk_analysis.figures.double_diamond import FILLS, double_diamond, milestones_of
from skk_analysis.language import LANGUAGES
from skk_analysis.monitoring import milestones_on, phase_history

LOG = pd.DataFrame(
    [
        ("tutki", "2019-03-13", "2019-04-24", "x"),
        ("tarkenna", "2019-04-24", "2019-06-10", ""),
        ("tutki", "2019-06-10", "2019-06-20", ""),
        ("kehita", "2019-06-20", "", ""),
    ],
    columns=["phase", "entered", "left", "evidence_fi"],
)
MILESTONES = pd.DataFrame(
    [
        ("2019-06-01", "2019-06-15", "late"),
        ("2019-12-01", "2019-07-01", "stopped"),
        ("", "", ""),
    ],
    columns=["planned", "actual", "status"],
)
NAMES = {"tutki": "Tutki & <katso>", "tarkenna": "Tark&", "kehita": "Keh&", "toteuta": "Tot&"}


def figure(language: str = "fi"):
    history = phase_history(LOG, on=dt.date(2019, 7, 10))
    milestones = milestones_of(
        milestones_on(MILESTONES, dt.date(2019, 12, 31)), ["Malli", "Loppu", "Ei mitään"]
    )
    return double_diamond(history, NAMES, milestones, language, caption="Kuvio 1.", topic="Vaiheet")


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_drawn_is_told(language):
    shown = figure(language)
    for words in (*NAMES.values(), "Malli", "Loppu"):
        assert (words in shown.description) == (words != "Tot&")
    assert "Ei mitään" not in shown.description
    days = [q.value for q in shown.quantities() if q.unit == "days" and q.kind == "value"]
    assert days == [42, 47, 10, 20]  # the last one lasts: counted to the day
    assert [q.value for q in shown.quantities() if q.kind == "difference"] == [14]
    assert [(q.id, q.value) for q in shown.told] == [("phases.returns", 1)]
    assert len(shown.table.rows) == 6
    assert "<katso>" not in shown.table.html()


def test_the_same_drawing_has_the_same_bytes():
    assert figure().svg == figure().svg


def test_neighbouring_phases_differ_in_pattern_as_well_as_colour():
    for (fill, hatch), (other, pattern) in pairwise(FILLS):
        assert fill != other and hatch != pattern


def test_nothing_to_draw_stops():
    with pytest.raises(ValueError, match="no phases"):
        double_diamond(phase_history(LOG.iloc[:0]), NAMES, [], "fi", caption="a", topic="b")


def test_a_history_of_years_is_not_made_wider_by_its_ticks(monkeypatch):
    drawn: list = []
    monkeypatch.setattr(canvas, "svg", lambda one: drawn.append(one) or "<svg></svg>")
    days = ["2015-05-20", "2016-01-01", "2017-01-01", "2019-06-01", ""]
    long = LOG.assign(entered=days[:4], left=days[1:])
    history = phase_history(long, on=dt.date(2019, 7, 10))
    double_diamond(history, NAMES, [], "fi", caption="Kuvio 1.", topic="Vaiheet")
    [axes] = drawn[0].axes
    first, _ = num2date(axes.get_xlim())
    assert first.date() > dt.date(2015, 3, 1)
    assert len(axes.get_xticks()) >= 3
