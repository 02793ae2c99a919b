//! From a rule as written to a rule that can be judged, or everything that is wrong with it.
//!
//! Owns: [`CheckedRule`], the only thing that is judged. Refuses: rules that could not be judged as they are written; they
//! are errors, never silently plain.

use crate::domain::ids::{BrandId, CampaignId, CreatorId, Platform, Scope, Subject};
use crate::domain::metric::Metric;
use crate::domain::money::Currency;

use super::error::{RuleError, nearest};
use super::eval::{self, Glance};
use super::evidence::tested::{Tested, is_weighable, missing_op};
use super::judge::Context;
use super::language::{self, Node, Operator, What};
use super::lower::{Cond, Input, Lowering, Num, Source};
use super::readings::Want;
use super::rule::{Evidence, For, Given, Globs, Kind, Length, Rule};
use super::window::Window;

/// A rule whose conditions are lowered and whose keys fit together.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckedRule {
    rule: Rule,
    window: Window,
    when: Cond,
    recover: Option<Cond>,
    inputs: Vec<Input>,
    currencies: Vec<Currency>,
    own_windows: u32,
    glance: Option<Glance>,
}

impl CheckedRule {
    /// What a glance at it needs; `None` where it is not one for glances.
    #[must_use]
    pub fn glance(&self) -> Option<&Glance> {
        self.glance.as_ref()
    }

    /// The rule as written.
    #[must_use]
    pub fn rule(&self) -> &Rule {
        &self.rule
    }

    /// What a bare metric is read over.
    #[must_use]
    pub fn window(&self) -> Window {
        self.window
    }

    /// The lowered condition.
    #[must_use]
    pub fn when(&self) -> &Cond {
        &self.when
    }

    /// The lowered recovery condition; `None` is "not `when`".
    #[must_use]
    pub fn recover(&self) -> Option<&Cond> {
        self.recover.as_ref()
    }

    /// Every reading the rule needs, by slot. What did not change in any of them cannot change the verdict.
    #[must_use]
    pub fn inputs(&self) -> &[Input] {
        &self.inputs
    }

    /// How many earlier windows `own()` takes the median of.
    #[must_use]
    pub fn own_windows(&self) -> u32 {
        self.own_windows
    }

    /// The currency that money in the rule is written in, if any is.
    #[must_use]
    pub fn currency(&self) -> Option<Currency> {
        self.currencies.first().copied()
    }

    /// What the rule compares with the subject's own past, if it does so with exactly one metric: a fire of such a rule can
    /// be called right or wrong by what came after.
    #[must_use]
    pub fn own_of(&self) -> Option<Want> {
        let mut own = self.inputs.iter().filter(|input| input.source == Source::Own);
        match (own.next(), own.next()) {
            (Some(input), None) => Some(input.want),
            (_, _) => None,
        }
    }

    /// Whether the numbers of others decide: then it is to be judged again when they change.
    #[must_use]
    pub fn is_of_others(&self) -> bool {
        eval::is_of_others(&self.inputs)
    }

    /// Whether it may read comparable others at all: also a small sample of its own past is drawn towards theirs.
    #[must_use]
    pub fn reads_groups(&self) -> bool {
        eval::reads_groups(&self.inputs)
    }

    /// How many of the newest windows must each satisfy the condition: 1 unless `for` counts windows.
    #[must_use]
    pub fn windows(&self) -> u32 {
        match self.rule.hold {
            For::Time(_) => 1,
            For::Windows(count) => count,
        }
    }

    /// How long the condition must hold before it fires, beside [`CheckedRule::windows`].
    #[must_use]
    pub fn hold(&self) -> Length {
        match self.rule.hold {
            For::Time(length) => length,
            For::Windows(_) => Length::ZERO,
        }
    }

    /// Whether the rule speaks about this subject.
    #[must_use]
    pub fn selects(&self, subject: &Subject, ctx: &Context) -> bool {
        // Whom a pool is about was asked when it was made.
        if !ctx.pool.is_empty() {
            return true;
        }
        let selects = &self.rule.selects;
        let fits = |globs: &Option<Globs>, name: Option<&str>| match globs {
            Some(globs) => globs.fit(name),
            None => true,
        };
        let facts = &ctx.facts;
        subject.scope() == self.rule.scope
            && fits(&selects.campaign, facts.campaign.as_ref().map(CampaignId::as_str))
            && fits(&selects.creator, facts.creator.as_ref().map(CreatorId::as_str))
            && fits(&selects.brand, facts.brand.as_ref().map(BrandId::as_str))
            && fits(&selects.platform, facts.platform.map(Platform::as_str))
            && match (&self.rule.program, &self.rule.level) {
                (Some(program), Some(level)) => facts.levels.get(program) == Some(level),
                (_, _) => true,
            }
            && match (&selects.size, facts.size) {
                (None, _) => true,
                (Some(sizes), Some(size)) => sizes.contains(&size),
                (Some(_), None) => false,
            }
    }

    /// Where the currency is already known: whether the money written in the rule is of it.
    ///
    /// # Errors
    ///
    /// The rule is written in another currency.
    pub fn check_currency(&self, currency: Currency) -> Result<(), RuleError> {
        match self.currencies.iter().find(|written| **written != currency) {
            None => Ok(()),
            Some(written) => Err(RuleError::about(
                "when",
                format!("the rule is written in {written} and its subject is kept in {currency}"),
                format!("write the amount in {currency}, or limit the rule with `where`"),
            )),
        }
    }
}

/// Checks a rule: conditions, units, windows, evidence.
///
/// # Errors
///
/// Everything that is wrong, in the order of the keys; offsets are inside the text of `field`.
pub fn check(rule: &Rule) -> Result<CheckedRule, Vec<RuleError>> {
    let mut errors = Vec::new();
    let mut lowering = Lowering::default();
    let when_node = parse_field("when", &rule.when, &mut errors);
    let recover_node = rule.recover.as_deref().map(|text| parse_field("recover", text, &mut errors));
    if let (Some(node), Some(_)) = (&when_node, &rule.evidence) {
        check_evidence(rule, node, &mut errors);
    }
    let mut when = when_node.and_then(|node| lower_field("when", &node, &mut lowering, &mut errors));
    if let (Some(when), Some(evidence), true) = (&mut when, &rule.evidence, errors.is_empty()) {
        mark_tested(when, evidence, &lowering.inputs, &mut errors);
    }
    let recover =
        recover_node.map(|node| node.and_then(|node| lower_field("recover", &node, &mut lowering, &mut errors)));
    check_keys(rule, &lowering, &mut errors);
    super::downgrade::check_keys(rule, &mut errors);
    check_others(rule, &lowering.inputs, &mut errors);
    super::standing::check_keys(rule, &lowering.inputs, &mut errors);
    super::excuse::check_keys(rule, &mut errors);
    check_windows(rule, &lowering.inputs, &mut errors);
    check_cases(rule, &mut errors);
    let own_windows = own_windows(rule, &lowering.inputs, &mut errors);
    match (when, recover) {
        (Some(when), recover) if errors.is_empty() => {
            let mut checked = CheckedRule {
                rule: rule.clone(),
                window: rule.window(),
                when,
                recover: recover.flatten(),
                inputs: lowering.inputs,
                currencies: lowering.currencies,
                own_windows,
                glance: None,
            };
            checked.glance = Glance::of(&checked);
            Ok(checked)
        }
        (_, _) => Err(errors),
    }
}

fn parse_field(field: &'static str, text: &str, errors: &mut Vec<RuleError>) -> Option<Node> {
    language::parse(text).map_err(|error| errors.push(in_field(error, field))).ok()
}

fn lower_field(field: &'static str, node: &Node, lowering: &mut Lowering, errors: &mut Vec<RuleError>) -> Option<Cond> {
    lowering.cond(node).map_err(|error| errors.push(in_field(error, field))).ok()
}

fn in_field(error: RuleError, field: &'static str) -> RuleError {
    RuleError { field: Some(field), ..error }
}

fn check_keys(rule: &Rule, lowering: &Lowering, errors: &mut Vec<RuleError>) {
    let mut currencies = lowering.currencies.clone();
    currencies.sort_unstable();
    currencies.dedup();
    if let [one, other, ..] = currencies.as_slice() {
        errors.push(RuleError::about(
            "when",
            format!("the rule mixes {one} and {other}"),
            "write all money of one rule in one currency",
        ));
    }
    if rule.mature && !lowering.inputs.iter().any(|input| is_spent(input.want.metric)) {
        errors.push(RuleError::about(
            "mature",
            "only spend matures, and the rule does not ask for any",
            "leave `mature` out, or compare a cost such as `cpa` or `roas`",
        ));
    }
    for given in rule.selects.platform.iter().flat_map(Globs::each) {
        if !given.contains('*')
            && let Err(error) = given.parse::<Platform>()
        {
            let known = Platform::all().map(Platform::as_str);
            let remedy = nearest(given, known).map_or_else(String::new, |near| format!("did you mean `{near}`?"));
            errors.push(RuleError::about("where", error.to_string(), remedy));
        }
    }
    if rule.max_per_day == Some(0) {
        errors.push(RuleError::about(
            "max_per_day",
            "0 a day would never fire",
            "write 1 or more, or leave it out; to silence a rule use `mode = \"shadow\"`",
        ));
    }
}

/// Cases are kept with their rule as JSON, which has no `nan` and no `inf`: what holds one would be kept and never read again.
fn check_cases(rule: &Rule, errors: &mut Vec<RuleError>) {
    fn odd(given: &Given) -> bool {
        match given {
            Given::Number(number) => !number.is_finite(),
            Given::Text(_) => false,
            Given::Table(table) => table.values().any(odd),
        }
    }
    for case in &rule.test {
        if case.k.is_some_and(|k| !k.is_finite()) || case.given.values().any(odd) {
            errors.push(RuleError::about(
                "test",
                format!("the case `{}` is given a number without a value", case.name),
                "write a number; what is not there is left out",
            ));
        }
    }
}

/// Whether a metric is spend, or worked out from it.
fn is_spent(metric: Metric) -> bool {
    metric.parts().contains(&Metric::Spend)
}

/// Whether there are others of the kind that is judged.
fn check_others(rule: &Rule, inputs: &[Input], errors: &mut Vec<RuleError>) {
    let of_others = inputs.iter().find(|input| input.source.is_of_others());
    let alone = match rule.scope {
        Scope::Brand | Scope::Campaign => true,
        Scope::Partnership | Scope::Creator | Scope::Post => false,
    };
    if let (Some(input), true) = (of_others, alone) {
        let name = if input.source == Source::Rank { "rank" } else { "peers" };
        errors.push(RuleError::about(
            "scope",
            format!("`{name}()` compares creators, and the rule is about a whole {}", scope_name(rule.scope)),
            "write `scope = \"partnership\"`, `\"creator\"` or `\"post\"`, or compare with `target`",
        ));
    }
    if rule.kind == Kind::Downgrade && inputs.iter().any(|input| input.source == Source::Rank) {
        errors.push(RuleError::about(
            "when",
            "`rank()` is no criterion: somebody is always last, and a level is lost by a number that can be reached",
            "compare the metric itself with `peers(…, 0.25)`, `target` or a number",
        ));
    }
    if rule.group.is_some() && !eval::reads_groups(inputs) {
        errors.push(RuleError::about(
            "group",
            "the rule names a group and compares with nobody",
            "use `peers()` or `rank()`, or leave `group` out",
        ));
    }
}

fn scope_name(scope: Scope) -> &'static str {
    match scope {
        Scope::Brand => "brand",
        Scope::Campaign => "campaign",
        Scope::Partnership => "partnership",
        Scope::Creator => "creator",
        Scope::Post => "post",
    }
}

/// Whether the window has the windows before it that the rule asks for.
fn check_windows(rule: &Rule, inputs: &[Input], errors: &mut Vec<RuleError>) {
    let window = rule.window();
    if let (For::Windows(count), Window::LastPosts(_) | Window::Deal) = (rule.hold, window)
        && count > 1
    {
        errors.push(RuleError::about(
            "for",
            format!("the window `{window}` has no {count} windows one after another"),
            "use a window of days or hours, or a length of time such as `24h`",
        ));
    }
    let before = inputs.iter().find(|input| matches!(input.source, Source::Prev | Source::Own));
    // The form of an evidence rule says more about its limits than a missing window does.
    let is_said = rule.evidence.is_some() && !errors.is_empty();
    if let (Some(input), false) = (before, is_said) {
        let name = if input.source == Source::Prev { "prev" } else { "own" };
        let none = match (window, input.source) {
            (Window::Deal, _) | (Window::LastPosts(_), Source::Own) => true,
            (Window::Days(_) | Window::Hours(_), _)
            | (
                Window::LastPosts(_),
                Source::Now | Source::Prev | Source::Target | Source::Peers(_) | Source::Rank | Source::Industry,
            ) => false,
        };
        if none {
            errors.push(RuleError::about(
                "window",
                format!("`{name}()` needs earlier windows, and `{window}` has none"),
                "use a window of days or hours, such as `7d`",
            ));
        }
    }
}

/// How many earlier windows fit into `own`.
fn own_windows(rule: &Rule, inputs: &[Input], errors: &mut Vec<RuleError>) -> u32 {
    let hours = match rule.window() {
        Window::Days(days) => i64::from(days) * 24,
        Window::Hours(hours) => i64::from(hours),
        Window::LastPosts(_) | Window::Deal => return 0,
    };
    let windows = rule.own.get().as_hours() / std::cmp::max(hours, 1);
    let asked = inputs.iter().any(|input| input.source == Source::Own);
    if asked && windows == 0 {
        errors.push(RuleError::about(
            "own",
            format!("`own = \"{}\"` is shorter than one window of {}", rule.own, rule.window()),
            "make it at least three windows long",
        ));
    }
    // A year of hours is 8,784 readings a poll and subject: more than any rule needs and more than a poll has time for.
    if asked && windows > 2_160 {
        errors.push(RuleError::about(
            "own",
            format!("`own = \"{}\"` is {windows} windows of {}, more than 2,160", rule.own, rule.window()),
            "make `own` shorter or the window longer",
        ));
    }
    u32::try_from(windows).unwrap_or(0)
}

/// The form of an evidence rule: a conjunction with exactly one tested comparison against a limit fixed beforehand.
fn check_evidence(rule: &Rule, node: &Node, errors: &mut Vec<RuleError>) {
    if let Some(window) = rule.window.filter(|window| *window != Window::Deal) {
        errors.push(RuleError::about(
            "window",
            format!("evidence over `{window}` would stop fair creators again and again"),
            "write `window = \"deal\"`: evidence accumulates from the start of the deal",
        ));
    }
    if let Some(Evidence::Custom(custom)) = &rule.evidence
        && !(custom.level > 0.0 && custom.level < 1.0)
    {
        errors.push(RuleError::about(
            "evidence",
            format!("a level of {} is not a chance", custom.level),
            "write a number above 0 and below 1, such as 0.95",
        ));
    }
    let mut tested = 0_usize;
    let mut parts = Vec::new();
    conjuncts(node, &mut parts);
    for part in parts {
        match tested_comparison(part) {
            Ok(true) => tested += 1,
            Ok(false) => {}
            Err(error) => errors.push(in_field(error, "when")),
        }
    }
    if errors.is_empty() && tested != 1 {
        errors.push(RuleError::about(
            "when",
            format!("an evidence rule tests exactly one metric, and this one tests {tested}"),
            "keep one of `cpa cpe cpc cpl roas ctr cvr er_*` compared with its limit, joined by `&&` to plain guards",
        ));
    }
}

/// Marks the tested comparison, so that it is weighed.
fn mark_tested(when: &mut Cond, evidence: &Evidence, inputs: &[Input], errors: &mut Vec<RuleError>) {
    for compare in when.conjoined() {
        let want = |num: &Num| match num {
            Num::Read(slot) => inputs.get(*slot).filter(|input| input.source == Source::Now).map(|input| input.want),
            Num::Literal(_) | Num::Money(..) | Num::Negate(_) | Num::Math(..) => None,
        };
        let sides = [(true, want(&compare.left)), (false, want(&compare.right))];
        let tested = sides.into_iter().find_map(|(on_left, want)| {
            want.filter(|want| is_weighable(want.metric)).map(|want| Tested { want, on_left, demand: evidence.into() })
        });
        let Some(tested) = tested else { continue };
        let op = if tested.on_left { compare.op } else { compare.op.mirrored() };
        let metric = tested.want.metric;
        if let Some(missing) = missing_op(metric).filter(|missing| *missing != op) {
            errors.push(in_field(
                language::error_at(
                    compare.at,
                    format!(
                        "evidence weighs whether a limit is missed, and `{metric}` on this side of it is a success"
                    ),
                    format!("write `{metric} {} …`, or leave `evidence` out for a plain threshold", missing.as_str()),
                ),
                "when",
            ));
        }
        compare.tested = Some(tested);
    }
}

fn conjuncts<'a>(node: &'a Node, into: &mut Vec<&'a Node>) {
    match &node.what {
        What::Two(Operator::And, left, right) => {
            conjuncts(left, into);
            conjuncts(right, into);
        }
        What::Two(..)
        | What::Number(_)
        | What::Text(_)
        | What::Truth(_)
        | What::Name(..)
        | What::Select(..)
        | What::Call(..)
        | What::Not(_)
        | What::Negate(_) => into.push(node),
    }
}

fn is_tested(node: &Node) -> bool {
    match &node.what {
        What::Name(name, _) => name.parse().is_ok_and(is_weighable),
        What::Two(..)
        | What::Number(_)
        | What::Text(_)
        | What::Truth(_)
        | What::Select(..)
        | What::Call(..)
        | What::Not(_)
        | What::Negate(_) => false,
    }
}

/// Every part of a tree, itself included, that is about the window itself: what stands in a function is about another.
fn walk_bare<'a>(node: &'a Node, into: &mut Vec<&'a Node>) {
    into.push(node);
    match &node.what {
        What::Two(_, left, right) => {
            walk_bare(left, into);
            walk_bare(right, into);
        }
        What::Not(inner) | What::Negate(inner) | What::Select(inner, _) => walk_bare(inner, into),
        What::Call(..) | What::Number(_) | What::Text(_) | What::Truth(_) | What::Name(..) => {}
    }
}

/// Every part of a tree, itself included; what `industry()` is of does not move, and is left out.
fn walk<'a>(node: &'a Node, into: &mut Vec<&'a Node>) {
    into.push(node);
    match &node.what {
        What::Two(_, left, right) => {
            walk(left, into);
            walk(right, into);
        }
        What::Not(inner) | What::Negate(inner) | What::Select(inner, _) => walk(inner, into),
        What::Call(name, args) if name != "industry" => args.iter().for_each(|arg| walk(arg, into)),
        What::Call(..) | What::Number(_) | What::Text(_) | What::Truth(_) | What::Name(..) => {}
    }
}

/// Whether a conjunct is the tested comparison; an error where it means to be and is not.
fn tested_comparison(part: &Node) -> Result<bool, RuleError> {
    let mut all = Vec::new();
    walk_bare(part, &mut all);
    let Some(metric) = all.iter().find(|node| is_tested(node)) else {
        return Ok(false);
    };
    let error = |text: String, remedy: &str| Err(language::error_at(part.at, text, remedy));
    let What::Two(Operator::Less | Operator::Greater, left, right) = &part.what else {
        return error(
            format!("`{metric}` is tested, so it may stand in one comparison with `<` or `>` only"),
            "join it to the rest by `&&`, without `||` and `!`",
        );
    };
    let limit = match (is_tested(left), is_tested(right)) {
        (true, false) => right,
        (false, true) => left,
        (_, _) => {
            return error(
                format!("`{metric}` is tested, so it must stand alone on one side"),
                "move the arithmetic to the other side",
            );
        }
    };
    let mut parts = Vec::new();
    walk(limit, &mut parts);
    let moving = parts.iter().find(|node| match &node.what {
        What::Call(name, _) => matches!(name.as_str(), "own" | "peers" | "prev" | "rank"),
        What::Name(name, _) => name != "target",
        What::Two(..)
        | What::Number(_)
        | What::Text(_)
        | What::Truth(_)
        | What::Select(..)
        | What::Not(_)
        | What::Negate(_) => false,
    });
    match moving {
        Some(moving) => error(
            format!("the limit of an evidence rule is fixed beforehand, and `{moving}` moves"),
            "use `target.…`, `industry()` or a number",
        ),
        None => Ok(true),
    }
}

/// Every slot of a comparison side, for receipts.
pub(super) fn slots_of(num: &Num) -> Vec<usize> {
    let mut slots = Vec::new();
    num.slots(&mut slots);
    slots
}
