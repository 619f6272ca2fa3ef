"""Sparse rows in numpy: what a few operations on term weights need of a sparse matrix."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Columns = NDArray[np.uint32]
Places = NDArray[np.int64]

_AT_ONCE = 500_000
"""Products of entries made at a time: about 25 MB."""


@dataclass(frozen=True, slots=True)
class Rows:
    """A sparse matrix, row by row; the columns of each row ascend."""

    starts: Places
    """Where each row begins in the other two, and where the last one ends: one more than rows."""
    columns: Columns
    values: Floats

    def __len__(self) -> int:
        return len(self.starts) - 1

    @classmethod
    def of(cls, rows: Sequence[tuple[Columns, Floats]]) -> "Rows":
        """Return the rows of pairs (columns, values)."""
        ends = np.cumsum([0, *(len(columns) for columns, _ in rows)])
        columns = [columns for columns, _ in rows]
        values = [values for _, values in rows]
        return cls(
            ends.astype(np.int64),
            np.concatenate(columns) if columns else np.empty(0, np.uint32),
            np.concatenate(values) if values else np.empty(0, np.float32),
        )

    @property
    def owners(self) -> Places:
        """The row of each entry."""
        return np.repeat(np.arange(len(self)), np.diff(self.starts))

    def row(self, place: int) -> tuple[Columns, Floats]:
        """Return the columns and values of one row."""
        part = slice(int(self.starts[place]), int(self.starts[place + 1]))
        return self.columns[part], self.values[part]

    def take(self, places: Places) -> "Rows":
        """Return the rows at the places, in their order."""
        lengths = np.diff(self.starts)[places]
        ends = np.cumsum(lengths)
        at = np.arange(int(lengths.sum())) + np.repeat(
            self.starts[places] - (ends - lengths), lengths
        )
        return Rows(np.append(0, ends), self.columns[at], self.values[at])

    def joined(self, others: "Rows") -> "Rows":
        """Return these rows and then the others."""
        return Rows(
            np.append(self.starts, others.starts[1:] + self.starts[-1]),
            np.append(self.columns, others.columns),
            np.append(self.values, others.values),
        )

    def scaled(self, factors: Floats) -> "Rows":
        """Return the rows with each entry multiplied, scaled to length 1; empty rows stay empty."""
        values = self.values * factors
        squares = np.bincount(self.owners, values.astype(np.float64) ** 2, len(self))
        lengths = np.sqrt(np.maximum(squares, np.finfo(np.float32).tiny)).astype(np.float32)
        return Rows(self.starts, self.columns, values / np.repeat(lengths, np.diff(self.starts)))

    def dot(self, columns: Columns, values: Floats) -> Floats:
        """Return the product of each row with one vector, whose columns ascend."""
        products = self.values * looked_up(columns, values, self.columns, np.float32(0))
        return np.bincount(self.owners, products, len(self)).astype(np.float32)

    def gram(self) -> Floats:
        """Return the product of each row with each, by a dense matrix: for some hundred rows."""
        known, at = np.unique(self.columns, return_inverse=True)
        dense = np.zeros((len(self), len(known)), dtype=np.float32)
        dense[self.owners, at] = self.values
        return dense @ dense.T

    def products(self, others: "Rows") -> Floats:
        """Return the product of each row with each other one, (len(self), len(others))."""
        found = np.zeros((len(self), len(others)), dtype=np.float32)
        owner = self.owners
        order = np.argsort(others.columns, kind="stable")
        known, owners, values = others.columns[order], others.owners[order], others.values[order]
        begins = np.searchsorted(known, self.columns, side="left")
        ends = np.searchsorted(known, self.columns, side="right")
        lengths: Places = (ends - begins).astype(np.int64)
        before: Places = np.append(0, np.cumsum(lengths)).astype(np.int64)[self.starts]
        first = 0
        while first < len(self):
            room = int(before[first]) + _AT_ONCE
            last = max(int(np.searchsorted(before, room, side="right")) - 1, first + 1)
            part = slice(int(self.starts[first]), int(self.starts[last]))
            some = lengths[part]
            rows = np.repeat(owner[part] - first, some)
            before_each = np.cumsum(some) - some
            at = np.arange(len(rows)) + np.repeat(begins[part] - before_each, some)
            products = values[at] * np.repeat(self.values[part], some)
            cells = rows * len(others) + owners[at]
            counted = np.bincount(cells, products, (last - first) * len(others))
            found[first:last] = counted.reshape(last - first, len(others))
            first = last
        return found


def looked_up(columns: Columns, values: Floats, asked: Columns, default: np.float32) -> Floats:
    """Return the value of each asked column, `default` where the ascending columns lack it."""
    if not len(columns):
        return np.full(len(asked), default)
    at = np.minimum(np.searchsorted(columns, asked), len(columns) - 1)
    return np.where(columns[at] == asked, values[at], default)
