"""The panel: what it refuses and names, and what it does not depend on."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from skk_analysis.impact.panel import Panel

_spec = importlib.util.spec_from_file_location("panels", Path(__file__).with_name("panels.py"))
panels = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(panels)

FRAME = panels.long(panels.paths(units=5, times=4))
NAMES = {"unit": "unit", "time": "year", "treated": {"u000": 2011}}


def changed(**columns):
    return FRAME.assign(**columns)


def on(start: int, *units: str):
    """Return the frame with a 0/1 column that is 1 from a year on in some units."""
    return changed(d=(FRAME["unit"].isin(units) & (FRAME["year"] >= start)).astype(int))


@pytest.mark.parametrize(
    ("frame", "names", "message"),
    [
        (FRAME, {"unit": "city"}, r"no column\(s\) \['city'\]; the table has \['unit'"),
        (FRAME, {"treated": {"oulu": 2011}}, r"treated unit\(s\) \['oulu'\].*'unit'.*'u000'"),
        (FRAME, {"excluded": {"oulu": "near"}}, r"excluded unit\(s\) \['oulu'\]"),
        (FRAME, {"treated": {}}, "no unit is treated: give treated="),
        (FRAME, {"excluded": {"u000": "near"}}, r"\['u000'\] are both treated and excluded"),
        (pd.concat([FRAME, FRAME[:1]]), {}, "unit u000, year 2009 occurs twice"),
        (changed(year=FRAME["year"].astype(str)), {}, "'year' must hold whole numbers"),
        (changed(unit=FRAME["unit"].where(FRAME.index > 0)), {}, "a row lacks its 'unit'"),
        (on(2011, "u000"), {"treated": "e"}, r"no column\(s\) \['e'\]"),
        (on(2011, "u000").assign(d=2), {"treated": "d"}, "'d' must be 0 or 1; u000, 2009 has 2"),
        (
            on(2011, "u000").assign(d=lambda t: t["d"].where(t["year"] != 2012, 0)),
            {"treated": "d"},
            "treatment of u000 ends in 2012",
        ),
    ],
)
def test_a_bad_panel_is_refused_by_name(frame, names, message):
    with pytest.raises(ValueError, match=message):
        Panel(frame, **{**NAMES, **names})


@pytest.mark.parametrize(
    ("frame", "names", "options", "message"),
    [
        (changed(y=FRAME["y"].where(FRAME.index != 5)), {}, {}, r"1 unit.*u001 in \[2010\]"),
        (
            changed(y=FRAME["y"].where(FRAME.index != 1)),
            {},
            {"missing": "drop"},
            r"1 unit.*u000 in \[2010\]",
        ),
        (FRAME, {}, {"missing": "ignore"}, "missing must be 'raise' or 'drop', got 'ignore'"),
        (changed(y="a"), {}, {}, "'y' must hold numbers"),
        (FRAME, {"treated": {"u000": 2009}}, {}, "u000 is treated from 2009.*0 time.* before"),
        (FRAME, {"treated": {"u000": 2013}}, {}, r"u000 is treated from 2013.* and 0 from then"),
        (
            FRAME,
            {"excluded": {f"u00{i}": "near" for i in range(1, 5)}},
            {},
            "no comparison unit is left",
        ),
        (changed(size=np.nan), {"population": "size"}, {}, "size: no value for unit u000"),
    ],
)
def test_a_block_that_cannot_be_made_says_where(frame, names, options, message):
    panel = Panel(frame, **{**NAMES, **names})
    with pytest.raises(ValueError, match=message):
        panel.block("y", **options)


def test_a_column_and_a_mapping_say_the_same():
    by_column = Panel(on(2011, "u000", "u003"), unit="unit", time="year", treated="d")
    assert dict(by_column.starts) == {"u000": 2011, "u003": 2011}


def test_what_was_left_out_for_missing_values_is_named():
    panel = Panel(changed(y=FRAME["y"].where(FRAME.index != 5)), **NAMES)
    block = panel.block("y", missing="drop")
    assert block.dropped == ("u001",)
    assert list(block.names) == ["u000", "u002", "u003", "u004"]


def test_rows_in_any_order_give_the_same_block():
    mixed = Panel(FRAME.sample(frac=1, random_state=3), **NAMES, population="size").block("y")
    plain = Panel(FRAME, **NAMES, population="size").block("y")
    assert (mixed.values == plain.values).all()
    assert mixed.size == pytest.approx(plain.size, rel=1e-14)


def test_parts_of_a_panel():
    panel = panels.panel_of(panels.paths(units=6), {"u000": 2018, "u001": 2019})
    assert panel.until(2019).block("y").times[-1] == 2019
    assert dict(panel.only("u001").starts) == {"u001": 2019}
    assert "u000" not in set(panel.only("u001").frame["unit"])
    assert panel.without(times=[2020]).frame["year"].max() == 2019
    assert panel.without(units=["u002"]).comparison == ["u003", "u004", "u005"]
