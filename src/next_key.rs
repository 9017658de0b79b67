//! Parses the keys of Next.js's `"use cache"` entries.
//!
//! A team that moves from Next.js to vinext has both kinds of keys in one store. Next.js passes its keys to the handlers of its
//! option `cacheHandlers`. Their form is not documented, and it has changed:
//!
//! ```text
//! key    = call [ env ] [ root ]
//! call   = json | field…                          of the fields, the one named 0 is the json
//! json   = [dep,id,args] | [dep,id,args,hmr]      Next.js 15.5 to 16.3
//!        | [id,args,[dep]] | [id,args,[dep,hmr]]  from 16.4 on
//!        | [id,args,[code,version]]               from 16.4 on, durable: env follows
//! field  = length ":" name ( length ":" text | "B" length ":" file length ":" type bytes ":" units )
//! env    = 64 hex digits, a hash of environment variables
//! root   = [["lang","en"],…]                      the root params that the function read
//! ```
//!
//! `dep` is the deployment ID, else the build ID, and before 16.2.5 always the build ID. `hmr` is of a development server.
//! A length is in UTF-16 units, in lowercase hex. The arguments may contain any text, even a whole key. So only a parser finds
//! `dep`; no prefix and no pattern does.
//!
//! A key can be deleted for the deployment that it names, so only text of exactly this form counts as a key. The JSON must be as
//! `JSON.stringify` prints it, and its arguments nested at most 127 levels deep. Keys are UTF-8. A lone surrogate in a key
//! becomes U+FFFD in a store, which has the same length.
//!
//! Each byte is looked at a fixed number of times, whatever a key claims about its lengths.

use std::borrow::Cow;

use crate::search;

/// The build ID of every development server.
const DEVELOPMENT: &str = "development";
/// The build ID of every build with a deployment ID, in Next.js 16.2.0 to 16.2.4. Later releases call `generateBuildId` first.
const CONSTANT_BUILD_ID: &str = "build-TfctsWXpff2fKS";
/// How the JSON of a call starts.
const JSON_MARK: &[u8] = b"[\"";
/// A byte of information and a SHA-1.
const FUNCTION_ID_LENGTH: usize = 42;
/// A SHA-256.
const ENV_LENGTH: usize = 64;
/// Longer than the length of any string.
const LONGEST_LENGTH: usize = 8;

/// The parts of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NextKey<'a> {
    /// Which entries share their lifetime with this one.
    pub scope: Scope<'a>,
    /// The id of the cached function, 42 hex digits.
    pub function_id: &'a str,
    /// The arguments as a JSON array, in React's encoding. They may refer to other fields.
    pub args: &'a str,
    /// The root params as a JSON array, if the function read any.
    pub root_params: Option<&'a str>,
}

/// What a key says about the server that made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope<'a> {
    /// The deployment ID or the build ID of a deployment.
    Deployment(Cow<'a, str>),
    /// A development server.
    Development,
    /// Every deployment with the same code: the key has a hash of the code instead of an ID.
    Durable,
    /// Any deployment with a deployment ID, by Next.js 16.2.0 to 16.2.4: the key has a build ID that they all have.
    Shared,
}

/// Parses a key, or returns `None` for text that is not exactly a key of Next.js.
///
/// ```
/// use vinext_cache_key::next_key::{Scope, parse_next_key};
/// let key = br#"["c08e143957a96ba51f513ef95030c3af367c5c7460",[7],["dpl_v3"]][["lang","en"]]"#;
/// assert_eq!(parse_next_key(key).unwrap().scope, Scope::Deployment("dpl_v3".into()));
/// ```
#[must_use]
pub fn parse_next_key(key: &[u8]) -> Option<NextKey<'_>> {
    if !starts_like_a_key(key) {
        return None;
    }
    let mut key = Reader { rest: std::str::from_utf8(key).ok()? };
    let call = if key.rest.starts_with('[') {
        key.call()?
    } else {
        let mut json = Reader { rest: key.form()? };
        json.call().filter(|_| json.rest.is_empty())?
    };
    let has_env = key.env();
    let root_params = if key.rest.is_empty() { None } else { Some(key.root_params()?) };
    if !key.rest.is_empty() {
        return None;
    }
    let scope = match (call.made_by, has_env) {
        (MadeBy::Deployment(dep), false) => named(dep)?,
        (MadeBy::Development | MadeBy::Pair, false) => Scope::Development,
        (MadeBy::Pair, true) => Scope::Durable,
        _ => return None,
    };
    Some(NextKey { scope, function_id: call.function_id, args: call.args, root_params })
}

/// Whether this may be a key of a later release of Next.js, or a damaged one.
///
/// ```
/// use vinext_cache_key::next_key::{parse_next_key, resembles_next_key};
/// let cut_off = br#"["c08e143957a96ba51f513ef95030c3af367c5c7460",[7],["dpl_"#;
/// assert!(parse_next_key(cut_off).is_none());
/// assert!(resembles_next_key(cut_off));
/// assert!(!resembles_next_key(b"session:1"));
/// ```
#[must_use]
pub fn resembles_next_key(key: &[u8]) -> bool {
    starts_like_a_key(key) && search::find(key, JSON_MARK).is_some()
}

/// Rejects most text that is not a key, by its first bytes.
fn starts_like_a_key(key: &[u8]) -> bool {
    let digits = key.iter().take_while(|byte| is_hex_digit(**byte)).take(LONGEST_LENGTH).count();
    key.starts_with(JSON_MARK) || digits > 0 && key.get(digits) == Some(&b':')
}

/// The scope that this JSON string names, if React could have printed it for an ID.
fn named(json: &str) -> Option<Scope<'_>> {
    let text = within_quotes(json)?;
    // React puts a dollar sign in front of a text that starts with one. Alone it starts a reference.
    let text = match text.strip_prefix('$') {
        Some(rest) if rest.starts_with('$') => rest,
        Some(_) => return None,
        None => text,
    };
    let id = if text.contains('\\') {
        Cow::Owned(serde_json::from_slice(format!("\"{text}\"").as_bytes()).ok()?)
    } else {
        Cow::Borrowed(text)
    };
    match id.as_ref() {
        "" => None,
        DEVELOPMENT => Some(Scope::Development),
        CONSTANT_BUILD_ID => Some(Scope::Shared),
        _ => Some(Scope::Deployment(id)),
    }
}

/// A key's JSON.
struct Call<'a> {
    made_by: MadeBy<'a>,
    function_id: &'a str,
    args: &'a str,
}

enum MadeBy<'a> {
    /// A server with this ID, a JSON string.
    Deployment(&'a str),
    /// A server whose code may change while it runs.
    Development,
    /// An ID and a hash of a development server, or a hash of code and a version.
    Pair,
}

/// The text that is left to read. A method that returns `None` may have read a part of it.
struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn call(&mut self) -> Option<Call<'a>> {
        self.token(b'[')?;
        let first = self.string()?;
        self.token(b',')?;
        let (made_by, id, args) = if self.rest.starts_with('"') {
            let id = self.string()?;
            self.token(b',')?;
            let args = self.array()?;
            let is_edited = self.token(b',').is_some();
            if is_edited {
                self.string()?;
            }
            (if is_edited { MadeBy::Development } else { MadeBy::Deployment(first) }, id, args)
        } else {
            let args = self.array()?;
            self.token(b',')?;
            self.token(b'[')?;
            let dep = self.string()?;
            let is_pair = self.token(b',').is_some();
            if is_pair {
                self.string()?;
            }
            self.token(b']')?;
            (if is_pair { MadeBy::Pair } else { MadeBy::Deployment(dep) }, first, args)
        };
        self.token(b']')?;
        Some(Call { made_by, function_id: function_id(id)?, args })
    }

    /// Reads all fields, and returns the JSON among them.
    fn form(&mut self) -> Option<&'a str> {
        let mut json = None;
        while let Some(length) = self.length() {
            let name = self.units(length)?;
            if self.token(b'B').is_none() {
                let text = self.text()?;
                if name == "0" && json.replace(text).is_some() {
                    return None;
                }
            } else if name == "0" {
                return None;
            } else {
                self.text()?;
                self.text()?;
                let bytes = self.length()?;
                self.units(bytes.div_ceil(2))?;
            }
        }
        json
    }

    fn env(&mut self) -> bool {
        let Some((env, rest)) = self.rest.split_at_checked(ENV_LENGTH) else { return false };
        let is_env = env.bytes().all(is_hex_digit);
        if is_env {
            self.rest = rest;
        }
        is_env
    }

    fn root_params(&mut self) -> Option<&'a str> {
        let all = self.rest;
        self.token(b'[')?;
        loop {
            self.token(b'[')?;
            self.string()?;
            self.token(b',')?;
            match self.rest.as_bytes().first()? {
                b'"' => drop(self.string()?),
                b'[' => self.strings()?,
                _ => self.literal("null")?,
            }
            self.token(b']')?;
            if self.token(b',').is_none() {
                self.token(b']')?;
                return Some(all);
            }
        }
    }

    /// A JSON array of strings.
    fn strings(&mut self) -> Option<()> {
        self.token(b'[')?;
        loop {
            self.string()?;
            if self.token(b',').is_none() {
                return self.token(b']');
            }
        }
    }

    /// A length and as many units.
    fn text(&mut self) -> Option<&'a str> {
        let length = self.length()?;
        self.units(length)
    }

    /// A length. Reads nothing where there is none.
    fn length(&mut self) -> Option<usize> {
        let digits = self.rest.bytes().take_while(|byte| is_hex_digit(*byte)).take(LONGEST_LENGTH).count();
        let (hex, rest) = self.rest.split_at_checked(digits)?;
        let rest = rest.strip_prefix(':')?;
        if hex.starts_with('0') && hex != "0" {
            return None;
        }
        let length = usize::from_str_radix(hex, 16).ok()?;
        self.rest = rest;
        Some(length)
    }

    /// Text of this many UTF-16 units.
    fn units(&mut self, count: usize) -> Option<&'a str> {
        let length = if self.rest.as_bytes().get(..count)?.is_ascii() {
            count
        } else {
            let mut left = count;
            let mut chars = self.rest.chars();
            while left > 0 {
                left = left.checked_sub(chars.next()?.len_utf16())?;
            }
            self.rest.len() - chars.as_str().len()
        };
        self.take(length)
    }

    fn array(&mut self) -> Option<&'a str> {
        if self.rest.starts_with('[') { self.value() } else { None }
    }

    /// A JSON value.
    fn value(&mut self) -> Option<&'a str> {
        let all = self.rest;
        let mut open = Nesting::default();
        loop {
            match self.rest.as_bytes().first()? {
                b'[' => {
                    self.token(b'[')?;
                    if self.token(b']').is_none() {
                        open.push(Bracket::Array)?;
                        continue;
                    }
                }
                b'{' => {
                    self.token(b'{')?;
                    if self.token(b'}').is_none() {
                        open.push(Bracket::Object)?;
                        self.name()?;
                        continue;
                    }
                }
                b'"' => drop(self.string()?),
                b't' => self.literal("true")?,
                b'f' => self.literal("false")?,
                b'n' => self.literal("null")?,
                _ => self.number()?,
            }
            // The value may be the last one in those around it.
            loop {
                let Some(bracket) = open.last() else {
                    return all.get(..all.len() - self.rest.len());
                };
                if self.token(b',').is_some() {
                    if bracket == Bracket::Object {
                        self.name()?;
                    }
                    break;
                }
                self.token(if bracket == Bracket::Object { b'}' } else { b']' })?;
                open.pop();
            }
        }
    }

    /// The name and colon before a value in an object.
    fn name(&mut self) -> Option<()> {
        self.string()?;
        self.token(b':')
    }

    /// A JSON string, with its quotes.
    fn string(&mut self) -> Option<&'a str> {
        let text = self.rest.strip_prefix('"')?.as_bytes();
        let mut length = 0;
        while *text.get(length)? != b'"' {
            length += printed_length(text.get(length..)?)?;
        }
        self.take(length + 2)
    }

    fn number(&mut self) -> Option<()> {
        let _negative = self.token(b'-');
        if self.token(b'0').is_none() {
            self.digits()?;
        }
        if self.token(b'.').is_some() {
            self.digits()?;
        }
        if self.token(b'e').is_some() {
            self.token(b'+').or_else(|| self.token(b'-'))?;
            self.digits()?;
        }
        Some(())
    }

    fn digits(&mut self) -> Option<()> {
        let count = self.rest.bytes().take_while(u8::is_ascii_digit).count();
        if count == 0 { None } else { self.take(count).map(drop) }
    }

    fn literal(&mut self, text: &str) -> Option<()> {
        self.rest = self.rest.strip_prefix(text)?;
        Some(())
    }

    /// Reads this byte. Reads nothing where another one stands.
    fn token(&mut self, byte: u8) -> Option<()> {
        self.rest = self.rest.strip_prefix(char::from(byte))?;
        Some(())
    }

    fn take(&mut self, length: usize) -> Option<&'a str> {
        let (text, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(text)
    }
}

/// Which brackets are open, without an allocation: a bit each, behind one that is always set.
struct Nesting(u128);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Bracket {
    Array,
    Object,
}

impl Default for Nesting {
    fn default() -> Self {
        Self(1)
    }
}

impl Nesting {
    fn push(&mut self, bracket: Bracket) -> Option<()> {
        if self.0.leading_zeros() == 0 {
            return None;
        }
        self.0 = self.0 << 1 | u128::from(bracket == Bracket::Object);
        Some(())
    }

    fn pop(&mut self) {
        self.0 >>= 1;
    }

    fn last(&self) -> Option<Bracket> {
        match (self.0 > 1, self.0 & 1) {
            (false, _) => None,
            (true, 0) => Some(Bracket::Array),
            (true, _) => Some(Bracket::Object),
        }
    }
}

/// The function id in this JSON string. The first bit says that the function is cached.
fn function_id(json: &str) -> Option<&str> {
    within_quotes(json).filter(|id| {
        id.len() == FUNCTION_ID_LENGTH && id.bytes().all(is_hex_digit) && id.as_bytes() >= b"8".as_slice()
    })
}

fn within_quotes(json: &str) -> Option<&str> {
    json.strip_prefix('"')?.strip_suffix('"')
}

/// How many bytes `JSON.stringify` prints for the character, or the byte of one, that this text starts with.
fn printed_length(text: &[u8]) -> Option<usize> {
    match text {
        [b'\\', b'"' | b'\\' | b'b' | b'f' | b'n' | b'r' | b't', ..] => Some(2),
        [b'\\', b'u', digits @ ..] => is_escaped(*digits.first_chunk()?).then_some(6),
        [b'\\' | 0..b' ', ..] => None,
        _ => Some(1),
    }
}

/// Whether `JSON.stringify` prints a character as these digits: a control character that has no letter, or a lone
/// surrogate.
fn is_escaped(digits: [u8; 4]) -> bool {
    match digits {
        [b'0', b'0', b'0', last] => matches!(last, b'0'..=b'7' | b'b' | b'e' | b'f'),
        [b'0', b'0', b'1', last] => is_hex_digit(last),
        [b'd', b'8' | b'9' | b'a'..=b'f', third, last] => is_hex_digit(third) && is_hex_digit(last),
        _ => false,
    }
}

fn is_hex_digit(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'a'..=b'f')
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "c08e143957a96ba51f513ef95030c3af367c5c7460";
    const ENV: &str = "06925b121553b8da6b6bd05468f1f5716b46027072b589f4ba46393342075b2c";

    fn parse(key: &str) -> Option<NextKey<'_>> {
        parse_next_key(key.as_bytes())
    }

    fn scope(key: &str) -> Option<Scope<'_>> {
        parse(key).map(|key| key.scope)
    }

    fn of(id: &str) -> Scope<'_> {
        Scope::Deployment(id.into())
    }

    /// The JSON of a call with these arguments by deployment `v1`.
    fn json(args: &str) -> String {
        format!(r#"["{ID}",{args},["v1"]]"#)
    }

    fn counted(text: &str) -> String {
        format!("{:x}:{text}", text.encode_utf16().count())
    }

    fn field(name: &str, text: &str) -> String {
        counted(name) + &counted(text)
    }

    fn file(field: &str, name: &str, kind: &str, bytes: usize, content: &str) -> String {
        format!("{}B{}{}{bytes:x}:{content}", counted(field), counted(name), counted(kind))
    }

    #[test]
    fn takes_both_orders_apart() {
        for key in [format!(r#"["v1","{ID}",[7]]"#), json("[7]")] {
            let rooted = format!(r#"{key}[["lang","en"]]"#);
            let parts = NextKey { scope: of("v1"), function_id: ID, args: "[7]", root_params: None };
            assert_eq!(parse(&key), Some(parts.clone()));
            assert_eq!(parse(&rooted), Some(NextKey { root_params: Some(r#"[["lang","en"]]"#), ..parts }));
        }
    }

    #[test]
    fn takes_forms_apart() {
        let call = json(r#"["$K1"]"#);
        let binary = file("1", "é\n😀.txt", "text/plain", 5, "\u{0}\u{fffd}\n");
        for form in [
            field("0", &call),
            field("1", "line\n\0é😀") + &field("0", &call) + &field("2", ""),
            binary.clone() + &field("0", &call),
            field("0", &call) + &binary,
            field("1", &field("0", &call)) + &field("0", &call),
        ] {
            let parts = parse(&form).unwrap();
            assert_eq!((parts.scope, parts.args), (of("v1"), r#"["$K1"]"#), "{form:?}");
            let rooted = form.clone() + r#"[["all",["a","b"]],["lang","en"],["none",null]]"#;
            assert!(parse(&rooted).unwrap().root_params.is_some(), "{rooted:?}");
        }
    }

    #[test]
    fn keys_that_name_no_deployment() {
        let call = format!(r#"["{ID}",[],["1a31ce6c","16.4.6"]]"#);
        for key in [format!("{call}{ENV}"), field("0", &call) + ENV + r#"[["lang","en"]]"#] {
            assert_eq!(scope(&key), Some(Scope::Durable), "{key}");
        }
        for key in [
            format!(r#"["{ID}",[],["v1","1885458225005524-0"]]"#),
            format!(r#"["{ID}",[],["development"]]"#),
            format!(r#"["v1","{ID}",[],"1"]"#),
            format!(r#"["development","{ID}",[]]"#),
        ] {
            assert_eq!(scope(&key), Some(Scope::Development), "{key}");
        }
        let shared = format!(r#"["build-TfctsWXpff2fKS","{ID}",[]]"#);
        assert_eq!(scope(&shared), Some(Scope::Shared));
    }

    #[test]
    fn an_id_may_be_any_text() {
        for (json, id) in [
            (r#""a \"b\" \\ \u0001\n""#, "a \"b\" \\ \u{1}\n"),
            (r#""$$v1""#, "$v1"),
            (r#""$$$""#, "$$"),
            (r#""$$\n""#, "$\n"),
            (r#""é😀]]""#, "é😀]]"),
        ] {
            assert_eq!(scope(&format!(r#"["{ID}",[],[{json}]]"#)), Some(of(id)));
            assert_eq!(scope(&format!(r#"[{json},"{ID}",[]]"#)), Some(of(id)));
        }
        for json in [r#""""#, r#""$""#, r#""$1""#, r#""$\n""#, r#""\ud800""#, "7", "null", r#"["v1"]"#] {
            assert_eq!(scope(&format!(r#"["{ID}",[],[{json}]]"#)), None, "{json}");
            assert_eq!(scope(&format!(r#"[{json},"{ID}",[]]"#)), None, "{json}");
        }
    }

    #[test]
    fn arguments_are_what_json_stringify_prints() {
        for args in [
            "[]",
            "[{}]",
            r#"[[],[{"":[{"a":1}],"b":null}],true,false]"#,
            "[0,-1,1.5,1e+21,1e-7,-0.25]",
            r#"["\b\f\n\r\t\"\\\u0000\u001f\ud800\udfff/"]"#,
            "[\"\u{7f}\u{2028}\"]",
        ] {
            assert_eq!(parse(&json(args)).map(|key| key.args), Some(args));
        }
        for args in [
            "",
            "{}",
            "7",
            r#""""#,
            "[",
            "[1",
            "[1,]",
            "[,1]",
            "[1 ]",
            "[ ]",
            "[1 ,2]",
            "[01]",
            "[.5]",
            "[1.]",
            "[+1]",
            "[1e5]",
            "[1E+5]",
            "[e+1]",
            "[-]",
            "[nul]",
            "[undefined]",
            "[1]]",
            "[[1]",
            "[{]",
            "[{1:2}]",
            r#"[{"a"}]"#,
            r#"[{"a":}]"#,
            r#"[{"a":1,}]"#,
            r#"[{"a":1]]"#,
            r#"[["a":1}]"#,
            "[\"a\nb\"]",
            r#"["\/"]"#,
            r#"["\u00e9"]"#,
            r#"["\u000a"]"#,
            r#"["\u001F"]"#,
            r#"["\uD800"]"#,
            r#"["\ud80x"]"#,
            r#"["\ud8x0"]"#,
            r#"["\x"]"#,
            r#"["\u00"]"#,
            r#"["a]"#,
            "['a']",
        ] {
            assert_eq!(parse(&json(args)), None, "{args}");
        }
    }

    #[test]
    fn whatever_is_damaged_is_left_alone() {
        let call = json("[7]");
        let form = field("1", "text") + &field("0", &call);
        let with_length = |length: &str| form.replacen("4:", length, 1);
        for key in [
            String::new(),
            format!(" {call}"),
            format!("{call} "),
            format!("{call}{ENV}"),
            format!("{call}{call}"),
            format!("{call}[]"),
            format!(r#"{call}["lang","en"]"#),
            format!(r#"{call}[["lang"]]"#),
            format!(r#"{call}[["lang",7]]"#),
            format!(r#"{call}[["lang",[]]]"#),
            format!(r#"{call}[["lang","en"]]x"#),
            format!(r#"{call}[["lang","en"],]"#),
            format!(r#"["{ID}",[],["development"]]{ENV}"#),
            format!(r#"["v1","{ID}",[7],"1"]{ENV}"#),
            format!(r#"["{ID}",[7],["v1","16.4.6"]]{}"#, &ENV[1..]),
            format!(r#"["{ID}",[7],["v1","16.4.6"]]{ENV}0"#),
            format!(r#"["{ID}",[7],["v1",7]]"#),
            format!(r#"["{ID}",[7],["v1","a","b"]]"#),
            format!(r#"["{ID}",[7],[]]"#),
            format!(r#"["{ID}",[7],["v1"],8]"#),
            format!(r#"["v1","{ID}",[7],7]"#),
            format!(r#"["v1","{ID}",[7],"a","b"]"#),
            format!(r#"["v1","{ID}","[7]"]"#),
            format!(r#"["v1","{}",[7]]"#, &ID[1..]),
            format!(r#"["v1","4{}",[7]]"#, &ID[1..]),
            format!(r#"["v1","{}",[7]]"#, ID.to_uppercase()),
            field("1", "text"),
            field("0", &call) + &field("0", &call),
            file("0", "a", "b", 2, "c") + &field("0", &call),
            field("0", &format!("{call} ")),
            field("0", &format!(r#"{call}[["lang","en"]]"#)),
            with_length("5:"),
            with_length("3:"),
            with_length("04:"),
            with_length(":"),
            with_length("fffffff:"),
            with_length("ffffffff:"),
            with_length("1000000000000000:"),
            with_length("B4:"),
            with_length("-4:"),
            with_length("+4:"),
            field("0", &call) + "1:😀",
            field("0", &call) + "1:11:😀",
            format!("v1:{call}"),
        ] {
            assert_eq!(parse(&key), None, "{key:?}");
        }
        assert!(parse(&with_length("4:")).is_some());
        let mut other_encoding = json(r#"["e"]"#).into_bytes();
        let letter = other_encoding.iter().rposition(|byte| *byte == b'e').unwrap();
        other_encoding[letter] = 0xe9;
        assert_eq!(parse_next_key(&other_encoding), None);
    }

    #[test]
    fn a_resembling_key_starts_like_one_and_contains_json() {
        for key in [r#"[""#, r#"["v2",{}]"#, r#"4:text[""#, r#"0:["v1""#, r#"ffffffff:["x""#] {
            assert!(resembles_next_key(key.as_bytes()), "{key}");
        }
        for key in [
            "",
            "[",
            "4:text",
            r#":["v1"]"#,
            r#"4["v1"]"#,
            r#"4 :["v1"]"#,
            r#"g:["v1"]"#,
            r#"123456789:["v1"]"#,
        ] {
            assert!(!resembles_next_key(key.as_bytes()), "{key}");
        }
    }

    #[test]
    fn deep_arguments_are_left_alone() {
        let arrays = |depth| "[".repeat(depth) + &"]".repeat(depth);
        let objects = |depth| format!("[{}[]{}]", r#"{"":"#.repeat(depth), "}".repeat(depth));
        // An empty array or object needs no bit.
        assert!(parse(&json(&arrays(128))).is_some());
        assert_eq!(parse(&json(&arrays(129))), None);
        assert!(parse(&json(&objects(126))).is_some());
        assert_eq!(parse(&json(&objects(127))), None);
        assert_eq!(parse(&json(&arrays(1_000_000))), None);
        assert_eq!(parse(&json(&"[".repeat(1_000_000))), None);
    }
}
