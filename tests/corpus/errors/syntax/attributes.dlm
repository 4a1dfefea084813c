#[allow(W001, W002,)]
const A = 1;

#[inline]
// <9 error[E016]: there is no such attribute
const B = 1;

#![allow(W003)]
// <14 error[E016]: `#![allow(…)]` stands below the top of the file
const C = 1;

#[allow]
// <8 error[E016]: `allow` names no lint that it silences
const D = 1;

#[allow(E001)]
//      ^^^^ error[E016]: `E001` is an error and cannot be silenced
const E = 1;

#[allow(sigmoid)]
//      ^^^^^^^ error[E016]: `sigmoid` is not the code of a lint
const F = 1;

model M {
    #[allow(W001)]
    input x: f32[3];
    #[derive(Debug)] dense(3);
//  ^^^^^^^^^^^^^^^ error[E016]: there is no such attribute
    output y: f32[3];
    #[allow(W001)]
//  ^^^^^^^^^^^^^^ error[E016]: this attribute stands before nothing
}

#[allow(W001)]
// <14 error[E016]: this attribute stands before nothing
