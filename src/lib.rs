//! dlm.
