//! `lead-ledger import`: the numbers of a CSV or XLSX file, or with `--agent` an agent's leads, with progress; what was
//! not added is listed beside it.

use super::database::on_new_ledger;
use super::progress::Progress;
use super::{Ended, output, values};
use crate::actions::numbers::add::{AT_ONCE, Added};
use crate::config::Config;
use crate::files::leads::{self, Reading};
use crate::files::numbers::{self, Cell};
use crate::files::turns::Turns;
use crate::files::{Bounds, FileError};
use crate::ledger::Context;
use crate::state::App;
use anyhow::Context as _;
use clap::Args;
use domain::ids::AnyId;
use domain::lead::event::Source;
use domain::phone::{Phone, Region, Validity};
use futures_util::{StreamExt, TryStreamExt};
use serde::Serialize;
use std::fs::File;
use std::path::{Path, PathBuf};
use tokio::sync::mpsc;

/// The most rows of one file.
const ROWS_MAX: usize = 10_000_000;
/// Handfuls on their way at once.
const IN_FLIGHT: usize = 4;
/// Leads on their way from the file to the ledger.
const WAITING_MAX: usize = 1_000;

const EXAMPLES: &str = "\
The file is read whole before anything is added; a column named phone or mobile
holds the numbers, else the one that looks like it. Rows that were not added
are listed in a file beside it.

Examples:
  lead-ledger import numbers.csv
  lead-ledger import numbers.xlsx --region GB --errors not-added.csv
  lead-ledger import leads.csv --agent 2 --json";

#[derive(Clone, Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Options {
    /// The CSV or XLSX file; at most 10,000,000 rows.
    file: PathBuf,
    /// Adds leads of this agent instead, from the columns `first_name`, `phone` and others.
    #[arg(long, value_name = "ID", value_parser = values::id)]
    agent: Option<AnyId>,
    /// The country of national numbers, in two letters [default: IR; with --agent `LEDGER_REGION_SCHEDULING`]
    #[arg(long)]
    region: Option<Region>,
    /// The file for rows that were not added [default: FILE with the ending .errors.csv]
    #[arg(long, value_name = "FILE")]
    errors: Option<PathBuf>,
    /// Prints the counts as JSON.
    #[arg(long)]
    json: bool,
}

pub async fn run(config: Config, options: Options) -> anyhow::Result<Ended> {
    let path = options.file.display();
    let mut file = File::open(&options.file)
        .with_context(|| format!("{path} cannot be read; give the path of a CSV or XLSX file"))?;
    if let Some(agent) = options.agent {
        return on_new_ledger(config, async |app| leads(app, agent, file, &options).await).await;
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
    let read = Turns::default().read(work).await;
    read.context("nothing was added; mend the file and import it again")
}

/// Imports the leads of one agent.
async fn leads(app: &App, id: AnyId, mut file: File, options: &Options) -> anyhow::Result<()> {
    let agent = app.ledger.views().find_agent(id).await?.filter(|agent| agent.deleted_at.is_none());
    let agent =
        agent.context("there is no agent with this id; see the first column of lead-ledger user list")?;
    let region = options.region.unwrap_or(app.config.region_scheduling);
    let reading = Reading { agent_id: agent.id, region, zone: app.ledger.dialing().await?.zone() };
    let file = read(move || leads::read(&mut file, Bounds::import(ROWS_MAX))).await?;
    let progress = Progress::start("importing", "rows").of(file.rows);
    let (sender, rows) = mpsc::channel(WAITING_MAX);
    let sorting = tokio::task::spawn_blocking(move || file.send(reading, &sender));
    let context = Context::system("import");
    let imported =
        app.ledger.import_leads(&context, rows, |count| progress.add(count)).await.context(PARTLY)?;
    let bad = sorting.await?;
    progress.end();
    let (invalid, duplicates) = (bad.len(), imported.duplicates.len());
    let counts = Counts { inserted: imported.created, duplicates, invalid };
    let bad = bad.into_iter().map(|bad| (bad.row, bad.error));
    let twice = imported.duplicates.into_iter().map(|row| (row, DUPLICATE.to_owned()));
    let mut faults: Vec<(usize, String)> = bad.chain(twice).collect();
    faults.sort_unstable();
    let lines: Vec<_> = faults.into_iter().map(|(row, why)| vec![row.to_string(), why]).collect();
    report(options, &counts, &["row", "problem"], &lines)
}

/// What came of a file.
#[derive(Serialize)]
struct Counts {
    inserted: usize,
    duplicates: usize,
    invalid: usize,
}

/// Prints the counts, and lists the rows that were not added beside the file or where the operator wants them.
fn report(options: &Options, counts: &Counts, header: &[&str], faults: &[Vec<String>]) -> anyhow::Result<()> {
    let Counts { inserted, duplicates, invalid } = counts;
    if options.json {
        output::print(serde_json::to_string(counts)?)?;
    } else {
        output::print(format_args!("{inserted} inserted, {duplicates} duplicates, {invalid} invalid"))?;
    }
    if faults.is_empty() {
        return Ok(());
    }
    let path = options.errors.clone().unwrap_or_else(|| options.file.with_extension("errors.csv"));
    write_faults(&path, header, faults).with_context(|| {
        format!(
            "the rows that were not added cannot be listed in {}; import the file again with --errors ELSEWHERE.csv",
            path.display()
        )
    })?;
    eprintln!("rows that were not added: {}", path.display());
    Ok(())
}

fn write_faults(path: &Path, header: &[&str], faults: &[Vec<String>]) -> anyhow::Result<()> {
    let mut out = csv::Writer::from_path(path)?;
    out.write_record(header)?;
    for fault in faults {
        out.write_record(fault)?;
    }
    out.flush()?;
    Ok(())
}

/// A row that was not added, and why.
type Fault = (usize, String, &'static str);
/// What came of a handful of cells.
type Outcome = (Added, Vec<Fault>);

async fn import(app: &App, mut file: File, count: usize, options: &Options) -> anyhow::Result<()> {
    let progress = Progress::start("importing", "rows").of(count);
    let region = options.region.unwrap_or_default();
    let (sender, cells) = mpsc::channel(IN_FLIGHT);
    let reading = read(move || {
        let mut handful = Vec::new();
        numbers::read(&mut file, Bounds::import(ROWS_MAX), region, |cell| {
            handful.push(cell);
            handful.len() < AT_ONCE || sender.blocking_send(std::mem::take(&mut handful)).is_ok()
        })?;
        // The last handful is not taken when adding the others has failed: that failure is reported.
        let _ = sender.blocking_send(handful);
        Ok(())
    });
    let adding =
        futures_util::stream::unfold(cells, |mut cells| async { Some((cells.recv().await?, cells)) })
            .map(|handful: Vec<Cell>| {
                let progress = progress.clone();
                async move {
                    let rows = handful.len();
                    let done = add(app, handful, region).await;
                    progress.add(rows);
                    done
                }
            })
            .buffered(IN_FLIGHT)
            .try_collect();
    let (results, read): (anyhow::Result<Vec<Outcome>>, _) = tokio::join!(adding, reading);
    let results = results.context(PARTLY)?;
    read?;
    progress.end();
    let inserted: usize = results.iter().map(|(added, _)| added.inserted).sum();
    let faults: Vec<Fault> = results.into_iter().flat_map(|(_, faults)| faults).collect();
    let duplicates = faults.iter().filter(|(.., why)| *why == DUPLICATE).count();
    let counts = Counts { inserted, duplicates, invalid: faults.len() - duplicates };
    let lines = faults.into_iter().map(|(row, number, why)| vec![row.to_string(), number, why.to_owned()]);
    report(options, &counts, &["row", "number", "problem"], &lines.collect::<Vec<_>>())
}

const DUPLICATE: &str = "duplicate";
/// A second import of the same file adds what the first one did not.
const PARTLY: &str =
    "the import stopped before its end; import the file again: what was added counts as a duplicate then";

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
    // The read models keep up, so that they need not be waited for afterwards.
    app.ledger.wait_followed(added.position).await;
    Ok((added, faults))
}
