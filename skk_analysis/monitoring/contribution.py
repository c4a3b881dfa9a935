"""Why and for whom: context–mechanism–outcome lines, and claims with their rivals."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from skk_analysis.monitoring.typed import require_columns

__all__ = ["CLAIM_STATES", "RIVAL_STATES", "contribution_claims"]

RIVAL_STATES = ("ruled_out", "weakened", "open")
CLAIM_STATES = ("supported", "open", "opinion", "no_rival")
"""Evidence for it and every rival answered; a rival open or evidence against; only what
participants think; no rival named, so that it is no contribution claim yet."""

OPINION, DATA = "opinion", "data"


def contribution_claims(
    claims: pd.DataFrame, directions: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """Return the contribution claims with the state that their evidence allows.

    Parameters
    ----------
    claims : DataFrame
        The register's table ``contributions``: experiment, claim_*, evidence_kind (``data``,
        ``document`` or ``opinion``), evidence_for_*, evidence_against_*, rival_*, rival_state (one
        of :data:`RIVAL_STATES`).
    directions : mapping, optional
        Experiment to ``favourable``, ``unfavourable`` or ``open``: a claim that rests on data
        whose experiment has no clear result stays open, whatever is written of it.

    Returns
    -------
    DataFrame
        The rows with ``state``, one of :data:`CLAIM_STATES`.

    Raises
    ------
    ValueError
        On a state of a rival that does not exist.

    References
    ----------
    Mayne (2012), *Evaluation* 18, 270–280: opinion alone is no evidence, and a claim stands only
    beside its rival explanations.
    """
    require_columns(claims, "contributions", "experiment", "evidence_kind", "rival_state")
    odd = [cell for cell in claims["rival_state"] if cell and cell not in RIVAL_STATES]
    if odd:
        raise ValueError(
            f"register table 'contributions': rival_state is {odd[0]!r}; use one of "
            f"{', '.join(RIVAL_STATES)}"
        )
    states = [_state(row) for _, row in claims.iterrows()]
    if directions is not None:
        clear = claims["experiment"].map(directions).isin(["favourable", "unfavourable"])
        rests = claims["evidence_kind"] == DATA
        states = [
            "open" if state == "supported" and on_data and not told else state
            for state, on_data, told in zip(states, rests, clear, strict=True)
        ]
    return claims.assign(state=states)


def _state(row: pd.Series) -> str:
    if not _written(row, "rival_") or not row["rival_state"]:
        return "no_rival"
    if row["evidence_kind"] == OPINION or not _written(row, "evidence_for"):
        return "opinion"
    settled = row["rival_state"] == "ruled_out" and not _written(row, "evidence_against")
    return "supported" if settled else "open"


def _written(row: pd.Series, field: str) -> bool:
    names = [name for name in row.index if name.startswith(field) and name != "rival_state"]
    return any(row[name] for name in names)
