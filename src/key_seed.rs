//! Finds the *seed*, the identity that scopes a key: the deployment ID, or the build ID if there is no deployment ID.

/// The variables with a deployment ID: the one that vinext writes into a build, then the one of the environment.
pub const DEPLOYMENT_ID_VARIABLES: [&str; 2] =
    ["__VINEXT_DEPLOYMENT_ID", crate::deployment_id::DEPLOYMENT_ID_VARIABLE];
/// The variable with the build ID, which vinext writes into a build.
pub const BUILD_ID_VARIABLE: &str = "__VINEXT_BUILD_ID";

/// Reads identities one after the other and returns the first one that is set. `read` gets the name of a variable and returns
/// its value, or `None` if that is empty. `release` is called after the deployment IDs and before the build ID, for hosts
/// that name their releases themselves.
///
/// # Errors
/// Whatever the readers return.
///
/// ```
/// use vinext_cache_key::resolve_use_cache_key_seed;
/// let env = |name: &str| Ok::<_, ()>((name == "__VINEXT_BUILD_ID").then_some("build-7"));
/// assert_eq!(resolve_use_cache_key_seed(env, || Ok(None)), Ok(Some("build-7")));
/// ```
pub fn resolve_use_cache_key_seed<T, E>(
    mut read: impl FnMut(&'static str) -> Result<Option<T>, E>,
    release: impl FnOnce() -> Result<Option<T>, E>,
) -> Result<Option<T>, E> {
    for name in DEPLOYMENT_ID_VARIABLES {
        if let Some(id) = read(name)? {
            return Ok(Some(id));
        }
    }
    match release()? {
        Some(id) => Ok(Some(id)),
        None => read(BUILD_ID_VARIABLE),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_in_order_and_no_further_than_it_must() {
        let names = ["__VINEXT_DEPLOYMENT_ID", "NEXT_DEPLOYMENT_ID", "release", "__VINEXT_BUILD_ID"];
        for (found, name) in names.iter().enumerate() {
            let asked = std::cell::RefCell::new(Vec::new());
            let ask = |read: &'static str| {
                asked.borrow_mut().push(read);
                Ok::<_, ()>((read == *name).then_some(read))
            };
            assert_eq!(resolve_use_cache_key_seed(ask, || ask("release")), Ok(Some(*name)));
            assert_eq!(*asked.borrow(), names[..=found]);
        }
        assert_eq!(resolve_use_cache_key_seed(|_| Ok::<Option<()>, ()>(None), || Ok(None)), Ok(None));
        assert_eq!(
            resolve_use_cache_key_seed(Err::<Option<()>, _>, || Ok(None)),
            Err("__VINEXT_DEPLOYMENT_ID")
        );
    }
}
