"""What an operator sets."""

from pathlib import Path

import pytest
from sqlalchemy import make_url

from bot.settings import load_settings
from storage.database_file import DatabaseError

SERVER = "postgresql+asyncpg://paperboy@database/paperboy"


def test_the_passwords_file_is_as_good_as_a_password_in_the_url(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("p@ss:w/rd\n")
    settings = load_settings(_env_file=None, database_url=SERVER, database_password_file=file)
    found = make_url(settings.database_url)
    assert (found.password, found.host, found.username) == ("p@ss:w/rd", "database", "paperboy")
    without = load_settings(_env_file=None, database_url=SERVER)
    assert without.database_url == SERVER


def test_a_passwords_file_that_cannot_be_used_is_named_and_no_password(tmp_path: Path) -> None:
    file = tmp_path / "password"
    with pytest.raises(DatabaseError, match="password can't be read: No such file"):
        load_settings(_env_file=None, database_url=SERVER, database_password_file=file)
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(DatabaseError, match="it isn't a text file"):
        load_settings(_env_file=None, database_url=SERVER, database_password_file=file)
    with pytest.raises(DatabaseError, match="is for a PostgreSQL server"):
        load_settings(
            _env_file=None, database_url="sqlite:///paperboy.db", database_password_file=file
        )
