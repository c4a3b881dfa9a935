"""Reports: papermill runs of the notebooks, checked, published whole and linked from an index.

``run_reports(workspace)`` makes what is missing or outdated; ``run_report`` makes one report.
A notebook needs only the light half: ``reporting.provenance`` and its own report's data.
"""

from skk_analysis.on_demand import on_demand

__all__ = ["Choice", "Report", "RunSummary", "run_report", "run_reports"]

__getattr__ = on_demand(
    __name__,
    {
        "run_reports": ".grid",
        "RunSummary": ".grid",
        "run_report": ".grid",
        "Choice": ".plan",
        "Report": ".report",
    },
)
