//! The raw values of a Node-API callback, behind a type that safe code cannot misuse.
//!
//! `#[napi]` adds about 70 ns to a call, and napi's own strings are copied twice. The functions that a request calls are therefore
//! registered by hand, and read their arguments here.

use std::marker::PhantomData;
use std::mem::MaybeUninit;
use std::ops::Range;
use std::panic::catch_unwind;
use std::ptr::null_mut;

use napi::sys;
use smallvec::SmallVec;

/// Space for most keys and most replies. Longer text moves to the heap, and is read twice.
const STACK: usize = 2048;

/// The longest text that is read here, in UTF-16 units. The JSON of such text always fits into a JavaScript string, even if every
/// unit is escaped. Longer text goes through V8, so that it fails exactly where vinext's own keys fail.
pub const LONGEST: usize =
    if cfg!(target_pointer_width = "64") { (1 << 29) / 6 - 100 } else { (1 << 28) / 6 - 100 };

/// UTF-16 text, on the stack if it fits.
pub type Text = SmallVec<[u16; STACK]>;

/// A function for JavaScript. `None` becomes `undefined`.
pub trait Export {
    fn run<'call>(call: &'call Call<'_>) -> Option<JsString<'call>>;
}

/// A JavaScript string that a running callback made.
pub struct JsString<'call>(sys::napi_value, PhantomData<&'call ()>);

/// A running callback: its environment and its arguments. Only [`callback`] makes one, and passes it on by reference. So its
/// environment and arguments are valid as long as this value.
pub struct Call<'call> {
    env: sys::napi_env,
    arguments: &'call [sys::napi_value],
}

/// Runs an [`Export`] with at most `ARGUMENTS` arguments. If it panics or gets more, the result is `undefined`, and the shell
/// makes the key itself.
///
/// # Safety
/// Node-API calls this, with the environment of this thread and the information of this call.
pub unsafe extern "C" fn callback<E: Export, const ARGUMENTS: usize>(
    env: sys::napi_env,
    info: sys::napi_callback_info,
) -> sys::napi_value {
    let mut arguments = [null_mut(); ARGUMENTS];
    let mut count = ARGUMENTS;
    let (space, passed) = (arguments.as_mut_ptr(), &raw mut count);
    // SAFETY: the caller guarantees `env` and `info`. There is space for `count` arguments.
    let status = unsafe { sys::napi_get_cb_info(env, info, passed, space, null_mut(), null_mut()) };
    let answer = catch_unwind(|| {
        let arguments = arguments.get(..count).filter(|_| status == sys::Status::napi_ok)?;
        E::run(&Call { env, arguments }).map(|string| string.0)
    });
    answer.ok().flatten().unwrap_or(null_mut())
}

impl Call<'_> {
    /// Appends an argument to a text, and returns where it is. `None` if it is not a string, or too long.
    pub fn read(&self, argument: usize, text: &mut Text) -> Option<Range<usize>> {
        let value = *self.arguments.get(argument)?;
        let start = text.len();
        loop {
            let free = text.capacity() - start;
            let mut read = 0;
            // SAFETY: `env` and `value` are of the running callback. At most `free` units are written behind the text, and `read`
            // says how many.
            let (status, complete) = unsafe {
                let end = text.as_mut_ptr().add(start);
                let status = sys::napi_get_value_string_utf16(self.env, value, end, free, &raw mut read);
                // Node-API cuts off what does not fit. It ends the text with a zero, which it does not count.
                let complete = status == sys::Status::napi_ok && read + 1 < free;
                if complete {
                    text.set_len(start + read);
                }
                (status, complete)
            };
            if complete {
                return Some(start..text.len());
            }
            if status != sys::Status::napi_ok {
                return None;
            }
            let length = self.length(value).filter(|length| start + length <= LONGEST)?;
            text.reserve(length + 2);
        }
    }

    /// Appends an argument of ASCII to bytes, and returns where it is. `None` if it is not a string, or too long, or not ASCII.
    pub fn read_ascii(&self, argument: usize, bytes: &mut Vec<u8>) -> Option<Range<usize>> {
        let value = *self.arguments.get(argument)?;
        let start = bytes.len();
        let length = self.length(value).filter(|length| start + length <= LONGEST)?;
        // There is space for one more character and the terminating zero. For text that is not ASCII, Node-API then writes more
        // bytes than the text has units, even if it is cut off. So equal numbers mean ASCII.
        let space = length + 5;
        bytes.reserve(space);
        let mut read = 0;
        // SAFETY: `env` and `value` are of the running callback. At most `space` bytes are written behind the others, and `read`
        // says how many.
        unsafe {
            let end = bytes.as_mut_ptr().add(start).cast();
            let status = sys::napi_get_value_string_utf8(self.env, value, end, space, &raw mut read);
            if status != sys::Status::napi_ok || read != length {
                return None;
            }
            bytes.set_len(start + read);
        }
        Some(start..bytes.len())
    }

    /// How many arguments were passed.
    pub fn count(&self) -> usize {
        self.arguments.len()
    }

    pub fn read_integer(&self, argument: usize) -> Option<u32> {
        let value = *self.arguments.get(argument)?;
        let mut integer = 0;
        // SAFETY: `env` and `value` are of the running callback.
        let status = unsafe { sys::napi_get_value_uint32(self.env, value, &raw mut integer) };
        (status == sys::Status::napi_ok).then_some(integer)
    }

    /// A string's length in UTF-16 units, or `None` if the value is not a string.
    fn length(&self, value: sys::napi_value) -> Option<usize> {
        let mut length = 0;
        // SAFETY: `env` and `value` are of the running callback. Without a buffer only the length is written.
        let status =
            unsafe { sys::napi_get_value_string_utf16(self.env, value, null_mut(), 0, &raw mut length) };
        (status == sys::Status::napi_ok).then_some(length)
    }

    /// Makes a JavaScript string. V8 makes one faster from bytes than from units, so ASCII is passed as bytes.
    #[expect(clippy::cast_possible_truncation, reason = "the bytes are used only if all units are ASCII")]
    // Not inlined: each copy takes half a kilobyte, and no call gets faster.
    #[inline(never)]
    pub fn new_string(&self, text: &[u16]) -> Option<JsString<'_>> {
        let length = text.len().cast_signed();
        let mut bytes = [MaybeUninit::<u8>::uninit(); STACK];
        let mut all = 0;
        for (byte, unit) in bytes.iter_mut().zip(text) {
            byte.write(*unit as u8);
            all |= unit;
        }
        let mut string = null_mut();
        // SAFETY: `env` is of the running callback. The text is passed with its length, which as bytes are all written.
        let status = unsafe {
            if all < 0x80 && text.len() <= bytes.len() {
                sys::napi_create_string_latin1(self.env, bytes.as_ptr().cast(), length, &raw mut string)
            } else {
                sys::napi_create_string_utf16(self.env, text.as_ptr(), length, &raw mut string)
            }
        };
        (status == sys::Status::napi_ok).then_some(JsString(string, PhantomData))
    }
}
