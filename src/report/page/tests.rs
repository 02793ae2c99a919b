use super::*;
use proptest::prelude::*;

/// What somebody might call a creator to harm whoever reads of them.
const NASTY: &str = "<img src=x onerror=alert(1)>\" onload='x' & [x](javascript:alert(1)) `code` | # \\ \u{202e}txt";

fn nasty() -> Page {
    let cell = || Cell::new(NASTY);
    Page {
        language: "en",
        title: NASTY.to_owned(),
        subtitle: NASTY.to_owned(),
        tiles: vec![Tile { name: NASTY.to_owned(), value: NASTY.to_owned(), note: NASTY.to_owned() }],
        sections: vec![Section {
            heading: NASTY.to_owned(),
            parts: vec![
                Part::Text(NASTY.to_owned()),
                Part::Heading(NASTY.to_owned()),
                Part::List(vec![NASTY.to_owned()]),
                Part::Quotes(vec![(format!("{NASTY}\n# not a heading"), NASTY.to_owned())]),
                Part::Table(Table {
                    head: vec![NASTY.to_owned(), NASTY.to_owned()],
                    rows: vec![vec![cell(), Cell::absent(NASTY)]],
                    figures_from: 1,
                }),
                Part::Bars(Bars {
                    alt: NASTY.to_owned(),
                    bars: vec![Bar {
                        name: NASTY.to_owned(),
                        value: f64::NAN,
                        range: Some((-1.0, f64::INFINITY)),
                        said: NASTY.to_owned(),
                        look: Look::Bad,
                    }],
                    line: Some((1.0, NASTY.to_owned())),
                }),
            ],
        }],
        footer: NASTY.to_owned(),
    }
}

#[test]
fn what_people_typed_is_text_in_html() {
    let html = nasty().to_html();
    let body = html.split_once("</style>").expect("a style").1;
    assert!(!body.contains("<img") && !body.contains("onerror=alert(1)>") && !body.contains("onload='"), "{body}");
    assert!(body.contains("&lt;img src=x onerror=alert(1)&gt;&quot; onload=&#39;x&#39; &amp;"));
    assert!(!body.contains('\u{202e}') && !html.contains("NaN") && !html.contains("inf"));
    // Every element that is opened is one of the page's own.
    let own = ["div", "dl", "dt", "dd", "main", "header", "h1", "h2", "h3", "p", "section", "ul", "li", "blockquote"];
    let drawn = [
        "footer", "table", "thead", "tbody", "tr", "th", "td", "span", "figure", "svg", "text", "rect", "path", "line",
    ];
    for open in body.split('<').skip(1).filter(|open| !open.starts_with('/')) {
        let name: String = open.chars().take_while(char::is_ascii_alphanumeric).collect();
        let known = own.contains(&name.as_str()) || drawn.contains(&name.as_str()) || name == "body";
        assert!(known, "<{name}");
    }
}

#[test]
fn a_page_asks_for_nothing() {
    let html = nasty().to_html().replace(&super::html_of(NASTY), "");
    for outside in ["http:", "https:", "//", "url(", "@import", "<script", " src=", "<link rel=\"stylesheet"] {
        assert!(!html.contains(outside), "{outside}");
    }
    assert!(html.contains("default-src 'none'") && html.contains("prefers-color-scheme:dark"));
}

#[test]
fn what_people_typed_is_text_in_markdown() {
    let markdown = nasty().to_markdown();
    assert!(markdown.contains(r"\<img src=x onerror=alert(1)\>"), "{markdown}");
    assert!(!markdown.contains("[x](") && !markdown.contains("\n# not") && !markdown.contains('\u{202e}'));
    // A row has as many cells as its head, whatever stands in them.
    let bars = |line: &str| line.replace(r"\|", "").matches('|').count();
    let rows: Vec<usize> = markdown.lines().filter(|line| line.starts_with('|')).map(bars).collect();
    assert_eq!(rows, [3, 3, 3]);
    let list = Page { sections: vec![section("1. first\n- second")], ..Page::default() }.to_markdown();
    assert!(list.contains("1\\. first - second"), "{list}");
}

fn section(text: &str) -> Section {
    Section { heading: String::new(), parts: vec![Part::Text(text.to_owned())] }
}

#[test]
fn text_moves_no_cursor() {
    let text = Page { title: "a\u{1b}[2J\rb".to_owned(), ..nasty() }.to_text();
    assert!(!text.contains('\u{1b}') && !text.contains('\r') && !text.contains('\u{202e}'));
}

proptest! {
    #[test]
    fn no_text_opens_an_element_or_a_line(text in "\\PC{0,80}") {
        let html = Page { sections: vec![section(&text)], ..Page::default() }.to_html();
        let plain = Page { sections: vec![section("x")], ..Page::default() }.to_html();
        prop_assert_eq!(html.matches('<').count(), plain.matches('<').count());
        let lines = |page: &str| page.lines().count();
        let markdown = |text: &str| Page { sections: vec![section(text)], ..Page::default() }.to_markdown();
        prop_assert_eq!(lines(&markdown(&text)), lines(&markdown("x")));
    }
}
