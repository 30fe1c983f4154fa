#!/usr/bin/env python3
"""Runs the SQL of `lambdacost import --query` and compares it with `lambdacost import --emit usage`.

    scripts/check-queries.py PROGRAM [ENGINE...]

Makes small logs and bills, and runs the SQL of each ENGINE on them: duckdb (the default), datafusion,
clickhouse (chdb) and spark (PySpark, which needs Java). The rows must be equal to those that PROGRAM
itself makes of the same data. The SQL for Athena and Trino is only parsed, with sqlglot: there is no
package that runs it. scripts/check-queries.sh installs what is needed.
"""

import base64
import csv
import io
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import uuid
from decimal import Decimal

HOUR = 3_600_000
# 2026-10-05T00:00:00Z, a Monday.
START = 1_791_158_400_000
NUMBERS = ("memory_mb", "calls", "billed_ms", "gb_seconds", "cold_starts", "init_ms",
           "peak_in_flight", "cost_usd", "list_cost_usd")


class Logs:
    """Events of three functions: text, JSON, and Managed Instances, which bill no duration."""

    table = "lambda-log"
    name = "logs"

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.events: list[dict] = []
        for function in ("web-api", "orders", "video"):
            for number in range(1200):
                self.call(function, number)
        # Copies: of the same stream, and of another delivery of it.
        self.events += [dict(event) for event in self.events[::97]]
        for event in self.events[::131]:
            self.events.append(event | {"log_stream": event["log_stream"] + "copy"})
        self.event("web-api", "", START + HOUR, "REPORT RequestId: cut-off\tDuration: 10.00 ms")
        self.event("web-api", "", START + HOUR,
                   "REPORT RequestId: seconds\tDuration: 1 s\tBilled Duration: 1 s\tMemory Size: 1 MB")
        self.chance.shuffle(self.events)

    def event(self, function: str, stream: str, time: int, message: str) -> None:
        self.events.append({"log_group": f"/aws/lambda/{function}", "log_stream": stream,
                            "timestamp": time, "message": message})

    def call(self, function: str, number: int) -> None:
        chance = self.chance
        end = START + number * 97_003 + chance.randrange(20_000) // 7 * 7
        duration = chance.choice((chance.randrange(120, 90_000), chance.randrange(1, 4_000_000)))
        init = chance.randrange(90_000, 2_000_000) // 10 if number % 19 == 0 else None
        restore = 39_897 if number % 53 == 7 else None
        memory = 512 if function == "orders" and number < 500 else 1024
        # Of one init in three nothing was billed, as before August 2025.
        free = init is not None and number % 3 == 1
        total = duration + (0 if free or init is None else init) + (restore or 0) // 3
        billed = -(-total // 100)
        request = uuid.UUID(int=chance.getrandbits(128))
        stream = f"2026/10/05/[$LATEST]{chance.randrange(6):032x}" if number % 4 else ""
        if function == "web-api":
            self.event(function, stream, end - 1, f"START RequestId: {request} Version: $LATEST\n")
            self.text(function, stream, end, request, duration, init, restore, billed, memory)
        else:
            self.json(function, stream, end, request, duration, init, restore, billed, memory)

    def text(self, function, stream, end, request, duration, init, restore, billed, memory) -> None:
        def ms(hundredths: int) -> str:
            return f"{hundredths // 100}.{hundredths % 100:02d}"

        gap = self.chance.choice(("\t", "  ", " "))
        parts = [f"REPORT RequestId: {request}", f"Duration: {ms(duration)} ms",
                 f"Billed Duration: {billed} ms", f"Memory Size: {memory} MB", "Max Memory Used: 91 MB"]
        if init is not None:
            parts.append(f"Init Duration: {ms(init)} ms")
        if restore is not None:
            parts += [f"Restore Duration: {ms(restore)} ms", "Billed Restore Duration: 133 ms"]
        if duration % 41 == 0:
            parts.append("Status: timeout")
        self.event(function, stream, end, gap.join(parts) + gap + "\n")

    def json(self, function, stream, end, request, duration, init, restore, billed, memory) -> None:
        metrics: dict = {"durationMs": duration / 100}
        if function == "orders":
            metrics |= {"billedDurationMs": billed, "memorySizeMB": memory, "maxMemoryUsedMB": 80}
            if init is not None:
                metrics["initDurationMs"] = init / 100
            if restore is not None:
                metrics["restoreDurationMs"] = restore / 100
                metrics["billedRestoreDurationMs"] = 133
        seconds, thousandths = divmod(end, 1000)
        day, rest = divmod(seconds - START // 1000, 86_400)
        time = f"2026-10-{5 + day:02d}T{rest // 3600:02d}:{rest // 60 % 60:02d}:{rest % 60:02d}"
        record = {"requestId": str(request), "status": "success",
                  "spans": [{"name": "responseLatency", "durationMs": 1.5}], "metrics": metrics}
        event = {"time": f"{time}.{thousandths:03d}Z", "type": "platform.report", "record": record}
        spaces = self.chance.choice(((",", ":"), (", ", ": ")))
        # The time of delivery is later than that of the event.
        self.event(function, stream, end + 1, json.dumps(event, separators=spaces))

    def rows(self) -> list[dict]:
        return self.events

    def native(self, folder: pathlib.Path) -> list[str]:
        """Writes files for `lambdacost import`, as a subscription of the log group delivers them."""
        path = folder / "logs.json"
        with path.open("w") as out:
            for event in self.events:
                out.write(json.dumps({
                    "messageType": "DATA_MESSAGE", "owner": "123456789012",
                    "logGroup": event["log_group"], "logStream": event["log_stream"],
                    "logEvents": [{"id": "1", "timestamp": event["timestamp"],
                                   "message": event["message"]}],
                }))
        return [str(path)]


def run(program: str, *arguments: str) -> str:
    done = subprocess.run([program, "import", *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"import {' '.join(arguments)} fails:\n{done.stderr}")
    return done.stdout


def table_file(rows: list[dict], path: pathlib.Path) -> None:
    """Writes a Parquet file with DuckDB."""
    import duckdb

    text = path.with_suffix(".jsonl")
    text.write_text("".join(json.dumps(row) + "\n" for row in rows))
    duckdb.sql(f"""COPY (SELECT * FROM read_json('{text}', convert_strings_to_integers = false))
                   TO '{path}' (FORMAT parquet)""")


def duckdb_rows(sql: str, name: str, path: pathlib.Path) -> list[dict]:
    import duckdb

    connection = duckdb.connect()
    connection.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet('{path}')")
    found = connection.execute(sql)
    columns = [column[0] for column in found.description]
    return [dict(zip(columns, row)) for row in found.fetchall()]


def datafusion_rows(sql: str, name: str, path: pathlib.Path) -> list[dict]:
    import datafusion

    context = datafusion.SessionContext()
    context.register_parquet(name, str(path))
    return context.sql(sql).to_arrow_table().to_pylist()


def clickhouse_rows(sql: str, name: str, path: pathlib.Path) -> list[dict]:
    from chdb import session

    with session.Session() as one:
        one.query(f"CREATE DATABASE own ENGINE = Atomic; USE own; "
                  f"CREATE VIEW {name} AS SELECT * FROM file('{path}', Parquet)")
        text = str(one.query(sql, "CSVWithNames"))
    return list(csv.DictReader(io.StringIO(text)))


def spark_rows(sql: str, name: str, path: pathlib.Path) -> list[dict]:
    from pyspark.sql import SparkSession

    spark = (SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
             .config("spark.sql.session.timeZone", "UTC").config("spark.sql.shuffle.partitions", "2")
             .getOrCreate())
    spark.sparkContext.setLogLevel("ERROR")
    spark.read.parquet(str(path)).createOrReplaceTempView(name)
    return [row.asDict() for row in spark.sql(sql).collect()]


ENGINES = {"duckdb": duckdb_rows, "datafusion": datafusion_rows, "clickhouse": clickhouse_rows,
           "spark": spark_rows}
PARSED = {"athena": "athena", "trino": "trino"}


def plain(rows: list[dict]) -> list[tuple]:
    """Rows whose numbers are equal if their values are."""
    def value(name: str, cell: object) -> object:
        if cell is None or cell == "" or cell == "\\N":
            return None
        return Decimal(str(cell)).normalize() if name in NUMBERS else str(cell)

    found = [tuple((name, value(name, cell)) for name, cell in row.items()) for row in rows]
    return sorted(found, key=str)


def compare(what: str, found: list[tuple], expected: list[tuple]) -> None:
    if found == expected:
        print(f"{what}: {len(found)} rows, equal")
        return
    for row in found:
        if row not in expected:
            print(f"{what} has {dict(row)}", file=sys.stderr)
            break
    for row in expected:
        if row not in found:
            print(f"the program has {dict(row)}", file=sys.stderr)
            break
    sys.exit(f"{what}: {len(found)} rows are not the {len(expected)} rows of the program")


def main() -> None:
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    program, engines = sys.argv[1], sys.argv[2:] or ["duckdb"]
    with tempfile.TemporaryDirectory() as place:
        folder = pathlib.Path(place)
        for kind in (Logs(7),):
            path = folder / f"{kind.name}.parquet"
            table_file(kind.rows(), path)
            bounds = ["--from", "2026-10-05T06:00:00Z", "--to", "2026-10-06T02:30:00Z"]
            for limits in ([], bounds):
                native = run(program, *limits, "--emit", "usage", *kind.native(folder))
                expected = plain(list(csv.DictReader(io.StringIO(native))))
                for engine in engines:
                    sql = run(program, "--query", engine, kind.table, "--table", kind.name, *limits)
                    found = plain(ENGINES[engine](sql, kind.name, path))
                    part = " of a part" if limits else ""
                    compare(f"{kind.table}{part} on {engine}", found, expected)
            for engine, dialect in PARSED.items():
                import sqlglot

                sql = run(program, "--query", engine, kind.table)
                statements = sqlglot.parse(sql, read=dialect)
                if len(statements) != 1:
                    sys.exit(f"{kind.table} for {engine} is not one statement")
                print(f"{kind.table} for {engine}: parsed, not run")


if __name__ == "__main__":
    main()
