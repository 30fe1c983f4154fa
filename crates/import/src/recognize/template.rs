//! Templates among the files.

use crate::format::Format;
use memchr::memmem;

/// What only templates of CDK have.
const CDK: [&[u8]; 3] = [b"aws:cdk:path", b"AWS::CDK::Metadata", b"cdk-bootstrap"];

/// The format of a template; `None` for any other file.
pub(super) fn format(start: &[u8]) -> Option<Format> {
    let has = |text: &[u8]| memmem::find(start, text).is_some();
    let is_plan = has(b"\"planned_values\"") || has(b"\"root_module\"");
    if has(b"\"format_version\"") && is_plan {
        return Some(Format::TerraformPlan);
    }
    let keys = outer_keys(start);
    let is = |key: &str| keys.contains(&key.as_bytes());
    // `aws cloudformation get-template` puts the template in a member.
    let is_template =
        is("AWSTemplateFormatVersion") || is("TemplateBody") || (is("Resources") && has(b"Type"));
    if is_template && has(b"AWS::") {
        return Some(if has(b"AWS::Serverless") {
            Format::Sam
        } else if CDK.into_iter().any(has) {
            Format::Cdk
        } else {
            Format::Cloudformation
        });
    }
    if is("resource_usage") || is("resource_type_default_usage") {
        return Some(Format::InfracostUsage);
    }
    let is_service = is("service") && is("provider");
    is_service.then_some(Format::Serverless)
}

/// The keys of the outermost map of YAML or JSON that can end anywhere.
fn outer_keys(start: &[u8]) -> Vec<&[u8]> {
    match start.trim_ascii_start().first() {
        Some(b'{') => members(start),
        Some(_) => start.split(|byte| *byte == b'\n').filter_map(key).collect(),
        None => Vec::new(),
    }
}

/// The key of a line of YAML that is not indented.
fn key(line: &[u8]) -> Option<&[u8]> {
    let end = memchr::memchr(b':', line)?;
    let is_end = matches!(line.get(end + 1), None | Some(b' ' | b'\t' | b'\r'));
    let name = line[..end].trim_ascii_end();
    let name = match name {
        [b'"', name @ .., b'"'] | [b'\'', name @ .., b'\''] => name,
        name => name,
    };
    let is_name = name
        .iter()
        .all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    (is_end && is_name && !name.is_empty()).then_some(name)
}

/// The names of the members of the outermost object of JSON.
fn members(start: &[u8]) -> Vec<&[u8]> {
    let mut found = Vec::new();
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(byte) = start.get(at) {
        at += 1;
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            b'"' => {
                let Some(end) = super::string_end(start, at) else {
                    break;
                };
                let text = &start[at..end];
                at = end + 1;
                let after = start.get(at..).unwrap_or_default().trim_ascii_start();
                if depth == 1 && after.first() == Some(&b':') {
                    found.push(text);
                }
            }
            _ => {}
        }
    }
    found
}
