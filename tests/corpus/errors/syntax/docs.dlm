//! The file.
// A comment between.
//! Still the file.
#![allow(W007)]
//! And still.

/// An item.
//! Not the file any more.
// <26 error[E015]: `//!` stands below the top of the file
block Hidden(
    /// a parameter
//  ^^^^^^^^^^^^^^^ error[E015]: this doc comment stands inside a statement
    units,
) {
    /// A statement.
    dense(units) ->
        /// a link
//      ^^^^^^^^^^ error[E015]: this doc comment stands inside a statement
        relu;
    /// Nothing.
//  ^^^^^^^^^^^^ error[E015]: this doc comment documents nothing
}

/// Documented.
train Digits {
    /// A setting.
    epochs = 3;
    rates = [
        /// an element
//      ^^^^^^^^^^^^^^ error[E015]: this doc comment stands inside a statement
        1,
    ];
    /// Nothing
    /// at all.
//  ^^^^^^^^^^^ error[E015]: this doc comment documents nothing
}
/// The end.
// <12 error[E015]: this doc comment documents nothing
