//! The fields of a plan and of a commitment in the JSON output of `compare`.

use super::answer::JsonKind::{Decimal, Flag, List, Of, Text};
use super::answer::{DECIMAL_OR_NULL, Object, field};

pub(super) static PLAN: Object = Object {
    name: "plan",
    fields: &[
        field(
            "monthly_usd",
            Decimal,
            "the bill of all functions after the moves",
        ),
        field("saving_usd", Decimal, "what the moves save a month"),
        field("saving_year_usd", Decimal, "what they save in 12 months"),
        field("bound_usd", Decimal, "no other plan costs less than this"),
        field(
            "gap_percent",
            Decimal,
            "the bill less the bound, in per cent of the bill; 0 if the plan is proven",
        ),
        field("proven", Flag, "whether no other plan costs less"),
        field(
            "searched",
            Flag,
            "false with more than 100,000 functions: then each is where it adds least",
        ),
        field(
            "min_saving_usd",
            Decimal,
            "what each moved function has to save a month (`--min-saving`)",
        ),
        field(
            "free_tier_saving_usd",
            Decimal,
            "the part of the saving that is in no move: that of Lambda's free tier",
        ),
        field(
            "shared_saving_usd",
            DECIMAL_OR_NULL,
            "without a search (`searched`) moves save what they save alone: the part of the saving that \
             is in no move, because functions share pools, clusters and extras; may be negative",
        ),
        field(
            "commitment_saving_usd",
            DECIMAL_OR_NULL,
            "with a commitment in dollars an hour: the part of the saving that is in no move, because \
             those are at on-demand rates; may be negative",
        ),
        field(
            "commitment_unused_usd",
            DECIMAL_OR_NULL,
            "what is lost of that commitment after the moves, a month",
        ),
        field(
            "moves",
            List(&Of(&MOVE)),
            "the functions and services to move, the largest saving first",
        ),
    ],
};

static MOVE: Object = Object {
    name: "move",
    fields: &[
        field("name", Text, "the function, or the service"),
        field("functions", List(&Text), "the functions that move together"),
        field("from", Text, "the platform of today"),
        field("to", Text, "the platform of the plan"),
        field(
            "saving_usd",
            Decimal,
            "its part of the saving; negative if it only makes the moves of others cheaper",
        ),
        field(
            "move_alone_usd",
            DECIMAL_OR_NULL,
            "what the bill of today changes by if only this moves; negative where that saves, \
             `null` where it cannot run together with the functions of today",
        ),
        field(
            "pays_alone",
            Flag,
            "whether the move also pays if nothing else moves",
        ),
        field("close", Flag, "whether its verdict is close"),
    ],
};

pub(super) static COMMITMENT: Object = Object {
    name: "commitment",
    fields: &[
        field("usd_per_hour", Decimal, "as stated"),
        field("paid_usd", Decimal, "what is paid for it, a month"),
        field(
            "used_usd",
            Decimal,
            "what usage burns of it, at the plan's rates",
        ),
        field("unused_usd", Decimal, "what is lost of it"),
        field(
            "part_usd",
            Decimal,
            "today's bill less the parts of the functions, which are at on-demand rates less \
             discounts; may be negative",
        ),
    ],
};
