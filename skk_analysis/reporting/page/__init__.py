"""Pages: HTML made from an executed notebook, complete in one file, readable by everybody.

`exporter.report_page` makes a report, `shell.page` any page; nothing is imported here, because the
index needs no nbconvert.
"""
