//! What every target here is: a row of the program's own table of promises, given bytes by libFuzzer.

pub use libfuzzer_sys;

/// A program that runs one target. A panic that a parser catches itself is none: the hook that libFuzzer's crate sets would
/// end the program at the panic, so the usual one is put back; one that nobody catches still ends it.
#[macro_export]
macro_rules! target {
    ($name:literal) => {
        $crate::libfuzzer_sys::fuzz_target!(
            init: { drop(std::panic::take_hook()); },
            |bytes: &[u8]| {
                let _ = plimsoll::fuzzing::run($name, bytes);
            }
        );
    };
}
