//! Many plugins that differ in their names only.

/// The name inside the guest `counter`, and the beginning of as long ones.
const NAME: &str = "vowel-counter";
pub(crate) const NAMES: &str = "vowel-cnt";

pub(crate) fn name(number: usize) -> String {
    format!("{NAMES}{number:04}")
}

/// The guest `counter` under another name.
pub(crate) fn named(counter: &[u8], number: usize) -> Vec<u8> {
    let name = name(number);
    let place =
        counter.windows(NAME.len()).position(|bytes| bytes == NAME.as_bytes()).expect("it has a name");
    let (before, rest) = counter.split_at(place);
    let (_, behind) = rest.split_at(name.len());
    [before, name.as_bytes(), behind].concat()
}
