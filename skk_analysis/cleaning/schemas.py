"""The processed tables: one description of each, used to check rows and to document the output."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import pandas as pd

from skk_analysis.cleaning.cells import OBSERVED, STATUSES
from skk_analysis.cleaning.message import ERROR, Message, cell_messages

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import pandera.pandas as pandera


@dataclass(frozen=True)
class Field:
    """One column: its type (``string``, ``integer`` or ``number``), meaning and what may stand."""

    name: str
    type: str
    description: str
    required: bool = True
    enum: tuple[str, ...] = ()
    pattern: str = ""
    minimum: float | None = None
    maximum: float | None = None

    @property
    def dtype(self) -> str:
        """The pandas type."""
        return {"string": "str", "integer": "Int64", "number": "float64"}[self.type]

    @property
    def expected(self) -> str:
        """What may stand here, for messages."""
        if self.enum:
            return f"one of {', '.join(self.enum)}"
        if self.pattern:
            return f"text of the form {self.pattern}"
        if self.minimum is not None:
            return f"a number from {self.minimum:g} to {self.maximum or float('inf'):g}"
        return f"a {self.type}"

    def descriptor(self) -> dict[str, Any]:
        """The field in a Frictionless table schema."""
        constraints = {
            "required": self.required,
            "enum": list(self.enum),
            "pattern": self.pattern,
            "minimum": self.minimum,
            "maximum": self.maximum,
        }
        kept = {k: v for k, v in constraints.items() if v not in (None, "", [], False)}
        item = {"name": self.name, "type": self.type, "description": self.description}
        return {**item, "constraints": kept} if kept else item

    def column(self) -> Any:
        """The column as pandera checks it."""
        checks = []
        if self.enum:
            checks.append(pandera.Check.isin(self.enum))
        if self.pattern:
            checks.append(pandera.Check.str_matches(f"^{self.pattern}$"))
        if self.minimum is not None:
            checks.append(pandera.Check.ge(self.minimum))
        if self.maximum is not None:
            checks.append(pandera.Check.le(self.maximum))
        return pandera.Column(None, checks, nullable=not self.required)


def _status_agrees(frame: pd.DataFrame, value: str) -> pd.Series:
    return frame[value].isna() == frame["status"].ne(OBSERVED)


@dataclass(frozen=True)
class TableSchema:
    """A processed table; ``key`` identifies a row, ``measure`` is null unless observed."""

    name: str
    title: str
    fields: tuple[Field, ...]
    key: tuple[str, ...] = ()
    measure: str = ""

    @property
    def columns(self) -> list[str]:
        """Column names in order."""
        return [field.name for field in self.fields]

    def empty(self) -> pd.DataFrame:
        """The table with no rows."""
        return pd.DataFrame({f.name: pd.Series(dtype=f.dtype) for f in self.fields})

    def typed(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The columns of the table, in order and with their types."""
        return pd.DataFrame({f.name: _typed(frame[f.name], f.dtype) for f in self.fields})

    def descriptor(self) -> dict[str, Any]:
        """The Frictionless table schema."""
        return {
            "fields": [field.descriptor() for field in self.fields],
            **({"primaryKey": list(self.key)} if self.key else {}),
        }

    def check(self, frame: pd.DataFrame, file_of: Callable[[str], str]) -> list[Message]:
        """Every cell that the schema does not allow, with the raw file and row it came from.

        ``frame`` may have a column ``row`` with line numbers; ``file_of`` gives the file of a
        resource.
        """
        try:
            _pandera_schema(self.name).validate(frame, lazy=True)
        except pandera.errors.SchemaErrors as errors:
            return self._messages(frame, errors.failure_cases, file_of)
        return []

    def _messages(
        self, frame: pd.DataFrame, cases: pd.DataFrame, file_of: Callable[[str], str]
    ) -> list[Message]:
        fields = {field.name: field for field in self.fields}
        cases = cases.assign(column=cases["column"].where(cases["column"].isin(self.columns), ""))
        cases = cases.drop_duplicates(["column", "index"])
        messages = []
        for column, found in cases.groupby("column", sort=False):
            place = found["index"].dropna().astype(int).to_numpy()
            expected = (
                fields[column].expected
                if column in fields
                else (f"{self.measure} where status is observed, and nothing elsewhere")
            )
            rows = frame.loc[place]
            for resource, part in rows.groupby("resource", sort=False):
                template = Message(
                    ERROR,
                    "schema",
                    resource,
                    file_of(resource),
                    None,
                    column or self.measure,
                    "",
                    expected,
                    "Correct the raw file at its publisher, or fetch it again.",
                )
                lines = part.get("row", part.index)
                messages += cell_messages(template, lines, part[column or self.measure])
        return messages


def _typed(values: pd.Series, dtype: str) -> pd.Series:
    """Values in a type; text that is not a number becomes null (checks have run before)."""
    result = values.reset_index(drop=True)
    if dtype == "str":
        return result.astype("str")
    numbers = pd.to_numeric(result)
    return numbers.astype(dtype)


@cache
def _pandera_schema(name: str) -> Any:
    table = TABLES[name]
    checks = []
    if table.measure:
        checks.append(pandera.Check(lambda frame: _status_agrees(frame, table.measure)))
    return pandera.DataFrameSchema({f.name: f.column() for f in table.fields}, checks=checks)


CITY = Field("city_code", "string", "Municipality code", pattern=r"\d{3}")
AREA = Field("area_code", "string", "Postal code area", pattern=r"\d{5}")
YEAR = Field("year", "integer", "Year", minimum=1900, maximum=2100)
RESOURCE = Field("resource", "string", "Raw resource(s) that the row came from, joined by ';'")
STATUS = Field("status", "string", "Whether and why a value is missing", enum=STATUSES)
REASON = Field("reason", "string", "How the source said that it is missing", required=False)
SEX = Field("sex", "string", "Sex", enum=("female", "male"))
EDUCATION = Field("education", "string", "Education", enum=("basic", "secondary", "higher"))
LANGUAGE = Field("language", "string", "Mother tongue", enum=("fi", "sv", "other"))
AGE = Field("age", "number", "Age in years", minimum=15, maximum=120)
AGE_GROUP = Field("age_group", "string", "Age group", enum=("18–29", "30–44", "45–64", "65+"))
WEIGHT = Field("weight", "number", "Weight", minimum=0)

FIGURES = (
    Field("unit_level", "string", "Level of the area", pattern=r"[a-z][a-z0-9_]*"),
    Field("unit_code", "string", "Code of the area", pattern=r"\S+"),
    Field("indicator", "string", "Variable of the publisher, or id of the indicator dictionary"),
    Field("reference_year", "integer", "Year that the figure is about", minimum=1900, maximum=2100),
    Field("release_year", "integer", "Year of publication", False, minimum=1900, maximum=2100),
    Field("group", "string", "Group of persons", pattern=r"\S+"),
    Field("value", "number", "The figure; null unless status is observed", required=False),
    Field("count", "number", "Number of cases behind the figure", required=False),
    Field("denominator", "number", "Population behind the figure", required=False),
    STATUS,
    REASON,
)
UNIT_KEY = ("unit_level", "unit_code", "indicator", "reference_year", "group")

TABLES: dict[str, TableSchema] = {
    table.name: table
    for table in (
        TableSchema(
            "observations",
            "Published figures, one a row",
            (*FIGURES, RESOURCE),
            (*UNIT_KEY, "release_year", "resource"),
            "value",
        ),
        TableSchema(
            "indicator_values",
            "Values of the indicator dictionary, one a unit, year and group",
            (*FIGURES, Field("resource", "string", RESOURCE.description, required=False)),
            UNIT_KEY,
            "value",
        ),
        TableSchema(
            "areas",
            "The fixed key of areas",
            (
                FIGURES[0],
                FIGURES[1],
                Field("name_fi", "string", "Finnish name", required=False),
                Field("name_sv", "string", "Swedish name", required=False),
                Field("city_code", "string", "Municipality of the area", False, pattern=r"\d{3}"),
                Field("boundary", "string", "GeoJSON geometry (WGS 84)", required=False),
                RESOURCE,
            ),
            ("unit_level", "unit_code"),
        ),
        TableSchema(
            "households",
            "Households with equivalised income",
            (
                CITY,
                AREA,
                YEAR,
                Field("unit_id", "string", "Household"),
                WEIGHT,
                Field("person_weight", "number", "Weight times persons", minimum=0),
                Field("stratum", "string", "Sampling stratum"),
                Field("cluster", "string", "Cluster, the same in every year"),
                Field("income", "number", "Disposable income per consumption unit, euro a year"),
                Field("disposable_income", "number", "Disposable income, euro a year"),
                Field("size", "number", "Persons", minimum=1),
                Field("under_14", "number", "Persons under 14", minimum=0),
                Field("equivalence", "number", "Consumption units (modified OECD)", minimum=1),
                AGE,
                AGE_GROUP,
                SEX,
                EDUCATION,
                LANGUAGE,
                RESOURCE,
            ),
            ("city_code", "year", "unit_id"),
        ),
        TableSchema(
            "responses",
            "Survey answers, one a respondent and question",
            (
                CITY,
                AREA,
                YEAR,
                Field("respondent_id", "string", "Respondent"),
                Field("group", "string", "Group", enum=("resident", "participant", "comparison")),
                WEIGHT,
                AGE,
                AGE_GROUP,
                SEX,
                EDUCATION,
                LANGUAGE,
                Field("question", "string", "Question"),
                Field("answer", "number", "Answer", False, minimum=1, maximum=5),
                STATUS,
                REASON,
                RESOURCE,
            ),
            ("city_code", "year", "respondent_id", "question"),
            "answer",
        ),
        TableSchema(
            "cleaning_report",
            "What cleaning did with each raw resource",
            (
                RESOURCE,
                Field("reader", "string", "Reader"),
                Field("table", "string", "Processed table that the rows went to", required=False),
                *(
                    Field(name, "integer", description)
                    for name, description in (
                        ("rows_read", "Rows of the raw file"),
                        ("rows_kept", "Rows of the processed table that have a value"),
                        ("rows_refused", "Raw rows left out, and figures refused by a check"),
                        *((s, f"Rows of the processed table with status {s}") for s in STATUSES),
                    )
                ),
            ),
            ("resource", "table"),
        ),
        TableSchema(
            "cleaning_messages",
            "What cleaning found",
            (
                Field("severity", "string", "Severity", enum=(ERROR, "warning", "note")),
                Field("check", "string", "Kind of finding"),
                Field("resource", "string", "Raw resource", required=False),
                Field("file", "string", "Raw file", required=False),
                Field("row", "integer", "Line of the raw file", required=False),
                Field("column", "string", "Column", required=False),
                Field("value", "string", "What was found", required=False),
                Field("expected", "string", "What was expected", required=False),
                Field("mend", "string", "What to do about it", required=False),
            ),
        ),
    )
}
"""Every table that cleaning writes."""
