"""Tables that a database has counted give what the rows written out give."""

from __future__ import annotations

import importlib.util
import re
import sqlite3
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import skk_analysis.metrics as m

PAGE = Path(__file__).resolve().parents[2] / "docs" / "preaggregated.md"
SNIPPETS = dict(re.findall(r"```python ([\w.]+)\n(.*?)```", PAGE.read_text("utf-8"), flags=re.S))
SAME = {"rtol": 1e-10, "atol": 0}
FIGURES = ["value", "se", "lower", "upper", "n"]
KEYS = ["city", "year", "income"]
WAYS = ["sqlite3", "duckdb", "pyarrow", "pandas", "dask.dataframe"]


def people(n: int = 12_000) -> pd.DataFrame:
    """People of three cities and two years in clusters and strata, with whole-euro incomes."""
    random = np.random.default_rng(11)
    cluster = random.integers(0, 60, n)
    frame = pd.DataFrame(
        {
            "city": random.choice(["049", "091", "Äänekoski"], n),
            "year": random.choice([2019, 2020], n),
            "stratum": np.array(["north", "south"])[cluster % 2],
            "cluster": cluster,
            "weight": random.choice([1.0, 1.5, 4.0], n),
        }
    )
    level = 10 + random.normal(0, 0.2, 60)[cluster]
    return frame.assign(income=np.exp(random.normal(level, 0.5)).round(-2) + 100)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same people as a database, a Parquet file and a CSV file."""
    place, rows = tmp_path_factory.mktemp("register"), people()
    rows.to_parquet(place / "register.parquet")
    rows.to_csv(place / "register.csv", index=False)
    connection = sqlite3.connect(place / "register.db")
    rows.to_sql("register", connection)
    rows.to_sql("survey", connection)
    connection.close()
    return place


def run(snippet: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict:
    """What a snippet of the page leaves, run where the data lie."""
    monkeypatch.chdir(folder)
    found: dict = {}
    exec(compile(SNIPPETS[snippet], f"{PAGE.name}:{snippet}", "exec"), found)
    return found


def same(one: pd.DataFrame, other: pd.DataFrame) -> None:
    assert list(one.columns) == list(other.columns)
    assert one.drop(columns=FIGURES).equals(other.drop(columns=FIGURES))
    np.testing.assert_allclose(one[FIGURES], other[FIGURES], **SAME)


@pytest.mark.parametrize("way", WAYS)
def test_each_way_of_counting_gives_the_table_of_all_rows(way, folder, monkeypatch):
    if importlib.util.find_spec(way.split(".")[0]) is None:
        pytest.skip(f"{way} is no dependency and not installed")
    found = run(way, folder, monkeypatch)
    assert len(found["counted"]) < 0.7 * len(people()), "nothing was counted together"
    same(found["table"], m.inequality_table(people(), "income", by=["city", "year"]))


def test_counts_per_stratum_and_cluster_keep_the_design(folder, monkeypatch):
    found = run("design", folder, monkeypatch)
    written = m.SurveyDesign(
        people(), weights="weight", strata="stratum", clusters="cluster", waves="year"
    )
    same(found["table"], m.inequality_table(written, "income", by=["city", "year"]))
    changes = [
        m.gini(d.where("year == 2020"), "income") - m.gini(d.where("year == 2019"), "income")
        for d in (found["design"], written)
    ]
    assert changes[0].se == pytest.approx(changes[1].se, rel=1e-10)
    apart = m.gini(written.where("year == 2020"), "income").se
    assert changes[1].se < 1.3 * apart, "the clusters in both years were not recognised"


def test_clusters_that_are_not_counted_are_lost():
    rows = people()
    counted = rows.value_counts(["income"]).reset_index(name="people")
    alone = m.gini(counted, "income", frequencies="people")
    together = m.gini(m.SurveyDesign(rows, strata="stratum", clusters="cluster"), "income")
    assert alone.value == pytest.approx(together.value, rel=1e-10)
    assert alone.se < 0.8 * together.se


def test_mean_weights_serve_within_clusters_and_summed_replicate_weights_too():
    rows = people()
    random = np.random.default_rng(3)
    replicates = [f"r{i}" for i in range(8)]
    rows[replicates] = rows[["weight"]].to_numpy() * random.uniform(0, 2, (len(rows), 8))
    keys = ["stratum", "cluster", "income"]
    sums = rows.groupby(keys)[["weight", *replicates]].sum()
    sums["people"] = rows.groupby(keys).size()
    sums = sums.reset_index()
    counted = m.SurveyDesign(
        sums.assign(mean_weight=sums["weight"] / sums["people"]),
        weights="mean_weight", frequencies="people", strata="stratum", clusters="cluster",
    )  # fmt: skip
    written = m.SurveyDesign(rows, weights="weight", strata="stratum", clusters="cluster")
    for index in (m.gini, m.theil_t, m.s80s20):
        one, other = index(counted, "income"), index(written, "income")
        np.testing.assert_allclose([one.value, one.se], [other.value, other.se], **SAME)
        assert one.n == other.n == len(rows)
    by_replicates = [
        m.gini(m.SurveyDesign(frame, weights="weight", replicate_weights=replicates), "income")
        for frame in (sums, rows)
    ]
    assert by_replicates[0].se == pytest.approx(by_replicates[1].se, rel=1e-10)


def test_clusters_of_counted_people_are_resampled_whole():
    rows = people(2_000)
    keys = ["stratum", "cluster", "income"]
    counted = rows.value_counts(keys).reset_index(name="people")
    place = {"strata": "stratum", "clusters": "cluster"}
    errors = [
        m.gini(design.resampled(400), "income").se
        for design in (
            m.SurveyDesign(counted, frequencies="people", **place),
            m.SurveyDesign(rows, **place),
        )
    ]
    assert errors[0] == pytest.approx(errors[1], rel=0.15)  # other draws of the same design


def test_rows_of_nobody_change_nothing():
    counted = people().value_counts(KEYS).reset_index(name="people")
    nobody = counted.head(3).assign(income=1e9, people=0)
    tables = [
        m.inequality_table(frame, "income", by="city", frequencies="people")
        for frame in (counted, pd.concat([nobody, counted], ignore_index=True))
    ]
    same(*tables)


def test_classes_say_what_they_do_not_know(folder, monkeypatch):
    found = run("classes", folder, monkeypatch)
    rows = people().query("year == 2019")
    truth = m.gini(rows, "income", by="city").set_index("city")["value"]
    table = found["table"].query("index == 'gini'").set_index("area")
    assert table["n"].sum() == len(rows)
    assert ((table["lower"] <= truth) & (truth <= table["upper"])).all()


class Capsule:
    """Nothing but column names and the Arrow PyCapsule interface."""

    def __init__(self, table: pa.Table) -> None:
        self.columns, self._table = table.column_names, table

    def __arrow_c_stream__(self, requested_schema=None):
        return self._table.__arrow_c_stream__(requested_schema)


class OldDatabase:
    """A result with nothing but ``columns`` and ``df()``."""

    columns = ("income", "people")

    def __init__(self, frame: pd.DataFrame) -> None:
        self.df = lambda: frame


def test_tables_of_other_makers_are_read():
    frame = pd.DataFrame({"income": [1, 2, 5], "people": [3, 4, 1]})
    arrow = pa.Table.from_pandas(frame)
    decimal = arrow.set_column(1, "people", arrow["people"].cast(pa.decimal128(38, 0)))
    reader = pa.RecordBatchReader.from_batches(arrow.schema, arrow.to_batches())
    expected = m.gini(frame, "income", frequencies="people")
    for table in (
        arrow,
        decimal,
        reader,
        arrow.to_batches()[0],
        Capsule(decimal),
        OldDatabase(frame),
    ):
        found = m.gini(table, "income", frequencies="people")
        assert (found.value, found.se, found.n) == (expected.value, expected.se, 8)
    assert m.gini(arrow["income"]).value == m.gini([1, 2, 5]).value  # one column is no table
    areas = pa.table({"poor": [10, 20, 30], "others": [60, 50, 40]})
    assert m.dissimilarity(areas, ["poor", "others"]).value == pytest.approx(7 / 30)


class Lazy:
    columns = ("income",)

    def compute(self):
        raise AssertionError("was asked to fetch everything")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda _: m.gini(Lazy(), "income"), "count equal values where they lie"),
        (lambda f: m.gini(f, "income", frequencies="many"), "no column 'many'"),
        (
            lambda f: m.gini(f.assign(people=[1, None]), "income", frequencies="people"),
            "frequencies must be finite and ≥ 0: 1 are not",
        ),
        (
            lambda f: m.gini(m.SurveyDesign(f), "income", frequencies="people"),
            "carries its own frequencies",
        ),
    ],
)
def test_what_cannot_be_counted_stops(call, message):
    frame = pd.DataFrame({"income": [1.0, 2.0], "people": [3, 4]})
    with pytest.raises((ValueError, KeyError), match=re.escape(message)):
        call(frame)
