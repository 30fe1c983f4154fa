//! `prices import`: AWS's published price lists become price files. The lists here have the shape of
//! AWS's and prices that no region has, so that no built-in price can stand in for them.

use serde_json::{Value, json};
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

const EAST: [&str; 2] = ["us-east-1", "US East (N. Virginia)"];
const IRELAND: [&str; 2] = ["eu-west-1", "EU (Ireland)"];

struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.at(name), content).expect("written");
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.at(name)).unwrap_or_default()
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lambdacost"));
        command.current_dir(self.0.path()).args(arguments);
        command.output().expect("it starts")
    }

    /// Imports files to the folder `out`, and returns what standard error reports.
    fn import(&self, arguments: &[&str]) -> String {
        let command = [&["prices", "import"], arguments, &["-o", "out"]].concat();
        let output = self.run(&command);
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(0), "{message}");
        assert!(output.stdout.is_empty());
        message
    }

    fn refused(&self, arguments: &[&str]) -> String {
        let command = [&["prices", "import"], arguments, &["-o", "out"]].concat();
        let output = self.run(&command);
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{message}");
        assert!(!self.at("out").exists(), "{message}");
        message
    }

    /// A price that the program reads from the folder `out`: dollars, date and source, by meter and
    /// start of the tier.
    fn price(&self, region: &str, meter: &str, from: &str) -> [String; 3] {
        let shown = self.run(&[
            "prices", "show", region, "--prices", "out", "--format", "json",
        ]);
        let shown: Value = serde_json::from_slice(&shown.stdout).expect("JSON");
        let prices = shown["prices"].as_array().expect("a list").iter();
        let found = prices
            .clone()
            .find(|price| price["meter"] == meter && price["from"] == from);
        let price = found.unwrap_or_else(|| panic!("no {meter} from {from} in {region}"));
        ["usd", "as_of", "source"].map(|key| price[key].as_str().unwrap_or_default().to_owned())
    }

    fn usd(&self, region: &str, meter: &str) -> String {
        let [usd, ..] = self.price(region, meter, "0");
        usd
    }
}

/// A product with one on-demand price in each tier.
struct Row {
    sku: &'static str,
    attributes: Value,
    tiers: Vec<[&'static str; 3]>,
    term: &'static str,
}

fn row(sku: &'static str, place: [&str; 2], usagetype: &str, usd: &'static str) -> Row {
    Row {
        sku,
        attributes: json!({
            "location": place[1], "locationType": "AWS Region", "regionCode": place[0],
            "usagetype": usagetype, "operation": "",
        }),
        tiers: vec![["0", "Inf", usd]],
        term: "JRTCKXETXF",
    }
}

impl Row {
    fn with(mut self, attributes: Value) -> Self {
        for (key, value) in attributes.as_object().expect("an object") {
            self.attributes[key] = value.clone();
        }
        self
    }

    fn terms(&self) -> Value {
        let (sku, term) = (self.sku, self.term);
        let mut dimensions = json!({});
        for (number, [from, to, usd]) in self.tiers.iter().enumerate() {
            let code = format!("{sku}.{term}.RATE{number}");
            dimensions[&code] = json!({
                "rateCode": code, "beginRange": from, "endRange": to, "unit": "any",
                "pricePerUnit": { "USD": usd }, "appliesTo": [],
            });
        }
        let key = format!("{sku}.{term}");
        json!({ key: { "offerTermCode": term, "sku": sku, "priceDimensions": dimensions } })
    }

    fn product(&self, service: &str) -> Value {
        let mut attributes = self.attributes.clone();
        attributes["servicecode"] = service.into();
        json!({ "sku": self.sku, "productFamily": "any", "attributes": attributes })
    }
}

fn offer(service: &str, day: &str, rows: &[Row]) -> Value {
    let mut products = json!({});
    let mut terms = json!({});
    for row in rows {
        products[row.sku] = row.product(service);
        terms[row.sku] = row.terms();
    }
    json!({
        "formatVersion": "v1.0", "disclaimer": "", "offerCode": service, "version": "20261103101112",
        "publicationDate": format!("{day}T10:11:12Z"), "products": products,
        "terms": { "OnDemand": terms },
    })
}

/// The same offer in CSV, with the rows before its header.
fn offer_csv(service: &str, day: &str, rows: &[Row]) -> String {
    let mut text = format!(
        "\"FormatVersion\",\"v1.0\"\n\"Disclaimer\",\"a, b\"\n\"Publication Date\",\"{day}T10:11:12Z\"\n\
         \"Version\",\"20261103101112\"\n\"OfferCode\",\"{service}\"\n\
         SKU,OfferTermCode,RateCode,TermType,StartingRange,EndingRange,Unit,PricePerUnit,Currency,\
         serviceCode,Location,Location Type,usageType,operation,Region Code\n"
    );
    for row in rows {
        let text_of = |key: &str| row.attributes[key].as_str().unwrap_or_default().to_owned();
        for (number, [from, to, usd]) in row.tiers.iter().enumerate() {
            let (sku, term) = (row.sku, row.term);
            let place = [
                "location",
                "locationType",
                "usagetype",
                "operation",
                "regionCode",
            ];
            let place = place.map(text_of).join(",");
            writeln!(
                text,
                "{sku},{term},{sku}.{term}.RATE{number},OnDemand,{from},{to},any,{usd},USD,\
                 {service},{place}"
            )
            .expect("written");
        }
    }
    text
}

fn lambda_rows() -> Vec<Row> {
    let mut duration = row("DUR", EAST, "Lambda-GB-Second", "");
    // AWS writes an unordered map of tiers.
    duration.tiers = vec![
        ["15000000000", "Inf", "0.0000133000"],
        ["0", "6000000000", "0.0000177000"],
        ["6000000000", "15000000000", "0.0000155000"],
    ];
    let mut free = row("FREE", ["", "Any"], "Global-Request", "0.0000000000");
    free.term = "A429C66SYZ";
    vec![
        duration,
        row("REQ", EAST, "Request", "0.0000003000"),
        row("ARM", EAST, "Request-ARM", "0.0000002500"),
        row(
            "STORE",
            IRELAND,
            "EU-Lambda-Storage-GB-Second",
            "0.0000000412",
        ),
        row("EDGE", EAST, "Lambda-Edge-Request", "0.0000006000"),
        free,
    ]
}

#[test]
fn an_offer_file_in_json_and_in_csv_gives_the_same_price_files() {
    let folder = Folder::new();
    let json = offer("AWSLambda", "2026-11-03", &lambda_rows());
    folder.write("a.json", json.to_string());
    folder.write(
        "a.csv",
        offer_csv("AWSLambda", "2026-11-03", &lambda_rows()),
    );
    let message = folder.import(&["a.json"]);
    let source = "AWS price list AWSLambda 20261103101112";
    let price = |from| folder.price("us-east-1", "lambda.x86_64.duration", from);
    assert_eq!(price("0"), ["0.0000177", "2026-11-03", source]);
    assert_eq!(price("6000000000")[0], "0.0000155");
    assert_eq!(price("15000000000")[0], "0.0000133");
    assert_eq!(
        folder.usd("us-east-1", "lambda.x86_64.request"),
        "0.0000003"
    );
    assert_eq!(
        folder.usd("us-east-1", "lambda.arm64.request"),
        "0.00000025"
    );
    let stored = folder.usd("eu-west-1", "lambda.x86_64.ephemeral_storage");
    assert_eq!(stored, "0.0000000412");
    // A price that the file does not have stays that of the book.
    assert_eq!(folder.usd("us-east-1", "eks.cluster"), "0.1");
    assert!(
        message.contains("wrote out/us-east-1.toml: 5 prices"),
        "{message}"
    );
    assert!(
        message.contains("left out: 1 not of one region"),
        "{message}"
    );
    assert!(message.contains("left out: 1 of usage that"), "{message}");
    let of_json = ["out/us-east-1.toml", "out/eu-west-1.toml"].map(|name| folder.read(name));
    folder.import(&["a.csv"]);
    let of_csv = ["out/us-east-1.toml", "out/eu-west-1.toml"].map(|name| folder.read(name));
    assert_eq!(of_json, of_csv);
    assert!(of_json[0].contains("rate_code = \"REQ.JRTCKXETXF.RATE0\""));
}

#[test]
fn the_written_prices_are_those_of_an_answer() {
    let folder = Folder::new();
    folder.write(
        "a.json",
        offer("AWSLambda", "2026-11-03", &lambda_rows()).to_string(),
    );
    folder.import(&["a.json", "--region", "us-east-1"]);
    assert!(!folder.at("out/eu-west-1.toml").exists());
    folder.write(
        "s.toml",
        "region = \"us-east-1\"\n[[function]]\nname = \"a\"\n\
         memory_mb = 1024\nduration_ms = 1000\ninvocations_per_month = 1000000\nutilization = 0.5\n",
    );
    let answer = folder.run(&["compare", "s.toml", "--prices", "out", "--format", "csv"]);
    let answer = String::from_utf8_lossy(&answer.stdout).into_owned();
    // A million GB-s at 0.0000177 and a million requests at 0.0000003: 17.70 + 0.30.
    let lambda = answer.lines().find(|line| line.contains(",lambda,"));
    assert!(
        lambda.is_some_and(|line| line.contains(",18,18,")),
        "{answer}"
    );
}

#[test]
fn what_is_not_clear_is_left_out_and_counted() {
    let folder = Folder::new();
    let mut gap = row("GAP", EAST, "Lambda-GB-Second-ARM", "");
    gap.tiers = vec![["0", "5", "0.1"], ["6", "Inf", "0.2"]];
    let mut tiered = row("TIER", EAST, "Lambda-Provisioned-Concurrency", "");
    tiered.tiers = vec![["0", "5", "0.1"], ["5", "Inf", "0.2"]];
    let zone = json!({ "locationType": "AWS Local Zone", "regionCode": "us-west-2-lax-1" });
    let unknown = ["", "Moon (Crater)"];
    let rows = [
        row("A", EAST, "Request", "0.3"),
        row("B", EAST, "Request", "0.4"),
        row("C", EAST, "Request-ARM", "0.5"),
        row("D", EAST, "Request-ARM", "0.50"),
        gap,
        tiered,
        row("Z", EAST, "Lambda-Provisioned-GB-Second", "0.0000000000"),
        row("L", EAST, "Lambda-Storage-GB-Second", "0.1").with(zone),
        row("N", unknown, "Lambda-Storage-GB-Second", "0.1"),
        row("E", EAST, "Lambda-Storage-GB-Second-ARM", "free"),
    ];
    let mut list = offer("AWSLambda", "2026-11-03", &rows);
    list["terms"]["OnDemand"]["N2"] = json!({});
    folder.write("a.json", list.to_string());
    let message = folder.import(&["a.json"]);
    for reason in [
        "1 with two different prices in the same place: neither is used (first: lambda.x86_64.request",
        "2 with tiers that have gaps",
        "1 with a price of zero",
        "1 in Local Zones",
        "1 in a location that is not a known region",
        "1 with a price or tier that is not a decimal",
        "2 without an on-demand price",
    ] {
        assert!(
            message.contains(&format!("left out: {reason}")),
            "{reason}\n{message}"
        );
    }
    assert!(
        message.contains("out/us-east-1.toml: 1 price,"),
        "{message}"
    );
    assert_eq!(folder.usd("us-east-1", "lambda.arm64.request"), "0.5");
}

#[test]
fn prices_in_another_currency_are_left_out() {
    let folder = Folder::new();
    let mut list = offer("AWSLambda", "2026-11-03", &[row("A", EAST, "Request", "1")]);
    let term = &mut list["terms"]["OnDemand"]["A"]["A.JRTCKXETXF"]["priceDimensions"];
    term["A.JRTCKXETXF.RATE0"]["pricePerUnit"] = json!({ "CNY": "2" });
    folder.write("a.json", list.to_string());
    let message = folder.refused(&["a.json"]);
    assert!(
        message.contains("left out: 1 not in US dollars"),
        "{message}"
    );
    assert!(message.contains("error[unreadable]: no price"), "{message}");
}

#[test]
fn a_file_that_was_published_later_wins_whatever_the_order() {
    let folder = Folder::new();
    let list = |day, usd| offer("AWSLambda", day, &[row("A", EAST, "Request", usd)]).to_string();
    folder.write("old.json", list("2026-10-01", "0.1"));
    folder.write("new.json", list("2026-11-01", "0.2"));
    let message = folder.import(&["old.json", "new.json"]);
    let first = folder.read("out/us-east-1.toml");
    assert!(
        message.contains("left out: 1 replaced by a file"),
        "{message}"
    );
    folder.import(&["new.json", "old.json", "new.json"]);
    assert_eq!(folder.read("out/us-east-1.toml"), first);
    let price = folder.price("us-east-1", "lambda.x86_64.request", "0");
    assert_eq!(price[..2], ["0.2", "2026-11-01"]);
}

#[test]
fn answers_of_get_products_are_read_as_text_and_as_objects() {
    let folder = Folder::new();
    let item = |row: &Row| {
        json!({
            "product": row.product("AmazonECS"), "serviceCode": "AmazonECS", "version": "20261102",
            "publicationDate": "2026-11-02T00:00:00Z", "terms": { "OnDemand": row.terms() },
        })
    };
    let vcpu = row(
        "V",
        EAST,
        "USE1-Fargate-ARM-vCPU-Hours:perCPU",
        "0.0400000000",
    );
    let memory = row("M", EAST, "USE1-Fargate-ARM-GB-Hours", "0.0050000000");
    let windows = row(
        "W",
        IRELAND,
        "EU-Fargate-Windows-OS-Hours:perCPU",
        "0.0460000000",
    );
    let list = json!({
        "FormatVersion": "aws_v1", "NextToken": "more",
        "PriceList": [item(&vcpu).to_string(), item(&memory)],
    });
    folder.write("a.json", list.to_string());
    folder.write("b.json", json!([item(&windows).to_string()]).to_string());
    folder.write(
        "c.json",
        item(&row(
            "S",
            EAST,
            "USE1-Fargate-EphemeralStorage-GB-Hours",
            "0.7",
        ))
        .to_string(),
    );
    let message = folder.import(&["a.json", "b.json", "c.json"]);
    assert!(
        message.contains("left out: 1 answers with a NextToken"),
        "{message}"
    );
    assert_eq!(folder.usd("us-east-1", "fargate.linux.arm64.vcpu"), "0.04");
    assert_eq!(
        folder.usd("us-east-1", "fargate.linux.arm64.memory"),
        "0.005"
    );
    assert_eq!(folder.usd("us-east-1", "fargate.storage.ephemeral"), "0.7");
    let price = folder.price("eu-west-1", "fargate.windows.x86_64.os_license", "0");
    assert_eq!(
        price,
        ["0.046", "2026-11-02", "AWS price list AmazonECS 20261102"]
    );
}

fn linux() -> Value {
    json!({
        "operatingSystem": "Linux", "tenancy": "Shared", "preInstalledSw": "NA",
        "capacitystatus": "Used", "licenseModel": "No License required", "operation": "RunInstances",
    })
}

#[test]
fn an_offer_of_ec2_gives_linux_on_shared_hosts_with_reserved_instances() {
    let folder = Folder::new();
    let machine = |sku, usd| row(sku, EAST, "BoxUsage:m7i.large", usd).with(linux());
    let rows = [
        machine("LINUX", "0.1100000000"),
        machine("WIN", "0.2")
            .with(json!({ "operatingSystem": "Windows", "operation": "RunInstances:0002" })),
        machine("HOST", "0.3").with(json!({ "tenancy": "Dedicated" })),
        machine("SQL", "0.4").with(json!({ "preInstalledSw": "SQL Web" })),
        machine("IDLE", "0.5").with(json!({ "capacitystatus": "UnusedCapacityReservation" })),
        row("GP3", EAST, "EBS:VolumeUsage.gp3", "0.0900000000"),
        row("GP2", EAST, "EBS:VolumeUsage.gp2", "0.1000000000"),
        row("CPU", EAST, "CPUCredits:t4g", "0.0410000000").with(linux()),
    ];
    let mut list = offer("AmazonEC2", "2026-11-03", &rows);
    let term = |code: &str, class: &str, payment: &str, usd: &str| {
        json!({
            "offerTermCode": code, "sku": "LINUX",
            "priceDimensions": {
                "fee": { "rateCode": "fee", "unit": "Quantity", "pricePerUnit": { "USD": "900" } },
                "hour": { "rateCode": format!("LINUX.{code}.R"), "unit": "Hrs", "beginRange": "0",
                          "endRange": "Inf", "pricePerUnit": { "USD": usd } },
            },
            "termAttributes": { "LeaseContractLength": "3yr", "OfferingClass": class,
                                "PurchaseOption": payment },
        })
    };
    list["terms"]["Reserved"]["LINUX"] = json!({
        "LINUX.A": term("A", "standard", "No Upfront", "0.0550000000"),
        "LINUX.B": term("B", "standard", "Partial Upfront", "0.03"),
        "LINUX.C": term("C", "convertible", "No Upfront", "0.07"),
    });
    folder.write("a.json", list.to_string());
    let message = folder.import(&["a.json"]);
    assert_eq!(folder.usd("us-east-1", "ec2.m7i.large"), "0.11");
    assert_eq!(folder.usd("us-east-1", "ebs.gp3"), "0.09");
    assert_eq!(folder.usd("us-east-1", "ec2_credits.t4g"), "0.041");
    let rate = "savings.reserved-instances.3yr.no-upfront.ec2.m7i.large";
    assert_eq!(folder.usd("us-east-1", rate), "0.055");
    assert!(
        message.contains("left out: 4 of EC2 that is not Linux"),
        "{message}"
    );
    assert!(
        message.contains("left out: 1 Reserved Instances with an upfront"),
        "{message}"
    );
    assert!(message.contains("left out: 1 convertible"), "{message}");
    assert!(message.contains("us-east-1.toml: 4 prices"), "{message}");
}

#[test]
fn an_offer_of_eks_gives_clusters_control_planes_and_auto_mode() {
    let folder = Folder::new();
    let rows = [
        row(
            "C",
            IRELAND,
            "EU-AmazonEKS-Hours:perCluster",
            "0.1100000000",
        ),
        row(
            "X",
            IRELAND,
            "EU-AmazonEKS-Hours:extendedSupport",
            "0.5100000000",
        ),
        row(
            "P",
            IRELAND,
            "EU-AmazonEKS-Hours:2XL-ProvisionedTier",
            "3.5",
        ),
        row(
            "A",
            IRELAND,
            "EU-EKS-Auto:m7i.large-management-hours",
            "0.0131",
        ),
        row("F", IRELAND, "EU-Fargate-GB-Hours", "0.0051"),
    ];
    folder.write(
        "a.json",
        offer("AmazonEKS", "2026-11-03", &rows).to_string(),
    );
    folder.import(&["a.json"]);
    for (meter, usd) in [
        ("eks.cluster", "0.11"),
        ("eks.extended_support", "0.51"),
        ("eks.control_plane_2xl", "3.5"),
        ("eks_auto_mode.m7i.large", "0.0131"),
        ("eks.fargate_memory", "0.0051"),
    ] {
        assert_eq!(folder.usd("eu-west-1", meter), usd, "{meter}");
    }
}

/// A Savings Plan file with one plan and rates of Fargate.
fn plans(rates: &[Value]) -> String {
    let product = json!({
        "sku": "PLAN", "productFamily": "ComputeSavingsPlans", "usageType": "ComputeSP:3yrNoUpfront",
        "attributes": { "purchaseOption": "No Upfront", "purchaseTerm": "3yr", "location": "Any" },
    });
    json!({
        "version": "20261104000000", "publicationDate": "2026-11-04T00:00:00Z", "products": [product],
        "terms": { "savingsPlan": [{ "sku": "PLAN", "rates": rates }] },
    })
    .to_string()
}

fn rate(sku: &str, usagetype: &str, usd: &str) -> Value {
    json!({
        "discountedSku": sku, "discountedUsageType": usagetype, "discountedOperation": "",
        "discountedServiceCode": "AmazonECS", "rateCode": format!("PLAN.{sku}"), "unit": "Hrs",
        "discountedRate": { "price": usd, "currency": "USD" },
    })
}

const VCPU_RATE: &str = "savings.compute-savings-plan.3yr.no-upfront.fargate.linux.x86_64.vcpu";

#[test]
fn rates_of_savings_plans_get_their_region_from_the_product_or_the_flag() {
    let folder = Folder::new();
    let ireland = rate("FGIRE", "EU-Fargate-vCPU-Hours:perCPU", "0.021");
    let east = rate("FGEAST", "USE1-Fargate-vCPU-Hours:perCPU", "0.022");
    folder.write("plans.json", plans(&[ireland.clone(), east.clone()]));
    // Without the products, no region is known: not even with a flag, as there are two prefixes.
    let message = folder.refused(&["plans.json"]);
    assert!(
        message.contains("left out: 2 rates of Savings Plans whose region"),
        "{message}"
    );
    let message = folder.refused(&["plans.json", "--region", "eu-west-1"]);
    assert!(
        message.contains("left out: 2 rates of Savings Plans whose region"),
        "{message}"
    );
    let rows = [
        row("FGIRE", IRELAND, "EU-Fargate-vCPU-Hours:perCPU", "0.041"),
        row("FGEAST", EAST, "USE1-Fargate-vCPU-Hours:perCPU", "0.042"),
    ];
    folder.write(
        "ecs.json",
        offer("AmazonECS", "2026-11-03", &rows).to_string(),
    );
    folder.import(&["plans.json", "ecs.json"]);
    assert_eq!(
        folder.price("eu-west-1", VCPU_RATE, "0")[..2],
        ["0.021", "2026-11-04"]
    );
    assert_eq!(
        folder.price("us-east-1", VCPU_RATE, "0")[..2],
        ["0.022", "2026-11-04"]
    );
    // A file of one region, with the flag; and a rate that states its region.
    folder.write(
        "one.json",
        plans(&[rate("X", "EU-Fargate-vCPU-Hours:perCPU", "0.023")]),
    );
    folder.import(&["one.json", "--region", "eu-west-1"]);
    assert_eq!(folder.usd("eu-west-1", VCPU_RATE), "0.023");
    let mut stated = rate("X", "EU-Fargate-vCPU-Hours:perCPU", "0.024");
    stated["discountedRegionCode"] = "eu-west-1".into();
    folder.write("stated.json", plans(&[stated]));
    folder.import(&["stated.json"]);
    assert_eq!(folder.usd("eu-west-1", VCPU_RATE), "0.024");
}

#[test]
fn requests_and_windows_have_no_rate_of_savings_plans() {
    let folder = Folder::new();
    let mut request = rate("R", "EU-Request", "0.0000002");
    request["discountedServiceCode"] = "AWSLambda".into();
    let windows = rate("W", "EU-Fargate-Windows-GB-Hours", "0.01");
    let linux = rate("L", "EU-Fargate-GB-Hours", "0.0021");
    folder.write("plans.json", plans(&[request, windows, linux]));
    let message = folder.import(&["plans.json", "--region", "eu-west-1"]);
    assert!(
        message.contains("left out: 2 of Savings Plans for usage"),
        "{message}"
    );
    assert!(message.contains("eu-west-1.toml: 1 price,"), "{message}");
}

/// A file behind a pricing page.
fn page(source: &str, location: &str, entries: &Value) -> String {
    json!({
        "manifest": { "serviceId": "ec2", "hawkFilePublicationDate": "2026-11-05T01:02:03Z",
                      "currencyCode": "USD", "source": source },
        "sets": {}, "regions": { location: entries },
    })
    .to_string()
}

#[test]
fn files_behind_pricing_pages_are_joined_by_rate_code_or_read_by_instance_type() {
    let folder = Folder::new();
    let machine = |usd: &str| {
        json!({
            "rateCode": "A.JRTCKXETXF.B", "price": usd, "Location": "EU (Ireland)",
            "Instance Type": "m7i.large", "Operating System": "Linux", "Pre Installed S/W": "NA",
            "License Model": "No License required",
        })
    };
    let mut windows = machine("0.9");
    windows["Operating System"] = "Windows".into();
    let machines = json!({ "m7i large": machine("0.1230000000"), "windows": windows });
    folder.write(
        "od.json",
        page("ec2-ondemand-without-sec-sel", IRELAND[1], &machines),
    );
    let mut lease = machine("0.0770000000");
    lease["LeaseContractLength"] = "1yr".into();
    lease["PurchaseOption"] = "No Upfront".into();
    lease["Tenancy"] = "Shared".into();
    let mut upfront = lease.clone();
    upfront["PurchaseOption"] = "All Upfront".into();
    let leases = json!({ "one": lease, "two": upfront });
    folder.write(
        "ri.json",
        page("ec2-reservedinstance", "Europe (Ireland)", &leases),
    );
    // The published rate code of requests on x86 in us-east-1, and one that is not known.
    let codes = json!({
        "requests": { "rateCode": "GU2ZS9HVP6QTQ7KE.JRTCKXETXF.6YS6EN2CT7", "price": "0.0000002100" },
        "hash": { "rateCode": "GU2ZS9HVP6QTQ7KE.JRTCKXETXF.6YS6EN2CT7", "price": "0.0000002100" },
        "other": { "rateCode": "UNKNOWN.JRTCKXETXF.6YS6EN2CT7", "price": "1.0" },
    });
    folder.write("lambda.json", page("lambda", EAST[1], &codes));
    let message = folder.import(&["od.json", "ri.json", "lambda.json"]);
    let source = "AWS price list ec2-ondemand-without-sec-sel";
    let price = folder.price("eu-west-1", "ec2.m7i.large", "0");
    assert_eq!(price, ["0.123", "2026-11-05", source]);
    let rate = "savings.reserved-instances.1yr.no-upfront.ec2.m7i.large";
    assert_eq!(folder.usd("eu-west-1", rate), "0.077");
    assert_eq!(
        folder.usd("us-east-1", "lambda.x86_64.request"),
        "0.00000021"
    );
    assert!(
        message.contains("left out: 1 with a rate code that neither"),
        "{message}"
    );
    assert!(
        message.contains("left out: 1 of EC2 that is not Linux"),
        "{message}"
    );
    assert!(
        message.contains("left out: 1 Reserved Instances with an upfront"),
        "{message}"
    );
}

#[test]
fn a_file_that_is_no_price_list_is_an_error_that_names_what_it_is() {
    let folder = Folder::new();
    let whole = offer("AWSLambda", "2026-11-03", &lambda_rows()).to_string();
    let mut undated = offer("AWSLambda", "2026-11-03", &lambda_rows());
    undated["publicationDate"] = "soon".into();
    let index = json!({ "publicationDate": "2026-11-03", "regions": { "a": { "currentVersionUrl": "b" } } });
    let cases: [(&str, Vec<u8>, &str); 8] = [
        (
            "a.json",
            whole.as_bytes()[..whole.len() / 2].to_vec(),
            "EOF while parsing",
        ),
        (
            "b.json",
            undated.to_string().into_bytes(),
            "it has no publication date",
        ),
        (
            "c.json",
            index.to_string().into_bytes(),
            "an index of price lists",
        ),
        ("d.json", b"{\"a\": 1}".to_vec(), "not a price list of AWS"),
        (
            "e.txt",
            b"hello\n".to_vec(),
            "neither JSON nor a price list in CSV",
        ),
        ("f.json", Vec::new(), "it is empty"),
        ("g.json.gz", vec![0x1f, 0x8b, 8, 0], "gzip"),
        (
            "h.json",
            [&whole, "x"].concat().into_bytes(),
            "trailing characters",
        ),
    ];
    for (name, content, why) in cases {
        folder.write(name, content);
        let message = folder.refused(&[name]);
        assert!(message.contains(why), "{name}: {message}");
        assert!(
            message.contains(&format!("cannot import `{name}`")),
            "{message}"
        );
    }
    let message = folder.refused(&["absent.json"]);
    assert!(message.contains("cannot import `absent.json`"), "{message}");
}

/// Peak memory of a finished child is not available on every system, so the limit is set before it.
#[cfg(target_os = "linux")]
#[test]
fn memory_does_not_grow_with_the_file() {
    let folder = Folder::new();
    let mut child = Command::new("sh");
    let program = env!("CARGO_BIN_EXE_lambdacost");
    // KiB of address space. The file is larger.
    let line = format!("ulimit -v 220000; exec {program} prices import - -o out");
    let child = child
        .arg("-c")
        .arg(line)
        .env("RAYON_NUM_THREADS", "1")
        .current_dir(folder.0.path());
    let child = child.stdin(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = child.expect("it starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    let product = row("WIN", EAST, "BoxUsage:m7i.large", "1")
        .product("AmazonEC2")
        .to_string();
    let filler = "x".repeat(4000);
    let head = "{\"offerCode\":\"AmazonEC2\",\"version\":\"1\",\"publicationDate\":\"2026-11-03\",";
    write!(stdin, "{head}\"products\":{{").expect("written");
    for number in 0..60_000 {
        write!(
            stdin,
            "\"W{number}\":{{\"filler\":\"{filler}\",{},",
            &product[1..]
        )
        .expect("written");
    }
    let kept = row("LINUX", EAST, "BoxUsage:m7i.large", "0.1").with(linux());
    let rest = json!({ "LINUX": kept.terms() });
    let product = kept.product("AmazonEC2");
    write!(
        stdin,
        "\"LINUX\":{product}}},\"terms\":{{\"OnDemand\":{rest}}}}}"
    )
    .expect("written");
    drop(stdin);
    let output = child.wait_with_output().expect("it ends");
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{message}");
    assert!(
        message.contains("left out: 60000 of EC2 that is not Linux"),
        "{message}"
    );
    assert_eq!(folder.usd("us-east-1", "ec2.m7i.large"), "0.1");
}

/// Two folders of prices of Lambda, and a scenario of one function.
fn two_folders() -> Folder {
    let folder = Folder::new();
    let head = "region = \"us-east-1\"\nas_of = \"2026-11-01\"\n[lambda.x86_64]\nas_of = \"2026-11-01\"\n\
                source = \"ours\"\n";
    let price = |key: &str, usd: &str, per: &str| {
        format!("{key} = {{ usd = \"{usd}\", per = \"{per}\" }}\n")
    };
    fs::create_dir(folder.at("a")).expect("created");
    fs::create_dir(folder.at("b")).expect("created");
    let a = [
        head,
        &price("request", "0.0000002", "request"),
        &price("duration", "0.00001", "GB-s"),
        &price("ephemeral_storage", "0.5", "GB-s"),
        &price("provisioned_duration", "0.1", "GB-s"),
        "[ebs]\nas_of = \"2026-11-01\"\nsource = \"ours\"\n",
        &price("gp3", "0.08", "GB-month"),
    ];
    let b = [
        head,
        &price("request", "0.0000003", "request"),
        &price("duration", "0.0004", "GB-s"),
        &price("ephemeral_storage", "0.50", "GB-s"),
        &price("response_streaming", "0.2", "GB"),
    ];
    folder.write("a/us-east-1.toml", a.concat());
    folder.write("b/us-east-1.toml", b.concat());
    folder.write(
        "s.toml",
        "region = \"us-east-1\"\n[[function]]\nname = \"api\"\n\
         memory_mb = 1024\nduration_ms = 1000\ninvocations_per_month = 1000000\nutilization = 0.5\n",
    );
    folder
}

#[test]
fn a_difference_has_changed_added_and_gone_prices_and_flipped_verdicts() {
    let folder = two_folders();
    let output = folder.run(&[
        "prices",
        "diff",
        "a",
        "b",
        "--scenario",
        "s.toml",
        "--format",
        "json",
    ]);
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!((output.status.code(), &*message), (Some(0), ""));
    let diff: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(diff["schema"], "lambdacost/prices-diff/v1");
    let region = &diff["regions"][0];
    assert_eq!(
        (
            &region["equal"],
            &region["only_before"],
            &region["only_after"]
        ),
        (&json!(1), &json!(1), &json!(0))
    );
    let prices = region["prices"].as_array().expect("a list").iter();
    let prices: Vec<_> = prices
        .map(|price| ["meter", "before", "after", "change_percent"].map(|key| price[key].clone()))
        .collect();
    let none = Value::Null;
    assert_eq!(
        prices,
        [
            // 0.0004 is 40 times 0.00001, and 0.3 is 1.5 times 0.2.
            [
                json!("lambda.x86_64.duration"),
                json!("0.00001"),
                json!("0.0004"),
                json!("+3900.00")
            ],
            [
                json!("lambda.x86_64.provisioned_duration"),
                json!("0.1"),
                none.clone(),
                none.clone()
            ],
            [
                json!("lambda.x86_64.request"),
                json!("0.0000002"),
                json!("0.0000003"),
                json!("+50.00")
            ],
            [
                json!("lambda.x86_64.response_streaming"),
                none.clone(),
                json!("0.2"),
                none
            ],
        ]
    );
    // A million GB-s and a million requests: 10 + 0.20 and 400 + 0.30; 390.10 / 10.20 is 38.245.
    let function = &diff["functions"][0];
    assert_eq!(function["name"], "api");
    let lambda = &function["platforms"][0];
    let lambda = ["platform", "before_usd", "after_usd", "change_percent"].map(|key| &lambda[key]);
    assert_eq!(lambda, ["lambda", "10.20", "400.30", "+3824.51"]);
    assert_eq!(function["verdict_before"], "lambda");
    assert_ne!(function["verdict_after"], "lambda");
    let text = folder.run(&["prices", "diff", "a", "b", "--scenario", "s.toml"]);
    let text = String::from_utf8_lossy(&text.stdout).into_owned();
    for part in [
        "a -> b",
        "4 differ, 1 equal",
        "+50.00 %",
        "gone",
        "added",
        "the verdict flips: Lambda -> ",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    let page = folder.run(&[
        "prices",
        "diff",
        "a",
        "b",
        "--scenario",
        "s.toml",
        "--format",
        "markdown",
    ]);
    let page = String::from_utf8_lossy(&page.stdout).into_owned();
    assert!(
        page.contains("| 0.0000002 | 0.0000003 | +50.00 % | request |"),
        "{page}"
    );
}

#[test]
fn equal_books_do_not_differ() {
    let folder = two_folders();
    let output = folder.run(&["prices", "diff", "built-in", "built-in", "--format", "json"]);
    let diff: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let regions = diff["regions"].as_array().expect("a list");
    assert!(regions.len() > 30);
    assert!(
        regions
            .iter()
            .all(|region| region["prices"] == json!([]) && region["equal"] != 0)
    );
    let output = folder.run(&["prices", "diff", "a", "a", "--scenario", "s.toml"]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("no function costs more or less"), "{text}");
}

#[test]
fn the_variable_names_prices_and_the_flag_wins_over_it() {
    let folder = two_folders();
    let answer = |variable: &str, flag: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lambdacost"));
        let arguments = [&["compare", "s.toml", "--format", "json"], flag].concat();
        let command = command.args(arguments).env("LAMBDACOST_PRICES", variable);
        let output = command
            .current_dir(folder.0.path())
            .output()
            .expect("it starts");
        let text = [output.stdout, output.stderr].concat();
        String::from_utf8(text).expect("UTF-8")
    };
    let of_variable = answer("b", &[]);
    assert!(of_variable.contains("400.3"), "{of_variable}");
    assert!(of_variable.contains("LAMBDACOST_PRICES replaces prices of us-east-1"));
    let of_flag = answer("b", &["--prices", "a"]);
    assert!(
        of_flag.contains("10.2") && !of_flag.contains("400.3"),
        "{of_flag}"
    );
    assert!(of_flag.contains("--prices replaces prices of us-east-1"));
    assert!(!answer("", &[]).contains("replaces prices"));
    let absent = answer("absent", &[]);
    assert!(
        absent.contains("`absent`, which LAMBDACOST_PRICES names"),
        "{absent}"
    );
}
