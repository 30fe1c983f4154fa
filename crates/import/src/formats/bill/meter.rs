//! Which meter of Lambda a row of a bill is about.

/// What Lambda bills by, apart from features that are not imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Meter {
    Requests,
    /// GB-seconds of calls.
    Duration,
    /// GB-seconds of calls that found a provisioned environment.
    ProvisionedDuration,
    /// GB-seconds of provisioned environments.
    ProvisionedConcurrency,
    /// GB-seconds of /tmp above 512 MB.
    Storage,
}

impl Meter {
    /// As in JSON.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Requests => "requests",
            Self::Duration => "gbs",
            Self::ProvisionedDuration => "pgbs",
            Self::ProvisionedConcurrency => "pconc",
            Self::Storage => "storage",
        }
    }

    /// As in a price file, below `lambda.ARCH`.
    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::Requests => "request",
            Self::Duration => "duration",
            Self::ProvisionedDuration => "provisioned_duration",
            Self::ProvisionedConcurrency => "provisioned_concurrency",
            Self::Storage => "ephemeral_storage",
        }
    }
}

/// The processors of a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Architecture {
    X86,
    Arm,
}

impl Architecture {
    /// As in a scenario.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::X86 => "x86_64",
            Self::Arm => "arm64",
        }
    }
}

/// What a usage type or a description says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Usage<'t> {
    Metered {
        meter: Meter,
        architecture: Architecture,
        /// Short name of the region, such as `USE2`; empty for us-east-1.
        prefix: &'t str,
    },
    /// Usage that a scenario does not have, with the reason.
    Apart(&'static str),
    /// Data transfer and the like.
    Other,
}

/// Usage types without region and `-ARM`.
const METERS: [(&str, Meter); 5] = [
    ("Request", Meter::Requests),
    ("Lambda-GB-Second", Meter::Duration),
    ("Lambda-Provisioned-GB-Second", Meter::ProvisionedDuration),
    (
        "Lambda-Provisioned-Concurrency",
        Meter::ProvisionedConcurrency,
    ),
    ("Lambda-Storage-GB-Second", Meter::Storage),
];

/// Parts of usage types and descriptions that are listed and not mixed in.
const APART: [(&str, &str); 3] = [
    ("Lambda-Edge", "Lambda@Edge, which is not imported"),
    (
        "Lambda-Managed-Instances",
        "Lambda Managed Instances: their usage has no calls and no memory",
    ),
    ("MicroVM", "Lambda MicroVMs, which are not imported"),
];

/// Longest short name of a region.
const LONGEST_PREFIX: usize = 6;

/// The reason for not mixing a row in, by its usage type or description.
pub(super) fn apart(text: &str) -> Option<&'static str> {
    let found = APART.iter().find(|(part, _)| text.contains(part));
    found.map(|(_, why)| *why)
}

/// What a usage type says: `EU-Lambda-GB-Second-ARM`.
pub(super) fn of_usage_type(text: &str) -> Usage<'_> {
    let (plain, architecture) = match text.strip_suffix("-ARM") {
        Some(plain) => (plain, Architecture::Arm),
        None => (text, Architecture::X86),
    };
    let is_short = |prefix: &str| {
        let mut letters = prefix.bytes();
        prefix.len() <= LONGEST_PREFIX
            && letters.all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
    };
    for (name, meter) in METERS {
        let Some(before) = plain.strip_suffix(name) else {
            continue;
        };
        let prefix = if before.is_empty() {
            Some("")
        } else {
            before.strip_suffix('-').filter(|prefix| is_short(prefix))
        };
        if let Some(prefix) = prefix {
            return Usage::Metered {
                meter,
                architecture,
                prefix,
            };
        }
    }
    apart(text).map_or(Usage::Other, Usage::Apart)
}

/// What a description says: `AWS Lambda - Total Compute (Provisioned) - EU (Ireland)`.
pub(super) fn of_description(text: &str) -> Usage<'static> {
    if let Some(why) = apart(text) {
        return Usage::Apart(why);
    }
    let Some(what) = text.strip_prefix("AWS Lambda - ") else {
        return Usage::Other;
    };
    let what = what.split(" - ").next().unwrap_or_default();
    let meter = if what.contains("Requests") {
        Meter::Requests
    } else if what.contains("Provisioned Concurrency") {
        Meter::ProvisionedConcurrency
    } else if what.contains("Compute") && what.contains("Provisioned") {
        Meter::ProvisionedDuration
    } else if what.contains("Compute") {
        Meter::Duration
    } else if what.contains("Storage") {
        Meter::Storage
    } else {
        return Usage::Other;
    };
    let architecture = if text.contains("ARM") {
        Architecture::Arm
    } else {
        Architecture::X86
    };
    Usage::Metered {
        meter,
        architecture,
        prefix: NO_PREFIX,
    }
}

/// A description has no short name of a region.
const NO_PREFIX: &str = "-";

/// Short names of regions in usage types.
const REGIONS: [(&str, &str); 40] = [
    ("", "us-east-1"),
    ("AFS1", "af-south-1"),
    ("APE1", "ap-east-1"),
    ("APE2", "ap-east-2"),
    ("APN1", "ap-northeast-1"),
    ("APN2", "ap-northeast-2"),
    ("APN3", "ap-northeast-3"),
    ("APS1", "ap-southeast-1"),
    ("APS2", "ap-southeast-2"),
    ("APS3", "ap-south-1"),
    ("APS4", "ap-southeast-3"),
    ("APS5", "ap-south-2"),
    ("APS6", "ap-southeast-4"),
    ("APS7", "ap-southeast-5"),
    ("APS8", "ap-southeast-6"),
    ("APS9", "ap-southeast-7"),
    ("CAN1", "ca-central-1"),
    ("CAN2", "ca-west-1"),
    ("CNN1", "cn-north-1"),
    ("CNW1", "cn-northwest-1"),
    ("EU", "eu-west-1"),
    ("EUC1", "eu-central-1"),
    ("EUC2", "eu-central-2"),
    ("EUN1", "eu-north-1"),
    ("EUS1", "eu-south-1"),
    ("EUS2", "eu-south-2"),
    ("EUW1", "eu-west-1"),
    ("EUW2", "eu-west-2"),
    ("EUW3", "eu-west-3"),
    ("ILC1", "il-central-1"),
    ("MEC1", "me-central-1"),
    ("MES1", "me-south-1"),
    ("MXC1", "mx-central-1"),
    ("SAE1", "sa-east-1"),
    ("UGE1", "us-gov-east-1"),
    ("UGW1", "us-gov-west-1"),
    ("USE1", "us-east-1"),
    ("USE2", "us-east-2"),
    ("USW1", "us-west-1"),
    ("USW2", "us-west-2"),
];

/// The region of a short name; `None` if it is not known.
pub(super) fn region_of(prefix: &str) -> Option<&'static str> {
    let found = REGIONS.iter().find(|(short, _)| *short == prefix);
    found.map(|(_, region)| *region)
}

#[cfg(test)]
mod tests {
    use super::{Architecture, Meter, Usage, of_description, of_usage_type, region_of};

    fn metered(usage: Usage<'_>) -> Option<(Meter, Architecture, &str)> {
        match usage {
            Usage::Metered {
                meter,
                architecture,
                prefix,
            } => Some((meter, architecture, prefix)),
            _ => None,
        }
    }

    #[test]
    fn usage_types_are_read_after_the_region() {
        let arm = Architecture::Arm;
        let x86 = Architecture::X86;
        for (text, expected) in [
            ("Request", Some((Meter::Requests, x86, ""))),
            ("USW2-Request-ARM", Some((Meter::Requests, arm, "USW2"))),
            ("Lambda-GB-Second", Some((Meter::Duration, x86, ""))),
            (
                "EU-Lambda-GB-Second-ARM",
                Some((Meter::Duration, arm, "EU")),
            ),
            (
                "EU-Lambda-Provisioned-GB-Second",
                Some((Meter::ProvisionedDuration, x86, "EU")),
            ),
            (
                "Lambda-Provisioned-Concurrency-ARM",
                Some((Meter::ProvisionedConcurrency, arm, "")),
            ),
            ("Lambda-Storage-GB-Second", Some((Meter::Storage, x86, ""))),
            ("USW2-Lambda-SnapStart-Cached-GB-Second", None),
            ("USW2-DataTransfer-Out-Bytes", None),
            ("Lambda-Durable-Request", None),
            ("US-Lambda-Edge-Request", None),
            ("Lambda-Managed-Instances-Request", None),
            ("Lambda-MicroVM-GB-Second", None),
        ] {
            assert_eq!(metered(of_usage_type(text)), expected, "{text}");
        }
        assert!(matches!(
            of_usage_type("US-Lambda-Edge-GB-Second"),
            Usage::Apart(_)
        ));
        assert_eq!(region_of("EU"), Some("eu-west-1"));
        assert_eq!(region_of("XX9"), None);
    }

    #[test]
    fn descriptions_say_the_meter() {
        let expected = |meter, architecture| Some((meter, architecture, "-"));
        for (text, found) in [
            (
                "AWS Lambda - Total Requests - US East (Ohio)",
                expected(Meter::Requests, Architecture::X86),
            ),
            (
                "AWS Lambda - Total Compute for ARM - US East (Ohio)-Tier-1",
                expected(Meter::Duration, Architecture::Arm),
            ),
            (
                "AWS Lambda - Total Compute (Provisioned) - US West (Oregon)",
                expected(Meter::ProvisionedDuration, Architecture::X86),
            ),
            (
                "AWS Lambda - Provisioned Concurrency - EU (Ireland)",
                expected(Meter::ProvisionedConcurrency, Architecture::X86),
            ),
            ("$0.02 per GB - US West (Oregon) data transfer", None),
        ] {
            assert_eq!(metered(of_description(text)), found, "{text}");
        }
    }
}
