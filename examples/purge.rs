//! Finds what old deployments left in a store: reads keys, one per line, and prints those of all deployments but the named ones.
//!
//! `cargo run --example purge -- v2 v3 < keys`

use std::env;
use std::error::Error;
use std::io::{Read, Write, stdin, stdout};

use vinext_cache_key::stale::{Fate, Keep, Options, StaleKeys};

fn main() -> Result<(), Box<dyn Error>> {
    let keep = Keep { deployments: env::args().skip(1).collect(), ..Keep::default() };
    let mut filter = StaleKeys::new(&keep, Options::default())?;
    let mut chunk = vec![0; 1 << 16];
    let mut stale = Vec::new();
    loop {
        let length = stdin().read(&mut chunk)?;
        if length == 0 {
            break;
        }
        filter.push(chunk.get(..length).unwrap_or_default(), |keys| stale.extend_from_slice(keys))?;
        // Write nothing before a key of each deployment to keep was read: until then, a name may be misspelt.
        if filter.unseen() == 0 {
            stdout().write_all(&stale)?;
            stale.clear();
        }
    }
    filter.finish(|keys| stale.extend_from_slice(keys))?;
    if filter.unseen() > 0 {
        return Err("a deployment to keep has no key: is its name right?".into());
    }
    stdout().write_all(&stale)?;
    // Without this, an error in writing the last bytes would be lost at the end of the program.
    stdout().flush()?;
    for deployment in filter.deployments() {
        let fate = if deployment.fate == Fate::Stale { "stale" } else { "kept" };
        eprintln!("{}\t{}\t{fate}", deployment.keys, deployment.name);
    }
    Ok(())
}
