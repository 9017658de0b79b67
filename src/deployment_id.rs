//! Which deployment a server belongs to: the configured ID before the environment's, checked.

use crate::error::Error;

/// The environment variable that names a deployment.
pub const DEPLOYMENT_ID_VARIABLE: &str = "NEXT_DEPLOYMENT_ID";

/// Returns the ID if its shape is valid: at least one ASCII letter, digit, `-` or `_`, and nothing else.
///
/// # Errors
/// [`Error::DeploymentIdInvalidCharacters`] if it is not.
///
/// ```
/// use vinext_cache_key::{Error, validate_deployment_id};
/// assert_eq!(validate_deployment_id("v1"), Ok("v1"));
/// assert_eq!(validate_deployment_id("v1.2"), Err(Error::DeploymentIdInvalidCharacters));
/// ```
pub fn validate_deployment_id(deployment_id: &str) -> Result<&str, Error> {
    if !deployment_id.is_empty() && deployment_id.bytes().all(is_id_byte) {
        Ok(deployment_id)
    } else {
        Err(Error::DeploymentIdInvalidCharacters)
    }
}

/// Whether a deployment ID may contain this byte.
pub(crate) fn is_id_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

/// The deployment ID of a build: `config` if it is present, otherwise `env`. An empty ID means none, so an empty `config`
/// opts out of `env` too.
///
/// # Errors
/// Those of [`validate_deployment_id`].
///
/// ```
/// use vinext_cache_key::resolve_deployment_id;
/// assert_eq!(resolve_deployment_id(None, Some("v1")), Ok(Some("v1")));
/// assert_eq!(resolve_deployment_id(Some(""), Some("v1")), Ok(None));
/// ```
pub fn resolve_deployment_id<'a>(
    config: Option<&'a str>,
    env: Option<&'a str>,
) -> Result<Option<&'a str>, Error> {
    match config.or(env) {
        None | Some("") => Ok(None),
        Some(id) => validate_deployment_id(id).map(Some),
    }
}

/// The deployment ID of a server that takes it from its environment when it starts. A configured ID must be the same one. Both
/// are validated.
///
/// # Errors
/// [`Error::RuntimeDeploymentIdMissing`], [`Error::RuntimeDeploymentIdMismatch`], and those of
/// [`validate_deployment_id`].
///
/// ```
/// use vinext_cache_key::{Error, resolve_runtime_deployment_id};
/// assert_eq!(resolve_runtime_deployment_id(None, Some("v1")), Ok("v1"));
/// assert_eq!(resolve_runtime_deployment_id(Some("v1"), None), Err(Error::RuntimeDeploymentIdMissing));
/// ```
pub fn resolve_runtime_deployment_id<'a>(
    config: Option<&str>,
    env: Option<&'a str>,
) -> Result<&'a str, Error> {
    resolve_deployment_id(config, None)?;
    let env = env.filter(|id| !id.is_empty()).ok_or(Error::RuntimeDeploymentIdMissing)?;
    let env = validate_deployment_id(env)?;
    match config {
        Some(config) if config != env => {
            Err(Error::RuntimeDeploymentIdMismatch { config: config.to_owned(), env: env.to_owned() })
        }
        _ => Ok(env),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactly_the_allowed_characters() {
        for char in '\0'..='\u{2ff}' {
            let valid = char.is_ascii_alphanumeric() || char == '-' || char == '_';
            assert_eq!(validate_deployment_id(&char.to_string()).is_ok(), valid, "{char:?}");
            assert_eq!(validate_deployment_id(&format!("a{char}")).is_ok(), valid, "a{char:?}");
        }
        assert_eq!(validate_deployment_id(""), Err(Error::DeploymentIdInvalidCharacters));
    }

    #[test]
    fn the_configuration_wins_and_its_empty_id_opts_out() {
        assert_eq!(resolve_deployment_id(None, None), Ok(None));
        assert_eq!(resolve_deployment_id(None, Some("")), Ok(None));
        assert_eq!(resolve_deployment_id(None, Some("e")), Ok(Some("e")));
        assert_eq!(resolve_deployment_id(Some("c"), Some("e")), Ok(Some("c")));
        assert_eq!(resolve_deployment_id(Some(""), Some("e")), Ok(None));
        assert_eq!(resolve_deployment_id(None, Some("e\n")), Err(Error::DeploymentIdInvalidCharacters));
        assert_eq!(resolve_deployment_id(Some("c"), Some("not valid")), Ok(Some("c")));
    }

    #[test]
    fn a_runtime_id_is_required_and_agrees_with_the_configuration() {
        let mismatch = |config: &str| {
            Err(Error::RuntimeDeploymentIdMismatch { config: config.to_owned(), env: "e".to_owned() })
        };
        assert_eq!(resolve_runtime_deployment_id(None, None), Err(Error::RuntimeDeploymentIdMissing));
        assert_eq!(
            resolve_runtime_deployment_id(Some("e"), Some("")),
            Err(Error::RuntimeDeploymentIdMissing)
        );
        assert_eq!(resolve_runtime_deployment_id(None, Some("e")), Ok("e"));
        assert_eq!(resolve_runtime_deployment_id(Some("e"), Some("e")), Ok("e"));
        assert_eq!(resolve_runtime_deployment_id(Some("c"), Some("e")), mismatch("c"));
        assert_eq!(resolve_runtime_deployment_id(Some(""), Some("e")), mismatch(""));
        for (config, env) in [(None, "e e"), (Some("c"), "e e"), (Some("c c"), "e"), (Some("c c"), "")] {
            assert_eq!(
                resolve_runtime_deployment_id(config, Some(env)),
                Err(Error::DeploymentIdInvalidCharacters)
            );
        }
    }
}
