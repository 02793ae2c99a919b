//! From the small tree of a condition to the one that is evaluated: names resolved, units checked, readings numbered.
//!
//! Owns: types, units and denominators. Every distinct reading of a rule (this metric now, before, own median, target)
//! gets one slot, so that a condition that names it twice reads it once.
//! Refuses: evidence, and whether a scope has peers at all; `check` says what of them is missing.

use jiff::SignedDuration;

use crate::domain::ids::Platform;
use crate::domain::metric::Metric;
use crate::domain::money::{Currency, Money};
use crate::domain::num::f64_of;

use super::error::{RuleError, nearest};
use super::evidence::tested::Tested;
use super::language::{Node, Operator, What, error_at};
use super::readings::Want;
use super::rule::Length;
use super::units::Dim;

pub use super::benchmark::Quantile;

/// Where a value is taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The window.
    Now,
    /// The window before.
    Prev,
    /// The median of the subject's own earlier windows.
    Own,
    /// The deal's figure.
    Target,
    /// A quantile over the others of the comparable group.
    Peers(Quantile),
    /// This one's place among them, 0 to 1.
    Rank,
    /// The figure of an industry pack.
    Industry,
}

impl Source {
    /// Whether it moves when somebody else's numbers do.
    #[must_use]
    pub fn is_of_others(self) -> bool {
        match self {
            Self::Peers(_) | Self::Rank => true,
            Self::Now | Self::Prev | Self::Own | Self::Target | Self::Industry => false,
        }
    }

    /// Whether it is taken over the window that is looked at, so that it is another for another window.
    #[must_use]
    pub fn is_of_window(self) -> bool {
        match self {
            Self::Now | Self::Prev | Self::Peers(_) | Self::Rank => true,
            Self::Own | Self::Target | Self::Industry => false,
        }
    }
}

/// One reading that a rule needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Input {
    /// From where.
    pub source: Source,
    /// Of what.
    pub want: Want,
}

/// A number.
#[derive(Debug, Clone, PartialEq)]
pub enum Num {
    /// Written in the rule.
    Literal(f64),
    /// Money written in the rule, in minor units.
    Money(f64, Currency),
    /// A reading, by its slot.
    Read(usize),
    /// Its negative.
    Negate(Box<Num>),
    /// Two numbers.
    Math(Math, Box<Num>, Box<Num>),
}

/// Arithmetic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Math {
    Add,
    Subtract,
    Multiply,
    Divide,
}

/// How two sides are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Op {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
    NotEqual,
}

impl Op {
    /// Whether it holds between two known numbers.
    #[must_use]
    #[expect(clippy::float_cmp, reason = "a rule that says equal means equal; counts are exact")]
    pub fn holds(self, left: f64, right: f64) -> bool {
        match self {
            Self::Less => left < right,
            Self::LessOrEqual => left <= right,
            Self::Greater => left > right,
            Self::GreaterOrEqual => left >= right,
            Self::Equal => left == right,
            Self::NotEqual => left != right,
        }
    }

    /// How it is written.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Equal => "==",
            Self::NotEqual => "!=",
        }
    }

    /// The same comparison with its sides exchanged.
    #[must_use]
    pub fn mirrored(self) -> Self {
        match self {
            Self::Less => Self::Greater,
            Self::LessOrEqual => Self::GreaterOrEqual,
            Self::Greater => Self::Less,
            Self::GreaterOrEqual => Self::LessOrEqual,
            Self::Equal | Self::NotEqual => self,
        }
    }
}

/// One comparison, with what a receipt says about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Compare {
    /// How.
    pub op: Op,
    /// The left side.
    pub left: Num,
    /// The right side.
    pub right: Num,
    /// The unit both have.
    pub dim: Dim,
    /// Both sides as the rule says them.
    pub text: [String; 2],
    /// Where it begins in the text.
    pub at: usize,
    /// It is the tested comparison of an evidence rule: more than being on the wrong side is asked.
    pub tested: Option<Tested>,
}

/// A condition.
#[derive(Debug, Clone, PartialEq)]
pub enum Cond {
    /// Both.
    And(Box<Cond>, Box<Cond>),
    /// Either.
    Or(Box<Cond>, Box<Cond>),
    /// Not.
    Not(Box<Cond>),
    /// A comparison.
    Compare(Box<Compare>),
    /// `true` or `false`.
    Known(bool),
}

impl Cond {
    /// The parts of a conjunction that are comparisons, to be changed.
    pub(super) fn conjoined(&mut self) -> Vec<&mut Compare> {
        match self {
            Self::And(left, right) => {
                let mut all = left.conjoined();
                all.extend(right.conjoined());
                all
            }
            Self::Compare(compare) => vec![compare],
            Self::Or(..) | Self::Not(_) | Self::Known(_) => Vec::new(),
        }
    }

    /// Whether luck is weighed in it.
    #[must_use]
    pub fn weighs(&self) -> bool {
        match self {
            Self::And(left, right) | Self::Or(left, right) => left.weighs() || right.weighs(),
            Self::Not(inner) => inner.weighs(),
            Self::Compare(compare) => compare.tested.is_some(),
            Self::Known(_) => false,
        }
    }

    /// Every comparison, in the order of the text.
    #[must_use]
    pub fn comparisons(&self) -> Vec<&Compare> {
        match self {
            Self::And(left, right) | Self::Or(left, right) => {
                let mut all = left.comparisons();
                all.extend(right.comparisons());
                all
            }
            Self::Not(inner) => inner.comparisons(),
            Self::Compare(compare) => vec![compare],
            Self::Known(_) => Vec::new(),
        }
    }

    /// The parts of a conjunction; the condition itself where it is none.
    #[must_use]
    pub fn conjuncts(&self) -> Vec<&Cond> {
        match self {
            Self::And(left, right) => {
                let mut all = left.conjuncts();
                all.extend(right.conjuncts());
                all
            }
            Self::Or(..) | Self::Not(_) | Self::Compare(_) | Self::Known(_) => vec![self],
        }
    }
}

impl Num {
    /// Every slot it reads.
    pub fn slots(&self, into: &mut Vec<usize>) {
        match self {
            Self::Literal(_) | Self::Money(..) => {}
            Self::Read(slot) => into.push(*slot),
            Self::Negate(inner) => inner.slots(into),
            Self::Math(_, left, right) => {
                left.slots(into);
                right.slots(into);
            }
        }
    }
}

/// Lowers the conditions of one rule; both share the slots.
#[derive(Debug, Default)]
pub(super) struct Lowering {
    /// The readings, by slot.
    pub(super) inputs: Vec<Input>,
    /// The currencies written in the rule.
    pub(super) currencies: Vec<Currency>,
}

const COMPARE: &str = "compare it with something, such as `views < 100`";

impl Lowering {
    /// A condition; the first error ends it.
    pub(super) fn cond(&mut self, node: &Node) -> Result<Cond, RuleError> {
        match &node.what {
            What::Truth(value) => Ok(Cond::Known(*value)),
            What::Not(inner) => Ok(Cond::Not(Box::new(self.cond(inner)?))),
            What::Two(operator, left, right) => match comparison(*operator) {
                Some(op) => self.compare(node.at, op, left, right),
                None if *operator == Operator::And => {
                    Ok(Cond::And(Box::new(self.cond(left)?), Box::new(self.cond(right)?)))
                }
                None if *operator == Operator::Or => {
                    Ok(Cond::Or(Box::new(self.cond(left)?), Box::new(self.cond(right)?)))
                }
                None => Err(self.not_a_condition(node)),
            },
            What::Number(_) | What::Text(_) | What::Name(..) | What::Select(..) | What::Call(..) | What::Negate(_) => {
                Err(self.not_a_condition(node))
            }
        }
    }

    /// A number stands where a condition should; what is wrong inside the number is said first.
    fn not_a_condition(&mut self, node: &Node) -> RuleError {
        match self.num(node) {
            Err(error) => error,
            Ok((_, dim)) => error_at(node.at, format!("`{node}` is {}, not a condition", dim.say()), COMPARE),
        }
    }

    fn compare(&mut self, at: usize, op: Op, left: &Node, right: &Node) -> Result<Cond, RuleError> {
        let (left_num, left_dim) = self.num(left)?;
        let (right_num, right_dim) = self.num(right)?;
        let Some(dim) = left_dim.meet(right_dim) else {
            return Err(error_at(
                at,
                format!("`{left}` is {} and `{right}` is {}: they do not compare", left_dim.say(), right_dim.say()),
                meeting_remedy(left_dim, right_dim),
            ));
        };
        Ok(Cond::Compare(Box::new(Compare {
            op,
            left: left_num,
            right: right_num,
            dim,
            text: [left.to_string(), right.to_string()],
            at,
            tested: None,
        })))
    }

    /// A number with its unit.
    fn num(&mut self, node: &Node) -> Result<(Num, Dim), RuleError> {
        match &node.what {
            What::Number(value) => Ok((Num::Literal(*value), Dim::Plain)),
            What::Negate(inner) => {
                let (num, dim) = self.num(inner)?;
                Ok((Num::Negate(Box::new(num)), dim))
            }
            What::Name(name, platform) => {
                let want = metric(node.at, name, *platform)?;
                Ok(self.read(Source::Now, want))
            }
            What::Select(inner, field) => self.select(node.at, inner, field),
            What::Call(name, args) => self.function(node.at, name, args),
            What::Two(operator, left, right) => match math(*operator) {
                Some(math) => self.arithmetic(node.at, math, left, right),
                None => Err(not_a_number(node)),
            },
            What::Text(text) => Err(error_at(
                node.at,
                format!("the text `{text}` stands alone"),
                "texts are money or lengths of time, such as `money('100.00 EUR')` or `duration('48h')`",
            )),
            What::Truth(_) | What::Not(_) => Err(not_a_number(node)),
        }
    }

    fn arithmetic(&mut self, at: usize, math: Math, left: &Node, right: &Node) -> Result<(Num, Dim), RuleError> {
        let (left_num, left_dim) = self.num(left)?;
        let (right_num, right_dim) = self.num(right)?;
        let (dim, how) = match math {
            Math::Add => (left_dim.meet(right_dim), "added"),
            Math::Subtract => (left_dim.meet(right_dim), "subtracted"),
            Math::Multiply => (left_dim.times(right_dim), "multiplied"),
            Math::Divide => (left_dim.over(right_dim), "divided"),
        };
        match dim {
            Some(dim) => Ok((Num::Math(math, Box::new(left_num), Box::new(right_num)), dim)),
            None => Err(error_at(
                at,
                format!("`{left}` is {} and `{right}` is {}: they cannot be {how}", left_dim.say(), right_dim.say()),
                meeting_remedy(left_dim, right_dim),
            )),
        }
    }

    fn read(&mut self, source: Source, want: Want) -> (Num, Dim) {
        let input = Input { source, want };
        let slot = self.inputs.iter().position(|known| *known == input).unwrap_or_else(|| {
            self.inputs.push(input);
            self.inputs.len() - 1
        });
        // A place among others is a number, whatever was counted.
        let dim = if source == Source::Rank { Dim::Plain } else { Dim::of(want.metric) };
        (Num::Read(slot), dim)
    }

    fn select(&mut self, at: usize, inner: &Node, field: &str) -> Result<(Num, Dim), RuleError> {
        if matches!(&inner.what, What::Name(name, None) if name == "target") {
            let want = metric(at + "target.".len(), field, None)?;
            return Ok(self.read(Source::Target, want));
        }
        Err(error_at(at, format!("`{inner}.{field}` is not known"), "only targets have parts: write `target.cpa`"))
    }

    fn function(&mut self, at: usize, name: &str, args: &[Node]) -> Result<(Num, Dim), RuleError> {
        match name {
            "prev" => self.metric_function(at, name, args).map(|want| self.read(Source::Prev, want)),
            "own" => self.metric_function(at, name, args).map(|want| self.read(Source::Own, want)),
            "money" => {
                let money: Money = text_argument(at, name, args, "money('100.00 EUR')")?;
                self.currencies.push(money.currency);
                Ok((Num::Money(f64_of(money.minor), money.currency), Dim::Amount))
            }
            "duration" => {
                let length: Length = text_argument(at, name, args, "duration('48h')")?;
                let length: SignedDuration = length.get();
                Ok((Num::Literal(f64_of(length.as_secs())), Dim::Seconds))
            }
            "peers" => {
                let (of, quantile) = match args {
                    [of, quantile] => (std::slice::from_ref(of), quantile_of(quantile)?),
                    [_, _, more, ..] => {
                        return Err(error_at(
                            more.at,
                            format!("`peers()` takes a metric and a quantile, not {} things", args.len()),
                            "write `peers(views)` for the middle, or `peers(views, 0.25)`",
                        ));
                    }
                    of => (of, Quantile::MIDDLE),
                };
                self.metric_function(at, name, of).map(|want| self.read(Source::Peers(quantile), want))
            }
            "rank" => self.metric_function(at, name, args).map(|want| self.read(Source::Rank, want)),
            "industry" => self.metric_function(at, name, args).map(|want| self.read(Source::Industry, want)),
            _ => Err(unknown_function(at, name)),
        }
    }

    #[expect(clippy::unused_self, reason = "reads as the other steps of lowering do")]
    fn metric_function(&self, at: usize, name: &str, args: &[Node]) -> Result<Want, RuleError> {
        match args {
            [Node { at, what: What::Name(inner, platform) }] => metric(*at, inner, *platform),
            [Node { at, what: What::Select(inner, field) }] if matches!(&inner.what, What::Name(name, _) if name == "target") => {
                Err(error_at(
                    *at,
                    format!("`{name}()` takes a metric, and `target.{field}` is agreed, not counted"),
                    format!("write `{name}({field})`, or compare with `target.{field}` itself"),
                ))
            }
            [other] => Err(error_at(
                other.at,
                format!("`{name}()` takes a metric, not `{other}`"),
                format!("write the arithmetic outside, such as `0.5 * {name}(views)`"),
            )),
            _ => Err(error_at(
                at,
                format!("`{name}()` takes one metric, not {}", args.len()),
                format!("write `{name}(views)`"),
            )),
        }
    }
}

fn quantile_of(given: &Node) -> Result<Quantile, RuleError> {
    let quantile = if let What::Number(share) = given.what { Quantile::new(share) } else { None };
    quantile.ok_or_else(|| {
        error_at(
            given.at,
            format!("`{given}` is not a quantile"),
            "write a number from 0 to 1, such as `peers(views, 0.25)`",
        )
    })
}

fn comparison(operator: Operator) -> Option<Op> {
    match operator {
        Operator::Less => Some(Op::Less),
        Operator::LessOrEqual => Some(Op::LessOrEqual),
        Operator::Greater => Some(Op::Greater),
        Operator::GreaterOrEqual => Some(Op::GreaterOrEqual),
        Operator::Equal => Some(Op::Equal),
        Operator::NotEqual => Some(Op::NotEqual),
        Operator::Or | Operator::And | Operator::Add | Operator::Subtract | Operator::Multiply | Operator::Divide => {
            None
        }
    }
}

fn math(operator: Operator) -> Option<Math> {
    match operator {
        Operator::Add => Some(Math::Add),
        Operator::Subtract => Some(Math::Subtract),
        Operator::Multiply => Some(Math::Multiply),
        Operator::Divide => Some(Math::Divide),
        Operator::Or
        | Operator::And
        | Operator::Less
        | Operator::LessOrEqual
        | Operator::Greater
        | Operator::GreaterOrEqual
        | Operator::Equal
        | Operator::NotEqual => None,
    }
}

fn not_a_number(node: &Node) -> RuleError {
    error_at(
        node.at,
        format!("`{node}` is a condition, not a number"),
        "join comparisons by `&&`: instead of `1 < x < 9` write `1 < x && x < 9`",
    )
}

fn meeting_remedy(left: Dim, right: Dim) -> &'static str {
    match (left, right) {
        (Dim::Share(_), Dim::Share(_)) => "use rates of the same whole on both sides",
        (Dim::Plain, other) | (other, Dim::Plain) if other.is_money() => {
            "write money with its currency: `money('100.00 EUR')`"
        }
        (Dim::Money, Dim::Per(_)) | (Dim::Per(_), Dim::Money) => {
            "divide one by the other, such as `spend / target.cpa > 3`"
        }
        (Dim::Per(_), Dim::Per(_)) => "use costs per the same thing on both sides",
        _ => "use metrics of the same unit on both sides",
    }
}

fn metric(at: usize, name: &str, platform: Option<Platform>) -> Result<Want, RuleError> {
    match name.parse::<Metric>() {
        Ok(metric) => Ok(Want { metric, platform }),
        Err(_) if name == "target" => {
            Err(error_at(at, "`target` is not a number", "say which one, such as `target.cpa`"))
        }
        Err(_) => {
            let known = Metric::ALL.iter().map(|metric| metric.as_str());
            let all = || Metric::ALL.iter().map(|metric| metric.as_str()).collect::<Vec<_>>().join(", ");
            let remedy = nearest(name, known)
                .map_or_else(|| format!("expected one of {}", all()), |near| format!("did you mean `{near}`?"));
            Err(error_at(at, format!("`{name}` is not a metric"), remedy))
        }
    }
}

fn unknown_function(at: usize, name: &str) -> RuleError {
    const KNOWN: [&str; 7] = ["prev", "own", "peers", "rank", "industry", "money", "duration"];
    let remedy = match nearest(name, KNOWN) {
        Some(near) => format!("did you mean `{near}()`?"),
        None => format!("the functions are {}", KNOWN.join(", ")),
    };
    error_at(at, format!("`{name}()` is not a function"), remedy)
}

fn text_argument<T: std::str::FromStr<Err: std::fmt::Display>>(
    at: usize,
    name: &str,
    args: &[Node],
    example: &str,
) -> Result<T, RuleError> {
    match args {
        [Node { at, what: What::Text(text) }] => {
            text.parse().map_err(|error| error_at(*at, format!("{error}"), format!("the whole reads `{example}`")))
        }
        _ => Err(error_at(at, format!("`{name}()` takes one text in quotes"), format!("write `{example}`"))),
    }
}
