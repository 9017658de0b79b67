//! JavaScript values: the few Node-API calls that the exports need, made safe.
//!
//! Written over `napi::sys` because napi's own strings replace lone surrogates, and its own errors put Node-API's
//! status texts before users.

use std::marker::PhantomData;
use std::ptr::{null, null_mut};

use napi::bindgen_prelude::{FromNapiValue, ToNapiValue, TypeName, ValueType};
use napi::sys;

use super::failure::{Failure, Result, check};
use crate::error::Error;
use crate::wtf8;

/// A JavaScript value, alive as long as the call that it came with.
#[derive(Clone, Copy)]
pub struct Value<'env> {
    env: sys::napi_env,
    raw: sys::napi_value,
    scope: PhantomData<&'env ()>,
}

impl FromNapiValue for Value<'_> {
    unsafe fn from_napi_value(env: sys::napi_env, raw: sys::napi_value) -> napi::Result<Self> {
        Ok(Self { env, raw, scope: PhantomData })
    }
}

impl ToNapiValue for Value<'_> {
    unsafe fn to_napi_value(_env: sys::napi_env, value: Self) -> napi::Result<sys::napi_value> {
        Ok(value.raw)
    }
}

impl TypeName for Value<'_> {
    fn type_name() -> &'static str {
        "unknown"
    }

    fn value_type() -> ValueType {
        ValueType::Unknown
    }
}

/// Calls a Node-API function with the environment and what follows, and gives what it wrote behind its last
/// argument.
macro_rules! node_api {
    ($env:expr, $function:ident($($argument:expr),*), $result:expr) => {{
        let mut result = $result;
        // SAFETY: the environment and the values are of the running callback, on its thread, so they are alive;
        // the other arguments point to what lives on this stack frame, of the length that is passed with them.
        let status = unsafe { sys::$function($env, $($argument,)* &raw mut result) };
        check($env, status).map(|()| result)
    }};
}

impl Value<'_> {
    fn sibling(self, raw: sys::napi_value) -> Self {
        Self { raw, ..self }
    }

    /// `typeof`, with `null` told from objects.
    pub fn kind(self) -> Result<&'static str> {
        Ok(match node_api!(self.env, napi_typeof(self.raw), sys::ValueType::napi_undefined)? {
            sys::ValueType::napi_undefined => "undefined",
            sys::ValueType::napi_null => "null",
            sys::ValueType::napi_boolean => "boolean",
            sys::ValueType::napi_number => "number",
            sys::ValueType::napi_string => "string",
            sys::ValueType::napi_symbol => "symbol",
            sys::ValueType::napi_function => "function",
            sys::ValueType::napi_bigint => "bigint",
            _ => "object",
        })
    }

    pub fn is_undefined(self) -> Result<bool> {
        Ok(self.kind()? == "undefined")
    }

    /// `Array.isArray`, which unlike Node-API's own looks through a proxy.
    pub fn is_array(self) -> Result<bool> {
        self.call_global("Array", "isArray")?.is_truthy()
    }

    pub fn is_truthy(self) -> Result<bool> {
        let boolean = node_api!(self.env, napi_coerce_to_bool(self.raw), null_mut())?;
        node_api!(self.env, napi_get_value_bool(boolean), false)
    }

    /// The error that names this value as an argument of the wrong type.
    #[cold]
    pub fn invalid(self, argument: impl Into<String>, expected: &'static str) -> Failure {
        match self.described() {
            Ok(received) => Error::InvalidArgType { argument: argument.into(), expected, received }.into(),
            Err(failure) => failure,
        }
    }

    fn described(self) -> Result<String> {
        Ok(match self.kind()? {
            kind @ ("undefined" | "null") => kind.to_owned(),
            "object" if self.is_array()? => "an array".to_owned(),
            kind => format!("type {kind}"),
        })
    }

    /// The value, read where it is not `undefined`.
    pub fn optional<T>(self, read: impl FnOnce(Self) -> Result<T>) -> Result<Option<T>> {
        if self.is_undefined()? { Ok(None) } else { read(self).map(Some) }
    }

    /// The value itself where it has properties of its own.
    pub fn object(self, argument: impl FnOnce() -> String) -> Result<Self> {
        match self.kind()? {
            "object" | "function" => Ok(self),
            _ => Err(self.invalid(argument(), "an object")),
        }
    }

    /// One of these options, `undefined` where there are none.
    pub fn option(self, name: &str) -> Result<Self> {
        if self.is_undefined()? { Ok(self) } else { self.object(|| "options".to_owned())?.get(name) }
    }

    /// One of these options that is on or, by default, off.
    pub fn flag(self, name: &str) -> Result<bool> {
        let value = self.option(name)?;
        match value.kind()? {
            "undefined" => Ok(false),
            "boolean" => value.is_truthy(),
            _ => Err(value.invalid(format!("options.{name}"), "a boolean")),
        }
    }

    /// The WTF-8 of a string.
    pub fn text(self, argument: &str) -> Result<Vec<u8>> {
        if self.kind()? != "string" {
            return Err(self.invalid(argument, "a string"));
        }
        let length = node_api!(self.env, napi_get_value_string_utf16(self.raw, null_mut(), 0), 0)?;
        let mut units = vec![0; length + 1];
        node_api!(self.env, napi_get_value_string_utf16(self.raw, units.as_mut_ptr(), units.len()), 0)?;
        units.truncate(length);
        Ok(wtf8::from_utf16(&units))
    }

    /// A string of this WTF-8.
    pub fn new_text(self, text: &[u8]) -> Result<Self> {
        Ok(self.sibling(new_string(self.env, text)?))
    }

    /// `globalThis`
    pub fn global(self) -> Result<Self> {
        Ok(self.sibling(node_api!(self.env, napi_get_global(), null_mut())?))
    }

    pub fn new_object(self) -> Result<Self> {
        Ok(self.sibling(node_api!(self.env, napi_create_object(), null_mut())?))
    }

    pub fn new_array(self, length: u32) -> Result<Self> {
        Ok(self.sibling(node_api!(self.env, napi_create_array_with_length(length as usize), null_mut())?))
    }

    pub fn new_number(self, number: u32) -> Result<Self> {
        Ok(self.sibling(node_api!(self.env, napi_create_uint32(number), null_mut())?))
    }

    pub fn new_function(self, callback: sys::napi_callback) -> Result<Self> {
        let function =
            node_api!(self.env, napi_create_function(null(), 0, callback, null_mut()), null_mut())?;
        Ok(self.sibling(function))
    }

    pub fn to_u32(self) -> Result<u32> {
        node_api!(self.env, napi_get_value_uint32(self.raw), 0)
    }

    pub fn length(self) -> Result<u32> {
        node_api!(self.env, napi_get_array_length(self.raw), 0)
    }

    pub fn get(self, name: &str) -> Result<Self> {
        self.get_key(self.new_text(name.as_bytes())?)
    }

    pub fn get_key(self, key: Self) -> Result<Self> {
        Ok(self.sibling(node_api!(self.env, napi_get_property(self.raw, key.raw), null_mut())?))
    }

    pub fn get_element(self, index: u32) -> Result<Self> {
        Ok(self.sibling(node_api!(self.env, napi_get_element(self.raw, index), null_mut())?))
    }

    pub fn set_element(self, index: u32, element: Self) -> Result<()> {
        // SAFETY: as in `node_api!`.
        check(self.env, unsafe { sys::napi_set_element(self.env, self.raw, index, element.raw) })
    }

    /// Defines a property as an object literal does: `__proto__` is a name like any other.
    pub fn define(self, key: Self, value: Self) -> Result<()> {
        let property = sys::napi_property_descriptor {
            utf8name: null(),
            name: key.raw,
            method: None,
            getter: None,
            setter: None,
            value: value.raw,
            attributes: sys::PropertyAttributes::writable
                | sys::PropertyAttributes::enumerable
                | sys::PropertyAttributes::configurable,
            data: null_mut(),
        };
        // SAFETY: as in `node_api!`; the one descriptor lives on this stack frame.
        check(self.env, unsafe { sys::napi_define_properties(self.env, self.raw, 1, &raw const property) })
    }

    /// `Object.keys`
    pub fn keys(self) -> Result<Self> {
        let filter = sys::KeyFilter::enumerable | sys::KeyFilter::skip_symbols;
        let own = sys::KeyCollectionMode::own_only;
        let strings = sys::KeyConversion::numbers_to_strings;
        let names =
            node_api!(self.env, napi_get_all_property_names(self.raw, own, filter, strings), null_mut())?;
        Ok(self.sibling(names))
    }

    pub fn strict_equals(self, other: Self) -> Result<bool> {
        node_api!(self.env, napi_strict_equals(self.raw, other.raw), false)
    }

    /// Passes this value to a function of a global object, which may be gone.
    pub fn call_global(self, object: &str, name: &str) -> Result<Self> {
        let object_name = || format!("globalThis.{object}");
        let this = self.global()?.get(object)?.object(object_name)?;
        let function = this.get(name)?;
        match function.kind()? {
            "function" => function.call(this, self),
            kind => Err(Error::InvalidArgType {
                argument: format!("{}.{name}", object_name()),
                expected: "a function",
                received: format!("type {kind}"),
            }
            .into()),
        }
    }

    /// Calls this function with one argument.
    pub fn call(self, this: Self, argument: Self) -> Result<Self> {
        let arguments = [argument.raw];
        let result =
            node_api!(self.env, napi_call_function(this.raw, self.raw, 1, arguments.as_ptr()), null_mut())?;
        Ok(self.sibling(result))
    }
}

/// A JavaScript string of this WTF-8.
pub fn new_string(env: sys::napi_env, text: &[u8]) -> Result<sys::napi_value> {
    let string = if text.is_ascii() {
        let length = text.len().cast_signed();
        node_api!(env, napi_create_string_latin1(text.as_ptr().cast(), length), null_mut())
    } else {
        let units = wtf8::to_utf16(text);
        node_api!(env, napi_create_string_utf16(units.as_ptr(), units.len().cast_signed()), null_mut())
    };
    // The text is sound, so its length is what V8 refuses.
    string.map_err(|failure| match failure {
        Failure::NodeApi(_) => Error::StringTooLong.into(),
        failure => failure,
    })
}
