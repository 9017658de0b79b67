//! The fast path for the arguments that vinext makes in a request. For anything unusual it returns `undefined`, and the shell makes
//! the key itself.

use std::ops::Range;

use napi::Env;
use napi::bindgen_prelude::{JsObjectValue, Object};
use napi_derive::napi;
use smallvec::SmallVec;

use super::call::{Call, Export, JsString, LONGEST, Text, callback};
use crate::flight_arguments::{Entry, FlightArguments, KeyOptions, Reply, flight_arguments_hash};

/// Replies with more entries are declined.
const ENTRIES: usize = 8;

/// Adds the functions to the exports.
#[napi(module_exports)]
pub fn export_fast(mut exports: Object<'_>, _env: Env) -> napi::Result<()> {
    exports.create_c_named_method(c"buildKey", callback::<BuildKey, 3>)?;
    exports.create_c_named_method(c"textKey", callback::<TextKey, 4>)?;
    exports.create_c_named_method(c"entriesKey", callback::<EntriesKey, { FIRST + 2 * ENTRIES }>)
}

/// `buildKey(prefix, id, argsKey)`
struct BuildKey;

impl Export<3> for BuildKey {
    fn run(call: &Call<3>) -> Option<JsString<'_>> {
        let mut key = Text::new();
        read_head(call, &mut key)?;
        call.read(2, &mut key)?;
        call.new_string(&key)
    }
}

/// `textKey(prefix, id, reply, shape?)`
struct TextKey;

impl Export<4> for TextKey {
    fn run(call: &Call<4>) -> Option<JsString<'_>> {
        let mut reply = Text::new();
        call.read(2, &mut reply)?;
        let shape = Shape::of(if call.has(3) { call.read_integer(3)? } else { 0 });
        key_of(call, Reply::Text(&reply), &shape)
    }
}

/// `entriesKey(prefix, id, shape, name, content, …)`. The content of a file is the base64 of its bytes.
struct EntriesKey;

/// The index of the argument that is the name of the first entry.
const FIRST: usize = 3;

impl Export<{ FIRST + 2 * ENTRIES }> for EntriesKey {
    fn run(call: &Call<{ FIRST + 2 * ENTRIES }>) -> Option<JsString<'_>> {
        let shape = Shape::of(call.read_integer(2)?);
        let (mut texts, mut files) = (Text::new(), Vec::new());
        let mut places = SmallVec::<[(Range<usize>, Range<usize>); ENTRIES]>::new();
        for index in 0..shape.entries {
            let argument = FIRST + 2 * index;
            let name = call.read(argument, &mut texts)?;
            let content = if shape.is_file(index) {
                call.read_ascii(argument + 1, &mut files)?
            } else {
                call.read(argument + 1, &mut texts)?
            };
            places.push((name, content));
        }
        if texts.len() + files.len() > LONGEST {
            return None;
        }
        let mut entries = SmallVec::<[Entry<'_, [u16]>; ENTRIES]>::new();
        for (index, (name, content)) in places.iter().cloned().enumerate() {
            let name = texts.get(name)?;
            entries.push(if shape.is_file(index) {
                Entry::File { name, base64: files.get(content)?, file_name: &[], media_type: &[] }
            } else {
                Entry::Text { name, text: texts.get(content)? }
            });
        }
        key_of(call, Reply::Entries(&entries), &shape)
    }
}

/// The parts of the arguments that are not text, in one integer. `Shape` in `js/engine.d.mts` has the layout.
struct Shape {
    files: u8,
    page_props_index: Option<i32>,
    layout_props_index: Option<i32>,
    entries: usize,
}

impl Shape {
    fn of(bits: u32) -> Self {
        let [files, page, layout, entries] = bits.to_le_bytes();
        let index = |plus_one: u8| i32::from(plus_one).checked_sub(1).filter(|index| *index >= 0);
        Self {
            files,
            page_props_index: index(page),
            layout_props_index: index(layout),
            entries: entries.into(),
        }
    }

    fn is_file(&self, index: usize) -> bool {
        self.files >> index & 1 == 1
    }
}

/// The key of a call with this reply.
fn key_of<'call, const ARGUMENTS: usize>(
    call: &'call Call<ARGUMENTS>,
    reply: Reply<'_, [u16]>,
    shape: &Shape,
) -> Option<JsString<'call>> {
    let Shape { page_props_index, layout_props_index, .. } = *shape;
    let args = FlightArguments { reply, page_props_index, layout_props_index };
    let hash = flight_arguments_hash(&args, KeyOptions::default());
    let mut key = Text::new();
    // The hash is written behind the head, so that the processor copies the head while it waits for the hash: 10 ns less.
    read_head(call, &mut key)?;
    key.extend_from_slice(&hash.base64url().map(u16::from));
    call.new_string(&key)
}

/// Appends the head of a key: all that stands before the arguments.
fn read_head<const ARGUMENTS: usize>(call: &Call<ARGUMENTS>, key: &mut Text) -> Option<()> {
    call.read(0, key)?;
    call.read(1, key)?;
    key.push(b':'.into());
    Some(())
}
