//! Keys of what vinext renders: App Router pages, route handlers, fallback shells and Pages Router pages.
//!
//! ```text
//! key     = [ "deployment:" deploymentId ":" ] own
//! own     = "app:v2:" page ":" artifact | "app-fallback-shell:v1:" page ":" artifact | "pages:v2:" page [ "::i18n=" locale ]
//! page    = [ buildId ":" ] ( path | "__hash:" sha256 of path and locale )
//! artifact = "html" | "route" [ ":trailing-slash" ] | "rsc" [ ":source:" sha256 ] [ ":selector:" sha256 ] [ ":slots:" sha256 ] [ ":prefetch-…" ]
//! ```
//!
//! A path starts with `/`, and a digest has 64 hexadecimal digits. A build ID is any text, so `:/` can be part of a build
//! ID, the border between build ID and path, or part of a path. A key in which that is not certain is [`Page::Ambiguous`].

use memchr::memchr_iter;

use crate::deployment_id::is_id_byte;
use crate::search;

/// The mark before the deployment ID that scopes a page key.
const DEPLOYMENT_MARK: &[u8] = b"deployment:";
const HASH_MARK: &[u8] = b"__hash:";
const LOCALE_MARK: &[u8] = b"::i18n=";
/// SHA-256 in hexadecimal digits.
const SHA256_LENGTH: usize = 64;

/// A page key's parts. Text is WTF-8, see [`crate::wtf8`], or `str`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageKey<'a, Text = &'a [u8]> {
    /// The kind of entry.
    pub family: PageFamily,
    /// The deployment that scopes the key.
    pub deployment_id: Option<&'a str>,
    /// The build and the path.
    pub page: Page<Text>,
    /// Which entry of the page this is. The Pages Router has only one entry per page.
    pub artifact: Option<Artifact>,
    /// The rest of the key, which tells entries of one path apart: the text behind the artifact, or the encoded locale.
    pub variant: Option<Text>,
}

/// A kind of entry that a page key can be of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageFamily {
    /// A page, route handler or metadata route of the App Router.
    App,
    /// The shell of an App Router page for params that are not known.
    AppFallbackShell,
    /// A page of the Pages Router.
    Pages,
}

/// One of an App Router page's entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Artifact {
    /// The HTML.
    Html,
    /// React's payload.
    Rsc,
    /// The response of a route handler or metadata route.
    Route,
}

/// The build and the path in a page key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page<Text> {
    /// The border between build ID and path is certain.
    Certain {
        /// The build that made the entry.
        build_id: Option<Text>,
        /// The path of the page.
        path: PagePath<Text>,
    },
    /// More than one `:` can be the border between build ID and path. This is the text of both.
    Ambiguous(Text),
}

/// The path in a page key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PagePath<Text> {
    /// The path.
    Path(Text),
    /// The SHA-256 of a long path, in hexadecimal digits.
    Digest(Text),
}

impl PageFamily {
    /// The family by the start of a key, and the rest of the key. Comparing with constants takes half as long as a table.
    fn split(key: &[u8]) -> Option<(Self, &[u8])> {
        if let Some(rest) = key.strip_prefix(b"app:v2:") {
            Some((Self::App, rest))
        } else if let Some(rest) = key.strip_prefix(b"pages:v2:") {
            Some((Self::Pages, rest))
        } else {
            key.strip_prefix(b"app-fallback-shell:v1:").map(|rest| (Self::AppFallbackShell, rest))
        }
    }
}

/// Parses a page key, or returns `None` for other text.
///
/// ```
/// use vinext_cache_key::cache_key::{Page, PagePath, parse_page_key};
///
/// let parts = parse_page_key(b"deployment:v1:app:v2:build-7:/about:html").unwrap();
/// assert_eq!(parts.deployment_id, Some("v1"));
/// let [build_id, path] = [b"build-7".as_slice(), b"/about"];
/// assert_eq!(parts.page, Page::Certain { build_id: Some(build_id), path: PagePath::Path(path) });
/// ```
#[must_use]
pub fn parse_page_key(key: &[u8]) -> Option<PageKey<'_>> {
    let (deployment_id, own) = split_deployment_id(key).map_or((None, key), |(id, own)| (Some(id), own));
    let (family, rest) = PageFamily::split(own)?;
    if family == PageFamily::Pages {
        let (page, variant) = split_locale(Page::read(rest)?);
        return Some(PageKey { family, deployment_id, page, artifact: None, variant });
    }
    let Split { page, artifact, variant } = split_artifact(rest)?;
    Some(PageKey { family, deployment_id, page: Page::read(page)?, artifact: Some(artifact), variant })
}

/// The deployment ID that scopes a key, and the key behind the scope.
pub(crate) fn split_deployment_id(key: &[u8]) -> Option<(&str, &[u8])> {
    let scoped = key.strip_prefix(DEPLOYMENT_MARK)?;
    let (id, rest) = scoped.split_at_checked(scoped.iter().position(|byte| !is_id_byte(*byte))?)?;
    let id = std::str::from_utf8(id).ok().filter(|id| !id.is_empty())?;
    Some((id, rest.strip_prefix(b":")?))
}

/// Whether this is a SHA-256 in the digits that vinext prints.
pub(crate) fn is_sha256_hex(text: &[u8]) -> bool {
    let Ok(text) = <&[u8; SHA256_LENGTH]>::try_from(text) else { return false };
    // Without an early return, the compiler checks many bytes at once.
    text.iter().fold(true, |is_hex, byte| is_hex & matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

impl<'a> PageKey<'a> {
    /// The same parts as `str`, if all are UTF-8.
    pub(crate) fn to_str(self) -> Option<PageKey<'a, &'a str>> {
        let Self { family, deployment_id, page, artifact, variant } = self;
        let utf8 = |text: &'a [u8]| std::str::from_utf8(text).ok();
        let page = match page {
            Page::Ambiguous(text) => Page::Ambiguous(utf8(text)?),
            Page::Certain { build_id, path } => {
                let path = match path {
                    PagePath::Path(path) => PagePath::Path(utf8(path)?),
                    PagePath::Digest(digest) => PagePath::Digest(utf8(digest)?),
                };
                Page::Certain { build_id: build_id.and_then(utf8), path }
            }
        };
        Some(PageKey { family, deployment_id, page, artifact, variant: variant.and_then(utf8) })
    }
}

impl<'a> Page<&'a [u8]> {
    fn read(text: &'a [u8]) -> Option<Self> {
        let without_build = PagePath::read(text).map(|path| Self::Certain { build_id: None, path });
        let with_build = memchr_iter(b':', text).filter(|border| *border > 0).filter_map(|border| {
            let path = PagePath::read(text.get(border + 1..)?)?;
            Some(Self::Certain { build_id: text.get(..border), path })
        });
        let mut readings = without_build.into_iter().chain(with_build);
        let only = readings.next()?;
        Some(if readings.next().is_none() { only } else { Self::Ambiguous(text) })
    }
}

impl<'a> PagePath<&'a [u8]> {
    fn read(text: &'a [u8]) -> Option<Self> {
        if text.starts_with(b"/") {
            return Some(Self::Path(text));
        }
        text.strip_prefix(HASH_MARK).filter(|digest| is_sha256_hex(digest)).map(Self::Digest)
    }
}

/// The locale at the end of a path. A path may contain the mark of a locale too, so the last mark counts.
fn split_locale(page: Page<&[u8]>) -> (Page<&[u8]>, Option<&[u8]>) {
    let Page::Certain { build_id, path: PagePath::Path(text) } = page else { return (page, None) };
    let split = search::find_last(text, LOCALE_MARK).and_then(|mark| text.split_at_checked(mark));
    let Some((path, locale)) = split.filter(|(path, _)| !path.is_empty()) else { return (page, None) };
    (Page::Certain { build_id, path: PagePath::Path(path) }, locale.strip_prefix(LOCALE_MARK))
}

/// The parts of an App Router key, without the mark of its family.
struct Split<'a> {
    page: &'a [u8],
    artifact: Artifact,
    variant: Option<&'a [u8]>,
}

/// Reads the artifact from the end, because a path can contain any text.
fn split_artifact(text: &[u8]) -> Option<Split<'_>> {
    if let Some(page) = text.strip_suffix(b":html") {
        return Some(Split { page, artifact: Artifact::Html, variant: None });
    }
    if let Some(page) = text.strip_suffix(b":route") {
        return Some(Split { page, artifact: Artifact::Route, variant: None });
    }
    if let Some(route) = text.strip_suffix(b":trailing-slash") {
        let variant = text.get(route.len() + 1..);
        return Some(Split { page: route.strip_suffix(b":route")?, artifact: Artifact::Route, variant });
    }
    let rest = strip_rsc_variant(text);
    Some(Split {
        page: rest.strip_suffix(b":rsc")?,
        artifact: Artifact::Rsc,
        variant: text.get(rest.len() + 1..),
    })
}

/// The text before the variant of an RSC payload, if there is one.
fn strip_rsc_variant(text: &[u8]) -> &[u8] {
    if text.ends_with(b":rsc") {
        return text;
    }
    let modes: [&[u8]; 3] = [b":prefetch-empty", b":prefetch-dynamic-shell", b":prefetch-loading-shell"];
    let rest = modes.iter().find_map(|mode| text.strip_suffix(*mode)).unwrap_or(text);
    let marks: [&[u8]; 3] = [b":slots:", b":selector:", b":source:"];
    marks.iter().fold(rest, |rest, mark| strip_digest(rest, mark).unwrap_or(rest))
}

/// The text before this mark, if a SHA-256 follows the mark and ends the key.
fn strip_digest<'a>(text: &'a [u8], mark: &[u8]) -> Option<&'a [u8]> {
    let (rest, digest) = text.split_at_checked(text.len().checked_sub(SHA256_LENGTH)?)?;
    rest.strip_suffix(mark).filter(|_| is_sha256_hex(digest))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHA256: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    fn page(key: &str) -> Page<&[u8]> {
        parse_page_key(key.as_bytes()).unwrap().page
    }

    fn certain<'a>(build_id: impl Into<Option<&'a str>>, path: &'a str) -> Page<&'a [u8]> {
        let path =
            if path == SHA256 { PagePath::Digest(path.as_bytes()) } else { PagePath::Path(path.as_bytes()) };
        Page::Certain { build_id: build_id.into().map(str::as_bytes), path }
    }

    #[test]
    fn every_family_with_and_without_a_scope() {
        for (own, family) in [
            ("app:v2:b:/x:html", PageFamily::App),
            ("app-fallback-shell:v1:b:/x:rsc", PageFamily::AppFallbackShell),
            ("pages:v2:b:/x", PageFamily::Pages),
        ] {
            for (key, deployment_id) in
                [(own.to_owned(), None), (format!("deployment:v-1_Z:{own}"), Some("v-1_Z"))]
            {
                let parts = parse_page_key(key.as_bytes()).unwrap();
                assert_eq!((parts.family, parts.deployment_id), (family, deployment_id), "{key}");
                assert_eq!(parts.page, certain("b", "/x"), "{key}");
            }
        }
    }

    #[test]
    fn a_build_id_may_be_any_text() {
        for build_id in ["b", ":", "a:b", "a/b", "a b", "é😀", "__hash", "app:v2", "a:", "::i18n=x", "x:html"]
        {
            assert_eq!(page(&format!("app:v2:{build_id}:/x:html")), certain(build_id, "/x"), "{build_id}");
            assert_eq!(page(&format!("pages:v2:{build_id}:/x")), certain(build_id, "/x"), "{build_id}");
            assert_eq!(
                page(&format!("app:v2:{build_id}:__hash:{SHA256}:rsc")),
                certain(build_id, SHA256),
                "{build_id}"
            );
        }
    }

    #[test]
    fn a_border_that_is_not_certain_is_ambiguous() {
        for text in ["b:/go/https:/x", "a:/b:/x", "/a:/x", "b:/x:__hash:SHA", "/x:__hash:SHA"] {
            let text = text.replace("SHA", SHA256);
            assert_eq!(page(&format!("app:v2:{text}:html")), Page::Ambiguous(text.as_bytes()), "{text}");
            assert_eq!(page(&format!("pages:v2:{text}")), Page::Ambiguous(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn a_key_without_a_build_names_none() {
        assert_eq!(page("app:v2:/:html"), certain(None, "/"));
        assert_eq!(page(&format!("pages:v2:__hash:{SHA256}")), certain(None, SHA256));
    }

    #[test]
    fn the_artifact_is_read_from_the_end() {
        let all = format!("source:{SHA256}:selector:{SHA256}:slots:{SHA256}:prefetch-loading-shell");
        let slots = format!("slots:{SHA256}");
        for (suffix, artifact, variant) in [
            ("html", Artifact::Html, None),
            ("route", Artifact::Route, None),
            ("route:trailing-slash", Artifact::Route, Some("trailing-slash")),
            ("rsc", Artifact::Rsc, None),
            ("rsc:prefetch-empty", Artifact::Rsc, Some("prefetch-empty")),
            (&format!("rsc:{slots}"), Artifact::Rsc, Some(&*slots)),
            (&format!("rsc:{all}"), Artifact::Rsc, Some(&*all)),
        ] {
            for path in ["/", "/x:rsc", "/x:route", &format!("/x:rsc:{slots}")] {
                let key = format!("app:v2:b:{path}:{suffix}");
                let parts = parse_page_key(key.as_bytes()).unwrap();
                assert_eq!(parts.page, certain("b", path), "{key}");
                assert_eq!(
                    (parts.artifact, parts.variant),
                    (Some(artifact), variant.map(str::as_bytes)),
                    "{key}"
                );
            }
        }
    }

    #[test]
    fn the_locale_is_the_last_of_a_path() {
        let locale = |key: &'static str| {
            parse_page_key(key.as_bytes()).map(|parts| (parts.page, parts.variant)).unwrap()
        };
        assert_eq!(locale("pages:v2:b:/::i18n=locale%3Aen"), (certain("b", "/"), Some(&b"locale%3Aen"[..])));
        assert_eq!(locale("pages:v2:b:/a::i18n=x::i18n=y").0, certain("b", "/a::i18n=x"));
        assert_eq!(locale("pages:v2:b:/a").1, None);
    }

    #[test]
    fn a_digest_has_64_lowercase_hexadecimal_digits() {
        assert!(is_sha256_hex(SHA256.as_bytes()));
        for text in [&SHA256[1..], &format!("{SHA256}0"), &SHA256.to_uppercase(), &"g".repeat(64)] {
            assert!(!is_sha256_hex(text.as_bytes()), "{text}");
        }
        for at in 0..SHA256.len() - 1 {
            for wrong in ["g", "gg"] {
                let mut text = SHA256.to_owned();
                text.replace_range(at..at + wrong.len(), wrong);
                assert!(!is_sha256_hex(text.as_bytes()), "{text}");
            }
        }
    }

    #[test]
    fn no_key_of_another_kind() {
        for key in [
            "",
            "app:v2",
            "app:v2:",
            "app:v2:b",
            "app:v2:b:/x",
            "app:v2:b:x:html",
            "app:v2::html",
            "app:v2::/x:html",
            "pages:v2::/x",
            "app:v3:b:/x:html",
            "app:b:/x:html",
            "pages:v2:b",
            "pages:v2:b:",
            "app:v2:b:/x:trailing-slash",
            "app:v2:b:/x:rsc:slots:ab",
            "app:v2:b:__hash:E3:html",
            "deployment:v1:",
            "deployment::app:v2:b:/x:html",
            "deployment:v.1:app:v2:b:/x:html",
            "deployment:v1:deployment:v1:app:v2:b:/x:html",
            "use-cache:app:v2:b:/x:html",
        ] {
            assert_eq!(parse_page_key(key.as_bytes()), None, "{key}");
        }
    }
}
