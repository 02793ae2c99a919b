use proptest::prelude::*;

use super::*;

const HEADER: &str = "time,campaign,creator,platform,post,metric,form,value,currency\n";

fn read(rows: &str) -> Sheet<SampleRow> {
    read_samples(format!("{HEADER}{rows}").as_bytes())
}

fn wrong(rows: &str) -> String {
    let sheet = read(rows);
    assert!(sheet.rows.is_empty(), "{:?}", sheet.rows);
    sheet.errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn rows_become_samples_of_whom_they_are_about() {
    let sheet = read(
        "2026-06-12T15:58:47Z,,alma,youtube,,views,total,101700632,\n\
         2026-06-12,spring,alma,meta_ads,,spend,amount:P1D,270.00,EUR\n\
         2026-06-12T15:58:47Z,,alma,twitch,,followers,gauge,32835,\n\
         2026-06-12T15:00:00+02:00,spring,,shop,,orders,amount:PT1H,3,\n\
         2026-06-12T15:58:47Z,spring,alma,youtube,dQw4w9WgXcQ,likes,total,12,\n",
    );
    assert_eq!((sheet.errors.as_slice(), sheet.rejected), ([].as_slice(), 0));
    let said: Vec<String> = sheet
        .rows
        .iter()
        .map(|row| {
            let sample = &row.sample;
            let money = sample.currency.map_or(String::new(), |currency| format!(" {currency}"));
            let until = sample.known_at;
            let form = sample.form.as_str();
            format!("{} {} {}{money} {form} {until}", sample.series.subject, sample.series.metric, sample.value)
        })
        .collect();
    insta::assert_snapshot!(said.join("\n"), @r"
    creator/alma views 101700632 total 2026-06-12T15:58:47Z
    partnership/spring/alma spend 27000 EUR amount 2026-06-13T00:00:00Z
    creator/alma followers 32835 gauge 2026-06-12T15:58:47Z
    campaign/spring orders 3 amount 2026-06-12T14:00:00Z
    post/youtube/dQw4w9WgXcQ likes 12 total 2026-06-12T15:58:47Z
    ");
    assert_eq!(sheet.rows[4].creator.as_ref().map(CreatorId::as_str), Some("alma"));
}

#[test]
fn a_bad_row_says_where_what_and_what_to_do() {
    insta::assert_snapshot!(wrong(
        "yesterday,,alma,youtube,,views,total,1,\n\
         2026-06-12,,al ma,youtube,,views,total,1,\n\
         2026-06-12,,alma,myspace,,views,total,1,\n\
         2026-06-12,,alma,youtube,,er,total,1,\n\
         2026-06-12,,alma,youtube,,cpa,total,1,\n\
         2026-06-12,,alma,youtube,,views,gauge,1,\n\
         2026-06-12,,alma,youtube,,followers,total,1,\n\
         2026-06-12,,alma,youtube,,views,amount:P0D,1,\n\
         2026-06-12,,alma,youtube,,views,amount:1 day,1,\n\
         2026-06-12,,alma,youtube,,views,total,-1,\n\
         2026-06-12,,alma,youtube,,views,total,1.5,\n\
         2026-06-12,,alma,youtube,,views,total,1,EUR\n\
         2026-06-12,,alma,meta_ads,,spend,amount:P1D,1.005,EUR\n\
         2026-06-12,,alma,meta_ads,,spend,amount:P1D,1.00,\n\
         2026-06-12,,,youtube,,views,total,1,\n"
    ), @r"
    line 2, column `time`: `yesterday` is not a time; write it like `2026-06-12T15:58:47Z`, or a date
    line 3, column `creator`: `al ma` is not a creator id; use 1 to 64 characters of a-z, A-Z, 0-9, `-`, `_` and `.`
    line 4, column `platform`: `myspace` is not a platform; write it like `youtube` or `meta_ads`
    line 5, column `metric`: `er` is not a metric; write it like `views` or `spend`
    line 6, column `metric`: `cpa` is worked out from others; give the numbers it is worked out from
    line 7, column `form`: `gauge` is not a form of `views`; write `total`, or `amount:P1D` with the time at which the day starts
    line 8, column `form`: `total` is not a form of `followers`; write `gauge`: it is a level
    line 9, column `form`: `amount:P0D` has no usable duration; write it like `amount:P1D` or `amount:PT1H`, at most a year
    line 10, column `form`: `amount:1 day` has no usable duration; write it like `amount:P1D` or `amount:PT1H`, at most a year
    line 11, column `value`: `-1` is below zero; leave the row out where there is no number
    line 12, column `value`: `1.5` is not a whole number; write it with digits only, like `101700632`
    line 13, column `currency`: `views` is not money; leave the cell empty
    line 14, column `value`: `1.005 EUR` has more decimals than EUR has; round it to the currency's smallest unit
    line 15, column `currency`: `` is not a currency; write its ISO 4217 code, like `EUR`
    line 16, column `creator`: the row says about nobody; fill in `post`, `creator` or `campaign`
    ");
}

#[test]
fn a_bad_row_does_not_take_its_neighbours_along() {
    let good = "2026-06-12,,alma,youtube,,views,total,1,\n";
    let sheet = read(&format!("{good}\n\"\u{fffd},,\n{good}"));
    assert_eq!(sheet.rows.len(), 1);
    let mut bytes = format!("{HEADER}{good}").into_bytes();
    bytes.extend_from_slice(b"\xff\xfe,,,,,,,,\n");
    bytes.extend_from_slice(good.as_bytes());
    let sheet = read_samples(bytes.as_slice());
    assert_eq!((sheet.rows.len(), sheet.rejected), (2, 1));
}

#[test]
fn a_wrong_header_is_one_clear_line() {
    let wrong = |text: &str| {
        let sheet = read_samples(text.as_bytes());
        assert_eq!((sheet.rows.len(), sheet.rejected), (0, 1), "{text}");
        sheet.errors[0].to_string()
    };
    insta::assert_snapshot!(wrong(""), @"line 1: the file is empty; begin it with the header");
    insta::assert_snapshot!(wrong("time,creator,platform,metric,form\n1"), @"line 1: the column `value` is missing; begin the file with its header");
    insta::assert_snapshot!(wrong("time,vlaue\n"), @"line 1: `vlaue` is not a column, of 9 in all: time,campaign,creator,platform,post,metric,form,value,currency; correct the header");
    insta::assert_snapshot!(wrong("time,time\n"), @"line 1: `time` comes twice, of 9 in all: time,campaign,creator,platform,post,metric,form,value,currency; correct the header");
}

#[test]
fn columns_may_stand_in_any_order_behind_a_byte_order_mark() {
    let text = "\u{feff}value,form,metric,platform,creator,time\n7,total,views,youtube,alma,2026-06-12\n";
    let sheet = read_samples(text.as_bytes());
    assert_eq!(sheet.errors, []);
    assert_eq!(sheet.rows[0].sample.value, 7);
}

#[test]
fn posts_are_read_with_their_text() {
    let text = "post,creator,platform,published_at,format,text\n\
                dQw4w9WgXcQ,alma,youtube,2026-06-12T10:00:00Z,video,\"Hello, \"\"you\"\"\nthere\"\n\
                x,alma,youtube,soon,video,\n";
    let sheet = read_posts(text.as_bytes());
    assert_eq!(sheet.rows[0].text, "Hello, \"you\"\nthere");
    insta::assert_snapshot!(sheet.errors[0].to_string(), @"line 4, column `published_at`: `soon` is not a time; write it like `2026-06-12T15:58:47Z`, or a date");
}

proptest! {
    #[test]
    fn garbage_is_survived(bytes in proptest::collection::vec(any::<u8>(), 0..400), headed in any::<bool>()) {
        let mut text = if headed { HEADER.as_bytes().to_vec() } else { Vec::new() };
        text.extend(&bytes);
        let sheet = read_samples(text.as_slice());
        prop_assert!(u64_of_len(sheet.errors.len()) <= sheet.rejected);
        let _ = read_posts(text.as_slice());
    }

    #[test]
    fn every_row_is_taken_or_rejected(cells in proptest::collection::vec("[a-z0-9:TZPD.-]{0,22}", 9)) {
        let sheet = read(&cells.join(","));
        if !cells.iter().all(String::is_empty) {
            prop_assert_eq!(u64_of_len(sheet.rows.len()) + sheet.rejected, 1);
        }
    }
}
