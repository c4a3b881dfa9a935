"""Concentration, slopes and gaps: oracles, rules and refusals."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from skk_analysis import metrics as m

rng = np.random.default_rng(4)
N = 300
FRAME = pd.DataFrame({"education": rng.integers(1, 4, N), "w": rng.uniform(0.5, 3, N)})
FRAME["sick"] = (rng.random(N) < 0.5 - 0.1 * FRAME["education"]).astype(float)
FRAME["visits"] = rng.poisson(4 - FRAME["education"]).astype(float)
FRAME["level"] = pd.Categorical(
    FRAME["education"].map({1: "basic", 2: "secondary", 3: "higher"}),
    categories=["basic", "secondary", "higher"],
    ordered=True,
)
DESIGN = m.SurveyDesign(FRAME, weights="w")


def ridits() -> np.ndarray:
    """Weighted ridits the long way round."""
    share = FRAME["w"] / FRAME["w"].sum()
    x = FRAME["education"]
    return np.array([share[x < e].sum() + share[x == e].sum() / 2 for e in x])


FAMILIES = {
    "identity": sm.families.Gaussian(),
    "log": sm.families.Poisson(),
    "logit": sm.families.Binomial(),
}


@pytest.mark.parametrize("link", FAMILIES)
def test_slopes_are_those_of_statsmodels(link):
    outcome = "visits" if link == "log" else "sick"
    fit = sm.GLM(
        FRAME[outcome],
        sm.add_constant(ridits()),
        family=FAMILIES[link],
        freq_weights=FRAME["w"] / FRAME["w"].mean(),
    ).fit(tol=1e-12)
    bottom, top = fit.predict([[1.0, 0.0], [1.0, 1.0]])
    slope = m.slope_index(DESIGN, outcome, rank="education", link=link)
    ratio = m.relative_index(DESIGN, outcome, rank="education", link=link)
    assert slope.value == pytest.approx(top - bottom, rel=1e-6)
    assert ratio.value == pytest.approx(top / bottom, rel=1e-6)


def test_a_gradient_over_two_equal_groups_is_twice_their_gap():
    data = {"y": [1.0, 2, 5, 6], "g": [0, 0, 1, 1]}
    assert m.slope_index(pd.DataFrame(data), "y", rank="g").value == pytest.approx(8)
    assert m.gap(pd.DataFrame(data), "y", groups="g", between=(1, 0)).value == pytest.approx(4)


def test_an_ordered_categorical_is_a_rank_and_names_are_not():
    by_number = m.concentration_index(DESIGN, "sick", rank="education")
    by_level = m.concentration_index(DESIGN, "sick", rank="level")
    assert by_level.value == by_number.value and by_level.se == by_number.se
    names = FRAME.assign(level=FRAME["level"].astype(str))
    with pytest.raises(ValueError, match=r"rank 'level' has no order.*ordered=True"):
        m.concentration_index(names, "sick", rank="level")


def test_own_rank_gives_the_gini_coefficient():
    y = rng.lognormal(size=200).round(1)
    w = rng.uniform(1, 3, 200)
    own, gini = m.concentration_index(y, rank=y, weights=w), m.gini(y, weights=w)
    assert own.value == pytest.approx(gini.value, rel=1e-12)
    assert own.se == pytest.approx(gini.se, rel=1e-9)


def test_erreygers_and_wagstaff_don_t_care_whether_the_ill_or_the_well_are_counted():
    well = FRAME.assign(well=1 - FRAME["sick"])
    for correction in ("erreygers", "wagstaff"):
        asked = {"rank": "education", "correction": correction, "bounds": (0, 1), "weights": "w"}
        ill, good = (m.concentration_index(well, c, **asked) for c in ("sick", "well"))
        assert ill.value == pytest.approx(-good.value, rel=1e-12)
        assert ill.se == pytest.approx(good.se, rel=1e-12)
    plain = [
        m.concentration_index(well, c, rank="education", weights="w").value
        for c in ("sick", "well")
    ]
    assert abs(plain[0]) > 1.5 * abs(plain[1])


def test_bounds_are_the_possible_values_and_must_be_said():
    with pytest.raises(ValueError, match="needs bounds"):
        m.concentration_index(DESIGN, "sick", rank="education", correction="erreygers")
    with pytest.raises(ValueError, match=r"values run from 0 to 1, outside bounds=\(0.5, 1\)"):
        m.concentration_index(
            DESIGN, "sick", rank="education", correction="wagstaff", bounds=(0.5, 1)
        )


def test_missing_ranks_stop_or_are_dropped_and_counted():
    holed = FRAME.assign(education=FRAME["education"].where(FRAME.index % 10 > 0))
    with pytest.raises(ValueError, match="30 of 300 values of 'education' are missing"):
        m.slope_index(holed, "sick", rank="education")
    dropped = m.slope_index(holed, "sick", rank="education", missing="drop")
    complete = m.slope_index(holed.dropna(), "sick", rank="education")
    assert dropped.value == complete.value and dropped.n == 270
    assert "30 rows without rank dropped" in dropped.method


def test_refusals_say_what_to_do():
    with pytest.raises(ValueError, match="everybody has the same 'education'"):
        m.slope_index(FRAME.assign(education=1), "sick", rank="education")
    with pytest.raises(ValueError, match="link must be one of"):
        m.slope_index(DESIGN, "sick", rank="education", link="probit")
    with pytest.raises(ValueError, match="needs values from 0 to 1"):
        m.slope_index(DESIGN, "visits", rank="education", link="logit")
    with pytest.raises(ValueError, match="separates the outcome completely"):
        m.slope_index([0, 0, 1, 1], rank=[1, 2, 3, 4], link="logit")
    with pytest.raises(ValueError, match="link='log' keeps them positive"):
        m.relative_index([0, 0, 9], rank=[1, 2, 3])
    with pytest.raises(ValueError, match=r"nobody is in group 9; the groups are \[1, 2, 3\]"):
        m.gap(DESIGN, "sick", groups="education", between=(1, 9))
    with pytest.raises(TypeError, match="rank"):
        m.concentration_index(DESIGN, "sick")


def test_gap_of_extremes_is_named_as_chosen():
    found = m.gap(DESIGN, "visits", groups="level")
    assert "basic against higher, chosen from the same data" in found.method
    chosen = m.gap(DESIGN, "visits", groups="level", between=("basic", "higher"))
    assert found.value == chosen.value and "chosen" not in chosen.method


def test_gap_is_the_difference_of_domain_means_with_its_error():
    means = [m.mean(DESIGN.where(f"education == {e}"), "visits") for e in (1, 3)]
    gap = m.gap(DESIGN, "visits", groups="education", between=(1, 3))
    assert gap.value == pytest.approx((means[0] - means[1]).value, rel=1e-12)
    assert gap.se == pytest.approx((means[0] - means[1]).se, rel=1e-9)
    ratio = m.gap(DESIGN, "visits", groups="education", between=(1, 3), relative=True)
    assert ratio.se == pytest.approx((means[0] / means[1]).se, rel=1e-9)
    assert ratio.interval()[0] > 0


def test_concentration_curve_is_linear_within_equal_ranks_and_gives_the_index():
    data = {"y": [6.0, 2, 1, 1], "g": [1, 1, 2, 2]}
    curve = m.concentration_curve(pd.DataFrame(data), "y", rank="g", points=4)
    np.testing.assert_allclose(curve["value"], [0, 0.4, 0.8, 0.9, 1])
    fine = m.concentration_curve(FRAME, "sick", rank="education", weights="w", points=400)
    area = np.trapezoid(fine["value"], fine["population_share"])
    index = m.concentration_index(DESIGN, "sick", rank="education").value
    assert 1 - 2 * area == pytest.approx(index, abs=1e-4)


def test_gradients_stand_in_the_table_beside_other_indices():
    from functools import partial

    wanted = ["gini", partial(m.concentration_index, rank="education")]
    found = m.inequality_table(DESIGN, "visits", indices=wanted)
    assert found["index"].tolist() == ["gini", "concentration_index(rank=education)"]
