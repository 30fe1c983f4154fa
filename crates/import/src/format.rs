//! The formats, and which one goes first for a figure.

/// A format of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    ListFunctions,
    ProvisionedConcurrency,
    Cloudwatch,
    LambdaLog,
    LambdaInsights,
    LogsInsights,
    Usage,
    ComputeOptimizer,
    PowerTuning,
    Sam,
    Cloudformation,
    Cdk,
    Serverless,
    TerraformPlan,
    InfracostUsage,
    Cur,
    Focus,
}

/// What a user has to know about a format.
pub(crate) struct Manual {
    pub(crate) name: &'static str,
    pub(crate) gives: &'static str,
    /// The command that writes such a file.
    pub(crate) command: &'static str,
}

impl Format {
    /// Every format, in the order in which they are listed.
    pub const ALL: [Self; 17] = [
        Self::ListFunctions,
        Self::ProvisionedConcurrency,
        Self::Cloudwatch,
        Self::LambdaLog,
        Self::LambdaInsights,
        Self::LogsInsights,
        Self::Usage,
        Self::ComputeOptimizer,
        Self::PowerTuning,
        Self::Sam,
        Self::Cloudformation,
        Self::Cdk,
        Self::Serverless,
        Self::TerraformPlan,
        Self::InfracostUsage,
        Self::Cur,
        Self::Focus,
    ];

    /// The name, as `--as` takes it.
    pub fn name(self) -> &'static str {
        self.manual().name
    }

    /// What it gives for the scenario.
    pub fn gives(self) -> &'static str {
        self.manual().gives
    }

    /// The command that writes such a file.
    pub fn command(self) -> &'static str {
        self.manual().command
    }

    /// The format with a name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    fn manual(self) -> &'static Manual {
        let found = MANUALS.iter().find(|(format, _)| *format == self);
        let (_, manual) = found.expect("every format has a manual: a test below reads all");
        manual
    }
}

/// What a user has to know about each format.
const MANUALS: [(Format, Manual); 17] = [
    (
        Format::ListFunctions,
        Manual {
            name: "list-functions",
            gives: "memory, architecture, /tmp, SnapStart, managed instances",
            command: "aws lambda list-functions > functions.json",
        },
    ),
    (
        Format::ProvisionedConcurrency,
        Manual {
            name: "list-provisioned-concurrency-configs",
            gives: "provisioned concurrency of a function",
            command: "aws lambda list-provisioned-concurrency-configs --function-name NAME > provisioned.json",
        },
    ),
    (
        Format::LambdaLog,
        Manual {
            name: "lambda-log",
            gives: "memory, calls, billed duration, cold starts, traffic by hour, peak",
            command: "aws logs filter-log-events --log-group-name /aws/lambda/NAME --filter-pattern REPORT --start-time MILLISECONDS > NAME.json",
        },
    ),
    (
        Format::LambdaInsights,
        Manual {
            name: "lambda-insights",
            gives: "CPU time, memory, calls, billed duration, cold starts",
            command: "aws logs filter-log-events --log-group-name /aws/lambda-insights --filter-pattern cpu_total_time --start-time MILLISECONDS > insights.json",
        },
    ),
    (
        Format::LogsInsights,
        Manual {
            name: "logs-insights",
            gives: "memory, calls, billed duration, cold starts, traffic by hour",
            command: "aws logs start-query --query-string \"$(lambdacost import --query logs-insights)\" --log-group-name /aws/lambda/NAME --start-time SECONDS --end-time SECONDS, then aws logs get-query-results --query-id ID > insights.json",
        },
    ),
    (
        Format::ComputeOptimizer,
        Manual {
            name: "compute-optimizer",
            gives: "memory, calls, mean duration, used memory",
            command: "aws compute-optimizer get-lambda-function-recommendations > recommendations.json",
        },
    ),
    (
        Format::PowerTuning,
        Manual {
            name: "power-tuning",
            gives: "mean duration by memory size",
            command: "the output of the state machine of AWS Lambda Power Tuning",
        },
    ),
    (
        Format::Usage,
        Manual {
            name: "usage",
            gives: "memory, calls, billed duration, cold starts, traffic by hour, peak",
            command: "any engine: the columns of lambdacost/usage/v1 are in docs/import.md",
        },
    ),
    (
        Format::Cloudwatch,
        Manual {
            name: "cloudwatch",
            gives: "calls, mean duration, traffic by hour, peak, use of provisioned concurrency",
            command: "aws cloudwatch get-metric-data --start-time 2026-10-01T00:00:00Z --end-time 2026-10-29T00:00:00Z --metric-data-queries \"$(lambdacost import --query cloudwatch)\" > metrics.json",
        },
    ),
    (Format::Sam, template("sam", "template.yaml of the project")),
    (
        Format::Cloudformation,
        template(
            "cloudformation",
            "aws cloudformation get-template --stack-name NAME --query TemplateBody > template.json",
        ),
    ),
    (
        Format::Cdk,
        template("cdk", "cdk synth; then name the folder cdk.out"),
    ),
    (
        Format::Serverless,
        template("serverless", "serverless.yml of the project"),
    ),
    (
        Format::TerraformPlan,
        template(
            "terraform-plan",
            "terraform plan -out plan.tfplan; then terraform show -json plan.tfplan > plan.json",
        ),
    ),
    (
        Format::InfracostUsage,
        Manual {
            name: "infracost-usage",
            gives: "calls, mean duration; import the plan of Terraform too",
            command: "infracost breakdown --path . --sync-usage-file --usage-file infracost-usage.yml",
        },
    ),
    (
        Format::Cur,
        Manual {
            name: "cur",
            gives: "calls, billed duration (with the memory of a configuration), architecture, traffic by hour, discounts, Savings Plans",
            command: "Billing and Cost Management, Data Exports: a Standard data export (CUR 2.0) with resource IDs and hourly granularity, as Parquet or CSV; then aws s3 cp --recursive s3://BUCKET/PREFIX bills",
        },
    ),
    (
        Format::Focus,
        Manual {
            name: "focus",
            gives: "the same as cur",
            command: "Billing and Cost Management, Data Exports: FOCUS 1.0 or 1.2 with hourly granularity, as Parquet or CSV; then aws s3 cp --recursive s3://BUCKET/PREFIX bills",
        },
    ),
];

/// The manual of a template.
const fn template(name: &'static str, command: &'static str) -> Manual {
    Manual {
        name,
        gives: "memory, architecture, /tmp, provisioned concurrency, SnapStart, managed instances",
        command,
    }
}

#[cfg(test)]
mod tests {
    use super::Format;

    #[test]
    fn every_format_has_a_manual_and_another_name() {
        for format in Format::ALL {
            assert_eq!(Format::of_name(format.name()), Some(format));
            assert!(!format.gives().is_empty() && !format.command().is_empty());
        }
    }
}
