"""Review and sign-off of published reports: files, pages and the ledger brought together.

What may be decided and where a report stands is worked out in `skk_analysis.review`; here its
answers meet the reports that lie on the site.
"""
