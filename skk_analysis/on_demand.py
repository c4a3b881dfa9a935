"""Names of a package that are imported when they are first asked for.

Who wants a package's light half then doesn't wait for what draws, writes or cleans.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def on_demand(package: str, homes: Mapping[str, str]) -> Callable[[str], Any]:
    """Return what a package uses as its ``__getattr__``.

    Parameters
    ----------
    package : its ``__name__``
    homes : by name, the module of the package that has it, such as ``.report``
    """

    def fetch(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(homes[name], package), name)

    return fetch
