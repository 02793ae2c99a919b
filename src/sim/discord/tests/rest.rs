//! Messages, members, commands, and how their limits answer.

use super::*;

fn secs(n: i64) -> SignedDuration {
    SignedDuration::from_secs(n)
}

/// Where in `errors` the first error is, and its code.
fn first_error(got: &Got) -> (String, String) {
    fn find(node: &Value, at: &str) -> Option<(String, String)> {
        let map = node.as_object()?;
        map.iter().find_map(|(key, inner)| match key.as_str() {
            "_errors" => Some((at.trim_start_matches('.').to_owned(), inner[0]["code"].as_str()?.to_owned())),
            _ => find(inner, &format!("{at}.{key}")),
        })
    }
    find(&got.json["errors"], "").expect("nested errors")
}

#[tokio::test]
async fn a_wrong_token_is_unauthorized_and_counted() {
    let town = Town::new().await;
    let got = town.try_send(Method::GET, "/users/@me", "other", Body::Empty).await.expect("an answer");
    assert_eq!(got.json, json!({"message": "401: Unauthorized", "code": 0}));
    assert_eq!((got.status, town.sim.invalid_requests()), (401, 1));
    assert_eq!(town.get("/users/@me").await.json["id"], town.sim.bot().to_string());
    assert_eq!(town.get("/oauth2/applications/@me").await.json["id"], town.sim.bot().to_string());
    assert_eq!(town.get("/gateway").await.json["url"], town.sim.gateway_url());
    let bot = town.get("/gateway/bot").await.json;
    assert_eq!(bot["session_start_limit"]["remaining"], 1000);
    assert_eq!(town.get("/nowhere").await.code(), (404, 0));
}

#[tokio::test]
async fn members_are_known_or_unknown() {
    let town = Town::new().await;
    let (guild, anna) = (town.guild, town.anna);
    let got = town.get(&format!("/guilds/{guild}/members/{anna}")).await;
    assert_eq!(got.json["user"]["username"], "anna");
    let bo = town.sim.create_user("bo", "en-US");
    assert_eq!(town.get(&format!("/guilds/{guild}/members/{bo}")).await.code(), (404, 10007));
    assert_eq!(town.get(&format!("/guilds/{guild}/members/77")).await.code(), (404, 10013));
    assert_eq!(town.get("/guilds/77/members/77").await.code(), (404, 10004));
    let role = town.sim.create_role(guild, "Managers", 0).expect("a role");
    town.sim.add_member(guild, bo, &[role]).expect("a member");
    let got = town.get(&format!("/guilds/{guild}/members/{bo}")).await;
    assert_eq!(got.json["roles"], json!([role]));
    assert_eq!(town.get(&format!("/guilds/{guild}/roles")).await.json.as_array().map(Vec::len), Some(2));
    town.sim.remove_member(guild, bo).expect("gone");
    assert_eq!(town.get(&format!("/guilds/{guild}/members/{bo}")).await.code(), (404, 10007));
}

#[tokio::test]
async fn the_sixth_message_in_a_channel_waits_for_its_bucket_and_no_other() {
    let mut town = Town::new().await;
    for left in (0..5).rev() {
        let got = town.post(&town.messages_path(), json!({"content": "hi"})).await;
        assert_eq!(got.answer.header("x-ratelimit-remaining"), Some(left.to_string().as_str()));
        assert_eq!(got.answer.header("x-ratelimit-limit"), Some("5"));
    }
    town.pass(secs(2)).await;
    let got = town.post(&town.messages_path(), json!({"content": "hi"})).await;
    assert_eq!(got.json, json!({"message": "You are being rate limited.", "retry_after": 3.0, "global": false}));
    assert_eq!(got.answer.header("retry-after"), Some("3"));
    assert_eq!(got.answer.header("x-ratelimit-scope"), Some("user"));
    assert_eq!(got.answer.header("x-ratelimit-reset-after"), Some("3.000"));
    let bucket = got.answer.header("x-ratelimit-bucket").map(str::to_owned);
    assert_eq!(bucket.as_deref().map(str::len), Some(8));
    assert_eq!(got.answer.header("via"), Some("1.1 google"), "it is Discord that refuses, not the edge");
    let other = town.sim.create_channel(town.guild, "other");
    let got = town.post(&format!("/channels/{other}/messages"), json!({"content": "hi"})).await;
    assert_eq!(got.status, 200);
    assert_eq!(got.answer.header("x-ratelimit-bucket"), bucket.as_deref(), "the name is of the route, not the channel");
    town.pass(secs(3)).await;
    town.write(json!({"content": "again"})).await;
    assert_eq!(town.sim.messages(town.channel).len(), 6);
    assert_eq!(town.sim.refusals().get(&(429, 0)), Some(&1));
}

#[tokio::test]
async fn fifty_requests_a_second_are_global_and_shared_limits_are_nobodys_fault() {
    let mut town = Town::with(|config| config.other = BucketRule::per_secs(1000, 1)).await;
    for _ in 0..50 {
        assert_eq!(town.get("/users/@me").await.status, 200);
    }
    let got = town.get("/users/@me").await;
    assert_eq!((got.status, &got.json["global"]), (429, &json!(true)));
    assert_eq!(got.answer.header("x-ratelimit-global"), Some("true"));
    assert_eq!(got.answer.header("x-ratelimit-scope"), Some("global"));
    town.pass(secs(1)).await;
    let before = town.sim.invalid_requests();
    let until = town.driver.clock().now().checked_add(secs(7)).expect("in range");
    town.sim.exhaust_shared(town.channel, until);
    let got = town.post(&town.messages_path(), json!({"content": "hi"})).await;
    assert_eq!(got.json["message"], "The resource is being rate limited.");
    assert_eq!(got.answer.header("x-ratelimit-scope"), Some("shared"));
    assert_eq!(town.sim.invalid_requests(), before);
    town.pass(secs(7)).await;
    town.write(json!({"content": "hi"})).await;
}

#[tokio::test]
async fn an_enforced_nonce_gives_back_the_first_message_until_it_is_forgotten() {
    let mut town = Town::new().await;
    let body = json!({"content": "one", "nonce": "n-1", "enforce_nonce": true});
    let first = town.write(body.clone()).await;
    assert_eq!(town.write(body.clone()).await, first);
    assert_ne!(town.write(json!({"content": "one", "nonce": "n-1"})).await, first, "not enforced");
    assert_eq!(town.sim.messages(town.channel).len(), 2);
    town.pass(secs(179)).await;
    town.write(body.clone()).await;
    assert_eq!(town.sim.messages(town.channel).len(), 2, "remembered to the end of its window");
    town.pass(secs(1)).await;
    town.write(body).await;
    assert_eq!(town.sim.messages(town.channel).len(), 3, "forgotten");
    let got = town.post(&town.messages_path(), json!({"content": "x", "nonce": "n".repeat(26)})).await;
    assert_eq!(got.code(), (400, 50035));
}

#[tokio::test]
async fn a_nonce_works_for_files_and_a_deleted_original_is_unknown() {
    let town = Town::new().await;
    let form = || {
        let payload = json!({"content": "chart", "nonce": "n-2", "enforce_nonce": true,
            "attachments": [{"id": 0, "filename": "c.png", "description": "spend by day"}],
            "embeds": [{"title": "Spend", "image": {"url": "attachment://c.png"}}]});
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x07\0\0\0\x05".to_vec();
        let part = reqwest::multipart::Part::bytes(png).file_name("c.png").mime_str("image/png").expect("a type");
        Body::Multipart(
            reqwest::multipart::Form::new().text("payload_json", payload.to_string()).part("files[0]", part),
        )
    };
    let path = town.messages_path();
    let first = town.try_send(Method::POST, &path, TOKEN, form()).await.expect("an answer");
    let again = town.try_send(Method::POST, &path, TOKEN, form()).await.expect("an answer");
    assert_eq!((first.status, &first.json["id"]), (200, &again.json["id"]));
    let file = &first.json["attachments"][0];
    assert_eq!((&file["width"], &file["height"], &file["description"]), (&json!(7), &json!(5), &json!("spend by day")));
    assert_eq!(first.json["embeds"][0]["image"]["url"], file["url"]);
    let url = file["url"].as_str().expect("a link").to_owned();
    let path_of_file = url.strip_prefix(&town.sim.api_url()).expect("served here");
    let bytes = town.api.send(Method::GET, path_of_file, &[], &[], Body::Empty).await.expect("the file").body;
    assert!(bytes.starts_with(b"\x89PNG"));
    let id = first.json["id"].as_str().expect("an id");
    assert_eq!(town.delete(&format!("{path}/{id}")).await.status, 204);
    let third = town.try_send(Method::POST, &path, TOKEN, form()).await.expect("an answer");
    assert_eq!(third.code(), (404, 10008));
}

#[tokio::test]
async fn old_messages_take_three_edits_in_six_seconds() {
    let mut town = Town::new().await;
    let id = town.write(json!({"content": "status"})).await;
    let path = format!("{}/{id}", town.messages_path());
    for n in 0..4 {
        assert_eq!(town.patch(&path, json!({"content": format!("{n}")})).await.status, 200, "a young message");
    }
    town.pass(SignedDuration::from_hours(1)).await;
    for n in 0..3 {
        assert_eq!(town.patch(&path, json!({"content": format!("old {n}")})).await.status, 200);
    }
    let got = town.patch(&path, json!({"content": "too much"})).await;
    assert_eq!(got.code(), (429, 30046));
    assert_eq!(got.json["retry_after"], 6.0);
    town.pass(secs(6)).await;
    assert_eq!(town.patch(&path, json!({"content": "rested"})).await.status, 200);
    let seen = town.sim.message(id).expect("the message");
    assert_eq!((seen.content.as_str(), seen.edits.len()), ("rested", 8));
    assert_eq!(seen.edits[0].content, "status");
}

#[tokio::test]
async fn a_channel_refuses_as_its_switches_say() {
    let town = Town::new().await;
    let normal = ChannelState::default();
    for (state, want) in [
        (ChannelState { deleted: true, ..normal }, (404, 10003)),
        (ChannelState { hidden: true, ..normal }, (403, 50001)),
        (ChannelState { read_only: true, ..normal }, (403, 50013)),
        (ChannelState { locked: true, ..normal }, (400, 160_005)),
    ] {
        town.sim.set_channel_state(town.channel, state);
        assert_eq!(town.post(&town.messages_path(), json!({"content": "x"})).await.code(), want);
    }
    town.sim.set_channel_state(town.channel, normal);
    let dm = town.post("/users/@me/channels", json!({"recipient_id": town.anna.to_string()})).await;
    let again = town.post("/users/@me/channels", json!({"recipient_id": town.anna.to_string()})).await;
    assert_eq!((&dm.json["id"], &dm.json["type"]), (&again.json["id"], &json!(1)));
    let path = format!("/channels/{}/messages", town.sim.dm(town.anna));
    assert_eq!(town.post(&path, json!({"content": "hi"})).await.status, 200);
    town.sim.accept_dms(town.anna, false);
    assert_eq!(town.post(&path, json!({"content": "hi"})).await.code(), (403, 50007));
}

#[tokio::test]
async fn slow_mode_makes_the_bot_wait() {
    let mut town = Town::new().await;
    town.sim.set_channel_state(town.channel, ChannelState { slowmode_s: 30, ..ChannelState::default() });
    town.write(json!({"content": "one"})).await;
    town.pass(secs(10)).await;
    let got = town.post(&town.messages_path(), json!({"content": "two"})).await;
    assert_eq!((got.code(), &got.json["retry_after"]), ((429, 20016), &json!(20.0)));
    town.pass(secs(20)).await;
    town.write(json!({"content": "two"})).await;
}

#[tokio::test]
async fn a_deleted_message_is_unknown() {
    let town = Town::new().await;
    let id = town.write(json!({"content": "x"})).await;
    let path = format!("{}/{id}", town.messages_path());
    assert_eq!(town.get(&path).await.json["content"], "x");
    town.sim.delete_message(id);
    assert_eq!(town.get(&path).await.code(), (404, 10008));
    assert_eq!(town.patch(&path, json!({"content": "y"})).await.code(), (404, 10008));
    assert_eq!(town.delete(&path).await.code(), (404, 10008));
    assert!(town.sim.message(id).is_some_and(|message| message.deleted.is_some()));
    let theirs = town.sim.post(town.anna, town.channel, "mine").expect("posts");
    let path = format!("{}/{theirs}", town.messages_path());
    assert_eq!(town.patch(&path, json!({"content": "y"})).await.code(), (403, 50005));
}

#[tokio::test]
async fn what_is_too_long_is_told_by_its_place() {
    let town = Town::with(|config| config.message_create = BucketRule::per_secs(1000, 1)).await;
    let button = |id: &str, label: &str| json!({"type": 2, "style": 1, "custom_id": id, "label": label});
    let row = |parts: Vec<Value>| json!([{"type": 1, "components": parts}]);
    let field = |value: &str| json!({"name": "n", "value": value});
    let big = json!({"description": "d".repeat(4000)});
    let six: Vec<_> = (0..6).map(|n| button(&format!("b{n}"), "x")).collect();
    for (body, place, code) in [
        (json!({"content": "å".repeat(2001)}), "content", "BASE_TYPE_MAX_LENGTH"),
        (
            json!({"embeds": [{"fields": [field("v"), field("v"), field(&"v".repeat(1025))]}]}),
            "embeds.0.fields.2.value",
            "BASE_TYPE_MAX_LENGTH",
        ),
        (json!({"embeds": [5]}), "embeds.0", "DICT_TYPE_CONVERT"),
        (json!({"embeds": [{"fields": ["x"]}]}), "embeds.0.fields.0", "DICT_TYPE_CONVERT"),
        (json!({"embeds": [{"title": "t".repeat(257)}]}), "embeds.0.title", "BASE_TYPE_MAX_LENGTH"),
        (json!({"embeds": [{"fields": vec![field("v"); 26]}]}), "embeds.0.fields", "BASE_TYPE_MAX_LENGTH"),
        (json!({"embeds": [{"fields": [field(" ")]}]}), "embeds.0.fields.0.value", "BASE_TYPE_REQUIRED"),
        (json!({"embeds": [big, big]}), "embeds.1", "MAX_EMBED_SIZE_EXCEEDED"),
        (json!({"embeds": vec![json!({"title": "t"}); 11]}), "embeds", "BASE_TYPE_MAX_LENGTH"),
        (json!({"embeds": [{"title": "t", "url": "nonsense"}]}), "embeds.0.url", "URL_TYPE_INVALID_SCHEME"),
        (json!({"content": "x", "components": row(six)}), "components.0.components", "BASE_TYPE_BAD_LENGTH"),
        (
            json!({"content": "x", "components": row(vec![button("a", &"l".repeat(81))])}),
            "components.0.components.0.label",
            "BASE_TYPE_MAX_LENGTH",
        ),
        (
            json!({"content": "x", "components": row(vec![button(&"c".repeat(101), "l")])}),
            "components.0.components.0.custom_id",
            "BASE_TYPE_BAD_LENGTH",
        ),
        (
            json!({"content": "x", "components": row(vec![button("a", "l"), button("a", "m")])}),
            "components.0.components.1.custom_id",
            "COMPONENT_CUSTOM_ID_DUPLICATED",
        ),
        (
            json!({"content": "x", "components": vec![row(vec![button("a", "l")])[0].clone(); 6]}),
            "components",
            "BASE_TYPE_MAX_LENGTH",
        ),
        (
            json!({"content": "x", "allowed_mentions": {"parse": ["users"], "users": ["1"]}}),
            "allowed_mentions",
            "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
        ),
    ] {
        let got = town.post(&town.messages_path(), body).await;
        assert_eq!(got.code(), (400, 50035), "{place}");
        assert_eq!(first_error(&got), (place.to_owned(), code.to_owned()));
    }
    for (body, want) in [
        (json!({"content": " "}), (400, 50006)),
        (json!({"content": "å".repeat(2000)}), (200, -1)),
        (json!({"embeds": [{"description": "d".repeat(4096)}, {"description": "d".repeat(1904)}]}), (200, -1)),
    ] {
        assert_eq!(town.post(&town.messages_path(), body).await.code(), want);
    }
}

#[tokio::test]
async fn only_allowed_mentions_ping() {
    let town = Town::new().await;
    let role = town.sim.create_role(town.guild, "Managers", 0).expect("a role");
    let content = format!("<@{}> <@&{role}> @everyone", town.anna);
    for (allowed, want) in [
        (Value::Null, (1, 1, true)),
        (json!({"parse": []}), (0, 0, false)),
        (json!({"parse": ["users"]}), (1, 0, false)),
        (json!({"parse": [], "roles": [role.to_string()]}), (0, 1, false)),
        (json!({"parse": ["everyone"], "users": ["5"]}), (0, 0, true)),
    ] {
        let mut body = json!({"content": content});
        if !allowed.is_null() {
            body["allowed_mentions"] = allowed;
        }
        let id = town.write(body).await;
        let pings = town.sim.message(id).expect("a message").pings;
        assert_eq!((pings.users.len(), pings.roles.len(), pings.everyone), want);
    }
}

#[tokio::test]
async fn an_edit_leaves_what_it_does_not_mention() {
    let town = Town::new().await;
    let rows = json!([{"type": 1, "components": [{"type": 2, "style": 4, "custom_id": "stop", "label": "Stop"}]}]);
    let id = town.write(json!({"content": "a", "embeds": [{"title": "t"}], "components": rows})).await;
    let path = format!("{}/{id}", town.messages_path());
    town.patch(&path, json!({"content": "b"})).await;
    let seen = town.sim.message(id).expect("a message");
    assert_eq!((seen.content.as_str(), seen.embeds.len(), seen.buttons().len()), ("b", 1, 1));
    assert_eq!(seen.buttons()[0].label, "Stop");
    town.patch(&path, json!({"components": [], "embeds": null})).await;
    let seen = town.sim.message(id).expect("a message");
    assert_eq!((seen.content.as_str(), seen.embeds.len(), seen.buttons().len()), ("b", 0, 0));
    assert_eq!(town.patch(&path, json!({"content": ""})).await.code(), (400, 50006));
    let got = town.patch(&path, json!({"content": "c"})).await;
    assert!(got.json["edited_timestamp"].is_string());
}

#[tokio::test]
async fn history_is_read_before_after_and_around() {
    let town = Town::with(|config| config.message_create = BucketRule::per_secs(1000, 1)).await;
    let mut ids = Vec::new();
    for n in 0..6 {
        ids.push(town.write(json!({"content": n.to_string()})).await);
    }
    let list = |query: String| {
        let path = format!("{}?{query}", town.messages_path());
        let town = &town;
        async move {
            let got = town.get(&path).await.json;
            let texts =
                got.as_array().expect("a list").iter().map(|one| one["content"].as_str().expect("text").to_owned());
            texts.collect::<String>()
        }
    };
    assert_eq!(list("limit=3".to_owned()).await, "543");
    assert_eq!(list(format!("before={}&limit=2", ids[3])).await, "21");
    assert_eq!(list(format!("after={}&limit=2", ids[1])).await, "32");
    assert_eq!(list(format!("around={}&limit=3", ids[2])).await, "321");
    assert_eq!(town.get(&format!("{}?limit=101", town.messages_path())).await.code(), (400, 50035));
}

#[tokio::test]
async fn a_thread_hangs_under_its_message_once() {
    let town = Town::new().await;
    let id = town.write(json!({"content": "x"})).await;
    let path = format!("{}/{id}/threads", town.messages_path());
    let got = town.post(&path, json!({"name": "log"})).await;
    assert_eq!((got.status, &got.json["id"], &got.json["type"]), (201, &json!(id), &json!(11)));
    assert_eq!(town.post(&path, json!({"name": "log"})).await.code(), (400, 160_004));
    assert_eq!(town.post(&format!("/channels/{id}/messages"), json!({"content": "y"})).await.status, 200);
    town.sim.set_channel_state(id, ChannelState { archived: true, ..ChannelState::default() });
    let inside = town.sim.messages(id)[0].id;
    let got = town.patch(&format!("/channels/{id}/messages/{inside}"), json!({"content": "z"})).await;
    assert_eq!(got.code(), (400, 50083));
    assert_eq!(town.post(&format!("/channels/{id}/messages"), json!({"content": "y"})).await.status, 200);
    assert_eq!(town.sim.channel_state(id).map(|state| state.archived), Some(false));
}

#[tokio::test]
async fn commands_are_checked_kept_and_counted() {
    let town = Town::with(|config| config.command_creates = BucketRule::per_secs(3, 86_400)).await;
    let path = format!("/applications/{}/commands", town.sim.bot());
    let put = |body: Value| town.send(Method::PUT, &path, body);
    let got = put(json!([{"name": "Pause", "description": "d"}])).await;
    assert_eq!(first_error(&got), ("0.name".to_owned(), "APPLICATION_COMMAND_INVALID_NAME".to_owned()));
    let got = put(json!([{"name": "a", "description": "d"}, {"name": "a", "description": "d"}])).await;
    assert_eq!(first_error(&got), ("1".to_owned(), "APPLICATION_COMMANDS_DUPLICATE_NAME".to_owned()));
    let got = put(json!([{"name": "a", "description": "d".repeat(101)}])).await;
    assert_eq!(first_error(&got), ("0.description".to_owned(), "BASE_TYPE_BAD_LENGTH".to_owned()));
    let options: Vec<_> = (0..26).map(|n| json!({"type": 3, "name": format!("o{n}"), "description": "d"})).collect();
    let got = put(json!([{"name": "a", "description": "d", "options": options}])).await;
    assert_eq!(first_error(&got), ("0.options".to_owned(), "BASE_TYPE_MAX_LENGTH".to_owned()));
    assert_eq!(put(json!({"name": "a"})).await.code(), (400, 50035), "a list is expected");
    let first = put(pause_command()).await.json;
    let second = put(pause_command()).await.json;
    assert_eq!(first, second, "the same definitions keep their ids and versions");
    let id = first[0]["id"].as_str().expect("an id");
    assert_eq!(town.get(&format!("{path}/{id}")).await.json["name"], "pause");
    assert_eq!(town.delete(&format!("{path}/{id}")).await.status, 204);
    assert_eq!(town.get(&format!("{path}/{id}")).await.code(), (404, 10063));
    assert_eq!(town.post(&path, json!({"name": "third", "description": "d"})).await.status, 201);
    assert_eq!(town.post(&path, json!({"name": "third", "description": "e"})).await.status, 200);
    assert_eq!(town.post(&path, json!({"name": "fourth", "description": "d"})).await.code(), (400, 30034));
    assert_eq!(town.get("/applications/5/commands").await.code(), (404, 10002));
}
