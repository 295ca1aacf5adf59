//! `qudao tours`: stops of a file spread over several tours.

use crate::say::{Say, unreadable, unwritable};
use qudao_field::plan::route::Effort;
use qudao_field::plan::tours::{Call, Ground, spread};
use qudao_kernel::Refusal;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// Generations between two looks at the progress bar.
const SHOWN: usize = 1_000;

/// Arguments.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// JSON 文件：ways 路程表（第 0 行、列为出发地），stops 停靠点（name、service、from、to、load），until 最晚返回，room 每条线路的容量，tours 线路数上限。
    /// A JSON file: ways (the first row and column are where tours begin), stops (name, service, from, to, load), until, room of a tour, most tours
    file: PathBuf,
    /// 搜索多少代；代数和种子相同，结果相同 Generations of the search; the same number and seed give the same tours
    #[arg(long, default_value_t = 100_000)]
    generations: usize,
    /// 随机种子 Seed
    #[arg(long, default_value_t = 0)]
    seed: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    ways: Vec<Vec<u32>>,
    stops: Vec<Stop>,
    until: u32,
    room: u32,
    tours: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stop {
    name: String,
    service: u32,
    from: u32,
    to: u32,
    load: u32,
}

#[derive(Serialize)]
struct Found<'a> {
    tours: Vec<Vec<&'a str>>,
    left: Vec<&'a str>,
    travel: u64,
}

/// The command.
pub(crate) fn command(say: &Say, args: &Args) -> Result<(), Refusal> {
    let Asked { ways, stops, until, room, tours } = read(&args.file)?;
    let calls: Vec<Call> =
        stops.iter().map(|Stop { service, from, to, load, .. }| Call { service: *service, from: *from, to: *to, load: *load }).collect();
    let bar = say.bar("排线路", "spreading");
    bar.set_length(args.generations as u64);
    let effort = Effort { seed: args.seed, generations: args.generations };
    let found = spread(&Ground { ways, until, room, tours }, &calls, effort, |done| {
        if done.is_multiple_of(SHOWN) {
            bar.set_position(done as u64);
        }
        true
    });
    bar.finish_and_clear();
    let found = found?;
    let name = |call: &usize| stops.get(*call).map(|stop| stop.name.as_str());
    let told = Found {
        tours: found.tours.iter().map(|tour| tour.iter().filter_map(name).collect()).collect(),
        left: found.left.iter().filter_map(name).collect(),
        travel: found.travel,
    };
    println!("{}", serde_json::to_string(&told).map_err(|error| unwritable(&args.file, &error))?);
    Ok(())
}

fn read(file: &Path) -> Result<Asked, Refusal> {
    let bytes = std::fs::read(file).map_err(|error| unreadable(file, &error))?;
    serde_json::from_slice(&bytes).map_err(|error| {
        let name = file.display();
        Refusal::bad_input(
            "cli.tours.file",
            format!("{name} 不是停靠点文件：{error}；请参照 qudao tours --help"),
            format!("{name} is no file of stops: {error}; see qudao tours --help"),
        )
    })
}
