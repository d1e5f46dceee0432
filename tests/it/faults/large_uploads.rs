//! Files made to cost much: a real process with the memory it has at its peak (`VmHWM`), and others who are served meanwhile
//! (part 5 of issue 14).

use super::{Process, ledger, serve};
use serde_json::{Value, json};
use std::io::{Cursor, Write};
use std::path::Path;
use std::time::{Duration, Instant};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// What one upload may cost, in bytes.
const COST_MAX: u64 = 100_000_000;
const PASSWORD: &str = "correct horse battery";

/// The most memory that a process has had since [`forget_peak`].
fn peak(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap();
    let kib: u64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    kib * 1_024
}

fn forget_peak(pid: u32) {
    std::fs::write(format!("/proc/{pid}/clear_refs"), "5").unwrap();
}

/// A workbook whose shared strings are these bytes, as many times over as `times`.
fn with_strings(piece: &str, times: usize) -> Vec<u8> {
    let links = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let mut part = |name: &str, pieces: &[(&str, usize)]| {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        for (piece, times) in pieces {
            for _ in 0..*times {
                zip.write_all(piece.as_bytes()).unwrap();
            }
        }
    };
    let one = |kind: &str, target: &str| {
        format!(
            r#"<Relationships><Relationship Id="a" Type="{links}/{kind}" Target="{target}"/></Relationships>"#
        )
    };
    part("_rels/.rels", &[(&one("officeDocument", "xl/workbook.xml"), 1)]);
    part("xl/_rels/workbook.xml.rels", &[(&one("worksheet", "worksheets/sheet1.xml"), 1)]);
    part("xl/workbook.xml", &[(r#"<workbook><sheets><sheet name="S" id="a"/></sheets></workbook>"#, 1)]);
    part(
        "xl/worksheets/sheet1.xml",
        &[(r#"<worksheet><sheetData><row><c t="s"><v>0</v></c></row></sheetData></worksheet>"#, 1)],
    );
    part("xl/sharedStrings.xml", &[("<sst>", 1), (piece, times), ("</sst>", 1)]);
    zip.finish().unwrap().into_inner()
}

struct Service {
    process: Process,
    base: String,
    token: String,
}

impl Service {
    async fn start(dir: &Path) -> Self {
        let mut command = ledger(dir, &["serve", "--demo"]);
        command.env("LEDGER_ADMIN_PASSWORD", PASSWORD).env("LEDGER_RATE_LIMIT_UPLOAD", "off");
        let (child, address) = serve(&mut command);
        let base = format!("http://{address}");
        let http = crate::support::clients::http().build().unwrap();
        let login = json!({ "username": "admin", "password": PASSWORD });
        let answer = http.post(format!("{base}/api/auth/login")).json(&login).send().await.unwrap();
        let answer: Value = answer.json().await.unwrap();
        let token = answer["token"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned();
        Self { process: Process(child), base, token }
    }

    async fn upload(&self, path: &str, file: Vec<u8>) -> (u16, String) {
        let http = crate::support::clients::http().timeout(Duration::from_mins(2)).build().unwrap();
        let request = http.post(format!("{}{path}", self.base)).bearer_auth(&self.token);
        let request = if path.ends_with("/numbers") {
            request.header("content-type", "application/json").body(file)
        } else {
            let part = reqwest::multipart::Part::bytes(file).file_name("file");
            request.multipart(reqwest::multipart::Form::new().part("file", part))
        };
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    /// The longest time that a small request takes until `work` has ended.
    async fn slowest_while<T>(&self, work: impl Future<Output = T>) -> (T, Duration) {
        let http = crate::support::clients::http().build().unwrap();
        let mut work = std::pin::pin!(work);
        let mut slowest = Duration::ZERO;
        loop {
            let ask = async {
                let begin = Instant::now();
                let asked = http.get(format!("{}/api/numbers?limit=1", self.base)).bearer_auth(&self.token);
                assert!(asked.send().await.unwrap().status().is_success());
                tokio::time::sleep(Duration::from_millis(10)).await;
                begin.elapsed().saturating_sub(Duration::from_millis(10))
            };
            tokio::select! {
                biased;
                done = &mut work => return (done, slowest),
                took = ask => slowest = slowest.max(took),
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_upload_costs_much_memory_or_holds_up_others() {
    let dir = tempfile::tempdir().unwrap();
    let service = Service::start(dir.path()).await;
    let pid = service.process.0.id();
    let numbers = "/api/numbers/upload";
    let string = format!("<si><t>{}</t></si>", "x".repeat(1_000));
    let full = format!(
        "id;phone\n{}",
        (0..90_000).map(|n| format!("{n};0912{:07}\n", 1_000_000 + n)).collect::<Vec<_>>().concat()
    );
    let files: Vec<(&str, &str, Vec<u8>, &[u16])> = vec![
        ("strings of 250 MB", numbers, with_strings(&string, 250_000), &[413, 422]),
        ("ten million empty strings", numbers, with_strings("<si/>", 10_000_000), &[413, 422]),
        ("one string of 250 MB", numbers, with_strings(&"x".repeat(1 << 20), 250), &[413, 422]),
        (
            "as many strings as are read",
            numbers,
            with_strings("<si><t>0123456789012345678901234567890123</t></si>", 499_999),
            &[200],
        ),
        ("10 MB of commas", numbers, vec![b','; 10_000_000], &[413, 422]),
        ("10 MB in one line", numbers, vec![b'7'; 10_000_000], &[413, 422]),
        ("10 MB of quotes", numbers, vec![b'"'; 10_000_000], &[413, 422]),
        ("10 MB of line ends", numbers, vec![b'\n'; 10_000_000], &[200]),
        ("10 MB of rows", numbers, "7\n".repeat(5_000_000).into_bytes(), &[413, 422]),
        ("90,000 good rows", numbers, full.into_bytes(), &[200]),
        (
            "a JSON list of 10 MB",
            "/api/numbers",
            format!("{{\"numbers\":[{}7]}}", "7,".repeat(5_000_000)).into_bytes(),
            &[413, 422],
        ),
        (
            "a JSON list of 10 MB of empty lists",
            "/api/numbers",
            format!("{{\"numbers\":[{}7]}}", "[],".repeat(3_300_000)).into_bytes(),
            &[413, 422],
        ),
        (
            "a JSON text of 10 MB of lines",
            "/api/numbers",
            format!("{{\"numbers\":\"{}\"}}", "7\\n".repeat(3_300_000)).into_bytes(),
            &[413, 422],
        ),
    ];
    for (what, path, file, expected) in files {
        tokio::time::sleep(Duration::from_millis(200)).await;
        forget_peak(pid);
        let (before, begin) = (peak(pid), Instant::now());
        let ((status, body), slowest) = service.slowest_while(service.upload(path, file)).await;
        let cost = peak(pid).saturating_sub(before);
        println!(
            "{what}: {status}, {} MB, {:?}, others at most {slowest:?}",
            cost / 1_000_000,
            begin.elapsed()
        );
        assert!(expected.contains(&status), "{what}: {status} {}", &body[..body.len().min(300)]);
        assert!(cost < COST_MAX, "{what} costs {cost} bytes");
        assert!(slowest < Duration::from_secs(2), "{what}: others wait {slowest:?}");
        if status != 200 {
            assert!(body.contains("more than") || body.contains("More than"), "{what}: {body}");
        }
    }
}

/// Several at once wait for each other, and cost as much as one.
#[tokio::test(flavor = "multi_thread")]
async fn many_uploads_at_once_cost_as_much_as_one() {
    let dir = tempfile::tempdir().unwrap();
    let service = Service::start(dir.path()).await;
    let pid = service.process.0.id();
    let file = with_strings("<si><t>0123456789012345678901234567890123</t></si>", 499_999);
    forget_peak(pid);
    let before = peak(pid);
    let uploads = (0..6).map(|_| service.upload("/api/numbers/upload", file.clone()));
    let (answers, slowest) = service.slowest_while(futures_util::future::join_all(uploads)).await;
    let cost = peak(pid).saturating_sub(before);
    println!("six at once: {} MB, others at most {slowest:?}", cost / 1_000_000);
    assert!(answers.iter().all(|(status, _)| *status == 200), "{answers:?}");
    assert!(cost < COST_MAX, "{cost} bytes");
    assert!(slowest < Duration::from_secs(2), "others wait {slowest:?}");
}
