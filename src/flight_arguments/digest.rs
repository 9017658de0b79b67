//! SHA-256 of JSON while it is printed, in base64url.
//!
//! What is printed stays in the processor's first cache until it is hashed. It is printed to where it is hashed from, and hashed
//! a few blocks at a time, because every call of the hash, and more so of its buffered form, takes some time of its own.

use sha2::Sha256;
use sha2::block_api::compress256;
use sha2::digest::Digest as _;

use crate::json::{JsonSink, ROOM};

/// A SHA-256 in base64url without padding.
pub type Digest = [u8; 43];

/// A SHA-256, as its words.
pub struct Hash([u32; 8]);

impl Hash {
    /// The hash of JSON that is printed already.
    pub fn of(json: &[u8]) -> Self {
        let bytes: [u8; 32] = Sha256::digest(json).into();
        let mut words = [0; 8];
        for (word, bytes) in words.iter_mut().zip(bytes.as_chunks().0) {
            *word = u32::from_be_bytes(*bytes);
        }
        Self(words)
    }

    /// The hash in unpadded base64url: of every three words come sixteen letters.
    pub fn base64url(self) -> Digest {
        let mut letters = [[0; 16]; 3];
        let mut words = self.0.into_iter().chain([0]);
        for letters in &mut letters {
            let bits = words.by_ref().take(3).fold(0, |bits, word| bits << 32 | u128::from(word));
            for (letter, shift) in letters.iter_mut().rev().zip((0..).step_by(6)) {
                *letter = BASE64URL.get((bits >> shift) as usize & 63).copied().unwrap_or_default();
            }
        }
        letters.as_flattened().first_chunk().copied().unwrap_or([0; 43])
    }
}

const BASE64URL: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// What SHA-256 takes at a time.
const BLOCK: usize = 64;

/// From how many bytes on what is printed is hashed.
const BATCH: usize = 2 * BLOCK;

/// The state that SHA-256 starts from.
const START: [u32; 8] =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];

/// A SHA-256 of what is written.
pub struct Sha256Sink {
    state: [u32; 8],
    hashed: u64,
    /// What is not hashed yet, and room to print behind it.
    printed: [u8; BATCH + ROOM],
    /// Less than a batch between writes.
    length: usize,
}

impl JsonSink for Sha256Sink {
    #[inline]
    fn write(&mut self, json: &[u8]) {
        if json.len() > ROOM {
            return self.write_long(json);
        }
        self.write_with(|room| {
            if let Some(room) = room.get_mut(..json.len()) {
                room.copy_from_slice(json);
            }
            json.len()
        });
    }

    #[expect(clippy::inline_always, reason = "what fills the room is compiled for the processor at hand")]
    #[inline(always)]
    fn write_with(&mut self, fill: impl FnOnce(&mut [u8; ROOM]) -> usize) {
        if let Some(room) = self.room() {
            self.length += fill(room);
        }
        if self.length >= BATCH {
            self.hash_blocks();
        }
    }
}

impl Sha256Sink {
    pub fn new() -> Self {
        Self { state: START, hashed: 0, printed: [0; BATCH + ROOM], length: 0 }
    }

    /// The hash of all that was written.
    pub fn finish(&mut self) -> Hash {
        let bits = 8 * (self.hashed + self.length as u64);
        let end = (self.length + 1 + size_of_val(&bits)).next_multiple_of(BLOCK);
        if let Some(padding) = self.room() {
            padding[0] = 0x80;
            padding[1..2 * BLOCK].fill(0);
        }
        if let Some(count) = self.printed.get_mut(..end).and_then(<[u8]>::last_chunk_mut) {
            *count = bits.to_be_bytes();
        }
        self.length = end;
        self.hash_blocks();
        Hash(self.state)
    }

    #[inline]
    fn room(&mut self) -> Option<&mut [u8; ROOM]> {
        self.printed.get_mut(self.length..)?.first_chunk_mut()
    }

    #[inline(never)]
    fn hash_blocks(&mut self) {
        let blocks = self.printed.as_chunks().0.get(..self.length / BLOCK).unwrap_or_default();
        compress256(&mut self.state, blocks);
        let end = blocks.as_flattened().len();
        self.hashed += end as u64;
        self.length -= end;
        let rest = self.printed.get(end..).and_then(<[u8]>::first_chunk::<BLOCK>).copied();
        if let (Some(rest), Some(start)) = (rest, self.printed.first_chunk_mut()) {
            *start = rest;
        }
    }

    /// Hashes the blocks of what is long where they are.
    #[cold]
    fn write_long(&mut self, json: &[u8]) {
        let missing = (BLOCK - self.length % BLOCK) % BLOCK;
        let (start, rest) = json.split_at_checked(missing).unwrap_or((json, &[]));
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
        let json: Vec<u8> = (0..=255).cycle().take(3 * ROOM).collect();
        for length in 0..json.len() {
            for piece in [1, 63, 64, 65, ROOM, json.len()] {
                let mut sink = Sha256Sink::new();
                json[..length].chunks(piece).for_each(|piece| sink.write(piece));
                assert_eq!(sink.finish().base64url(), Hash::of(&json[..length]).base64url());
            }
        }
    }
}
