//! How a call fails: with an error of ours, or with what JavaScript threw, which goes on as it is.

use std::ptr::null_mut;

use napi::{Env, Status, sys};

use super::value::new_string;
use crate::error::Error;

pub type Result<T> = std::result::Result<T, Failure>;

pub enum Failure {
    /// An error of this package.
    Error(Error),
    /// JavaScript threw, and its exception is pending.
    Pending,
    /// Node-API refused a call, without an exception.
    NodeApi(sys::napi_status),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

/// What the status of a Node-API call says.
#[inline]
pub fn check(env: sys::napi_env, status: sys::napi_status) -> Result<()> {
    if status == sys::Status::napi_ok { Ok(()) } else { Err(refusal(env, status)) }
}

#[cold]
fn refusal(env: sys::napi_env, status: sys::napi_status) -> Failure {
    let mut pending = false;
    // SAFETY: `env` is that of the running callback, and `pending` outlives the call.
    unsafe { sys::napi_is_exception_pending(env, &raw mut pending) };
    if pending { Failure::Pending } else { Failure::NodeApi(status) }
}

/// Ends an exported function: a failure becomes the pending exception.
#[inline]
pub fn throwing<T>(env: Env, run: impl FnOnce() -> Result<T>) -> napi::Result<T> {
    run().map_err(|failure| raise(env.raw(), &failure))
}

#[cold]
fn raise(env: sys::napi_env, failure: &Failure) -> napi::Error {
    let thrown = match failure {
        Failure::Pending => Ok(()),
        Failure::Error(error) => throw(env, error),
        Failure::NodeApi(status) => Err(Failure::NodeApi(*status)),
    };
    match thrown {
        Err(Failure::NodeApi(status)) => {
            napi::Error::from_reason(format!("vinext-cache-key: Node-API refused a call ({status})"))
        }
        _ => napi::Error::from_status(Status::PendingException),
    }
}

fn throw(env: sys::napi_env, error: &Error) -> Result<()> {
    let message = new_string(env, error.to_string().as_bytes())?;
    let code = error.code().map_or(Ok(null_mut()), |code| new_string(env, code.as_bytes()))?;
    let mut exception = null_mut();
    // SAFETY: `env` is that of the running callback, the strings are its values, and `exception` outlives the
    // calls.
    unsafe {
        check(
            env,
            match error {
                Error::UriMalformed => new_uri_error(env, message, &mut exception),
                Error::InvalidArgType { .. } => {
                    sys::napi_create_type_error(env, code, message, &raw mut exception)
                }
                Error::StringTooLong => sys::napi_create_range_error(env, code, message, &raw mut exception),
                _ => sys::napi_create_error(env, code, message, &raw mut exception),
            },
        )?;
        check(env, sys::napi_throw(env, exception))
    }
}

/// Node-API makes every kind of error but this one.
///
/// # Safety
/// `env` is that of the running callback and `message` one of its values.
unsafe fn new_uri_error(
    env: sys::napi_env,
    message: sys::napi_value,
    exception: &mut sys::napi_value,
) -> sys::napi_status {
    let mut global = null_mut();
    let mut class = null_mut();
    // SAFETY: as the caller says; each result is used only where its call succeeded.
    unsafe {
        match sys::napi_get_global(env, &raw mut global) {
            sys::Status::napi_ok => {}
            status => return status,
        }
        match sys::napi_get_named_property(env, global, c"URIError".as_ptr(), &raw mut class) {
            sys::Status::napi_ok => {
                match sys::napi_new_instance(env, class, 1, &raw const message, exception) {
                    // Somebody put what is no class in its place.
                    sys::Status::napi_invalid_arg => {
                        sys::napi_create_error(env, null_mut(), message, exception)
                    }
                    status => status,
                }
            }
            status => status,
        }
    }
}
