//! Deployment IDs and seeds, read from where JavaScript keeps them.

use super::failure::Result;
use super::value::Value;
use crate::deployment_id::{
    DEPLOYMENT_ID_VARIABLE, resolve_deployment_id, resolve_runtime_deployment_id, validate_deployment_id,
};
use crate::error::Error;
use crate::key_seed::resolve_use_cache_key_seed;
use crate::wtf8;

/// A valid deployment ID, as it came.
pub fn valid_deployment_id(value: Value<'_>) -> Result<Value<'_>> {
    validate_deployment_id(&id_text(value)?)?;
    Ok(value)
}

/// The deployment ID of a build, or with `runtimeServerDeploymentId` of a server.
pub fn deployment_id(config: Value<'_>, env: Value<'_>, options: Value<'_>) -> Result<Option<String>> {
    let at_run_time = options.flag("runtimeServerDeploymentId")?;
    let config = config.optional(id_text)?;
    let configured = resolve_deployment_id(config.as_deref(), None)?;
    if !at_run_time && config.is_some() {
        return Ok(configured.map(str::to_owned));
    }
    let id = environment(env)?.get(DEPLOYMENT_ID_VARIABLE)?;
    if at_run_time {
        let id = truthy(id)?.map(id_text).transpose()?;
        Ok(Some(resolve_runtime_deployment_id(config.as_deref(), id.as_deref())?.to_owned()))
    } else {
        let id = id.optional(id_text)?;
        Ok(resolve_deployment_id(None, id.as_deref())?.map(str::to_owned))
    }
}

/// The identity that scopes keys.
pub fn key_seed<'env>(env: Value<'env>, options: Value<'env>) -> Result<Option<Value<'env>>> {
    if let Some(id) = options.option("deploymentId")?.optional(valid_deployment_id)? {
        return Ok(Some(id));
    }
    let env = environment(env)?;
    let read = |name| identity(env.get(name)?, || format!("env.{name}"));
    let release = || match options.option("versionMetadataBinding")?.optional(binding_name)? {
        Some(binding) => {
            let name = || format!("env.{}", String::from_utf16_lossy(&wtf8::to_utf16(&binding)));
            let metadata = env.get_key(env.new_text(&binding)?)?;
            identity(metadata.object(name)?.get("id")?, || name() + ".id")
        }
        None => Ok(None),
    };
    resolve_use_cache_key_seed(read, release)
}

/// Whatever a deployment ID is invalid for, it is still invalid with U+FFFD in place of a lone surrogate.
fn id_text(value: Value<'_>) -> Result<String> {
    match value.kind()? {
        "string" => Ok(String::from_utf8_lossy(&value.text("deploymentId")?).into_owned()),
        _ => Err(Error::DeploymentIdNotAString.into()),
    }
}

fn binding_name(name: Value<'_>) -> Result<Vec<u8>> {
    name.text("options.versionMetadataBinding")
}

/// The environment given, else `process.env` as the calling thread's JavaScript sees it.
fn environment(env: Value<'_>) -> Result<Value<'_>> {
    let env = if env.is_undefined()? { env.global()?.get("process")?.get("env")? } else { env };
    env.object(|| "env".to_owned())
}

/// A truthy value, which must be a string.
fn identity(value: Value<'_>, argument: impl FnOnce() -> String) -> Result<Option<Value<'_>>> {
    match truthy(value)? {
        Some(value) if value.kind()? != "string" => Err(value.invalid(argument(), "a string")),
        identity => Ok(identity),
    }
}

fn truthy(value: Value<'_>) -> Result<Option<Value<'_>>> {
    Ok(value.is_truthy()?.then_some(value))
}
