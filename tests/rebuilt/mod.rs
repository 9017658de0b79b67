//! Keys made again of their parts.

use vinext_cache_key::cache_key::*;

/// Builds the key that has these parts, without its root params.
pub fn call(parts: &UseCacheKeyParts<'_>) -> Vec<u8> {
    let seed = parts.key_seed.as_deref().map(str::as_bytes);
    build_use_cache_key(parts.id, seed, parts.args_key).unwrap()
}

/// Builds the page key that has these parts.
pub fn page(parts: &PageKey<'_>) -> Vec<u8> {
    let mut key = parts.deployment_id.map(|id| format!("deployment:{id}:")).unwrap_or_default().into_bytes();
    let (mark, locale): (&[u8], _) = match parts.family {
        PageFamily::App => (b"app:v2:", false),
        PageFamily::AppFallbackShell => (b"app-fallback-shell:v1:", false),
        PageFamily::Pages => (b"pages:v2:", true),
    };
    key.extend_from_slice(mark);
    match parts.page {
        Page::Ambiguous(text) => key.extend_from_slice(text),
        Page::Certain { build_id, path } => {
            key.extend(build_id.map(|id| [id, b":"].concat()).unwrap_or_default());
            match path {
                PagePath::Path(path) => key.extend_from_slice(path),
                PagePath::Digest(digest) => key.extend([b"__hash:", digest].concat()),
            }
        }
    }
    key.extend_from_slice(match parts.artifact {
        None => b"",
        Some(Artifact::Html) => b":html",
        Some(Artifact::Rsc) => b":rsc",
        Some(Artifact::Route) => b":route",
    });
    if let Some(variant) = parts.variant {
        key.extend_from_slice(if locale { b"::i18n=" } else { b":" });
        key.extend_from_slice(variant);
    }
    key
}
