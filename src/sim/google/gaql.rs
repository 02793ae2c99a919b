//! As much of the Google Ads Query Language as is asked here: `SELECT a, b FROM r WHERE x.id IN (1, 2) AND segments.date BETWEEN
//! 'd' AND 'e'`, or `x.id = 1`.

use jiff::civil::Date;

/// A question.
#[derive(Debug, PartialEq)]
pub(super) struct Question<'a> {
    pub fields: Vec<&'a str>,
    pub resource: &'a str,
    pub ids: Vec<u64>,
    pub days: Option<(Date, Date)>,
}

/// Reads one; what it stumbles over is the error.
pub(super) fn read(text: &str) -> Result<Question<'_>, String> {
    let rest = text.strip_prefix("SELECT ").ok_or("SELECT")?;
    let (fields, rest) = rest.split_once(" FROM ").ok_or("FROM")?;
    let (resource, rest) = rest.split_once(" WHERE ").ok_or("WHERE")?;
    let mut question =
        Question { fields: fields.split(',').map(str::trim).collect(), resource, ids: Vec::new(), days: None };
    let (of_ids, days) = match rest.split_once(" AND segments.date BETWEEN ") {
        Some((ids, days)) => (ids, Some(days)),
        None => (rest, None),
    };
    let list = of_ids.strip_prefix(resource).and_then(|rest| rest.strip_prefix(".id ")).ok_or(of_ids)?;
    let list = match list.strip_prefix("= ") {
        Some(one) => one,
        None => list.strip_prefix("IN (").and_then(|list| list.strip_suffix(')')).ok_or(list)?,
    };
    for id in list.split(',') {
        question.ids.push(id.trim().parse().map_err(|_| id)?);
    }
    if let Some(days) = days {
        let (from, until) = days.split_once(" AND ").ok_or(days)?;
        let date = |text: &str| text.trim_matches('\'').parse::<Date>().map_err(|_| text.to_owned());
        question.days = Some((date(from)?, date(until)?));
    }
    Ok(question)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_are_read() {
        let text = "SELECT campaign.id, metrics.clicks FROM campaign WHERE campaign.id IN (1, 22) AND segments.date BETWEEN '2026-03-01' AND '2026-03-02'";
        let question = read(text).expect("a question");
        assert_eq!(
            (question.fields.as_slice(), question.resource),
            (["campaign.id", "metrics.clicks"].as_slice(), "campaign")
        );
        assert_eq!((question.ids.as_slice(), question.days.is_some()), ([1, 22].as_slice(), true));
        let one = read("SELECT ad_group.status FROM ad_group WHERE ad_group.id = 7").expect("a question");
        assert_eq!((one.ids.as_slice(), one.days), ([7].as_slice(), None));
        for wrong in ["", "SELECT a FROM b", "SELECT a FROM b WHERE c.id = 1", "SELECT a FROM b WHERE b.id IN (x)"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
