//! SHA-256 of JSON while it is printed, in base64url.
//!
//! JSON is printed into a small buffer and hashed from there, so it stays in the first-level cache. A few blocks are hashed at a
//! time, because each call of the hash function takes time. Its buffered form takes more.

use sha2::Sha256;
use sha2::block_api::compress256;
use sha2::digest::Digest as _;

use crate::json::{JsonSink, MAX_PIECE};

/// A SHA-256 in base64url without padding.
pub type Digest = [u8; 43];

/// A SHA-256, as its words.
pub struct Hash([u32; 8]);

impl Hash {
    /// Hashes JSON that is printed already.
    pub fn of(json: &[u8]) -> Self {
        let bytes: [u8; 32] = Sha256::digest(json).into();
        let mut words = [0; 8];
        for (word, bytes) in words.iter_mut().zip(bytes.as_chunks().0) {
            *word = u32::from_be_bytes(*bytes);
        }
        Self(words)
    }

    /// The hash in base64url without padding: three words become sixteen letters.
    #[expect(clippy::indexing_slicing, reason = "the table has a letter for every six bits")]
    pub fn base64url(self) -> Digest {
        let mut words = [0; 9];
        words[..8].copy_from_slice(&self.0.map(u64::from));
        let mut letters = [[[0; 8]; 2]; 3];
        for ([start, end], [first, second, third]) in letters.iter_mut().zip(words.as_chunks().0) {
            for (letters, bits) in [(start, first << 16 | second >> 16), (end, second << 32 | third)] {
                for (letter, shift) in letters.iter_mut().rev().zip((0..).step_by(6)) {
                    *letter = BASE64URL[(bits >> shift & 63) as usize];
                }
            }
        }
        let mut digest = [0; 43];
        digest.copy_from_slice(&letters.as_flattened().as_flattened()[..43]);
        digest
    }
}

const BASE64URL: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The block size of SHA-256 in bytes.
const BLOCK: usize = 64;

/// How many printed bytes are hashed together.
const BATCH: usize = 2 * BLOCK;

/// The state that SHA-256 starts from.
const START: [u32; 8] =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];

/// A sink that computes the SHA-256 of the JSON written to it.
pub struct Sha256Sink {
    state: [u32; 8],
    hashed: u64,
    /// What is not hashed yet, and space to print behind it.
    printed: [u8; BATCH + MAX_PIECE],
    /// Less than a batch between writes.
    length: usize,
}

// An index that is out of range panics here: a piece of JSON that is silently left out would be a wrong key.
#[expect(clippy::indexing_slicing, reason = "a panic is better than a wrong key, and is caught")]
impl JsonSink for Sha256Sink {
    #[inline]
    fn write(&mut self, json: &[u8]) {
        if json.len() > MAX_PIECE {
            return self.write_long(json);
        }
        self.write_with(|out| {
            out[..json.len()].copy_from_slice(json);
            json.len()
        });
    }

    #[expect(clippy::inline_always, reason = "`fill` is compiled for the processor at hand")]
    #[inline(always)]
    fn write_with(&mut self, fill: impl FnOnce(&mut [u8; MAX_PIECE]) -> usize) {
        self.length += fill(self.space());
        if self.length >= BATCH {
            self.hash_blocks();
        }
    }
}

#[expect(clippy::indexing_slicing, reason = "a panic is better than a wrong key, and is caught")]
impl Sha256Sink {
    pub fn new() -> Self {
        Self { state: START, hashed: 0, printed: [0; BATCH + MAX_PIECE], length: 0 }
    }

    /// The hash of all that was written.
    pub fn finish(&mut self) -> Hash {
        let bits = 8 * (self.hashed + self.length as u64);
        let end = (self.length + 1 + size_of_val(&bits)).next_multiple_of(BLOCK);
        // More zeros than needed: a constant number of them is written without a call.
        let padding = self.space();
        padding[0] = 0x80;
        padding[1..2 * BLOCK].fill(0);
        self.printed[end - size_of_val(&bits)..end].copy_from_slice(&bits.to_be_bytes());
        self.length = end;
        self.hash_blocks();
        Hash(self.state)
    }

    /// The space behind what is not hashed yet, which is less than a batch.
    #[expect(clippy::expect_used, reason = "a panic is better than a wrong key, and is caught")]
    #[inline]
    fn space(&mut self) -> &mut [u8; MAX_PIECE] {
        self.printed[self.length..].first_chunk_mut().expect("less than a batch is printed")
    }

    #[inline(never)]
    fn hash_blocks(&mut self) {
        let end = self.length - self.length % BLOCK;
        compress256(&mut self.state, self.printed[..end].as_chunks().0);
        self.hashed += end as u64;
        self.printed.copy_within(end..end + BLOCK, 0);
        self.length -= end;
    }

    /// Hashes the blocks of long JSON in place, without copying them.
    #[cold]
    fn write_long(&mut self, json: &[u8]) {
        let missing = (BLOCK - self.length % BLOCK) % BLOCK;
        let (start, rest) = json.split_at(missing);
        self.write(start);
        self.hash_blocks();
        let (blocks, end) = rest.as_chunks();
        compress256(&mut self.state, blocks);
        self.hashed += blocks.as_flattened().len() as u64;
        self.write(end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64url_agrees_with_the_standard() {
        assert_eq!(Hash([0; 8]).base64url(), [b'A'; 43]);
        assert_eq!(Hash([u32::MAX; 8]).base64url().as_slice(), ("_".repeat(42) + "8").as_bytes());
    }

    #[test]
    fn hashes_what_is_written_in_pieces_of_any_length() {
        let json: Vec<u8> = (0..=255).cycle().take(3 * MAX_PIECE).collect();
        for length in 0..json.len() {
            for piece in [1, 63, 64, 65, MAX_PIECE, json.len()] {
                let mut sink = Sha256Sink::new();
                json[..length].chunks(piece).for_each(|piece| sink.write(piece));
                assert_eq!(sink.finish().base64url(), Hash::of(&json[..length]).base64url());
            }
        }
    }

    #[test]
    fn hashes_a_long_piece_behind_a_short_one() {
        let json: Vec<u8> = (0..=255).cycle().take(3 * MAX_PIECE).collect();
        for length in 0..2 * BATCH {
            let (short, long) = json.split_at(length);
            let mut sink = Sha256Sink::new();
            sink.write(short);
            sink.write(long);
            assert_eq!(sink.finish().base64url(), Hash::of(&json).base64url(), "{length}");
        }
    }
}
