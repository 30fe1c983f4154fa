#!/usr/bin/env python3
"""Runs the SQL of `lambdacost import --query` and compares it with `lambdacost import --emit usage`.

    scripts/check-queries.py PROGRAM [ENGINE...]

Makes small logs and bills, and runs the SQL of each ENGINE on them: duckdb (the default), datafusion,
clickhouse (chdb) and spark (PySpark, which needs Java). The rows must be equal to those that PROGRAM
itself makes of the same logs, and to those that this script adds up from the same bills. The SQL for Athena and Trino is only parsed, with sqlglot: there is no
package that runs it. scripts/check-queries.sh installs what is needed.
"""

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
            # One function is called for fewer hours than there is a log.
            for number in range(80 if function == "video" else 1200):
                self.call(function, number)
        # Copies, some from a delivery that does not say the stream.
        self.events += [dict(event) for event in self.events[::97]]
        for event in self.events[::131]:
            self.events.append(event | {"log_stream": ""})
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
        duration = chance.choice((chance.randrange(120, 90_000), chance.randrange(1, 40_000_000)))
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


METERS = {"Request": "Total Requests", "Lambda-GB-Second": "Total Compute",
          "Lambda-Provisioned-GB-Second": "Total Compute (Provisioned)",
          "Lambda-Provisioned-Concurrency": "Provisioned Concurrency",
          "Lambda-Storage-GB-Second": "Total Storage"}
REGIONS = {"": "us-east-1", "EU-": "eu-west-1", "USW2-": "us-west-2"}


class Bill:
    """Rows of a bill: usage of functions, and rows that are not usage or not of a function."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.lines: list[dict] = []
        for number in range(400):
            prefix = self.chance.choice(list(REGIONS))
            meter = self.chance.choice(list(METERS))
            arm = "-ARM" if number % 3 == 0 and meter != "Lambda-Storage-GB-Second" else ""
            self.usage(number, prefix, meter, arm)
        for usage_type in ("US-Lambda-Edge-Request", "Lambda-Managed-Instances-Request",
                           "EU-DataTransfer-Out-Bytes", "Lambda-MicroVM-GB-Second"):
            self.lines.append(self.lines[0] | {"usage_type": usage_type, "meter": None,
                                               "description": f"$0.1 per {usage_type}"})
        for kind in ("Tax", "Credit", "SavingsPlanNegation"):
            self.lines.append(self.lines[1] | {"kind": kind, "meter": None})
        self.lines.append(self.lines[2] | {"arn": "", "meter": None})
        self.lines.append(self.lines[3] | {"service": "AmazonEC2", "meter": None})
        self.chance.shuffle(self.lines)

    def usage(self, number: int, prefix: str, meter: str, arm: str) -> None:
        chance = self.chance
        hour = chance.randrange(30)
        # One row in forty is of a whole day.
        length = 24 if number % 40 == 5 else 1
        start = 0 if length == 24 else hour
        quantity = (chance.randrange(1, 5000) if meter == "Request"
                    else chance.choice((10**4, 10**8, 10**14)) * chance.random() / 10**6)
        listed = float(f"{quantity * 0.0000166667:.10f}")
        covered = number % 4 == 1 and meter != "Lambda-Storage-GB-Second"
        arm_name = "for ARM " if arm else ""
        self.lines.append({
            "arn": f"arn:aws:lambda:{REGIONS[prefix]}:123456789012:function:f{number % 3}"
                   + (":live" if number % 5 == 0 else ""),
            "service": "AWSLambda", "kind": "SavingsPlanCoveredUsage" if covered else "Usage",
            "usage_type": f"{prefix}{meter}{arm}", "meter": meter, "arm": arm, "start": start,
            "end": start + length, "quantity": float(f"{quantity:.10f}"), "listed": listed,
            "cost": float(f"{listed * (0.83 if covered else 0.9):.10f}"),
            "currency": "EUR" if number % 50 == 9 else "USD",
            "description": f"AWS Lambda - {METERS[meter]} {arm_name}- EU (Ireland)",
        })

    @staticmethod
    def time(hour: int) -> str:
        return f"2026-10-{5 + hour // 24:02d}T{hour % 24:02d}:00:00Z"

    def expected(self, first: int, last: int) -> list[dict]:
        """The rows of usage, added up here: the program has no such rows from bills."""
        groups: dict[tuple, dict] = {}
        for line in self.lines:
            if line["meter"] is None or not first <= line["start"] < last:
                continue
            _, _, _, region, account, _, function = line["arn"].split(":")[:7]
            hour = self.time(line["start"]) if line["end"] - line["start"] == 1 else None
            architecture = "arm64" if line["arm"] else "x86_64"
            row = groups.setdefault((function, region, account, architecture, hour), {
                "calls": Decimal(0), "gb_seconds": Decimal(0), "cost_usd": None, "list_cost_usd": None})
            quantity = Decimal(repr(line["quantity"]))
            if line["meter"] == "Request":
                row["calls"] += quantity
            if line["meter"] in ("Lambda-GB-Second", "Lambda-Provisioned-GB-Second"):
                row["gb_seconds"] += quantity
            if line["currency"] == "USD":
                for name, own in (("cost_usd", "cost"), ("list_cost_usd", "listed")):
                    row[name] = (row[name] or 0) + Decimal(repr(line[own]))
        names = ("function", "region", "account", "architecture", "hour")
        empty = dict.fromkeys(("memory_mb", "billed_ms", "cold_starts", "init_ms", "peak_in_flight"))
        return [{**empty, "source": "bill", **dict(zip(names, key)), **row}
                for key, row in groups.items()]


class Cur(Bill):
    """A bill as CUR 2.0."""

    table = name = "cur"

    def rows(self) -> list[dict]:
        found = []
        for line in self.lines:
            covered = line["kind"] == "SavingsPlanCoveredUsage"
            found.append({
                "line_item_resource_id": line["arn"], "line_item_product_code": line["service"],
                "line_item_line_item_type": line["kind"], "line_item_usage_type": line["usage_type"],
                "line_item_usage_start_date": self.time(line["start"]),
                "line_item_usage_end_date": self.time(line["end"]),
                "line_item_usage_amount": line["quantity"],
                "line_item_currency_code": line["currency"],
                "line_item_unblended_cost": line["listed"] if covered else line["cost"],
                "savings_plan_savings_plan_effective_cost": line["cost"] if covered else 0.0,
                "pricing_public_on_demand_cost": line["listed"],
            })
        return found


class Focus(Bill):
    """A bill as FOCUS 1.2; one row in four says the meter in its description alone."""

    table = name = "focus"

    def rows(self) -> list[dict]:
        found = []
        for number, line in enumerate(self.lines):
            kind = line["kind"]
            covered = kind == "SavingsPlanCoveredUsage"
            is_described = number % 4 == 0 and line["meter"] is not None
            found.append({
                "ResourceId": line["arn"] or None,
                "ServiceName": "AWS Lambda" if line["service"] == "AWSLambda" else "Amazon EC2",
                "ChargeCategory": kind if kind in ("Tax", "Credit") else "Usage",
                "ChargeClass": "Correction" if kind == "SavingsPlanNegation" else None,
                "CommitmentDiscountStatus": "Used" if covered else None,
                "SkuMeter": None if is_described else line["usage_type"],
                "ChargeDescription": line["description"],
                "ChargePeriodStart": self.time(line["start"]),
                "ChargePeriodEnd": self.time(line["end"]),
                "ConsumedQuantity": None if number % 7 == 0 else line["quantity"],
                "PricingQuantity": line["quantity"],
                "BillingCurrency": line["currency"],
                "EffectiveCost": line["cost"], "ListCost": line["listed"],
            })
        return found


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
PARSED = ("athena", "trino")


def plain(rows: list[dict]) -> list[tuple]:
    """Rows whose numbers are equal if their values are."""
    def value(name: str, cell: object) -> object:
        if cell is None or cell == "" or cell == "\\N":
            return None
        return Decimal(str(cell)).normalize() if name in NUMBERS else str(cell)

    found = [tuple(sorted((name, value(name, cell)) for name, cell in row.items())) for row in rows]
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


def of_program(program: str, logs: Logs, folder: pathlib.Path, limits: list[str]) -> list[dict]:
    """The rows of the program itself."""
    text = run(program, *limits, "--emit", "usage", *logs.native(folder))
    return list(csv.DictReader(io.StringIO(text)))


def check(program: str, engines: list[str], data: Logs | Bill, folder: pathlib.Path) -> None:
    path = folder / f"{data.name}.parquet"
    table_file(data.rows(), path)
    limits = ["--from", "2026-10-05T06:00:00Z", "--to", "2026-10-06T02:00:00Z"]
    for bounds, hours in (([], (0, 1000)), (limits, (6, 26))):
        if isinstance(data, Logs):
            expected = plain(of_program(program, data, folder, bounds))
        else:
            expected = plain(data.expected(*hours))
        for engine in engines:
            sql = run(program, "--query", engine, data.table, *bounds)
            found = plain(ENGINES[engine](sql, data.name, path))
            part = " of a part" if bounds else ""
            compare(f"{data.table}{part} on {engine}", found, expected)
    for dialect in PARSED:
        import sqlglot

        sql = run(program, "--query", dialect, data.table)
        if len(sqlglot.parse(sql, read=dialect)) != 1:
            sys.exit(f"{data.table} for {dialect} is not one statement")
        print(f"{data.table} for {dialect}: parsed by sqlglot, not run")


def main() -> None:
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    program, engines = sys.argv[1], sys.argv[2:] or ["duckdb"]
    with tempfile.TemporaryDirectory() as place:
        for data in (Logs(7), Cur(8), Focus(9)):
            check(program, engines, data, pathlib.Path(place))


if __name__ == "__main__":
    main()
