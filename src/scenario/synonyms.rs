//! Names that people use for keys and values of a scenario, each with the right answer.
//!
//! The nearest key is not always the right one: `p99_ms` is not `cpu_ms`, and to rename
//! `invocations_per_day` to the monthly key would be wrong by a factor of 30.

use super::schema::{Field, Setting};

/// The right answer for a name.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Answer {
    /// This key of a function has the same meaning and unit.
    Field(Field),
    /// What to do. If a field is named, it is not reported as missing too.
    Advice(Option<Field>, &'static str),
    /// This key of the whole scenario has the same meaning.
    Setting(Setting),
}

use Answer::{Advice, Field as Is, Setting as IsSetting};

const INVOCATIONS: Option<Field> = Some(Field::InvocationsPerMonth);

/// Names for keys of a function, in lower case and without `_`, `-`, spaces and brackets. Names with the same answer
/// are separated by spaces.
const OF_FUNCTION: [(&str, Answer); 47] = [
    (
        "memory memorymb memorysize memorysizemb mem memmb ram rammb memorymib power configuredmemory \
         allocatedmemory memoryconfigured memoryallocated",
        Is(Field::MemoryMb),
    ),
    (
        "memorygb memorysizegb memgb ramgb memorygib",
        Advice(
            Some(Field::MemoryMb),
            "state `memory_mb`: multiply by 1,024",
        ),
    ),
    ("functionname function title label", Is(Field::Name)),
    (
        "arch architectures cpuarchitecture instructionset",
        Is(Field::Architecture),
    ),
    ("awsregion location", Is(Field::Region)),
    (
        "platform currentplatform runson runsin deployedon home",
        Is(Field::RunsOn),
    ),
    (
        "duration runtimems executiontime executiontimems durationavg",
        Advice(
            Some(Field::DurationMs),
            "state `duration_ms`, the mean billed duration, or `measured_duration_ms`, the mean of \
             raw durations, in milliseconds",
        ),
    ),
    (
        "billedduration billeddurationms avgbilledduration avgbilleddurationms \
         averagebilledduration averagebilleddurationms meanbilledduration meanbilleddurationms",
        Is(Field::DurationMs),
    ),
    (
        "averagedurationms avgdurationms meandurationms averageduration avgduration meanduration \
         durationavgms durationmean durationaverage",
        Is(Field::MeasuredDurationMs),
    ),
    (
        "maxmemoryused maxmemoryusedmb memoryused memoryusedmb usedmemory usedmemorymb",
        Advice(
            None,
            "the configured memory is billed, not the used one: state `memory_mb`; what a request \
             needs in a container is `container.memory_per_request_mb`",
        ),
    ),
    (
        "gbseconds gbs gbsecond billedgbseconds computegbseconds",
        Advice(
            None,
            "GB-seconds follow from memory, duration and calls: leave it out",
        ),
    ),
    (
        "durations durationsec durationseconds seconds",
        Advice(
            Some(Field::DurationMs),
            "state `duration_ms`: multiply by 1,000",
        ),
    ),
    (
        "p50 p50ms p90 p90ms p95 p95ms p99 p99ms p999 p999ms latency latencyms \
         latencyp99 latencyp99ms p99latency p99latencyms mediandurationms maxdurationms \
         responsetime responsetimems",
        Advice(
            Some(Field::MeasuredDurationMs),
            "Lambda bills the sum of all durations, so their mean is needed and not a percentile: \
             state `measured_duration_ms`",
        ),
    ),
    (
        "invocations calls requests invocationcount count volume",
        Advice(
            INVOCATIONS,
            "state `invocations_per_month`, the calls of a month, or `requests_per_second`, \
             their mean rate",
        ),
    ),
    (
        "requestspermonth callspermonth monthlyinvocations monthlyrequests monthlycalls \
         invocationsmonthly invocationsmonth requestsmonth callsmonth",
        Is(Field::InvocationsPerMonth),
    ),
    (
        "invocationsperday requestsperday callsperday dailyinvocations dailyrequests",
        Advice(
            INVOCATIONS,
            "state `invocations_per_month`: multiply by 30.4, the days in 730 hours",
        ),
    ),
    (
        "invocationsperhour requestsperhour callsperhour hourlyinvocations",
        Advice(
            INVOCATIONS,
            "state `invocations_per_month`: multiply by 730, the hours of a month",
        ),
    ),
    (
        "invocationsperweek requestsperweek callsperweek weeklyinvocations",
        Advice(
            INVOCATIONS,
            "state `invocations_per_month`: multiply by 4.35, the weeks in 730 hours",
        ),
    ),
    (
        "invocationsperyear requestsperyear callsperyear yearlyinvocations",
        Advice(INVOCATIONS, "state `invocations_per_month`: divide by 12"),
    ),
    (
        "requestsperminute invocationsperminute callsperminute rpm",
        Advice(INVOCATIONS, "state `requests_per_second`: divide by 60"),
    ),
    (
        "rps tps qps requestspersec reqpersec callspersecond invocationspersecond \
         transactionspersecond",
        Is(Field::RequestsPerSecond),
    ),
    (
        "concurrency peak maxconcurrency maximumconcurrency concurrentexecutions \
         maxconcurrentexecutions peakconcurrentexecutions concurrentrequests",
        Is(Field::PeakConcurrency),
    ),
    (
        "reservedconcurrency reservedconcurrentexecutions",
        Advice(
            None,
            "reserved concurrency is a limit without a price: leave it out; `peak_concurrency` is \
             how many requests are in flight at most",
        ),
    ),
    (
        "averageconcurrency avgconcurrency meanconcurrency",
        Advice(None, "it follows from calls and duration: leave it out"),
    ),
    (
        "cpuutilization cpuusage cpupercent load memoryutilization",
        Advice(
            None,
            "`utilization` has another meaning, average concurrency divided by the capacity; the \
             CPU time of a request is `container.cpu_ms`",
        ),
    ),
    (
        "provisionedconcurrency provisionedconcurrentexecutions \
         provisionedconcurrencyconfig provisionedenvironments",
        Advice(
            None,
            "state `environments` and `share_served` in [function.provisioned]",
        ),
    ),
    (
        "snapstartenabled snapshot applyon",
        Advice(None, "state `runtime` in [function.snapstart]"),
    ),
    (
        "timeout timeoutms timeouts timeoutseconds timeoutsec maxduration",
        Advice(
            None,
            "a timeout has no price: leave it out; the mean duration is `duration_ms`",
        ),
    ),
    (
        "batchsize batch maxbatchsize recordsperbatch batchingwindow",
        Advice(
            None,
            "a batch is one call: count batches in `invocations_per_month`, and leave this out",
        ),
    ),
    (
        "schedule scheduleexpression cron rate frequency",
        Advice(
            None,
            "count how often it runs in `invocations_per_month`, and leave this out; a container \
             for each run is `run = \"job\"` in [function.container]",
        ),
    ),
    (
        "runtime language",
        Advice(
            None,
            "a runtime changes the bill only as `runtime` of [function.snapstart] and of \
             [function.managed]: leave it out elsewhere",
        ),
    ),
    (
        "handler role layers environment env vpc vpcconfig codeuri packagetype \
         description arn functionarn codesize version host lastmodified throttles logicalid \
         resourceid",
        Advice(None, "it changes no bill: leave it out"),
    ),
    ("tag labels", Is(Field::Tags)),
    (
        "accountid awsaccount awsaccountid accountnumber",
        Is(Field::Account),
    ),
    (
        "team owner costcenter project stage department businessunit",
        Advice(
            None,
            "state it as a tag: tags = { team = \"checkout\" }, or a column `tags.team`",
        ),
    ),
    (
        "ephemeralstorage ephemeralstoragesize tmp tmpmb storagemb diskmb tmpsizemb",
        Is(Field::EphemeralStorageMb),
    ),
    (
        "initduration initdurationms coldstartms coldstartdurationms inittimems",
        Is(Field::InitMs),
    ),
    (
        "coldstart coldstarts coldstartshare coldstartratio coldstartpercent",
        Is(Field::ColdStartRate),
    ),
    (
        "cpu cpus vcpus cpuunits cores",
        Advice(
            None,
            "on Lambda CPU follows `memory_mb`; of a container, state the CPU time of a request, \
             `container.cpu_ms`, or a task size, `container.task`",
        ),
    ),
    (
        "desiredcount replicas tasks taskcount pods minreplicas mincapacity",
        Advice(
            None,
            "the number of tasks is computed: leave it out; the minimum is `container.min_tasks`",
        ),
    ),
    (
        "maxtasks maxreplicas maxcapacity maxcount",
        Advice(None, "the number of tasks is computed: leave it out"),
    ),
    (
        "concurrencypertask requestspercontainer requestsperpod threads workers",
        Is(Field::RequestsPerTask),
    ),
    (
        "errors errorpercent failurerate failures",
        Is(Field::ErrorRate),
    ),
    (
        "retryattempts maximumretryattempts maxretries",
        Is(Field::Retries),
    ),
    (
        "cost costusd price bill monthlycost spend",
        Advice(
            None,
            "the bill is computed: leave it out; limits on it belong in [function.budget]",
        ),
    ),
    (
        "apigateway alb loadbalancer natgateway datatransfer egressgb sqs dynamodb",
        Advice(
            None,
            "this version has no price for it: state what it costs as a [[function.extra]], or as an \
             [[extra]] of all functions",
        ),
    ),
    (
        "traffic profile shape hourly",
        Advice(
            None,
            "this version takes one capacity for the month: state `peak_concurrency` or `utilization`",
        ),
    ),
];

/// Names for keys at the top level, in the same form.
const AT_THE_TOP: [(&str, Answer); 11] = [
    (
        "apigateway alb loadbalancer loadbalancers natgateway datatransfer costs addons",
        IsSetting(Setting::Extra),
    ),
    (
        "hours monthhours monthlyhours hoursinmonth",
        IsSetting(Setting::HoursPerMonth),
    ),
    (
        "days dayspermonth",
        Advice(None, "state `hours_per_month`: multiply by 24"),
    ),
    (
        "regions",
        Advice(
            None,
            "state one `region` here and others on functions, or compare several with --region",
        ),
    ),
    ("platform targets services", IsSetting(Setting::Platforms)),
    (
        "workload workloads lambdas fn",
        IsSetting(Setting::Function),
    ),
    (
        "savings savingsplan savingsplans commitments reserved",
        IsSetting(Setting::Commitment),
    ),
    ("discount edp", IsSetting(Setting::Discounts)),
    ("budgets limits", IsSetting(Setting::Budget)),
    (
        "currency",
        Advice(None, "all amounts are in US dollars: leave it out"),
    ),
    (
        "ecs ec2 kubernetes k8s",
        Advice(
            None,
            "options of ECS tasks belong in [fargate], those of Kubernetes in [eks]; EC2 \
             instances without EKS are not compared",
        ),
    ),
];

/// Names for platforms, in the same form.
const PLATFORMS: [(&str, &str); 7] = [
    ("awslambda serverless faas", "Lambda is \"lambda\""),
    (
        "ecs ecsfargate awsfargate",
        "ECS tasks run on \"fargate\"; ECS on EC2 instances is not compared",
    ),
    (
        "ec2 ecsec2 vm instance instances",
        "EC2 instances are not compared; \"eks\" has EKS on EC2 nodes",
    ),
    ("kubernetes k8s eksec2 amazoneks", "Kubernetes is \"eks\""),
    ("spot ecsspot", "Fargate Spot is \"fargate-spot\""),
    (
        "managed lmi lambdamanagedinstances managedinstances",
        "Lambda Managed Instances are \"lambda-managed\"",
    ),
    (
        "apprunner batch beanstalk lightsail gke aks cloudrun",
        "it is not compared",
    ),
];

/// Names for platforms that are known but not priced, in the same form: what they are, and what to
/// do.
const UNPRICED: [(&str, (&str, &str)); 1] = [(
    "lambdaedge lambda@edge lambdaatedge edge",
    (
        "Lambda@Edge",
        "it runs at CloudFront's locations, where no container can, for $0.60 per million \
         requests and $0.00005001 per GB-s: leave the function out of the scenario, or state where \
         else it could run",
    ),
)];

/// Names for architectures, in the same form.
const ARCHITECTURES: [(&str, &str); 2] = [
    ("arm aarch64 graviton graviton2 graviton3", "arm64"),
    ("x86 amd64 x64 intel amd x8664", "x86_64"),
];

/// A name in the form of the tables.
fn plain(word: &str) -> String {
    let kept = word.chars().filter(|c| !"_- ()".contains(*c));
    kept.collect::<String>().to_lowercase()
}

fn found<T: Copy>(rows: &[(&str, T)], word: &str) -> Option<T> {
    let word = plain(word);
    let mut rows = rows.iter();
    let row = rows.find(|(words, _)| words.split(' ').any(|known| known == word));
    row.map(|(_, answer)| *answer)
}

/// The answer for a key of a function.
pub(crate) fn of_function(word: &str) -> Option<Answer> {
    found(&OF_FUNCTION, word)
}

/// The answer for a key at the top level.
pub(crate) fn at_the_top(word: &str) -> Option<Answer> {
    found(&AT_THE_TOP, word)
}

/// A platform that is known but not priced: what it is, and what to do.
pub(crate) fn unpriced(typed: &str, words: &[&str]) -> Option<(&'static str, &'static str)> {
    let is_platform = words.contains(&"fargate");
    found(&UNPRICED, typed).filter(|_| is_platform)
}

/// The advice for a value that is not one of `words`.
pub(crate) fn of_value(typed: &str, words: &[&str]) -> Option<String> {
    if words.contains(&"fargate") {
        return found(&PLATFORMS, typed).map(str::to_owned);
    }
    let architecture = found(&ARCHITECTURES, typed).filter(|word| words.contains(word));
    architecture.map(|word| format!("did you mean \"{word}\"?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_has_one_answer_and_is_no_key() {
        let of_function = OF_FUNCTION.iter().flat_map(|(words, _)| words.split(' '));
        let of_function: Vec<&str> = of_function.collect();
        let at_the_top = AT_THE_TOP.iter().flat_map(|(words, _)| words.split(' '));
        let at_the_top: Vec<&str> = at_the_top.collect();
        for words in [of_function, at_the_top] {
            for (number, word) in words.iter().enumerate() {
                assert_eq!(*word, plain(word));
                assert!(!words[..number].contains(word), "{word} occurs twice");
            }
        }
        for setting in Setting::ALL {
            assert!(
                super::at_the_top(setting.path()).is_none(),
                "{}",
                setting.path()
            );
        }
        for field in Field::ALL {
            let answer = super::of_function(field.path());
            // A known key without its underscore is not a synonym.
            let is_itself = matches!(answer, Some(Is(known)) if known == field);
            assert!(answer.is_none() || is_itself, "{}", field.path());
        }
    }
}
