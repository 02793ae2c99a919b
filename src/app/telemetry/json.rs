//! Events as lines of JSON: `timestamp`, `level`, `target`, `fields`.
//!
//! Owns: that an error is told with its causes (the formatter that comes with tracing leaves them out of JSON), and that an
//! event is one line whatever is in it.

use std::error::Error;
use std::fmt;

use serde_json::{Map, Value, json};
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime as _, SystemTime};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

/// Writes them.
pub(super) struct JsonLines;

impl<S, N> FormatEvent<S, N> for JsonLines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, _: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let mut timestamp = String::new();
        SystemTime.format_time(&mut Writer::new(&mut timestamp))?;
        let mut fields = Fields::default();
        event.record(&mut fields);
        let about = event.metadata();
        let line = json!({
            "timestamp": timestamp,
            "level": about.level().as_str(),
            "target": about.target(),
            "fields": fields.0,
        });
        writeln!(writer, "{line}")
    }
}

#[derive(Default)]
struct Fields(Map<String, Value>);

impl Fields {
    fn put(&mut self, field: &Field, value: impl Into<Value>) {
        self.0.insert(field.name().to_owned(), value.into());
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field, format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, value);
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        let mut line = value.to_string();
        let mut cause = value.source();
        while let Some(error) = cause {
            line = format!("{line}: {error}");
            cause = error.source();
        }
        self.put(field, line);
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::store::StoreError;

    #[derive(Clone, Default)]
    struct Paper(Arc<Mutex<Vec<u8>>>);

    impl Write for Paper {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().expect("whole").extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn an_event_is_one_line_with_all_its_fields_and_the_causes_of_an_error() {
        let paper = Paper::default();
        let pen = paper.clone();
        let subscriber = tracing_subscriber::fmt().event_format(JsonLines).with_writer(move || pen.clone()).finish();
        tracing::subscriber::with_default(subscriber, || {
            let error = StoreError::Failed { deed: "commit", cause: "no space\nleft".into() };
            tracing::error!(part = "act", tries = 3, late = true, error = &error as &dyn Error, "could not \"do\" it");
        });
        let said = String::from_utf8(paper.0.lock().expect("whole").clone()).expect("text");
        assert_eq!(said.lines().count(), 1, "{said}");
        let line: Value = serde_json::from_str(&said).expect("JSON");
        assert_eq!(line["level"], "ERROR");
        assert!(line["timestamp"].as_str().is_some_and(|at| at.ends_with('Z')), "{said}");
        let fields = json!({
            "message": "could not \"do\" it", "part": "act", "tries": 3, "late": true,
            "error": "could not commit: no space\nleft",
        });
        assert_eq!(line["fields"], fields);
    }
}
