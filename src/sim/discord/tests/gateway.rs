//! HELLO, IDENTIFY, RESUME, heartbeats and close codes over a real WebSocket.

use super::ws::{Client, Frame};
use super::*;

fn identify(intents: u64) -> Value {
    json!({"op": 2, "d": {"token": TOKEN, "intents": intents, "properties": {}, "compress": true, "shard": [0, 1]}})
}

async fn hello(town: &Town) -> Client {
    let mut client = Client::connect(&town.sim.gateway_url()).await;
    let hello = client.json().await;
    assert_eq!((&hello["op"], &hello["d"]["heartbeat_interval"]), (&json!(10), &json!(41_250)));
    client
}

/// Connects, identifies and answers the session id.
async fn ready(town: &Town, intents: u64) -> (Client, String) {
    let mut client = hello(town).await;
    client.send(identify(intents)).await;
    let ready = client.json().await;
    assert_eq!((&ready["t"], &ready["s"]), (&json!("READY"), &json!(1)));
    let session = ready["d"]["session_id"].as_str().expect("a session").to_owned();
    (client, session)
}

fn resume(session: &str, seq: u64) -> Value {
    json!({"op": 6, "d": {"token": TOKEN, "session_id": session, "seq": seq}})
}

#[tokio::test]
async fn what_a_client_does_wrong_closes_its_connection() {
    let town = Town::new().await;
    let wrong = json!({"op": 2, "d": {"token": "other", "intents": 0, "properties": {}}});
    for (text, want) in [
        ("{".to_owned(), 4002),
        (json!({"op": 99}).to_string(), 4001),
        (json!({"op": 3, "d": {}}).to_string(), 4003),
        (wrong.to_string(), 4004),
        (identify(1 << 40).to_string(), 4013),
        (identify(1 << 15).to_string(), 4014),
        (json!({"op": 3, "d": "x".repeat(5000)}).to_string(), 4002),
    ] {
        let mut client = hello(&town).await;
        client.send_text(&text).await;
        assert_eq!(client.next().await, Frame::Close(want), "{text}");
    }
    let (mut client, _) = ready(&town, 0).await;
    client.send(identify(0)).await;
    assert_eq!(client.next().await, Frame::Close(4005));
    let (mut client, _) = ready(&town, 0).await;
    for _ in 0..120 {
        client.send(json!({"op": 3, "d": {}})).await;
    }
    assert_eq!(client.next().await, Frame::Close(4008));
}

#[tokio::test]
async fn heartbeats_are_acknowledged_unless_it_is_a_zombie() {
    let town = Town::new().await;
    let (mut client, _) = ready(&town, 0).await;
    client.send(json!({"op": 1, "d": 1})).await;
    assert_eq!(client.json().await["op"], 11);
    town.sim.zombie(true);
    client.send(json!({"op": 1, "d": 1})).await;
    town.sim.gateway_fault(GatewayFault::Reconnect);
    assert_eq!(client.json().await["op"], 7, "no acknowledgement came before it");
    town.sim.gateway_fault(GatewayFault::InvalidSession(true));
    assert_eq!(client.json().await, json!({"op": 9, "d": true, "s": null, "t": null}));
    town.sim.gateway_fault(GatewayFault::Close(4000));
    assert_eq!(client.next().await, Frame::Close(4000));
}

#[tokio::test]
async fn who_asks_for_a_zlib_stream_gets_one() {
    let town = Town::new().await;
    let mut client = Client::connect_with(&town.sim.gateway_url(), "v=10&encoding=json&compress=zlib-stream").await;
    let mut stream = flate2::Decompress::new(true);
    let mut next = |frame: Frame| -> Value {
        let Frame::Binary(bytes) = frame else { panic!("{frame:?} is not compressed") };
        assert!(bytes.ends_with(&[0, 0, 0xff, 0xff]), "every message ends with a flush");
        let mut text = Vec::with_capacity(1 << 16);
        stream.decompress_vec(&bytes, &mut text, flate2::FlushDecompress::Sync).expect("one stream");
        serde_json::from_slice(&text).expect("json")
    };
    assert_eq!(next(client.next().await)["op"], 10);
    client.send(identify(0)).await;
    assert_eq!(next(client.next().await)["t"], "READY");
}

#[tokio::test]
async fn guilds_and_messages_come_with_their_intents_only() {
    let town = Town::new().await;
    let (mut client, _) = ready(&town, 1 | (1 << 9)).await;
    let guild = client.json().await;
    assert_eq!((&guild["t"], &guild["d"]["name"]), (&json!("GUILD_CREATE"), &json!("Nordbo")));
    assert_eq!(guild["d"]["channels"][0]["name"], "alerts");
    let (mut deaf, _) = ready(&town, 0).await;
    town.sim.post(town.anna, town.channel, "private words").expect("posts");
    town.sim.post(town.anna, town.channel, &format!("<@{}> hear", town.sim.bot())).expect("posts");
    let first = client.json().await;
    assert_eq!((&first["t"], &first["d"]["content"]), (&json!("MESSAGE_CREATE"), &json!("")));
    assert!(client.json().await["d"]["content"].as_str().is_some_and(|text| text.ends_with("hear")));
    town.sim.gateway_fault(GatewayFault::Reconnect);
    assert_eq!(deaf.json().await["op"], 7, "nothing was sent to the client without intents");
}

#[tokio::test]
async fn a_session_resumes_with_what_it_missed() {
    let mut town = Town::new().await;
    town.register(pause_command()).await;
    let (mut client, session) = ready(&town, 0).await;
    let ask = |town: &Town| town.sim.slash(town.anna, town.channel, "rule list", &[]).expect("sent");
    let first = ask(&town);
    let event = client.json().await;
    assert_eq!((&event["t"], &event["s"], &event["d"]["id"]), (&json!("INTERACTION_CREATE"), &json!(2), &json!(first)));
    town.sim.gateway_fault(GatewayFault::Cut);
    assert_eq!(client.next().await, Frame::Gone);
    while town.sim.gateway_counts().live > 0 {
        tokio::task::yield_now().await;
    }
    let second = ask(&town);
    town.sim.repeat_after_resume(1);
    let mut client = hello(&town).await;
    client.send(resume(&session, 2)).await;
    assert_eq!(client.json().await["d"]["id"], json!(second));
    assert_eq!(client.json().await["t"], "RESUMED");
    assert_eq!(client.json().await["d"]["id"], json!(second), "sent once more after the resume");
    // Both events are in flight until their interactions are answered.
    town.answer(first, json!({"type": 5})).await;
    town.answer(second, json!({"type": 5})).await;
    town.pass(SignedDuration::from_secs(1)).await;
    client.close(1000).await;
    while town.sim.gateway_counts().live > 0 {
        tokio::task::yield_now().await;
    }
    let mut client = hello(&town).await;
    client.send(resume(&session, 4)).await;
    assert_eq!(client.json().await, json!({"op": 9, "d": false, "s": null, "t": null}));
    client.send(identify(0)).await;
    assert_eq!(client.json().await["t"], "READY");
    let counts = town.sim.gateway_counts();
    assert_eq!((counts.identified, counts.resumed, counts.resume_refused), (2, 1, 1));
}

#[tokio::test]
async fn an_event_in_flight_stops_virtual_time_until_its_connection_ends() {
    let mut town = Town::new().await;
    town.register(pause_command()).await;
    let (mut client, _) = ready(&town, 0).await;
    let asked = town.sim.slash(town.anna, town.channel, "rule list", &[]).expect("sent");
    let clock = town.driver.clock().clone();
    let key = format!("discord.interaction.{asked}");
    let arrives = async {
        client.json().await;
        let held = clock.arrived(&key, "handler");
        held.clock().now().as_second()
    };
    let ((), arrived_at) = tokio::join!(town.pass(SignedDuration::from_secs(1)), arrives);
    assert_eq!(arrived_at, NOON_S, "time stood still while the event was on the wire");
    assert_eq!(clock.now().as_second(), NOON_S + 1);
    let asked = town.sim.slash(town.anna, town.channel, "rule list", &[]).expect("sent");
    drop(client);
    town.pass(SignedDuration::from_secs(3)).await;
    assert_eq!(town.sim.outcome(asked).expect("known"), Outcome::Failed);
}

#[tokio::test]
async fn identifies_are_rationed() {
    let town = Town::with(|config| config.identifies = BucketRule::per_secs(2, 86_400)).await;
    ready(&town, 0).await;
    assert_eq!(town.get("/gateway/bot").await.json["session_start_limit"]["remaining"], 1);
    ready(&town, 0).await;
    let mut client = hello(&town).await;
    client.send(identify(0)).await;
    assert_eq!(client.next().await, Frame::Close(4004));
}

#[tokio::test]
async fn a_story_waits_for_the_next_session() {
    let town = Town::new().await;
    let before = town.sim.gateway_counts();
    let (came, session) = tokio::join!(town.sim.session_since(before), ready(&town, 0));
    came.expect("a session");
    let before = town.sim.gateway_counts();
    town.sim.gateway_fault(GatewayFault::Reconnect);
    drop(session.0);
    let again = async {
        let mut client = hello(&town).await;
        client.send(resume(&session.1, 1)).await;
        client
    };
    let (came, _client) = tokio::join!(town.sim.session_since(before), again);
    came.expect("a session");
    assert_eq!(town.sim.gateway_counts().resumed, 1);
}
