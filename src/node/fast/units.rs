//! UTF-16 units that strings are read into one behind the other: on the stack as long as they fit.

use std::mem::MaybeUninit;
use std::ops::Range;
use std::ptr::null_mut;

use napi::sys;

/// Room for most keys and most replies. What does not fit is read twice.
const STACK: usize = 2048;

/// As many units as are read: V8 has room for their JSON even if it escapes every one. Of more, V8 itself has to say whether
/// it has, because vinext's own keys fail where it has not.
pub const LONGEST: usize =
    if cfg!(target_pointer_width = "64") { (1 << 29) / 6 - 100 } else { (1 << 28) / 6 - 100 };

pub struct Units {
    stack: [MaybeUninit<u16>; STACK],
    /// Holds the units instead, once it has a capacity.
    heap: Vec<u16>,
    length: usize,
}

impl Units {
    pub fn new() -> Self {
        Self { stack: [const { MaybeUninit::uninit() }; STACK], heap: Vec::new(), length: 0 }
    }

    pub fn len(&self) -> usize {
        self.length
    }

    pub fn as_slice(&self) -> &[u16] {
        let first = if self.is_on_heap() { self.heap.as_ptr() } else { self.stack.as_ptr().cast() };
        // SAFETY: `length` units from `first` on have been written, by `read` and `write` alone.
        unsafe { std::slice::from_raw_parts(first, self.length) }
    }

    #[inline]
    pub fn write<const LENGTH: usize>(&mut self, ascii: &[u8; LENGTH]) {
        if self.free().len() < LENGTH {
            self.grow(LENGTH);
        }
        if let Some(free) = self.free().first_chunk_mut::<LENGTH>() {
            *free = ascii.map(|byte| MaybeUninit::new(u16::from(byte)));
            self.length += LENGTH;
        }
    }

    /// Appends a string's units, and returns where they are; nothing where the value is no string or too long.
    pub fn read(&mut self, env: sys::napi_env, value: sys::napi_value) -> Option<Range<usize>> {
        let start = self.length;
        if !self.read_into_free(env, value)? {
            let length = length(env, value).filter(|length| start + length <= LONGEST)?;
            self.grow(length + 2);
            self.read_into_free(env, value)?.then_some(())?;
        }
        Some(start..self.length)
    }

    /// The units as a JavaScript string, which V8 makes faster of bytes where they are ASCII.
    #[expect(clippy::cast_possible_truncation, reason = "units that are cut off are not made bytes of")]
    // Each copy of it takes half a kilobyte, and no call is faster for it.
    #[inline(never)]
    pub fn to_string(&self, env: sys::napi_env) -> Option<sys::napi_value> {
        let units = self.as_slice();
        let length = units.len().cast_signed();
        let mut bytes = [MaybeUninit::<u8>::uninit(); STACK];
        let mut all = 0;
        for (byte, unit) in bytes.iter_mut().zip(units) {
            byte.write(*unit as u8);
            all |= unit;
        }
        let mut string = null_mut();
        // SAFETY: `env` is of the running callback; the text is passed with its length, which as bytes are all written.
        let status = unsafe {
            if all < 0x80 && units.len() <= bytes.len() {
                sys::napi_create_string_latin1(env, bytes.as_ptr().cast(), length, &raw mut string)
            } else {
                sys::napi_create_string_utf16(env, units.as_ptr(), length, &raw mut string)
            }
        };
        (status == sys::Status::napi_ok).then_some(string)
    }

    /// Appends the units if they fit. Node-API cuts off what does not, so a full buffer may lack some; it ends them with
    /// a zero, which is not counted.
    fn read_into_free(&mut self, env: sys::napi_env, value: sys::napi_value) -> Option<bool> {
        let free = self.free();
        let mut read = 0;
        // SAFETY: `env` and `value` are of the running callback; at most `free.len()` units are written to `free`.
        let status = unsafe {
            sys::napi_get_value_string_utf16(env, value, free.as_mut_ptr().cast(), free.len(), &raw mut read)
        };
        let complete = read + 1 < free.len();
        if complete {
            self.length += read;
        }
        (status == sys::Status::napi_ok).then_some(complete)
    }

    fn is_on_heap(&self) -> bool {
        self.heap.capacity() > 0
    }

    fn free(&mut self) -> &mut [MaybeUninit<u16>] {
        let units =
            if self.is_on_heap() { self.heap.spare_capacity_mut() } else { self.stack.as_mut_slice() };
        units.get_mut(self.length..).unwrap_or_default()
    }

    #[cold]
    fn grow(&mut self, count: usize) {
        let mut heap = Vec::with_capacity(self.length + count);
        heap.extend_from_slice(self.as_slice());
        // The length is kept here, so that all of the capacity is spare there.
        heap.clear();
        self.heap = heap;
    }
}

/// Appends a string's bytes, and returns where they are; nothing where the value is no string, or too long, or not ASCII.
pub fn read_ascii(env: sys::napi_env, value: sys::napi_value, bytes: &mut Vec<u8>) -> Option<Range<usize>> {
    let start = bytes.len();
    let length = length(env, value).filter(|length| start + length <= LONGEST)?;
    // With room for a character more, and the zero that ends it, only ASCII has as many bytes as units: of other text Node-API
    // writes more, even if it does not fit and is cut off.
    let room = length + 5;
    bytes.reserve(room);
    let mut read = 0;
    let free = bytes.spare_capacity_mut().as_mut_ptr().cast();
    // SAFETY: `env` and `value` are of the running callback; at most `room` bytes are written, which there are.
    let status = unsafe { sys::napi_get_value_string_utf8(env, value, free, room, &raw mut read) };
    if status != sys::Status::napi_ok || read != length {
        return None;
    }
    let end = start + length;
    // SAFETY: so many bytes have been written.
    unsafe { bytes.set_len(end) };
    Some(start..end)
}

/// A string's length in units, or `None` where the value is none.
fn length(env: sys::napi_env, value: sys::napi_value) -> Option<usize> {
    let mut length = 0;
    // SAFETY: `env` and `value` are of the running callback; without a buffer the length alone is written.
    let status = unsafe { sys::napi_get_value_string_utf16(env, value, null_mut(), 0, &raw mut length) };
    (status == sys::Status::napi_ok).then_some(length)
}
