//! The table of all diagnostic codes of the project, each with a one-line summary and a page.
//!
//! `E0xx` syntax, `E1xx` names and shapes, `E2xx` recipes, `E3xx` files, data, weights and running, `W0xx` lints.
//! To add one: a line here, in sorted order, and its page `codes/CODE.md` (title, `## Wrong`, `## Why`, `## Right`, of
//! lints `## Silence`).

use crate::diagnostic::{Code, Severity};

/// What is known about a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodeInfo {
    /// The code itself.
    pub code: Code,
    /// The constant's name in words, such as `missing semicolon`'s `MISSING_SEMICOLON`.
    pub name: &'static str,
    /// One line: lower case, no full stop.
    pub summary: &'static str,
    /// The page, as markdown.
    pub page: &'static str,
}

impl CodeInfo {
    /// Whether it is an error or a warning.
    pub fn severity(&self) -> Severity {
        self.code.severity()
    }
}

/// What there is to say about `code` (`E002`, in any case), or nothing where there is no such code.
pub fn explain(code: &str) -> Option<&'static CodeInfo> {
    ALL.iter().find(|info| info.code.0.eq_ignore_ascii_case(code.trim()))
}

macro_rules! codes {
    ($($code:ident $name:ident $summary:literal;)*) => {
        $(
            #[doc = concat!("`", stringify!($code), "`: ", $summary, ".")]
            pub const $name: Code = Code(stringify!($code));
        )*
        /// Every code, sorted.
        pub static ALL: &[CodeInfo] = &[$(CodeInfo {
            code: $name,
            name: stringify!($name),
            summary: $summary,
            page: include_str!(concat!("../codes/", stringify!($code), ".md")),
        }),*];
    };
}

// One line a code, sorted by code.
#[rustfmt::skip]
codes! {
    E001 UNEXPECTED "something else was expected here";
    E002 MISSING_SEMICOLON "a statement, setting or const does not end in `;`";
    E003 UNCLOSED_BRACKET "a bracket is opened and never closed";
    E004 UNMATCHED_BRACKET "a closing bracket has no opening one, or one of another kind";
    E005 BLOCK_COMMENT "a comment is written as `/* … */`";
    E006 UNTERMINATED_STRING "a string does not end";
    E007 UNKNOWN_ESCAPE "a string holds an escape that does not exist";
    E008 MALFORMED_NUMBER "a number is not written as numbers are";
    E009 RESERVED_WORD "a reserved word is used as a name";
    E010 COLON_OR_EQUALS "a `:` stands where `=` belongs, or the other way round";
    E011 UNKNOWN_CHARACTER "a character has no meaning in the language";
    E012 FILE_TOO_LARGE "the file is larger than the compiler accepts";
    E013 NESTED_TOO_DEEPLY "brackets are nested deeper than the compiler accepts";
    E014 VALUE_TOO_LONG "a value holds more operators than the compiler accepts";
    E015 MISPLACED_DOC "a doc comment stands where it documents nothing";
    E016 MISPLACED_ATTRIBUTE "an attribute does not exist or stands where it says nothing";
    E017 MISPLACED_ITEM "something stands in a place that holds other things";
    E018 UNKNOWN_OPERATOR "an operator does not exist in the language";
    E101 NAME_TAKEN "a name stands for something already";
    E102 UNKNOWN_NAME "a name stands for nothing here";
    E103 UNKNOWN_LAYER "there is no such layer, activation or block";
    E104 NOT_A_LAYER "something that is no layer stands where a layer belongs";
    E105 NOT_SUPPORTED_YET "a part of the language cannot be compiled yet";
    E106 UNKNOWN_ARGUMENT "a call names an argument that does not exist";
    E107 TOO_MANY_ARGUMENTS "a call has too many arguments";
    E108 DUPLICATE_ARGUMENT "an argument is given twice";
    E109 MISSING_ARGUMENT "an argument that has no default is not given";
    E110 POSITIONAL_AFTER_NAMED "an argument without a name follows one with a name";
    E111 WRONG_KIND "a value is of another kind than belongs here";
    E112 OUT_OF_RANGE "a number is outside the range in which it has a meaning";
    E113 NOT_WHOLE "a size or count is not a whole number";
    E114 NOT_FINITE "a calculation has no finite result";
    E115 UNKNOWN_CHOICE "a name is not one of those that can be chosen";
    E116 CONST_CYCLE "the value of a const depends on itself";
    E117 RECURSIVE_BLOCK "a block contains itself";
    E118 UNUSABLE_NAME "a name cannot be one in the generated Rust";
    E119 TOO_LARGE "a size, a network or a tensor is larger than the compiler accepts";
    E120 MISPLACED_INTERFACE "an input or output stands inside a block, `repeat` or `residual`";
    E121 NO_VALUE "a chain has no value to start from";
    E122 PATH_TAKEN "two things would have the same path";
    E123 UNKNOWN_LINT "an attribute silences a lint that does not exist";
    E130 SHAPE_MISMATCH "a layer cannot take a value of this shape";
    E131 UNKNOWN_TYPE "an input or output has a type that it cannot have";
    E132 TYPE_SIZES "a type has too many sizes, too few, or one that makes no sense";
    E133 OUTPUT_SHAPE "a value does not have the shape that its output asks for";
    E134 DOUBLE_ACTIVATION "a softmax or sigmoid stands before an output that applies it itself";
    E135 UNUSED_VALUE "a value reaches no output";
    E136 NO_INTERFACE "a model has no input or no output";
    E201 UNKNOWN_MODEL "a recipe trains a model that does not exist";
    E202 RECIPE_WITHOUT_NAME "a further recipe of a model has no name";
    E203 RECIPE_NAME_TAKEN "two recipes of a model go by the same name";
    E204 UNKNOWN_RECIPE "a recipe is like one that its model does not have";
    E205 LIKE_CYCLE "a recipe is like itself";
    E206 UNKNOWN_SETTING "there is no such setting";
    E207 SETTING_NOT_SUPPORTED_YET "a setting, or what it asks for, is not supported yet";
    E208 DUPLICATE_SETTING "a setting is written twice";
    E209 UNKNOWN_CALLABLE "there is no such loss, optimizer, schedule or the like";
    E210 LOSS_MISFIT "a loss does not fit the type of its output";
    E211 OUTPUT_LOSSES "the losses are not one for each output";
    E212 SETTINGS_CONFLICT "two settings exclude each other";
    E213 EMPTY_SELECTION "what selects layers selects nothing";
    E214 SPLIT_SHARES "the split leaves nothing to train on";
    E215 STRATIFY_WITHOUT_CLASSES "a split keeps proportions of classes that there are not";
    E216 DATA_COLUMNS "the columns named are not those that the model takes";
    E217 SOURCE_MISFIT "a source of data cannot hold what the model takes";
    E218 OVERRIDE "a setting given outside the file cannot be applied";
    E219 NO_IMAGE "an augmentation of images is asked for where there are none";
    E301 FILE_ACCESS "a file cannot be opened, read or written";
    E302 DATA_TABLE "a CSV file is not a table";
    E303 DATA_COLUMN "the data has no such column";
    E304 DATA_SHAPE "the data does not have the shape that the model takes";
    E305 DATA_VALUE "a value of the data is not one that its column can have";
    E306 DATA_CLASSES "the classes of the data are not those of the model";
    E307 IDX_FILE "a file is not an IDX file, or is cut short";
    E308 DATA_SPLIT "the data cannot be split as the recipe says";
    E309 TRAINING_DIVERGED "the loss or a weight became infinite or not a number";
    E310 WEIGHTS_FILE "a file holds no weights";
    E311 WEIGHTS_MISMATCH "weights are for another model";
    E312 NO_SUCH_MODEL "the file has no such model or recipe";
    E313 NO_DATA "nothing says where the data is";
    E314 NO_PART "the data has no such part";
    E315 NO_RUST_COMPILER "the Rust compiler or its linker is missing";
    E316 RUST_COMPILER_REFUSED "the Rust compiler refuses the generated code";
    E317 MODEL_CACHE "the cache of compiled models cannot be used";
    E318 MODEL_NOT_LOADED "a compiled model cannot be loaded";
    E319 REUSE "a training does not begin as its recipe says";
    E320 LOG_FILE "a file is not the log of a training";
    E321 EMPTY_LOG "a log holds no epoch";
    E325 WEIGHTS_NORMALIZATION "weights lack the normalisation of their training";
    E330 NOT_ENOUGH_MEMORY "a model takes more memory than there is";
    W001 SATURATING_ACTIVATION "sigmoid or tanh stands in a deep stack";
    W002 INITIALIZER_MISMATCH "an initialiser does not match the activation after it";
    W003 NO_NORMALIZATION "a deep stack has no normalisation";
    W004 NORMALIZATION_AFTER_ACTIVATION "`batch_norm` stands after the activation";
    W005 CANCELLED_BIAS "`batch_norm` cancels a bias";
    W006 ADAGRAD_ON_DEEP_NETWORK "adagrad trains a deep network";
    W007 UNUSUAL_LEARNING_RATE "the learning rate is far outside the optimizer's usual range";
    W008 MISPLACED_DROPOUT "`dropout` stands before `batch_norm` or on an output";
    W009 BATCH_OF_ONE "`batch_norm` is trained with batches of one row, or a last one of one row";
    W010 LINEAR_STACK "nothing but linear functions stands between two layers with weights";
    W011 LIMITED_OUTPUT "an activation limits logits, or predictions that may be any number";
    W012 HIDDEN_SOFTMAX "`softmax` stands between layers";
    W013 SELU_CONDITIONS "`selu` lacks what it needs to keep mean and variance";
    W014 EQUAL_UNITS "all units of a hidden layer begin with the same weights";
    W015 UNSCALED_INITIALIZER "weights begin much larger or smaller than suits their inputs";
    W016 SAME_BATCHES "`batch_norm` is trained without `shuffle`";
    W017 NORMALIZED_OUTPUT "`batch_norm` stands on an output";
    W018 CONSTANT_VALUE "`layer_norm` or `softmax` is over a single value";
    W019 HIGH_DROPOUT "`dropout` leaves next to nothing";
    W020 UNUSUAL_BETA "the share of momentum or of the mean square that is kept is unusual";
    W021 SCHEDULE_OUT_OF_RANGE "the schedule takes the learning rate to next to nothing, or far too high";
    W022 L2_WITH_ADAM "`adam` divides the pull of `l2` by the size of gradients";
    W023 TINY_CLIP "gradients are clipped to next to nothing";
    W024 STRONG_SMOOTHING "`label_smoothing` spreads most of each target";
    W025 RAW_IMAGES "bytes of images go into a network as they are";
    W026 FROZEN_REGULARIZATION "a penalty or constraint acts on frozen layers alone";
    W027 FAINT_NOISE "`noise` is next to nothing once inputs are normalised";
    W028 CHANNELS_FIRST "an image that is augmented seems to have its channels first";
    W029 UNREACHED_LENGTH "a warm-up, a thaw or a rate comes after the training's end";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_every_code_has_a_whole_page() {
        assert!(ALL.is_sorted_by(|a, b| a.code < b.code), "codes must be sorted and unique");
        for info in ALL {
            let code = info.code.0;
            assert!(!info.summary.ends_with('.'), "{code}: the summary ends in a full stop");
            assert!(info.page.starts_with(&format!("# {code}: ")), "{code}: the page must begin with `# {code}: title`");
            // What is wrong with files and commands is not always seen in a `.dlm` file.
            let fence = if code.starts_with("E3") { "```" } else { "```dlm\n" };
            let mut rest = info.page;
            for heading in ["\n## Wrong\n", "\n## Why\n", "\n## Right\n"] {
                let at = rest.find(heading).unwrap_or_else(|| panic!("{code}: no `{}` in order", heading.trim()));
                rest = &rest[at + heading.len()..];
                let section = rest.split("\n## ").next().unwrap_or_default();
                assert_eq!(section.contains(fence), heading != "\n## Why\n", "{code}: example in `{}`", heading.trim());
            }
            if info.severity() == Severity::Warning {
                let silence = rest.split("\n## Silence\n").nth(1).unwrap_or_default();
                assert!(silence.contains(&format!("`#[allow({code})]`")), "{code}: no word on how to silence it");
            }
        }
    }

    #[test]
    fn codes_are_found_in_any_case_and_nothing_else_is() {
        assert_eq!(explain("e002").map(|info| info.code), Some(MISSING_SEMICOLON));
        assert_eq!(explain("E999"), None);
        assert_eq!(explain(""), None);
    }
}
