"""Disclosure control of the reports: what is hidden before a report reads its data, the gate that a
finished report passes, and the record of what left the house.

The algorithms are those of `skk_analysis.review.disclosure`; here they meet the workspace.
"""
