//! What the emulated Instagram says to whoever asks in the wrong way, word by word as the platform writes it.

use std::sync::Arc;

use jiff::Timestamp;
use reqwest::Method;
use serde_json::{Value, json};

use super::{InstagramConfig, InstagramSim, InstagramWorld, Login, Product, Standing};
use crate::http::{Api, Body, Limits};
use crate::time::Clock;

struct Stage {
    clock: Clock,
    sim: InstagramSim,
    reel: String,
    story: String,
}

async fn stage() -> Stage {
    let start: Timestamp = "2026-07-01T12:00:00Z".parse().expect("an instant");
    let (clock, _driver) = Clock::simulated(start);
    let world = Arc::new(InstagramWorld::new());
    world.add_profile("alma", Standing::Professional, 1_000);
    let reel = world.add_media("alma", Product::Reels, "C1", start);
    let story = world.add_media("alma", Product::Story, "2421", start);
    world.set(&reel, &[("views", 10), ("reach", 7)]);
    world.set(&story, &[("reach", 4)]);
    let sim = InstagramSim::start(&clock, InstagramConfig::default(), world).await.expect("free ports");
    Stage { clock, sim, reel, story }
}

impl Stage {
    async fn ask(&self, login: Login, path: &str, query: &[(&str, &str)]) -> (u16, Value) {
        let api = Api::new(&self.sim.base_url(login), Limits::default()).expect("a client");
        let answer = api.send(Method::GET, path, query, &[], Body::Empty).await.expect("an answer");
        (answer.status, serde_json::from_slice(&answer.body).expect("a document"))
    }

    async fn refused(&self, login: Login, path: &str, query: &[(&str, &str)]) -> String {
        let (status, body) = self.ask(login, path, query).await;
        let error = &body["error"];
        let part = |key: &str| error[key].as_i64().map_or_else(String::new, |number| number.to_string());
        format!("{status} {}/{} {}", part("code"), part("error_subcode"), error["message"].as_str().unwrap_or_default())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_metric_that_is_not_known_fails_the_whole_call() {
    let stage = stage().await;
    let token = stage.sim.connect("alma", Login::Instagram);
    let path = format!("v25.0/{}/insights", stage.reel);
    let ask = |metric| [("metric", metric), ("access_token", token.as_str())];
    let (status, body) = stage.ask(Login::Instagram, &path, &ask("views,reach")).await;
    assert_eq!((status, body["data"].as_array().map(Vec::len)), (200, Some(2)));
    assert_eq!(body["data"][0]["values"], json!([{"value": 10}]));
    let said = stage.refused(Login::Instagram, &path, &ask("views,impressions")).await;
    insta::assert_snapshot!(said, @"400 100/ (#100) metric[1] must be one of the following values: views, reach, likes, comments, saved, shares, reposts, total_interactions, ig_reels_avg_watch_time, ig_reels_video_view_total_time, reels_skip_rate, crossposted_views, facebook_views");
    for metric in ["plays", "link_clicks", "total_views", "facebook_views"] {
        let said = stage.refused(Login::Instagram, &path, &ask(metric)).await;
        assert!(said.starts_with("400 100/ "), "{metric}: {said}");
    }
    let story = format!("v25.0/{}/insights", stage.story);
    let said = stage.refused(Login::Instagram, &story, &ask("reach")).await;
    assert_eq!(said, "400 10/ (#10) Not enough viewers for the media to show insights");
    let facebook = stage.sim.connect("alma", Login::Facebook);
    let total = [("metric", "total_views"), ("access_token", facebook.as_str())];
    assert_eq!(stage.ask(Login::Facebook, &path, &total).await.0, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_in_the_wrong_way_is_told_so() {
    let stage = stage().await;
    let token = stage.sim.connect("alma", Login::Instagram);
    let facebook = stage.sim.connect("alma", Login::Facebook);
    let many = vec!["1"; 51].join(",");
    let expired = stage.sim.connect_at("alma", Login::Instagram, "2026-04-01T00:00:00Z".parse().expect("an instant"));
    let discovery = "business_discovery.username(nobody){followers_count}";
    let own = stage.ask(Login::Facebook, "v25.0/me/accounts", &[("access_token", &facebook)]).await.1;
    let own = own["data"][1]["instagram_business_account"]["id"].as_str().expect("an id").to_owned();
    let at_own = format!("v25.0/{own}");
    for (login, path, token, name, value, want) in [
        (Login::Instagram, "me", &token, "fields", "username", "400 2500/ "),
        (Login::Instagram, "v1.0/me", &token, "fields", "username", "400 2500/ "),
        (Login::Instagram, "v25.0/me", &facebook, "fields", "username", "400 190/ "),
        (Login::Instagram, "v25.0/me", &expired, "fields", "username", "400 190/463 "),
        (Login::Instagram, "v25.0/me", &token, "fields", "impressions", "400 100/ "),
        (Login::Instagram, "v25.0/me", &token, "fields", discovery, "400 100/ "),
        (Login::Instagram, "v25.0/me/media", &token, "fields", "id,media_product_type", "400 100/ "),
        (Login::Instagram, "v25.0/me/media", &token, "after", "x", "400 100/ "),
        (Login::Instagram, "v25.0/", &token, "ids", many.as_str(), "400 100/ "),
        (Login::Instagram, "v25.0/", &token, "ids", "17900009999999999", "400 100/33 "),
        (Login::Facebook, "v25.0/me", &facebook, "fields", "followers_count", "400 100/ "),
        (Login::Facebook, at_own.as_str(), &facebook, "fields", discovery, "400 110/2207013 Invalid user id"),
    ] {
        let said = stage.refused(login, path, &[(name, value), ("access_token", token)]).await;
        assert!(said.starts_with(want), "{path}?{name}={value}: {said}");
    }
    assert!(stage.refused(Login::Instagram, "v25.0/me", &[]).await.starts_with("400 104/ "));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_given_anew_when_it_is_a_day_old_and_not_after_its_end() {
    let stage = stage().await;
    let ago = |hours| stage.clock.now() - jiff::SignedDuration::from_hours(hours);
    let path = "refresh_access_token";
    for (hours, want) in [(23, 400), (24, 200), (60 * 24 - 1, 200), (60 * 24, 400)] {
        let token = stage.sim.connect_at("alma", Login::Instagram, ago(hours));
        let query = [("grant_type", "ig_refresh_token"), ("access_token", token.as_str())];
        assert_eq!(stage.ask(Login::Instagram, path, &query).await.0, want, "{hours} hours old");
    }
    let token = stage.sim.connect("alma", Login::Facebook);
    let app = |id| [("grant_type", "fb_exchange_token"), ("client_id", id), ("client_secret", "sim-secret")];
    for (id, want) in [("sim-app", 200), ("other", 400)] {
        let query = [app(id).as_slice(), &[("fb_exchange_token", token.as_str())]].concat();
        assert_eq!(stage.ask(Login::Facebook, "v25.0/oauth/access_token", &query).await.0, want, "{id}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_address_of_the_next_page_holds_the_token() {
    let stage = stage().await;
    stage.sim.world().add_media("alma", Product::Feed, "C2", stage.clock.now());
    let token = stage.sim.connect("alma", Login::Instagram);
    let query = [("fields", "id"), ("limit", "1"), ("access_token", token.as_str())];
    let (_, body) = stage.ask(Login::Instagram, "v25.0/me/media", &query).await;
    assert!(body["paging"]["next"].as_str().is_some_and(|next| next.contains(&token)), "{body}");
    let after = body["paging"]["cursors"]["after"].as_str().expect("a cursor");
    let query = [("fields", "id,permalink,timestamp"), ("after", after), ("access_token", token.as_str())];
    let (_, last) = stage.ask(Login::Instagram, "v25.0/me/media", &query).await;
    assert!(last["paging"]["next"].is_null(), "{last}");
    assert_eq!(last["data"][0]["timestamp"], "2026-07-01T12:00:00+0000");
}
