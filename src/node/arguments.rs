//! Flight arguments as JavaScript has them: any object, keyed as `JSON.stringify` prints it.

use napi::Env;
use napi_derive::napi;

use super::failure::{Result, throwing};
use super::value::Value;
use crate::flight_arguments::KeyOptions;

/// `JSON.stringify({ ...args, reply })`, where entries of bytes stand in `reply` by what they are keyed by. V8
/// prints it, because only it knows what its `JSON.stringify` makes of a getter, a `toJSON` or a proxy.
pub fn canonical_json(args: Value<'_>, options: KeyOptions) -> Result<Vec<u8>> {
    let reply_name = args.object(|| "args".to_owned())?.new_text(b"reply")?;
    let reply = keyed_reply(args.get_key(reply_name)?, options)?;
    let copy = args.new_object()?;
    let names = args.keys()?;
    for index in 0..names.length()? {
        let name = names.get_element(index)?;
        let is_reply = name.strict_equals(reply_name)?;
        copy.define(name, if is_reply { reply } else { args.get_key(name)? })?;
    }
    copy.define(reply_name, reply)?;
    copy.call_global("JSON", "stringify")?.text("args")
}

/// Arrays are mapped by their own `map`, as in vinext: what it makes of holes, proxies and subclasses is its affair.
fn keyed_reply(reply: Value<'_>, options: KeyOptions) -> Result<Value<'_>> {
    if reply.kind()? == "string" {
        return Ok(reply);
    }
    if reply.is_array()? {
        let map = reply.get("map")?;
        if map.kind()? == "function" {
            let key_entry =
                if options.file_metadata { keyed_file_c_callback } else { keyed_bytes_c_callback };
            return map.call(reply, reply.new_function(Some(key_entry))?);
        }
    }
    Err(reply.invalid("args.reply", "a string or an array"))
}

#[napi(no_export, catch_unwind)]
fn keyed_bytes<'env>(env: Env, entry: Value<'env>, index: Value<'env>) -> napi::Result<Value<'env>> {
    throwing(env, || keyed_entry(entry, index, KeyOptions { file_metadata: false }))
}

#[napi(no_export, catch_unwind)]
fn keyed_file<'env>(env: Env, entry: Value<'env>, index: Value<'env>) -> napi::Result<Value<'env>> {
    throwing(env, || keyed_entry(entry, index, KeyOptions { file_metadata: true }))
}

/// An entry of text as it is; one of bytes as `[name, { bytes }]`.
fn keyed_entry<'env>(entry: Value<'env>, index: Value<'env>, options: KeyOptions) -> Result<Value<'env>> {
    if !entry.is_array()? {
        return Err(entry.invalid(format!("args.reply[{}]", index.to_u32()?), "an array"));
    }
    if entry.get("length")?.strict_equals(entry.new_number(2)?)? {
        return Ok(entry);
    }
    let pair = entry.new_array(2)?;
    pair.set_element(0, entry.get_element(0)?)?;
    let keyed = entry.new_object()?;
    let define = |name: &[u8], element| keyed.define(entry.new_text(name)?, entry.get_element(element)?);
    define(b"bytes", 1)?;
    if options.file_metadata {
        define(b"name", 2)?;
        define(b"type", 4)?;
    }
    pair.set_element(1, keyed)?;
    Ok(pair)
}
