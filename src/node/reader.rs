//! Reads the texts of a reply while they are printed.

use std::cell::Cell;
use std::ops::Range;

use super::call::{Call, LONGEST, Text};
use crate::json::{JsonSink, JsonText};

/// Reads the texts among the arguments of a call.
pub struct Reader<'call> {
    pub call: &'call Call<'call>,
    /// How much was read, in UTF-16 units.
    length: Cell<usize>,
    /// Whether a text could not be read, or all are too long. Then what was printed is not the reply.
    pub failed: Cell<bool>,
}

/// A text in one or more arguments. Each piece is printed before the next one is read, while it is in the processor's cache: 1 MB of
/// JSON takes 10 to 20 percent less time.
pub struct Argument<'call> {
    reader: &'call Reader<'call>,
    pieces: Range<usize>,
    pub is_base64: bool,
}

impl<'call> Reader<'call> {
    pub fn new(call: &'call Call<'call>) -> Self {
        Self { call, length: Cell::new(0), failed: Cell::new(false) }
    }

    /// The text in these arguments, which is not read yet. Base64 is read as bytes, which takes less time.
    pub fn text(&'call self, pieces: Range<usize>, is_base64: bool) -> Argument<'call> {
        Argument { reader: self, pieces, is_base64 }
    }
}

impl Argument<'_> {
    /// Prints the text, or as much of it as can be read.
    fn print(&self, json: &mut impl JsonSink) -> Option<()> {
        if self.is_base64 { self.print_base64(json) } else { self.print_units(json) }
    }

    fn print_base64(&self, json: &mut impl JsonSink) -> Option<()> {
        let mut bytes = Vec::new();
        for piece in self.pieces.clone() {
            bytes.clear();
            self.reader.call.read_ascii(piece, &mut bytes)?;
            self.count(bytes.len())?;
            bytes.write_json_text(json);
        }
        Some(())
    }

    fn print_units(&self, json: &mut impl JsonSink) -> Option<()> {
        let mut units = Text::new();
        // The first half of a surrogate pair whose second half is in the next piece.
        let mut half = None;
        for piece in self.pieces.clone() {
            units.clear();
            if let Some(half) = half.take() {
                units.push(half);
            }
            let read = self.reader.call.read(piece, &mut units)?;
            self.count(read.len())?;
            if piece + 1 < self.pieces.end && units.last().copied().is_some_and(is_first_surrogate) {
                half = units.pop();
            }
            units.write_json_text(json);
        }
        Some(())
    }

    /// Counts what was read. `None` if all texts together are too long.
    fn count(&self, units: usize) -> Option<()> {
        let length = self.reader.length.get() + units;
        self.reader.length.set(length);
        (length <= LONGEST).then_some(())
    }
}

impl JsonText for Argument<'_> {
    fn write_json_text(&self, json: &mut impl JsonSink) {
        if !self.reader.failed.get() && self.print(json).is_none() {
            self.reader.failed.set(true);
        }
    }
}

fn is_first_surrogate(unit: u16) -> bool {
    (0xd800..0xdc00).contains(&unit)
}
