//! The emulated shop against what the real one is known to do.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::document::{self, Question};
use super::execute::Asking;
use super::world::{Journey, NewDiscount, NewOrder, Placed, ShopWorld, Status};

fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

fn now() -> Timestamp {
    at("2026-03-02T12:00:00Z")
}

fn shop() -> ShopWorld {
    let world = ShopWorld::new("SEK");
    world.add_discount(NewDiscount::basic("ALMA10", 10, at("2026-02-01T00:00:00Z")));
    world.add_discount(NewDiscount::basic("LATER", 10, at("2026-04-01T00:00:00Z")));
    world
}

fn read(text: &str, variables: &Value) -> Result<Question, String> {
    let empty = Map::new();
    document::read(text, variables.as_object().unwrap_or(&empty), &[]).map_err(|wrong| {
        let code = wrong.0.pointer("/extensions/code").and_then(Value::as_str).unwrap_or("none");
        let line = wrong.0.pointer("/locations/0/line").and_then(Value::as_u64).unwrap_or(0);
        format!("{code} in line {line}: {}", wrong.0["message"].as_str().unwrap_or_default())
    })
}

fn answer(world: &ShopWorld, scopes: &[&str], text: &str, variables: &Value) -> (Value, Vec<Value>, f64, f64) {
    let question = read(text, variables).expect("a question");
    let scopes: Vec<String> = scopes.iter().map(|&scope| scope.to_owned()).collect();
    let asking = Asking { world, scopes: &scopes, now: now(), lag: SignedDuration::ZERO };
    let answered = asking.answer(&question);
    (Value::Object(answered.data), answered.errors, question.points, answered.points)
}

const ALL: &[&str] = &["read_orders", "write_discounts"];

#[test]
fn exactly_the_fields_asked_for_come_back_under_the_names_asked_for() {
    let world = shop();
    world.place_order(at("2026-03-02T11:00:00Z"), &["alma10"], 10_000);
    let text = "query Q($n: Int = 2) { books: shop { currencyCode } list: orders(first: $n) { nodes { ...Sum codes: discountCodes } } }
        fragment Sum on Order { currentTotalPriceSet { shopMoney { amount } } }";
    let (data, errors, requested, actual) = answer(&world, ALL, text, &Value::Null);
    let node = json!({"currentTotalPriceSet": {"shopMoney": {"amount": "90.0"}}, "codes": ["ALMA10"]});
    assert_eq!((data, errors), (json!({"books": {"currencyCode": "SEK"}, "list": {"nodes": [node]}}), vec![]));
    assert_eq!((requested, actual), (7.0, 4.0), "a point an object: two orders at most, one in truth");
}

#[test]
fn what_the_schema_does_not_have_is_an_error_with_its_place() {
    for (text, want) in [
        (
            "{ orders(first: 1) { nodes { total } } }",
            "undefinedField in line 1: Field 'total' doesn't exist on type 'Order'",
        ),
        ("{ nothing }", "undefinedField in line 1: Field 'nothing' doesn't exist on type 'QueryRoot'"),
        ("{\n shop }", "selectionMismatch in line 2: Field must have selections (field 'shop' returns an object)"),
        (
            "{ shop { id { x } } }",
            "selectionMismatch in line 1: Selections can't be made on scalars (field 'id' returns a scalar)",
        ),
        ("{ shop(id: 1) { id } }", "argumentNotAccepted in line 1: Field 'shop' doesn't accept argument 'id'"),
        ("{ orders { nodes { id } } }", "BAD_REQUEST in line 1: you must provide one of first or last"),
        ("{ orders(first: 251) { nodes { id } } }", "BAD_REQUEST in line 1: first cannot exceed 250"),
        ("{ shop { ...X } }", "useAndDefineFragment in line 1: Fragment X was used, but not defined"),
        (
            "{ shop { ... on Order { id } } }",
            "cannotSpreadFragment in line 1: Fragment on Order can't be spread inside Shop",
        ),
        (
            "query Q($c: String!) { codeDiscountNodeByCode(code: $c) { id } }",
            "INVALID_VARIABLE in line 1: Variable $c of type String! was provided invalid value",
        ),
        ("{ shop { id }", "PARSE_ERROR in line 1: syntax error, the document cannot be parsed"),
    ] {
        assert_eq!(read(text, &Value::Null).expect_err(text), want, "{text}");
    }
}

#[test]
fn a_right_that_is_missing_is_null_with_an_error_beside_it() {
    let text = "{ shop { id } one: codeDiscountNodeByCode(code: \"ALMA10\") { id } }";
    let (data, errors, ..) = answer(&shop(), &["read_orders"], text, &Value::Null);
    assert_eq!((&data["one"], data["shop"]["id"].is_string()), (&Value::Null, true));
    assert_eq!(errors.len(), 1);
    assert_eq!((&errors[0]["extensions"]["code"], &errors[0]["path"]), (&json!("ACCESS_DENIED"), &json!(["one"])));
    let (_, errors, ..) = answer(&shop(), ALL, text, &Value::Null);
    assert_eq!(errors, Vec::<Value>::new(), "who may write may read");
}

#[test]
fn a_list_goes_on_where_its_cursor_stands_even_when_it_grows_before_it() {
    let world = shop();
    for hour in 1..6 {
        world.place_order(at(&format!("2026-03-02T0{hour}:00:00Z")), &[], 10_000);
    }
    let text = "query Q($after: String) { orders(first: 2, after: $after, sortKey: CREATED_AT) {
        pageInfo { hasNextPage endCursor } nodes { createdAt } } }";
    let (mut seen, mut after) = (Vec::new(), Value::Null);
    loop {
        let (data, ..) = answer(&world, ALL, text, &json!({"after": after}));
        let nodes = data["orders"]["nodes"].as_array().expect("nodes").clone();
        seen.extend(
            nodes.iter().map(|node| at(node["createdAt"].as_str().expect("a time")).strftime("%H").to_string()),
        );
        if data["orders"]["pageInfo"]["hasNextPage"] == false {
            break;
        }
        after = data["orders"]["pageInfo"]["endCursor"].clone();
        world.place_order(at("2026-03-02T00:30:00Z"), &[], 10_000);
    }
    assert_eq!(seen, ["01", "02", "03", "04", "05"]);
}

#[test]
fn a_search_finds_the_first_code_only_and_ignores_what_it_cannot_read() {
    let world = shop();
    world.add_discount(NewDiscount::basic("BO15", 15, at("2026-02-01T00:00:00Z")));
    world.place_order(at("2026-03-02T10:00:00Z"), &["ALMA10", "BO15"], 10_000);
    world.place_order(at("2026-03-02T11:00:00Z"), &["BO15"], 10_000);
    let text = "query Q($q: String) { orders(first: 9, query: $q) { nodes { id } } }";
    for (query, want) in [
        ("discount_code:bo15", 1),
        ("created_at:>='2026-03-02T10:30:00Z'", 1),
        ("created_at:>='2026-03-02T10:00:00Z' AND created_at:<'2026-03-02T11:00:00Z'", 1),
        ("created_at:>=yesterday", 2),
        ("colour:blue", 2),
        ("", 2),
    ] {
        let (data, ..) = answer(&world, ALL, text, &json!({"q": query}));
        assert_eq!(data["orders"]["nodes"].as_array().map(Vec::len), Some(want), "{query}");
    }
}

#[test]
fn old_orders_are_shown_to_those_who_may_see_them() {
    let world = shop();
    world.place_order(at("2025-12-01T10:00:00Z"), &[], 10_000);
    let count = |scopes: &[&str]| {
        let (data, ..) = answer(&world, scopes, "{ orders(first: 9) { nodes { id } } }", &Value::Null);
        data["orders"]["nodes"].as_array().map(Vec::len)
    };
    assert_eq!((count(&["read_orders"]), count(&["read_orders", "read_all_orders"])), (Some(0), Some(1)));
}

#[test]
fn a_code_works_between_its_beginning_and_its_end_and_a_closed_shop_sells_nothing() {
    let world = shop();
    let sold = |code: &str| match world
        .place(now(), NewOrder { codes: vec![code.into()], minor: 10_000, ..NewOrder::default() })
    {
        Placed::Sold { minor, codes, .. } => Some((minor, codes.len())),
        Placed::Closed => None,
    };
    assert_eq!((sold("alma10"), sold("LATER"), sold("GHOST")), (Some((9000, 1)), Some((10_000, 0)), Some((10_000, 0))));
    let text =
        "mutation M($id: ID!) { discountCodeDeactivate(id: $id) { codeDiscountNode { id } userErrors { code } } }";
    let id = "gid://shopify/DiscountCodeNode/1001";
    let (data, ..) = answer(&world, ALL, text, &json!({"id": id}));
    assert_eq!(data["discountCodeDeactivate"], json!({"codeDiscountNode": {"id": id}, "userErrors": []}));
    assert_eq!((world.discount("ALMA10", now()), sold("ALMA10")), (Some(Status::Expired), Some((10_000, 0))));
    let (data, ..) = answer(&world, ALL, text, &json!({"id": "gid://shopify/DiscountCodeNode/7"}));
    assert_eq!(data["discountCodeDeactivate"]["userErrors"], json!([{"code": "INVALID"}]));
    world.set_selling(false);
    assert_eq!(sold("ALMA10"), None);
}

#[test]
fn an_order_tells_how_its_customer_came_where_that_was_worked_out() {
    let world = shop();
    let what = NewOrder { minor: 100, referrer: Some("https://codes.example/".to_owned()), ..NewOrder::default() };
    let Placed::Sold { order, .. } = world.place(at("2026-03-02T11:00:00Z"), what) else { panic!("it sells") };
    let text = "query Q($id: ID!) { order(id: $id) { customerJourneySummary { ready lastVisit { referrerUrl } } } }";
    let asked = |order: u64| {
        let id = json!({"id": format!("gid://shopify/Order/{order}")});
        answer(&world, ALL, text, &id).0["order"].clone()
    };
    let came = json!({"ready": true, "lastVisit": {"referrerUrl": "https://codes.example/"}});
    assert_eq!(asked(order), json!({"customerJourneySummary": came}));
    world.followed(order, Journey::NotReady);
    assert_eq!(asked(order), json!({"customerJourneySummary": {"ready": false, "lastVisit": null}}));
    world.followed(order, Journey::Nothing);
    assert_eq!(asked(order), json!({"customerJourneySummary": null}));
    assert_eq!(asked(order + 1), Value::Null);
    let lacks = ["customerJourneySummary".to_owned()];
    let id = json!({"id": "gid://shopify/Order/1"});
    let refused = document::read(text, id.as_object().expect("variables"), &lacks).expect_err("no such field");
    assert_eq!(refused.0["extensions"]["code"], "undefinedField");
}
