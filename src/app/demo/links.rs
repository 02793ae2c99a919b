//! People who follow the built-in tracking links: real requests, each at its moment of simulated time.
//!
//! A click is answered once it is kept, and keeping it takes its turn when everybody rests. So a visitor waits until the
//! click has come, not until it is answered; only then may time go on.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;

use anyhow::Context as _;
use async_trait::async_trait;
use reqwest::Method;
use reqwest::header::{HeaderValue, USER_AGENT};
use tokio::sync::Notify;

use crate::app::clicks::Counter;
use crate::app::hooks::Inbox;
use crate::app::service::Service;
use crate::domain::link::Slug;
use crate::http::{Api, Body, Limits};
use crate::time::Clock;
use crate::web::{Click, Clicks, Landing, Web};

/// What numbers visitors are drawn with; a fixed one, so that the same world counts the same.
const SALT: [u8; 32] = [7; 32];

/// Browsers that people come with, so that not everybody on this machine is one visitor.
const BROWSERS: i64 = 40;

/// The counter of the program, and a word that something has come.
struct Watched {
    counter: Arc<Counter>,
    come: Arc<Notify>,
}

#[async_trait]
impl Clicks for Watched {
    fn landing(&self, slug: &Slug) -> Option<Landing> {
        self.counter.landing(slug)
    }

    async fn keep(&self, click: Click) -> bool {
        let mut kept = pin!(self.counter.keep(click));
        let mut said = false;
        poll_fn(|context| {
            let polled = kept.as_mut().poll(context);
            if !std::mem::replace(&mut said, true) {
                // It stands in line to be kept.
                self.come.notify_one();
            }
            polled
        })
        .await
    }
}

/// The program's links, and the way there.
#[derive(Clone)]
pub struct Redirector {
    api: Arc<Api>,
    come: Arc<Notify>,
    clock: Clock,
}

impl std::fmt::Debug for Redirector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Redirector({:?})", self.api)
    }
}

impl Redirector {
    /// Lets the program answer links on a free port.
    pub async fn start(service: &mut Service) -> anyhow::Result<Self> {
        let core = Arc::clone(&service.core);
        let (counter, come) = (Arc::new(Counter::new(Arc::clone(&core))), Arc::new(Notify::new()));
        let clicks = Arc::new(Watched { counter: Arc::clone(&counter), come: Arc::clone(&come) });
        let hooks = Arc::new(Inbox::new(Arc::clone(&core)));
        let web = Web::bind(&core.config.web.listen, clicks, hooks, core.clock.clone(), SALT, false);
        let web = web.await.context("a port for the links")?;
        let api = Api::new(&format!("http://{}", web.address()?), Limits::default())?;
        service.answer_links(web, &counter);
        Ok(Self { api: Arc::new(api), come, clock: core.clock.clone() })
    }

    /// So many people follow a link, one after another, now. The caller holds a token meanwhile.
    pub async fn follow(&self, slug: &str, people: i64) {
        for number in 0..people {
            let (api, path) = (Arc::clone(&self.api), format!("/go/{slug}"));
            let browser = (self.clock.now().as_second() / 600 + number) % BROWSERS;
            let agent =
                format!("Mozilla/5.0 (X11; Linux x86_64; rv:{0}.0) Gecko/20100101 Firefox/{0}.0", 100 + browser);
            let visit = self.clock.spawn("visitor", |held| async move {
                drop(held);
                let agent = HeaderValue::from_str(&agent).unwrap_or(HeaderValue::from_static("Mozilla/5.0"));
                api.send(Method::GET, &path, &[], &[(USER_AGENT, agent)], Body::Empty).await
            });
            tokio::select! {
                () = self.come.notified() => {}
                // Nobody answers there any more: the program was ended, or started anew without its links.
                _ = visit => {}
            }
        }
    }
}
