"""A release: approved reports in one zip, for the collaboration platform and as open data.

Only what was made to be read leaves: pages, PDF if there is one, numbers, downloads with figures
also as PNG, checks, decisions of the ledger without discussion, and a manifest. Notebooks with
code, run records with times, review pages and logs stay. Every file that leaves is a companion that
the report's own gate has passed, or made of such.
"""
