//! The parts of a key as JSON.

use std::string::FromUtf8Error;

use super::{
    ArgsForm, Artifact, CacheKey, Page, PageFamily, PageKey, PagePath, RootParam, RootParamValue,
    UseCacheKeyParts,
};
use crate::json::JsonText;

/// The parts of a `"use cache"` key as JSON, as `UseCacheKeyParts` of `index.d.ts` describes it. It is UTF-8, because JSON escapes
/// lone surrogates.
///
/// ```
/// use vinext_cache_key::cache_key::{parse_use_cache_key, use_cache_key_to_json};
/// let parts = parse_use_cache_key(b"use-cache:build:v1:lib/shop.ts:prices").unwrap();
/// assert_eq!(
///     use_cache_key_to_json(&parts)?,
///     r#"{"id":"lib/shop.ts:prices","keySeed":"v1","moduleId":"lib/shop.ts","exportName":"prices"}"#
/// );
/// # Ok::<_, std::string::FromUtf8Error>(())
/// ```
///
/// # Errors
/// None for parts that were parsed.
pub fn use_cache_key_to_json(parts: &UseCacheKeyParts<'_>) -> Result<String, FromUtf8Error> {
    let mut json = b"{".to_vec();
    write_use_cache_key(parts, &mut json);
    json.push(b'}');
    String::from_utf8(json)
}

/// The parts of a key of any family as JSON, as `CacheKeyParts` of `index.d.ts` describes it.
///
/// ```
/// use vinext_cache_key::cache_key::{cache_key_to_json, parse_cache_key};
/// let key = parse_cache_key(b"deployment:v1:app:v2:b1:/shop:html").unwrap();
/// assert_eq!(
///     cache_key_to_json(&key)?,
///     r#"{"family":"app","ambiguous":false,"deploymentId":"v1","buildId":"b1","path":"/shop","artifact":"html"}"#
/// );
/// # Ok::<_, std::string::FromUtf8Error>(())
/// ```
///
/// # Errors
/// None for a key that was parsed.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cache_key::{parse_cache_key, parse_use_cache_key};

    const DIGEST: &str = "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU";
    const SHA256: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    fn json(key: &str) -> String {
        cache_key_to_json(&parse_cache_key(key.as_bytes()).unwrap()).unwrap()
    }

    #[test]
    fn prints_the_parts_of_a_use_cache_key() {
        let key =
            r#"use-cache:build:v1:["m:e","r"]:x:root-params:[["a",null],["b","c\ud800"],["d",["e","f"]]]"#;
        let parts = concat!(
            r#""id":"[\"m:e\",\"r\"]","keySeed":"v1","moduleId":"m","exportName":"e","serverReferenceId":"r","#,
            r#""argsKey":"x","argsForm":"text","rootParams":[["a",null],["b","c\ud800"],["d",["e","f"]]]}"#
        );
        assert_eq!(json(key), format!(r#"{{"family":"use-cache","ambiguous":false,{parts}"#));
        let parsed = parse_use_cache_key(key.as_bytes()).unwrap();
        assert_eq!(use_cache_key_to_json(&parsed).unwrap(), format!("{{{parts}"));
        assert!(json(&format!("use-cache:f:{DIGEST}")).ends_with(r#","argsForm":"digest"}"#));
    }

    #[test]
    fn prints_the_parts_of_the_other_families() {
        for (key, parts) in [
            ("app:v2:b:/x:html", r#"app","ambiguous":false,"buildId":"b","path":"/x","artifact":"html""#),
            ("app:v2:b:/x:rsc", r#"app","ambiguous":false,"buildId":"b","path":"/x","artifact":"rsc""#),
            ("app:v2:a:/b:/c:route", r#"app","ambiguous":true,"buildAndPath":"a:/b:/c","artifact":"route""#),
            (
                "deployment:v1:pages:v2:b:/x",
                r#"pages","ambiguous":false,"deploymentId":"v1","buildId":"b","path":"/x""#,
            ),
            ("pages:v2:b:__hash:SHA256", r#"pages","ambiguous":false,"buildId":"b","pathDigest":"SHA256""#),
            (
                "app-fallback-shell:v1:b:/x:html",
                r#"app-fallback-shell","ambiguous":false,"buildId":"b","path":"/x","artifact":"html""#,
            ),
            (
                "deployment:v1:sha256:DIGEST",
                r#"shortened","ambiguous":false,"deploymentId":"v1","digest":"DIGEST""#,
            ),
            (
                "use-cache:build:v1:sha256:DIGEST",
                r#"shortened","ambiguous":false,"keySeed":"v1","digest":"DIGEST""#,
            ),
            ("SHA256", r#"fetch","ambiguous":false,"digest":"SHA256""#),
            ("unstable_cache:v2:SHA256", r#"unstable_cache","ambiguous":false,"digest":"SHA256""#),
            ("__tag:x", r#"tag","ambiguous":false,"tag":"x""#),
        ] {
            let [key, parts] =
                [key, parts].map(|text| text.replace("DIGEST", DIGEST).replace("SHA256", SHA256));
            assert_eq!(json(&key), format!(r#"{{"family":"{parts}}}"#));
        }
    }
}
