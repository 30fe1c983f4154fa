//! The fields of break-evens in the JSON output of `compare`.

use super::answer::JsonKind::{Flag, List, Of, OneOf, OrNull, Text, Whole};
use super::answer::{DECIMAL_OR_NULL, Object, field};

pub(super) static CROSSOVER: Object = Object {
    name: "crossover",
    fields: &[
        field("from", Text, "the first platform of the pair"),
        field("to", Text, "the second platform of the pair"),
        field(
            "kind",
            OrNull(&OneOf(&["at", "beyond-peak", "never", "always"])),
            "`at`: up to today's capacity. `beyond-peak`: above it, still within what the fleet \
             carries. `never`: Lambda is cheaper at every load that the fleet carries. `null` \
             between two fleets, which only have flips, and for jobs. For a function of a service \
             it is that of the service",
        ),
        field(
            "utilization",
            DECIMAL_OR_NULL,
            "u\\*, relative to the capacity for today's traffic",
        ),
        field(
            "on_demand_utilization",
            DECIMAL_OR_NULL,
            "the same on demand at list prices; `null` without a commitment or discounts",
        ),
        field(
            "fleet_utilization",
            DECIMAL_OR_NULL,
            "the same load as a share of what the fleet carries",
        ),
        field(
            "invocations_per_month",
            OrNull(&Whole),
            "greatest whole number of calls for which Lambda does not cost more",
        ),
        field(
            "requests_per_second",
            DECIMAL_OR_NULL,
            "the break-even as a mean rate over the month",
        ),
        field(
            "band",
            OrNull(&OneOf(&["below-30", "30-40", "above-40"])),
            "`below-30`, `30-40` (both ends included), `above-40`; only for `at`",
        ),
        field(
            "steps",
            List(&Of(&STEP)),
            "the break-even step by step, one more effect at a time. Empty where `kind` is `null`",
        ),
        field(
            "volume_flips",
            OrNull(&Of(&FLIPS)),
            "how the cheaper side flips as traffic and fleet grow together; `null` without \
             calls, for jobs, for functions of services and, with a commitment in dollars an hour, \
             for burstable nodes and shared capacity providers",
        ),
    ],
};

static STEP: Object = Object {
    name: "step",
    fields: &[
        field("effect", Text, "the effect that this step adds"),
        field(
            "utilization",
            DECIMAL_OR_NULL,
            "u\\* with it and all effects before it; `null` where Lambda never costs as much",
        ),
    ],
};

static FLIPS: Object = Object {
    name: "volume_flips",
    fields: &[
        field(
            "cheaper_at_first",
            Text,
            "the platform that is cheaper for one call a month",
        ),
        field(
            "count",
            Whole,
            "how many flips there are, from one call to 1,000 times today's; a lower bound \
             where `count_is_exact` is false",
        ),
        field("list", List(&Of(&FLIP)), "the first 1,000"),
        field(
            "list_is_cut",
            Flag,
            "true when there are more than the list has",
        ),
        field(
            "count_is_exact",
            Flag,
            "false when the search ended early: after 1,000 flips, or because the two stay too close",
        ),
    ],
};

static FLIP: Object = Object {
    name: "flip",
    fields: &[
        field(
            "invocations_per_month",
            Whole,
            "the last count on the old side",
        ),
        field(
            "cheaper_above",
            Text,
            "the platform that is cheaper from there on",
        ),
    ],
};
