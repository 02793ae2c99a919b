//! The page: figures by metric and labels, written as Prometheus reads them (text format 0.0.4).
//!
//! Survives: a figure that is told twice (the last one stands: a page with a repeated series is refused whole) and any text in a
//! label.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::table::{ALL, Metric};

/// Figures that were gathered.
#[derive(Debug, Default)]
pub struct Page(BTreeMap<&'static str, BTreeMap<Vec<String>, f64>>);

impl Page {
    /// Notes a figure; its labels are in the order of the table.
    pub fn put(&mut self, metric: &'static Metric, labels: &[&str], value: f64) {
        let labels = labels.iter().map(|&label| label.to_owned()).collect();
        self.0.entry(metric.name).or_default().insert(labels, value);
    }

    /// As text: every metric of the table with what it means, also where it has no figure now.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        for metric in ALL {
            let Metric { name, kind, labels, help } = metric;
            line(&mut text, format_args!("# HELP {name} {}", help.replace('\\', r"\\").replace('\n', r"\n")));
            line(&mut text, format_args!("# TYPE {name} {}", kind.as_str()));
            for (values, figure) in self.0.get(name).into_iter().flatten() {
                let pair = |(label, value): (&&str, &String)| format!("{label}=\"{}\"", escaped(value));
                let pairs: Vec<String> = labels.iter().zip(values).map(pair).collect();
                if pairs.is_empty() {
                    line(&mut text, format_args!("{name} {figure}"));
                } else {
                    line(&mut text, format_args!("{name}{{{}}} {figure}", pairs.join(",")));
                }
            }
        }
        text
    }
}

fn line(text: &mut String, line: std::fmt::Arguments<'_>) {
    // Writing to a string does not fail.
    let _written = writeln!(text, "{line}");
}

fn escaped(value: &str) -> String {
    value.replace('\\', r"\\").replace('"', "\\\"").replace('\n', r"\n")
}

#[cfg(test)]
mod tests {
    use super::super::table;
    use super::*;

    #[test]
    fn a_page_is_text_that_prometheus_reads() {
        let mut page = Page::default();
        page.put(&table::READY, &[], 1.0);
        page.put(&table::POLLS, &["shop", "failed"], 1.0);
        page.put(&table::POLLS, &["shop", "failed"], 2.0);
        page.put(&table::QUOTA_LEFT, &["a\"b\\c", "x\ny"], 0.5);
        page.put(&table::SIZE, &[], 4e12);
        let text = page.text();
        let figures: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
        assert_eq!(
            figures,
            [
                "plimsoll_ready 1",
                "plimsoll_polls_total{source=\"shop\",outcome=\"failed\"} 2",
                "plimsoll_quota_left_units{source=\"a\\\"b\\\\c\",bucket=\"x\\ny\"} 0.5",
                "plimsoll_store_size_bytes 4000000000000",
            ]
        );
        assert!(text.ends_with('\n'));
        assert!(text.contains("# TYPE plimsoll_polls_total counter\n"));
        assert!(
            text.contains("# HELP plimsoll_ready 1 when /readyz says ready, else 0\n# TYPE plimsoll_ready gauge\n")
        );
    }

    #[test]
    fn names_follow_the_habits_of_prometheus() {
        let units = ["seconds", "bytes", "total", "info", "units"];
        // What is counted in things has the thing last.
        let plain = ["ready", "failing", "open", "due", "unanswered", "connected", "broken"];
        let mut seen = std::collections::BTreeSet::new();
        for metric in ALL {
            assert!(seen.insert(metric.name), "{} is there twice", metric.name);
            let words = |text: &str| text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
            assert!(metric.name.starts_with("plimsoll_") && words(metric.name), "{}", metric.name);
            assert!(metric.labels.iter().all(|label| words(label)), "{:?}", metric.labels);
            assert_eq!(metric.kind == table::Kind::Counter, metric.name.ends_with("_total"), "{}", metric.name);
            let last = metric.name.rsplit('_').next().unwrap_or_default();
            assert!(units.contains(&last) || plain.contains(&last), "{}: what is its unit?", metric.name);
            assert!(20 <= metric.help.len() && !metric.help.ends_with('.'), "{}", metric.name);
            let of_people = ["creator", "person", "room", "campaign", "brand", "user", "subject"];
            assert!(metric.labels.iter().all(|label| !of_people.contains(label)), "{}", metric.name);
        }
    }
}
