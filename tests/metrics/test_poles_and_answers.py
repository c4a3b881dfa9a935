"""Groups, natural groups, DER's parts, ordered answers and poverty lines: rules and refusals."""

import itertools

import numpy as np
import pandas as pd
import pytest

from skk_analysis import metrics as m
from skk_analysis.metrics.distribution import Distribution
from skk_analysis.metrics.group_polarisation import Groups, antagonism
from skk_analysis.metrics.natural_groups import best_cuts

rng = np.random.default_rng(5)
INCOME = np.sort(rng.lognormal(size=30).round(2))
WEIGHTS = rng.uniform(0.5, 2, 30)
DIST = Distribution(INCOME, WEIGHTS, np.arange(30))
AREA = rng.choice(["a", "b", "c", "d"], 30)


# -- groups ------------------------------------------------------------------------------------


@pytest.mark.parametrize("groups", [2, 3, 4])
def test_natural_groups_are_the_best_of_all(groups):
    def between(cuts):
        parts = Groups(DIST, np.searchsorted(np.array(cuts), INCOME))
        return antagonism(parts.shares, parts.means, 0.0)[0]

    best = max(itertools.combinations(np.unique(INCOME)[:-1], groups - 1), key=between)
    assert between(best_cuts(DIST, groups)) == pytest.approx(between(best), rel=1e-12)


def test_natural_groups_of_many_rows_are_cut_at_the_means_around_the_cuts():
    y = np.sort(rng.lognormal(size=5000))
    cuts = best_cuts(Distribution(y, np.ones(5000), np.arange(5000)), 4)
    edges = [-np.inf, *cuts, np.inf]
    for k, cut in enumerate(cuts):
        around = y[(y > edges[k]) & (y <= edges[k + 2])]
        assert around.mean() == pytest.approx(cut, rel=1e-9)


def test_natural_groups_of_mostly_equal_values():
    y = np.concatenate([np.zeros(5000), np.arange(1.0, 400)])
    assert len(best_cuts(Distribution(y, np.ones(len(y)), np.arange(len(y))), 4)) == 3
    with pytest.raises(ValueError, match="3 groups need as many different values, got 2"):
        m.esteban_gradin_ray([1, 1, 2], groups=3)


def test_esteban_ray_tends_to_twice_the_gini_between_groups():
    means = pd.Series(INCOME).groupby(AREA).transform("mean")
    between = m.gini(means.to_numpy()).value
    assert m.esteban_ray(INCOME, groups=AREA, alpha=1e-9).value == pytest.approx(2 * between)
    by_value = m.esteban_ray(INCOME, alpha=1e-9, weights=WEIGHTS).value
    assert by_value == pytest.approx(2 * m.gini(INCOME, weights=WEIGHTS).value)


def test_zhang_kanbur_is_the_ratio_of_decompose():
    frame = pd.DataFrame({"y": INCOME, "area": AREA, "w": WEIGHTS})
    for name, alpha in (("theil_t", 1.0), ("mld", 0.0)):
        parts = m.decompose(frame, "y", "area", index=name, weights="w")
        ratio = m.zhang_kanbur(frame, "y", groups="area", alpha=alpha, weights="w")
        assert ratio.value == pytest.approx((parts.between / parts.within).value, rel=1e-12)
        assert ratio.se == pytest.approx((parts.between / parts.within).se, rel=1e-9)


def test_inequality_only_between_groups_has_no_ratio():
    with pytest.raises(ValueError, match="there is none"):
        m.zhang_kanbur([1, 1, 3, 3], groups=["a", "a", "b", "b"])


def test_groups_polarise_more_when_two_of_three_join():
    three = m.reynal_querol(["a", "b", "c"])
    assert m.reynal_querol(["a", "a", "b"]).value > m.reynal_querol(["a", "b", "c", "d"]).value
    assert three.value < 1 == m.reynal_querol(["a", "b"]).value


def test_names_and_numbers_are_not_read_together():
    with pytest.raises(ValueError, match="ask for them apart"):
        m.inequality_table([1, 2, 3], indices=["gini", "reynal_querol"])


def test_der_is_the_product_of_its_parts():
    parts = m.der_components(INCOME, alpha=0.75, weights=WEIGHTS).set_index("index")["value"]
    product = parts["alienation"] * parts["identification"] * (1 + parts["correlation"])
    assert parts["polarisation"] == pytest.approx(product, rel=1e-12)
    assert parts["alienation"] == pytest.approx(2 * m.gini(INCOME, weights=WEIGHTS).value)


# -- ordered answers ------------------------------------------------------------------------------

ORDINAL = [m.van_der_eijk, m.consensus, m.leik, m.berry_mielke, m.blair_lacy, m.kvalseth, m.apouey]


@pytest.mark.parametrize("index", ORDINAL)
def test_categories_that_nobody_chose_count(index):
    on_four, on_seven = (index([1, 1, 2, 4], categories=k).value for k in (4, 7))
    assert abs(on_four - on_seven) > 0.01


@pytest.mark.parametrize("index", [*ORDINAL, m.cowell_flachaire])
def test_counts_are_the_answers_themselves(index):
    counts = [3, 0, 6, 2, 4]
    counted = index(m.answer_counts(counts), "answer", categories=5)
    written = index(np.repeat([1, 2, 3, 4, 5], counts), categories=5)
    assert counted.value == pytest.approx(written.value, rel=1e-12)
    assert counted.se == pytest.approx(written.se, rel=1e-9)
    assert counted.n == 15


@pytest.mark.parametrize("index", [*ORDINAL, m.cowell_flachaire])
def test_codes_off_the_scale_stop(index):
    with pytest.raises(ValueError, match=r"1 answers are not on the scale.*the first is 9"):
        index([1, 2, 9, 4], categories=5)
    with pytest.raises(ValueError, match="needs categories="):
        index([1, 2], categories=[2, 1, 3])


def test_only_consensus_uses_the_values_of_categories():
    plain, stretched = [1, 2, 3, 3], [1, 2, 9, 9]
    for index in set(ORDINAL) - {m.consensus}:
        found = index(stretched, categories=[1, 2, 9]).value
        assert found == pytest.approx(index(plain, categories=3).value)
    far = m.consensus(stretched, categories=[1, 2, 9]).value
    assert far < m.consensus(plain, categories=3).value - 0.05


def test_turning_the_scale_round_turns_the_status():
    answers = np.array([1, 1, 2, 4, 5, 5, 5])
    down = m.cowell_flachaire(answers, categories=5, alpha=0.3)
    up = m.cowell_flachaire(6 - answers, categories=5, alpha=0.3, status="upward")
    assert down.value == pytest.approx(up.value) and down.se == pytest.approx(up.se)


def test_small_groups_at_the_cusp_keep_an_error():
    for index in (m.leik, m.apouey):
        assert index([1, 1, 4, 5], categories=5).se > 0.05


# -- poverty lines -----------------------------------------------------------------------------

PEOPLE = pd.DataFrame({"y": rng.lognormal(size=600), "city": np.repeat(["x", "y", "z"], 200)})
COUNTRY = m.SurveyDesign(PEOPLE)


@pytest.mark.parametrize("index", [m.poverty_gap, m.fgt, m.watts, m.sen, m.sen_shorrocks_thon])
def test_the_country_line_given_as_an_estimate_is_the_country_s_own(index):
    given = index(COUNTRY, "y", line=m.poverty_line(COUNTRY, "y"))
    own = index(COUNTRY, "y")
    assert given.value == pytest.approx(own.value, rel=1e-12)
    assert given.se == pytest.approx(own.se, rel=1e-9)


def test_an_uncertain_line_adds_to_the_error_of_a_city():
    city = COUNTRY.where("city == 'x'")
    line = m.poverty_line(COUNTRY, "y")
    fixed, uncertain = (m.poverty_gap(city, "y", line=x) for x in (float(line), line))
    assert fixed.value == uncertain.value
    elsewhere = m.poverty_gap(city, "y", line=m.poverty_line(COUNTRY.where("city == 'z'"), "y"))
    assert elsewhere.se > m.poverty_gap(city, "y", line=float(m.poverty_line(PEOPLE[400:], "y"))).se
    assert uncertain.se != fixed.se


def test_poverty_refusals_and_edges():
    assert m.sen([5, 6, 7], line=1).value == 0
    assert "nobody is poor" in m.sen([5, 6, 7], line=1).method
    with pytest.raises(ValueError, match=r"watts needs values > 0.*fgt keeps zeros"):
        m.watts([0, 1, 2], line=1.5)
    with pytest.raises(ValueError, match="relative to the line, which is 0"):
        m.poverty_gap([0, 0, 5])
    assert "1 negative values kept" in m.poverty_gap([-1, 1, 2], line=1.5).method


# -- welfare and Lorenz ---------------------------------------------------------------------------


def test_kolm_is_translation_invariant_and_does_not_overflow():
    amount = m.kolm(INCOME * 1e4, kappa=1e-4)
    assert m.kolm(INCOME * 1e4 + 5e6, kappa=1e-4).value == pytest.approx(amount.value)
    assert m.kolm([0, 1e6], kappa=1).value == pytest.approx(5e5, rel=1e-3)
    assert m.kolm(INCOME, kappa=1e-6).value == pytest.approx(1e-6 / 2 * INCOME.var(), rel=1e-3)


def test_parameters_out_of_range_stop():
    for call in (
        lambda: m.kolm([1, 2], kappa=0),
        lambda: m.s_gini([1, 2], nu=1),
        lambda: m.generalized_lorenz([1, 2], p=1.5),
        lambda: m.esteban_ray([1, 2], alpha=2),
        lambda: m.apouey([1, 2], categories=2, alpha=0),
        lambda: m.cowell_flachaire([1, 2], categories=2, alpha=1),
        lambda: m.bimodality_coefficient([2, 2]),
        lambda: m.zenga([-1, 2]),
        lambda: m.gini([3], corrected=True),
    ):
        with pytest.raises(ValueError, match="need"):
            call()


def test_the_corrected_gini_is_nearly_unbiased():
    true = 0.5  # exponential
    draws = rng.exponential(size=(800, 12))
    found = np.array([[m.gini(d).value, m.gini(d, corrected=True).value] for d in draws])
    assert found[:, 0].mean() < true - 0.03
    assert found[:, 1].mean() == pytest.approx(true, abs=0.01)


def test_generalised_lorenz_curve_is_the_mean_times_the_lorenz_curve():
    general = m.generalized_lorenz_curve(INCOME, points=10)
    plain = m.lorenz_curve(INCOME, points=10)
    np.testing.assert_allclose(general["value"], plain["income_share"] * INCOME.mean())


@pytest.mark.parametrize("index", [m.duclos_esteban_ray, m.der_identification, m.der_correlation])
def test_the_error_of_polarisation_knows_its_bandwidth(index):
    rng = np.random.default_rng(1)
    y = np.sort(np.exp(np.where(rng.random(400) < 0.35, 1.0, 0.0) + 0.28 * rng.normal(size=400)))
    left = np.array([index(np.delete(y, i)).value for i in range(0, 400, 2)])
    jackknife = np.sqrt(399 * left.var())  # every second row, in order of income
    assert index(y).se == pytest.approx(jackknife, rel=0.04)
    given = float(index(y).method.split("bandwidth ")[1])
    if index is m.der_identification:  # the bandwidth is a fifth of its variance
        assert index(y, bandwidth=given).se < 0.95 * jackknife


def test_biases_of_the_second_order_are_those_of_simulation():
    rng = np.random.default_rng(2)
    y = rng.normal(size=(1500, 400))
    estimates = [m.bimodality_coefficient(row) for row in y]
    bias = np.mean([e.value for e in estimates]) - 1 / 3
    assert np.mean([e.bias for e in estimates]) == pytest.approx(bias, rel=0.2)
    tied = np.array([0.2, 0.3, 0.1, 0.3, 0.1])
    true = m.van_der_eijk(m.answer_counts(tied * 1e8), "answer", categories=5).value
    found = [
        m.van_der_eijk(m.answer_counts(rng.multinomial(500, tied)), "answer", categories=5)
        for _ in range(1000)
    ]
    bias = np.mean([e.value for e in found]) - true
    assert 0.25 * bias < np.mean([e.bias for e in found]) < bias
