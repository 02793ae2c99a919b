//! A message before any platform has touched it: what it says, in which order it may be shortened, what can be pressed.
//!
//! Both chats render the same message. Text here is plain text; each renderer escapes it for its platform, so a name
//! full of markup stays a name.

use serde::{Deserialize, Serialize};

/// A run of text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Run {
    /// As it is.
    Plain(String),
    /// Stressed.
    Bold(String),
    /// Something to be copied or typed.
    Code(String),
}

/// One line.
pub type Line = Vec<Run>;

/// Lines that belong together. When a message is too long for its platform, whole blocks of the lowest `weight` go behind
/// the Why button first; nothing is ever cut inside a block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// 0 is never moved; higher goes first.
    pub weight: u8,
    /// The lines.
    pub lines: Vec<Line>,
}

/// How a button looks where the platform has looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Look {
    /// Stops or loses something.
    Danger,
    /// The usual next step.
    Primary,
    /// Anything else.
    Plain,
}

/// Something to press.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Button {
    /// What it says: what it saves or does.
    pub label: String,
    /// Opaque, at most 40 ASCII bytes, bound to room and purpose in the store (64 bytes is Telegram's limit).
    pub token: String,
    /// How it looks.
    pub look: Look,
}

/// A picture that goes with the text.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    /// PNG bytes.
    pub png: Vec<u8>,
    /// What it shows, for those who do not see it; at most 1,024 characters.
    pub alt: String,
}

impl std::fmt::Debug for Picture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Picture({} bytes, {:?})", self.png.len(), self.alt)
    }
}

/// A file that goes with the text.
#[derive(Clone, PartialEq, Eq)]
pub struct File {
    /// What it is called, with its ending.
    pub name: String,
    /// Its media type.
    pub mime: &'static str,
    /// What is in it.
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for File {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "File({:?}, {} bytes)", self.name, self.bytes.len())
    }
}

/// A message for one room.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Message {
    /// The whole story on one line; people see 60 characters of it on a locked phone.
    pub headline: String,
    /// The rest, in reading order.
    pub blocks: Vec<Block>,
    /// The last line: rule, age of the data, incident id.
    pub footer: String,
    /// Rows of buttons.
    pub buttons: Vec<Vec<Button>>,
    /// The chart.
    pub picture: Option<Picture>,
    /// A file, in place of a picture.
    pub file: Option<File>,
    /// Do not make a sound.
    pub silent: bool,
}
