//! Who may do what, where. Pure.
//!
//! Owns: the decision for every command and every button, from grants, room, person and the facts about the subject.
//! Refuses: looking anything up; whoever asks brings the facts, taken at the moment of use, so a revoked grant ends at
//! once. A refusal names its reason and carries no data.
//!
//! Two questions are asked: may this *person* do it (role and reach), and may it be done *here* (a room sees only its own
//! brand, a client room only what was released, a creator's room only that creator).

use super::buttons::ButtonPurpose;
use super::command::{Command, Needs, Where};
use crate::domain::ids::{BrandId, CampaignId, CreatorId, RuleId};
use crate::domain::person::{Audience, Grant, Person, Reach, Role, Room};

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub enum Ask<'a> {
    /// A command.
    Command(&'a Command),
    /// A button.
    Button(&'a ButtonPurpose),
}

impl Ask<'_> {
    /// Who may.
    #[must_use]
    pub fn needs(self) -> Needs {
        match self {
            // Without a row nobody may; the tests prove that every command has one.
            // Looking at a rule is for everybody on the team; how far it may go is about money.
            Self::Command(Command::Rule { mode: Some(_), .. }) => Needs::Money,
            Self::Command(command) => command.name().spec().map_or(Needs::Grant, |spec| spec.needs),
            Self::Button(button) => button.needs(),
        }
    }

    /// The rule that is asked about.
    #[must_use]
    pub fn rule(&self) -> Option<&RuleId> {
        match self {
            Self::Command(Command::Rule { id, .. }) => Some(id),
            Self::Button(ButtonPurpose::Rule { rule, .. }) => Some(rule),
            Self::Command(_) | Self::Button(_) => None,
        }
    }

    fn place(self) -> Where {
        match self {
            Self::Command(command) => command.name().spec().map_or(Where::Direct, |spec| spec.place),
            Self::Button(_) => Where::Anywhere,
        }
    }

    fn granted(self) -> Option<(Role, Reach)> {
        match self {
            Self::Command(Command::Grant { role, reach, .. } | Command::Revoke { role, reach, .. }) => {
                Some((*role, reach.clone()))
            }
            Self::Command(_) | Self::Button(_) => None,
        }
    }
}

/// Whether the person is in the room, asked of the platform at the moment of use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Membership {
    /// Yes, or it is a direct message.
    Member,
    /// No.
    Stranger,
    /// The platform did not say. Refused where money is at stake.
    Unknown,
}

/// What is known about the ask. `None` where it has no such thing; a subject that does not exist has none of them.
#[derive(Debug, Clone)]
pub struct Facts {
    /// It was said in a direct message with the bot.
    pub direct: bool,
    /// Whether they are in the room.
    pub membership: Membership,
    /// The brand it is about. `grant` and `revoke` by brand: that brand; by campaign: its brand.
    pub brand: Option<BrandId>,
    /// The campaign it is about.
    pub campaign: Option<CampaignId>,
    /// The creator it is about.
    pub creator: Option<CreatorId>,
    /// The creators the person answers for, if they are a talent manager.
    pub managed: Vec<CreatorId>,
    /// The incident may be shown to the client.
    pub released: bool,
    /// Whoever reads the answer is a client, also where there is no room to say so.
    pub client: bool,
}

impl Default for Facts {
    fn default() -> Self {
        Self {
            direct: false,
            membership: Membership::Member,
            brand: None,
            campaign: None,
            creator: None,
            managed: Vec::new(),
            released: true,
            client: false,
        }
    }
}

/// The answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Yes.
    Allowed,
    /// No, and why.
    Refused {
        /// Why.
        reason: Reason,
    },
}

/// The closed list of reasons. The sentence is `refused-KEY`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// Nobody we know.
    Outsider,
    /// Nobody gave them the role it needs.
    Role,
    /// They have the role, but not for this.
    Reach,
    /// A creator asks about others.
    OwnOnly,
    /// They are no creator and answer for none.
    NoCreator,
    /// Not in this room any more.
    NotMember,
    /// The platform did not say whether they are.
    MembershipUnknown,
    /// The room belongs to something else.
    OtherRoom,
    /// Only in a direct message.
    OnlyDirect,
    /// Not in a place that is no room.
    Unbound,
    /// Not released to the client.
    NotReleased,
    /// Nobody gives more than they have.
    TooMuch,
}

impl Reason {
    /// Every reason.
    pub const ALL: [Reason; 12] = [
        Self::Outsider,
        Self::Role,
        Self::Reach,
        Self::OwnOnly,
        Self::NoCreator,
        Self::NotMember,
        Self::MembershipUnknown,
        Self::OtherRoom,
        Self::OnlyDirect,
        Self::Unbound,
        Self::NotReleased,
        Self::TooMuch,
    ];

    /// The end of its key in the wording files; also what the journal says.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Outsider => "outsider",
            Self::Role => "role",
            Self::Reach => "reach",
            Self::OwnOnly => "own-only",
            Self::NoCreator => "no-creator",
            Self::NotMember => "not-member",
            Self::MembershipUnknown => "membership-unknown",
            Self::OtherRoom => "other-room",
            Self::OnlyDirect => "only-direct",
            Self::Unbound => "unbound",
            Self::NotReleased => "not-released",
            Self::TooMuch => "too-much",
        }
    }
}

/// May this be done, by this person, here?
///
/// `room` is the bound room it was said in, if it is one; `person` whoever the identity belongs to, if anybody; `grants`
/// are that person's (others' are ignored).
#[must_use]
pub fn may(ask: Ask<'_>, grants: &[Grant], room: Option<&Room>, person: Option<&Person>, facts: &Facts) -> Decision {
    let checks = [
        place(ask, room, facts),
        known(ask, person),
        role(ask, grants, person, facts),
        in_room(ask, room, facts),
        to_client(ask, room, facts),
        member(ask, person, facts),
        not_more_than_own(ask, grants, person),
    ];
    match checks.into_iter().flatten().next() {
        Some(reason) => Decision::Refused { reason },
        None => Decision::Allowed,
    }
}

fn place(ask: Ask<'_>, room: Option<&Room>, facts: &Facts) -> Option<Reason> {
    match ask.place() {
        Where::Unbound => None,
        Where::Direct => (!facts.direct).then_some(Reason::OnlyDirect),
        Where::Anywhere => (!facts.direct && room.is_none()).then_some(Reason::Unbound),
    }
}

fn known(ask: Ask<'_>, person: Option<&Person>) -> Option<Reason> {
    (ask.needs() != Needs::Nothing && person.is_none()).then_some(Reason::Outsider)
}

fn covers(reach: &Reach, facts: &Facts) -> bool {
    match reach {
        Reach::All => true,
        Reach::Brand(brand) => facts.brand.as_ref() == Some(brand),
        Reach::Campaign(campaign) => facts.campaign.as_ref() == Some(campaign),
    }
}

/// Nothing in particular was named: `status` alone shows each person what they may see.
fn unspecific(facts: &Facts) -> bool {
    facts.brand.is_none() && facts.campaign.is_none() && facts.creator.is_none()
}

fn is_own(person: &Person, facts: &Facts) -> bool {
    facts.creator.is_some()
        && (person.creator == facts.creator || facts.creator.as_ref().is_some_and(|id| facts.managed.contains(id)))
}

fn role(ask: Ask<'_>, grants: &[Grant], person: Option<&Person>, facts: &Facts) -> Option<Reason> {
    let person = person?;
    let needs = ask.needs();
    let own = is_own(person, facts);
    let is_creator = person.creator.is_some() || !facts.managed.is_empty();
    // Roles that only ever see their own do not count for others' numbers; operators see no money.
    let counts = |role: Role| {
        needs.roles().contains(&role)
            && match role {
                Role::Creator | Role::TalentManager => false,
                Role::Operator => {
                    matches!(needs, Needs::Grant | Needs::Look | Needs::Place | Needs::Audit)
                        || (needs == Needs::See && unspecific(facts))
                }
                Role::Analyst | Role::Manager | Role::ClientOwner | Role::Agency => true,
            }
    };
    let mut mine = grants.iter().filter(|grant| grant.person == person.id && counts(grant.role)).peekable();
    match needs {
        Needs::Nothing => None,
        Needs::Own if !is_creator => Some(Reason::NoCreator),
        // A command about oneself is about nobody else; a button says whose answer it is.
        Needs::Own => (matches!(ask, Ask::Button(_)) && facts.creator.is_some() && !own).then_some(Reason::OwnOnly),
        Needs::See | Needs::Tell | Needs::Terms if own => None,
        // One's own direct message is one's own, whatever is known of its sender.
        Needs::Place if facts.direct => None,
        Needs::See
        | Needs::Look
        | Needs::Tell
        | Needs::Terms
        | Needs::Study
        | Needs::Work
        | Needs::Money
        | Needs::Show
        | Needs::Grant
        | Needs::Place
        | Needs::Audit => {
            if mine.peek().is_none() {
                return Some(if is_creator && matches!(needs, Needs::See | Needs::Tell | Needs::Terms) {
                    Reason::OwnOnly
                } else {
                    Reason::Role
                });
            }
            let reached =
                mine.any(|grant| covers(&grant.reach, facts) || (needs.may_be_unspecific() && unspecific(facts)));
            (!reached).then_some(Reason::Reach)
        }
    }
}

fn in_room(ask: Ask<'_>, room: Option<&Room>, facts: &Facts) -> Option<Reason> {
    let room = room.filter(|_| !facts.direct)?;
    if ask.needs() == Needs::Nothing || ask.needs() == Needs::Grant {
        return None;
    }
    let other = |of_room: bool, named: bool, same: bool| of_room && named && !same;
    let other_brand = other(room.brand.is_some(), facts.brand.is_some(), room.brand == facts.brand);
    let other_campaign = other(room.campaign.is_some(), facts.campaign.is_some(), room.campaign == facts.campaign);
    let misplaced = match room.audience {
        Audience::Internal | Audience::Client => other_brand || other_campaign,
        Audience::Creator => room.creator.is_none() || room.creator != facts.creator,
        Audience::Operator => !unspecific(facts),
    };
    // What is agreed with a creator is the agency's cost.
    let of_cost = room.audience == Audience::Client && ask.needs() == Needs::Terms;
    (misplaced || of_cost).then_some(Reason::OtherRoom)
}

/// A client is told of what was released to them; rules, and what they would have done, are the agency's own work.
fn to_client(ask: Ask<'_>, room: Option<&Room>, facts: &Facts) -> Option<Reason> {
    let is_client = facts.client || room.is_some_and(|room| !facts.direct && room.audience == Audience::Client);
    // What is paid, and what a deal is judged by, is between the agency and the creator.
    let inner = matches!(
        ask,
        Ask::Command(Command::Rule { .. } | Command::Adjust { .. }) | Ask::Button(ButtonPurpose::Rule { .. })
    );
    let hidden = match ask.needs() {
        Needs::Nothing | Needs::Grant | Needs::Place | Needs::Audit => false,
        Needs::Look | Needs::Study | Needs::Show => ask.needs() != Needs::Show || !facts.released,
        // Nor is what it is about offered, taken or refused by whom it is kept from, where there is no room to say so.
        Needs::Terms => true,
        Needs::Own | Needs::See | Needs::Tell | Needs::Work | Needs::Money => inner || !facts.released,
    };
    (is_client && hidden).then_some(Reason::NotReleased)
}

fn member(ask: Ask<'_>, person: Option<&Person>, facts: &Facts) -> Option<Reason> {
    person?;
    match (facts.membership, ask.needs()) {
        (_, Needs::Nothing)
        | (Membership::Member, _)
        | (
            Membership::Unknown,
            Needs::Own
            | Needs::See
            | Needs::Look
            | Needs::Tell
            | Needs::Study
            | Needs::Work
            | Needs::Place
            | Needs::Audit,
        ) => None,
        (Membership::Stranger, _) => Some(Reason::NotMember),
        (Membership::Unknown, Needs::Money | Needs::Show | Needs::Terms | Needs::Grant) => {
            Some(Reason::MembershipUnknown)
        }
    }
}

/// Nobody gives, or takes away, what they could not have been given themselves.
fn not_more_than_own(ask: Ask<'_>, grants: &[Grant], person: Option<&Person>) -> Option<Reason> {
    let (role, reach) = ask.granted()?;
    let person = person?;
    let mut mine = grants.iter().filter(|grant| grant.person == person.id);
    let enough = mine.any(|grant| {
        let wide = grant.reach == Reach::All
            || (reach != Reach::All && !matches!(grant.reach, Reach::Campaign(_)))
            || grant.reach == reach;
        wide && match grant.role {
            Role::Agency => role != Role::Operator || grant.reach == Reach::All,
            Role::ClientOwner => !matches!(role, Role::Agency | Role::Operator),
            Role::Operator => role == Role::Operator,
            Role::Creator | Role::TalentManager | Role::Analyst | Role::Manager => false,
        }
    });
    (!enough).then_some(Reason::TooMuch)
}
