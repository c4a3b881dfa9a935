"""Under which type a notebook holds a table's cells as data; here, so that it costs no import."""

RESOURCE = "application/vnd.dataresource+json"
"""A tabular data resource (Frictionless), which Jupyter knows as a kind of output."""
