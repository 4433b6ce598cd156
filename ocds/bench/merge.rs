// The whole job of `ocds compile` with the crate ocdsmerge (ocds-merge-rs): reads release packages, groups releases
// by ocid, sorts them by date, merges them, writes JSON Lines. An example for the crate, whose source is on PyPI; the crate
// gives its rules to Python only, so that its fields are opened:
//
//     pip install maturin && pip download --no-deps --no-build-isolation --no-binary ocdsmerge_rs ocdsmerge_rs==0.1.6
//     tar xf ocdsmerge_rs-0.1.6.tar.gz && cd ocdsmerge_rs-0.1.6 && mkdir examples && cp …/ocds/bench/merge.rs examples/
//     sed -i 's/^    rules: HashMap</    pub rules: HashMap</; s/^    overrides: HashMap</    pub overrides: HashMap</' src/lib.rs
//     cargo build --release --no-default-features --example merge
//
//     target/release/examples/merge compiled|versioned SCHEMA OUTPUT PACKAGE …

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::io::{BufWriter, Write};

use ocdsmerge_rs::Merger;
use serde_json::Value;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let (form, schema, output, files) = (&arguments[1], &arguments[2], &arguments[3], &arguments[4..]);
    let mut schema: Value = serde_json::from_slice(&fs::read(schema).unwrap()).unwrap();
    Merger::dereference(&mut schema);
    let merger = Merger { rules: Merger::get_rules(&schema["properties"], &[]), overrides: HashMap::new() };
    let mut groups: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for file in files {
        let mut package: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
        if let Value::Array(releases) = package["releases"].take() {
            for release in releases {
                groups.entry(release["ocid"].as_str().unwrap().to_owned()).or_default().push(release);
            }
        }
    }
    let mut out = BufWriter::new(fs::File::create(output).unwrap());
    for mut releases in groups.into_values() {
        releases.sort_by(|a, b| a["date"].as_str().cmp(&b["date"].as_str()));
        let made = if form == "compiled" { merger.create_compiled_release(&releases) } else { merger.create_versioned_release(&mut releases) };
        match made {
            Ok((release, _)) => {
                serde_json::to_writer(&mut out, &release).unwrap();
                out.write_all(b"\n").unwrap();
            }
            Err(_) => eprintln!("a process could not be merged"),
        }
    }
    out.flush().unwrap();
}
