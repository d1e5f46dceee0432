//! What the web application sends of a selection: both lists always, one of them empty.

use crate::support::TestApp;
use crate::support::clients::Client;
use serde_json::json;

/// F1: an empty `ids` beside `select_all` is absent; alone it selects nothing and is refused.
#[tokio::test(flavor = "multi_thread")]
async fn an_empty_list_beside_select_all_says_nothing() {
    let app = TestApp::with_numbers(&["09123456780", "09123456781", "09123456782"]).await;
    let admin = Client::person(&app, "admin").await;
    // As the page makes it: `selectAll ? [] : ids`, undefined filters are not sent.
    let all = json!({ "action": "update_status", "status": "MISSED", "ids": [], "select_all": true, "excluded_ids": [2],
        "filter_status": "IN_QUEUE", "sort_by": "created_at", "sort_order": "desc" });
    let changed = admin.post("/api/numbers/bulk", &all).await;
    assert_eq!((changed.status.as_u16(), &changed.body["changed"]), (200, &json!(2)), "{changed:?}");
    let some = json!({ "action": "reset", "ids": [1, 3], "select_all": false, "excluded_ids": [] });
    assert_eq!(admin.post("/api/numbers/bulk", &some).await.body["changed"], 2);
    let status = json!({ "status": "BUSY", "ids": [], "select_all": true, "excluded_ids": [] });
    assert_eq!(admin.post("/api/numbers/bulk-status", &status).await.body["matched"], 3);
    let export = json!({ "ids": [], "select_all": true, "excluded_ids": [], "sort_by": "total_attempts", "sort_order": "asc" });
    assert_eq!(admin.download("/api/numbers/export", &export).await.0, 200);
    for refused in [
        json!({ "ids": [], "select_all": false }),
        json!({ "ids": [] }),
        json!({ "ids": [1], "select_all": true }),
        json!({ "ids": null }),
        json!({}),
        json!({ "ids": "", "select_all": true }),
        json!({ "ids": [1], "select_all": false, "excluded_ids": [2] }),
    ] {
        for path in ["/api/numbers/export", "/api/numbers/bulk-delete"] {
            assert_eq!(admin.post(path, &refused).await.status, 422, "{path} {refused}");
        }
    }
    let delete = json!({ "ids": [], "select_all": true, "excluded_ids": [1] });
    assert_eq!(admin.post("/api/numbers/bulk-delete", &delete).await.body["changed"], 2);
    app.rebuilt_equals_live().await;
}
