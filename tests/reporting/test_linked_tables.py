"""Attacks through other tables: nested totals, and the same figure in another source."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from skk_analysis import protected
from skk_analysis.reporting.disclosure.mask import protect
from skk_analysis.reporting.disclosure.systems import hide_counts, hide_rates
from skk_analysis.review.disclosure import Policy, Relations, bounds
from tests.reporting.test_disclosure import CITY, YEAR, figure, write

CITY_OF = {f"{city}{area}": city for city in ("049", "091", "092") for area in "123"}
COUNTS = {"0491": 3, "0492": 30, "0493": 41, "0911": 50, "0912": 60, "0913": 70,
          "0921": 21, "0922": 22, "0923": 23}  # fmt: skip
WAYS = {"t": [["a", "b"]]}


def nested(counts: dict[str, int], levels: tuple[str, ...]) -> pd.DataFrame:
    """The counts of areas, and of their cities and country as far as these are published."""
    units = {("postal_area", area): n for area, n in counts.items()}
    if "municipality" in levels:
        for city in dict.fromkeys(CITY_OF.values()):
            mine = sum(n for area, n in counts.items() if CITY_OF[area] == city)
            units["municipality", city] = mine
    if "country" in levels:
        units["country", "SSS"] = sum(counts.values())
    rows = [
        {"unit_level": level, "unit_code": code, "indicator": f"own.{name}",
         "reference_year": YEAR, "group": "total", "value": float(value),
         "status": "observed", "resource": "own"}
        for (level, code), n in units.items()
        for name, value in (("a", n), ("b", 100), ("t", n + 100))
        if level == "postal_area" or name == "a"
    ]  # fmt: skip
    return pd.DataFrame(rows)


def attacked(rows: pd.DataFrame, hidden: pd.DataFrame) -> pd.DataFrame:
    """The interval of each cell for who adds up everything; written apart from `systems`."""
    place = {(u, i): k for k, (u, i) in enumerate(zip(rows.unit_code, rows.indicator, strict=True))}
    sums = []
    for unit, name in place:
        children = {"SSS": ["049", "091", "092"]}.get(
            unit, [area for area in COUNTS if unit == CITY_OF[area]]
        )
        if children and all((child, name) in place for child in children):
            sums.append({place[unit, name]: -1.0, **{place[c, name]: 1.0 for c in children}})
        if unit in COUNTS and name == "own.t":
            sums.append({place[unit, "own.t"]: -1.0, place[unit, "own.a"]: 1.0,
                         place[unit, "own.b"]: 1.0})  # fmt: skip
    if "SSS" in set(rows.unit_code) and "049" not in set(rows.unit_code):
        sums.append({place["SSS", "own.a"]: -1.0, **{place[a, "own.a"]: 1.0 for a in COUNTS}})
    mask = pd.MultiIndex.from_frame(rows[["unit_code", "indicator"]]).isin(
        pd.MultiIndex.from_frame(hidden[["unit_code", "indicator"]])
    )
    low, high = bounds(
        rows["value"], Relations.rows(sums, cells=len(rows), integer=True), mask, integer=True
    )
    return rows.assign(hidden=mask, low=low, high=high)


@pytest.mark.parametrize(
    "levels", [(), ("municipality",), ("municipality", "country")], ids=["areas", "city", "country"]
)
def test_a_small_area_does_not_follow_from_what_contains_it(levels) -> None:
    rows = nested(COUNTS, levels)
    alone = rows[(rows["unit_code"] == "0491") & (rows["indicator"] == "own.a")]
    if levels:
        given_away = attacked(rows, alone).query("hidden")
        assert (given_away["low"] == given_away["high"]).all(), "the attack works"
    found = hide_counts(rows, WAYS, Policy(), frozenset(), CITY_OF)
    seen = attacked(rows, found.cells)
    small = seen[(seen["unit_code"] == "0491") & (seen["indicator"] == "own.a")].iloc[0]
    assert small["hidden"] and small["low"] <= 1 and small["high"] >= 5
    secondary = seen[seen["hidden"]]
    assert (secondary["high"] > secondary["low"]).all(), "no hidden figure can be worked out"
    assert not seen.loc[seen["unit_level"] != "postal_area", "hidden"].any(), "wholes stay shown"
    again = hide_counts(rows.sample(frac=1, random_state=1), WAYS, Policy(), frozenset(), CITY_OF)
    pd.testing.assert_frame_equal(
        *(f.cells.sort_values(protected.CELL, ignore_index=True) for f in (found, again))
    )


def test_a_city_whose_only_small_area_is_hidden_needs_another() -> None:
    """Random counts: whatever is small stays within the policy's interval."""
    rng = np.random.default_rng(3)
    for _ in range(12):
        counts = {area: int(n) for area, n in zip(COUNTS, rng.poisson(9, 9) + 1, strict=True)}
        rows = nested(counts, ("municipality", "country"))
        found = hide_counts(rows, WAYS, Policy(), frozenset(), CITY_OF)
        seen = attacked(rows, found.cells)
        small = seen[(seen["value"] > 0) & (seen["value"] < 5)]
        assert small["hidden"].all() and (small["low"] <= 1).all() and (small["high"] >= 5).all()


def test_what_one_source_hides_no_other_shows(tmp_path) -> None:
    """Our own table prints the class that the publisher of the other one has hidden."""
    place = write(tmp_path)
    file = place.processed / "observations.parquet"
    theirs = pd.read_parquet(file)
    own = [
        figure("02100", f"paavo.{name}", value, "asked")
        for name, value in {"hr_tuy": 100.0, "hr_pi_tul": 17.0, "hr_ke_tul": 60.0,
                            "hr_hy_tul": 23.0}.items()
    ]  # fmt: skip
    pd.concat([theirs, pd.DataFrame(own)], ignore_index=True).to_parquet(file)
    protect(place)
    cells = pd.read_parquet(place.processed / protected.FILE)
    here = cells[(cells["unit_code"] == "02100") & cells["indicator"].str.startswith("paavo.")]
    assert "paavo.hr_pi_tul" in set(here["indicator"]) and len(here) >= 2
    whole = place.table("observations").query("unit_code == '02100'")
    shown = whole[whole["status"] == "observed"]
    assert "paavo.hr_pi_tul" not in set(shown["indicator"]) and 17.0 not in set(shown["value"])
    assert CITY not in set(here["unit_code"])


@pytest.mark.parametrize("nowhere", [0, 1, 2, 40])
def test_persons_in_no_area_do_not_shield_a_small_one(nowhere: int) -> None:
    """City less shown areas is the small area and those without an area: at most so many."""
    answers = {"0491": (3, 12), "0492": (20, 50), "0493": (33, 70), "0494": (41, 90)}
    whole = tuple(sum(n[k] for n in answers.values()) + nowhere * (k + 1) for k in (0, 1))
    rows = pd.DataFrame(
        [
            {"unit_level": "municipality" if code == "049" else "postal_area", "unit_code": code,
             "indicator": "asked", "reference_year": YEAR, "group": "total", "resource": "own",
             "count": float(yes), "denominator": float(n)}
            for code, (yes, n) in {**answers, "049": whole}.items()
        ]
    )  # fmt: skip
    found = hide_rates(rows, dict.fromkeys(answers, "049"), Policy(), frozenset())
    hidden = set(found.cells["unit_code"])
    assert "0491" in hidden and "049" not in hidden
    left = [whole[k] - sum(n[k] for a, n in answers.items() if a not in hidden) for k in (0, 1)]
    assert min(left[0], left[1] - left[0]) >= 5 and left[1] >= (30 if nowhere < 40 else 5)
    assert len(hidden) == (1 if nowhere == 40 else 2)
