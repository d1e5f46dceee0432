//! The web application of the telecaller CRM: it sends every filter, empty or not, keys the rows of its tables by `id`, and reads details
//! at the top of an answer as well as beside `lead`, `call`, `report` and `user`.

use super::clients::{Answer, Client};
use serde_json::Value;

/// The filters that its pages always send.
const EMPTY: &str =
    "status=&source=&priority=&quality=&callType=&role=&department=&search=&dateFrom=&dateTo=";

/// The application of somebody who is logged in.
pub struct WebApp<'a>(pub &'a Client);

impl WebApp<'_> {
    /// The rows of a table, as it draws them.
    pub async fn rows(&self, path: &str, list: &str) -> Vec<Value> {
        let (path, own) = path.split_once('?').unwrap_or((path, ""));
        let answer = self.0.get(&format!("{path}?{EMPTY}&{own}")).await;
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        let rows = answer.body[list].as_array().unwrap_or_else(|| panic!("{path} has no {list}: {answer:?}"));
        for row in rows {
            assert!(row["id"].is_string() && row["id"] == row["_id"], "a row without its key: {row}");
        }
        assert_eq!(answer.body["total"], answer.body["pagination"]["total"]);
        rows.clone()
    }

    /// What a page of one thing shows: read at the top, the same as beside it.
    pub async fn detail(&self, path: &str, name: &str) -> Value {
        Self::read(&self.0.get(path).await, name)
    }

    /// The thing of an answer, however it is read.
    pub fn read(answer: &Answer, name: &str) -> Value {
        assert!(answer.status.is_success(), "{answer:?}");
        let beside = &answer.body[name];
        let members = beside.as_object().unwrap_or_else(|| panic!("no {name}: {answer:?}"));
        for (member, value) in members {
            assert_eq!(&answer.body[member], value, "{member} at the top");
        }
        assert_eq!(beside["id"], beside["_id"], "{beside}");
        beside.clone()
    }
}
