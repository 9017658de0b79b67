//! The deployments or builds that the keys of a list name.

use std::collections::HashMap;

/// A deployment or a build, and how many of its keys were seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// The seed or deployment ID of a deployment, or the ID of a build.
    pub name: String,
    /// What happens to its keys.
    pub fate: Fate,
    /// Whether it is kept and no key that names it was seen yet.
    pub awaited: bool,
    /// How many keys it has.
    pub keys: u64,
}

/// What happens to the keys of an owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// They stay.
    Kept,
    /// They are stale.
    Stale,
    /// They stay, because no owner of this kind was named to keep.
    LeftAlone,
}

/// Owners by their names in the encoding of keys.
#[derive(Debug, Default)]
pub(super) struct Names {
    owners: Vec<Owner>,
    /// Places in `owners`.
    places: HashMap<Vec<u8>, usize>,
    recent: Recent,
    awaited: usize,
}

impl Names {
    /// Keeps an owner, unless it is kept already. One that is awaited must be seen.
    pub(super) fn keep(&mut self, text: Vec<u8>, name: &str, awaited: bool) {
        if !self.places.contains_key(&text) {
            self.insert(text, Owner { name: name.to_owned(), fate: Fate::Kept, awaited, keys: 0 });
            self.awaited += usize::from(awaited);
        }
    }

    /// How many owners to keep were not seen yet.
    pub(super) fn awaited(&self) -> usize {
        self.awaited
    }

    /// Those that have keys or are awaited.
    pub(super) fn owners(&self) -> impl Iterator<Item = &Owner> {
        self.owners.iter().filter(|owner| owner.awaited || owner.keys > 0)
    }

    /// Counts a key of the owner with this name, if the owner was seen before or is to be kept.
    pub(super) fn count(&mut self, text: &[u8]) -> Option<Fate> {
        let place = self.recent.place(text, &self.places)?;
        let owner = self.owners.get_mut(place)?;
        owner.keys += 1;
        self.awaited -= usize::from(std::mem::take(&mut owner.awaited));
        Some(owner.fate)
    }

    /// Counts the first key of an owner.
    pub(super) fn add(&mut self, text: &[u8], name: String, fate: Fate) {
        self.insert(text.to_vec(), Owner { name, fate, awaited: false, keys: 1 });
    }

    fn insert(&mut self, text: Vec<u8>, owner: Owner) {
        self.places.insert(text, self.owners.len());
        self.owners.push(owner);
    }

    /// Notes that a key of another owner names this owner.
    pub(super) fn see(&mut self, text: &[u8]) {
        if self.awaited > 0
            && let Some(owner) = self.places.get(text).and_then(|place| self.owners.get_mut(*place))
        {
            self.awaited -= usize::from(std::mem::take(&mut owner.awaited));
        }
    }
}

/// The names that were looked up last.
///
/// Most lists name a few owners many times. The map's hash resists names that were chosen to collide, but took half of the time
/// per key. This hash is cheap. Names that collide here are looked up in the map.
#[derive(Debug)]
struct Recent([Option<(Vec<u8>, usize)>; 1 << SLOT_BITS]);

const SLOT_BITS: u32 = 6;

impl Default for Recent {
    fn default() -> Self {
        Self([const { None }; 1 << SLOT_BITS])
    }
}

impl Recent {
    /// The place of a name, if the map has it.
    fn place(&mut self, text: &[u8], places: &HashMap<Vec<u8>, usize>) -> Option<usize> {
        let slot = self.0.get_mut(slot_of(text))?;
        if let Some((known, place)) = slot
            && known == text
        {
            return Some(*place);
        }
        let found = *places.get(text)?;
        let (known, place) = slot.get_or_insert_default();
        known.clear();
        known.extend_from_slice(text);
        *place = found;
        Some(found)
    }
}

/// Hashes both ends of a name, where IDs mostly differ. Hashing all of it took 3 ns more.
fn slot_of(text: &[u8]) -> usize {
    /// 2^64 divided by the golden ratio.
    const MULTIPLIER: u64 = 0x9e37_79b9_7f4a_7c15;
    let start = text.first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes));
    let end = match text.last_chunk() {
        Some(bytes) => u64::from_le_bytes(*bytes),
        None => text.iter().fold(0, |word, byte| word << 8 | u64::from(*byte)),
    };
    ((start.wrapping_mul(MULTIPLIER) ^ end).wrapping_mul(MULTIPLIER) >> (u64::BITS - SLOT_BITS)) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_more_names_than_are_recent() {
        let mut names = Names::default();
        let texts: Vec<String> = (0..1000).map(|number| format!("{number:x}")).collect();
        assert!(texts.iter().all(|text| names.count(text.as_bytes()).is_none()));
        names.keep(b"0".to_vec(), "0", true);
        for text in texts.iter().skip(1) {
            names.add(text.as_bytes(), text.clone(), Fate::Stale);
        }
        for text in texts.iter().chain(&texts) {
            let fate = if text == "0" { Fate::Kept } else { Fate::Stale };
            assert_eq!(names.count(text.as_bytes()), Some(fate), "{text}");
        }
        assert_eq!(names.awaited(), 0);
        for Owner { name, keys, .. } in names.owners() {
            assert_eq!(*keys, if name == "0" { 2 } else { 3 }, "{name}");
        }
        assert_eq!(names.count(b""), None);
        assert_eq!(names.count(b"3e8"), None);
    }

    #[test]
    fn names_that_differ_at_an_end_mostly_have_slots_of_their_own() {
        for name in ["v{}", "dpl_{}", "2026-11-2{}", "2026-11-20-1a2b{}c4d", "{}-shop-production", "{}-shop"]
        {
            let mut slots: Vec<usize> =
                (0..9).map(|digit| slot_of(name.replace("{}", &digit.to_string()).as_bytes())).collect();
            slots.sort_unstable();
            slots.dedup();
            assert!(slots.len() > 4, "{name}: {slots:?}");
        }
    }
}
