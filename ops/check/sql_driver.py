"""Asks the read-only SQL endpoint as a BI tool's driver does, with psycopg: values in text and in binary, prepared statements, types, refusals.

    python3 -m venv v && v/bin/pip install 'psycopg[binary]'
    PGPASSWORD=qd_… v/bin/python ops/check/sql_driver.py 127.0.0.1 5433 auditor

Ends with 1 at the first thing that is not as it should be.
"""

import datetime
import decimal
import sys

import psycopg
from psycopg.rows import dict_row


def main():
    host, port, login = sys.argv[1:4]
    with psycopg.connect(host=host, port=port, user=login, dbname="qudao", sslmode="prefer") as link:
        one = lambda text, values=None, **how: link.execute(text, values, **how).fetchone()  # noqa: E731
        assert one("select current_user")[0] == login
        assert one("select version()")[0].startswith("PostgreSQL ")
        assert one("show transaction isolation level")[0] == "read committed"
        assert one("select table_name from information_schema.tables where table_name = 'business_event'") == ("business_event",)
        day = datetime.date(2020, 1, 1)
        text = "select count(*) from business_event where occurred_on >= %s and kind <> %s"
        total = one(text, (day, "nothing"))[0]
        for _ in range(7):
            assert one(text, (day, "nothing"), prepare=True)[0] == total
            assert one(text, (day, "nothing"), binary=True)[0] == total
        print(f"{total} events")
        typed = "select cast('12345.67' as decimal(18, 2)), date '2026-07-01', true, 1.5, 'text', null, timestamp '2026-07-01 08:00:00'"
        wanted = (
            decimal.Decimal("12345.67"),
            datetime.date(2026, 7, 1),
            True,
            1.5,
            "text",
            None,
            datetime.datetime(2026, 7, 1, 8),
        )
        for binary in (False, True):
            assert one(typed, binary=binary) == wanted, one(typed, binary=binary)
        with link.cursor(row_factory=dict_row) as cursor:
            cursor.execute("select kind, count(*) as events, sum(amount) as fen from business_event group by kind order by kind")
            rows = cursor.fetchall()
            assert sum(row["events"] for row in rows) == total and [column.name for column in cursor.description] == ["kind", "events", "fen"]
        link.rollback()
        for text, state in [
            ("delete from business_event", "25006"),
            ("create table t (x int)", "25006"),
            ("select nothing from business_event", "42601"),
            ("select a.event_id from business_event a cross join business_event b", "54000"),
        ]:
            try:
                link.execute(text)
                raise AssertionError(f"{text} was answered")
            except psycopg.Error as error:
                assert error.sqlstate == state, (text, error.sqlstate, str(error))
            link.rollback()
        assert one("select 1")[0] == 1
        figures = link.execute("select metric, month, value from metric_month order by metric, month").fetchall()
        print(f"{len(figures)} figures")
        link.rollback()
        # A read that is called off ends at once, and the connection goes on.
        link.cancel_safe(timeout=5)
        assert one("select 2")[0] == 2
    try:
        psycopg.connect(host=host, port=port, user=login, dbname="qudao", password="qd_0", connect_timeout=20)
        raise AssertionError("a wrong token signed in")
    except psycopg.OperationalError as error:
        assert "sql.read" in str(error), error
    print("as it should be")


if __name__ == "__main__":
    main()
