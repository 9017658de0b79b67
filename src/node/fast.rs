//! The fast path of the functions that a request calls.
//!
//! `#[napi]` adds some 70 ns to a call, and reading a property costs more from here than from JavaScript. So these callbacks
//! are registered by hand, and `js/native.js` hands them the fields of what vinext itself makes. They decline whatever is
//! unusual, by `undefined`, and leave it, errors included, to the exports that mean the same.

mod units;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::null_mut;

use napi::bindgen_prelude::{Env, JsObjectValue, Object};
use napi::sys;
use napi_derive::napi;

use crate::cache_key::{SCHEME, SEED_MARK};
use crate::flight_arguments::{Entry, FlightArguments, KeyOptions, Reply, flight_arguments_key};
use crate::uri_component::is_unreserved;
use units::Units;

/// As many entries of a reply as are taken here.
const ENTRIES: usize = 8;

/// Adds the callbacks to the exports, as `fast`.
#[napi(module_exports)]
pub fn export_fast(mut exports: Object<'_>, env: Env) -> napi::Result<()> {
    let mut fast = Object::new(&env)?;
    fast.create_c_named_method(c"buildKey", build_key)?;
    fast.create_c_named_method(c"textKey", text_key)?;
    fast.create_c_named_method(c"entriesKey", entries_key)?;
    exports.set("fast", fast)
}

/// `buildKey(id, keySeed, argsKey)`: a key.
extern "C" fn build_key(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    Call::<3>::answer(env, info, |call| {
        let mut key = Units::new();
        call.write_id(&mut key)?;
        key.write(b":");
        if call.read(2, &mut key).is_none() {
            if call.kind(2)? != sys::ValueType::napi_undefined {
                return None;
            }
            key.truncate(key.len() - 1);
        }
        call.string(&key)
    })
}

/// `textKey(id, keySeed, reply, pagePropsIndex?, layoutPropsIndex?)`: the key of a call whose reply is text, or of its
/// arguments alone where `id` is `undefined`. A negative index is none.
extern "C" fn text_key(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    Call::<5>::answer(env, info, |call| {
        let mut reply = Units::new();
        call.read(2, &mut reply)?;
        let indexes = if call.count > 3 { [call.integer(3)?, call.integer(4)?] } else { [-1; 2] };
        call.key_of(Reply::Text(reply.as_slice()), indexes)
    })
}

/// `entriesKey(id, keySeed, pagePropsIndex, layoutPropsIndex, files, name, content, …)`: the same for a reply of entries,
/// where bit *i* of `files` says that entry *i* is a file, of which the content is its bytes.
extern "C" fn entries_key(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    const FIRST: usize = 5;
    Call::<{ FIRST + 2 * ENTRIES }>::answer(env, info, |call| {
        let indexes = [call.integer(2)?, call.integer(3)?];
        let files = call.integer(4)?;
        let mut texts = Units::new();
        let mut ends = [0; 2 * ENTRIES];
        let ends = ends.get_mut(..call.count.checked_sub(FIRST)?)?;
        for (end, argument) in ends.iter_mut().zip(FIRST..) {
            call.read(argument, &mut texts)?;
            *end = texts.len();
        }
        let mut entries = [const { Entry::Text { name: [].as_slice(), text: [].as_slice() } }; ENTRIES];
        let mut start = 0;
        for (index, (pair, entry)) in ends.chunks_exact(2).zip(&mut entries).enumerate() {
            let [middle, end] = *pair else { return None };
            let (name, content) = (texts.as_slice().get(start..middle)?, texts.as_slice().get(middle..end)?);
            start = end;
            *entry = if files >> index & 1 == 0 {
                Entry::Text { name, text: content }
            } else {
                Entry::File { name, base64: content, file_name: &[], media_type: &[] }
            };
        }
        call.key_of(Reply::Entries(entries.get(..ends.len() / 2)?), indexes)
    })
}

/// A running callback and its arguments.
struct Call<const ARGUMENTS: usize> {
    env: sys::napi_env,
    arguments: [sys::napi_value; ARGUMENTS],
    count: usize,
}

impl<const ARGUMENTS: usize> Call<ARGUMENTS> {
    /// Runs a callback. A panic counts as declining: the plain export then meets it, and throws.
    fn answer(
        env: sys::napi_env,
        info: sys::napi_callback_info,
        run: impl FnOnce(&Self) -> Option<sys::napi_value>,
    ) -> sys::napi_value {
        let mut call = Self { env, arguments: [null_mut(); ARGUMENTS], count: ARGUMENTS };
        let (count, arguments) = (&raw mut call.count, call.arguments.as_mut_ptr());
        // SAFETY: Node-API calls back with a live environment and info, and writes `count` arguments, which there is room for.
        let status = unsafe { sys::napi_get_cb_info(env, info, count, arguments, null_mut(), null_mut()) };
        let answer = catch_unwind(AssertUnwindSafe(|| run(&call)));
        if status == sys::Status::napi_ok { answer.ok().flatten().unwrap_or(null_mut()) } else { null_mut() }
    }

    /// The key of a call with this reply: its arguments' digest, behind its id if it has one.
    fn key_of(&self, reply: Reply<'_, [u16]>, indexes: [i32; 2]) -> Option<sys::napi_value> {
        let [page_props_index, layout_props_index] = indexes.map(|index| (index >= 0).then_some(index));
        let args = FlightArguments { version: 1, reply, page_props_index, layout_props_index };
        let digest = flight_arguments_key(&args, KeyOptions::default());
        let mut key = Units::new();
        if self.kind(0)? != sys::ValueType::napi_undefined {
            self.write_id(&mut key)?;
            key.write(b":");
        }
        key.write(&digest);
        self.string(&key)
    }

    /// Writes a key up to its id. A seed that needs encoding is left to the plain export.
    fn write_id(&self, key: &mut Units) -> Option<()> {
        key.write(SCHEME);
        let unscoped = key.len();
        key.write(SEED_MARK);
        let start = key.len();
        if self.read(1, key).is_none()
            && !matches!(self.kind(1)?, sys::ValueType::napi_undefined | sys::ValueType::napi_null)
        {
            return None;
        }
        let seed = key.as_slice().get(start..)?;
        if seed.is_empty() {
            key.truncate(unscoped);
        } else if seed.iter().all(|unit| u8::try_from(*unit).is_ok_and(is_unreserved)) {
            key.write(b":");
        } else {
            return None;
        }
        self.read(0, key)
    }

    /// Appends an argument that is a string.
    fn read(&self, argument: usize, units: &mut Units) -> Option<()> {
        units.read(self.env, *self.arguments.get(argument)?)
    }

    fn integer(&self, argument: usize) -> Option<i32> {
        let mut integer = 0;
        // SAFETY: the environment and the argument are of the running callback.
        let status =
            unsafe { sys::napi_get_value_int32(self.env, *self.arguments.get(argument)?, &raw mut integer) };
        (status == sys::Status::napi_ok).then_some(integer)
    }

    fn kind(&self, argument: usize) -> Option<sys::napi_valuetype> {
        let mut kind = sys::ValueType::napi_undefined;
        // SAFETY: the environment and the argument are of the running callback.
        let status = unsafe { sys::napi_typeof(self.env, *self.arguments.get(argument)?, &raw mut kind) };
        (status == sys::Status::napi_ok).then_some(kind)
    }

    fn string(&self, units: &Units) -> Option<sys::napi_value> {
        let units = units.as_slice();
        let length = units.len().cast_signed();
        let mut string = null_mut();
        // SAFETY: the environment is of the running callback; the units are passed with their length.
        let status =
            unsafe { sys::napi_create_string_utf16(self.env, units.as_ptr(), length, &raw mut string) };
        (status == sys::Status::napi_ok).then_some(string)
    }
}
