"""An index of one's own: the share of all income that the people above twice the median have."""

import pandas as pd

from skk_analysis.metrics import Linearised, SurveyDesign, change, index, inequality_table


@index(bounds=(0, 1))
def affluent_share(dist, multiple: float = 2.0):
    """Share of income above a multiple of the median: E[y·1(y > k·median)] / mean."""
    dist.require_positive_mean("affluent_share")
    line = multiple * dist.median
    y = dist.values  # noqa: PD011 (an array, ascending)
    above = y * (y > line)
    value = float(dist.share @ above) / dist.mean
    influence = (above - value * y) / dist.mean
    moved = line * dist.density(line) * multiple / dist.mean  # a higher median leaves fewer above
    return Linearised(value, influence - moved * dist.quantile_influence(0.5))


people = pd.DataFrame({"year": [2018] * 6 + [2020] * 6, "person": [*"abcdef"] * 2,
                       "income": [9, 12, 14, 15, 40, 70, 9, 11, 14, 16, 44, 90]})  # fmt: skip
design = SurveyDesign(people, ids="person", waves="year")
table = inequality_table(design, "income", by="year", indices=["affluent_share", "gini"])
before, after = (affluent_share(design.where(f"year == {year}"), "income") for year in (2018, 2020))
verdict = change(before, after).verdict
