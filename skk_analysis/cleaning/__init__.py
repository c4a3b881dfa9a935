"""Raw files → processed tables: readers, reasons for missing values, checks, derived values."""

from typing import TYPE_CHECKING

from skk_analysis.cleaning.message import CleaningError, Message
from skk_analysis.on_demand import on_demand

if TYPE_CHECKING:
    from skk_analysis.cleaning.pipeline import CleaningResult, check_raw, clean
    from skk_analysis.cleaning.raw import add_raw
    from skk_analysis.cleaning.readers import READERS

__all__ = [
    "READERS",
    "CleaningError",
    "CleaningResult",
    "Message",
    "add_raw",
    "check_raw",
    "clean",
]

__getattr__ = on_demand(
    __name__,
    {
        "READERS": ".readers",
        "CleaningResult": ".pipeline",
        "add_raw": ".raw",
        "check_raw": ".pipeline",
        "clean": ".pipeline",
    },
)
