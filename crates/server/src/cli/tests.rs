use clap::CommandFactory as _;

use super::Cli;

/// The long help of a command, as on a terminal of 100 columns.
fn help(path: &[&str]) -> String {
    let mut command = Cli::command().term_width(100);
    command.build();
    let mut found = &mut command;
    for name in path {
        found = found.find_subcommand_mut(name).unwrap();
    }
    found.render_long_help().to_string()
}

#[test]
fn every_command_teaches() {
    for path in [
        &[][..],
        &["up"],
        &["migrate"],
        &["config", "check"],
        &["verify"],
        &["connector", "check"],
        &["connector", "schema"],
        &["audit", "verify"],
        &["audit", "prove"],
        &["audit", "verify-entry"],
        &["audit", "export"],
        &["audit", "checkpoint"],
        &["insight", "stats"],
        &["lint-db"],
        &["mail", "test"],
        &["account", "vouch"],
        &["account", "move"],
        &["operator", "open"],
        &["operator", "list"],
        &["operator", "close"],
        &["keys", "status"],
        &["keys", "rotate-master"],
        &["keys", "rotate"],
        &["version"],
    ] {
        let name = if path.is_empty() {
            "countersign".to_owned()
        } else {
            path.join("_")
        };
        insta::assert_snapshot!(name, help(path));
    }
}

#[test]
fn the_command_line_is_consistent() {
    Cli::command().debug_assert();
}

#[test]
fn every_command_has_an_example() {
    fn check(command: &clap::Command) {
        if command.is_hide_set() || command.get_name() == "help" {
            return;
        }
        let has_children = command
            .get_subcommands()
            .any(|child| child.get_name() != "help");
        if !has_children {
            let after = command
                .get_after_help()
                .map(ToString::to_string)
                .unwrap_or_default();
            assert!(after.contains("Example"), "{}", command.get_name());
        }
        command.get_subcommands().for_each(check);
    }
    check(&Cli::command());
}
