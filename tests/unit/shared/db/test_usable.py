"""Which trouble with a database a person has to mend."""

import socket

import pytest
from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError

from shared.db.usable import why_unusable
from shared.errors import Unusable

URL = make_url("postgresql://someone:hidden@db.example:5432/captions")


class _Told(Exception):
    def __init__(self, sqlstate: str | None) -> None:
        super().__init__(sqlstate)
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("error", "code", "named"),
    [
        (_Told("28P01"), "database_login_refused", ("someone", "db.example")),
        (_Told("28000"), "database_login_refused", ("someone", "db.example")),
        (_Told("3D000"), "database_missing", ("captions", "db.example")),
        (_Told("42P01"), "database_not_migrated", ("captions",)),
        (DBAPIError("SELECT", None, _Told("42P01")), "database_not_migrated", ("captions",)),
        (socket.gaierror(socket.EAI_NONAME, "unknown"), "database_host_unknown", ("db.example",)),
    ],
)
def test_what_a_person_has_to_mend_is_named_without_the_password(
    error: Exception, code: str, named: tuple[str, ...]
) -> None:
    found = why_unusable(error, URL)

    assert isinstance(found, Unusable)
    assert found.code == code
    assert all(name in str(found) for name in named)
    assert "hidden" not in str(found)


@pytest.mark.parametrize(
    "error",
    [
        _Told("57P03"),
        _Told(None),
        DBAPIError("SELECT", None, _Told("42703")),
        socket.gaierror(socket.EAI_AGAIN, "try again"),
        OSError(111, "refused"),
    ],
)
def test_other_trouble_is_for_nobody_to_mend(error: Exception) -> None:
    assert why_unusable(error, URL) is None


def test_a_server_without_a_host_is_on_this_machine() -> None:
    assert "this machine" in str(why_unusable(_Told("3D000"), make_url("postgresql:///captions")))
