//! The README says what the program does: its tables are compared with the program, its alert with the demo's.
#![expect(clippy::expect_used, reason = "a test")]

use std::collections::BTreeSet;
use std::process::Command;

fn readme() -> String {
    std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).expect("README.md")
}

fn between<'a>(text: &'a str, from: &str, until: &str) -> &'a str {
    let after = text.split_once(from).expect(from).1;
    after.split_once(until).expect(until).0.trim()
}

#[test]
fn the_chat_commands_are_the_table_of_the_program() {
    let readme = readme();
    let shown = between(&readme, "<!-- chat commands -->", "<!-- /chat commands -->");
    let table = plimsoll::words::command::readme_table();
    assert_eq!(shown, table.trim(), "put this between the marks of README.md:\n{table}");
}

#[test]
fn every_command_of_the_terminal_is_in_the_readme_and_no_other() {
    let help = Command::new(env!("CARGO_BIN_EXE_plimsoll")).arg("--help").output().expect("runs").stdout;
    let help = String::from_utf8(help).expect("text");
    let (_, listing) = help.split_once("Commands:\n").expect("commands");
    let (listing, _) = listing.split_once("Options:").expect("options");
    let commands: BTreeSet<&str> = listing
        .lines()
        .filter_map(|line| line.strip_prefix("  ").filter(|line| !line.starts_with(' ')))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .collect();
    let readme = readme();
    let section = between(&readme, "## In the terminal", "## In chat");
    let first_words =
        |code: &str| code.trim_start_matches("plimsoll ").split([' ', '`']).next().unwrap_or("").to_owned();
    let listed: BTreeSet<String> = section
        .lines()
        .filter(|line| line.starts_with("| `"))
        .filter_map(|line| line.split('|').nth(1))
        .flat_map(|cell| cell.split('`').skip(1).step_by(2))
        .map(first_words)
        .collect();
    assert_eq!(listed, commands.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>());
}
