//! Personal data that can be told by its form alone.
//!
//! Numbers that carry a check are only taken if it holds: card numbers by Luhn's (ISO/IEC 7812-1), account numbers
//! by the remainder of 97 (ISO 13616). Telephone numbers have none, so that some other number may be taken for one.

use alloc::vec::Vec;
use core::ops::Range;

/// What something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An e-mail address.
    Email,
    /// An international bank account number.
    Iban,
    /// An IPv4 address.
    Ip,
    /// The number of a payment card.
    Card,
    /// A telephone number.
    Phone,
}

impl Kind {
    /// All of them, those that are told most surely first.
    pub const ALL: [Self; 5] = [Self::Email, Self::Iban, Self::Ip, Self::Card, Self::Phone];

    /// Its label.
    pub fn label(self) -> &'static str {
        match self {
            Self::Email => "EMAIL",
            Self::Iban => "IBAN",
            Self::Ip => "IP",
            Self::Card => "CARD",
            Self::Phone => "PHONE",
        }
    }

    /// Where it ends that begins at `at`, if it does.
    fn end(self, text: &[u8], at: usize) -> Option<usize> {
        match self {
            Self::Email => email(text, at),
            Self::Iban => iban(text, at),
            Self::Ip => ip(text, at),
            Self::Card => card(text, at),
            Self::Phone => phone(text, at),
        }
    }
}

/// Personal data in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Where it is, in bytes.
    pub range: Range<usize>,
    /// What it is.
    pub kind: Kind,
}

/// Finds what a text has of these kinds. What is found does not overlap.
pub fn find(text: &str, kinds: &[Kind]) -> Vec<Found> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let begins = byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'(');
        let ends = |kind: &Kind| Some((*kind, kind.end(bytes, at)?));
        at = match kinds.iter().filter(|_| begins).find_map(ends) {
            Some((kind, end)) => {
                found.push(Found { range: at..end, kind });
                end
            }
            None if begins => behind(bytes, at),
            None => at + 1,
        };
    }
    found
}

/// Where the word or number ends that begins here: the rest of one begins nothing. Full stops join numbers.
fn behind(text: &[u8], at: usize) -> usize {
    let mut end = at + 1 + run(text, at + 1, |byte| byte.is_ascii_alphanumeric());
    while byte(text, end - 1).is_ascii_digit()
        && byte(text, end) == b'.'
        && byte(text, end + 1).is_ascii_digit()
    {
        end += 1 + run(text, end + 1, |byte| byte.is_ascii_alphanumeric());
    }
    end
}

/// How many bytes of a sort stand from `at` on.
fn run(text: &[u8], at: usize, is_of: impl Fn(u8) -> bool) -> usize {
    text.iter().skip(at).take_while(|byte| is_of(**byte)).count()
}

fn byte(text: &[u8], at: usize) -> u8 {
    text.get(at).copied().unwrap_or(b' ')
}

/// A local part and a domain (RFC 5321), as far as people write them without quotation marks.
fn email(text: &[u8], at: usize) -> Option<usize> {
    let local = run(text, at, |byte| byte.is_ascii_alphanumeric() || b"._%+-".contains(&byte));
    let domain = at + local + 1;
    if local == 0 || byte(text, domain - 1) != b'@' {
        return None;
    }
    let length = run(text, domain, |byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte));
    let written = text.get(domain..domain + length)?;
    // A full stop behind it is the sentence's.
    let last = written.iter().rposition(u8::is_ascii_alphanumeric)?;
    let written = written.get(..=last)?;
    let dot = written.iter().rposition(|byte| *byte == b'.')?;
    let top = written.get(dot + 1..)?;
    let is_domain = dot > 0 && top.len() > 1 && top.iter().all(u8::is_ascii_alphabetic);
    is_domain.then_some(domain + written.len())
}

/// Lengths of an account number, of which countries use some (ISO 13616).
const IBAN_LENGTHS: Range<usize> = 15..35;

fn iban(text: &[u8], at: usize) -> Option<usize> {
    let begins = byte(text, at).is_ascii_uppercase()
        && byte(text, at + 1).is_ascii_uppercase()
        && byte(text, at + 2).is_ascii_digit()
        && byte(text, at + 3).is_ascii_digit();
    if !begins {
        return None;
    }
    let mut signs = Vec::new();
    let mut ends = Vec::new();
    let mut end = at;
    while signs.len() < IBAN_LENGTHS.end {
        let next = end + usize::from(byte(text, end) == b' ' && !signs.is_empty());
        let sign = byte(text, next);
        if !(sign.is_ascii_uppercase() || sign.is_ascii_digit()) {
            break;
        }
        signs.push(sign);
        end = next + 1;
        ends.push(end);
    }
    // The longest whose check holds, and that ends where a word does.
    (IBAN_LENGTHS.start..=signs.len().min(IBAN_LENGTHS.end - 1)).rev().find_map(|length| {
        let end = *ends.get(length - 1)?;
        (!byte(text, end).is_ascii_alphanumeric() && remainder_of_97(signs.get(..length)?) == 1)
            .then_some(end)
    })
}

/// The remainder of an account number, its first four signs behind the others and letters as numbers from 10 on.
fn remainder_of_97(signs: &[u8]) -> u32 {
    let (first, rest) = signs.split_at(signs.len().min(4));
    rest.iter().chain(first).fold(0, |remainder, sign| {
        let value = char::from(*sign).to_digit(36).unwrap_or(0);
        (remainder * if value < 10 { 10 } else { 100 } + value) % 97
    })
}

fn ip(text: &[u8], at: usize) -> Option<usize> {
    let mut end = at;
    for place in 0..4 {
        if place > 0 {
            if byte(text, end) != b'.' {
                return None;
            }
            end += 1;
        }
        let digits = run(text, end, |byte| byte.is_ascii_digit());
        let value = text.get(end..end + digits)?.iter().take(4);
        let value = value.fold(0_u32, |value, digit| value * 10 + u32::from(digit - b'0'));
        if !(1..=3).contains(&digits) || value > 255 {
            return None;
        }
        end += digits;
    }
    // Not the beginning of a longer version number.
    let goes_on = byte(text, end) == b'.' && byte(text, end + 1).is_ascii_digit();
    (!goes_on && !byte(text, end).is_ascii_alphanumeric()).then_some(end)
}

/// Digits with some separators between them, and where they end.
struct Digits {
    digits: Vec<u8>,
    separators: usize,
    end: usize,
}

fn digits(text: &[u8], at: usize, separators: &[u8], most: usize) -> Digits {
    let mut read = Digits { digits: Vec::new(), separators: 0, end: at };
    let mut next = at;
    // Two separators in a row, as in `) `, and no more.
    while read.digits.len() <= most && next <= read.end + 2 {
        let sign = byte(text, next);
        if sign.is_ascii_digit() {
            read.separators += usize::from(next > read.end);
            read.digits.push(sign - b'0');
            read.end = next + 1;
        } else if !separators.contains(&sign) {
            break;
        }
        next += 1;
    }
    read
}

fn card(text: &[u8], at: usize) -> Option<usize> {
    let Digits { digits, end, .. } = digits(text, at, b" -", 19);
    let is_card = (13..=19).contains(&digits.len()) && passes_luhn(&digits);
    (is_card && !byte(text, end).is_ascii_alphanumeric()).then_some(end)
}

fn passes_luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| match (place % 2, u32::from(*digit)) {
            (1, digit) if digit > 4 => digit * 2 - 9,
            (1, digit) => digit * 2,
            (_, digit) => digit,
        })
        .sum();
    sum.is_multiple_of(10) && digits.iter().any(|digit| *digit > 0)
}

/// Seven to fifteen digits (ITU-T E.164), with a plus before them or separators between them.
fn phone(text: &[u8], at: usize) -> Option<usize> {
    let is_international = byte(text, at) == b'+';
    let begin = at + run(text, at, |byte| matches!(byte, b'+' | b'('));
    let Digits { digits, separators, end } = digits(text, begin, b" -./()", 15);
    let is_written_so = is_international || separators > 0;
    let is_phone = begin - at < 3 && is_written_so && (7..=15).contains(&digits.len());
    let ends = !byte(text, end).is_ascii_alphanumeric();
    (is_phone && ends && !is_date(text.get(at..end)?)).then_some(end)
}

/// A date in numbers, such as 2026-11-25 or 25.11.2026, which is none.
fn is_date(written: &[u8]) -> bool {
    let mut parts = written.split(|byte| b"-./".contains(byte)).map(<[u8]>::len);
    let lengths = [parts.next(), parts.next(), parts.next(), parts.next()].map(Option::unwrap_or_default);
    matches!(lengths, [4, 1..=2, 1..=2, 0] | [1..=2, 1..=2, 4, 0])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn all(text: &str) -> Vec<(&str, &str)> {
        find(text, &Kind::ALL).into_iter().map(|found| (found.kind.label(), &text[found.range])).collect()
    }

    #[test]
    fn each_kind_is_found() {
        assert_eq!(
            all("Write to ada.b+c@mail.example.org. Or call (030) 123-4567, +44 20 7946 0958."),
            [
                ("EMAIL", "ada.b+c@mail.example.org"),
                ("PHONE", "(030) 123-4567"),
                ("PHONE", "+44 20 7946 0958")
            ]
        );
        assert_eq!(
            all("GB82 WEST 1234 5698 7654 32 and DE89370400440532013000"),
            [("IBAN", "GB82 WEST 1234 5698 7654 32"), ("IBAN", "DE89370400440532013000")]
        );
        assert_eq!(
            all("card 4111 1111 1111 1111 from 192.168.0.1"),
            [("CARD", "4111 1111 1111 1111"), ("IP", "192.168.0.1")]
        );
    }

    #[test]
    fn what_only_looks_like_it_is_left() {
        for text in [
            "on 2026-11-25 or 25.11.2026",
            "4111 1111 1111 1112 fails the check, as a long number does: 12345678",
            "GB82 WEST 1234 5698 7654 33",
            "version 1.2.3.4.5 and 300.1.1.1",
            "me@home, @handle, a@b.c1 and @x.org",
            "3.14159 and 1,234,567 and 12:30",
        ] {
            let found: Vec<_> = all(text).into_iter().filter(|(label, _)| *label != "PHONE").collect();
            assert!(found.is_empty(), "{text}: {found:?}");
        }
        assert!(all("on 2026-11-25 or 25.11.2026, 12345678 of them").is_empty());
    }

    #[test]
    fn only_kinds_that_are_asked_for_are_found() {
        let found = find("a@b.org 192.168.0.1", &[Kind::Ip]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].kind, Kind::Ip);
    }

    proptest! {
        #[test]
        fn what_is_found_lies_in_the_text_in_order(text in "([0-9a-zA-Z@.+( )/-]|\\PC){0,60}") {
            let mut end = 0;
            for Found { range, .. } in find(&text, &Kind::ALL) {
                prop_assert!(range.start >= end && range.start < range.end);
                prop_assert!(text.get(range.clone()).is_some());
                end = range.end;
            }
        }
    }
}
