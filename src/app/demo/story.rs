//! The guided story of the demo.

/// The rule of a link that brings clicks and no orders.
pub const LINK_RULE: &str = "link-not-selling";
/// The rule of a code that far more people use than were sent.
pub const CODE_RULE: &str = "code-leaked";
/// The rule of a shop that is visited and does not sell.
pub const SHOP_RULE: &str = "shop-not-selling";
/// The rule of a level whose criterion is not met.
pub const CLICKS_RULE: &str = "gold-clicks";
