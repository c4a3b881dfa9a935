"""Pin what other packages answer on invented panels, and set published answers beside ours.

    PYTHONPATH=. peers/bin/python validation/impact/synthetic/agreements.py [--data DIR]

writes ``agreements.json`` beside this file.  The peers' environment needs mlsynth, diff-diff and
cvxpy.  With ``--data``, a folder with ``california_prop99.csv`` and ``germany.csv`` (README.md says
where they are from; they are not part of the project), the published answers are made again too;
without it those that are in the file stay.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from skk_analysis.impact.gaps import difference_gaps
from skk_analysis.impact.panel import Panel
from skk_analysis.impact.placebos import assigned
from skk_analysis.impact.synthetic_control import augmented_synthetic_control, synthetic_control
from skk_analysis.impact.synthetic_did import synthetic_did

HERE = Path(__file__).parent
FIRST = 2009
CASES = [
    # name, seed, units, times, times after, treated, planted effect
    ("one treated, fit not exact", 11, 20, 14, 3, 1, 0.0),
    ("one treated, an effect", 12, 16, 20, 2, 1, 6.0),
    ("one treated, more donors than times", 13, 60, 12, 2, 1, 1.0),
    ("three treated", 14, 25, 12, 2, 3, 2.0),
]


def paths(seed: int, units: int, times: int, after: int, treated: int, effect: float) -> np.ndarray:
    """Return invented outcomes, rounded so that the file holds all of their digits."""
    rng = np.random.default_rng(seed)
    noise = rng.normal(size=(units, times))
    for t in range(1, times):
        noise[:, t] += 0.5 * noise[:, t - 1]
    factors = rng.normal(size=(2, times)).cumsum(axis=1)
    values = 10 + 3 * rng.normal(size=(units, 1)) + rng.normal(size=(units, 2)) @ factors + noise
    values[:treated, times - after :] += effect
    return np.round(values, 6)


def long(values: np.ndarray, after: int, treated: int) -> pd.DataFrame:
    """Return the table that the packages read."""
    units, times = values.shape
    frame = pd.DataFrame(
        {
            "unit": np.repeat([f"u{i:03d}" for i in range(units)], times),
            "year": np.tile(np.arange(FIRST, FIRST + times), units),
            "y": values.ravel(),
        }
    )
    frame["ever"] = (frame["unit"] < f"u{treated:03d}").astype(int)
    frame["now"] = frame["ever"] * (frame["year"] >= FIRST + times - after)
    return frame


def answers(
    values: np.ndarray, after: int, treated: int
) -> Iterator[tuple[str, str, float, float]]:
    """Yield quantity, package, value and the tolerance that the package's solver allows."""
    frame = long(values, after, treated)
    yield "synthetic_did", "cvxpy", conic_sdid(values, after, treated), 1e-8
    yield "ridge_synthetic_control", "cvxpy", conic_control(values, after, treated), 1e-8
    low, high = conic_range(values, after, treated)
    yield "identified_low", "cvxpy", low, 1e-4
    yield "identified_high", "cvxpy", high, 1e-4
    yield "synthetic_did", "diff-diff", diff_diff(frame), 2e-2
    if treated > 1:
        return
    names = {"outcome": "y", "treat": "now", "unitid": "unit", "time": "year"}
    from mlsynth import SDID, VanillaSC

    def plain(**options):
        config = {"df": frame, "display_graphs": False, "inference": False, **names, **options}
        return VanillaSC(config).fit()

    sdid = SDID({"df": frame.drop(columns="ever"), "display_graphs": False, **names}).fit()
    yield "synthetic_did", "mlsynth", float(sdid.effects.att), 1e-7
    if values.shape[1] - after < len(values) - 1:  # else weights that fit alike are many
        yield (
            "augmented_synthetic_control",
            "mlsynth",
            float(plain(augment="ridge").effects.att),
            1e-3,
        )
    else:
        yield "synthetic_control", "mlsynth", float(plain().effects.att), 1e-9
        yield (
            "augmented_synthetic_control",
            "mlsynth",
            float(plain(augment="ridge").effects.att),
            1e-9,
        )
        test = plain(inference="conformal").inference  # some 200 permutations, drawn
        yield "conformal_p", "mlsynth", float(test.details["joint_p_value"]), 0.1


def minimised(loss, conditions) -> None:
    """Solve a convex problem as far as Clarabel goes."""
    import cvxpy

    tight = {"tol_gap_abs": 1e-14, "tol_gap_rel": 1e-14, "tol_feas": 1e-14}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # "may be inaccurate": asked for more digits than there are
        cvxpy.Problem(cvxpy.Minimize(loss), conditions).solve(solver="CLARABEL", **tight)


def parts(values, after, treated):
    """Return the treated mean, the donors, times before and the ridge of both methods."""
    before, donors = values.shape[1] - after, values[treated:]
    noise = np.diff(donors[:, :before], axis=1).std(ddof=1)
    return values[:treated].mean(axis=0), donors, before, (treated * after) ** 0.25 * noise


def unit_weights(values, after, treated) -> np.ndarray:
    """Return ridge weights that follow the treated mean up to a constant."""
    import cvxpy

    target, donors, before, zeta = parts(values, after, treated)
    w, constant = cvxpy.Variable(len(donors), nonneg=True), cvxpy.Variable()
    miss = target[:before] - w @ donors[:, :before] - constant
    loss = cvxpy.sum_squares(miss) + zeta**2 * before * cvxpy.sum_squares(w)
    minimised(loss, [cvxpy.sum(w) == 1])
    return w.value


def conic_control(values, after, treated) -> float:
    """Return the effect by ridge synthetic control with a constant."""
    target, donors, before, _ = parts(values, after, treated)
    gap = target - unit_weights(values, after, treated) @ donors
    return float(gap[before:].mean() - gap[:before].mean())


def conic_sdid(values, after, treated) -> float:
    """Return the effect by synthetic difference-in-differences."""
    import cvxpy

    target, donors, before, zeta = parts(values, after, treated)
    noise = zeta / (treated * after) ** 0.25
    w, constant = cvxpy.Variable(before, nonneg=True), cvxpy.Variable()
    miss = donors[:, before:].mean(axis=1) - donors[:, :before] @ w - constant
    loss = cvxpy.sum_squares(miss) + (1e-6 * noise) ** 2 * len(donors) * cvxpy.sum_squares(w)
    minimised(loss, [cvxpy.sum(w) == 1])
    gap = target - unit_weights(values, after, treated) @ donors
    return float(gap[before:].mean() - w.value @ gap[:before])


def conic_range(values, after, treated) -> tuple[float, float]:
    """Return the range of effects over weights that fit as the best do, with a constant."""
    import cvxpy

    target, donors, before, _ = parts(values, after, treated)
    target = target - target[:before].mean()
    donors = donors - donors[:, :before].mean(axis=1, keepdims=True)
    best = cvxpy.Variable(len(donors), nonneg=True)
    miss = target[:before] - best @ donors[:, :before]
    minimised(cvxpy.sum_squares(miss), [cvxpy.sum(best) == 1])
    fit = best.value @ donors[:, :before]
    w, ends = cvxpy.Variable(len(donors), nonneg=True), []
    for sign in (1, -1):
        alike = [cvxpy.sum(w) == 1, cvxpy.abs(w @ donors[:, :before] - fit) <= 1e-8]
        minimised(sign * (w @ donors[:, before:].mean(axis=1)), alike)
        ends.append(float(target[before:].mean() - w.value @ donors[:, before:].mean(axis=1)))
    return ends[1], ends[0]


def diff_diff(frame: pd.DataFrame) -> float:
    """Return diff-diff's synthetic difference-in-differences."""
    from diff_diff import SyntheticDiD

    years = sorted(int(t) for t in frame.loc[frame["now"] == 1, "year"].unique())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        method = SyntheticDiD(variance_method="placebo", n_bootstrap=3, seed=1)
        return float(
            method.fit(
                frame, outcome="y", treatment="ever", unit="unit", time="year", post_periods=years
            ).att
        )


def published(folder: Path) -> list[dict]:
    """Return published answers on public data, with ours."""
    return [*proposition_99(folder), *reunification(folder)]


def line(study: str, source: str, quantity: str, published: float, ours: float) -> dict:
    """Return one published answer and ours, to the digits that tell them apart."""
    return {
        "study": study, "source": source, "quantity": quantity, "published": published,
        "ours": round(float(ours), 6),
    }  # fmt: skip


def proposition_99(folder: Path) -> Iterator[dict]:
    """Yield the answers on cigarettes sold in California."""
    frame = pd.read_csv(folder / "california_prop99.csv", sep=";")
    panel = Panel(frame, unit="State", time="Year", treated={"California": 1989})
    block = panel.block("PacksPerCapita")
    source = "Arkhangelsky et al. 2021, table 1; R synthdid's vignette"
    simple = assigned(difference_gaps, block, block.treated[None, :]).effect[0]
    yield line("Proposition 99", source, "difference-in-differences", -27.349, simple)
    levels = {"ridge": 0, "intercept": False}
    control = synthetic_control(panel, "PacksPerCapita", **levels).estimate
    yield line("Proposition 99", source, "synthetic control", -19.6, control)
    sdid = synthetic_did(panel, "PacksPerCapita").estimate
    yield line("Proposition 99", source, "synthetic difference-in-differences", -15.604, sdid)
    augmented = augmented_synthetic_control(panel, "PacksPerCapita").estimate
    source = "mlsynth 1.0.0, ridge_augment_weights"
    yield line("Proposition 99", source, "augmented", -15.952566572877, augmented)


def reunification(folder: Path) -> Iterator[dict]:
    """Yield the answers on West Germany, with the authors' choice of importance.

    They take the shares that, on predictors of the seventies, fit 1981–1990 best, and use them on
    predictors of the eighties.
    """
    frame = pd.read_csv(folder / "germany.csv")
    decades = {"then": range(1971, 1981), "now": range(1981, 1991)}
    years = {"schooling": {"then": (1970, 1975), "now": (1980, 1985)}}
    for when, investment in (("then", "invest70"), ("now", "invest80")):
        for name in ("gdp", "trade", "infrate", "industry", "schooling", investment):
            chosen = frame["year"].isin(years.get(name, decades).get(when, decades[when]))
            if name == investment:
                chosen = frame["year"] == 1980
            means = frame[chosen].groupby("country")[name].mean()
            frame[f"{when} {name[:6]}"] = frame["country"].map(means)
    names = {"unit": "country", "time": "year", "treated": {"West Germany": 1991}}
    labels = ["gdp", "trade", "infrat", "indust", "school", "invest"]
    options = {"ridge": 0, "intercept": False}
    shares = synthetic_control(
        Panel(frame[frame["year"] >= 1981], **names), "gdp",
        predictors=[f"then {name}" for name in labels], importance="nested", **options,
    ).details["importance"]  # fmt: skip
    importance = {
        f"now {name} 1960–1990": share for name, share in zip(labels, shares.values(), strict=True)
    }
    found = synthetic_control(
        Panel(frame, **names), "gdp",
        predictors=[f"now {name}" for name in labels], importance=importance, **options,
    )  # fmt: skip
    source = "Abadie, Diamond & Hainmueller 2015, American Journal of Political Science 59"
    for country, share in (
        ("Austria", 0.42), ("USA", 0.22), ("Japan", 0.16), ("Switzerland", 0.11),
        ("Netherlands", 0.09),
    ):  # fmt: skip
        yield line("Reunification", source, f"weight of {country}", share, found.weights[country])
    gap = found.path.set_index("time")["gap"].loc[1990:].mean()
    yield line("Reunification", source, "mean gap 1990–2003, USD (about)", -1600, gap)


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path)
    asked = parser.parse_args()
    target = HERE / "agreements.json"
    old = json.loads(target.read_text()) if target.exists() else {}
    cases = []
    for name, seed, units, times, after, treated, effect in CASES:
        values = paths(seed, units, times, after, treated, effect)
        pinned = [
            {"quantity": q, "package": p, "value": v, "tolerance": t}
            for q, p, v, t in answers(values, after, treated)
        ]
        cases.append(
            {"name": name, "after": after, "treated": treated, "values": values.tolist(),
             "answers": pinned}
        )  # fmt: skip
    versions = {p: importlib.metadata.version(p) for p in ("mlsynth", "diff-diff", "cvxpy")}
    known = published(asked.data) if asked.data else old.get("published", [])
    text = json.dumps(
        {"versions": versions, "published": known, "cases": cases}, indent=1, ensure_ascii=False
    )
    target.write_text(_compact(text) + "\n", encoding="utf-8")


def _compact(text: str) -> str:
    """Return the text with each unit's numbers on one line."""
    import re

    return re.sub(
        r"\[\s+(-?[\d.e+-]+(?:,\s+-?[\d.e+-]+)+)\s+\]",
        lambda found: "[" + re.sub(r"\s+", " ", found.group(1)) + "]",
        text,
    )


if __name__ == "__main__":
    main()
