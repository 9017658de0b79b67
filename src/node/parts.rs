//! A key's parts as a JavaScript object.

use napi::bindgen_prelude::{Either, ToNapiValue, TypeName, ValueType};
use napi::sys;
use napi_derive::napi;

use super::failure::throwing;
use super::value::new_string;
use crate::cache_key::{self, ArgsForm, RootParamValue};

/// What `parseUseCacheKey` found in a key.
#[napi(object, object_from_js = false)]
pub struct UseCacheKeyParts {
    /// The deployment or build ID that scopes the key, decoded.
    #[napi(ts_type = "string")]
    pub key_seed: Option<String>,
    /// The function's id, as `buildUseCacheKey` takes it.
    #[napi(ts_type = "string")]
    pub id: Text,
    /// The module that the cached function is in: a path on the machine that built the app.
    #[napi(ts_type = "string")]
    pub module_id: Option<Text>,
    /// The name by which the module exports the function.
    #[napi(ts_type = "string")]
    pub export_name: Option<Text>,
    /// The id of the function's server reference.
    #[napi(ts_type = "string")]
    pub server_reference_id: Option<Text>,
    /// The key of the arguments: a digest in vinext 1.4.0.
    #[napi(ts_type = "string")]
    pub args_key: Option<Text>,
    /// Whether that is a digest, or React's text as in vinext before 1.4.0.
    #[napi(ts_type = "'digest' | 'text'")]
    pub args_form: Option<&'static str>,
    /// The root params that the function read, sorted by name; `null` for one that the route lacks.
    #[napi(ts_type = "Array<[name: string, value: string | Array<string> | null]>")]
    pub root_params: Option<Vec<RootParam>>,
}

impl From<cache_key::UseCacheKeyParts<'_>> for UseCacheKeyParts {
    fn from(parts: cache_key::UseCacheKeyParts<'_>) -> Self {
        let value = |value| match value {
            RootParamValue::One(text) => Either::A(Text(text)),
            RootParamValue::Many(texts) => Either::B(texts.into_iter().map(Text).collect()),
        };
        let root_params = |params: Vec<cache_key::RootParam>| {
            params.into_iter().map(|(name, given)| (Text(name), given.map(value))).collect()
        };
        Self {
            key_seed: parts.key_seed,
            id: Text(parts.id.to_vec()),
            module_id: parts.module_id.map(Text),
            export_name: parts.export_name.map(Text),
            server_reference_id: parts.server_reference_id.map(Text),
            args_key: parts.args_key.map(|args_key| Text(args_key.to_vec())),
            args_form: parts.args_form.map(|form| match form {
                ArgsForm::Digest => "digest",
                ArgsForm::Text => "text",
            }),
            root_params: parts.root_params.map(root_params),
        }
    }
}

type RootParam = (Text, Option<Either<Text, Vec<Text>>>);

/// WTF-8 that becomes a string.
pub struct Text(Vec<u8>);

impl TypeName for Text {
    fn type_name() -> &'static str {
        "string"
    }

    fn value_type() -> ValueType {
        ValueType::String
    }
}

impl ToNapiValue for Text {
    unsafe fn to_napi_value(env: sys::napi_env, text: Self) -> napi::Result<sys::napi_value> {
        throwing(env.into(), || new_string(env, &text.0))
    }
}
