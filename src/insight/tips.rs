//! Tips as data: which, on what evidence, in which words.
//!
//! Owns: the list of tips there are. Refuses: giving one without evidence; whoever makes a tip has the numbers in hand.

use serde::{Deserialize, Serialize};

use super::posting_time::PostingTip;

/// The keys of the tips' sentences in the wording files.
pub const KEYS: &[&str] = &["tip-posting-time", "tip-link-target", "tip-code-missing"];

/// One thing to try, with what speaks for it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "tip", rename_all = "snake_case")]
pub enum Tip {
    /// The creator's own posts do better at other hours.
    PostingTime(PostingTip),
    /// The tracking link opens the wrong page.
    LinkTarget {
        /// What it opens.
        opens: String,
        /// What it should open.
        should_open: String,
    },
    /// A post does not show the code.
    CodeMissing {
        /// The code.
        code: String,
        /// The post, as people call it.
        post: String,
    },
}

impl Tip {
    /// The id under which it is followed up.
    #[must_use]
    pub fn id(&self) -> &'static str {
        match self {
            Self::PostingTime(_) => "posting-time",
            Self::LinkTarget { .. } => "link-target",
            Self::CodeMissing { .. } => "code-missing",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tip_has_a_sentence() {
        let tips = [
            Tip::LinkTarget { opens: String::new(), should_open: String::new() },
            Tip::CodeMissing { code: String::new(), post: String::new() },
        ];
        for tip in tips {
            assert!(KEYS.contains(&format!("tip-{}", tip.id()).as_str()));
        }
        assert!(KEYS.contains(&"tip-posting-time"));
    }
}
