//! Which picture goes with an alert, and which with the answer to `why`.
//!
//! Owns: that each audience sees what it may: what an order costs is the team's. Refuses: more than one picture a message.

use super::chart::{self, ChartError, Sketch};
use super::client;
use super::message::Picture;
use super::phrase;
use super::view::IncidentView;
use super::wording::Reader;
use crate::domain::person::Audience;
use crate::rules::benchmark::group::SHOWN_MIN;

/// The chart that goes with the message, when there is one and this audience may see what it shows, before it is made of
/// pixels. The text goes without it when drawing fails.
#[must_use]
pub fn picture(
    view: &IncidentView,
    headline: &str,
    reader: &Reader,
    audience: Audience,
) -> Option<Result<Sketch, ChartError>> {
    if audience == Audience::Internal {
        let drawn = view.chart.as_ref().map(|chart| chart::sketch(chart, headline, reader));
        // Too young for a line: what explains the number is a picture all the same.
        return match drawn {
            Some(Ok(sketch)) => Some(Ok(sketch)),
            failed => waterfall(view, reader).or(failed),
        };
    }
    let chart = view.chart.as_ref()?;
    let main = view.seen.first()?;
    let may_see = match audience {
        Audience::Client => view.incident.released && client::stripped(view).chart.is_some(),
        Audience::Creator => main.is_for_creators(),
        Audience::Internal | Audience::Operator => false,
    };
    let same = main.metric == Some(chart.metric);
    let shown = |band: &chart::Band| band.others.is_none_or(|creators| SHOWN_MIN <= creators);
    let chart = chart::Chart { band: chart.band.filter(shown), ..chart.clone() };
    (may_see && same).then(|| chart::sketch(&chart, headline, reader))
}

/// What explains the number, as a picture: for the team alone.
fn waterfall(view: &IncidentView, reader: &Reader) -> Option<Result<Sketch, ChartError>> {
    let who = phrase::who(&view.names, &view.incident.subject.to_string());
    let moved = view.moved.as_ref()?;
    Some(chart::waterfall::sketch(&moved.waterfall(&who, reader), reader))
}

/// The picture that goes with `why`: what explains a number about money; when posts do best, where the hour is the cause.
#[must_use]
pub fn why_picture(view: &IncidentView, reader: &Reader, audience: Audience) -> Option<Result<Picture, ChartError>> {
    if audience != Audience::Internal {
        return None;
    }
    let hours = || view.hours.as_ref().map(|hours| chart::heat_map::render(&hours.map(reader), reader));
    waterfall(view, reader).map(|sketch| sketch.and_then(|sketch| sketch.drawn())).or_else(hours)
}
