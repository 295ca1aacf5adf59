//! Keeps the stores of a run of tests until its standard input closes: prints the variables the tests find them by, a line each.

use qudao_testkit::Stores;
use std::process::ExitCode;

fn main() -> ExitCode {
    let stores = match Stores::start() {
        Ok(stores) => stores,
        Err(message) => {
            eprintln!("{message}");
            return ExitCode::FAILURE;
        }
    };
    for (name, value) in stores.variables() {
        println!("{name}={value}");
    }
    // An error is an end as well.
    let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
    ExitCode::SUCCESS
}
