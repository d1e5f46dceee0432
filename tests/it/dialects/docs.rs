//! The documents of the client APIs, for people and for tools.

use crate::cli::{printed, run};
use crate::support::TestApp;
use crate::support::clients::Client;

#[tokio::test(flavor = "multi_thread")]
async fn the_documents_are_shown_without_the_network_and_printed() {
    let app = TestApp::start().await;
    let nobody = Client::nobody(&app);
    let page = nobody.get("/docs/").await;
    assert!(page.body.as_str().is_some_and(|page| page.contains("swagger-ui-bundle.js")), "{page:?}");
    for file in ["swagger-ui-bundle.js", "swagger-ui.css", "swagger-initializer.js"] {
        let file = nobody.get(&format!("/docs/{file}")).await;
        assert_eq!(file.status, 200);
        assert!(!file.body.as_str().unwrap().contains("src=\"http"), "everything is served from here");
    }
    let settings = nobody.get("/docs/swagger-initializer.js").await;
    assert!(settings.body.as_str().unwrap().contains("\"validatorUrl\": \"none\""), "{settings:?}");
    let dir = tempfile::tempdir().unwrap();
    let names = printed(&run(&app, dir.path(), &["openapi"]));
    assert_eq!(names.lines().count(), 5);
    for name in names.lines() {
        let served = nobody.get(&format!("/docs/openapi/{name}.json")).await;
        assert_eq!((served.status.as_u16(), &served.body["openapi"]), (200, &"3.1.0".into()));
        let told: serde_json::Value =
            serde_json::from_str(&printed(&run(&app, dir.path(), &["openapi", name]))).unwrap();
        assert_eq!(told, served.body);
    }
    for unknown in ["/docs/nothing.js", "/docs/openapi/nothing.json"] {
        assert_eq!(nobody.get(unknown).await.status, 404, "{unknown}");
    }
    assert_eq!(run(&app, dir.path(), &["openapi", "nothing"]).status.code(), Some(64));
}
