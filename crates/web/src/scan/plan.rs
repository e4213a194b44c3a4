use connectors::NewCall;
use manifest::{Arguments, Scan, ScanStep};
use serde_json::Value;

use super::error::ScanError;

/// The calls that a round begins with: those of steps that wait for no other.
pub(super) fn first_calls(scan: &Scan, asked: &Arguments) -> Result<Vec<NewCall>, ScanError> {
    (0..)
        .zip(&scan.steps)
        .filter(|(_, step)| step.for_each.is_none())
        .map(|(number, step)| call(number, &chosen(step, asked), false))
        .collect()
}

/// The calls that follow from one answer to a call of step `of`.
pub(super) fn later_calls(
    scan: &Scan,
    of: &ScanStep,
    kept: &Value,
    asked: &Arguments,
) -> Result<Vec<NewCall>, ScanError> {
    let mut calls = Vec::new();
    for (number, step) in (0..).zip(&scan.steps) {
        if let Some(each) = step.for_each.as_ref()
            && each.step == of.operation
        {
            for arguments in each.calls(kept, &chosen(step, asked)) {
                calls.push(call(number, &arguments, each.once)?);
            }
        }
    }
    Ok(calls)
}

fn chosen(step: &ScanStep, asked: &Arguments) -> Arguments {
    step.ask
        .iter()
        .fold(Arguments::default(), |all, name| match asked.get(name) {
            Some(value) => all.with(name, value.clone()),
            None => all,
        })
}

fn call(step: u16, arguments: &Arguments, once: bool) -> Result<NewCall, ScanError> {
    let arguments = text(arguments)?;
    Ok(NewCall {
        step,
        arguments,
        once,
    })
}

/// A JSON object in canonical form.
pub(super) fn text(arguments: &Arguments) -> Result<String, ScanError> {
    let text = arguments.canonical().map_err(|_| ScanError::Manifest)?;
    String::from_utf8(text).map_err(|_| ScanError::Manifest)
}
