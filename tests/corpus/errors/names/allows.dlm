#![allow(W999)]
//       ^^^^ error[E123]: there is no lint `W999`

model Net {
    #[allow(W998)]
//          ^^^^ error[E123]: there is no lint `W998`
    input x: f32[8];
    repeat 2 {
        #[allow(W997)]
//              ^^^^ error[E123]: there is no lint `W997`
        dense(8) -> relu;
    }
    dense(3);
    output y: f32[3];
}

train Net {
    #[allow(W996)]
//          ^^^^ error[E123]: there is no lint `W996`
    batch = 8;
}
