//! The part of the schema that the emulated shop knows: types, their fields, and what each field takes and gives.

/// What a field gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gives {
    /// A value without fields of its own.
    Scalar,
    /// An object of this type, or null.
    Object(&'static str),
    /// A list of objects.
    List(&'static str),
    /// A connection whose nodes are of this type.
    Connection(&'static str),
}

/// One field of a type.
#[derive(Debug, Clone, Copy)]
pub(super) struct FieldDef {
    pub name: &'static str,
    pub gives: Gives,
    pub takes: &'static [&'static str],
    /// The scope it needs.
    pub scope: Option<&'static str>,
}

const fn scalar(name: &'static str) -> FieldDef {
    FieldDef { name, gives: Gives::Scalar, takes: &[], scope: None }
}

const fn object(name: &'static str, of: &'static str) -> FieldDef {
    FieldDef { name, gives: Gives::Object(of), takes: &[], scope: None }
}

const PAGED: &[&str] = &["first", "after", "query", "sortKey", "reverse"];

const fn root(name: &'static str, gives: Gives, takes: &'static [&'static str], scope: &'static str) -> FieldDef {
    FieldDef { name, gives, takes, scope: Some(scope) }
}

const DISCOUNT: [FieldDef; 7] = [
    scalar("title"),
    scalar("status"),
    scalar("startsAt"),
    scalar("endsAt"),
    scalar("usageLimit"),
    scalar("asyncUsageCount"),
    FieldDef { name: "codes", gives: Gives::Connection("DiscountRedeemCode"), takes: PAGED, scope: None },
];

/// The same with what it takes off.
const BASIC: [FieldDef; 8] = {
    let [title, status, starts, ends, limit, count, codes] = DISCOUNT;
    [title, status, starts, ends, limit, count, codes, object("customerGets", "DiscountCustomerGets")]
};

const TYPES: &[(&str, &[FieldDef])] = &[
    (
        "QueryRoot",
        &[
            object("shop", "Shop"),
            root("order", Gives::Object("Order"), &["id"], "read_orders"),
            root("orders", Gives::Connection("Order"), PAGED, "read_orders"),
            root("codeDiscountNodes", Gives::Connection("DiscountCodeNode"), PAGED, "read_discounts"),
            root("codeDiscountNodeByCode", Gives::Object("DiscountCodeNode"), &["code"], "read_discounts"),
            root("codeDiscountNode", Gives::Object("DiscountCodeNode"), &["id"], "read_discounts"),
        ],
    ),
    (
        "Mutation",
        &[
            root("discountCodeActivate", Gives::Object("DiscountCodeActivatePayload"), &["id"], "write_discounts"),
            root(
                "discountCodeBasicUpdate",
                Gives::Object("DiscountCodeBasicUpdatePayload"),
                &["id", "basicCodeDiscount"],
                "write_discounts",
            ),
            root(
                "discountCodeBasicCreate",
                Gives::Object("DiscountCodeBasicCreatePayload"),
                &["basicCodeDiscount"],
                "write_discounts",
            ),
            root("discountCodeDeactivate", Gives::Object("DiscountCodeDeactivatePayload"), &["id"], "write_discounts"),
        ],
    ),
    ("Shop", &[scalar("id"), scalar("name"), scalar("currencyCode"), scalar("myshopifyDomain")]),
    (
        "Order",
        &[
            scalar("id"),
            scalar("legacyResourceId"),
            scalar("name"),
            scalar("createdAt"),
            scalar("updatedAt"),
            scalar("cancelledAt"),
            scalar("test"),
            scalar("discountCodes"),
            scalar("displayFinancialStatus"),
            object("currentTotalPriceSet", "MoneyBag"),
            object("totalPriceSet", "MoneyBag"),
            object("currentTotalDiscountsSet", "MoneyBag"),
            object("totalRefundedSet", "MoneyBag"),
            object("netPaymentSet", "MoneyBag"),
            object("customerJourneySummary", "CustomerJourneySummary"),
        ],
    ),
    ("MoneyBag", &[object("shopMoney", "MoneyV2"), object("presentmentMoney", "MoneyV2")]),
    ("MoneyV2", &[scalar("amount"), scalar("currencyCode")]),
    (
        "CustomerJourneySummary",
        &[
            scalar("ready"),
            scalar("customerOrderIndex"),
            object("firstVisit", "CustomerVisit"),
            object("lastVisit", "CustomerVisit"),
        ],
    ),
    ("CustomerVisit", &[scalar("landingPage"), scalar("referrerUrl"), object("utmParameters", "UTMParameters")]),
    ("UTMParameters", &[scalar("source"), scalar("medium"), scalar("campaign"), scalar("content"), scalar("term")]),
    ("DiscountCodeNode", &[scalar("id"), object("codeDiscount", "DiscountCode")]),
    ("DiscountCodeBasic", &BASIC),
    ("DiscountCustomerGets", &[object("value", "DiscountPercentage")]),
    ("DiscountPercentage", &[scalar("percentage")]),
    ("DiscountCodeBasicUpdatePayload", &PAYLOAD),
    ("DiscountCodeBasicCreatePayload", &PAYLOAD),
    ("DiscountCodeBxgy", &DISCOUNT),
    ("DiscountCodeFreeShipping", &DISCOUNT),
    ("DiscountCodeApp", &DISCOUNT),
    ("DiscountRedeemCode", &[scalar("id"), scalar("code"), scalar("asyncUsageCount")]),
    ("DiscountCodeActivatePayload", &PAYLOAD),
    ("DiscountCodeDeactivatePayload", &PAYLOAD),
    ("DiscountUserError", &[scalar("field"), scalar("message"), scalar("code"), scalar("extraInfo")]),
    ("PageInfo", &[scalar("hasNextPage"), scalar("hasPreviousPage"), scalar("startCursor"), scalar("endCursor")]),
];

const PAYLOAD: [FieldDef; 2] = [
    object("codeDiscountNode", "DiscountCodeNode"),
    FieldDef { name: "userErrors", gives: Gives::List("DiscountUserError"), takes: &[], scope: None },
];

/// The union of everything codes can unlock, and what it is made of.
pub(super) const UNION: (&str, [&str; 4]) =
    ("DiscountCode", ["DiscountCodeBasic", "DiscountCodeBxgy", "DiscountCodeFreeShipping", "DiscountCodeApp"]);

/// A field of a type; a union has none of its own.
pub(super) fn field(of: &str, name: &str) -> Option<&'static FieldDef> {
    let (_, fields) = TYPES.iter().find(|row| row.0 == of)?;
    fields.iter().find(|field| field.name == name)
}

/// Whether a type exists.
pub(super) fn exists(name: &str) -> bool {
    name == UNION.0 || TYPES.iter().any(|row| row.0 == name)
}

/// Whether a fragment on `on` can speak of something of type `of`.
pub(super) fn fits(on: &str, of: &str) -> bool {
    on == of || (of == UNION.0 && UNION.1.contains(&on)) || (on == UNION.0 && UNION.1.contains(&of))
}
