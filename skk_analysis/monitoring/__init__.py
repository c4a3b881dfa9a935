"""Monitoring: the programme register read, checked and turned into tables."""

from skk_analysis.monitoring.check import check, check_files

__all__ = ["check", "check_files"]
