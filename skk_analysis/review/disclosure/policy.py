"""The limits below which a number is not published: data, one policy per source."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields

__all__ = ["Policy", "strictest"]

YES, NO = ("1", "true", "yes", "kyllä", "ja"), ("0", "false", "no", "ei", "nej")
LOOSEST_WINS = ("dominance_share",)  # of these limits the smallest value hides most
PERMISSIONS = ("show_extremes",)  # true allows more


@dataclass(frozen=True)
class Policy:
    """The limits of one source of data.

    Parameters
    ----------
    source : str
        Whose rule it is; the default is used where a source states none.
    minimum_count : int, default 5
        Smallest count of persons that is shown: 1 … ``minimum_count`` − 1 are hidden.
    minimum_denominator : int, default 30
        Smallest denominator of a shown rate.
    minimum_persons : int, default 10
        Fewest persons behind a mean, median, quantile or sum.
    minimum_index_persons : int, default 30
        Fewest persons behind an inequality index and the like.
    dominance_n, dominance_share : int, float, default 2, 0.85
        The (n, k) rule: a sum is hidden when its n largest contributions exceed this share of it.
    p_percent : float, default 10
        The p % rule: a sum is hidden when the second largest contributor can estimate the largest
        contribution to within p per cent.
    group_zero : bool, default True
        Whether "nobody in the group" and "everybody in the group" are hidden too.
    minimum_group : int, default 10
        Participants of an experiment under which the group is described in words only.
    show_extremes : bool, default False
        Whether single minima and maxima may be shown.

    Raises
    ------
    ValueError
        If a limit is outside its range.

    Notes
    -----
    The defaults are those of the programme (``programme.md`` §11.2).  The rules are defined in
    Hundepool et al. (2012), *Statistical Disclosure Control*, Wiley, ch. 4 (magnitudes) and 5
    (frequencies).

    Examples
    --------
    >>> Policy(source="thl", minimum_count=10).minimum_denominator
    30
    """

    source: str = "default"
    minimum_count: int = 5
    minimum_denominator: int = 30
    minimum_persons: int = 10
    minimum_index_persons: int = 30
    dominance_n: int = 2
    dominance_share: float = 0.85
    p_percent: float = 10.0
    group_zero: bool = True
    minimum_group: int = 10
    show_extremes: bool = False

    def __post_init__(self) -> None:
        for name, value in self.limits().items():
            problem = _problem(name, value)
            if problem:
                raise ValueError(f"policy {self.source!r}: {name} is {value!r}; {problem}")

    def limits(self) -> dict[str, int | float | bool]:
        """Return the rules by name, without the source."""
        return {f.name: getattr(self, f.name) for f in fields(self) if f.name != "source"}

    @classmethod
    def from_rows(
        cls, rows: Iterable[Mapping[str, object]], *, also: Iterable[str] = (), first_row: int = 2
    ) -> dict[str, Policy]:
        """Return the policies of a register table by source.

        Parameters
        ----------
        rows : iterable of mappings
            One source a row, values as text; an empty cell is the default.
        also : iterable of str
            Columns of the table that are no limits (notes, links) and are passed over.
        first_row : int, default 2
            The number of the first row in the file, for messages.

        Raises
        ------
        ValueError
            With row, column, value and mend: an unknown column, a source missing or given twice,
            a value that is no number, a limit outside its range.
        """
        kinds = {name: type(value) for name, value in cls().limits().items()}
        found: dict[str, Policy] = {}
        for number, row in enumerate(rows, start=first_row):
            source = str(row.get("source") or "").strip()
            if not source or source in found:
                wrong = (
                    "is given twice: keep one row" if source else "is empty: name whose rule it is"
                )
                raise ValueError(f"row {number}, column 'source': {source!r} {wrong}")
            given: dict[str, int | float | bool] = {}
            for column, cell in row.items():
                text = "" if cell is None or cell != cell else str(cell).strip()
                if column == "source" or column in also or (column in kinds and not text):
                    continue
                place = f"row {number} (source {source!r}), column {column!r}"
                if column not in kinds:
                    raise ValueError(f"{place}: not a rule; the rules are {', '.join(kinds)}")
                given[column] = _parsed(text, kinds[column], place)
                problem = _problem(column, given[column])
                if problem:
                    raise ValueError(f"{place}: {text!r}; {problem}")
            found[source] = cls(source, **given)  # type: ignore[arg-type]
        return found


def strictest(policies: Iterable[Policy]) -> Policy:
    """Return the policy that hides, rule by rule, whatever one of the policies hides.

    Parameters
    ----------
    policies : iterable of Policy
        Those of the sources that meet in a table; at least one.

    Raises
    ------
    ValueError
        If there is none.

    Examples
    --------
    >>> strictest([Policy("a", minimum_count=3), Policy("b", dominance_share=0.7)]).minimum_count
    5
    """
    several = list(dict.fromkeys(policies))
    if not several:
        raise ValueError("no policy given; pass at least Policy(), the default")
    if len(several) == 1:
        return several[0]
    limits = {
        name: (min if name in LOOSEST_WINS + PERMISSIONS else max)(
            getattr(p, name) for p in several
        )
        for name in several[0].limits()
    }
    return Policy(" + ".join(dict.fromkeys(p.source for p in several)), **limits)


def _problem(name: str, value: float) -> str:
    if name == "dominance_share":
        return "" if 0 < value <= 1 else "give a share above 0 and at most 1, such as 0.85"
    if name == "p_percent":
        return "" if 0 <= value < float("inf") else "give a percentage of at least 0, such as 10"
    if name in ("group_zero", "show_extremes"):
        return "" if isinstance(value, bool) else "give yes or no"
    good = isinstance(value, int) and not isinstance(value, bool) and value >= 1
    return "" if good else "give a whole number of at least 1"


def _parsed(text: str, kind: type, place: str) -> int | float | bool:
    if kind is bool:
        if text.lower() not in YES + NO:
            raise ValueError(f"{place}: {text!r}; write yes or no")
        return text.lower() in YES
    try:
        return kind(text.replace(",", "."))
    except ValueError:
        what = "a whole number" if kind is int else "a number"
        raise ValueError(f"{place}: {text!r} is not {what}; write it in digits") from None
