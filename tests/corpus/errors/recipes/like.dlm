//! What recipes are like.
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

train Net { batch = 4; }
train Net as Good like Net { epochs = 3; }
train Net as Better like Good { epochs = 4; }
train Net as Misspelt like Bettr { epochs = 4; }
//                         ^^^^^ error[E204]: `Net` has no recipe called `Bettr`
//   help: did you mean `Better`?
train Net as Lost like Nothing { epochs = 4; }
//                     ^^^^^^^ error[E204]: `Net` has no recipe called `Nothing`
train Net as Stranger like Foreign { epochs = 4; }
//                         ^^^^^^^ error[E204]: `Foreign` is a recipe of `Other`, not of `Net`
//   help: a recipe can be like another one of its own model
train Net as Itself like Itself { epochs = 4; }
//                       ^^^^^^ error[E205]: recipe `Itself` is like itself
//   help: give one of the recipes all its settings and leave out its `like`
train Net as First like Third { epochs = 4; }
//                      ^^^^^ error[E205]: recipe `First` is like itself
//   note: the way round is `First` like `Third` like `Second` like `First`
//   help: give one of the recipes all its settings and leave out its `like`
train Net as Second like First { epochs = 4; }
train Net as Third like Second { epochs = 4; }
train Net as Outside like Second { epochs = 4; }

train Other as Foreign { batch = 4; }
