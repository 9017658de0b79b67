//! What can go wrong, with stable codes. Messages are vinext's own, word for word, where vinext has one.

use std::fmt;

/// An error of this crate.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// A deployment ID does not match `^[a-zA-Z0-9_-]+$`.
    DeploymentIdInvalidCharacters,
    /// The server takes its deployment ID from the environment, and the environment has none.
    RuntimeDeploymentIdMissing,
    /// The server takes its deployment ID from the environment, and the configuration names another one.
    RuntimeDeploymentIdMismatch {
        /// The configured ID.
        config: String,
        /// The environment's ID.
        env: String,
    },
    /// A store's limit has no space for the scope of a key and a digest.
    StorageKeyTooLong {
        /// The length of scope and digest in bytes.
        needed: usize,
        /// The limit.
        max_bytes: usize,
    },
    /// A seed contains a lone surrogate, which has no URI encoding.
    UriMalformed,
}

impl Error {
    /// The stable code, which the JavaScript error has as well. `None` for an error that JavaScript itself throws.
    ///
    /// ```
    /// use vinext_cache_key::Error;
    /// assert_eq!(Error::RuntimeDeploymentIdMissing.code(), Some("ERR_RUNTIME_DEPLOYMENT_ID_MISSING"));
    /// assert_eq!(Error::UriMalformed.code(), None);
    /// ```
    #[must_use]
    pub fn code(&self) -> Option<&'static str> {
        match self {
            Self::DeploymentIdInvalidCharacters => Some("ERR_DEPLOYMENT_ID_INVALID_CHARACTERS"),
            Self::RuntimeDeploymentIdMissing => Some("ERR_RUNTIME_DEPLOYMENT_ID_MISSING"),
            Self::RuntimeDeploymentIdMismatch { .. } => Some("ERR_RUNTIME_DEPLOYMENT_ID_MISMATCH"),
            Self::StorageKeyTooLong { .. } => Some("ERR_STORAGE_KEY_TOO_LONG"),
            Self::UriMalformed => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DeploymentIdInvalidCharacters => f.write_str(
                "Invalid `deploymentId` configuration: contains invalid characters. \
                 Only alphanumeric characters, hyphens, and underscores are allowed. \
                 https://nextjs.org/docs/messages/deploymentid-invalid-characters",
            ),
            Self::RuntimeDeploymentIdMissing => f.write_str(
                "process.env.NEXT_DEPLOYMENT_ID is missing but runtimeServerDeploymentId is enabled",
            ),
            Self::RuntimeDeploymentIdMismatch { config, env } => write!(
                f,
                "The configured `deploymentId` \"{config}\" is not process.env.NEXT_DEPLOYMENT_ID \"{env}\", \
                 and runtimeServerDeploymentId is enabled"
            ),
            Self::StorageKeyTooLong { needed, max_bytes } => write!(
                f,
                "The key is too long and its shortened form needs {needed} bytes. Received maxBytes {max_bytes}"
            ),
            Self::UriMalformed => f.write_str("URI malformed"),
        }
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_has_its_code_and_message() {
        let mismatch = Error::RuntimeDeploymentIdMismatch { config: "c".to_owned(), env: "e".to_owned() };
        let too_long = Error::StorageKeyTooLong { needed: 69, max_bytes: 68 };
        for (error, code, message) in [
            (
                Error::DeploymentIdInvalidCharacters,
                Some("ERR_DEPLOYMENT_ID_INVALID_CHARACTERS"),
                "Invalid `deploymentId` configuration: contains invalid characters. Only alphanumeric characters, \
                 hyphens, and underscores are allowed. https://nextjs.org/docs/messages/deploymentid-invalid-characters",
            ),
            (
                Error::RuntimeDeploymentIdMissing,
                Some("ERR_RUNTIME_DEPLOYMENT_ID_MISSING"),
                "process.env.NEXT_DEPLOYMENT_ID is missing but runtimeServerDeploymentId is enabled",
            ),
            (
                mismatch,
                Some("ERR_RUNTIME_DEPLOYMENT_ID_MISMATCH"),
                "The configured `deploymentId` \"c\" is not process.env.NEXT_DEPLOYMENT_ID \"e\", \
                 and runtimeServerDeploymentId is enabled",
            ),
            (
                too_long,
                Some("ERR_STORAGE_KEY_TOO_LONG"),
                "The key is too long and its shortened form needs 69 bytes. Received maxBytes 68",
            ),
            (Error::UriMalformed, None, "URI malformed"),
        ] {
            assert_eq!((error.code(), &*error.to_string()), (code, message));
        }
    }
}
