train Digits {
    a = csv("digits.csv);
//          ^^^^^^^^^^^^^ error[E006]: this string does not end on its line
    b = csv("digits.csv", label = "digit);
//                                ^^^^^^^^ error[E006]: this string does not end on its line
    c = ";
//      ^^ error[E006]: this string does not end on its line
    d = csv("C:\data\x4\new");
//             ^^ error[E007]: there is no escape `\d`
//                  ^^^ error[E007]: `\x4` is not a character: two digits from `\x00` to `\x7f` are
    e = "\xff \u{110000} \u{} \é \\ \" \u{e9}";
//       ^^^^ error[E007]: `\xff` is not a character: two digits from `\x00` to `\x7f` are
//            ^^^^^^^^^^ error[E007]: `\u{110000}` is not a character: `\u{e9}` would be one
//                       ^^^^ error[E007]: `\u{}` is not a character: `\u{e9}` would be one
//                            ^^ error[E007]: there is no escape `\é`
    f = r"C:\data";
    g = r#"a "quoted" name"#;
    h = r"C:\data;
//      ^^^^^^^^^^ error[E006]: this string does not end on its line
    i = r###"too many"###;
//      ^^^^^ error[E006]: a raw string has at most two `#`
    j = "digits"s;
//              ^ error[E001]: expected `;`, found `s`
}
