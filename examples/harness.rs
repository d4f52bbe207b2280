// Judges a reader by the plain index of an exported corpus: rustc -O harness.rs && ./harness CORPUS UNCLAIMED READER...
// harness.py says what the arguments and the exit status mean. A library takes the place of read_disk().

use std::path::Path;
use std::process::{exit, Command, Stdio};
use std::{env, fs};

/// accepted, reject, or what else happened.
fn read_disk(reader: &[String], image: &Path, out: &Path) -> String {
    let mut command = Command::new(&reader[0]);
    command.args(&reader[1..]).arg(image).arg(out).stdout(Stdio::null()).stderr(Stdio::null());
    match command.status().expect("the reader cannot be started").code() {
        Some(0) => "accepted".into(),
        Some(1) => "reject".into(),
        status => format!("crash, exit status {}", status.unwrap_or(-1)),
    }
}

fn judge(corpus: &Path, answer: String, expected: &[&str], claimed: bool, out: &Path) -> String {
    let disks: Vec<&&str> = expected.iter().filter(|word| **word != "reject").collect();
    if answer.starts_with("crash") {
        answer
    } else if expected.contains(&answer.as_str()) || expected[0] == "any" {
        "pass".into()
    } else if answer == "reject" {
        if claimed { "a good image was refused" } else { "unsupported" }.into()
    } else if disks.is_empty() {
        "a bad image was accepted".into()
    } else {
        let given = fs::read(out).ok();
        let right = |disk: &&&str| given.is_some() && given == fs::read(corpus.join(disk)).ok();
        if disks.iter().any(right) { "pass" } else { "wrong bytes" }.into()
    }
}

fn main() {
    let args: Vec<String> = env::args().collect();
    let corpus = Path::new(&args[1]);
    let unclaimed: Vec<&str> = args[2].split(',').collect();
    let out = env::temp_dir().join(format!("harness-{}.raw", std::process::id()));
    let (mut pass, mut fail, mut unsupported, mut must_failed) = (0, 0, 0, false);
    let index = fs::read_to_string(corpus.join("index.tsv")).expect("the corpus has no index.tsv");
    for line in index.lines().skip(1) {
        let fields: Vec<&str> = line.split('\t').collect();
        if fields[4] == "-" {
            continue;
        }
        let claimed = !fields[2].split(',').any(|feature| unclaimed.contains(&feature));
        let answer = read_disk(&args[3..], &corpus.join(fields[3]), &out);
        let expected: Vec<&str> = fields[4].split('|').collect();
        match judge(corpus, answer, &expected, claimed, &out).as_str() {
            "pass" => pass += 1,
            "unsupported" => unsupported += 1,
            found => {
                println!("{} ({}): {}", fields[0], fields[1], found);
                fail += 1;
                must_failed |= fields[1] == "must";
            }
        }
        let _ = fs::remove_file(&out);
    }
    println!("{pass} pass, {fail} fail, {unsupported} unsupported");
    exit(if pass + fail + unsupported == 0 { 2 } else { must_failed.into() });
}
