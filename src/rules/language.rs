//! From the text of a condition to a small tree with places.
//!
//! Owns: what may be written. Conditions are a subset of CEL (<https://cel.dev>); its parser does the reading, and a look
//! at the characters before it refuses what is not in the subset with a sentence of our own. `followers@twitch` is not
//! CEL: its `@` becomes `_` of the same width for the parser, and the place remembers the platform.
//! Refuses: types and units (`lower` checks them). Survives: any text; length and depth are capped before parsing.

use std::collections::BTreeMap;
use std::fmt;

use cel::Program;
use cel::common::ast::{CallExpr, Expr, IdedExpr, LiteralValue, SourceInfo, operators};

use crate::domain::ids::Platform;

use super::error::{RuleError, nearest};

/// The longest condition, in bytes. Ten times the longest that anybody would read in a chat.
pub const TEXT_MAX: usize = 2_000;

/// The deepest nesting of brackets. The parser behind needs exponentially long for some deep ones.
const DEPTH_MAX: usize = 16;

/// The most operators in a condition, which bounds the depth of the tree.
const OPERATORS_MAX: usize = 200;

/// Names that the parser would expand before anybody can see them.
const MACROS: [&str; 6] = ["has", "all", "exists", "exists_one", "map", "filter"];

/// What to do instead of nearly everything that is refused.
const JOIN: &str = "write comparisons joined by `&&` or `||`, such as `views < 0.5 * prev(views)`";

/// A part of a condition and where it begins.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Byte offset of its first character in the text.
    pub at: usize,
    /// What it is.
    pub what: What,
}

/// What a part of a condition is.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// `0.25`; whole numbers and others are one type.
    Number(f64),
    /// `'100.00 EUR'`, only as an argument.
    Text(String),
    /// `true`.
    Truth(bool),
    /// `views`, `followers@twitch`.
    Name(String, Option<Platform>),
    /// `target.cpa`.
    Select(Box<Node>, String),
    /// `prev(views)`.
    Call(String, Vec<Node>),
    /// `!x`.
    Not(Box<Node>),
    /// `-x`.
    Negate(Box<Node>),
    /// Everything with two sides.
    Two(Operator, Box<Node>, Box<Node>),
}

/// An operator with two sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Operator {
    Or,
    And,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
    NotEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
}

/// Operator, how it is written, what CEL calls it, how strongly it binds.
const OPERATORS: [(Operator, &str, &str, u8); 12] = [
    (Operator::Or, "||", operators::LOGICAL_OR, 1),
    (Operator::And, "&&", operators::LOGICAL_AND, 2),
    (Operator::Less, "<", operators::LESS, 3),
    (Operator::LessOrEqual, "<=", operators::LESS_EQUALS, 3),
    (Operator::Greater, ">", operators::GREATER, 3),
    (Operator::GreaterOrEqual, ">=", operators::GREATER_EQUALS, 3),
    (Operator::Equal, "==", operators::EQUALS, 3),
    (Operator::NotEqual, "!=", operators::NOT_EQUALS, 3),
    (Operator::Add, "+", operators::ADD, 4),
    (Operator::Subtract, "-", operators::SUBSTRACT, 4),
    (Operator::Multiply, "*", operators::MULTIPLY, 5),
    (Operator::Divide, "/", operators::DIVIDE, 5),
];

impl Operator {
    /// How it is written.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        OPERATORS.iter().find(|row| row.0 == self).map_or("", |row| row.1)
    }

    fn binds(self) -> u8 {
        OPERATORS.iter().find(|row| row.0 == self).map_or(0, |row| row.3)
    }
}

/// An error at a byte of the text; the caller adds which key and which file.
pub(super) fn error_at(offset: usize, text: impl Into<String>, remedy: impl Into<String>) -> RuleError {
    RuleError { at: None, field: None, offset: Some(offset), text: text.into(), remedy: remedy.into() }
}

/// Reads a condition.
///
/// # Errors
///
/// One error with its place: the first thing that is not in the language.
pub fn parse(text: &str) -> Result<Node, RuleError> {
    let looked = look_over(text)?;
    // The parser is a large generated one; a panic in it would be its fault and must not be ours.
    let program = std::panic::catch_unwind(|| Program::compile(&looked.plain)).map_err(|_| unreadable(text, 0))?;
    match program {
        Ok(program) => Reader { text, names: &looked.names, info: program.source_info() }.node(program.expression()),
        Err(errors) => {
            let offset = errors.errors.first().map_or(0, |error| offset_of(text, error.pos));
            Err(unreadable(text, offset))
        }
    }
}

fn unreadable(text: &str, offset: usize) -> RuleError {
    let rest = text.get(offset..).unwrap_or("").trim_start();
    let word: String = rest
        .chars()
        .enumerate()
        .take_while(|(i, c)| *i == 0 || c.is_ascii_alphanumeric() || matches!(c, '_' | '.'))
        .map(|(_, c)| c)
        .collect();
    if word.len() > 15 && word.bytes().all(|byte| byte.is_ascii_digit()) {
        error_at(offset, "this number is too large", "write a smaller one")
    } else if word.is_empty() {
        error_at(offset, "the condition ends too early", JOIN)
    } else {
        error_at(offset, format!("`{word}` is not expected here"), JOIN)
    }
}

/// The byte that the parser means by line and column, both from 1.
fn offset_of(text: &str, (line, column): (isize, isize)) -> usize {
    let skip = usize::try_from(line.saturating_sub(1)).unwrap_or(0);
    let start: usize = text.split_inclusive('\n').take(skip).map(str::len).sum();
    let column = usize::try_from(column.saturating_sub(1)).unwrap_or(0);
    std::cmp::min(start + column, text.len())
}

/// What the look at the characters found.
struct Looked {
    /// The text for the parser, byte for byte as wide as the original.
    plain: String,
    /// Names with a platform, by where they begin.
    names: BTreeMap<usize, (String, Platform)>,
}

fn look_over(text: &str) -> Result<Looked, RuleError> {
    if text.len() > TEXT_MAX {
        return Err(error_at(
            TEXT_MAX,
            format!("the condition has {} characters, more than {TEXT_MAX}", text.len()),
            "split it into several rules",
        ));
    }
    if text.trim().is_empty() {
        return Err(error_at(0, "the condition is empty", JOIN));
    }
    let mut looked = Looked { plain: text.to_owned(), names: BTreeMap::new() };
    let (mut at, mut depth, mut operators) = (0, 0_usize, 0_usize);
    while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
        at = match c {
            'a'..='z' | 'A'..='Z' | '_' => name_from(text, at, &mut looked)?,
            '\'' | '"' => string_from(text, at, c)?,
            _ => {
                operators += usize::from(matches!(c, '+' | '-' | '*' | '/' | '&' | '|' | '<' | '>' | '=' | '!' | '.'));
                if c == '(' {
                    depth += 1;
                }
                depth = depth.saturating_sub(usize::from(c == ')'));
                refuse(text, at, c)?;
                at + c.len_utf8()
            }
        };
        if depth > DEPTH_MAX {
            return Err(error_at(
                at - 1,
                format!("brackets are nested more than {DEPTH_MAX} deep"),
                "split the condition into several rules",
            ));
        }
        if operators > OPERATORS_MAX {
            return Err(error_at(
                at - 1,
                format!("the condition has more than {OPERATORS_MAX} operators"),
                "split it into several rules",
            ));
        }
    }
    Ok(looked)
}

/// Where the name or number that begins at `from` ends.
fn word_end(text: &str, from: usize) -> usize {
    let rest = text.get(from..).unwrap_or("");
    let size = rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
    from + size
}

fn name_from(text: &str, start: usize, looked: &mut Looked) -> Result<usize, RuleError> {
    let end = word_end(text, start);
    let word = text.get(start..end).unwrap_or("");
    let next = text.as_bytes().get(end).copied();
    if MACROS.contains(&word) {
        return Err(error_at(start, format!("`{word}` is not part of rule conditions"), JOIN));
    }
    if matches!(word, "in" | "null") {
        return Err(error_at(
            start,
            format!("`{word}` is not part of rule conditions"),
            "compare with `==` and join the comparisons by `||`",
        ));
    }
    if matches!(next, Some(b'\'' | b'"')) {
        return Err(error_at(
            start,
            format!("text with `{word}` before it is not part of rule conditions"),
            "write the text alone, as in `money('100.00 EUR')`",
        ));
    }
    if next != Some(b'@') {
        return Ok(end);
    }
    let platform_end = word_end(text, end + 1);
    if platform_end == end + 1 {
        return Ok(end);
    }
    let platform = text.get(end + 1..platform_end).unwrap_or("");
    let known: Platform = platform.parse().map_err(|_| unknown_platform(end + 1, platform))?;
    looked.plain.replace_range(end..=end, "_");
    looked.names.insert(start, (word.to_owned(), known));
    Ok(platform_end)
}

fn unknown_platform(at: usize, given: &str) -> RuleError {
    let names: Vec<&str> = Platform::all().map(Platform::as_str).collect();
    let remedy = match nearest(given, names.iter().copied()) {
        Some(name) => format!("did you mean `{name}`?"),
        None => format!("expected one of {}", names.join(", ")),
    };
    error_at(at, format!("`{given}` is not a platform"), remedy)
}

fn string_from(text: &str, start: usize, quote: char) -> Result<usize, RuleError> {
    let inside = text.get(start + 1..).unwrap_or("");
    let Some(size) = inside.find(quote) else {
        return Err(error_at(start, "text that begins here never ends", "close it with a quote"));
    };
    let inner = inside.get(..size).unwrap_or("");
    if let Some(bad) = inner.find(|c: char| !(c.is_ascii_graphic() || c == ' ') || c == '\\') {
        return Err(error_at(
            start + 1 + bad,
            "this character cannot stand in a text",
            "texts are money or lengths of time, such as `money('100.00 EUR')` or `duration('48h')`",
        ));
    }
    Ok(start + size + 2)
}

/// Refuses a character that is not in the language, or that stands alone where two belong together.
fn refuse(text: &str, at: usize, c: char) -> Result<(), RuleError> {
    let pair = text.get(at..at + 2).unwrap_or("");
    let before = at.checked_sub(1).and_then(|at| text.get(at..at + 2)).unwrap_or("");
    let (what, remedy) = match c {
        ' ' | '\n' | '\t' | '\r' | '0'..='9' | '(' | ')' | '+' | '-' | '*' | ',' | '.' | '<' | '>' | '!' => {
            return Ok(());
        }
        '/' if pair == "//" => {
            ("comments are not part of rule conditions".to_owned(), "put the comment above the key, after `#`")
        }
        '/' => return Ok(()),
        '=' if pair == "==" || matches!(before, "==" | "<=" | ">=" | "!=") => return Ok(()),
        '&' if pair == "&&" || before == "&&" => return Ok(()),
        '|' if pair == "||" || before == "||" => return Ok(()),
        '=' => ("`=` alone does not compare".to_owned(), "write `==`"),
        '&' => ("`&` alone does not join".to_owned(), "write `&&`"),
        '|' => ("`|` alone does not join".to_owned(), "write `||`"),
        '?' | ':' => (
            "choices with `?` and `:` are not part of rule conditions".to_owned(),
            "write two rules, or join both cases by `||`",
        ),
        '[' | ']' => (
            "lists and indexes are not part of rule conditions".to_owned(),
            "compare with each value and join the comparisons by `||`",
        ),
        '{' | '}' => ("maps are not part of rule conditions".to_owned(), JOIN),
        '%' => ("`%` is not part of rule conditions".to_owned(), "write five per cent as `0.05`"),
        '@' => ("`@` must stand between a metric and a platform".to_owned(), "write it like `followers@twitch`"),
        other => (format!("`{}` is not part of rule conditions", other.escape_debug()), JOIN),
    };
    Err(error_at(at, what, remedy))
}

/// Turns the parser's tree into ours.
struct Reader<'a> {
    text: &'a str,
    names: &'a BTreeMap<usize, (String, Platform)>,
    info: &'a SourceInfo,
}

impl Reader<'_> {
    fn offset(&self, expr: &IdedExpr) -> usize {
        self.info.offset_for(expr.id).and_then(|(start, _)| usize::try_from(start).ok()).unwrap_or(0)
    }

    fn node(&self, expr: &IdedExpr) -> Result<Node, RuleError> {
        let at = self.offset(expr);
        let node = |what| Ok(Node { at, what });
        match &expr.expr {
            Expr::Literal(LiteralValue::Boolean(value)) => node(What::Truth(*value.inner())),
            Expr::Literal(LiteralValue::Double(value)) => self.number(at, *value.inner()),
            Expr::Literal(LiteralValue::Int(value)) => self.number(at, crate::domain::num::f64_of(*value.inner())),
            Expr::Literal(LiteralValue::UInt(_)) => {
                Err(error_at(at, "`u` after a number is not part of rule conditions", "write the number alone"))
            }
            Expr::Literal(LiteralValue::String(value)) => node(What::Text(value.inner().to_owned())),
            Expr::Ident(name) => match self.names.get(&at) {
                Some((name, platform)) => node(What::Name(name.clone(), Some(*platform))),
                None => node(What::Name(name.clone(), None)),
            },
            Expr::Select(select) if !select.test => {
                let inner = self.node(&select.operand)?;
                Ok(Node { at: inner.at, what: What::Select(Box::new(inner), select.field.clone()) })
            }
            Expr::Call(call) => self.call(at, call),
            Expr::Select(_)
            | Expr::Literal(LiteralValue::Bytes(_) | LiteralValue::Null)
            | Expr::Unspecified
            | Expr::Comprehension(_)
            | Expr::List(_)
            | Expr::Map(_)
            | Expr::Struct(_) => Err(unreadable(self.text, at)),
        }
    }

    #[expect(clippy::unused_self, reason = "reads as the other steps of the reader do")]
    fn number(&self, at: usize, value: f64) -> Result<Node, RuleError> {
        // There is one zero: `-0.0` would be printed as `-0`, which is read as 0.
        let value = value + 0.0;
        if value.is_finite() {
            Ok(Node { at, what: What::Number(value) })
        } else {
            Err(error_at(at, "this number is too large", "write a smaller one"))
        }
    }

    fn call(&self, at: usize, call: &CallExpr) -> Result<Node, RuleError> {
        if call.target.is_some() {
            let remedy = format!("write `{}(…)` around it", call.func_name);
            return Err(error_at(at, "calls after a dot are not part of rule conditions", remedy));
        }
        let args: Vec<Node> = call.args.iter().map(|arg| self.node(arg)).collect::<Result<_, _>>()?;
        let name = call.func_name.as_str();
        if let Some(row) = OPERATORS.iter().find(|row| row.2 == name) {
            let mut sides = args.into_iter();
            let (Some(left), Some(right)) = (sides.next(), sides.next()) else {
                return Err(unreadable(self.text, at));
            };
            return Ok(join(row.0, left, right));
        }
        if matches!(name, operators::LOGICAL_NOT | operators::NEGATE) {
            let Some(inner) = args.into_iter().next() else {
                return Err(unreadable(self.text, at));
            };
            // A number after a minus is one number, as the parser itself has it where no bracket stands between.
            if let (operators::NEGATE, What::Number(value)) = (name, &inner.what) {
                return self.number(at, 0.0 - value);
            }
            let inner = Box::new(inner);
            let what = if name == operators::LOGICAL_NOT { What::Not(inner) } else { What::Negate(inner) };
            return Ok(Node { at, what });
        }
        // The parser's place of a call is its bracket; the name stands before it.
        let before = self.text.get(..at).unwrap_or("").trim_end();
        Ok(Node { at: before.strip_suffix(name).map_or(at, str::len), what: What::Call(name.to_owned(), args) })
    }
}

/// Two sides as one. The parser balances chains of `&&` and `||`; here they lean to the left, as they are written.
fn join(operator: Operator, left: Node, right: Node) -> Node {
    let chains = matches!(operator, Operator::And | Operator::Or);
    if matches!(&right.what, What::Two(inner, ..) if chains && *inner == operator)
        && let What::Two(_, first, second) = right.what
    {
        return join(operator, join(operator, left, *first), *second);
    }
    Node { at: left.at, what: What::Two(operator, Box::new(left), Box::new(right)) }
}

impl Node {
    /// How strongly the outermost operator binds; 9 for what needs no brackets.
    fn binds(&self) -> u8 {
        match &self.what {
            What::Two(operator, ..) => operator.binds(),
            What::Not(_) | What::Negate(_) => 8,
            What::Number(value) if value.is_sign_negative() => 8,
            What::Number(_) | What::Text(_) | What::Truth(_) | What::Name(..) | What::Select(..) | What::Call(..) => 9,
        }
    }

    fn write(&self, f: &mut fmt::Formatter<'_>, least: u8) -> fmt::Result {
        if self.binds() < least {
            f.write_str("(")?;
            self.write(f, 0)?;
            return f.write_str(")");
        }
        match &self.what {
            What::Number(value) => write_number(f, *value),
            What::Text(text) if text.contains('\'') => write!(f, "\"{text}\""),
            What::Text(text) => write!(f, "'{text}'"),
            What::Truth(value) => write!(f, "{value}"),
            What::Name(name, None) => f.write_str(name),
            What::Name(name, Some(platform)) => write!(f, "{name}@{platform}"),
            What::Select(inner, field) => {
                inner.write(f, 9)?;
                write!(f, ".{field}")
            }
            What::Call(name, args) => {
                write!(f, "{name}(")?;
                for (i, arg) in args.iter().enumerate() {
                    f.write_str(if i == 0 { "" } else { ", " })?;
                    arg.write(f, 0)?;
                }
                f.write_str(")")
            }
            What::Not(inner) => {
                f.write_str("!")?;
                inner.write(f, 9)
            }
            What::Negate(inner) => {
                f.write_str("-")?;
                inner.write(f, 9)
            }
            What::Two(operator, left, right) => {
                left.write(f, operator.binds())?;
                write!(f, " {} ", operator.as_str())?;
                right.write(f, operator.binds() + 1)
            }
        }
    }
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, 0)
    }
}

fn write_number(f: &mut fmt::Formatter<'_>, value: f64) -> fmt::Result {
    if value.fract() == 0.0 && value.abs() < 1.0e15 { write!(f, "{value:.0}") } else { write!(f, "{value:?}") }
}

#[cfg(test)]
mod tests;
