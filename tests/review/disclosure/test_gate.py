"""The gate, the groups beside their whole, rows in notebooks, and reports put side by side."""

from __future__ import annotations

import base64
import itertools
import zlib

import numpy as np
import pandas as pd
import pytest

from skk_analysis.review.disclosure import Policy
from skk_analysis.review.disclosure.across import across
from skk_analysis.review.disclosure.gate import gate
from skk_analysis.review.disclosure.raw_rows import raw_rows
from skk_analysis.review.disclosure.small_groups import shown_groups
from skk_analysis.review.disclosure.sources import Policies
from skk_analysis.workspace import Resource


def number(name: str, value: float = 0.5, unit: str = "share", **more) -> dict:
    return {"id": name, "value": value, "unit": unit, "kind": "value", "n": None, **more}


@pytest.mark.parametrize(
    ("record", "rule"),
    [
        (number("a", 4, "persons"), "minimum_count"),
        (number("a", 5, "persons"), ""),
        (number("a", 0, "persons"), ""),
        (number("a", 4, "count"), ""),
        (number("a", -2, "persons", kind="difference"), ""),
        (number("a", n=29), "minimum_denominator"),
        (number("a", n=30), ""),
        (number("a", unit="percent", n=29), "minimum_denominator"),
        (number("income", 20e3, "euro", n=9), "minimum_persons"),
        (number("income", 20e3, "euro", n=10), ""),
        (number("gini.2019", 0.3, "index", n=29), "minimum_index_persons"),
        (number("wolfson.2019", 0.3, "score", n=29), "minimum_index_persons"),
        (number("feedback", 4.1, "score", n=12), ""),
        (number("effect", 0.1, kind="difference", n=9), "minimum_persons"),
        (number("effect", 0.1, kind="difference", n=3, n_of="units"), ""),
        (number("income.maximum", 9e5, "euro", n=900), "extreme"),
    ],
)
def test_what_the_gate_stops(record: dict, rule: str) -> None:
    found = gate([record], Policy())
    assert [fault.rule for fault in found] == ([rule] if rule else [])
    assert gate([record], Policy(), allowed=[record["id"]]) == []
    for fault in found:
        assert fault.mend and fault.id in str(fault)


def test_what_is_left_of_a_whole_is_nobody_or_enough() -> None:
    """Every division of small wholes into up to four groups, and what a reader can subtract."""
    sizes = (0, 1, 4, 5, 9, 30)
    for found in itertools.product(sizes, repeat=4):
        groups = dict(zip("abcd", found, strict=True))
        shown = shown_groups(groups, 5)
        left = sum(found) - sum(groups[name] for name in shown)
        assert all(groups[name] >= 5 for name in shown)
        assert left == 0 or left >= 5 or not shown, groups
    assert shown_groups({"a": 50, "b": 60}, 30, total=112) == ["b"], "two persons are in no group"
    with pytest.raises(ValueError, match="give the total of the same persons"):
        shown_groups({"a": 50}, 30, total=40)


def test_the_first_rule_that_fits_holds_and_the_strictest_wins() -> None:
    rows = [
        {"source": "default", "protected_by": "us", "minimum_count": "5"},
        {"source": "homes", "match": "households", "protected_by": "us", "minimum_count": "10"},
        {"source": "open", "match": "paavo_*;Tilastokeskus", "protected_by": "publisher"},
    ]
    rules = Policies.of(rows)
    homes, open_ = Resource("h", "h.csv", "households"), Resource("p", "p.csv", "paavo_wide")
    other = Resource("x", "x.csv", "json_stat", publisher="TILASTOKESKUS")
    assert rules.of_resource(homes).policy.minimum_count == 10
    assert rules.of_resource(open_).by_publisher and rules.of_resource(other).by_publisher
    assert not rules.of_resource(Resource("y", "y.csv", "diak")).by_publisher
    assert rules.strictest([open_, homes]).minimum_count == 10
    assert rules.strictest([open_]).minimum_count == 5
    with pytest.raises(ValueError, match="row 2, column 'protected_by': 'nobody'; write us or"):
        Policies.of([{"source": "default", "protected_by": "nobody"}])


def output(mime: str, content: object, **metadata: object) -> dict:
    return {"output_type": "display_data", "data": {mime: content}, "metadata": metadata}


def png(text: str) -> str:
    """A picture with something written into it."""
    body = b"Comment\0" + text.encode()
    chunk = len(body).to_bytes(4, "big") + b"tEXt" + body + zlib.crc32(b"tEXt" + body).to_bytes(4)
    return base64.b64encode(b"\x89PNG\r\n\x1a\n" + chunk).decode()


FRAME = pd.DataFrame({"unit_id": ["H1"], "income": [17234.5], "age": [33], "sex": ["male"]})
LEAKS = {
    "printed": ({"output_type": "stream", "text": FRAME.to_string()}, "columns"),
    "table": (output("text/html", FRAME.to_html()), "columns"),
    "table without an id": (output("text/html", FRAME[["income", "age"]].to_html()), "columns"),
    "csv": ({"output_type": "stream", "text": FRAME.to_csv()}, "columns"),
    "json": (output("application/json", FRAME.to_dict("records")), "records"),
    "json as text": (output("text/plain", FRAME.to_json(orient="records")), "records"),
    "split json": (output("application/json", FRAME.to_dict("split")), "records"),
    "id in prose": (output("text/html", "<p>Kotitalous E00042 asuu yksin.</p>"), "ids"),
    "id in alt text": (output("image/svg+xml", "<svg/>", alt="E00042"), "ids"),
    "id in a picture": (output("image/png", png("made for E00042")), "ids"),
    "id in an error": ({"output_type": "error", "evalue": "KeyError: E00042"}, "ids"),
}


@pytest.mark.parametrize("leak", LEAKS)
def test_rows_are_found_wherever_they_hide(leak: str) -> None:
    planted, what = LEAKS[leak]
    fine = output("text/html", "<table><tr><th>Ikä</th><th>Osuus</th></tr></table>")
    book = {"cells": [{"outputs": [fine]}, {"outputs": [planted]}]}
    found = raw_rows(book, ids=["E00042", "7"])
    assert {(one.cell, one.what) for one in found} == {(2, what)}
    assert "E00042" not in str(found[0]) and "17234" not in str(found[0])


def test_reports_are_no_rows() -> None:
    """A table of groups, a number that looks like a short id, a long drawing."""
    table = "<table><tr><th>Koulutus</th><th>2019</th><th>2020</th></tr></table>"
    drawing = f'<svg><path d="{"M 7 7 " * 1000}"/></svg>'
    outputs = [output("text/html", table), output("image/svg+xml", drawing)]
    records = [number("gini.2019", 7, n=840)]
    outputs.append(output("application/vnd.skk.results+json", records))
    prose = (
        "Answers by age and sex, education and language, income and year.\nSee the notes below it."
    )
    outputs.append({"output_type": "stream", "text": prose})
    assert raw_rows({"cells": [{"outputs": outputs}]}, ids=["7", "840"]) == []


def test_reports_side_by_side_give_nobody_away() -> None:
    city = [
        number("trust.all.2019", n=100),
        number("trust.sex.female.2019", n=60),
        number("trust.sex.male.2019", n=37),
    ]
    [found] = across({"espoo/2019": city}, Policy())
    assert found.outcome == "fail" and "trust.all.2019 / sex" in found.id
    assert " 3 " not in str(found), "the value itself is not repeated"
    fine = [city[0], number("trust.sex.female.2019", n=60), number("trust.sex.male.2019", n=40)]
    assert across({"espoo/2019": fine}, Policy()) == []
    two = {
        "espoo/2019": [number("population.02100.2019", 812, "persons")],
        "comparison/2019": [number("population.02100.2019", 809, "persons")],
    }
    assert [one.outcome for one in across(two, Policy())] == ["fail"]


def test_a_hidden_cell_that_a_report_still_shows_fails() -> None:
    shown = {"espoo/2019": [number("trust.02100.2019", n=31)]}
    [found] = across(shown, Policy(), hidden=frozenset({("trust", "02100", 2019)}))
    assert found.outcome == "fail" and "make the report again" in found.reason


def test_a_revision_by_a_handful_is_for_a_person_to_judge() -> None:
    earlier = pd.DataFrame({"report": ["espoo/2019"], "id": ["trust.all.2019"], "persons": [103.0]})
    now = {"espoo/2019": [number("trust.all.2019", n=100)]}
    assert [one.outcome for one in across(now, Policy(), earlier=earlier)] == ["review"]
    for far in (100.0, 110.0, np.nan):
        assert across(now, Policy(), earlier=earlier.assign(persons=far)) == []
