//! A key that somebody hostile wrote takes no longer to parse than its length warrants.

use std::hint::black_box;
use std::time::Duration;

use cpu_time::ThreadTime;
use vinext_cache_key::cache_key::parse_cache_key;

/// Starts, repeated middles and ends of keys that make a parser look far ahead, start again, or look back.
const SHAPES: [[&str; 3]; 17] = [
    ["use-cache:", "x", ""],
    ["use-cache:", ":[", ""],
    ["use-cache:f:", "[", ""],
    ["use-cache:f:[", "{\"a\":[", ""],
    ["use-cache:f:[\"", "\\\"", "\"]"],
    ["use-cache:", ":root-params:", ""],
    ["use-cache:", ":root-params:[[", ":y9ZZYIekUNGK1siSeZJw_LlKpGDWCwKDyXsBoRvwjVA"],
    ["use-cache:", ":y9ZZYIekUNGK1siSeZJw_LlKpGDWCwKDyXsBoRvwjVA", ""],
    ["use-cache:[\"", "\\u0000", "\",\"r\"]:a"],
    ["use-cache:[\"a\",\"b\"]:", ":root-params:[", ""],
    ["use-cache:build:", "%C3%A9", ":x"],
    ["app:v2:", ":x", "/:html"],
    ["app:v2:b:/", ":/", ":html"],
    ["app:v2:", ":__hash:", ":rsc"],
    ["app:v2:b:/", ":rsc:slots:0", ":rsc"],
    ["pages:v2:b:/", "::i18n=", ""],
    ["deployment:", "v", ":pages:v2:b:/"],
];
const MANY_PARAMS: [&str; 3] = ["use-cache:f:[]:root-params:[", "[\"a\",[\"b\"]],", "[\"a\",null]]"];

fn key(length: usize, [start, repeated, end]: [&str; 3]) -> Vec<u8> {
    let repeats = (length - start.len() - end.len()) / repeated.len();
    [start.as_bytes(), repeated.repeat(repeats).as_bytes(), end.as_bytes()].concat()
}

/// The shortest of several times, in processor time of this thread: other processes on the machine do not count.
fn time<T>(mut run: impl FnMut() -> T) -> Duration {
    let timed = |_| {
        let start = ThreadTime::now();
        black_box(run());
        start.elapsed()
    };
    (0..5).map(timed).min().unwrap_or_default()
}

#[test]
fn eight_times_the_length_takes_eight_times_as_long() {
    for shape in SHAPES.iter().chain([&MANY_PARAMS]) {
        let [short, long] = [1 << 17, 1 << 20].map(|length| {
            let key = key(length, *shape);
            time(|| parse_cache_key(black_box(&key)))
        });
        let limit = 24 * short + Duration::from_millis(1);
        assert!(long < limit, "{shape:?} took {short:?} and {long:?}");
    }
}

/// Root params are left out: the parsed result of so many is larger than the key.
#[test]
#[cfg_attr(debug_assertions, ignore = "a build without optimisation is no measure of speed")]
fn sixty_four_megabytes_take_a_few_copies_of_them() {
    for shape in SHAPES {
        let key = key(64 << 20, shape);
        let copy = time(|| black_box(&key).clone());
        let parse = time(|| parse_cache_key(black_box(&key)));
        assert!(parse < 24 * copy, "{shape:?} took {parse:?}, a copy {copy:?}");
    }
}
