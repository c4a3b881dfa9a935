"""Makings of reports wherever they lie: on a site, in a copy of one, in a release."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

from skk_analysis.reporting.differences import Folder, making_of
from skk_analysis.reporting.report import RECORD
from skk_analysis.review.differences import Difference, compare
from skk_analysis.workspace import SkkError, Workspace

SHOWN = 20
"""Differences of one sort that are printed unless all are asked for."""


def differences_between(
    old: str, new: str, workspace: Workspace
) -> Iterator[tuple[str, Difference | str]]:
    """What changed between two places, report by report.

    Parameters
    ----------
    old, new : a report's folder, a site or a workspace, a release's zip, or the run id of a report
        on the workspace's site
    workspace : where run ids are looked up

    Yields
    ------
    tuple
        Folder of the report and the difference, or ``"added"`` or ``"removed"``.

    Raises
    ------
    SkkError
        If a place holds no report.
    """
    before, after = reports_at(old, workspace), reports_at(new, workspace)
    if len(before) == len(after) == 1:  # two reports are compared whatever they are called
        [(_, one)], [(name, other)] = before.items(), after.items()
        yield name, compare(making_of(one), making_of(other))
        return
    for name in sorted({*before, *after}):
        if name not in after:
            yield name, "removed"
        elif name not in before:
            yield name, "added"
        else:
            yield name, compare(making_of(before[name]), making_of(after[name]))


def reports_at(place: str, workspace: Workspace) -> dict[str, Folder]:
    """The report folders at a place, by their path below it.

    Raises
    ------
    SkkError
        If there are none.
    """
    path = Path(place)
    if path.is_file() and zipfile.is_zipfile(path):
        root = zipfile.Path(path)
        names = [n for n in root.root.namelist() if n.endswith(f"/{RECORD}")]
        found: dict[str, Folder] = {n.removesuffix(f"/{RECORD}"): root / n.removesuffix(RECORD)
                                    for n in sorted(names)}  # fmt: skip
    elif path.exists():
        found = dict(_below(path if path.is_dir() else path.parent))
    else:
        found = dict(_of_run(place, workspace))
    if not found:
        raise SkkError(
            f"{place!r} is no report, site, workspace or release, and no run id of a report in "
            f"{workspace.reports}. A run id stands at the foot of each report."
        )
    return found


def told(name: str, found: Difference | str, shown: int | None = SHOWN) -> str:
    """A difference in lines for a terminal."""
    if isinstance(found, str):
        return f"{name}: {found}"
    if not (found.changes_content or found.ingredients):
        return f"{name}: the same"
    content = "changed" if found.changes_content else "the same numbers, words and figures"
    why = f" (because of: {', '.join(found.reasons)})" if found.reasons else ""
    lines = [f"{name}: {content}{why}"]
    numbers = [
        f"{one.id}: {_value(one.before)} → {_value(one.after)}"
        + (f", weight {one.weight:.3g}" if one.weight > 0 else "")
        for one in found.numbers
    ]
    lists = {
        "verdicts": list(map(str, found.verdicts)),
        "numbers, the weightiest first (difference over margin of error, else over size)": numbers,
        "texts": list(map(str, found.texts)),
        "figures": list(map(str, found.figures)),
        "ingredients": list(map(str, found.ingredients)),
    }
    for title, all_ in lists.items():
        if all_:
            lines.append(f"  {len(all_)} {title}:")
            lines += [f"    {one}" for one in all_[:shown]]
            left = len(all_[shown:]) if shown is not None else 0
            lines += [f"    … and {left} more"] if left else []
    return "\n".join(lines)


def _value(record: object) -> str:
    if not isinstance(record, dict):
        return "none"
    value, lower, upper = (record.get(key) for key in ("value", "lower", "upper"))
    shown = f"{value:.6g}" if isinstance(value, float) else str(value)
    return shown if lower is None or upper is None else f"{shown} [{lower:.6g}, {upper:.6g}]"


def _below(folder: Path) -> Iterator[tuple[str, Folder]]:
    if (folder / RECORD).is_file():
        yield folder.name, folder
        return
    site = folder / "reports" if (folder / "reports").is_dir() else folder
    for record in sorted(site.glob(f"*/*/*/{RECORD}")):
        yield record.parent.relative_to(site).as_posix(), record.parent


def _of_run(run_id: str, workspace: Workspace) -> Iterator[tuple[str, Folder]]:
    for record in sorted(workspace.reports.glob(f"*/*/*/{RECORD}")):
        try:
            if json.loads(record.read_text("utf-8"))["run_id"] == run_id:
                yield record.parent.relative_to(workspace.reports).as_posix(), record.parent
        except (OSError, ValueError, KeyError, TypeError):
            continue
