//! The parts of a key as JSON, the form in which they cross to JavaScript.

use std::string::FromUtf8Error;

use crate::cache_key::{
    ArgsForm, Artifact, CacheKey, Page, PageFamily, PageKey, PagePath, RootParam, RootParamValue,
    UseCacheKeyParts,
};
use crate::json::JsonText;

/// The JSON of a `UseCacheKeyParts` of `index.d.ts`. It is UTF-8, because JSON escapes lone surrogates.
pub fn use_cache_key_to_json(parts: &UseCacheKeyParts<'_>) -> Result<String, FromUtf8Error> {
    let mut json = b"{".to_vec();
    write_use_cache_key(parts, &mut json);
    json.push(b'}');
    String::from_utf8(json)
}

/// The JSON of a `CacheKeyParts` of `index.d.ts`.
pub fn cache_key_to_json(key: &CacheKey<'_>) -> Result<String, FromUtf8Error> {
    let ambiguous = matches!(key, CacheKey::Page(PageKey { page: Page::Ambiguous(_), .. }));
    let mut json = format!("{{\"family\":\"{}\",\"ambiguous\":{ambiguous},", family(key)).into_bytes();
    match key {
        CacheKey::UseCache(parts) => write_use_cache_key(parts, &mut json),
        CacheKey::Page(parts) => write_page_key(parts, &mut json),
        CacheKey::Shortened { deployment_id, key_seed, digest } => {
            let deployment_id = ("deploymentId", deployment_id.map(str::as_bytes));
            let key_seed = ("keySeed", key_seed.as_deref().map(str::as_bytes));
            write_texts([deployment_id, key_seed, ("digest", Some(digest))], &mut json);
        }
        CacheKey::Fetch(digest) | CacheKey::UnstableCache(digest) => {
            write_texts([("digest", Some(*digest))], &mut json);
        }
        CacheKey::Tag(tag) => write_texts([("tag", Some(*tag))], &mut json),
    }
    json.push(b'}');
    String::from_utf8(json)
}

fn family(key: &CacheKey<'_>) -> &'static str {
    match key {
        CacheKey::UseCache(_) => "use-cache",
        CacheKey::Page(PageKey { family: PageFamily::App, .. }) => "app",
        CacheKey::Page(PageKey { family: PageFamily::AppFallbackShell, .. }) => "app-fallback-shell",
        CacheKey::Page(PageKey { family: PageFamily::Pages, .. }) => "pages",
        CacheKey::Fetch(_) => "fetch",
        CacheKey::UnstableCache(_) => "unstable_cache",
        CacheKey::Tag(_) => "tag",
        CacheKey::Shortened { .. } => "shortened",
    }
}

fn write_use_cache_key(parts: &UseCacheKeyParts<'_>, json: &mut Vec<u8>) {
    let texts = [
        ("id", Some(parts.id)),
        ("keySeed", parts.key_seed.as_deref().map(str::as_bytes)),
        ("moduleId", parts.module_id.as_deref()),
        ("exportName", parts.export_name.as_deref()),
        ("serverReferenceId", parts.server_reference_id.as_deref()),
        ("argsKey", parts.args_key),
        ("argsForm", parts.args_form.map(args_form)),
    ];
    write_texts(texts, json);
    if let Some(params) = &parts.root_params {
        json.extend_from_slice(b",\"rootParams\":");
        write_list(params, json, write_root_param);
    }
}

fn write_page_key(parts: &PageKey<'_>, json: &mut Vec<u8>) {
    let (build_id, path, build_and_path) = match parts.page {
        Page::Certain { build_id, path } => (build_id, Some(path), None),
        Page::Ambiguous(text) => (None, None, Some(text)),
    };
    let (path, path_digest) = match path {
        Some(PagePath::Path(path)) => (Some(path), None),
        Some(PagePath::Digest(digest)) => (None, Some(digest)),
        None => (None, None),
    };
    let texts = [
        ("deploymentId", parts.deployment_id.map(str::as_bytes)),
        ("buildId", build_id),
        ("path", path),
        ("pathDigest", path_digest),
        ("buildAndPath", build_and_path),
        ("artifact", parts.artifact.map(artifact)),
        ("variant", parts.variant),
    ];
    write_texts(texts, json);
}

fn artifact(artifact: Artifact) -> &'static [u8] {
    match artifact {
        Artifact::Html => b"html",
        Artifact::Rsc => b"rsc",
        Artifact::Route => b"route",
    }
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

/// The properties that have a value, with commas between them.
fn write_texts<const N: usize>(texts: [(&str, Option<&[u8]>); N], json: &mut Vec<u8>) {
    let present = texts.into_iter().filter_map(|(name, text)| Some((name, text?)));
    for (index, (name, text)) in present.enumerate() {
        json.extend_from_slice(if index > 0 { b",\"" } else { b"\"" });
        json.extend_from_slice(name.as_bytes());
        json.extend_from_slice(b"\":");
        write_text(text, json);
    }
}

fn write_text(text: &[u8], json: &mut Vec<u8>) {
    json.push(b'"');
    text.write_json_text(json);
    json.push(b'"');
}
