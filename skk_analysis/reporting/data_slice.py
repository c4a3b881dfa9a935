"""What one report reads, and the hash of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from functools import cached_property
from pathlib import PurePath
from typing import Any

import numpy as np
import pandas as pd

from skk_analysis.reporting.disclosure.policies import POLICY, policies_of
from skk_analysis.review.disclosure.policy import Policy
from skk_analysis.workspace import Resource

SMALL = 3000
"""Cells of a frame up to which it is quicker to write them out than to hash each column."""


class DataSlice:
    """Base of the frozen dataclasses that hold all that one report reads.

    Nothing outside of a report's slice may change the report: then the digest of the slice tells
    whether the report is current.
    """

    resources: list[Resource]
    """The raw files that the rows come from; their hashes are part of the digest."""
    register: Mapping[str, pd.DataFrame]
    """Tables of the programme register, the rules of disclosure control among them."""

    @cached_property
    def policy(self) -> Policy:
        """The limits below which the report shows nothing: the strictest of its sources."""
        return policies_of(self.register.get(POLICY)).strictest(self.resources)

    @property
    def parameters(self) -> dict[str, Any]:
        """The report's parameters, the language excepted, as the grid knows them."""
        raise NotImplementedError

    @cached_property
    def _digest(self) -> str:
        total = hashlib.sha256()
        for part in _parts(self):
            total.update(len(part).to_bytes(8, "big") + part)
        return total.hexdigest()

    def digest(self) -> str:
        """Hash of everything in the slice.

        Raises
        ------
        TypeError
            If a field holds something whose content cannot be told.
        """
        return self._digest


def _parts(value: Any) -> Iterator[bytes]:
    """The content of a value, piece by piece; equal contents give equal pieces."""
    if isinstance(value, pd.DataFrame):
        yield repr([*value.columns, *map(str, value.dtypes)]).encode()
        if value.size < SMALL:
            yield repr((value.index.tolist(), value.to_numpy(dtype=object).tolist())).encode()
            return
        hashes = pd.util.hash_pandas_object(value, index=True, categorize=False)
        yield hashes.to_numpy().tobytes()
    elif isinstance(value, pd.Series | pd.Index):
        yield from _parts(value.to_frame())
    elif isinstance(value, np.ndarray):
        yield repr((value.shape, value.dtype.str)).encode()
        yield repr(value.tolist()).encode() if value.dtype == object else value.tobytes()
    elif is_dataclass(value) and not isinstance(value, type):
        yield type(value).__name__.encode()
        for field in fields(value):
            yield field.name.encode()
            yield from _parts(getattr(value, field.name))
    elif isinstance(value, Mapping):
        for key in sorted(value, key=repr):
            yield repr(key).encode()
            yield from _parts(value[key])
    elif isinstance(value, list | tuple):
        yield repr((type(value).__name__, len(value))).encode()
        for item in value:
            yield from _parts(item)
    elif isinstance(value, set | frozenset):
        yield repr(sorted(value, key=repr)).encode()
    elif value is None or isinstance(value, str | bytes | int | float | np.generic | PurePath):
        yield repr(value).encode()
    else:
        raise TypeError(f"a {type(value).__name__} in a report's data has no digest: {value!r:.80}")
