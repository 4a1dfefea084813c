//! Columns count characters, and what stands between tokens does not matter.

// ä comment that is no token

dlm::model! { /* nor is this */ model Net { input x: f32[4]; /* é */ dens(3); output y: class[3]; } }

#[rustfmt::skip]
mod indented {
                    dlm::model! {
    /// Docs are tokens.
    /// They can have several lines: äöü.
  model Other {
        input x: f32[4]; // ü
        dense(
            3,
              biass = false
        );
        output y: class[3];
    }}
}

fn main() {}
