//! The macros that print generated functions once per instruction set.

/// Prints functions once for every level that the target has, each copy in a module of its level's name and compiled for
/// that instruction set, and for every entry a function of the same name that calls the copy of the machine's level.
///
/// In the functions, `level` is the level's module of this crate, and the surrounding module is imported whole. An entry
/// takes one argument, a reference to something with a field `machine: &Machine`.
///
/// ```
/// use dlm_kernels::{Machine, Slice, SliceMut, Step};
///
/// mod program {
///     use dlm_kernels::Step;
///     dlm_kernels::per_level! {
///         entries { step(&mut Step<'_>) -> f32 }
///
///         fn half(x: &mut [f32]) {
///             for x in x {
///                 *x *= 0.5;
///             }
///         }
///
///         fn step(call: &mut Step<'_>) -> f32 {
///             half(&mut call.memory);
///             level::sum(&call.memory)
///         }
///     }
/// }
///
/// let mut memory = [1.0, 2.0, 3.0];
/// let machine = Machine::single_threaded();
/// let mut call = Step {
///     memory: SliceMut::from(&mut memory),
///     inputs: Default::default(),
///     targets: Default::default(),
///     rows: 1,
///     variant: 0,
///     learning_rate: 0.1,
///     momentum: 0.0,
///     next_momentum: 0.0,
///     updates: Slice::from(&[1]),
///     gathered: 1,
///     draw: 0,
///     seed: 0,
///     machine: &machine,
/// };
/// assert_eq!(program::step(&mut call), 3.0);
/// ```
#[macro_export]
macro_rules! per_level {
    (entries { $($entry:ident($argument:ty) -> $result:ty),* $(,)? } $($items:tt)*) => {
        $crate::__level_module! { avx512 { $($items)* } }
        $crate::__level_module! { avx2 { $($items)* } }
        $crate::__level_module! { neon { $($items)* } }
        $crate::__level_module! { portable { $($items)* } }
        $(
            /// Runs at the machine's level.
            pub fn $entry(call: $argument) -> $result {
                match $crate::Machine::level(call.machine) {
                    // SAFETY: a machine's level is one that this processor has.
                    #[cfg(target_arch = "x86_64")]
                    $crate::Level::Avx512 => unsafe { avx512::$entry(call) },
                    // SAFETY: as above.
                    #[cfg(target_arch = "x86_64")]
                    $crate::Level::Avx2 => unsafe { avx2::$entry(call) },
                    // SAFETY: as above.
                    #[cfg(target_arch = "aarch64")]
                    $crate::Level::Neon => unsafe { neon::$entry(call) },
                    _ => portable::$entry(call),
                }
            }
        )*
    };
}

/// As [`per_level!`], but for the one level named first, in a fraction of the time to compile. The entries panic on a machine
/// of another level.
#[macro_export]
macro_rules! one_level {
    ($level:ident; entries { $($entry:ident($argument:ty) -> $result:ty),* $(,)? } $($items:tt)*) => {
        $crate::__level_module! { $level { $($items)* } }
        $(
            /// Runs at the one level that this was compiled for.
            ///
            /// # Panics
            /// If that is not the machine's level.
            pub fn $entry(call: $argument) -> $result {
                let level = $crate::Machine::level(call.machine);
                assert!(level.name() == stringify!($level), "compiled for {}, called for {}", stringify!($level), level.name());
                // SAFETY: a machine's level is one that this processor has, and it is the one compiled for.
                #[allow(unused_unsafe)]
                unsafe { $level::$entry(call) }
            }
        )*
    };
}

/// One level's module.
#[doc(hidden)]
#[macro_export]
macro_rules! __level_module {
    (avx512 $items:tt) => {
        $crate::__level_functions! {
            #[cfg(target_arch = "x86_64")]
            avx512 { #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")] } $items
        }
    };
    (avx2 $items:tt) => {
        $crate::__level_functions! {
            #[cfg(target_arch = "x86_64")]
            avx2 { #[target_feature(enable = "avx2,fma")] } $items
        }
    };
    (neon $items:tt) => {
        $crate::__level_functions! {
            #[cfg(target_arch = "aarch64")]
            neon { #[target_feature(enable = "neon")] } $items
        }
    };
    (portable $items:tt) => {
        $crate::__level_functions! {
            #[cfg(all())]
            portable {} $items
        }
    };
}

/// A module of functions that all carry the same attributes. What is in a function's braces goes through as tokens: parsed as a
/// block it would be read at every step of the way, which took a quarter of a model's time to compile.
#[doc(hidden)]
#[macro_export]
macro_rules! __level_functions {
    (#[$condition:meta] $level:ident $features:tt {
        $($(#[$attribute:meta])* $visibility:vis fn $name:ident $arguments:tt $(-> $result:ty)? { $($body:tt)* })*
    }) => {
        #[$condition]
        #[allow(dead_code, unused_imports, unused_variables, clippy::all)]
        mod $level {
            use super::*;
            use $crate::$level as level;
            $(
                $crate::__level_function! {
                    $features
                    $(#[$attribute])*
                    pub fn $name $arguments $(-> $result)? { $($body)* }
                }
            )*
        }
    };
}

/// One function with a level's attributes.
#[doc(hidden)]
#[macro_export]
macro_rules! __level_function {
    ({ $($features:tt)* } $($function:tt)*) => {
        $($features)*
        $($function)*
    };
}

/// Exports two functions `step` and `infer` from a dynamic library, as a table of type [`Program`](crate::Program) whose symbol
/// is the third name, or `DLM_PROGRAM`.
///
/// ```
/// # fn step(_: &mut dlm_kernels::Step<'_>) -> f32 { 0.0 }
/// # fn infer(_: &mut dlm_kernels::Infer<'_>) -> f32 { 0.0 }
/// dlm_kernels::export! { step, infer, DLM_PROGRAM_7 }
/// ```
#[macro_export]
macro_rules! export {
    ($step:path, $infer:path $(,)?) => {
        $crate::export! { $step, $infer, DLM_PROGRAM }
    };
    ($step:path, $infer:path, $symbol:ident $(,)?) => {
        const _: () = {
            extern "C" fn exported_step(call: &mut $crate::Step<'_>) -> f32 {
                $step(call)
            }

            extern "C" fn exported_infer(call: &mut $crate::Infer<'_>) -> f32 {
                $infer(call)
            }

            // SAFETY: the host's names for its libraries' tables; no other symbol is called so.
            #[unsafe(no_mangle)]
            static $symbol: $crate::Program = $crate::Program::new(exported_step, exported_infer);
        };
    };
}
