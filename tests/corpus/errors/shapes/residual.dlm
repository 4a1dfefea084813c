model Plain {
    input x: f32[8];
    residual { dense(12) -> relu; }
//  ^^^^^^^^ error[E130]: `residual` adds its input of shape [8] to a value of shape [12]
//   note: the shapes are x [8] -> dense [12] -> relu [12]
//   help: write `residual(project = auto) { … }` to bring the input to that shape
    dense(3);
    output y: class[3];
}

model Image {
    input x: f32[4, 4];
    residual(project = auto) { flatten -> dense(16); }
//  ^^^^^^^^ error[E130]: `residual` adds its input of shape [4, 4] to a value of shape [16]
//   note: the shapes are x [4, 4] -> flatten [16] -> dense [16]
//   help: make both rows of features of one length: put `flatten` before it
    dense(3);
    output y: class[3];
}

model Choice {
    input x: f32[8];
    residual(project = yes) { dense(8) -> relu; }
//                     ^^^ error[E115]: `project` of `residual` is `none` or `auto`, not `yes`
    residual(true) { dense(8) -> relu; }
//           ^^^^ error[E115]: `project` of `residual` is `none` or `auto`, not `true`
    dense(3);
    output y: class[3];
}
