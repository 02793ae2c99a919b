//! Menus, pins, deletions and members: what belongs to a place, not to a message.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn the_menu_is_the_narrowest_and_in_the_readers_language() {
    let stage = Stage::new().await;
    let group = stage.group(false);
    let set = |name: &'static str, scope: Value, language: &'static str| {
        let commands = json!([{ "command": name, "description": name }]);
        let params = json!({ "commands": commands, "scope": scope, "language_code": language });
        let bot = stage.bot.clone();
        async move { bot.ok("setMyCommands", params).await }
    };
    let menu = |chat| stage.sim.menu(chat, stage.anna).first().map(|(name, _)| name.clone());
    assert_eq!(menu(stage.home), None);
    set("a", json!({ "type": "default" }), "").await;
    assert_eq!(menu(stage.home).as_deref(), Some("a"));
    set("b", json!({ "type": "default" }), "sv").await;
    assert_eq!(menu(stage.home).as_deref(), Some("b"));
    set("c", json!({ "type": "all_private_chats" }), "").await;
    assert_eq!(menu(stage.home).as_deref(), Some("c"));
    assert_eq!(menu(group).as_deref(), Some("b"));
    set("d", json!({ "type": "all_chat_administrators" }), "").await;
    assert_eq!(menu(group).as_deref(), Some("d"), "Anna owns the group");
    set("e", json!({ "type": "chat_member", "chat_id": group.0, "user_id": stage.anna.0 }), "").await;
    assert_eq!(menu(group).as_deref(), Some("e"));
    let scope = json!({ "scope": { "type": "default" }, "language_code": "sv" });
    assert_eq!(stage.bot.ok("getMyCommands", scope.clone()).await[0]["command"], "b");
    stage.bot.ok("deleteMyCommands", scope.clone()).await;
    assert_eq!(stage.bot.ok("getMyCommands", scope).await, json!([]));
    stage.sim.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pinning_needs_the_right_and_shows_in_the_chat() {
    let stage = Stage::new().await;
    let group = stage.group(false);
    let sent = stage.bot.ok("sendMessage", json!({ "chat_id": group.0, "text": "board" })).await;
    let pin = json!({ "chat_id": group.0, "message_id": sent["message_id"] });
    let refused = stage.bot.refused("pinChatMessage", pin.clone()).await;
    assert_eq!(refused, "400 Bad Request: not enough rights to manage pinned messages in the chat");
    let admin = Standing::Administrator;
    stage.sim.set_bot_standing(group, stage.anna, admin).expect("set");
    stage.bot.ok("pinChatMessage", pin).await;
    let chat = stage.bot.ok("getChat", json!({ "chat_id": group.0 })).await;
    assert_eq!(chat["pinned_message"]["text"], "board");
    let nothing = json!({ "chat_id": group.0, "message_id": 99 });
    let refused = stage.bot.refused("pinChatMessage", nothing).await;
    assert_eq!(refused, "400 Bad Request: message to pin not found");
    stage.sim.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn old_messages_and_those_of_others_are_not_deleted() {
    let mut stage = Stage::new().await;
    let group = stage.group(false);
    let theirs = stage.sim.user_sends(group, stage.anna, "x").expect("sent");
    let refused = |chat: ChatId, id: i64| {
        let (bot, params) = (stage.bot.clone(), json!({ "chat_id": chat.0, "message_id": id }));
        async move { bot.refused("deleteMessage", params).await }
    };
    assert_eq!(refused(group, theirs).await, "400 Bad Request: message can't be deleted");
    let mine = stage.text("x").await;
    stage.driver.run_for(SignedDuration::from_hours(48)).await.expect("quiet");
    let old = json!({ "chat_id": stage.home.0, "message_id": mine });
    assert_eq!(stage.bot.refused("deleteMessage", old).await, "400 Bad Request: message can't be deleted");
    stage.sim.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn members_are_told_by_their_status() {
    let stage = Stage::new().await;
    let group = stage.group(false);
    let bo = stage.sim.add_user(NewUser::named("Bo", "en"));
    let status = |user: i64| {
        let params = json!({ "chat_id": group.0, "user_id": user });
        let bot = stage.bot.clone();
        async move { bot.ok("getChatMember", params).await["status"].as_str().expect("a status").to_owned() }
    };
    assert_eq!(status(stage.anna.0).await, "creator");
    assert_eq!(status(stage.sim.bot_id().0).await, "member");
    for (standing, want) in [
        (Standing::Member, "member"),
        (Standing::Administrator, "administrator"),
        (Standing::AnonymousAdministrator, "administrator"),
        (Standing::Restricted, "restricted"),
        (Standing::Left, "left"),
        (Standing::Kicked, "kicked"),
    ] {
        stage.sim.set_standing(group, bo, standing).expect("set");
        assert_eq!(status(bo.0).await, want);
    }
    let info = stage.bot.ok("getChat", json!({ "chat_id": group.0 })).await;
    assert_eq!((&info["type"], &info["title"]), (&json!("supergroup"), &json!("Nordbo")));
    let admins = stage.bot.ok("getChatAdministrators", json!({ "chat_id": group.0 })).await;
    assert_eq!(admins.as_array().map(Vec::len), Some(1));
    stage.bot.ok("leaveChat", json!({ "chat_id": group.0 })).await;
    assert_eq!(
        stage.bot.refused("getChat", json!({ "chat_id": group.0 })).await,
        "403 Forbidden: bot is not a member of the supergroup chat"
    );
    stage.sim.shutdown().await;
}
