//! Costs that the price book does not have: `[[extra]]` of the scenario and `[[function.extra]]`.

use super::keys::Keys;
use super::schema::Setting;
use super::{Function, Scenario, StatedValue};
use crate::diag::{Code, Diag, Diags, Source};
use rust_decimal::Decimal;
use std::sync::Arc;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The items that bills have for what platforms charge, and for a commitment. An extra has another
/// name, so that no output shows two items of one name.
pub(crate) const BILLED_ITEMS: [&str; 33] = [
    "auto mode",
    "cluster",
    "commitment",
    "control plane",
    "durable data retained",
    "durable data written",
    "durable operations",
    "duration",
    "ephemeral storage",
    "event pollers",
    "extended support",
    "free duration",
    "free requests",
    "free streaming",
    "init",
    "instances",
    "management fee",
    "memory",
    "nodes",
    "on provisioned",
    "OS licence",
    "provisioned",
    "requests",
    "response streaming",
    "root volumes",
    "snapshots kept",
    "snapshots restored",
    "Spot memory",
    "Spot nodes",
    "Spot vCPU",
    "surplus credits",
    "tenant isolation",
    "vCPU",
];

/// A stated cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extra {
    /// Unique among the extras of the scenario, and among those of a function.
    pub name: Arc<str>,
    /// Ids of the platforms on which it is paid; at least one.
    pub platforms: Vec<&'static str>,
    /// US dollars a month.
    pub usd_per_month: Decimal,
    /// US dollars for a million invocations, without retries.
    pub usd_per_million_invocations: Decimal,
    /// The only region whose functions pay for it; `None` for all, and for an extra of a function.
    pub region: Option<Arc<str>>,
    /// The number of functions that pay for it in addition to those of the scenario, of which it is a
    /// part.
    pub elsewhere: usize,
}

impl Extra {
    /// True if a function that runs on a platform pays for it.
    fn is_paid_by(&self, scenario: &Scenario, function: &Function, platform: &str) -> bool {
        let region = self.region.as_ref();
        region.is_none_or(|region| region == scenario.region_of(function))
            && self.platforms.contains(&platform)
    }

    /// The same extra in a part of a scenario, without the functions for which `is_elsewhere` is true.
    pub(crate) fn in_part(
        &self,
        scenario: &Scenario,
        is_elsewhere: impl Fn(&Function) -> bool,
    ) -> Self {
        let functions = scenario.functions.iter();
        let paying = functions.filter(|function| {
            is_elsewhere(function) && self.is_paid_by(scenario, function, function.home())
        });
        Self {
            elsewhere: paying.count(),
            ..self.clone()
        }
    }

    /// Its values by key, for comparisons with another scenario.
    pub(crate) fn stated(&self) -> impl Iterator<Item = (Setting, StatedValue)> {
        let text = |text: &str| Some(StatedValue::Text(text.into()));
        let usd = |usd: Decimal| {
            let is_stated = !usd.is_zero();
            is_stated.then(|| StatedValue::Number(usd.normalize()))
        };
        let values = [
            (Setting::ExtraPlatforms, text(&self.platforms.join(", "))),
            (Setting::ExtraMonthly, usd(self.usd_per_month)),
            (Setting::ExtraMillion, usd(self.usd_per_million_invocations)),
            (Setting::ExtraRegion, self.region.as_deref().and_then(text)),
        ];
        let stated = values.into_iter();
        stated.filter_map(|(setting, value)| Some((setting, value?)))
    }

    /// The path of one of its keys, with its name.
    pub(crate) fn path(&self, setting: Setting) -> String {
        Self::path_of(&self.name, setting)
    }

    /// The path of a key of the extra with a name: `extra.load balancer.usd_per_month`.
    pub(crate) fn path_of(name: &str, setting: Setting) -> String {
        format!("extra.{name}.{}", setting.word())
    }
}

/// Where extras are stated.
pub(crate) enum Of<'r> {
    /// The scenario. Returns the diagnostic for a region name that is not known.
    Scenario(&'r dyn Fn(&str) -> Option<Diag>),
    Function,
}

impl Of<'_> {
    /// How each extra begins.
    fn header(&self) -> &'static str {
        match self {
            Self::Scenario(_) => "[[extra]]",
            Self::Function => "[[function.extra]]",
        }
    }
}

/// Reads a list of extras. `platforms` are the ids of all platforms. Mistakes go to `diags`; an
/// extra with a mistake is left out.
pub(crate) fn read(
    value: &Spanned<DeValue<'_>>,
    of: &Of<'_>,
    platforms: &[&'static str],
    source: &Source,
    diags: &mut Diags,
) -> Vec<Extra> {
    let header = of.header();
    let Some(list) = value.get_ref().as_array() else {
        let diag = Diag::new(Code::WrongType, "`extra` is not a list of tables");
        let help = format!("begin each extra with {header}, in double brackets");
        diags.push(diag.at(source.at(value.span())).help(help));
        return Vec::new();
    };
    let mut extras: Vec<Extra> = Vec::new();
    for item in list.iter() {
        let Some(table) = item.get_ref().as_table() else {
            let diag = Diag::new(Code::WrongType, "an extra is not a table");
            let help = format!("begin each extra with {header}");
            diags.push(diag.at(source.at(item.span())).help(help));
            continue;
        };
        let keys = Keys::new(table, "extra", source, diags).spanning(item.span());
        let Some(extra) = one(keys, of, platforms) else {
            continue;
        };
        if extras.iter().any(|known| known.name == extra.name) {
            diags.push(duplicate(&extra.name, table, source));
        }
        extras.push(extra);
    }
    extras
}

/// Reads an extra. Every mistake is reported, and then there is none.
fn one(mut keys: Keys<'_>, of: &Of<'_>, platforms: &[&'static str]) -> Option<Extra> {
    let name = required(&mut keys, Setting::ExtraName, "name = \"load balancer\"");
    let name = name.and_then(|()| keys.text(Setting::ExtraName.key()));
    let name = name.and_then(|name| refuse_item(&mut keys, &name).map(|()| name));
    let example = "platforms = [\"fargate\"]";
    let on = required(&mut keys, Setting::ExtraPlatforms, example);
    let on = on.and_then(|()| keys.platforms(Setting::ExtraPlatforms.key(), platforms));
    let [monthly, million] = [Setting::ExtraMonthly, Setting::ExtraMillion];
    let is_stated = |setting: Setting| keys.place_of(setting.key()).is_some();
    if !(is_stated(monthly) || is_stated(million)) {
        let message = "the extra states no cost".to_owned();
        let help = "state `usd_per_month`, `usd_per_million_invocations` or both";
        keys.wrong(Code::MissingKey, keys.span.clone(), message, help);
    }
    let (monthly, million) = (usd(&mut keys, monthly), usd(&mut keys, million));
    let region = region(&mut keys, of);
    keys.refuse_others();
    Some(Extra {
        name: name?.into(),
        platforms: on?,
        usd_per_month: monthly?,
        usd_per_million_invocations: million?,
        region: region.map(Arc::from),
        elsewhere: 0,
    })
}

/// Refuses the name of an item that bills have anyway. Case is no difference for a reader.
fn refuse_item(keys: &mut Keys<'_>, name: &str) -> Option<()> {
    let known = BILLED_ITEMS
        .iter()
        .find(|item| item.eq_ignore_ascii_case(name));
    let Some(item) = known else {
        return Some(());
    };
    let message = format!("an extra cannot be called `{name}`: bills have the item `{item}`");
    let help = format!("give it another name, such as \"{name} (stated)\"");
    keys.wrong_at(
        Setting::ExtraName.key(),
        Code::DuplicateName,
        message,
        &help,
    );
    None
}

/// US dollars; zero if they are not stated. `None` for a mistake.
fn usd(keys: &mut Keys<'_>, setting: Setting) -> Option<Decimal> {
    let is_stated = keys.place_of(setting.key()).is_some();
    let usd = keys.number(setting.key());
    if is_stated { usd } else { Some(Decimal::ZERO) }
}

fn required(keys: &mut Keys<'_>, setting: Setting, example: &str) -> Option<()> {
    if keys.get(setting.word()).is_some() {
        return Some(());
    }
    let message = format!("the extra has no `{}`", setting.word());
    let help = format!("write {example}");
    keys.wrong(Code::MissingKey, keys.span.clone(), message, &help);
    None
}

fn region(keys: &mut Keys<'_>, of: &Of<'_>) -> Option<String> {
    let key = Setting::ExtraRegion.key();
    let Of::Scenario(unknown_region) = of else {
        let message = "an extra of a function has no `region`";
        let help = "leave it out: it is paid in the region of its function";
        keys.refuse(key, message, help);
        return None;
    };
    let at = keys.place_of(key);
    let name = keys.text(key)?;
    let Some(diag) = unknown_region(&name) else {
        return Some(name);
    };
    keys.diags.push(diag.at(at?));
    None
}

fn duplicate(name: &str, table: &DeTable<'_>, source: &Source) -> Diag {
    let place = table.get(Setting::ExtraName.word());
    let span = place.map_or(0..0, Spanned::span);
    let message = format!("there are two extras `{name}`");
    let diag = Diag::new(Code::DuplicateName, message).at(source.at(span));
    diag.help("give each a different name; an extra of several platforms names them in one list")
}
