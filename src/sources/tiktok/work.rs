//! What a request asks of which account, and how many calls that becomes.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::super::quota::calls;
use super::super::{Fetched, Request, SourceError, Target};
use super::wire::{self, ACCOUNT, VIDEO};
use super::{IDS_MAX, TITLE, USER_INFO, VIDEO_LIST, VIDEO_QUERY};
use crate::domain::ids::{CreatorId, Subject};
use crate::domain::sample::Absence;

/// Video ids have 19 digits; more than 30 are none.
const ID_LEN_MAX: usize = 30;

/// What is asked with one account's token.
#[derive(Debug, Default)]
pub(super) struct Person {
    /// Who wants the numbers of the account itself.
    pub subjects: Vec<Subject>,
    /// Who publishes there, and how far back posts are listed.
    pub uploads: Option<(CreatorId, Option<Timestamp>)>,
    /// The account's videos that are asked about, and whose numbers they will be.
    pub videos: BTreeMap<String, Vec<Subject>>,
    /// Who made each, where that is known.
    pub makers: BTreeMap<String, CreatorId>,
}

impl Person {
    /// Says of everything of this account why it is absent.
    pub fn absent(&self, why: Absence, at: Timestamp, out: &mut Fetched) {
        wire::absent(&self.subjects, &ACCOUNT, why, at, out);
        self.videos_absent(why, at, out);
    }

    /// Says of every video of this account why its numbers are absent.
    pub fn videos_absent(&self, why: Absence, at: Timestamp, out: &mut Fetched) {
        for subjects in self.videos.values() {
            wire::absent(subjects, &VIDEO, why, at, out);
        }
    }
}

/// A request, sorted by account.
#[derive(Debug, Default)]
pub(super) struct Work {
    /// By the name that documents give an account.
    pub people: BTreeMap<String, Person>,
    /// Videos of creators who have no account here that could be asked.
    pub ownerless: Vec<Subject>,
    /// Ids that are none, and whose numbers they would have been.
    pub bad: Vec<(String, Subject)>,
}

impl Work {
    pub fn sort(request: &Request) -> Result<Self, SourceError> {
        let mut work = Self::default();
        let mut accounts: BTreeMap<CreatorId, String> = BTreeMap::new();
        for target in &request.targets {
            match target {
                Target::Account { subject, id } => {
                    if let Subject::Creator(creator) = subject {
                        accounts.insert(creator.clone(), id.clone());
                    }
                    add(&mut work.person(id)?.subjects, subject);
                }
                Target::Uploads { creator, id, since } => {
                    accounts.insert(creator.clone(), id.clone());
                    work.person(id)?.uploads = Some((creator.clone(), *since));
                }
                Target::Post { .. } => {}
            }
        }
        // Asked for by hand there is one account, and the video is meant to be its own.
        let only = work.people.keys().next().cloned().filter(|_| work.people.len() == 1);
        for target in &request.targets {
            let Target::Post { subject, id, creator } = target else { continue };
            let digits = (1..=ID_LEN_MAX).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_digit());
            if !digits {
                work.bad.push((id.clone(), subject.clone()));
                continue;
            }
            let account = match creator {
                Some(creator) => accounts.get(creator),
                None => only.as_ref(),
            };
            let Some(person) = account.and_then(|account| work.people.get_mut(account)) else {
                add(&mut work.ownerless, subject);
                continue;
            };
            if let Some(creator) = creator {
                person.makers.insert(id.clone(), creator.clone());
            }
            add(person.videos.entry(id.clone()).or_default(), subject);
        }
        Ok(work)
    }

    fn person(&mut self, account: &str) -> Result<&mut Person, SourceError> {
        if account.is_empty() || account.chars().any(char::is_control) {
            let why = "an account is named by its username";
            return Err(SourceError::BadTarget { platform: TITLE, id: account.to_owned(), why });
        }
        Ok(self.people.entry(account.to_owned()).or_default())
    }
}

fn add(subjects: &mut Vec<Subject>, subject: &Subject) {
    if !subjects.contains(subject) {
        subjects.push(subject.clone());
    }
}

/// What a request costs at least: of each account's videos the first page is counted, later pages and accounts that nobody
/// connected are not known here.
#[must_use]
pub fn cost(request: &Request) -> Vec<(String, u32)> {
    let Ok(work) = Work::sort(request) else {
        return Vec::new();
    };
    let sum = |of: &dyn Fn(&Person) -> u32| work.people.values().map(of).fold(0, u32::saturating_add);
    let info = sum(&|person| u32::from(!person.subjects.is_empty()));
    let list = sum(&|person| u32::from(person.uploads.is_some()));
    let query = sum(&|person| calls(person.videos.len(), IDS_MAX));
    [(USER_INFO, info), (VIDEO_LIST, list), (VIDEO_QUERY, query)]
        .into_iter()
        .filter(|row| 0 < row.1)
        .map(|(bucket, units)| (bucket.to_owned(), units))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subject(text: &str) -> Subject {
        text.parse().expect("a subject")
    }

    fn account(creator: &str) -> Target {
        Target::Account { subject: subject(&format!("creator/{creator}")), id: format!("{creator}.tt") }
    }

    fn post(id: &str, creator: Option<&str>) -> Target {
        let creator = creator.map(|creator| creator.parse().expect("an id"));
        Target::Post { subject: subject(&format!("post/tiktok/{id}")), id: id.to_owned(), creator }
    }

    fn request(targets: Vec<Target>) -> Request {
        Request { targets, now: Timestamp::UNIX_EPOCH }
    }

    #[test]
    fn a_video_is_asked_for_with_its_makers_token() {
        let targets =
            vec![post("1", Some("bo")), account("alma"), account("bo"), post("2", Some("cleo")), post("3", None)];
        let work = Work::sort(&request(targets)).expect("sorted");
        assert_eq!(work.people["bo.tt"].videos.keys().collect::<Vec<_>>(), ["1"]);
        assert_eq!(work.ownerless, [subject("post/tiktok/2"), subject("post/tiktok/3")]);
        let alone = Work::sort(&request(vec![account("alma"), post("3", None)])).expect("sorted");
        assert_eq!(alone.people["alma.tt"].videos.keys().collect::<Vec<_>>(), ["3"], "there is only one it could be");
    }

    #[test]
    fn an_id_that_is_none_spoils_only_itself() {
        let work = Work::sort(&request(vec![account("alma"), post("ZMabc", Some("alma"))])).expect("sorted");
        assert_eq!(work.bad, [("ZMabc".to_owned(), subject("post/tiktok/ZMabc"))]);
        let nameless = Target::Account { subject: subject("creator/alma"), id: String::new() };
        assert!(matches!(Work::sort(&request(vec![nameless])), Err(SourceError::BadTarget { .. })));
    }

    #[test]
    fn the_cost_counts_batches_of_twenty_for_each_account() {
        let mut targets = vec![account("alma"), account("bo")];
        targets.extend((0..21).map(|n| post(&n.to_string(), Some("alma"))));
        targets.push(post("100", Some("bo")));
        targets.push(Target::Uploads { creator: "bo".parse().expect("an id"), id: "bo.tt".into(), since: None });
        let want = [(USER_INFO, 2), (VIDEO_LIST, 1), (VIDEO_QUERY, 3)];
        assert_eq!(cost(&request(targets)), want.map(|(bucket, units)| (bucket.to_owned(), units)));
        assert_eq!(cost(&request(Vec::new())), []);
    }
}
