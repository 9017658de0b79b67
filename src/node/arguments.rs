//! Flight arguments as JavaScript has them: any object, keyed as `JSON.stringify` prints it.

use super::failure::Result;
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
    let json = args.global()?.get("JSON")?;
    let printed = json.get("stringify")?.call(json, copy)?;
    printed.text("args")
}

fn keyed_reply(reply: Value<'_>, options: KeyOptions) -> Result<Value<'_>> {
    match reply.kind()? {
        "string" => Ok(reply),
        "array" => {
            let length = reply.length()?;
            let keyed = reply.new_array(length)?;
            for index in 0..length {
                // A hole stays one.
                if reply.has_element(index)? {
                    keyed.set_element(index, keyed_entry(reply.get_element(index)?, index, options)?)?;
                }
            }
            Ok(keyed)
        }
        _ => Err(reply.invalid("args.reply", "a string or an array")),
    }
}

/// An entry of text as it is; one of bytes as `[name, { bytes }]`.
fn keyed_entry(entry: Value<'_>, index: u32, options: KeyOptions) -> Result<Value<'_>> {
    if entry.kind()? != "array" {
        return Err(entry.invalid(format!("args.reply[{index}]"), "an array"));
    }
    if entry.length()? == 2 {
        return Ok(entry);
    }
    let keyed = entry.new_object()?;
    let define = |name: &[u8], element| keyed.define(entry.new_text(name)?, entry.get_element(element)?);
    define(b"bytes", 1)?;
    if options.file_metadata {
        define(b"name", 2)?;
        define(b"type", 4)?;
    }
    let pair = entry.new_array(2)?;
    pair.set_element(0, entry.get_element(0)?)?;
    pair.set_element(1, keyed)?;
    Ok(pair)
}
