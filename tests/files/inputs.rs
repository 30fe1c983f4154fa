//! No answer replaces one of its input files, under whatever name.

use super::*;

const IS_INPUT: &str = "it is one of the input files";

#[test]
fn no_answer_replaces_its_inputs() {
    let folder = Folder::new();
    // `explain` has one format, which no ending but that of a text names.
    folder.write("costs", SCENARIO);
    folder.write("rows", fleet(3));
    folder.write("of-rows", "region = \"us-east-1\"\nfunctions = \"rows\"\n");
    // Each with the file that it would replace.
    let cases: &[(&[&str], &str)] = &[
        (
            &["compare", "scenario.toml", "--format", "table"],
            "scenario.toml",
        ),
        (
            &[
                "compare",
                "scenario.toml",
                "--format",
                "focus",
                "--period",
                "2026-11",
                "--bill",
                "lambda",
            ],
            "scenario.toml",
        ),
        (&["compare", "of-functions-file.toml"], "functions.csv"),
        (
            &[
                "compare",
                "of-functions-file.toml",
                "--region",
                "us-east-1",
                "--region",
                "eu-west-1",
            ],
            "functions.csv",
        ),
        (
            &[
                "compare",
                "scenario.toml",
                "--prices",
                "prices",
                "--format",
                "csv",
            ],
            "prices/us-east-1.toml",
        ),
        (&["explain", "costs"], "costs"),
        (&["explain", "of-rows"], "rows"),
        (
            &["check", "scenario.toml", "--format", "text"],
            "scenario.toml",
        ),
        (
            &[
                "check",
                "scenario.toml",
                "--baseline",
                "before.json",
                "--baseline-required",
            ],
            "before.json",
        ),
        (
            &[
                "check",
                "scenario.toml",
                "--baseline",
                "of-functions-file.toml",
                "--baseline-required",
                "--format",
                "text",
            ],
            "of-functions-file.toml",
        ),
        (
            &[
                "check",
                "scenario.toml",
                "--baseline",
                "of-functions-file.toml",
                "--baseline-required",
                "--format",
                "text",
            ],
            "functions.csv",
        ),
        (
            &[
                "check",
                "scenario.toml",
                "--prices",
                "prices",
                "--format",
                "json",
            ],
            "prices/us-east-1.toml",
        ),
        (
            &["prices", "list", "--prices", "prices", "--format", "json"],
            "prices/us-east-1.toml",
        ),
        (
            &[
                "prices",
                "show",
                "us-east-1",
                "--prices",
                "prices",
                "--format",
                "table",
            ],
            "prices/us-east-1.toml",
        ),
    ];
    for (arguments, file) in cases {
        let before = folder.read(file);
        folder
            .run(&[arguments, &["--output", file][..]].concat())
            .refused("cannot-write", IS_INPUT);
        assert!(folder.read(file) == before, "{arguments:?} {file}");
        // Without the input in it, the same command may write there.
        folder.run(&[arguments, &["--output", "answer"][..]].concat());
        assert!(!folder.read("answer").is_empty(), "{arguments:?}");
        fs::remove_file(folder.at("answer")).expect("removed");
    }
}

#[cfg(unix)]
mod unix {
    use super::*;
    use std::ffi::OsString;
    use std::os::unix::ffi::OsStringExt;
    use std::os::unix::fs::symlink;

    #[test]
    fn no_input_is_replaced_under_another_name() {
        let folder = Folder::new();
        symlink("scenario.toml", folder.at("link")).expect("linked");
        fs::hard_link(folder.at("scenario.toml"), folder.at("twin")).expect("linked");
        let full = folder.at("scenario.toml");
        let full = full.to_str().expect("UTF-8");
        for (input, output) in [
            ("scenario.toml", "link"),
            ("link", "scenario.toml"),
            ("scenario.toml", "twin"),
            ("twin", "link"),
            ("./prices/../scenario.toml", full),
        ] {
            folder
                .run(&["compare", input, "-o", output, "--format", "table"])
                .refused("cannot-write", IS_INPUT);
            assert_eq!(
                folder.read("scenario.toml"),
                SCENARIO.as_bytes(),
                "{input} {output}"
            );
        }
    }

    #[test]
    fn standard_input_is_not_replaced() {
        let folder = Folder::new();
        let before = folder.read("before.json");
        folder
            .shell("\"$L\" compare - -o scenario.toml --format csv <scenario.toml")
            .refused("cannot-write", IS_INPUT);
        folder
            .shell("\"$L\" compare /dev/stdin -o scenario.toml --format csv <scenario.toml")
            .refused("cannot-write", IS_INPUT);
        folder
            .shell("\"$L\" check scenario.toml --baseline - -o before.json <before.json")
            .refused("cannot-write", IS_INPUT);
        // The shell opens the file for the answer itself.
        folder
            .shell("\"$L\" compare scenario.toml >>scenario.toml")
            .refused("cannot-write", IS_INPUT);
        assert_eq!(folder.read("scenario.toml"), SCENARIO.as_bytes());
        assert!(folder.read("before.json") == before);
    }

    #[test]
    fn names_that_are_not_utf_8_work_everywhere() {
        let folder = Folder::new();
        let bytes = |name: &[u8]| OsString::from_vec(name.to_vec());
        let text = |name: &str| OsString::from(name);
        let scenario = bytes(b"s\xff.toml");
        let prices = bytes(b"p\xff");
        folder.write(&scenario, SCENARIO);
        fs::create_dir(folder.at(&prices)).expect("created");
        folder.write(folder.at(&prices).join("us-east-1.toml"), PRICES);
        let answer = bytes(b"answer\xff");
        let csv = [text("--format"), text("csv")];
        let compare = [&[text("compare"), scenario.clone()], &csv[..]].concat();
        folder
            .run(&[&compare[..], &[text("-o"), scenario.clone()]].concat())
            .refused("cannot-write", IS_INPUT);
        assert_eq!(folder.read(&scenario), SCENARIO.as_bytes());
        folder
            .run(
                &[
                    &compare[..],
                    &[text("-o"), answer.clone(), text("--prices"), prices],
                ]
                .concat(),
            )
            .answered();
        assert!(!folder.read(&answer).is_empty());
        // A functions file in the same folder, and a report as a baseline.
        let folder_name = bytes(b"d\xff");
        fs::create_dir(folder.at(&folder_name)).expect("created");
        let inside = |name: &str| Path::new(&folder_name).join(name).into_os_string();
        folder.write(
            inside("f.toml"),
            "region = \"us-east-1\"\nfunctions = \"f.csv\"\n",
        );
        folder.write(inside("f.csv"), fleet(2));
        let json = [text("--format"), text("json"), text("-o"), inside("r.json")];
        folder
            .run(&[&[text("compare"), inside("f.toml")], &json[..]].concat())
            .answered();
        let check = [
            text("check"),
            inside("f.toml"),
            text("--baseline"),
            inside("r.json"),
            text("--format"),
            text("text"),
        ];
        folder
            .run(&[&check[..], &[text("-o"), inside("f.csv")]].concat())
            .refused("cannot-write", IS_INPUT);
        folder
            .run(&[&check[..], &[text("-o"), inside("c")]].concat())
            .answered();
        let init = bytes(b"i\xff.toml");
        assert_eq!(folder.run(&[text("init"), init.clone()]).code, Some(0));
        folder
            .run(&[&[text("compare"), init.clone(), text("-o"), init], &csv[..]].concat())
            .refused("cannot-write", IS_INPUT);
        // A price file of such a name is read; its name is that of no region.
        folder.write(folder.at("prices").join(bytes(b"eu\xff.toml")), PRICES);
        folder
            .run(&["compare", "scenario.toml", "--prices", "prices"])
            .refused("bad-price", "declares us-east-1");
    }

    #[test]
    fn devices_and_pipes_may_be_both_input_and_output() {
        let folder = Folder::new();
        folder
            .shell("\"$L\" compare scenario.toml -o /dev/null </dev/null")
            .answered();
        folder
            .shell("\"$L\" compare - -o /dev/null <scenario.toml")
            .answered();
        let empty = folder.shell("\"$L\" compare - -o /dev/null </dev/null");
        empty.refused("no-function", "");
        let piped = folder.shell("cat scenario.toml | \"$L\" compare - -o /dev/stdout | cat");
        piped.answered();
        let plain = folder.shell("\"$L\" compare - <scenario.toml");
        assert!(piped.stdout == plain.stdout);
        let named = folder.shell("mkfifo in out; cat scenario.toml >in & cat out >copy & \"$L\" compare in -o out; wait; cat copy");
        named.answered();
        assert!(!named.stdout.is_empty());
    }
}
