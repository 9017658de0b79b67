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

/// Packs eight bytes and eight backslashes: each marked byte goes behind a backslash.
pub static ESCAPES: Shuffles = {
    let mut shuffles = [[0; 16]; 256];
    let mut marks = 0;
    while marks < shuffles.len() {
        let (mut byte, mut length) = (0, 0);
        while byte < 8 {
            if marks >> byte & 1 == 1 {
                shuffles[marks][length] = 15;
                length += 1;
            }
            shuffles[marks][length] = byte;
            length += 1;
            byte += 1;
        }
        marks += 1;
    }
    Shuffles(shuffles)
};

/// Packs four groups of four bytes: the first byte of each group, and the second and third if the two marks are set.
pub static LANES: Shuffles = {
    let mut shuffles = [[0; 16]; 256];
    let mut marks = 0;
    while marks < shuffles.len() {
        let (mut lane, mut length) = (0, 0);
        while lane < 4 {
            let count = 1 + (marks >> (2 * lane) & 1) + (marks >> (2 * lane + 1) & 1);
            let mut byte = 0;
            while byte < count {
                shuffles[marks][length] = (4 * lane + byte) as u8;
                length += 1;
                byte += 1;
            }
            lane += 1;
        }
        marks += 1;
    }
    Shuffles(shuffles)
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_those_of_the_short_escapes() {
        assert_eq!(&LETTERS, b"\0\0\0\0\0\0\0\0btn\0fr\0\0");
    }
}
