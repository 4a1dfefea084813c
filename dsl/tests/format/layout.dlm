const A=1;const B = 2;
block H(a){dense(a);}
model M
{ input x : f32 [ 28 , 28 ] ; repeat 3{dense(3);} residual(project=auto){dense(4)->relu;dense(5);};
  h:repeat (A+1) { dense( glorot_uniform ) ; } -> relu ;
  repeat - -1 { residual { dense(3); } }
  g: residual {
     #[allow(W001)] dense(3);
  }
  k: repeat 2 { dense(aaaaaaaaaaaaaaaaaaaaaa, bbbbbbbbbbbbbbbbbbbbbbbbbbbb) -> cccccccccccccccccccccc -> elu(alpha = 1.0); } -> relu;
  dense(aaaaaaaaaaaaaaaaaaaaaa, bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb, cccccccccccccccccccccccccccc, ddddddddddd = eeeeeeeeeeeeeeeee);
  dense(aaaaaaaaaaaaaaaaaaaaaa) -> bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb -> cccccccccccccccccccccccccccc -> dddddddddddd(eeeeeeeeeeeeeeeee);
  output y:class[ 10 ]=h;
}
block Empty() {}
train M as Q like P{ loss=cross_entropy; optimizer=adam(lr=1e-3,beta1=0.9);
 x = [1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31,32,33,34,35,36,37,38,39,40];
 y = (monitor = validation_loss, patience = 5, restore_best = true, something = 3, something_else = 100000000, z = 3);
 nested = outer(inner(aaaaaaaaaaaaaaaaaaaaaa, bbbbbbbbbbbbbbbbbbbbbbbbbbbb), other(aaaaaaaaaaaaaaaaaaaaaa, bbbbbbbbbbbbbbbbbbbbbbbbbbbb));
 z = hidden[ 0 .. 2 ] . dense; w = hidden[ 0 ]; v = -(1+2) * -3/4 - -x; text = csv( "a  b" , r"c\d" );
 pair = (a,); wrapped = (aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa + bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb + ccccccc);
}
