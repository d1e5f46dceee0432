//! `lead-ledger import`: the numbers of a CSV or XLSX file, or with `--agent` an agent's leads, with progress; what was
//! not added is listed beside it.

use super::Ended;
use super::database::on_new_ledger;
use super::rebuild::progress_bar;
use crate::config::Config;
use crate::files::leads::{self, Reading};
use crate::files::numbers::{self, Cell};
use crate::files::turns::Turns;
use crate::files::{Bounds, FileError};
use crate::ledger::Context;
use crate::ledger::add_numbers::{AT_ONCE, Added};
use crate::state::App;
use anyhow::{Context as _, anyhow};
use clap::Args;
use domain::ids::AnyId;
use domain::lead::event::Source;
use domain::phone::{Phone, Region, Validity};
use futures_util::{StreamExt, TryStreamExt};
use std::fs::File;
use std::path::PathBuf;
use tokio::sync::mpsc;

/// The most rows of one file.
const ROWS_MAX: usize = 10_000_000;
/// Handfuls on their way at once.
const IN_FLIGHT: usize = 4;
/// Leads on their way from the file to the ledger.
const WAITING_MAX: usize = 1_000;

#[derive(Clone, Debug, Args)]
pub struct Options {
    /// CSV or XLSX; the column whose name says phone or mobile, else the one that holds phone numbers.
    file: PathBuf,
    /// Leads of this agent (a file with `first_name` and `phone`, as `POST /api/v1/leads/csv-import` takes it).
    #[arg(long)]
    agent: Option<String>,
    /// Where national numbers belong: two letters [default: as `LEDGER_REGION_SCHEDULING` for leads, else IR].
    #[arg(long)]
    region: Option<Region>,
    /// Where rows that were not added are listed [default: the file's name with `.errors.csv`].
    #[arg(long)]
    errors: Option<PathBuf>,
}

pub async fn run(config: Config, options: Options) -> anyhow::Result<Ended> {
    let mut file =
        File::open(&options.file).with_context(|| format!("{} cannot be read", options.file.display()))?;
    if let Some(agent) = options.agent.clone() {
        return on_new_ledger(config, async |app| leads(app, &agent, file, &options).await).await;
    }
    let region = options.region.unwrap_or_default();
    // The whole file first: a fault in its last line must not leave half of it imported.
    let checked = read(move || {
        let count = numbers::read(&mut file, Bounds::import(ROWS_MAX), region, |_| true)?;
        Ok((count, file))
    });
    let (count, file) = checked.await?;
    on_new_ledger(config, async |app| import(app, file, count, &options).await).await
}

/// Reads on a thread of its own; a reader that gives up is the file's fault.
async fn read<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, FileError> + Send + 'static,
) -> anyhow::Result<T> {
    Ok(Turns::default().read(work).await?)
}

/// Imports the leads of one agent.
async fn leads(app: &App, name: &str, mut file: File, options: &Options) -> anyhow::Result<()> {
    let known = match AnyId::parse(name) {
        Some(id) => app.ledger.views().find_agent(id).await?,
        None => None,
    };
    let agent = known.filter(|agent| agent.deleted_at.is_none());
    let agent =
        agent.ok_or_else(|| anyhow!("there is no agent '{name}'; see lead-ledger user list --json"))?;
    let region = options.region.unwrap_or(app.config.region_scheduling);
    let reading = Reading { agent_id: agent.id, region, zone: app.ledger.dialing().await?.zone() };
    let file = read(move || leads::read(&mut file, Bounds::import(ROWS_MAX))).await?;
    let bar = progress_bar("importing");
    bar.set_length(file.rows as u64);
    let (sender, rows) = mpsc::channel(WAITING_MAX);
    let sorting = tokio::task::spawn_blocking(move || file.send(reading, &sender));
    let context = Context::system("import");
    let imported = app.ledger.import_leads(&context, rows, |count| bar.inc(count as u64)).await?;
    let bad = sorting.await?;
    bar.finish_and_clear();
    let (invalid, duplicates) = (bad.len(), imported.duplicates.len());
    println!("{} inserted, {duplicates} duplicates, {invalid} invalid", imported.created);
    let bad = bad.into_iter().map(|bad| (bad.row, bad.error));
    let twice = imported.duplicates.into_iter().map(|row| (row, DUPLICATE.to_owned()));
    let mut faults: Vec<(usize, String)> = bad.chain(twice).collect();
    faults.sort_unstable();
    let lines: Vec<_> = faults.into_iter().map(|(row, why)| vec![row.to_string(), why]).collect();
    list_faults(options, &["row", "problem"], &lines)
}

/// Lists what was not added beside the file, or where the operator wants it.
fn list_faults(options: &Options, header: &[&str], faults: &[Vec<String>]) -> anyhow::Result<()> {
    if faults.is_empty() {
        return Ok(());
    }
    let path = options.errors.clone().unwrap_or_else(|| options.file.with_extension("errors.csv"));
    let mut out = csv::Writer::from_path(&path)?;
    out.write_record(header)?;
    for fault in faults {
        out.write_record(fault)?;
    }
    out.flush()?;
    eprintln!("rows that were not added: {}", path.display());
    Ok(())
}

/// A row that was not added, and why.
type Fault = (usize, String, &'static str);
/// What came of a handful of cells.
type Outcome = (Added, Vec<Fault>);

async fn import(app: &App, mut file: File, count: usize, options: &Options) -> anyhow::Result<()> {
    let bar = progress_bar("importing");
    bar.set_length(count as u64);
    let region = options.region.unwrap_or_default();
    let (sender, cells) = mpsc::channel(IN_FLIGHT);
    let reading = read(move || {
        let mut handful = Vec::new();
        numbers::read(&mut file, Bounds::import(ROWS_MAX), region, |cell| {
            handful.push(cell);
            handful.len() < AT_ONCE || sender.blocking_send(std::mem::take(&mut handful)).is_ok()
        })?;
        // Nobody takes the last handful when adding the others has failed: that failure is reported.
        let _ = sender.blocking_send(handful);
        Ok(())
    });
    let adding =
        futures_util::stream::unfold(cells, |mut cells| async { Some((cells.recv().await?, cells)) })
            .map(|handful: Vec<Cell>| {
                let bar = bar.clone();
                async move {
                    let rows = handful.len() as u64;
                    let done = add(app, handful, region).await;
                    bar.inc(rows);
                    done
                }
            })
            .buffered(IN_FLIGHT)
            .try_collect();
    let (results, read): (anyhow::Result<Vec<Outcome>>, _) = tokio::join!(adding, reading);
    let results = results?;
    read?;
    bar.finish_and_clear();
    let inserted: usize = results.iter().map(|(added, _)| added.inserted).sum();
    let faults: Vec<Fault> = results.into_iter().flat_map(|(_, faults)| faults).collect();
    let duplicates = faults.iter().filter(|(.., why)| *why == DUPLICATE).count();
    println!("{inserted} inserted, {duplicates} duplicates, {} invalid", faults.len() - duplicates);
    let lines = faults.into_iter().map(|(row, number, why)| vec![row.to_string(), number, why.to_owned()]);
    list_faults(options, &["row", "number", "problem"], &lines.collect::<Vec<_>>())
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
