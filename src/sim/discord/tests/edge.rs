//! Cut connections, lost replies, being down, hanging, and the edge that shuts its door.

use super::*;

fn body() -> Body {
    Body::Json(json!({"content": "x"}).to_string().into_bytes())
}

#[tokio::test]
async fn a_lost_reply_has_done_its_work() {
    let town = Town::new().await;
    town.sim.fail_next(Aim::at("POST", "/messages"), Fault::LoseReply, 1);
    town.sim.fail_next(Aim::at("POST", "/messages"), Fault::Cut, 1);
    for want in [1, 1] {
        let error = town.try_send(Method::POST, &town.messages_path(), TOKEN, body()).await.err().expect("cut");
        assert!(!error.never_left(), "{error}");
        assert_eq!(town.sim.messages(town.channel).len(), want);
    }
    assert_eq!(town.sim.faults_left(), 0);
    let statuses: Vec<_> = town.sim.requests().iter().map(|seen| (seen.status, seen.fault)).collect();
    assert_eq!(statuses, [(200, Some("lose reply")), (0, Some("cut"))]);
}

#[tokio::test]
async fn answers_can_be_errors_garbage_or_carry_bad_headers() {
    let town = Town::new().await;
    town.sim.fail_next(Aim::any(), Fault::server_error(503), 1);
    town.sim.fail_next(Aim::any(), Fault::Garbage, 1);
    town.sim.fail_next(Aim::any(), Fault::BadLimitHeaders, 1);
    assert_eq!(town.post(&town.messages_path(), json!({"content": "x"})).await.code(), (503, 0));
    assert_eq!(town.sim.messages(town.channel).len(), 0);
    let got = town.post(&town.messages_path(), json!({"content": "x"})).await;
    assert_eq!((got.status, got.json), (200, Value::Null));
    assert_eq!(town.sim.messages(town.channel).len(), 1);
    let got = town.post(&town.messages_path(), json!({"content": "y"})).await;
    assert_eq!((got.status, got.answer.header("x-ratelimit-remaining")), (200, Some("many")));
}

#[tokio::test]
async fn down_refuses_connections_and_comes_back_on_the_same_port() {
    let town = Town::new().await;
    assert_eq!(town.get("/users/@me").await.status, 200);
    town.sim.down(true);
    let mut refused = false;
    // The first error may come from the connection that was open.
    for _ in 0..50 {
        let error = town.try_send(Method::GET, "/users/@me", TOKEN, Body::Empty).await.err().expect("down");
        refused |= error.never_left();
        tokio::task::yield_now().await;
    }
    assert!(refused, "a new connection is refused");
    town.sim.down(false);
    let mut up = false;
    for _ in 0..1000 {
        up |= town.try_send(Method::GET, "/users/@me", TOKEN, Body::Empty).await.is_ok();
        tokio::task::yield_now().await;
    }
    assert!(up, "it came back");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delayed_request_lets_virtual_time_pass_and_a_hung_one_ends_when_released() {
    let mut town = Town::new().await;
    let clock = town.driver.clock().clone();
    town.sim.fail_next(Aim::any(), Fault::Delay(SignedDuration::from_secs(20)), 1);
    let (api, path) = (town.api.clone(), format!("/api/v10{}", town.messages_path()));
    let client = clock.spawn("client", |held| async move {
        let token = HeaderValue::from_static("Bot t0ken");
        let sent = api.send(Method::POST, &path, &[], &[(AUTHORIZATION, token)], body()).await;
        (sent.expect("an answer").status, held.clock().now().as_second())
    });
    town.pass(SignedDuration::from_secs(60)).await;
    assert_eq!(client.await.expect("client"), (200, NOON_S + 20));
    town.sim.fail_next(Aim::any(), Fault::Hang, 1);
    let (api, path) = (town.api.clone(), format!("/api/v10{}", town.messages_path()));
    let sim = town.sim.clone();
    let client = clock.spawn("client", |held| async move {
        let token = HeaderValue::from_static("Bot t0ken");
        let sent = api.send(Method::POST, &path, &[], &[(AUTHORIZATION, token)], body()).await;
        (sent.is_err(), held.clock().now().as_second())
    });
    clock.spawn("operator", |mut held| async move {
        let at = Timestamp::from_second(NOON_S + 90).expect("in range");
        held.sleep_until(at).await;
        sim.release_hung();
    });
    town.pass(SignedDuration::from_secs(60)).await;
    assert_eq!(client.await.expect("client"), (true, NOON_S + 90));
    assert_eq!(town.sim.messages(town.channel).len(), 1);
}

#[tokio::test]
async fn who_does_not_stop_is_shut_out_with_a_page_that_is_not_json() {
    let mut town = Town::with(|config| config.invalid = BucketRule::per_secs(10, 600)).await;
    for _ in 0..10 {
        let got = town.try_send(Method::GET, "/users/@me", "wrong", Body::Empty).await.expect("an answer");
        assert_eq!(got.status, 401);
    }
    let got = town.get("/users/@me").await;
    assert_eq!((got.status, &got.json), (429, &Value::Null));
    assert!(String::from_utf8_lossy(&got.answer.body).contains("Error 1015"));
    town.pass(SignedDuration::from_hours(1)).await;
    assert_eq!(town.get("/users/@me").await.status, 200);
}

#[tokio::test]
async fn the_same_story_is_told_with_the_same_bytes() {
    async fn story() -> String {
        let mut town = Town::new().await;
        town.sim.chaos(Chaos { server_error: 0.3, garbage: 0.2, ..Chaos::default() }, 42);
        for n in 0..12 {
            town.post(&town.messages_path(), json!({"content": n.to_string()})).await;
            town.pass(SignedDuration::from_millis(700)).await;
        }
        town.sim.clear_faults();
        let log = town.sim.requests();
        format!("{log:?}{:?}", town.sim.messages(town.channel))
    }
    assert_eq!(story().await, story().await);
}
