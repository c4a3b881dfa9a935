"""What other programs say of the invented panel: writes peers.json.

Run in an environment with pyfixest, wildboottest, moderndid, diff-diff and honestdid, never the
project's own:  ``python validation/impact/did/peers.py``.
"""

from __future__ import annotations

import json
import warnings
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd

HERE = Path(__file__).resolve().parent
PEERS = ("pyfixest", "wildboottest", "moderndid", "diff-diff", "honestdid", "numpy")


def regressions(panel: pd.DataFrame) -> dict:
    """Two-way fixed effects and event studies by pyfixest, CRV1 by unit."""
    import pyfixest as pf

    panel = panel.copy()
    for kind in ("block", "staggered"):
        start = panel[kind]
        panel[f"on_{kind}"] = ((start > 0) & (panel["year"] >= start)).astype(int)
        panel[f"since_{kind}"] = np.where(start > 0, panel["year"] - start, -1)
    asked = {
        "block": ("y ~ on_block", None),
        "block_covariate_weights": ("y ~ on_block + x", "weight"),
        "staggered": ("y ~ on_staggered", None),
        "staggered_covariate": ("y ~ on_staggered + x", None),
        "event_block": ("y ~ i(since_block, ref=-1)", None),
        "event_block_covariate_weights": ("y ~ i(since_block, ref=-1) + x", "weight"),
        "event_staggered": ("y ~ i(since_staggered, ref=-1)", None),
    }
    answers = {}
    for name, (formula, weights) in asked.items():
        model = pf.feols(f"{formula} | unit + year", panel, vcov={"CRV1": "unit"}, weights=weights)
        answers[name] = {
            "coefficients": model.coef().tolist(),
            "errors": model.se().tolist(),
            "p": model.pvalue().tolist(),
            "covariance": np.asarray(model._vcov).tolist(),
        }
    return answers


def bootstrap(panel: pd.DataFrame) -> dict:
    """All 2^12 signs over regions, by wildboottest: share of |t*| above |t|."""
    from wildboottest.wildboottest import WildboottestCL

    x = np.column_stack([panel["x"], panel["block"] > 0, np.ones(len(panel))]).astype(float)
    test = WildboottestCL(
        X=x, Y=panel["y"], cluster=panel["region"], R=np.array([0, 1, 0]), B=99_999, seed=1
    )
    test.get_scores(bootstrap_type="11", impose_null=True)
    test.get_weights(weights_type="rademacher")
    test.get_numer()
    test.get_denom()
    test.get_tboot()
    test.get_vcov()
    test.get_tstat()
    test.get_pvalue(pval_type="two-tailed")
    return {"t": float(np.squeeze(test.t_stat)), "p_strict": float(test.pvalue)}


def group_time(panel: pd.DataFrame) -> dict:
    """Callaway & Sant'Anna by moderndid, analytic errors."""
    import moderndid
    import polars

    answers = {}
    for covariates in (False, True):
        for method in ("dr", "reg", "ipw") if covariates else ("dr",):
            for control in ("nevertreated", "notyettreated"):
                for base in ("varying", "universal"):
                    for anticipation in (0, 1):
                        found = moderndid.att_gt(
                            polars.from_pandas(panel.astype({"staggered": float})),
                            yname="y",
                            tname="year",
                            idname="unit",
                            gname="staggered",
                            xformla="~ fixed" if covariates else None,
                            est_method=method,
                            control_group=control,
                            base_period=base,
                            anticipation=anticipation,
                        )
                        with_fixed = "fixed" if covariates else "none"
                        key = f"{method}|{with_fixed}|{control}|{base}|{anticipation}"
                        answers[key] = {
                            "time": np.asarray(found.times).astype(int).tolist(),
                            "estimate": np.asarray(found.att_gt).tolist(),
                            "se": [float(s) for s in np.asarray(found.se_gt)],
                        }
                        for kind in ("simple", "group", "calendar", "dynamic"):
                            total = moderndid.aggte(found, type=kind)
                            answers[key][kind] = [
                                float(total.overall_att),
                                float(total.overall_se),
                            ]
    return answers


def decomposition(panel: pd.DataFrame) -> list:
    """Goodman-Bacon by diff-diff."""
    import diff_diff

    found = diff_diff.BaconDecomposition().fit(panel, "y", "unit", "year", "staggered")
    return [
        {
            "treated": float(c.treated_group),
            "comparison": None if c.control_group == "never_treated" else float(c.control_group),
            "estimate": float(c.estimate),
            "weight": float(c.weight),
        }
        for c in found.comparisons
    ]


def honest() -> dict:
    """Intervals by honestdid of the vectors in published.json; 17 points around each edge.

    Its test of one value takes about half a second a piece, so only values near our edges are
    asked: between what it last rejects and first accepts lies its edge.
    """
    from honestdid import core

    vectors = json.loads((HERE / "published.json").read_text(encoding="utf-8"))["vectors"]
    answers = {}
    for name, target, ratio, bends, edges in (
        ("benzarti_carloni", [1.0, 0, 0, 0], 0.5, [0.0, 0.1], (0.118, 0.272)),
        ("he_wang", [0.25] * 4, 1.0, [0.0, 0.02], (-0.334, 0.713)),
    ):
        beta, sigma = (np.array(vectors[name][part]) for part in ("coefficients", "covariance"))
        before = vectors[name]["before"]
        column = np.array(target)[:, None]
        shape = {"numPrePeriods": before, "numPostPeriods": len(beta) - before, "l_vec": column}
        answers[name] = {"target": target, "smoothness": [], "relative_magnitude": []}
        for bend in bends:
            found = core.find_optimal_flci(beta, sigma, M=bend, alpha=0.05, **shape)
            low, high = np.ravel(found["FLCI"]).tolist()
            answers[name]["smoothness"].append([bend, low, high])
        error = float(np.sqrt(column.T @ sigma[before:, before:] @ column)[0, 0])
        between = []
        for edge in edges:
            found = core.computeConditionalCS_DeltaRM(
                beta,
                sigma,
                Mbar=ratio,
                alpha=0.05,
                hybrid_flag="LF",
                gridPoints=17,
                grid_lb=edge - 0.4 * error,
                grid_ub=edge + 0.4 * error,
                **shape,
            )
            grid, inside = np.asarray(found["grid"]), np.asarray(found["accept"]) > 0
            place = int(np.flatnonzero(inside[1:] != inside[:-1])[0])
            between.append([float(grid[place]), float(grid[place + 1])])
        answers[name]["relative_magnitude"].append([ratio, *between])
    return answers


def main() -> None:
    """Write peers.json."""
    warnings.filterwarnings("ignore")
    panel = pd.read_csv(HERE / "panel.csv")
    answers = {
        "versions": {name: version(name) for name in PEERS},
        "regressions": regressions(panel),
        "bootstrap": bootstrap(panel),
        "group_time": group_time(panel),
        "decomposition": decomposition(panel),
        "honest": honest(),
    }
    (HERE / "peers.json").write_text(json.dumps(answers, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
