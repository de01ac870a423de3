//! Blocks: eight bytes of a text as one number, the first byte lowest.
//!
//! What is found in a block is told by the highest bits of its bytes.

/// The highest bit of every byte.
pub(crate) const HIGH: u64 = every(0x80);

/// The same byte eight times.
pub(crate) const fn every(byte: u8) -> u64 {
    u64::from_ne_bytes([byte; 8])
}

/// All bits of the first bytes, up to eight.
pub(crate) fn first(bytes: u32) -> u64 {
    u64::MAX.checked_shr(64 - 8 * bytes).unwrap_or(0)
}

/// The bytes that are 0.
pub(crate) fn zeros(block: u64) -> u64 {
    !(((block & !HIGH) + !HIGH) | block) & HIGH
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_told_by_their_highest_bits() {
        let block = u64::from_le_bytes([0, 1, 0x7f, 0x80, 0, 0xff, 1, 0]);
        assert_eq!(zeros(block).to_le_bytes(), [0x80, 0, 0, 0, 0x80, 0, 0, 0x80]);
        assert_eq!([first(0), first(1), first(8)], [0, 0xff, u64::MAX]);
    }
}
