
// top comment
//! docs


//! more docs
#![allow(W007,   W008)]
// about A
const A=1; const B = 2 ; // two


const C = -(1+2) * -3/4; /// docs of block

#[allow(W001)]
// c
block  H(a , b=3, // why b
   c = [1,2],) { // opening

   // first
   dense(a)->relu; // x
   longer_name(b); // y

   dense(3) // one
     // own
     -> relu // two
     -> elu // three
     ; // four
}
model // odd
  M
{ input // here
  x : f32 [ 28 , 28 ] ;
  // before close
  output y:class[ 10 ]=h
  ; // end
}
// between
train M as Q like P{ // foo
 loss=cross_entropy; optimizer=adam(lr=1e-3, // the rate
   beta1 = 0.9 // the first
   , beta2 = // inside
   3
   // last
   ,
   // very last
   );
  batch = 3; // aligned
  epochs = 1000; // too
 list = [ // first
   1, 2, 3 // three
 ];


 // end comment
}
// eof
