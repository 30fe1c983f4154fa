//! The table `[lambda]` of a scenario.

use crate::diag::{At, Code, Diag};
use crate::exact::Exact;
use crate::money::grouped;
use crate::pricebook::Architecture;
use crate::scenario::schema::{Key, ValueKind, from, options, whole};
use crate::scenario::{Keys, PlatformValue, Scenario};
use crate::text::comma_separated;
use rust_decimal::Decimal;
use std::sync::Arc;

/// The keys of `[lambda]`.
#[derive(Debug, Clone, Default)]
pub(crate) struct LambdaOptions {
    /// Concurrent executions that the account can use in a region, and where the scenario states
    /// it.
    pub concurrency_quota: Option<(u64, At)>,
    /// What the account uses in addition to the scenario, where stated.
    pub other_use: Option<Box<OtherUse>>,
}

/// GB-seconds a month that the account uses in addition to the scenario.
#[derive(Debug, Clone, Default)]
pub(crate) struct OtherUse {
    /// In every region that is not named.
    everywhere: ByArchitecture,
    by_region: Vec<(String, At, ByArchitecture)>,
}

/// GB-seconds a month, by the number of the architecture.
type ByArchitecture = [Option<Decimal>; Architecture::ALL.len()];

impl OtherUse {
    /// GB-seconds a month of an architecture in a region.
    pub(crate) fn gb_seconds(&self, region: &str, architecture: Architecture) -> Exact {
        let mut named = self.by_region.iter();
        let own = named.find(|(name, ..)| name == region);
        let used = own.map_or(&self.everywhere, |(_, _, used)| used);
        used[architecture as usize].map_or(Exact::ZERO, Exact::from)
    }

    /// `20,000,000,000 on arm64, 5 on x86_64 in eu-west-1`.
    pub(crate) fn described(&self) -> String {
        let named = self.by_region.iter();
        let named = named.map(|(region, _, used)| (format!(" in {region}"), used));
        let all = [(String::new(), &self.everywhere)].into_iter().chain(named);
        let mut parts = Vec::new();
        for (region, used) in all {
            for architecture in Architecture::ALL {
                if let Some(used) = used[architecture as usize] {
                    let used = grouped(&used.normalize().to_string());
                    parts.push(format!("{used} on {}{region}", architecture.name()));
                }
            }
        }
        comma_separated(&parts)
    }
}

/// Maximum of GB-seconds a month.
const MOST: i64 = 1_000_000_000_000_000;

options! {
    KEYS of "lambda";
    CONCURRENCY_QUOTA = "concurrency_quota": whole(1, 1_000_000_000), "executions",
        "concurrent executions that the account may have in each region; more is an error",
        default "not checked";
    OTHER = "other_gb_seconds": ValueKind::Table, "",
        "duration that the account uses a month in addition to the scenario: it fills the tiers first and is \
         in no bill; by region as `other_gb_seconds.us-east-1`",
        default "none, listed as an assumption";
    OTHER_X86_64 = "other_gb_seconds.x86_64": from(0, MOST), "GB-s",
        "on x86_64, in every region that is not named",
        default "0";
    OTHER_ARM64 = "other_gb_seconds.arm64": from(0, MOST), "GB-s",
        "on arm64, in every region that is not named",
        default "0";
    OTHER_X86_64_THERE = "other_gb_seconds.*.x86_64": from(0, MOST), "GB-s",
        "on x86_64 in a region",
        default "0";
    OTHER_ARM64_THERE = "other_gb_seconds.*.arm64": from(0, MOST), "GB-s",
        "on arm64 in a region",
        default "0";
}

pub(crate) fn read(mut keys: Keys<'_>) -> Arc<dyn PlatformValue> {
    let quota = keys.whole(CONCURRENCY_QUOTA);
    let at = keys.place_of(CONCURRENCY_QUOTA);
    let other_use = other_use(&mut keys).map(Box::new);
    keys.refuse_others();
    Arc::new(LambdaOptions {
        concurrency_quota: quota.map(u64::from).zip(at),
        other_use,
    })
}

fn other_use(keys: &mut Keys<'_>) -> Option<OtherUse> {
    let example = "other_gb_seconds = { x86_64 = 6_000_000_000 }";
    let mut table = keys.table(OTHER, example)?;
    let mut other = OtherUse {
        everywhere: by_architecture(&mut table, [OTHER_X86_64, OTHER_ARM64]),
        by_region: Vec::new(),
    };
    let (regions, source, diags) = (table.table, table.source, table.diags);
    for (key, value) in regions {
        let (name, at) = (key.get_ref().as_ref(), source.at(key.span()));
        if Architecture::parse(name).is_some() {
            continue;
        }
        let Some(inner) = value.get_ref().as_table() else {
            let message = format!("there is no key `lambda.other_gb_seconds.{name}`");
            let help = "state x86_64 and arm64, or both in a table with the name of a region";
            diags.push(Diag::new(Code::UnknownKey, message).at(at).help(help));
            continue;
        };
        let path = format!("lambda.other_gb_seconds.{name}");
        let mut inner = Keys::new(inner, path, source, diags);
        let used = by_architecture(&mut inner, [OTHER_X86_64_THERE, OTHER_ARM64_THERE]);
        inner.refuse_others();
        other.by_region.push((name.to_owned(), at, used));
    }
    Some(other)
}

/// The keys of both architectures, in the order of [`Architecture::ALL`].
fn by_architecture(keys: &mut Keys<'_>, [x86_64, arm64]: [&'static Key; 2]) -> ByArchitecture {
    Architecture::ALL.map(|architecture| {
        keys.number(match architecture {
            Architecture::X86_64 => x86_64,
            Architecture::Arm64 => arm64,
        })
    })
}

/// The errors for regions in which the scenario has no function: their use would change nothing.
pub(crate) fn check(scenario: &Scenario) -> Vec<Diag> {
    let options: &LambdaOptions = scenario.options.of();
    // `--region` replaces the regions that the scenario was written for.
    if scenario.regions.iter().any(|region| region.at.is_none()) {
        return Vec::new();
    }
    let named = options.other_use.iter().flat_map(|other| &other.by_region);
    let unknown = named.filter(|(name, ..)| {
        let mut regions = scenario.regions.iter();
        regions.all(|region| *region.name != **name)
    });
    let wrong = |(name, at, _): &(String, At, ByArchitecture)| {
        let message = format!("no function of the scenario runs in `{name}`");
        let help = "name one of its regions, or leave the use of this one out";
        Diag::new(Code::NotAvailable, message)
            .at(at.clone())
            .help(help)
    };
    unknown.map(wrong).collect()
}
