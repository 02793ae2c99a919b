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
use crate::domain::ids::{BrandId, CampaignId, CreatorId};
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
            Self::Command(command) => command.name().spec().map_or(Needs::Grant, |spec| spec.needs),
            Self::Button(button) => button.needs(),
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
                Role::Operator => needs == Needs::Grant || (needs == Needs::See && unspecific(facts)),
                Role::Analyst | Role::Manager | Role::ClientOwner | Role::Agency => true,
            }
    };
    let mut mine = grants.iter().filter(|grant| grant.person == person.id && counts(grant.role)).peekable();
    match needs {
        Needs::Nothing => None,
        Needs::Own => (!is_creator).then_some(Reason::NoCreator),
        Needs::See if own => None,
        Needs::See | Needs::Work | Needs::Money | Needs::Grant => {
            if mine.peek().is_none() {
                return Some(if is_creator && needs == Needs::See { Reason::OwnOnly } else { Reason::Role });
            }
            let reached = mine.any(|grant| covers(&grant.reach, facts) || (needs == Needs::See && unspecific(facts)));
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
    if misplaced {
        return Some(Reason::OtherRoom);
    }
    (room.audience == Audience::Client && !facts.released).then_some(Reason::NotReleased)
}

fn member(ask: Ask<'_>, person: Option<&Person>, facts: &Facts) -> Option<Reason> {
    person?;
    match (facts.membership, ask.needs()) {
        (_, Needs::Nothing)
        | (Membership::Member, _)
        | (Membership::Unknown, Needs::Own | Needs::See | Needs::Work) => None,
        (Membership::Stranger, _) => Some(Reason::NotMember),
        (Membership::Unknown, Needs::Money | Needs::Grant) => Some(Reason::MembershipUnknown),
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
<<<<<<< HEAD

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{PersonId, RoomId};
    use crate::words::command::{Name, TABLE, parse};

    fn person(creator: Option<&str>) -> Person {
        Person {
            id: PersonId::new("maja").expect("id"),
            name: "Maja".into(),
            identities: Vec::new(),
            creator: creator.map(|id| CreatorId::new(id).expect("id")),
            locale: None,
        }
    }

    fn brand(id: &str) -> BrandId {
        BrandId::new(id).expect("id")
    }

    fn grant(role: Role, reach: Reach) -> Grant {
        Grant {
            person: PersonId::new("maja").expect("id"),
            role,
            reach,
            by: "terminal".into(),
            at: jiff::Timestamp::UNIX_EPOCH,
        }
    }

    fn room(audience: Audience) -> Room {
        Room {
            id: RoomId::new("nordbo-team").expect("id"),
            address: None,
            audience,
            brand: Some(brand("nordbo")),
            campaign: None,
            creator: None,
            locale: "en".into(),
            zone: "UTC".into(),
            quiet: None,
            closed: None,
        }
    }

    /// About Alma's work for Nordbo.
    fn alma() -> Facts {
        Facts {
            brand: Some(brand("nordbo")),
            campaign: Some(CampaignId::new("spring").expect("id")),
            creator: Some(CreatorId::new("alma").expect("id")),
            ..Facts::default()
        }
    }

    fn direct(facts: Facts) -> Facts {
        Facts { direct: true, ..facts }
    }

    fn decide(text: &str, grants: &[Grant], room: Option<&Room>, person: Option<&Person>, facts: &Facts) -> Decision {
        may(Ask::Command(&parse(text).expect("a command")), grants, room, person, facts)
    }

    const NO: fn(Reason) -> Decision = |reason| Decision::Refused { reason };
    const YES: Decision = Decision::Allowed;

    /// One letter a command, in the order of the table: `.` allowed, `r` role, `w` reach, `o` own only, `n` no creator,
    /// `t` wider than one's own, `?` something else.
    fn row(role: Role, creator: Option<&str>, facts: &Facts) -> String {
        let person = person(creator);
        let grants = [grant(role, Reach::Brand(brand("nordbo")))];
        TABLE
            .iter()
            .map(|spec| match decide(spec.examples.last().expect("an example"), &grants, None, Some(&person), facts) {
                Decision::Allowed => '.',
                Decision::Refused { reason: Reason::Role } => 'r',
                Decision::Refused { reason: Reason::Reach } => 'w',
                Decision::Refused { reason: Reason::OwnOnly } => 'o',
                Decision::Refused { reason: Reason::NoCreator } => 'n',
                Decision::Refused { reason: Reason::TooMuch } => 't',
                Decision::Refused { .. } => '?',
            })
            .collect()
    }

    #[test]
    fn each_role_may_what_the_design_says() {
        let names: Vec<&str> = Name::ALL.iter().map(|name| name.as_str()).collect();
        assert_eq!(
            names.join(" "),
            "status me tips why why-not pause resume approve reject undo ack snooze link grant revoke bind help"
        );
        for (role, creator, want) in [
            // Statuses of Alma at Nordbo, asked in a direct message.
            (Role::Creator, Some("alma"), ".....rrrrrrr.rr.."),
            (Role::Creator, Some("bo"), "o..oorrrrrrr.rr.."),
            (Role::TalentManager, None, "rnnrrrrrrrrr.rr.."),
            (Role::Analyst, None, ".nn..rrrrrrr.rr.."),
            (Role::Manager, None, ".nn..........rr.."),
            (Role::ClientOwner, None, ".nn.............."),
            (Role::Agency, None, ".nn.............."),
            (Role::Operator, None, "rnnrrrrrrrrr.tt.."),
        ] {
            assert_eq!(row(role, creator, &direct(alma())), want, "{role} {creator:?}");
        }
        let other = Facts { brand: Some(brand("other")), campaign: None, ..direct(alma()) };
        assert_eq!(row(Role::Manager, None, &other), "wnnwwwwwwwww.rr..");
    }

    #[test]
    fn outsiders_get_nothing_and_codes_are_their_own_proof() {
        let here = room(Audience::Internal);
        for spec in TABLE {
            let text = spec.examples.last().expect("an example");
            let want = match spec.name {
                Name::Bind | Name::Help => YES,
                Name::Me | Name::Tips | Name::Link => NO(Reason::OnlyDirect),
                _ => NO(Reason::Outsider),
            };
            assert_eq!(decide(text, &[], Some(&here), None, &alma()), want, "{text}");
        }
        assert_eq!(decide("link K7M2", &[], None, None, &direct(Facts::default())), YES);
        assert_eq!(decide("status", &[], None, None, &Facts::default()), NO(Reason::Unbound));
    }

    #[test]
    fn a_grant_counts_for_its_person_its_reach_and_no_longer_than_it_is_there() {
        let (maja, here) = (person(None), room(Audience::Internal));
        let spring = Reach::Campaign(CampaignId::new("spring").expect("id"));
        let mut of_bo = grant(Role::Manager, Reach::All);
        of_bo.person = PersonId::new("bo").expect("id");
        for (grants, want) in [
            (vec![], NO(Reason::Role)),
            (vec![of_bo], NO(Reason::Role)),
            (vec![grant(Role::Manager, spring)], YES),
            (vec![grant(Role::Manager, Reach::Brand(brand("other")))], NO(Reason::Reach)),
            (vec![grant(Role::Manager, Reach::Brand(brand("other"))), grant(Role::Agency, Reach::All)], YES),
        ] {
            assert_eq!(decide("approve A7K2", &grants, Some(&here), Some(&maja), &alma()), want, "{grants:?}");
        }
    }

    #[test]
    fn a_room_hears_only_what_belongs_to_it() {
        let (maja, agency) = (person(None), [grant(Role::Agency, Reach::All)]);
        let ask = |room: &Room, facts: &Facts| decide("why A7K2", &agency, Some(room), Some(&maja), facts);
        let other = Facts { brand: Some(brand("other")), ..alma() };
        assert_eq!(ask(&room(Audience::Internal), &alma()), YES);
        assert_eq!(ask(&room(Audience::Internal), &other), NO(Reason::OtherRoom));
        assert_eq!(ask(&room(Audience::Client), &alma()), YES);
        let kept_back = Facts { released: false, ..alma() };
        assert_eq!(ask(&room(Audience::Client), &kept_back), NO(Reason::NotReleased));
        assert_eq!(ask(&room(Audience::Internal), &kept_back), YES);
        assert_eq!(ask(&room(Audience::Operator), &alma()), NO(Reason::OtherRoom));
        assert_eq!(ask(&room(Audience::Creator), &alma()), NO(Reason::OtherRoom));
        let mut bos = room(Audience::Creator);
        bos.creator = Some(CreatorId::new("bo").expect("id"));
        assert_eq!(ask(&bos, &alma()), NO(Reason::OtherRoom));
    }

    #[test]
    fn unknown_membership_is_no_where_money_is_at_stake() {
        let (maja, here) = (person(None), room(Audience::Internal));
        let manager = [grant(Role::Manager, Reach::Brand(brand("nordbo")))];
        for (membership, text, want) in [
            (Membership::Unknown, "approve A7K2", NO(Reason::MembershipUnknown)),
            (Membership::Unknown, "why A7K2", YES),
            (Membership::Unknown, "ack A7K2", YES),
            (Membership::Stranger, "why A7K2", NO(Reason::NotMember)),
            (Membership::Stranger, "help", YES),
        ] {
            let facts = Facts { membership, ..alma() };
            assert_eq!(decide(text, &manager, Some(&here), Some(&maja), &facts), want, "{text} {membership:?}");
        }
    }

    #[test]
    fn nobody_gives_more_than_they_have() {
        let maja = person(None);
        let facts = direct(Facts { brand: Some(brand("nordbo")), ..Facts::default() });
        let nordbo = || Reach::Brand(brand("nordbo"));
        for (role, reach, text, want) in [
            (Role::ClientOwner, nordbo(), "grant bo manager brand/nordbo", YES),
            (Role::ClientOwner, nordbo(), "grant bo agency brand/nordbo", NO(Reason::TooMuch)),
            (Role::ClientOwner, nordbo(), "grant bo manager all", NO(Reason::TooMuch)),
            (Role::Agency, nordbo(), "grant bo agency brand/nordbo", YES),
            (Role::Agency, nordbo(), "grant bo operator brand/nordbo", NO(Reason::TooMuch)),
            (Role::Agency, Reach::All, "grant bo operator all", YES),
            (Role::Operator, Reach::All, "grant bo operator all", YES),
            (Role::Operator, Reach::All, "grant bo manager brand/nordbo", NO(Reason::TooMuch)),
            (Role::Manager, Reach::All, "grant bo analyst brand/nordbo", NO(Reason::Role)),
        ] {
            assert_eq!(decide(text, &[grant(role, reach)], None, Some(&maja), &facts), want, "{role} {text}");
        }
        let elsewhere = Facts { brand: Some(brand("other")), ..facts };
        let owner = [grant(Role::ClientOwner, nordbo())];
        assert_eq!(decide("grant bo manager brand/other", &owner, None, Some(&maja), &elsewhere), NO(Reason::Reach));
    }

    #[test]
    fn buttons_ask_the_same_questions() {
        let (maja, here) = (person(None), room(Audience::Internal));
        let id = || crate::outbox::incident::IncidentId::typed("A7K2").expect("id");
        let analyst = [grant(Role::Analyst, Reach::Brand(brand("nordbo")))];
        for (button, want) in [
            (ButtonPurpose::Why { incident: id() }, YES),
            (ButtonPurpose::Ack { incident: id() }, NO(Reason::Role)),
            (ButtonPurpose::Approve { incident: id(), proposal: 1 }, NO(Reason::Role)),
        ] {
            assert_eq!(may(Ask::Button(&button), &analyst, Some(&here), Some(&maja), &alma()), want, "{button:?}");
            let outsider = may(Ask::Button(&button), &analyst, Some(&here), None, &alma());
            assert_eq!(outsider, NO(Reason::Outsider));
        }
    }
}
=======
>>>>>>> words
