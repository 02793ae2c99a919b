//! Brands, campaigns, creators and deals as `apply` reads them.

use super::{Became, same_again, told};
use crate::app::apply;
use crate::domain::document::{Document, Documents};

pub(super) fn run(bytes: &[u8]) -> Became {
    let Ok(text) = std::str::from_utf8(bytes) else { return Became::Refused };
    let documents = match Documents::from_toml(text) {
        Ok(documents) => documents,
        Err(error) => {
            told(&error.what);
            assert!(error.line <= text.lines().count() + 1, "an error outside of the text");
            return Became::Refused;
        }
    };
    // Printed as a file and read again: the same.
    let printed = toml::to_string(&documents).expect("documents can be written");
    let again = Documents::from_toml(&printed).unwrap_or_else(|error| super::unread(&error, &printed));
    assert_eq!(again, documents, "{printed}");
    let each: Vec<Document> = documents.clone().into_list().collect();
    assert!(each.len() <= text.len(), "more documents than bytes");
    for one in &each {
        assert_eq!(same_again(one), *one, "a document comes back as it was");
        told(&one.id());
    }
    if !apply::is_rules(text) {
        let given = apply::read_texts([("deals.toml", text)]).expect("apply takes what reads");
        assert_eq!(given.documents.len(), each.len());
    }
    Became::of(!each.is_empty())
}
