//! Platforms that are asked in the name of an app, about what everybody can see.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use plimsoll::sim::twitch::{Channel, TwitchConfig, TwitchSim, TwitchWorld, Video};
use plimsoll::sim::x::{Account, Post, XConfig, XSim, XWorld};
use plimsoll::sim::youtube::{
    BATCH_STATS, ChannelNow, GENERAL, Subscribers, VideoNow, YoutubeConfig, YoutubeSim, YoutubeWorld,
};
use plimsoll::time::Clock;

use super::agrees::{Platform, Running, Shelf, World};
use super::platforms::few;

/// The channels of a plan.
pub struct Uploads {
    uploads: BTreeMap<String, Vec<String>>,
    published: BTreeMap<String, Timestamp>,
}

impl Uploads {
    pub fn new(world: &World) -> Self {
        let mut uploads = BTreeMap::<String, Vec<String>>::new();
        for (account, post, _) in &world.posts {
            uploads.entry(account.clone()).or_default().push(post.clone());
        }
        Self { uploads, published: world.posts.iter().map(|(_, post, at)| (post.clone(), *at)).collect() }
    }
}

impl YoutubeWorld for Uploads {
    fn channel(&self, id: &str, now: Timestamp) -> Option<ChannelNow> {
        Some(ChannelNow {
            title: id.to_owned(),
            published_at: Timestamp::UNIX_EPOCH,
            views: Some(now.as_second()),
            subscribers: Subscribers::Count(1_000),
            videos: Some(20),
        })
    }

    fn video(&self, id: &str, now: Timestamp) -> Option<VideoNow> {
        Some(VideoNow {
            channel: "1".to_owned(),
            title: id.to_owned(),
            description: String::new(),
            published_at: *self.published.get(id)?,
            length_secs: 60,
            views: now.as_second(),
            likes: Some(1),
            comments: None,
        })
    }

    fn uploads(&self, channel: &str, _now: Timestamp) -> Vec<String> {
        // The emulator names channels as the platform does, and plans name them by digits.
        self.uploads.get(channel.trim_start_matches("UC")).cloned().unwrap_or_default()
    }
}

pub struct Youtube;

#[async_trait]
impl Platform for Youtube {
    fn settings(&self, base: &str) -> String {
        format!("kind = \"youtube\"\nkey = \"sim-key\"\nbase_url = \"{base}\"")
    }

    async fn start(&self, clock: &Clock, world: &World, _shelf: &Shelf) -> Running {
        let config = YoutubeConfig { units_per_day: 1_000_000, ..YoutubeConfig::default() };
        let sim = YoutubeSim::start(clock, config, Arc::new(Uploads::new(world))).await.expect("a free port");
        Running::new(self.settings(&sim.base_url()), move || {
            [GENERAL, BATCH_STATS].map(|bucket| (bucket.to_owned(), u64::from(sim.units(bucket)))).into()
        })
    }
}

pub struct Twitch;

#[async_trait]
impl Platform for Twitch {
    fn settings(&self, base: &str) -> String {
        format!(
            "kind = \"twitch\"\nclient_id = \"sim-app\"\nclient_secret = \"sim-secret\"\nbase_url = \"{base}/helix\"\n\
             token_url = \"{base}\""
        )
    }

    async fn start(&self, clock: &Clock, world: &World, _shelf: &Shelf) -> Running {
        let things = TwitchWorld::default();
        for (n, login) in world.accounts.iter().enumerate() {
            // Every second is on the air.
            let viewers = n.is_multiple_of(2).then_some(50);
            things.channel(login, Channel { id: login.clone(), followers: 1_000, viewers });
        }
        for (login, id, published_at) in world.posts.iter().cloned() {
            things.video(&id, Video { login, title: String::new(), published_at, views: 10 });
        }
        let sim = TwitchSim::start(clock, TwitchConfig::default(), Arc::new(things)).await.expect("a free port");
        Running::new(self.settings(&sim.token_url()), move || {
            assert_eq!(sim.refused(), 0);
            let seen = few(sim.seen(), 512);
            let asked = seen.iter().filter(|seen| seen.path.starts_with("/helix/")).count();
            [("points".to_owned(), u64::try_from(asked).expect("small"))].into()
        })
    }
}

pub struct X;

#[async_trait]
impl Platform for X {
    /// It charges by the day of UTC.
    fn day(&self) -> Timestamp {
        "2026-03-03T00:00:00Z".parse().expect("an instant")
    }

    fn settings(&self, base: &str) -> String {
        format!("kind = \"x\"\ntoken = \"sim-token\"\ncents_per_day = 100000\nbase_url = \"{base}\"")
    }

    async fn start(&self, clock: &Clock, world: &World, _shelf: &Shelf) -> Running {
        let things = XWorld::default();
        for name in &world.accounts {
            things.account(name, Account { id: name.clone(), followers: 70, protected: false });
        }
        for (by, id, at) in world.posts.iter().cloned() {
            things.post(&id, Post { by, text: String::new(), at, numbers: [1; 6] });
        }
        let sim = XSim::start(clock, XConfig::default(), Arc::new(things)).await.expect("a free port");
        Running::new(self.settings(&sim.base_url()), move || {
            let calls = u64::try_from(few(sim.seen(), 512).len()).expect("small");
            [("calls".to_owned(), calls), ("cents".to_owned(), u64::from(sim.mills().div_ceil(10)))].into()
        })
    }
}
