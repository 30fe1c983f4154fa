#!/usr/bin/env python3
"""Write the price book of lambdacost from a folder of CSV facts.

Usage: python3 pricing/build.py FACTS_DIR

Writes <region>.toml, the folders auto_mode, other_types and reserved, instances.csv and
sources.toml next to this script. Everything is checked and rendered before the first file is
written, and the output depends only on the facts (not on their row order), so a second run gives
the same bytes.
"""
import csv
import json
import re
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

# Per file: the columns that select a meter, and the other columns (first the price, then its date).
FILES = {
    "lambda.csv": (("arch", "meter"),
                   ("usd_per_unit", "last_confirmed", "unit", "begin_range", "end_range", "aws_rate_code")),
    "lambda_features_2026.csv": (("feature", "meter", "arch"), ("usd_per_unit", "as_of", "unit")),
    "fargate.csv": (("purchase", "os", "arch", "meter"), ("usd_per_unit", "last_confirmed", "unit", "aws_rate_code")),
    "eks.csv": (("meter",), ("usd_per_unit", "last_confirmed", "unit", "aws_rate_code")),
    "ebs_gp3.csv": (("meter",), ("usd_per_unit", "last_confirmed", "unit")),
    "ec2.csv": (("instance_type",), ("usd_per_hour", "last_confirmed")),
    "eks_auto_mode.csv": (("instance_type",), ("usd_per_instance_hour", "as_of", "method")),
}
# Per file: selector -> (table, key, unit in the CSV). {arch} stands for x86_64 or arm64.
METERS = {
    "lambda.csv": {
        "{arch}/request": ("lambda.{arch}", "request", "request"),
        **{f"{{arch}}/{key}_gb_second": ("lambda.{arch}", key, "GB-second")
           for key in ("duration", "provisioned_concurrency", "provisioned_duration", "ephemeral_storage")},
        "{arch}/response_streaming_gb": ("lambda.{arch}", "response_streaming", "GB"),
        "any/snapstart_cache_gb_second": ("lambda.features", "snapstart_cache", "GB-second"),
        "any/snapstart_restore_gb": ("lambda.features", "snapstart_restore", "GB"),
        "any/esm_event_poller_unit_hour": ("lambda.features", "kafka_event_poller", "EPU-hour"),
    },
    "lambda_features_2026.csv": {
        # A second source for the meter of lambda.csv: see `place`.
        "esm_provisioned_mode_kafka/event_poller_unit_hour/any": ("lambda.features", "kafka_event_poller", "EPU-hour"),
        "esm_provisioned_mode_sqs/event_poller_unit_hour/any": ("lambda.features", "sqs_event_poller", "EPU-hour"),
        "durable_functions/operation/any": ("lambda.features", "durable_operation", "operation"),
        "durable_functions/data_written/any": ("lambda.features", "durable_written", "GB"),
        "durable_functions/data_retained/any": ("lambda.features", "durable_retained", "GB-month"),
        "tenant_isolation/environment_created/{arch}": ("lambda.features", "tenant_environment_{arch}", "GB of memory"),
        "managed_instances/management_fee/any": ("lambda.managed_instances", "management_fee",
                                                 "fraction of EC2 on-demand"),
    },
    "fargate.csv": {
        "fargate_on_demand/linux/{arch}/vcpu_hour": ("fargate.linux.{arch}", "vcpu", "vCPU-hour"),
        "fargate_on_demand/linux/{arch}/gb_hour": ("fargate.linux.{arch}", "memory", "GB-hour"),
        "fargate_on_demand/windows/{arch}/vcpu_hour": ("fargate.windows.{arch}", "vcpu", "vCPU-hour"),
        "fargate_on_demand/windows/{arch}/gb_hour": ("fargate.windows.{arch}", "memory", "GB-hour"),
        "fargate_on_demand/windows/{arch}/os_license_vcpu_hour": ("fargate.windows.{arch}", "os_license", "vCPU-hour"),
        "fargate_on_demand/any/any/ephemeral_storage_gb_hour": ("fargate.storage", "ephemeral", "GB-hour"),
        "fargate_spot/linux/{arch}/vcpu_hour": ("fargate_spot.linux.{arch}", "vcpu", "vCPU-hour"),
        "fargate_spot/linux/{arch}/gb_hour": ("fargate_spot.linux.{arch}", "memory", "GB-hour"),
    },
    "eks.csv": {
        "cluster_hour_standard_support": ("eks", "cluster", "cluster-hour"),
        "extended_support_surcharge_cluster_hour": ("eks", "extended_support", "cluster-hour"),
        "fargate_on_eks_vcpu_hour": ("eks", "fargate_vcpu", "vCPU-hour"),
        "fargate_on_eks_gb_hour": ("eks", "fargate_memory", "GB-hour"),
        **{f"provisioned_control_plane_{size}_cluster_hour": ("eks", f"control_plane_{size}", "cluster-hour")
           for size in ("xl", "2xl", "4xl", "8xl")},
    },
    "ebs_gp3.csv": {"gp3_gb_month": ("ebs", "gp3", "GB-month")},
}
# Known selectors that are skipped, because the model does not use them.
SKIPPED = {
    "lambda_features_2026.csv": ("lambda_edge/*", "microvm/*",
                                 # The fee in dollars, and the price of a request, which equals that of other requests.
                                 "managed_instances/management_hour *", "managed_instances/request/any"),
    "eks.csv": ("eks_capabilities_*",),
}
# Files whose prices are per instance type: the table of each.
BY_TYPE = {"ec2.csv": "ec2", "eks_auto_mode.csv": "eks_auto_mode"}
# How the instance type of an Auto Mode price was found, as text for its source.
METHODS = {
    "12pct-match": "inferred: 12 % of EC2 on demand",
    "12pct-match; 2 equal-price SKUs": "inferred: 12 % of EC2 on demand; two SKUs have this price",
}
RANK = {(f, selector): i for i, (f, selector) in enumerate((f, s) for f in METERS for s in METERS[f])}
# Units that the price book spells differently from the CSV files.
UNITS = {"GB-second": "GB-s", "fraction of EC2 on-demand": "USD on demand"}
# Files whose rows with region `*` apply to every region that has Lambda; in other files they are skipped.
EVERYWHERE = ("lambda_features_2026.csv",)
INSTANCE_TYPE = r"[a-z0-9-]+\.[a-z0-9-]+"
TABLES = ("lambda.x86_64", "lambda.arm64", "lambda.features", "lambda.managed_instances",
          "fargate.linux.x86_64", "fargate.linux.arm64", "fargate.windows.x86_64", "fargate.storage",
          "fargate_spot.linux.x86_64", "fargate_spot.linux.arm64", "eks", "ebs", "ec2_credits", "ec2", "eks_auto_mode")
# Families that the book leaves out: those before the fifth generation, which new clusters do not use.
# Types with accelerators, for HPC and with very large memory are in a file that this script does not read.
OLD_FAMILIES = frozenset("a1 c1 c3 c4 d2 h1 i2 i3 m1 m2 m3 m4 r3 r4 t1 x1 x1e".split())
# The types that EKS chooses from by default: InstanceType::is_default_candidate.
CANDIDATE = r"[mcr][5-9][a-z]*\.(large|xlarge|2xlarge|4xlarge)"
# Commitments: their files, their names there and in scenarios, and the meters that they cover.
SAVINGS = ("savings.csv", "savings_ri_standard.csv")
SAVINGS_COLUMNS = ("plan", "term", "payment", "region", "service", "arch", "meter", "usd_rate", "as_of", "confidence",
                   "source")
PLANS = {"Compute SP": "compute-savings-plan", "EC2 Instance SP": "ec2-instance-savings-plan",
         "Standard RI": "reserved-instances"}
PAYMENTS = {"No Upfront": "no-upfront", "Partial Upfront": "partial-upfront", "All Upfront": "all-upfront"}
SAVINGS_METERS = {
    ("Fargate", "vcpu_hour"): ("fargate.linux.{arch}", "vcpu", "vCPU-hour"),
    ("Fargate", "gb_hour"): ("fargate.linux.{arch}", "memory", "GB-hour"),
    **{("Lambda", f"{key}_gb_second"): ("lambda.{arch}", key, "GB-s")
       for key in ("duration", "provisioned_concurrency", "provisioned_duration")},
}
# Rates that are left out: those several years old, those whose payment option is only presumed, and those of requests,
# which plans cover without a discount.
SAVINGS_SKIPPED = ("HIST", "(no-upfront presumed)", "request")
# Shorter texts for cells of sources.csv: what, where, price_date, note (None keeps the cell).
REWORDED = {
    "AWSM-202506": ("price files of the AWS pricing pages (meteredUnitMaps), mirrored hourly", None,
                    "lambda 2025-06-17, ecs 2025-06-05, eks 2025-06-16, ec2 2025-06-13",
                    "MIT (Ian Mckay); origin b0.p.awsstatic.com/pricing/2.0; rate codes are SKU.offerTerm.rateId"),
    "REMOTION-calc": ("Lambda prices of 24 regions, copied from the AWS calculator",
                      "remotion-dev/remotion pricing.ts; a published notes file", None,
                      "retrieved independently; all 144 values equal AWSM-202506"),
    "USE1-PLAPI-20251001": ("Price List API dump of AWSLambda in us-east-1, with SKUs", None, None, None),
    "OCEL-20260831": ("offer CSV rows of us-east-1 (Lambda, S3, DynamoDB, EC2)",
                      "ocelhq/ocel price-book research; a published notes file", None, None),
    "REGIMES-20260919": ("notes on the Lambda offer and the Compute Savings Plan offer", None, None, None),
    "REGIMES-F-20260911": ("notes on the Fargate offer, its Savings Plan offer and the Spot feed", None,
                           "offer 2026-09-11, savings 2026-09-25, Spot 2026-09-28", None),
    "COURSE-20260925": ("price sheet of a course, from pinned offers; us-east-1 and sa-east-1", None,
                        "EC2 2026-09-25, Lambda 2026-09-19, VPC 2026-09-17, transfer 2026-09-16", ""),
    "R4-20260831": ("bulk offers of EC2, ECS and EKS; us-east-1, ap-south-1, ap-southeast-1, ap-northeast-1", None,
                    "ECS and EKS 2026-08-31, EC2 2026-09-09", None),
    "EKSDOC-20260928": ("AmazonEKS bulk offer of us-east-1 and ap-southeast-5", None, None, None),
    "FGCALC-20260929": ("Linux/x86 Fargate rates of 22 regions",
                        "theuves/fgcalc src/utils/data.js and README; a published notes file", None,
                        "November 2025 values; README: all matched the offer of 2026-09-11 on 2026-09-29"),
    "EBS-2021": (None, None, None, "every price confirmed by HPC-20260806"),
    "AWSM-202512": ("price files of the AWS pricing pages (meteredUnitMaps), a later copy of the hourly mirror",
                    "github.com/v0rts/aws-price-watcher raw/ and processed/ (HEAD c4a0470)",
                    "lambda 2025-12-02, ecs 2025-12-03, eks 2025-12-01 (Auto Mode 2025-09-26), ec2 2025-12-06",
                    "MIT (Ian Mckay); 36 regions; without i7i, i7ie, i8g, m8gd and every later family"),
    "HPC-20260726": ("AmazonEC2 bulk offers of 34 regions: Linux, shared, on demand; 31 families without local disks",
                     "giu-c/hpc data/02.cleaned/aws_ec2_cleaned.csv (6d6cdaa)", "2026-07-26, date of the commit",
                     "family, vCPU and GiB name exactly one instance type in every row"),
    "HPC-20260806": ("gp3 prices of 34 regions from the AmazonEC2 bulk offers",
                     "giu-c/hpc data/00.lookup/ebs_gp3.csv (99df869)", "2026-08-06, date of the commit", None),
    "EC2SHOP-EBS-20240718": ("price file of EBS of the AWS pricing pages, 31 regions",
                             "yeo/ec2.shop data/ebs/ebs.json (74c9fd8)", "2024-07-18", "MIT"),
    "EC2SHOP-20250405": ("standard Reserved Instances, No Upfront, 1 and 3 years, Linux, 34 regions",
                         "yeo/ec2.shop data/ec2/<region>-reservedinstance.json (951cd0d)", "2025-04-05",
                         "MIT; price files of the AWS pricing pages"),
    "SKYV9-2026Q1": (None, "skypilot-org/skypilot-catalog catalogs/v9/aws/vms.csv (2c3d7ea)",
                     "2026-01-22 to 2026-03-24, by its newest family", None),
}
# Tags that prices spell differently from sources.csv: spelling -> (tag in sources.csv, date).
ALIASES = {
    "COURSE-20260919": ("COURSE-20260925", "2026-09-19"), "R4-20260909": ("R4-20260831", "2026-09-09"),
    "REGIMES-F-20260925": ("REGIMES-F-20260911", "2026-09-25"),
    "REGIMES-F-20260928": ("REGIMES-F-20260911", "2026-09-28"),
    "REGIMES-L-20260919": ("REGIMES-20260919", "2026-09-19"), "REGIMES-L-20260925": ("REGIMES-20260919", "2026-09-25"),
}
# Prices that are the same in all regions and in no file of the facts: table -> key -> (price, unit). The pricing page of
# EC2 states them for all regions.
CREDITS = {"ec2_credits": {"t3": ("0.05", "vCPU-hour"), "t4g": ("0.04", "vCPU-hour")}}
CREDITS_ORIGIN = ("2026-09-11", "B", "EC2-CREDITS")
# Sources of the free tier, which is in no file of the book.
FREE_TIER = ("AWSM-202506", "COURSE-20260919", "REGIMES-20260919")
# Entries that sources.csv does not have.
UNLISTED = {
    "aws-samples": {"what": "pricing calculator for Lambda Managed Instances",
                    "where": "github.com/aws-samples/sample-aws-lambda-managed-instances, tools/pricing-calculator",
                    "price_date": "2026-03-19"},
    "EC2-CREDITS": {"what": "CPU credits of T3, T3a and T4g in unlimited mode, Linux: the same in all regions",
                    "where": "Amazon EC2 on-demand pricing page, aws.amazon.com/ec2/pricing/on-demand",
                    "price_date": "T3 2026-09-11; T4g from an undated copy"},
    "instances": {"what": "instances.csv: size, pod limit and allocatable CPU and memory per instance type"},
}


@dataclass(frozen=True)
class Price:
    """One price of one row; `begin` and `end` bound its tier, `row` is where it was read.

    A price that is the same in all regions does not count for the age of a region's prices.
    """
    usd: str
    per: str
    rate_code: str
    origin: tuple  # (as_of, confidence, source)
    begin: str
    end: str
    rank: int
    row: tuple
    everywhere: bool


def fail(row, message):
    """Stop, because a price must not be guessed."""
    sys.exit(f"{row[0]}:{row[1]}: {message}")


def read(facts, name, columns):
    """Yield ((file, line), cells) of a CSV, refusing missing columns and ragged rows."""
    try:
        handle = open(facts / name, newline="", encoding="utf-8")
    except OSError as error:
        fail((name, 0), error)
    with handle:
        reader = csv.DictReader(handle)
        for column in columns:
            if column not in (reader.fieldnames or ()):
                fail((name, 1), f"missing column {column!r}")
        for cells in reader:
            row = (name, reader.line_num)
            if None in cells or None in cells.values():
                fail(row, "wrong number of cells")
            yield row, {column: cell.strip() for column, cell in cells.items()}


def checked(row, what, pattern, text):
    """Return `text` unchanged if it has the expected form."""
    if not re.fullmatch(pattern, text):
        fail(row, f"{what} not understood: {text!r}")
    return text


def slot(row, cells):
    """Return the place of a row's price: (table, key, per, rank), or None if it is skipped on purpose."""
    name = row[0]
    if name in BY_TYPE:
        return BY_TYPE[name], checked(row, "instance type", INSTANCE_TYPE, cells["instance_type"]), "instance-hour", 0
    arch = cells.get("arch", "")
    selector = "/".join("{arch}" if column == "arch" and arch in ("x86_64", "arm64") else cells[column]
                        for column in FILES[name][0])
    if any(fnmatchcase(selector, pattern) for pattern in SKIPPED.get(name, ())):
        return None
    if selector not in METERS[name]:
        fail(row, f"unknown meter {selector.format(arch=arch)!r}")
    table, key, unit = METERS[name][selector]
    table = table.format(arch=arch)
    if cells["unit"] != unit:
        fail(row, f"unit {cells['unit']!r}, expected {unit!r}")
    if table not in TABLES:
        fail(row, f"the layout has no table {table!r}")
    return table, key.format(arch=arch), UNITS.get(unit, unit), RANK[name, selector]


def is_old(name):
    """Return whether an instance type belongs to a family that the book leaves out."""
    return name.split(".")[0] in OLD_FAMILIES


def source(row, cells):
    """Return the source of a price, with a remark if it was inferred."""
    text = checked(row, "source", ".+", cells["source"])
    method = cells.get("method", "")
    if method and method not in METHODS:
        fail(row, f"unknown method {method!r}")
    # A source in brackets describes the method at length.
    tag, bracket, _ = text.partition(" (")
    return f"{tag} ({METHODS[method]})" if method and bracket else re.sub(r"(?<=[^ +])\(", " (", text)


def place(prices, price):
    """Add a price to its slot. A second file may repeat the same price; another price is an error."""
    for other in prices:
        if other.begin == price.begin:
            if other.row[0] == price.row[0] or (other.usd, other.end) != (price.usd, price.end):
                fail(price.row, f"second price for the meter of {other.row[0]}:{other.row[1]}")
            return
    prices.append(price)


def collect(facts):
    """Read every price: region -> table -> key -> list of Price."""
    book = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
    for name, (selecting, (usd, date, *others)) in FILES.items():
        for row, cells in read(facts, name, ("region", *selecting, usd, date, *others, "confidence", "source")):
            everywhere = cells["region"] == "*"
            target = None if everywhere and name not in EVERYWHERE else slot(row, cells)
            if target is None or (name in BY_TYPE and is_old(target[1])):
                continue
            table, key, per, rank = target
            origin = (checked(row, "date", r"20[0-9]{2}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?", cells[date]),
                      checked(row, "confidence", "[A-D]", cells["confidence"]),
                      source(row, cells))
            price = Price(
                checked(row, "price", r"[0-9]+(\.[0-9]+)?", cells[usd]), per, cells.get("aws_rate_code", ""), origin,
                checked(row, "tier", "[0-9]+", cells.get("begin_range", "0")),
                checked(row, "tier", "[0-9]+|Inf", cells.get("end_range", "Inf")), rank, row, everywhere)
            if everywhere:
                regions = [region for region, tables in book.items() if "lambda.x86_64" in tables]
            else:
                regions = [checked(row, "region", "[a-z]{2}(-[a-z]+)+-[0-9]+", cells["region"])]
            for region in regions:
                place(book[region][table][key], price)
    return book


def add_credits(book):
    """Add the prices of CPU credits to every region with EC2 prices."""
    for tables in book.values():
        if "ec2" in tables:
            for table, keys in CREDITS.items():
                for key, (usd, per) in keys.items():
                    row = ("build.py", 0)
                    tables[table][key].append(Price(usd, per, "", CREDITS_ORIGIN, "0", "Inf", 0, row, True))


def collect_savings(facts, book):
    """Add the effective rates of commitments: savings.PLAN.TERM.PAYMENT.TABLE -> key -> Price."""
    for row, cells in (line for name in SAVINGS for line in read(facts, name, SAVINGS_COLUMNS)):
        if any(reason in (cells["confidence"], cells["term"], cells["meter"]) for reason in SAVINGS_SKIPPED):
            continue
        service, arch, meter = cells["service"], cells["arch"], cells["meter"]
        if service == "EC2":
            name = checked(row, "meter", f"{INSTANCE_TYPE} linux hour", meter).removesuffix(" linux hour")
            if is_old(name):
                continue
            if name not in book[cells["region"]]["ec2"]:
                fail(row, f"a rate for {name!r}, which has no price in {cells['region']}")
            table, key, per = "ec2", name, "instance-hour"
        elif (service, meter) in SAVINGS_METERS:
            table, key, per = SAVINGS_METERS[service, meter]
        else:
            fail(row, f"unknown meter {service}/{meter!r}")
        if cells["plan"] not in PLANS or cells["payment"] not in PAYMENTS:
            fail(row, f"unknown plan {cells['plan']!r}, {cells['payment']!r}")
        origin = (cells["as_of"].removeprefix("undated>="), cells["confidence"],
                  checked(row, "source", ".+", cells["source"]))
        usd = checked(row, "price", r"[0-9]+(\.[0-9]+)?", cells["usd_rate"])
        for term in checked(row, "term", "[13]yr(/[13]yr)?", cells["term"]).split("/"):
            path = f"savings.{PLANS[cells['plan']]}.{term}.{PAYMENTS[cells['payment']]}.{table.format(arch=arch)}"
            place(book[cells["region"]][path][key], Price(usd, per, "", origin, "0", "Inf", 0, row, False))


def tiers(key, prices):
    """Order the tiers of one meter and refuse gaps, overlaps, and tiers where one price is expected."""
    prices = sorted(prices, key=lambda price: int(price.begin))
    expected = "0"
    for price in prices:
        if price.begin != expected or (price.end != "Inf" and int(price.end) <= int(price.begin)):
            fail(price.row, f"tier {price.begin}..{price.end} of {key!r} should start at {expected}")
        expected = price.end
    if expected != "Inf":
        fail(prices[-1].row, f"the last tier of {key!r} ends at {expected}")
    if key != "duration" and len(prices) > 1:
        fail(prices[1].row, f"{key!r} is not a tiered meter")
    return prices


def pairs(items):
    """TOML `key = "text"` pairs without the blank ones (JSON and TOML escape basic strings alike)."""
    return [f"{key} = {json.dumps(text, ensure_ascii=False)}" for key, text in items if text]


def inline(price, defaults, tiered):
    """One price as a TOML inline table, naming only what differs from its table's defaults."""
    bounds = [("from", price.begin), ("to", "" if price.end == "Inf" else price.end)] if tiered else []
    own = [item for item, default in zip(zip(("as_of", "confidence", "source"), price.origin), defaults)
           if item[1] != default]
    items = [*bounds, ("usd", price.usd), ("per", price.per), ("rate_code", price.rate_code), *own]
    return f"{{ {', '.join(pairs(items))} }}"


def render_table(name, meters):
    """The lines of one table: its most common origin as defaults, then its prices."""
    meters = {key: tiers(key, prices) for key, prices in meters.items()}
    counts = Counter(price.origin for prices in meters.values() for price in prices)
    defaults = max(counts, key=lambda origin: (counts[origin], origin))
    lines = ["", f"[{name}]", *pairs(zip(("as_of", "confidence", "source"), defaults))]
    for key, prices in sorted(meters.items(), key=lambda item: (item[1][0].rank, item[0])):
        label = json.dumps(key) if "." in key else key
        if key == "duration" and not name.startswith("savings."):
            lines += [f"{label} = [", *(f"  {inline(price, defaults, True)}," for price in prices), "]"]
        else:
            lines.append(f"{label} = {inline(prices[0], defaults, False)}")
    return lines


def newest(tables):
    """The newest date at which a list price of a region was confirmed."""
    listed = (meters for name, meters in tables.items() if not name.startswith("savings."))
    return max(p.origin[0] for meters in listed for prices in meters.values() for p in prices if not p.everywhere)


def render_file(head, tables):
    """The text of one file: the lines about its region, and its tables."""
    lines = [*head]
    for name in (*TABLES, *sorted(name for name in tables if name.startswith("savings."))):
        if name in tables:
            lines += render_table(name, tables[name])
    return "\n".join(lines) + "\n"


def render_instances(facts):
    """The text of instances.csv, and the one source all its rows must share."""
    shapes, sources = {}, {}
    columns = ("instance_type", "arch", "vcpu", "memory_mib", "max_pods", "allocatable_cpu", "allocatable_memory")
    for row, cells in read(facts, "ec2_allocatable.csv", (*columns, "source")):
        name = checked(row, "instance type", INSTANCE_TYPE, cells["instance_type"])
        if name in shapes:
            fail(row, f"{name!r} occurs twice")
        forms = ("x86_64|arm64", "[0-9]+", "[0-9]+", "[0-9]+", "[0-9]+m", "[0-9]+Mi")
        shapes[name] = [checked(row, column, form, cells[column]) for column, form in zip(columns[1:], forms)]
        sources[cells["source"]] = row
        if len(sources) > 1:
            fail(row, "a second source: sources.toml has room for one")
    header = "instance_type,architecture,vcpu,memory_mib,max_pods,allocatable_millicores,allocatable_mib"
    lines = (",".join((name, *cells[:4], cells[4].removesuffix("m"), cells[5].removesuffix("Mi")))
             for name, cells in sorted(shapes.items()))
    return "\n".join((header, *lines)) + "\n", next(iter(sources), "")


def render_sources(facts, book, instances_source):
    """The text of sources.toml; a price whose source has no entry is an error."""
    fields = ("what", "where", "price_date", "note")
    listed = {}
    for _, cells in read(facts, "sources.csv", ("tag", *fields)):
        own = REWORDED.get(cells["tag"], (None,) * 4)
        listed[cells["tag"]] = {field: cells[field] if text is None else text for field, text in zip(fields, own)}
    for tag in [*REWORDED, *(tag for tag, _ in ALIASES.values())]:
        if tag not in listed:
            fail(("sources.csv", 1), f"no row for {tag!r}, which build.py rewords or renames")
    entries = {**listed, **UNLISTED, "instances": {**UNLISTED["instances"], "where": instances_source}}
    for spelling, (tag, date) in ALIASES.items():
        entries[spelling] = {**listed[tag], "price_date": date, "note": f"listed as {tag} in the facts"}
    used = {"instances", *FREE_TIER}
    for price in (p for tables in book.values() for meters in tables.values() for ps in meters.values() for p in ps):
        for tag in (re.split(r"[ (]", part)[0] for part in price.origin[2].split("+")):
            if tag not in entries:
                fail(price.row, f"source tag {tag!r} has no entry in sources.csv or build.py")
            used.add(tag)
    lines = ["# Where the prices come from. Written by pricing/build.py."]
    for tag, entry in sorted((tag, entries[tag]) for tag in used):
        label = tag if re.fullmatch(r"[A-Za-z0-9_-]+", tag) else json.dumps(tag)
        lines += ["", f"[{label}]", *pairs((field, entry.get(field, "")) for field in fields)]
    return "\n".join(lines) + "\n"


def folder(table, key):
    """The folder of a price: "" for prices that most runs need, else a folder that is read only if needed."""
    if table == "eks_auto_mode":
        return "auto_mode/"
    if table.startswith("savings.reserved-instances."):
        return "reserved/"
    return "other_types/" if table == "ec2" and not re.fullmatch(CANDIDATE, key) else ""


def region_names(facts, regions):
    """The name of each region in the price list."""
    names = {cells["region"]: (row, cells["name_price_list"])
             for row, cells in read(facts, "regions.csv", ("region", "name_price_list"))}
    for region in regions:
        if region not in names:
            fail(("regions.csv", 1), f"no row for {region!r}")
    return {region: checked(row, "name", r"[A-Z][A-Za-z.() -]+", name) for region, (row, name) in names.items()
            if region in regions}


def render_regions(facts, book):
    """The texts of the files of all regions, by path."""
    texts = {}
    names = region_names(facts, book)
    for region, tables in sorted(book.items()):
        files = defaultdict(lambda: defaultdict(dict))
        for table, meters in tables.items():
            for key, prices in meters.items():
                files[folder(table, key)][table][key] = prices
        for path, within in files.items():
            head = [f"# Prices of {region}. Written by pricing/build.py; sources are listed in sources.toml.",
                    f'region = "{region}"',
                    *([] if path else [f'name = "{names[region]}"'.ljust(37) + " # as AWS's price list writes it"]),
                    'currency = "USD"',
                    f'as_of = "{newest(tables)}"'.ljust(37) + " # newest date of a list price of the region"]
            texts[f"{path}{region}.toml"] = render_file(head, within)
    return texts


def main():
    """Render everything, then write everything."""
    if len(sys.argv) != 2:
        sys.exit("usage: python3 pricing/build.py FACTS_DIR")
    facts = Path(sys.argv[1])
    book = collect(facts)
    add_credits(book)
    collect_savings(facts, book)
    texts = render_regions(facts, book)
    texts["instances.csv"], instances_source = render_instances(facts)
    texts["sources.toml"] = render_sources(facts, book, instances_source)
    for name, text in texts.items():
        path = Path(__file__).resolve().parent / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    print(f"{len(book)} regions, {len(texts)} files")


if __name__ == "__main__":
    main()
