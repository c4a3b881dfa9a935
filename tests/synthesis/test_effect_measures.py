"""Effects by name, of one study or a column, and errors worked back from what is reported."""

import math

import numpy as np
import pandas as pd
import pytest

import skk_analysis as skk
from skk_analysis.synthesis import (
    hedges_g,
    hedges_g_from_t,
    log_odds_ratio,
    log_risk_ratio,
    pool,
    reported_effect,
)

# BCG vaccine trials (Colditz et al. 1994; metafor's dat.bcg): treated and control, cases and n
BCG = np.array(
    [
        (4, 123, 11, 139), (6, 306, 29, 303), (3, 231, 11, 220), (62, 13598, 248, 12867),
        (33, 5069, 47, 5808), (180, 1541, 372, 1451), (8, 2545, 10, 629), (505, 88391, 499, 88391),
        (29, 7499, 45, 7277), (17, 1716, 65, 1665), (186, 50634, 141, 27338), (5, 2498, 3, 2341),
        (27, 16913, 29, 17854),
    ]
)  # fmt: skip


def test_bcg_from_counts_to_pooled():
    """metafor's documented answer: log RR −0.7145 (se 0.1798), τ² 0.3132 (REML)."""
    frame = log_risk_ratio(*BCG.T)
    pooled = pool(frame, method="REML", inference="z")
    assert pooled.estimate == pytest.approx(-0.7145, abs=5e-5)
    assert pooled.se == pytest.approx(0.1798, abs=5e-5)
    assert pooled.tau2 == pytest.approx(0.3132, abs=5e-5)


def test_one_study_and_columns_agree_and_names_are_kept():
    """Numbers give an estimate, columns the same in a frame under the studies' names."""
    one = log_odds_ratio(4, 123, 11, 139)
    assert one.value == pytest.approx(math.log(4 * 128 / (119 * 11)))
    events = pd.Series([4, 6], index=["Aronson", "Ferguson"])
    frame = log_odds_ratio(events, [123, 306], [11, 29], [139, 303])
    assert frame["study"].tolist() == ["Aronson", "Ferguson"]
    assert frame.loc[0, ["estimate", "se"]].tolist() == [one.value, one.se]
    with pytest.raises(ValueError, match="study 'Ferguson'"):
        log_odds_ratio(events, [123, 3], [11, 29], [139, 303])
    with pytest.raises(ValueError, match="different lengths"):
        log_odds_ratio(events, [123], [11, 29], [139, 303])


def test_g_from_t_is_g_from_means():
    """Student's t of the same data gives the same g and standard error."""
    mean1, sd1, n1, mean2, sd2, n2 = 5.0, 1.2, 20, 4.2, 1.0, 22
    spread = math.sqrt(((n1 - 1) * sd1**2 + (n2 - 1) * sd2**2) / (n1 + n2 - 2))
    t = (mean1 - mean2) / (spread * math.sqrt(1 / n1 + 1 / n2))
    back, direct = hedges_g_from_t(t, n1, n2), hedges_g(mean1, sd1, n1, mean2, sd2, n2)
    assert (back.value, back.se) == pytest.approx((direct.value, direct.se))


@pytest.mark.parametrize("degrees", [math.inf, 18.0])
def test_errors_worked_back(degrees):
    """Interval, t and p of one estimate give its standard error."""
    from scipy import stats

    law = stats.norm if degrees == math.inf else stats.t(degrees)
    value, se = -0.4, 0.15
    half = law.ppf(0.95) * se
    p = 2 * law.sf(abs(value) / se)
    for told in (
        {"interval": (value - half, value + half), "level": 0.9},
        {"t": value / se},
        {"p": p},
    ):
        assert reported_effect(value, degrees=degrees, **told).se == pytest.approx(se)
    ratio = reported_effect(
        math.exp(value),
        interval=(math.exp(value - half), math.exp(value + half)),
        level=0.9,
        degrees=degrees,
        ratio=True,
    )
    assert (ratio.value, ratio.se) == pytest.approx((value, se))


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ({}, "exactly one"),
        ({"t": 2.0, "p": 0.05}, "exactly one"),
        ({"interval": (0.45, 0.85)}, "does not lie about"),
        ({"t": 2.0}, "same sign"),
        ({"p": 0.0}, "between 0 and 1"),
    ],
)
def test_what_cannot_be(told, says):
    """What cannot belong to the estimate stops."""
    with pytest.raises(ValueError, match=says):
        reported_effect(-0.4, **told)


def test_names_are_to_be_had_at_the_top():
    """The issue names them there."""
    for name in ("pool", "egger", "begg", "trim_and_fill", "log_odds_ratio", "hedges_g", "gap_map"):
        assert callable(getattr(skk, name))
