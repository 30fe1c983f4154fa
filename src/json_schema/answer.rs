//! The fields of the JSON output of `compare`, one row each. The tables of `docs/json.md` and the
//! schemas are written from the rows.

use super::crossover::CROSSOVER;
use super::plan_answer::{COMMITMENT, PLAN};
use crate::text::without_links;
use serde_json::{Map, Value, json};

/// An object in an answer.
pub struct Object {
    /// Its name in `docs/json.md` and the schema.
    pub name: &'static str,
    /// Its fields. All of them are always present.
    pub fields: &'static [Member],
}

pub struct Member {
    pub name: &'static str,
    pub kind: JsonKind,
    /// What it means, in Markdown.
    pub meaning: &'static str,
}

/// The kind of a field's value.
#[derive(Clone, Copy)]
pub enum JsonKind {
    Text,
    /// This text.
    Exactly(&'static str),
    /// One of these texts.
    OneOf(&'static [&'static str]),
    /// A decimal with all its digits, as text.
    Decimal,
    /// An integer, as a number.
    Whole,
    /// An integer as a number, or a decimal as text.
    WholeOrDecimal,
    /// `true` or `false`.
    Flag,
    /// An object.
    Of(&'static Object),
    /// One of several objects.
    OneOfObjects(&'static [&'static Object]),
    /// A list.
    List(&'static JsonKind),
    /// An object with any field names, and values of one kind.
    Map(&'static JsonKind),
    /// This kind, or `null`.
    OrNull(&'static JsonKind),
}

use JsonKind::{
    Decimal, Exactly, Flag, List, Map as MapOf, Of, OneOf, OneOfObjects, OrNull, Text, Whole,
    WholeOrDecimal,
};

pub(super) const TEXT_OR_NULL: JsonKind = OrNull(&Text);
pub(super) const DECIMAL_OR_NULL: JsonKind = OrNull(&Decimal);
const WHOLE_OR_NULL: JsonKind = OrNull(&Whole);
const ARCHITECTURE: JsonKind = OneOf(&["x86_64", "arm64"]);

pub(super) const fn field(name: &'static str, kind: JsonKind, meaning: &'static str) -> Member {
    Member {
        name,
        kind,
        meaning,
    }
}

/// The output of `compare`.
pub static COMPARE: Object = Object {
    name: "compare",
    fields: &[
        field(
            "schema",
            Exactly("lambdacost/compare/v2"),
            "`lambdacost/compare/v2`",
        ),
        field("tool_version", Text, "version of the program"),
        field("scenario", Text, "the file name as given"),
        field("currency", Exactly("USD"), "`USD`"),
        field("hours_per_month", Decimal, "hours of the month"),
        field(
            "prices",
            List(&Of(&REGION)),
            "the regions, with the date of their prices",
        ),
        field(
            "functions",
            List(&Of(&FUNCTION)),
            "the selected functions, see [a function](#a-function)",
        ),
        field(
            "clusters",
            List(&Of(&CLUSTER)),
            "the EKS clusters of today and of the plan, see [a cluster](#a-cluster)",
        ),
        field("totals", MapOf(&DECIMAL_OR_NULL), "see [totals](#totals)"),
        field(
            "partial_totals",
            MapOf(&Of(&PARTIAL_TOTAL)),
            "by name of a total that is `null` because functions cannot run there: the total of the \
             others",
        ),
        field(
            "on_demand_totals",
            OrNull(&MapOf(&DECIMAL_OR_NULL)),
            "the same at list prices; `null` without a commitment or discounts",
        ),
        field(
            "plan",
            Of(&PLAN),
            "the moves with the lowest bill, see [a plan](#a-plan)",
        ),
        field(
            "commitment",
            OrNull(&Of(&COMMITMENT)),
            "a commitment in dollars an hour in today's bill; `null` without one",
        ),
        field(
            "unused_commitment_usd",
            MapOf(&Decimal),
            "by platform: dollars a month of a commitment in dollars an hour that are lost if \
             everything runs there; they are in the totals",
        ),
        field("assumptions", List(&Text), "what is assumed, in words"),
        field("not_counted", List(&Text), "what is left out, in words"),
        field(
            "notes",
            List(&Of(&NOTE)),
            "the sentences of both with their codes, to compare answers by",
        ),
        field(
            "groups",
            OrNull(&Of(&GROUPS)),
            "the functions grouped by a tag; `null` without `--by`",
        ),
    ],
};

/// The output of `compare` with `--set`.
pub static COMPARE_SET: Object = Object {
    name: "compare_set",
    fields: &[
        field(
            "schema",
            Exactly("lambdacost/compare-set/v1"),
            "`lambdacost/compare-set/v1`",
        ),
        field(
            "changes",
            List(&Of(&SET_CHANGE)),
            "the keys of functions that `--set` has changed",
        ),
        field("unchanged", Of(&COMPARE), "the answer as the scenario is"),
        field("changed", Of(&COMPARE), "the answer with the changes"),
    ],
};

static SET_CHANGE: Object = Object {
    name: "set_change",
    fields: &[
        field("function", Text, "the function"),
        field("key", Text, "the path of the key"),
        field(
            "before",
            TEXT_OR_NULL,
            "its value in the scenario; `null` if it is not stated",
        ),
        field(
            "after",
            TEXT_OR_NULL,
            "its value then; `null` if another key stands in its place",
        ),
    ],
};

static GROUPS: Object = Object {
    name: "groups",
    fields: &[
        field("tag", Text, "the tag of `--by`"),
        field(
            "list",
            List(&Of(&GROUP)),
            "a group for each value, the largest bill of today first; functions without the tag are \
             the last one",
        ),
        field(
            "ungrouped_today_usd",
            Decimal,
            "the part of today's bill that is in no group: that of a commitment in dollars an hour",
        ),
        field(
            "ungrouped_saving_usd",
            Decimal,
            "the part of the plan's saving that is in no group: that of Lambda's free tier and of a \
             commitment in dollars an hour",
        ),
    ],
};

static GROUP: Object = Object {
    name: "group",
    fields: &[
        field(
            "value",
            TEXT_OR_NULL,
            "the value of the tag; `null` for functions without it",
        ),
        field("functions", Whole, "number of functions"),
        field(
            "left_out",
            Whole,
            "how many of them cannot run where they are: they are in no amount",
        ),
        field("moves", Whole, "how many of them the plan moves"),
        field("today_usd", Decimal, "their part of the bill of today"),
        field(
            "plan_usd",
            Decimal,
            "their part of the bill after the moves",
        ),
        field("saving_usd", Decimal, "their part of the saving"),
    ],
};

static PARTIAL_TOTAL: Object = Object {
    name: "partial_total",
    fields: &[
        field(
            "usd",
            Decimal,
            "dollars a month of the functions that can run",
        ),
        field("left_out", Whole, "how many functions cannot"),
    ],
};

/// A plan, which `plan` also writes alone.
static PLACE: Object = Object {
    name: "place",
    fields: &[
        field("platform", Text, "where the plan has it"),
        field(
            "saving_usd",
            Decimal,
            "its part of the saving; 0 if it stays",
        ),
        field(
            "move_alone_usd",
            DECIMAL_OR_NULL,
            "as in the plan's move; `null` if it stays",
        ),
    ],
};

static HANGS_ON: Object = Object {
    name: "input",
    fields: &[
        field(
            "input",
            Text,
            "`calls`, `duration_ms`, `memory_mb`, `capacity`, `cpu_ms`, `memory_per_request_mb` or \
             `price.` with a platform",
        ),
        field("stated", Decimal, "its value today; 1 for prices"),
        field(
            "below",
            DECIMAL_OR_NULL,
            "the nearest lower value at which the other platform is cheaper; `null` down to a \
             thousandth of the value",
        ),
        field(
            "above",
            DECIMAL_OR_NULL,
            "the nearest higher value at which the other platform is cheaper; `null` up to a \
             thousand times the value",
        ),
    ],
};

static CLOSEST: Object = Object {
    name: "closest",
    fields: &[
        field("input", Text, "as above"),
        field(
            "turns_at",
            Decimal,
            "the first value at which the other platform is cheaper",
        ),
        field("ratio", Decimal, "that value over the one of today"),
    ],
};

static IF_WAITING: Object = Object {
    name: "if_waiting",
    fields: &[
        field(
            "cpu_ms",
            Decimal,
            "CPU time of a request, a fifth of Lambda's",
        ),
        field(
            "adds_usd",
            MapOf(&Decimal),
            "by platform: what it would add to the bill",
        ),
        field(
            "verdict",
            OneOf(&["stay", "move"]),
            "by the least of them: an illustration, not the verdict",
        ),
    ],
};

static NOTE: Object = Object {
    name: "note",
    fields: &[
        field(
            "code",
            Text,
            "its code, which stays the same; `lambdacost help assumptions` lists all",
        ),
        field(
            "kind",
            OneOf(&["assumed", "not-counted", "warning"]),
            "what it is",
        ),
        field(
            "functions",
            OrNull(&List(&Text)),
            "the functions to which it applies; `null` for the whole scenario",
        ),
        field("text", Text, "its sentence"),
    ],
};

static REGION: Object = Object {
    name: "region",
    fields: &[
        field("region", Text, "the region"),
        field("as_of", Text, "the newest date of a price in its file"),
    ],
};

static FUNCTION: Object = Object {
    name: "function",
    fields: &[
        field("name", Text, "as in the scenario"),
        field("region", Text, "as in the scenario"),
        field("architecture", ARCHITECTURE, "as in the scenario"),
        field(
            "runs_on",
            Text,
            "the platform where it runs today; `lambda` where unstated",
        ),
        field(
            "account",
            TEXT_OR_NULL,
            "the id of its AWS account, if stated",
        ),
        field("tags", MapOf(&Text), "its tags: values by name"),
        field("workload", Of(&WORKLOAD), "the load, below"),
        field(
            "platforms",
            List(&Of(&PLATFORM)),
            "one entry per platform, in the program's order",
        ),
        field(
            "crossovers",
            List(&Of(&CROSSOVER)),
            "one entry per pair of platforms that can both run it",
        ),
        field(
            "unit",
            Text,
            "what moves together: its service, or its name",
        ),
        field(
            "pinned",
            Flag,
            "whether it, or a function of its service, states `pinned = true`",
        ),
        field(
            "verdict",
            OrNull(&OneOf(&["stay", "move"])),
            "what the plan does with it; `null` where it cannot run where it is",
        ),
        field(
            "best_alone",
            TEXT_OR_NULL,
            "the platform on which it, or its service, adds least while all others stay; no \
             recommendation. `null` where none can run it",
        ),
        field(
            "gap_usd",
            DECIMAL_OR_NULL,
            "what it adds on the best platform of the other kind, less what it adds on \
             `best_alone`. Kinds: usage (`lambda`) and capacity (all others). `null` where only one \
             kind can run it. Of a function of a service it is its part, which can be negative",
        ),
        field(
            "plan",
            OrNull(&Of(&PLACE)),
            "its platform in the plan; `null` without a plan, and where it cannot run where it is",
        ),
        field(
            "hangs_on",
            List(&Of(&HANGS_ON)),
            "how far each input is from the value that changes the verdict",
        ),
        field(
            "close",
            Flag,
            "whether an input within 10 % of its value changes the verdict",
        ),
        field(
            "closest",
            OrNull(&Of(&CLOSEST)),
            "the input that is closest to the value that changes the verdict; prices only where no \
             other input changes it",
        ),
        field(
            "if_waiting",
            OrNull(&Of(&IF_WAITING)),
            "if its calls mostly wait: the same with a fifth of the CPU; `null` for jobs, and where \
             the container's CPU is stated",
        ),
        field(
            "uncovered",
            List(&Of(&UNCOVERED)),
            "what the commitment would lower and the price book lacks a rate for: it is at its list \
             price",
        ),
    ],
};

static UNCOVERED: Object = Object {
    name: "uncovered",
    fields: &[
        field("platform", Text, "the platform with it in the bill"),
        field(
            "meter",
            Text,
            "its path, as `lambdacost prices show` lists it",
        ),
    ],
};

static WORKLOAD: Object = Object {
    name: "workload",
    fields: &[
        field("invocations_per_month", Whole, "calls"),
        field(
            "duration_ms",
            Decimal,
            "mean billed duration, with the half millisecond that is added to a measured one",
        ),
        field("memory_mb", Whole, "memory as configured on Lambda"),
        field(
            "average_concurrency",
            Decimal,
            "requests in flight on average",
        ),
        field(
            "peak_concurrency",
            Decimal,
            "the capacity to provide for; 0 without calls and a stated peak",
        ),
        field(
            "utilization",
            DECIMAL_OR_NULL,
            "average over capacity; `null` without calls",
        ),
    ],
};

static PLATFORM: Object = Object {
    name: "platform",
    fields: &[
        field(
            "id",
            Text,
            "`lambda`, `fargate`, `eks`, `fargate-spot`, `eks-fargate`, `lambda-managed`",
        ),
        field("feasible", Flag, "whether it can run there"),
        field("reason", TEXT_OR_NULL, "why not"),
        field(
            "reason_code",
            TEXT_OR_NULL,
            "the kind of reason ([errors.md](errors.md#why-a-platform-cannot-run-a-function))",
        ),
        field("advice", TEXT_OR_NULL, "what would change it"),
        field(
            "monthly_usd",
            DECIMAL_OR_NULL,
            "its part of the bill of all functions, with the function here and the others where \
             they run today",
        ),
        field(
            "usd_per_million_invocations",
            DECIMAL_OR_NULL,
            "the same per million calls; `null` without any",
        ),
        field(
            "fleet",
            OrNull(&OneOfObjects(&[&TASKS, &PODS, &INSTANCES])),
            "its fleet; `null` on Lambda and for jobs",
        ),
        field(
            "adds_usd",
            DECIMAL_OR_NULL,
            "what it adds to the bill of all functions here; for a function of a service its part of \
             what the service adds",
        ),
        field(
            "move_usd",
            DECIMAL_OR_NULL,
            "the same less what it adds where it runs today; `null` where it cannot run there",
        ),
        field(
            "alone_usd",
            DECIMAL_OR_NULL,
            "EKS, also on Fargate: what the function would cost with a cluster for it alone",
        ),
        field(
            "lines",
            List(&Of(&LINE)),
            "the bill; the lines add up to `monthly_usd`",
        ),
    ],
};

static TASKS: Object = Object {
    name: "tasks",
    fields: &[
        field("tasks", Whole, "how many"),
        field("vcpu", Decimal, "vCPUs of each"),
        field("memory_gb", Decimal, "memory of each"),
        field(
            "requests_per_task",
            Whole,
            "requests in flight in each; in a service those of this function",
        ),
        field(
            "capacity",
            Decimal,
            "requests in flight that all of them carry at target utilization",
        ),
    ],
};

static PODS: Object = Object {
    name: "pods",
    fields: &[
        field("instance_type", Text, "type of the nodes"),
        field(
            "node_share",
            Decimal,
            "nodes that its pods fill, not rounded; in a service its part of them",
        ),
        field("pods", Whole, "how many"),
        field("pods_per_node", Whole, "how many of them fit on a node"),
        field(
            "requests_per_pod",
            Whole,
            "requests in flight that one of them carries; in a service those of this function",
        ),
        field(
            "capacity",
            Decimal,
            "requests in flight that all of them carry at target utilization",
        ),
    ],
};

static INSTANCES: Object = Object {
    name: "instances",
    fields: &[
        field("instance_type", Text, "type of the instances"),
        field("instances", Whole, "how many"),
        field(
            "environments",
            Whole,
            "execution environments that are needed, at least 3",
        ),
        field(
            "environments_per_instance",
            Whole,
            "how many of them fit on an instance",
        ),
        field(
            "requests_per_environment",
            Whole,
            "requests in flight in each",
        ),
        field(
            "capacity",
            Decimal,
            "requests in flight that the instances carry at target utilization, their availability \
             buffer left free",
        ),
    ],
};

static LINE: Object = Object {
    name: "line",
    fields: &[
        field(
            "item",
            Text,
            "what is paid for: an item of the tables in `docs/model.md`, or the name of an extra",
        ),
        field("quantity", Decimal, "how much of it"),
        field("unit", Text, "in which unit"),
        field("rate_usd", Decimal, "US dollars per unit"),
        field("cost_usd", Decimal, "quantity x rate"),
        field(
            "list_rate_usd",
            Decimal,
            "US dollars per unit at the list price",
        ),
        field(
            "bought",
            TEXT_OR_NULL,
            "how it is bought below that: the commitment, `discount`, or both; `null` at the list \
             price",
        ),
        field(
            "price_source",
            Text,
            "tags of `pricing/sources.toml` joined by `+`, and AWS's rate code where known; `stated` \
             for an extra",
        ),
        field(
            "price_as_of",
            Text,
            "when the price was last confirmed; `stated` for a price that the scenario states",
        ),
    ],
};

static CLUSTER: Object = Object {
    name: "cluster",
    fields: &[
        field(
            "of",
            OneOf(&["today", "plan"]),
            "whose functions it carries: those that run there today, or in the plan",
        ),
        field("region", Text, "its region"),
        field("architecture", ARCHITECTURE, "what its nodes run"),
        field("instance_type", Text, "type of its nodes"),
        field(
            "nodes",
            WholeOrDecimal,
            "how many, while all its functions run. A number for a cluster of the scenario. For an existing one it is a share, and a \
             string unless it happens to be whole",
        ),
        field(
            "allocatable",
            Of(&ALLOCATABLE),
            "what each of them offers, below",
        ),
        field(
            "requests_per_pod",
            MapOf(&WHOLE_OR_NULL),
            "requests in flight of a pod, by function or service; `null` for one that does not fit",
        ),
        field(
            "surplus_credits_usd",
            Decimal,
            "the part of its bill for vCPUs above the baseline of burstable nodes",
        ),
        field("monthly_usd", Decimal, "its bill"),
    ],
};

static ALLOCATABLE: Object = Object {
    name: "allocatable",
    fields: &[
        field("millicores", Whole, "thousandths of a vCPU"),
        field("mib", Whole, "memory, MiB"),
        field("nominal_mib", Whole, "memory of the instance type, MiB"),
        field("pods", Whole, "pods"),
    ],
};

impl Object {
    /// This object and every object in it, without duplicates, in the order of their fields.
    pub fn all(&'static self) -> Vec<&'static Self> {
        let mut found = vec![self];
        let mut next = 0;
        while let Some(object) = found.get(next).copied() {
            for object in object.fields.iter().flat_map(|field| field.kind.objects()) {
                if !found.iter().any(|known| known.name == object.name) {
                    found.push(object);
                }
            }
            next += 1;
        }
        found
    }

    pub(super) fn schema(&self) -> Value {
        let mut properties = Map::new();
        for field in self.fields {
            let mut schema = field.kind.schema();
            schema["description"] = json!(without_links(field.meaning));
            properties.insert(field.name.to_owned(), schema);
        }
        let names: Vec<&str> = self.fields.iter().map(|field| field.name).collect();
        json!({"type": "object", "required": names, "properties": properties})
    }
}

impl JsonKind {
    /// The objects that a value can be or contain.
    fn objects(self) -> Vec<&'static Object> {
        match self {
            Of(object) => vec![object],
            OneOfObjects(objects) => objects.to_vec(),
            List(inner) | MapOf(inner) | OrNull(inner) => inner.objects(),
            Text | Exactly(_) | OneOf(_) | Decimal | Whole | WholeOrDecimal | Flag => Vec::new(),
        }
    }

    /// The kind in a few words, for `docs/json.md`.
    pub fn describe(self) -> String {
        match self {
            Text | Exactly(_) | OneOf(_) => "string".to_owned(),
            Decimal => "decimal".to_owned(),
            Whole => "whole".to_owned(),
            WholeOrDecimal => "whole or decimal".to_owned(),
            Flag => "boolean".to_owned(),
            Of(_) | OneOfObjects(_) | MapOf(_) => "object".to_owned(),
            List(Text) => "array of strings".to_owned(),
            List(_) => "array".to_owned(),
            OrNull(inner) => format!("{} or null", inner.describe()),
        }
    }

    fn schema(self) -> Value {
        match self {
            Text => json!({"type": "string"}),
            Exactly(text) => json!({"const": text}),
            OneOf(words) => json!({"type": "string", "enum": words}),
            Decimal => json!({"type": "string", "pattern": "^-?[0-9]+(\\.[0-9]+)?$"}),
            Whole => json!({"type": "integer", "minimum": 0}),
            WholeOrDecimal => json!({"anyOf": [Whole.schema(), Decimal.schema()]}),
            Flag => json!({"type": "boolean"}),
            Of(object) => json!({"$ref": format!("#/definitions/{}", object.name)}),
            OneOfObjects(objects) => {
                let schemas = objects.iter().map(|object| Of(object).schema());
                json!({"anyOf": schemas.collect::<Vec<_>>()})
            }
            List(inner) => json!({"type": "array", "items": inner.schema()}),
            MapOf(inner) => json!({"type": "object", "additionalProperties": inner.schema()}),
            OrNull(inner) => json!({"anyOf": [inner.schema(), {"type": "null"}]}),
        }
    }
}
