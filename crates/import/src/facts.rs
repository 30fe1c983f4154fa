//! What was read, before it is joined by function.

use crate::format::Format;
use crate::formats::bill::Bills;
use crate::formats::cloudwatch::Metrics;
use crate::formats::logs::Logs;
use crate::mistake::Mistake;
use crate::resolve::usage::Usage;
use crate::resolve::{Key, Origin, Value};
use crate::time::Window;
use std::collections::{BTreeMap, BTreeSet};

/// An input that was read.
#[derive(Debug, Clone)]
pub struct Source {
    /// As the user named it.
    pub path: String,
    pub format: Format,
    /// Functions, points or lines that were found.
    pub records: u64,
    /// Those that count.
    pub used: u64,
    /// By reason: how many were ignored, and the place of the first.
    pub ignored: BTreeMap<String, Ignored>,
}

/// Records that do not count for one reason.
#[derive(Debug, Clone)]
pub struct Ignored {
    pub count: u64,
    /// The place of the first.
    pub first: String,
}

/// An index into [`Facts::sources`].
pub(crate) type SourceNumber = usize;

/// Which function a record is about. What is not known joins the function that is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Who {
    pub(crate) name: String,
    pub(crate) region: Option<String>,
    pub(crate) account: Option<String>,
}

impl Who {
    /// The function of an ARN, without its version or alias; `None` for other text.
    pub(crate) fn of_arn(arn: &str) -> Option<Self> {
        let mut parts = arn.split(':');
        let head = [parts.next()?, parts.next()?, parts.next()?];
        if head[0] != "arn" || head[2] != "lambda" {
            return None;
        }
        let text = |part: &str| (!part.is_empty()).then(|| part.to_owned());
        let region = text(parts.next()?);
        let account = text(parts.next()?);
        if parts.next()? != "function" {
            return None;
        }
        Some(Self {
            name: text(parts.next()?)?,
            region,
            account,
        })
    }

    /// The same, with the region and the account that hold where the record says none.
    pub(crate) fn or(mut self, region: Option<&str>, account: Option<&str>) -> Self {
        self.region = self.region.or_else(|| region.map(str::to_owned));
        self.account = self.account.or_else(|| account.map(str::to_owned));
        self
    }
}

/// A value that a file states for a key of a function.
#[derive(Debug, Clone)]
pub(crate) struct Claim {
    pub(crate) key: Key,
    /// `None` for a value that is there but cannot be resolved: it is missing, never the default.
    pub(crate) value: Option<Value>,
    pub(crate) origin: Origin,
    pub(crate) source: SourceNumber,
}

/// Calls that Compute Optimizer counted.
#[derive(Debug)]
pub(crate) struct Lookback {
    pub(crate) who: Who,
    pub(crate) calls: u64,
    pub(crate) window: Window,
    pub(crate) source: SourceNumber,
}

/// The mean raw duration of a function by memory size.
#[derive(Debug)]
pub(crate) struct Curve {
    pub(crate) who: Who,
    pub(crate) source: SourceNumber,
    /// Milliseconds by MB.
    pub(crate) points: BTreeMap<u32, String>,
}

/// A function of a template. Its name is settled when all files are read.
#[derive(Debug, Clone)]
pub(crate) struct Declared {
    pub(crate) who: Who,
    pub(crate) source: SourceNumber,
    /// The address of a Terraform plan, or the id in a template.
    pub(crate) address: String,
    pub(crate) claims: Vec<(Key, Option<Value>, Origin)>,
    pub(crate) remarks: Vec<String>,
    /// Figures of usage files.
    pub(crate) estimates: Vec<(Key, Value, SourceNumber)>,
}

/// A task of ECS on Fargate that a template describes.
#[derive(Debug, Clone)]
pub struct Container {
    pub name: String,
    /// An index into the sources of the import.
    pub source: usize,
    /// Plain decimal text; `None` if the template alone does not say it.
    pub vcpu: Option<String>,
    pub memory_gb: Option<String>,
    /// Tasks of the service; `None` without a service.
    pub count: Option<u64>,
    /// `x86_64` or `arm64`.
    pub architecture: Option<String>,
    pub storage_gb: Option<u64>,
    /// Only on Fargate Spot.
    pub is_spot: bool,
}

/// Figures that a usage file has for an address.
#[derive(Debug, Clone)]
pub(crate) struct Estimate {
    /// A pattern; `None` for all functions.
    pub(crate) address: Option<String>,
    pub(crate) figures: Vec<(Key, Value)>,
    /// Where it is in the file.
    pub(crate) place: String,
    /// The function, if no plan has the address.
    pub(crate) who: Who,
    pub(crate) source: SourceNumber,
}

/// All that files state.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    pub(crate) sources: Vec<Source>,
    /// In the order of the files.
    pub(crate) claims: Vec<(Who, Claim)>,
    /// Remarks on functions, such as features that are not imported.
    pub(crate) remarks: Vec<(Who, String)>,
    /// Functions of templates.
    pub(crate) declared: Vec<Declared>,
    pub(crate) estimates: Vec<Estimate>,
    pub(crate) containers: Vec<Container>,
    pub(crate) metrics: Metrics,
    pub(crate) bills: Bills,
    /// Provisioned concurrency: the ARN of the alias, its function, environments, and the file.
    pub(crate) provisioned: Vec<(String, Who, u64, SourceNumber)>,
    pub(crate) logs: Logs,
    /// Calls that another program counted, by the format with whose rank they go.
    pub(crate) counted: BTreeMap<(Who, Format), Usage>,
    pub(crate) lookbacks: Vec<Lookback>,
    pub(crate) curves: Vec<Curve>,
    /// Remarks on files.
    pub(crate) warnings: Vec<String>,
    /// Files in folders that have no known format.
    pub(crate) skipped: u64,
    /// Files whose bytes were read already.
    pub(crate) repeated: Vec<String>,
}

impl Facts {
    /// Adds a source, and returns its number.
    pub(crate) fn start(&mut self, path: &str, format: Format) -> SourceNumber {
        self.sources.push(Source {
            path: path.to_owned(),
            format,
            records: 0,
            used: 0,
            ignored: BTreeMap::new(),
        });
        self.sources.len() - 1
    }

    /// The function of a file that names none. A warning says if its name is that of the file.
    ///
    /// # Errors
    /// It is standard input without `--name`.
    pub(crate) fn own(&mut self, context: &Context) -> Result<Who, Mistake> {
        let who = context.named()?;
        if context.name.is_none() {
            self.named_by_file(context, &who.name);
        }
        Ok(who)
    }

    /// Says that a function has the name of a file.
    pub(crate) fn named_by_file(&mut self, context: &Context, name: &str) {
        self.warnings.push(format!(
            "{} does not name its function, so it is `{name}`: state --name NAME before the file if \
             that is wrong",
            context.path,
        ));
    }

    /// Functions of which something is known that no template states.
    pub(crate) fn known(&self) -> BTreeSet<&Who> {
        let claimed = self.claims.iter().map(|(who, _)| who);
        let provisioned = self.provisioned.iter().map(|(_, who, _, _)| who);
        let measured = self.metrics.series.keys().map(|(who, _, _)| who);
        let remarked = self.remarks.iter().map(|(who, _)| who);
        let logged = self.logs.functions.iter();
        let counted = self.counted.keys().map(|(who, _)| who);
        let all = claimed.chain(provisioned).chain(measured).chain(logged);
        let bills = self.bills.by_format.values();
        let billed = bills.flat_map(|bill| bill.functions.keys());
        let all = all.chain(counted).chain(billed);
        all.chain(remarked).collect()
    }

    /// Counts a record that is used.
    pub(crate) fn used(&mut self, source: SourceNumber) {
        self.used_many(source, 1);
    }

    /// Counts records that are used.
    pub(crate) fn used_many(&mut self, source: SourceNumber, count: u64) {
        self.sources[source].records += count;
        self.sources[source].used += count;
    }

    /// Counts a record that is ignored.
    pub(crate) fn ignored(&mut self, source: SourceNumber, why: &str, place: &str) {
        self.ignored_many(source, why, place, 1);
    }

    /// Counts records that are ignored.
    pub(crate) fn ignored_many(
        &mut self,
        source: SourceNumber,
        why: &str,
        place: &str,
        count: u64,
    ) {
        self.sources[source].records += count;
        self.listed(source, why, place, count);
    }

    /// Says something about a record that is used.
    pub(crate) fn remarked(&mut self, source: SourceNumber, what: &str, place: &str) {
        self.listed(source, what, place, 1);
    }

    /// A record that counted does not after all.
    pub(crate) fn withdrawn(&mut self, source: SourceNumber, why: &str, place: &str) {
        self.sources[source].used -= 1;
        self.listed(source, why, place, 1);
    }

    fn listed(&mut self, source: SourceNumber, why: &str, place: &str, count: u64) {
        let source = &mut self.sources[source];
        let first = || Ignored {
            count: 0,
            first: format!("{}: {place}", source.path),
        };
        let listed = source.ignored.entry(why.to_owned());
        listed.or_insert_with(first).count += count;
    }

    /// Adds a value that a file states.
    pub(crate) fn claim(
        &mut self,
        who: &Who,
        key: Key,
        value: Option<Value>,
        origin: Origin,
        source: SourceNumber,
    ) {
        let claim = Claim {
            key,
            value,
            origin,
            source,
        };
        self.claims.push((who.clone(), claim));
    }
}

/// What holds for a file: the figures that it may lack itself.
#[derive(Debug, Clone, Default)]
pub(crate) struct Context {
    /// As the user named it.
    pub(crate) path: String,
    /// `--name`.
    pub(crate) name: Option<String>,
    /// `--region`.
    pub(crate) region: Option<String>,
    /// `--account`.
    pub(crate) account: Option<String>,
    /// `--period`, in seconds.
    pub(crate) period: Option<u64>,
    /// A file in a folder that has no known format is skipped.
    pub(crate) is_in_folder: bool,
}

impl Context {
    /// The function of a record that names none: by `--name`, else by the name of the file.
    pub(crate) fn own(&self) -> Option<Who> {
        let name = match &self.name {
            Some(name) => name.clone(),
            None => {
                let file = self.path.rsplit(['/', '\\']).next()?;
                let name = file.split('.').next()?;
                if name.is_empty() || file == "-" {
                    return None;
                }
                name.to_owned()
            }
        };
        Some(self.who(name))
    }

    /// The same where it has to be known.
    ///
    /// # Errors
    /// It is standard input without `--name`.
    pub(crate) fn named(&self) -> Result<Who, Mistake> {
        self.own().ok_or_else(|| self.unnamed())
    }

    /// The mistake of a file that names no function.
    pub(crate) fn unnamed(&self) -> Mistake {
        let help = "state the function with --name NAME before the file";
        self.mistake("it does not say which function it is about", help)
    }

    /// The function of an ARN, with the region and the account that hold where it says none.
    pub(crate) fn of_arn(&self, arn: &str) -> Option<Who> {
        let who = Who::of_arn(arn)?;
        Some(who.or(self.region.as_deref(), self.account.as_deref()))
    }

    /// A function that a record names, without region and account.
    pub(crate) fn who(&self, name: String) -> Who {
        Who {
            name,
            region: self.region.clone(),
            account: self.account.clone(),
        }
    }

    /// A mistake in this file.
    pub(crate) fn mistake(&self, message: impl Into<String>, help: impl Into<String>) -> Mistake {
        Mistake::new(&self.path, message, help)
    }
}
