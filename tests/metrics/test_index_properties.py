"""What every index must satisfy, checked for all of them in the same way."""

from functools import partial

import numpy as np
import pandas as pd
import pytest

from skk_analysis import metrics as m
from skk_analysis.metrics.distribution import Distribution

rng = np.random.default_rng(11)
N = 60
WEIGHTS = rng.uniform(0.5, 2.0, N)
INCOME = np.round(np.exp(rng.normal(size=N)), 1) + 0.1  # with ties
ANSWER = rng.choice([1.0, 2, 4, 5, 7], N, p=[0.3, 0.1, 0.15, 0.25, 0.2])
SICK = (rng.random(N) < 0.4).astype(float)
RANK, GROUP = rng.integers(0, 6, N), rng.choice(["a", "b", "c"], N)
FRAME = pd.DataFrame(
    {"income": INCOME, "answer": ANSWER, "sick": SICK, "rank": RANK, "group": GROUP, "w": WEIGHTS}
)

CASES = {
    "gini(corrected)": ("income", partial(m.gini, corrected=True)),
    "s_gini(2)": ("income", m.s_gini),
    "s_gini(1.3)": ("income", partial(m.s_gini, nu=1.3)),
    "s_gini(4)": ("income", partial(m.s_gini, nu=4)),
    "kolm": ("income", partial(m.kolm, kappa=0.7)),
    "zenga": ("income", m.zenga),
    "s90s10": ("income", m.s90s10),
    "generalized_lorenz": ("income", partial(m.generalized_lorenz, p=0.333)),
    "fgt(0)": ("income", partial(m.fgt, alpha=0, line=1.05)),
    "fgt(0.5)": ("income", partial(m.fgt, alpha=0.5, line=1.05)),
    "fgt(2)": ("income", partial(m.fgt, line=1.05)),
    "poverty_gap": ("income", partial(m.poverty_gap, line=1.05)),
    "watts": ("income", partial(m.watts, line=1.05)),
    "sen": ("income", partial(m.sen, line=1.05)),
    "sen_shorrocks_thon": ("income", partial(m.sen_shorrocks_thon, line=1.05)),
    "concentration_index": ("income", partial(m.concentration_index, rank="rank")),
    "concentration_index(wagstaff)": (
        "sick",
        partial(m.concentration_index, rank="rank", correction="wagstaff", bounds=(0, 1)),
    ),
    "concentration_index(erreygers)": (
        "answer",
        partial(m.concentration_index, rank="income", correction="erreygers", bounds=(1, 7)),
    ),
    "concentration_share": ("income", partial(m.concentration_share, rank="rank", p=0.35)),
    "slope_index": ("income", partial(m.slope_index, rank="rank")),
    "slope_index(log)": ("income", partial(m.slope_index, rank="rank", link="log")),
    "slope_index(logit)": ("sick", partial(m.slope_index, rank="income", link="logit")),
    "relative_index": ("sick", partial(m.relative_index, rank="rank")),
    "relative_index(log)": ("income", partial(m.relative_index, rank="rank", link="log")),
    "relative_index(mean)": ("income", partial(m.relative_index, rank="rank", over="mean")),
    "gap": ("income", partial(m.gap, groups="group", between=("a", "c"))),
    "gap(relative)": (
        "income",
        partial(m.gap, groups="group", between=("a", "c"), relative=True),
    ),
    "esteban_ray": ("income", partial(m.esteban_ray, groups="group")),
    "esteban_ray(values)": ("answer", partial(m.esteban_ray, alpha=0.4)),
    "zhang_kanbur(1)": ("income", partial(m.zhang_kanbur, groups="group")),
    "zhang_kanbur(0)": ("income", partial(m.zhang_kanbur, groups="group", alpha=0.0)),
    "zhang_kanbur(2)": ("income", partial(m.zhang_kanbur, groups="group", alpha=2.0)),
    "reynal_querol": ("group", m.reynal_querol),
    "bimodality_coefficient": ("income", m.bimodality_coefficient),
    "der_alienation": ("income", m.der_alienation),
    "van_der_eijk": ("answer", partial(m.van_der_eijk, categories=7)),
    "consensus": ("answer", partial(m.consensus, categories=7)),
    "consensus(values)": ("answer", partial(m.consensus, categories=[1, 2, 4, 5, 7, 20])),
    "leik": ("answer", partial(m.leik, categories=7)),
    "berry_mielke": ("answer", partial(m.berry_mielke, categories=7)),
    "blair_lacy": ("answer", partial(m.blair_lacy, categories=7)),
    "kvalseth": ("answer", partial(m.kvalseth, categories=7)),
    "apouey(0.5)": ("answer", partial(m.apouey, categories=7)),
    "apouey(3)": ("answer", partial(m.apouey, categories=7, alpha=3)),
    "cowell_flachaire(0)": ("answer", partial(m.cowell_flachaire, categories=7)),
    "cowell_flachaire(-1, up)": (
        "answer",
        partial(m.cowell_flachaire, categories=7, alpha=-1, status="upward"),
    ),
}
# their influence functions contain a density, or an average over it, and are tested by simulation
ESTIMATED_DENSITY = {
    "esteban_gradin_ray(2)": ("income", m.esteban_gradin_ray),
    "esteban_gradin_ray(3)": ("income", partial(m.esteban_gradin_ray, groups=3)),
    "fgt(own line)": ("income", m.fgt),
    "sen(own line)": ("income", m.sen),
    "poverty_line": ("income", m.poverty_line),
}
ALL = CASES | ESTIMATED_DENSITY
SAMPLE_SIZE_MATTERS = {"gini(corrected)"}  # and nothing else
# at a quantile of a sample, or near a cusp that the influence function rounds off
NO_DERIVATIVE = {"s90s10", "apouey(0.5)"}


def table(frame: pd.DataFrame, case: str, **design) -> pd.Series:
    column, index = ALL[case]
    return m.inequality_table(m.SurveyDesign(frame, **design), column, indices=[index]).loc[0]


@pytest.mark.parametrize("case", sorted(set(CASES) - SAMPLE_SIZE_MATTERS - NO_DERIVATIVE))
def test_influence_is_the_derivative_by_the_weights(case):
    column, index = CASES[case]
    ordered = FRAME.sort_values(column, kind="stable")
    values = ordered[column]
    values = pd.factorize(values, sort=True)[0] if column == "group" else values
    function, given = (index.func, index.keywords) if isinstance(index, partial) else (index, {})
    given = given | {k: ordered[given[k]] for k in function.columns if k in given}

    def linearised(weights):
        dist = Distribution(np.asarray(values, dtype=float), weights, np.arange(N))
        return function.formula(dist, **given)

    weights = ordered["w"].to_numpy()
    found = linearised(weights)
    step = 1e-6 * weights.sum()
    derivative = [
        (linearised(weights + step * row).value - linearised(weights - step * row).value) / 2e-6
        for row in np.eye(N)
    ]
    np.testing.assert_allclose(found.influence, derivative, atol=1e-7)
    assert abs(weights @ found.influence) < 1e-9 * weights.sum()


@pytest.mark.parametrize("case", ALL)
def test_the_scale_of_weights_does_not_matter(case):
    first = table(FRAME, case, weights="w")
    for factor in (1 / WEIGHTS.sum(), 1e9):
        other = table(FRAME.assign(w=FRAME["w"] * factor), case, weights="w")
        assert other["value"] == pytest.approx(first["value"], rel=1e-9)
        assert other["se"] == pytest.approx(first["se"], rel=1e-7)


@pytest.mark.parametrize("case", ALL)
def test_the_order_of_rows_does_not_matter(case):
    first = table(FRAME, case, weights="w")
    other = table(FRAME.sample(frac=1, random_state=3), case, weights="w")
    assert other["value"] == pytest.approx(first["value"], rel=1e-10)
    assert other["se"] == pytest.approx(first["se"], rel=1e-9)


@pytest.mark.parametrize("case", sorted(set(ALL) - SAMPLE_SIZE_MATTERS))
def test_replication_changes_nothing(case):
    twice = pd.concat([FRAME, FRAME])
    value = table(twice, case, weights="w")["value"]
    assert value == pytest.approx(table(FRAME, case, weights="w")["value"], rel=1e-10)


@pytest.mark.parametrize("case", ALL)
def test_a_frequency_table_equals_its_rows_written_out(case):
    times = np.arange(N) % 3 + 1
    counted = table(FRAME.assign(times=times), case, frequencies="times")
    written = table(FRAME.loc[FRAME.index.repeat(times)], case)
    assert counted["value"] == pytest.approx(written["value"], rel=1e-10)
    assert counted["se"] == pytest.approx(written["se"], rel=1e-9)
    assert counted["n"] == written["n"] == times.sum()


@pytest.mark.parametrize("case", ALL)
def test_groups_are_domains(case):
    column, index = ALL[case]
    frame = pd.concat([FRAME.assign(year=2019), FRAME.assign(year=2020, income=INCOME**1.2)])
    design = m.SurveyDesign(frame.reset_index(drop=True), weights="w")
    both = index(design, column, by="year")
    alone = index(design.where("year == 2020"), column)
    assert both["value"][1] == pytest.approx(alone.value, rel=1e-12)
    assert both["se"][1] == pytest.approx(alone.se, rel=1e-12)
