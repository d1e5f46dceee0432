//! `lead-ledger import`: the numbers of a CSV or XLSX file, with progress; what was not added is listed beside it.

use super::Ended;
use super::database::on_ledger;
use super::rebuild::progress_bar;
use crate::config::Config;
use crate::ledger::Context;
use crate::ledger::add_numbers::{AT_ONCE, Added};
use crate::number_file::{self, Cell};
use crate::state::App;
use anyhow::Context as _;
use clap::Args;
use domain::lead::event::Source;
use domain::phone::{Phone, Region, Validity};
use futures_util::{StreamExt, TryStreamExt};
use std::path::PathBuf;

/// The most rows of one file.
const ROWS_MAX: usize = 10_000_000;
/// Handfuls on their way at once.
const IN_FLIGHT: usize = 4;

#[derive(Clone, Debug, Args)]
pub struct Options {
    /// CSV or XLSX; the column `phone`, `phone_number` or `number`, else the first.
    file: PathBuf,
    /// Where national numbers belong: two letters.
    #[arg(long, default_value = "IR")]
    region: Region,
    /// Where rows that were not added are listed [default: the file's name with `.errors.csv`].
    #[arg(long)]
    errors: Option<PathBuf>,
}

pub async fn run(config: Config, options: Options) -> anyhow::Result<Ended> {
    let bytes =
        std::fs::read(&options.file).with_context(|| format!("{} cannot be read", options.file.display()))?;
    let cells = tokio::task::spawn_blocking(move || number_file::read(&bytes, ROWS_MAX)).await??;
    on_ledger(config, async |app| import(app, cells, &options).await).await
}

/// A row that was not added, and why.
type Fault = (usize, String, &'static str);

async fn import(app: &App, cells: Vec<Cell>, options: &Options) -> anyhow::Result<()> {
    let bar = progress_bar("importing");
    bar.set_length(cells.len() as u64);
    let handfuls: Vec<Vec<Cell>> = cells.chunks(AT_ONCE).map(<[Cell]>::to_vec).collect();
    let results: Vec<(Added, Vec<Fault>)> = futures_util::stream::iter(handfuls)
        .map(|handful| {
            let bar = bar.clone();
            async move {
                let rows = handful.len() as u64;
                let done = add(app, handful, options.region).await;
                bar.inc(rows);
                done
            }
        })
        .buffered(IN_FLIGHT)
        .try_collect()
        .await?;
    bar.finish_and_clear();
    let inserted: usize = results.iter().map(|(added, _)| added.inserted).sum();
    let faults: Vec<Fault> = results.into_iter().flat_map(|(_, faults)| faults).collect();
    let duplicates = faults.iter().filter(|(.., why)| *why == DUPLICATE).count();
    println!("{inserted} inserted, {duplicates} duplicates, {} invalid", faults.len() - duplicates);
    if !faults.is_empty() {
        let path = options.errors.clone().unwrap_or_else(|| options.file.with_extension("errors.csv"));
        let mut out = csv::Writer::from_path(&path)?;
        out.write_record(["row", "number", "problem"])?;
        for (row, number, why) in &faults {
            out.write_record([&row.to_string(), number, *why])?;
        }
        out.flush()?;
        eprintln!("rows that were not added: {}", path.display());
    }
    Ok(())
}

const DUPLICATE: &str = "duplicate";

async fn add(app: &App, handful: Vec<Cell>, region: Region) -> anyhow::Result<(Added, Vec<Fault>)> {
    let mut faults = Vec::new();
    let mut phones = Vec::with_capacity(handful.len());
    let mut rows = Vec::with_capacity(handful.len());
    for Cell { row, text } in handful {
        match Phone::try_new(&text, region) {
            Ok(phone) if phone.validity != Validity::Invalid => {
                rows.push((row, phone.raw.clone()));
                phones.push(phone);
            }
            Ok(_) | Err(_) => faults.push((row, text, "not a phone number")),
        }
    }
    let added = app.ledger.add_numbers(&Context::system("import"), Source::Panel, phones).await?;
    // As many rows of a spelling as there are duplicates of it, the later ones: the first was added.
    for raw in added.duplicates.iter().rev() {
        if let Some(at) = rows.iter().rposition(|(_, known)| known == raw) {
            let (row, raw) = rows.remove(at);
            faults.push((row, raw, DUPLICATE));
        }
    }
    faults.sort_unstable_by_key(|(row, ..)| *row);
    // The read models keep up, so that nobody waits for them afterwards.
    app.ledger.wait_followed(added.position).await;
    Ok((added, faults))
}
