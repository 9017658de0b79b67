//! The fast path of the functions that a request calls.
//!
//! `#[napi]` adds some 70 ns to a call, and reading a property costs more from here than from JavaScript. So these callbacks
//! are registered by hand, and `js/native.js` hands them the fields of what vinext itself makes. They decline whatever is
//! unusual, by `undefined`, and leave it, errors included, to the exports that mean the same.

mod units;

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::null_mut;

use napi::bindgen_prelude::{Env, JsObjectValue, Object};
use napi::sys;
use napi_derive::napi;

use crate::flight_arguments::{Entry, FlightArguments, KeyOptions, Reply, flight_arguments_hash};
use units::{LONGEST, Units, read_ascii};

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

/// `buildKey(prefix, id, argsKey)`: a key.
extern "C" fn build_key(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    Call::<3>::answer(env, info, |call| {
        let mut key = Units::new();
        call.read_head(&mut key)?;
        call.read(2, &mut key)?;
        key.to_string(call.env)
    })
}

/// `textKey(prefix, id, reply, shape?)`: the key of a call whose reply is text.
extern "C" fn text_key(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    Call::<4>::answer(env, info, |call| {
        let mut reply = Units::new();
        call.read(2, &mut reply)?;
        let shape = if call.count > 3 { call.shape(3)? } else { Shape::default() };
        call.key_of(Reply::Text(reply.as_slice()), shape)
    })
}

/// `entriesKey(prefix, id, shape, name, content, …)`: the same for a reply of entries. The content of a file is its bytes.
extern "C" fn entries_key(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    const FIRST: usize = 3;
    Call::<{ FIRST + 2 * ENTRIES }>::answer(env, info, |call| {
        let shape = call.shape(2)?;
        let count = call.count.checked_sub(FIRST)? / 2;
        let is_file = |index: usize| shape.files >> index & 1 == 1;
        let (mut texts, mut files) = (Units::new(), Vec::new());
        let mut places: [(Range<usize>, Range<usize>); ENTRIES] = Default::default();
        let places = places.get_mut(..count)?;
        for (index, (name, content)) in places.iter_mut().enumerate() {
            let argument = FIRST + 2 * index;
            *name = call.read(argument, &mut texts)?;
            *content = if is_file(index) {
                read_ascii(env, *call.arguments.get(argument + 1)?, &mut files)?
            } else {
                call.read(argument + 1, &mut texts)?
            };
        }
        if texts.len() + files.len() > LONGEST {
            return None;
        }
        let mut entries = [const { Entry::Text { name: [].as_slice(), text: [].as_slice() } }; ENTRIES];
        for ((index, place), entry) in places.iter().cloned().enumerate().zip(&mut entries) {
            let (name, content) = (texts.as_slice().get(place.0)?, place.1);
            *entry = if is_file(index) {
                Entry::File { name, base64: files.get(content)?, file_name: &[], media_type: &[] }
            } else {
                Entry::Text { name, text: texts.as_slice().get(content)? }
            };
        }
        call.key_of(Reply::Entries(entries.get(..count)?), shape)
    })
}

/// What the arguments hold besides text, as one integer, because each that crosses has its price.
#[derive(Clone, Copy, Default)]
struct Shape {
    /// Bit *i* says that entry *i* is a file. The lowest byte.
    files: u8,
    /// The next byte, plus one; zero is none.
    page_props_index: Option<i32>,
    /// The byte behind it, likewise.
    layout_props_index: Option<i32>,
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

    /// The key of a call with this reply: its arguments' digest behind its id.
    fn key_of(&self, reply: Reply<'_, [u16]>, shape: Shape) -> Option<sys::napi_value> {
        let Shape { page_props_index, layout_props_index, .. } = shape;
        let args = FlightArguments { version: 1, reply, page_props_index, layout_props_index };
        let hash = flight_arguments_hash(&args, KeyOptions::default());
        let mut key = Units::new();
        // The processor reads the head while it waits for the hash, so the hash is spelled out behind it: 10 ns less.
        self.read_head(&mut key)?;
        key.write(&hash.base64url());
        key.to_string(self.env)
    }

    /// Appends what a key has before its arguments.
    fn read_head(&self, key: &mut Units) -> Option<()> {
        self.read(0, key)?;
        self.read(1, key)?;
        key.write(b":");
        Some(())
    }

    /// Appends an argument that is a string, and returns where it is.
    fn read(&self, argument: usize, units: &mut Units) -> Option<Range<usize>> {
        units.read(self.env, *self.arguments.get(argument)?)
    }

    fn shape(&self, argument: usize) -> Option<Shape> {
        let mut bits = 0;
        // SAFETY: the environment and the argument are of the running callback.
        let status =
            unsafe { sys::napi_get_value_uint32(self.env, *self.arguments.get(argument)?, &raw mut bits) };
        let [files, page, layout, _] = bits.to_le_bytes();
        let index = |plus_one: u8| i32::from(plus_one).checked_sub(1).filter(|index| *index >= 0);
        let shape = Shape { files, page_props_index: index(page), layout_props_index: index(layout) };
        (status == sys::Status::napi_ok).then_some(shape)
    }
}
