//! A real browser, where one is installed: Debian's `chromium` and `chromium-driver`.

use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// A browser without a window, and the driver that it is told by.
pub struct Chromium {
    pub client: Client,
    driver: Child,
}

impl Chromium {
    /// Starts one; `None` and a line that says so if there is none on this machine.
    pub async fn start() -> Option<Self> {
        let driver =
            Command::new("chromedriver").arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        let Ok(mut driver) = driver else {
            eprintln!("SKIPPED: no chromedriver here; apt-get install chromium chromium-driver");
            return None;
        };
        let lines = BufReader::new(driver.stdout.take().unwrap()).lines();
        let port = tokio::task::spawn_blocking(move || {
            let told = lines.map_while(Result::ok).find_map(|line| {
                Some(line.split_once("started successfully on port ")?.1.trim_end_matches('.').to_owned())
            });
            told.unwrap()
        });
        let port = port.await.unwrap();
        let options =
            json!({ "args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"] });
        let wanted = [("goog:chromeOptions".to_owned(), options)];
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(wanted.into_iter().collect())
            .connect(&format!("http://127.0.0.1:{port}"))
            .await;
        match client {
            Ok(client) => Some(Self { client, driver }),
            Err(error) => {
                eprintln!("SKIPPED: Chromium does not start here: {error}");
                driver.kill().unwrap();
                driver.wait().unwrap();
                None
            }
        }
    }

    /// Ends it.
    pub async fn end(mut self) {
        self.client.clone().close().await.unwrap();
        self.driver.kill().unwrap();
        self.driver.wait().unwrap();
    }
}
