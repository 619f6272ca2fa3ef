"""A power cut: of a database's file, only what had been written to the disk is left."""

import os
from pathlib import Path

import pytest

from storage.database import Database


class Disk:
    """What the disk has for sure of a file of SQLite and of its log; a server sees to its own."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, database: Database) -> None:
        self._files = [database.path, Path(f"{database.path}-wal")] if database.is_file else []
        self._sync = os.fsync
        monkeypatch.setattr(os, "fsync", self._synced)
        self._write()

    def _synced(self, number: int) -> None:
        self._sync(number)
        if Path(f"/proc/self/fd/{number}").resolve() in self._files:
            self._write()

    def _write(self) -> None:
        self._kept = [each.read_bytes() if each.exists() else b"" for each in self._files]

    def after_a_power_cut(self, url: str, path: Path) -> str:
        """Return the URL of what is left of a database, which is written to `path`."""
        if not self._files:
            return url
        for each, content in zip((path, Path(f"{path}-wal")), self._kept, strict=True):
            each.write_bytes(content)
        return f"sqlite+aiosqlite:///{path}"
