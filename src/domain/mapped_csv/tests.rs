use super::*;
use crate::domain::metric::Metric;

const MAPPING: &str = r#"
time     = "2022-06-01"
platform = "youtube"
creator  = "{Name}"

[[metric]]
metric = "followers"
column = "Subscribers#1"
form   = "gauge"

[[metric]]
metric = "views"
column = "avg views"
form   = "total"
round  = true
"#;

fn mapping(text: &str) -> Mapping {
    Mapping::from_toml(text).expect("a mapping")
}

/// Reads a file and says each number and each rejected row.
fn told(bytes: &[u8], mapping_text: &str) -> String {
    let mapped = match read(bytes, &mapping(mapping_text)) {
        Ok(mapped) => mapped,
        Err(why) => return why,
    };
    let mut lines: Vec<String> = mapped
        .rows
        .iter()
        .map(|row| {
            let sample = &row.sample;
            let form = match sample.form {
                Form::Amount { from, until } => format!("{from} to {until}"),
                Form::Total { at } | Form::Gauge { at } => at.to_string(),
            };
            let currency = sample.currency.map_or(String::new(), |currency| format!(" {currency}"));
            format!("{} {} {}{currency} {form}", sample.series.subject, sample.series.metric, sample.value)
        })
        .collect();
    lines.extend(mapped.errors.iter().map(ToString::to_string));
    assert_eq!(mapped.rejected, u64_of_len(mapped.errors.len()));
    lines.join("\n")
}

const HEAD: &str = "Name,Subscribers,Subscribers,avg\n views\n";

fn rows(rows: &str) -> String {
    told(format!("Name,Subscribers,Subscribers,\"avg\n views\"\n{rows}").as_bytes(), MAPPING)
}

#[test]
fn the_example_of_the_help_is_a_mapping() {
    let example = mapping(EXAMPLE);
    assert_eq!(example.metrics.len(), 2);
    let text = "Month;Day;Influencer name;Post id;Cost;Cost;Views\n\
                March;1;Älma Lind;R1;9;1 200,50;348,5\n\
                March;1;Älma Lind;R1;9;99,50;not yet\n";
    insta::assert_snapshot!(told(text.as_bytes(), EXAMPLE), @"
    post/instagram/R1 spend 130000 SEK 2026-02-28T23:00:00Z to 2026-03-01T23:00:00Z
    post/instagram/R1 views 349 2026-02-28T23:00:00Z to 2026-03-01T23:00:00Z
    ");
}

#[test]
fn numbers_are_read_as_people_write_them() {
    insta::assert_snapshot!(rows(
        "a,\"1.2M\",x,\"3,4K\"\nb,1.234,x,1 234\nc,\"1,234,567\",x,348.5\nd,\"12 300\",x,\"1.234.567,8\"\ne,50700000,x,0\nf,1,x,1.234\n"
    ), @"
    creator/a followers 1200000 2022-06-01T00:00:00Z
    creator/a views 3400 2022-06-01T00:00:00Z
    creator/b followers 1234 2022-06-01T00:00:00Z
    creator/b views 1234 2022-06-01T00:00:00Z
    creator/c followers 1234567 2022-06-01T00:00:00Z
    creator/c views 349 2022-06-01T00:00:00Z
    creator/d followers 12300 2022-06-01T00:00:00Z
    creator/d views 1234568 2022-06-01T00:00:00Z
    creator/e followers 50700000 2022-06-01T00:00:00Z
    creator/e views 0 2022-06-01T00:00:00Z
    line 8, column `avg views`: `1.234` is two numbers, with a thousand and with decimals; say `decimal = \".\"` or `\",\"` in the mapping
    ");
    let with = |decimal: &str| {
        let mapping = format!("decimal = \"{decimal}\"{MAPPING}");
        told("Name;Subscribers;Subscribers;avg views\na;12;x;1.234\nb;1;x;2,6\n".as_bytes(), &mapping)
    };
    insta::assert_snapshot!(with("."), @"
    creator/a followers 12 2022-06-01T00:00:00Z
    creator/a views 1 2022-06-01T00:00:00Z
    creator/b followers 1 2022-06-01T00:00:00Z
    creator/b views 26 2022-06-01T00:00:00Z
    ");
    insta::assert_snapshot!(with(","), @"
    creator/a followers 12 2022-06-01T00:00:00Z
    creator/a views 1234 2022-06-01T00:00:00Z
    creator/b followers 1 2022-06-01T00:00:00Z
    creator/b views 3 2022-06-01T00:00:00Z
    ");
}

#[test]
fn what_is_no_number_is_absent_and_what_is_wrong_is_told_with_its_line() {
    insta::assert_snapshot!(rows(
        "a,N/A',x,5\nb,#VALOR!,x,-\n\n,7,x,7\nc,−5,x,7\nd,12 %,x,7\ne,12 kr,x,7\nf,1.5,x,7\n,,,\ng,many,x,7\n\"two\nlines\",8,x,\n"
    ), @"
    creator/a views 5 2022-06-01T00:00:00Z
    creator/two-lines followers 8 2022-06-01T00:00:00Z
    line 4: no column has a number; fill one in, or delete the row
    line 6, column `Name`: the creator is empty; write a name or an id, or say what an empty cell is called: {NAME|unknown}
    line 7, column `Subscribers#1`: `−5` is below zero; leave the cell empty where there is no number
    line 8, column `Subscribers#1`: `12 %` is a share, and a count is asked for; map the column that has the count
    line 9, column `Subscribers#1`: `12 kr` is more than a number; map the column that has the count
    line 10, column `Subscribers#1`: `1.5` is not a whole number; say `round = true` in the mapping
    line 11: the row is empty; delete it
    line 12, column `Subscribers#1`: `many` is not a number; write it like 12345, 12.3K or 1.2M
    ");
}

#[test]
fn names_become_ids_and_two_names_never_one() {
    insta::assert_snapshot!(rows("김우빈,1,x,\nKylie 🤍,2,x,\n__young__,3,x,\nkylie,4,x,\nKYLIE,5,x,\n"), @"
    creator/creator-9c2fb3d5 followers 1 2022-06-01T00:00:00Z
    creator/kylie followers 2 2022-06-01T00:00:00Z
    creator/__young__ followers 3 2022-06-01T00:00:00Z
    creator/KYLIE followers 5 2022-06-01T00:00:00Z
    line 6, column `Name`: `kylie` and `Kylie 🤍` on line 4 would both be the creator `kylie`; give them a column with ids
    ");
}

#[test]
fn a_row_that_says_it_again_is_rejected_replaces_or_adds() {
    let amounts = MAPPING
        .replace("gauge", "amount:P1D")
        .replace("followers", "orders")
        .replace("form   = \"total\"", "form = \"amount:P1D\"");
    let text = format!("{}a,3,x,10\na,4,x,20\n", HEAD.replace("avg\n views", "avg views"));
    let with = |repeats: &str| told(text.as_bytes(), &format!("repeats = \"{repeats}\"{amounts}"));
    insta::assert_snapshot!(with("reject"), @"
    creator/a orders 3 2022-06-01T00:00:00Z to 2022-06-02T00:00:00Z
    creator/a views 10 2022-06-01T00:00:00Z to 2022-06-02T00:00:00Z
    line 3: `orders` of creator/a at that time is on line 2 already; delete one, or say `repeats = \"last\"` or `\"sum\"` in the mapping
    ");
    insta::assert_snapshot!(with("last"), @"
    creator/a orders 4 2022-06-01T00:00:00Z to 2022-06-02T00:00:00Z
    creator/a views 20 2022-06-01T00:00:00Z to 2022-06-02T00:00:00Z
    ");
    insta::assert_snapshot!(with("sum"), @"
    creator/a orders 7 2022-06-01T00:00:00Z to 2022-06-02T00:00:00Z
    creator/a views 30 2022-06-01T00:00:00Z to 2022-06-02T00:00:00Z
    ");
}

#[test]
fn any_encoding_and_any_line_ends_are_read() {
    let want = "creator/asa followers 5 2022-06-01T00:00:00Z\n\
                line 3, column `Subscribers#1`: `x` is not a number; write it like 12345, 12.3K or 1.2M";
    let text = "Name;Subscribers;Subscribers;avg views\nÅsa;5;;\nBo;x;;\n";
    let latin: Vec<u8> = text.chars().map(|letter| u8::try_from(letter).expect("a Latin letter")).collect();
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for bytes in [
        text.as_bytes().to_vec(),
        format!("\u{feff}{text}").into_bytes(),
        latin,
        wide,
        text.replace('\n', "\r\n").into_bytes(),
        text.replace('\n', "\r").into_bytes(),
        text.replace(';', "\t").into_bytes(),
        text.trim_end().as_bytes().to_vec(),
    ] {
        assert_eq!(told(&bytes, MAPPING), want, "{:?}", String::from_utf8_lossy(&bytes));
    }
}

#[test]
fn dates_are_decided_by_their_column() {
    let dated = MAPPING.replace("\"2022-06-01\"", "\"{Day}\"").replace("Subscribers#1", "Subscribers");
    let with = |days: [&str; 2], mapping: &str| {
        told(format!("Day,Name,Subscribers,avg views\n{},a,1,\n{},b,2,\n", days[0], days[1]).as_bytes(), mapping)
    };
    insta::assert_snapshot!(with(["03/04/2026", "13/04/2026"], &dated), @"
    creator/a followers 1 2026-04-03T00:00:00Z
    creator/b followers 2 2026-04-13T00:00:00Z
    ");
    insta::assert_snapshot!(with(["03/04/2026", "someday"], &dated), @"
    line 2, column `Day`: `03/04/2026` may be two dates; say `dates = \"dmy\"` or `\"mdy\"` in the mapping
    line 3, column `Day`: `someday` is not a time; write it like `2026-03-05`
    ");
    insta::assert_snapshot!(with(["03/04/2026", "2026-01-02T03:04:05Z"], &format!("dates = \"mdy\"{dated}")), @"
    creator/a followers 1 2026-03-04T00:00:00Z
    creator/b followers 2 2026-01-02T03:04:05Z
    ");
}

#[test]
fn a_mapping_that_cannot_be_meant_is_one_line() {
    let text = |from: &str, to: &str| MAPPING.replace(from, to);
    for (mapping, want) in [
        (text("creator  = \"{Name}\"", ""), "rows are about nobody"),
        (text("{Name}", "{Name"), "opens `{` without closing it"),
        (text("\"followers\"", "\"er_views\""), "`er_views` is worked out from others"),
        (text("gauge", "total"), "`total` is not a form of `followers`"),
        (text("form   = \"total\"", "form = \"amount:1 day\""), "`amount:1 day` is not a form of `views`"),
        (format!("repeats = \"sum\"{MAPPING}"), "`followers` is a level"),
        (text("platform", "plattform"), "unknown field `plattform`"),
        (text("round  = true", "currency = \"SEK\""), "`views` is not money"),
    ] {
        let error = Mapping::from_toml(&mapping).expect_err("no mapping");
        assert!(error.contains(want) && !error.contains('\n'), "{error}");
    }
    let file = b"Name,Subscribers,Subscribers,avg views\na,1,1,1\n";
    for (mapping, want) in [
        (
            text("Subscribers#1", "Subscribers"),
            "there are several columns `Subscribers`: write `Subscribers#1` or `Subscribers#2` in the mapping",
        ),
        (text("Subscribers#1", "Subscribers#3"), "there is no column `Subscribers#3`: there are fewer of that name"),
        (text("avg views", "views"), "there is no column `views`: correct the mapping"),
    ] {
        assert_eq!(told(file, &mapping), want);
    }
    assert_eq!(told(b"", MAPPING), "the file is empty: begin it with its header");
    assert_eq!(told(b"a\0b", MAPPING), "it is not text: save it as CSV");
}

#[test]
fn money_and_amounts_go_through_a_file_of_our_own_columns() {
    let text = "Name,Subscribers,Subscribers,avg views\na,1,x,2\nÅ b,3,x,4\n";
    let money = MAPPING
        .replace("[[metric]]\nmetric = \"views\"", "[[metric]]\nmetric = \"spend\"\ncurrency = \"EUR\"")
        .replace("form   = \"total\"", "form = \"amount:P1D\"");
    let mapped = read(text.as_bytes(), &mapping(&money)).expect("read");
    assert!(mapped.rows.iter().any(|row| row.sample.series.metric == Metric::Spend));
    let bytes = crate::domain::sample_csv::write_samples(&mapped.rows).expect("written");
    let again = crate::domain::sample_csv::read_samples(bytes.as_slice());
    assert_eq!((again.rows, again.rejected), (mapped.rows, 0));
}

proptest::proptest! {
    #[test]
    fn no_bytes_are_too_dirty(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..400)) {
        drop(read(&bytes, &mapping(MAPPING)));
        let mut file = HEAD.replace("avg\n views", "avg views").into_bytes();
        file.extend(bytes);
        if let Ok(mapped) = read(&file, &mapping(MAPPING)) {
            proptest::prop_assert!(mapped.taken + mapped.rejected <= 400);
        }
    }
}
