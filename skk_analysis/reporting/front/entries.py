"""What the site's pages tell of each subject: its reports, their states, and what they found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from skk_analysis.language import LANGUAGES, date, text
from skk_analysis.programme import City
from skk_analysis.reporting.card import Card
from skk_analysis.reporting.failure_words import failure_words
from skk_analysis.reporting.kinds import Kind, Subject
from skk_analysis.reporting.report import PAGE, Record, State
from skk_analysis.reporting.runner import Order
from skk_analysis.reporting.signoff.statuses import statuses

FAILURE_SHOWN = 300
"""Characters of the message of a failed report."""


@dataclass(frozen=True)
class Edition:
    """A subject's report in one language.

    Parameters
    ----------
    language : of the report
    state : against what would be made now
    record : of the report that is there, None if there is none
    message : why the latest run gave none
    folder : relative to the site
    card : what it found, in short
    standing : ``draft``, ``in_review``, ``approved`` or ``void``; ``""`` where no report is
    """

    language: str
    state: State
    record: Record | None
    message: str
    folder: str
    card: Card
    standing: str = ""

    @property
    def address(self) -> str:
        """Of its page, relative to the site; ``""`` if there is none."""
        return f"{self.folder}/{PAGE}" if self.record else ""


@dataclass(frozen=True)
class Entry:
    """A subject with its editions, one of them at least.

    Parameters
    ----------
    kind, subject : what is reported on
    editions : by language, in the order of the languages
    """

    kind: Kind
    subject: Subject
    editions: Mapping[str, Edition] = field(hash=False)

    @property
    def city(self) -> City | None:
        """The city that it is about, if it is about one."""
        return self.subject.city

    @property
    def anchor(self) -> str:
        """Its id on a page."""
        return "-".join(self.subject.folder)

    @property
    def year(self) -> int | None:
        """The year that it is about, if it is about one."""
        return self.subject.parameters.get("year")

    def title(self, language: str) -> str:
        """Its name in full."""
        own = self.subject.title(language)
        if self.city is None:
            return f"{text(f'index.kind_{self.kind.name}', language)} {own}"
        if self.year is not None:
            return f"{self.city.name(language)} {own}"
        return f"{own} ({self.city.name(language)})"

    def edition(self, language: str) -> Edition:
        """The edition that is shown to who reads this language: one that is there if any is."""
        order = [language, *LANGUAGES]
        listed = [self.editions[name] for name in order if name in self.editions]
        return next((one for one in listed if one.record), listed[0])

    def shown(self, language: str) -> dict[str, Any]:
        """All that a template prints of it."""
        edition = self.edition(language)
        record = edition.record
        others = [
            one for one in self.editions.values() if one.record and one.language != edition.language
        ]
        return {
            "anchor": self.anchor,
            "title": self.title(language),
            "year": self.subject.title(language),
            "address": edition.address,
            "language": edition.language,
            "foreign": edition.language != language,
            "state": str(edition.state),
            "standing": edition.standing,
            "earlier": edition.state is State.FAILED and record is not None,
            "failure": failure_words(edition.message, language),
            "message": edition.message[:FAILURE_SHOWN],
            "data_date": date(record.data_date, language) if record and record.data_date else "",
            "run_id": record.run_id if record else "",
            "lines": edition.card.lines,
            "others": [{"language": o.language, "address": o.address} for o in others],
        }


def entries(orders: Sequence[Order]) -> list[Entry]:
    """The subjects of the orders, in their order, as their reports lie there now."""
    standings = _standings(orders)
    found = []
    for (kind, subject), group in groupby(orders, lambda o: (o.report.kind, o.report.subject)):
        editions = {
            order.report.language: _edition(order, standings.get(order.report.path.as_posix(), ""))
            for order in group
        }
        found.append(Entry(kind, subject, editions))
    return found


def _edition(order: Order, standing: str) -> Edition:
    report = order.report
    state, record, failure = report.standing(order.run_id)
    return Edition(
        report.language,
        state,
        record,
        failure.message if failure and state is State.FAILED else "",
        report.path.as_posix(),
        Card.of(report.folder) if record else Card(),
        standing if record else "",
    )


def _standings(orders: Sequence[Order]) -> dict[str, str]:
    """Where each report stands by the ledger, by its folder."""
    if not orders:
        return {}
    reports = [order.report for order in orders]
    found = statuses(reports[0].workspace, reports)
    return {report.path.as_posix(): str(status.standing) for report, status in found.items()}
