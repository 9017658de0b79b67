//! A key's parts as JSON, which is how they cross.

use std::string::FromUtf8Error;

use crate::cache_key::{ArgsForm, RootParam, RootParamValue, UseCacheKeyParts};
use crate::json::JsonText;

/// The JSON of what `index.d.ts` calls `UseCacheKeyParts`. It is UTF-8, because JSON escapes lone surrogates.
pub fn to_json(parts: &UseCacheKeyParts<'_>) -> Result<String, FromUtf8Error> {
    let mut json = b"{\"id\":".to_vec();
    write_text(parts.id, &mut json);
    for (name, text) in [
        ("keySeed", parts.key_seed.as_deref().map(str::as_bytes)),
        ("moduleId", parts.module_id.as_deref()),
        ("exportName", parts.export_name.as_deref()),
        ("serverReferenceId", parts.server_reference_id.as_deref()),
        ("argsKey", parts.args_key),
        ("argsForm", parts.args_form.map(args_form)),
    ] {
        if let Some(text) = text {
            json.extend_from_slice(format!(",\"{name}\":").as_bytes());
            write_text(text, &mut json);
        }
    }
    if let Some(params) = &parts.root_params {
        json.extend_from_slice(b",\"rootParams\":");
        write_list(params, &mut json, write_root_param);
    }
    json.push(b'}');
    String::from_utf8(json)
}

fn args_form(form: ArgsForm) -> &'static [u8] {
    match form {
        ArgsForm::Digest => b"digest",
        ArgsForm::Text => b"text",
    }
}

fn write_root_param((name, value): &RootParam, json: &mut Vec<u8>) {
    json.push(b'[');
    write_text(name, json);
    json.push(b',');
    match value {
        None => json.extend_from_slice(b"null"),
        Some(RootParamValue::One(text)) => write_text(text, json),
        Some(RootParamValue::Many(texts)) => write_list(texts, json, |text, json| write_text(text, json)),
    }
    json.push(b']');
}

fn write_list<T>(list: &[T], json: &mut Vec<u8>, write: impl Fn(&T, &mut Vec<u8>)) {
    json.push(b'[');
    for (index, item) in list.iter().enumerate() {
        if index > 0 {
            json.push(b',');
        }
        write(item, json);
    }
    json.push(b']');
}

fn write_text(text: &[u8], json: &mut Vec<u8>) {
    json.push(b'"');
    text.write_json_text(json);
    json.push(b'"');
}
