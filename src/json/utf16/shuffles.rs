//! Lookup tables of shuffles: which bytes of a vector go where.
#![expect(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "evaluated by the compiler, but for a byte, which is no greater than the last index"
)]

use crate::json::escape_letter;

/// The letter behind the backslash for each control character, or zero if its escape is longer.
pub const LETTERS: [u8; 16] = {
    let mut letters = [0; 16];
    let mut control = 0;
    while control < letters.len() {
        if let Some(letter) = escape_letter(control as u8) {
            letters[control] = letter;
        }
        control += 1;
    }
    letters
};

/// A shuffle of sixteen bytes for each value of a byte of marks.
#[repr(align(16))]
pub struct Shuffles([[u8; 16]; 256]);

impl Shuffles {
    #[inline]
    pub fn of(&self, marks: u8) -> &[u8; 16] {
        &self.0[usize::from(marks)]
    }
}

/// Packs eight groups of two bytes: the first byte of each group, and the second in front of it if the mark is set.
pub static PAIRS: Shuffles = shuffles::<2>();

/// Packs four groups of four bytes: the first byte of each group, the second in front of it if the first mark is set, and the third
/// behind them if the second mark is set.
pub static TRIPLES: Shuffles = shuffles::<4>();

/// Packs groups of `GROUP` bytes, with half as many marks. The last of four bytes is never used.
const fn shuffles<const GROUP: usize>() -> Shuffles {
    let mut shuffles = [[0; 16]; 256];
    let mut marks = 0;
    while marks < shuffles.len() {
        let (mut group, mut length) = (0, 0);
        while group < 16 {
            let of_group = marks >> (group / 2);
            if of_group & 1 == 1 {
                shuffles[marks][length] = group as u8 + 1;
                length += 1;
            }
            shuffles[marks][length] = group as u8;
            length += 1;
            if GROUP > 2 && of_group & 2 == 2 {
                shuffles[marks][length] = group as u8 + 2;
                length += 1;
            }
            group += GROUP;
        }
        marks += 1;
    }
    Shuffles(shuffles)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_those_of_the_short_escapes() {
        assert_eq!(&LETTERS, b"\0\0\0\0\0\0\0\0btn\0fr\0\0");
    }
}
