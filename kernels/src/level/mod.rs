//! The instruction sets. Each has a module with the same functions, which give the same bits.

#[cfg(target_arch = "x86_64")]
pub mod avx2;
#[cfg(target_arch = "x86_64")]
pub mod avx512;
pub(crate) mod check;
mod common;
#[cfg(target_arch = "aarch64")]
pub mod neon;
pub mod portable;
pub(crate) mod product;

/// An instruction set that code is compiled for, in order of preference.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Any processor; slow, since fused multiply-add is computed exactly in `f64`.
    Portable = 0,
    /// aarch64.
    Neon = 1,
    /// x86_64 with AVX2 and FMA.
    Avx2 = 2,
    /// x86_64 with AVX-512 F, BW, DQ and VL.
    Avx512 = 3,
}

impl Level {
    /// All levels, from the last choice to the first.
    pub const ALL: [Level; 4] = [Level::Portable, Level::Neon, Level::Avx2, Level::Avx512];

    /// The best level of this processor. Asked once: on virtual machines the question costs microseconds.
    pub fn detect() -> Level {
        use core::sync::atomic::{AtomicU32, Ordering};
        const UNKNOWN: u32 = u32::MAX;
        static DETECTED: AtomicU32 = AtomicU32::new(UNKNOWN);
        let detected = DETECTED.load(Ordering::Relaxed);
        if let Some(level) = Level::ALL.into_iter().find(|level| *level as u32 == detected) {
            return level;
        }
        let best = Level::ALL.into_iter().rev().find(|level| level.is_available()).unwrap_or(Level::Portable);
        DETECTED.store(best as u32, Ordering::Relaxed);
        best
    }

    /// The best level of this processor that is not above `limit`.
    pub fn at_most(limit: Level) -> Level {
        let best = Level::detect();
        if best <= limit {
            return best;
        }
        let usable = Level::ALL.into_iter().rev().find(|level| *level <= limit && level.is_available());
        usable.unwrap_or(Level::Portable)
    }

    /// Whether this processor (and operating system) has it. Under Miri, which knows few vector instructions, none has more
    /// than the portable level.
    pub fn is_available(self) -> bool {
        match self {
            Level::Portable => true,
            Level::Neon => cfg!(all(target_arch = "aarch64", not(miri))),
            #[cfg(all(target_arch = "x86_64", not(miri)))]
            Level::Avx2 => x86_64::has_avx2(),
            #[cfg(all(target_arch = "x86_64", not(miri)))]
            Level::Avx512 => x86_64::has_avx2() && x86_64::has_avx512(),
            #[cfg(any(not(target_arch = "x86_64"), miri))]
            Level::Avx2 | Level::Avx512 => false,
        }
    }

    /// Its module's name: `portable`, `neon`, `avx2`, `avx512`.
    pub const fn name(self) -> &'static str {
        match self {
            Level::Portable => "portable",
            Level::Neon => "neon",
            Level::Avx2 => "avx2",
            Level::Avx512 => "avx512",
        }
    }
}

/// What `std::is_x86_feature_detected` looks at, without the standard library.
#[cfg(all(target_arch = "x86_64", not(miri)))]
mod x86_64 {
    use core::arch::x86_64::{__cpuid, __cpuid_count, _xgetbv};

    const BIT_FMA: u32 = 1 << 12;
    const BIT_XSAVE: u32 = 1 << 26;
    const BIT_OSXSAVE: u32 = 1 << 27;
    const BIT_AVX: u32 = 1 << 28;
    const BIT_AVX2: u32 = 1 << 5;
    const BITS_AVX512_F_DQ_BW_VL: u32 = 1 << 16 | 1 << 17 | 1 << 30 | 1 << 31;
    /// State that the operating system saves: vectors of 128 and 256 bits.
    const STATE_AVX: u64 = 0b110;
    /// And masks, and the rest of the 512-bit registers.
    const STATE_AVX512: u64 = 0b1110_0110;

    pub(super) fn has_avx2() -> bool {
        let needed = BIT_FMA | BIT_XSAVE | BIT_OSXSAVE | BIT_AVX;
        __cpuid(0).eax >= 7 && __cpuid(1).ecx & needed == needed && leaf_7() & BIT_AVX2 != 0 && saves(STATE_AVX)
    }

    /// To be asked only when AVX2 is there.
    pub(super) fn has_avx512() -> bool {
        leaf_7() & BITS_AVX512_F_DQ_BW_VL == BITS_AVX512_F_DQ_BW_VL && saves(STATE_AVX512)
    }

    fn leaf_7() -> u32 {
        __cpuid_count(7, 0).ebx
    }

    fn saves(state: u64) -> bool {
        // SAFETY: both callers have seen that the processor and the operating system have XSAVE.
        unsafe { _xgetbv(0) & state == state }
    }
}

#[cfg(test)]
mod tests {
    use super::Level;

    #[test]
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    fn detects_what_the_standard_library_detects() {
        let avx2 = std::is_x86_feature_detected!("avx2") && std::is_x86_feature_detected!("fma");
        let avx512 = avx2
            && std::is_x86_feature_detected!("avx512f")
            && std::is_x86_feature_detected!("avx512bw")
            && std::is_x86_feature_detected!("avx512dq")
            && std::is_x86_feature_detected!("avx512vl");
        assert_eq!((Level::Avx2.is_available(), Level::Avx512.is_available()), (avx2, avx512));
        assert!(!Level::Neon.is_available());
    }

    #[test]
    fn limits() {
        assert_eq!(Level::at_most(Level::Portable), Level::Portable);
        for level in Level::ALL {
            assert!(Level::at_most(level) <= level);
            assert!(Level::at_most(level).is_available());
        }
    }
}
