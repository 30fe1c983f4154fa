//! The keys of the whole scenario: at the top level, and in the tables for budgets and purchases.
//! Those of platforms are in their folders.

use super::{Bills, Key, LIMIT, MAX_USD, SHARE, ValueKind, from, last_word};
use crate::pricebook::Plan;
use crate::pricebook::commitments::{PAYMENTS, TERMS};

const LAMBDA: Bills = Bills::Of(&["lambda"]);

keys! {
    /// A key of the whole scenario.
    enum Setting;
    /// Groups of keys of the whole scenario.
    enum SettingGroup;

    /// At the top level.
    Top {
        Region = "region": ValueKind::Region, "", Bills::All,
            "AWS region of functions that state none",
            default "none";
        HoursPerMonth = "hours_per_month": from(672, 744), "hours", Bills::All,
            "hours of the month: fees and volumes are for all of them, and calls are spread over \
             them; for containers that run only sometimes see `container.hours_per_month`",
            default "730";
        FreeTier = "free_tier": ValueKind::Flag, "", LAMBDA,
            "subtract Lambda's free tier, once for the whole scenario",
            default "`false`";
        Platforms = "platforms": ValueKind::Platforms, "", Bills::All,
            "the platforms to compare",
            default "the first three";
        Functions = "functions": ValueKind::FileName, "", Bills::All,
            "a functions file in CSV, looked up in the folder of the scenario",
            default "none";
        Function = "function": ValueKind::Functions, "", Bills::All,
            "a function; each begins with `[[function]]`",
            default "at least one, here or in `functions`";
        Extra = "extra": ValueKind::Extras, "", Bills::All,
            "a cost that the price book does not have, such as a load balancer; each begins with \
             `[[extra]]`, or with `[[function.extra]]` for one function",
            default "none";
        Defaults = "defaults": ValueKind::Table, "", Bills::All,
            "keys of a function, for functions that do not state them",
            default "none";
        Budget = "budget": ValueKind::Table, "", Bills::None,
            "limits of the whole scenario, and of functions by their names",
            default "none";
        Rules = "rules": ValueKind::Table, "", Bills::None,
            "the level of each rule of `check`, and its numbers",
            default "those of each rule";
        Commitment = "commitment": ValueKind::Table, "", Bills::All,
            "a Savings Plan or Reserved Instances",
            default "none";
        Discounts = "discounts": ValueKind::Table, "", Bills::All,
            "discounts by meter",
            default "none";
    }

    /// `[budget]`.
    Budget {
        BudgetMonthly = "budget.monthly_usd": ValueKind::Table, "", Bills::None,
            "limits on the monthly bill of all functions together",
            default "none";
        BudgetMonthlyNotice = "budget.monthly_usd.notice": LIMIT, "USD", Bills::None,
            "a notice above this",
            default "none";
        BudgetMonthlyWarn = "budget.monthly_usd.warn": LIMIT, "USD", Bills::None,
            "a warning above this",
            default "none";
        BudgetMonthlyDeny = "budget.monthly_usd.deny": LIMIT, "USD", Bills::None,
            "the check fails above this",
            default "none";
        BudgetPercent = "budget.increase_percent": ValueKind::Table, "", Bills::None,
            "limits on the increase of that bill over the baseline, in per cent of it",
            default "any increase is a warning, unless `budget.increase_usd` is stated";
        BudgetPercentNotice = "budget.increase_percent.notice": LIMIT, "%", Bills::None,
            "a notice above this",
            default "none";
        BudgetPercentWarn = "budget.increase_percent.warn": LIMIT, "%", Bills::None,
            "a warning above this",
            default "none";
        BudgetPercentDeny = "budget.increase_percent.deny": LIMIT, "%", Bills::None,
            "the check fails above this",
            default "none";
        BudgetIncrease = "budget.increase_usd": ValueKind::Table, "", Bills::None,
            "limits on the increase of that bill over the baseline",
            default "any increase is a warning, unless `budget.increase_percent` is stated";
        BudgetIncreaseNotice = "budget.increase_usd.notice": LIMIT, "USD", Bills::None,
            "a notice above this",
            default "none";
        BudgetIncreaseWarn = "budget.increase_usd.warn": LIMIT, "USD", Bills::None,
            "a warning above this",
            default "none";
        BudgetIncreaseDeny = "budget.increase_usd.deny": LIMIT, "USD", Bills::None,
            "the check fails above this",
            default "none";
        BudgetDecreasePercent = "budget.decrease_percent": ValueKind::Table, "", Bills::None,
            "limits on the decrease of that bill from the baseline, in per cent of it",
            default "none";
        BudgetDecreasePercentNotice = "budget.decrease_percent.notice": LIMIT, "%", Bills::None,
            "a notice above this",
            default "none";
        BudgetDecreasePercentWarn = "budget.decrease_percent.warn": LIMIT, "%", Bills::None,
            "a warning above this",
            default "none";
        BudgetDecreasePercentDeny = "budget.decrease_percent.deny": LIMIT, "%", Bills::None,
            "the check fails above this",
            default "none";
        BudgetDecrease = "budget.decrease_usd": ValueKind::Table, "", Bills::None,
            "limits on the decrease of that bill from the baseline",
            default "none";
        BudgetDecreaseNotice = "budget.decrease_usd.notice": LIMIT, "USD", Bills::None,
            "a notice above this",
            default "none";
        BudgetDecreaseWarn = "budget.decrease_usd.warn": LIMIT, "USD", Bills::None,
            "a warning above this",
            default "none";
        BudgetDecreaseDeny = "budget.decrease_usd.deny": LIMIT, "USD", Bills::None,
            "the check fails above this",
            default "none";
        BudgetFunctions = "budget.functions": ValueKind::Table, "", Bills::None,
            "budgets of functions, by name: `[budget.functions.NAME]`",
            default "none";
        BudgetTags = "budget.tags": ValueKind::Table, "", Bills::None,
            "budgets of all functions with a tag together: `[budget.tags.NAME.VALUE]`",
            default "none";
    }

    /// `[[extra]]` and `[[function.extra]]`.
    Extra {
        ExtraName = "extra.name": ValueKind::Text, "", Bills::None,
            "what bills call it; unique among the extras of the scenario, and among those of a \
             function",
            default "required";
        ExtraPlatforms = "extra.platforms": ValueKind::Platforms, "", Bills::All,
            "the platforms on which it is paid",
            default "required";
        ExtraMonthly = "extra.usd_per_month": from(0, MAX_USD), "USD", Bills::All,
            "the cost of a month: `[[extra]]` is paid once if any function runs on any of its \
             platforms, `[[function.extra]]` if its function does",
            default "0; this or `extra.usd_per_million_invocations` is required";
        ExtraMillion = "extra.usd_per_million_invocations": from(0, MAX_USD), "USD", Bills::All,
            "the cost of a million invocations of the functions there, without retries",
            default "0; this or `extra.usd_per_month` is required";
        ExtraRegion = "extra.region": ValueKind::Region, "", Bills::All,
            "the only region whose functions pay for it; not in `[[function.extra]]`",
            default "once for all regions";
    }

    /// `[commitment]`.
    Commitment {
        CommitmentPlan = "commitment.plan": ValueKind::OneOf(&Plan::NAMES), "", Bills::All,
            "the kind of commitment; Reserved Instances are standard ones",
            default "required";
        CommitmentFamily = "commitment.family": ValueKind::Text, "", Bills::All,
            "the family of instances that an EC2 Instance Savings Plan or Reserved Instances are \
             for: `m7g`",
            default "this or `commitment.instance_type` is required for these plans";
        CommitmentInstanceType = "commitment.instance_type": ValueKind::Text, "", Bills::All,
            "the instance type that they are for: `m7g.large`",
            default "none";
        CommitmentRegion = "commitment.region": ValueKind::Text, "", Bills::All,
            "the region that they are for",
            default "the region of the scenario; required if it has several";
        CommitmentTerm = "commitment.term": ValueKind::OneOf(&TERMS), "", Bills::All,
            "for how long",
            default "required";
        CommitmentPayment = "commitment.payment": ValueKind::OneOf(&PAYMENTS), "", Bills::All,
            "how it is paid",
            default "required";
        CommitmentCoverage = "commitment.coverage": SHARE, "share", Bills::All,
            "share of the usage of each meter that it covers",
            default "1, listed as an assumption";
        CommitmentUsdPerHour = "commitment.usd_per_hour": from(0, MAX_USD), "USD", Bills::All,
            "the commitment in dollars an hour, in place of `commitment.coverage`: it is paid, used or \
             not",
            default "none";
        CommitmentLambdaRule = "commitment.assume_lambda_rule": ValueKind::Flag, "", Bills::All,
            "where the price book has no rate of a Compute Savings Plan for Lambda's duration, take \
             the price of the first tier x 0.88 (no upfront) or x 0.83 (all upfront)",
            default "`false`";
    }
}
