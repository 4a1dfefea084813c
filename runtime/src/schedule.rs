//! How learning rate and momentum change over training.

use crate::spec::{Formula, Length, Token};

/// How many values a formula may keep at a time.
const DEPTH: usize = 24;

/// The value of a formula before a step, counted from 0. While the updates of an epoch are not known, they are infinite.
///
/// In f64 with `libm`'s operations, so that every platform gets the same bits.
///
/// # Panics
/// If it is no formula in postfix notation, or keeps more than 24 values; the compiler makes no such thing.
pub fn evaluate(formula: Formula, step: u64, steps_per_epoch: Option<u64>) -> f64 {
    if let [Token::Number(value)] = formula {
        return *value;
    }
    let mut stack = [0.0; DEPTH];
    let mut len = 0;
    for token in formula {
        let taken = match token {
            Token::Number(_) | Token::Step | Token::StepsPerEpoch => 0,
            Token::Ln | Token::Floor | Token::Cos => 1,
            Token::Choose => 4,
            _ => 2,
        };
        len -= taken;
        let a = stack[len];
        let b = stack.get(len + 1).copied().unwrap_or_default();
        stack[len] = match *token {
            Token::Number(value) => value,
            Token::Step => step as f64,
            Token::StepsPerEpoch => steps_per_epoch.map_or(f64::INFINITY, |steps| steps.max(1) as f64),
            Token::Add => a + b,
            Token::Sub => a - b,
            Token::Mul => a * b,
            Token::Div => a / b,
            Token::Pow => libm::pow(a, b),
            Token::Ln => libm::log(a),
            Token::Floor => libm::floor(a),
            Token::Cos => libm::cos(a),
            Token::Min => a.min(b),
            Token::Max => a.max(b),
            Token::Choose => {
                if stack[len + 2] < stack[len + 3] {
                    a
                } else {
                    b
                }
            }
        };
        len += 1;
    }
    assert_eq!(len, 1, "a formula leaves one value");
    stack[0]
}

/// Whether so much of a training is done. An epoch whose updates are not known never ends.
pub(crate) fn is_reached(length: Length, updates: u64, steps_per_epoch: Option<u64>) -> bool {
    match (length, steps_per_epoch) {
        (Length::Steps(count), _) => updates as f64 >= count,
        (Length::Epochs(count), Some(steps)) => updates as f64 >= count * steps.max(1) as f64,
        (Length::Epochs(count), None) => count <= 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Token::{Add, Choose, Div, Floor, Mul, Number, Pow, Step, StepsPerEpoch, Sub};

    #[test]
    fn operands_come_in_order() {
        assert_eq!(evaluate(&[Number(7.0), Number(2.0), Sub], 0, None), 5.0);
        assert_eq!(evaluate(&[Number(2.0), Number(3.0), Pow, Number(4.0), Div], 0, None), 2.0);
        assert_eq!(evaluate(&[Number(2.0), Step, Number(3.0), Mul, Add], 5, None), 17.0);
    }

    #[test]
    fn an_unknown_epoch_never_ends() {
        let epochs: Formula = &[Step, StepsPerEpoch, Div, Floor];
        assert_eq!(evaluate(epochs, 1_000_000, None), 0.0);
        assert_eq!(evaluate(epochs, 9, Some(10)), 0.0);
        assert_eq!(evaluate(epochs, 10, Some(10)), 1.0);
        assert_eq!(evaluate(epochs, 3, Some(0)), 3.0);
    }

    #[test]
    fn a_choice_is_by_less() {
        let formula: Formula = &[Number(1.0), Number(2.0), Step, Number(3.0), Choose];
        assert_eq!([2, 3, 4].map(|step| evaluate(formula, step, None)), [1.0, 2.0, 2.0]);
    }
}
