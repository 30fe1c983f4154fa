//! Templates of SAM, CloudFormation, CDK and the Serverless Framework.

mod support;

use import::{Alias, Format, Function, Import, Key, Mistake, Named, Options, Origin, Stated};
use std::path::PathBuf;
use support::InMemory;

/// Imports files in their order.
fn import_with(files: &[(&str, &str)], options: &Options) -> Result<Import, Vec<Mistake>> {
    let paths = || files.iter().map(|(path, _)| PathBuf::from(path));
    let texts = files.iter().map(|(_, text)| text.as_bytes().to_vec());
    let memory = InMemory(paths().zip(texts).collect());
    let named = paths().map(|path| Named {
        path,
        ..Named::default()
    });
    import::import(&memory, &named.collect::<Vec<_>>(), options)
}

/// Imports files that have no mistakes.
fn import_all(files: &[(&str, &str)]) -> Import {
    let found = import_with(files, &Options::default());
    found.unwrap_or_else(|mistakes| panic!("{mistakes:#?}"))
}

/// The function with a name.
fn function<'i>(import: &'i Import, name: &str) -> &'i Function {
    let found = import.functions.iter().find(|one| one.name == name);
    found.unwrap_or_else(|| panic!("no function {name} in {:#?}", import.functions))
}

/// A figure as plain text.
fn figure(function: &Function, key: Key) -> Option<&str> {
    function
        .figures
        .get(&key)
        .map(|figure| figure.value.plain())
}

const SAM: &str = "
AWSTemplateFormatVersion: '2010-09-09'
Parameters:
  Memory: { Type: Number, Default: 768 }
  Secret: { Type: 'AWS::SSM::Parameter::Value<String>', Default: /my/memory }
  Stage: { Type: String, Default: dev }
Mappings:
  Sizes:
    dev: { memory: 256 }
    prod: { memory: 2048 }
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
Globals:
  Function:
    MemorySize: 512
    Timeout: 20
    Architectures: [arm64]
    EphemeralStorage: { Size: 1024 }
Resources:
  OfGlobals:
    Type: AWS::Serverless::Function
    Properties:
      Events:
        Api: { Type: HttpApi }
        Queue: { Type: SQS }
        Other: { Type: SQS }
  OfNothing:
    Type: AWS::Serverless::Function
    IgnoreGlobals: '*'
  OfSome:
    Type: AWS::Serverless::Function
    IgnoreGlobals: [MemorySize]
    Properties: { FunctionName: !Sub '${Stage}-some' }
  OfParameter:
    Type: AWS::Serverless::Function
    Properties: { MemorySize: !Ref Memory }
  OfSecret:
    Type: AWS::Serverless::Function
    Properties: { MemorySize: !Ref Secret }
  OfMap:
    Type: AWS::Serverless::Function
    Properties:
      MemorySize: !FindInMap [Sizes, !Ref Stage, memory]
      FunctionName: !Join ['-', [shop, !If [IsProd, live, test]]]
  OfCondition:
    Type: AWS::Serverless::Function
    Condition: IsProd
    Properties:
      MemorySize: !If [IsProd, 3008, !Ref 'AWS::NoValue']
      FunctionName: !Sub '${AWS::StackName}-x'
      AutoPublishAlias: live
      ProvisionedConcurrencyConfig: { ProvisionedConcurrentExecutions: 7 }
";

#[test]
fn globals_hold_without_a_transform_unless_they_are_ignored() {
    let import = import_all(&[("template.yaml", SAM)]);
    assert_eq!(import.sources[0].format, Format::Sam);
    for (name, memory, architecture, storage) in [
        ("OfGlobals", "512", "arm64", Some("1024")),
        ("OfNothing", "128", "x86_64", None),
        ("dev-some", "128", "arm64", Some("1024")),
        ("OfParameter", "768", "arm64", Some("1024")),
        ("shop-test", "256", "arm64", Some("1024")),
    ] {
        let function = function(&import, name);
        assert_eq!(figure(function, Key::MemoryMb), Some(memory), "{name}");
        assert_eq!(
            figure(function, Key::Architecture),
            Some(architecture),
            "{name}"
        );
        assert_eq!(figure(function, Key::EphemeralStorageMb), storage, "{name}");
    }
    let ignored = &function(&import, "OfNothing").figures[&Key::MemoryMb];
    assert_eq!(ignored.origin, Origin::Default);
    let settings = "timeout 20 s; event sources HttpApi, SQS (2)";
    assert_eq!(function(&import, "OfGlobals").remarks, [settings]);
}

#[test]
fn parameters_choose_the_branches_of_a_template() {
    let parameter = |key: &str, value: &str| Stated {
        key: key.to_owned(),
        value: value.to_owned(),
    };
    let options = Options {
        parameters: vec![parameter("Stage", "prod"), parameter("Secret", "896")],
        ..Options::default()
    };
    let import = import_with(&[("template.yaml", SAM)], &options).expect("it is a template");
    for (name, memory) in [
        ("shop-live", "2048"),
        ("OfCondition", "3008"),
        ("OfSecret", "896"),
        ("prod-some", "128"),
    ] {
        assert_eq!(
            figure(function(&import, name), Key::MemoryMb),
            Some(memory),
            "{name}"
        );
    }
}

#[test]
fn what_cannot_be_resolved_is_missing_and_no_default() {
    let import = import_all(&[("template.yaml", SAM)]);
    let secret = function(&import, "OfSecret");
    assert_eq!(figure(secret, Key::MemoryMb), None);
    assert!(
        secret
            .missing
            .iter()
            .any(|missing| missing.key == "memory_mb")
    );
    // `AWS::NoValue` takes the property away, which is no value that cannot be resolved.
    let condition = function(&import, "OfCondition");
    assert_eq!(figure(condition, Key::MemoryMb), Some("128"));
    assert_eq!(figure(condition, Key::ProvisionedEnvironments), Some("7"));
    let remarks = condition.remarks.join("\n");
    assert!(
        remarks.contains("only under the condition IsProd"),
        "{remarks}"
    );
    assert!(remarks.contains("`--alias OfCondition=NAME`"), "{remarks}");
}

#[test]
fn lists_of_a_log_supply_what_a_template_does_not_say() {
    let list = r#"{"Functions": [{"FunctionName": "OfSecret", "MemorySize": 640,
        "FunctionArn": "arn:aws:lambda:eu-west-1:111122223333:function:OfSecret"}]}"#;
    let import = import_all(&[("template.yaml", SAM), ("functions.json", list)]);
    let secret = function(&import, "OfSecret");
    assert_eq!(figure(secret, Key::MemoryMb), Some("640"));
    assert_eq!(secret.region.as_deref(), Some("eu-west-1"));
    // The default of the list is weaker than what the template states.
    assert_eq!(figure(secret, Key::Architecture), Some("arm64"));
}

#[test]
fn no_default_of_another_file_stands_for_what_cannot_be_resolved() {
    let template = "
Resources:
  F:
    Type: AWS::Lambda::Function
    Properties: { Architectures: [!ImportValue Shared] }
";
    let list = r#"{"Functions": [{"FunctionName": "F", "MemorySize": 640}]}"#;
    let import = import_all(&[("template.yaml", template), ("functions.json", list)]);
    let f = function(&import, "F");
    assert_eq!(figure(f, Key::MemoryMb), Some("640"));
    assert_eq!(figure(f, Key::Architecture), None);
    assert!(
        f.missing
            .iter()
            .any(|missing| missing.key == "architecture")
    );
}

const CLOUDFORMATION: &str = r#"{
  "Resources": {
    "Plain": {
      "Type": "AWS::Lambda::Function",
      "Metadata": {"aws:cdk:path": "Stack/Plain/Resource"},
      "Properties": {
        "MemorySize": "1024", "Runtime": "java21",
        "SnapStart": {"ApplyOn": "PublishedVersions"},
        "Environment": {"Variables": {"TOKEN": "a-secret-value"}}
      }
    },
    "Live": {
      "Type": "AWS::Lambda::Alias",
      "Properties": {"FunctionName": {"Ref": "Plain"},
        "ProvisionedConcurrencyConfig": {"ProvisionedConcurrentExecutions": 5}}
    },
    "Test": {
      "Type": "AWS::Lambda::Alias",
      "Properties": {"FunctionName": {"Fn::GetAtt": ["Plain", "Arn"]},
        "ProvisionedConcurrencyConfig": {"ProvisionedConcurrentExecutions": 2}}
    },
    "Managed": {
      "Type": "AWS::Lambda::Function",
      "Properties": {"Runtime": "python3.13", "SnapStart": {"ApplyOn": "PublishedVersions"},
        "CapacityProviderConfig": {}, "DurableConfig": {}, "TenancyConfig": {}}
    }
  }
}"#;

#[test]
fn other_resources_say_more_of_a_function() {
    let import = import_all(&[("Stack.template.json", CLOUDFORMATION)]);
    assert_eq!(import.sources[0].format, Format::Cdk);
    let plain = function(&import, "Plain");
    assert_eq!(figure(plain, Key::MemoryMb), Some("1024"));
    assert_eq!(figure(plain, Key::ProvisionedEnvironments), Some("7"));
    assert_eq!(figure(plain, Key::SnapstartRuntime), Some("java"));
    let managed = function(&import, "Managed");
    assert_eq!(figure(managed, Key::RunsOn), Some("lambda-managed"));
    assert_eq!(figure(managed, Key::SnapstartRuntime), None);
    for part in ["durable functions", "tenant isolation", "SnapStart"] {
        assert!(
            managed.remarks.iter().any(|remark| remark.contains(part)),
            "{part}"
        );
    }
    let written = import::json(&import, "1") + &import::toml(&import);
    assert!(!written.contains("a-secret-value"), "{written}");
}

#[test]
fn functions_of_one_name_in_two_templates_get_their_folders() {
    let template = |memory: u32| {
        format!(
            "Resources:\n  Work:\n    Type: AWS::Lambda::Function\n    Properties: {{MemorySize: {memory}}}\n"
        )
    };
    let (one, other) = (template(256), template(512));
    let files = [("app/one/t.yaml", &*one), ("app/two/t.yaml", &*other)];
    let import = import_all(&files);
    assert_eq!(
        figure(function(&import, "one/Work"), Key::MemoryMb),
        Some("256")
    );
    assert_eq!(
        figure(function(&import, "two/Work"), Key::MemoryMb),
        Some("512")
    );
}

const LIST: &str = r#"{"Functions": [
  {"FunctionName": "prod-Plain-1A", "FunctionArn": "arn:aws:lambda:eu-west-1:111122223333:function:prod-Plain-1A"},
  {"FunctionName": "prod-Managed-2B", "FunctionArn": "arn:aws:lambda:eu-west-1:111122223333:function:prod-Managed-2B"}
]}"#;

#[test]
fn stacks_of_one_folder_are_told_apart_by_their_files() {
    let stack = r#"{"Resources": {"Work": {"Type": "AWS::Lambda::Function", "Properties": {"MemorySize": 256}}}}"#;
    let other = stack.replace("256", "512");
    let files = [
        ("cdk.out/Dev.template.json", stack),
        ("cdk.out/Prod.template.json", &*other),
    ];
    let import = import_all(&files);
    assert_eq!(
        figure(function(&import, "Dev/Work"), Key::MemoryMb),
        Some("256")
    );
    assert_eq!(
        figure(function(&import, "Prod/Work"), Key::MemoryMb),
        Some("512")
    );
}

#[test]
fn services_in_two_regions_keep_their_names() {
    let service = |region: &str| {
        format!(
            "service: a\nprovider: {{ name: aws, region: {region} }}\nfunctions: {{ f: {{}} }}\n"
        )
    };
    let (one, other) = (service("eu-west-1"), service("us-east-1"));
    let import = import_all(&[("x/serverless.yml", &one), ("y/serverless.yml", &other)]);
    let names: Vec<&str> = import.functions.iter().map(|one| &*one.name).collect();
    assert_eq!(names, ["a-dev-f", "a-dev-f"]);
}

#[test]
fn sizes_that_no_function_can_have_are_refused() {
    for (properties, message) in [
        ("MemorySize: 0", "memory of `A` is 0 MB"),
        (
            "EphemeralStorage: { Size: 20000 }",
            "/tmp of `A` is 20000 MB",
        ),
        ("MemorySize: -1", "MemorySize is `-1`"),
    ] {
        let template = format!(
            "Resources:\n  A: {{ Type: 'AWS::Lambda::Function', Properties: {{ {properties} }} }}\n"
        );
        let mistakes = import_with(&[("t.yaml", &template)], &Options::default());
        let found = &mistakes.expect_err(message)[0].message;
        assert!(found.contains(message), "{found}");
    }
}

#[test]
fn an_alias_joins_exactly_one_function_of_each_side() {
    let files = [("a.json", CLOUDFORMATION), ("functions.json", LIST)];
    let with = |template: &str, name: &str| {
        let alias = Alias {
            template: template.to_owned(),
            name: name.to_owned(),
        };
        let options = Options {
            aliases: vec![alias],
            ..Options::default()
        };
        import_with(&files, &options)
    };
    let joined = with("Pl*", "*-Plain-*").expect("each matches one");
    let function = function(&joined, "prod-Plain-1A");
    assert_eq!(figure(function, Key::MemoryMb), Some("1024"));
    assert_eq!(function.region.as_deref(), Some("eu-west-1"));
    for (template, name, message) in [
        (
            "Plain",
            "prod-*",
            "matches 2 times a function of the other files: prod-Managed-2B, prod-Plain-1A",
        ),
        (
            "*",
            "prod-Plain-1A",
            "matches 2 times a function of the templates: Managed, Plain",
        ),
        ("Plain", "nothing", "matches no function of the other files"),
    ] {
        let mistakes = with(template, name).expect_err("not exactly one matches");
        assert!(
            mistakes[0].message.contains(message),
            "{}",
            mistakes[0].message
        );
    }
}

#[test]
fn words_and_ids_keep_their_spelling() {
    let template = "
Resources:
  One:
    Type: AWS::Lambda::Function
    Properties: { FunctionName: 0128, MemorySize: 256 }
  Two:
    Type: AWS::Lambda::Function
    Properties: { FunctionName: yes, MemorySize: 128, MemorySize: 192 }
";
    let import = import_all(&[("t.yml", template)]);
    assert_eq!(
        figure(function(&import, "0128"), Key::MemoryMb),
        Some("256")
    );
    // The last of two equal keys holds.
    assert_eq!(figure(function(&import, "yes"), Key::MemoryMb), Some("192"));
}

#[test]
fn hostile_templates_are_mistakes_with_their_line() {
    let head = "Resources:\n  A: { Type: 'AWS::Lambda::Function' }\nMetadata:\n";
    let deep = format!("{head}  a: {}1{}\n", "[".repeat(130), "]".repeat(130));
    let mut laughs = format!("{head}  a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..9 {
        let alias = format!("*a{}", level - 1);
        let list = vec![alias; 10].join(", ");
        laughs.push_str(&format!("  a{level}: &a{level} [{list}]\n"));
    }
    let number = "Resources:\n  A:\n    Type: AWS::Lambda::Function\n    Properties:\n      MemorySize: lots\n";
    let itself = format!("{head}  a: &a [*a]\n");
    let broken = format!("{head}  a: [\n");
    for (text, line, message) in [
        (&*deep, 4, "128 levels"),
        (&laughs, 9, "1,000,000 values"),
        (number, 5, "MemorySize is `lots`"),
        (&itself, 4, "an alias is inside"),
        (&broken, 4, "cannot be read as YAML"),
    ] {
        let mistakes = import_with(&[("t.yaml", text)], &Options::default());
        let mistakes = mistakes.expect_err(message);
        assert!(mistakes[0].message.contains(message), "{mistakes:?}");
        assert_eq!(mistakes[0].line, Some(line), "{message}");
    }
    // Conditions that refer to each other without end.
    let endless = "
Conditions:
  A: !And [!Condition B, !Condition B]
  B: !And [!Condition A, !Condition A]
Resources:
  F:
    Type: AWS::Lambda::Function
    Properties: { MemorySize: !If [A, 128, 256] }
";
    let import = import_all(&[("t.yaml", endless)]);
    assert_eq!(figure(function(&import, "F"), Key::MemoryMb), None);
}

const SERVERLESS: &str = "
service: shop
provider:
  name: aws
  stage: ${opt:stage, self:custom.stage}
  region: eu-central-1
  memorySize: ${self:custom.memory.${sls:stage}}
  architecture: arm64
  environment: { TOKEN: a-secret-value }
custom:
  stage: test
  memory: { test: 640, prod: 1536 }
functions:
  cart:
    timeout: 12
    events:
      - httpApi: '*'
      - schedule: rate(1 hour)
  named: { name: 'own-${sls:stage}', memorySize: 256, provisionedConcurrency: 3, ephemeralStorageSize: 2048 }
  other: { name: '${ssm:/name}', memorySize: '${ssm:/memory}', architecture: x86_64 }
  far: ${file(far.yml)}
";

#[test]
fn services_have_their_stage_in_names_and_memory() {
    let import = import_all(&[("serverless.yml", SERVERLESS)]);
    assert_eq!(import.sources[0].format, Format::Serverless);
    assert_eq!(import.sources[0].ignored.len(), 1);
    let cart = function(&import, "shop-test-cart");
    assert_eq!(figure(cart, Key::MemoryMb), Some("640"));
    assert_eq!(figure(cart, Key::Architecture), Some("arm64"));
    assert_eq!(cart.region.as_deref(), Some("eu-central-1"));
    assert_eq!(
        cart.remarks,
        ["timeout 12 s; event sources httpApi, schedule"]
    );
    let named = function(&import, "own-test");
    assert_eq!(figure(named, Key::MemoryMb), Some("256"));
    assert_eq!(figure(named, Key::ProvisionedEnvironments), Some("3"));
    assert_eq!(figure(named, Key::EphemeralStorageMb), Some("2048"));
    let other = function(&import, "other");
    assert_eq!(figure(other, Key::MemoryMb), None);
    assert_eq!(figure(other, Key::Architecture), Some("x86_64"));
    let options = Options {
        parameters: vec![Stated {
            key: "stage".to_owned(),
            value: "prod".to_owned(),
        }],
        ..Options::default()
    };
    let import = import_with(&[("serverless.yml", SERVERLESS)], &options).expect("a service");
    let cart = function(&import, "shop-prod-cart");
    assert_eq!(figure(cart, Key::MemoryMb), Some("1536"));
}

#[test]
fn a_service_without_stage_and_memory_has_the_defaults() {
    let service = "service: a\nprovider: aws\nfunctions:\n  f: { handler: x }\n";
    let import = import_all(&[("serverless.yml", service)]);
    let f = function(&import, "a-dev-f");
    let memory = &f.figures[&Key::MemoryMb];
    assert_eq!(
        (memory.value.plain(), memory.origin),
        ("1024", Origin::Default)
    );
    let options = Options {
        parameters: vec![Stated {
            key: "stage".to_owned(),
            value: "prod".to_owned(),
        }],
        ..Options::default()
    };
    let import = import_with(&[("serverless.yml", service)], &options).expect("a service");
    assert_eq!(import.functions[0].name, "a-prod-f");
    let endless = "service: a\nprovider: aws\ncustom: { a: '${self:custom.b}${self:custom.b}', \
                   b: '${self:custom.a}${self:custom.a}' }\nfunctions:\n  f: { memorySize: '${self:custom.a}' }\n";
    let import = import_all(&[("serverless.yml", endless)]);
    assert_eq!(figure(function(&import, "a-dev-f"), Key::MemoryMb), None);
}

/// A plan with two functions of one resource, one in a module, and one whose memory is not known yet.
const PLAN: &str = r#"
Terraform used the selected providers { to generate the plan }
{"format_version": "1.2", "terraform_version": "1.9.0",
 "variables": {"where": {"value": "eu-north-1"}},
 "planned_values": {"root_module": {
  "resources": [
   {"address": "aws_lambda_function.api[0]", "mode": "managed", "type": "aws_lambda_function",
    "values": {"function_name": "api-0", "memory_size": 512, "architectures": ["arm64"],
     "ephemeral_storage": [{"size": 2048}], "timeout": 9, "reserved_concurrent_executions": -1,
     "environment": [{"variables": {"TOKEN": "a-secret-value"}}]}},
   {"address": "aws_lambda_function.api[1]", "mode": "managed", "type": "aws_lambda_function",
    "values": {"function_name": "api-1", "memory_size": 512, "runtime": "java21",
     "snap_start": [{"apply_on": "PublishedVersions"}], "reserved_concurrent_executions": 4}},
   {"address": "aws_lambda_function.late", "mode": "managed", "type": "aws_lambda_function",
    "values": {"runtime": "python3.13"}},
   {"address": "data.aws_lambda_function.old", "mode": "data", "type": "aws_lambda_function",
    "values": {"function_name": "old"}},
   {"address": "aws_lambda_provisioned_concurrency_config.live[1]", "mode": "managed",
    "type": "aws_lambda_provisioned_concurrency_config",
    "values": {"provisioned_concurrent_executions": 6}}
  ],
  "child_modules": [{"address": "module.shop[\"a.b\"]", "resources": [
   {"address": "module.shop[\"a.b\"].aws_lambda_function.this", "mode": "managed", "type": "aws_lambda_function",
    "values": {"function_name": "shop", "memory_size": 128,
     "arn": "arn:aws:lambda:us-west-2:111122223333:function:shop"}}]}]
 }},
 "configuration": {
  "provider_config": {"aws": {"name": "aws", "expressions": {"region": {"references": ["var.where"]}}}},
  "root_module": {
   "resources": [
    {"address": "aws_lambda_function.api", "provider_config_key": "aws", "expressions": {}},
    {"address": "aws_lambda_function.late", "provider_config_key": "aws", "expressions": {
      "memory_size": {"references": ["data.x.y"]}, "architectures": {"references": ["var.nothing"]},
      "function_name": {"references": ["random_id.z.hex", "random_id.z"]}}},
    {"address": "aws_lambda_alias.live", "expressions": {
      "function_name": {"references": ["aws_lambda_function.api", "aws_lambda_function"]}}},
    {"address": "aws_lambda_provisioned_concurrency_config.live", "expressions": {
      "function_name": {"references": ["aws_lambda_alias.live[0].function_name", "aws_lambda_alias.live[0]"]}}}
   ],
   "variables": {"nothing": {"default": null}},
   "module_calls": {"shop": {
     "expressions": {"env": {"constant_value": {"TOKEN": "a-secret-value"}}, "arch": {"references": ["var.nothing"]}},
     "module": {"variables": {"arch": {"default": ["arm64"]}}, "resources": [
      {"address": "aws_lambda_function.this", "expressions": {"architectures": {"references": ["var.arch"]}}}]}}}
  }}}
"#;

#[test]
fn a_plan_says_where_its_functions_run() {
    let import = import_all(&[("plan.json", PLAN)]);
    assert_eq!(import.sources[0].format, Format::TerraformPlan);
    assert_eq!(import.functions.len(), 4);
    let first = function(&import, "api-0");
    assert_eq!(first.region.as_deref(), Some("eu-north-1"));
    assert_eq!(figure(first, Key::MemoryMb), Some("512"));
    assert_eq!(figure(first, Key::Architecture), Some("arm64"));
    assert_eq!(figure(first, Key::EphemeralStorageMb), Some("2048"));
    assert_eq!(figure(first, Key::ProvisionedEnvironments), None);
    assert_eq!(first.remarks, ["timeout 9 s"]);
    let second = function(&import, "api-1");
    assert_eq!(figure(second, Key::SnapstartRuntime), Some("java"));
    assert_eq!(figure(second, Key::ProvisionedEnvironments), Some("6"));
    assert_eq!(second.remarks, ["reserved concurrency 4"]);
    let shop = function(&import, "shop");
    assert_eq!(shop.region.as_deref(), Some("us-west-2"));
    assert_eq!(shop.account.as_deref(), Some("111122223333"));
    let written = import::json(&import, "1") + &import::toml(&import);
    assert!(!written.contains("a-secret-value"), "{written}");
}

#[test]
fn a_plan_has_no_default_for_what_terraform_learns_later() {
    let import = import_all(&[("plan.json", PLAN)]);
    let late = function(&import, "aws_lambda_function.late");
    assert_eq!(figure(late, Key::MemoryMb), None);
    // A variable that is null states nothing, also through a module.
    for name in ["aws_lambda_function.late", "shop"] {
        let architecture = &function(&import, name).figures[&Key::Architecture];
        assert_eq!(architecture.origin, Origin::Default, "{name}");
    }
    let stated = PLAN.replace(
        r#""nothing": {"default": null}"#,
        r#""nothing": {"default": ["arm64"]}"#,
    );
    let import = import_all(&[("plan.json", &stated)]);
    for name in ["aws_lambda_function.late", "shop"] {
        assert_eq!(
            figure(function(&import, name), Key::Architecture),
            None,
            "{name}"
        );
    }
}

#[test]
fn functions_of_one_name_in_a_plan_have_their_addresses() {
    let plan = PLAN.replace("api-1", "api-0");
    let import = import_all(&[("plan.json", &plan)]);
    for index in 0..2 {
        let name = format!("aws_lambda_function.api[{index}]");
        assert_eq!(figure(function(&import, &name), Key::MemoryMb), Some("512"));
    }
}

#[test]
fn mistakes_in_a_plan_have_the_line_in_the_file() {
    let plan = PLAN.replace(r#""variables": {"where""#, r#""variables": ["where""#);
    let mistakes = import_with(&[("plan.json", &plan)], &Options::default());
    let mistakes = mistakes.expect_err("it is no plan");
    assert_eq!(mistakes[0].line, Some(4));
    let plan = PLAN.replace(r#""memory_size": 128"#, r#""memory_size": 1.5"#);
    let mistakes = import_with(&[("plan.json", &plan)], &Options::default());
    let message = &mistakes.expect_err("it is not whole")[0].message;
    assert!(message.contains("memory_size of module.shop"), "{message}");
}

const USAGE: &str = r#"
version: 0.1
resource_type_default_usage:
  aws_lambda_function: { monthly_requests: 1000, request_duration_ms: 100 }
resource_usage:
  aws_lambda_function.api[1]: { monthly_requests: 3000.4 }
  aws_lambda_function.api[*]: { monthly_requests: 2000, request_duration_ms: 20.5 }
  module.shop[*].aws_lambda_function.this[*]: { monthly_requests: 5 }
  module.shop[*].aws_lambda_function.this: { monthly_requests: 7, request_duration_ms: 0 }
  aws_lambda_function.gone: { monthly_requests: 9 }
  aws_sqs_queue.other: { monthly_requests: 9 }
"#;

#[test]
fn the_most_exact_usage_of_an_address_holds_for_each_key() {
    let import = import_all(&[("usage.yml", USAGE), ("plan.json", PLAN)]);
    for (name, calls, duration) in [
        ("api-0", "2000", "20.5"),
        ("api-1", "3000", "20.5"),
        ("aws_lambda_function.late", "1000", "100"),
        ("shop", "7", "100"),
    ] {
        let function = function(&import, name);
        assert_eq!(
            figure(function, Key::InvocationsPerMonth),
            Some(calls),
            "{name}"
        );
        assert_eq!(
            figure(function, Key::MeasuredDurationMs),
            Some(duration),
            "{name}"
        );
    }
    let ignored: Vec<&String> = import.sources[0].ignored.keys().collect();
    assert_eq!(import.sources[0].format, Format::InfracostUsage);
    assert_eq!(ignored.len(), 2, "{ignored:?}");
    assert_eq!((import.sources[0].records, import.sources[0].used), (7, 5));
}

#[test]
fn usage_without_a_plan_has_the_address_as_name() {
    let import = import_all(&[("usage.yml", USAGE)]);
    let names: Vec<&str> = import.functions.iter().map(|one| &*one.name).collect();
    assert_eq!(
        names,
        ["aws_lambda_function.api[1]", "aws_lambda_function.gone",]
    );
    let usage = USAGE.replace("monthly_requests: 2000", "monthly_requests: -2");
    let mistakes = import_with(&[("usage.yml", &usage)], &Options::default());
    assert_eq!(mistakes.expect_err("it is negative")[0].line, Some(7));
}

const TASKS: &str = "
Resources:
  Web:
    Type: AWS::ECS::Service
    Properties:
      ServiceName: web
      TaskDefinition: !Ref WebTask
      DesiredCount: 3
      CapacityProviderStrategy: [{ CapacityProvider: FARGATE_SPOT, Weight: 1 }]
  WebTask:
    Type: AWS::ECS::TaskDefinition
    Properties:
      Cpu: .5 vCPU
      Memory: '1024'
      RuntimePlatform: { CpuArchitecture: ARM64 }
      EphemeralStorage: { SizeInGiB: 40 }
      ContainerDefinitions:
        - Name: web
          Environment: [{ Name: TOKEN, Value: a-secret-value }]
  Job:
    Type: AWS::ECS::TaskDefinition
    Properties: { Family: job, Cpu: !GetAtt X.Cpu, Memory: 512, RequiresCompatibilities: [FARGATE] }
  Other:
    Type: AWS::ECS::TaskDefinition
    Properties: { RequiresCompatibilities: [EC2] }
";

#[test]
fn tasks_on_fargate_are_containers_and_comments() {
    let import = import_all(&[("t.yaml", TASKS)]);
    let [job, web] = &import.containers[..] else {
        panic!("{:?}", import.containers);
    };
    assert_eq!((&*job.name, job.count, &job.vcpu), ("job", None, &None));
    assert_eq!(job.memory_gb.as_deref(), Some("0.5"));
    assert_eq!((&*web.name, web.count), ("web", Some(3)));
    assert_eq!(web.vcpu.as_deref(), Some("0.5"));
    assert_eq!(web.memory_gb.as_deref(), Some("1"));
    assert_eq!(web.architecture.as_deref(), Some("arm64"));
    let ignored: Vec<&String> = import.sources[0].ignored.keys().collect();
    assert_eq!(ignored, ["tasks of ECS that do not run on Fargate"]);
    let written = import::toml(&import);
    for line in [
        "# runs_on = \"fargate-spot\"",
        "# container.task = { vcpu = 0.5, memory_gb = 1 }",
        "# container.min_tasks = 3",
        "# container.task_storage_gb = 40",
        "#   container.task, container.min_tasks, memory_mb, duration_ms, invocations_per_month and a \
         capacity are missing",
    ] {
        assert!(
            written.lines().any(|own| own == line),
            "{line} in {written}"
        );
    }
    assert!(!written.contains("a-secret-value"), "{written}");
}

const PLAN_OF_TASKS: &str = r#"{"format_version": "1.2", "planned_values": {"root_module": {"resources": [
  {"address": "aws_ecs_task_definition.web", "type": "aws_ecs_task_definition",
   "values": {"family": "web", "cpu": "1024", "memory": "2048", "requires_compatibilities": ["FARGATE"],
    "runtime_platform": [{"cpu_architecture": "ARM64"}], "ephemeral_storage": [{"size_in_gib": 30}]}},
  {"address": "aws_ecs_service.web[0]", "type": "aws_ecs_service",
   "values": {"name": "front", "desired_count": 4, "launch_type": "FARGATE"}}]}},
 "configuration": {"root_module": {"resources": [
  {"address": "aws_ecs_service.web", "expressions": {
    "task_definition": {"references": ["aws_ecs_task_definition.web.arn", "aws_ecs_task_definition.web"]}}}]}}}"#;

#[test]
fn services_of_a_plan_refer_to_their_tasks() {
    let import = import_all(&[("plan.json", PLAN_OF_TASKS)]);
    let [front] = &import.containers[..] else {
        panic!("{:?}", import.containers);
    };
    assert_eq!((&*front.name, front.count), ("front", Some(4)));
    assert_eq!(front.vcpu.as_deref(), Some("1"));
    assert_eq!(front.memory_gb.as_deref(), Some("2"));
    assert_eq!(
        (front.architecture.as_deref(), front.storage_gb),
        (Some("arm64"), Some(30))
    );
}

#[test]
fn a_template_in_an_answer_of_the_cli_is_read() {
    let body = "Resources:\\n  A:\\n    Type: AWS::Lambda::Function\\n    Properties: { MemorySize: 320 }\\n";
    let answer = format!(r#"{{"TemplateBody": "{body}", "StagesAvailable": ["Original"]}}"#);
    let import = import_all(&[("template.json", &answer)]);
    assert_eq!(figure(function(&import, "A"), Key::MemoryMb), Some("320"));
}
