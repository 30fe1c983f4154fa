//! The fields of the JSON output of `check`, one row each.

use super::answer::JsonKind::{Decimal, Exactly, Flag, List, Of, OneOf, OrNull, Text, Whole};
use super::answer::{DECIMAL_OR_NULL, JsonKind, Member, Object, TEXT_OR_NULL, field};

const FLAG_OR_NULL: JsonKind = OrNull(&Flag);

/// The output of `check`.
pub static CHECK: Object = Object {
    name: "check",
    fields: &[
        field(
            "schema",
            Exactly("lambdacost/check/v1"),
            "`lambdacost/check/v1`",
        ),
        field("tool_version", Text, "version of the program"),
        field("scenario", Text, "the file name as given"),
        field(
            "baseline",
            TEXT_OR_NULL,
            "the file name of the baseline as given; `null` without one that can be read",
        ),
        field(
            "baseline_name",
            TEXT_OR_NULL,
            "`--baseline-name`, or else the file name",
        ),
        field("currency", Exactly("USD"), "`USD`"),
        field(
            "passed",
            Flag,
            "false if there is an error, a finding at level `deny`: the exit code is then 1, and 0 otherwise",
        ),
        field(
            "denied",
            Whole,
            "how many errors there are: findings at level `deny`",
        ),
        field("warned", Whole, "how many findings are warnings"),
        field("noticed", Whole, "how many findings are notices"),
        field("functions", Whole, "how many functions were checked"),
        field(
            "monthly_usd",
            DECIMAL_OR_NULL,
            "USD a month of the whole scenario on the platforms of today; `null` if it is not known",
        ),
        field(
            "findings",
            List(&Of(&FINDING)),
            "errors, warnings, notices; of each first those that are not in the baseline, of each \
             first those in the whole scenario, then in functions in their order, see [a \
             finding](#a-finding)",
        ),
        field(
            "budgets",
            List(&Of(&BUDGET)),
            "how much is used of each limit of a monthly bill and of the price of a million \
             invocations: of the whole scenario, then of tags, then of functions in their order",
        ),
        field(
            "changes",
            OrNull(&Of(&CHANGES)),
            "what changed since the baseline, see [changes](#changes); `null` without one",
        ),
    ],
};

static FINDING: Object = Object {
    name: "finding",
    fields: &[
        field("rule", Text, "name of the rule"),
        field(
            "level",
            OneOf(&["deny", "warn", "notice"]),
            "`deny`, `warn` or `notice`; rules of level `allow` have no findings",
        ),
        field(
            "existing",
            FLAG_OR_NULL,
            "true if the baseline has the finding too and the keys of its function are the same; \
             `null` if that is not known: without a baseline, or with a report as the baseline",
        ),
        field(
            "function",
            TEXT_OR_NULL,
            "the function that it is about; `null` for the whole scenario",
        ),
        field(
            "file",
            Text,
            "the file to correct: the scenario, or the functions file for a function of it",
        ),
        field(
            "line",
            Whole,
            "the line, counted from one: where the function begins. For the whole scenario: line 1, \
             or that of the budget without a function",
        ),
        field("message", Text, "what is wrong and by how much"),
        field("help", Text, "what to do"),
        field(
            "actual",
            DECIMAL_OR_NULL,
            "what was measured; `null` where no two numbers are compared",
        ),
        field("limit", DECIMAL_OR_NULL, "what is allowed; `null` likewise"),
        field(
            "unit",
            TEXT_OR_NULL,
            "of both: `USD/month`, `USD/million`, `percent`, `percent of traffic`, `share of the time` \
             or `days`",
        ),
        field("driver", OrNull(&Of(&DRIVER)), "what weighs most"),
    ],
};

static DRIVER: Object = Object {
    name: "driver",
    fields: &[
        field(
            "item",
            Text,
            "a line of the bill of a function; for the whole scenario the name of a function",
        ),
        field(
            "cost_usd",
            Decimal,
            "what it costs a month, or how much more than before",
        ),
    ],
};

static TAG: Object = Object {
    name: "tag",
    fields: &[
        field("name", Text, "the name of the tag"),
        field("value", Text, "its value"),
    ],
};

static BUDGET: Object = Object {
    name: "budget",
    fields: &[
        field(
            "function",
            TEXT_OR_NULL,
            "the function; `null` for a tag and for the whole scenario",
        ),
        field(
            "tag",
            OrNull(&Of(&TAG)),
            "the tag whose functions have the budget together; otherwise `null`",
        ),
        field(
            "key",
            OneOf(&["monthly_usd", "usd_per_million_invocations"]),
            "the key of the limit",
        ),
        field(
            "level",
            OneOf(&["deny", "warn", "notice"]),
            "the strictest level that has a limit",
        ),
        field("kept", Flag, "true if no limit of the key is exceeded"),
        field(
            "actual",
            Decimal,
            "USD a month, or USD per million invocations",
        ),
        field("limit", Decimal, "the limit of that level"),
        field(
            "used_percent",
            DECIMAL_OR_NULL,
            "`actual` in per cent of `limit`; `null` for a limit of zero",
        ),
    ],
};

static CHANGES: Object = Object {
    name: "changes",
    fields: &[
        field("total", Of(&TOTAL_CHANGE), "the whole scenario"),
        field(
            "keys",
            List(&Of(&KEY_CHANGE)),
            "keys of the whole scenario with another value",
        ),
        field(
            "prices",
            List(&Of(&PRICE_CHANGE)),
            "rates in the bills that are other ones, by meter",
        ),
        field(
            "functions",
            List(&Of(&CHANGE)),
            "functions with another cost, key or place in the plan, new ones and removed ones: the \
             largest change of dollars first",
        ),
        field("unchanged", Whole, "how many functions have no change"),
    ],
};

static KEY_CHANGE: Object = Object {
    name: "key_change",
    fields: &[
        field(
            "key",
            Text,
            "the dotted path of the key; of a function it is that within the function",
        ),
        field(
            "before",
            TEXT_OR_NULL,
            "the value before; `null` where it was not stated",
        ),
        field(
            "after",
            TEXT_OR_NULL,
            "the value now; `null` where it is not stated",
        ),
    ],
};

static PRICE_CHANGE: Object = Object {
    name: "price_change",
    fields: &[
        field("meter", Text, "the path of the meter in price files"),
        field("unit", Text, "the unit of the rate"),
        field("before_usd", Decimal, "USD per unit before"),
        field("after_usd", Decimal, "USD per unit now"),
    ],
};

const BEFORE: Member = field(
    "before_usd",
    DECIMAL_OR_NULL,
    "USD a month before; `null` where it was not there or is not known",
);
const AFTER: Member = field(
    "after_usd",
    DECIMAL_OR_NULL,
    "USD a month now; `null` where it is not there or not known",
);
const CHANGE_USD: Member = field(
    "change_usd",
    DECIMAL_OR_NULL,
    "now less before; below zero where it fell",
);
const CHANGE_PERCENT: Member = field(
    "change_percent",
    DECIMAL_OR_NULL,
    "the same in per cent of `before_usd`; `null` where that is zero or not known",
);

static TOTAL_CHANGE: Object = Object {
    name: "total",
    fields: &[BEFORE, AFTER, CHANGE_USD, CHANGE_PERCENT],
};

static CHANGE: Object = Object {
    name: "change",
    fields: &[
        field("name", Text, "the function"),
        field(
            "status",
            OneOf(&["new", "removed", "changed"]),
            "`new`, `removed` or `changed`",
        ),
        BEFORE,
        AFTER,
        CHANGE_USD,
        CHANGE_PERCENT,
        field(
            "keys",
            List(&Of(&KEY_CHANGE)),
            "its keys with another value; with a report as the baseline only those that reports have. Also \
             `tags.NAME`, if the tag has another value and a budget limits the functions with either",
        ),
        field(
            "prices",
            List(&Of(&PRICE_CHANGE)),
            "the rates in its bill that are other ones",
        ),
        field(
            "plan_before",
            TEXT_OR_NULL,
            "its platform in the plan before, if it is another one now; otherwise `null`",
        ),
        field(
            "plan_after",
            TEXT_OR_NULL,
            "its platform in the plan now, if it was another one; otherwise `null`",
        ),
    ],
};
