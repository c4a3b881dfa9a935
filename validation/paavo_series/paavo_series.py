"""Income segregation and estimated inequality in the six cities, 2012–2019, from Paavo.

    python validation/paavo_series/paavo_series.py

in the repository's root, with the open data in ../shared/data/real (see SOURCES.md there).  Writes
``series.csv`` and ``series.svg`` beside itself: derived figures only, no published data.

Postal areas belong to the city that the key of 2020 puts them in, in every year.  Segregation is
from counts of adults in the national classes (lowest 20 %, middle 60 %, highest 20 %).  The Gini
coefficient is estimated, from the same classes with the mean, and in the areas with the median too.
"""

from __future__ import annotations

import re
from pathlib import Path

import matplotlib
import pandas as pd

from skk_analysis.metrics import (
    dissimilarity,
    grouped_from_classes,
    grouped_from_paavo,
    income_limits,
    rank_order_h,
)

matplotlib.use("svg")
from matplotlib.figure import Figure

HERE = Path(__file__).parent
DATA = Path("../shared/data/real")
CITIES = {
    "049": "Espoo", "179": "Jyväskylä", "564": "Oulu", "837": "Tampere", "853": "Turku",
    "092": "Vantaa",
}  # fmt: skip
CLASSES = ["low", "middle", "high"]
PANELS = {
    "dissimilarity": "Dissimilarity, lowest against highest class",
    "rank_order_h": "Rank-order information index of income",
    "gini_city": "Estimated Gini coefficient, adults' own income",
    "gini_areas": "Mean of the areas' estimated Gini coefficients",
}
SOURCE = (
    "Source: Statistics Finland, Paavo (CC BY 4.0): tables of inhabitants' disposable monetary "
    "income by postal code area, data years 2012-2016, and publication 2021 (data year 2019); own "
    "calculation. Cities by the key of 2020."
)


def wide_year(path: Path) -> pd.DataFrame:
    """Return low, middle, high, mean and median by postal code of a PxWeb export."""
    table = pd.read_csv(path, encoding="latin1", na_values=["..", "."], index_col=0).iloc[1:]
    kinds = {"lowest": "low", "middle": "middle", "highest": "high", "Average": "mean",
             "Median": "median"}  # fmt: skip
    columns = {c: name for c in table for word, name in kinds.items() if word in c}
    frame = table[list(columns)].rename(columns=columns).apply(pd.to_numeric)
    return frame.set_axis(table.index.str[:5], axis=0)


def publication_2021(path: Path) -> pd.DataFrame:
    """Return the same of the 28-variable extract (data year 2019)."""
    names = {"hr_pi_tul": "low", "hr_ke_tul": "middle", "hr_hy_tul": "high", "hr_ktu": "mean",
             "hr_mtu": "median"}  # fmt: skip
    table = pd.read_csv(path, dtype={"postinumeroalue": str}, index_col="postinumeroalue")
    return table[list(names)].rename(columns=names).astype(float)


def years() -> dict[int, pd.DataFrame]:
    """Return the areas of each year for which there is a file."""
    folder = DATA / "paavo" / "statfin_px_2012_2017"
    found = {
        int(re.search(r"(\d{4})\.csv$", p.name)[1]): wide_year(p)
        for p in folder.glob("Inhabitants_disposable_monetary_income_*.csv")
    }
    return dict(sorted(found.items())) | {
        2019: publication_2021(DATA / "paavo" / "paavo_pub2021_28vars.csv")
    }


def city_of_area() -> pd.Series:
    """Return the municipality of each postal code in the key of 2020 (names may hold commas)."""
    text = (DATA / "codes" / "alueryhmittely_posnro_2020_en.csv").read_text(encoding="utf-8-sig")
    rows = [line.split(",") for line in text.splitlines()[1:]]
    return pd.Series({row[0]: row[3] for row in rows})


def city_rows(areas: pd.DataFrame, year: int) -> list[dict]:
    """Return every index of every city in one year."""
    limits = income_limits(areas)
    grouped = grouped_from_paavo(areas, limits)  # the whole country: its common shape is learned
    ginis = grouped.estimates("gini")
    city, rows = city_of_area().reindex(areas.index), []
    for code, name in CITIES.items():
        part = areas[city == code]
        seen = part[part[CLASSES].notna().all(axis=1) & (part[CLASSES].sum(axis=1) > 0)]
        people = seen[CLASSES].sum(axis=1)
        whole = grouped_from_classes(
            [seen[CLASSES].sum().to_list()], [0, *limits, float("inf")],
            mean=[(seen["mean"] * people).sum() / people.sum()], prior=grouped.fitted.prior,
        )  # fmt: skip
        within = ginis.reindex(seen.index)
        mean = sum(people[i] * within[i] for i in seen.index) * (1 / people.sum())
        found = {
            "dissimilarity": dissimilarity(seen, ["low", "high"]),
            "rank_order_h": rank_order_h(seen, CLASSES),
            "gini_city": whole.estimates("gini").iloc[0],
            "gini_areas": mean,
        }
        for index, e in found.items():
            lower, upper = e.interval(0.95)
            rows.append({"city": name, "year": year, "index": index, "value": e.value,
                         "lower": lower, "upper": upper, "areas": len(seen),
                         "areas_not_published": len(part) - len(seen), "adults": int(people.sum()),
                         "limit_low": limits[0], "limit_high": limits[1]})  # fmt: skip
    return rows


def figure(series: pd.DataFrame) -> Figure:
    """Return one panel an index, one line a city."""
    drawing = Figure(figsize=(9, 7), layout="constrained")
    for axes, (index, title) in zip(drawing.subplots(2, 2).flat, PANELS.items(), strict=True):
        for city, part in series[series["index"] == index].groupby("city"):
            axes.plot(part["year"], part["value"], marker="o", markersize=3, label=city)
            last = part.iloc[-1]
            axes.annotate(city, (last["year"], last["value"]), (4, 0), textcoords="offset points",
                          fontsize=7, va="center")  # fmt: skip
        axes.set_title(title, fontsize=9, loc="left")
        axes.set_xlim(series["year"].min() - 0.3, series["year"].max() + 1.5)
        axes.tick_params(labelsize=8)
    drawing.supxlabel(SOURCE, fontsize=5.5, x=0.01, ha="left")
    return drawing


def main() -> None:
    """Write the table and the figure."""
    rows = [row for year, areas in years().items() for row in city_rows(areas, year)]
    series = pd.DataFrame(rows).sort_values(["index", "city", "year"], ignore_index=True)
    table = HERE / "series.csv"
    table.write_text(f"# {SOURCE}\n" + series.to_csv(index=False, float_format="%.5g"), "utf-8")
    with matplotlib.rc_context({"svg.hashsalt": "skk", "svg.fonttype": "none"}):
        figure(series).savefig(HERE / "series.svg", metadata={"Date": None})
    wide = series.pivot_table(index=["index", "city"], columns="year", values="value")
    print(wide.round(4).to_string())


if __name__ == "__main__":
    main()
