"""The phenomenon canvas (ilmiökanvas): configurable fields, what is written and what is not."""

from __future__ import annotations

import pandas as pd

__all__ = ["canvas_completeness", "canvas_fields", "canvas_page"]

TEXTS = ("text_fi", "text_sv", "text_en")


def canvas_fields(fields: pd.DataFrame) -> pd.DataFrame:
    """The canvas' fields in their order.

    Parameters
    ----------
    fields : the register's table `canvas_fields`: key, order, name_fi, name_sv, name_en

    Raises
    ------
    ValueError
        If a key occurs twice or an order is not a number.
    """
    order = pd.to_numeric(fields["order"], errors="coerce")
    if order.isna().any():
        row = fields[order.isna()].iloc[0]
        raise ValueError(
            f"canvas_fields: the order of {row['key']!r} is {row['order']!r}, not a number"
        )
    twice = fields.loc[fields["key"].duplicated(), "key"]
    if len(twice):
        raise ValueError(f"canvas_fields: the field {twice.iloc[0]!r} is there twice")
    places = order.sort_values(kind="stable").index
    return fields.loc[places].reset_index(drop=True)


def canvas_page(
    fields: pd.DataFrame, canvas: pd.DataFrame, *, city: str, experiment: str = ""
) -> pd.DataFrame:
    """One canvas, a row a field of the configuration.

    Parameters
    ----------
    fields, canvas : the register's tables
    city : municipality code
    experiment : id; empty = the city's own canvas

    Returns
    -------
    DataFrame
        key, name_fi, name_sv, name_en, text_fi, text_sv, text_en, filled.  ``filled`` means that
        something is written, whatever the register's own column says.
    """
    ordered = canvas_fields(fields)
    mine = canvas[(canvas["city_code"] == city) & (canvas["experiment"] == experiment)]
    mine = mine.drop_duplicates("field", keep="last").set_index("field")
    texts = [c for c in TEXTS if c in mine.columns]
    page = ordered[["key", "name_fi", "name_sv", "name_en"]].copy()
    for column in TEXTS:
        written = mine[column].to_dict() if column in texts else {}
        page[column] = [str(written.get(key, "")).strip() for key in page["key"]]
    return page.assign(filled=(page[list(TEXTS)] != "").any(axis=1))


def canvas_completeness(fields: pd.DataFrame, canvas: pd.DataFrame) -> pd.DataFrame:
    """How complete every canvas is.

    Returns
    -------
    DataFrame
        city_code, experiment, filled, fields, share, empty (keys joined by ``;``), unknown (fields
        of the canvas that the configuration does not have), contradicted (fields whose column
        ``filled`` says otherwise than the text).
    """
    known = set(fields["key"])
    rows = []
    for (city, experiment), mine in canvas.groupby(["city_code", "experiment"], sort=False):
        if not (unknown := set(mine["field"]) - known) < set(mine["field"]):
            continue  # a city's problem statement is no canvas
        page = canvas_page(fields, canvas, city=city, experiment=experiment)
        said = dict(zip(mine["field"], mine["filled"], strict=True)) if "filled" in mine else {}
        claims = pd.Series([said.get(key, "") for key in page["key"]], index=page.index)
        wrong = page.loc[(claims == "yes") & ~page["filled"] | (claims == "no") & page["filled"]]
        rows.append(
            {
                "city_code": city,
                "experiment": experiment,
                "filled": int(page["filled"].sum()),
                "fields": len(page),
                "share": float(page["filled"].mean()),
                "empty": ";".join(page.loc[~page["filled"], "key"]),
                "unknown": ";".join(sorted(unknown)),
                "contradicted": ";".join(wrong["key"]),
            }
        )
    columns = [
        "city_code", "experiment", "filled", "fields", "share", "empty", "unknown", "contradicted",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)
