//! Counting in ASCII, which most text is and whose rules are far quicker to follow: those of UAX 29
//! (version 16) for the characters that there are.

/// Runs of anything but white space, Python's four separators (U+001C to U+001F) included.
pub(crate) fn count_tokens(text: &[u8]) -> usize {
    let mut after_space = true;
    let starts = text.iter().filter(|byte| {
        let is_space = matches!(byte, b'\t'..=b'\r' | 0x1c..=0x1f | b' ');
        let starts = after_space && !is_space;
        after_space = is_space;
        starts
    });
    starts.count()
}

/// Grapheme clusters: only CR LF makes one of two characters.
pub(crate) fn count_graphemes(text: &[u8]) -> usize {
    text.len() - text.windows(2).filter(|pair| pair == b"\r\n").count()
}

/// Counts the segments between sentence boundaries that hold a letter or digit.
pub(crate) fn count_sentences(text: &[u8]) -> usize {
    let (mut sentences, mut has_word, mut at) = (0, false, 0);
    while let Some(&byte) = text.get(at) {
        let (next, ends) = match byte {
            // SB3, SB4.
            b'\r' if text.get(at + 1) == Some(&b'\n') => (at + 2, true),
            b'\r' | b'\n' => (at + 1, true),
            b'.' | b'!' | b'?' => terminator(text, at),
            _ => (at + 1, false),
        };
        has_word |= byte.is_ascii_alphanumeric();
        if ends {
            sentences += usize::from(has_word);
            has_word = false;
        }
        at = next;
    }
    sentences + usize::from(has_word)
}

/// Where the text goes on after the terminator at `at`, and whether a sentence ends there. What lies
/// between holds no letter or digit.
fn terminator(text: &[u8], at: usize) -> (usize, bool) {
    let is_full_stop = text.get(at) == Some(&b'.');
    let before = at.checked_sub(1).and_then(|before| text.get(before));
    match text.get(at + 1) {
        // SB6.
        Some(next) if is_full_stop && next.is_ascii_digit() => return (at + 1, false),
        // SB7.
        Some(next)
            if is_full_stop
                && next.is_ascii_uppercase()
                && before.is_some_and(|before| before.is_ascii_alphabetic()) =>
        {
            return (at + 1, false);
        }
        _ => {}
    }
    // SB9, SB10: what closes belongs to the sentence, and the space after it.
    let end = skip(text, skip(text, at + 1, is_close), is_space);
    let ends = match text.get(end) {
        // SB8a. A line break ends the sentence itself.
        Some(b',' | b'-' | b':' | b';' | b'.' | b'!' | b'?' | b'\r' | b'\n') => false,
        // SB8.
        _ if is_full_stop && goes_on_in_lower_case(text, end) => false,
        // SB11.
        _ => true,
    };
    (end, ends)
}

/// Whether the first letter that comes, before any terminator and line break, is a small one.
fn goes_on_in_lower_case(text: &[u8], from: usize) -> bool {
    let decides =
        |byte: &u8| byte.is_ascii_alphabetic() || matches!(byte, b'\r' | b'\n' | b'.' | b'!' | b'?');
    let decisive = text.iter().skip(from).find(|byte| decides(byte));
    decisive.is_some_and(|byte| byte.is_ascii_lowercase())
}

fn skip(text: &[u8], from: usize, class: fn(u8) -> bool) -> usize {
    from + text.iter().skip(from).take_while(|byte| class(**byte)).count()
}

fn is_close(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'(' | b')' | b'[' | b']' | b'{' | b'}')
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b'\t' | 0x0b | 0x0c | b' ')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use unicode_segmentation::UnicodeSegmentation;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 20_000, ..ProptestConfig::default() })]

        #[test]
        fn sentences_are_those_of_unicode(text in "([aB1.!?\"',;: \t\r\n]|[\\x00-\\x7f]){0,12}") {
            prop_assert_eq!(count_sentences(text.as_bytes()), text.unicode_sentences().count(), "{:?}", text);
        }

        #[test]
        fn graphemes_are_those_of_unicode(text in "([\\r\\n]|[\\x00-\\x7f]){0,12}") {
            prop_assert_eq!(count_graphemes(text.as_bytes()), text.graphemes(true).count());
        }

        #[test]
        fn tokens_are_those_of_python(text in "([ \t\\x0b\\x0c\\x1c-\\x1f]|[\\x00-\\x7f]){0,12}") {
            let is_space = |c: char| c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c);
            let tokens = text.split(is_space).filter(|token| !token.is_empty()).count();
            prop_assert_eq!(count_tokens(text.as_bytes()), tokens);
        }
    }
}
