//! People, chats and messages as the emulated server keeps them, and how each looks on the wire.
//!
//! Owns: the records and their JSON (<https://core.telegram.org/bots/api#available-types>).
//! Refuses: rules. Who may do what stands in `messages`, `chats` and `updates`.

use std::collections::BTreeMap;

use axum::body::Bytes;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::entities::{Entity, Formatted};

/// The account that stands for anonymous administrators.
pub(super) const ANONYMOUS_BOT: i64 = 1_087_968_824;

/// A person with an account, or the bot itself.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "four independent facts, each with its own refusal")]
pub(super) struct Person {
    pub id: i64,
    pub is_bot: bool,
    pub first_name: String,
    pub last_name: Option<String>,
    pub username: Option<String>,
    pub language_code: Option<String>,
    /// Has pressed Start: until then the bot cannot write to them.
    pub started: bool,
    pub blocked_bot: bool,
    pub deactivated: bool,
}

impl Person {
    pub fn json(&self) -> Value {
        let mut user = json!({ "id": self.id, "is_bot": self.is_bot, "first_name": self.first_name });
        put(&mut user, "last_name", self.last_name.as_deref());
        put(&mut user, "username", self.username.as_deref());
        put(&mut user, "language_code", self.language_code.as_deref());
        user
    }
}

/// Adds a member to an object unless there is none.
pub(super) fn put(object: &mut Value, key: &str, value: Option<impl Into<Value>>) {
    if let (Some(object), Some(value)) = (object.as_object_mut(), value) {
        object.insert(key.to_owned(), value.into());
    }
}

/// What kind of chat it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChatKind {
    /// One person and the bot.
    Private,
    /// A small group; its message ids are not its own.
    Group,
    /// A supergroup, with or without topics.
    Supergroup,
}

impl ChatKind {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Private => "private",
            Self::Group => "group",
            Self::Supergroup => "supergroup",
        }
    }
}

/// What somebody is in a chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Made the chat.
    Owner,
    /// Administrator with every right.
    Administrator,
    /// Administrator whose messages are signed by the chat.
    AnonymousAdministrator,
    /// Ordinary member.
    Member,
    /// Member who may not send.
    Restricted,
    /// Not in the chat.
    Left,
    /// Banned from it.
    Kicked,
}

impl Standing {
    pub(super) fn is_in(self) -> bool {
        !matches!(self, Self::Left | Self::Kicked)
    }

    pub(super) fn is_admin(self) -> bool {
        matches!(self, Self::Owner | Self::Administrator | Self::AnonymousAdministrator)
    }

    /// The `ChatMember` object.
    pub(super) fn json(self, user: &Value) -> Value {
        let status = match self {
            Self::Owner => "creator",
            Self::Administrator | Self::AnonymousAdministrator => "administrator",
            Self::Member => "member",
            Self::Restricted => "restricted",
            Self::Left => "left",
            Self::Kicked => "kicked",
        };
        let mut member = json!({ "user": user, "status": status });
        match self {
            Self::Owner => put(&mut member, "is_anonymous", Some(false)),
            Self::Administrator | Self::AnonymousAdministrator => {
                put(&mut member, "can_be_edited", Some(false));
                for right in ADMIN_RIGHTS {
                    put(&mut member, right, Some(true));
                }
                put(&mut member, "is_anonymous", Some(self == Self::AnonymousAdministrator));
            }
            Self::Restricted => {
                put(&mut member, "until_date", Some(0));
                put(&mut member, "is_member", Some(true));
                for right in MEMBER_RIGHTS {
                    put(&mut member, right, Some(false));
                }
            }
            Self::Kicked => put(&mut member, "until_date", Some(0)),
            Self::Member | Self::Left => {}
        }
        member
    }
}

const ADMIN_RIGHTS: [&str; 13] = [
    "can_manage_chat",
    "can_change_info",
    "can_delete_messages",
    "can_invite_users",
    "can_restrict_members",
    "can_pin_messages",
    "can_manage_topics",
    "can_promote_members",
    "can_manage_video_chats",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
    "can_manage_tags",
];

pub(super) const MEMBER_RIGHTS: [&str; 16] = [
    "can_send_messages",
    "can_send_audios",
    "can_send_documents",
    "can_send_photos",
    "can_send_videos",
    "can_send_video_notes",
    "can_send_voice_notes",
    "can_send_polls",
    "can_send_other_messages",
    "can_add_web_page_previews",
    "can_react_to_messages",
    "can_edit_tag",
    "can_change_info",
    "can_invite_users",
    "can_pin_messages",
    "can_manage_topics",
];

/// A topic of a forum; its id is the id of the service message that opened it.
#[derive(Debug, Clone)]
pub(super) struct Topic {
    pub closed: bool,
    pub deleted: bool,
}

/// A chat.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "four independent facts, each with its own refusal")]
pub(super) struct Chat {
    pub id: i64,
    pub kind: ChatKind,
    pub title: String,
    pub is_forum: bool,
    pub members: BTreeMap<i64, Standing>,
    pub bot: Standing,
    /// Another bot of the group spoke after ours: plain `/commands` go there.
    pub another_bot_spoke_last: bool,
    pub topics: BTreeMap<i64, Topic>,
    pub messages: BTreeMap<i64, Message>,
    pub next_message: i64,
    pub pinned: Option<i64>,
    pub migrated_to: Option<i64>,
    /// The bot has met this chat; of others it hears "chat not found".
    pub known: bool,
    pub deleted: bool,
    /// Messages of the bot that nobody looked at yet, by id.
    pub unread: Vec<i64>,
}

impl Chat {
    pub fn new(id: i64, kind: ChatKind, title: &str) -> Self {
        Self {
            id,
            kind,
            title: title.to_owned(),
            is_forum: false,
            members: BTreeMap::new(),
            bot: Standing::Left,
            another_bot_spoke_last: false,
            topics: BTreeMap::new(),
            messages: BTreeMap::new(),
            // Message 1 of a supergroup is its creation, and General of a forum.
            next_message: 2,
            pinned: None,
            migrated_to: None,
            known: kind == ChatKind::Private,
            deleted: false,
            unread: Vec::new(),
        }
    }
}

/// A stored file. What was uploaded is what is downloaded: nothing is recompressed.
#[derive(Debug, Clone)]
pub(super) struct StoredFile {
    pub id: String,
    pub unique: String,
    pub path: String,
    pub name: String,
    pub mime: String,
    pub width: u32,
    pub height: u32,
    pub bytes: Bytes,
}

impl StoredFile {
    fn base(&self) -> Value {
        json!({ "file_id": self.id, "file_unique_id": self.unique, "file_size": self.bytes.len() })
    }

    /// As `PhotoSize`.
    pub fn photo_json(&self) -> Value {
        let mut size = self.base();
        put(&mut size, "width", Some(self.width));
        put(&mut size, "height", Some(self.height));
        size
    }

    /// As `Document`.
    pub fn document_json(&self) -> Value {
        let mut document = json!({ "file_name": self.name, "mime_type": self.mime });
        if let (Some(object), Value::Object(base)) = (document.as_object_mut(), self.base()) {
            object.extend(base);
        }
        document
    }

    /// As `File`.
    pub fn file_json(&self) -> Value {
        let mut file = self.base();
        put(&mut file, "file_path", Some(self.path.as_str()));
        file
    }
}

/// What a message carries.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Content {
    Text(Formatted),
    /// File id and caption.
    Photo(String, Formatted),
    Document(String, Formatted),
    /// The members of a service message, as they are sent.
    Service(Map<String, Value>),
}

impl Content {
    pub fn words(&self) -> Option<&Formatted> {
        match self {
            Self::Text(words) | Self::Photo(_, words) | Self::Document(_, words) => Some(words),
            Self::Service(_) => None,
        }
    }

    pub fn file(&self) -> Option<&str> {
        match self {
            Self::Photo(file, _) | Self::Document(file, _) => Some(file),
            Self::Text(_) | Self::Service(_) => None,
        }
    }
}

/// A version of a message that an edit replaced.
#[derive(Debug, Clone)]
pub(super) struct Before {
    pub until: Timestamp,
    pub content: Content,
    pub markup: Option<Value>,
}

/// A message.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "four independent flags of the wire")]
pub(super) struct Message {
    pub id: i64,
    pub from: i64,
    /// The chat itself, when an anonymous administrator wrote it.
    pub sender_chat: Option<i64>,
    pub thread: Option<i64>,
    pub date: Timestamp,
    pub edited: Option<Timestamp>,
    pub content: Content,
    pub markup: Option<Value>,
    pub reply_to: Option<i64>,
    /// `forward_origin`, of a copy of somebody's message.
    pub forwarded: Option<Value>,
    pub link_preview: Option<Value>,
    pub silent: bool,
    pub protected: bool,
    /// `show_caption_above_media`.
    pub caption_above: bool,
    /// `has_spoiler` of a picture.
    pub spoiler: bool,
    pub before: Vec<Before>,
    pub deleted: Option<Timestamp>,
}

impl Message {
    pub fn new(id: i64, from: i64, date: Timestamp, content: Content) -> Self {
        Self {
            id,
            from,
            sender_chat: None,
            thread: None,
            date,
            edited: None,
            content,
            markup: None,
            reply_to: None,
            forwarded: None,
            link_preview: None,
            silent: false,
            protected: false,
            caption_above: false,
            spoiler: false,
            before: Vec::new(),
            deleted: None,
        }
    }
}

/// `entities` or `caption_entities`.
pub(super) fn entities_json(entities: &[Entity]) -> Value {
    Value::Array(entities.iter().map(Entity::json).collect())
}
