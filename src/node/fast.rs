//! The fast path for the arguments that vinext makes in a request. For anything unusual it returns `undefined`, and the shell makes
//! the key itself.

use napi::Env;
use napi::bindgen_prelude::{JsObjectValue, Object};
use napi_derive::napi;
use smallvec::SmallVec;

use super::call::{Call, Export, JsString, Text, callback};
use super::reader::Reader;
use crate::flight_arguments::{Entry, FlightArguments, KeyOptions, Reply, flight_arguments_hash};
use crate::json::JsonText;

/// Replies with more entries are declined.
const ENTRIES: usize = 8;

/// The most pieces of a long text.
const PIECES: usize = 64;

/// Adds the functions to the exports.
#[napi(module_exports)]
pub fn export_fast(mut exports: Object<'_>, _env: Env) -> napi::Result<()> {
    exports.create_c_named_method(c"buildKey", callback::<BuildKey, 3>)?;
    exports.create_c_named_method(c"textKey", callback::<TextKey, 4>)?;
    exports.create_c_named_method(c"entriesKey", callback::<ReplyKey, { FIRST + 2 * ENTRIES }>)?;
    exports.create_c_named_method(c"longKey", callback::<ReplyKey, { FIRST + 2 * ENTRIES + PIECES }>)
}

/// `buildKey(prefix, id, argsKey)`
struct BuildKey;

impl Export for BuildKey {
    fn run<'call>(call: &'call Call<'_>) -> Option<JsString<'call>> {
        let mut key = Text::new();
        read_head(call, &mut key)?;
        call.read(2, &mut key)?;
        call.new_string(&key)
    }
}

/// `textKey(prefix, id, reply, shape?)`
struct TextKey;

impl Export for TextKey {
    fn run<'call>(call: &'call Call<'_>) -> Option<JsString<'call>> {
        let mut reply = Text::new();
        call.read(2, &mut reply)?;
        let shape = Shape::of(if call.count() > 3 { call.read_integer(3)? } else { 0 });
        key_of(call, Reply::Text(reply.as_slice()), &shape)
    }
}

/// `entriesKey(prefix, id, shape, name, content, …)`, and `longKey`, for which the last text is in pieces. Without entries, this text
/// is the reply. The content of a file is the base64 of its bytes.
struct ReplyKey;

/// The index of the first argument that is a text of the reply.
const FIRST: usize = 3;

impl Export for ReplyKey {
    fn run<'call>(call: &'call Call<'_>) -> Option<JsString<'call>> {
        let shape = Shape::of(call.read_integer(2)?);
        let reader = Reader::new(call);
        let end = call.count();
        let key = if shape.entries == 0 && end > FIRST {
            key_of(call, Reply::Text(&reader.text(FIRST..end, false)), &shape)
        } else {
            key_of_entries(&reader, end, &shape)
        };
        key.filter(|_| !reader.failed.get())
    }
}

/// The key of a call whose reply has entries. The content of the last one goes up to the argument `end`.
fn key_of_entries<'call>(reader: &Reader<'call>, end: usize, shape: &Shape) -> Option<JsString<'call>> {
    let last_end = FIRST + 2 * shape.entries;
    if end < last_end {
        return None;
    }
    let mut texts = SmallVec::<[_; ENTRIES]>::new();
    for index in 0..shape.entries {
        let name = FIRST + 2 * index;
        let end = if name + 2 == last_end { end } else { name + 2 };
        texts.push((reader.text(name..name + 1, false), reader.text(name + 1..end, shape.is_file(index))));
    }
    let none = reader.text(0..0, false);
    let mut entries = SmallVec::<[_; ENTRIES]>::new();
    for (name, content) in &texts {
        entries.push(if content.is_base64 {
            Entry::File { name, base64: content, file_name: &none, media_type: &none }
        } else {
            Entry::Text { name, text: content }
        });
    }
    key_of(reader.call, Reply::Entries(&entries), shape)
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
fn key_of<'call>(
    call: &'call Call<'_>,
    reply: Reply<'_, impl JsonText + ?Sized>,
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
fn read_head(call: &Call<'_>, key: &mut Text) -> Option<()> {
    call.read(0, key)?;
    call.read(1, key)?;
    key.push(b':'.into());
    Some(())
}
