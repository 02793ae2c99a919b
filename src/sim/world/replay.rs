//! Real creators replayed: numbers that others read from the platforms, poll by poll.
//!
//! Owns: which poll it is, and the state of everybody at it. The time of day plays no part: polls repeat time stamps.
//! Reads three tables (creators, polls, changes) in the format of the data set `creators_2026`; a change row holds a
//! creator's whole state, and one without a row keeps the state before.

use std::collections::HashMap;
use std::io::BufRead;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::sim::youtube::{ChannelNow, Subscribers, VideoNow, YoutubeWorld};

/// The data is not in its format.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// A row cannot be read.
    #[error("a row of the {table} table cannot be read")]
    Row {
        /// Which table.
        table: &'static str,
        /// What is wrong with it.
        #[source]
        cause: csv::Error,
    },
    /// A value is not one.
    #[error("`{given}` in the changes table is not a count")]
    Count {
        /// What was given.
        given: String,
    },
}

/// One poll of the recording.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Poll {
    /// Its number, from 1.
    pub poll: u32,
    /// When the numbers were read.
    pub poll_time: Timestamp,
    /// When they became known.
    pub commit_time: Timestamp,
}

/// A creator of the recording.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Account {
    /// The creator's number in the tables.
    pub creator: u32,
    /// The channel; empty where there is none.
    #[serde(rename = "yt_channel_id")]
    pub channel: String,
    /// The login; empty where there is none.
    #[serde(rename = "twitch_login")]
    pub login: String,
}

/// A number as it was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    Nothing,
    Hidden,
    Count(i64),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Not in the recording yet.
    Unseen,
    Gone,
    Here {
        subscribers: Told,
        followers: Told,
        views: Told,
    },
}

#[derive(Debug)]
struct Change {
    poll: u32,
    place: usize,
    state: State,
}

/// The recording, standing at one poll.
#[derive(Debug)]
pub struct Replay {
    polls: Vec<Poll>,
    accounts: Vec<Account>,
    by_channel: HashMap<String, usize>,
    changes: Vec<Change>,
    stand: Mutex<Stand>,
}

#[derive(Debug)]
struct Stand {
    poll: u32,
    /// The first change that has not happened.
    next: usize,
    states: Vec<State>,
}

#[derive(Deserialize)]
struct ChangeRow {
    poll: u32,
    creator: u32,
    yt_subscribers: String,
    twitch_followers: String,
    yt_total_views: String,
}

impl Replay {
    /// Reads the three tables. It stands before the first poll: nobody is there.
    pub fn read(creators: impl BufRead, polls: impl BufRead, changes: impl BufRead) -> Result<Self, ReplayError> {
        let accounts: Vec<Account> = rows(creators, "creators")?;
        let polls: Vec<Poll> = rows(polls, "polls")?;
        let places: HashMap<u32, usize> =
            accounts.iter().enumerate().map(|(place, account)| (account.creator, place)).collect();
        let mut list = Vec::new();
        for row in rows::<ChangeRow>(changes, "changes")? {
            let Some(place) = places.get(&row.creator) else {
                continue;
            };
            list.push(Change { poll: row.poll, place: *place, state: state(&row)? });
        }
        list.sort_by_key(|change| change.poll);
        let by_channel = accounts
            .iter()
            .enumerate()
            .filter(|(_, account)| !account.channel.is_empty())
            .map(|(place, account)| (account.channel.clone(), place))
            .collect();
        let states = vec![State::Unseen; accounts.len()];
        let stand = Mutex::new(Stand { poll: 0, next: 0, states });
        Ok(Self { polls, accounts, by_channel, changes: list, stand })
    }

    /// Every poll, in order.
    #[must_use]
    pub fn polls(&self) -> &[Poll] {
        &self.polls
    }

    /// Every creator.
    #[must_use]
    pub fn accounts(&self) -> &[Account] {
        &self.accounts
    }

    /// Goes to a poll: what is shown from now on is what was there then. Going back is allowed and starts over.
    pub fn go_to(&self, poll: u32) {
        let mut stand = self.stand();
        if poll < stand.poll {
            stand.next = 0;
            stand.states.fill(State::Unseen);
        }
        stand.poll = poll;
        while let Some(change) = self.changes.get(stand.next).filter(|change| change.poll <= poll) {
            stand.next += 1;
            if let Some(state) = stand.states.get_mut(change.place) {
                *state = change.state;
            }
        }
    }

    /// The rows of the other platform: `{"rows":[{"login","followers"}]}`; null where nothing was told, -1 where hidden,
    /// no row for who is gone.
    #[must_use]
    pub fn follower_rows(&self) -> Value {
        let stand = self.stand();
        let rows = self.accounts.iter().zip(&stand.states).filter_map(|(account, state)| {
            let State::Here { followers, .. } = state else {
                return None;
            };
            let followers = match followers {
                Told::Nothing => Value::Null,
                Told::Hidden => json!(-1),
                Told::Count(count) => json!(count),
            };
            (!account.login.is_empty()).then(|| json!({"login": account.login, "followers": followers}))
        });
        json!({"rows": rows.collect::<Vec<_>>()})
    }

    fn stand(&self) -> MutexGuard<'_, Stand> {
        self.stand.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn rows<T: serde::de::DeserializeOwned>(table: impl BufRead, name: &'static str) -> Result<Vec<T>, ReplayError> {
    csv::Reader::from_reader(table)
        .deserialize()
        .collect::<Result<_, _>>()
        .map_err(|cause| ReplayError::Row { table: name, cause })
}

fn state(row: &ChangeRow) -> Result<State, ReplayError> {
    if row.yt_subscribers == "GONE" {
        return Ok(State::Gone);
    }
    Ok(State::Here {
        subscribers: told(&row.yt_subscribers)?,
        followers: told(&row.twitch_followers)?,
        views: told(&row.yt_total_views)?,
    })
}

fn told(text: &str) -> Result<Told, ReplayError> {
    match text {
        "" => Ok(Told::Nothing),
        "-1" => Ok(Told::Hidden),
        _ => text.parse().map(Told::Count).map_err(|_| ReplayError::Count { given: text.to_owned() }),
    }
}

impl YoutubeWorld for Replay {
    fn channel(&self, id: &str, _now: Timestamp) -> Option<ChannelNow> {
        let place = *self.by_channel.get(id)?;
        let account = self.accounts.get(place)?;
        let State::Here { subscribers, views, .. } = *self.stand().states.get(place)? else {
            return None;
        };
        Some(ChannelNow {
            title: format!("Creator {}", account.creator),
            published_at: Timestamp::UNIX_EPOCH,
            views: match views {
                Told::Count(count) => Some(count),
                Told::Nothing | Told::Hidden => None,
            },
            subscribers: match subscribers {
                Told::Count(count) => Subscribers::Count(count),
                Told::Hidden => Subscribers::Hidden,
                Told::Nothing => Subscribers::NotReported,
            },
            videos: None,
        })
    }

    fn video(&self, _id: &str, _now: Timestamp) -> Option<VideoNow> {
        None
    }

    fn uploads(&self, _channel: &str, _now: Timestamp) -> Vec<String> {
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CREATORS: &str = "creator,creator_id,yt_channel_id,twitch_login\n1,x,UCa,a\n2,y,UCb,\n3,z,,c\n";
    const POLLS: &str = "poll,poll_time,commit_time,commit\n1,2026-06-12T15:58:47Z,2026-06-12T16:34:09Z,h\n\
                         2,2026-06-12T15:58:47Z,2026-06-12T16:51:29Z,h\n3,2026-06-12T17:58:49Z,2026-06-12T18:01:31Z,h\n";
    const CHANGES: &str = "poll,creator,yt_subscribers,twitch_followers,yt_total_views\n\
                           1,1,547000,32835,101700632\n1,3,,5,\n2,2,-1,,7\n3,1,GONE,,\n3,2,12,,\n";

    fn replay() -> Replay {
        Replay::read(CREATORS.as_bytes(), POLLS.as_bytes(), CHANGES.as_bytes()).expect("tables")
    }

    #[test]
    fn each_poll_shows_what_was_there_then() {
        let replay = replay();
        let shown = |id: &str| {
            let now = Timestamp::UNIX_EPOCH;
            replay.channel(id, now).map(|channel| (channel.views, channel.subscribers))
        };
        assert_eq!((shown("UCa"), replay.follower_rows()), (None, json!({"rows": []})));
        replay.go_to(1);
        assert_eq!(shown("UCa"), Some((Some(101_700_632), Subscribers::Count(547_000))));
        assert_eq!(shown("UCb"), None);
        let rows = json!({"rows": [{"login": "a", "followers": 32_835}, {"login": "c", "followers": 5}]});
        assert_eq!(replay.follower_rows(), rows);
        replay.go_to(2);
        assert_eq!(shown("UCb"), Some((Some(7), Subscribers::Hidden)));
        replay.go_to(3);
        assert_eq!(shown("UCa"), None);
        assert_eq!(shown("UCb"), Some((None, Subscribers::Count(12))));
        assert_eq!(replay.follower_rows(), json!({"rows": [{"login": "c", "followers": 5}]}));
        replay.go_to(1);
        assert_eq!(shown("UCa"), Some((Some(101_700_632), Subscribers::Count(547_000))));
        assert_eq!(shown("UCb"), None);
    }

    #[test]
    fn a_table_of_garbage_is_refused() {
        let bad = CHANGES.replace("547000", "many");
        let error = Replay::read(CREATORS.as_bytes(), POLLS.as_bytes(), bad.as_bytes()).expect_err("not a count");
        assert_eq!(error.to_string(), "`many` in the changes table is not a count");
        assert!(Replay::read(CREATORS.as_bytes(), "poll\n1\n".as_bytes(), CHANGES.as_bytes()).is_err());
    }
}
