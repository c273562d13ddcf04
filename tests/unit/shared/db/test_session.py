import asyncpg
import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from shared.db.session import is_database_away


class _Told(Exception):
    def __init__(self, sqlstate: str | None) -> None:
        super().__init__(sqlstate)
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    "trouble",
    [
        asyncpg.CannotConnectNowError("the database system is starting up"),
        asyncpg.TooManyConnectionsError("sorry, too many clients already"),
        DBAPIError("SELECT 1", None, _Told("57P01")),
        DBAPIError("SELECT 1", None, _Told("40P01")),
        DBAPIError("SELECT 1", None, _Told(None), connection_invalidated=True),
        PoolTimeout("QueuePool limit reached"),
        ConnectionRefusedError(111, "Connect call failed"),
    ],
)
def test_trouble_that_passes_is_waited_for(trouble: Exception) -> None:
    assert is_database_away(trouble)


@pytest.mark.parametrize(
    "trouble",
    [
        IntegrityError("INSERT", None, _Told("23505")),
        DBAPIError("INSERT", None, _Told("22P05")),  # a character that jsonb cannot hold
        DBAPIError("SELECT", None, _Told(None)),
        asyncpg.UndefinedTableError("relation does not exist"),
        FileNotFoundError(2, "No such file"),
        ZeroDivisionError(),
    ],
)
def test_a_statement_that_can_never_work_is_not_tried_for_ever(trouble: Exception) -> None:
    assert not is_database_away(trouble)
