"""Reports: papermill runs of the notebooks, checked, published whole and linked from an index.

``run_reports(workspace)`` makes what is missing or outdated; ``run_report`` makes one report.
The names below are fetched when first used, because a notebook needs only the light half:
``reporting.provenance`` and its own report's data.
"""

from importlib import import_module
from typing import Any

_HOME = {
    "run_reports": "skk_analysis.reporting.grid",
    "RunSummary": "skk_analysis.reporting.grid",
    "run_report": "skk_analysis.reporting.grid",
    "Choice": "skk_analysis.reporting.plan",
    "Report": "skk_analysis.reporting.report",
}

__all__ = ["Choice", "Report", "RunSummary", "run_report", "run_reports"]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)
