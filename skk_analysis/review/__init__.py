"""What reviewers need: disclosure control, machine checks, the ledger of decisions, differences.

Nothing here makes a report or a page: the rooms work on records, results and texts, and
`skk_analysis.reporting` shows what they find.
"""
