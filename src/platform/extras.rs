//! Stated costs in addition to what platforms charge: `[[extra]]` and `[[function.extra]]`.
//!
//! Platforms do not know them. [`Extras::add_to`] wraps the model of a platform, and the wrapper adds
//! them to its answers. An extra of the scenario is paid once if any function runs on any of its
//! platforms, so functions on different platforms can share it: what it costs is no part of
//! [`CostModel::total`] and [`CostModel::shared_costs`], but of [`Extras::scopes`].

use super::service::STATED;
use super::{
    Answer, AtLeast, Bill, Cluster, Context, Cost, CostModel, Fleet, Infeasible, Kept, Line,
    Members, Placement, Provisioning, SharedCosts, SharedUse, Subject, Total, UnitUse,
};
use crate::exact::{Bounds, Exact};
use crate::money::Usd;
use crate::pricebook::Price;
use crate::scenario::schema::Setting;
use crate::scenario::{Demand, Extra, Function, Notes};
use crate::solve::piecewise::{FirstPiece, PiecewiseCost};
use crate::solve::{
    CapacitySteps, CapacityTariff, Holding, Part, StepCost, Tariff, UsageParts, UsageTariff,
};
use crate::units::{MillionCalls, Month, Unit};
use rayon::prelude::*;
use std::sync::Arc;

/// Invocations in the unit of [`Extra::usd_per_million_invocations`].
const MILLION: u64 = 1_000_000;

/// The key of an extra whose lines have this unit. No other lines have one of these units.
pub(crate) fn extra_of_unit(symbol: &str) -> Option<Setting> {
    [
        (Month::NAME, Setting::ExtraMonthly),
        (MillionCalls::NAME, Setting::ExtraMillion),
    ]
    .into_iter()
    .find_map(|(unit, key)| (unit.symbol == symbol).then_some(key))
}

/// The extras of a scenario, bound to platforms.
pub(crate) struct Extras<'a> {
    context: Context<'a>,
    /// Those of the scenario.
    shared: Vec<SharedExtra<'a>>,
    /// Those of them with a monthly cost, by where they are paid.
    scopes: Vec<Scope>,
    /// By function: whether it runs in a scope today. Empty without scopes.
    runs: Vec<bool>,
}

/// An extra of the scenario.
struct SharedExtra<'a> {
    extra: &'a Extra,
    place: Place,
    /// The index of its scope; `None` without a monthly cost.
    scope: Option<usize>,
}

/// Where an extra of the scenario is paid.
#[derive(Clone, PartialEq, Eq)]
struct Place {
    /// Ids of the platforms that are compared.
    platforms: Vec<&'static str>,
    /// Index of the region in the scenario; `None` for all.
    region: Option<u16>,
    /// The number of functions that pay there and are in no bill of the scenario.
    elsewhere: usize,
}

impl Place {
    /// `None` for an extra that no function can pay.
    fn of(extra: &Extra, context: &Context<'_>, platforms: &[&'static str]) -> Option<Self> {
        let region = match &extra.region {
            None => None,
            Some(name) => {
                let mut regions = context.scenario.regions.iter();
                let number = regions.position(|region| region.name == *name)?;
                Some(u16::try_from(number).expect("the index of a region has 16 bits"))
            }
        };
        let paid = extra.platforms.iter().copied();
        let platforms: Vec<_> = paid.filter(|id| platforms.contains(id)).collect();
        (!platforms.is_empty()).then_some(Self {
            platforms,
            region,
            elsewhere: extra.elsewhere,
        })
    }

    fn has(&self, function: &Function, platform: &str) -> bool {
        let in_region = self.region.is_none_or(|region| region == function.region);
        in_region && self.platforms.contains(&platform)
    }
}

/// Extras of the scenario that the same functions pay.
struct Scope {
    place: Place,
    /// US dollars a month of all of them.
    monthly: Usd,
    /// The number of functions that pay there today.
    users: usize,
}

impl<'a> Extras<'a> {
    /// Binds the extras of a scenario to some platforms. `runs` is true for a function that can run
    /// where it runs today.
    pub(crate) fn bind(
        context: &Context<'a>,
        platforms: &[&'static str],
        runs: impl Fn(usize) -> bool + Sync,
    ) -> Self {
        let mut extras = Self {
            context: context.clone(),
            shared: Vec::new(),
            scopes: Vec::new(),
            runs: Vec::new(),
        };
        for extra in &context.scenario.extras {
            if let Some(place) = Place::of(extra, context, platforms) {
                extras.share(extra, place);
            }
        }
        if !extras.scopes.is_empty() {
            extras.count_users(runs);
        }
        extras
    }

    fn share(&mut self, extra: &'a Extra, place: Place) {
        let monthly = Usd::new(extra.usd_per_month.into());
        let scope = (!monthly.is_zero()).then(|| {
            let known = self.scopes.iter().position(|scope| scope.place == place);
            let number = known.unwrap_or(self.scopes.len());
            if number == self.scopes.len() {
                self.scopes.push(Scope {
                    place: place.clone(),
                    monthly: Usd::ZERO,
                    users: 0,
                });
            }
            let scope = &mut self.scopes[number];
            scope.monthly = &scope.monthly + &monthly;
            number
        });
        self.shared.push(SharedExtra {
            extra,
            place,
            scope,
        });
    }

    fn count_users(&mut self, runs: impl Fn(usize) -> bool + Sync) {
        let functions = 0..self.context.scenario.functions.len();
        let scopes = &self.scopes;
        let here = |index: usize| {
            let (function, home) = (self.context.function(index), self.context.home(index));
            let is_in_any = scopes.iter().any(|scope| scope.place.has(function, home));
            is_in_any && runs(index)
        };
        let runs: Vec<bool> = functions.into_par_iter().map(here).collect();
        let users: Vec<usize> = (0..self.scopes.len())
            .map(|scope| {
                let users = runs.iter().enumerate().filter(|(_, runs)| **runs);
                users.filter(|(index, _)| self.is_in(scope, *index)).count()
            })
            .collect();
        self.runs = runs;
        for (scope, users) in self.scopes.iter_mut().zip(users) {
            scope.users = users + scope.place.elsewhere;
        }
    }

    /// True for a function whose platform of today is in a scope.
    fn is_in(&self, scope: usize, index: usize) -> bool {
        let (function, home) = (self.context.function(index), self.context.home(index));
        self.scopes[scope].place.has(function, home)
    }

    /// The number of functions that run in a scope today, without a function and its service.
    fn others(&self, scope: usize, index: usize) -> usize {
        let is_user = self.runs[index] && self.is_in(scope, index);
        let own = if is_user { self.together(index) } else { 0 };
        self.scopes[scope].users - own
    }

    /// The number of functions that move with a function, which is one of them.
    fn together(&self, index: usize) -> usize {
        let found = self.context.service_of(self.context.function(index));
        found.map_or(1, |found| found.service.members.len())
    }

    /// US dollars a month of each of [`SharedUse::extras`], paid once if any function uses it.
    pub(crate) fn scopes(&self) -> impl Iterator<Item = &Usd> {
        self.scopes.iter().map(|scope| &scope.monthly)
    }

    /// The model of a platform with the extras that are paid there.
    pub(crate) fn add_to(
        self: &Arc<Self>,
        platform: &'static str,
        inner: Box<dyn CostModel + 'a>,
    ) -> Box<dyn CostModel + 'a> {
        let is_here = |extra: &Extra| extra.platforms.contains(&platform);
        let functions = self.context.scenario.functions.par_iter();
        let of_functions = || functions.any(|function| function.extras().iter().any(is_here));
        if !self.shared.iter().any(|one| is_here(one.extra)) && !of_functions() {
            return inner;
        }
        Box::new(WithExtras {
            platform,
            inner,
            extras: Arc::clone(self),
        })
    }

    /// What a function pays on a platform; `None` for nothing.
    fn paid<'m>(&'m self, subject: Subject<'m>, platform: &str) -> Option<Paid<'m>> {
        let mut paid = self.paid_alone(subject, platform);
        if let Some(found) = self.context.service_of(subject.function) {
            let members = found.service.members.iter();
            let members = members
                .map(|index| self.paid_alone(self.context.subject_or(subject, *index), platform));
            paid.service = Whole::of(members, &paid);
        }
        let is_something = !paid.charged.is_empty() || paid.service.is_some();
        is_something.then_some(paid)
    }

    /// What a function pays on a platform, without the other functions of its service.
    fn paid_alone<'m>(&'m self, subject: Subject<'m>, platform: &str) -> Paid<'m> {
        let Subject {
            index, function, ..
        } = subject;
        let mut paid = Paid {
            calls: function.invocations,
            charged: Vec::new(),
            scopes: Vec::new(),
            own_monthly: Usd::ZERO,
            added_monthly: Usd::ZERO,
            shared_monthly: Usd::ZERO,
            per_million: Usd::ZERO,
            service: None,
        };
        let together = self.together(index);
        let part = Exact::ratio(1, together as u64);
        let shared = self.shared.iter();
        for one in shared.filter(|one| one.place.has(function, platform)) {
            let users = one
                .scope
                .map_or(1, |scope| self.others(scope, index) + together);
            paid.charge(one.extra, Exact::ratio(1, users as u64));
            if let Some(scope) = one.scope.filter(|scope| !paid.scopes.contains(scope)) {
                let monthly = self.scopes[scope].monthly.times(&part);
                paid.scopes.push(scope);
                if users == together {
                    paid.added_monthly = &paid.added_monthly + &monthly;
                }
                paid.shared_monthly = &paid.shared_monthly + &monthly;
            }
        }
        let own = function.extras().iter();
        for extra in own.filter(|extra| extra.platforms.contains(&platform)) {
            paid.charge(extra, Exact::ONE);
            paid.own_monthly = &paid.own_monthly + &Usd::new(extra.usd_per_month.into());
        }
        paid
    }
}

/// What all functions of a service pay, US dollars.
struct Whole {
    /// A month of what they share with no others, with the invocations of today.
    adds: Usd,
    /// A month of that which does not depend on invocations.
    standing: Usd,
    /// A month of the `[[function.extra]]` of all.
    own_monthly: Usd,
    /// A month of the invocations of today.
    used: Usd,
    /// An invocation of the function, while the traffic of all grows alike.
    per_call: Usd,
}

impl Whole {
    /// `None` if none of the members pays anything.
    fn of<'m>(members: impl Iterator<Item = Paid<'m>>, own: &Paid<'_>) -> Option<Self> {
        let (mut standing, mut used, mut pays) = (Usd::ZERO, Usd::ZERO, false);
        let mut own_monthly = Usd::ZERO;
        for member in members {
            pays |= !member.charged.is_empty();
            own_monthly = &own_monthly + &member.own_monthly;
            standing = &standing + &member.standing();
            let millions = Exact::ratio(member.calls, MILLION);
            used = &used + &member.per_million.times(&millions);
        }
        let per_call = used.per(&Exact::from(own.calls));
        pays.then(|| Self {
            adds: &standing + &used,
            per_call: per_call.unwrap_or(Usd::ZERO),
            standing,
            own_monthly,
            used,
        })
    }
}

/// What a function pays for extras on a platform, US dollars.
struct Paid<'m> {
    calls: u64,
    /// The extras, each with the share of its monthly cost.
    charged: Vec<(&'m Extra, Exact)>,
    scopes: Vec<usize>,
    /// A month of its `[[function.extra]]`.
    own_monthly: Usd,
    /// A month of the extras of the scenario that no other function pays.
    added_monthly: Usd,
    /// A month of all extras of the scenario that it pays with others.
    shared_monthly: Usd,
    /// A million invocations.
    per_million: Usd,
    /// What its service pays; `None` without a service that pays something.
    service: Option<Whole>,
}

impl<'m> Paid<'m> {
    fn charge(&mut self, extra: &'m Extra, share: Exact) {
        self.charged.push((extra, share));
        let per_million = Usd::new(extra.usd_per_million_invocations.into());
        self.per_million = &self.per_million + &per_million;
    }

    /// An invocation, in a service while the traffic of all functions grows alike.
    fn per_call(&self) -> Usd {
        match &self.service {
            Some(service) => service.per_call.clone(),
            None => self.per_million.times(&Exact::ratio(1, MILLION)),
        }
    }

    /// What the function, or its service, adds that does not depend on invocations, in a month.
    fn standing_of_unit(&self) -> Usd {
        match &self.service {
            Some(service) => service.standing.clone(),
            None => self.standing(),
        }
    }

    /// What the function, or its service, adds.
    fn adds_of_unit(&self) -> Usd {
        match &self.service {
            Some(service) => service.adds.clone(),
            None => &self.own() + &self.added_monthly,
        }
    }

    /// A month of what the function, or its service, shares with no other, with this multiple of the
    /// invocations.
    fn own_of_unit(&self, times: &Exact) -> Usd {
        let (monthly, used) = match &self.service {
            Some(service) => (&service.own_monthly, service.used.clone()),
            None => (&self.own_monthly, &self.own() - &self.own_monthly),
        };
        monthly + &used.times(times)
    }

    /// A month of what it shares with no other function.
    fn own(&self) -> Usd {
        let millions = Exact::ratio(self.calls, MILLION);
        &self.own_monthly + &self.per_million.times(&millions)
    }

    /// What it adds that does not depend on invocations, in a month.
    fn standing(&self) -> Usd {
        &self.own_monthly + &self.added_monthly
    }

    /// The cost of the function with them, given the cost without.
    fn cost(&self, inner: Cost) -> Cost {
        let own = self.own();
        let piece = inner.piece.map(|piece| FirstPiece {
            standing: {
                let standing = self.standing();
                match piece.standing {
                    Some(known) => Some(&known + &standing),
                    None => Some(standing).filter(|standing| !standing.is_zero()),
                }
            },
            call: &piece.call + &self.per_call(),
            most: piece.most,
        });
        Cost {
            billed: &inner.billed + &Bill::total(|bill| self.charge_to(bill)),
            adds: &(&inner.adds + &own) + &self.added_monthly,
            service_adds: inner.service_adds.map(|adds| &adds + &self.adds_of_unit()),
            unshared: &inner.unshared + &own,
            extras: own,
            piece,
        }
    }

    fn charge_to(&self, bill: &mut Bill) {
        let millions = MillionCalls::of(Exact::ratio(self.calls, MILLION));
        for (extra, share) in &self.charged {
            let price = |setting: Setting| extra.path(setting).into();
            if !extra.usd_per_month.is_zero() {
                let path = price(Setting::ExtraMonthly);
                let price = Price::<Month>::of_extra(extra.usd_per_month.into(), path);
                bill.add_stated(&STATED, &extra.name, &Month::of(share.clone()), &price);
            }
            if !extra.usd_per_million_invocations.is_zero() {
                let path = price(Setting::ExtraMillion);
                let usd = extra.usd_per_million_invocations.into();
                let price = Price::<MillionCalls>::of_extra(usd, path);
                bill.add_stated(&STATED, &extra.name, &millions, &price);
            }
        }
    }
}

/// A platform with extras.
struct WithExtras<'a> {
    platform: &'static str,
    inner: Box<dyn CostModel + 'a>,
    extras: Arc<Extras<'a>>,
}

impl WithExtras<'_> {
    fn with<'m>(&'m self, subject: Subject<'m>, inner: Answer<'m>) -> Answer<'m> {
        let Some(paid) = self.extras.paid(subject, self.platform) else {
            return inner;
        };
        Answer {
            cost: paid.cost(inner.cost),
            placement: Box::new(Placed {
                inner: inner.placement,
                paid,
            }),
        }
    }

    fn paid(&self, index: usize) -> Option<Paid<'_>> {
        let subject = self.extras.context.subject(index);
        self.extras.paid(subject, self.platform)
    }
}

impl CostModel for WithExtras<'_> {
    fn answer(&self, index: usize) -> Result<Answer<'_>, Infeasible> {
        let inner = self.inner.answer(index)?;
        Ok(self.with(self.extras.context.subject(index), inner))
    }

    fn answer_of<'m>(&'m self, changed: Subject<'m>) -> Result<Answer<'m>, Infeasible> {
        Ok(self.with(changed, self.inner.answer_of(changed)?))
    }

    fn adds(&self, changed: Subject<'_>) -> Result<Usd, Infeasible> {
        let adds = self.inner.adds(changed)?;
        Ok(match self.extras.paid(changed, self.platform) {
            Some(paid) => &adds + &paid.adds_of_unit(),
            None => adds,
        })
    }

    fn total(&self, members: &Members<'_>) -> Total {
        self.inner.total(members)
    }

    fn at_least(&self, index: usize) -> AtLeast {
        self.inner.at_least(index)
    }

    fn clusters(&self, contains: &(dyn Fn(usize) -> bool + Sync)) -> Vec<Cluster> {
        self.inner.clusters(contains)
    }

    fn shared_costs(&self) -> SharedCosts {
        self.inner.shared_costs()
    }

    fn need(&self, subject: Subject<'_>, cluster: usize, node_type: usize) -> Option<Exact> {
        self.inner.need(subject, cluster, node_type)
    }

    fn member_need(
        &self,
        subject: Subject<'_>,
        cluster: usize,
        node_type: usize,
        share: &Exact,
    ) -> Option<Exact> {
        self.inner.member_need(subject, cluster, node_type, share)
    }

    fn level(&self, index: usize, cluster: usize) -> usize {
        self.inner.level(index, cluster)
    }

    fn busy(&self, subject: Subject<'_>, cluster: usize) -> Exact {
        self.inner.busy(subject, cluster)
    }

    fn shared_use_with_others(&self, index: usize) -> Option<SharedUse> {
        let mut used = self.inner.shared_use_with_others(index)?;
        if let Some(paid) = self.paid(index) {
            used.extras.extend(&paid.scopes);
        }
        Some(used)
    }

    fn extras_of(&self, index: usize) -> Usd {
        self.paid(index).map_or(Usd::ZERO, |paid| paid.own())
    }

    fn states_extra(&self, index: usize) -> bool {
        self.paid(index).is_some()
    }

    fn notes(&self, notes: &mut Notes) {
        self.inner.notes(notes);
    }
}

/// A placement with the extras that its function pays.
struct Placed<'m> {
    inner: Box<dyn Placement + 'm>,
    paid: Paid<'m>,
}

impl Placed<'_> {
    fn usage(&self) -> &dyn UsageTariff {
        match self.inner.tariff() {
            Tariff::ByUse(usage) => usage,
            Tariff::ByCapacity(_) => unreachable!("its tariff is the kind of the inner one"),
        }
    }

    fn capacity(&self) -> &dyn CapacityTariff {
        match self.inner.tariff() {
            Tariff::ByCapacity(capacity) => capacity,
            Tariff::ByUse(_) => unreachable!("its tariff is the kind of the inner one"),
        }
    }

    fn fleet_cost(&self) -> &dyn StepCost {
        let inner = self.capacity().step_cost();
        inner.expect("there is a cost of steps only if the inner tariff has one")
    }
}

impl Placement for Placed<'_> {
    fn charge(&self, bill: &mut Bill) {
        self.inner.charge(bill);
        self.paid.charge_to(bill);
    }

    fn lines(&self) -> Vec<Line> {
        let mut lines = self.inner.lines();
        lines.extend(Bill::lines(|bill| self.paid.charge_to(bill)));
        lines
    }

    fn price_as_of(&self) -> Option<&str> {
        self.inner.price_as_of()
    }

    fn tariff(&self) -> Tariff<'_> {
        match self.inner.tariff() {
            Tariff::ByUse(_) => Tariff::ByUse(self),
            Tariff::ByCapacity(_) => Tariff::ByCapacity(self),
        }
    }

    fn shared_use(&self) -> SharedUse {
        let mut used = self.inner.shared_use();
        used.extras.extend(&self.paid.scopes);
        used
    }

    fn unit_use(&self, times: &Exact, kept: Kept) -> Option<UnitUse> {
        let used = self.inner.unit_use(times, kept)?;
        Some(UnitUse {
            unshared: &used.unshared + &self.paid.own_of_unit(times),
            ..used
        })
    }

    fn alone(&self) -> Option<Usd> {
        let extras = &self.paid.own() + &self.paid.shared_monthly;
        Some(&self.inner.alone()? + &extras)
    }

    fn provisioning(&self) -> Option<Provisioning> {
        self.inner.provisioning()
    }

    fn fleet(&self) -> Option<&dyn Fleet> {
        self.inner.fleet()
    }

    fn job(&self) -> Option<String> {
        self.inner.job()
    }
}

impl UsageTariff for Placed<'_> {
    fn curve(&self, parts: UsageParts) -> PiecewiseCost {
        let curve = self.usage().curve(parts);
        match parts {
            UsageParts::All => curve.plus(&self.paid.standing_of_unit(), &self.paid.per_call()),
            UsageParts::Duration | UsageParts::Requests => curve,
        }
    }

    fn has_other_charges(&self) -> bool {
        true
    }

    fn growth(&self) -> PiecewiseCost {
        let growth = self.usage().growth();
        growth.plus(&self.paid.standing_of_unit(), &self.paid.per_call())
    }
}

impl CapacityTariff for Placed<'_> {
    fn step_cost(&self) -> Option<&dyn StepCost> {
        self.capacity().step_cost().map(|_| self as &dyn StepCost)
    }

    fn steps(&self, demand: &Demand) -> Option<CapacitySteps> {
        let steps = self.capacity().steps(demand)?;
        Some(CapacitySteps {
            everything: &steps.everything + &self.paid.standing_of_unit(),
            ..steps
        })
    }

    fn per_call(&self) -> Usd {
        &self.capacity().per_call() + &self.paid.per_call()
    }
}

/// The monthly costs do not depend on the size of the fleet.
impl StepCost for Placed<'_> {
    fn hold(&self, slots: u128) -> Option<Holding> {
        let held = self.fleet_cost().hold(slots)?;
        Some(Holding {
            monthly: &held.monthly + &self.paid.standing_of_unit(),
            ..held
        })
    }

    fn monthly(&self, slots: u128) -> Option<Usd> {
        let monthly = self.fleet_cost().monthly(slots)?;
        Some(&monthly + &self.paid.standing_of_unit())
    }

    fn monthly_bounds(&self, slots: u128) -> Bounds {
        let bounds = self.fleet_cost().monthly_bounds(slots);
        bounds + self.paid.standing_of_unit().dollars().bounds()
    }

    fn step_end(&self, slots: u128) -> u128 {
        self.fleet_cost().step_end(slots)
    }

    fn steps(&self, demand: &Demand) -> Option<CapacitySteps> {
        CapacityTariff::steps(self, demand)
    }

    fn at_most(&self) -> Vec<Part> {
        if self.paid.standing_of_unit().is_zero() {
            self.fleet_cost().at_most()
        } else {
            // The parts do not contain the monthly costs, so they give no upper bound.
            Vec::new()
        }
    }

    fn at_least(&self) -> Vec<Part> {
        self.fleet_cost().at_least()
    }
}
