//! The deployments, or the builds, that the keys of a list name.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// A deployment or a build, and what was seen of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// The seed or deployment ID of a deployment, or the ID of a build.
    pub name: String,
    /// What becomes of its keys.
    pub fate: Fate,
    /// It is to be kept, and nothing that names it was seen yet.
    pub awaited: bool,
    /// How many keys it has.
    pub keys: u64,
}

/// What becomes of an owner's keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// They are to stay.
    Kept,
    /// They are stale.
    Stale,
    /// They stay, because no owner of this kind was named to keep.
    LeftAlone,
}

/// Owners by their names, as keys have them.
#[derive(Debug, Default)]
pub(super) struct Names {
    owners: HashMap<Vec<u8>, Owner>,
    awaited: usize,
}

impl Names {
    /// Keeps an owner, unless it is kept already. One that is awaited must be seen.
    pub(super) fn keep(&mut self, text: Vec<u8>, name: &str, awaited: bool) {
        if let Entry::Vacant(entry) = self.owners.entry(text) {
            entry.insert(Owner { name: name.to_owned(), fate: Fate::Kept, awaited, keys: 0 });
            self.awaited += usize::from(awaited);
        }
    }

    /// How many owners to keep were not seen yet.
    pub(super) fn awaited(&self) -> usize {
        self.awaited
    }

    /// Those that have keys or are awaited.
    pub(super) fn owners(&self) -> impl Iterator<Item = &Owner> {
        self.owners.values().filter(|owner| owner.awaited || owner.keys > 0)
    }

    /// Counts a key of the owner with this name, if the owner was seen before or is to be kept.
    pub(super) fn count(&mut self, text: &[u8]) -> Option<Fate> {
        let owner = self.owners.get_mut(text)?;
        owner.keys += 1;
        self.awaited -= usize::from(std::mem::take(&mut owner.awaited));
        Some(owner.fate)
    }

    /// Counts the first key of an owner.
    pub(super) fn add(&mut self, text: &[u8], name: String, fate: Fate) {
        self.owners.insert(text.to_vec(), Owner { name, fate, awaited: false, keys: 1 });
    }

    /// Notes that a key names this owner that is not a key of the owner.
    pub(super) fn see(&mut self, text: &[u8]) {
        if self.awaited > 0
            && let Some(owner) = self.owners.get_mut(text)
        {
            self.awaited -= usize::from(std::mem::take(&mut owner.awaited));
        }
    }
}
