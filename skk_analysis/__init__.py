"""Impact evaluation of the programme Sosiaalisesti kestävät kaupungit.

``import skk_analysis as skk`` is cheap: the names are fetched when first used.  Which they are is
written once, in the ``__all__`` of the packages that offer them, and read there without importing.
"""

from functools import cache
from importlib import import_module

__version__ = "0.1.0"

_SOME = {
    "workspace": ("SkkError", "Workspace"),
    "estimate": ("Estimate", "as_estimate", "combine"),
    "monitoring": ("intraclass_correlation", "krippendorff_alpha", "weighted_kappa"),
}
_ALL = ("metrics", "impact", "synthesis")
"""Packages of which everything in ``__all__`` is to be had here too."""


@cache
def _homes() -> dict[str, str]:
    """Return the module of each name."""
    offered = _SOME | {package: _listed(package) for package in _ALL}
    return {name: module for module, names in offered.items() for name in names}


def _listed(package: str) -> list[str]:
    """Return a package's ``__all__``, from its source."""
    import ast
    from pathlib import Path

    source = Path(__file__).with_name(package) / "__init__.py"
    for node in ast.parse(source.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return ast.literal_eval(node.value)
    raise ImportError(f"{source} has no list __all__")


def __getattr__(name: str):
    if name == "__all__":
        return ["__version__", *_homes()]
    if name.startswith("_") or name not in _homes():
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_homes()[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(["__version__", *_homes()])
