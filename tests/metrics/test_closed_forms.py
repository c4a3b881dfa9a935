"""Known answers from closed forms and published examples, each with its source."""

from functools import partial

import numpy as np
import pytest

from skk_analysis import metrics as m

n = 20_000
UNIFORM = (np.arange(n) + 0.5) / n  # on 0–1
EXPONENTIAL = -np.log(1 - UNIFORM)
EIJK = m.answer_counts([30, 40, 210, 130, 530, 50, 10])
EVEN = m.answer_counts([20] * 5)
HALVES = m.answer_counts([50, 0, 0, 0, 50])
ONE = m.answer_counts([0, 0, 80, 0, 0])


def answers(index, counts, **parameters):
    design = counts if isinstance(counts, m.SurveyDesign) else m.answer_counts(counts)
    return index(design, "answer", categories=len(design.frame), **parameters)


CLOSED_FORMS = {
    # populations, from a fine grid of quantiles
    "s_gini of exponential is (ν−1)/ν, ν=3": (m.s_gini(EXPONENTIAL, nu=3), 2 / 3),
    "s_gini of uniform is (ν−1)/(ν+1), ν=4": (m.s_gini(UNIFORM, nu=4), 3 / 5),
    "zenga of uniform is ln 2": (m.zenga(UNIFORM), np.log(2)),
    "generalised Lorenz of uniform is p²/2": (m.generalized_lorenz(UNIFORM, p=0.3), 0.045),
    "kolm of uniform": (m.kolm(UNIFORM, kappa=2), np.log(2 * np.sinh(1) / 2) / 2),
    "poverty gap of uniform is t/2": (m.poverty_gap(UNIFORM, line=0.4), 0.2),
    "fgt(2) of uniform is t/3": (m.fgt(UNIFORM, alpha=2, line=0.6), 0.2),
    "watts of uniform is t": (m.watts(UNIFORM, line=0.4), 0.4),
    "sen of uniform is 2t/3": (m.sen(UNIFORM, line=0.3), 0.2),
    "sst of uniform is t − t²/3": (m.sen_shorrocks_thon(UNIFORM, line=0.3), 0.27),
    "poverty line of uniform": (m.poverty_line(UNIFORM), 0.3),
    "sii of y = 3 + 2R": (m.slope_index(3 + 2 * UNIFORM, rank=UNIFORM), 2),
    "rii of y = 3 + 2R": (m.relative_index(3 + 2 * UNIFORM, rank=UNIFORM), 5 / 3),
    "rii over the mean": (m.relative_index(3 + 2 * UNIFORM, rank=UNIFORM, over="mean"), 0.5),
    "log rii of y = exp(1 + R)": (
        m.relative_index(np.exp(1 + UNIFORM), rank=UNIFORM, link="log"),
        np.e,
    ),
    "logit sii": (
        m.slope_index(1 / (1 + np.exp(1 - 2 * UNIFORM)), rank=UNIFORM, link="logit"),
        np.tanh(0.5),
    ),
    "concentration index of y = 3 + 2R": (
        m.concentration_index(3 + 2 * UNIFORM, rank=UNIFORM),
        1 / 12,
    ),
    "egr of uniform, two groups": (
        m.esteban_gradin_ray(UNIFORM, alpha=1, beta=1),
        1 / 4 - 1 / 12,
    ),
    "egr of uniform, three groups": (
        m.esteban_gradin_ray(UNIFORM, alpha=1, beta=0.5, groups=3),
        16 / 81 - 0.5 / 27,
    ),
    "bimodality of uniform": (m.bimodality_coefficient(UNIFORM), 5 / 9),
}


@pytest.mark.parametrize("case", CLOSED_FORMS)
def test_closed_forms_of_populations(case):
    found, expected = CLOSED_FORMS[case]
    assert float(found) == pytest.approx(expected, rel=2e-3)


EXACT = {
    "s_gini(2) is the gini": (m.s_gini([1, 2, 3], weights=[1, 2, 3]), 1 / 6),
    "gini corrected, 1 2 3": (m.gini([1, 2, 3], corrected=True), 1 / 3),
    "zenga of one rich, ∫ over p < 3/4 of 1 and beyond of 3/(4p)": (
        m.zenga([0, 0, 0, 1]),
        0.75 + 0.75 * np.log(4 / 3),
    ),
    "bimodality of two points of any size": (m.bimodality_coefficient([0, 0, 0, 1]), 1),
    "s90s10": (m.s90s10(range(1, 11)), 10),
    "kolm by hand": (m.kolm([0, 2], kappa=1), np.log(np.cosh(1))),
    "sen = H(I + (1 − I)G)": (
        m.sen([5, 8, 9, 20], line=10),
        0.75 * (0.8 / 3 + (1 - 0.8 / 3) * float(m.gini([5, 8, 9]))),
    ),
    "sst = HI(1 + G of gaps)": (
        m.sen_shorrocks_thon([5, 8, 9, 20], line=10),
        0.2 * (1 + float(m.gini([0.5, 0.2, 0.1, 0]))),
    ),
    "the line itself is not poor": (m.fgt([5, 10, 20], alpha=0, line=10), 1 / 3),
    "reynal_querol of thirds": (m.reynal_querol(["a", "b", "c"]), 8 / 9),
    "reynal_querol of halves": (m.reynal_querol(["a", "b"]), 1),
    "esteban_ray of two points": (m.esteban_ray([0, 2], alpha=1), 0.5),
    "zhang_kanbur, programme.md 7.2": (
        m.zhang_kanbur([1, 2, 3, 4], groups=[1, 1, 2, 2]),
        0.082283 / (0.106440 - 0.082283),
    ),
    "gap, Helsinki's example 2019": (m.gap([0.02, 0.2], groups=[1, 2], between=(2, 1)), 0.18),
    "gap, Helsinki's example later": (m.gap([0.04, 0.3], groups=[1, 2], between=(2, 1)), 0.26),
    "ratio, Helsinki's example 2019": (
        m.gap([0.02, 0.2], groups=[1, 2], between=(2, 1), relative=True),
        10,
    ),
    "ratio, Helsinki's example later": (
        m.gap([0.04, 0.3], groups=[1, 2], between=(2, 1), relative=True),
        7.5,
    ),
}


@pytest.mark.parametrize("case", EXACT)
def test_exact_answers(case):
    found, expected = EXACT[case]
    assert float(found) == pytest.approx(expected, rel=1e-4)


# van der Eijk (2001), Quality & Quantity 35, p. 331 and 336, as reprinted with the layers' values
# in the vignette and the manual of the R package agrmt 1.42 (agreement, Leik, consensus)
EIJK_LAYERS = {
    (1, 1, 1, 1, 1, 1, 1): 0.0,
    (1, 1, 1, 1, 1, 1, 0): 0.167,
    (0, 1, 1, 1, 1, 1, 0): 0.333,
    (0, 0, 1, 1, 1, 1, 0): 0.5,
    (0, 0, 1, 1, 1, 0, 0): 0.667,
    (0, 0, 1, 0, 1, 0, 0): 0.467,
    (0, 0, 0, 0, 1, 0, 0): 1.0,
}
PUBLISHED = {
    "van der Eijk p. 331": (answers(m.van_der_eijk, EIJK), 0.6113333, 1e-7),
    "van der Eijk, PvdA": (
        answers(m.van_der_eijk, [2.4, 2.8, 3.2, 6.2, 13.5, 30.4, 41.6]),
        0.61,
        0.005,
    ),
    "van der Eijk, D66": (
        answers(m.van_der_eijk, [1.6, 2.6, 8.2, 21, 29.3, 27, 10.3]),
        0.48,
        0.005,
    ),
    "agrmt vignette, 1 1 3 4": (m.van_der_eijk([1, 1, 3, 4], categories=4), 0.08, 0.005),
    "agrmt manual, Leik": (answers(m.leik, EIJK), 0.287, 0.0005),
    "agrmt manual, consensus": (answers(m.consensus, EIJK), 0.7256876, 1e-7),
    # World Bank, Quantitative Techniques for Health Equity Analysis, Technical Note 7, table 1:
    # births and under-five deaths per 1000 in India by wealth group
    "concentration index, India": (
        m.concentration_index(
            [154.7, 152.9, 119.5, 86.9, 54.3],
            rank=[1, 2, 3, 4, 5],
            weights=[29939, 28776, 26528, 24689, 19739],
        ),
        -0.1694,
        0.00005,
    ),
    # methods.md B2, where known packages give other values
    "ties don't depend on order (1)": (
        m.concentration_index([1, 5, 2, 8], rank=[1, 1, 2, 2]),
        0.125,
        1e-12,
    ),
    "ties don't depend on order (2)": (
        m.concentration_index([5, 1, 8, 2], rank=[1, 1, 2, 2]),
        0.125,
        1e-12,
    ),
    "erreygers with possible bounds": (
        m.concentration_index(
            [10, 9, 9, 7, 6, 6, 3, 2], rank=range(8), correction="erreygers", bounds=(0, 12)
        ),
        -0.5,
        1e-12,
    ),
}


@pytest.mark.parametrize("case", PUBLISHED)
def test_published_examples(case):
    found, expected, tolerance = PUBLISHED[case]
    assert float(found) == pytest.approx(expected, abs=tolerance)


@pytest.mark.parametrize("pattern", EIJK_LAYERS)
def test_van_der_eijks_layers(pattern):
    assert float(answers(m.van_der_eijk, pattern)) == pytest.approx(
        EIJK_LAYERS[pattern], abs=0.0005
    )


# half at each end, one category, five even categories (methods.md B2 for the even ones)
SCALES = {
    "van_der_eijk": (m.van_der_eijk, -1, 1, 0),
    "consensus": (m.consensus, 0, 1, 1 + (2 * np.log2(0.5) + 2 * np.log2(0.75)) / 5),
    "leik": (m.leik, 1, 0, 0.6),
    "berry_mielke": (m.berry_mielke, 1, 0, 0.8),
    "blair_lacy": (m.blair_lacy, 1, 0, 0.8),
    "kvalseth": (m.kvalseth, 1, 0, 1 - np.sqrt(0.2)),
    "apouey(1)": (partial(m.apouey, alpha=1), 1, 0, 0.6),
    "apouey(2)": (partial(m.apouey, alpha=2), 1, 0, 0.8),
    "cowell_flachaire(0)": (
        m.cowell_flachaire,
        np.log(2) / 2,
        0,
        -np.log([0.2, 0.4, 0.6, 0.8]).sum() / 5,
    ),
}


@pytest.mark.parametrize("case", SCALES)
def test_ends_and_middle_of_the_scales(case):
    index, halves, one, even = SCALES[case]
    found = [float(answers(index, a)) for a in (HALVES, ONE, EVEN)]
    assert found == pytest.approx([halves, one, even], abs=1e-9)
