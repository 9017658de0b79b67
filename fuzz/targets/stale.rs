//! The filter of stale keys: a list gives the same cut into chunks anywhere, whole, and key by key.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vinext_cache_key::stale::{Keep, Options, Other, Owner, Refusal, Separator, StaleKeys};
use vinext_cache_key::store_prefix::StorePrefix;

/// The counts of a filter at the end.
type Outcome = (Vec<u8>, Vec<Owner>, Vec<Owner>, Vec<u64>);

fn keep(choice: u8) -> Keep {
    let named = |bit: u8, name: &str| if choice & bit == 0 { vec![] } else { vec![name.to_owned()] };
    Keep { deployments: named(1, "v1"), builds: named(2, "b1"), certain_builds: named(4, "b:2") }
}

fn options(choice: u8) -> Options {
    let separator = match choice & 3 {
        0 | 1 => Separator::Newline,
        2 => Separator::Nul,
        _ => Separator::Quoted,
    };
    let prefixes: &[&str] = match choice >> 2 & 3 {
        0 => &[],
        1 => &["cache:"],
        2 => &["s:*:", "cache:"],
        _ => &["*:", ""],
    };
    Options {
        separator,
        strip_prefix: prefixes.iter().filter_map(|text| StorePrefix::new(text.as_bytes())).collect(),
        unscoped: choice & 16 != 0,
        foreign: choice & 32 != 0,
        next: choice & 64 != 0,
    }
}

fn outcome(filter: &StaleKeys, stale: Vec<u8>) -> Outcome {
    let sorted = |owners: &mut dyn Iterator<Item = &Owner>| {
        let mut owners: Vec<Owner> = owners.cloned().collect();
        owners.sort_by(|one, other| one.name.cmp(&other.name));
        owners
    };
    let others = Other::ALL.map(|kind| filter.others(kind)).to_vec();
    (stale, sorted(&mut filter.deployments()), sorted(&mut filter.builds()), others)
}

fn filtered<'a>(mut filter: StaleKeys, chunks: impl Iterator<Item = &'a [u8]>) -> Result<Outcome, Refusal> {
    let mut stale = Vec::new();
    let mut write = |keys: &[u8]| stale.extend_from_slice(keys);
    for chunk in chunks {
        filter.push(chunk, &mut write)?;
    }
    filter.finish(&mut write)?;
    Ok(outcome(&filter, stale))
}

fuzz_target!(|data: (u8, u8, u8, &[u8])| {
    let (kept, chosen, cut, list) = data;
    let open = || StaleKeys::new(&keep(kept), options(chosen));
    let Ok(filter) = open() else { return };
    let whole = filtered(filter, [list].into_iter());
    // Chunks of different lengths, from 1 to 16 bytes.
    let mut rest = list;
    let mut step = usize::from(cut);
    let chunks = std::iter::from_fn(|| {
        step = step.wrapping_mul(31).wrapping_add(7);
        let (chunk, after) = rest.split_at(rest.len().min(1 + step % 16));
        rest = after;
        (!chunk.is_empty()).then_some(chunk)
    });
    assert_eq!(filtered(open().unwrap(), chunks), whole);

    let separator = options(chosen).separator;
    if let (Ok(whole), Separator::Newline | Separator::Nul) = (whole, separator) {
        let end = if separator == Separator::Nul { 0 } else { b'\n' };
        let (mut filter, mut stale) = (open().unwrap(), Vec::new());
        for separated in list.split_inclusive(|byte| *byte == end) {
            if filter.is_stale(separated.strip_suffix(&[end]).unwrap_or(separated)) {
                stale.extend_from_slice(separated);
            }
        }
        assert_eq!(outcome(&filter, stale), whole);
    }
});
