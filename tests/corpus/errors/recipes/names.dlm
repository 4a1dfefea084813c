//! Recipes of unknown models, without names, with names that are taken.
model Net {
    input x: f32[4];
    dense(8) -> relu -> dense(3);
    output y: class[3];
}

model Other {
    input x: f32[4];
    dense(3);
    output y: class[3];
}

train Nett { batch = 4; }
//    ^^^^ error[E201]: there is no model called `Nett`
//   help: did you mean `Net`?

train Completely { batch_size = 4; }
//    ^^^^^^^^^^ error[E201]: there is no model called `Completely`
//   help: write it: `model Completely { … }`
//                 ^^^^^^^^^^ error[E206]: there is no setting called `batch_size`
//   help: did you mean `batch`?

train Net { batch = 4; }

train Net { batch = 8; }
//    ^^^ error[E202]: another recipe of `Net` stands before this one, which has no name
//   help: name it: `train Net as Name`; only the first may go without

train Net as Net { batch = 8; }
//           ^^^ error[E203]: `Net` has a recipe called `Net` already
//   note: a recipe without a name goes by its model's
//   help: choose another name

train Net as FineTune { batch = 8; }

train Net as FineTune { batch = 8; }
//           ^^^^^^^^ error[E203]: `Net` has a recipe called `FineTune` already
//   help: choose another name

train Net as Fine_tune { batch = 8; }
//           ^^^^^^^^^ error[E203]: `Fine_tune` and `FineTune` would both become the module `fine_tune`
//   help: choose another name

train Net as Program { batch = 8; }
//           ^^^^^^^ error[E203]: the generated Rust has a module `program` of its own
//   help: choose another name

train Net as Self { batch = 8; }
//           ^^^^ error[E118]: `Self` cannot be a name in the generated Rust
//   help: choose another name

train Other as FineTune { batch = 8; }
