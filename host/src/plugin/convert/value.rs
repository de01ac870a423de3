//! Values and members, both ways.

use std::collections::HashSet;

use serde_json::value::RawValue;

use super::{Violation, wit};
use crate::analysis::{Kind, Measure, Member, Quantity, Score, Value, is_kebab_case};

/// Deepest nesting of a JSON value, as the contract has it.
const MAX_JSON_DEPTH: usize = 64;

/// The lists of texts among some members, one entry a member, as [`lend_members`] wants them: the
/// bindings borrow lists of lists, and someone has to own the outer ones.
pub(in super::super) fn lend_texts(members: &[Member]) -> Vec<Vec<&str>> {
    let mut lent = Vec::with_capacity(members.len());
    for member in members {
        lent.push(match &member.value {
            Value::Texts(texts) => texts.iter().map(String::as_str).collect(),
            _ => Vec::new(),
        });
    }
    lent
}

/// Lends members to a guest, with the texts that [`lend_texts`] made of them.
pub(in super::super) fn lend_members<'a>(
    members: &'a [Member],
    texts: &'a [Vec<&'a str>],
) -> Vec<wit::MemberParam<'a>> {
    let lend = |(member, texts): (&'a Member, &'a Vec<&'a str>)| wit::MemberParam {
        name: &member.name,
        value: match &member.value {
            Value::Boolean(boolean) => wit::ValueParam::Boolean(*boolean),
            Value::Integer(integer) => wit::ValueParam::Integer(*integer),
            Value::Number(number) => wit::ValueParam::Number(*number),
            Value::Text(text) => wit::ValueParam::Text(text),
            Value::Texts(_) => wit::ValueParam::Texts(texts),
            Value::Numbers(numbers) => wit::ValueParam::Numbers(numbers),
            Value::Json(json) => wit::ValueParam::Json(json.get()),
        },
    };
    members.iter().zip(texts).map(lend).collect()
}

pub(super) fn value(value: wit::ValueResult) -> Result<Value, Violation> {
    Ok(match value {
        wit::ValueResult::Boolean(boolean) => Value::Boolean(boolean),
        wit::ValueResult::Integer(integer) => Value::Integer(integer),
        wit::ValueResult::Number(number) => Value::Number(finite(number)?),
        wit::ValueResult::Text(text) => Value::Text(text),
        wit::ValueResult::Texts(texts) => Value::Texts(texts),
        wit::ValueResult::Numbers(numbers) => {
            Value::Numbers(numbers.into_iter().map(finite).collect::<Result<_, _>>()?)
        }
        wit::ValueResult::Json(json) => Value::Json(parse_json(json)?),
    })
}

pub(super) fn kind(kind: wit::Kind) -> Kind {
    match kind {
        wit::Kind::Boolean => Kind::Boolean,
        wit::Kind::Integer => Kind::Integer,
        wit::Kind::Number => Kind::Number,
        wit::Kind::Text => Kind::Text,
        wit::Kind::Texts => Kind::Texts,
        wit::Kind::Numbers => Kind::Numbers,
        wit::Kind::Json => Kind::Json,
    }
}

/// Members with names of their own.
pub(super) fn members(members: Vec<wit::MemberResult>) -> Result<Vec<Member>, Violation> {
    let mut names = HashSet::new();
    let checked = members.into_iter().enumerate().map(|(index, member)| {
        let place = || format!("member {}", index + 1);
        if member.name.is_empty() || !names.insert(member.name.clone()) {
            return Err(Violation::new("its name is empty or taken").within(&place()));
        }
        let value = value(member.value).map_err(|violation| violation.within(&place()))?;
        Ok(Member { name: member.name, value })
    });
    checked.collect()
}

pub(super) fn measure(measure: wit::Measure) -> Result<Measure, Violation> {
    let quantity = match measure.quantity {
        wit::Quantity::Integer(integer) => Quantity::Integer(integer),
        wit::Quantity::Number(number) => Quantity::Number(finite(number)?),
    };
    Ok(Measure { name: name(measure.name)?, quantity })
}

pub(super) fn finite(number: f64) -> Result<f64, Violation> {
    if number.is_finite() { Ok(number) } else { Err(Violation::new("a number is not finite")) }
}

pub(super) fn score(score: Option<f64>) -> Result<Option<Score>, Violation> {
    let check =
        |score| Score::new(score).ok_or_else(|| Violation::new("a score is not a number from 0 to 1"));
    score.map(check).transpose()
}

pub(super) fn name(name: String) -> Result<String, Violation> {
    if is_kebab_case(&name) { Ok(name) } else { Err(Violation::new("its name is not in kebab-case")) }
}

pub(super) fn language(tag: String) -> Result<String, Violation> {
    match oxilangtag::LanguageTag::parse(tag.as_str()) {
        Ok(_) => Ok(tag),
        Err(_) => Err(Violation::new("a language is not a BCP 47 tag")),
    }
}

pub(in super::super) fn parse_json(json: String) -> Result<Box<RawValue>, Violation> {
    if json_depth(&json) > MAX_JSON_DEPTH {
        return Err(Violation::new(format!("a JSON value is nested more than {MAX_JSON_DEPTH} levels deep")));
    }
    RawValue::from_string(json).map_err(|_| Violation::new("a JSON value is not JSON"))
}

/// How deep the brackets go, those in strings aside.
fn json_depth(json: &str) -> usize {
    let (mut depth, mut deepest, mut in_string, mut escaped) = (0_usize, 0, false, false);
    for byte in json.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'[' | b'{' if !in_string => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_counts_brackets_outside_strings() {
        for (json, depth) in
            [("1", 0), ("[]", 1), (r#"{"a":[[1]]}"#, 3), (r#"["[[\"[["]"#, 1), ("[[],[]]", 2)]
        {
            assert_eq!(json_depth(json), depth, "{json}");
        }
    }

    #[test]
    fn json_must_be_json_and_not_too_deep() {
        assert!(parse_json(r#"{"a": [1, 2.5, null]}"#.into()).is_ok());
        assert!(parse_json("{".into()).is_err());
        assert!(parse_json("".into()).is_err());
        assert!(parse_json("[".repeat(64) + &"]".repeat(64)).is_ok());
        assert!(parse_json("[".repeat(65) + &"]".repeat(65)).is_err());
    }

    #[test]
    fn scores_and_numbers_are_checked() {
        assert!(score(Some(1.0)).is_ok() && score(None).is_ok());
        assert!(score(Some(f64::NAN)).is_err() && score(Some(-0.1)).is_err() && score(Some(1.1)).is_err());
        assert!(finite(f64::INFINITY).is_err());
    }
}
