//! Addresses: handles, hashtags, links and electronic mail addresses, which are never part of a name.

use crate::tokens::is_combining;

/// What all handles are to features.
pub const HANDLE: u32 = 1;
/// What all hashtags are.
pub const HASHTAG: u32 = 2;
/// What all links and mail addresses are.
pub const LINK: u32 = 3;

/// Where the address ends that begins at `at`, and what it is.
pub(crate) fn address(text: &str, at: usize) -> Option<(usize, u32)> {
    let rest = text.get(at..)?;
    match rest.as_bytes().first()? {
        b'@' | b'#' | 0xef => tag(text, at),
        b'h' | b'H' | b'w' | b'W' | b'f' | b'F' if is_link(rest) => Some((end_of_link(text, at), LINK)),
        _ => mail(text, at),
    }
}

/// A handle or a hashtag, with a narrow or a wide sign.
fn tag(text: &str, at: usize) -> Option<(usize, u32)> {
    let mut rest = text.get(at..)?.chars();
    let sign = rest.next()?;
    let what = match sign {
        '@' | '\u{ff20}' => HANDLE,
        '#' | '\u{ff03}' => HASHTAG,
        _ => return None,
    };
    let is_inside = |c: &char| *c == '_' || c.is_alphanumeric() || is_combining(*c);
    let length: usize = rest.take_while(is_inside).map(char::len_utf8).sum();
    (length > 0).then_some((at + sign.len_utf8() + length, what))
}

fn is_link(text: &str) -> bool {
    ["http://", "https://", "www.", "ftp://"].into_iter().any(|scheme| {
        text.as_bytes().get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme.as_bytes()))
    })
}

/// A mail address, where nothing of one stands before: so no byte is looked at for it twice.
fn mail(text: &str, at: usize) -> Option<(usize, u32)> {
    let is_local =
        |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'%' | b'+' | b'-' | b'\'');
    let (before, rest) = text.split_at_checked(at)?;
    if before.as_bytes().last().is_some_and(is_local) {
        return None;
    }
    let local = rest.bytes().take_while(is_local).count();
    let host = rest.get(local..)?.strip_prefix('@')?;
    (local > 0 && host.starts_with(char::is_alphanumeric)).then(|| (end_of_link(text, at), LINK))
}

/// Links end at white space, without the marks that close a sentence.
pub(crate) fn end_of_link(text: &str, at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
    let link = rest.get(..end).unwrap_or_default();
    at + link.trim_end_matches(['.', ',', '!', '?', ')', '"', '\'', ';', ':', '\u{2026}']).len().max(1)
}
