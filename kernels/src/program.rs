//! The table through which a host calls a program that was compiled apart.

use crate::{Infer, Step};
use core::fmt;

/// The version of the layout of everything that crosses between separately compiled copies of this crate.
pub const ABI_VERSION: u32 = 3;

/// A compiled program, as [`export!`](crate::export) prints it under the name `DLM_PROGRAM`.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Program {
    /// Always the first four bytes, whatever the version.
    abi_version: u32,
    step: extern "C" fn(&mut Step<'_>) -> f32,
    infer: extern "C" fn(&mut Infer<'_>) -> f32,
}

impl Program {
    /// The name of the exported table, as a symbol.
    pub const SYMBOL: &'static core::ffi::CStr = c"DLM_PROGRAM";

    /// A table of this version.
    pub const fn new(step: extern "C" fn(&mut Step<'_>) -> f32, infer: extern "C" fn(&mut Infer<'_>) -> f32) -> Program {
        Program { abi_version: ABI_VERSION, step, infer }
    }

    /// The two functions behind a loaded table, if it is of this version.
    ///
    /// # Errors
    /// If it is of another version.
    ///
    /// # Safety
    /// `table` points to the `DLM_PROGRAM` of a library that [`export!`](crate::export) made and that stays loaded for as
    /// long as the result is used.
    pub unsafe fn load(table: *const Program) -> Result<Program, AbiMismatch> {
        // SAFETY: the caller's promise; the version is the table's first field in every version.
        let found = unsafe { *table.cast::<u32>() };
        if found != ABI_VERSION {
            return Err(AbiMismatch { found });
        }
        // SAFETY: the caller's promise, and the version is this one.
        Ok(unsafe { *table })
    }

    /// One update; returns the batch's mean loss.
    pub fn step(&self) -> extern "C" fn(&mut Step<'_>) -> f32 {
        self.step
    }

    /// Outputs for up to one batch; returns their mean loss.
    pub fn infer(&self) -> extern "C" fn(&mut Infer<'_>) -> f32 {
        self.infer
    }
}

/// A loaded program was compiled against another version of this crate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AbiMismatch {
    /// The program's version.
    pub found: u32,
}

impl fmt::Display for AbiMismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the compiled program has interface version {}, this one is {ABI_VERSION}", self.found)
    }
}

impl core::error::Error for AbiMismatch {}

#[cfg(test)]
mod tests {
    use std::string::ToString;

    use super::*;

    extern "C" fn step(_: &mut Step<'_>) -> f32 {
        1.0
    }

    extern "C" fn infer(_: &mut Infer<'_>) -> f32 {
        2.0
    }

    #[test]
    fn loads_its_own_version_alone() {
        let mut table = Program::new(step, infer);
        // SAFETY: a table in this program.
        assert!(unsafe { Program::load(&table) }.is_ok());
        table.abi_version = 7;
        // SAFETY: as above.
        let error = unsafe { Program::load(&table) }.unwrap_err();
        assert_eq!(error.to_string(), "the compiled program has interface version 7, this one is 3");
    }
}
