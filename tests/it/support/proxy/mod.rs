//! A network that fails when told: a proxy in front of PostgreSQL that reads what clients say and knows each statement.
//!
//! `arm` waits for statements whose text contains a word; `delay`, `pause`, `cut_all` and `refuse` concern every
//! connection. What was done is counted in `injected`.

mod link;
mod wire;

use sqlx::postgres::PgConnectOptions;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// What happens to a statement.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Fault {
    /// The connection ends before the server sees the statement.
    CutBefore,
    /// The connection ends when the server has seen half of the statement.
    CutWithin,
    /// The client's side ends when the server has all of the statement, which goes on there.
    CutAfter,
    /// The client's side ends when the statement is done: its answer is lost.
    CutAnswer,
    /// The statement is kept until [`Proxy::let_go`].
    Hold,
}

const FAULTS: [Fault; 5] =
    [Fault::CutBefore, Fault::CutWithin, Fault::CutAfter, Fault::CutAnswer, Fault::Hold];

/// How often each fault was injected.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Injected {
    pub cut_before: usize,
    pub cut_within: usize,
    pub cut_after: usize,
    pub cut_answer: usize,
    pub held: usize,
    /// Connections that [`Proxy::cut_all`] ended.
    pub cut_all: usize,
    /// Statements that came late.
    pub delayed: usize,
    /// Connections that were refused.
    pub refused: usize,
}

struct Armed {
    fault: Fault,
    containing: String,
    /// Statements that pass before.
    skip: usize,
    /// Statements that it happens to.
    times: usize,
}

enum Upstream {
    Socket(PathBuf),
    Tcp(String, u16),
}

/// What the proxy and its connections share.
struct Control {
    upstream: Upstream,
    armed: Mutex<Vec<Armed>>,
    delay: Mutex<Duration>,
    is_paused: watch::Sender<bool>,
    /// Counts the calls of `cut_all`.
    cuts: watch::Sender<u64>,
    /// Counts the calls of `let_go`.
    let_go: watch::Sender<u64>,
    refuses: AtomicBool,
    faults: [AtomicUsize; FAULTS.len()],
    cut_all: AtomicUsize,
    delayed: AtomicUsize,
    refused: AtomicUsize,
    statements: AtomicUsize,
}

impl Control {
    /// The fault that waits for a statement with one of these texts.
    fn fault_for(&self, texts: &[String]) -> Option<Fault> {
        let mut armed = self.armed.lock().unwrap();
        let mut found = None;
        for one in armed.iter_mut().filter(|one| texts.iter().any(|text| text.contains(&one.containing))) {
            if one.skip > 0 {
                one.skip -= 1;
            } else if found.is_none() {
                one.times -= 1;
                found = Some(one.fault);
            }
        }
        armed.retain(|one| one.times > 0);
        if let Some(fault) = found {
            self.faults[index(fault)].fetch_add(1, Ordering::SeqCst);
        }
        found
    }
}

fn index(fault: Fault) -> usize {
    FAULTS.iter().position(|one| *one == fault).unwrap()
}

/// The proxy; dropped, it ends with all its connections.
pub struct Proxy {
    url: String,
    control: Arc<Control>,
    _accepting: JoinSet<()>,
}

impl Proxy {
    /// A proxy on a port of its own, in front of the server that the URL names.
    pub async fn in_front_of(database_url: &str) -> Self {
        let options = PgConnectOptions::from_str(database_url).unwrap();
        let upstream = match options.get_socket() {
            Some(dir) => Upstream::Socket(dir.join(format!(".s.PGSQL.{}", options.get_port()))),
            None => Upstream::Tcp(options.get_host().to_owned(), options.get_port()),
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = through(database_url, listener.local_addr().unwrap());
        let control = Arc::new(Control {
            upstream,
            armed: Mutex::default(),
            delay: Mutex::default(),
            is_paused: watch::Sender::new(false),
            cuts: watch::Sender::new(0),
            let_go: watch::Sender::new(0),
            refuses: AtomicBool::new(false),
            faults: Default::default(),
            cut_all: AtomicUsize::new(0),
            delayed: AtomicUsize::new(0),
            refused: AtomicUsize::new(0),
            statements: AtomicUsize::new(0),
        });
        let mut accepting = JoinSet::new();
        accepting.spawn(link::accept(listener, control.clone()));
        Self { url, control, _accepting: accepting }
    }

    /// The same database by way of the proxy.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Lets `skip` statements that contain the text pass, and does this to the next `times` of them.
    pub fn arm(&self, fault: Fault, containing: &str, skip: usize, times: usize) {
        let containing = containing.to_owned();
        self.control.armed.lock().unwrap().push(Armed { fault, containing, skip, times });
    }

    /// Nothing armed is left, and nothing is delayed, paused, held or refused any more.
    pub fn calm(&self) {
        self.control.armed.lock().unwrap().clear();
        self.delay(Duration::ZERO);
        self.refuse(false);
        self.pause(false);
        self.let_go();
    }

    pub fn cut_before_next_statement_containing(&self, text: &str) {
        self.arm(Fault::CutBefore, text, 0, 1);
    }

    pub fn cut_after_next_statement_containing(&self, text: &str) {
        self.arm(Fault::CutAfter, text, 0, 1);
    }

    pub fn cut_answer_of_next_statement_containing(&self, text: &str) {
        self.arm(Fault::CutAnswer, text, 0, 1);
    }

    pub fn hold_next_statement_containing(&self, text: &str) {
        self.arm(Fault::Hold, text, 0, 1);
    }

    /// What is held goes on.
    pub fn let_go(&self) {
        self.control.let_go.send_modify(|count| *count += 1);
    }

    /// Every statement comes this much later.
    pub fn delay(&self, by: Duration) {
        *self.control.delay.lock().unwrap() = by;
    }

    /// Nothing passes, either way, and nobody is told.
    pub fn pause(&self, is_paused: bool) {
        self.control.is_paused.send_replace(is_paused);
    }

    /// New connections are ended at once.
    pub fn refuse(&self, refuses: bool) {
        self.control.refuses.store(refuses, Ordering::SeqCst);
    }

    /// Ends every connection; statements under way go on at the server.
    pub fn cut_all(&self) {
        self.control.cuts.send_modify(|count| *count += 1);
    }

    /// Statements that were seen.
    pub fn statements(&self) -> usize {
        self.control.statements.load(Ordering::SeqCst)
    }

    /// What was done so far.
    pub fn injected(&self) -> Injected {
        let of = |fault| self.control.faults[index(fault)].load(Ordering::SeqCst);
        Injected {
            cut_before: of(Fault::CutBefore),
            cut_within: of(Fault::CutWithin),
            cut_after: of(Fault::CutAfter),
            cut_answer: of(Fault::CutAnswer),
            held: of(Fault::Hold),
            cut_all: self.control.cut_all.load(Ordering::SeqCst),
            delayed: self.control.delayed.load(Ordering::SeqCst),
            refused: self.control.refused.load(Ordering::SeqCst),
        }
    }
}

/// The URL with another host: its user, password and database stay.
fn through(database_url: &str, address: SocketAddr) -> String {
    let base = database_url.split('?').next().unwrap();
    let (server, database) = base.rsplit_once('/').unwrap();
    let host = server.rfind(['@', '/']).unwrap() + 1;
    format!("{}{address}/{database}?sslmode=disable", &server[..host])
}
