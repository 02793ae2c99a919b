//! What is worked out of many numbers about an incident: laid out while the picture in memory is held, worked out when others
//! have it again.
//!
//! Refuses: the funnel and the hours where nobody reads them; they are for `why` alone.

use jiff::Timestamp;

use super::{found, funnel, own_posts};
use crate::app::core::State;
use crate::domain::metric::Metric;
use crate::insight::causes::Kind;
use crate::outbox::incident::Incident;
use crate::words::hours::Hours;
use crate::words::view::{IncidentView, Seen};

/// What is laid out.
pub(super) struct Later {
    cause: Option<found::Laid>,
    steps: Option<funnel::Laid>,
    hours: Option<Hours>,
}

impl Later {
    /// `main`: what the incident is about, where a cause may be looked for.
    pub(super) fn lay(state: &State, incident: &Incident, main: Option<&Seen>, is_why: bool, now: Timestamp) -> Self {
        let known = (&*state.catalog, &state.history);
        let metric = main.and_then(|main| main.metric);
        let cause = metric.and_then(|metric| found::lay(known, &incident.subject, metric, now));
        let by_hour = is_why && cause.is_some() && matches!(metric, Some(Metric::Views | Metric::Reach));
        let creator = incident.creator.as_ref().filter(|_| by_hour);
        Self {
            cause,
            steps: if is_why { funnel::lay(known, &incident.subject, now) } else { None },
            hours: creator.and_then(|creator| own_posts::hours(state, creator, now)),
        }
    }

    /// The view with what it comes to.
    pub(super) fn add(self, view: IncidentView) -> IncidentView {
        let (found, spill) = self.cause.map(|laid| laid.found()).unwrap_or_default();
        let is_hour = found.is_some_and(|found| found.claim.kind == Kind::PostingHour);
        let funnel = self.steps.and_then(|steps| steps.view());
        IncidentView { found, spill, funnel, hours: self.hours.filter(|_| is_hour), ..view }
    }
}
